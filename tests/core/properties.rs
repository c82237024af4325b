//! What must hold for all inputs: a memo never changes results, no input panics, a span's text is the destination, and
//! what a writer types never becomes markup.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use silcrow::article::LinkKind;
use silcrow::compile::{self, Memo};
use silcrow::config::Options;
use silcrow::html::{Event, Reader};
use silcrow::output::{Output, OutputBody};
use silcrow::path::SourcePath;
use silcrow::report;
use silcrow::source::{Content, File, Sources};
use silcrow::theme;
use silcrow::url::WebUrl;

const FRONT: &str = "---\ntitle: T\ndescription: D\nupdated: 2026-01-01\n---\n";

fn today() -> Options {
    Options::on(jiff::civil::date(2026, 11, 23))
}

/// Output paths and bytes, and the findings as JSON.
type Everything = (BTreeMap<String, Vec<u8>>, String);

fn snapshot(files: &BTreeMap<String, String>) -> Sources {
    let mut sources = Sources::default();
    for (path, text) in files {
        let content = Content::Text(Arc::from(text.as_str()));
        sources.insert(SourcePath::new(path), File::new(content));
    }
    theme::add_to(&mut sources);
    sources
}

fn compile_all(sources: &Sources, memo: &mut Memo) -> Everything {
    let compiled = compile::site(sources, &today(), memo);
    let renderer = compiled.renderer();
    let mut diagnostics = compiled.findings(sources, &renderer);
    let pages = Mutex::new(BTreeMap::new());
    diagnostics.extend(compile::pages(&renderer, renderer.views(), &|_, output: Output| {
        if let OutputBody::Bytes(bytes) = output.body {
            pages
                .lock()
                .expect("no thread panics")
                .insert(output.path.as_str().to_owned(), bytes.into_owned());
        }
    }));
    let diagnostics = compiled.settle(diagnostics, false);
    // The formats have to take every finding too.
    let human = report::human::report(&diagnostics, sources, true);
    assert_eq!(human.is_empty(), diagnostics.is_empty());
    (pages.into_inner().expect("no thread panics"), report::json::report(&diagnostics, sources))
}

/// Pieces that Markdown, YAML and HTML take apart in surprising ways.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "---\n",
            "title: x\n",
            "title: [\n",
            "related: [a, b/c]\n",
            "# H\n",
            "## \u{8bbe} {#id}\n",
            "### {x}\n",
            "\n",
            "\n\n",
            "[a](b.md)",
            "[a](b.md#h \"t\")",
            "![i](p.png)",
            "[![x](y.png)](a.md)",
            "[r][r]\n",
            "[r]: <b.md> 'x'\n",
            "<https://x.y>",
            "<a href='b.md'>",
            "<img src=p.png srcset=\"a.png 1x, b.png\">",
            "<!--",
            "-->",
            "<div id=x>\n",
            "</div>\n",
            "> ",
            "> [!NOTE]\n> x\n",
            "- ",
            "1. ",
            "  ",
            "    ",
            "\t",
            "term\n: definition\n",
            ": x\n",
            "| a | b |\n|---|---|\n| c | d |\n",
            "```bash\nls\n```\n",
            "```\n",
            "~~~json\n",
            "[^1]",
            "[^1]: note\n",
            "- [x] done\n",
            "*",
            "**",
            "`",
            "``",
            "\\",
            "&amp;",
            "&#0;",
            "\u{feff}",
            "\r\n",
            "\u{0}",
            "\u{1f511}",
            "a\u{308}",
            "{%",
            "{{ x }}",
            "javascript:x",
            "%zz",
            "(",
            ")",
            "[",
            "]",
            "text ",
        ])
        .prop_map(str::to_owned),
        "[a-z \\n#\\-:>|*_`\\[\\]()<>!]{0,12}",
        any::<char>().prop_map(String::from),
    ]
}

fn markdown() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

#[derive(Clone, Debug)]
enum Edit {
    Write(usize, String),
    Remove(usize),
    Rename(usize, usize),
}

const NAMES: [&str; 8] = [
    "content/index.md",
    "content/a.md",
    "content/b.md",
    "content/s/index.md",
    "content/s/a.md",
    "content/s/t/deep.md",
    "site.yaml",
    "templates/article.html",
];

fn edit() -> impl Strategy<Value = Edit> {
    let name = 0..NAMES.len();
    let text = prop_oneof![
        markdown().prop_map(|body| format!("{FRONT}\n{body}")),
        markdown(),
        Just("title: Site\nbase_url: https://example.com/x/\n".to_owned()),
        Just("{{ page.title }} {{ content | safe }} {{ previous }}".to_owned()),
    ];
    prop_oneof![
        (name.clone(), text).prop_map(|(name, text)| Edit::Write(name, text)),
        name.clone().prop_map(Edit::Remove),
        (name.clone(), name).prop_map(|(from, to)| Edit::Rename(from, to)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_memo_never_changes_results(edits in prop::collection::vec(edit(), 1..8)) {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        files.insert("content/index.md".to_owned(), "---\ntitle: Home\n---\n[a](a.md)\n".to_owned());
        let mut memo = Memo::default();
        for edit in edits {
            match edit {
                Edit::Write(name, text) => { files.insert(NAMES[name].to_owned(), text); }
                Edit::Remove(name) => { files.remove(NAMES[name]); }
                Edit::Rename(from, to) => {
                    if let Some(text) = files.remove(NAMES[from]) {
                        files.insert(NAMES[to].to_owned(), text);
                    }
                }
            }
            let sources = snapshot(&files);
            prop_assert_eq!(compile_all(&sources, &mut memo), compile_all(&sources, &mut Memo::default()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_file_panics(text in markdown()) {
        let files = BTreeMap::from([("content/a.md".to_owned(), text)]);
        compile_all(&snapshot(&files), &mut Memo::default());
    }

    #[test]
    fn a_url_is_the_same_when_it_is_read_again(rest in ".{0,40}", next in ".{0,20}") {
        for text in [format!("https://{rest}"), format!("http://a.example/{rest}")] {
            let Ok(url) = WebUrl::parse(&text) else { continue };
            let written = url.to_string();
            prop_assert!(written.bytes().all(|byte| byte.is_ascii_graphic()), "{}", written);
            prop_assert_eq!(&WebUrl::parse(&written), &Ok(url.clone()));
            if let Ok(joined) = url.join(&next) {
                prop_assert_eq!(&WebUrl::parse(&joined.to_string()), &Ok(joined));
            }
        }
    }

    #[test]
    fn no_configuration_panics(text in markdown()) {
        let files = BTreeMap::from([
            ("site.yaml".to_owned(), text.clone()),
            ("templates/strings.yaml".to_owned(), text),
            ("content/index.md".to_owned(), "---\ntitle: Home\n---\n".to_owned()),
        ]);
        compile_all(&snapshot(&files), &mut Memo::default());
    }

    #[test]
    fn no_template_panics(text in "[a-z{}%<>./ |='\"()\\n\u{e9}]{0,60}") {
        let files = BTreeMap::from([
            ("templates/article.html".to_owned(), text),
            ("content/a.md".to_owned(), FRONT.to_owned()),
        ]);
        compile_all(&snapshot(&files), &mut Memo::default());
    }

    #[test]
    fn a_span_is_the_destination_as_written(
        before in "[a-z *_\u{1f511}\u{e9}]{0,12}",
        text in "[a-z\u{e9} ]{1,8}",
        destination in "[a-z\u{e9}/#?=.%2]{1,20}",
        form in 0..5_usize,
    ) {
        let line = match form {
            0 => format!("{before}[{text}]({destination})"),
            1 => format!("{before}![{text}](<{destination}> \"t\")"),
            2 => format!("{before}[{text}][r]\n\n[r]: {destination}\n"),
            3 => format!("> - {before}[**{text}**](  {destination} 'x')"),
            _ => format!("{before}<a title=\"x>y\" href=\"{destination}\">{text}</a>"),
        };
        let source = Arc::<str>::from(format!("{FRONT}\nx {line}\n"));
        let (article, _) = silcrow::parse::article(&SourcePath::new("content/a.md"), &source, false);
        for link in &article.body.links {
            let written = &source[link.span.0 as usize..link.span.1 as usize];
            prop_assert_eq!(written, link.destination(&source), "{}", source);
            prop_assert!(link.kind != LinkKind::Autolink);
        }
    }

    #[test]
    fn what_is_typed_in_front_matter_never_becomes_markup(hostile in "[<>\"'&/a-z=]{1,24}") {
        let quoted = serde_json::to_string(&hostile).expect("text is JSON");
        let front = format!("---\ntitle: {quoted}\ndescription: {quoted}\nauthor: {quoted}\nnav_title: {quoted}\nupdated: 2026-01-01\nrelated: [b]\n---\n");
        let files = |front: &str| BTreeMap::from([
            ("content/a.md".to_owned(), front.to_owned()),
            ("content/b.md".to_owned(), front.to_owned()),
            ("content/index.md".to_owned(), "---\ntitle: Home\n---\n".to_owned()),
        ]);
        let plain = front.replace(&quoted, "\"x\"");
        let (pages, _) = compile_all(&snapshot(&files(&front)), &mut Memo::default());
        let (plain_pages, _) = compile_all(&snapshot(&files(&plain)), &mut Memo::default());
        // The tags and attributes are those of a harmless title. Other outputs are no markup.
        for (path, bytes) in pages.iter().filter(|(path, _)| path.ends_with(".html") || path.ends_with(".xml")) {
            prop_assert_eq!(shape(bytes), shape(&plain_pages[path]), "{}", path);
        }
    }
}

/// Tags as our reader of HTML has them: names, and attributes with their values, each once.
fn tags(html: &str) -> Vec<String> {
    let tag = |event| match event {
        Event::Start(tag) => {
            let mut attributes = BTreeMap::new();
            for attribute in tag.attributes() {
                let name = attribute.name.to_ascii_lowercase();
                attributes.entry(name).or_insert_with(|| attribute.value.to_owned());
            }
            Some(format!("{} {attributes:?}", tag.element()))
        }
        Event::End(tag) => Some(format!("/{}", tag.element())),
        // Nothing in the standard; nobody reads a comment of nothing.
        Event::Comment("</>", _) => None,
        Event::Comment(..) => Some("comment".to_owned()),
        Event::Text(..) => None,
    };
    Reader::new(html).filter_map(tag).collect()
}

/// The same as another reader has them.
fn tags_of_another_reader(html: &str) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let tag = |token| match token {
        Ok(Token::StartTag(tag)) => {
            let attributes = tag.attributes.iter();
            let attributes: BTreeMap<_, _> =
                attributes.map(|(name, value)| (text(name), text(value))).collect();
            Some(format!("{} {attributes:?}", text(&tag.name)))
        }
        Ok(Token::EndTag(tag)) => Some(format!("/{}", text(&tag.name))),
        Ok(Token::Comment(_) | Token::Doctype(_)) => Some("comment".to_owned()),
        _ => None,
    };
    Tokenizer::new_with_emitter(html, emitter).filter_map(tag).collect()
}

proptest! {
    #[test]
    fn html_is_read_as_another_reader_reads_it(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "<", ">", "/", "!", "-", "--", "=", "\"", "'", " ", "\n", "a", "B", "\u{e9}", "<p", "</p>",
                "<!--", "-->", "<script>", "</script", "<title>", "</title>", "<style ", "</STYLE>",
                "<!doctype html>", "<textarea>", "</textarea>", "x=y", "href=\"/\"", "?", "#",
            ]),
            0..24,
        )
    ) {
        let html = parts.concat();
        prop_assert_eq!(tags(&html), tags_of_another_reader(&html), "{}", html);
    }
}

/// The tags of a page with the names of their attributes.
fn shape(html: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(html).into_owned();
    html5gum::Tokenizer::new(text.as_str())
        .filter_map(|token| match token {
            Ok(html5gum::Token::StartTag(tag)) => {
                let names: Vec<_> = tag.attributes.keys().map(|name| format!("{name:?}")).collect();
                Some(format!("{:?} {names:?}", tag.name))
            }
            _ => None,
        })
        .collect()
}

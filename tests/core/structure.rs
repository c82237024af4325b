//! The shape of large sites: long sections are listed on several pages, the sidebar shows a window, backlinks are capped
//! with a count; so that a page costs the same in a site of ten articles and of a hundred thousand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use silcrow::compile::{self, Memo};
use silcrow::config::Options;
use silcrow::output::{Output, OutputBody};
use silcrow::path::SourcePath;
use silcrow::source::{Content, File, Sources};
use silcrow::theme;

const ARTICLE: &str = "sidebar {{ sidebar.count }} {{ sidebar.windowed }}:{% for item in sidebar.articles %} {{ item.title }}{% endfor %}
backlinks {{ backlinks.count }} {{ backlinks.pages | length }}";
const SECTION: &str = "{{ page.url }} {{ pagination.number }}/{{ pagination.count }} {{ pagination.previous }} {{ pagination.next }}:{% for item in articles %} {{ item.title }}{% endfor %}";

/// Pages of a site with one section of that many articles, all of which link to the first.
fn pages(articles: usize) -> BTreeMap<String, String> {
    let mut sources = Sources::default();
    let mut put = |path: String, text: String| {
        let content = Content::Text(Arc::from(text));
        sources.insert(SourcePath::new(&path), File::new(content));
    };
    put("content/index.md".to_owned(), "---\ntitle: Home\n---\n".to_owned());
    put("content/s/index.md".to_owned(), "---\ntitle: S\n---\n".to_owned());
    for index in 0..articles {
        let text = format!(
            "---\ntitle: A{index:04}\ndescription: D\nupdated: 2026-01-01\n---\n[first](a0000.md)\n"
        );
        put(format!("content/s/a{index:04}.md"), text);
    }
    put("templates/article.html".to_owned(), ARTICLE.to_owned());
    put("templates/section.html".to_owned(), SECTION.to_owned());
    theme::add_to(&mut sources);
    let compiled = compile::site(
        &sources,
        &Options::on(jiff::civil::date(2026, 11, 23)),
        &mut Memo::default(),
    );
    let renderer = compiled.renderer();
    let mut diagnostics = compiled.findings(&sources, &renderer);
    let pages = Mutex::new(BTreeMap::new());
    diagnostics.extend(compile::pages(&renderer, renderer.views(), &|_, output: Output| {
        if let OutputBody::Bytes(bytes) = output.body {
            let text = String::from_utf8(bytes.into_owned()).expect("a page is UTF-8");
            pages.lock().expect("no thread panics").insert(output.path.as_str().to_owned(), text);
        }
    }));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    pages.into_inner().expect("no thread panics")
}

#[test]
fn a_long_section_is_listed_on_several_pages() {
    let pages = pages(250);
    let titles = |path: &str| pages[path].matches(" A").count();
    let first_line = |path: &str| pages[path].split(':').next().expect("a line").to_owned();
    assert_eq!(first_line("s/index.html"), "/s/ 1/3  /s/page/2/");
    assert_eq!(first_line("s/page/2/index.html"), "/s/page/2/ 2/3 /s/ /s/page/3/");
    assert_eq!(first_line("s/page/3/index.html"), "/s/page/3/ 3/3 /s/page/2/ ");
    assert_eq!(
        [titles("s/index.html"), titles("s/page/2/index.html"), titles("s/page/3/index.html")],
        [100, 100, 50]
    );
    assert!(
        !pages.contains_key("s/page/1/index.html") && !pages.contains_key("s/page/4/index.html")
    );
}

#[test]
fn the_sidebar_shows_twenty_five_articles_around_the_page() {
    let pages = pages(250);
    for (name, first, last) in [("a0000", 0, 24), ("a0100", 88, 112), ("a0249", 225, 249)] {
        let page = &pages[&format!("s/{name}/index.html")];
        let line = page.lines().next().expect("a line");
        let expected: Vec<String> = (first..=last).map(|index| format!("A{index:04}")).collect();
        assert_eq!(line, format!("sidebar 250 true: {}", expected.join(" ")));
    }
    let short = self::pages(25);
    assert!(short["s/a0010/index.html"].starts_with("sidebar 25 false: A0000 "));
}

#[test]
fn backlinks_are_capped_with_a_count() {
    let pages = pages(250);
    assert!(
        pages["s/a0000/index.html"].ends_with("backlinks 249 50"),
        "{}",
        pages["s/a0000/index.html"]
    );
    assert!(pages["s/a0001/index.html"].ends_with("backlinks 0 0"));
}

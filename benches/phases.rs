//! How long each phase takes on a generated site of 1,000 articles: `cargo bench`. The comparison with peers is
//! `benches/compare`.

use std::fmt::Write;
use std::sync::Arc;

use divan::{Bencher, black_box};
use rayon::prelude::*;
use silcrow::compile::{self, Memo};
use silcrow::config::Options;
use silcrow::path::SourcePath;
use silcrow::report;
use silcrow::site::PageId;
use silcrow::site::links;
use silcrow::source::{Content, File, Sources};
use silcrow::theme;

const ARTICLES: usize = 1_000;
const PER_SECTION: usize = 25;

fn main() {
    divan::main();
}

/// A generator of numbers that are the same on every machine (Numerical Recipes' linear congruential one).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

const WORDS: [&str; 16] = [
    "open",
    "the",
    "workspace",
    "settings",
    "and",
    "choose",
    "a",
    "provider",
    "key",
    "then",
    "paste",
    "it",
    "test",
    "save",
    "or",
    "rotate",
];

fn sentence(numbers: &mut Numbers, length: usize) -> String {
    (0..length).map(|_| WORDS[numbers.below(WORDS.len())]).collect::<Vec<_>>().join(" ") + "."
}

fn path(index: usize) -> String {
    format!("section-{:03}/article-{index}", index / PER_SECTION)
}

/// About 3 KB of Markdown: steps, links to pages and headings, a table, a callout and code.
fn article(index: usize, of: usize, numbers: &mut Numbers) -> String {
    let mut text = format!(
        "---\ntitle: Article {index}\ndescription: {}\nupdated: 2026-01-01\nrelated: [{}, {}]\n---\n\n",
        sentence(numbers, 12),
        path(numbers.below(of)),
        path(numbers.below(of)),
    );
    for heading in ["Before you start", "Create your key", "Check that it works", "Good to know"] {
        let target = path(numbers.below(of));
        write!(text, "## {heading}\n\n{} ", sentence(numbers, 60)).expect("a string grows");
        writeln!(text, "Read [this](../{target}.md#create-your-key) and [that](../{target}.md).\n")
            .expect("a string grows");
        for step in 1..4 {
            writeln!(text, "{step}. **{}** {}", sentence(numbers, 4), sentence(numbers, 20))
                .expect("a string grows");
        }
        text.push('\n');
    }
    text.push_str("> [!NOTE]\n> Keys belong to the workspace.\n\n| code | meaning |\n|---|---|\n| 401 | wrong key |\n\n");
    writeln!(text, "```bash\ncurl https://api.example.com/{index} -H \"x: $KEY\"\n```")
        .expect("a string grows");
    text
}

fn sources() -> Sources {
    sources_of(ARTICLES)
}

fn sources_of(articles: usize) -> Sources {
    let mut numbers = Numbers(1);
    let mut sources = Sources::default();
    let mut put = |path: String, text: String| {
        let content = Content::Text(Arc::from(text));
        sources.insert(SourcePath::new(&path), File::new(content));
    };
    put("content/index.md".to_owned(), "---\ntitle: Home\n---\n".to_owned());
    for section in 0..articles / PER_SECTION {
        put(
            format!("content/section-{section:03}/index.md"),
            format!("---\ntitle: Section {section}\n---\n"),
        );
    }
    for index in 0..articles {
        let text = article(index, articles, &mut numbers);
        put(format!("content/{}.md", path(index)), text);
    }
    theme::add_to(&mut sources);
    sources
}

fn options() -> Options {
    Options::on(jiff::civil::date(2026, 11, 23))
}

/// Stage 1 from nothing: parsing, the site, every link resolved.
#[divan::bench]
fn site_cold(bencher: Bencher<'_, '_>) {
    let sources = sources();
    bencher.bench_local(|| compile::site(black_box(&sources), &options(), &mut Memo::default()));
}

/// Stage 1 with every article remembered: the site and its links.
#[divan::bench]
fn site_remembered(bencher: Bencher<'_, '_>) {
    let sources = sources();
    let mut memo = Memo::default();
    compile::site(&sources, &options(), &mut memo);
    bencher.bench_local(|| compile::site(black_box(&sources), &options(), &mut memo));
}

/// Templates compiled and shared values made.
#[divan::bench]
fn renderer(bencher: Bencher<'_, '_>) {
    let sources = sources();
    let compiled = compile::site(&sources, &options(), &mut Memo::default());
    bencher.bench_local(|| black_box(&compiled).renderer().views().len());
}

/// Every rule.
#[divan::bench]
fn findings(bencher: Bencher<'_, '_>) {
    let sources = sources();
    let compiled = compile::site(&sources, &options(), &mut Memo::default());
    let renderer = compiled.renderer();
    bencher.bench_local(|| compiled.findings(black_box(&sources), &renderer));
}

/// Every link of 10,000 articles resolved again, and every rule: 80,000 links, once everything is parsed.
#[divan::bench]
fn links_and_rules_10_000(bencher: Bencher<'_, '_>) {
    let sources = sources_of(10_000);
    let compiled = compile::site(&sources, &options(), &mut Memo::default());
    let renderer = compiled.renderer();
    let pages = compiled.site.pages.len() as u32;
    bencher.bench_local(|| {
        let links: usize = (0..pages)
            .into_par_iter()
            .map(|page| links::of_page(black_box(&compiled.site), PageId(page)).len())
            .sum();
        assert_eq!(links, 80_000);
        compiled.findings(black_box(&sources), &renderer)
    });
}

/// Every page rendered with the default theme.
#[divan::bench]
fn pages(bencher: Bencher<'_, '_>) {
    let sources = sources();
    let compiled = compile::site(&sources, &options(), &mut Memo::default());
    let renderer = compiled.renderer();
    bencher.bench_local(|| {
        let views = renderer.views();
        compile::pages(black_box(&renderer), views, &|_, output| drop(black_box(output)))
    });
}

/// A thousand findings as text.
#[divan::bench]
fn human_report(bencher: Bencher<'_, '_>) {
    let mut sources = sources();
    for index in 0..ARTICLES {
        let text = format!(
            "---\ntitle: A\ndescription: D\nupdated: 2026-01-01\n---\n[x](nowhere-{index}.md)\n"
        );
        let content = Content::Text(Arc::from(text));
        sources.insert(SourcePath::new(&format!("content/{}.md", path(index))), File::new(content));
    }
    let compiled = compile::site(&sources, &options(), &mut Memo::default());
    let renderer = compiled.renderer();
    let findings = compiled.settle(compiled.findings(&sources, &renderer), false);
    bencher.bench_local(|| report::human::report(black_box(&findings), &sources, true));
}

//! What the settings switch off leaves no trace.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::fixture::{parse, today};
use silcrow::compile::{self, Memo};
use silcrow::output::OutputBody;

fn article(title: &str, body: &str) -> String {
    format!("---\ntitle: {title}\ndescription: D\nupdated: 2026-01-01\n---\n{body}\n")
}

/// The files of a site with nothing wrong, but for copies.
fn built(site: &str) -> BTreeMap<String, String> {
    let (sources, _) = parse(site);
    let compiled = compile::site(&sources, &today(), &mut Memo::default());
    let renderer = compiled.renderer();
    let findings = compiled.findings(&sources, &renderer);
    assert!(findings.is_empty(), "{findings:?}");
    let files = Mutex::new(BTreeMap::new());
    let keep = |file: silcrow::output::Output| {
        let OutputBody::Bytes(bytes) = file.body else { panic!("what is rendered is bytes") };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        files.lock().expect("no panic").insert(file.path.as_str().to_owned(), text);
    };
    let failures = compile::pages(&renderer, renderer.views(), &|_, file| keep(file));
    assert!(failures.is_empty(), "{failures:?}");
    renderer.write_search(&keep);
    files.into_inner().expect("no panic")
}

#[test]
fn a_site_without_search_has_no_trace_of_it() {
    let files = built(&format!(
        "//- site.yaml\ntitle: T\nsearch: false\n//- content/index.md\n---\ntitle: Home\n---\n//- content/search.md\n{}//- content/a.md\n{}",
        article("Its own page", "[a](a.md)"),
        article("A", "[one](search.md) [two](/search/)")
    ));
    assert!(files["search/index.html"].contains("Its own page"));
    assert!(!files.keys().any(|file| file.starts_with("search/") && file.ends_with(".json")));
    assert!(!files["a/index.html"].contains("search-open"), "{}", files["a/index.html"]);
}

#[test]
fn a_site_without_markdown_copies_has_no_trace_of_them() {
    let site = |setting: &str, link: &str| {
        format!(
            "//- site.yaml\ntitle: T\nbase_url: https://example.com/\n{setting}//- content/index.md\n---\ntitle: Home\n---\n//- content/a.md\n{}",
            article("A", link)
        )
    };
    let traces = |files: &BTreeMap<String, String>| {
        let has = |(name, text): &(&String, &String)| {
            name.ends_with("index.md") || text.contains("index.md")
        };
        files.iter().filter(has).map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let with = built(&site("", "[its source](/a/index.md)"));
    assert_eq!(
        traces(&with),
        ["a/index.html", "a/index.md", "feed.xml", "index.html", "index.md", "llms.txt"]
    );
    let without = built(&site("markdown_copies: false\n", "[home](index.md)"));
    assert_eq!(traces(&without), Vec::<String>::new());
    assert!(without["llms.txt"].contains("[A](https://example.com/a/)"), "{}", without["llms.txt"]);
    // A file of that name is the site's own then, and a link to a copy is one to nothing.
    let own = site("markdown_copies: false\n", "[its own](/a/index.md)");
    built(&format!("{own}//- static/a/index.md\nIts own.\n"));
    let (sources, _) = parse(&own);
    let compiled = compile::site(&sources, &today(), &mut Memo::default());
    let found = compiled.findings(&sources, &compiled.renderer());
    assert_eq!(found.iter().map(|finding| finding.rule.name).collect::<Vec<_>>(), ["missing-page"]);
}

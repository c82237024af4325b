//! The rules of links to other sites: what answers mean for the links of a site. No site is asked: the answers are made up here.

use std::collections::{BTreeMap, BTreeSet};

use crate::fixture::{Found, compare, parse, today};
use silcrow::check::external;
use silcrow::compile::{self, Memo};
use silcrow::diagnostic::{Diagnostic, Severity};
use silcrow::external::{Answer, Doubt, End, Hop, Page, Request, Trouble};
use silcrow::source::Sources;
use silcrow::url::WebUrl;

/// Name of the rule, a fixture that raises it (marked), and one in which nothing is found.
pub(crate) const CASES: &[(&str, &str, &str)] = &[
    (
        "external-dead",
        "//- content/a.md\nFRONT\nSee [x](https://a.example/404) and [y](https://gone.example/ \"t\").\n        ^^^^^^^^^^^^^^^^^^^^^ external-dead\n                                       ^^^^^^^^^^^^^^^^^^^^^ external-dead\n<https://a.example/410> ![z](//a.example/404)\n ^^^^^^^^^^^^^^^^^^^^^ external-dead\n                             ^^^^^^^^^^^^^^^ external-dead protocol-relative\n\n<a href=\"https://a.example/?a&amp;b=404\">x</a>\n         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ external-dead\n[v](https://a:b/)\n    ^^^^^^^^^^^^ external-dead\n",
        "//- content/a.md\nFRONT\n[x](https://a.example/) [m](mailto:a@b.c) `https://a.example/404` [y](b.md)\n//- content/b.md\nFRONT\n",
    ),
    (
        "external-anchor-missing",
        "//- content/a.md\nFRONT\n[x](https://a.example/page#setpu)\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ external-anchor-missing\n",
        "//- content/a.md\nFRONT\n[x](https://a.example/page#setup) [y](https://a.example/page#top) [z](https://a.example/page#:~:text=a) [v](https://a.example/page#/x) [w](https://a.example/file#none)\n",
    ),
    (
        "external-moved",
        "//- content/a.md\nFRONT\n[x](https://a.example/moved#x)\n    ^^^^^^^^^^^^^^^^^^^^^^^^^ external-moved\n",
        "//- content/a.md\nFRONT\n[x](https://a.example/moved-for-now)\n",
    ),
    (
        "external-unsure",
        "//- content/a.md\nFRONT\n[x](https://a.example/503) [y](https://a.example/403)\n    ^^^^^^^^^^^^^^^^^^^^^ external-unsure\n                               ^^^^^^^^^^^^^^^^^^^^^ external-unsure\n[z](https://a.example/part#x) [w](https://a.example/slow)\n    ^^^^^^^^^^^^^^^^^^^^^^^^ external-unsure\n                                  ^^^^^^^^^^^^^^^^^^^^^^ external-unsure\n",
        "//- content/a.md\nFRONT\n[x](https://a.example/part#known)\n",
    ),
    (
        "external-tls",
        "//- content/a.md\nFRONT\n[x](https://a.example/tls)\n    ^^^^^^^^^^^^^^^^^^^^^ external-tls\n",
        "//- content/a.md\nFRONT\n[x](https://a.example/)\n",
    ),
    (
        "external-blocked-address",
        "//- content/a.md\nFRONT\n[x](https://intra.example/)\n    ^^^^^^^^^^^^^^^^^^^^^^ external-blocked-address\n",
        "//- content/a.md\nFRONT\n[x](https://a.example/)\n//- site.yaml\nrules: {local-url: off}\n//- content/b.md\nFRONT\n[local-url is enough](http://localhost/404) [y](http://10.0.0.1/404)\n",
    ),
];

/// What the made-up sites answer.
fn answer(request: &Request) -> Answer {
    let url = request.url.to_string();
    let hop = |to: &str, is_permanent| Hop { to: WebUrl::parse(to).expect("a URL"), is_permanent };
    let ids = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let html = |names: &[&str], is_whole| End::Page(Page::Html { ids: ids(names), is_whole });
    let page = || html(&["x", "setup", "known"], true);
    let trouble = End::Trouble;
    let (hops, end) = match url.as_str() {
        "https://gone.example/" => (vec![], trouble(Trouble::NoSuchHost)),
        "https://intra.example/" => {
            (vec![], trouble(Trouble::Private("10.0.0.7".parse().expect("an address"))))
        }
        "https://a.example/tls" => (vec![], trouble(Trouble::Tls("expired".to_owned()))),
        "https://a.example/slow" => (vec![], trouble(Trouble::Doubt(Doubt::Timeout))),
        "https://a.example/file" => (vec![], End::Page(Page::NotHtml)),
        "https://a.example/part" => (vec![], html(&["known"], false)),
        "https://a.example/moved" => (vec![hop("https://b.example/(new)", true)], page()),
        "https://a.example/moved-for-now" => {
            (vec![hop("https://b.example/", true), hop("https://c.example/", false)], page())
        }
        "https://a.example/moved-away" => {
            (vec![hop("https://b.example/404", true)], trouble(Trouble::Status(404)))
        }
        "https://a.example/moved-place" => (vec![hop("https://b.example/#new", true)], page()),
        _ => match url.rsplit(['/', '=']).next().and_then(|last| last.parse().ok()) {
            Some(status) => (vec![], trouble(Trouble::Status(status))),
            None => (vec![], page()),
        },
    };
    Answer { hops, end }
}

/// What is found when other sites are looked at.
fn findings(sources: &Sources) -> Vec<Diagnostic> {
    let compiled = compile::site(sources, &today(), &mut Memo::default());
    let renderer = compiled.renderer();
    let mut links = external::links(&compiled.site);
    links.retain(|link| !link.is_skipped(&compiled.site.configuration.external));
    let requests = external::requests(&links);
    let answers: BTreeMap<_, _> =
        requests.iter().map(|request| (request.url.clone(), answer(request))).collect();
    let mut diagnostics = compiled.findings(sources, &renderer);
    diagnostics.extend(external::findings(&links, &answers));
    compiled.settle(diagnostics, true)
}

/// Compares what a fixture expects with what is found, and gives what is found.
fn check(fixture: &str) -> Vec<Diagnostic> {
    let (sources, expected) = parse(fixture);
    let mut found = compare(fixture, &sources, &expected, findings(&sources));
    found.retain(|finding| finding.rule.name != "missing-section-page");
    found
}

fn only(fixture: &str, rule: &str) -> Diagnostic {
    let (sources, _) = parse(fixture);
    let mut found = findings(&sources).into_iter().filter(|finding| finding.rule.name == rule);
    let first = found.next().unwrap_or_else(|| panic!("{rule} is not raised by {fixture}"));
    assert!(found.next().is_none(), "{rule} is raised once by {fixture}");
    first
}

/// An article with this text.
fn article(text: &str) -> String {
    format!("//- content/a.md\nFRONT\n{text}\n")
}

#[test]
fn every_case_is_found_at_its_exact_place() {
    for (rule, raises, _) in CASES {
        let (_, expected): (_, BTreeSet<Found>) = parse(raises);
        assert!(expected.iter().any(|found| found.4 == *rule), "{rule} is not marked");
        check(raises);
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    for (_, _, clean) in CASES {
        let (_, expected) = parse(clean);
        assert!(expected.is_empty(), "a clean fixture has a mark: {clean}");
        check(clean);
    }
}

#[test]
fn each_use_of_a_url_is_a_finding_and_a_definition_one_with_its_uses() {
    let found = check(
        "//- content/a.md\nFRONT\n[one][ref] and [two][ref]\n\n[ref]: https://a.example/404\n       ^^^^^^^^^^^^^^^^^^^^^ external-dead\n\n[x](https://a.example/404)\n    ^^^^^^^^^^^^^^^^^^^^^ external-dead\n//- content/b.md\nFRONT\n[x](https://a.example/404#x)\n    ^^^^^^^^^^^^^^^^^^^^^^^ external-dead\n",
    );
    assert_eq!(found.iter().map(|finding| finding.related.len()).collect::<Vec<_>>(), [2, 0, 0]);
}

#[test]
fn a_url_is_asked_for_once_with_every_place_that_is_named() {
    let (sources, _) = parse(&article(
        "[a](https://a.example/x#one) [b](HTTPS://a.example:443/x#two) [c](https://a.example/x#) [d](https://a.example/y?z#/route)",
    ));
    let compiled = compile::site(&sources, &today(), &mut Memo::default());
    let requests = external::requests(&external::links(&compiled.site));
    let wanted: Vec<_> = requests
        .iter()
        .map(|request| (request.url.to_string(), request.fragments.iter().cloned().collect()))
        .collect();
    let expected: [(String, Vec<String>); 2] = [
        ("https://a.example/x".to_owned(), vec!["one".to_owned(), "two".to_owned()]),
        ("https://a.example/y?z".to_owned(), vec![]),
    ];
    assert_eq!(wanted, expected);
}

#[test]
fn what_has_moved_is_written_as_its_place_wants_it() {
    let markdown = only(&article("[x](https://a.example/moved#x)"), "external-moved");
    assert_eq!(markdown.suggestion(), Some("https://b.example/%28new%29#x"));
    let html =
        only(&article("<a href=\"https://a.example/moved-place#x\">y</a>"), "external-moved");
    assert_eq!(html.suggestion(), Some("https://b.example/#new"));
    assert!(markdown.safe_fix().is_none(), "a person looks at it first");
}

#[test]
fn what_has_moved_to_nothing_is_dead() {
    let found = only(&article("[x](https://a.example/moved-away)"), "external-dead");
    assert_eq!(
        found.message,
        "`https://a.example/moved-away` redirects to `https://b.example/404`, which answers 404"
    );
}

#[test]
fn a_missing_place_names_the_one_that_was_meant() {
    for (written, meant) in [("setpu", "setup"), ("SETUP", "setup"), ("elsewhere", "")] {
        let text = article(&format!("[x](https://a.example/page#{written})"));
        let found = only(&text, "external-anchor-missing");
        let suggestion = found.suggestion().unwrap_or_default();
        assert_eq!(suggestion.rsplit('#').next(), Some(meant), "{written}");
    }
}

#[test]
fn comments_and_settings_work_for_other_sites_too() {
    check(&article(
        "<!-- silcrow-ignore external-dead: comes back next week -->\n[x](https://a.example/404)\n\n<!-- silcrow-ignore external-dead: no more -->\n                    ^^^^^^^^^^^^^ unused-suppression\n[x](https://a.example/)",
    ));
    let found = check(
        "//- site.yaml\nrules: {external-dead: warning, external-moved: off}\n//- content/a.md\nFRONT\n[x](https://a.example/404) [y](https://a.example/moved)\n    ^^^^^^^^^^^^^^^^^^^^^ external-dead\n",
    );
    assert_eq!(found[0].severity, Severity::Warning);
}

#[test]
fn a_comment_is_not_unused_while_there_is_no_telling() {
    check(&article(
        "<!-- silcrow-ignore external-dead: comes back next week -->\n[x](https://a.example/503)\n    ^^^^^^^^^^^^^^^^^^^^^ external-unsure",
    ));
}

#[test]
fn patterns_leave_urls_out() {
    check(
        "//- site.yaml\nexternal:\n  skip: [\"https://a.example/old/**\", \"*://b.example/404\", \"https://ü.example/**\"]\n//- content/a.md\nFRONT\n[x](https://a.example/old/404) [y](https://b.example/404#x) [z](https://ü.example/404)\n[w](https://a.example/404)\n    ^^^^^^^^^^^^^^^^^^^^^ external-dead\n",
    );
}

#[test]
fn drafts_and_html_files_are_looked_at_too() {
    let found = check(
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n[x](https://a.example/404)\n    ^^^^^^^^^^^^^^^^^^^^^ external-dead\n//- static/x.html\n<link rel=preconnect href=\"https://a.example/404\"><a href=\"https://a.example/404\">x</a>\n                                                           ^^^^^^^^^^^^^^^^^^^^^ external-dead\n",
    );
    assert_eq!(found[0].severity, Severity::Warning, "a draft cannot break the site");
}

#[test]
fn pages_of_the_own_site_are_not_asked_for() {
    check(
        "//- site.yaml\nbase_url: https://a.example/docs/\n//- content/a.md\nFRONT\n[x](https://a.example/docs/a/)\n    ^^^^^^^^^^^^^^^^^^^^^^^^^ own-site-absolute\n[y](https://a.example/blog/404)\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^ external-dead\n",
    );
}

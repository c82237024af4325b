//! Links to other sites: what answers mean for the links of a site. No site is asked; `tests/fixture/answers.rs` answers.

use silcrow::check::external;
use silcrow::compile::{self, Memo};
use silcrow::diagnostic::{Diagnostic, Severity};

use crate::fixture::answers::findings;
use crate::fixture::{compare, parse, today};

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

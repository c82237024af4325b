//! Every rule of the table: a site that raises it, at the exact place, and one that must not. The last tests walk the
//! table, so that no rule can come without both.

mod fixture;

use std::collections::BTreeSet;

use fixture::{check, check_with, findings, parse, today};
use silcrow::diagnostic::RULES;
use silcrow::path::SourcePath;
use silcrow::source::{Problem, ProblemKind};

/// Name of the rule, a fixture that raises it (marked), and one in which nothing is found.
const CASES: &[(&str, &str, &str)] = &[
    (
        "missing-page",
        "//- content/a.md\nFRONT\nSee [the overview](overveiw.md).\n                   ^^^^^^^^^^^ missing-page\n//- content/overview.md\nFRONT\n",
        "//- content/a.md\nFRONT\nSee [the overview](overview.md), [again](./overview.md?x=1) and `[code](nowhere.md)`.\n\n    [code](nowhere.md)\n\n<!-- [comment](nowhere.md) --> \\[escaped](nowhere.md)\n//- content/overview.md\nFRONT\n",
    ),
    (
        "missing-asset",
        "//- content/a.md\nFRONT\n![Keys](keys.pgn)\n        ^^^^^^^^ missing-asset\n//- content/keys.png\n",
        "//- content/a.md\nFRONT\n![Keys](keys.png) [PDF](/guide.pdf#page=2) <img src=\"keys.png\" alt=\"\">\n//- content/keys.png\n//- static/guide.pdf\n",
    ),
    (
        "missing-anchor",
        "//- content/a.md\nFRONT\n## Create your key\n[x](#make-your-key)\n    ^^^^^^^^^^^^^^ missing-anchor\n[y](b.md#none)\n    ^^^^^^^^^ missing-anchor\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n## Create your key {#own}\n<p id=\"raw\"></p>\n\n[x](#own) [y](#raw) [z](#top) [t](#:~:text=x) [u](b.md#%C3%BCber)\n//- content/b.md\nFRONT\n## Über\n",
    ),
    (
        "missing-related",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated:\n  - byok/overveiw\n    ^^^^^^^^^^^^^ missing-related\n  - 'byok'\n---\n//- content/byok/overview.md\nFRONT\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [byok/overview, byok]\n---\n//- content/byok/overview.md\nFRONT\n",
    ),
    (
        "path-case",
        "//- content/a.md\nFRONT\n[x](Overview.md)\n    ^^^^^^^^^^^ path-case\n//- content/overview.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[x](Overview.md)\n//- content/Overview.md\nFRONT\n",
    ),
    (
        "anchor-case",
        "//- content/a.md\nFRONT\n## Keys\n[x](#Keys)\n    ^^^^^ anchor-case\n",
        "//- content/a.md\nFRONT\n## Keys\n[x](#keys)\n",
    ),
    (
        "escapes-root",
        "//- content/a/b.md\nFRONT\n[x](../../b.md)\n    ^^^^^^^^^^ escapes-root\n",
        "//- content/a/b.md\nFRONT\n[x](../c.md)\n//- content/c.md\nFRONT\n",
    ),
    (
        "draft-target",
        "//- content/a.md\nFRONT\n[x](b.md)\n    ^^^^ draft-target\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n",
        "//- content/a.md\nFRONT\n[x](b.md)\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: false\n---\n",
    ),
    (
        "unicode-normalisation",
        "//- content/a.md\nFRONT\n[x](u%CC%88ber.md)\n    ^^^^^^^^^^^^^ unicode-normalisation\n//- content/über.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[x](%C3%BCber.md) [y](über.md)\n//- content/über.md\nFRONT\n",
    ),
    (
        "non-canonical-url",
        "//- content/a.md\nFRONT\n[x](/b/index.html)\n    ^^^^^^^^^^^^^ non-canonical-url\n[y](/b)\n    ^^ non-canonical-url\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[x](/b/) [home](/) [file](/404.html)\n//- content/b.md\nFRONT\n",
    ),
    (
        "relative-url",
        "//- content/s/a.md\nFRONT\n[x](../b/)\n    ^^^^^ relative-url\n[y](b)\n    ^ relative-url\n//- content/s/b.md\nFRONT\n",
        "//- content/s/a.md\nFRONT\n[x](b.md) [y](./b.md#top)\n//- content/s/b.md\nFRONT\n",
    ),
    (
        "absolute-md",
        "//- content/s/a.md\nFRONT\n[x](/s/b.md)\n    ^^^^^^^ absolute-md\n//- content/s/b.md\nFRONT\n",
        "//- content/s/a.md\nFRONT\n[x](../s/b.md)\n//- content/s/b.md\nFRONT\n",
    ),
    (
        "backslash-path",
        "//- content/a.md\nFRONT\n[x](s\\b.md)\n    ^^^^^^ backslash-path\n",
        "//- content/a.md\nFRONT\n[x](s/b.md) `s\\b.md`\n//- content/s/b.md\nFRONT\n",
    ),
    (
        "bad-percent-encoding",
        "//- content/a.md\nFRONT\n[x](100%.md)\n    ^^^^^^^ bad-percent-encoding\n",
        "//- content/a.md\nFRONT\n[x](100%25.md)\n//- content/100%.md\nFRONT\n",
    ),
    (
        "empty-destination",
        "//- content/a.md\nFRONT\n<a href=\"  \">x</a>\n         ^^ empty-destination\n",
        "//- content/a.md\nFRONT\n<a>x</a> [x]\n",
    ),
    (
        "empty-fragment",
        "//- content/a.md\nFRONT\n[x](#)\n    ^ empty-fragment\n",
        "//- content/a.md\nFRONT\n[x](#top)\n",
    ),
    (
        "protocol-relative",
        "//- content/a.md\nFRONT\n[x](//example.com/)\n    ^^^^^^^^^^^^^^ protocol-relative\n",
        "//- content/a.md\nFRONT\n[x](https://example.com//) <https://example.com/>\n",
    ),
    (
        "local-url",
        "//- content/a.md\nFRONT\n[x](http://localhost:3000/)\n    ^^^^^^^^^^^^^^^^^^^^^^ local-url\n<http://127.0.0.1/>\n ^^^^^^^^^^^^^^^^^ local-url\n[y](C:/keys.md) [z](file:///etc/hosts)\n    ^^^^^^^^^^ local-url\n                    ^^^^^^^^^^^^^^^^^ local-url\n",
        "//- content/a.md\nFRONT\n[x](https://localhost.example.com/) `http://localhost/`\n",
    ),
    (
        "forbidden-scheme",
        "//- content/a.md\nFRONT\n[x](javascript:print)\n    ^^^^^^^^^^^^^^^^ forbidden-scheme\n",
        "//- content/a.md\nFRONT\n[x](tel:+1555) [y](vscode://file/x)\n",
    ),
    (
        "malformed-mailto",
        "//- content/a.md\nFRONT\n[x](help@example.com)\n    ^^^^^^^^^^^^^^^^ malformed-mailto\n[y](mailto:nobody)\n    ^^^^^^^^^^^^^ malformed-mailto\n",
        "//- content/a.md\nFRONT\n[x](mailto:help@example.com?subject=Keys%20&cc=a@b.c) <help@example.com>\n",
    ),
    (
        "missing-section-page",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/a.md\nFRONT\n//- content/byok/index.md ! missing-section-page\n",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/a.md\nFRONT\n//- content/byok/index.md\n---\ntitle: BYOK\n---\n",
    ),
    (
        "url-conflict",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/index.md ! url-conflict\n---\ntitle: BYOK\n---\n//- content/byok.md\nFRONT\n",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/index.md\n---\ntitle: BYOK\n---\n//- content/byok-keys.md\nFRONT\n",
    ),
    (
        "alias-conflict",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/]\n---\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/older/, /old]\n                   ^^^^ alias-conflict\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/, /older/]\n---\n",
    ),
    (
        "alias-shadows-page",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [\"/b/\"]\n           ^^^ alias-shadows-page\n---\n//- content/b.md\nFRONT\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [\"/c/\"]\n---\n//- content/b.md\nFRONT\n",
    ),
    (
        "link-to-alias",
        "//- content/a.md\nFRONT\n[x](/old/#top)\n    ^^^^^^^^^ link-to-alias\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/]\n---\n",
        "//- content/a.md\nFRONT\n[x](b.md)\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/]\n---\n",
    ),
    (
        "missing-front-matter",
        "//- content/a.md\n# Overview\n^^^^^^^^^^ missing-front-matter\n",
        "//- content/a.md\nFRONT\n# Overview\n",
    ),
    (
        "unclosed-front-matter",
        "//- content/a.md\n---\n^^^ unclosed-front-matter\ntitle: T\n",
        "//- content/a.md\nFRONT\n---\n",
    ),
    (
        "invalid-yaml",
        "//- content/a.md\n---\ntitle: Keys: an overview\n           ^^^^^^^^^^^^^ invalid-yaml\n---\n",
        "//- content/a.md\n---\ntitle: \"Keys: an overview\"\ndescription: D\nupdated: 2026-01-01\n---\n",
    ),
    (
        "missing-field",
        "//- content/a.md\n---\n^^^ missing-field\ntitle: T\ndescription:\n^^^^^^^^^^^ missing-field\n---\n",
        "//- content/index.md\n---\ntitle: T\n---\n",
    ),
    (
        "unknown-field",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ntags: [a]\n^^^^ unknown-field\nnav_titel: x\n^^^^^^^^^ unknown-field\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nextra: {tags: [a]}\nnav_title: x\n---\n",
    ),
    (
        "invalid-value",
        "//- content/a.md\n---\ntitle: 404\n       ^^^ invalid-value\ndescription: D\nupdated: 16.04.2026\n         ^^^^^^^^^^ invalid-value\ndraft: 'yes'\n        ^^^ invalid-value\norder: first\n       ^^^^^ invalid-value\nrelated: a\n         ^ invalid-value\nreview_every: soon\n              ^^^^ invalid-value\naliases:\n  - old\n    ^^^ invalid-value\n---\n",
        "//- content/a.md\n---\ntitle: \"404\"\ndescription: >\n  Folded\n  text\nupdated: '2026-04-16'\ndraft: false\norder: -1\nreview_every: 6 weeks\naliases: []\n---\n",
    ),
    (
        "duplicate-field",
        "//- content/a.md\n---\ntitle: One\ndescription: D\nupdated: 2026-01-01\ntitle: Two\n^^^^^ duplicate-field\n---\n",
        "//- content/a.md\n---\ntitle: One\ndescription: D\nupdated: 2026-01-01\nnav_title: Two\n---\n",
    ),
    (
        "future-date",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-11-25\n         ^^^^^^^^^^ future-date\nreviewed: 2062-01-01\n          ^^^^^^^^^^ future-date\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-11-24\nreviewed: 2026-11-23\n---\n",
    ),
    (
        "skipped-heading-level",
        "//- content/a.md\nFRONT\n## Create a key\n#### Name it\n^^^^^^^^^^^^ skipped-heading-level\n##### Deeper\n",
        "//- content/a.md\nFRONT\n# T\n## Create a key\n### Name it\n## Next\n",
    ),
    (
        "template-error",
        "//- content/a.md\nFRONT\n//- templates/article.html\n<p>{{ page.titel }}</p>\n           ^^^^^ template-error\n",
        "//- content/a.md\nFRONT\n//- templates/article.html\n<p>{{ page.title }}</p>\n",
    ),
    (
        "unknown-template",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ntemplate: guied.html\n          ^^^^^^^^^^ unknown-template\n---\n//- templates/guide.html\n<p></p>\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ntemplate: guide.html\n---\n//- templates/guide.html\n<p></p>\n",
    ),
    (
        "unknown-rule",
        "//- content/a.md\nFRONT\n//- site.yaml\nrules:\n  missing-pages: off\n  ^^^^^^^^^^^^^ unknown-rule\n",
        "//- content/a.md\nFRONT\n//- site.yaml\nrules:\n  missing-page: off\n",
    ),
];

#[test]
fn every_case_is_found_at_its_exact_place() {
    for (rule, raises, _) in CASES {
        let (_, expected) = parse(raises);
        assert!(
            expected.iter().any(|found| found.4 == *rule),
            "{rule} is not marked in its fixture"
        );
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

type Make = fn() -> ProblemKind;

/// What only a file system can bring about; `hostile.rs` brings it about on a real one.
const PROBLEMS: [(&str, Make); 7] = [
    ("not-utf8", || ProblemKind::NotUtf8 { offset: 4, byte: 0xE9 }),
    ("unreadable-file", || ProblemKind::Unreadable("permission denied".to_owned())),
    ("symlink-outside", || ProblemKind::SymlinkOutside),
    ("symlink-outside", || ProblemKind::SymlinkBroken),
    ("symlink-loop", || ProblemKind::SymlinkLoop),
    ("unusable-file-name", || ProblemKind::UnusableName("it ends in a dot".to_owned())),
    ("too-deep", || ProblemKind::TooDeep),
];

#[test]
fn every_problem_of_the_reader_is_a_finding() {
    for (rule, kind) in PROBLEMS {
        let (mut sources, _) = parse("//- content/a.md\nFRONT\n");
        let clean = findings(&sources, &today());
        assert!(clean.iter().all(|finding| finding.rule.name != rule), "{rule}");
        sources.problems.push(Problem { path: SourcePath::new("content/a.md"), kind: kind() });
        let found = findings(&sources, &today());
        assert_eq!(found.iter().filter(|finding| finding.rule.name == rule).count(), 1, "{rule}");
    }
}

#[test]
fn the_table_has_no_rule_without_a_case() {
    let cases = CASES.iter().map(|(rule, _, _)| *rule);
    let covered: BTreeSet<&str> = cases.chain(PROBLEMS.iter().map(|(rule, _)| *rule)).collect();
    let table: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(covered, table);
}

#[test]
fn a_broken_definition_is_one_finding_with_its_uses() {
    let findings = check(
        "//- content/a.md\nFRONT\n[one][ref] and [two][ref] and [ref]\n\n[ref]: <nowhere.md> \"Title\"\n        ^^^^^^^^^^ missing-page\n",
    );
    let broken = findings
        .iter()
        .find(|finding| finding.rule.name == "missing-page")
        .expect("it is reported");
    assert_eq!(broken.related.len(), 3);
}

#[test]
fn destinations_are_found_wherever_they_stand() {
    check(
        "//- content/a.md\nFRONT\n> - | a | b |\n>   |---|---|\n>   | [x](n1.md \"t\") | **[y *z*](<n2.md>)** |\n          ^^^^^ missing-page\n                                  ^^^^^ missing-page\n\n[![alt](n3.png)](n4.md)\n        ^^^^^^ missing-asset\n                 ^^^^^ missing-page\n\nA [wrapped\nlink](n5.md) and \u{1f511} [é](n6.md).\n      ^^^^^ missing-page\n                       ^^^^^ missing-page\n<div><a class=x href='n7.md'>x</a>\n                      ^^^^^ missing-page\n<img srcset=\"n8.png 1x, n9.png 2x\" src=n0.png></div>\n             ^^^^^^ missing-asset\n                        ^^^^^^ missing-asset\n                                       ^^^^^^ missing-asset\n",
    );
}

#[test]
fn drafts_are_checked_as_warnings() {
    let found = check(
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n",
    );
    assert!(found.iter().all(|finding| finding.severity < silcrow::diagnostic::Severity::Error));
    let mut options = today();
    options.drafts = true;
    let found = check_with(
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n",
        &options,
    );
    assert!(found.iter().any(|finding| finding.severity == silcrow::diagnostic::Severity::Error));
}

#[test]
fn severities_follow_the_configuration() {
    let fixture = "//- site.yaml\nrules:\n  missing-page:\n    \"content/old/**\": off\n    \"content/new/**\": warning\n//- content/old/a.md\nFRONT\n[x](nowhere.md)\n//- content/new/a.md\nFRONT\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n//- content/a.md\nFRONT\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n";
    let severities: Vec<_> = check(fixture)
        .iter()
        .filter(|finding| finding.rule.name == "missing-page")
        .map(|finding| (finding.span.file.to_string(), finding.severity.name()))
        .collect();
    let expected = [("content/a.md", "error"), ("content/new/a.md", "warning")];
    assert_eq!(severities, expected.map(|(file, severity)| (file.to_owned(), severity)));
}

#[test]
fn suggestions_name_what_was_meant() {
    for (fixture, suggestion) in [
        (
            "//- content/a.md\nFRONT\n[x](overveiw.md)\n//- content/overview.md\nFRONT\n",
            "overview.md",
        ),
        (
            "//- content/a.md\nFRONT\n[x](overview.md#x)\n//- content/s/overview.md\nFRONT\n## X\n",
            "s/overview.md#x",
        ),
        ("//- content/s/a.md\nFRONT\n[x](/b)\n//- content/b.md\nFRONT\n", "/b/"),
        ("//- content/s/a.md\nFRONT\n[x](../b)\n//- content/b.md\nFRONT\n", "../b.md"),
        ("//- content/a.md\nFRONT\n## Create your key {#key}\n[x](#create-your-key)\n", "#key"),
        (
            "//- content/a.md\nFRONT\n## One\n[x](#billing)\n//- content/b.md\nFRONT\n## Billing\n",
            "b.md#billing",
        ),
        (
            "//- content/a.md\nFRONT\n![x](img/key.png)\n//- static/images/key.png\n",
            "images/key.png",
        ),
        ("//- content/a.md\n---\ntitel: T\n---\n", "title"),
        ("//- content/a.md\n---\ntitle: 12\n---\n", "\"12\""),
    ] {
        let (sources, _) = parse(fixture);
        let found = findings(&sources, &today());
        let suggested: Vec<_> =
            found.iter().filter_map(|finding| finding.suggestion.as_deref()).collect();
        assert!(suggested.contains(&suggestion), "{suggestion} in {suggested:?} of {fixture}");
    }
}

//! What is found beyond the cases of single rules, which are in `src/diagnostic/rules/`: limits of hosts, severities, drafts,
//! suggestions, and destinations wherever they are written.

use crate::fixture::{check, check_with, findings, parse, today};

#[test]
fn more_redirects_than_hosts_read_are_told_of() {
    let site = |patterns: usize, aliases: usize| {
        let patterns: String = (0..patterns).map(|n| format!("  /old{n}/*: /new/\n")).collect();
        let aliases: Vec<String> = (0..aliases).map(|n| format!("/a{n}/")).collect();
        let mark = if patterns.lines().count() > 100 { " ! host-limit" } else { "" };
        format!(
            "//- site.yaml{mark}\ntitle: T\nredirects:\n{patterns}\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [{}]\n---\n",
            aliases.join(", ")
        )
    };
    check(&site(100, 2));
    assert!(check(&site(101, 2)).iter().any(|finding| finding.rule.name == "host-limit"));
    let many = site(1, 2001).replace("//- site.yaml\n", "//- site.yaml ! host-limit\n");
    assert!(
        check(&many).iter().any(|finding| finding.message.contains("2001 redirects of single"))
    );
}

#[test]
fn redirects_without_a_page_that_gitlab_does_not_read_are_told_of() {
    let site = |redirects: &str, aliases: usize, length: usize| {
        let long = "x".repeat(length);
        let aliases: Vec<String> = (0..aliases).map(|n| format!("/a{n}{long}/")).collect();
        format!(
            "//- site.yaml\ntitle: T\nredirects: {{{redirects}}}\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [{}]\n---\n",
            aliases.join(", ")
        )
    };
    let told = |site: String| {
        let (sources, _) = parse(&site);
        let found = findings(&sources, &today());
        let of_hosts = found.into_iter().filter(|finding| finding.rule.name == "host-limit");
        of_hosts.map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(told(site("/old/*: /new/", 999, 0)), Vec::<String>::new());
    assert_eq!(
        told(site("/old/*: /new/", 1000, 0)),
        [
            "`_redirects` has 1001 lines, and GitLab Pages reads the first 1000; redirects that have no page come last, and are lost there"
        ]
    );
    let long = told(site("/old/: /new/", 500, 150));
    assert!(long[0].contains("reads none with more than 65536;"), "{long:?}");
    // An alias has a page everywhere.
    assert_eq!(told(site("", 1500, 0)), Vec::<String>::new());
}

#[test]
fn a_policy_that_names_more_sites_than_fit_into_a_line_is_told_of() {
    let site = |count: usize| {
        let images = (0..count).map(|n| format!("![x](https://pictures-{n}.example/a.png)\n"));
        let images: String = images.collect();
        let mark = if count > 20 { " ! host-limit" } else { "" };
        format!("//- site.yaml{mark}\ntitle: T\n//- content/a.md\nFRONT\n{images}")
    };
    check(&site(20));
    let found = check(&site(70));
    assert!(found.iter().any(|finding| finding.message.contains("one line of `_headers`")));
}

#[test]
fn a_redirect_that_is_longer_than_hosts_read_is_told_of() {
    let site = |length: usize, mark: &str| {
        let long = "x".repeat(length);
        format!(
            "//- site.yaml{mark}\ntitle: T\nredirects:\n  /old/: /{long}/\n//- content/a.md\nFRONT\n"
        )
    };
    check(&site(980, ""));
    check(&site(990, " ! host-limit"));
}

#[test]
fn files_that_a_site_has_for_programs_can_be_linked_to_and_conflict_with_its_own() {
    check(
        "//- site.yaml\ntitle: T\nbase_url: https://example.com/\nllms_full: true\nsecurity_txt: {contact: a@b.c, expires: 2027-01-01}\n//- content/a.md\nFRONT\n[1](/sitemap.xml) [2](/feed.xml) [3](/robots.txt) [4](/llms.txt) [5](/llms-full.txt) [6](/_headers) [7](/.well-known/security.txt) [8](/speculation-rules.json) [9](/a/index.md) [10](/index.md)\n                                                                                                                                                                                      ^^^^^^^^^ absolute-md\n//- content/index.md\n---\ntitle: Home\n---\n//- static/page.html\n<a href=\"/index.md\">x</a> <a href=\"/a/index.md\">x</a>\n",
    );
    check(
        "//- site.yaml\ntitle: T\n//- content/a.md\nFRONT\n[1](/sitemap.xml) [2](/feed.xml) [3](/llms-full.txt) [4](/d/index.md)\n    ^^^^^^^^^^^^ missing-asset\n                      ^^^^^^^^^ missing-asset\n                                     ^^^^^^^^^^^^^^ missing-asset\n                                                         ^^^^^^^^^^^ draft-target\n//- content/d.md\n---\ntitle: D\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n",
    );
    check(
        "//- site.yaml\ntitle: T\nbase_url: https://example.com/\n//- content/a.md\nFRONT\n//- static/sitemap.xml ! url-conflict\nx\n//- static/feed.xml/x.txt ! url-conflict\nx\n//- static/a/index.md ! url-conflict\nx\n//- static/robots.txt\nx\n//- static/_headers\nx\n//- static/llms.txt\nx\n//- static/b/index.md\nx\n",
    );
    check(
        "//- site.yaml\ntitle: T\nfeed_articles: 0\nbase_url: https://example.com/\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/a/index.md, /b/index.md]\n          ^^^^^^^^^^^ alias-shadows-page\n---\n//- static/feed.xml\nx\n",
    );
}

#[test]
fn a_picture_that_is_not_there_is_found_in_the_settings() {
    let found = check(
        "//- site.yaml\ntitle: T\nimage: socail.png\n       ^^^^^^^^^^ missing-asset\n//- content/a.md\nFRONT\n//- static/social.png\nx\n",
    );
    assert!(found.iter().any(|finding| finding.suggestion() == Some("social.png")));
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
        "//- content/a.md\nFRONT\n> - | a | b |\n>   |---|---|\n>   | [x](n1.md \"t\") | **[y *z*](<n2.md>)** |\n          ^^^^^ missing-page\n                                  ^^^^^ missing-page\n\n[![alt](n3.png)](n4.md)\n        ^^^^^^ missing-asset\n                 ^^^^^ missing-page\n\nA [wrapped\nlink](n5.md) and \u{1f511} [é](n6.md).\n      ^^^^^ missing-page\n                       ^^^^^ missing-page\n<div><a class=x href='n7.md'>x</a>\n                      ^^^^^ missing-page\n<img srcset=\"n8.png 1x, n9.png 2x\" src=n0.png alt=x></div>\n             ^^^^^^ missing-asset\n                        ^^^^^^ missing-asset\n                                       ^^^^^^ missing-asset\n",
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
        // As it is written: a version is no number.
        ("//- content/a.md\n---\ntitle: 1.10\n---\n", "\"1.10\""),
        ("//- content/a.md\n---\ntitle: 0x10\n---\n", "\"0x10\""),
    ] {
        let (sources, _) = parse(fixture);
        let found = findings(&sources, &today());
        let suggested: Vec<_> = found.iter().filter_map(|finding| finding.suggestion()).collect();
        assert!(suggested.contains(&suggestion), "{suggestion} in {suggested:?} of {fixture}");
    }
}

#[test]
fn a_finding_is_at_its_own_entry_after_an_invalid_one() {
    check(
        "//- content/t.md
---
title: T
description: D
updated: 2026-01-01
related:
  - \"\"
    ^^ invalid-value
  - u
  - gone
    ^^^^ missing-related
aliases:
  - old/u
    ^^^^^ invalid-value
  - /u/
    ^^^ alias-shadows-page
anchors:
  a: \"#x\"
      ^^ invalid-value
  b: nowhere
     ^^^^^^^ missing-anchor
---
//- content/u.md
FRONT
//- site.yaml
theme:
  navigation:
    A: /x
       ^^ invalid-value
    B: gone
       ^^^^ missing-page
",
    );
}

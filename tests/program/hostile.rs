//! Hostile input: each is a finding at its very place or a right page, and never a panic, a hang or a silent skip.
//! Longer than most files: it is a list of inputs, and a list is best read in one place.
#![expect(clippy::disallowed_methods, reason = "tests read and write files, and measure time")]

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::common::{ARTICLE, Run, Site, TODAY, command, run, tree};
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// A template that shows the body alone.
const BARE: (&str, &str) = ("templates/article.html", "{{ content }}");

fn article(body: &str) -> String {
    format!("{ARTICLE}{body}")
}

fn with_matter(yaml: &str) -> String {
    format!("---\n{yaml}\n---\n")
}

/// Front matter that nothing is wrong with but for what `lines` add to it. They begin in line 5.
fn article_with(lines: &str) -> String {
    with_matter(&format!("title: Title\ndescription: Description\nupdated: 2026-01-01\n{lines}"))
}

fn top_level(site: &Site) -> Vec<String> {
    let entries = std::fs::read_dir(site.path("")).expect("a site is a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("a folder can be listed").file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

/// Builds the site, and expects exactly these findings, in both formats, and nothing written.
fn refused(site: &Site, code: i32, expected: &[&str]) -> Run {
    let before = top_level(site);
    let run = site.build(&[]);
    assert_eq!(run.found(), expected, "{}", run.stderr);
    assert_eq!(run.code, code, "{}", run.stderr);
    let human = site.run(&["build", "--today", TODAY]);
    assert_eq!(human.code, code, "{}", human.stderr);
    let titles = human.stdout.lines().filter(|line| {
        line.starts_with("error[") || line.starts_with("warning[") || line.starts_with("info[")
    });
    assert_eq!(titles.count(), expected.len(), "{}", human.stdout);
    assert_eq!(top_level(site), before);
    run
}

/// Builds the site, expects no finding, and returns what was written.
fn built(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let run = site.build(&[]);
    assert_eq!(run.found(), Vec::<String>::new(), "{}", run.stderr);
    assert_eq!(run.code, 0, "{}", run.stderr);
    tree(&site.path("public"))
}

/// The pages, without those that every site has.
fn pages(files: &BTreeMap<String, Vec<u8>>) -> Vec<&str> {
    let is_page =
        |name: &&str| name.ends_with(".html") && !["404.html", "search/index.html"].contains(name);
    files.keys().map(String::as_str).filter(is_page).collect()
}

fn text(files: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    String::from_utf8(files[path].clone()).expect("a page is UTF-8")
}

/// Tests that measure time do not take it from each other.
static MEASURED: Mutex<()> = Mutex::new(());

/// Nothing here takes a sixth of this, unless it takes more than linear time: a guard against hangs, no measurement.
fn in_time<T>(limit: u64, work: impl FnOnce() -> T) -> T {
    let _alone = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    let start = Instant::now();
    let result = work();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(limit * 6), "took {took:?}");
    result
}

// Texts.

#[test]
fn an_article_that_is_not_utf8_is_a_finding_at_the_byte() {
    let site = Site::new(&[]);
    let mut text = article("è caf").into_bytes();
    text.extend(b"\xe9 au lait\n");
    site.write("content/a.md", text);
    let run = refused(&site, 1, &["error not-utf8 content/a.md 7:6-7:7"]);
    let start = &run.findings()[0]["start"];
    assert_eq!((start["byte_column"].as_u64(), start["utf16_column"].as_u64()), (Some(7), Some(6)));
    assert_eq!(run.findings()[0]["message"], "the byte E9 is not UTF-8");
}

#[test]
fn a_template_that_is_not_utf8_is_a_finding_at_the_byte() {
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    site.write("templates/article.html", b"<p>\ncaf\xe9</p>\n");
    refused(&site, 1, &["error not-utf8 templates/article.html 2:4-2:5"]);
}

#[test]
fn a_configuration_that_is_not_utf8_could_not_run() {
    let site = Site::new(&[]);
    site.write("site.yaml", b"# caf\xe9\ntitle: Site\n");
    refused(&site, 2, &["error not-utf8 site.yaml 1:6-1:7"]);
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    let text = article("# Title\n\n## One\n");
    let plain = built(&Site::new(&[("content/a.md", &text)]));
    let marked = built(&Site::new(&[("content/a.md", &format!("\u{feff}{text}"))]));
    assert_eq!(pages(&marked), ["a/index.html", "index.html"]);
    assert_eq!(marked, plain);
}

#[test]
fn a_byte_order_mark_is_no_column() {
    let site = Site::new(&[("content/a.md", "\u{feff}No front matter\n")]);
    refused(&site, 1, &["error missing-front-matter content/a.md 1:1-1:16"]);
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let text = article(
        "Two\nlines\\\nand\n\n- a\n- b\n\n```bash\necho 1\n\necho 2\n```\n\n    indented\n    code\n\n<div>\nraw\n</div>\n\n| a |\n|---|\n| b |\n",
    );
    let unix = built(&Site::new(&[("content/a.md", &text)]));
    let windows = built(&Site::new(&[("content/a.md", &text.replace('\n', "\r\n"))]));
    assert_eq!(windows, unix);
}

#[test]
fn places_are_right_with_line_ends_of_windows() {
    let text = article("One\n\nSee [x](nothing.md).\n").replace('\n', "\r\n");
    let site = Site::new(&[("content/a.md", &text)]);
    refused(&site, 1, &["error missing-page content/a.md 9:9-9:19"]);
}

#[test]
fn an_empty_file_is_a_finding() {
    let site = Site::new(&[("content/a.md", "")]);
    let run = refused(&site, 1, &["error missing-front-matter content/a.md 1:1-1:1"]);
    assert_eq!(run.findings()[0]["message"], "the file is empty");
}

#[test]
fn missing_front_matter_is_a_finding() {
    let site = Site::new(&[("content/a.md", "# Title\n\n---\ntitle: Late\n---\n")]);
    refused(&site, 1, &["error missing-front-matter content/a.md 1:1-1:8"]);
}

#[test]
fn unclosed_front_matter_is_a_finding_where_it_opens() {
    let site = Site::new(&[("content/a.md", "---\ntitle: Title\n\nText --- text\n")]);
    refused(&site, 1, &["error unclosed-front-matter content/a.md 1:1-1:4"]);
}

#[test]
fn a_broken_file_does_not_hide_the_mistakes_in_others_or_its_own_links() {
    let site = Site::new(&[
        ("content/a.md", "[x](nothing.md)\n"),
        ("content/b.md", &article("[x](a.md) [y](b.md#no)\n")),
    ]);
    refused(
        &site,
        1,
        &[
            "error missing-front-matter content/a.md 1:1-1:16",
            "error missing-page content/a.md 1:5-1:15",
            "error missing-anchor content/b.md 7:15-7:22",
        ],
    );
}

// Front matter and configuration.

#[test]
fn duplicate_keys_are_findings_at_the_second_one() {
    let site =
        Site::new(&[("content/a.md", &article_with("extra:\n  key: 1\n  key: 2\ntitle: Another"))]);
    let run = refused(
        &site,
        1,
        &[
            "error duplicate-field content/a.md 7:3-7:6",
            "error duplicate-field content/a.md 8:1-8:6",
        ],
    );
    let first = |index: usize| run.findings()[index]["related"][0]["start"]["line"].clone();
    assert_eq!((first(0), first(1)), (6.into(), 2.into()));
}

#[test]
fn a_duplicate_key_in_quotes_is_the_only_finding() {
    let site = Site::new(&[("content/a.md", &article_with("\"title\": 'Anóther'"))]);
    refused(&site, 1, &["error duplicate-field content/a.md 5:2-5:7"]);
}

#[test]
fn duplicate_keys_at_the_very_end_of_a_file_are_findings() {
    let site = Site::new(&[("site.yaml", "title: Site\n? title")]);
    refused(&site, 2, &["error duplicate-field site.yaml 2:3-2:8"]);
}

#[test]
fn an_alias_bomb_is_a_finding() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (one, next) in "abcdefgh".chars().zip("bcdefghi".chars()) {
        let uses = vec![format!("*{one}"); 10].join(",");
        bomb.push_str(&format!("{next}: &{next} [{uses}]\n"));
    }
    let site = Site::new(&[("content/a.md", &with_matter(&bomb))]);
    let run = in_time(10, || refused(&site, 1, &["error invalid-yaml content/a.md 6:26-6:38"]));
    assert!(run.stdout.contains("its aliases repeat too much"), "{}", run.stdout);
}

#[test]
fn an_alias_of_itself_is_a_finding() {
    let site = Site::new(&[("content/a.md", &article_with("extra: &all {in: *all}"))]);
    let run = in_time(10, || site.build(&[]));
    assert_eq!(run.code, 1);
    let found = run.findings();
    assert_eq!((found.len(), &found[0]["rule"]), (1, &"invalid-yaml".into()), "{}", run.stdout);
}

#[test]
fn yaml_nested_a_hundred_thousand_deep_is_a_finding_that_says_why() {
    for nesting in
        ["[".repeat(100_000), "{a: ".repeat(60_000), format!("\n  {}x", "- ".repeat(100_000))]
    {
        let site = Site::new(&[("content/a.md", &with_matter(&format!("a: {nesting}")))]);
        let run = in_time(20, || site.build(&[]));
        assert_eq!(run.code, 1);
        let found = run.findings();
        assert_eq!((found.len(), &found[0]["rule"]), (1, &"invalid-yaml".into()));
        let message = found[0]["message"].as_str().expect("a message is a text");
        assert!(!message.trim_end().ends_with(':'), "{message}");
    }
}

#[test]
fn yaml_nested_deep_in_few_bytes_is_a_finding() {
    for nesting in ["[".repeat(1_900), "{a: ".repeat(900), format!("\n  {}x", "- ".repeat(900))] {
        let site = Site::new(&[("content/a.md", &with_matter(&format!("a: {nesting}")))]);
        let run = in_time(20, || site.build(&[]));
        assert_eq!(run.code, 1);
        let found = run.findings();
        assert_eq!((found.len(), &found[0]["rule"]), (1, &"invalid-yaml".into()));
    }
}

#[test]
fn front_matter_longer_than_any_is_a_finding() {
    let site = Site::new(&[("content/a.md", &article_with(&format!("#{}", "x".repeat(300_000))))]);
    let run = in_time(10, || refused(&site, 1, &["error invalid-yaml content/a.md 2:1-2:1"]));
    assert!(run.stdout.contains("longer than 256 KiB"), "{}", run.stdout);
}

#[test]
fn thousands_of_wrong_entries_are_found_in_time() {
    let entries = |line: fn(u32) -> String| (0..3_000).map(line).collect::<String>();
    let unknown = article_with(entries(|n| format!("key{n}: 1\n")).trim_end());
    let related = article_with(&format!("related:\n{}", entries(|n| format!("- no/page{n}\n"))));
    let anchors = article_with(&format!("anchors:\n{}", entries(|n| format!("  old{n}: new\n"))));
    let cases = [
        (
            unknown,
            "error unknown-field content/a.md 5:1-5:5",
            "error unknown-field content/a.md 3004:1-3004:8",
        ),
        (
            related,
            "error missing-related content/a.md 6:3-6:11",
            "error missing-related content/a.md 3005:3-3005:14",
        ),
        (
            anchors,
            "error missing-anchor content/a.md 6:9-6:12",
            "error missing-anchor content/a.md 3005:12-3005:15",
        ),
    ];
    for (text, first, last) in cases {
        let site = Site::new(&[("content/a.md", &text)]);
        let run = in_time(10, || site.build(&[]));
        let found = run.found();
        assert_eq!((run.code, found.len()), (1, 3_000));
        assert_eq!((found[0].as_str(), found[2_999].as_str()), (first, last));
    }
    let links = format!("theme:\n  navigation:\n{}", entries(|n| format!("    n{n}: gone\n")));
    let site = Site::new(&[("site.yaml", &links)]);
    let found = in_time(10, || site.build(&[])).found();
    assert_eq!(
        (found.len(), found[2_999].as_str()),
        (3_000, "error missing-page site.yaml 3002:12-3002:16")
    );
}

#[test]
fn wrong_settings_are_shown_as_findings_and_nothing_runs() {
    let site = Site::new(&[
        ("site.yaml", "title: Site\nbase_url: example.com\nlanguage: [en]\ntitel: x\n"),
        ("content/a.md", &article("[x](nothing.md)\n")),
    ]);
    refused(
        &site,
        2,
        &[
            "error missing-page content/a.md 7:5-7:15",
            "error invalid-value site.yaml 2:11-2:22",
            "error invalid-value site.yaml 3:11-3:15",
            "error unknown-field site.yaml 4:1-4:6",
        ],
    );
}

#[test]
fn a_pattern_that_is_too_large_is_a_finding_and_no_panic() {
    let nested = format!("{}a{}", "{a,".repeat(160), "}".repeat(160));
    let long = "?".repeat(200_000);
    let site = Site::new(&[(
        "site.yaml",
        &format!(
            "rules:\n  missing-page:\n    \"{nested}\": off\nexternal:\n  skip:\n  - \"https://{long}\"\n"
        ),
    )]);
    let run = in_time(20, || {
        let expected = [
            "error invalid-value site.yaml 3:6-3:647",
            "error invalid-value site.yaml 6:6-6:200014",
        ];
        refused(&site, 2, &expected)
    });
    assert!(run.findings().iter().all(|finding| finding["message"].to_string().len() < 200));
}

#[test]
fn settings_that_are_no_yaml_are_shown_as_a_finding_and_nothing_runs() {
    let site = Site::new(&[("site.yaml", "title: a: b\n")]);
    refused(&site, 2, &["error invalid-yaml site.yaml 1:9-1:12"]);
}

#[test]
fn settings_may_be_empty_or_absent() {
    let empty = Site::new(&[("site.yaml", "")]);
    assert_eq!(pages(&built(&empty)), ["index.html"]);
    std::fs::remove_file(empty.path("site.yaml")).expect("a file can be removed");
    assert_eq!(pages(&built(&empty)), ["index.html"]);
}

#[test]
fn an_old_address_that_climbs_out_is_refused_and_writes_nothing() {
    for (alias, end) in [
        ("/%2e%2e/out/", 22),
        ("/a/%2E%2E/%2e%2e/%2e%2e/out/", 38),
        ("/..%2fout/", 20),
        ("/%2e/out/", 19),
        ("https://example.com/%2e%2e/out/", 41),
    ] {
        let site = Site::new(&[("content/a.md", &article_with(&format!("aliases: [{alias}]")))]);
        refused(&site, 1, &[&format!("error invalid-value content/a.md 5:11-5:{}", end + 1)]);
    }
}

#[test]
fn an_old_address_that_no_file_can_have_is_refused() {
    let long = format!("/{}/", "a".repeat(300));
    for alias in ["/a%00b/", "/a%0Ab/", "/a%1Bb/", &long] {
        let site =
            Site::new(&[("content/a.md", &article_with(&format!("aliases: [\"{alias}\"]")))]);
        let end = 12 + alias.len();
        refused(&site, 1, &[&format!("error invalid-value content/a.md 5:12-5:{end}")]);
    }
}

#[test]
fn an_old_address_inside_a_file_is_a_finding() {
    let site = Site::new(&[("content/a.md", &article_with("aliases: [/favicon.svg/x/]"))]);
    refused(&site, 1, &["error alias-shadows-page content/a.md 5:11-5:26"]);
    let site = Site::new(&[("content/a.md", &article_with("aliases: [/x.html, /x.html/y/]"))]);
    let run = site.build(&[]);
    assert_eq!((run.code, run.findings().len()), (1, 1), "{}{}", run.stdout, run.stderr);
}

#[test]
fn an_old_address_of_what_every_site_has_is_a_finding() {
    for alias in [
        "/404.html",
        "/404.html/",
        "/_redirects",
        "/_redirects/",
        "/_redirects/x/",
        "/.silcrow-manifest",
    ] {
        let site = Site::new(&[("content/a.md", &article_with(&format!("aliases: [{alias}]")))]);
        let end = 11 + alias.len();
        refused(&site, 1, &[&format!("error alias-shadows-page content/a.md 5:11-5:{end}")]);
    }
}

#[test]
fn a_page_that_needs_a_folder_where_every_site_has_a_file_is_a_finding() {
    let site = Site::new(&[("content/404.html.md", ARTICLE)]);
    refused(&site, 1, &["error url-conflict content/404.html.md 1:1-1:1"]);
    let alias = article_with("aliases: [/old/]");
    let site = Site::new(&[("content/a.md", &alias), ("content/_redirects.md", ARTICLE)]);
    refused(&site, 1, &["error url-conflict content/_redirects.md 1:1-1:1"]);
    let site = Site::new(&[("static/404.html/x.txt", "x")]);
    refused(&site, 1, &["error url-conflict static/404.html/x.txt 1:1-1:1"]);
}

#[test]
fn what_has_the_place_of_the_search_page_is_a_finding() {
    for path in ["content/search.md", "content/search/index.md", "content/Search.md"] {
        let site = Site::new(&[(path, ARTICLE)]);
        let run = refused(&site, 1, &[&format!("error url-conflict {path} 1:1-1:1")]);
        assert!(run.stdout.contains("templates/search.html"), "{}", run.stdout);
    }
    for path in ["static/search", "static/search/index.json"] {
        let site = Site::new(&[(path, "mine")]);
        refused(&site, 1, &[&format!("error url-conflict {path} 1:1-1:1")]);
    }
    let site = Site::new(&[("content/a.md", &article_with("aliases: [/search/]"))]);
    refused(&site, 1, &["error alias-shadows-page content/a.md 5:11-5:19"]);
}

#[test]
fn an_old_address_in_a_repository_is_refused() {
    // A `.git` in the output is never silcrow's: it is carried from one build to the next.
    for alias in ["/.git/", "/.git/config", "/%2Egit/hooks/"] {
        let site = Site::new(&[("content/a.md", &article_with(&format!("aliases: [{alias}]")))]);
        let end = 11 + alias.len();
        refused(&site, 1, &[&format!("error invalid-value content/a.md 5:11-5:{end}")]);
    }
}

#[test]
fn an_old_address_that_is_a_pages_but_for_case_is_a_finding() {
    let site =
        Site::new(&[("content/a.md", &article_with("aliases: [/B/]")), ("content/b.md", ARTICLE)]);
    refused(&site, 1, &["error alias-shadows-page content/a.md 5:11-5:14"]);
}

#[test]
fn a_file_of_the_sites_own_is_not_silently_replaced_by_one_that_every_site_has() {
    let alias = article_with("aliases: [/old/]");
    let site = Site::new(&[("content/a.md", &alias), ("static/_redirects", "/mine /b 301\n")]);
    refused(&site, 1, &["error url-conflict static/_redirects 1:1-1:1"]);
    let site = Site::new(&[("static/.silcrow-manifest", "mine\n")]);
    refused(&site, 1, &["error url-conflict static/.silcrow-manifest 1:1-1:1"]);
}

// Size and depth.

#[test]
fn an_article_of_fifty_megabytes_is_a_page() {
    let paragraph =
        "A paragraph with *emphasis*, a [link](index.md), `code` & words to fill the line.\n\n";
    let count = 50 * 1024 * 1024 / paragraph.len() + 1;
    let site = Site::new(&[BARE, ("content/a.md", &article(&paragraph.repeat(count)))]);
    let files = in_time(90, || built(&site));
    let expected = "<p>A paragraph with <em>emphasis</em>, a <a href=\"/\">link</a>, <code>code</code> &amp; words to fill the line.</p>\n";
    let page = &files["a/index.html"];
    assert_eq!(page.len(), expected.len() * count);
    assert!(page.chunks(expected.len()).all(|chunk| chunk == expected.as_bytes()));
}

#[test]
fn ten_thousand_good_links_on_a_page_are_a_page() {
    let site = Site::new(&[BARE, ("content/a.md", &article(&"[x](index.md) ".repeat(10_000)))]);
    let files = in_time(10, || built(&site));
    assert_eq!(text(&files, "a/index.html").matches("<a href=\"/\">x</a>").count(), 10_000);
}

#[test]
fn the_graph_around_a_page_with_forty_thousand_links_is_shown_in_time() {
    let links = "[x](b.md)\n".repeat(40_000);
    let site = Site::new(&[("content/a.md", &article(&links)), ("content/b.md", &article(""))]);
    let run = in_time(5, || site.run(&["graph", "b"]));
    assert!(run.stdout.ends_with("        content/a.md:40006:5  b.md\n\nlinks out: 0\n"));
}

#[test]
fn a_heading_that_forty_thousand_links_lead_to_is_renamed_in_time() {
    let links = "[x](b.md#old)\n".repeat(40_000);
    let site =
        Site::new(&[("content/a.md", &article(&links)), ("content/b.md", &article("## Old\n"))]);
    let run = in_time(5, || site.run(&["mv", "b#old", "New", "--today", TODAY]));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = std::fs::read_to_string(site.path("content/a.md")).expect("readable");
    assert_eq!(text.matches("b.md#new").count(), 40_000);
}

#[test]
fn ten_thousand_broken_links_in_lines_are_ten_thousand_findings_in_time() {
    let links: String = (0..10_000).map(|number| format!("[x](no-{number:05}.md)\n")).collect();
    let site = Site::new(&[("content/a.md", &article(&links))]);
    let line = |number: usize| format!("error missing-page content/a.md {0}:5-{0}:16", number + 7);
    let expected: Vec<String> = (0..10_000).map(line).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    in_time(20, || refused(&site, 1, &expected));
}

#[test]
fn ten_thousand_broken_links_in_one_line_are_ten_thousand_findings_in_time() {
    let links: String = (0..10_000).map(|number| format!("[x](no-{number:05}.md) ")).collect();
    let site = Site::new(&[("content/a.md", &article(&links))]);
    let place = |number: usize| {
        let start = number * 17 + 5;
        format!("error missing-page content/a.md 7:{start}-7:{}", start + 11)
    };
    let expected: Vec<String> = (0..10_000).map(place).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    in_time(20, || refused(&site, 1, &expected));
}

#[test]
fn thousands_of_broken_links_in_a_large_site_are_found_in_time() {
    // What was meant is looked for among all pages, for each link.
    let links: String = (0..5_000).map(|number| format!("[x](no-{number:05}.md)\n")).collect();
    let site = Site::new(&[("content/a.md", &article(&links))]);
    for number in 0..1_500 {
        site.write(&format!("content/article-{number}.md"), ARTICLE);
    }
    let run = in_time(30, || site.build(&[]));
    let found = run.found();
    assert_eq!((run.code, found.len()), (1, 5_000));
    assert_eq!(found[4_999], "error missing-page content/a.md 5006:5-5006:16");
}

#[test]
fn quotes_and_lists_nested_thousands_deep_are_a_page() {
    let quotes = format!("{} deep\n", ">".repeat(10_000));
    let lists: String = (0..2_000).map(|level| format!("{}- item\n", "  ".repeat(level))).collect();
    let line = format!("{}deep\n", "- ".repeat(2_000));
    let site = Site::new(&[
        BARE,
        ("content/quotes.md", &article(&quotes)),
        ("content/lists.md", &article(&lists)),
        ("content/line.md", &article(&line)),
    ]);
    let files = in_time(20, || built(&site));
    for (page, element, count) in
        [("quotes", "blockquote", 10_000), ("lists", "ul", 2_000), ("line", "ul", 2_000)]
    {
        let html = text(&files, &format!("{page}/index.html"));
        assert_eq!(html.matches(&format!("<{element}>")).count(), count, "{page}");
        assert_eq!(html.matches(&format!("</{element}>")).count(), count, "{page}");
    }
}

#[test]
fn what_is_slow_in_naive_parsers_is_a_page_in_time() {
    let cases = [
        "[".repeat(50_000),
        "![".repeat(50_000),
        "[a](".repeat(50_000),
        "*a_ ".repeat(50_000),
        "a <!--".repeat(50_000),
        "x <a href=\"".repeat(30_000),
        "<b>".repeat(50_000),
        (1..600).map(|count| format!("{} ", "`".repeat(count))).collect(),
        format!("{}c{}", "**a *b ".repeat(20_000), "* d**".repeat(20_000)),
        format!("{}x{}", "[".repeat(5_000), "](index.md)".repeat(5_000)),
        format!("{}\n{}\n{}", "|a".repeat(5_000), "|-".repeat(5_000), "|b\n".repeat(500)),
        format!("{}\n\n[^1]: note", "[^1] ".repeat(20_000)),
        "a\n: b\n\n".repeat(5_000),
        "## Again\n\n".repeat(10_000),
    ];
    let names: Vec<String> = (0..cases.len()).map(|index| format!("content/p{index}.md")).collect();
    let texts: Vec<String> = cases.iter().map(|case| article(&format!("{case}\n"))).collect();
    let files: Vec<(&str, &str)> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let site = Site::new(&files);
    let files = in_time(30, || built(&site));
    assert_eq!(pages(&files).len(), cases.len() + 1);
}

/// Settings with which code that is too large or too deep to be coloured is no finding.
const PLAIN_CODE_IS_FINE: (&str, &str) =
    ("site.yaml", "title: Site\nbase_url: https://example.com/\nrules: {plain-code: off}\n");

#[test]
fn code_nested_deep_is_a_page() {
    // The highlighter's own limits are met here: its scanner for YAML keeps its state in 1024 bytes.
    let yaml = format!("{}x", "- ".repeat(400));
    let steps: String = (0..400).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let json = "[".repeat(2_000);
    let body = format!("```yaml\n{yaml}\n```\n\n```yaml\n{steps}```\n\n```json\n{json}\n```\n");
    let site = Site::new(&[PLAIN_CODE_IS_FINE, BARE, ("content/a.md", &article(&body))]);
    let files = in_time(20, || built(&site));
    let shown = visible(&text(&files, "a/index.html"));
    assert_eq!(shown, format!("{yaml}\n\n{steps}\n{json}\n\n"));
}

#[test]
fn long_code_that_is_not_of_its_language_is_a_page_in_time() {
    for (language, line) in [("bash", "<a>"), ("toml", "if x:\n"), ("json", "`${\""), ("yaml", "[")]
    {
        let code = line.repeat(60_000 / line.len());
        let body = format!("````{language}\n{code}\n````\n");
        let site = Site::new(&[PLAIN_CODE_IS_FINE, ("content/a.md", &article(&body))]);
        let files = in_time(10, || built(&site));
        assert_eq!(pages(&files), ["a/index.html", "index.html"]);
    }
}

/// The text of a page as a browser shows it.
fn visible(html: &str) -> String {
    let mut text = String::new();
    for token in Tokenizer::new(html) {
        if let Ok(Token::String(piece)) = token {
            text.push_str(&String::from_utf8_lossy(&piece));
        }
    }
    text
}

#[test]
fn more_than_thirty_two_folders_inside_each_other_are_a_finding() {
    let chain = |folders: usize| {
        let files: Vec<String> =
            (1..=folders).map(|depth| format!("content/{}index.md", "d/".repeat(depth))).collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|path| (path.as_str(), "---\ntitle: Title\n---\n")).collect();
        Site::new(&files)
    };
    // `content` is the first of the 32.
    assert_eq!(pages(&built(&chain(31))).len(), 32);
    let too_deep = format!("content/{}index.md", "d/".repeat(32));
    refused(&chain(32), 1, &[&format!("error too-deep {too_deep} 1:1-1:1")]);
    let too_deep = format!("content{}", "/d".repeat(33));
    let too_deep = format!("error too-deep {too_deep} 1:1-1:1");
    let index = format!("error too-deep content/{}index.md 1:1-1:1", "d/".repeat(32));
    refused(&chain(60), 1, &[&too_deep, &index]);
}

// Names.

#[test]
fn names_with_spaces_quotes_and_other_letters_are_pages_and_can_be_linked_to() {
    let links = "[1](a%20b.md) [2](<a b.md#one>) [3](it's.md) [4](it%27s.md) [5](größe.md)\n[6](gr%C3%B6%C3%9Fe.md) [7](100%25.md) [8](c%23.md) [9](设置/密钥.md) [10](%F0%9F%94%91.md) [11](/a%20b/)\n";
    let site = Site::new(&[
        BARE,
        ("content/links.md", &article(links)),
        ("content/a b.md", &article("## One\n")),
        ("content/it's.md", ARTICLE),
        ("content/größe.md", ARTICLE),
        ("content/100%.md", ARTICLE),
        ("content/c#.md", ARTICLE),
        ("content/设置/index.md", "---\ntitle: 设置\n---\n"),
        ("content/设置/密钥.md", ARTICLE),
        ("content/🔑.md", ARTICLE),
    ]);
    let files = built(&site);
    assert_eq!(
        pages(&files),
        [
            "100%/index.html",
            "a b/index.html",
            "c#/index.html",
            "größe/index.html",
            "index.html",
            "it's/index.html",
            "links/index.html",
            "设置/index.html",
            "设置/密钥/index.html",
            "🔑/index.html",
        ]
    );
    assert_eq!(
        text(&files, "links/index.html"),
        "<p><a href=\"/a%20b/\">1</a> <a href=\"/a%20b/#one\">2</a> <a href=\"/it%27s/\">3</a> <a href=\"/it%27s/\">4</a> <a href=\"/gr%C3%B6%C3%9Fe/\">5</a>\n<a href=\"/gr%C3%B6%C3%9Fe/\">6</a> <a href=\"/100%25/\">7</a> <a href=\"/c%23/\">8</a> <a href=\"/%E8%AE%BE%E7%BD%AE/%E5%AF%86%E9%92%A5/\">9</a> <a href=\"/%F0%9F%94%91/\">10</a> <a href=\"/a%20b/\">11</a></p>\n"
    );
}

#[test]
fn names_that_some_system_cannot_have_are_findings() {
    let names = [
        "AUX.md",
        "X.MD",
        "a\"b.md",
        "com1.txt",
        "con",
        "dot./x.md",
        "lpt9.tar.gz",
        "nul.md",
        "q?.md",
        "space .md",
        "space ",
        "tab\t.md",
    ];
    let paths: Vec<String> = names.iter().map(|name| format!("content/{name}")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), ARTICLE)).collect();
    // A space before the extension works everywhere.
    let expected = [
        "AUX.md",
        "X.MD",
        "a\"b.md",
        "com1.txt",
        "con",
        "dot.",
        "lpt9.tar.gz",
        "nul.md",
        "q?.md",
        "space ",
        "tab\t.md",
    ]
    .map(|name| format!("error unusable-file-name content/{name} 1:1-1:1"));
    refused(&Site::new(&files), 1, &expected.each_ref().map(String::as_str));
}

#[test]
fn two_names_that_differ_only_in_case_are_a_finding() {
    let site = Site::new(&[("content/setup.md", ARTICLE), ("content/Setup.md", ARTICLE)]);
    let run = refused(&site, 1, &["error url-conflict content/setup.md 1:1-1:1"]);
    assert_eq!(run.findings()[0]["related"][0]["file"], "content/Setup.md");
}

#[test]
fn two_sources_of_one_url_are_a_finding() {
    let site = Site::new(&[
        ("content/a.md", ARTICLE),
        ("content/a/index.md", "---\ntitle: A\n---\n"),
        ("content/b.md", ARTICLE),
        ("static/b", "a file where the page needs a folder\n"),
        ("content/c.txt", "one"),
        ("static/c.txt", "two"),
    ]);
    refused(
        &site,
        1,
        &[
            "error url-conflict content/a/index.md 1:1-1:1",
            "error url-conflict content/b.md 1:1-1:1",
            "error url-conflict static/c.txt 1:1-1:1",
        ],
    );
}

// Drafts.

#[test]
fn a_link_to_a_draft_is_a_finding_unless_drafts_are_built() {
    let site = Site::new(&[
        (
            "content/a.md",
            &with_matter("title: A\ndescription: A\nupdated: 2026-01-01\nrelated: [b]"),
        ),
        ("content/b.md", &article_with("draft: true\nrelated: [a]")),
        ("content/c.md", &article("[b](b.md) [b](/b/)\n")),
    ]);
    refused(
        &site,
        1,
        &[
            "error draft-target content/a.md 5:11-5:12",
            "error draft-target content/c.md 7:5-7:9",
            "error draft-target content/c.md 7:15-7:18",
        ],
    );
    let run = site.build(&["--drafts"]);
    assert_eq!((run.found(), run.code), (vec![], 0));
    let files = tree(&site.path("public"));
    assert_eq!(pages(&files), ["a/index.html", "b/index.html", "c/index.html", "index.html"]);
}

#[test]
fn a_draft_is_checked_but_cannot_break_the_site() {
    let site = Site::new(&[
        ("content/a.md", ARTICLE),
        ("content/b.md", &format!("{}[x](nothing.md)\n", article_with("draft: true"))),
        ("content/c/index.md", "---\ntitle: C\ndraft: true\n---\n"),
        ("content/c/d.md", ARTICLE),
    ]);
    let run = site.build(&[]);
    assert_eq!(run.found(), ["warning missing-page content/b.md 7:5-7:15"]);
    assert_eq!(run.code, 0);
    assert_eq!(pages(&tree(&site.path("public"))), ["a/index.html", "index.html"]);
}

// Escaping.

/// The elements of a page and the names of their attributes: what a text must never add to. The highlighter's own, one
/// for each token of code, are left out.
fn structure(html: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let mut elements = Vec::new();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Ok(Token::StartTag(tag)) => {
                let name = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
                let attributes: Vec<_> = tag.attributes.keys().map(|key| name(key)).collect();
                elements.push(format!("{} {}", name(&tag.name), attributes.join(" ")));
            }
            Ok(Token::Comment(comment)) => elements.push(format!("comment {comment:?}")),
            Ok(Token::Error(error)) => elements.push(format!("error {error:?}")),
            _ => {}
        }
    }
    elements.retain(|element| element != "span class");
    elements
}

/// Attribute values and texts of a page, character references resolved.
fn values(html: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let mut values = Vec::new();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Ok(Token::StartTag(tag)) => {
                let value = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
                values.extend(tag.attributes.values().map(|attribute| value(attribute)));
            }
            Ok(Token::String(text)) => values.push(String::from_utf8_lossy(&text).into_owned()),
            _ => {}
        }
    }
    values
}

/// A site in which every text that a writer can set is one of these, in turn.
struct Texts<'a> {
    title: &'a str,
    description: &'a str,
    author: &'a str,
    nav_title: &'a str,
    alt: &'a str,
    link_title: &'a str,
    language: &'a str,
    code: &'a str,
    heading: &'a str,
    id: &'a str,
    query: &'a str,
    extra: &'a str,
    string: &'a str,
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Markdown that shows exactly this text.
fn escaped(text: &str) -> String {
    let escape = |c: char| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() };
    text.chars().map(escape).collect()
}

fn site_of(texts: &Texts<'_>) -> Site {
    let Texts { title, description, author, nav_title, alt, .. } = texts;
    let Texts { link_title, language, code, heading, id, query, extra, string, .. } = texts;
    let [title, description, author, nav_title, extra, string, old_id] =
        [title, description, author, nav_title, extra, string, id].map(|text| quoted(text));
    let [alt, heading, title_attribute] = [alt, heading, link_title].map(|text| escaped(text));
    let matter = format!(
        "---\ntitle: {title}\ndescription: {description}\nupdated: 2026-01-01\nauthor: {author}\nnav_title: {nav_title}\n"
    );
    let body = format!(
        "![{alt}](picture.svg \"{title_attribute}\")\n\n[link](b.md \"{title_attribute}\") [out](https://example.com/?{query}) <a href='b.md?{query}'>raw</a>\n\n```{language}\n{code}\n```\n\n```json\n{code}\n```\n\n```http\n{code}\n```\n\nSome `{code}`.\n\n## {heading}\n\n### {heading}\n\n## `{code}`\n\n## Named {{#named}}\n\n> [!NOTE]\n> {heading}\n\n| {heading} |\n|---|\n| {heading} |\n\n- [x] {heading}\n\nNote[^1].\n\n[^1]: {heading}\n"
    );
    let site = Site::new(&[
        (
            "site.yaml",
            &format!(
                "title: {title}\ndescription: {description}\nbase_url: https://example.com/docs/\ncontact: {}\n",
                quoted(&format!("https://example.com/?{query}"))
            ),
        ),
        (
            "content/index.md",
            &format!("---\ntitle: {title}\ndescription: {description}\n---\n{heading}\n"),
        ),
        (
            "content/a.md",
            &format!(
                "{matter}related: [b, s]\naliases: [/old/]\nanchors: {{{old_id}: named}}\n---\n{body}"
            ),
        ),
        ("content/b.md", &format!("{matter}related: [a]\n---\n[a](a.md)\n")),
        (
            "content/s/index.md",
            &format!(
                "---\ntitle: {title}\nnav_title: {nav_title}\ndescription: {description}\n---\n"
            ),
        ),
        (
            "content/s/c.md",
            &format!("{matter}template: extra.html\nextra: {{text: {extra}}}\n---\n"),
        ),
        (
            "content/s/t/index.md",
            &format!("---\ntitle: {title}\ndescription: {description}\n---\n"),
        ),
        ("content/s/t/d.md", &format!("{matter}draft: true\n---\n{body}")),
        ("content/picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("content/s/t/picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("content/s/t/b.md", &format!("{matter}---\n")),
        ("templates/extra.html", "<p title=\"{{ page.extra.text }}\">{{ page.extra.text }}</p>\n"),
    ]);
    let words =
        ["skip_to_content", "menu", "note", "done", "footnotes", "updated", "not_found_title"];
    let mut strings: String = words.iter().map(|word| format!("{word}: {string}\n")).collect();
    let patterns =
        ["link_to_heading: \"{heading}", "section_label: \"{section}", "table: \"{number}"];
    strings.extend(patterns.iter().map(|start| format!("{start}{}\n", &string[1..])));
    site.write("templates/strings.yaml", strings);
    site
}

#[test]
fn no_text_becomes_markup() {
    let harmless = Texts {
        title: "Title",
        description: "Description",
        author: "Author",
        nav_title: "Short",
        alt: "Alt",
        link_title: "Link title",
        language: "language",
        code: "code",
        heading: "Heading",
        id: "old",
        query: "query",
        extra: "Extra",
        string: "String",
    };
    let hostile = Texts {
        title: "</title><script>alert(1)</script>",
        description: "\" onmouseover=\"alert(2)",
        author: "<img src=x onerror=alert(3)>",
        nav_title: "'><svg onload='alert(4)'>",
        alt: "\" onerror=\"alert(5)\" x='<b>",
        link_title: "\" onclick=\"alert(6)\" x='><i>",
        language: "\"><script>alert(7)</script>",
        code: "</code></pre><script>alert(8)</script>: \"<x>\"",
        heading: "</h2><script>alert(9)</script> \"&amp;' {x} onload=x",
        id: "\"><script>alert(10)</script>",
        query: "q=\"><script>alert(11)</script>&x=1&quot;",
        extra: "\"><script>alert(12)</script>",
        string: "'\"><script>alert(13)</script>",
    };
    let build = |texts: &Texts<'_>| {
        let site = site_of(texts);
        let run = site.build(&["--drafts"]);
        assert_eq!((run.found(), run.code), (vec![], 0), "{}", run.stderr);
        tree(&site.path("public"))
    };
    let (expected, files) = (build(&harmless), build(&hostile));
    assert_eq!(pages(&files), pages(&expected));
    assert_eq!(pages(&files).len(), 9);
    for page in files.keys().filter(|name| name.ends_with(".html")) {
        let (found, wanted) = (structure(&text(&files, page)), structure(&text(&expected, page)));
        let at = found.iter().zip(&wanted).take_while(|(one, other)| one == other).count();
        assert_eq!(found.get(at), wanted.get(at), "{page}, after {:?}", found[..at].last());
    }
    let values = values(&text(&files, "a/index.html"));
    let shown = |text: &str| values.iter().any(|value| value.contains(text));
    let Texts { title, description, author, nav_title, alt, link_title, heading, id, .. } = hostile;
    for text in
        [title, description, author, nav_title, alt, link_title, heading, id, hostile.string]
    {
        assert!(shown(text), "{text} is lost: {values:#?}");
    }
    assert!(shown(hostile.code) && shown(&format!("language-{}", hostile.language)));
}

#[test]
fn json_stays_json_whatever_a_text_holds() {
    let name = "no\"such\\\u{1}\u{2028}<page>\u{7f}";
    let body = format!("[x](<{}.md>)\n", escaped(name));
    let site = Site::new(&[("content/a.md", &article(&body))]);
    let run = site.build(&[]);
    let findings = run.findings();
    assert_eq!((run.code, findings.len()), (1, 1));
    let message = findings[0]["message"].as_str().expect("a message is a text");
    assert!(!run.stdout.trim_end().contains(['\n', '\u{1}']), "{}", run.stdout);
    assert_eq!(findings[0]["rule"], "backslash-path", "{message}");
    let site = Site::new(&[("content/a.md", &article("[x](<no\"such\u{1}\u{2028}page.md>)\n"))]);
    let run = site.build(&[]);
    assert_eq!(run.findings()[0]["message"], "there is no page `no\"such\u{1}\u{2028}page.md`");
}

#[test]
fn addresses_that_run_scripts_are_findings_however_they_are_written() {
    let body = "[1](javascript:alert(1))\n[2](JaVaScRiPt:alert(1))\n[3](javascript&colon;alert(1))\n<javascript:alert(1)>\n<a href=\" javascript:alert(1)\">5</a>\n[6](vbscript:x)\n";
    let site = Site::new(&[("content/a.md", &article(body))]);
    refused(
        &site,
        1,
        &[
            "error forbidden-scheme content/a.md 7:5-7:24",
            "error forbidden-scheme content/a.md 8:5-8:24",
            "error forbidden-scheme content/a.md 9:5-9:30",
            "error forbidden-scheme content/a.md 10:2-10:21",
            "error forbidden-scheme content/a.md 11:10-11:30",
            "error forbidden-scheme content/a.md 12:5-12:15",
        ],
    );
    // Browsers drop tabs and line ends inside a scheme, and control characters before it.
    let body = "[1](<java&#9;script:alert(1)>)\n[2](<java&#10;script:alert(1)>)\n<a href=\"java&#13;script:alert(1)\">3</a>\n<a href=\"&#1;javascript:alert(1)\">4</a>\n";
    let site = Site::new(&[BARE, ("content/a.md", &article(body))]);
    let run = site.build(&[]);
    assert_eq!((run.code, run.findings().len()), (1, 4), "{}", run.stdout);
}

// Templates.

/// Three articles with this template.
fn site_with_template(template: &str) -> Site {
    Site::new(&[
        ("content/a.md", ARTICLE),
        ("content/b.md", ARTICLE),
        ("content/c.md", ARTICLE),
        ("templates/article.html", template),
    ])
}

#[test]
fn what_fails_while_pages_are_rendered_is_one_finding_with_the_number_of_pages() {
    for (template, place) in [
        ("<p>\n{{ page.titel }}</p>\n", "2:9-2:14"),
        ("<p>\n  {{ pgae.title }}</p>\n", "2:6-2:10"),
        ("{{ page.title.short }}\n", "1:15-1:20"),
        ("{{ \"a\" ~ page.titel }}\n", "1:15-1:20"),
        ("{{ [page.titel] }}\n", "1:10-1:15"),
        ("{{ <LinkList items={page.drfat} /> }}\n", "1:26-1:31"),
        ("{% for item in related %}{{ item.title ~ item.titel }}{% endfor %}\n", "1:47-1:52"),
        ("{% if page.titel %}{% endif %}\n", "1:12-1:17"),
        ("{% for item in page.items %}{% endfor %}\n", "1:21-1:26"),
        ("{% for item in itmes %}{{ item }}{% endfor %}\n", "1:16-1:21"),
        ("{{ page.title | round }}\n", "1:4-1:8"),
        ("{{ asset(path=\"no.css\") }}\n", "1:16-1:22"),
        ("{{ 1 / 0 }}\n", "1:8-1:9"),
        ("{{ <Mark nothing={1} /> }}\n", "1:4-1:24"),
        ("{{ <LinkList /> }}\n", "1:4-1:16"),
    ] {
        let site = site_with_template(template);
        let expected = format!("error template-error templates/article.html {place}");
        let run = refused(&site, 1, &[&expected]);
        assert_eq!(run.findings()[0]["pages"], 3, "{template}");
    }
}

#[test]
fn what_fails_when_templates_are_read_is_one_finding() {
    for (template, place) in [
        ("<p>\n{{ page.title | shout }}</p>\n", "2:17-2:22"),
        ("<p>\n{{ <Nothing /> }}</p>\n", "2:5-2:12"),
        ("{{ nothing(x=1) }}\n", "1:4-1:11"),
        ("{% if page.title is strange %}{% endif %}\n", "1:21-1:28"),
        ("{% extends \"nothing.html\" %}\n", "1:13-1:25"),
        ("{% include \"nothing.html\" %}\n", "1:13-1:25"),
        ("<p>\n{{ page.title </p>\n", "2:15-2:17"),
        ("{% for item in related %}\n", "1:26-2:1"),
        ("<p>\n{% nothing %}\n", "2:4-2:11"),
        ("{# open\n", "1:1-1:3"),
    ] {
        let site = site_with_template(template);
        let expected = format!("error template-error templates/article.html {place}");
        refused(&site, 1, &[&expected]);
    }
}

#[test]
fn what_a_template_misspells_is_suggested_and_help_is_of_the_same_kind() {
    for (template, suggestion, help) in [
        ("{{ <Relatd /> }}\n", "Related", "did you mean `Related`?"),
        ("{{ <Nothing /> }}\n", "", "`silcrow components` lists every component"),
        ("{% extends \"bas.html\" %}\n", "base.html", "did you mean `base.html`?"),
        ("{% include \"bas.html\" %}\n", "base.html", "did you mean `base.html`?"),
        ("{{ page.title | uper }}\n", "upper", "did you mean `upper`?"),
        ("{% if page.title is strng %}{% endif %}\n", "string", "did you mean `string`?"),
        ("{{ aset(path=\"silcrow.css\") }}\n", "asset", "did you mean `asset`?"),
        ("{{ asset(path=\"silcro.css\") }}\n", "silcrow.css", "did you mean `silcrow.css`?"),
        ("{{ asset(path=\"sil.css\") }}\n", "", "a file is named by its path below `static/`"),
        ("{{ pgae.title }}\n", "page", "did you mean `page`?"),
        ("{{ nothing }}\n", "", "the README lists every variable that templates are given"),
        ("{{ page.title | round }}\n", "", ""),
        (
            "{%- component Own() -%}{{ site.title }}{%- endcomponent Own -%}{{ <Own /> }}\n",
            "",
            "a component sees what its parameters name: add `@site` to them",
        ),
    ] {
        let run = site_with_template(template).build(&[]);
        let found = &run.findings()[0];
        assert_eq!(found["suggestion"].as_str().unwrap_or(""), suggestion, "{template}");
        assert_eq!(found["help"].as_str().unwrap_or(""), help, "{template}");
    }
}

#[test]
fn two_components_that_are_not_there_are_two_findings() {
    let site = site_with_template("{{ <One /> }}{{ <Two /> }}\n");
    site.write("templates/home.html", "{{ <Three /> }}\n");
    let expected = [
        "error template-error templates/article.html 1:5-1:8",
        "error template-error templates/article.html 1:18-1:21",
        "error template-error templates/home.html 1:5-1:10",
    ];
    refused(&site, 1, &expected);
}

#[test]
fn a_template_that_cannot_be_read_says_on_how_many_pages_it_shows() {
    let run = site_with_template("{{ page.title | shout }}\n").build(&[]);
    assert_eq!(run.findings()[0]["pages"], 3, "{}", run.stdout);
}

#[test]
fn a_mistake_in_a_component_is_one_finding_on_all_pages() {
    let site =
        site_with_template("{% extends \"base.html\" %}\n{% block main %}{% endblock main %}\n");
    site.write(
        "templates/components/header.html",
        "{%- component SiteHeader(@site, @strings) -%}\n<b>{{ site.titel }}</b>\n{%- endcomponent SiteHeader -%}\n{%- component SiteFooter() -%}{%- endcomponent SiteFooter -%}\n{%- component Mark() -%}{%- endcomponent Mark -%}\n",
    );
    let run =
        refused(&site, 1, &["error template-error templates/components/header.html 2:12-2:17"]);
    // Three articles, the home page, the search page, and `404.html`.
    assert_eq!(run.findings()[0]["pages"], 6);
}

#[test]
fn a_component_of_a_sites_own_wins_over_the_themes_wherever_it_is_defined() {
    let article = ARTICLE.replace("updated:", "related: [b]\nupdated:");
    let related = "{%- component Related(pages) -%}{% for page in pages %}<b>{{ page.url }}, mine</b>{% endfor %}{%- endcomponent Related -%}\n";
    for file in ["components/mine.html", "components/lists.html", "mine.html", "theme/mine.html"] {
        let file = format!("templates/{file}");
        let files = [("content/a.md", &*article), ("content/b.md", ARTICLE), (&*file, related)];
        let site = Site::new(&files);
        let run = site.build(&[]);
        assert_eq!(run.code, 0, "{file}: {}", run.stdout);
        let read = |page: &str| std::fs::read_to_string(site.path(page)).expect("it is built");
        assert!(read("public/a/index.html").contains("<b>/b/, mine</b>"), "{file}");
        // The theme's other components are there still.
        assert!(read("public/index.html").contains("href=\"/a/\""), "{file}");
        let listed = site.run(&["components"]).stdout;
        assert!(listed.contains(&format!("<Related pages={{…}} />  {file}\n")), "{listed}");
        assert_eq!(listed.matches("<Related ").count(), 1, "{listed}");
    }
    // A site's two of one name are a mistake of the site's.
    let site = Site::new(&[
        ("content/a.md", ARTICLE),
        ("templates/components/a.html", related),
        ("templates/components/b.html", related),
    ]);
    refused(&site, 1, &["error template-error templates/components/a.html 1:1-1:123"]);
}

#[test]
fn what_the_theme_says_of_a_component_that_a_site_replaces_is_not_judged() {
    let site = site_with_template("{{ <Related pages={toc} /> }}\n");
    site.write(
        "templates/mine.html",
        "{%- component Related(pages) -%}{% for heading in pages %}{{ heading.id }}{% endfor %}{%- endcomponent Related -%}\n",
    );
    let run = site.build(&[]);
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn a_template_that_extends_or_calls_itself_is_a_finding() {
    let site = site_with_template("{% extends \"article.html\" %}\n");
    let run = in_time(10, || site.build(&[]));
    let found = run.findings();
    assert_eq!((run.code, found.len()), (1, 1), "{}", run.stdout);
    assert_eq!(found[0]["rule"], "template-error");
    assert_eq!(found[0]["file"], "templates/article.html");
}

#[test]
fn one_template_of_the_sites_own_goes_before_the_themes() {
    let site = Site::new(&[
        ("content/a.md", &article("Text\n")),
        ("templates/article.html", "<h1>{{ page.title }}</h1>{{ content }}"),
    ]);
    let files = built(&site);
    assert_eq!(text(&files, "a/index.html"), "<h1>Title</h1><p>Text</p>\n");
    assert!(text(&files, "index.html").starts_with("<!doctype html>\n"));
}

// The command line.

#[test]
fn a_folder_without_content_could_not_run() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    for verb in ["build", "check"] {
        let run = run(command(folder.path(), &[verb, "--root", "."]));
        assert_eq!(run.code, 2);
        assert_eq!(run.stdout, "");
        assert_eq!(
            run.stderr,
            "error: there is no folder `content` in `.`; run silcrow in a site's folder, name one with `--root`, or create one with `silcrow init`\n"
        );
    }
    assert_eq!(tree(folder.path()), BTreeMap::new());
}

#[test]
fn a_root_that_is_not_there_could_not_run_and_is_told_once() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let run = run(command(folder.path(), &["build", "--root", "nothing"]));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(run.stderr, "error: could not open `nothing`: no such file or directory\n");
}

#[test]
fn bad_arguments_could_not_run() {
    let site = Site::new(&[]);
    for arguments in [
        &["biuld"][..],
        &["build", "--today", "yesterday"],
        &["build", "--today", "2026-02-30"],
        &["build", "--base-url", "example.com"],
        &["build", "--format", "xml"],
        &["build", "--fail-on", "nothing"],
        &["build", "--nothing"],
        &["build", "content"],
    ] {
        let run = site.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    }
    assert_eq!(top_level(&site), ["content", "site.yaml"]);
}

/// What only some file systems can hold.
#[cfg(target_os = "linux")]
mod on_linux {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::{BARE, article, built, in_time, pages, refused, text};
    use crate::common::{ARTICLE, Site, TODAY, command, run};

    fn link(site: &Site, target: &str, path: &str) {
        symlink(target, site.path(path)).expect("a link can be made");
    }

    fn mode(site: &Site, path: &str, mode: u32) {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(site.path(path), permissions).expect("our own file");
    }

    fn fifo(site: &Site, path: &str) {
        let status = Command::new("mkfifo").arg(site.path(path)).status();
        assert!(status.expect("mkfifo is installed").success());
    }

    #[test]
    fn names_that_are_not_unicode_are_findings() {
        let site = Site::new(&[]);
        let path = site.path("content").join(OsStr::from_bytes(b"caf\xe9.md"));
        std::fs::write(path, ARTICLE).expect("Linux takes any bytes as a name");
        refused(&site, 1, &["error unusable-file-name content/caf\u{fffd}.md 1:1-1:1"]);
    }

    #[test]
    fn two_unicode_forms_of_one_name_are_a_finding() {
        let site =
            Site::new(&[("content/u\u{308}ber.md", ARTICLE), ("content/\u{fc}ber.md", ARTICLE)]);
        refused(&site, 1, &["error url-conflict content/\u{fc}ber.md 1:1-1:1"]);
    }

    #[test]
    fn either_unicode_form_of_a_name_is_the_same_page_and_file() {
        let links = "[x](%C3%BCber.md) ![y](%C3%BC.svg)\n";
        let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        let composed = built(&Site::new(&[
            BARE,
            ("content/a.md", &article(links)),
            ("content/\u{fc}ber.md", ARTICLE),
            ("content/\u{fc}.svg", picture),
        ]));
        let decomposed = built(&Site::new(&[
            BARE,
            ("content/a.md", &article(links)),
            ("content/u\u{308}ber.md", ARTICLE),
            ("content/u\u{308}.svg", picture),
        ]));
        assert_eq!(decomposed, composed);
        assert_eq!(pages(&composed), ["a/index.html", "index.html", "\u{fc}ber/index.html"]);
        assert_eq!(
            text(&composed, "a/index.html"),
            "<p><a href=\"/%C3%BCber/\">x</a> <img src=\"/%C3%BC.svg\" alt=\"y\"></p>\n"
        );
    }

    #[test]
    fn links_inside_the_root_are_followed() {
        let site = Site::new(&[
            ("shared/s/index.md", "---\ntitle: S\n---\n"),
            ("shared/s/one.md", ARTICLE),
            ("shared/two.md", ARTICLE),
            ("shared/files/style.txt", "text"),
        ]);
        link(&site, "../shared/s", "content/s");
        link(&site, "../shared/two.md", "content/two.md");
        link(&site, "shared/files", "static");
        let files = built(&site);
        assert_eq!(
            pages(&files),
            ["index.html", "s/index.html", "s/one/index.html", "two/index.html"]
        );
        assert_eq!(files["style.txt"], b"text");
    }

    #[test]
    fn links_out_of_the_root_are_refused() {
        let outside = Site::new(&[("content/folder/x.md", ARTICLE)]);
        let target = |path: &str| outside.path(path).to_string_lossy().into_owned();
        let site = Site::new(&[]);
        link(&site, &target("content/folder/x.md"), "content/file.md");
        link(&site, &target("content/folder"), "content/folder");
        link(&site, &target("content/folder"), "static");
        link(&site, &target("content/folder/x.md"), "content/picture.png");
        refused(
            &site,
            1,
            &[
                "error symlink-outside content/file.md 1:1-1:1",
                "error symlink-outside content/folder 1:1-1:1",
                "error symlink-outside content/picture.png 1:1-1:1",
                "error symlink-outside static 1:1-1:1",
            ],
        );
    }

    #[test]
    fn a_configuration_that_is_a_link_is_no_way_out_and_no_silent_default() {
        let outside = Site::new(&[]);
        let target = outside.path("site.yaml").to_string_lossy().into_owned();
        for (target, rule) in [
            (target.as_str(), "symlink-outside"),
            ("nothing", "symlink-outside"),
            ("site.yaml", "symlink-loop"),
        ] {
            let site = Site::new(&[]);
            std::fs::remove_file(site.path("site.yaml")).expect("a file can be removed");
            link(&site, target, "site.yaml");
            refused(&site, 2, &[&format!("error {rule} site.yaml 1:1-1:1")]);
        }
        let site = Site::new(&[("real.yaml", "base_url: https://example.com/\n")]);
        std::fs::remove_file(site.path("site.yaml")).expect("a file can be removed");
        link(&site, "real.yaml", "site.yaml");
        assert_eq!(pages(&built(&site)), ["index.html"]);
    }

    #[test]
    fn links_that_lead_nowhere_are_findings() {
        let site = Site::new(&[]);
        link(&site, "nothing.md", "content/a.md");
        link(&site, "nothing", "content/b");
        link(&site, "nothing", "templates");
        let run = refused(
            &site,
            1,
            &[
                "error symlink-outside content/a.md 1:1-1:1",
                "error symlink-outside content/b 1:1-1:1",
                "error symlink-outside templates 1:1-1:1",
            ],
        );
        assert_eq!(
            run.findings()[0]["message"],
            "the target of the symbolic link `content/a.md` does not exist"
        );
    }

    #[test]
    fn links_to_a_folder_they_are_in_are_findings() {
        let site = Site::new(&[("content/s/index.md", "---\ntitle: S\n---\n")]);
        link(&site, "..", "content/s/all");
        link(&site, ".", "content/s/here");
        link(&site, "itself.md", "content/itself.md");
        refused(
            &site,
            1,
            &[
                "error symlink-loop content/itself.md 1:1-1:1",
                "error symlink-loop content/s/all 1:1-1:1",
                "error symlink-loop content/s/here 1:1-1:1",
            ],
        );
    }

    #[test]
    fn a_link_to_the_root_is_a_finding_at_the_link() {
        let site = Site::new(&[]);
        link(&site, "..", "content/all");
        refused(&site, 1, &["error symlink-loop content/all 1:1-1:1"]);
    }

    #[test]
    fn a_link_inside_a_linked_folder_is_a_finding() {
        let site = Site::new(&[
            ("content/s/index.md", "---\ntitle: S\n---\n"),
            ("content/t/index.md", "---\ntitle: T\n---\n"),
            ("content/t/one.md", ARTICLE),
        ]);
        link(&site, "../t", "content/s/inner");
        link(&site, "s", "content/linked");
        refused(&site, 1, &["error symlink-loop content/linked/inner 1:1-1:1"]);
    }

    #[test]
    fn links_that_multiply_are_found_in_time() {
        // Each folder links to the next one twice: two to the power of twenty paths.
        let site = Site::new(&[("content/f20/index.md", "---\ntitle: F\n---\n")]);
        for level in 0..20 {
            site.write(&format!("content/f{level}/index.md"), "---\ntitle: F\n---\n");
            link(&site, &format!("../f{}", level + 1), &format!("content/f{level}/one"));
            link(&site, &format!("../f{}", level + 1), &format!("content/f{level}/two"));
        }
        let run = in_time(20, || site.build(&[]));
        let loops =
            run.findings().iter().filter(|finding| finding["rule"] == "symlink-loop").count();
        assert_eq!((run.code, loops), (1, 19 * 4));
    }

    #[test]
    fn what_editors_leave_is_no_part_of_the_site() {
        let site = Site::new(&[
            ("content/a.md", ARTICLE),
            ("content/a.md~", "old"),
            ("content/.a.md.swp", "b0VIM"),
            ("content/.obsidian/app.json", "{}"),
        ]);
        // Emacs marks a file that is being edited with a link that leads nowhere.
        link(&site, "user@host.1234:1700000000", "content/.#a.md");
        let files = built(&site);
        assert_eq!(pages(&files), ["a/index.html", "index.html"]);
        assert!(files.keys().all(|name| !name.contains("a.md") && !name.contains("obsidian")));
    }

    #[test]
    fn what_is_neither_file_nor_folder_is_a_finding_and_no_hang() {
        let site = Site::new(&[]);
        fifo(&site, "content/fifo.md");
        fifo(&site, "content/picture.png");
        fifo(&site, "static");
        let _socket =
            UnixListener::bind(site.path("content/socket.md")).expect("a socket can be made");
        link(&site, "fifo.md", "content/to-fifo.md");
        let run = in_time(20, || {
            refused(
                &site,
                1,
                &[
                    "error unreadable-file content/fifo.md 1:1-1:1",
                    "error unreadable-file content/picture.png 1:1-1:1",
                    "error unreadable-file content/socket.md 1:1-1:1",
                    "error unreadable-file content/to-fifo.md 1:1-1:1",
                    "error unreadable-file static 1:1-1:1",
                ],
            )
        });
        assert_eq!(
            run.findings()[0]["message"],
            "`content/fifo.md` cannot be read: it is neither a file nor a folder"
        );
    }

    #[test]
    fn a_configuration_that_is_no_file_could_not_run_and_does_not_hang() {
        let site = Site::new(&[]);
        std::fs::remove_file(site.path("site.yaml")).expect("a file can be removed");
        std::fs::create_dir(site.path("site.yaml")).expect("a folder can be made");
        refused(&site, 2, &["error unreadable-file site.yaml 1:1-1:1"]);
        std::fs::remove_dir(site.path("site.yaml")).expect("a folder can be removed");
        fifo(&site, "site.yaml");
        refused(&site, 2, &["error unreadable-file site.yaml 1:1-1:1"]);
    }

    #[test]
    fn a_file_where_a_folder_of_sources_belongs_is_a_finding() {
        let site = Site::new(&[("static", "text"), ("templates", "text")]);
        refused(
            &site,
            1,
            &["error unreadable-file static 1:1-1:1", "error unreadable-file templates 1:1-1:1"],
        );
    }

    /// Checks a site of which `content/a.md` cannot be read.
    fn check_unreadable(site: &Site) -> super::Run {
        mode(site, "content/a.md", 0o000);
        let arguments = ["check", "--today", TODAY, "--format", "json"];
        let mut command = command(&site.path(""), &arguments);
        if std::fs::read(site.path("content/a.md")).is_ok() {
            // Root reads everything, so the program runs as somebody else, who has to reach site and program.
            mode(site, "", 0o755);
            let program = site.path("silcrow");
            std::fs::copy(env!("CARGO_BIN_EXE_silcrow"), &program).expect("a file can be copied");
            command = Command::new(program);
            command.current_dir(site.path("")).args(arguments).uid(65_534).gid(65_534);
        }
        run(command)
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_finding_and_links_to_it_are_none() {
        let site =
            Site::new(&[("content/a.md", ARTICLE), ("content/b.md", &article("[a](a.md)\n"))]);
        let run = check_unreadable(&site);
        assert_eq!(run.found(), ["error unreadable-file content/a.md 1:1-1:1"], "{}", run.stderr);
        assert_eq!(run.code, 1);
        assert_eq!(
            run.findings()[0]["message"],
            "`content/a.md` cannot be read: permission denied"
        );
    }

    #[test]
    fn an_unreadable_article_is_not_also_stale_since_an_invented_date() {
        let site = Site::new(&[("content/a.md", ARTICLE), ("site.yaml", "review_every: 30d\n")]);
        let run = check_unreadable(&site);
        assert_eq!(run.found(), ["error unreadable-file content/a.md 1:1-1:1"], "{}", run.stderr);
    }
}

#[test]
fn a_template_that_is_too_much_for_the_engine_is_a_finding() {
    let chain =
        format!("{{% if page.draft %}}a{}{{% endif %}}", "{% elif page.draft %}b".repeat(4000));
    let errors: String =
        (0..20_000).map(|n| format!("{{{{ page.title | unknown{n} }}}}\n")).collect();
    for (template, message) in [
        (chain, "the template has more than 500 `elif`s"),
        (errors, "the template is larger than 128 KiB"),
    ] {
        let site = Site::new(&[("templates/home.html", &template)]);
        let run = site.run(&["check", "--format", "json"]);
        let found: Vec<_> = run.findings();
        let finding = found.iter().find(|finding| finding["rule"] == "template-error");
        assert_eq!(finding.expect("it is found")["message"], message);
    }
}

#[test]
fn a_loop_in_a_loop_of_a_template_has_a_limit() {
    let long =
        "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}";
    let nested = "{% set x = [[b for b in range(end=100000)] for a in range(end=100000)] %}";
    for template in [long, nested] {
        let site = Site::new(&[("templates/home.html", template)]);
        let run = site.run(&["check", "--format", "json"]);
        let findings = run.findings();
        let finding = findings.iter().find(|finding| finding["rule"] == "template-error");
        let finding = finding.unwrap_or_else(|| panic!("{template}: {findings:?}"));
        assert_eq!(finding["message"], "the loops of this page take more than 1000000 steps");
        let column = finding["start"]["column"].as_u64().expect("a number") as usize;
        assert!(template[column - 1..].starts_with("range(end=100000)"), "{template}: {finding}");
    }
}

#[test]
fn what_a_loop_iterates_over_is_the_same_when_it_is_counted() {
    let template = "{% for x in [] %}a{% else %}none{% endfor %}|\
        {% for k, v in {\"b\": 1, \"c\": 2} %}{{ k }}{{ v }}{% endfor %}|\
        {% for x in [3, 4] if page.title else [] %}{{ x }}{% endfor %}|\
        {{ [y for y in [1, 2, 3] if y > 1] | join(sep=\",\") }}|{% for c in \"xy\" %}{{ c }}{% endfor %}";
    let site = Site::new(&[("templates/home.html", template)]);
    let run = site.build(&[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let page = std::fs::read_to_string(site.path("public/index.html")).expect("a page");
    assert_eq!(page, "none|b1c2|34|2,3|xy");
}

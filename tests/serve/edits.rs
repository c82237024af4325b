//! After any edits, every address serves what a clean build with the same options writes.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use silcrow::config::Options;

use crate::common::Site;
use crate::equal::difference;
use crate::program::{LIMIT, Served};
use crate::wire::pause;

/// An edit, with names and texts by number.
#[derive(Clone, Debug)]
enum Edit {
    Article(u8, u8),
    Section(u8, u8),
    Remove(u8),
    Move(u8, u8),
    RemoveFolder(u8),
    MoveFolder(u8, u8),
    Template(u8),
    Component(u8),
    Strings(u8),
    Settings(u8),
    File(u8, u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    let number = || 0_u8..6;
    prop_oneof![
        6 => (number(), any::<u8>()).prop_map(|(name, text)| Edit::Article(name, text)),
        1 => (number(), any::<u8>()).prop_map(|(name, text)| Edit::Section(name, text)),
        2 => number().prop_map(Edit::Remove),
        2 => (number(), number()).prop_map(|(from, to)| Edit::Move(from, to)),
        1 => number().prop_map(Edit::RemoveFolder),
        1 => (number(), number()).prop_map(|(from, to)| Edit::MoveFolder(from, to)),
        1 => (0_u8..4).prop_map(Edit::Template),
        1 => (0_u8..3).prop_map(Edit::Component),
        1 => (0_u8..3).prop_map(Edit::Strings),
        1 => (0_u8..4).prop_map(Edit::Settings),
        2 => (0_u8..4, 0_u8..4).prop_map(|(name, text)| Edit::File(name, text)),
    ]
}

fn article(name: u8) -> String {
    let names = ["s/a", "s/b c", "t/a", "t/u/ü", "d", "s/v/w"];
    format!("content/{}.md", names[usize::from(name)])
}

fn folder(name: u8) -> String {
    format!("content/{}", ["s", "t", "t/u", "s/v", "x", "y"][usize::from(name)])
}

fn body(text: u8) -> String {
    let front = match text % 5 {
        0 => "aliases: [/old/, /s/older/]\n",
        1 => "related: [s/a, t/a]\norder: 3\n",
        2 => "draft: true\n",
        3 => "nav_title: \"N & n\"\nanchors: {}\n",
        _ => "",
    };
    let body = match text % 7 {
        0 => "See [a](/s/a.md) and [gone](gone.md).\n\n```json\n{\"a\": 1}\n```\n",
        1 => "## One\n\n- a\n- b\n\n1. **Do** it\n\n> quoted\n",
        2 => "![x](/picture.svg) <b>raw</b>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        3 => "## One\n\n### Two\n\n## One\n\n[t](../t/a.md#one)\n",
        4 => "",
        5 => {
            "<script>let a = 1;</script>\n\n<details><summary>More</summary>\n\ntext\n\n</details>\n"
        }
        _ => "# Heading [x]\n\n[x]: https://example.com/\n",
    };
    format!("---\ntitle: T{text}\ndescription: D\nupdated: 2026-01-01\n{front}---\n\n{body}")
}

fn apply(site: &Site, edit: &Edit) {
    let write_or_remove = |path: &str, text: Option<&str>| match text {
        Some(text) => site.write(path, text),
        None => drop(fs::remove_file(site.path(path))),
    };
    let move_to = |from: &str, to: &str| {
        let (from, to) = (site.path(from), site.path(to));
        fs::create_dir_all(to.parent().expect("it is in a folder")).expect("writable");
        // What is not there, or is in the way, stays.
        drop(fs::rename(from, to));
    };
    match *edit {
        Edit::Article(name, text) => site.write(&article(name), body(text)),
        Edit::Section(name, text) => site.write(&format!("{}/index.md", folder(name)), body(text)),
        Edit::Remove(name) => write_or_remove(&article(name), None),
        Edit::Move(from, to) => move_to(&article(from), &article(to)),
        Edit::RemoveFolder(name) => drop(fs::remove_dir_all(site.path(&folder(name)))),
        Edit::MoveFolder(from, to) => move_to(&folder(from), &folder(to)),
        Edit::Template(text) => write_or_remove(
            "templates/article.html",
            [
                None,
                Some("<!doctype html><title>{{ page.title }}</title><body>{{ content }}</body>"),
                Some("<!doctype html>{{ page.nothing.at.all }}"),
                Some("{% if %}"),
            ][usize::from(text)],
        ),
        Edit::Component(text) => write_or_remove(
            "templates/components/header.html",
            [
                None,
                Some("{% component SiteHeader() %}<header>X</header>{% endcomponent SiteHeader %}"),
                Some("{% component Other() %}{% endcomponent Other %}"),
            ][usize::from(text)],
        ),
        Edit::Strings(text) => write_or_remove(
            "templates/strings.yaml",
            [None, Some("related: See also\n"), Some("nothing: x\n")][usize::from(text)],
        ),
        Edit::Settings(text) => write_or_remove(
            "site.yaml",
            [
                None,
                Some("title: Other\nbase_url: https://example.com/help/\n"),
                Some(
                    "base_url: https://example.com/\nredirects:\n  - {from: /gone/*, to: /s/:splat}\n",
                ),
                Some("title: [wrong\n"),
            ][usize::from(text)],
        ),
        Edit::File(name, text) => {
            let path =
                ["static/picture.svg", "static/silcrow.css", "content/s/p.png", "static/p/x.html"];
            let texts = [None, Some("one"), Some("two {}"), Some("<p id=a>three</p>")];
            write_or_remove(path[usize::from(name)], texts[usize::from(text)]);
        }
    }
}

fn options() -> Options {
    let mut options = Options::on(jiff::civil::date(2026, 2, 1));
    options.source_lines = true;
    options
}

fn wait_until_equal(site: &Site, served: &Served, what: &impl std::fmt::Debug) {
    let start = Instant::now();
    while let Some(difference) = difference(site, served, &options()) {
        assert!(start.elapsed() < LIMIT, "after {what:?}: {difference}");
        pause(Duration::from_millis(5));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_served_is_what_a_clean_build_writes(
        start in prop::collection::vec(edit(), 0..8),
        edits in prop::collection::vec(prop::collection::vec(edit(), 1..4), 6..12),
    ) {
        let site = Site::new(&[]);
        start.iter().for_each(|edit| apply(&site, edit));
        let served = Served::start(&site, &[]);
        for step in &edits {
            step.iter().for_each(|edit| apply(&site, edit));
            wait_until_equal(&site, &served, step);
        }
    }
}

#[test]
fn what_a_build_has_not_is_not_served() {
    let site = Site::new(&[
        ("content/s/a.md", &body(0)),
        ("content/s/b.md", &body(2)),
        ("static/picture.svg", "<svg/>"),
    ]);
    let served = Served::start(&site, &[]);
    wait_until_equal(&site, &served, &"the start");
    for path in [
        "/s/b/",
        "/silcrow.css",
        "/site.yaml",
        "/content/s/a.md",
        "/s/a.md",
        "/templates/base.html",
        "/picture.svg/",
        "/..%2fsite.yaml",
        "/%2e%2e/site.yaml",
        "/s/a/x/",
        "/S/A/",
        "/.silcrow/",
    ] {
        assert!([400, 404].contains(&served.get(path).status), "{path}");
    }
    let redirects: BTreeSet<_> =
        ["/s/a", "/s/a/index.html", "/old", "/old/", "/s/older/index.html"]
            .iter()
            .map(|path| {
                let reply = served.get(path);
                (reply.status, reply.header("Location").unwrap_or("").to_owned())
            })
            .collect();
    assert_eq!(redirects, BTreeSet::from([(301, "/s/a/".to_owned())]));
    let query = served.get("/s/a?x=1");
    assert_eq!(query.header("Location"), Some("/s/a/?x=1"));
}

#[test]
fn the_help_center_is_served_as_it_is_built_and_builds_carry_nothing_of_the_server() {
    let site = Site::new(&[]);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["content", "static", "templates"] {
        for (path, bytes) in crate::common::tree(&root.join(folder)) {
            site.write(&format!("{folder}/{path}"), bytes);
        }
    }
    fs::copy(root.join("site.yaml"), site.path("site.yaml")).expect("it can be copied");
    let served = Served::start(&site, &[]);
    wait_until_equal(&site, &served, &"the start");
    let build = site.run(&["build", "--today", "2026-11-23"]);
    assert_eq!(build.code, 0, "{}", build.stdout);
    for (path, bytes) in crate::common::tree(&site.path("public")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("data-line") && !text.contains("/.silcrow/"), "{path}");
    }
}

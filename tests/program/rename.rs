//! `silcrow mv`: what it changes and what it refuses; and, for generated sites, that every link leads where it led and nothing
//! new is wrong.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::collections::BTreeMap;
use std::fs;

use crate::common::{ARTICLE, Run, Site, command, tree};
use proptest::prelude::*;
use serde_json::Value;

fn read(site: &Site, path: &str) -> String {
    fs::read_to_string(site.path(path)).expect("a file can be read")
}

fn mv(site: &Site, arguments: &[&str]) -> Run {
    site.run(&[&["mv", "--today", "2026-02-01"], arguments].concat())
}

/// A section whose article is linked to in every way there is.
fn linked() -> Site {
    let front = "---\r\ntitle: A\r\ndescription: D\r\nupdated: 2026-01-01 # long ago\r\nrelated: [s/b, 's']\r\n---\r\n";
    let a = format!(
        "{front}[inline](s/b.md#two \"t\") [code `x`](<s/b.md>) [ref][r] [ref][r] ![i](s/i.png)\r\n\
         <a href=\"s/b.md?x=1&amp;y=2#two\">h</a> [abs](/s/b/#two) [full](https://example.com/s/b/) [s](s/index.md)\r\n\r\n\
         [r]: s/b.md#%74wo 'title'\r\n"
    );
    let b = "---\ntitle: B\ndescription: D\nupdated: 2026-01-01\n---\n## One\n## Two\n[a](../a.md) [c](c.md#one) [own](#two) ![i](i.png)\n";
    Site::new(&[
        (
            "site.yaml",
            "base_url: https://example.com/\nredirects:\n  /old/*: /s/:splat\n  /x: /s/b/#two\ntheme:\n  navigation: {B: s/b, 'The section': 's'}\n  footer:\n    Other: https://example.com/s/b # a URL\n    C: s/c # kept\n",
        ),
        ("content/a.md", &a),
        ("content/s/index.md", "---\ntitle: S\n---\n[b](b.md)\n"),
        ("content/s/b.md", b),
        ("content/s/c.md", &format!("{ARTICLE}## One\n[b](b.md#two)\n")),
        ("content/s/i.png", "no image"),
        ("content/t/index.md", "---\ntitle: T\n---\n"),
        ("templates/404.html", "<a href=\"/s/b/\">b</a> <a href=\"{{ site.url }}\">x</a>"),
        ("static/page.html", "<a href=\"/s/b/?q#two\">b</a><a href=\"s/b/\">c</a>"),
    ])
}

#[test]
fn an_article_moves_and_all_that_led_to_it_follows() {
    let site = linked();
    let before = read(&site, "content/a.md");
    let run = mv(&site, &["s/b", "t/new name"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let a = before
        .replace("(s/b.md#two", "(t/new%20name.md#two")
        .replace("<s/b.md>", "<t/new%20name.md>")
        .replace("\"s/b.md?", "\"t/new%20name.md?")
        .replace("(/s/b/", "(/t/new%20name/")
        .replace("example.com/s/b/", "example.com/t/new%20name/")
        .replace("[r]: s/b.md#%74wo", "[r]: t/new%20name.md#%74wo")
        .replace("[s/b, ", "[\"t/new name\", ");
    assert_eq!(read(&site, "content/a.md"), a);
    let b = read(&site, "content/t/new name.md");
    assert!(b.contains("updated: 2026-01-01\naliases:\n  - /s/b/\n---\n"), "{b}");
    assert!(b.contains("[a](../a.md) [c](../s/c.md#one) [own](#two) ![i](../s/i.png)"), "{b}");
    assert!(read(&site, "content/s/c.md").ends_with("[b](../t/new%20name.md#two)\n"));
    assert!(read(&site, "content/s/index.md").ends_with("[b](../t/new%20name.md)\n"));
    let settings = read(&site, "site.yaml");
    assert!(settings.contains("  /old/*: /s/:splat\n  /x: /t/new%20name/#two\n"), "{settings}");
    let named = "navigation: {B: \"t/new name\", 'The section': 's'}\n  footer:\n    Other: \"https://example.com/t/new%20name/\" # a URL\n    C: s/c # kept\n";
    assert!(settings.ends_with(named), "{settings}");
    assert!(read(&site, "templates/404.html").starts_with("<a href=\"/t/new%20name/\">"));
    assert_eq!(
        read(&site, "static/page.html"),
        "<a href=\"/t/new%20name/?q#two\">b</a><a href=\"/t/new%20name/\">c</a>"
    );
    let check = site.run(&["check", "--today", "2026-02-01"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
}

#[test]
fn a_section_moves_with_its_files_and_back() {
    let site = linked();
    assert_eq!(site.run(&["record"]).code, 0);
    let before = tree(&site.path("content"));
    let run = mv(&site, &["s", "new/section"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("moved `content/s` to `content/new/section`, 3 pages in all"),
        "{}",
        run.stderr
    );
    assert!(site.path("content/new/section/i.png").is_file() && !site.path("content/s").exists());
    assert!(
        read(&site, "content/new/section/c.md").ends_with("[b](b.md#two)\n"),
        "nothing to change"
    );
    assert!(read(&site, "content/new/section/b.md").contains("[a](../../a.md)"));
    assert!(read(&site, "content/a.md").contains("![i](new/section/i.png)"));
    assert!(read(&site, "site.yaml").contains("/old/*: /new/section/:splat"));
    assert!(read(&site, "site.yaml").contains("'The section': 'new/section'}"));
    let record = read(&site, "silcrow.lock");
    assert!(record.contains("\n/s/b/ redirect /new/section/b/\n"), "{record}");
    assert!(record.contains("\n/new/section/b/ page 2026-01-01 "), "{record}");
    let check = site.run(&["check", "--today", "2026-02-01"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
    // Back again: the old address is the page's own, and the one in between leads on.
    let back = mv(&site, &["new/section", "s"]);
    assert_eq!(back.code, 0, "{}", back.stderr);
    let after = tree(&site.path("content"));
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert_eq!(after["a.md"], before["a.md"]);
    assert!(read(&site, "content/s/b.md").contains("aliases:\n  - /new/section/b/\n"));
    let check = site.run(&["check", "--today", "2026-02-01"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
}

#[test]
fn a_pattern_of_the_settings_that_a_move_leaves_behind_is_told_of() {
    let settings = "rules:\n  missing-page:\n    content/s/**: off\n    content/**: warning\n  image-no-alt:\n    content/t/*: off\n";
    let site = Site::new(&[
        ("site.yaml", settings),
        ("content/s/index.md", "---\ntitle: S\n---\n"),
        ("content/s/b.md", &format!("{ARTICLE}[gone](gone.md)\n")),
        ("content/t/index.md", "---\ntitle: T\n---\n"),
    ]);
    let run = mv(&site, &["s/b", "t/b"]);
    let note = "note: in `site.yaml`, the pattern `content/s/**` of `missing-page` no longer matches 1 file; add one for `content/t/b.md`\n";
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stderr.matches("note: ").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains(note), "{}", run.stderr);
    assert_eq!(read(&site, "site.yaml"), settings);
    // The other way nothing of `content/s/**` is lost; what `content/t/*` matched is.
    let back = mv(&site, &["t/b", "s/b"]);
    assert!(back.stderr.contains("`content/t/*` of `image-no-alt`"), "{}", back.stderr);
    assert_eq!(back.stderr.matches("note: ").count(), 1, "{}", back.stderr);
}

#[test]
fn the_address_of_a_section_without_a_page_of_its_own_leads_on_when_a_move_empties_it() {
    let site = Site::new(&[
        ("site.yaml", "base_url: https://example.com/docs/\n"),
        ("content/r/s/b.md", &format!("{ARTICLE}Text.\n")),
        ("content/t/index.md", "---\ntitle: T\n---\n"),
        ("content/u/a.md", ARTICLE),
        ("content/u/b.md", ARTICLE),
    ]);
    assert_eq!(site.run(&["record"]).code, 0);
    let run = mv(&site, &["r/s/b", "t/new"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("note: "), "{}", run.stderr);
    let settings = read(&site, "site.yaml");
    assert!(
        settings.ends_with("redirects:\n  /r/s/: /t/new/\n  /r/: /t/new/\n")
            || settings.ends_with("redirects:\n  /r/: /t/new/\n  /r/s/: /t/new/\n"),
        "{settings}"
    );
    // Nothing that was published is gone.
    let check = site.run(&["check", "--today", "2026-02-01"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
    // One that another article is left in stays.
    let run = mv(&site, &["u/a", "t/a"]);
    assert_eq!((run.code, read(&site, "site.yaml")), (0, settings), "{}", run.stderr);
    let check = site.run(&["check", "--today", "2026-02-01"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
    // Back again: its address would be its own, and is taken.
    let back = mv(&site, &["t/new", "r/s/b"]);
    assert_eq!(back.code, 2, "{}", back.stderr);
    assert!(
        back.stderr.contains("`site.yaml` redirects `/r/`, which takes `/r/`"),
        "{}",
        back.stderr
    );
    site.write("site.yaml", "base_url: https://example.com/docs/\n");
    let back = mv(&site, &["t/new", "r/s/b"]);
    assert_eq!(back.code, 0, "{}", back.stderr);
    let check = site.run(&["check", "--today", "2026-02-01"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
}

#[test]
fn where_no_settings_could_keep_that_address_it_is_told_of() {
    let site =
        Site::new(&[("content/s/b.md", ARTICLE), ("content/t/index.md", "---\ntitle: T\n---\n")]);
    let _ = fs::remove_file(site.path("site.yaml"));
    let run = mv(&site, &["s/b", "t/b"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("note: `/s/` was the page of a section"), "{}", run.stderr);
}

#[test]
fn a_heading_is_renamed_and_its_old_id_is_kept() {
    let site = linked();
    assert_eq!(site.run(&["record"]).code, 0);
    let run = mv(&site, &["s/b#two", "Number *two*"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let b = read(&site, "content/s/b.md");
    assert!(b.contains("anchors:\n  two: number-two\n---\n## One\n## Number *two*\n"), "{b}");
    assert!(b.contains("[own](#number-two)"), "{b}");
    let a = read(&site, "content/a.md");
    assert_eq!(a.matches("#number-two").count(), 4, "{a}");
    assert!(read(&site, "content/s/c.md").ends_with("[b](b.md#number-two)\n"));
    let check = site.run(&["check", "--today", "2026-02-01", "--fail-on", "warning"]);
    assert!(
        !check.stdout.contains("updated-unchanged") && !check.stdout.contains("vanished"),
        "{}",
        check.stdout
    );
    // Another name keeps both old ones, and the first name again makes room for itself.
    assert_eq!(mv(&site, &["s/b#number-two", "#second"]).code, 0);
    let b = read(&site, "content/s/b.md");
    assert!(b.contains("anchors:\n  two: second\n  number-two: second\n---\n"), "{b}");
    assert!(b.contains("## Number *two* {#second}\n"), "{b}");
    assert_eq!(mv(&site, &["s/b#second", "#two"]).code, 0);
    let b = read(&site, "content/s/b.md");
    assert!(b.contains("anchors:\n  second: two\n  number-two: two\n---\n"), "{b}");
    assert_eq!(site.run(&["check", "--today", "2026-02-01"]).code, 0);
}

#[test]
fn a_dry_run_shows_the_difference_and_changes_nothing() {
    let site = linked();
    let before = tree(&site.path(""));
    let run = mv(&site, &["s/b", "t/b", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("rename from content/s/b.md\nrename to content/t/b.md\n"));
    assert!(run.stdout.contains("--- a/content/s/b.md\n+++ b/content/t/b.md\n"), "{}", run.stdout);
    assert!(run.stdout.contains("\n+  - /s/b/\n"), "{}", run.stdout);
    assert_eq!(tree(&site.path("")), before);
}

#[test]
fn what_cannot_be_moved_is_refused_and_nothing_changes() {
    let site = linked();
    site.write("content/d.md", ARTICLE.replace("updated:", "aliases: [/taken/]\nupdated:"));
    site.write("content/twice.md", format!("{ARTICLE}## A\n## A\n"));
    let anchors = ARTICLE.replace("updated:", "anchors:\n  old: two\nupdated:");
    site.write(
        "content/kept.md",
        format!("{anchors}## One\n## Two {{#two}}\n<b id=\"raw\"></b>\n"),
    );
    site.write("static/file", "");
    let deep = "d/".repeat(33) + "b";
    let before = tree(&site.path(""));
    for (old, new, why) in [
        ("s/none", "x", "there is no page `s/none`"),
        ("s/b", "s/c", "`content/s/c.md` exists already"),
        ("s/b", "s/b", "is there already"),
        ("s", "s/t/u", "cannot go into itself"),
        ("index", "x", "the home page has no other place"),
        ("s/b", "x/index", "does not name a place"),
        ("s/b", "../x", "does not name a place"),
        ("s/b", "x\\y", "does not name a place"),
        ("s/b", "taken", "is an alias of `content/d.md`"),
        ("s/b", "old/b", "redirects `/old/*`, which takes `/old/b/`"),
        ("s/b#tow", "x", "did you mean `two`?"),
        ("s/b#two", " ", "is empty"),
        ("s/b#two", "#a b", "is not an id"),
        ("twice#a", "B", "`silcrow mv twice#a '#a'`"),
        ("kept#one", "Old", "`#old` leads to `#two` in `content/kept.md`, by its `anchors`"),
        ("kept#one", "#raw", "would say of `content/kept.md`: "),
        ("s/b", "S/b", "are one address where case does not count"),
        ("s/b", "s/con", "`con.md` is not a valid name on every system: Windows reserves `CON`"),
        ("s", &deep, "more than 32 levels deep"),
        ("s/b", "search", "(url-conflict); nothing was changed"),
        ("s/b", "file", "(url-conflict); nothing was changed"),
    ] {
        let run = mv(&site, &[old, new]);
        assert_eq!(run.code, 2, "{old} {new}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(why), "{old} {new}: {}", run.stderr);
        assert!(tree(&site.path("")) == before, "{old} {new}");
    }
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_not_moved() {
    let site = linked();
    site.write("elsewhere/l.md", ARTICLE);
    std::os::unix::fs::symlink("../elsewhere/l.md", site.path("content/l.md")).expect("a link");
    let run = mv(&site, &["l", "m"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("is a symbolic link"), "{}", run.stderr);
    assert!(site.path("content/l.md").is_symlink());
    // Nor is what such a link leads to, or away from.
    std::fs::remove_file(site.path("content/l.md")).expect("a file goes");
    for (link, target) in [("t/i.png", "../s/i.png"), ("s/l.md", "../a.md")] {
        let link = site.path(&format!("content/{link}"));
        std::os::unix::fs::symlink(target, &link).expect("a link");
        let before = tree(&site.path(""));
        let run = mv(&site, &["s", "n/s"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("is a symbolic link"), "{}", run.stderr);
        assert_eq!(tree(&site.path("")), before);
        std::fs::remove_file(&link).expect("a link goes");
    }
    std::os::unix::fs::symlink("i.png", site.path("content/s/j.png")).expect("a link");
    let run = mv(&site, &["s", "n"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_move_that_is_killed_is_finished_by_whoever_writes_next() {
    for delay in [0, 50, 500, 5_000] {
        let site = Site::new(&[("content/s/index.md", "---\ntitle: S\n---\n")]);
        for index in 0..60 {
            let link = format!("{ARTICLE}[next](p{}.md) [out](../o{index}.md)\n", (index + 1) % 60);
            site.write(&format!("content/s/p{index}.md"), link);
            site.write(&format!("content/o{index}.md"), format!("{ARTICLE}[in](s/p{index}.md)\n"));
        }
        assert_eq!(site.run(&["record"]).code, 0);
        let mut child = command(&site.path(""), &["mv", "s", "t"])
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        // The journal is there for a moment only; a run that is over before it was seen moved everything.
        while !site.path(".silcrow-journal~").exists()
            && child.try_wait().expect("a child").is_none()
        {}
        (0..delay).for_each(|_| std::thread::yield_now());
        child.kill().expect("a child can be killed");
        child.wait().expect("a child ends");
        let before = tree(&site.path(""));
        let is_pending = site.path(".silcrow-journal~").exists();
        let check = site.run(&["check", "--today", "2026-02-01"]);
        assert_eq!(check.code, if is_pending { 2 } else { 0 }, "{}", check.stderr);
        assert_eq!(check.stderr.contains("`silcrow build`"), is_pending, "{}", check.stderr);
        assert_eq!(tree(&site.path("")), before, "a check writes nothing");
        let build = site.build(&[]);
        assert_eq!(build.code, 0, "{}{}", build.stdout, build.stderr);
        assert!(!site.path(".silcrow-journal~").exists());
        let is_moved = site.path("content/t/p0.md").exists();
        assert_ne!(is_moved, site.path("content/s/p0.md").exists());
        let other = read(&site, "content/o7.md");
        assert!(other.contains(if is_moved { "(t/p7.md)" } else { "(s/p7.md)" }), "{other}");
        let leftover = tree(&site.path("")).into_keys().find(|name| name.ends_with('~'));
        assert_eq!(leftover, None);
    }
}

#[test]
fn a_move_that_the_system_refuses_is_taken_back() {
    let site = linked();
    let before = tree(&site.path(""));
    let run = mv(&site, &["s/b", &format!("new/folder/{}", "d".repeat(300))]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("file name too long"), "{}", run.stderr);
    assert_eq!(tree(&site.path("")), before);
    assert_eq!(mv(&site, &["s/b", "new/folder/d"]).code, 0, "nothing is in the way of the next");
}

#[test]
fn a_file_that_was_written_where_a_killed_move_goes_stays() {
    let site = linked();
    let own = format!("{ARTICLE}my own\n");
    site.write("content/t/b.md", own.clone());
    let journal = r#"{"format":1,"moves":[["content/s/b.md","content/t/b.md"]],"texts":[]}"#;
    site.write(".silcrow-journal~", journal);
    for verb in ["check", "build"] {
        let run = site.run(&[verb]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(".silcrow-journal~"), "{}", run.stderr);
        assert_eq!(read(&site, "content/t/b.md"), own);
    }
}

#[test]
fn what_a_move_leaves_to_the_writer_is_told_of() {
    let site = linked();
    site.write("content/s/d.md", format!("{ARTICLE}[x](nope.md)\n"));
    assert_eq!(site.run(&["check", "--write-baseline"]).code, 0);
    let run = mv(&site, &["s/d", "new/d"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for told in [
        "`silcrow-baseline.txt` names `content/s/d.md`, which no longer exists",
        "now `silcrow check` would say of `content/new/index.md`: ",
    ] {
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
}

/// The pages of a generated site, and where each is linked from.
const PAGES: [&str; 7] = ["a", "b", "s/index", "s/c", "s/ü d", "s/u/index", "s/u/e"];

#[derive(Clone, Debug)]
struct Generated {
    /// From, to, form, whether to a heading.
    links: Vec<(usize, usize, usize, bool)>,
    related: Vec<(usize, usize)>,
}

fn generated() -> impl Strategy<Value = Generated> {
    let links =
        prop::collection::vec((0..PAGES.len(), 0..PAGES.len(), 0..8_usize, any::<bool>()), 1..24);
    let related = prop::collection::btree_set((0..PAGES.len(), 0..PAGES.len()), 0..6);
    (links, related).prop_map(|(links, related)| Generated {
        links,
        related: related.into_iter().filter(|(from, to)| from != to).collect(),
    })
}

fn relative(from: &str, to: &str) -> String {
    format!("{}{}", "../".repeat(from.matches('/').count()), to).replace(' ', "%20")
}

fn make(generated: &Generated) -> Site {
    let site = Site::new(&[
        ("content/s/i.png", "no image"),
        ("content/i.png", "no image"),
        ("static/p.html", "<a href=\"/s/c/#one\">c</a> <a href=\"/s/u/\">u</a>"),
    ]);
    for (index, page) in PAGES.iter().enumerate() {
        let related: Vec<String> = generated
            .related
            .iter()
            .filter(|(from, _)| *from == index)
            .map(|(_, to)| format!("\n  - {}", PAGES[*to].trim_end_matches("/index")))
            .collect();
        let related = if related.is_empty() {
            String::new()
        } else {
            format!("related:{}\n", related.concat())
        };
        let mut text = format!(
            "---\ntitle: P{index}\ndescription: D\nupdated: 2026-01-01\n{related}---\n\n## One\n\n"
        );
        let mut definitions = String::new();
        for (at, (_, to, form, heading)) in
            generated.links.iter().enumerate().filter(|(_, (from, ..))| *from == index)
        {
            let fragment = if *heading { "#one" } else { "" };
            let path = relative(page, PAGES[*to]);
            let url = format!("/{}/", PAGES[*to].trim_end_matches("/index"))
                .replace(' ', "%20")
                .replace('ü', "%C3%BC");
            match form {
                0 => text.push_str(&format!("[x]({path}.md{fragment})\n")),
                1 => text.push_str(&format!("[x](<{path}.md{fragment}> \"t\")\n")),
                2 => {
                    text.push_str(&format!("[x][r{at}] and [y][r{at}]\n"));
                    definitions.push_str(&format!("[r{at}]: {path}.md{fragment}\n"));
                }
                3 => text.push_str(&format!("<a href='{path}.md?q=1&amp;r=2{fragment}'>x</a>\n")),
                4 => text.push_str(&format!("[x]({url}{fragment})\n")),
                5 => text.push_str(&format!("[x](https://example.com{url}{fragment})\n")),
                6 => text.push_str(&format!("![x]({})\n", relative(page, "s/i.png"))),
                _ => text.push_str(&format!("> - [**x**]({path}.md{fragment})\n")),
            }
        }
        site.write(&format!("content/{page}.md"), format!("{text}\n{definitions}"));
    }
    site
}

/// Where each file's links lead, in order: the kind, the target, and the fragment.
fn targets(site: &Site) -> BTreeMap<String, Vec<(String, String, String)>> {
    let mut targets: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for line in site.run(&["links", "--format", "json"]).stdout.lines() {
        let link: Value = serde_json::from_str(line).expect("a line is JSON");
        let text = |key: &str| link[key].as_str().unwrap_or("").to_owned();
        let fragment =
            text("destination").split_once('#').map_or(String::new(), |(_, id)| id.to_owned());
        targets.entry(text("file")).or_default().push((text("kind"), text("target"), fragment));
    }
    targets
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_link_leads_where_it_led(
        generated in generated(),
        what in prop::sample::select(vec!["a", "s/c", "s/ü d", "s", "s/u", "s/c#one", "s/u/e#one"]),
        to in prop::sample::select(vec!["moved", "new/moved", "s/u/moved", "neu (1)/ö & co"]),
    ) {
        let is_section = matches!(what, "s" | "s/u");
        prop_assume!(!(is_section && to.starts_with("s/")));
        let site = make(&generated);
        prop_assert_eq!(site.run(&["record"]).code, 0);
        let errors = |site: &Site| {
            let run = site.run(&["check", "--today", "2026-02-01", "--format", "json"]);
            run.found().into_iter().filter(|finding| finding.starts_with("error")).collect::<Vec<_>>()
        };
        prop_assert_eq!(errors(&site), Vec::<String>::new());
        let before = targets(&site);
        let (old, new) = if is_section {
            (format!("content/{what}"), format!("content/{to}"))
        } else {
            (format!("content/{what}.md"), format!("content/{to}.md"))
        };
        let heading = what.contains('#');
        let run = mv(&site, &[what, if heading { "Another name" } else { to }]);
        prop_assert_eq!(run.code, 0, "{}", run.stderr);
        prop_assert_eq!(errors(&site), Vec::<String>::new());
        let moved = |path: &str| match path.strip_prefix(old.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{new}{rest}"),
            _ => path.to_owned(),
        };
        let page = format!("content/{}.md", what.split('#').next().unwrap_or(""));
        let expected: BTreeMap<_, Vec<_>> = before
            .into_iter()
            .map(|(file, links)| {
                let link = |(kind, target, fragment): (String, String, String)| {
                    let renamed = heading && target == page && !fragment.is_empty();
                    (kind, moved(&target), if renamed { "another-name".to_owned() } else { fragment })
                };
                (moved(&file), links.into_iter().map(link).collect())
            })
            .collect();
        prop_assert_eq!(targets(&site), expected);
    }
}

#[test]
fn a_section_without_a_page_of_its_own_moves_there_and_back() {
    let settings = "base_url: https://example.com/\nredirects:\n  '/x': /n/a/ # kept\n";
    let site = Site::new(&[
        ("site.yaml", settings),
        ("content/index.md", "---\ntitle: Home\n---\n[n](/n/) [a](n/i/a.md)\n"),
        ("content/n/a.md", ARTICLE),
        ("content/n/i/a.md", ARTICLE),
    ]);
    for (from, to) in [("n", "m"), ("m", "n"), ("n", "m"), ("m", "n")] {
        let run = mv(&site, &[from, to]);
        assert_eq!(run.code, 0, "{from} to {to}: {}", run.stderr);
        let redirects = read(&site, "site.yaml").split_off(settings.len() - "/n/a/ # kept\n".len());
        let expected = format!("/{to}/a/ # kept\n  /{from}/i/: /{to}/i/\n  /{from}/: /{to}/\n");
        assert_eq!(redirects, expected);
        assert_eq!(site.run(&["check", "--today", "2026-02-01"]).code, 0);
    }
}

#[test]
fn quoted_keys_take_what_is_added_and_are_not_written_twice() {
    let article = |aliases: &str| {
        format!("---\ntitle: T\ndescription: D\nupdated: 2026-01-01\n{aliases}---\n")
    };
    for (before, after) in [
        ("\"aliases\": [/old/]\n", "\"aliases\": [/old/, /a/]\n"),
        ("'aliases':\n  - /old/\n", "'aliases':\n  - /old/\n  - /a/\n"),
    ] {
        let site = Site::new(&[("content/a.md", &article(before))]);
        let run = mv(&site, &["a", "b"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(read(&site, "content/b.md"), article(after));
    }
}

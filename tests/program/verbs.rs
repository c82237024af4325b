//! What `check` can do beside checking, and `graph`: fixes, explanations, and which page leads where.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::fs;
use std::path::Path;

use crate::common::{ARTICLE, Site, command, run};
use serde_json::Value;

/// A site in which every kind of fix is to be made, with a byte-order mark, Windows line ends and bytes that count.
fn crooked() -> Site {
    let a = "\u{feff}---\r\ntitle: A\r\ndescription: D\r\nupdated: 2026-01-01\r\n---\r\n## Keys (new)\r\n\
        é [x](Sub\\B.md) [k](#Keys-New) <a href=\"/sub/b?a=1&amp;b=2#one\">q</a> [i][1]\r\n\
        [z](/sub/b/index.html) [s](sub/b \"t\") [m](</sub/b.md>) [p](<Sub/b (c).md>)\r\n\r\n\
        [1]: /old/b/#one 'title'\r\n";
    let b = "---\ntitle: B\ndescription: D\nupdated: 2026-01-01\naliases: [/old/b/]\n---\n## One\n[up](../a.md#KEYS-NEW)\n";
    Site::new(&[
        ("content/a.md", a),
        ("content/sub/index.md", "---\ntitle: S\n---\n"),
        ("content/sub/b.md", b),
        ("content/sub/b (c).md", ARTICLE),
        ("static/page.html", "<a href=\"/sub/b\">x</a>"),
    ])
}

fn read(site: &Site, path: &str) -> String {
    fs::read_to_string(site.path(path)).expect("a file can be read")
}

#[test]
fn fixes_change_nothing_but_the_destinations_and_leave_nothing_to_fix() {
    let site = crooked();
    let before = read(&site, "content/a.md");
    let fixed = site.run(&["check", "--fix", "--today", "2026-02-01", "--fail-on", "warning"]);
    assert_eq!(fixed.code, 0, "{}{}", fixed.stdout, fixed.stderr);
    assert!(fixed.stderr.contains("in 3 files\n"), "{}", fixed.stderr);
    let expected = before
        .replace("Sub\\B.md", "sub/b.md")
        .replace("#Keys-New", "#keys-new")
        .replace("/sub/b?a", "/sub/b/?a")
        .replace("/sub/b/index.html", "/sub/b/")
        .replace("(sub/b \"t\")", "(sub/b.md \"t\")")
        .replace("</sub/b.md>", "<sub/b.md>")
        .replace("<Sub/b (c).md>", "<sub/b%20%28c%29.md>")
        .replace("/old/b/#one", "sub/b.md#one");
    assert_eq!(read(&site, "content/a.md"), expected);
    assert!(read(&site, "content/sub/b.md").ends_with("[up](../a.md#keys-new)\n"));
    assert_eq!(read(&site, "static/page.html"), "<a href=\"/sub/b/\">x</a>");
    let again = site.run(&["check", "--fix"]);
    assert!(again.stderr.starts_with("there is nothing to fix\n"), "{}", again.stderr);
    assert_eq!(read(&site, "content/a.md"), expected);
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let site = crooked();
    let before = read(&site, "content/a.md");
    let shown = site.run(&["check", "--fix", "--dry-run"]);
    assert_eq!(shown.code, 0);
    assert!(shown.stderr.starts_with("would fix "), "{}", shown.stderr);
    assert_eq!(read(&site, "content/a.md"), before);
    let diff = shown.stdout;
    assert!(diff.starts_with("--- a/content/a.md\n+++ b/content/a.md\n@@ "), "{diff}");
    assert!(diff.contains("\n-[up](../a.md#KEYS-NEW)\n+[up](../a.md#keys-new)\n"), "{diff}");
    // What is shown is what `--fix` does.
    let patched = tempfile::tempdir().expect("a scratch folder can be made");
    copy(&site.path("content"), &patched.path().join("content"));
    copy(&site.path("static"), &patched.path().join("static"));
    fs::write(patched.path().join("fix.patch"), &diff).expect("writable");
    let mut patch = std::process::Command::new("git");
    patch.current_dir(patched.path()).args(["apply", "--unsafe-paths", "-p1", "fix.patch"]);
    assert!(patch.status().expect("git runs").success(), "{diff}");
    site.run(&["check", "--fix"]);
    for path in ["content/a.md", "content/sub/b.md", "static/page.html"] {
        let by_patch = fs::read_to_string(patched.path().join(path)).expect("a file can be read");
        assert_eq!(by_patch, read(&site, path), "{path}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("a folder can be listed") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).expect("writable");
        }
    }
}

#[test]
fn only_the_named_files_are_fixed() {
    let site = crooked();
    let before = read(&site, "content/a.md");
    let fixed = site.run(&["check", "--fix", "content/sub/b.md"]);
    assert_eq!(fixed.code, 0, "{}", fixed.stderr);
    assert!(fixed.stderr.starts_with("fixed 1 mistake in 1 file\n"), "{}", fixed.stderr);
    assert_eq!(read(&site, "content/a.md"), before);
}

#[test]
fn a_text_that_is_not_utf8_is_not_fixed() {
    let site = crooked();
    let mut bytes = ARTICLE.as_bytes().to_vec();
    bytes.extend(b"\xE9 [x](Sub/B.md)\n");
    site.write("content/latin.md", &bytes);
    let fixed = site.run(&["check", "--fix"]);
    assert_eq!(fixed.code, 1);
    assert_eq!(fs::read(site.path("content/latin.md")).expect("readable"), bytes);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_leaves_all_as_they_are() {
    use std::os::unix::fs::PermissionsExt;
    let site = crooked();
    let before = read(&site, "content/a.md");
    let locked = site.path("content/sub/b.md");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).expect("permissions");
    let fixed = site.run(&["check", "--fix"]);
    assert_eq!(fixed.code, 2);
    assert!(fixed.stderr.starts_with("error: could not change `"), "{}", fixed.stderr);
    assert_eq!(read(&site, "content/a.md"), before);
    let left = fs::read_dir(site.path("content")).expect("a folder can be listed");
    let left: Vec<_> = left.map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("silcrow")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::PermissionsExt;
    let site = crooked();
    let real = site.path("content/sub/b.md");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
    site.write("elsewhere/c.md", format!("{ARTICLE}[x](sub/b)\n"));
    std::os::unix::fs::symlink("../elsewhere/c.md", site.path("content/c.md")).expect("a link");
    assert_eq!(site.run(&["check", "--fix"]).code, 0);
    let mode = fs::metadata(&real).expect("metadata").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(site.path("content/c.md").is_symlink());
    assert!(read(&site, "elsewhere/c.md").ends_with("[x](sub/b.md)\n"));
}

#[test]
fn suppressed_findings_are_not_fixed() {
    let body = "<!-- silcrow-ignore relative-url: shown as it is -->\n[x](sub/b)\n";
    let site = crooked();
    site.write("content/kept.md", format!("{ARTICLE}{body}"));
    site.run(&["check", "--fix"]);
    assert!(read(&site, "content/kept.md").ends_with(body));
}

#[test]
fn a_file_that_is_not_there_could_not_be_checked() {
    let site = crooked();
    let missing = site.run(&["check", "content/nowhere.md"]);
    assert_eq!(missing.code, 2);
    assert_eq!(missing.stderr, "error: there is no file `content/nowhere.md`\n");
    // Hooks name every file that a commit changes.
    site.write("README.md", "# Read me\n");
    let other = site.run(&["check", "README.md"]);
    assert_eq!((other.code, other.stdout.as_str()), (0, ""), "{}", other.stderr);
}

#[test]
fn rules_are_listed_and_explained() {
    let anywhere = tempfile::tempdir().expect("a scratch folder can be made");
    let silcrow = |arguments: &[&str]| run(command(anywhere.path(), arguments));
    let list = silcrow(&["check", "--list-rules"]);
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    assert!(list.stdout.lines().any(|line| line.starts_with("missing-page ")), "{}", list.stdout);
    for line in list.stdout.lines() {
        let rule = line.split(' ').next().expect("a line has a word");
        let explained = silcrow(&["check", "--explain", rule]);
        assert_eq!(explained.code, 0, "{rule}");
        assert!(explained.stdout.starts_with(&format!("{rule} (")), "{rule}");
        assert!(explained.stdout.contains("\nBad:\n") && explained.stdout.contains("\nGood:\n"));
    }
    let unknown = silcrow(&["check", "--explain", "missing-pag"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `missing-page`?"), "{}", unknown.stderr);
}

#[test]
fn a_baseline_keeps_quiet_about_what_was_there_and_about_nothing_else() {
    let site = crooked();
    let check = |arguments: &[&str]| {
        let always = ["check", "--today", "2026-02-01", "--fail-on", "warning"];
        site.run(&[&always[..], arguments].concat())
    };
    assert_eq!(check(&[]).code, 1);
    let written = check(&["--write-baseline"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(written.stderr.contains(" findings to `silcrow-baseline.txt`"), "{}", written.stderr);
    let baseline = ["--baseline", "silcrow-baseline.txt"];
    let kept = read(&site, "silcrow-baseline.txt");
    let quiet = check(&baseline);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, ""), "{}", quiet.stderr);
    // A new mistake is told of, though another file has the same.
    let before = read(&site, "content/sub/b.md");
    site.write("content/sub/b.md", format!("{before}\n[gone](gone.md)\n"));
    let new = check(&baseline);
    assert_eq!(new.code, 1);
    assert!(new.stdout.contains("[missing-page]"), "{}", new.stdout);
    // What is put right leaves a line behind, which is told of with its place in the baseline.
    site.write("content/sub/b.md", before.replace("#KEYS-NEW", "#keys-new"));
    let stale = check(&baseline);
    assert_eq!(stale.code, 1, "{}", stale.stderr);
    let line = kept.lines().position(|line| line.contains("KEYS-NEW")).expect("it was written") + 1;
    assert!(stale.stdout.contains("[stale-baseline]"), "{}", stale.stdout);
    assert!(stale.stdout.contains(&format!("silcrow-baseline.txt:{line}:1")), "{}", stale.stdout);
    // Written anew, it has one line less.
    assert_eq!(check(&[&baseline[..], &["--write-baseline"]].concat()).code, 0);
    let fewer = read(&site, "silcrow-baseline.txt");
    assert_eq!(fewer.lines().count(), kept.lines().count() - 1);
    assert_eq!(check(&baseline).code, 0);
}

#[test]
fn what_is_no_baseline_is_refused() {
    let site = crooked();
    let missing = site.run(&["check", "--baseline", "none.txt"]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    site.write("notes.txt", "to do\n");
    let wrong = site.run(&["check", "--baseline", "notes.txt"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("`notes.txt` is not a baseline"), "{}", wrong.stderr);
}

/// Three pages in a row, one alone, and one that two lead to.
fn woven() -> Site {
    let related = ARTICLE.replace("updated:", "related: [s/c]\nupdated:");
    Site::new(&[
        ("content/a.md", &format!("{ARTICLE}[b](s/b.md#top) and [again][1]\n\n[1]: s/b.md\n")),
        ("content/s/index.md", "---\ntitle: S\n---\n"),
        ("content/s/b.md", &format!("{related}[self](#top)\n")),
        ("content/s/c.md", ARTICLE),
        ("content/alone.md", &format!("{ARTICLE}[home](/)\n")),
    ])
}

#[test]
fn the_graph_names_orphans_dead_ends_and_what_is_linked_most() {
    let site = woven();
    let text = site.run(&["graph"]);
    assert_eq!((text.code, text.stderr.as_str()), (0, ""));
    assert_eq!(
        text.stdout,
        "6 pages, 4 links between them\n\nmost linked:\n     1  content/index.md  Home\n     1  content/s/b.md  Title\n     1  content/s/c.md  Title\n\n\
         orphans, which no text leads to: 2\n        content/a.md\n        content/alone.md\n\n\
         dead ends, which lead to no other page: 1\n        content/s/c.md\n"
    );
    let json: Value =
        serde_json::from_str(&site.run(&["graph", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["orphans"], serde_json::json!(["content/a.md", "content/alone.md"]));
    assert_eq!(json["links"].as_array().map(Vec::len), Some(4));
}

#[test]
fn the_graph_shows_what_is_around_a_page() {
    let site = woven();
    for name in ["s/b", "content/s/b.md", "./s/b.md", "/s/b/"] {
        let text = site.run(&["graph", name]);
        assert_eq!(
            text.stdout,
            "content/s/b.md  Title\n\nlinks in: 2\n        content/a.md:7:5  s/b.md#top\n        content/a.md:7:21  s/b.md\n\n\
             links out: 1\n        content/s/b.md: related  s/c  content/s/c.md\n",
            "{name}: {}",
            text.stderr
        );
    }
    let json: Value = serde_json::from_str(&site.run(&["graph", "s/b", "--format", "json"]).stdout)
        .expect("JSON");
    assert_eq!(json["links_in"][0]["column"], 5);
    assert_eq!(json["links_out"][0]["line"], Value::Null);
    let unknown = site.run(&["graph", "s/d"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.starts_with("error: there is no page `s/d`"), "{}", unknown.stderr);
}

#[test]
fn components_are_listed_with_what_they_take_a_sites_own_too() {
    let own = "{% component Price(amount: number, currency: string = \"EUR\", @site: map) {\"description\": \"A sum.\", \"amount\": \"how much\"} %}{{ amount }}{% endcomponent Price %}";
    let site = Site::new(&[("content/a.md", ARTICLE), ("templates/components/price.html", own)]);
    let text = site.run(&["components"]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    let expected = "<Price amount={…} currency={…} />  templates/components/price.html\n  A sum.\n  \
        amount: number, how much\n  currency: string, `EUR` when not given\n  \
        site: map, the variable `site` when not given\n";
    assert!(text.stdout.contains(expected), "{}", text.stdout);
    let json = site.run(&["components", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).expect("the components are JSON");
    let price =
        json.as_array().into_iter().flatten().find(|component| component["name"] == "Price");
    let price = price.expect("the site's own component is there");
    assert_eq!(price["template"], "components/price.html");
    assert_eq!(price["arguments"][0]["type"], "number");
    assert_eq!(price["arguments"][1]["default"], "EUR");
    assert_eq!(price["arguments"][2]["implicit"], true);
}

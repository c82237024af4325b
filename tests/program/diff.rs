//! `diff` against what is published, and what it must not take for something else: redirects, retired pages, previews.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::fs;

use crate::common::{ARTICLE, Site, TODAY, tree};

fn site() -> Site {
    let text = |text: &str| format!("{ARTICLE}{text}\n");
    Site::new(&[
        ("content/a.md", &text("First.")),
        ("content/gone.md", &text("Going.")),
        ("content/keep.md", ARTICLE),
        ("static/guide.pdf", "one"),
    ])
}

fn publish(site: &Site) {
    let run = site.run(&["publish", "target", "--today", TODAY]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

fn build(site: &Site, output: &str) {
    let run = site.build(&["--output", output]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

fn diff(site: &Site, old: &str, new: &str) -> String {
    let run = site.run(&["diff", old, new]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// The lines that name a page or a file.
fn changes(text: &str) -> Vec<String> {
    let kinds = ["added ", "changed ", "removed ", "redirected "];
    let lines = text.lines().filter(|line| kinds.iter().any(|kind| line.starts_with(kind)));
    lines.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_target_is_compared_by_the_release_that_readers_get() {
    let site = site();
    site.write("static/silcrow.css", "p { color: red }");
    publish(&site);
    build(&site, "first");
    let nothing = "pages: 0 added, 0 changed, 0 removed, 0 redirected\n";
    assert_eq!(diff(&site, "target", "first"), nothing);
    site.write("content/a.md", format!("{ARTICLE}Second.\n"));
    // Its first content stays in the folder of the next release, and is no file of that site.
    site.write("static/silcrow.css", "p { color: blue }");
    publish(&site);
    build(&site, "second");
    assert_eq!(diff(&site, "target", "second"), nothing);
    let before = tree(&site.path("target"));
    assert_eq!(diff(&site, "target", "first"), diff(&site, "second", "first"));
    assert!(diff(&site, "target", "first").contains("\n-Second.\n+First.\n"));
    assert!(tree(&site.path("target")) == before, "something was written");
}

#[test]
fn a_target_that_cannot_be_read_is_told_of() {
    let site = site();
    build(&site, "public");
    let failed = |code, reason: &str| {
        let run = site.run(&["diff", "target", "public"]);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{}", run.stderr);
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    };
    failed(2, "could not open `target`");
    fs::create_dir_all(site.path("target/.silcrow/releases")).expect("writable");
    failed(2, "nothing has been published at the target; run `silcrow publish`");
    publish(&site);
    let release = fs::canonicalize(site.path("target/current")).expect("it was published");
    fs::write(release.join("a/index.html"), "By hand.").expect("writable");
    site.write("public/a/index.html", "Other.");
    failed(2, "what the target keeps of `a/index.html` is not what its manifest says");
    fs::remove_dir_all(release).expect("it is there");
    failed(3, "`target/current` leads to no release");
}

#[cfg(not(feature = "cloud"))]
#[test]
fn a_bucket_needs_a_program_that_was_built_for_it() {
    let site = site();
    let run = site.run(&["diff", "s3://bucket", "public"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("with `cargo install --path . --locked --features cloud`"));
}

#[cfg(unix)]
#[test]
fn a_link_to_the_folder_it_is_in_is_not_followed() {
    let site = site();
    build(&site, "public");
    fs::rename(site.path("public"), site.path("other")).expect("it was built");
    build(&site, "public");
    std::os::unix::fs::symlink(".", site.path("other/loop")).expect("a link");
    std::os::unix::fs::symlink("a", site.path("other/b")).expect("a link");
    let text = diff(&site, "public", "other");
    assert_eq!(changes(&text), ["added /b/", "added b/index.md"], "{text}");
}

#[test]
fn a_redirect_of_another_page_whose_address_ends_the_same_does_not_count() {
    let site = Site::new(&[
        ("old/a/index.html", "<main>A</main>"),
        ("new/_redirects", "/docs/x/y/a/ /docs/z/ 301\n/docs/x/* /docs/z/:splat 301\n"),
    ]);
    let text = diff(&site, "old", "new");
    assert_eq!(changes(&text), ["removed /a/", "added _redirects"], "{text}");
    // The base path is known by the style sheet.
    site.write("new/x.css", "");
    site.write("new/index.html", "<link rel=\"stylesheet\" href=\"/docs/x.css\">");
    for (rules, expected) in [
        ("/docs/x/y/a/ /docs/z/ 301", "removed /a/"),
        ("/a/ /docs/z/ 301", "removed /a/"),
        ("/docs/docs/* /docs/z/:splat 301", "removed /a/"),
        ("/docs/a/ /docs/z/ 301", "redirected /a/"),
        ("/docs/* /docs/z/:splat 301", "redirected /a/"),
    ] {
        site.write("new/_redirects", format!("# Old addresses\n{rules}\n"));
        let text = diff(&site, "old", "new");
        assert!(changes(&text).contains(&expected.to_owned()), "{rules}: {text}");
    }
}

#[test]
fn a_retired_page_is_removed_and_not_changed() {
    let site = site();
    assert_eq!(site.run(&["record"]).code, 0);
    build(&site, "old");
    fs::remove_file(site.path("content/gone.md")).expect("it is there");
    assert_eq!(site.run(&["retire", "/gone/"]).code, 0);
    build(&site, "new");
    assert!(site.path("new/gone/index.html").is_file());
    let text = diff(&site, "old", "new");
    assert!(text.contains("removed     /gone/  Title\n"), "{text}");
    assert!(!text.contains("-Going."), "{text}");
    let text = diff(&site, "new", "old");
    assert!(text.contains("added       /gone/  Title\n"), "{text}");
}

#[test]
fn a_preview_at_another_path_has_the_same_redirects() {
    let site = site();
    let with_alias = ARTICLE.replace("updated:", "aliases: [/old/, /older/]\nupdated:");
    site.write("content/keep.md", &with_alias);
    assert_eq!(site.build(&["--output", "old", "--base-url", "https://e.example/docs/"]).code, 0);
    let preview = ["--output", "new", "--base-url", "/pr-1/", "--preview"];
    assert_eq!(site.build(&preview).code, 0);
    let pages = |text: &str| changes(text).into_iter().filter(|line| line.contains(" /"));
    let text = diff(&site, "old", "new");
    assert_eq!(pages(&text).collect::<Vec<_>>(), [""; 0], "{text}");
    site.write("content/keep.md", with_alias.replace("/old/, ", ""));
    site.write("content/a.md", ARTICLE.replace("updated:", "aliases: [/old/]\nupdated:"));
    assert_eq!(site.build(&preview).code, 0);
    let text = diff(&site, "old", "new");
    assert!(text.contains("\n-redirects to /keep/\n+redirects to /a/\n"), "{text}");
    let articles = pages(&text).filter(|line| !line.contains("/search/"));
    assert_eq!(articles.collect::<Vec<_>>(), ["changed /a/", "changed /old/"], "{text}");
}

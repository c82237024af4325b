//! Publishing to a folder: each release a whole site, readers led from one to the next in one step, refusals with their
//! exit codes, and publishes that die at any moment.
#![expect(clippy::disallowed_methods, reason = "tests read and write files, and measure time")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::{ARTICLE, Run, Site, TODAY, command, run, tree};

/// What a publish remembers of the site, beside `site.yaml`.
const RECORD: &str = "silcrow.lock";

fn site(articles: usize) -> Site {
    let site = Site::new(&[]);
    for number in 0..articles {
        site.write(&format!("content/a{number}.md"), format!("{ARTICLE}Text {number}.\n"));
    }
    site
}

/// Publishes a site that nobody remembers: what is taken away later is no finding then.
fn publish(site: &Site, arguments: &[&str]) -> Run {
    let _ = fs::remove_file(site.path(RECORD));
    let run = site.run(&[&["publish", "target", "--today", TODAY], arguments].concat());
    let _ = fs::remove_file(site.path(RECORD));
    run
}

/// Publishes, and returns the plan.
fn published(site: &Site, arguments: &[&str]) -> String {
    let run = publish(site, arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// Publishes, and expects that it was refused and that nothing changed. Returns the reason.
fn refused(site: &Site, arguments: &[&str]) -> String {
    let before = tree(&site.path("target"));
    let run = publish(site, arguments);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
    assert!(tree(&site.path("target")) == before, "something changed");
    run.stderr.lines().last().expect("a reason").to_owned()
}

/// What readers get.
fn current(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let real = fs::canonicalize(site.path("target/current")).expect("it was published");
    tree(&real)
}

fn built(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let run = site.build(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut files = tree(&site.path("public"));
    files.remove(".silcrow-manifest");
    files
}

#[test]
fn a_release_is_what_build_writes_and_the_dry_run_printed_its_plan() {
    let site = site(3);
    site.write("static/.well-known/a b+\u{fc}%.txt", "x");
    let plan = published(&site, &["--dry-run"]);
    assert!(!site.path("target").exists());
    assert_eq!(published(&site, &[]), plan);
    assert_eq!(current(&site), built(&site));
    assert_eq!(published(&site, &[]), "");
}

#[test]
fn only_what_changed_is_in_the_plan_and_the_rest_is_shared_between_releases() {
    let site = site(3);
    published(&site, &[]);
    site.write("content/a1.md", format!("{ARTICLE}Texu 1.\n"));
    let plan = published(&site, &["--purge-list", "purge.txt"]);
    let steps: Vec<&str> = plan.lines().filter(|line| line.contains("html")).collect();
    assert_eq!(steps, ["  ~ a1/index.html"]);
    assert_eq!(current(&site), built(&site));
    let purge = fs::read_to_string(site.path("purge.txt")).expect("it was written");
    let urls = ["a1/", "a1/index.md", "search/index.json"];
    let urls: String = urls.iter().map(|url| format!("https://example.com/{url}\n")).collect();
    assert_eq!(purge, urls);
    published(&site, &["--purge-list", "purge.txt"]);
    assert_eq!(fs::read(site.path("purge.txt")).expect("it was written"), b"");
}

#[test]
fn a_site_with_errors_is_not_published() {
    let site = site(1);
    published(&site, &[]);
    let before = tree(&site.path("target"));
    site.write("content/a0.md", format!("{ARTICLE}[x](nothing.md)\n"));
    let run = publish(&site, &["--format", "json"]);
    assert_eq!(
        (run.code, run.found()),
        (1, vec!["error missing-page content/a0.md 7:5-7:15".to_owned()])
    );
    assert!(tree(&site.path("target")) == before);
}

#[test]
fn refusals_say_what_to_type() {
    let site = site(12);
    published(&site, &[]);
    let other = refused(&site, &["--base-url", "https://other.example/"]);
    assert!(other.contains("or use `--moved-from https://example.com/`"), "{other}");
    let nowhere = refused(&site, &["--base-url", "/docs/"]);
    assert!(nowhere.contains("the URL of the site is not known"), "{nowhere}");
    for number in 1..12 {
        fs::remove_file(site.path(&format!("content/a{number}.md"))).expect("our own file");
    }
    let many = refused(&site, &[]);
    assert!(many.contains("22 files would be deleted, and 10 may be"), "{many}");
    assert!(many.contains("use `--max-delete 22`"), "{many}");
    published(&site, &["--max-delete", "22"]);
    assert!(!current(&site).contains_key("a1/index.html"));
    fs::remove_file(site.path("content/a0.md")).expect("our own file");
    let empty = refused(&site, &[]);
    assert!(empty.contains("the site has no article"), "{empty}");
}

#[test]
fn a_site_that_moved_is_published_when_its_old_address_is_named() {
    let site = site(1);
    published(&site, &[]);
    let new = ["--base-url", "https://other.example/"];
    published(&site, &[&new[..], &["--moved-from", "https://example.com"]].concat());
    assert_eq!(published(&site, &new), "");
}

#[test]
fn a_folder_of_others_is_refused_and_its_other_files_are_left_alone() {
    let site = site(1);
    site.write("target/current/index.html", "mine");
    let reason = refused(&site, &[]);
    assert!(reason.contains("was not made by `silcrow publish`"), "{reason}");
    fs::remove_dir_all(site.path("target")).expect("our own folder");
    site.write("target/notes.txt", "mine");
    published(&site, &[]);
    assert_eq!(fs::read(site.path("target/notes.txt")).expect("it is left"), b"mine");
}

#[test]
fn a_damaged_manifest_is_refused() {
    let site = site(1);
    published(&site, &[]);
    let folder = site.path("target/.silcrow/releases");
    let file = fs::read_dir(folder).expect("a folder").next().expect("a release").expect("a file");
    let text = fs::read_to_string(file.path()).expect("a text");
    fs::write(file.path(), &text[..text.len() / 2]).expect("writable");
    let reason = refused(&site, &[]);
    assert!(reason.contains("cannot be read: it is damaged, or not silcrow's"), "{reason}");
}

#[test]
fn a_folder_whose_current_leads_to_no_release_is_refused_with_what_to_type() {
    let site = site(2);
    published(&site, &[]);
    site.write("content/a1.md", format!("{ARTICLE}Changed.\n"));
    published(&site, &[]);
    let link = site.path("target/current");
    let release = fs::read_link(&link).expect("it was published");
    let typed = format!("`ln -sfn {} target/current`", release.display());
    fs::remove_file(&link).expect("it is there");
    for arguments in [&[][..], &["--base-url", "https://other.example/"], &["--rollback"]] {
        assert!(refused(&site, arguments).contains(&typed));
    }
    std::os::unix::fs::symlink(&release, &link).expect("what was to be typed");
    assert_eq!(published(&site, &[]), "");
    fs::remove_dir_all(site.path("target").join(&release)).expect("it is there");
    assert!(refused(&site, &[]).contains("leads to no release"));
}

#[test]
fn what_a_killed_publish_left_goes_though_nothing_has_changed() {
    let site = site(2);
    published(&site, &[]);
    let before = tree(&site.path("target"));
    let manifest = fs::read_dir(site.path("target/.silcrow/releases")).expect("it is there");
    let manifest =
        manifest.map(|entry| entry.expect("an entry").path()).next().expect("a manifest");
    site.write("target/.silcrow/releases/000002-00000000", fs::read(manifest).expect("a text"));
    site.write("target/releases/000002-00000000/index.html", "left");
    site.write("target/releases/.new/index.html", "left");
    assert_eq!(published(&site, &[]), "");
    assert!(tree(&site.path("target")) == before);
    // A first publish that was killed before anybody could read it: another site does not go on in its place.
    fs::remove_file(site.path("target/current")).expect("it is there");
    assert!(
        refused(&site, &["--base-url", "https://other.example/"]).contains("holds the site of")
    );
    published(&site, &[]);
    assert_eq!(current(&site), built(&site));
}

#[test]
fn a_list_for_caches_that_cannot_be_written_stops_the_publish() {
    let site = site(1);
    let run = publish(&site, &["--purge-list", "nowhere/purge.txt"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!site.path("target").exists());
}

#[test]
fn one_of_the_last_five_releases_can_be_gone_back_to() {
    let site = site(2);
    let mut sites = Vec::new();
    for version in 0..6 {
        site.write("content/a1.md", format!("{ARTICLE}Version {version}.\n"));
        site.write("static/silcrow.css", format!("body {{ order: {version} }}\n"));
        published(&site, &[]);
        sites.push(built(&site));
    }
    let names = || -> Vec<String> {
        let run = site.run(&["publish", "target", "--list-releases"]);
        let name = |line: &str| line.split(' ').next().expect("a name").to_owned();
        run.stdout.lines().map(name).collect()
    };
    let kept = names();
    assert_eq!(kept.len(), 5);
    assert!(kept[0].starts_with("000006-") && kept[4].starts_with("000002-"), "{kept:?}");
    assert_eq!(fs::read_dir(site.path("target/releases")).expect("a folder").count(), 5);
    let holds = |wanted: &BTreeMap<String, Vec<u8>>| {
        let files = current(&site);
        // Styles of later pages stay, for readers who have one open.
        let is_wanted = wanted.iter().all(|(name, bytes)| files.get(name) == Some(bytes));
        let rest = files.keys().filter(|name| !wanted.contains_key(*name));
        is_wanted
            && rest
                .into_iter()
                .all(|name| name.starts_with("silcrow.") || name.starts_with("search/"))
    };
    let run = publish(&site, &["--rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(holds(&sites[4]));
    let plan = published(&site, &["--rollback", &kept[3], "--dry-run"]);
    assert_eq!(published(&site, &["--rollback", &kept[3]]), plan);
    assert!(holds(&sites[2]));
    let run = publish(&site, &["--rollback", &kept[4]]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("the target keeps no release"), "{}", run.stderr);
    published(&site, &[]);
    assert!(holds(&sites[5]));
}

#[cfg(not(feature = "cloud"))]
#[test]
fn a_bucket_needs_another_build_and_the_message_says_which() {
    let site = site(1);
    for target in ["s3://bucket", "gs://bucket/folder", "AZ://container"] {
        let run = site.run(&["publish", target]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let expected = format!(
            "error: this silcrow cannot publish to `{target}`; build one that can with `cargo install --path . --locked --features cloud`\n"
        );
        assert_eq!(run.stderr, expected);
    }
    let run = site.run(&["publish", "ftp://host/folder"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("`ftp://host/folder` is not a target to publish to"),
        "{}",
        run.stderr
    );
}

fn make_fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo is there").success());
}

#[test]
fn a_manifest_that_is_no_file_does_not_block() {
    let site = site(1);
    published(&site, &[]);
    let folder = site.path("target/.silcrow/releases");
    let file = fs::read_dir(folder).expect("a folder").next().expect("a release").expect("a file");
    fs::remove_file(file.path()).expect("it is there");
    make_fifo(&file.path());
    let run = publish(&site, &[]);
    assert_eq!((run.code, run.stderr.contains("it is not a file")), (2, true), "{}", run.stderr);
}

#[test]
fn what_a_release_lost_is_written_again() {
    let outside = tempfile::tempdir().expect("a scratch folder");
    let same = outside.path().join("same.html");
    type Damage<'a> = &'a dyn Fn(&Path);
    let remove = |file: &Path| fs::remove_file(file).expect("it is there");
    let damages: [(&str, Damage<'_>); 6] = [
        ("removed", &remove),
        ("truncated", &|file| fs::write(file, "").expect("writable")),
        ("altered", &|file| {
            let text = fs::read_to_string(file).expect("a text");
            fs::write(file, text.replacen("html", "HTML", 1)).expect("writable");
        }),
        ("a link", &|file| {
            fs::copy(file, &same).expect("writable");
            remove(file);
            std::os::unix::fs::symlink(&same, file).expect("links are to be had");
        }),
        ("a FIFO", &|file| {
            remove(file);
            make_fifo(file);
        }),
        ("a folder", &|file| {
            remove(file);
            fs::create_dir(file).expect("writable");
        }),
    ];
    for (name, damage) in damages {
        let site = site(8);
        published(&site, &[]);
        for edit in [None, Some("content/a1.md")] {
            damage(&site.path("target/current/a6/index.html"));
            if let Some(edit) = edit {
                site.write(edit, format!("{ARTICLE}Changed.\n"));
            }
            let dry = published(&site, &["--dry-run"]);
            let plan = published(&site, &[]);
            assert_eq!(dry, plan, "{name}");
            let lost: Vec<_> = plan.lines().filter(|line| line.contains("missing")).collect();
            assert_eq!(lost, ["  ~ a6/index.html (was missing or altered)"], "{name}");
            assert_eq!(current(&site), built(&site), "{name}");
            assert_eq!(published(&site, &[]), "", "{name}");
        }
        assert_ne!(fs::read(&same).unwrap_or(b"x".to_vec()), b"");
    }
}

#[test]
fn servers_can_read_a_release_whatever_the_mask_of_the_process() {
    use std::os::unix::fs::PermissionsExt;
    let site = site(2);
    let mut shell = std::process::Command::new("sh");
    let program = command(&site.path(""), &[]);
    shell.current_dir(site.path("")).arg("-c").arg("umask 077; exec \"$0\" publish new/target");
    let run = run({
        shell.arg(program.get_program());
        shell
    });
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mode = |path: &Path| {
        let metadata = fs::symlink_metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    let release = fs::canonicalize(site.path("new/target/current")).expect("it was published");
    let files = tree(&release);
    assert!(files.contains_key("a0/index.html"));
    for file in files.keys().map(|name| release.join(name)) {
        assert_eq!(mode(&file), 0o644, "{}", file.display());
        let folders = file.ancestors().skip(1).take_while(|folder| !folder.ends_with("new"));
        folders.for_each(|folder| assert_eq!(mode(folder), 0o755, "{}", folder.display()));
    }
    // What an earlier silcrow published so that no server could read it is published again.
    let page = site.path("new/target/current/a0/index.html");
    fs::set_permissions(&page, fs::Permissions::from_mode(0o600)).expect("our own file");
    let run = site.run(&["publish", "new/target", "--today", TODAY]);
    assert!(run.stdout.contains("a0/index.html (was missing or altered)"), "{}", run.stdout);
    assert_eq!(mode(&page), 0o644);
}

#[test]
fn a_target_whose_own_folders_are_links_is_refused_and_nothing_is_written_through_them() {
    for link in ["releases", ".silcrow", ".silcrow/releases"] {
        let site = site(1);
        let outside = tempfile::tempdir().expect("a scratch folder");
        fs::write(outside.path().join("theirs"), "theirs").expect("writable");
        let link = site.path("target").join(link);
        fs::create_dir_all(link.parent().expect("it is in a folder")).expect("writable");
        std::os::unix::fs::symlink(outside.path(), &link).expect("links are to be had");
        let run = publish(&site, &[]);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(run.stderr.contains("was not made by `silcrow publish`"), "{}", run.stderr);
        assert_eq!(tree(outside.path()).len(), 1);
    }
}

#[test]
fn two_publishes_to_one_folder_are_kept_apart() {
    let site = site(1);
    published(&site, &[]);
    let folder = fs::File::open(site.path("target")).expect("a folder");
    folder.lock().expect("a lock");
    site.write("content/new.md", ARTICLE);
    let run = publish(&site, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("another publish to this folder is in progress"), "{}", run.stderr);
    drop(folder);
    published(&site, &[]);
}

#[test]
fn what_was_published_is_recorded_and_a_preview_is_not() {
    let site = site(1);
    let base = ["publish", "target", "--today", TODAY];
    for more in [&["--dry-run"][..], &["--preview"], &["--drafts"]] {
        assert_eq!(site.run(&[&base[..], more].concat()).code, 0);
        assert!(!site.path(RECORD).exists(), "{more:?}");
    }
    assert_eq!(site.run(&base).code, 0);
    let record = fs::read_to_string(site.path(RECORD)).expect("it is written");
    assert!(record.contains("/a0/"), "{record}");
    assert_eq!(site.run(&base).stdout, "");
    fs::remove_file(site.path("content/a0.md")).expect("our own file");
    let run = site.run(&[&base[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("url-vanished"), "{}", run.stdout);
}

#[test]
fn a_summary_is_added_to_its_file() {
    let site = site(1);
    site.write("summary.md", "before\n");
    published(&site, &["--summary", "summary.md"]);
    let summary = fs::read_to_string(site.path("summary.md")).expect("a text");
    assert!(summary.starts_with("before\n"), "{summary}");
    assert!(summary.contains("## silcrow publish\n\npublished release 000001-"), "{summary}");
    assert!(summary.contains("  + a0/index.html\n"), "{summary}");
}

/// A site of which every page changes with the version, and its style.
fn write_version(site: &Site, version: usize) {
    for number in 0..40 {
        let text = format!("{ARTICLE}Version {version} of {number}.\n");
        site.write(&format!("content/a{number}.md"), text);
    }
    site.write(&format!("content/only{version}.md"), ARTICLE);
    let _ = fs::remove_file(site.path(&format!("content/only{}.md", 1 - version)));
    site.write("static/silcrow.css", format!("body {{ order: {version} }}\n"));
}

/// Reads pages as readers do, and looks for the style that each refers to.
fn read_on(target: &Path, ends: &AtomicBool, read: &AtomicUsize) {
    while !ends.load(Ordering::Relaxed) {
        for number in 0..40 {
            let page = target.join(format!("current/a{number}/index.html"));
            let page = fs::read_to_string(&page).expect("a page that was there stays");
            let style = page.split("href=\"/silcrow.").nth(1).expect("it has a style");
            let style = style.split('"').next().expect("the name ends");
            let style = target.join(format!("current/silcrow.{style}"));
            assert!(fs::metadata(&style).is_ok(), "a page refers to {style:?}, which is not there");
            read.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn killed_at_any_moment_readers_have_the_old_site_or_the_new_one() {
    let site = Site::new(&[]);
    let mut versions = Vec::new();
    let mut length = Duration::MAX;
    for version in [0, 1] {
        write_version(&site, version);
        let start = Instant::now();
        published(&site, &["--max-delete", "99"]);
        length = length.min(start.elapsed());
        versions.push(built(&site));
    }
    let (ends, read) = (AtomicBool::new(false), AtomicUsize::new(0));
    let target = site.path("target");
    let is_version = |version: usize| {
        let files = current(&site);
        versions[version].iter().all(|(name, bytes)| files.get(name) == Some(bytes))
    };
    let mut seen = [0, 0];
    std::thread::scope(|scope| {
        scope.spawn(|| read_on(&target, &ends, &read));
        // Should an assertion fail here, the reader has to end too.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for moment in 0..40 {
                let version = moment % 2;
                let _ = fs::remove_file(site.path(RECORD));
                write_version(&site, version);
                let arguments = ["publish", "target", "--today", TODAY, "--max-delete", "99"];
                let mut child = command(&site.path(""), &arguments)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .expect("the program starts");
                let end = Instant::now() + length * moment as u32 / 20;
                while Instant::now() < end && child.try_wait().expect("a child").is_none() {
                    std::thread::yield_now();
                }
                child.kill().expect("a child can be killed");
                child.wait().expect("a killed child ends");
                let (old, new) = (is_version(1 - version), is_version(version));
                assert!(old != new, "neither site, after {moment} of 20 parts of {length:?}");
                seen[usize::from(new)] += 1;
                published(&site, &["--max-delete", "99"]);
                assert!(is_version(version), "the next publish is wrong");
            }
        }));
        ends.store(true, Ordering::Relaxed);
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    assert!(read.load(Ordering::Relaxed) > 1000);
    let names: Vec<_> = tree(&target.join("releases")).into_keys().collect();
    assert!(!names.iter().any(|name| name.starts_with(".new")), "something was left");
}

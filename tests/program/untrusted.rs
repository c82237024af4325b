//! A checked-out site is untrusted input: whatever links, journals, leftovers and FIFOs it holds, every verb ends, and
//! nothing outside the site's root is changed or read.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{ARTICLE, Run, TODAY, command, run, tree};

/// What stands outside the site, and nowhere else.
const SECRET: &str = "secret-of-the-machine";

/// A folder with a site in it, and something that is none of the site's business beside it.
struct Checkout {
    folder: tempfile::TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self { folder: tempfile::tempdir().expect("a scratch folder can be made") };
        checkout.write("victim/file", SECRET);
        checkout.write("victim/folder/file.md", &format!("{ARTICLE}{SECRET}\n"));
        checkout.write("victim/.git/config", SECRET);
        checkout.write("site/site.yaml", "title: Site\nbase_url: https://example.com/\n");
        checkout.write("site/content/index.md", "---\ntitle: Home\n---\n");
        checkout.write("site/content/a.md", &format!("{ARTICLE}[b](B.md)\n"));
        checkout.write("site/content/b.md", ARTICLE);
        checkout
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    /// A link in the site to something in `victim`, by an absolute path.
    fn link(&self, path: &str, target: &str) {
        let path = self.path("site").join(path);
        fs::create_dir_all(path.parent().expect("a link is in a folder")).expect("writable");
        symlink(self.path("victim").join(target), path).expect("a link can be made");
    }

    fn fifo(&self, path: &str) {
        let path = self.path("site").join(path);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().expect("a FIFO is in a folder")).expect("writable");
        let made = Command::new("mkfifo").arg(path).status().expect("mkfifo is there");
        assert!(made.success());
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(command(&self.path("site"), arguments))
    }

    /// What stands outside the site.
    fn outside(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.path("victim"))
    }
}

/// Every regular file below a folder.
fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry"));
    let files = files.filter(|entry| entry.file_type().is_file());
    let text = |path: &Path| fs::read(path).expect("readable");
    files
        .map(|entry| {
            let text = String::from_utf8_lossy(&text(entry.path())).into_owned();
            (entry.into_path(), text)
        })
        .collect()
}

/// Every verb, and every option that names a file.
const VERBS: [&[&str]; 22] = [
    &["check", "--today", TODAY],
    &["check", "--fix", "--dry-run", "--today", TODAY],
    &["check", "--fix", "--today", TODAY],
    &["check", "--write-baseline"],
    &["check", "--baseline", "silcrow-baseline.txt"],
    &["check", "--external"],
    &["check", "--summary", "summary.md"],
    &["build", "--today", TODAY],
    &["build", "--nginx", "nginx"],
    &["build", "--output", "out/public"],
    &["diff", "public", "public"],
    &["graph"],
    &["links"],
    &["stale"],
    &["components"],
    &["review", "b", "--today", TODAY],
    &["record"],
    &["record", "--repair"],
    &["retire", "/gone/"],
    &["mv", "b", "s/c"],
    &["new", "s/d", "--title", "D"],
    &["publish", "target", "--purge-list", "purge.txt"],
];

/// Runs every verb in a checkout of its own.
fn every_verb(checkout: impl Fn() -> Checkout) {
    for arguments in VERBS {
        let checkout = checkout();
        let before = checkout.outside();
        let run = checkout.run(arguments);
        assert!(checkout.outside() == before, "{arguments:?} changed something outside the site");
        let printed = [&run.stdout, &run.stderr];
        assert!(printed.iter().all(|text| !text.contains(SECRET)), "{arguments:?}: {printed:?}");
        for (name, text) in texts(&checkout.path("site")) {
            assert!(!text.contains(SECRET), "{arguments:?} took {} from outside", name.display());
        }
    }
}

#[test]
fn no_verb_writes_through_links_where_its_own_files_go() {
    every_verb(|| {
        let checkout = Checkout::new();
        // Names that silcrow wrote to before they were random, and those that it still has.
        for path in [
            "content/.a.md.silcrow~",
            "content/.b.md.silcrow~",
            ".silcrow.lock.silcrow~",
            ".silcrow-baseline.txt.silcrow~",
            "..silcrow-journal~.silcrow~",
            "nginx/.silcrow-redirects.conf.silcrow~",
            "nginx/redirects.conf",
            "target/.silcrow/releases/.000001-aaaaaaaa.silcrow~",
        ] {
            checkout.link(path, "file");
        }
        for path in ["silcrow-baseline.txt", "silcrow-external.txt", "summary.md", "purge.txt"] {
            checkout.link(path, "file");
        }
        for path in [".public.silcrow-new", ".public.silcrow-old", "target/.current.new"] {
            checkout.link(path, "");
        }
        checkout.link(".silcrow-cache", "folder");
        checkout.link("content/s", "folder");
        checkout
    });
}

#[test]
fn no_verb_writes_into_folders_that_are_links() {
    every_verb(|| {
        let checkout = Checkout::new();
        for path in ["nginx", "target/releases", "target/.silcrow", "out"] {
            checkout.link(path, "folder");
        }
        checkout.link("silcrow.lock", "file");
        checkout
    });
}

#[test]
fn no_verb_reads_sources_that_are_links_out_of_the_site() {
    every_verb(|| {
        let checkout = Checkout::new();
        checkout.link("content/secret.md", "folder/file.md");
        checkout.link("content/secrets", "folder");
        checkout.link("static/file.txt", "file");
        checkout.link("templates/article.html", "file");
        checkout.link("templates/strings.yaml", "file");
        checkout
    });
    for path in ["site.yaml", "silcrow.lock"] {
        every_verb(|| {
            let checkout = Checkout::new();
            let _ = fs::remove_file(checkout.path("site").join(path));
            checkout.link(path, "file");
            checkout
        });
    }
}

#[test]
fn links_in_an_old_output_lead_no_build_out() {
    every_verb(|| {
        let checkout = Checkout::new();
        checkout.write("site/static/file", "own");
        checkout.write("site/public/.silcrow-manifest", "silcrow 1\na\nfile\nfolder\n");
        checkout.link("public/a", "folder");
        checkout.link("public/file", "file");
        checkout.link("public/folder", "folder");
        checkout
    });
}

#[test]
fn a_leftover_that_is_a_regular_file_is_removed_by_verbs_that_write_alone() {
    let checkout = Checkout::new();
    let leftover = "site/content/.aaaaaaaaaaaa.silcrow~";
    checkout.write(leftover, "half");
    checkout.write("site/.bbbbbbbbbbbb.silcrow~", "half");
    checkout.link("content/.cccccccccccc.silcrow~", "file");
    for verb in ["check", "links", "graph", "stale"] {
        let before = tree(&checkout.path(""));
        checkout.run(&[verb]);
        assert!(tree(&checkout.path("")) == before, "{verb} wrote something");
    }
    assert_eq!(checkout.run(&["check", "--fix", "--today", TODAY]).code, 0);
    assert!(!checkout.path(leftover).exists());
    assert!(!checkout.path("site/.bbbbbbbbbbbb.silcrow~").exists());
    let text = fs::read_to_string(checkout.path("site/content/a.md")).expect("an article");
    assert!(text.ends_with("[b](b.md)\n"), "{text}");
    assert!(!checkout.path("site/content/a.md").is_symlink());
}

// Journals.

/// A journal that moves one thing and writes another.
fn journal(from: &str, to: &str, text: &str) -> String {
    format!(
        r#"{{"format":1,"moves":[["{from}","{to}"]],"texts":[{{"path":"{text}","old":null,"new":"x"}}]}}"#
    )
}

#[test]
fn a_journal_that_leads_out_of_the_site_is_refused_by_every_verb() {
    let victim = |checkout: &Checkout| checkout.path("victim").to_string_lossy().into_owned();
    type Journal = fn(&str) -> String;
    let journals: [Journal; 15] = [
        // Where a folder with a link goes, there is nothing yet.
        |_| journal("content/s", "content/t", "content/t/out/d.md"),
        |_| {
            journal("content/t/out/file.md", "content/u.md", "content/c.md")
                .replace(r#""moves":["#, r#""moves":[["content/s","content/t"],"#)
        },
        |_| journal("content/b.md", "../victim/b.md", "content/c.md"),
        |_| journal("content/b.md", "content/../../victim/b.md", "content/c.md"),
        |_| journal("../victim/file", "static/file", "content/c.md"),
        |victim| journal("content/b.md", &format!("{victim}/b.md"), "content/c.md"),
        |victim| journal(&format!("{victim}/file"), "static/file", "content/c.md"),
        |_| journal("content/b.md", "content/out/b.md", "content/c.md"),
        |_| journal("content/out/file.md", "content/c.md", "content/d.md"),
        |_| journal("content/b.md", "content/c.md", "content/out/d.md"),
        |_| journal("content/b.md", "content/c.md", "../victim/d.md"),
        |_| journal("content/b.md", ".git/hooks/post-checkout", "content/c.md"),
        |_| journal("content/b.md", "static/.git/config", "content/c.md"),
        |_| journal("content", "content//b", "content/c.md"),
        |_| "{".to_owned(),
    ];
    for of in journals {
        for arguments in VERBS.into_iter().filter(|arguments| arguments[0] != "diff") {
            let checkout = Checkout::new();
            checkout.link("content/out", "folder");
            checkout.link("content/s/out", "folder");
            let text = of(&victim(&checkout));
            checkout.write("site/.silcrow-journal~", &text);
            let before = tree(&checkout.path(""));
            let run = checkout.run(arguments);
            let is_repair = arguments.contains(&"--repair");
            assert!(run.code == 2 || is_repair, "{arguments:?}: {text}: {}", run.stderr);
            assert!(tree(&checkout.path("")) == before, "{arguments:?}: {text}: moved something");
        }
    }
}

#[test]
fn a_journal_of_this_site_is_finished_by_a_verb_that_writes() {
    let checkout = Checkout::new();
    let text = journal("content/b.md", "content/s/b.md", "content/new/c.md");
    checkout.write("site/.silcrow-journal~", &text);
    for verb in ["check", "links", "graph", "stale", "components"] {
        let before = tree(&checkout.path(""));
        let run = checkout.run(&[verb]);
        assert_eq!(run.code, 2, "{verb}");
        assert!(run.stderr.contains("for example `silcrow build`"), "{}", run.stderr);
        assert!(tree(&checkout.path("")) == before, "{verb} wrote something");
    }
    checkout.run(&["build"]);
    let text = fs::read_to_string(checkout.path("site/content/new/c.md")).expect("it is written");
    assert_eq!(text, "x");
    assert!(checkout.path("site/content/s/b.md").exists());
    assert!(!checkout.path("site/.silcrow-journal~").exists());
}

// FIFOs.

/// Nobody ever writes to a FIFO: who waits for that is killed by the driver of these tests.
#[test]
fn a_fifo_where_a_file_of_silcrows_belongs_is_refused_and_does_not_hang() {
    let cases: [(&str, &[&str]); 12] = [
        (".silcrow-journal~", &["check"]),
        (".silcrow-journal~", &["build"]),
        (".silcrow-journal~", &["mv", "b", "c"]),
        (".silcrow-journal~", &["check", "--fix"]),
        ("public/.silcrow-manifest", &["build"]),
        ("silcrow-external.txt", &["check", "--external"]),
        ("silcrow-baseline.txt", &["check", "--baseline", "silcrow-baseline.txt"]),
        ("silcrow.lock", &["record", "--repair"]),
        ("silcrow.lock", &["retire", "/x/"]),
        ("site.yaml", &["check"]),
        ("summary.md", &["check", "--summary", "summary.md"]),
        ("purge.txt", &["publish", "target", "--purge-list", "purge.txt"]),
    ];
    for (fifo, arguments) in cases {
        let checkout = Checkout::new();
        checkout.write("site/content/a.md", ARTICLE);
        checkout.fifo(fifo);
        let run = checkout.run(arguments);
        assert_eq!(run.code, 2, "{fifo} {arguments:?}: {}{}", run.stdout, run.stderr);
        let left = fs::symlink_metadata(checkout.path("site").join(fifo)).expect("it is left");
        assert!(left.file_type().is_fifo(), "{fifo} {arguments:?}");
    }
}

#[test]
fn no_verb_hangs_at_fifos_everywhere() {
    every_verb(|| {
        let checkout = Checkout::new();
        for path in [
            "silcrow.lock",
            "silcrow-baseline.txt",
            "silcrow-external.txt",
            "summary.md",
            "purge.txt",
            "content/c.md",
            "static/fifo.png",
            "templates/article.html",
            "public/.silcrow-manifest",
            ".public.silcrow-new",
            "out",
            "nginx",
            "target/current",
            "target/.silcrow/releases/000001-aaaaaaaa",
        ] {
            checkout.fifo(path);
        }
        checkout
    });
}

#[test]
fn a_source_that_is_a_link_is_fixed_only_inside_the_site() {
    let checkout = Checkout::new();
    checkout.write("site/other/c.md", &format!("{ARTICLE}[b](B.md)\n"));
    symlink("../other/c.md", checkout.path("site/content/c.md")).expect("a link can be made");
    checkout.write("victim/d.md", &format!("{ARTICLE}[b](B.md)\n"));
    checkout.link("content/d.md", "d.md");
    let before = checkout.outside();
    checkout.run(&["check", "--fix", "--today", TODAY]);
    assert!(checkout.outside() == before);
    assert!(checkout.path("site/content/c.md").is_symlink());
    let fixed = |path: &Path| fs::read_to_string(path).expect("readable").ends_with("[b](b.md)\n");
    assert!(fixed(&checkout.path("site/other/c.md")) && fixed(&checkout.path("site/content/a.md")));
}

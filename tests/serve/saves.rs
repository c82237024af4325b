//! Every way in which editors and tools save a file is seen, and what changes nothing is not.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use crate::common::{ARTICLE, Site};
use crate::program::Served;
use crate::wire::pause;

const PATH: &str = "content/guides/a.md";
const PAGE: &str = "/guides/a/";

fn text(marker: &str) -> String {
    format!("{ARTICLE}It says {marker}.\n")
}

fn sibling(path: &Path, name: &str) -> std::path::PathBuf {
    path.with_file_name(name)
}

/// A way of saving a text in the place of another.
type Save = fn(&Path, &str);

const SAVES: [(&str, Save); 8] = [
    ("truncate and write", |path, text| fs::write(path, text).expect("writable")),
    ("write in parts", |path, text| {
        let mut file = File::create(path).expect("writable");
        let (one, two) = text.split_at(text.len() / 2);
        file.write_all(one.as_bytes()).expect("writable");
        pause(Duration::from_millis(30));
        file.write_all(two.as_bytes()).expect("writable");
    }),
    ("write and rename", |path, text| {
        let new = sibling(path, "a.md.tmp~");
        fs::write(&new, text).expect("writable");
        fs::rename(new, path).expect("writable");
    }),
    ("vim with backup", |path, text| {
        let backup = sibling(path, "a.md~");
        fs::rename(path, &backup).expect("writable");
        fs::write(path, text).expect("writable");
        fs::remove_file(backup).expect("writable");
    }),
    ("vim without backup", |path, text| {
        fs::write(sibling(path, "4913"), "").expect("writable");
        fs::remove_file(sibling(path, "4913")).expect("writable");
        let mut file = OpenOptions::new().write(true).truncate(true).open(path).expect("writable");
        file.write_all(text.as_bytes()).expect("writable");
        file.sync_all().expect("writable");
    }),
    ("JetBrains", |path, text| {
        let (new, old) = (sibling(path, "a.md___jb_tmp___"), sibling(path, "a.md___jb_old___"));
        fs::write(&new, text).expect("writable");
        fs::rename(path, &old).expect("writable");
        fs::rename(new, path).expect("writable");
        fs::remove_file(old).expect("writable");
    }),
    ("delete, and write a moment later", |path, text| {
        fs::remove_file(path).expect("writable");
        pause(Duration::from_millis(8));
        fs::write(path, text).expect("writable");
    }),
    ("hard link", |path, text| {
        let new = sibling(path, "a.md.new~");
        fs::write(&new, text).expect("writable");
        fs::remove_file(path).expect("writable");
        fs::hard_link(&new, path).expect("writable");
        fs::remove_file(new).expect("writable");
    }),
];

#[test]
fn every_way_of_saving_is_seen() {
    let site = Site::new(&[(PATH, &text("nothing"))]);
    let served = Served::start(&site, &[]);
    served.wait_for_text(PAGE, "nothing");
    for round in 0..3 {
        for (index, (name, save)) in SAVES.iter().enumerate() {
            let marker = format!("marker-{round}-{index}");
            save(&site.path(PATH), &text(&marker));
            let reply = served.wait_for(PAGE, |reply| reply.text().contains(&marker));
            assert_eq!(reply.status, 200, "{name}");
        }
    }
}

#[test]
fn sed_in_place_is_seen() {
    let site = Site::new(&[(PATH, &text("nothing"))]);
    let served = Served::start(&site, &[]);
    for (old, new) in [("nothing", "something"), ("something", "everything")] {
        let script = format!("s/{old}/{new}/");
        let status = Command::new("sed").args(["-i", &script]).arg(site.path(PATH)).status();
        assert!(status.expect("there is a sed").success());
        served.wait_for_text(PAGE, new);
    }
}

#[test]
fn a_checkout_of_many_files_is_seen_whole() {
    let site = Site::new(&[]);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args([
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.com",
            "-c",
            "init.defaultBranch=one",
        ]);
        let output =
            git.args(arguments).current_dir(site.path("")).output().expect("there is a git");
        assert!(output.status.success(), "{output:?}");
    };
    let write = |marker: &str| {
        for number in 0..200 {
            site.write(&format!("content/s{}/a{number}.md", number % 7), text(marker));
        }
    };
    write("one");
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    git(&["checkout", "-qb", "two"]);
    write("two");
    fs::remove_dir_all(site.path("content/s0")).expect("writable");
    site.write("content/s8/new.md", text("two"));
    git(&["add", "-A"]);
    git(&["commit", "-qm", "two"]);
    let served = Served::start(&site, &[]);
    for (branch, gone) in [("one", "/s8/new/"), ("two", "/s0/a0/"), ("one", "/s8/new/")] {
        git(&["checkout", "-q", branch]);
        let has = format!("It says {branch}.");
        for number in (0..200).filter(|number| branch == "one" || number % 7 != 0) {
            served.wait_for_text(&format!("/s{}/a{number}/", number % 7), &has);
        }
        served.wait_for(gone, |reply| reply.status == 404);
    }
}

#[test]
fn what_changes_nothing_makes_no_rebuild() {
    let site = Site::new(&[(PATH, &text("nothing")), ("static/a.css", "a {}\n")]);
    let served = Served::start(&site, &[]);
    served.line();
    let path = site.path(PATH);
    File::open(&path).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH)).expect("writable");
    fs::read(&path).expect("readable");
    fs::write(&path, text("nothing")).expect("writable");
    fs::write(sibling(&path, ".a.md.swp"), "x").expect("writable");
    fs::write(site.path("notes.txt"), "x").expect("writable");
    served.get(PAGE);
    // A change that counts: what it is told with is the next thing that is said.
    site.write("static/a.css", "a { color: red }\n");
    assert!(served.line().starts_with("`static/a.css` in "));
}

#[test]
fn what_symbolic_links_lead_to_is_watched() {
    let site = Site::new(&[]);
    site.write("shared/a.md", text("one"));
    let elsewhere = site.path("shared");
    symlink(&elsewhere, site.path("content/linked")).expect("links can be made");
    let served = Served::start(&site, &[]);
    served.wait_for_text("/linked/a/", "one");
    fs::write(elsewhere.join("a.md"), text("two")).expect("writable");
    served.wait_for_text("/linked/a/", "two");
    fs::write(elsewhere.join("b.md"), text("three")).expect("writable");
    served.wait_for_text("/linked/b/", "three");
}

#[test]
fn folders_that_come_and_go_are_seen() {
    let site = Site::new(&[]);
    let served = Served::start(&site, &[]);
    for round in 0..3 {
        site.write("content/deep/er/still/a.md", text("deep"));
        served.wait_for_text("/deep/er/still/a/", "deep");
        site.write("content/deep/er/still/a.md", text(&format!("deep{round}")));
        served.wait_for_text("/deep/er/still/a/", &format!("deep{round}"));
        fs::rename(site.path("content/deep"), site.path("content/other")).expect("writable");
        served.wait_for_text("/other/er/still/a/", "deep");
        served.wait_for("/deep/er/still/a/", |reply| reply.status == 404);
        fs::remove_dir_all(site.path("content/other")).expect("writable");
        served.wait_for("/other/er/still/a/", |reply| reply.status == 404);
    }
    site.write("static/new/picture.svg", "<svg/>");
    served.wait_for("/new/picture.svg", |reply| reply.status == 200 && reply.body == b"<svg/>");
    site.write("templates/404.html", "<!doctype html><title>Gone</title>");
    served.wait_for_text("/nowhere/", "<title>Gone");
}

/// Nothing is there to be seen when a folder is made, and later there is.
#[test]
fn a_folder_is_watched_that_was_made_long_before_its_files() {
    let site = Site::new(&[]);
    let served = Served::start(&site, &[]);
    for folder in ["static", "content/s"] {
        fs::create_dir(site.path(folder)).expect("writable");
    }
    // Longer than a new folder is looked into again.
    pause(Duration::from_millis(400));
    site.write("static/picture.svg", "<svg/>");
    served.wait_for("/picture.svg", |reply| reply.status == 200);
    site.write("content/s/a.md", text("late"));
    served.wait_for_text("/s/a/", "late");
}

/// Many programs empty a file and then write it. Readers of the page in between would lose their place on it.
#[test]
fn a_file_that_is_empty_for_a_moment_is_one_edit() {
    const ROUNDS: usize = 12;
    let site = Site::new(&[(PATH, &text("nothing"))]);
    let served = Served::start(&site, &[]);
    served.wait_for_text(PAGE, "nothing");
    // On a busy machine a moment may be longer.
    let mut slow = 0;
    for round in 0..ROUNDS {
        let marker = format!("round-{round}.");
        let start = Instant::now();
        File::create(site.path(PATH)).expect("writable");
        pause(Duration::from_millis(10));
        fs::write(site.path(PATH), text(&marker)).expect("writable");
        slow += usize::from(start.elapsed() > Duration::from_millis(13));
        served.wait_for_text(PAGE, &marker);
    }
    site.write("static/last.svg", "<svg/>");
    let mut edits = 0;
    loop {
        let line = served.line();
        edits += usize::from(line.contains("content/guides/a.md"));
        if line.contains("last.svg") {
            break;
        }
    }
    let most = ROUNDS * 3 / 2 + slow;
    assert!((ROUNDS..most).contains(&edits), "{edits} edits seen, {ROUNDS} made, {slow} slowly");
}

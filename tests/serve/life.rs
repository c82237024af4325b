//! How the dev server starts, what it says, and how it ends.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use crate::common::{ARTICLE, Site, TODAY, command, run};
use crate::program::Served;

fn small() -> Site {
    Site::new(&[("content/guides/a.md", &format!("{ARTICLE}See [b](b.md).\n"))])
}

#[test]
fn it_says_where_how_much_and_what_is_wrong() {
    let site = small();
    let served = Served::start(&site, &[]);
    assert_eq!(served.base, "/");
    assert_eq!(served.line(), "1 article, 2 section pages: 1 error, 1 warning");
    site.write("content/guides/a.md", format!("{ARTICLE}Text\n"));
    let line = served.says("content/guides/a.md");
    assert!(
        line.starts_with("`content/guides/a.md` in ") && line.ends_with(" ms: 0 errors, 1 warning"),
        "{line}"
    );
    for name in ["b", "c", "d", "e"] {
        site.write(&format!("content/guides/{name}.md"), format!("{ARTICLE}Text\n"));
    }
    served.wait_for("/guides/e/", |reply| reply.status == 200);
}

#[test]
fn the_path_of_the_base_url_is_served() {
    let site = small();
    site.write("site.yaml", "base_url: https://example.com/help/\n");
    let served = Served::start(&site, &[]);
    assert_eq!(served.base, "/help/");
    assert_eq!(served.get("/help/").status, 200);
    for path in ["/", "/help"] {
        let reply = served.get(path);
        assert_eq!((reply.status, reply.header("Location")), (301, Some("/help/")), "{path}");
    }
    let other = Served::start(&site, &["--base-url", "/x%20y/"]);
    assert_eq!(other.get("/x%20y/guides/a/").status, 200);
    assert_eq!(other.get("/help/").status, 404);
}

#[test]
fn a_taken_port_is_passed_by_and_that_is_said() {
    let site = small();
    // Two ports one after the other, the first of which is taken by us.
    let taken = (0..50).find_map(|_| {
        let listener = TcpListener::bind("127.0.0.1:0").ok()?;
        let port = listener.local_addr().ok()?.port();
        (port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok())
            .then_some((listener, port))
    });
    let (_listener, port) = taken.expect("there are free ports");
    let served = Served::run(command(&site.path(""), &["serve", "--port", &port.to_string()]));
    assert!(served.address.port() > port);
    assert!(served.line().contains(&format!("another program listens on port {port}")));
}

#[test]
fn ctrl_c_ends_it_at_once_and_leaves_nothing() {
    let site = small();
    let temporary = tempfile::tempdir().expect("a scratch folder can be made");
    let mut serve = command(&site.path(""), &["serve", "--port", "0"]);
    serve.env("TMPDIR", temporary.path());
    let mut served = Served::run(serve);
    let mut stream = served.events("/", "");
    stream.until("event: hello");
    let (code, took) = served.interrupt();
    assert_eq!(code, Some(0));
    // 200 ms are meant; a busy machine takes longer, and no client is waited for.
    assert!(took < Duration::from_secs(15), "it took {took:?}");
    let left: Vec<_> = fs::read_dir(temporary.path()).expect("it is there").collect();
    assert!(left.is_empty(), "{left:?}");
    let written: Vec<_> = fs::read_dir(site.path("")).expect("it is there").collect();
    assert_eq!(written.len(), 2, "nothing was written: {written:?}");
}

#[test]
fn what_is_no_site_is_not_served() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let ended = run(command(folder.path(), &["serve", "--port", "0"]));
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert!(ended.stderr.contains("there is no folder `content`"), "{}", ended.stderr);
    for wrong in [["--poll", "1"], ["--host", "localhost"], ["--base-url", "x"]] {
        let ended = run(command(folder.path(), &[&["serve"][..], &wrong].concat()));
        assert_eq!(ended.code, 2, "{wrong:?}");
    }
}

#[test]
fn other_machines_are_warned_of() {
    let site = small();
    let serve = ["serve", "--port", "0", "--host", "0.0.0.0"];
    let served = Served::run(command(&site.path(""), &serve));
    assert!(served.address.ip().is_loopback());
    assert!(served.line().starts_with("warning: other machines can reach this server"));
}

#[test]
fn drafts_are_served_when_they_are_asked_for() {
    let draft = "---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n";
    let site = Site::new(&[("content/guides/a.md", draft)]);
    assert_eq!(Served::start(&site, &[]).get("/guides/a/").status, 404);
    assert_eq!(Served::start(&site, &["--drafts"]).get("/guides/a/").status, 200);
}

#[test]
fn files_are_checked_again_and_again_where_that_is_asked_for() {
    let site = small();
    let served = Served::start(&site, &["--poll", "20"]);
    assert!(served.line().starts_with("note: as `--poll` says: files are checked"));
    site.write("content/guides/a.md", format!("{ARTICLE}Other text\n"));
    served.wait_for_text("/guides/a/", "Other text");
}

/// A dev server for which the system watches this many folders at most: a user namespace has limits of its own.
#[cfg(target_os = "linux")]
fn with_limit(site: &Site, limit: usize) -> Served {
    let program = command(&site.path(""), &[]).get_program().to_owned();
    let mut serve = std::process::Command::new("unshare");
    let script = format!(
        "echo {limit} > /proc/sys/user/max_inotify_watches && exec \"$0\" serve --port 0 --today \"$1\""
    );
    serve.args(["--user", "--map-root-user", "sh", "-c", &script]).arg(program).arg(TODAY);
    serve.current_dir(site.path(""));
    Served::run(serve)
}

#[test]
#[cfg(target_os = "linux")]
fn files_are_checked_where_the_system_watches_no_more() {
    let site = small();
    for name in ["b", "c", "d"] {
        site.write(&format!("content/{name}/index.md"), "---\ntitle: T\n---\n");
    }
    let served = with_limit(&site, 2);
    let line = served.line();
    assert!(line.contains("the system's limit of watched folders is reached"), "{line}");
    site.write("content/guides/a.md", format!("{ARTICLE}Other text\n"));
    site.write("content/new/e.md", format!("{ARTICLE}New text\n"));
    served.wait_for_text("/guides/a/", "Other text");
    served.wait_for("/new/e/", |reply| reply.status == 200);
}

/// The note said that files are checked, and none was.
#[test]
#[cfg(target_os = "linux")]
fn files_are_checked_once_the_limit_is_reached_while_serving() {
    let site = small();
    let served = with_limit(&site, 8);
    for number in 0..30 {
        site.write(&format!("content/n{number}/index.md"), "---\ntitle: T\n---\n");
    }
    served.says("the system's limit of watched folders is reached");
    for round in 0..3 {
        for path in ["content/guides/a.md", "content/n29/a.md", "content/later/a.md"] {
            site.write(path, format!("{ARTICLE}Round {round}\n"));
            let page = path.strip_prefix("content").and_then(|path| path.strip_suffix(".md"));
            let page = format!("{}/", page.expect("it is an article"));
            served.wait_for_text(&page, &format!("Round {round}"));
        }
    }
}

#[test]
fn a_root_that_is_removed_and_made_again_is_seen() {
    let outer = tempfile::tempdir().expect("a scratch folder can be made");
    let root = outer.path().join("site");
    let write = |text: &str| {
        fs::create_dir_all(root.join("content/guides")).expect("writable");
        fs::write(root.join("content/guides/a.md"), format!("{ARTICLE}{text}\n"))
            .expect("writable");
    };
    for options in [&[][..], &["--poll", "20"]] {
        write("at first");
        let mut serve = command(outer.path(), &["serve", "--port", "0", "--today", TODAY]);
        serve.arg("--root").arg(&root).args(options);
        let served = Served::run(serve);
        served.wait_for_text("/guides/a/", "at first");
        fs::remove_dir_all(&root).expect("writable");
        // Files may be seen to go one by one, but not the root.
        served.says("the site stays as it was");
        write("again");
        served.wait_for_text("/guides/a/", "again");
        write("changed");
        served.wait_for_text("/guides/a/", "changed");
        // Another folder in its place.
        fs::rename(&root, outer.path().join("old")).expect("writable");
        write("another");
        served.wait_for_text("/guides/a/", "another");
        write("changed too");
        served.wait_for_text("/guides/a/", "changed too");
        fs::remove_dir_all(outer.path().join("old")).expect("writable");
        fs::remove_dir_all(&root).expect("writable");
    }
}

/// They were left behind by a server that was killed, and one that was removed made every request fail.
#[test]
fn a_server_keeps_nothing_among_the_temporary_files() {
    let site = small();
    let temporary = tempfile::tempdir().expect("a scratch folder can be made");
    let mut serve = command(&site.path(""), &["serve", "--port", "0"]);
    serve.env("TMPDIR", temporary.path());
    let served = Served::run(serve);
    assert_eq!(served.get("/guides/a/").status, 200);
    let left: Vec<_> = fs::read_dir(temporary.path()).expect("it is there").collect();
    assert!(left.is_empty(), "{left:?}");
    drop(temporary);
    assert_eq!(served.get("/guides/a/").status, 200);
}

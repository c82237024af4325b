//! What is remembered from run to run, and what the program does with it all.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use silcrow::external::{PageIds, Request, Trouble};
use silcrow::io::external::{Cache, Settings, ask};

use crate::web::{Server, ok, redirect, status};
use crate::{LOOPBACK, common, end, open, request};

fn today() -> jiff::civil::Date {
    common::TODAY.parse().expect("it is a date")
}

#[test]
fn what_was_found_is_remembered_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("known.txt");
    let server = Server::new(|line| match line.split(' ').nth(1).expect("a path") {
        "/gone" => status(404, ""),
        "/moved" => redirect(301, "/"),
        "/elsewhere" => redirect(302, "/"),
        "/login" => status(403, ""),
        _ => ok("text/html", "<p id=one><p id=two>"),
    });
    let paths = ["/", "/gone", "/moved", "/elsewhere", "/login", "/page#one"];
    let requests: Vec<_> =
        paths.map(|path| request(&server.url("a.test", path))).into_iter().collect();
    let (mut cache, _) = Cache::read(folder.path(), &path, today()).expect("there is none yet");
    assert!(requests.iter().all(|request| cache.answer(request).is_none()));
    cache.remember(&requests, &ask(&requests, &open(), &|| {}), today());
    cache.write().expect("it can be written");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let lines: Vec<_> = text.lines().skip(1).map(str::to_owned).collect();
    let url = |path: &str| server.url("a.test", path);
    let expected = [
        format!("{} 2026-02-01", url("/")),
        format!("{} 2026-02-01", url("/elsewhere")),
        format!("{} 2026-02-01 #one", url("/page")),
    ];
    assert_eq!(lines, expected);

    // The next run asks only for what is not known, and writes nothing where nothing is new.
    let (mut cache, damaged) = Cache::read(folder.path(), &path, today()).expect("it can be read");
    assert_eq!(damaged, Vec::<usize>::new());
    let known: Vec<_> = requests.iter().map(|request| cache.answer(request).is_some()).collect();
    assert_eq!(known, [true, false, false, true, false, true]);
    assert_eq!(cache.answer(&request(&url("/page#two"))), None, "this place is not known");
    assert_eq!(
        cache.answer(&request(&url("/page"))).map(|known| known.end),
        Some(Ok(PageIds::Unread))
    );
    let before = std::fs::metadata(&path).and_then(|data| data.modified()).expect("it is there");
    cache.remember(&[], &BTreeMap::new(), today());
    cache.write().expect("it can be written");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    let after = std::fs::metadata(&path).and_then(|data| data.modified()).expect("it is there");
    assert_eq!(before, after, "the file is not touched");

    // A place that is found later joins the others; one that is not does not.
    let fragments = ["two", "three"].map(str::to_owned).into();
    let more = [Request { fragments, ..request(&url("/page")) }];
    cache.remember(&more, &ask(&more, &open(), &|| {}), today());
    cache.write().expect("it can be written");
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(text.ends_with("/page 2026-02-01 #one #two\n"), "{text}");
    let files = common::tree(folder.path());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["known.txt"], "no temporary file is left");
}

#[test]
fn what_is_gone_is_forgotten() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("known.txt");
    let server = Server::new(|_| status(404, ""));
    let url = server.url("a.test", "/");
    std::fs::write(&path, format!("{url} 2026-02-01\nhttp://old.test/ 2026-01-01\n"))
        .expect("writable");
    let (mut cache, _) = Cache::read(folder.path(), &path, today()).expect("it can be read");
    let requests = [request(&format!("{url}#new"))];
    cache.remember(&requests, &ask(&requests, &open(), &|| {}), today());
    cache.write().expect("it can be written");
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert_eq!(text.lines().count(), 1, "only the first line is left: {text}");
}

#[test]
fn a_site_is_checked_against_the_servers_that_it_links_to() {
    use silcrow::check::external::{findings, links, requests};
    use silcrow::compile::{self, Memo};
    use silcrow::config::Options;
    use silcrow::io::disk;

    let server = Server::new(|line| match line.split(' ').nth(1).expect("a path") {
        "/gone" => status(404, ""),
        "/old" => redirect(301, "/new"),
        _ => ok("text/html", "<p id=one>"),
    });
    let url = |path: &str| server.url("a.test", path);
    let body = format!(
        "[a]({}) [b]({}) [c]({}) [d]({}) [e]({})\n",
        url("/gone"),
        url("/old"),
        url("/x#one"),
        url("/x#two"),
        server.url("intra.test", "/")
    );
    let site = common::Site::new(&[("content/a.md", &(common::ARTICLE.to_owned() + &body))]);
    let sources = disk::read(&site.path("")).expect("the site is there");
    let compiled = compile::site(&sources, &Options::on(today()), &mut Memo::default());
    let links = links(&compiled.site);
    let mut settings = open();
    settings.names.insert("intra.test".to_owned(), vec![LOOPBACK]);
    let answers = ask(&requests(&links), &settings, &|| {});
    let found = compiled.settle(findings(&links, &answers), true);
    let rules: Vec<_> = found.iter().map(|finding| finding.rule.name).collect();
    let expected =
        ["external-dead", "external-moved", "external-anchor-missing", "external-blocked-address"];
    assert_eq!(rules, expected);
    assert_eq!(found[1].suggestion(), Some(url("/new").as_str()));
}

/// A site that links to `url`, and may: what is private is let through here, so that only the network is in question.
fn site_linking_to(url: &str) -> common::Site {
    let settings = "title: Site\nbase_url: https://example.com/\nrules: {local-url: off}\nexternal: {allow: [localhost, 127.0.0.1]}\n";
    let body = format!("{}[x]({url}) ![y]({url}y.png)\n", common::ARTICLE);
    let site = common::Site::new(&[("content/a.md", &body)]);
    site.write("site.yaml", settings);
    site
}

/// Whether nobody has tried to connect.
fn is_untouched(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).expect("a listener can be asked");
    listener.accept().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

#[test]
fn without_being_told_to_nothing_connects_to_anybody() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    for host in ["localhost", "127.0.0.1"] {
        let site = site_linking_to(&format!("http://{host}:{port}/"));
        let built = site.build(&[]);
        assert_eq!((built.code, built.found()), (0, Vec::<String>::new()), "{}", built.stderr);
        assert!(common::tree(&site.path("public")).contains_key("a/index.html"));
        assert_eq!(site.run(&["check", "--today", common::TODAY]).code, 0);
        assert_eq!(site.run(&["links", "--external"]).code, 0);
    }
    assert!(is_untouched(&listener));
    // What a link that is local by its very text leads to is said without asking.
    let site = site_linking_to(&format!("http://localhost:{port}/"));
    assert_eq!(site.run(&["check", "--external", "--today", common::TODAY]).code, 0);
    assert!(is_untouched(&listener));
    // And a connection would have been seen.
    let answer = end(
        &format!("http://a.test:{port}/"),
        &Settings { request: Duration::from_millis(50), ..open() },
    );
    assert_eq!(answer, Err(Trouble::Timeout));
    assert!(!is_untouched(&listener));
}

#[test]
fn what_is_remembered_is_not_asked_again_and_damage_is_told() {
    let body = common::ARTICLE.to_owned() + "[x](https://a.example/#one) [y](https://a:b/)\n";
    let site = common::Site::new(&[("content/a.md", &body)]);
    let remembered = "x\nhttps://a.example/ 2026-01-30 #one\n";
    site.write("silcrow-external.txt", remembered);
    let arguments = ["check", "--external", "--format", "json", "--today", common::TODAY];
    let run = site.run(&arguments);
    assert_eq!(run.found(), ["error external-dead content/a.md 7:33-7:45"]);
    assert_eq!(run.code, 1);
    let notice = "note: `./silcrow-external.txt` has 1 damaged line, left out: 1\n";
    assert!(run.stderr.contains(notice), "{}", run.stderr);
    let text = std::fs::read_to_string(site.path("silcrow-external.txt")).expect("it is there");
    assert!(
        text.starts_with("# ") && text.ends_with("\nhttps://a.example/ 2026-01-30 #one\n"),
        "{text}"
    );

    // Another file; and only the links of the files that are named.
    site.write("content/b.md", common::ARTICLE.to_owned() + "[x](https://b.example/)\n");
    site.write("other.txt", "https://b.example/ 2026-02-01\n");
    let b = [&arguments[..], &["--cache", "other.txt", "content/b.md"]].concat();
    let run = site.run(&b);
    assert_eq!((run.code, run.found().len()), (0, 0), "{}", run.stderr);
    site.write("other.txt", "");
    std::fs::create_dir_all(site.path("folder")).expect("writable");
    let run = site.run(&[&arguments[..], &["--cache", "folder"]].concat());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("could not read `folder`"), "{}", run.stderr);
}

#[test]
fn without_external_its_options_are_wrong() {
    let site = common::Site::new(&[]);
    for arguments in [
        &["check", "--no-cache"][..],
        &["check", "--cache", "x"],
        &["check", "--external", "--no-cache", "--cache", "x"],
        &["build", "--external"],
    ] {
        let run = common::run(common::command(&site.path(""), arguments));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
    }
    let run = site.run(&["check", "--external", "--no-cache", "--today", common::TODAY]);
    assert_eq!(run.code, 0, "a site without links to others needs nobody: {}", run.stderr);
    assert!(!site.path("silcrow-external.txt").exists());
}

//! Publishing to a real S3 server: what is sent, what is refused, and what readers have when everything goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use silcrow_cloud_tests::{Fault, Proxy, Request, Server, Site, tree};

/// What readers can get: everything but what is silcrow's own.
fn live(bucket: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(bucket);
    files.retain(|name, _| !name.starts_with(".silcrow/"));
    files
}

/// Silcrow's own objects, without the hashes in their names.
fn own(bucket: &Path) -> Vec<String> {
    let names = tree(&bucket.join(".silcrow")).into_keys();
    names.filter(|name| !name.starts_with("content/")).collect()
}

fn writes(proxy: &Proxy) -> Vec<Request> {
    let is_site = |request: &Request| !request.path.starts_with("/bucket/.silcrow/");
    proxy
        .requests()
        .into_iter()
        .filter(|request| request.method == "PUT" && is_site(request))
        .collect()
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[test]
fn every_object_has_its_type_and_its_cache_class() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 1);
    site.write("static/picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let plan = site.published(&["--dry-run"]);
    assert_eq!(live(&server.bucket()), BTreeMap::new());
    assert_eq!(site.published(&[]), plan);
    assert_eq!(live(&server.bucket()), site.built());
    let sent: BTreeMap<String, (String, String)> = writes(&proxy)
        .iter()
        .map(|request| {
            let value = |name| request.header(name).unwrap_or_default().to_owned();
            let name = request.path.trim_start_matches("/bucket/").to_owned();
            (name, (value("content-type"), value("cache-control")))
        })
        .collect();
    let html = "text/html; charset=utf-8";
    let revalidate = "public, max-age=0, must-revalidate";
    let of =
        |name: &str| sent.iter().find(|(path, _)| path.starts_with(name)).expect(name).1.clone();
    let pair = |left: &str, right: &str| (left.to_owned(), right.to_owned());
    assert_eq!(of("a0/index.html"), pair(html, revalidate));
    assert_eq!(of("index.html"), pair(html, revalidate));
    assert_eq!(of("404.html"), pair(html, "no-store"));
    assert_eq!(of("picture.svg"), pair("image/svg+xml; charset=utf-8", revalidate));
    assert_eq!(
        sent.iter().find(|(path, _)| path.ends_with(".css")).expect("a style").1.clone(),
        pair("text/css; charset=utf-8", "public, max-age=31536000, immutable")
    );
}

#[test]
fn an_unchanged_site_takes_two_requests_and_a_changed_article_only_its_own() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 30);
    site.published(&[]);
    proxy.set(|_| Fault::None);
    assert_eq!(site.published(&[]), "");
    let requests = proxy.requests();
    assert!(
        requests.len() <= 3 && requests.iter().all(|request| request.method == "GET"),
        "{requests:?}"
    );
    // The same size; nothing but the bytes tells.
    site.article("a7", "Texu.");
    proxy.set(|_| Fault::None);
    site.published(&["--purge-list", "purge.txt"]);
    let sent: Vec<String> = writes(&proxy).into_iter().map(|request| request.path).collect();
    let mut sent = sent;
    sent.sort();
    assert_eq!(sent, ["/bucket/a7/index.html", "/bucket/a7/index.md", "/bucket/search/index.json"]);
    let purge = fs::read_to_string(site.path("purge.txt")).expect("it was written");
    let urls = ["a7/", "a7/index.md", "search/index.json"];
    let urls: String = urls.iter().map(|url| format!("https://example.com/{url}\n")).collect();
    assert_eq!(purge, urls);
    assert_eq!(live(&server.bucket()), site.built());
}

/// What is sent by the next publish: paths and content types.
fn sent_by_the_next(site: &Site, proxy: &Proxy) -> Vec<(String, String, String)> {
    proxy.set(|_| Fault::None);
    site.published(&[]);
    let value = |request: &Request, name| request.header(name).unwrap_or_default().to_owned();
    let sent = writes(proxy).into_iter().map(|request| {
        let (kind, cache) = (value(&request, "content-type"), value(&request, "cache-control"));
        (request.path, kind, cache)
    });
    sent.collect()
}

#[test]
fn the_same_bytes_with_another_content_type_are_sent_again() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 3);
    site.published(&[]);
    // The site's own file goes before the generated one, and has the type that its name tells.
    let rules = live(&server.bucket())["speculation-rules.json"].clone();
    let text = String::from_utf8(rules.clone()).expect("JSON is UTF-8");
    site.write("static/speculation-rules.json", &text);
    let expected = [(
        "/bucket/speculation-rules.json".to_owned(),
        "application/json; charset=utf-8".to_owned(),
        "public, max-age=0, must-revalidate".to_owned(),
    )];
    assert_eq!(sent_by_the_next(&site, &proxy), expected);
    assert_eq!(live(&server.bucket())["speculation-rules.json"], rules);
    assert_eq!(sent_by_the_next(&site, &proxy), []);
}

#[test]
fn the_same_bytes_with_another_cache_class_are_sent_again() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 3);
    site.published(&[]);
    // As a version would have written it that let browsers keep this article for a minute.
    let manifest = server.bucket().join(".silcrow/manifest");
    let text = fs::read_to_string(&manifest).expect("it was published");
    let (head, lines) = text.split_once('\n').expect("a manifest has lines");
    let lines: String = lines
        .split_inclusive('\n')
        .map(|line| match line.contains("\"a1/index.html\"") {
            true => line.replace("max-age=0, must-revalidate", "max-age=60"),
            false => line.to_owned(),
        })
        .collect();
    let digest = |lines: &str| blake3::hash(lines.as_bytes()).to_hex().to_string();
    let old = digest(text.split_once('\n').expect("a manifest has lines").1);
    let head = head.replace(&old, &digest(&lines));
    fs::write(&manifest, format!("{head}\n{lines}")).expect("writable");
    let expected = [(
        "/bucket/a1/index.html".to_owned(),
        "text/html; charset=utf-8".to_owned(),
        "public, max-age=0, must-revalidate".to_owned(),
    )];
    assert_eq!(sent_by_the_next(&site, &proxy), expected);
    assert_eq!(sent_by_the_next(&site, &proxy), []);
}

#[test]
fn names_with_spaces_umlauts_plus_and_percent_reach_the_bucket() {
    let server = Server::new();
    let site = Site::new(server.address(), 1);
    for name in ["two words", "\u{fc}ber", "a+b", "100%", "50%25", "a&b=c"] {
        site.article(name, "Text.");
        site.write(&format!("static/{name}.txt"), name);
    }
    site.published(&[]);
    assert_eq!(live(&server.bucket()), site.built());
    for name in ["two words", "\u{fc}ber", "a+b", "100%", "50%25", "a&b=c"] {
        site.remove(name);
        fs::remove_file(site.path(&format!("static/{name}.txt"))).expect("our own file");
    }
    site.published(&["--max-delete", "18"]);
    assert_eq!(live(&server.bucket()), site.built());
    site.published(&["--rollback"]);
    assert!(live(&server.bucket()).contains_key("\u{fc}ber/index.html"));
}

#[test]
fn refusals_have_exit_code_3_and_write_nothing() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 12);
    site.published(&[]);
    let before = tree(&server.bucket());
    let refused = |site: &Site, more: &[&str], reason: &str| {
        proxy.set(|_| Fault::None);
        let run = site.publish(more);
        assert_eq!(run.code, Some(3), "{}", run.stderr);
        assert!(last_line(&run.stderr).contains(reason), "{}", run.stderr);
        assert!(proxy.requests().iter().all(|request| request.method == "GET"));
        assert!(tree(&server.bucket()) == before);
    };
    refused(
        &site,
        &["--base-url", "https://other.example/"],
        "holds the site of `https://example.com/`",
    );
    refused(&site, &["--base-url", "/"], "the URL of the site is not known");
    for number in 1..12 {
        site.remove(&format!("a{number}"));
    }
    refused(&site, &[], "22 files would be deleted, and 10 may be");
    site.remove("a0");
    refused(&site, &["--max-delete", "99"], "the site has no article");
    let manifest = server.bucket().join(".silcrow/manifest");
    let text = fs::read_to_string(&manifest).expect("it was published");
    fs::write(&manifest, text.replace("a3/index.html", "a4/index.html")).expect("writable");
    site.article("a0", "Text.");
    let run = site.publish(&[]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("the target's manifest cannot be read"), "{}", run.stderr);
}

#[test]
fn a_wrong_secret_cannot_do_anything_and_is_not_printed() {
    let server = Server::new();
    let site = Site::new(server.address(), 1).with_secret("marker-of-a-wrong-secret");
    let run = site.publish(&[]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("the target did not take the credentials"), "{}", run.stderr);
    assert_eq!(tree(&server.bucket()), BTreeMap::new());
}

#[test]
fn a_bucket_of_1200_foreign_files_is_read_to_its_end_and_left_alone() {
    let server = Server::new();
    let site = Site::new(server.address(), 1);
    for number in 0..1200 {
        fs::write(server.bucket().join(format!("foreign-{number:04}.txt")), "mine")
            .expect("writable");
    }
    // Names are listed in order: this one comes on the second page.
    site.write("static/foreign-1199.txt", "ours");
    let run = site.publish(&[]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("already holds 1 of these files"), "{}", run.stderr);
    assert_eq!(live(&server.bucket()).len(), 1200);
    site.published(&["--adopt"]);
    let files = live(&server.bucket());
    assert_eq!(files["foreign-1199.txt"], b"ours");
    assert_eq!(files["foreign-1198.txt"], b"mine");
    assert_eq!(files.len(), 1199 + site.built().len());
}

#[test]
fn a_site_of_1200_articles_is_published_and_taken_away_again() {
    let server = Server::new();
    let site = Site::new(server.address(), 1200);
    site.published(&[]);
    assert_eq!(live(&server.bucket()), site.built());
    for number in 1..1200 {
        site.remove(&format!("a{number}"));
    }
    site.published(&["--max-delete", "3000"]);
    holds(&server.bucket(), &site.built());
}

/// Every page with the version's text, and a style whose name changes with it.
fn write_version(site: &Site, version: usize) {
    let _ = fs::remove_file(site.path("silcrow.lock"));
    for number in 0..3 {
        site.article(&format!("a{number}"), &format!("Version {version} of {number}."));
    }
    site.article(&format!("only{version}"), "Text.");
    let _ = fs::remove_file(site.path(&format!("content/only{}.md", 1 - version)));
    site.write("static/silcrow.css", &format!("body {{ order: {version} }}\n"));
}

/// Every page is whole, and what it refers to is there.
fn is_readable(bucket: &Path) {
    for (name, bytes) in live(bucket).iter().filter(|(name, _)| name.ends_with(".html")) {
        let page = String::from_utf8_lossy(bytes);
        assert!(page.trim_end().ends_with("</html>"), "{name} is cut off");
        for part in page.split("href=\"/silcrow.").skip(1) {
            let style = format!("silcrow.{}", part.split('"').next().unwrap_or_default());
            assert!(bucket.join(&style).exists(), "{name} refers to {style}, which is not there");
        }
    }
}

/// The live files are these, and styles of other versions.
fn holds(bucket: &Path, wanted: &BTreeMap<String, Vec<u8>>) {
    let files = live(bucket);
    for (name, bytes) in wanted {
        assert!(files.get(name) == Some(bytes), "{name} is not as it should be");
    }
    let rest = files.keys().filter(|name| !wanted.contains_key(*name));
    let rest: Vec<_> =
        rest.filter(|name| !name.starts_with("silcrow.") && !name.starts_with("search/")).collect();
    assert!(rest.is_empty(), "{rest:?} should be gone");
}

/// Nothing is left of publishes that died: no lock, no journal, and no copy that no release needs.
fn is_tidy(bucket: &Path) {
    let names = own(bucket);
    let is_known = |name: &String| name == "manifest" || name.starts_with("releases/");
    assert!(names.iter().all(is_known) && names.len() <= 6, "{names:?}");
    let mut needed = BTreeSet::new();
    for name in names.iter().filter(|name| name.starts_with("releases/")) {
        let text = fs::read_to_string(bucket.join(".silcrow").join(name)).expect("a text");
        for line in text.lines().skip(1) {
            let hash = line.split("\"hash\":\"").nth(1).and_then(|rest| rest.split('"').next());
            needed.extend(hash.map(str::to_owned));
        }
    }
    for hash in tree(&bucket.join(".silcrow/content")).into_keys() {
        assert!(needed.contains(&hash), "nobody needs {hash}");
    }
}

#[test]
fn a_publish_that_dies_at_any_request_never_shows_and_the_next_one_makes_all_right() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 0);
    let mut versions = Vec::new();
    for version in [0, 1] {
        write_version(&site, version);
        site.published(&["--max-delete", "99"]);
        versions.push(site.built());
    }
    let bucket = server.bucket();
    proxy.look({
        let bucket = bucket.clone();
        move |_| is_readable(&bucket)
    });
    let mut deaths = 0;
    for silent in [Fault::SilentBefore, Fault::SilentAfter] {
        for number in 0.. {
            let version = number % 2;
            write_version(&site, version);
            let (sender, receiver) = mpsc::channel();
            let fault = silent.clone();
            proxy.set(move |request| {
                // Requests that are on their way at the same time die with it.
                if request.number < number {
                    return Fault::None;
                }
                let _ = sender.send(());
                fault.clone()
            });
            let mut child = site
                .command(&site.arguments(&["--max-delete", "99"]))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("silcrow was built");
            let ended = loop {
                if receiver.recv_timeout(Duration::from_millis(20)).is_ok() {
                    break None;
                }
                if let Some(status) = child.try_wait().expect("a child") {
                    break Some(status);
                }
            };
            if let Some(status) = ended {
                // There are no more requests than that.
                assert!(status.success() && number > 20, "{status} after {number} requests");
                break;
            }
            // What the server was asked for it has done when the proxy has its answer.
            child.kill().expect("a child can be killed");
            child.wait().expect("a killed child ends");
            deaths += 1;
            is_readable(&bucket);
            proxy.set(|_| Fault::None);
            let run = site.publish(&["--max-delete", "99"]);
            assert_eq!(run.code, Some(0), "after death at {number}: {}", run.stderr);
            holds(&bucket, &versions[version]);
            is_tidy(&bucket);
        }
    }
    assert!(deaths > 40, "{deaths}");
}

#[test]
fn a_publish_that_dies_is_made_right_by_another_version_too() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 0);
    write_version(&site, 0);
    site.published(&[]);
    let old = site.built();
    for number in [6, 8, 10, 12, 14, 16, 18, 20] {
        write_version(&site, 1);
        // Its connections break from here on: it gives up, or is killed by its own patience.
        proxy.set(
            move |request| {
                if request.number >= number { Fault::Busy(400) } else { Fault::None }
            },
        );
        let run = site.publish(&["--max-delete", "99"]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        is_readable(&server.bucket());
        proxy.set(|_| Fault::None);
        write_version(&site, 0);
        site.published(&["--max-delete", "99"]);
        holds(&server.bucket(), &old);
        is_tidy(&server.bucket());
        assert_eq!(site.published(&[]), "");
    }
}

#[test]
fn whatever_goes_wrong_with_one_request_the_publish_goes_on_or_stops_before_it_deletes() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 0);
    let mut versions = Vec::new();
    for version in [0, 1] {
        write_version(&site, version);
        site.published(&["--max-delete", "99"]);
        versions.push(site.built());
    }
    let bucket = server.bucket();
    let faults = [
        Fault::Busy(503),
        Fault::Busy(429),
        Fault::Busy(500),
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Truncated,
        Fault::Slow(Duration::from_millis(300)),
    ];
    let mut version = 0;
    for fault in faults {
        for number in 0..32 {
            version = 1 - version;
            write_version(&site, version);
            let chosen = fault.clone();
            proxy.set(
                move |request| {
                    if request.number == number { chosen.clone() } else { Fault::None }
                },
            );
            let run = site.publish(&["--max-delete", "99"]);
            is_readable(&bucket);
            let is_retried = matches!(fault, Fault::Busy(_) | Fault::Slow(_));
            if run.code != Some(0) {
                assert!(!is_retried, "{fault:?} at {number}: {}", run.stderr);
                assert_eq!(run.code, Some(2), "{fault:?} at {number}: {}", run.stderr);
                proxy.set(|_| Fault::None);
                site.published(&["--max-delete", "99"]);
            }
            holds(&bucket, &versions[version]);
            is_tidy(&bucket);
        }
    }
}

#[test]
fn two_publishes_at_a_time_are_told_of_and_the_first_one_wins() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 3);
    site.published(&[]);
    let before = live(&server.bucket());
    site.article("a0", "First.");
    let (sender, receiver) = mpsc::channel();
    proxy.set(move |request| {
        if request.method == "PUT" && request.path.contains("a0/index.html") {
            let _ = sender.send(());
            return Fault::Slow(Duration::from_secs(12));
        }
        Fault::None
    });
    let first = site.command(&site.arguments(&[])).spawn().expect("silcrow was built");
    receiver.recv_timeout(Duration::from_secs(60)).expect("it writes the article");
    // Another machine's: the same site with another change.
    let other = Site::new(server.address(), 3);
    other.article("a1", "Second.");
    let arguments = ["publish", "s3://bucket", "--today", "2026-02-01", "--take-over-after", "6"];
    let run = other.run(&arguments);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("another publish to this target is in progress"), "{}", run.stderr);
    assert_eq!(live(&server.bucket())["a1/index.html"], before["a1/index.html"]);
    let output = first.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert_eq!(live(&server.bucket()), site.built());
}

#[test]
fn a_publish_whose_place_was_taken_commits_nothing() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 3);
    site.published(&[]);
    site.article("a0", "First.");
    let (sender, receiver) = mpsc::channel();
    proxy.set(move |request| {
        if request.method == "PUT" && request.path.contains("a0/index.html") {
            let _ = sender.send(());
            return Fault::Slow(Duration::from_secs(10));
        }
        Fault::None
    });
    let first = site
        .command(&site.arguments(&[]))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("silcrow was built");
    receiver.recv_timeout(Duration::from_secs(60)).expect("it writes the article");
    let other = Site::new(server.address(), 3);
    other.article("a1", "Second.");
    other.published(&[]);
    let output = first.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    // Its request for the article had arrived before the other one wrote it.
    assert_eq!(live(&server.bucket()), other.built());
    is_tidy(&server.bucket());
}

#[test]
fn rolling_back_brings_the_bytes_of_an_earlier_release() {
    let server = Server::new();
    let site = Site::new(server.address(), 0);
    let mut versions = Vec::new();
    for version in [0, 1, 0, 1, 0, 1, 0] {
        write_version(&site, version);
        site.article("count", &format!("Release {}.", versions.len()));
        site.published(&["--max-delete", "99"]);
        versions.push(site.built());
    }
    let run = site.run(&["publish", "s3://bucket", "--list-releases"]);
    let names: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names.len(), 5, "{}", run.stdout);
    site.published(&["--rollback", names[4]]);
    holds(&server.bucket(), &versions[2]);
    is_tidy(&server.bucket());
    let run = site.publish(&["--rollback", names[4]]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    site.published(&["--rollback"]);
    holds(&server.bucket(), &versions[6]);
}

#[test]
fn a_bucket_is_compared_with_and_only_what_differs_is_read() {
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 20);
    let diff = || site.run(&["diff", "s3://bucket", "public"]);
    site.built();
    let nothing = diff();
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(2), ""), "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing has been published at the target"));
    site.published(&[]);
    let before = tree(&server.bucket());
    proxy.set(|_| Fault::None);
    let same = diff();
    let counts = "pages: 0 added, 0 changed, 0 removed, 0 redirected\n";
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), counts), "{}", same.stderr);
    assert_eq!(proxy.requests().len(), 1, "{:?}", proxy.requests());
    let run = site.run(&["build", "--today", "2026-02-01", "--output", "old"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    site.article("a7", "Other.");
    site.remove("a8");
    site.article("new", "Text.");
    site.built();
    // As a publish would leave it that died: the release is what counts.
    fs::write(server.bucket().join("a7/index.html"), "half").expect("writable");
    let before =
        BTreeMap::from_iter(before.into_iter().filter(|(name, _)| name != "a7/index.html"));
    proxy.set(|_| Fault::None);
    let changed = diff();
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
    assert!(changed.stdout.contains("\n-Text.\n+Other.\n"), "{}", changed.stdout);
    assert_eq!(changed.stdout, site.run(&["diff", "old", "public"]).stdout);
    let requests = proxy.requests();
    assert!(requests.iter().all(|request| request.method == "GET"), "{requests:?}");
    let mut after = tree(&server.bucket());
    after.remove("a7/index.html");
    assert!(after == before, "something was written");
}

//! What a dev server does not give away: files outside its root, drafts to pages of other sites, paths of this machine.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::common::{ARTICLE, Site};
use crate::program::Served;
use crate::wire::{Client, Reply};

const DRAFT: &str = "---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n";

/// Files are checked so rarely that a test ends before: what is listed is then not what is there.
const RARELY: [&str; 2] = ["--poll", "60000"];

#[test]
fn an_asset_that_became_a_link_out_of_the_site_or_a_fifo_is_not_served() {
    let site = Site::new(&[("static/x.txt", "listed"), ("static/other.txt", "inside")]);
    let secret = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(secret.path().join("secret.txt"), "secret").expect("writable");
    let served = Served::start(&site, &RARELY);
    assert_eq!(served.get("/x.txt").text(), "listed");
    let path = site.path("static/x.txt");
    let replace = |with: &dyn Fn()| {
        fs::remove_file(&path).expect("it is there");
        with();
        served.get("/x.txt")
    };
    let reply = replace(&|| {
        symlink(secret.path().join("secret.txt"), &path).expect("links can be made");
    });
    assert_eq!(reply.status, 404, "{}", reply.text());
    let reply =
        replace(&|| symlink("../../../../../../etc/passwd", &path).expect("links can be made"));
    assert_eq!(reply.status, 404, "{}", reply.text());
    let reply = replace(&|| {
        assert!(Command::new("mkfifo").arg(&path).status().expect("there is mkfifo").success());
    });
    assert_eq!(reply.status, 404, "a FIFO");
    let reply = replace(&|| symlink("other.txt", &path).expect("links can be made"));
    assert_eq!((reply.status, reply.text()), (200, "inside"));
    // A folder on the way.
    fs::rename(site.path("static"), site.path("moved")).expect("writable");
    fs::write(secret.path().join("x.txt"), "secret").expect("writable");
    symlink(secret.path(), site.path("static")).expect("links can be made");
    assert_eq!(served.get("/x.txt").status, 404);
}

/// The answer to a `GET` by a host name, with header lines.
fn get_by(served: &Served, host: &str, path: &str, headers: &str) -> Reply {
    let mut client = Client::new(served.address).expect("the server accepts");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
    client.send(request).expect("the server reads");
    Reply::parse(&client.rest()).expect("the server answers")
}

/// `object` fires `load` for a page and `error` for none, and browsers do not say whose page asks, over plain http by a
/// name. So drafts have the status of missing pages there.
#[test]
fn another_origin_cannot_tell_drafts_from_missing_pages() {
    let site = Site::new(&[
        ("content/guides/public.md", ARTICLE),
        ("content/guides/secret.md", &DRAFT.replace("draft:", "aliases: [/old-secret/]\ndraft:")),
        ("content/hidden/index.md", "---\ntitle: Hidden\ndraft: true\n---\n"),
        ("content/hidden/a.md", ARTICLE),
    ]);
    for number in 0..101 {
        let text = if number < 60 { ARTICLE } else { DRAFT };
        site.write(&format!("content/many/a{number}.md"), text);
    }
    let served = Served::start(&site, &["--drafts", "--allowed-host", "docs.test"]);
    let drafts = ["/guides/secret/", "/hidden/", "/hidden/a/", "/many/a77/", "/many/page/2/"];
    for path in drafts {
        let reply = get_by(&served, "docs.test", path, "");
        assert_eq!(reply.status, 404, "{path}");
        assert!(
            !reply.text().contains("Page not found"),
            "the draft is shown all the same: {path}"
        );
        // Who is known not to be another site's page gets the usual status.
        let own = "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
        assert_eq!(get_by(&served, "docs.test", path, own).status, 200, "{path}");
        assert_eq!(served.get(path).status, 200, "{path}");
        let framed = reply.header("X-Frame-Options");
        assert_eq!(framed, Some("DENY"), "{path}");
    }
    let missing = get_by(&served, "docs.test", "/guides/nothing/", "");
    let draft = get_by(&served, "docs.test", drafts[0], "");
    let names = |reply: &Reply| -> Vec<String> {
        reply.headers.iter().map(|line| line.split(':').next().unwrap_or("").to_owned()).collect()
    };
    assert_eq!((missing.status, names(&missing)), (404, names(&draft)));
    let alias = get_by(&served, "docs.test", "/old-secret/", "");
    assert_eq!(alias.header("Location"), Some(drafts[0]), "which then is 404");
    for path in ["/", "/guides/public/", "/many/"] {
        assert_eq!(get_by(&served, "docs.test", path, "").status, 200, "{path}");
    }
}

#[test]
fn no_page_holds_a_path_of_this_machine() {
    let site = Site::new(&[("content/guides/a.md", &format!("{ARTICLE}[x](gone.md)\n"))]);
    let served = Served::start(&site, &[]);
    let root = fs::canonicalize(site.path("")).expect("it is there");
    let root = root.to_string_lossy();
    for path in ["/", "/guides/a/", "/nowhere/", "/.silcrow/live.js"] {
        let reply = served.get(path);
        assert!(!reply.text().contains(&*root), "{path}");
    }
    let mut client = served.events("/guides/a/", "");
    let hello = client.until("\n\n");
    assert!(hello.contains("gone.md") && !hello.contains(&*root), "{hello}");
    // The script asks for it when somebody opens the editor.
    let address = "/.silcrow/editor?file=content%2Fguides%2Fa.md&line=7&column=2";
    let editor = served.get(address);
    assert_eq!(editor.text(), format!("vscode://file{root}/content/guides/a.md:7:2"));
    for file in ["", "content/guides/none.md", "../../etc/passwd", "%2Fetc%2Fpasswd"] {
        assert_eq!(served.get(&format!("/.silcrow/editor?file={file}")).status, 404, "{file}");
    }
    for headers in [
        "Origin: http://evil.test\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n",
    ] {
        let host = served.address.to_string();
        assert_eq!(get_by(&served, &host, address, headers).status, 403, "{headers}");
    }
}

#[test]
fn the_editor_is_opened_as_the_pattern_says() {
    let site = Site::new(&[("content/guides/a b.md", ARTICLE)]);
    let root = fs::canonicalize(site.path("")).expect("it is there");
    for (pattern, expected) in [
        (
            "idea://open?file={path}&line={line}",
            format!("idea://open?file={}/content/guides/a%20b.md&line=3", root.display()),
        ),
        (
            "/edit{path}/{line}/{column}",
            format!("/edit{}/content/guides/a%20b.md/3/1", root.display()),
        ),
    ] {
        let served = Served::start(&site, &["--editor", pattern]);
        let editor = served.get("/.silcrow/editor?file=content/guides/a%20b.md&line=3");
        assert_eq!(editor.text(), expected);
    }
}

//! What an open page is told: its new self, where it has gone, what is wrong, and what else was saved.

use serde_json::Value;

use crate::common::{ARTICLE, Site};
use crate::program::{Served, without_script};
use crate::wire::Client;

const A: &str = "content/guides/a.md";

/// The next event of a name, and its data.
fn next(client: &mut Client, name: &str) -> Value {
    loop {
        let event = client.until("\n\n");
        let Some(rest) = event.strip_prefix(&format!("event: {name}\n")) else { continue };
        let data = rest.lines().filter_map(|line| line.strip_prefix("data: ")).collect::<String>();
        return serde_json::from_str(&data).expect("data is JSON");
    }
}

/// The hash of a page as its script has it.
fn hash(page: &str) -> String {
    let start = page.find("data-hash=\"").expect("a page has a script") + 11;
    page[start..start + 16].to_owned()
}

fn open(served: &Served, path: &str) -> (Client, Value) {
    let hash = hash(served.get(path).text());
    let mut client = served.events(path, &hash);
    let hello = next(&mut client, "hello");
    (client, hello)
}

fn site() -> Site {
    Site::new(&[
        (A, &format!("{ARTICLE}## One\n\nOld text\n")),
        ("content/guides/b.md", &ARTICLE.replace("Title", "Other")),
        ("content/guides/index.md", "---\ntitle: Guides\n---\n"),
    ])
}

#[test]
fn an_open_page_is_sent_its_new_self_and_nothing_else_is() {
    let site = site();
    let served = Served::start(&site, &[]);
    let (mut a, hello) = open(&served, "/guides/a/");
    assert_eq!((&hello["page"], &hello["near"]), (&Value::Null, &Value::Array(vec![])));
    let (mut b, _) = open(&served, "/guides/b/");
    site.write(A, format!("{ARTICLE}## One\n\nNew text\n"));
    let page = next(&mut a, "page");
    let served_page = served.get("/guides/a/");
    assert_eq!(page["html"], without_script(served_page.text()));
    assert_eq!((&page["url"], &page["source"]), (&"/guides/a/".into(), &A.into()));
    assert_eq!(page["hash"], hash(served_page.text()));
    let saved = next(&mut b, "saved");
    assert_eq!(saved["pages"][0]["url"], "/guides/a/");
    assert_eq!((&saved["pages"][0]["title"], &saved["count"]), (&"Title".into(), &1.into()));
}

#[test]
fn a_page_that_was_hidden_is_sent_what_it_missed() {
    let site = site();
    let served = Served::start(&site, &[]);
    let old = hash(served.get("/guides/a/").text());
    site.write(A, format!("{ARTICLE}Missed\n"));
    served.wait_for_text("/guides/a/", "Missed");
    let mut client = served.events("/guides/a/", &old);
    let hello = next(&mut client, "hello");
    assert!(hello["page"]["html"].as_str().is_some_and(|html| html.contains("Missed")));
}

#[test]
fn a_page_follows_its_article() {
    let site = site();
    let served = Served::start(&site, &[]);
    let (mut client, _) = open(&served, "/guides/a/");
    let moved = |from: &str, to: &str| {
        std::fs::create_dir_all(site.path(to).parent().expect("it is in a folder"))
            .expect("writable");
        std::fs::rename(site.path(from), site.path(to)).expect("writable");
    };
    // The same text elsewhere; then another text too; then its whole folder.
    moved(A, "content/guides/new name.md");
    assert_eq!(next(&mut client, "page")["url"], "/guides/new%20name/");
    std::fs::remove_file(site.path("content/guides/new name.md")).expect("writable");
    site.write("content/guides/c.md", format!("{ARTICLE}Another text\n"));
    assert_eq!(next(&mut client, "page")["url"], "/guides/c/");
    moved("content/guides", "content/help");
    assert_eq!(next(&mut client, "page")["url"], "/help/c/");
    // An old address that another page takes over.
    std::fs::remove_file(site.path("content/help/c.md")).expect("writable");
    let gone = next(&mut client, "page");
    assert!(gone["html"].as_str().is_some_and(|html| html.contains("Page not found")));
    let alias = ARTICLE.replace("title:", "aliases: [/help/c/]\ntitle:");
    site.write("content/help/d.md", alias);
    assert_eq!(next(&mut client, "page")["url"], "/help/d/");
}

#[test]
fn findings_of_the_page_come_first_and_go_with_the_error() {
    let site = site();
    let served = Served::start(&site, &[]);
    let (mut client, _) = open(&served, "/guides/a/");
    site.write("content/guides/b.md", format!("{ARTICLE}[x](gone-b.md)\n"));
    site.write(A, format!("{ARTICLE}See [x](gone-a.md) here\n"));
    let findings = loop {
        let findings = next(&mut client, "findings");
        if findings["page"][0].is_object() && findings["site"][0].is_object() {
            break findings;
        }
    };
    let own = &findings["page"][0];
    assert_eq!((&own["rule"], &own["file"]), (&"missing-page".into(), &A.into()));
    assert_eq!((&own["line"], &own["column"]), (&7.into(), &9.into()));
    assert_eq!(own["excerpt"], serde_json::json!(["See [x](", "gone-a.md", ") here"]));
    assert_eq!(findings["site"][0]["file"], "content/guides/b.md");
    assert_eq!(findings["counts"], "2 errors, 0 warnings");
    site.write(A, format!("{ARTICLE}Fine\n"));
    site.write("content/guides/b.md", ARTICLE);
    while next(&mut client, "findings")["counts"] != "0 errors, 0 warnings" {}
}

#[test]
fn a_page_that_cannot_be_rendered_says_why_and_an_open_one_stays() {
    let site = site();
    let served = Served::start(&site, &[]);
    let (mut client, _) = open(&served, "/guides/a/");
    site.write("templates/article.html", "<!doctype html><p>{{ page.title.nothing.here }}</p>");
    let broken = served.wait_for("/guides/a/", |reply| reply.status == 500);
    assert!(broken.text().contains("templates/article.html:1:"), "{}", broken.text());
    let findings = loop {
        let findings = next(&mut client, "findings");
        if findings["counts"] != "0 errors, 0 warnings" {
            break findings;
        }
    };
    assert_eq!(findings["site"][0]["file"], "templates/article.html");
    site.write("templates/article.html", "<!doctype html><p>{{ page.title }}</p>");
    assert_eq!(next(&mut client, "page")["html"], "<!doctype html><p>Title</p>");
    // A template that does not even compile.
    site.write("templates/article.html", "<!doctype html><p>{{ page.title </p>");
    served.wait_for("/guides/a/", |reply| reply.status == 500);
}

#[test]
fn an_address_that_leads_nowhere_is_told_what_is_near() {
    let site = site();
    site.write("content/guides/set-up-keys.md", ARTICLE.replace("Title", "Keys"));
    let served = Served::start(&site, &[]);
    let missing = served.get("/guides/setup-keys/");
    assert_eq!(missing.status, 404);
    let (_, hello) = open(&served, "/guides/setup-keys/");
    assert_eq!(hello["near"][0]["url"], "/guides/set-up-keys/");
    let (_, hello) = open(&served, "/%C3%A4/");
    assert_eq!(hello["near"], Value::Array(vec![]));
}

/// The nearest name was sought by edit distance against every page, while all other open pages waited.
#[test]
fn a_very_long_path_keeps_no_open_page_waiting() {
    let site = site();
    for number in 0..2_000 {
        let path = format!("content/guides/a-rather-usual-article-name-{number}.md");
        site.write(&path, ARTICLE);
    }
    let served = Served::start(&site, &[]);
    let (mut other, _) = open(&served, "/guides/a/");
    let mut long = served.events(&format!("/{}/", "a".repeat(60_000)), "");
    assert_eq!(next(&mut long, "hello")["near"], Value::Array(vec![]));
    site.write(A, format!("{ARTICLE}New text\n"));
    let html = next(&mut other, "page")["html"].to_string();
    assert!(html.contains("New text"));
}

#[test]
fn files_that_keep_their_address_are_named() {
    let site = site();
    site.write("static/picture.svg", "<svg/>");
    let served = Served::start(&site, &[]);
    let (mut client, _) = open(&served, "/guides/a/");
    site.write("static/picture.svg", "<svg></svg>");
    assert_eq!(next(&mut client, "files"), serde_json::json!(["/picture.svg"]));
}

#[test]
fn many_pages_are_told_and_forgotten_when_they_close() {
    let site = site();
    let served = Served::start(&site, &[]);
    for round in 0..3 {
        let mut open: Vec<_> = (0..12).map(|_| open(&served, "/guides/a/").0).collect();
        site.write(A, format!("{ARTICLE}Round {round}\n"));
        for client in &mut open {
            let html = next(client, "page")["html"].to_string();
            assert!(html.contains(&format!("Round {round}")));
        }
    }
}

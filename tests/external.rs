//! Other sites are asked politely, over addresses that were looked at first, and what they answer is told apart. Every
//! server is on loopback, under names that only these tests know.
#![cfg(feature = "external")]
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

#[path = "external/addresses.rs"]
mod addresses;
#[path = "external/answers.rs"]
mod answers;
mod common;
#[path = "external/patience.rs"]
mod patience;
#[path = "external/program.rs"]
mod program;
mod web;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use silcrow::external::{Answer, PageIds, Request, Trouble};
use silcrow::host::Authority;
use silcrow::io::external::{Settings, ask};
use silcrow::parse;
use silcrow::url::WebUrl;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Names that stand for this machine, and no pauses. Nothing private may be asked.
fn strict() -> Settings {
    let names = ["a.test", "b.test", "c.test", "d.test", "e.test", "f.test"];
    Settings {
        gap: Duration::from_millis(1),
        backoff: Duration::from_millis(1),
        names: names.map(|name| (name.to_owned(), vec![LOOPBACK])).into(),
        ..Settings::new(parse::anchors)
    }
}

/// The same, and this machine may be asked under those names.
fn open() -> Settings {
    let settings = strict();
    let allow = settings.names.keys().map(|name| allowed(name)).collect();
    Settings { allow, ..settings }
}

fn allowed(host: &str) -> Authority {
    Authority::parse(host).expect("it is a host")
}

/// What is asked for a URL, or for a place on its page.
fn request(url: &str) -> Request {
    let url = WebUrl::parse(url).expect("it is a URL");
    let fragments = url.fragment().map(str::to_owned).into_iter().collect();
    Request { url: url.without_fragment(), fragments }
}

fn ask_all(urls: &[String], settings: &Settings) -> BTreeMap<String, Answer> {
    let requests: Vec<Request> = urls.iter().map(|url| request(url)).collect();
    let answers = ask(&requests, settings, &|| {});
    assert_eq!(answers.len(), requests.len(), "each URL has an answer");
    answers.into_iter().map(|(url, answer)| (url.to_string(), answer)).collect()
}

fn ask_one(url: &str, settings: &Settings) -> Answer {
    let mut answers = ask_all(&[url.to_owned()], settings);
    answers.pop_first().expect("there is an answer").1
}

fn end(url: &str, settings: &Settings) -> Result<PageIds, Trouble> {
    ask_one(url, settings).end
}

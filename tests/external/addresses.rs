//! Private addresses are not asked, however they are written and whoever leads there; and no proxy is used.

use std::process::Command;

use silcrow::external::{PageIds, Trouble};
use silcrow::io::external::Settings;
use silcrow::url::WebUrl;

use crate::web::{Server, redirect};
use crate::{allowed, ask_one, end, open, strict};

/// Ways to say this machine. The last one goes through the system's own resolver.
const DISGUISES: [&str; 8] = [
    "a.test",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "[::ffff:127.0.0.1]",
    "localhost",
];

/// Whether this machine has IPv6 at all, which the mapped form of an address needs.
fn has_mapped_addresses(port: u16) -> bool {
    std::net::TcpStream::connect(("::ffff:127.0.0.1", port)).is_ok()
}

#[test]
fn private_addresses_are_not_asked_unless_they_are_allowed() {
    for disguise in DISGUISES {
        let server = Server::fine();
        let url = server.url(disguise, "/");
        let answer = end(&url, &strict());
        let Err(Trouble::Private(address)) = answer else { panic!("{url}: {answer:?}") };
        assert!(silcrow::host::is_private(address));
        assert_eq!(server.lines(), Vec::<String>::new(), "{url}");
        if disguise.starts_with('[') && !has_mapped_addresses(server.port()) {
            continue;
        }
        let host = WebUrl::parse(&url).expect("it is a URL").host().to_owned();
        let by_name = allowed(&format!("{host}:{}", server.port()));
        let by_address = allowed(&address.to_string());
        for allow in [by_name, by_address] {
            let settings = Settings { allow: vec![allow], ..strict() };
            assert_eq!(end(&url, &settings), Ok(PageIds::Unread), "{url}");
        }
        assert_eq!(server.lines(), ["HEAD /", "HEAD /"], "{url}");
        let other_port = Settings { allow: vec![allowed(&format!("{host}:1"))], ..strict() };
        assert!(matches!(end(&url, &other_port), Err(Trouble::Private(_))), "{url}");
    }
}

#[test]
fn private_addresses_are_not_asked_after_a_redirect_either() {
    for disguise in DISGUISES {
        let private = Server::fine();
        let to = private.url(&disguise.replace("a.test", "b.test"), "/secret");
        let target = to.clone();
        let public = Server::new(move |_| redirect(302, &target));
        let entry = Settings { allow: vec![allowed("a.test")], ..strict() };
        let answer = ask_one(&public.url("a.test", "/"), &entry);
        assert!(matches!(answer.end, Err(Trouble::Private(_))), "{to}: {answer:?}");
        assert_eq!((answer.hops.len(), public.lines().len()), (1, 1), "{to}");
        assert_eq!(private.lines(), Vec::<String>::new(), "{to}");
        if disguise.starts_with('[') && !has_mapped_addresses(private.port()) {
            continue;
        }
        let host = WebUrl::parse(&to).expect("it is a URL").host().to_owned();
        let lifted = Settings { allow: vec![allowed("a.test"), allowed(&host)], ..strict() };
        assert_eq!(end(&public.url("a.test", "/"), &lifted), Ok(PageIds::Unread), "{to}");
        assert_eq!(private.lines(), ["HEAD /secret"], "{to}");
    }
}

/// Set in the process that a test starts to try its own environment.
const INNER: &str = "SILCROW_TEST_INNER";

#[test]
fn proxies_of_the_environment_are_not_used() {
    if std::env::var(INNER).is_ok() {
        let server = Server::fine();
        assert_eq!(end(&server.url("a.test", "/"), &open()), Ok(PageIds::Unread));
        assert_eq!(server.lines(), ["HEAD /"]);
        return;
    }
    let proxy = Server::fine();
    let url = format!("http://127.0.0.1:{}", proxy.port());
    let mut command = Command::new(std::env::current_exe().expect("a test is a program"));
    command
        .args(["--exact", "addresses::proxies_of_the_environment_are_not_used"])
        .env(INNER, "yes");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    {
        command.env(name, &url);
    }
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = command.output().expect("a test can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(proxy.lines(), Vec::<String>::new());
}

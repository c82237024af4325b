//! Who is answered: those who call the server by its names, from its own pages or by hand. Each request here could be
//! sent by a page of another site, by way of a browser on this machine.

use std::sync::Arc;

use silcrow::io::http::{Answer, Content, Request, Settings};

use crate::wire::{PAGE, Running};

/// Asserts the status of a `GET /` with each of these header lines.
fn assert_statuses(server: &Running, rows: &[(&str, u16)]) {
    for (headers, status) in rows {
        let lines: String = headers.lines().map(|line| format!("{line}\r\n")).collect();
        assert_eq!(server.get_with("/", &lines).status, *status, "{headers}");
    }
}

#[test]
fn only_the_servers_own_names_are_answered() {
    let server = Running::start();
    let port = server.address().port();
    for (host, status) in [
        (format!("localhost:{port}"), 200),
        (format!("LOCALHOST:{port}"), 200),
        (format!("127.0.0.1:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        ("localhost".to_owned(), 421),
        (format!("localhost:{}", port - 1), 421),
        (format!("evil.test:{port}"), 421),
        (format!("localhost.evil.test:{port}"), 421),
        (format!("127.0.0.1.evil.test:{port}"), 421),
        (format!("192.168.1.1:{port}"), 421),
        (format!("2130706433:{port}"), 421),
        (format!("x@localhost:{port}"), 421),
        (String::new(), 421),
    ] {
        let reply = server.ask(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        let reply = reply.expect("the server answers");
        assert_eq!(reply.status, status, "{host}");
        assert_eq!(reply.text() == PAGE, status == 200, "{host}");
    }
    let reply = server.ask("GET / HTTP/1.1\r\nHost: evil.test:1\r\n\r\n").expect("an answer");
    let expected = "421 Misdirected Request: this server is not `evil.test:1`; to allow that name, start it with `--allowed-host evil.test`\n";
    assert_eq!(reply.text(), expected);
}

#[test]
fn a_request_has_one_host() {
    let server = Running::start();
    let host = server.host();
    for request in [
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "GET / HTTP/1.0\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.test\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nhost: {host}\r\n\r\n"),
    ] {
        assert_eq!(server.ask(&request).map(|reply| reply.status), Some(400), "{request}");
    }
}

#[test]
fn a_name_that_the_settings_allow_is_answered_at_any_port() {
    let settings =
        Settings { allowed_hosts: vec!["docs.example.test".to_owned()], ..Settings::default() };
    let plain = Running::start();
    let server = Running::with(&settings, Arc::new(|_| panic!("never asked")));
    for (host, origin, status) in [
        ("docs.example.test", "", 500),
        ("docs.example.test:8443", "Origin: https://docs.example.test:8443\r\n", 500),
        ("docs.example.test", "Origin: http://docs.example.test\r\n", 500),
        ("docs.example.test", "Origin: https://other.test\r\n", 403),
        ("evil.example.test", "", 421),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{origin}\r\n");
        let reply = server.ask(&request).map(|reply| reply.status);
        // The handler panics: it was asked.
        assert_eq!(reply, Some(status), "{host} {origin}");
        assert_eq!(plain.ask(&request).map(|reply| reply.status), Some(421), "{host}");
    }
}

#[test]
fn only_our_own_origin_may_ask() {
    let server = Running::start();
    let port = server.address().port();
    let host = server.host();
    for (origin, status) in [
        (format!("http://{host}"), 200),
        (format!("https://{host}"), 403),
        (format!("http://127.0.0.1:{port}"), 403),
        (format!("http://{host}/"), 403),
        (format!("http://{host}.evil.test"), 403),
        (format!("http://localhost:{}", port - 1), 403),
        ("http://localhost".to_owned(), 403),
        ("http://evil.test".to_owned(), 403),
        ("null".to_owned(), 403),
        (String::new(), 403),
    ] {
        for path in ["/", "/events", "/nowhere"] {
            let host = server.host();
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n\r\n");
            let mut client = server.send(request);
            let line = client.until("\r\n");
            let refused = line.starts_with("HTTP/1.1 403");
            assert_eq!(refused, status == 403, "{path} {origin} {line}");
        }
    }
}

#[test]
fn another_sites_page_may_link_here_and_nothing_else() {
    assert_statuses(
        &Running::start(),
        &[
            ("Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty", 200),
            ("Sec-Fetch-Site: none\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document", 200),
            ("Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document", 200),
            ("Sec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document", 200),
            ("Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe", 403),
            ("Sec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe", 200),
            ("Sec-Fetch-Site: same-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: iframe", 403),
            ("Sec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: object", 403),
            ("Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: object", 403),
            ("Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: image", 403),
            ("Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: document", 403),
            // A page of another program on this machine: another port, the same site.
            ("Sec-Fetch-Site: same-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: script", 403),
            ("Sec-Fetch-Site: cross-site", 403),
            ("Sec-Fetch-Site: unheard-of", 403),
        ],
    );
}

/// A server that others can reach by the name `docs.test`.
fn exposed() -> Running {
    let allowed_hosts = vec!["docs.test".to_owned()];
    let settings = Settings { allowed_hosts, ..Settings::default() };
    let handler = |request: &Request<'_>| {
        let site = if request.has_unknown_site { "unknown" } else { "known" };
        Answer::Content(Content::found("text/plain", site.as_bytes()))
    };
    Running::with(&settings, Arc::new(handler))
}

/// Plain http by a name: browsers do not say there whose page a request comes from, and other origins showed pages in
/// frames.
#[test]
fn a_server_that_others_can_reach_is_shown_in_no_frame() {
    let framed =
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n";
    let (server, plain) = (exposed(), Running::start());
    for path in ["/", "/nowhere", "/%zz"] {
        let reply = server.get(path);
        let policy = reply.header("Content-Security-Policy");
        assert_eq!(policy, Some("frame-ancestors 'none'"), "{path}");
        assert_eq!(reply.header("X-Frame-Options"), Some("DENY"), "{path}");
        // A page of this machine may, such as an editor's preview.
        let reply = plain.get(path);
        assert_eq!(reply.header("Content-Security-Policy"), None, "{path}");
        assert_eq!(reply.header("X-Frame-Options"), None, "{path}");
    }
    assert_eq!(
        (server.get_with("/", framed).status, plain.get_with("/", framed).status),
        (403, 200)
    );
}

#[test]
fn a_request_whose_site_is_unknown_is_marked() {
    let server = exposed();
    let port = server.address().port();
    let site = "Sec-Fetch-Site: none\r\n";
    for (host, headers, expected) in [
        ("docs.test", "", "unknown"),
        ("docs.test:8080", "", "unknown"),
        ("docs.test", site, "known"),
        (&*format!("localhost:{port}"), "", "known"),
        (&*format!("127.0.0.1:{port}"), "", "known"),
        (&*format!("[::1]:{port}"), "", "known"),
    ] {
        let reply = server.ask(format!("GET / HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n"));
        assert_eq!(reply.expect("the server answers").text(), expected, "{host} {headers}");
    }
}

#[test]
fn nothing_but_get_and_head_is_answered() {
    let server = Running::start();
    let host = server.host();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "get", "X"] {
        let body = "Content-Length: 5\r\nExpect: nonsense\r\n\r\nhello";
        let reply = server.ask(format!("{method} / HTTP/1.1\r\nHost: {host}\r\n{body}"));
        let reply = reply.expect("the server answers");
        assert_eq!((reply.status, reply.header("Allow")), (405, Some("GET, HEAD")), "{method}");
    }
}

#[test]
fn no_answer_lets_other_origins_read_it() {
    let server = Running::start();
    let host = server.host();
    let preflight = format!(
        "OPTIONS / HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.test\r\nAccess-Control-Request-Method: GET\r\n\r\n"
    );
    let mut replies = vec![server.ask(preflight).expect("the server answers")];
    let own = format!("Origin: http://{host}\r\n");
    replies.extend(["/", "/nowhere", "/old", "/%zz"].map(|path| server.get_with(path, &own)));
    for reply in replies {
        let lines = reply.headers.join("\n").to_ascii_lowercase();
        assert!(!lines.contains("access-control"), "{lines}");
        assert!(lines.contains("cross-origin-resource-policy: same-origin"), "{lines}");
    }
}

#[test]
fn paths_are_decoded_once_and_odd_ones_are_refused() {
    let server = Running::start();
    for (path, text) in [
        ("/%252e%252e/", "no /%2e%2e/"),
        ("/a%2fb", "no /a/b"),
        ("/a%5cb", "no /a\\b"),
        ("/a..b/...", "no /a..b/..."),
        ("/?x=//evil", PAGE),
        ("/?../..", PAGE),
    ] {
        assert_eq!(server.get(path).text(), text, "{path}");
    }
    for path in [
        "/../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/a/%2E./b",
        "/./a",
        "/a/..%2f..%2fb",
        "/%5c..%5c..%5c",
        "//evil",
        "//evil.test/%2e%2e",
        "/%2fevil",
        "/%00",
        "/a%0d%0aSet-Cookie:x",
        "/%7f",
        "/%ff",
        "/%c0%ae%c0%ae/",
        "/%",
        "/%4",
        "/%zz",
        "a",
        "*",
        "\\",
    ] {
        assert_eq!(server.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_whole_url_names_its_own_host() {
    let server = Running::start();
    let host = server.host();
    for (target, status) in [
        (format!("http://{host}/"), 200),
        (format!("HTTP://{host}"), 200),
        (format!("http://{host}/nowhere"), 404),
        ("http://evil.test/".to_owned(), 421),
        (format!("http://x@{host}/"), 421),
        (format!("http://{host}//evil"), 400),
        (format!("http://{host}?x"), 400),
        (format!("https://{host}/"), 400),
        ("file:///etc/passwd".to_owned(), 400),
    ] {
        assert_eq!(server.get(&target).status, status, "{target}");
    }
}

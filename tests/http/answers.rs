//! What is answered: headers, heads, conditions, ranges, redirects, and the end of a server.

use std::io::{Seek, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use silcrow::io::http::{Answer, Body, Content, HttpError, Request, Server, Settings};

use crate::wire::{Client, PAGE, Running, pause};

#[test]
fn a_page_comes_with_its_type_its_length_and_its_tag() {
    let server = Running::start();
    let reply = server.get("/");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.text(), PAGE);
    assert_eq!(reply.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(reply.header("Content-Length"), Some(&*PAGE.len().to_string()));
    assert_eq!(reply.header("Cache-Control"), Some("no-cache"));
    assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
    assert_eq!(reply.header("Connection"), Some("close"));
    assert!(reply.header("ETag").is_some_and(|tag| tag.starts_with('"') && tag.len() == 34));
}

#[test]
fn head_has_the_same_headers_and_no_body() {
    let server = Running::start();
    let host = server.host();
    for path in ["/", "/nowhere", "/old", "/large.bin"] {
        let get = server.get(path);
        let head = server.ask(format!("HEAD {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        let head = head.expect("the server answers");
        assert_eq!((head.status, head.headers), (get.status, get.headers), "{path}");
        assert!(head.body.is_empty(), "{path}");
    }
}

#[test]
fn a_page_that_the_client_has_is_not_sent_again() {
    let server = Running::start();
    let tag = server.get("/").header("ETag").expect("a page has a tag").to_owned();
    let reply = server.get_with("/", &format!("If-None-Match: \"other\", {tag}\r\n"));
    assert_eq!((reply.status, reply.header("ETag")), (304, Some(&*tag)));
    assert!(reply.body.is_empty() && reply.header("Content-Length").is_none());
    assert_eq!(server.get_with("/", "If-None-Match: \"other\"\r\n").status, 200);
    // The page that says that there is none is never up to date.
    assert_eq!(server.get_with("/nowhere", "If-None-Match: *\r\n").status, 404);
}

#[test]
fn a_part_of_a_video_comes_from_its_file() {
    let mut file = tempfile::tempfile().expect("a scratch file can be made");
    let bytes: Vec<u8> = (0..300_000_u32).map(|index| index as u8).collect();
    file.write_all(&bytes).expect("writable");
    let handler = move |_: &Request<'_>| {
        let mut file = file.try_clone().expect("a descriptor is left");
        file.rewind().expect("a file can be rewound");
        Answer::Content(Content {
            body: Body::File(file),
            hash: Some("abc".to_owned()),
            ..Content::found("video/mp4", *b"")
        })
    };
    let server = Running::with(&Settings::default(), Arc::new(handler));
    let whole = server.get("/a.mp4");
    assert_eq!((whole.status, whole.header("Accept-Ranges")), (200, Some("bytes")));
    assert!(whole.body == bytes);
    for (range, content, expected) in [
        ("bytes=0-0", "bytes 0-0/300000", &bytes[..1]),
        ("bytes=100-", "bytes 100-299999/300000", &bytes[100..]),
        ("bytes=-5", "bytes 299995-299999/300000", &bytes[299_995..]),
        ("bytes=1000-199999", "bytes 1000-199999/300000", &bytes[1000..200_000]),
    ] {
        let part = server.get_with("/a.mp4", &format!("Range: {range}\r\n"));
        assert_eq!((part.status, part.header("Content-Range")), (206, Some(content)), "{range}");
        assert!(part.body == expected, "{range}");
    }
    let part = server.get_with("/a.mp4", "Range: bytes=300000-\r\n");
    assert_eq!((part.status, part.header("Content-Range")), (416, Some("bytes */300000")));
    let part = server.get_with("/a.mp4", "Range: bytes=0-0\r\nIf-Range: \"old\"\r\n");
    assert_eq!((part.status, part.body.len()), (200, 300_000));
}

#[test]
fn a_large_file_comes_whole() {
    let reply = Running::start().get("/large.bin");
    assert_eq!(reply.header("Content-Type"), Some("application/octet-stream"));
    assert!(reply.body.len() == 20 << 20 && reply.body.iter().all(|byte| *byte == b'x'));
}

#[test]
fn redirects_and_missing_pages_are_as_the_handler_says() {
    let server = Running::start();
    let reply = server.get("/old");
    assert_eq!((reply.status, reply.header("Location")), (301, Some("/new/")));
    let reply = server.get("/a%20b/%C3%BC?x=%20y");
    assert_eq!((reply.status, reply.text()), (404, "no /a b/\u{fc}"));
    assert_eq!(reply.header("ETag"), None);
    // As curl sends it, and with a cookie of another program on this machine.
    let host = server.host();
    let raw = format!("GET /\u{fc}/ HTTP/1.1\r\nHost: {host}\r\nCookie: name=\u{fc}\r\n\r\n");
    assert_eq!(server.ask(raw).expect("the server answers").text(), "no /\u{fc}/");
}

/// CVE-2026-66753 of `tiny_http`: what an answer echoes forges headers.
#[test]
fn no_header_is_forged_by_what_an_answer_echoes() {
    let forged = "\r\nSet-Cookie: x=y\n\rA: b\0\r\n\r\n<script>";
    let handler = move |request: &Request<'_>| match &*request.path {
        "/redirect" => Answer::Redirect { status: 302, location: format!("/a{forged}") },
        _ => Answer::Content(Content {
            hash: Some(forged.to_owned()),
            ..Content::found(forged, *b"body")
        }),
    };
    let server = Running::with(&Settings::default(), Arc::new(handler));
    let reply = server.get("/redirect");
    assert_eq!((reply.status, reply.body.len()), (302, 0));
    assert_eq!(reply.header("Location"), Some("/aSet-Cookie: x=yA: b<script>"));
    let reply = server.get("/");
    assert_eq!((reply.status, reply.text()), (200, "body"));
    let names: Vec<_> = reply.headers.iter().filter_map(|line| line.split(':').next()).collect();
    assert!(!names.contains(&"Set-Cookie") && !names.contains(&"A"), "{names:?}");
    // What a request can bring is refused or stays encoded.
    assert_eq!(server.get("/redirect%0d%0aSet-Cookie:x").status, 400);
    let host = server.host();
    for target in ["/redirect?a\nSet-Cookie: x", "/redirect?a\rSet-Cookie:x", "/redirect?\0"] {
        let reply = server.ask(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(reply.map(|reply| reply.status), Some(400), "{target:?}");
    }
}

#[test]
fn a_handler_that_panics_is_a_500_and_the_next_request_is_served() {
    let server = Running::start();
    assert_eq!(server.get("/panic").status, 500);
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn a_request_that_waits_keeps_nobody_else_waiting() {
    let server = Running::start();
    let host = server.host();
    let request = format!("GET /held HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let held: Vec<_> = (0..50).map(|_| server.send(&request)).collect();
    server.latch.wait_for(50);
    assert_eq!(server.get("/").status, 200);
    server.latch.open();
    for client in held {
        assert!(client.rest().ends_with(b"\r\n\r\nheld"));
    }
}

#[test]
fn a_client_that_says_no_more_after_its_request_still_gets_its_answer() {
    let server = Running::start();
    let host = server.host();
    let client = server.send(format!("GET /held HTTP/1.0\r\nHost: {host}\r\n\r\n"));
    let client = client.say_no_more();
    server.latch.wait_for(1);
    // Longer than the server goes without looking whether the client is there.
    pause(Duration::from_millis(1200));
    server.latch.open();
    assert!(client.rest().ends_with(b"held"));
}

/// How long a server takes to stop that has clients of every kind.
fn time_to_stop() -> Duration {
    let mut server = Running::start();
    let host = server.host();
    let streams: Vec<_> = (0..5).map(|_| server.stream()).collect();
    let silent = server.send("GET / HTTP/1.1\r\n");
    let held = server.send(format!("GET /held HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let slow = server.send(format!("GET /large.bin HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    server.latch.wait_for(1);
    let start = Instant::now();
    server.stop();
    let took = start.elapsed();
    // Every connection has ended, and the port is free again.
    for client in streams.into_iter().chain([silent, held, slow]) {
        client.rest();
    }
    let address = server.address();
    drop(server);
    TcpListener::bind(address).expect("the port is free");
    took
}

/// It takes 120 ms on a quiet machine, and 200 are allowed; what a busy one adds says nothing about the server. Waiting for
/// any of these clients would take ten seconds and more.
#[test]
fn a_server_stops_whatever_its_clients_do() {
    let took = time_to_stop();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

/// Connections that the system holds until they are accepted were never ended: their clients waited for ever.
#[test]
fn a_server_that_stops_ends_connections_that_nobody_has_accepted() {
    let server = Server::bind(&Settings::default()).expect("a port is free");
    let clients: Vec<_> = (0..20)
        .map(|_| {
            let mut client = Client::new(server.address()).expect("the system accepts");
            client.send("GET / HTTP/1.1\r\n\r\n").expect("the system reads");
            client
        })
        .collect();
    server.stop();
    server.run(Arc::new(|_| panic!("nothing is answered")), |_| ()).expect("it stops at once");
    for client in clients {
        assert_eq!(client.rest(), b"");
    }
    assert!(Client::new(server.address()).is_err(), "nobody listens");
}

/// Whether an answer under way is finished when the server stops.
fn is_finished() -> bool {
    let mut server = Running::start();
    let host = server.host();
    let held = server.send(format!("GET /held HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    server.latch.wait_for(1);
    let latch = Arc::clone(&server.latch);
    std::thread::scope(|scope| {
        scope.spawn(|| server.stop());
        latch.open();
    });
    held.rest().ends_with(b"held")
}

/// An answer has 120 ms for that, which a busy machine may need for something else.
#[test]
fn an_answer_under_way_is_finished_before_the_server_stops() {
    assert!((0..10).any(|_| is_finished()));
}

#[test]
fn a_port_that_is_taken_is_told_and_the_next_is_tried() {
    let first = Server::bind(&Settings::default()).expect("a port is free");
    assert!(!first.is_exposed());
    let port = first.address().port();
    let taken = Server::bind(&Settings { port, ..Settings::default() }).err();
    let message = taken.map(|error| error.to_string()).unwrap_or_default();
    let expected =
        format!("another program listens on `127.0.0.1:{port}`; name another port with `--port`");
    assert_eq!(message, expected);
    let second = Server::bind(&Settings { port, tries: 50, ..Settings::default() });
    let second = second.expect("one of 50 ports is free").address().port();
    assert!(second > port, "{second}");
    let nowhere = Settings { host: [192, 0, 2, 1].into(), ..Settings::default() };
    assert!(matches!(Server::bind(&nowhere), Err(HttpError::Listen(..))));
    let everywhere = Settings { host: [0, 0, 0, 0].into(), ..Settings::default() };
    assert!(Server::bind(&everywhere).is_ok_and(|server| server.is_exposed()));
}

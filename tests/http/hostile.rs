//! Odd and hostile clients: each is answered or dropped, and the others are served as before.

use std::time::{Duration, Instant};

use silcrow::io::http::Event;

use crate::wire::{Client, Reply, Running, pause};

fn event(name: &str) -> Event {
    Event { name: name.to_owned(), data: String::new() }
}

/// Asserts that somebody else is served.
fn assert_others_are_served(server: &Running) {
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn a_head_of_a_hundred_kilobytes_is_refused_and_one_of_fifty_is_read() {
    let server = Running::start();
    let cookie = |length: usize| format!("Cookie: {}\r\n", "x".repeat(length));
    assert_eq!(server.get_with("/", &cookie(50_000)).status, 200);
    assert_eq!(server.get_with("/", &cookie(100_000)).status, 431);
    assert_eq!(server.get_with("/", &"A: b\r\n".repeat(20_000)).status, 431);
    assert_eq!(server.get_with("/", &"A: b\r\n".repeat(9_000)).status, 200);
    let path = format!("/{}", "a".repeat(100_000));
    assert_eq!(server.get(&path).status, 431);
    assert_others_are_served(&server);
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let server = Running::start();
    let mut client = server.send("GET / HTTP/1.1\r\nX: ");
    // A hundred times what is read, unless the server ends it before.
    let sent = (0..6400).take_while(|_| client.send([b'x'; 1024]).is_ok()).count();
    assert!(sent < 6400, "{sent} kilobytes");
    assert_others_are_served(&server);
}

#[test]
fn clients_that_say_little_or_drip_lose_their_turn_and_keep_nobody_waiting() {
    let server = Running::start();
    let start = Instant::now();
    let silent: Vec<_> = (0..50).map(|_| server.send("")).collect();
    let partial: Vec<_> = (0..50).map(|_| server.send("GET / HT")).collect();
    let mut dripping = server.send("GET / HTTP/1.1\r\n");
    assert_others_are_served(&server);
    // However steadily it drips, it is cut off.
    while dripping.send("X: y\r\n").is_ok() {
        assert!(start.elapsed() < Duration::from_secs(60), "it is cut off");
        pause(Duration::from_millis(100));
    }
    for client in silent {
        assert_eq!(client.rest(), b"");
    }
    for client in partial {
        assert_eq!(Reply::parse(&client.rest()).map(|reply| reply.status), Some(408));
    }
    assert!(start.elapsed() >= Duration::from_secs(9), "they had their time");
}

/// More than there may be at a time.
const CROWD: usize = 400;

#[test]
fn a_crowd_of_silent_clients_drives_out_nobody_else() {
    let server = Running::start();
    let host = server.host();
    let mut stream = server.stream();
    let held = server.send(format!("GET /held HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    server.latch.wait_for(1);
    let crowd: Vec<_> = (0..CROWD).map(|_| server.send("GET / HTTP/1.1\r\n")).collect();
    for _ in 0..20 {
        assert_others_are_served(&server);
    }
    server.events.send(&event("x"));
    stream.until("event: x\n");
    server.latch.open();
    assert!(held.rest().ends_with(b"held"));
    drop(crowd);
}

#[test]
fn a_crowd_that_does_not_read_its_answers_drives_out_nobody_else() {
    let server = Running::start();
    let host = server.host();
    let mut stream = server.stream();
    let request = format!("GET /large.bin HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let crowd: Vec<_> = (0..CROWD).map(|_| server.send(&request)).collect();
    for _ in 0..20 {
        assert_others_are_served(&server);
    }
    server.events.send(&event("x"));
    stream.until("event: x\n");
    drop(crowd);
}

#[test]
fn a_crowd_of_streams_drives_out_nobody_else() {
    let server = Running::start();
    let host = server.host();
    let held = server.send(format!("GET /held HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    server.latch.wait_for(1);
    let crowd: Vec<_> = (0..CROWD).map(|_| server.stream()).collect();
    for _ in 0..20 {
        assert_others_are_served(&server);
    }
    assert!(server.events.count() <= 128, "{} listen", server.events.count());
    // Who comes last is in, and stays while the crowd does not grow.
    let mut stream = server.stream();
    server.events.send(&event("x"));
    stream.until("event: x\n");
    server.latch.open();
    assert!(held.rest().ends_with(b"held"));
    drop(crowd);
}

#[test]
fn what_is_no_request_is_refused() {
    let server = Running::start();
    let host = server.host();
    let crowd: String = format!("Host: {host}\r\n");
    for (bytes, status) in [
        ("\r\n\r\n".to_owned(), Some(400)),
        ("\0\0\0\r\n\r\n".to_owned(), Some(400)),
        ("GET /\r\n\r\n".to_owned(), Some(400)),
        (format!("GET /a b HTTP/1.1\r\n{crowd}\r\n"), Some(400)),
        (format!("GET /\0 HTTP/1.1\r\n{crowd}\r\n"), Some(400)),
        (format!("GET / HTTP/1.1\r\n{crowd}no colon\r\n\r\n"), Some(400)),
        (format!("GET / HTTP/1.1\r\n{crowd}a b: c\r\n\r\n"), Some(400)),
        (format!("GET / HTTP/0.9\r\n{crowd}\r\n"), Some(505)),
        (format!("GET / HTTP/9.9\r\n{crowd}\r\n"), Some(505)),
        (format!("GET / HTTP/1.1\r\n{crowd}X: \u{fc}\r\n\r\n"), Some(200)),
        (format!("GET / HTTP/1.1\r\n{crowd}X: \0\r\n\r\n"), Some(400)),
        (format!("GET / HTTP/1.1\r\n{crowd}X: a\r\n folded\r\n\r\n"), Some(400)),
    ] {
        let reply = server.ask(&bytes).map(|reply| reply.status);
        assert_eq!(reply, status, "{bytes:?}");
    }
    // The beginning of TLS, and of SSH.
    for bytes in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..], b"SSH-2.0-x\r\n\r\n"]
    {
        assert_eq!(server.ask(bytes).map(|reply| reply.status), Some(400));
    }
    assert_others_are_served(&server);
}

#[test]
fn http_2_is_refused_and_costs_no_thread() {
    let server = Running::start();
    for _ in 0..50 {
        let reply = server.ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        assert_eq!(reply.map(|reply| reply.status), Some(505));
        let reply = server.ask("GET / HTTP/2.0 HTTP/1.1\r\n\r\n");
        assert_eq!(reply.map(|reply| reply.status), Some(400));
    }
    assert_others_are_served(&server);
}

#[test]
fn a_second_request_on_a_connection_is_not_answered() {
    let server = Running::start();
    let host = server.host();
    let one = format!("GET /nowhere HTTP/1.1\r\nHost: {host}\r\nConnection: keep-alive\r\n\r\n");
    let two = format!("{one}GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n");
    let bytes = server.send(two).rest();
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{text}");
    // Nor one that hides in what claims to be a body.
    let smuggled = format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{one}"
    );
    let text = String::from_utf8(server.send(smuggled).rest()).expect("UTF-8");
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{text}");
    assert!(text.starts_with("HTTP/1.1 405"), "{text}");
}

#[test]
fn a_body_of_any_size_does_not_hide_the_answer() {
    let server = Running::start();
    let host = server.host();
    let head = format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 500000\r\n\r\n");
    let mut client = Client::new(server.address()).expect("the server accepts");
    client.send(head).expect("the server reads");
    client.send(vec![b'x'; 500_000]).expect("the server reads what it does not want");
    assert_eq!(Reply::parse(&client.rest()).map(|reply| reply.status), Some(405));
}

#[test]
fn a_client_that_forges_the_tag_of_the_engine_is_treated_as_any_other() {
    let server = Running::start();
    let reply = server.get_with("/", "Silcrow-Tag: 0.1\r\nsilcrow-tag: 0.1\r\n");
    assert_eq!(reply.status, 200);
}

/// CVE-2026-66752 of `tiny_http`: requests are smuggled by heads that are read in two ways. One answer comes, to the first
/// request, and the connection ends.
#[test]
fn no_request_is_smuggled_behind_another() {
    let server = Running::start();
    let host = server.host();
    let hidden = format!("GET /old HTTP/1.1\r\nHost: {host}\r\n\r\n");
    for (lines, status) in [
        ("Content-Length: 0\r\nTransfer-Encoding: chunked", 200),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", 200),
        ("Content-Length: 0\r\nContent-Length: 60", 200),
        ("Content-Length: 0, 60", 200),
        ("Content-Length: +0", 200),
        ("Content-Length: -1", 200),
        ("Content-Length: 18446744073709551616", 200),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 200),
        ("Transfer-Encoding: xchunked", 200),
        ("Connection: keep-alive, upgrade\r\nUpgrade: websocket", 200),
        ("Expect: 100-continue\r\nContent-Length: 60", 200),
        ("Transfer-Encoding : chunked", 400),
        ("Transfer-Encoding:\u{b}chunked", 400),
        ("X: a\r\n Transfer-Encoding: chunked", 400),
        ("X: a\nTransfer-Encoding: chunked", 400),
        ("X: a\rTransfer-Encoding: chunked", 400),
        ("Content-Length: 0\0", 400),
    ] {
        for method in ["GET", "POST"] {
            let head = format!("{method} / HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n\r\n");
            let body = format!("0\r\n\r\n{hidden}");
            let bytes = server.send(head + &body).rest();
            let text = String::from_utf8(bytes).expect("UTF-8");
            assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{lines:?} {text}");
            let status = if method == "POST" && status == 200 { 405 } else { status };
            assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{lines:?} {text}");
        }
    }
    assert_others_are_served(&server);
}

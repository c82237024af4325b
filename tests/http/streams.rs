//! Streams of events: what comes on them, who is told, and when they end.

use std::time::Duration;

use silcrow::io::http::Event;

use crate::wire::{Running, pause};

fn event(name: &str, data: &str) -> Event {
    Event { name: name.to_owned(), data: data.to_owned() }
}

/// Waits until so many listen; the server sees that a client has gone when it next looks.
fn wait_for_listeners(server: &Running, count: usize) {
    let mut looks = 0;
    while server.events.count() != count {
        looks += 1;
        assert!(looks < 3000, "{} listen", server.events.count());
        pause(Duration::from_millis(20));
    }
}

#[test]
fn an_event_reaches_all_who_listen() {
    let server = Running::start();
    let mut clients: Vec<_> = (0..8).map(|_| server.stream()).collect();
    assert_eq!(server.events.count(), 8);
    server.events.send(&event("changed", "one\ntwo"));
    for client in &mut clients {
        let text = client.until("\n\n");
        assert!(text.ends_with("event: changed\ndata: one\ndata: two\n\n"), "{text}");
    }
}

#[test]
fn a_stream_says_what_it_is() {
    let server = Running::start();
    let host = server.host();
    let mut client = server.send(format!("GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let head = client.until("\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("Content-Type: text/event-stream; charset=utf-8\r\n"), "{head}");
    assert!(head.contains("Cache-Control: no-cache\r\n") && !head.contains("Length"), "{head}");
    let start = client.until("\n\n");
    assert_eq!(start, "retry: 500\n\n");
}

#[test]
fn a_client_is_greeted_alone() {
    let server = Running::start();
    let mut other = server.stream();
    let host = server.host();
    let mut client = server.send(format!("GET /events?you HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    client.until("retry: 500\n\n");
    assert_eq!(client.until("\n\n"), "event: hello\ndata: you\n\n");
    server.events.send(&event("changed", "x"));
    for client in [&mut client, &mut other] {
        assert_eq!(client.until("\n\n"), "event: changed\ndata: x\n\n");
    }
}

#[test]
fn a_stream_that_its_client_left_ends_without_an_event() {
    let server = Running::start();
    let clients: Vec<_> = (0..8).map(|_| server.stream()).collect();
    let stays = server.stream();
    drop(clients);
    wait_for_listeners(&server, 1);
    drop(stays);
    wait_for_listeners(&server, 0);
}

#[test]
fn a_client_that_reads_nothing_is_dropped_and_holds_up_nobody() {
    let server = Running::start();
    let _idle = server.stream();
    let mut reader = server.stream();
    // More than the system keeps for a socket that nobody reads, and more events than wait for a client.
    let data = "x".repeat(1 << 20);
    for number in 1..=60 {
        server.events.send(&event("big", &format!("{number} {data}")));
        let text = reader.until("\n\n");
        assert!(text.contains(&format!("data: {number} ")), "event {number} comes in turn");
    }
    assert_eq!(server.events.count(), 1);
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn a_stream_ends_when_the_server_stops() {
    let mut server = Running::start();
    let client = server.stream();
    server.events.send(&event("last", "x"));
    let mut client = client;
    client.until("data: x\n\n");
    server.stop();
    assert_eq!(client.rest(), b"");
    assert_eq!(server.events.count(), 0);
}

#[test]
fn the_head_of_a_stream_is_no_stream() {
    let server = Running::start();
    let host = server.host();
    let reply = server.ask(format!("HEAD /events HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let reply = reply.expect("the server answers");
    assert_eq!((reply.status, server.events.count()), (200, 0));
}

#[test]
fn a_quiet_stream_says_that_it_lives() {
    let server = Running::start();
    let mut client = server.stream();
    assert_eq!(client.until("\n\n"), ":\n\n");
}

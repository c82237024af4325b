//! Servers are asked with patience: one thing at a time, with pauses, and not for ever.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use silcrow::external::{PageIds, Trouble};
use silcrow::io::external::Settings;

use crate::web::{Server, ok, redirect, status};
use crate::{ask_all, open};

#[test]
fn a_host_is_asked_one_thing_at_a_time_with_a_pause_between() {
    let gap = Duration::from_millis(40);
    let server = Server::fine();
    let urls: Vec<_> = (0..6).map(|number| server.url("a.test", &format!("/{number}"))).collect();
    ask_all(&urls, &Settings { gap, ..open() });
    let asked = server.asked();
    assert_eq!((asked.len(), server.most_active()), (6, 1));
    for pair in asked.windows(2) {
        // The answer left before the program had it, so the pause seen here is never shorter than the real one.
        assert!(pair[1].at.duration_since(pair[0].answered) >= gap, "{pair:?}");
    }
}

#[test]
fn redirects_wait_for_their_host_too() {
    let gap = Duration::from_millis(40);
    let target = Server::fine();
    let to = target.url("b.test", "/");
    let first = Server::new(move |line| redirect(302, &format!("{to}{}", &line[line.len() - 1..])));
    let mut urls: Vec<_> =
        (0..3).map(|number| first.url("a.test", &format!("/{number}"))).collect();
    urls.extend((3..6).map(|number| target.url("b.test", &format!("/{number}"))));
    ask_all(&urls, &Settings { gap, ..open() });
    let asked = target.asked();
    assert_eq!((asked.len(), target.most_active()), (6, 1));
    let paused = asked.windows(2).all(|pair| pair[1].at.duration_since(pair[0].answered) >= gap);
    assert!(paused, "{asked:?}");
}

#[test]
fn several_hosts_are_asked_at_once_and_no_more_than_are_allowed() {
    // Each request waits for another one, of another host, to be there too.
    let both = Arc::new(Barrier::new(2));
    let server = Server::new(move |_| {
        both.wait();
        status(200, "")
    });
    let names = ["a.test", "b.test", "c.test", "d.test"];
    let urls: Vec<_> = names.iter().map(|name| server.url(name, "/")).collect();
    let answers = ask_all(&urls, &Settings { hosts: 2, ..open() });
    assert!(answers.values().all(|answer| answer.end == Ok(PageIds::Unread)), "{answers:?}");
    assert_eq!(server.most_active(), 2);
}

#[test]
fn a_host_that_asks_for_patience_is_given_it() {
    let server = Server::new({
        let seen = Mutex::new(BTreeSet::new());
        move |line| match line {
            "HEAD /0" if seen.lock().expect("no panic").insert(line.to_owned()) => {
                status(429, "Retry-After: 1")
            }
            _ => status(200, ""),
        }
    });
    let urls: Vec<_> = (0..3).map(|number| server.url("a.test", &format!("/{number}"))).collect();
    let answers = ask_all(&urls, &open());
    assert!(answers.values().all(|answer| answer.end == Ok(PageIds::Unread)), "{answers:?}");
    let asked = server.asked();
    assert_eq!(asked.len(), 4);
    assert!(asked[1].at.duration_since(asked[0].answered) >= Duration::from_secs(1));
}

#[test]
fn a_host_that_asks_for_too_much_patience_is_left_alone() {
    for wish in ["3600", "Fri, 31 Dec 2100 23:59:59 GMT", "99999999999999999999"] {
        let server = Server::new(move |_| status(503, &format!("Retry-After: {wish}")));
        let urls: Vec<_> =
            (0..3).map(|number| server.url("a.test", &format!("/{number}"))).collect();
        let answers = ask_all(&urls, &open());
        let left = Err(Trouble::AskedToWait);
        assert!(answers.values().all(|answer| answer.end == left), "{answers:?}");
        assert_eq!(server.lines().len(), 1, "{wish}");
    }
}

#[test]
fn time_comes_to_an_end() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let urls: Vec<_> = ["a.test/1", "a.test/2", "b.test/1"]
        .map(|place| format!("http://{}", place.replacen('/', &format!(":{port}/"), 1)))
        .into();
    let start = Instant::now();
    let answers = ask_all(&urls, &Settings { total: Duration::from_millis(100), ..open() });
    let late = Err(Trouble::NotReached);
    assert!(answers.values().all(|answer| answer.end == late), "{answers:?}");
    assert!(start.elapsed() >= Duration::from_millis(100));
}

#[test]
fn answers_do_not_depend_on_how_many_are_asked_at_once() {
    let server = Server::new(|line| match line.rsplit('/').next().expect("a path") {
        "1" => status(404, ""),
        "2" => redirect(301, "/0"),
        "3" => status(403, ""),
        _ => ok("text/html", "<p id=x>"),
    });
    let urls: Vec<_> = ["a.test", "b.test", "c.test", "d.test"]
        .iter()
        .flat_map(|name| (0..4).map(|number| server.url(name, &format!("/{number}"))))
        .chain([server.url("e.test", "/#x")])
        .collect();
    let one = ask_all(&urls, &Settings { hosts: 1, ..open() });
    let many = ask_all(&urls, &Settings { hosts: 8, ..open() });
    assert_eq!(one, many);
}

//! What servers answer is told apart: pages, statuses, redirects, places in HTML, and no answer at all.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use silcrow::external::{Answer, FragmentState, PageIds, Trouble};
use silcrow::io::external::Settings;

use crate::web::{Server, ok, redirect, status};
use crate::{ask_one, end, open};

#[test]
fn a_page_is_asked_for_by_its_head_alone() {
    let server = Server::fine();
    assert_eq!(end(&server.url("a.test", "/x?y"), &open()), Ok(PageIds::Unread));
    assert_eq!(server.lines(), ["HEAD /x?y"]);
    let asked = server.asked().remove(0);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(asked.header("user-agent"), Some(&*format!("silcrow/{version} (link checker)")));
    assert_eq!(asked.header("host"), Some(&*format!("a.test:{}", server.port())));
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
    assert_eq!(asked.header("cookie"), None);
}

#[test]
fn a_server_that_does_not_like_head_is_asked_for_the_page() {
    let server = Server::new(|line| match line {
        "HEAD /forbidden" => status(403, ""),
        "HEAD /broken" => status(500, ""),
        "HEAD /no-http" => "what?\r\n\r\n".to_owned(),
        "HEAD /gone" => status(404, ""),
        line if line.starts_with("HEAD") => status(405, ""),
        _ => ok("text/html", "<p>here"),
    });
    for path in ["/", "/forbidden", "/broken", "/no-http", "/gone"] {
        assert_eq!(end(&server.url("a.test", path), &open()), Ok(PageIds::Unread), "{path}");
    }
    assert_eq!(server.lines()[..2], ["HEAD /", "GET /"]);
    assert_eq!(server.lines().len(), 10);
}

#[test]
fn statuses_are_told_as_they_are() {
    let server = Server::new(|line| {
        let number = line.rsplit('/').next().and_then(|number| number.parse().ok());
        status(number.expect("a number"), "")
    });
    for number in [400, 401, 403, 404, 410, 418, 300, 304, 999] {
        let url = server.url("a.test", &format!("/{number}"));
        assert_eq!(end(&url, &open()), Err(Trouble::Status(number)), "{number}");
    }
}

#[test]
fn a_server_in_trouble_is_asked_once_more() {
    let server = Server::new({
        let seen = Mutex::new(BTreeSet::new());
        move |line| match line {
            "GET /always" | "HEAD /always" => status(503, ""),
            "HEAD /busy" if seen.lock().expect("no panic").insert(line.to_owned()) => {
                status(429, "")
            }
            "GET /once" if seen.lock().expect("no panic").insert(line.to_owned()) => {
                status(500, "")
            }
            "HEAD /once" => status(500, ""),
            "HEAD /cut" => String::new(),
            _ => status(200, ""),
        }
    });
    let url = |path: &str| server.url("a.test", path);
    assert_eq!(end(&url("/always"), &open()), Err(Trouble::Status(503)));
    assert_eq!(end(&url("/once"), &open()), Ok(PageIds::Unread));
    assert_eq!(end(&url("/busy"), &open()), Ok(PageIds::Unread));
    assert_eq!(end(&url("/cut"), &open()), Ok(PageIds::Unread));
    let expected = [
        "HEAD /always",
        "GET /always",
        "GET /always",
        "HEAD /once",
        "GET /once",
        "GET /once",
        "HEAD /busy",
        "GET /busy",
        "HEAD /cut",
        "GET /cut",
    ];
    assert_eq!(server.lines(), expected);
}

#[test]
fn no_answer_is_told_from_a_bad_one() {
    let cut = Server::new(|_| String::new());
    assert_eq!(end(&cut.url("a.test", "/"), &open()), Err(Trouble::BrokenOff));
    assert_eq!(cut.lines(), ["HEAD /", "GET /"]);
    let garbled = Server::new(|_| "220 smtp.example ESMTP\r\n\r\n".to_owned());
    let answer = end(&garbled.url("a.test", "/"), &open());
    assert!(matches!(answer, Err(Trouble::Garbled(_))), "{answer:?}");
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    // Who accepts no connection lets the system take it, and says nothing.
    let slow = Settings { request: Duration::from_millis(50), ..open() };
    assert_eq!(end(&format!("http://a.test:{port}/"), &slow), Err(Trouble::Timeout));
    drop(listener);
    assert_eq!(end(&format!("http://a.test:{port}/"), &open()), Err(Trouble::Refused));
}

#[test]
fn a_name_that_nobody_has_is_no_host() {
    let mut settings = open();
    settings.names.insert("gone.test".to_owned(), Vec::new());
    assert_eq!(end("http://gone.test/", &settings), Err(Trouble::NoSuchHost));
}

#[test]
fn redirects_are_followed_hop_by_hop() {
    let server = Server::new(|line| match line.split(' ').nth(1).expect("a path") {
        "/old" => redirect(301, "new/"),
        "/new/" => redirect(308, "../there#part"),
        "/for-now" => redirect(302, "/old"),
        "/see" => redirect(303, "/there"),
        "/again" => redirect(307, "/there"),
        "/dead" => redirect(301, "/404"),
        "/404" => status(404, ""),
        "/mail" => redirect(301, "mailto:a@b.c"),
        "/nowhere" => status(302, ""),
        _ => status(200, ""),
    });
    let other = Server::fine();
    let url = |path: &str| server.url("a.test", path);
    let hops = |answer: &Answer| -> Vec<(String, bool)> {
        answer.hops.iter().map(|hop| (hop.to.to_string(), hop.is_permanent)).collect()
    };
    let answer = ask_one(&url("/old"), &open());
    assert_eq!(hops(&answer), [(url("/new/"), true), (url("/there#part"), true)]);
    assert_eq!(answer.moved_to().map(ToString::to_string), Some(url("/there#part")));
    assert_eq!(server.lines(), ["HEAD /old", "HEAD /new/", "HEAD /there"]);

    let to = other.url("b.test", "/elsewhere");
    let elsewhere = Server::new(move |_| redirect(301, &to));
    let answer = ask_one(&elsewhere.url("a.test", "/"), &open());
    assert_eq!((hops(&answer).len(), answer.end), (1, Ok(PageIds::Unread)));
    assert_eq!(other.lines(), ["HEAD /elsewhere"]);

    for path in ["/see", "/again"] {
        let answer = ask_one(&url(path), &open());
        assert_eq!(hops(&answer), [(url("/there"), false)], "{path}");
        assert_eq!((answer.end.clone(), answer.moved_to()), (Ok(PageIds::Unread), None));
    }
    let answer = ask_one(&url("/dead"), &open());
    assert_eq!(hops(&answer), [(url("/404"), true)]);
    assert_eq!((answer.end.clone(), answer.moved_to()), (Err(Trouble::Status(404)), None));
    let answer = ask_one(&url("/for-now"), &open());
    assert_eq!(hops(&answer)[..2], [(url("/old"), false), (url("/new/"), true)]);
    assert_eq!(answer.moved_to(), None, "one hop is for now only");
    assert_eq!(end(&url("/mail"), &open()), Err(Trouble::BadRedirect("mailto:a@b.c".to_owned())));
    assert_eq!(end(&url("/nowhere"), &open()), Err(Trouble::Status(302)));
}

#[test]
fn redirects_come_to_an_end() {
    let server = Server::new(|line| match line.split(' ').nth(1).expect("a path") {
        "/a" => redirect(301, "/b"),
        "/b" => redirect(302, "/a"),
        "/self" => redirect(302, "/self#x"),
        path => {
            let number: u32 = path.trim_start_matches('/').parse().expect("a number");
            if number == 0 { status(200, "") } else { redirect(301, &format!("/{}", number - 1)) }
        }
    });
    let url = |path: &str| server.url("a.test", path);
    for path in ["/a", "/self", "/11"] {
        assert_eq!(end(&url(path), &open()), Err(Trouble::TooManyRedirects), "{path}");
    }
    assert_eq!(end(&url("/10"), &open()), Ok(PageIds::Unread));
}

#[test]
fn places_are_looked_for_in_html() {
    let server = Server::new(|line| {
        match line {
        "GET /page" => ok(
            "Text/HTML; charset=utf-8",
            "<h2 id=one>1</h2><a name='two'></a><h2 id=\"ü&amp;b\"></h2><!-- <p id=no> -->",
        ),
        "GET /file" => ok("application/pdf", "%PDF id=one"),
        "GET /moved" => redirect(301, "/page#two"),
        "GET /packed" => {
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx".to_owned()
        }
        "GET /utf-16" => ok("text/html", "<\0p\0 \0i\0d\0=\0o\0n\0e\0>\0"),
        "GET /crowded" => ok("text/html", &format!("<p id=one {}>", "x=\"\" ".repeat(300_000))),
        "GET /long" => ok("text/html", &format!("<p id=one>{}<p id=two>", "x".repeat(2000))),
        line => panic!("{line}"),
    }
    });
    let settings = Settings { page: 2_000_000, ..open() };
    let short = Settings { page: 1000, ..open() };
    let place = |path: &str, fragment: &str, settings| {
        let answer = ask_one(&format!("{}#{fragment}", server.url("a.test", path)), settings);
        answer.place(fragment).unwrap_or_else(|| panic!("{path}: {answer:?}"))
    };
    for (path, fragment) in [
        ("/page", "one"),
        ("/page", "two"),
        ("/page", "%C3%BC&b"),
        ("/file", "page"),
        ("/long", "two"),
        ("/crowded", "one"),
        // The redirect's own fragment counts.
        ("/moved", "nowhere"),
    ] {
        assert_eq!(place(path, fragment, &settings), FragmentState::Found, "{path}#{fragment}");
    }
    assert_eq!(place("/page", "no", &settings), FragmentState::Missing);
    assert_eq!(place("/long", "three", &settings), FragmentState::Missing);
    for path in ["/packed", "/utf-16"] {
        assert!(matches!(place(path, "one", &settings), FragmentState::Unknown(_)), "{path}");
    }
    assert_eq!(place("/long", "one", &short), FragmentState::Found);
    assert!(matches!(place("/long", "two", &short), FragmentState::Unknown(_)));
    assert!(server.lines().iter().all(|line| line.starts_with("GET")));
}

#[test]
fn a_certificate_that_nobody_trusts_is_told() {
    let port = tls_server();
    let answer = end(&format!("https://a.test:{port}/"), &open());
    let Err(Trouble::Tls(reason)) = answer else { panic!("{answer:?}") };
    assert!(reason.contains("invalid peer certificate"), "{reason}");
}

#[test]
fn a_server_that_does_not_speak_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the test connects");
        // Who waits for the end of a head would wait for ever.
        let read = stream.read(&mut [0; 4096]);
        read.and_then(|_| stream.write_all(status(400, "").as_bytes())).expect("the test listens");
    });
    let answer = end(&format!("https://a.test:{port}/"), &open());
    assert!(matches!(answer, Err(Trouble::Tls(_))), "{answer:?}");
}

/// The port of a server that shakes one hand, with a certificate that it signed itself.
fn tls_server() -> u16 {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
    let certificate = CertificateDer::from(&include_bytes!("../web/certificate.der")[..]);
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(&include_bytes!("../web/key.der")[..]));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has every version")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("the key is the certificate's");
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the test connects");
        let mut connection =
            rustls::ServerConnection::new(Arc::new(config)).expect("the configuration is right");
        // The client hangs up, which is what the test is about.
        let _ = connection.complete_io(&mut stream);
    });
    port
}

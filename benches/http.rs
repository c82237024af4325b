//! How long the dev server's edge takes for a page, from connecting to the last byte, with and without streams of events
//! open: `cargo bench --bench http`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use divan::{Bencher, black_box};
use silcrow::io::http::{Answer, Content, Events, Handler, Server, Settings};

fn main() {
    divan::main();
}

/// A connection on which a request was made.
fn ask(server: &Server, path: &str) -> TcpStream {
    let mut client = TcpStream::connect(server.address()).expect("the server accepts");
    let port = server.address().port();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    client.write_all(request.as_bytes()).expect("the server reads");
    client
}

fn page(bencher: Bencher<'_, '_>, length: usize, streams: usize) {
    let events = Events::default();
    let page: Arc<[u8]> = vec![b'x'; length].into();
    let shown = events.clone();
    let handler: Handler = Arc::new(move |request| match &*request.path {
        "/events" => Answer::Events(shown.listen(None)),
        _ => Answer::Content(Content::found("text/html; charset=utf-8", Arc::clone(&page))),
    });
    let server = Server::bind(&Settings::default()).expect("a port is free");
    thread::scope(|scope| {
        scope.spawn(|| server.run(handler, |_| ()).expect("the server starts"));
        let streams: Vec<_> = (0..streams)
            .map(|_| {
                let mut client = ask(&server, "/events");
                client.read_exact(&mut [0]).expect("a stream begins");
                client
            })
            .collect();
        bencher.bench_local(|| {
            let mut answer = Vec::with_capacity(length + 1024);
            ask(&server, "/").read_to_end(&mut answer).expect("an answer comes");
            assert!(answer.len() > length);
            black_box(answer)
        });
        drop(streams);
        server.stop();
    });
}

#[divan::bench(args = [0, 8], sample_count = 5_000, sample_size = 1)]
fn small_page(bencher: Bencher<'_, '_>, streams: usize) {
    page(bencher, 4 * 1024, streams);
}

#[divan::bench(args = [0, 8], sample_count = 5_000, sample_size = 1)]
fn page_of_40_kb(bencher: Bencher<'_, '_>, streams: usize) {
    page(bencher, 40 * 1024, streams);
}

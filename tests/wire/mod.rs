//! Speaks raw TCP with a server of the library: starts one with a small site, sends bytes, reads answers. Knows nothing
//! of what the server should say.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, LazyLock, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use memchr::memmem;
use silcrow::io::http::{Answer, Content, Event, Events, Handler, Request, Server, Settings};
use silcrow::media_type::media_type;

/// No answer of these tests takes this long; one that does hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The page at `/`.
pub(crate) const PAGE: &str = "<!doctype html><title>Home</title>";

/// Lets time pass: for clients that are slow, never to wait for something that can be waited for.
pub(crate) fn pause(time: Duration) {
    let (_sender, receiver) = mpsc::channel::<()>();
    assert!(receiver.recv_timeout(time).is_err(), "nobody sends");
}

/// What `/large.bin` holds.
static LARGE: LazyLock<Arc<[u8]>> = LazyLock::new(|| vec![b'x'; 20 << 20].into());

/// A server that runs until it is dropped.
pub(crate) struct Running {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    /// What `/events` streams.
    pub(crate) events: Events,
    /// Opened once `/held` may be answered.
    pub(crate) latch: Arc<Latch>,
}

/// Keeps whoever waits until it is opened.
#[derive(Default)]
pub(crate) struct Latch(Mutex<(usize, bool)>, Condvar);

impl Latch {
    fn wait(&self) {
        let mut state = self.0.lock().expect("no thread panics");
        state.0 += 1;
        self.1.notify_all();
        drop(self.1.wait_while(state, |(_, is_open)| !*is_open).expect("no thread panics"));
    }

    /// Waits until so many wait.
    pub(crate) fn wait_for(&self, count: usize) {
        let state = self.0.lock().expect("no thread panics");
        let is_less = |state: &mut (usize, bool)| state.0 < count;
        let waited = self.1.wait_timeout_while(state, LIMIT, is_less).expect("no thread panics");
        assert!(!waited.1.timed_out(), "{count} requests reach the handler");
    }

    /// Lets all pass.
    pub(crate) fn open(&self) {
        self.0.lock().expect("no thread panics").1 = true;
        self.1.notify_all();
    }
}

impl Running {
    /// A server with the small site, on a port that the system chooses.
    pub(crate) fn start() -> Self {
        let (events, latch) = (Events::default(), Arc::new(Latch::default()));
        let (shown, held) = (events.clone(), Arc::clone(&latch));
        let handler: Handler = Arc::new(move |request| site(request, &shown, &held));
        let mut running = Self::with(&Settings::default(), handler);
        (running.events, running.latch) = (events, latch);
        running
    }

    /// A server with these settings and this handler.
    pub(crate) fn with(settings: &Settings, handler: Handler) -> Self {
        let server = Arc::new(Server::bind(settings).expect("a port is free"));
        let running = Arc::clone(&server);
        let thread =
            thread::spawn(move || running.run(handler, |_| ()).expect("the server starts"));
        Self { server, thread: Some(thread), events: Events::default(), latch: Arc::default() }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Its name, as a `Host` header has it.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.address().port())
    }

    /// Sends bytes.
    pub(crate) fn send(&self, bytes: impl AsRef<[u8]>) -> Client {
        let mut client = Client::new(self.address()).expect("the server accepts");
        client.send(bytes).expect("the server reads");
        client
    }

    /// The answer to bytes; none when the server closed the connection without a word.
    pub(crate) fn ask(&self, bytes: impl AsRef<[u8]>) -> Option<Reply> {
        Reply::parse(&self.send(bytes).rest())
    }

    /// The answer to a `GET` with these header lines, each with its line end.
    pub(crate) fn get_with(&self, path: &str, headers: &str) -> Reply {
        let host = self.host();
        let reply = self.ask(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n"));
        reply.expect("the server answers")
    }

    /// The answer to a `GET`.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.get_with(path, "")
    }

    /// A stream of events, once the server has begun it.
    pub(crate) fn stream(&self) -> Client {
        let host = self.host();
        let mut client = self.send(format!("GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        client.until("retry: 500\n\n");
        client
    }

    /// Stops the server, and waits until it has.
    pub(crate) fn stop(&mut self) {
        self.server.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server does not panic");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.latch.open();
        self.stop();
    }
}

/// A site with a page, a script, a redirect, a page that waits, and events.
fn site(request: &Request<'_>, events: &Events, latch: &Latch) -> Answer {
    let path = &*request.path;
    match path {
        "/" => Answer::Content(Content::found("text/html; charset=utf-8", PAGE.as_bytes())),
        "/held" => {
            latch.wait();
            Answer::Content(Content::found("text/plain; charset=utf-8", *b"held"))
        }
        "/large.bin" => Answer::Content(Content::found(media_type(path), Arc::clone(&LARGE))),
        "/old" => Answer::Redirect { status: 301, location: "/new/".to_owned() },
        "/events" => {
            let greeting = request
                .query
                .map(|query| Event { name: "hello".to_owned(), data: query.to_owned() });
            Answer::Events(events.listen(greeting.as_ref()))
        }
        "/panic" => panic!("a handler that panics, as a test wants it to"),
        _ => Answer::Content(Content {
            status: 404,
            ..Content::found("text/html; charset=utf-8", format!("no {path}").into_bytes())
        }),
    }
}

/// One side of a connection.
pub(crate) struct Client {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Client {
    /// Connects.
    pub(crate) fn new(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self { stream, seen: Vec::new() })
    }

    /// Sends bytes.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Reads until there is this text, and takes all up to its end.
    pub(crate) fn until(&mut self, text: &str) -> String {
        let mut buffer = [0; 65_536];
        let mut searched = 0;
        loop {
            if let Some(at) = memmem::find(&self.seen[searched..], text.as_bytes()) {
                let taken = self.seen.drain(..searched + at + text.len()).collect();
                return String::from_utf8(taken).expect("the server writes UTF-8");
            }
            searched = (self.seen.len() + 1).saturating_sub(text.len());
            let count = self.stream.read(&mut buffer).expect("the server writes");
            assert!(count > 0, "`{text}` comes before the end");
            self.seen.extend_from_slice(&buffer[..count]);
        }
    }

    /// Ends this side of the connection.
    pub(crate) fn say_no_more(self) -> Self {
        self.stream.shutdown(std::net::Shutdown::Write).expect("the connection is open");
        self
    }

    /// All that is left, until the server ends the connection.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let ended = self.stream.read_to_end(&mut self.seen);
        let is_reset = |error: &std::io::Error| error.kind() == ErrorKind::ConnectionReset;
        assert!(ended.as_ref().err().is_none_or(is_reset), "the server ends it: {ended:?}");
        self.seen
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Its status.
    pub(crate) status: u16,
    /// Its header lines.
    pub(crate) headers: Vec<String>,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Reads an answer; none where there is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let end = memmem::find(bytes, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).expect("a head is UTF-8");
        let mut lines = head.split("\r\n");
        let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        let headers = lines.map(str::to_owned).collect();
        Some(Self { status, headers, body: bytes[end + 4..].to_vec() })
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let value =
            |line: &'_ String| line.split_once(": ").is_some_and(|(known, _)| known == name);
        let line = self.headers.iter().find(|line| value(line))?;
        line.split_once(": ").map(|(_, value)| value)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }
}

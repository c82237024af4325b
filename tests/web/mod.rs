//! A web server on loopback for tests: answers as the test says, and takes down what it was asked and when. Knows nothing
//! of what the program should ask.
#![expect(clippy::disallowed_methods, reason = "when something was asked is what tests are about")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

/// What a server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method, and path with query: `HEAD /x?y`.
    pub(crate) line: String,
    /// The head, line by line, in lower case.
    pub(crate) head: Vec<String>,
    /// When the request had been read.
    pub(crate) at: Instant,
    /// When the answer was about to be sent.
    pub(crate) answered: Instant,
}

impl Asked {
    /// The value of a header, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    asked: Mutex<Vec<Asked>>,
    ends: AtomicBool,
    active: AtomicUsize,
    most_active: AtomicUsize,
    answer: Box<dyn Fn(&str) -> String + Send + Sync>,
}

impl Server {
    /// A server whose answer to `HEAD /x` is the text that `answer` gives; none where it is empty.
    pub(crate) fn new(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            asked: Mutex::default(),
            ends: AtomicBool::new(false),
            active: AtomicUsize::new(0),
            most_active: AtomicUsize::new(0),
            answer: Box::new(answer),
        });
        let accepting = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if shared.ends.load(Ordering::SeqCst) {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    std::thread::spawn(move || shared.serve(stream));
                }
            })
        };
        Self { address, shared, accepting: Some(accepting) }
    }

    /// A server that answers `200` with an empty page to everything.
    pub(crate) fn fine() -> Self {
        Self::new(|_| ok("text/html", ""))
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// A URL of this server, under a name.
    pub(crate) fn url(&self, name: &str, path: &str) -> String {
        format!("http://{name}:{}{path}", self.port())
    }

    /// What was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("no request panics").clone()
    }

    /// What was asked so far, as `HEAD /x`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// How many requests there were at once, at most.
    pub(crate) fn most_active(&self) -> usize {
        self.shared.most_active.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; when that fails, it has ended already.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            accepting.join().expect("a server does not panic");
        }
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let mut text = Vec::new();
        let mut buffer = [0; 1024];
        while !text.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(read) if read > 0 => text.extend_from_slice(&buffer[..read]),
                // Who connects and says nothing has not asked.
                _ => return,
            }
        }
        let at = Instant::now();
        let active = self.active.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_active.fetch_max(active, Ordering::SeqCst);
        let text = String::from_utf8(text).expect("a request is ASCII");
        let head: Vec<String> = text.lines().map(str::to_lowercase).collect();
        let first = text.lines().next().expect("a request has a line");
        let line = first.trim_end_matches(" HTTP/1.1").to_owned();
        let answer = (self.answer)(&line);
        self.active.fetch_sub(1, Ordering::SeqCst);
        let answered = Instant::now();
        self.asked.lock().expect("no request panics").push(Asked { line, head, at, answered });
        // The client may have gone.
        let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.flush());
    }
}

/// `200` with a body.
pub(crate) fn ok(kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A status without a body, with a further header where one is given.
pub(crate) fn status(status: u16, header: &str) -> String {
    let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
    format!("HTTP/1.1 {status} Some\r\n{header}Content-Length: 0\r\n\r\n")
}

/// A redirect.
pub(crate) fn redirect(code: u16, to: &str) -> String {
    status(code, &format!("Location: {to}"))
}

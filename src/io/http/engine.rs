//! The HTTP engine: `tiny_http`, which is named here and nowhere else. Reads what the gate hands on, asks the handler, and
//! answers. Knows nothing of the client's connection but its number.
//!
//! How it bites, and what is done: its accepting thread ends for good when there are no descriptors, so a new engine takes
//! its place when a connection is refused. Its pool starts a thread only while none seems idle, and a connection that
//! waits for the next request holds one: here each carries one request, whole, so a thread is never held for longer than
//! it takes to read that. Its own answers go out in two writes and stall for 40 ms: ours go out in one.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::admission::{Head, Hosts};
use super::connections::Connections;
use super::door::{Address, Door, Stream};
use super::events::{Next, random};
use super::message::Answer;
use super::{Handler, Listener, admission, lock, reply};

/// The header by which the gate says which connection a request is from. Who cannot know its value is not answered.
pub(super) const CONNECTION: &str = "Silcrow-Connection";

/// How long a stream of events is quiet before a comment shows that it lives.
const QUIET: Duration = Duration::from_secs(15);

/// How long a replaced engine waits for requests that it has accepted.
const LAST: Duration = Duration::from_secs(1);

/// What requests are answered with.
pub(super) struct Service {
    pub(super) handler: Handler,
    pub(super) hosts: Hosts,
    pub(super) connections: Arc<Connections>,
}

/// The engine that runs now, and what it takes to start another.
pub(super) struct Engine {
    service: Arc<Service>,
    door: Door,
    secret: Arc<str>,
    current: Mutex<Option<Running>>,
}

struct Running {
    number: u64,
    address: Address,
    server: Arc<tiny_http::Server>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Engine {
    pub(super) fn start(service: Service) -> io::Result<Self> {
        let secret = Arc::from(random() + &random());
        let engine = Self {
            service: Arc::new(service),
            door: Door::open()?,
            secret,
            current: Mutex::new(None),
        };
        match engine.run(0) {
            Ok(running) => *lock(&engine.current) = Some(running),
            Err(error) => {
                engine.door.remove();
                return Err(error);
            }
        }
        Ok(engine)
    }

    /// What the gate writes into the head of a connection's request.
    pub(super) fn tag(&self, number: u64) -> String {
        format!("{}.{number}", self.secret)
    }

    /// A new connection to the engine, which is started again if it has died.
    pub(super) fn connect(&self) -> io::Result<Stream> {
        let mut current = lock(&self.current);
        let running = current.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        match Stream::connect(&running.address) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                let next = self.run(running.number + 1)?;
                let address = next.address.clone();
                if let Some(dead) = current.replace(next) {
                    dead.is_over.store(true, Ordering::Release);
                    dead.server.unblock();
                }
                Stream::connect(address)
            }
            connected => connected,
        }
    }

    /// Stops the engine. Answers that are being written are not cut.
    pub(super) fn stop(&self) {
        if let Some(running) = lock(&self.current).take() {
            running.is_over.store(true, Ordering::Release);
            running.server.unblock();
            // It was about to end; a panic of its own has been told by then.
            drop(running.thread.join());
            // The last owner: this ends its accepting thread, by a connection to itself.
            drop(running.server);
        }
        self.door.remove();
    }

    fn run(&self, number: u64) -> io::Result<Running> {
        let (listener, address) = self.door.listen(number)?;
        let server = tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
        let server = Arc::new(server);
        let is_over = Arc::new(AtomicBool::new(false));
        let receiver = Receiver {
            server: Arc::clone(&server),
            is_over: Arc::clone(&is_over),
            service: Arc::clone(&self.service),
            secret: Arc::clone(&self.secret),
        };
        let thread = thread::Builder::new().name("http-requests".to_owned());
        let thread = thread.spawn(move || receiver.receive())?;
        Ok(Running { number, address, server, is_over, thread })
    }
}

struct Receiver {
    server: Arc<tiny_http::Server>,
    is_over: Arc<AtomicBool>,
    service: Arc<Service>,
    secret: Arc<str>,
}

impl Receiver {
    /// Gives every request a thread of its own: a handler may wait, and keeps nobody else waiting.
    fn receive(&self) {
        loop {
            match self.server.recv() {
                Ok(request) => self.answer(request),
                Err(_) if self.is_over.load(Ordering::Acquire) => break,
                // It accepts no more; what it has accepted still comes.
                Err(_) => {}
            }
        }
        if !self.service.connections.is_closed() {
            while let Ok(Some(request)) = self.server.recv_timeout(LAST) {
                self.answer(request);
            }
        }
    }

    fn answer(&self, request: tiny_http::Request) {
        let tag = request.headers().iter().find(|header| header.field.equiv(CONNECTION));
        let tag = tag.and_then(|tag| tag.value.as_str().split_once('.'));
        let number = tag.filter(|(secret, _)| **secret == *self.secret);
        let Some(number) = number.and_then(|(_, number)| number.parse().ok()) else {
            // Not from the gate. A writer that is dropped says nothing; a request would.
            drop(request.into_writer());
            return;
        };
        let service = Arc::clone(&self.service);
        let thread = thread::Builder::new().name("http-answer".to_owned());
        // Where there is no thread, the request is dropped, which the engine answers with status 500.
        drop(thread.spawn(move || answer(&service, request, number)));
    }
}

/// Answers one request. An error of writing means that the client is gone, and there is nobody left to tell.
fn answer(service: &Service, request: tiny_http::Request, number: u64) {
    let header =
        |header: &'_ tiny_http::Header| (header.field.to_string(), header.value.to_string());
    let headers: Vec<_> = request.headers().iter().map(header).collect();
    let (method, target) = (request.method().to_string(), request.url().to_owned());
    let head = Head {
        method: &method,
        target: &target,
        headers: headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
    };
    let is_head = method == "HEAD";
    let reply = match admission::request(&head, &service.hosts) {
        Err(refusal) => reply::refused(&refusal, is_head),
        // A handler that panics drops the request, which the engine answers with status 500.
        Ok(asked) => match (service.handler)(&asked) {
            Answer::Redirect { status, location } => reply::redirect(status, &location),
            Answer::Events(_) if is_head => reply::events(),
            Answer::Events(listener) => {
                drop(stream(service, number, &listener, &mut request.into_writer()));
                return;
            }
            Answer::Content(content) => reply::content(&head, content).unwrap_or_else(|error| {
                let message = format!("the file cannot be read: {error}");
                reply::refused(&reply::Refusal::new(500, message), is_head)
            }),
        },
    };
    drop(reply.write(&mut request.into_writer()));
}

/// Writes events until the client or the server is gone.
fn stream(
    service: &Service,
    number: u64,
    listener: &Listener,
    writer: &mut dyn Write,
) -> io::Result<()> {
    service.connections.attach(number, &listener.queue);
    reply::events().write(writer)?;
    let mut text: Arc<[u8]> = listener.start.as_bytes().into();
    loop {
        writer.write_all(&text)?;
        writer.flush()?;
        text = match listener.queue.next(QUIET) {
            Next::Event(event) => event,
            Next::Quiet => b":\n\n".as_slice().into(),
            Next::Closed => return Ok(()),
        };
    }
}

//! The dev server's edge: answers HTTP on this machine with what a handler returns. Knows requests, answers and events, and
//! nothing of pages or of how they are made.
//!
//! Each connection has a thread (`client`), which reads the `head` of its one request within limits of time and size, has
//! it parsed by the `engine`, asks `admission` whether to answer, calls the handler, and writes the `reply` or the
//! `events`. `connections` ends the oldest ones when there are too many. `tiny_http` only parses: left to itself, it reads
//! heads of any length for any time, stops accepting for good when the system runs out of descriptors, and never returns
//! from some requests.
#![expect(clippy::disallowed_methods, reason = "limits of time need the clock")]

mod admission;
mod client;
mod connections;
mod engine;
mod events;
mod head;
mod message;
mod reply;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{lock, reason};
use admission::Hosts;
use client::Service;
use connections::Connections;
use engine::Engine;

pub use events::{Events, Listener};
pub use message::{Answer, Body, Content, Event, Request};

/// How long answers that are under way may take when the server stops.
const GRACE: Duration = Duration::from_millis(120);

/// How long to try to connect to ourselves at a time.
const WAKING: Duration = Duration::from_millis(20);

/// What answers requests: called from many threads at once, and free to take its time.
pub type Handler = Arc<dyn Fn(&Request<'_>) -> Answer + Send + Sync>;

/// Where to listen, and whom to answer.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address to listen on; the loopback one unless others are to reach the server.
    pub host: IpAddr,
    /// The port; 0 lets the system choose.
    pub port: u16,
    /// How many ports to try, from `port` upwards, when it is taken; at least one is tried.
    pub tries: u16,
    /// Names by which the server may be called besides `localhost` and its addresses, with any port.
    pub allowed_hosts: Vec<String>,
}

impl Default for Settings {
    /// A port that the system chooses, on this machine alone.
    fn default() -> Self {
        let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Self { host, port: 0, tries: 1, allowed_hosts: Vec::new() }
    }
}

/// Why the server could not start, or did not go on.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("another program listens on `{0}`; name another port with `--port`")]
    Taken(SocketAddr),
    #[error("other programs listen on `{0}` and every port up to {1}; name another with `--port`")]
    AllTaken(SocketAddr, u16),
    #[error("could not listen on `{0}`: {reason}", reason = reason(.1))]
    Listen(SocketAddr, io::Error),
    /// The system refused what the server needs besides, a descriptor or a folder for its socket, or it accepts no more.
    #[error("could not serve on `{0}`: {reason}", reason = reason(.1))]
    Serve(SocketAddr, io::Error),
}

/// A server that listens. Connections wait until it runs.
pub struct Server {
    /// Until the server runs.
    listener: Mutex<Option<TcpListener>>,
    address: SocketAddr,
    hosts: Hosts,
    connections: Arc<Connections>,
}

impl Server {
    /// Listens on the first free port.
    pub fn bind(settings: &Settings) -> Result<Self, HttpError> {
        let Settings { host, port: first, tries, allowed_hosts } = settings;
        let more = if *first == 0 { 0 } else { tries.saturating_sub(1) };
        let last = first.saturating_add(more);
        for port in *first..=last {
            let address = SocketAddr::new(*host, port);
            let failed = |error| HttpError::Listen(address, error);
            let listener = match TcpListener::bind(address) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => continue,
                listener => listener.map_err(failed)?,
            };
            let address = listener.local_addr().map_err(failed)?;
            return Ok(Self {
                listener: Mutex::new(Some(listener)),
                address,
                hosts: Hosts::new(address, allowed_hosts),
                connections: Arc::default(),
            });
        }
        let taken = SocketAddr::new(*host, *first);
        Err(match *first == last {
            true => HttpError::Taken(taken),
            false => HttpError::AllTaken(taken, last),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where this machine reaches it.
    pub fn local_address(&self) -> SocketAddr {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.address.port())
    }

    /// Whether other machines can reach it: worth a warning.
    pub fn is_exposed(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Answers until [`Server::stop`] is called, then ends event streams, gives answers under way a moment, and returns
    /// within 200 ms. Every connection has ended then, also those that were not accepted yet. A handler that is still busy is
    /// left to itself. A server runs once. Where connections are no longer accepted, `on_failure` is called while streams
    /// are still open.
    pub fn run(&self, handler: Handler, on_failure: impl Fn(&HttpError)) -> Result<(), HttpError> {
        let service = self.service(handler)?;
        self.accept(|listener| service.accept(listener), on_failure)
    }

    fn service(&self, handler: Handler) -> Result<Arc<Service>, HttpError> {
        let engine = Engine::start().map_err(|error| HttpError::Serve(self.address, error))?;
        let (hosts, connections) = (self.hosts.clone(), Arc::clone(&self.connections));
        Ok(Arc::new(Service { handler, hosts, connections, engine }))
    }

    fn accept(
        &self,
        accept: impl Fn(&TcpListener),
        on_failure: impl Fn(&HttpError),
    ) -> Result<(), HttpError> {
        let Some(listener) = lock(&self.listener).take() else { return Ok(()) };
        let accepted = catch_unwind(AssertUnwindSafe(|| accept(&listener))).map_err(|_| {
            let error = io::Error::other("accepting connections has failed");
            HttpError::Serve(self.address, error)
        });
        if let Err(error) = &accepted {
            on_failure(error);
        }
        self.connections.close();
        // Ends the connections that still wait to be accepted.
        drop(listener);
        self.connections.finish(Instant::now() + GRACE);
        accepted
    }

    /// Stops the server, from any thread: [`Server::run`] returns soon after, or at once when it is called later.
    pub fn stop(&self) {
        self.connections.close();
        // The accepting thread sees that at its next connection, which is ours. Where there is no descriptor for it, there
        // is one when the others have ended.
        while let Err(error) = TcpStream::connect_timeout(&self.local_address(), WAKING)
            && error.kind() != io::ErrorKind::ConnectionRefused
        {
            self.connections.finish(Instant::now() + GRACE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::sync::Arc;

    use super::{Answer, Event, Events, Handler, Server, Settings};

    /// Reads until there is this text.
    fn read_until(mut client: &TcpStream, text: &str) {
        let mut read = String::new();
        while !read.contains(text) {
            let mut byte = [0];
            client.read_exact(&mut byte).expect("the text comes before the end");
            read.push(char::from(byte[0]));
        }
    }

    /// The thread that accepts connections ended, and open pages were told nothing.
    #[test]
    fn a_server_that_accepts_no_more_says_so_in_open_pages_and_ends() {
        let server = Server::bind(&Settings::default()).expect("a port is free");
        let address = server.address();
        let events = Events::default();
        let streams = events.clone();
        let handler: Handler = Arc::new(move |_| Answer::Events(streams.listen(None)));
        let service = server.service(handler).expect("the engine starts");
        let client = TcpStream::connect(address).expect("the system accepts");
        write!(&client, "GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").expect("the system reads");
        let accept = |listener: &std::net::TcpListener| {
            service.admit(listener.accept().expect("a client waits").0);
            read_until(&client, "retry: 500\n\n");
            panic!("as the test wants");
        };
        let message = format!("could not serve on `{address}`: accepting connections has failed");
        let ended = server.accept(accept, |error| {
            events.send(&Event { name: "failed".to_owned(), data: error.to_string() });
            read_until(&client, &format!("event: failed\ndata: {message}\n\n"));
        });
        assert_eq!(ended.map_err(|error| error.to_string()), Err(message));
        assert_eq!((&client).read(&mut [0]).ok(), Some(0), "the stream ends");
        assert!(TcpStream::connect(address).is_err(), "nobody listens");
    }
}

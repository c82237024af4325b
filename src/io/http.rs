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

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::reason;
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

/// Why the server could not start.
#[derive(Debug)]
pub enum HttpError {
    /// Other programs listen on every port that was tried, from the first to the last.
    Taken {
        /// The address.
        host: IpAddr,
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
    /// The system refused the address.
    Listen(SocketAddr, io::Error),
    /// The system refused what the server needs besides: a thread, a descriptor, a folder for its socket.
    Start(SocketAddr, io::Error),
}

impl fmt::Display for HttpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken { host, first, last } if first == last => write!(
                formatter,
                "another program listens on `{}`; name another port with `--port`",
                SocketAddr::new(*host, *first)
            ),
            Self::Taken { host, first, last } => write!(
                formatter,
                "other programs listen on `{}` and every port up to {last}; name another with `--port`",
                SocketAddr::new(*host, *first)
            ),
            Self::Listen(address, source) => {
                write!(formatter, "could not listen on `{address}`: {}", reason(source))
            }
            Self::Start(address, source) => {
                write!(formatter, "could not serve on `{address}`: {}", reason(source))
            }
        }
    }
}

impl std::error::Error for HttpError {}

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
        let Settings { host, port, tries, allowed_hosts } = settings;
        let last = port.saturating_add(tries.saturating_sub(1));
        let last = if *port == 0 { 0 } else { last };
        for port in *port..=last {
            let address = SocketAddr::new(*host, port);
            match TcpListener::bind(address) {
                Ok(listener) => {
                    let address =
                        listener.local_addr().map_err(|error| HttpError::Listen(address, error))?;
                    return Ok(Self {
                        listener: Mutex::new(Some(listener)),
                        address,
                        hosts: Hosts::new(address, allowed_hosts),
                        connections: Arc::default(),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(HttpError::Listen(address, error)),
            }
        }
        Err(HttpError::Taken { host: *host, first: *port, last })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether other machines can reach it: worth a warning.
    pub fn is_exposed(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Answers until [`Server::stop`] is called, then ends event streams, gives answers under way a moment, and returns
    /// within 200 ms. Every connection has ended then, also those that were not accepted yet. A handler that is still busy is
    /// left to itself. A server runs once.
    ///
    /// # Errors
    ///
    /// When the system has no threads or descriptors, or connections are no longer accepted.
    pub fn run(&self, handler: Handler) -> Result<(), HttpError> {
        let failed = |error| HttpError::Start(self.address, error);
        let Some(listener) = lock(&self.listener).take() else { return Ok(()) };
        let service = Arc::new(Service {
            handler,
            hosts: self.hosts.clone(),
            connections: Arc::clone(&self.connections),
            engine: Engine::start().map_err(failed)?,
        });
        let connections = Arc::clone(&self.connections);
        let accept = move || {
            let accepted = catch_unwind(AssertUnwindSafe(|| service.accept(&listener)));
            connections.close();
            // The listener is dropped here: that ends the connections that still wait to be accepted.
            accepted.map_err(|_| io::Error::other("the thread that accepts connections failed"))
        };
        let accepting = thread::Builder::new().name("http-accept".to_owned()).spawn(accept);
        let accepting = accepting.map_err(failed)?;
        self.connections.wait_for_close();
        self.wake();
        self.connections.finish(Instant::now() + GRACE);
        // Where there was no descriptor to wake it with, there is one now.
        while !accepting.is_finished() {
            self.wake();
        }
        accepting.join().unwrap_or(Ok(())).map_err(failed)
    }

    /// Stops the server, from any thread: [`Server::run`] returns soon after, or at once when it is called later.
    pub fn stop(&self) {
        self.connections.close();
    }

    /// Lets the accepting thread see that the server is closed, by a connection of our own.
    fn wake(&self) {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, self.address.port());
        // Where this fails, there are other connections to accept, or the listener is closed.
        drop(TcpStream::connect_timeout(&address, WAKING));
    }
}

/// The lock, also after a thread has panicked with it: no state here is ever left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

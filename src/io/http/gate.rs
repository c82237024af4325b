//! The gate: accepts clients, reads the head of their one request within limits, and carries bytes between them and the
//! engine. Knows no HTTP but where a head ends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::connections::{Connections, Entry};
use super::door::Stream;
use super::engine::Engine;
use super::head::{self, NoHead};
use super::reply::{self, Refusal};

/// How long a client may let bytes lie before it is cut off.
const UNREAD: Duration = Duration::from_secs(20);

/// How often to see whether a client that waits for bytes is still there.
const GLANCE: Duration = Duration::from_millis(500);

/// How long, and for how many bytes, to listen to a client that has its answer. Closing at once would throw the answer
/// away where it is still talking.
const FAREWELL: (Duration, usize) = (Duration::from_secs(1), 1024 * 1024);

/// How long to wait when the system has no descriptors, and how often before giving up on a request.
const RELIEF: (Duration, usize) = (Duration::from_millis(50), 4);

/// How many descriptors are to be free before the engine is asked: a request takes four, and others come in meanwhile.
const ROOM: usize = 16;

/// Stands between clients and the engine.
pub(super) struct Gate {
    pub(super) connections: Arc<Connections>,
    pub(super) engine: Arc<Engine>,
}

impl Gate {
    /// Accepts clients until the server is closed.
    pub(super) fn accept(self: &Arc<Self>, listener: &TcpListener) {
        while !self.connections.is_closed() {
            match listener.accept() {
                Ok((client, _)) => self.admit(client),
                Err(error) => match error.kind() {
                    // The client went before its turn.
                    ErrorKind::ConnectionAborted | ErrorKind::Interrupted => {}
                    _ => self.connections.relieve(RELIEF.0),
                },
            }
        }
    }

    /// Gives a client a thread; where there is none, it is let go.
    fn admit(self: &Arc<Self>, client: TcpStream) {
        let client = Arc::new(client);
        let Some(entry) = self.connections.enter(&client) else { return };
        let gate = Arc::clone(self);
        let thread = thread::Builder::new().name("http-client".to_owned()).stack_size(256 * 1024);
        drop(thread.spawn(move || {
            gate.serve(&entry, &client);
            // The descriptor is closed before others hear that there is room.
            drop(client);
            drop(entry);
        }));
    }

    fn serve(&self, entry: &Entry, client: &TcpStream) {
        // Neither fails on an open socket, and one that is not is noticed next.
        drop(client.set_nodelay(true));
        drop(client.set_write_timeout(Some(UNREAD)));
        let head = match head::read(client) {
            Ok(head) => head::forwarded(&head, &self.engine.tag(entry.number)),
            Err(NoHead::Refused(refusal)) => Err(refusal),
            Err(NoHead::Gone) => return,
        };
        entry.served();
        let carried = head.and_then(|head| {
            drop(client.set_read_timeout(Some(Duration::from_millis(1))));
            self.carry(entry, client, &head)
        });
        let written = match carried {
            Ok(written) => written,
            Err(refusal) => reply::refused(&refusal, false).write(&mut { client }),
        };
        if written.is_ok() {
            farewell(client);
        }
    }

    /// Hands a head to the engine, and its answer to the client. An engine that says nothing has died, and another is
    /// asked: nothing is lost by asking twice. One that says nothing twice cannot read the head.
    fn carry(
        &self,
        entry: &Entry,
        client: &TcpStream,
        head: &str,
    ) -> Result<io::Result<()>, Refusal> {
        for _ in 0..2 {
            let Some(mut inside) = self.connect(client) else {
                return Err(Refusal::new(
                    503,
                    "the system has no room for this request; try again",
                ));
            };
            let sent =
                inside.write_all(head.as_bytes()).and_then(|()| inside.shutdown(Shutdown::Write));
            if sent.and_then(|()| inside.set_read_timeout(Some(GLANCE))).is_err() {
                continue;
            }
            match pass(entry, client, &mut inside) {
                Ok(0) => {}
                Ok(_) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            }
        }
        Err(Refusal::new(400, "this is no HTTP request"))
    }

    /// A connection to the engine, for which other clients make room where there is none.
    fn connect(&self, client: &TcpStream) -> Option<Stream> {
        for _ in 0..RELIEF.1 {
            if has_room(client)
                && let Ok(inside) = self.engine.connect()
            {
                return Some(inside);
            }
            if self.connections.is_closed() {
                break;
            }
            self.connections.relieve(RELIEF.0);
        }
        None
    }
}

/// Whether the system has descriptors left. The engine dies when it finds none, which it survives, though not silently.
fn has_room(client: &TcpStream) -> bool {
    let room: io::Result<Vec<TcpStream>> = (0..ROOM).map(|_| client.try_clone()).collect();
    room.is_ok()
}

/// Passes on the engine's bytes to the client until there are no more, and says how many there were.
fn pass(entry: &Entry, mut client: &TcpStream, inside: &mut dyn Read) -> io::Result<u64> {
    let mut buffer = vec![0; 64 * 1024];
    let mut passed = 0;
    loop {
        match inside.read(&mut buffer) {
            Ok(0) => return Ok(passed),
            Ok(count) => {
                client.write_all(&buffer[..count])?;
                passed += count as u64;
            }
            Err(error) if is_wait(&error) => match client.read(&mut buffer) {
                // It says no more, and may still listen.
                Ok(0) => entry.silent(),
                // Nobody asked.
                Ok(_) => {}
                Err(error) if is_wait(&error) => {}
                Err(error) => return Err(error),
            },
            // The engine cut its answer short, and so the client's connection ends here too.
            Err(_) => return Ok(passed),
        }
    }
}

/// Whether an error says no more than that nothing has come yet.
fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Says that the answer is over, and waits until the client has said so too.
fn farewell(mut client: &TcpStream) {
    let (limit, most) = FAREWELL;
    let deadline = Instant::now() + limit;
    let mut buffer = [0; 4096];
    let mut heard = 0;
    let mut listens = client.shutdown(Shutdown::Write).is_ok();
    while listens && heard < most {
        let left = deadline.saturating_duration_since(Instant::now());
        listens = !left.is_zero() && client.set_read_timeout(Some(left)).is_ok();
        match client.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => heard += count,
        }
    }
}

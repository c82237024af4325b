//! One client's connection, from accepting it to its end: reads the head of its one request within limits, lets the engine
//! parse it, and answers. Each client has a separate thread, so that a handler may wait without delaying other clients.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
use std::thread;
use std::time::{Duration, Instant};

use super::Handler;
use super::admission::{self, Hosts};
use super::connections::{Connections, Entry, Stage};
use super::engine::{self, Engine};
use super::events::Listener;
use super::head::{self, Head, read_before};
use super::message::Answer;
use super::reply::{Refusal, Reply};

/// How long a client may leave bytes unread before its connection ends.
const UNREAD: Duration = Duration::from_secs(20);

/// How often to check whether the client of an idle stream is still there, and how many such checks apart comments are
/// sent that show it that the stream is alive.
const CHECK: Duration = Duration::from_millis(500);
const COMMENT_EVERY: u32 = 30;

/// How long, and for how many bytes, to read from a client that has its answer. Closing at once would discard the answer
/// of a client that is still sending.
const FAREWELL: (Duration, usize) = (Duration::from_secs(1), 1024 * 1024);

/// How long to wait when the system has no descriptors, and how often before a request is refused.
const RELIEF: (Duration, usize) = (Duration::from_millis(50), 4);

/// How many descriptors must be free before the engine is used: a request takes four, and others arrive meanwhile.
const ROOM: usize = 16;

pub(super) struct Service {
    pub(super) handler: Handler,
    pub(super) hosts: Hosts,
    pub(super) connections: Arc<Connections>,
    pub(super) engine: Engine,
}

impl Service {
    pub(super) fn accept(self: &Arc<Self>, listener: &TcpListener) {
        while !self.connections.is_closed() {
            match listener.accept() {
                Ok((client, _)) => self.admit(client),
                Err(error) => match error.kind() {
                    // The client left before its turn.
                    ErrorKind::ConnectionAborted | ErrorKind::Interrupted => {}
                    _ => self.connections.relieve(RELIEF.0),
                },
            }
        }
    }

    /// Starts a client's thread. Where there is none to be had, the connection ends.
    pub(super) fn admit(self: &Arc<Self>, client: TcpStream) {
        let client = Arc::new(client);
        let Some(entry) = self.connections.enter(&client) else { return };
        let service = Arc::clone(self);
        let thread = thread::Builder::new().name("http-client".to_owned());
        drop(thread.spawn(move || {
            service.serve(&entry, &client);
            // The descriptor is closed before others learn that there is room.
            drop(client);
            drop(entry);
        }));
    }

    fn serve(&self, entry: &Entry, client: &TcpStream) {
        // Neither fails on an open socket, and the first read of a closed one does.
        drop(client.set_nodelay(true));
        drop(client.set_write_timeout(Some(UNREAD)));
        let Some(bytes) = head::read(client) else { return };
        entry.reach(Stage::Served);
        let written = match bytes.and_then(|bytes| self.parse(client, &bytes)) {
            Ok(head) => self.answer(entry, client, &head),
            Err(refusal) => self.write(client, Reply::refused(&refusal)),
        };
        // A write error means that the client has disconnected; there is nobody to report it to.
        if written.is_ok() {
            farewell(client);
        }
    }

    /// Lets the engine parse a head, as soon as there are descriptors for that: other clients have to make room.
    fn parse(&self, client: &TcpStream, bytes: &[u8]) -> Result<Head, Refusal> {
        let tag = engine::tag();
        let text = head::for_engine(bytes, &tag)?;
        for _ in 0..RELIEF.1 {
            // The engine has to be started again when it finds no descriptor left.
            let room: io::Result<Vec<_>> = (0..ROOM).map(|_| client.try_clone()).collect();
            if room.is_ok()
                && let Ok(head) = self.engine.parse(&text, &tag)
            {
                return Ok(head);
            }
            if self.connections.is_closed() {
                break;
            }
            self.connections.relieve(RELIEF.0);
        }
        Err(Refusal::new(503, "the system has no room for this request; try again"))
    }

    fn answer(&self, entry: &Entry, client: &TcpStream, head: &Head) -> io::Result<()> {
        let answer = admission::request(head, &self.hosts).and_then(|request| {
            catch_unwind(AssertUnwindSafe(|| (self.handler)(&request))).map_err(|_| {
                Refusal::new(500, "this request made the server fail; its terminal shows where")
            })
        });
        let is_head = head.method == "HEAD";
        let reply = match answer {
            Err(refusal) => Reply::refused(&refusal),
            Ok(Answer::Redirect { status, location }) => Reply::redirect(status, &location),
            Ok(Answer::Events(listener)) if !is_head => {
                return self.stream(entry, client, &listener);
            }
            Ok(Answer::Events(_)) => Reply::events(),
            Ok(Answer::Content(content)) => Reply::content(head, content).unwrap_or_else(|error| {
                Reply::refused(&Refusal::new(500, format!("the file cannot be read: {error}")))
            }),
        };
        self.write(client, if is_head { reply.without_body() } else { reply })
    }

    fn write(&self, client: &TcpStream, reply: Reply) -> io::Result<()> {
        reply.write(&mut { client }, self.hosts.is_exposed())
    }

    /// Writes events until the client leaves or the stream is closed.
    fn stream(&self, entry: &Entry, mut client: &TcpStream, listener: &Listener) -> io::Result<()> {
        entry.reach(Stage::Streaming(Arc::clone(&listener.queue)));
        self.write(client, Reply::events())?;
        client.set_read_timeout(Some(Duration::from_millis(1)))?;
        let mut quiet = 0;
        loop {
            match listener.queue.next(CHECK) {
                Ok(event) => {
                    client.write_all(&event)?;
                    quiet = 0;
                }
                Err(Disconnected) => return Ok(()),
                Err(Timeout) if has_left(client) => return Ok(()),
                Err(Timeout) => quiet += 1,
            }
            if quiet == COMMENT_EVERY {
                client.write_all(b":\n\n")?;
                quiet = 0;
            }
        }
    }
}

/// Whether a client has ended its side of the connection. What it sends after its request is ignored.
fn has_left(mut client: &TcpStream) -> bool {
    match client.read(&mut [0; 4096]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() != ErrorKind::Interrupted && !head::is_late(&error),
    }
}

/// Ends our side of the connection, and waits until the client has ended its own.
fn farewell(client: &TcpStream) {
    let (limit, most) = FAREWELL;
    let deadline = Instant::now() + limit;
    let mut heard = 0;
    if client.shutdown(Shutdown::Write).is_err() {
        return;
    }
    while heard < most
        && let Ok(count @ 1..) = read_before(deadline, client, &mut [0; 4096])
    {
        heard += count;
    }
}

//! The HTTP engine: `tiny_http`, which is named here and nowhere else. It parses the heads of requests and nothing more:
//! it sees no client, and what it writes reaches none.
//!
//! Each head goes through a private connection. What bites, and what is done: the engine's accepting thread ends for good
//! when there are no descriptors, so a new engine is started when a connection is refused. It reads heads of any length
//! for any time, so it only gets whole ones, from `head`, which refuses what it is known to hang on or to misread.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::head::{self, Head, TAG};
use super::lock;
use super::reply::Refusal;
use socket::{Address, Stream};

/// How long the engine may take for a head.
const LIMIT: Duration = Duration::from_secs(2);

/// The parsed heads by their tags, and those that are to be parsed.
type Heads = Arc<Mutex<HashMap<String, Option<Head>>>>;

/// The engine that runs now, which another one replaces when it has died.
pub(super) struct Engine {
    heads: Heads,
    current: Mutex<Running>,
}

impl Engine {
    pub(super) fn start() -> io::Result<Self> {
        let heads = Heads::default();
        let current = Mutex::new(Running::start(&heads)?);
        Ok(Self { heads, current })
    }

    /// Parses a head, or says why it is none. An engine that says nothing has died, and another is asked: nothing is lost
    /// by asking twice. One that says nothing twice cannot read the head.
    ///
    /// # Errors
    ///
    /// When the system has no descriptors.
    pub(super) fn parse(&self, bytes: &[u8]) -> io::Result<Result<Head, Refusal>> {
        let tag = random() + &random();
        let text = match head::for_engine(bytes, &tag) {
            Ok(text) => text,
            Err(refusal) => return Ok(Err(refusal)),
        };
        for _ in 0..2 {
            let mut stream = self.connect()?;
            lock(&self.heads).insert(tag.clone(), None);
            // What the engine writes says no more than that it is done.
            let done = stream
                .write_all(text.as_bytes())
                .and_then(|()| stream.shutdown(Shutdown::Write))
                .and_then(|()| stream.set_read_timeout(Some(LIMIT)))
                .and_then(|()| stream.read(&mut [0; 1024]));
            let head = lock(&self.heads).remove(&tag).flatten();
            match head {
                Some(head) => return Ok(Ok(head)),
                // The engine has read the head, and refused it.
                None if done.is_ok_and(|count| count > 0) => break,
                None => {}
            }
        }
        Ok(Err(Refusal::new(400, "this is no HTTP request")))
    }

    /// A new connection to the engine, which is started again if it has died.
    fn connect(&self) -> io::Result<Stream> {
        let mut current = lock(&self.current);
        if !current.has_ended()
            && let Ok(stream) = current.address.connect()
        {
            return Ok(stream);
        }
        *current = Running::start(&self.heads)?;
        current.address.connect()
    }
}

struct Running {
    server: Option<Arc<tiny_http::Server>>,
    address: Address,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(heads: &Heads) -> io::Result<Self> {
        let (listener, address) = socket::listen()?;
        let server = tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
        let server = Arc::new(server);
        let (receiver, heads) = (Arc::clone(&server), Arc::clone(heads));
        let thread = thread::Builder::new().name("http-engine".to_owned());
        let thread = thread.spawn(move || {
            // An error means that the accepting thread has ended, or that the server is to stop.
            while let Ok(request) = receiver.recv() {
                take(&heads, request);
            }
        })?;
        Ok(Self { server: Some(server), address, thread: Some(thread) })
    }

    fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let (Some(server), Some(thread)) = (self.server.take(), self.thread.take()) {
            server.unblock();
            // A panic of it has been reported by then.
            drop(thread.join());
            // The last owner: the accepting thread ends at its next connection.
            drop(server);
        }
        drop(self.address.connect());
    }
}

/// Keeps what the engine has parsed for whoever waits for it. Nobody does for what did not come from here.
fn take(heads: &Heads, request: tiny_http::Request) {
    let text = |header: &tiny_http::Header| (header.field.to_string(), header.value.to_string());
    let mut headers: Vec<_> = request.headers().iter().map(text).collect();
    let tag = headers.iter().position(|(name, _)| name.eq_ignore_ascii_case(TAG));
    if let Some(tag) = tag.map(|at| headers.remove(at).1)
        && let Some(waiting) = lock(heads).get_mut(&tag)
    {
        let (method, target) = (request.method().to_string(), request.url().to_owned());
        *waiting = Some(Head { method, target, headers });
    }
    // A writer that is dropped ends the connection without a word; a request would answer.
    drop(request.into_writer());
}

/// 64 bits that nobody can guess, as text: the standard library's hasher has random keys.
fn random() -> String {
    format!("{:016x}", RandomState::new().hash_one(0))
}

/// The private way to the engine: a socket whose name is removed at once, so that nobody else can connect to it, and a
/// killed server leaves nothing.
#[cfg(target_os = "linux")]
mod socket {
    use std::fs::{DirBuilder, remove_dir, remove_file};
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::os::unix::fs::DirBuilderExt;
    use std::os::unix::net::UnixListener;
    pub(super) use std::os::unix::net::UnixStream as Stream;
    use std::path::PathBuf;

    use rustix::fs::{Mode, OFlags, open};

    /// The socket's place in the file system, which has no name any more.
    pub(super) struct Address(OwnedFd);

    impl Address {
        pub(super) fn connect(&self) -> io::Result<Stream> {
            Stream::connect(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
        }
    }

    /// Listens in a new folder that only this user may enter. The path of a socket must be short.
    pub(super) fn listen() -> io::Result<(UnixListener, Address)> {
        let name = format!("silcrow-{}-{}", std::process::id(), super::random());
        let temporary = std::env::temp_dir();
        let is_short = temporary.as_os_str().len() <= 60;
        let folder = if is_short { temporary } else { PathBuf::from("/tmp") }.join(name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        let path = folder.join("s");
        let listening = UnixListener::bind(&path).and_then(|listener| {
            Ok((listener, open(&path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?))
        });
        // Where there was no file, this is known already.
        drop(remove_file(&path));
        remove_dir(&folder)?;
        let (listener, place) = listening?;
        Ok((listener, Address(place)))
    }
}

/// The private way to the engine: a port of this machine. Whoever else connects to it gets no answer.
#[cfg(not(target_os = "linux"))]
mod socket {
    use std::io;
    pub(super) use std::net::TcpStream as Stream;
    use std::net::{Ipv4Addr, SocketAddr, TcpListener};

    /// Where it listens.
    pub(super) struct Address(SocketAddr);

    impl Address {
        pub(super) fn connect(&self) -> io::Result<Stream> {
            Stream::connect(self.0)
        }
    }

    pub(super) fn listen() -> io::Result<(TcpListener, Address)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        Ok((listener, Address(address)))
    }
}

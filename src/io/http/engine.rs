//! The HTTP engine: `tiny_http`, which is named here and nowhere else. It parses the heads of requests and nothing more:
//! it sees no client, and what it writes reaches none.
//!
//! Each head goes through a private connection, one at a time: that takes a tenth of a millisecond. The engine's accepting
//! thread ends for good when there are no descriptors, and the engine reads heads of any length for any time. So it is
//! started again when it fails, and only gets whole heads, from `head`, which refuses what it hangs on or misreads.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Write};
use std::sync::Mutex;
use std::time::Duration;

use super::head::{Head, TAG};
use super::lock;
use socket::Address;

/// How long the engine may take for a head.
const LIMIT: Duration = Duration::from_secs(1);

/// The engine that runs now, which another one replaces when it fails.
pub(super) struct Engine(Mutex<Running>);

struct Running {
    server: tiny_http::Server,
    /// Dropped after the server, whose accepting thread sees at its next connection that it has ended.
    address: Address,
}

impl Drop for Address {
    fn drop(&mut self) {
        drop(self.connect());
    }
}

impl Engine {
    pub(super) fn start() -> io::Result<Self> {
        Running::start().map(|running| Self(Mutex::new(running)))
    }

    /// Parses a head that bears a tag. Fails when the system has no descriptors or threads for another engine.
    pub(super) fn parse(&self, text: &str, tag: &str) -> io::Result<Head> {
        let mut running = lock(&self.0);
        running.parse(text, tag).or_else(|_| {
            *running = Running::start()?;
            running.parse(text, tag)
        })
    }
}

impl Running {
    fn start() -> io::Result<Self> {
        let (listener, address) = socket::listen()?;
        let server = tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
        Ok(Self { server, address })
    }

    fn parse(&self, text: &str, tag: &str) -> io::Result<Head> {
        self.address.connect()?.write_all(text.as_bytes())?;
        // What has another tag was sent by another program, or too late.
        while let Some(request) = self.server.recv_timeout(LIMIT)? {
            let text =
                |header: &tiny_http::Header| (header.field.to_string(), header.value.to_string());
            let headers: Vec<_> = request.headers().iter().map(text).collect();
            let (method, target) = (request.method().to_string(), request.url().to_owned());
            // A writer that is dropped ends the connection without a word; a request would answer.
            drop(request.into_writer());
            let head = Head { method, target, headers };
            if head.header(TAG) == Some(tag) {
                return Ok(head);
            }
        }
        Err(ErrorKind::TimedOut.into())
    }
}

/// The usual words for a status.
pub(super) fn reason(status: u16) -> &'static str {
    tiny_http::StatusCode(status).default_reason_phrase()
}

/// 128 unpredictable bits, as text: the standard library's hasher has random keys.
pub(super) fn tag() -> String {
    let random = || RandomState::new().hash_one(0);
    format!("{:016x}{:016x}", random(), random())
}

/// The private way to the engine: a socket whose name is removed at once, so that nobody else can connect to it, and a
/// killed server leaves nothing.
#[cfg(target_os = "linux")]
mod socket {
    use std::fs::Permissions;
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::{UnixListener, UnixStream};

    use rustix::fs::{Mode, OFlags, open};

    /// The socket, whose name is already removed.
    pub(super) struct Address(OwnedFd);

    impl Address {
        pub(super) fn connect(&self) -> io::Result<UnixStream> {
            UnixStream::connect(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
        }
    }

    /// Listens in a new folder that only this user may enter. The path of a socket must be short.
    pub(super) fn listen() -> io::Result<(UnixListener, Address)> {
        let temporary = std::env::temp_dir();
        let is_short = temporary.as_os_str().len() <= 60;
        let mut folder = tempfile::Builder::new();
        folder.prefix("silcrow-").permissions(Permissions::from_mode(0o700));
        let folder = folder.tempdir_in(if is_short { &*temporary } else { "/tmp".as_ref() })?;
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path)?;
        Ok((listener, Address(open(&path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?)))
    }
}

/// The private way to the engine: a port of this machine. Other connections to it get no answer.
#[cfg(not(target_os = "linux"))]
mod socket {
    use std::io;
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

    /// Where it listens.
    pub(super) struct Address(SocketAddr);

    impl Address {
        pub(super) fn connect(&self) -> io::Result<TcpStream> {
            TcpStream::connect(self.0)
        }
    }

    pub(super) fn listen() -> io::Result<(TcpListener, Address)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        Ok((listener, Address(address)))
    }
}

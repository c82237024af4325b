//! The private way from the gate to the engine: a socket of the file system in a folder that nobody else may enter. Where
//! the standard library has none, a port of the loopback address, which the engine's tag keeps others out of.

#[cfg(unix)]
pub(super) use std::os::unix::net::{UnixListener as Listener, UnixStream as Stream};

#[cfg(not(unix))]
pub(super) use std::net::{TcpListener as Listener, TcpStream as Stream};

use std::io;

#[cfg(unix)]
use std::path::PathBuf;

/// Where the engine's listeners are.
pub(super) struct Door {
    #[cfg(unix)]
    folder: PathBuf,
}

/// One of them.
#[cfg(unix)]
pub(super) type Address = PathBuf;

/// One of them.
#[cfg(not(unix))]
pub(super) type Address = std::net::SocketAddr;

#[cfg(unix)]
impl Door {
    /// Makes the folder, in the system's for temporary files, or where the path of that is too long for a socket.
    pub(super) fn open() -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;

        let name = format!("silcrow-{}-{}", std::process::id(), super::events::random());
        let mut parent = std::env::temp_dir();
        if parent.as_os_str().len() > 60 {
            parent = PathBuf::from("/tmp");
        }
        let folder = parent.join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self { folder })
    }

    /// A new listener, of this number.
    pub(super) fn listen(&self, number: u64) -> io::Result<(Listener, Address)> {
        let path = self.folder.join(number.to_string());
        Ok((Listener::bind(&path)?, path))
    }

    /// Removes what was made.
    pub(super) fn remove(&self) {
        // Nothing is lost when it stays: it is empty and in the folder for temporary files.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

#[cfg(not(unix))]
impl Door {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self {})
    }

    pub(super) fn listen(&self, _: u64) -> io::Result<(Listener, Address)> {
        let listener = Listener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    pub(super) fn remove(&self) {}
}

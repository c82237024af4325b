//! Opens files below a folder without ever leaving it: whatever symbolic links a checked-out site holds, nothing outside its
//! root is read, and nothing that is no regular file is opened for longer than it takes to see that (a FIFO would block).
//!
//! Contract: a symbolic link is followed when it stays inside the root, relative or absolute. On Linux the kernel resolves
//! the path (`openat2`), so that a link made a moment ago cannot lead out either; elsewhere the real path is opened folder
//! by folder and no link is followed.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};

#[cfg(unix)]
use rustix::fs::{Mode, OFlags, openat};

/// A folder, and all that is below it.
#[derive(Debug)]
pub struct Root {
    path: PathBuf,
    #[cfg(unix)]
    folder: rustix::fd::OwnedFd,
}

impl Root {
    /// Opens a folder. Its own path may lead through symbolic links.
    pub fn new(path: &Path) -> Result<Self> {
        let path = fs::canonicalize(path)?;
        Ok(Self {
            #[cfg(unix)]
            folder: rustix::fs::open(&path, FILE | OFlags::DIRECTORY, Mode::empty())?,
            path,
        })
    }

    /// The folder's real path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a regular file below the folder for reading.
    pub fn open(&self, relative: &Path) -> Result<File> {
        let file = self.open_any(relative)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(not_a_file()) }
    }

    /// Reads a regular file below the folder.
    pub fn read(&self, relative: &Path) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(relative)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[cfg(unix)]
    fn open_any(&self, relative: &Path) -> Result<File> {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{ResolveFlags, openat2};
            use rustix::io::Errno;
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
            match openat2(&self.folder, relative, FILE, Mode::empty(), resolve) {
                // The kernel cannot, or an absolute link is on the way, which may still lead inside.
                Err(Errno::XDEV | Errno::NOSYS | Errno::PERM | Errno::AGAIN) => {}
                opened => return Ok(opened?.into()),
            }
        }
        self.open_each(&self.inside(relative)?)
    }

    /// Opens a path, which goes up nowhere, folder by folder and follows no link.
    #[cfg(unix)]
    fn open_each(&self, path: &Path) -> Result<File> {
        let open = |folder, name| openat(&folder, name, FILE | OFlags::NOFOLLOW, Mode::empty());
        Ok(path.iter().try_fold(self.folder.try_clone()?, open)?.into())
    }

    #[cfg(not(unix))]
    #[expect(clippy::disallowed_methods, reason = "this is where files are opened")]
    fn open_any(&self, relative: &Path) -> Result<File> {
        let path = self.path.join(self.inside(relative)?);
        // Opening anything but a file can block.
        if fs::metadata(&path)?.is_file() { File::open(path) } else { Err(not_a_file()) }
    }

    /// The path of what may not be there yet, once it is sure that no link leads out of the folder on the way.
    pub(in crate::io) fn hold(&self, relative: &Path) -> Result<PathBuf> {
        let path = self.path.join(relative);
        let there = path.ancestors().find(|path| path.symlink_metadata().is_ok());
        let real = fs::canonicalize(there.unwrap_or(&self.path))?;
        real.starts_with(&self.path).then_some(path).ok_or_else(leads_out)
    }

    /// The real path of what is there, relative to the folder.
    pub(super) fn inside(&self, relative: &Path) -> Result<PathBuf> {
        let real = fs::canonicalize(self.path.join(relative))?;
        real.strip_prefix(&self.path).map(Path::to_owned).map_err(|_| leads_out())
    }
}

/// How files are opened. Without `NONBLOCK`, a FIFO is opened only when somebody writes to it.
#[cfg(unix)]
const FILE: OFlags =
    OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// Opens what is at a path, unless it is a symbolic link.
#[cfg(unix)]
pub(super) fn open_itself(path: &Path) -> Result<File> {
    Ok(rustix::fs::open(path, FILE | OFlags::NOFOLLOW, Mode::empty())?.into())
}

fn not_a_file() -> Error {
    Error::new(ErrorKind::InvalidInput, "it is not a file")
}

fn leads_out() -> Error {
    Error::new(ErrorKind::PermissionDenied, "a symbolic link leads out of the site")
}

#[cfg(unix)]
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests read and write files")]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::Root;

    /// A folder `outside/secret` and a root beside it, with links of every kind.
    fn folders() -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("outside")).expect("writable");
        fs::create_dir_all(at("root/a/b")).expect("writable");
        fs::write(at("outside/secret"), "secret").expect("writable");
        fs::write(at("root/a/b/file"), "file").expect("writable");
        symlink("../a/b/file", at("root/a/inside")).expect("writable");
        symlink(at("root/a/b"), at("root/absolute")).expect("writable");
        symlink("../../outside/secret", at("root/a/out")).expect("writable");
        symlink(at("outside"), at("root/folder")).expect("writable");
        symlink("itself", at("root/itself")).expect("writable");
        let fifo = std::process::Command::new("mkfifo").arg(at("root/fifo")).status();
        assert!(fifo.expect("mkfifo is there").success());
        let root = Root::new(&at("root")).expect("the root is there");
        (folder, root)
    }

    #[test]
    fn links_are_followed_inside_the_root_and_never_out_of_it() {
        let (_folder, root) = folders();
        for path in ["a/b/file", "a/inside", "absolute/file", "a/../a/b/file"] {
            assert_eq!(root.read(Path::new(path)).expect(path), b"file", "{path}");
        }
        for path in ["a/out", "folder/secret", "../outside/secret", "/etc/passwd"] {
            let refused = root.open(Path::new(path)).expect_err(path);
            assert_eq!(refused.kind(), ErrorKind::PermissionDenied, "{path}: {refused}");
        }
        assert!(root.open(Path::new("itself")).is_err());
        let missing = root.open(Path::new("a/missing")).expect_err("there is none");
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn what_is_no_regular_file_is_refused_and_does_not_block() {
        let (_folder, root) = folders();
        for path in ["fifo", "a", ""] {
            let refused = root.open(Path::new(path)).expect_err(path);
            assert!(!refused.to_string().is_empty(), "{path}");
        }
    }

    #[test]
    fn without_help_of_the_kernel_no_link_is_followed() {
        let (_folder, root) = folders();
        let open = |path: &str| root.open_each(Path::new(path));
        assert!(open("a/b/file").is_ok() && open("absolute/file").is_err());
        assert!(
            open("a/inside").is_err() && open("a/out").is_err() && open("folder/secret").is_err()
        );
    }
}

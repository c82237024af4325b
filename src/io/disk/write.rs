//! The one writer of files. Output folders ([`super::Staging`]) and sets of changed sources ([`super::change`]) are built
//! on it.
//!
//! Contract:
//! - A file takes its place in one step: a reader sees the old text or the new one, also after a kill.
//! - The new text is written beside it first, under a random name that is created exclusively. No symbolic link is ever
//!   written through, and one in the file's place is replaced, not followed.
//! - A path below the site's root does not lead out of it, whatever links the site holds. Elsewhere, what the user names is
//!   what is meant.
//! - The permissions of a file that is replaced are kept.
//! - What a killed run left is removed by the next one that writes in that folder, while it holds the folder's lock.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::{DiskError, Root, io};

/// How the names of files end that are still being written. They begin with a dot.
const UNFINISHED: &str = ".silcrow~";

/// Told which folder another silcrow holds the lock of, before it is waited for.
pub type Waiting = fn(&Path);

/// Writes a text in the place of a file's, in one step.
///
/// # Errors
///
/// When the path is one below `root` and leads out of it, or the system refuses; the file is as it was then.
pub fn write(root: &Path, path: &Path, text: &str) -> Result<(), DiskError> {
    let place = || {
        let folder = match below(root, path) {
            Some(relative) => {
                let root = Root::new(root)?;
                root.path().join(root.inside(relative.parent().unwrap_or(Path::new("")))?)
            }
            None => std::path::absolute(path)?.parent().unwrap_or(path).to_owned(),
        };
        tidy(&folder);
        put(&folder.join(path.file_name().unwrap_or_default()), text.as_bytes(), Durable::Now)
    };
    place().map_err(io("write", path))
}

/// Puts a text at the end of a file.
///
/// # Errors
///
/// When the path is one below `root` and leads out of it or not to a regular file, or the system refuses.
pub fn append(root: &Path, path: &Path, text: &str) -> Result<(), DiskError> {
    let open = || {
        let mut real = path.to_owned();
        if let Some(relative) = below(root, path) {
            let root = Root::new(root)?;
            real = root.hold(&relative)?;
            if real.symlink_metadata().is_ok() {
                root.open(&relative)?;
            }
        }
        File::options().append(true).create(true).open(real)
    };
    open().and_then(|mut file| file.write_all(text.as_bytes())).map_err(io("write", path))
}

/// Reads a file that the user or the program names; nothing where there is none.
///
/// # Errors
///
/// When the path is one below `root` and leads out of it or not to a regular file, or the system refuses.
pub fn read_named(root: &Path, path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
    let read = || match below(root, path) {
        Some(relative) => Root::new(root)?.read(&relative),
        None => fs::read(path),
    };
    match read() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(io("read", path)),
    }
}

/// Reads a text that has to be there.
///
/// # Errors
///
/// Those of [`read_named`], and when there is no such file, or it is not UTF-8.
pub fn read_text(root: &Path, path: &Path) -> Result<String, DiskError> {
    let bytes = read_named(root, path)?.ok_or_else(|| ErrorKind::NotFound.into());
    let text = bytes.and_then(|bytes| {
        String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8"))
    });
    text.map_err(io("read", path))
}

/// Makes a folder and those that it is in, unless they are there.
///
/// # Errors
///
/// When the path is one below `root` and leads out of it, or the system refuses.
pub fn make_folder(root: &Path, folder: &Path) -> Result<(), DiskError> {
    let make = || {
        if let Some(relative) = below(root, folder).filter(|_| root != folder) {
            Root::new(root)?.hold(&relative)?;
        }
        fs::create_dir_all(folder)
    };
    make().map_err(io("create", folder))
}

/// A path as one below the root, where it is written as one.
fn below(root: &Path, path: &Path) -> Option<PathBuf> {
    let (root, path) = (std::path::absolute(root).ok()?, std::path::absolute(path).ok()?);
    let relative = path.strip_prefix(root).ok()?;
    let is_plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    is_plain.then(|| relative.to_owned())
}

/// When a file has to be on the disk, so that a crash of the machine does not lose it.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::io) enum Durable {
    /// Before it takes its place.
    Now,
    /// Whenever the system likes.
    Later,
}

/// Puts bytes in a file's place in one step.
pub(in crate::io) fn put(path: &Path, bytes: &[u8], durable: Durable) -> std::io::Result<()> {
    // A cleanup of the folder may take the new file for a leftover, once.
    let is_removed = |error: &std::io::Error| error.kind() == ErrorKind::NotFound;
    match put_once(path, bytes, durable) {
        Err(error) if is_removed(&error) => put_once(path, bytes, durable),
        result => result,
    }
}

fn put_once(path: &Path, bytes: &[u8], durable: Durable) -> std::io::Result<()> {
    let mut new = tempfile::Builder::new();
    new.prefix(".").suffix(UNFINISHED).rand_bytes(12);
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut new = new.tempfile_in(path.parent().unwrap_or(path))?;
    new.write_all(bytes)?;
    if let Ok(old) = path.symlink_metadata()
        && old.is_file()
    {
        new.as_file().set_permissions(old.permissions())?;
    }
    if durable == Durable::Now {
        new.as_file().sync_all()?;
    }
    new.persist(path).map(drop).map_err(|refused| refused.error)
}

/// Whether a name is one of a file that is still being written, or that a killed run left.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(UNFINISHED)
}

/// Removes what killed runs left in a folder, unless somebody writes there now.
pub(super) fn tidy(folder: &Path) {
    let is_ours = |folder: &File| folder.try_lock().is_ok();
    // Opening anything but a folder could block.
    if folder.is_dir()
        && let Some(_lock) = File::open(folder).ok().filter(is_ours)
    {
        remove_leftovers(folder, 1);
    }
}

/// Removes what killed runs left in a folder and those in it. The caller holds the folder's lock.
pub(super) fn remove_leftovers(folder: &Path, depth: usize) {
    let entries = WalkDir::new(folder).min_depth(1).max_depth(depth).into_iter().flatten();
    let is_leftover = |entry: &walkdir::DirEntry| {
        entry.file_type().is_file() && is_unfinished(&entry.file_name().to_string_lossy())
    };
    for entry in entries.filter(is_leftover) {
        // What cannot be removed is a file that the reader ignores.
        let _ = fs::remove_file(entry.path());
    }
}

/// Keeps two runs apart: waits until no other one holds the folder's lock. The lock is on the folder itself, so that nothing
/// is left behind; where a folder cannot be locked, runs are not kept apart.
pub(super) fn lock(folder: &Path, waiting: Waiting) -> Option<File> {
    let file = File::open(folder).ok()?;
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock) => {
            waiting(folder);
            file.lock().ok().map(|()| file)
        }
        Err(TryLockError::Error(_)) => None,
    }
}

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
//! - Servers read what is published as somebody else, so everybody may, whatever the mask of the process is. Each such file
//!   and folder is made anew: nothing that is there already is ever written to.
//! - What a killed run left is removed by the next one that writes in that folder, while it holds the folder's lock.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::fs::{self, File, TryLockError};
use std::io::{Error, ErrorKind, Write};
use std::path::{Component, Path, PathBuf, absolute};

use walkdir::WalkDir;

use super::{Result, Root, found, io};

/// How the names of files end that are still being written. They begin with a dot.
const UNFINISHED: &str = ".silcrow~";

/// Told which folder another silcrow holds the lock of, before it is waited for.
pub type Waiting = fn(&Path);

/// Writes a text in the place of a file's, in one step.
/// Where that fails, the file is as it was.
pub fn write(root: &Path, path: &Path, text: &str) -> Result<()> {
    let place = || {
        let folder = held(root, absolute(path)?.parent().unwrap_or(path))?;
        tidy(&folder);
        put(&folder.join(path.file_name().unwrap_or_default()), text.as_bytes(), Durable::Now)
    };
    place().map_err(io("write", path))
}

/// Puts a text at the end of a file.
pub fn append(root: &Path, path: &Path, text: &str) -> Result<()> {
    let append = || {
        if held(root, path)?.symlink_metadata().is_ok()
            && let Some(relative) = below(root, path)
        {
            Root::new(root)?.open(&relative)?;
        }
        File::options().append(true).create(true).open(path)?.write_all(text.as_bytes())
    };
    append().map_err(io("write", path))
}

/// Reads a file that the user or the program names; nothing where there is none.
pub fn read_named(root: &Path, path: &Path) -> Result<Option<Vec<u8>>> {
    let read = || match below(root, path) {
        Some(relative) => Root::new(root)?.read(&relative),
        None => fs::read(path),
    };
    found(read()).map_err(io("read", path))
}

/// Reads a text that has to be there, in UTF-8.
pub fn read_text(root: &Path, path: &Path) -> Result<String> {
    let bytes = read_named(root, path)?.ok_or_else(|| ErrorKind::NotFound.into());
    let text = |bytes| String::from_utf8(bytes).map_err(|_| Error::other("it is not UTF-8"));
    bytes.and_then(text).map_err(io("read", path))
}

/// Makes a folder and those that it is in, unless they are there.
pub fn make_folder(root: &Path, folder: &Path) -> Result<()> {
    held(root, folder).and_then(fs::create_dir_all).map_err(io("create", folder))
}

/// A path, once it is sure that it does not lead out of the root it is below. One elsewhere is as the user names it.
fn held(root: &Path, path: &Path) -> std::io::Result<PathBuf> {
    match below(root, path) {
        Some(relative) => Root::new(root)?.hold(&relative),
        None => Ok(path.to_owned()),
    }
}

/// A path relative to the root, where it is written as one below it.
fn below(root: &Path, path: &Path) -> Option<PathBuf> {
    let (root, path) = (absolute(root).ok()?, absolute(path).ok()?);
    let relative = path.strip_prefix(root).ok()?;
    let is_plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    (is_plain && relative != Path::new("")).then(|| relative.to_owned())
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
    match put_once(path, bytes, durable) {
        // A cleanup of the folder may take the new file for a leftover, once.
        Err(error) if error.kind() == ErrorKind::NotFound => put_once(path, bytes, durable),
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
    if let Some(old) = path.symlink_metadata().ok().filter(fs::Metadata::is_file) {
        new.as_file().set_permissions(old.permissions())?;
    }
    if durable == Durable::Now {
        new.as_file().sync_all()?;
    }
    new.persist(path)?;
    Ok(())
}

/// What is allowed with files, and with folders.
#[cfg(unix)]
const MODES: (u32, u32) = (0o644, 0o755);

/// Makes a file that must not be there yet, and the folder that it is in.
pub(in crate::io) fn create_file(path: &Path) -> std::io::Result<File> {
    let file =
        in_folder(path, || File::options().read(true).write(true).create_new(true).open(path))?;
    #[cfg(unix)]
    if !is_public(&file.metadata()?) {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(MODES.0))?;
    }
    Ok(file)
}

/// Makes a folder that must not be there yet.
pub(super) fn create_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(MODES.1))?;
    Ok(())
}

/// Makes a folder and those that it is in, unless they are there.
pub(in crate::io) fn create_folders(path: &Path) -> std::io::Result<()> {
    match in_folder(path, || create_folder(path)) {
        // Another thread was faster, or the folder was there before.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

/// Makes something at a path; where that fails for want of the folder it is in, once more with the folder.
pub(in crate::io) fn in_folder<T>(
    path: &Path,
    make: impl Fn() -> std::io::Result<T>,
) -> std::io::Result<T> {
    match (make(), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound => {
            create_folders(folder)?;
            make()
        }
        (made, _) => made,
    }
}

/// Whether a file is one that can be published: a regular one with the permissions that published files have.
#[cfg(unix)]
pub(super) fn is_public(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file() && metadata.mode() & 0o7777 == MODES.0
}

/// Whether a name is one of a file that is still being written, or that a killed run left.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(UNFINISHED)
}

/// Removes what killed runs left in a folder, unless somebody writes there now.
pub(super) fn tidy(folder: &Path) {
    // Opening anything but a folder could block.
    if folder.is_dir()
        && let Ok(lock) = File::open(folder)
        && lock.try_lock().is_ok()
    {
        remove_leftovers(folder, 1);
    }
}

/// Removes what killed runs left in a folder and those in it. The caller holds the folder's lock.
pub(super) fn remove_leftovers(folder: &Path, depth: usize) {
    for entry in WalkDir::new(folder).min_depth(1).max_depth(depth).into_iter().flatten() {
        if entry.file_type().is_file() && is_unfinished(&entry.file_name().to_string_lossy()) {
            // What cannot be removed is a file that the reader ignores.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Keeps two runs apart: waits until no other one holds the folder's lock. The lock is on the folder itself, so that nothing
/// is left behind; where a folder cannot be locked, runs are not kept apart.
pub(super) fn lock(folder: &Path, waiting: Waiting) -> Option<File> {
    let file = File::open(folder).ok()?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        waiting(folder);
        file.lock().ok()?;
    }
    Some(file)
}

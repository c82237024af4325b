//! The output of the build before. A file of it that would be written again as it is becomes one of the new output too, by a
//! hard link: a rebuild writes only what has changed.
//!
//! Contract: files are compared by their bytes. One is taken over only when it is a regular file with the permissions that
//! it should have and no other name anywhere, so that nobody can change what is published through another one. No file of an
//! output is ever written in place, so that whoever holds the old output open still reads the old site.
#![expect(clippy::disallowed_methods, reason = "this is where files are compared")]

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::published::{create_folders, is_public};

/// The regular files of the output that is there.
#[derive(Default)]
pub(super) struct Previous {
    folder: PathBuf,
    files: HashSet<String>,
}

/// What a file has to hold.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Bytes with this BLAKE3 hash.
    Hash(&'a [u8; 32]),
}

impl Previous {
    /// The files with these names, which no symbolic link is on the way to.
    pub(super) fn new(folder: &Path, files: HashSet<String>) -> Self {
        Self { folder: folder.to_owned(), files }
    }

    /// Makes the file of that name one of the new output, where it holds what is wanted. Says whether it did.
    pub(super) fn take_over(&self, name: &str, wanted: Wanted<'_>, to: &Path) -> bool {
        if !self.files.contains(name) {
            return false;
        }
        let old = self.folder.join(name);
        if !holds(&old, wanted).unwrap_or(false) {
            return false;
        }
        let link = || fs::hard_link(&old, to);
        let linked = link().or_else(|error| match error.kind() {
            ErrorKind::NotFound => to.parent().map_or(Ok(()), create_folders).and_then(|()| link()),
            _ => Err(error),
        });
        // Where there are no links, the file is written.
        linked.is_ok()
    }
}

/// Whether a file can be taken over and holds what is wanted.
fn holds(path: &Path, wanted: Wanted<'_>) -> std::io::Result<bool> {
    let metadata = fs::symlink_metadata(path)?;
    if !is_public(&metadata) || has_other_names(&metadata) {
        return Ok(false);
    }
    let mut file = File::open(path)?;
    let mut buffer = [0; 32 * 1024];
    match wanted {
        Wanted::Bytes(bytes) if metadata.len() != bytes.len() as u64 => Ok(false),
        Wanted::Bytes(mut rest) => loop {
            let count = file.read(&mut buffer)?;
            let Some(after) = rest.strip_prefix(&buffer[..count]) else { return Ok(false) };
            if count == 0 {
                return Ok(rest.is_empty());
            }
            rest = after;
        },
        Wanted::Hash(hash) => {
            let mut hasher = blake3::Hasher::new();
            loop {
                match file.read(&mut buffer)? {
                    0 => return Ok(hasher.finalize() == *hash),
                    count => hasher.update(&buffer[..count]),
                };
            }
        }
    }
}

#[cfg(unix)]
fn has_other_names(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() != 1
}

/// Whether there are others is not known, and so nothing is taken over.
#[cfg(not(unix))]
fn has_other_names(_: &fs::Metadata) -> bool {
    true
}

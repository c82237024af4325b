//! The output of the build before. A file of it that would be written again as it is becomes one of the new output too, by a
//! hard link: a rebuild writes only what has changed.
//!
//! Contract: files are compared by their bytes. One is taken over only when it is a regular file with the permissions that
//! it should have and no other name anywhere, so that nobody can change what is published through another one. No file of an
//! output is ever written in place, so that whoever has opened a file of the old output still reads what it was.
#![expect(clippy::disallowed_methods, reason = "this is where files are compared and removed")]

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, DirEntry, FileType};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::published::create_folders;

/// How many files that silcrow did not write a message names. No more are looked for.
pub(super) const NAMED: usize = 5;

/// The output that is there.
#[derive(Default)]
pub(super) struct Previous {
    folder: PathBuf,
    /// The regular files of silcrow's.
    files: HashSet<String>,
    /// What silcrow did not write: all of it or [`NAMED`] and more, in the order of the names.
    pub(super) foreign: BTreeSet<String>,
}

/// What is in a folder of the output.
struct Entry {
    /// Its name below the output.
    name: String,
    path: PathBuf,
    kind: FileType,
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
    /// Lists an output, but for a repository in it. `ours` are the files that silcrow wrote.
    pub(super) fn new(folder: &Path, ours: &HashSet<&str>) -> Result<Self> {
        let mut previous = Self { folder: folder.to_owned(), ..Self::default() };
        let mut entries = list(folder, "")?;
        entries.retain(|entry| entry.name != ".git");
        while !entries.is_empty() && previous.foreign.len() < NAMED {
            let (folders, others): (Vec<_>, Vec<_>) =
                entries.into_iter().partition(|entry| entry.kind.is_dir());
            for Entry { name, kind, .. } in others {
                if !ours.contains(&*name) {
                    previous.foreign.insert(name);
                } else if kind.is_file() {
                    previous.files.insert(name);
                }
            }
            let inside = folders.par_iter().map(|inner| list(&inner.path, &inner.name));
            entries = inside.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        }
        Ok(previous)
    }

    /// Makes the file of that name one of the new output, where it holds what is wanted. Says whether it did.
    pub(super) fn take_over(&self, name: &str, wanted: Wanted<'_>, to: &Path) -> bool {
        // No symbolic link is on the way to a file that was listed.
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
        // Where links are not supported, the file is written.
        linked.is_ok()
    }
}

/// What is in a folder whose name below the output is `folder`.
fn list(path: &Path, folder: &str) -> Result<Vec<Entry>> {
    let entry = |entry: Result<DirEntry>| {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let name = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        Ok(Entry { name, path: entry.path(), kind: entry.file_type()? })
    };
    fs::read_dir(path)?.map(entry).collect()
}

/// Removes a folder with all that is in it, by all threads at once.
pub(super) fn remove_folder(folder: &Path) -> Result<()> {
    remove_levels(folder, 2)
}

/// Removes a folder; what is in its first levels, by all threads at once. No symbolic link is followed.
fn remove_levels(folder: &Path, levels: usize) -> Result<()> {
    if levels > 0 {
        let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>>>()?;
        entries.into_par_iter().try_for_each(|entry| match entry.file_type()?.is_dir() {
            true => remove_levels(&entry.path(), levels - 1),
            false => fs::remove_file(entry.path()),
        })?;
    }
    fs::remove_dir_all(folder)
}

/// Whether a file can be taken over and holds what is wanted.
#[cfg(unix)]
fn holds(path: &Path, wanted: Wanted<'_>) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let file = super::open::open_itself(path)?;
    let metadata = file.metadata()?;
    if !super::published::is_public(&metadata) || metadata.nlink() != 1 {
        return Ok(false);
    }
    match wanted {
        Wanted::Bytes(bytes) if metadata.len() != bytes.len() as u64 => Ok(false),
        Wanted::Bytes(mut rest) => loop {
            let mut buffer = [std::mem::MaybeUninit::uninit(); 64 * 1024];
            let (read, _) = rustix::io::read(&file, &mut buffer)?;
            let Some(after) = rest.strip_prefix(&*read) else { return Ok(false) };
            if read.is_empty() {
                return Ok(rest.is_empty());
            }
            rest = after;
        },
        Wanted::Hash(hash) => Ok(blake3::Hasher::new().update_reader(file)?.finalize() == *hash),
    }
}

/// Whether a file has other names is not known, and so none is taken over.
#[cfg(not(unix))]
fn holds(_: &Path, _: Wanted<'_>) -> Result<bool> {
    Ok(false)
}

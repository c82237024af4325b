//! The output of the build before. A file of it that would be written again as it is becomes one of the new output too, by a
//! hard link: a rebuild writes only what has changed.
//!
//! Contract: files are compared by their bytes. One is taken over only when it is a regular file with the permissions that
//! it should have and no other name anywhere, so that nobody can change what is published through another one. No file of an
//! output is ever written in place, so that whoever has opened a file of the old output still reads what it was.
#![expect(clippy::disallowed_methods, reason = "this is where files are compared and removed")]

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::published::in_folder;
use super::{DiskError, io, slashed};
use crate::output::OutputBody;

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

impl Previous {
    /// Lists an output, but for a repository in it. `ours` are the files that silcrow wrote.
    pub(super) fn new(folder: &Path, ours: &HashSet<&str>) -> Result<Self> {
        let mut previous = Self { folder: folder.to_owned(), ..Self::default() };
        let mut folders = vec![PathBuf::new()];
        while !folders.is_empty() && previous.foreign.len() < NAMED {
            let inside = folders.par_iter().map(|path| list(folder, path));
            let inside = inside.collect::<Result<Vec<_>>>()?.into_iter().flatten();
            folders = Vec::new();
            for (path, kind) in inside.filter(|(path, _)| path != Path::new(".git")) {
                let name = slashed(&path);
                if kind.is_dir() {
                    folders.push(path);
                } else if !ours.contains(&*name) {
                    previous.foreign.insert(name);
                } else if kind.is_file() {
                    previous.files.insert(name);
                }
            }
        }
        Ok(previous)
    }

    /// Makes the file of that name one of the new output, where it holds what is wanted. Says whether it did.
    pub(super) fn take_over(&self, name: &str, wanted: &OutputBody, to: &Path) -> bool {
        let old = self.folder.join(name);
        // No symbolic link is on the way to a file that was listed. Where links are not supported, the file is written.
        self.files.contains(name)
            && holds(&old, wanted).unwrap_or(false)
            && in_folder(to, || fs::hard_link(&old, to)).is_ok()
    }
}

/// What is in a folder of an output: the path of each below the output, and what it is.
fn list(output: &Path, folder: &Path) -> Result<Vec<(PathBuf, fs::FileType)>> {
    let entries = fs::read_dir(output.join(folder))?;
    let entry = |entry: Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((folder.join(entry.file_name()), entry.file_type()?))
    };
    entries.map(entry).collect()
}

/// Whether a file can be taken over and holds what is wanted.
#[cfg(unix)]
fn holds(path: &Path, wanted: &OutputBody) -> Result<bool> {
    use std::io::Read;
    use std::os::unix::fs::MetadataExt;
    let mut file = super::open::open_itself(path)?;
    let metadata = file.metadata()?;
    if !super::published::is_public(&metadata) || metadata.nlink() != 1 {
        return Ok(false);
    }
    match wanted {
        OutputBody::Copy { hash, .. } => {
            Ok(blake3::Hasher::new().update_reader(file)?.finalize() == *hash)
        }
        OutputBody::Bytes(bytes) if metadata.len() != bytes.len() as u64 => Ok(false),
        OutputBody::Bytes(bytes) => {
            let mut held = Vec::with_capacity(bytes.len() + 1);
            file.read_to_end(&mut held)?;
            Ok(held == **bytes)
        }
    }
}

/// Whether a file has other names is not known, and so none is taken over.
#[cfg(not(unix))]
fn holds(_: &Path, _: &OutputBody) -> Result<bool> {
    Ok(false)
}

/// Removes a file, a folder with all that is in it, or a link; that it is not there is fine.
pub(in crate::io) fn remove(path: &Path) -> std::result::Result<(), DiskError> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    match if is_folder { remove_levels(path, 2) } else { fs::remove_file(path) } {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.map_err(io("remove", path)),
    }
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

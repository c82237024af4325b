//! The output of the build before. A file of it that would be written again as it is becomes one of the new output too, by a
//! hard link: a rebuild writes only what has changed.
//!
//! Contract: files are compared by their bytes. One is taken over only when it is a regular file with the permissions that
//! it should have and no other name anywhere, so that nobody can change what is published through another one. No file of an
//! output is ever written in place, so that whoever has opened a file of the old output still reads what it was.
#![expect(clippy::disallowed_methods, reason = "this is where files are compared and removed")]

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::staging::{MANIFEST, MANIFEST_HEAD};
use super::write::in_folder;
use super::{DiskError, Result, Root, found, io, slashed};
use crate::output::OutputBody;

/// How many files that silcrow did not write a message names. No more are looked for.
const NAMED: usize = 5;

/// The output that is there.
#[derive(Default)]
pub(super) struct Previous {
    folder: PathBuf,
    /// The regular files of silcrow's.
    files: HashSet<String>,
}

impl Previous {
    /// Lists the output that is there, but for a repository in it. One that holds files which silcrow did not write is refused.
    pub(super) fn open(output: &Path) -> Result<Self> {
        match found(fs::symlink_metadata(output)).map_err(io("open", output))? {
            None => return Ok(Self::default()),
            Some(metadata) if !metadata.is_dir() => {
                return Err(DiskError::NotAFolder(output.to_owned()));
            }
            Some(_) => {}
        }
        let manifest = found(Root::new(output).and_then(|output| output.read(MANIFEST.as_ref())));
        let manifest = manifest.map_err(io("read", output.join(MANIFEST)))?.unwrap_or_default();
        let manifest = String::from_utf8_lossy(&manifest);
        let mut lines = manifest.lines();
        let mut ours = HashSet::from([MANIFEST]);
        if lines.next() == Some(MANIFEST_HEAD) {
            ours.extend(lines);
        }
        let mut previous = Self { folder: output.to_owned(), files: HashSet::new() };
        let foreign = previous.list(&ours).map_err(io("look into", output))?;
        let some: Vec<_> = foreign.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        if some.is_empty() {
            Ok(previous)
        } else {
            Err(DiskError::ForeignFiles(previous.folder, some))
        }
    }

    /// Lists the files of silcrow's. Returns what it did not write: all of it or [`NAMED`] and more.
    fn list(&mut self, ours: &HashSet<&str>) -> std::io::Result<BTreeSet<String>> {
        let mut foreign = BTreeSet::new();
        let mut folders = vec![PathBuf::new()];
        while !folders.is_empty() && foreign.len() < NAMED {
            let inside = folders.par_iter().map(|path| list(&self.folder, path));
            let inside = inside.collect::<std::io::Result<Vec<_>>>()?.into_iter().flatten();
            folders = Vec::new();
            for (path, kind) in inside.filter(|(path, _)| path != Path::new(".git")) {
                let name = slashed(&path);
                if kind.is_dir() {
                    folders.push(path);
                } else if !ours.contains(&*name) {
                    foreign.insert(name);
                } else if kind.is_file() {
                    self.files.insert(name);
                }
            }
        }
        Ok(foreign)
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
fn list(output: &Path, folder: &Path) -> std::io::Result<Vec<(PathBuf, fs::FileType)>> {
    let entries = fs::read_dir(output.join(folder))?;
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((folder.join(entry.file_name()), entry.file_type()?))
    };
    entries.map(entry).collect()
}

/// Whether a file can be taken over and holds what is wanted.
#[cfg(unix)]
fn holds(path: &Path, wanted: &OutputBody) -> std::io::Result<bool> {
    use std::io::Read;
    use std::os::unix::fs::MetadataExt;
    let mut file = super::open::open_itself(path)?;
    let metadata = file.metadata()?;
    if !super::write::is_public(&metadata) || metadata.nlink() != 1 {
        return Ok(false);
    }
    match wanted {
        OutputBody::Copy { hash, .. } => {
            Ok(blake3::Hasher::new().update_reader(file)?.finalize() == *hash)
        }
        OutputBody::Bytes(bytes) if metadata.len() != bytes.len() as u64 => Ok(false),
        OutputBody::Bytes(bytes) => {
            let mut held = vec![0; bytes.len()];
            file.read_exact(&mut held)?;
            Ok(held == **bytes)
        }
    }
}

/// Whether a file has other names is not known, and so none is taken over.
#[cfg(not(unix))]
fn holds(_: &Path, _: &OutputBody) -> std::io::Result<bool> {
    Ok(false)
}

/// Removes a file, a folder with all that is in it, or a link; that it is not there is fine.
pub(in crate::io) fn remove(path: &Path) -> Result<()> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let removed = if is_folder { remove_levels(path, 2) } else { fs::remove_file(path) };
    found(removed).map(drop).map_err(io("remove", path))
}

/// Removes a folder; what is in its first levels, by all threads at once. No symbolic link is followed.
fn remove_levels(folder: &Path, levels: usize) -> std::io::Result<()> {
    if levels > 0 {
        let entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
        entries.into_par_iter().try_for_each(|entry| match entry.file_type()?.is_dir() {
            true => remove_levels(&entry.path(), levels - 1),
            false => fs::remove_file(entry.path()),
        })?;
    }
    fs::remove_dir_all(folder)
}

//! A folder that was built: which files it has, by content, and what single ones say.
#![expect(clippy::disallowed_methods, reason = "this is where files are read")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::staging::MANIFEST;
use super::{Result, io, slashed};

/// The files below a folder, `/`-separated, each with the BLAKE3 hash of its bytes. Without what belongs to who publishes it
/// (`.git`), and without silcrow's own list. Symbolic links are followed, but for those that lead to a folder they are in:
/// what is below is listed once already.
pub fn listing(folder: &Path) -> Result<BTreeMap<String, [u8; 32]>> {
    if !fs::metadata(folder).map_err(io("open", folder))?.is_dir() {
        return Err(io("open", folder)(std::io::ErrorKind::NotADirectory.into()));
    }
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let entries = WalkDir::new(folder).min_depth(1).follow_links(true).into_iter();
    for entry in entries.filter_entry(|entry| !(entry.depth() == 1 && entry.file_name() == ".git"))
    {
        let entry = match entry {
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                return Err(io("list", path)(error.into()));
            }
            Ok(entry) => entry,
        };
        let name = slashed(entry.path().strip_prefix(folder).unwrap_or(entry.path()));
        if entry.file_type().is_file() && name != MANIFEST {
            files.push((name, entry.into_path()));
        }
    }
    let hashed = files.into_par_iter().map(|(name, path)| {
        let bytes = fs::read(&path).map_err(io("read", &path))?;
        Ok((name, *blake3::hash(&bytes).as_bytes()))
    });
    hashed.collect()
}

/// The text of a file of a listing; what is not UTF-8 in it as far as it can be read.
pub fn read_listed(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    let bytes = fs::read(&path).map_err(io("read", &path))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

//! Variants that were made before, in the folder `.silcrow-cache` of the site, which can be removed at any time.
//!
//! Contract: what is remembered depends on the bytes of the picture, the width and [`VERSION`] alone, and is what making it
//! again would give. Each file begins with the hash of the rest, so that a damaged one is ignored; each is put in
//! its place whole. That a variant is of no use is remembered too: as an empty one. A symbolic link in the folder's place is neither
//! read nor written through.
#![expect(clippy::disallowed_methods, reason = "the file system is known here")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use crate::io::disk::{self, Durable, Root};
use crate::picture::{Original, widths};

/// Changes whenever the same picture would give other bytes: our own number, and the library's version, which a test
/// compares with the one that is built in.
pub(super) const VERSION: &str = "1-0.25.10";

/// The folder of all that can be made again, and the one of pictures in it.
const FOLDER: &str = ".silcrow-cache";
pub(super) const IMAGES: &str = ".silcrow-cache/images";

/// The name of what is remembered.
fn name(original: &Original, width: u32) -> String {
    format!("{}-{width}-{VERSION}", blake3::Hash::from_bytes(original.hash).to_hex())
}

/// The folder's path, on which no link is: unused files in it are removed.
fn folder(root: &Path) -> Result<PathBuf> {
    let folder = Root::new(root)?.hold(Path::new(IMAGES))?;
    match fs::canonicalize(&folder) {
        Ok(real) if real != folder => Err(Error::other("it is a symbolic link")),
        _ => Ok(folder),
    }
}

/// What is remembered of a variant: its bytes, or that it is of no use.
pub(super) fn get(root: &Path, original: &Original, width: u32) -> Option<Option<Vec<u8>>> {
    let path = Path::new(IMAGES).join(name(original, width));
    let mut bytes = Root::new(root).and_then(|root| root.read(&path)).ok()?;
    if bytes.len() < blake3::OUT_LEN {
        return None;
    }
    let file = bytes.split_off(blake3::OUT_LEN);
    let is_whole = blake3::hash(&file).as_bytes()[..] == bytes;
    is_whole.then(|| Some(file).filter(|file| !file.is_empty()))
}

/// Remembers a variant, in a folder that version control leaves alone.
pub(super) fn put(root: &Path, original: &Original, width: u32, bytes: &[u8]) -> Result<()> {
    let folder = folder(root)?;
    if !folder.is_dir() {
        fs::create_dir_all(&folder)?;
        disk::put(&root.join(FOLDER).join(".gitignore"), b"*\n", Durable::Later)?;
    }
    let whole = [blake3::hash(bytes).as_bytes(), bytes].concat();
    disk::put(&folder.join(name(original, width)), &whole, Durable::Later)
}

/// Forgets the variants of all pictures but these.
pub(super) fn prune(root: &Path, kept: &[Original]) {
    let names = kept.iter().flat_map(|original| {
        widths(original.width).iter().map(|width| OsString::from(name(original, *width)))
    });
    let names: BTreeSet<OsString> = names.collect();
    let Ok(entries) = folder(root).and_then(fs::read_dir) else { return };
    for entry in entries.flatten().filter(|entry| !names.contains(&entry.file_name())) {
        // What cannot be removed now, the next build removes.
        let _ = fs::remove_file(entry.path());
    }
}

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
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::io::disk::{Durable, Root, put};
use crate::io::reason;
use crate::picture::{Original, widths};

/// Changes whenever the same picture would give other bytes: our own number, and the library's version, which a test
/// compares with the one that is built in.
pub(super) const VERSION: &str = "1-0.25.10";

/// The folder of all that can be made again, and the one of pictures in it.
const FOLDER: &str = ".silcrow-cache";
const IMAGES: &str = ".silcrow-cache/images";

/// How long a hash is.
const HASH: usize = blake3::OUT_LEN;

/// What was made before.
pub(super) struct Cache {
    root: PathBuf,
    problem: OnceLock<String>,
}

/// The name of what is remembered.
fn name(original: &Original, width: u32) -> String {
    format!("{}-{width}-{VERSION}", blake3::Hash::from_bytes(original.hash).to_hex())
}

impl Cache {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), problem: OnceLock::new() }
    }

    /// The folder's path, on which no link is: unused files in it are removed.
    fn folder(&self) -> std::io::Result<PathBuf> {
        let folder = Root::new(&self.root)?.hold(Path::new(IMAGES))?;
        match fs::canonicalize(&folder) {
            Ok(real) if real != folder => Err(std::io::Error::other("it is a symbolic link")),
            _ => Ok(folder),
        }
    }

    /// What is remembered of a variant: its bytes, or that it is of no use.
    pub(super) fn get(&self, original: &Original, width: u32) -> Option<Option<Vec<u8>>> {
        let path = Path::new(IMAGES).join(name(original, width));
        let mut bytes = Root::new(&self.root).and_then(|root| root.read(&path)).ok()?;
        if bytes.len() < HASH {
            return None;
        }
        let file = bytes.split_off(HASH);
        let is_whole = blake3::hash(&file).as_bytes()[..] == bytes;
        is_whole.then(|| Some(file).filter(|file| !file.is_empty()))
    }

    /// Remembers a variant. Where that cannot be done, it is made again the next time.
    pub(super) fn put(&self, original: &Original, width: u32, bytes: Option<&[u8]>) {
        let bytes = bytes.unwrap_or(&[]);
        let whole = [blake3::hash(bytes).as_bytes(), bytes].concat();
        let write =
            || put(&self.make_folder()?.join(name(original, width)), &whole, Durable::Later);
        // Another build may have removed it already.
        if let Err(error) = write()
            && error.kind() != ErrorKind::NotFound
        {
            self.problem.get_or_init(|| {
                format!(
                    "could not write `{}`, so pictures are generated again each time: {}",
                    self.root.join(IMAGES).display(),
                    reason(&error)
                )
            });
        }
    }

    /// The folder, which version control leaves alone.
    fn make_folder(&self) -> std::io::Result<PathBuf> {
        let folder = self.folder()?;
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            put(&self.root.join(FOLDER).join(".gitignore"), b"*\n", Durable::Later)?;
        }
        Ok(folder)
    }

    /// Forgets the variants of all pictures but these.
    pub(super) fn prune(&self, kept: &[Original]) {
        let names = kept.iter().flat_map(|original| {
            widths(original.width).iter().map(|width| OsString::from(name(original, *width)))
        });
        let names: BTreeSet<OsString> = names.collect();
        let Ok(entries) = self.folder().and_then(fs::read_dir) else { return };
        for entry in entries.flatten().filter(|entry| !names.contains(&entry.file_name())) {
            // What cannot be removed now, the next build removes.
            let _ = fs::remove_file(entry.path());
        }
    }

    pub(super) fn problem(&self) -> Option<String> {
        self.problem.get().cloned()
    }
}

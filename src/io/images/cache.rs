//! Variants that were made before, in the folder `.silcrow-cache` of the site, which can be removed at any time.
//!
//! Contract: what is remembered depends on the bytes of the picture, the width and [`VERSION`] alone, and is what making it
//! again would give. Each file begins with the hash of the rest, so that a damaged one is as good as none; each is put in
//! its place whole. That a variant is of no use is remembered too: as an empty one.
#![expect(clippy::disallowed_methods, reason = "the file system is known here")]

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::io::reason;
use crate::picture::Original;

/// Changes whenever the same picture would give other bytes: our own number, and the library's version, which a test
/// compares with the one that is built in.
pub(super) const VERSION: &str = "1-0.25.10";

/// The folder of all that can be made again.
const FOLDER: &str = ".silcrow-cache";

/// How long a hash is.
const HASH: usize = blake3::OUT_LEN;

/// What was made before.
pub(super) struct Cache {
    root: PathBuf,
    /// Counts the files of this process.
    count: AtomicU64,
    problem: OnceLock<String>,
}

/// The name of what is remembered.
pub(super) fn name(original: &Original, width: u32) -> String {
    format!("{}-{width}-{VERSION}", blake3::Hash::from_bytes(original.hash).to_hex())
}

impl Cache {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.join(FOLDER), count: AtomicU64::new(0), problem: OnceLock::new() }
    }

    fn folder(&self) -> PathBuf {
        self.root.join("images")
    }

    /// What is remembered of a variant: its bytes, or that it is of no use.
    pub(super) fn get(&self, original: &Original, width: u32) -> Option<Option<Vec<u8>>> {
        let mut bytes = fs::read(self.folder().join(name(original, width))).ok()?;
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
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let new = self.folder().join(format!("new-{}-{number}", std::process::id()));
        let written = self.make_folder().and_then(|()| fs::write(&new, whole));
        let path = self.folder().join(name(original, width));
        let written = written.and_then(|()| fs::rename(&new, path));
        if let Err(error) = written {
            // What is left of it is of no use; that it cannot be removed is the same trouble again.
            let _ = fs::remove_file(&new);
            // Another build has pruned it: that is no trouble.
            if error.kind() != ErrorKind::NotFound {
                self.trouble(&error);
            }
        }
    }

    fn trouble(&self, error: &std::io::Error) {
        self.problem.get_or_init(|| {
            let folder = self.folder();
            format!(
                "could not write `{}`, and so pictures are made again each time: {}",
                folder.display(),
                reason(error)
            )
        });
    }

    /// The folder, which version control leaves alone.
    fn make_folder(&self) -> std::io::Result<()> {
        if self.folder().is_dir() {
            return Ok(());
        }
        fs::create_dir_all(self.folder())?;
        fs::write(self.root.join(".gitignore"), "*\n")
    }

    /// Forgets all but these.
    pub(super) fn prune(&self, kept: &BTreeSet<String>) {
        let Ok(entries) = fs::read_dir(self.folder()) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if !name.to_str().is_some_and(|name| kept.contains(name)) {
                // What cannot be removed now, the next build removes.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    pub(super) fn problem(&self) -> Option<String> {
        self.problem.get().cloned()
    }
}

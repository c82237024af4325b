//! Writes the output all or nothing. Files go into a folder beside the output, `.NAME.silcrow-new`; at the end the two
//! folders change places in one step, and the old site is removed. A build that is killed leaves the old site or the
//! new one, whole, and what it leaves beside it the next build cleans up. Files that have not changed are taken over from
//! the old site (`previous.rs`).
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Seek, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::previous::{Previous, remove};
use super::write::{Waiting, create_file, create_folder, create_folders, lock};
use super::{DiskError, Result, Root, io};
use crate::output::{Output, OutputBody};
use crate::path::OutputPath;

/// The list of what silcrow wrote, in the output. Only files that it lists are ever removed.
pub(super) const MANIFEST: &str = ".silcrow-manifest";
/// The manifest's first line; the number is its format's.
pub(super) const MANIFEST_HEAD: &str = "silcrow 1";

/// An output that is being written.
pub struct Staging {
    output: PathBuf,
    new: PathBuf,
    old: PathBuf,
    root: Root,
    previous: Previous,
    /// The files that were written, or the first error.
    written: Mutex<Result<Vec<String>>>,
    /// Held as long as the output is ours: another build of a folder beside it waits.
    _lock: Option<File>,
}

impl Staging {
    /// Begins to write `output`, whose sources are below `root`: waits for another build of the same folder to end,
    /// cleans up after one that was killed, and refuses folders that are not silcrow's.
    pub fn begin(root: &Path, output: &Path, waiting: Waiting) -> Result<Self> {
        let root = Root::new(root).map_err(io("open", root))?;
        let output = resolve(output)?;
        refuse_overlap(root.path(), &output)?;
        let parent = output.parent().unwrap_or(Path::new("/"));
        create_folders(parent).map_err(io("create", parent))?;
        let beside = |suffix: &str| {
            let mut name = OsString::from(".");
            name.extend([output.file_name().unwrap_or_default(), suffix.as_ref()]);
            parent.join(name)
        };
        let (new, old) = (beside(".silcrow-new"), beside(".silcrow-old"));
        let lock = lock(parent, waiting);
        recover(&output, [&new, &old])?;
        let previous = Previous::open(&output)?;
        create_folder(&new).map_err(io("create", &new))?;
        let written = Mutex::new(Ok(Vec::new()));
        Ok(Self { output, new, old, root, previous, written, _lock: lock })
    }

    /// Writes one file. An error is kept, and returned by [`Staging::commit`]; after it, nothing more is written.
    pub fn write(&self, output: Output) {
        if self.written().is_err() {
            return;
        }
        let result = self.write_file(&output);
        let mut written = self.written();
        match (&mut *written, result) {
            (Ok(written), Ok(())) => written.push(output.path.as_str().to_owned()),
            (Ok(_), Err(error)) => *written = Err(error),
            (Err(_), _) => {}
        }
    }

    fn written(&self) -> MutexGuard<'_, Result<Vec<String>>> {
        self.written.lock().expect("no thread panics while it holds the lock")
    }

    fn write_file(&self, output: &Output) -> Result<()> {
        let path = self.new.join(output.path.as_str());
        // Most files are the only ones in their folder: making it first saves a failing attempt.
        if let Some(folder) = path.parent().filter(|_| path.ends_with("index.html")) {
            // Where this fails, there is one already, or the file's own attempt says why.
            let _ = create_folder(folder);
        }
        if self.previous.take_over(output.path.as_str(), &output.body, &path) {
            return Ok(());
        }
        let mut file = create_file(&path).map_err(io("create", &path))?;
        match &output.body {
            OutputBody::Bytes(bytes) => file.write_all(bytes).map_err(io("write", &path)),
            OutputBody::Copy { spelling, hash, .. } => {
                let source = self.root.path().join(&**spelling);
                let mut from =
                    self.root.open(Path::new(&**spelling)).map_err(io("read", &source))?;
                let mut copy = || {
                    std::io::copy(&mut from, &mut file)?;
                    file.rewind()?;
                    Ok(blake3::Hasher::new().update_reader(&file)?.finalize())
                };
                // What is copied is what was read: pages name files by what was in them then.
                let is_same = copy().map_err(io("write", &path))? == *hash;
                is_same.then_some(()).ok_or(DiskError::Changed(source))
            }
        }
    }

    /// Puts what was written in the old site's place.
    ///
    /// Steps, each of which a killed build can have been the last of: the manifest is written; a foreign `.git` moves
    /// to the new folder; the folders change places; the old one is removed. Where the file system cannot exchange two
    /// folders, the old one is moved aside first, and a build that finds it there and no output moves it back.
    /// Returns the first error of writing, or of these steps. The old site is in its place then.
    pub fn commit(self) -> Result<()> {
        let written = std::mem::replace(&mut *self.written(), Ok(Vec::new()));
        let committed = written.and_then(|mut written| {
            written.sort_unstable();
            let manifest = format!("{MANIFEST_HEAD}\n{}\n", written.join("\n"));
            let manifest = Output::bytes(OutputPath::new(MANIFEST), manifest.into_bytes());
            self.write_file(&manifest)?;
            self.exchange()
        });
        if committed.is_err() {
            // A `.git` may have moved for an exchange that did not happen. What fails here, the next build does.
            let _ = recover(&self.output, [&self.new, &self.old]);
        }
        committed
    }

    /// Gives up: the old site stays, and what was written is removed.
    pub fn discard(self) {
        // What cannot be removed now, the next build removes.
        let _ = remove(&self.new);
    }

    fn exchange(&self) -> Result<()> {
        let (output, new) = (&self.output, &self.new);
        if fs::symlink_metadata(output).is_err() {
            return fs::rename(new, output).map_err(io("write", output));
        }
        let git = output.join(".git");
        if fs::symlink_metadata(&git).is_ok() {
            fs::rename(&git, new.join(".git")).map_err(io("move", &git))?;
        }
        let old = match exchange_folders(new, output) {
            // Kernels and file systems without the exchange say EINVAL or ENOSYS.
            Err(error)
                if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) =>
            {
                fs::rename(output, &self.old).map_err(io("move", output))?;
                if let Err(error) = fs::rename(new, output) {
                    fs::rename(&self.old, output).map_err(io("bring back", output))?;
                    return Err(io("write", output)(error));
                }
                &self.old
            }
            exchanged => exchanged.map(|()| new).map_err(io("write", output))?,
        };
        // The new site is in its place: what cannot be removed now, the next build removes.
        let _ = remove(old);
        Ok(())
    }
}

/// Puts right what a killed build left: see [`Staging::commit`] for the steps it can have stopped between.
fn recover(output: &Path, [new, old]: [&Path; 2]) -> Result<()> {
    let is_folder =
        |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if !output.exists() && is_folder(old) {
        fs::rename(old, output).map_err(io("bring back", output))?;
    }
    for leftover in [new, old] {
        let git = leftover.join(".git");
        if is_folder(leftover) && git.exists() && !output.join(".git").exists() {
            create_folders(output).map_err(io("create", output))?;
            fs::rename(&git, output.join(".git")).map_err(io("bring back", &git))?;
        }
        remove(leftover)?;
    }
    Ok(())
}

/// Refuses an output that is, contains or is in a folder of sources.
fn refuse_overlap(root: &Path, output: &Path) -> Result<()> {
    for name in ["content", "templates", "static", "site.yaml", ""] {
        let source = root.join(name);
        let source = fs::canonicalize(&source).unwrap_or(source);
        if source.starts_with(output) || !name.is_empty() && output.starts_with(&source) {
            return Err(DiskError::Overlap(output.to_owned(), source));
        }
    }
    Ok(())
}

/// Exchanges two folders in one step (`renameat2` with `RENAME_EXCHANGE`; macOS has the same).
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange_folders(one: &Path, other: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange_folders(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// The real path of a folder that may not exist yet. `..` goes up from where a link leads; from a folder that is not there,
/// from its name.
fn resolve(path: &Path) -> Result<PathBuf> {
    let mut real = PathBuf::new();
    for part in std::path::absolute(path).map_err(io("find", path))?.components() {
        if part == Component::ParentDir {
            real.pop();
            continue;
        }
        let next = real.join(part);
        real = match fs::canonicalize(&next) {
            Err(error) if error.kind() == ErrorKind::NotFound => next,
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(DiskError::NotAFolder(real));
            }
            found => found.map_err(io("find", path))?,
        };
    }
    Ok(real)
}

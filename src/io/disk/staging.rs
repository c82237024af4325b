//! Writes the output all or nothing. Files go into a folder beside the output, `.NAME.silcrow-new`; at the end the two
//! folders change places in one step, and the old site is removed. A build that is killed leaves the old site or the
//! new one, whole, and what it leaves beside it the next build cleans up. Files that have not changed are taken over from
//! the old site (`previous.rs`).
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Seek, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::previous::{NAMED, Previous, remove};
use super::published::{create_file, create_folder, create_folders};
use super::write::{Waiting, lock};
use super::{DiskError, Root, io};
use crate::output::{Output, OutputBody};
use crate::path::OutputPath;

/// The list of what silcrow wrote, in the output. Only files that it lists are ever removed.
pub(super) const MANIFEST: &str = ".silcrow-manifest";
/// The manifest's first line; the number is its format's.
const MANIFEST_HEAD: &str = "silcrow 1";

/// An output that is being written.
pub struct Staging {
    output: PathBuf,
    new: PathBuf,
    old: PathBuf,
    root: Root,
    previous: Previous,
    /// The files that were written, or the first error.
    written: Mutex<Result<Vec<String>, DiskError>>,
    /// Held as long as the output is ours: another build of a folder beside it waits.
    _lock: Option<File>,
}

impl Staging {
    /// Begins to write `output`, whose sources are below `root`: waits for another build of the same folder to end,
    /// cleans up after one that was killed, and refuses folders that are not silcrow's.
    ///
    /// # Errors
    ///
    /// When the folder is not ours to write, or the system refuses.
    pub fn begin(root: &Path, output: &Path, waiting: Waiting) -> Result<Self, DiskError> {
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
        let mut staging = Self {
            new: beside(".silcrow-new"),
            old: beside(".silcrow-old"),
            _lock: lock(parent, waiting),
            root,
            previous: Previous::default(),
            written: Mutex::new(Ok(Vec::new())),
            output,
        };
        staging.recover()?;
        staging.previous = staging.look_into_output()?;
        create_folder(&staging.new).map_err(io("create", &staging.new))?;
        Ok(staging)
    }

    /// Puts right what a killed build left: see [`Staging::commit`] for the steps it can have stopped between.
    fn recover(&self) -> Result<(), DiskError> {
        let is_folder =
            |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
        if !self.output.exists() && is_folder(&self.old) {
            fs::rename(&self.old, &self.output).map_err(io("bring back", &self.output))?;
        }
        for leftover in [&self.new, &self.old] {
            let git = leftover.join(".git");
            if is_folder(leftover) && git.exists() && !self.output.join(".git").exists() {
                create_folders(&self.output).map_err(io("create", &self.output))?;
                fs::rename(&git, self.output.join(".git")).map_err(io("bring back", &git))?;
            }
            remove(leftover)?;
        }
        Ok(())
    }

    /// The files of the output that is there. One that holds files which silcrow did not write is refused.
    fn look_into_output(&self) -> Result<Previous, DiskError> {
        let output = &self.output;
        match fs::symlink_metadata(output) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Previous::default()),
            Err(error) => return Err(io("open", output)(error)),
            Ok(metadata) if !metadata.is_dir() => {
                return Err(DiskError::NotAFolder(output.clone()));
            }
            Ok(_) => {}
        }
        let manifest = match Root::new(output).and_then(|output| output.read(MANIFEST.as_ref())) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            manifest => manifest.map_err(io("read", output.join(MANIFEST)))?,
        };
        let manifest = String::from_utf8_lossy(&manifest);
        let mut lines = manifest.lines();
        let mut ours = HashSet::from([MANIFEST]);
        if lines.next() == Some(MANIFEST_HEAD) {
            ours.extend(lines);
        }
        let previous = Previous::new(output, &ours).map_err(io("look into", output))?;
        if previous.foreign.is_empty() {
            return Ok(previous);
        }
        let some = previous.foreign.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        Err(DiskError::ForeignFiles(output.clone(), some))
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

    fn written(&self) -> MutexGuard<'_, Result<Vec<String>, DiskError>> {
        self.written.lock().expect("no thread panics while it holds the lock")
    }

    fn write_file(&self, output: &Output) -> Result<(), DiskError> {
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
    ///
    /// # Errors
    ///
    /// The first error of writing, or of these steps. The old site is in its place then.
    pub fn commit(self) -> Result<(), DiskError> {
        let written = std::mem::replace(&mut *self.written(), Ok(Vec::new()));
        let committed = written.and_then(|mut written| {
            written.sort_unstable();
            let manifest = format!("{MANIFEST_HEAD}\n{}\n", written.join("\n"));
            let manifest = Output::bytes(OutputPath::new(MANIFEST), manifest.into_bytes());
            self.write_file(&manifest)?;
            self.exchange()
        });
        if committed.is_err() {
            let git = self.new.join(".git");
            if git.exists() {
                // Moved for an exchange that did not happen; `recover` would bring it back too.
                let _ = fs::rename(&git, self.output.join(".git"));
            }
            self.discard();
        }
        committed
    }

    /// Gives up: the old site stays, and what was written is removed.
    pub fn discard(self) {
        // What cannot be removed now, the next build removes.
        let _ = remove(&self.new);
    }

    fn exchange(&self) -> Result<(), DiskError> {
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

/// Refuses an output that is, contains or is in a folder of sources.
fn refuse_overlap(root: &Path, output: &Path) -> Result<(), DiskError> {
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
fn resolve(path: &Path) -> Result<PathBuf, DiskError> {
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

//! Writes the output all or nothing. Files go into a folder beside the output, `.NAME.silcrow-new`; at the end the two
//! folders change places in one step, and the old site is removed. A build that is killed leaves the old site or the
//! new one, whole, and what it leaves beside it the next build cleans up. Files that have not changed are taken over from
//! the old site (`previous.rs`).
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use super::previous::{NAMED, Previous, Wanted, remove_folder};
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
    state: Mutex<State>,
    /// Held as long as the output is ours: another build of a folder beside it waits.
    _lock: Option<File>,
}

#[derive(Default)]
struct State {
    written: Vec<String>,
    error: Option<DiskError>,
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
        let name = output.file_name().map(OsString::from).unwrap_or_default();
        let parent = output.parent().unwrap_or(Path::new("/")).to_owned();
        create_folders(&parent).map_err(io("create", &parent))?;
        let beside = |suffix: &str| {
            let mut hidden = OsString::from(".");
            hidden.push(&name);
            hidden.push(suffix);
            parent.join(hidden)
        };
        let mut staging = Self {
            new: beside(".silcrow-new"),
            old: beside(".silcrow-old"),
            _lock: lock(&parent, waiting),
            root,
            previous: Previous::default(),
            state: Mutex::default(),
            output,
        };
        staging.recover()?;
        staging.previous = staging.look_into_output()?;
        create_folder(&staging.new).map_err(io("create", &staging.new))?;
        Ok(staging)
    }

    /// Puts right what a killed build left: see [`Staging::commit`] for the steps it can have stopped between.
    fn recover(&self) -> Result<(), DiskError> {
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
        let manifest = manifest(output)?;
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
        let mut state = self.state.lock().expect("no thread panics while it holds the lock");
        if state.error.is_some() {
            return;
        }
        state.written.push(output.path.as_str().to_owned());
        drop(state);
        if let Err(error) = self.write_file(&output) {
            self.fail(error);
        }
    }

    fn fail(&self, error: DiskError) {
        self.state
            .lock()
            .expect("no thread panics while it holds the lock")
            .error
            .get_or_insert(error);
    }

    fn write_file(&self, output: &Output) -> Result<(), DiskError> {
        let path = self.path(&output.path);
        // Most files are the only ones in their folder: making it first saves a failing attempt.
        if let Some(folder) = path.parent().filter(|_| path.ends_with("index.html")) {
            match create_folder(folder) {
                Err(error)
                    if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {}
                result => result.map_err(io("create", folder))?,
            }
        }
        let wanted = match &output.body {
            OutputBody::Bytes(bytes) => Wanted::Bytes(bytes),
            OutputBody::Copy { hash, .. } => Wanted::Hash(hash),
        };
        if self.previous.take_over(output.path.as_str(), wanted, &path) {
            return Ok(());
        }
        let mut file = create_file(&path).map_err(io("create", &path))?;
        match &output.body {
            OutputBody::Bytes(bytes) => file.write_all(bytes).map_err(io("write", &path)),
            OutputBody::Copy { spelling, hash, .. } => {
                let source = self.root.path().join(&**spelling);
                let from = self.root.open(Path::new(&**spelling)).map_err(io("read", &source))?;
                let copied = copy(from, &mut file).map_err(io("write", &path))?;
                // What is copied is what was read: pages name files by what was in them then.
                if copied == *hash { Ok(()) } else { Err(DiskError::Changed(source)) }
            }
        }
    }

    fn path(&self, path: &OutputPath) -> PathBuf {
        self.new.join(path.as_str())
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
        let State { mut written, error, .. } = std::mem::take(
            &mut *self.state.lock().expect("no thread panics while it holds the lock"),
        );
        if let Some(error) = error {
            return Err(self.abandon(error));
        }
        written.sort_unstable();
        let manifest = format!("{MANIFEST_HEAD}\n{}\n", written.join("\n"));
        let path = self.new.join(MANIFEST);
        let wanted = Wanted::Bytes(manifest.as_bytes());
        let listed = match self.previous.take_over(MANIFEST, wanted, &path) {
            true => Ok(()),
            false => create_file(&path).and_then(|mut file| file.write_all(manifest.as_bytes())),
        };
        let committed = listed.map_err(io("write", &path)).and_then(|()| self.exchange());
        committed.map_err(|error| self.abandon(error))
    }

    /// Gives up: the old site stays, and what was written is removed.
    pub fn discard(self) {
        // What cannot be removed now, the next build removes.
        let _ = remove_folder(&self.new);
    }

    fn abandon(&self, error: DiskError) -> DiskError {
        let git = self.new.join(".git");
        if git.exists() {
            // Moved for an exchange that did not happen; `recover` would bring it back too.
            let _ = fs::rename(&git, self.output.join(".git"));
        }
        let _ = remove_folder(&self.new);
        error
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
            Ok(()) => new,
            Err(error) if is_unsupported(&error) => {
                fs::rename(output, &self.old).map_err(io("move", output))?;
                if let Err(error) = fs::rename(new, output) {
                    fs::rename(&self.old, output).map_err(io("bring back", output))?;
                    return Err(io("write", output)(error));
                }
                &self.old
            }
            Err(error) => return Err(io("write", output)(error)),
        };
        // The new site is in its place: what cannot be removed now, the next build removes.
        let _ = remove_folder(old);
        Ok(())
    }
}

/// Refuses an output that is, contains or is in a folder of sources.
fn refuse_overlap(root: &Path, output: &Path) -> Result<(), DiskError> {
    let sources = ["content", "templates", "static", "site.yaml"].map(|name| root.join(name));
    for folder in sources.iter().map(PathBuf::as_path).chain([root]) {
        let source = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        if source.starts_with(output) || folder != root && output.starts_with(&source) {
            return Err(DiskError::Overlap(output.to_owned(), source));
        }
    }
    Ok(())
}

/// What silcrow says that it wrote into an output; nothing where it says nothing.
fn manifest(output: &Path) -> Result<String, DiskError> {
    let read = Root::new(output).and_then(|output| output.read(Path::new(MANIFEST)));
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(io("read", output.join(MANIFEST))(error)),
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Copies a file. Returns the hash of what was copied.
fn copy(mut from: File, to: &mut File) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok(hasher.finalize());
        }
        hasher.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
    }
}

/// Whether there is a folder, and no link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Removes what a killed build left: a folder, or whatever has its name. Of a link, the link.
fn remove(leftover: &Path) -> Result<(), DiskError> {
    let removed =
        if is_folder(leftover) { remove_folder(leftover) } else { fs::remove_file(leftover) };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.map_err(io("remove", leftover)),
    }
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

fn is_unsupported(error: &std::io::Error) -> bool {
    // Kernels and file systems without the exchange say EINVAL or ENOSYS.
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput)
}

/// The real path of a folder that may not exist yet.
fn resolve(path: &Path) -> Result<PathBuf, DiskError> {
    // `..` goes up from where a link leads; from a folder that is not there, from its name.
    let mut absolute = PathBuf::new();
    for part in std::path::absolute(path).map_err(io("find", path))?.components() {
        if part == Component::ParentDir {
            absolute = fs::canonicalize(&absolute).unwrap_or(absolute);
            absolute.pop();
        } else {
            absolute.push(part);
        }
    }
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        match fs::canonicalize(existing) {
            Ok(real) => {
                let mut real = real;
                real.extend(missing.iter().rev());
                return Ok(real);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                missing.push(existing.file_name().unwrap_or_default());
                existing = existing.parent().ok_or_else(|| io("find", path)(error))?;
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(DiskError::NotAFolder(
                    existing.parent().unwrap_or(existing).to_owned(),
                ));
            }
            Err(error) => return Err(io("find", path)(error)),
        }
    }
}

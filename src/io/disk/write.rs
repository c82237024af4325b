//! Writes the output all or nothing. Files go into a folder beside the output, `.NAME.silcrow-new`; at the end the two
//! folders change places in one step, and the old site is removed. A build that is killed leaves the old site or the
//! new one, whole, and what it leaves beside it the next build cleans up.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use walkdir::WalkDir;

use super::{DiskError, io};
use crate::output::{Output, OutputBody};
use crate::path::OutputPath;

/// The list of what silcrow wrote, in the output. Only what stands in it is ever removed.
pub(super) const MANIFEST: &str = ".silcrow-manifest";
/// The manifest's first line; the number is its format's.
const MANIFEST_HEAD: &str = "silcrow 1";

/// An output that is being written.
pub struct Staging {
    output: PathBuf,
    new: PathBuf,
    old: PathBuf,
    root: PathBuf,
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
    pub fn begin(root: &Path, output: &Path) -> Result<Self, DiskError> {
        let root = fs::canonicalize(root).map_err(io("open", root))?;
        let output = resolve(output)?;
        for folder in ["content", "templates", "static", "site.yaml"]
            .map(|name| root.join(name))
            .into_iter()
            .chain([root.clone()])
        {
            let source = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
            if source.starts_with(&output) || folder != root && output.starts_with(&source) {
                return Err(DiskError::Overlap(output, source));
            }
        }
        let name = output.file_name().map(OsString::from).unwrap_or_default();
        let parent = output.parent().unwrap_or(Path::new("/")).to_owned();
        fs::create_dir_all(&parent).map_err(io("create", &parent))?;
        let beside = |suffix: &str| {
            let mut hidden = OsString::from(".");
            hidden.push(&name);
            hidden.push(suffix);
            parent.join(hidden)
        };
        let staging = Self {
            new: beside(".silcrow-new"),
            old: beside(".silcrow-old"),
            _lock: lock(&parent),
            root,
            state: Mutex::default(),
            output,
        };
        staging.recover()?;
        staging.refuse_foreign_files()?;
        fs::create_dir(&staging.new).map_err(io("create", &staging.new))?;
        Ok(staging)
    }

    /// Puts right what a killed build left: see [`Staging::commit`] for the steps it can have stopped between.
    fn recover(&self) -> Result<(), DiskError> {
        if !self.output.exists() && self.old.exists() {
            fs::rename(&self.old, &self.output).map_err(io("bring back", &self.output))?;
        }
        for leftover in [&self.new, &self.old] {
            if fs::symlink_metadata(leftover).is_err() {
                continue;
            }
            let git = leftover.join(".git");
            if git.exists() && !self.output.join(".git").exists() {
                fs::create_dir_all(&self.output).map_err(io("create", &self.output))?;
                fs::rename(&git, self.output.join(".git")).map_err(io("bring back", &git))?;
            }
            fs::remove_dir_all(leftover).map_err(io("remove", leftover))?;
        }
        Ok(())
    }

    fn refuse_foreign_files(&self) -> Result<(), DiskError> {
        let output = &self.output;
        match fs::symlink_metadata(output) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(io("open", output)(error)),
            Ok(metadata) if !metadata.is_dir() => {
                return Err(DiskError::NotAFolder(output.clone()));
            }
            Ok(_) => {}
        }
        let manifest = fs::read_to_string(output.join(MANIFEST)).unwrap_or_default();
        let ours: BTreeSet<&str> = if manifest.lines().next() == Some(MANIFEST_HEAD) {
            manifest.lines().skip(1).collect()
        } else {
            BTreeSet::new()
        };
        let mut foreign = Vec::new();
        let entries = WalkDir::new(output).min_depth(1).sort_by_file_name().into_iter();
        for entry in
            entries.filter_entry(|entry| !(entry.depth() == 1 && entry.file_name() == ".git"))
        {
            let entry = entry.map_err(|error| DiskError::Io {
                action: "look into",
                path: output.clone(),
                source: error.into(),
            })?;
            let relative = entry.path().strip_prefix(output).unwrap_or(entry.path());
            let name = relative
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/");
            if !entry.file_type().is_dir() && name != MANIFEST && !ours.contains(name.as_str()) {
                foreign.push(format!("`{name}`"));
                if foreign.len() == 5 {
                    break;
                }
            }
        }
        if foreign.is_empty() {
            Ok(())
        } else {
            Err(DiskError::ForeignFiles(output.clone(), foreign))
        }
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
            match fs::create_dir(folder) {
                Err(error)
                    if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {}
                result => result.map_err(io("create", folder))?,
            }
        }
        let create = || match File::create(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = path.parent().unwrap_or(&self.new);
                fs::create_dir_all(folder).map_err(io("create", folder))?;
                File::create(&path).map_err(io("create", &path))
            }
            result => result.map_err(io("create", &path)),
        };
        match &output.body {
            OutputBody::Bytes(bytes) => create()?.write_all(bytes).map_err(io("write", &path)),
            OutputBody::Copy { spelling, .. } => {
                let source = self.root.join(&**spelling);
                let mut from = File::open(&source).map_err(io("read", &source))?;
                let mut to = create()?;
                std::io::copy(&mut from, &mut to).map(|_| ()).map_err(io("write", &path))
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
        if let Err(error) =
            fs::write(&path, manifest).map_err(io("write", &path)).and_then(|()| self.exchange())
        {
            return Err(self.abandon(error));
        }
        Ok(())
    }

    /// Gives up: the old site stays, and what was written is removed.
    pub fn discard(self) {
        // What cannot be removed now, the next build removes.
        let _ = fs::remove_dir_all(&self.new);
    }

    fn abandon(&self, error: DiskError) -> DiskError {
        let git = self.new.join(".git");
        if git.exists() {
            // Moved for an exchange that did not happen; `recover` would bring it back too.
            let _ = fs::rename(&git, self.output.join(".git"));
        }
        let _ = fs::remove_dir_all(&self.new);
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
        let _ = fs::remove_dir_all(old);
        Ok(())
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

/// Waits until no other build writes a folder beside this one. The lock is on the parent folder itself, so that
/// nothing is left behind; where a folder cannot be locked, builds are not kept apart.
fn lock(parent: &Path) -> Option<File> {
    let folder = File::open(parent).ok()?;
    folder.lock().ok()?;
    Some(folder)
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

/// Writes a file that must not be there yet, and its folders.
///
/// # Errors
///
/// When the file exists, or the system refuses; then nothing is left of it.
pub fn write_new(path: &Path, text: &str) -> Result<(), DiskError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io("create", folder))?;
    }
    let mut file = match File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(DiskError::Exists(path.to_owned()));
        }
        result => result.map_err(io("create", path))?,
    };
    file.write_all(text.as_bytes()).map_err(|error| {
        let _ = fs::remove_file(path);
        io("write", path)(error)
    })
}

//! Moves and changes files of the site, all or none, whenever the program is killed. What is to be done is written into one
//! file first; once that is in its place, it will be done: by this run, else by the next one that reads the site.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{DiskError, io};

/// The file that says what is to be done; it begins with a dot and ends with `~`, so that nothing takes it for a source.
const JOURNAL: &str = ".silcrow-journal~";
/// The format's number.
const FORMAT: u32 = 1;

/// What is to be done: first the moves, in their order, then the changes. All paths are below the site's root, as the file
/// system spells them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Changes {
    format: u32,
    /// Files and folders, and where they go.
    pub moves: Vec<(String, String)>,
    /// Texts, in the places where they are after the moves.
    pub texts: Vec<ChangedText>,
}

/// A text that takes another's place.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangedText {
    /// The file, where it is after the moves.
    pub path: String,
    /// What it has to hold still, as a hash.
    old: [u8; 32],
    /// What it will hold.
    new: String,
}

impl ChangedText {
    /// The text `new` in the place of `old`.
    pub fn new(path: &str, old: &str, new: &str) -> Self {
        let old = *blake3::hash(old.as_bytes()).as_bytes();
        Self { path: path.to_owned(), old, new: new.to_owned() }
    }
}

impl Changes {
    /// These moves and texts.
    pub fn new(moves: Vec<(String, String)>, texts: Vec<ChangedText>) -> Self {
        Self { format: FORMAT, moves, texts }
    }
}

/// Makes changes below `root`, all or none.
///
/// # Errors
///
/// When something is not as it was read or is in the way, or the system refuses a step: then nothing has changed. Where it
/// refuses to take back what was done, too, the journal stays, and the error names it.
pub fn change(root: &Path, changes: &Changes) -> Result<(), DiskError> {
    let _lock = lock(root);
    finish(root)?;
    changes.moves.iter().try_for_each(|step| may_move(root, step))?;
    changes.moves.iter().try_for_each(|(from, _)| links_hold(root, from))?;
    let old: Result<Vec<_>, _> =
        changes.texts.par_iter().map(|text| as_read(root, changes, text)).collect();
    let old = old?;
    let journal = root.join(JOURNAL);
    let text = serde_json::to_string(changes).map_err(std::io::Error::other);
    let text = text.map_err(io("write", &journal))?;
    write_beside(&journal, text.as_bytes(), true)?;
    apply(root, changes).map_err(|refused| match undo(root, changes, &old) {
        Ok(()) => refused,
        Err(_) => DiskError::Unfinished(refused.into(), journal),
    })
}

/// Finishes what a killed run began. To be called before the site is read.
///
/// # Errors
///
/// When a file was changed since, or the system refuses.
pub(super) fn recover(root: &Path) -> Result<(), DiskError> {
    if fs::symlink_metadata(root.join(JOURNAL)).is_err() {
        return Ok(());
    }
    let _lock = lock(root);
    finish(root)
}

fn finish(root: &Path) -> Result<(), DiskError> {
    let journal = root.join(JOURNAL);
    let text = match fs::read_to_string(&journal) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        text => text.map_err(io("read", &journal))?,
    };
    let changes: Changes = serde_json::from_str(&text)
        .map_err(std::io::Error::other)
        .map_err(io("understand", &journal))?;
    apply(root, &changes).map_err(|refused| match refused {
        DiskError::Interrupted(..) => refused,
        _ => DiskError::Unfinished(refused.into(), journal),
    })
}

/// Keeps two runs apart. Where a folder cannot be locked, they are not.
fn lock(root: &Path) -> Option<File> {
    let folder = File::open(root).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Whether a move can be made: what moves is there, and nothing is where it goes.
fn may_move(root: &Path, (from, to): &(String, String)) -> Result<(), DiskError> {
    let (from, to) = (root.join(from), root.join(to));
    let metadata = fs::symlink_metadata(&from).map_err(io("move", &from))?;
    if metadata.is_symlink() {
        return Err(DiskError::Link(from));
    }
    if fs::symlink_metadata(&to).is_ok() && !is_same(&from, &to) {
        return Err(DiskError::Exists(to));
    }
    Ok(())
}

/// Whether every symbolic link among the articles leads where it led when what is at `from` is elsewhere.
fn links_hold(root: &Path, from: &str) -> Result<(), DiskError> {
    let from = root.join(from);
    let real = fs::canonicalize(&from).map_err(io("open", &from))?;
    let entries = walkdir::WalkDir::new(root.join("content")).into_iter().flatten();
    for link in entries.filter(walkdir::DirEntry::path_is_symlink) {
        // What leads nowhere leads nowhere afterwards.
        let Ok(target) = fs::canonicalize(link.path()) else { continue };
        let is_absolute = fs::read_link(link.path()).is_ok_and(|to| to.is_absolute());
        let (moves, target_moves) = (link.path().starts_with(&from), target.starts_with(&real));
        let holds = if is_absolute { !target_moves } else { moves == target_moves };
        if !holds {
            return Err(DiskError::Link(link.into_path()));
        }
    }
    Ok(())
}

/// Whether two names are one file, as on systems without regard to case.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// What a text holds, where it is before the moves; that has to be still what was read.
fn as_read(root: &Path, changes: &Changes, text: &ChangedText) -> Result<Vec<u8>, DiskError> {
    let below = |to: &str| {
        let rest = text.path.strip_prefix(to)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    };
    let before = changes.moves.iter().find_map(|(from, to)| Some(format!("{from}{}", below(to)?)));
    let path = root.join(before.as_deref().unwrap_or(&text.path));
    let held = fs::read(&path).map_err(io("read", &path))?;
    if *blake3::hash(&held).as_bytes() != text.old {
        return Err(DiskError::Changed(path));
    }
    let permissions = fs::metadata(&path).map_err(io("open", &path))?.permissions();
    if permissions.readonly() {
        return Err(io("change", &path)(ErrorKind::PermissionDenied.into()));
    }
    Ok(held)
}

/// Takes every step that has not been taken yet, and then the journal away.
fn apply(root: &Path, changes: &Changes) -> Result<(), DiskError> {
    for (from, to) in &changes.moves {
        let (from, to) = (root.join(from), root.join(to));
        if fs::symlink_metadata(&to).is_ok() && !is_same(&from, &to) {
            if fs::symlink_metadata(&from).is_err() {
                continue; // It was moved before the kill.
            }
            // Somebody has written there since.
            return Err(DiskError::Interrupted(to, root.join(JOURNAL)));
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(io("create", folder))?;
        }
        fs::rename(&from, &to).map_err(io("move", &from))?;
        if let Some(folder) = from.parent() {
            // A folder that holds something still stays.
            let _ = fs::remove_dir(folder);
        }
    }
    changes.texts.par_iter().try_for_each(|text| put(root, text))?;
    sync(root);
    let journal = root.join(JOURNAL);
    fs::remove_file(&journal).map_err(io("remove", &journal))
}

/// Takes back every step that was taken, in the opposite order, and the journal away. `old` is what the texts held.
fn undo(root: &Path, changes: &Changes, old: &[Vec<u8>]) -> Result<(), DiskError> {
    for (text, old) in changes.texts.iter().zip(old) {
        let path = fs::canonicalize(root.join(&text.path));
        if let Ok(path) = path
            && fs::read(&path).is_ok_and(|held| held == text.new.as_bytes())
        {
            write_beside(&path, old, false)?;
        }
    }
    for (from, to) in changes.moves.iter().rev() {
        let (from, to) = (root.join(from), root.join(to));
        if fs::symlink_metadata(&from).is_err() && fs::symlink_metadata(&to).is_ok() {
            if let Some(folder) = from.parent() {
                fs::create_dir_all(folder).map_err(io("create", folder))?;
            }
            fs::rename(&to, &from).map_err(io("move", &to))?;
        }
        // The folders that were made for it; one that holds something stays.
        let folders = to.ancestors().skip(1).take_while(|folder| *folder != root);
        let _ = folders.map(fs::remove_dir).take_while(Result::is_ok).count();
    }
    let journal = root.join(JOURNAL);
    fs::remove_file(&journal).map_err(io("remove", &journal))
}

/// Puts a text into its place, unless it is there already. A file that somebody has changed since stays as it is.
fn put(root: &Path, text: &ChangedText) -> Result<(), DiskError> {
    let path = root.join(&text.path);
    let path = fs::canonicalize(&path).map_err(io("open", &path))?;
    let held = fs::read(&path).map_err(io("read", &path))?;
    if held == text.new.as_bytes() {
        return Ok(());
    }
    if *blake3::hash(&held).as_bytes() != text.old {
        return Err(DiskError::Interrupted(path, root.join(JOURNAL)));
    }
    write_beside(&path, text.new.as_bytes(), false)
}

/// Writes a text beside its file, and then in its place.
fn write_beside(path: &Path, text: &[u8], is_synced: bool) -> Result<(), DiskError> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".silcrow~");
    let new: PathBuf = path.with_file_name(name);
    let write = || {
        let mut output = File::create(&new)?;
        output.write_all(text)?;
        if let Ok(metadata) = fs::metadata(path) {
            fs::set_permissions(&new, metadata.permissions())?;
        }
        if is_synced {
            output.sync_all()?;
        }
        fs::rename(&new, path)
    };
    write().map_err(|error| {
        // What cannot be removed is a file that the reader ignores.
        let _ = fs::remove_file(&new);
        io("write", path)(error)
    })
}

/// What was written is on the disk before the journal goes: one call for all files, where the system has it.
fn sync(root: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(folder) = File::open(root) {
        // The files are whole, and only a crash of the machine could lose them now.
        let _ = rustix::fs::syncfs(&folder);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = root;
}

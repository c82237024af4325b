//! Replaces texts of the site, all or none of them: each new text is written beside its file first, and when all are
//! there, each takes its file's place in one step.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{DiskError, io};

/// A text that takes another's place.
pub struct Replacement<'a> {
    /// The file's path below the root, as the file system spells it.
    pub path: &'a str,
    /// What it has to hold still.
    pub old: &'a str,
    /// What it will hold.
    pub new: &'a str,
}

/// Replaces texts below `root`.
///
/// # Errors
///
/// When a file holds something else by now, or the system refuses. Then no file has changed, unless the very last steps,
/// renames, are refused after some of them.
pub fn replace(root: &Path, replacements: &[Replacement<'_>]) -> Result<(), DiskError> {
    let mut written = Vec::with_capacity(replacements.len());
    for replacement in replacements {
        match beside(root, replacement) {
            Ok(pair) => written.push(pair),
            Err(error) => {
                // What cannot be removed is a file that the reader ignores.
                written.iter().for_each(|(new, _)| drop(fs::remove_file(new)));
                return Err(error);
            }
        }
    }
    for (new, file) in &written {
        fs::rename(new, file).map_err(io("replace", file))?;
    }
    Ok(())
}

/// Writes a text in the place of a file's, in one step: who reads it meanwhile sees the old one or the new one.
///
/// # Errors
///
/// When the system refuses; the file is as it was then.
pub fn write_over(path: &Path, text: &str) -> Result<(), DiskError> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".silcrow~");
    let new = path.with_file_name(name);
    let write = || {
        let mut output = File::create(&new)?;
        output.write_all(text.as_bytes())?;
        output.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&new);
        io("write", path)(error)
    })
}

/// Makes a folder, and those on the way to it; one that is there stays.
///
/// # Errors
///
/// When the system refuses.
pub fn make_folder(path: &Path) -> Result<(), DiskError> {
    fs::create_dir_all(path).map_err(io("create", path))
}

/// Adds a text to a file's end; the file is made when it is not there.
///
/// # Errors
///
/// When the system refuses.
pub fn append(path: &Path, text: &str) -> Result<(), DiskError> {
    let open = || File::options().append(true).create(true).open(path);
    open().and_then(|mut file| file.write_all(text.as_bytes())).map_err(io("write", path))
}

/// Reads a text.
///
/// # Errors
///
/// When the system refuses, or it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, DiskError> {
    fs::read_to_string(path).map_err(io("read", path))
}

/// Writes the new text beside the file it is for, and returns both paths. Of a symbolic link, the file it leads to.
fn beside(root: &Path, replacement: &Replacement<'_>) -> Result<(PathBuf, PathBuf), DiskError> {
    let path = root.join(replacement.path);
    let file = fs::canonicalize(&path).map_err(io("open", &path))?;
    if fs::read(&file).map_err(io("read", &file))? != replacement.old.as_bytes() {
        return Err(DiskError::Changed(path));
    }
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(".silcrow~");
    let new = file.with_file_name(name);
    let permissions = fs::metadata(&file).map_err(io("open", &file))?.permissions();
    if permissions.readonly() {
        let refused = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        return Err(io("replace", &file)(refused));
    }
    let write = || {
        let mut output = File::create(&new)?;
        output.write_all(replacement.new.as_bytes())?;
        fs::set_permissions(&new, permissions)?;
        output.sync_all()
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&new);
        io("write", &new)(error)
    })?;
    Ok((new, file))
}

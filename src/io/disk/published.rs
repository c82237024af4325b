//! Files and folders that are published: servers read them as somebody else, so everybody may, whatever the mask of the
//! process is. Each is made anew: nothing that is there already is ever written to.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::fs::{self, File};
use std::io::{ErrorKind, Result};
use std::path::Path;

/// What is allowed with files, and with folders.
#[cfg(unix)]
const MODES: (u32, u32) = (0o644, 0o755);

/// Makes a file that must not be there yet, and the folder that it is in.
pub(in crate::io) fn create_file(path: &Path) -> Result<File> {
    let file =
        in_folder(path, || File::options().read(true).write(true).create_new(true).open(path))?;
    #[cfg(unix)]
    if !is_public(&file.metadata()?) {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(MODES.0))?;
    }
    Ok(file)
}

/// Makes a folder that must not be there yet.
pub(super) fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(MODES.1))?;
    Ok(())
}

/// Makes a folder and those that it is in, unless they are there.
pub(in crate::io) fn create_folders(path: &Path) -> Result<()> {
    match in_folder(path, || create_folder(path)) {
        // Another thread was faster, or the folder was there before.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

/// Makes something at a path; where that fails for want of the folder it is in, once more with the folder.
pub(super) fn in_folder<T>(path: &Path, make: impl Fn() -> Result<T>) -> Result<T> {
    match (make(), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound => {
            create_folders(folder)?;
            make()
        }
        (made, _) => made,
    }
}

/// Whether a file is one that can be published: a regular one with the permissions that published files have.
#[cfg(unix)]
pub(super) fn is_public(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file() && metadata.mode() & 0o7777 == MODES.0
}

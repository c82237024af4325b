//! Files and folders that are published: servers read them as somebody else, so everybody may, whatever the mask of the
//! process is. Each is made anew: nothing that is there already is ever written to.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{ErrorKind, Result};
use std::path::Path;

/// What is allowed with files, and with folders.
#[cfg(unix)]
const MODES: (u32, u32) = (0o644, 0o755);

/// Makes a file that must not be there yet, and the folder that it is in.
pub(in crate::io) fn create_file(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    let file = match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), create_folders)?;
            options.open(path)?
        }
        file => file?,
    };
    #[cfg(unix)]
    if !is_public(&file.metadata()?) {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(PermissionsExt::from_mode(MODES.0))?;
    }
    Ok(file)
}

/// Makes a folder that must not be there yet.
pub(in crate::io) fn create_folder(path: &Path) -> Result<()> {
    DirBuilder::new().create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let mode = fs::symlink_metadata(path)?.mode() & 0o777;
        if mode != MODES.1 {
            fs::set_permissions(path, PermissionsExt::from_mode(MODES.1))?;
        }
    }
    Ok(())
}

/// Makes a folder and those that it is in, unless they are there.
pub(in crate::io) fn create_folders(path: &Path) -> Result<()> {
    match create_folder(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), create_folders)?;
            create_folder(path).or_else(|error| is_there(path, error))
        }
        Err(error) => is_there(path, error),
        Ok(()) => Ok(()),
    }
}

/// Another thread was faster, or the folder was there before.
fn is_there(path: &Path, error: std::io::Error) -> Result<()> {
    let is_there = error.kind() == ErrorKind::AlreadyExists && path.is_dir();
    if is_there { Ok(()) } else { Err(error) }
}

/// Whether a file is one that can be published: a regular one with the permissions that published files have.
#[cfg(unix)]
pub(super) fn is_public(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file() && metadata.mode() & 0o7777 == MODES.0
}

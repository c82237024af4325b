//! The file system: reading a site's sources, and writing its output all or nothing.

mod dimensions;
mod journal;
mod listing;
mod live;
mod open;
mod previous;
mod read;
mod staging;
mod write;

use std::path::{Path, PathBuf};

use super::reason;
pub use journal::{ChangedText, Changes, Move, change, recover};
pub use listing::{listing, read_listed};
pub use live::Live;
pub use open::Root;
pub(super) use previous::remove;
pub use read::{read, unreadable_path};
pub use staging::Staging;
pub(super) use write::{Durable, create_file, create_folders, in_folder, put};
pub use write::{Waiting, append, make_folder, read_named, read_text, write};

/// What the file system gives, or why it does not.
pub type Result<T, E = DiskError> = std::result::Result<T, E>;

/// Why the file system could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The system refused; what was tried as a verb, where, and the system's reason.
    #[error("could not {0} `{path}`: {reason}", path = .1.display(), reason = reason(.2))]
    Io(&'static str, PathBuf, std::io::Error),
    #[error(
        "there is no folder `content` in `{}`; run silcrow in a site's folder, name one with `--root`, or create one with `silcrow init`",
        .0.display()
    )]
    NoContent(PathBuf),
    /// The output folder holds files that silcrow did not write; some of them.
    #[error(
        "`{}` contains files that silcrow did not write and would delete: {}; name another folder with `--output`, or empty this one",
        .0.display(), .1.join(", ")
    )]
    ForeignFiles(PathBuf, Vec<String>),
    #[error(
        "the output `{}` and the sources `{}` overlap; name another folder with `--output`",
        .0.display(), .1.display()
    )]
    Overlap(PathBuf, PathBuf),
    #[error("the output `{}` is a file, not a folder; name another with `--output`", .0.display())]
    NotAFolder(PathBuf),
    #[error("`{}` exists already, and is left as it is", .0.display())]
    Exists(PathBuf),
    #[error("`{}` has changed since it was read, and nothing was written; run the command again", .0.display())]
    Changed(PathBuf),
    #[error("`{}` is a symbolic link; move what it leads to, and the link by hand", .0.display())]
    Link(PathBuf),
    /// The file was changed after a run that was to change it had been killed; the file of what that run had to do.
    #[error(
        "a run of silcrow was killed while it moved files, and `{}` was changed since; take your change back, or remove `{}` and finish by hand",
        .0.display(), .1.display()
    )]
    Interrupted(PathBuf, PathBuf),
    /// The file of what a killed run had to do is not one that silcrow left in this site; why.
    #[error(
        "`{path}` was not left by silcrow in this site: {1}; nothing was moved or changed, remove the file",
        path = .0.display()
    )]
    NotOurs(PathBuf, String),
    /// A killed run left the site half changed; the file of what it had to do.
    #[error(
        "a run of silcrow was stopped while it changed this site, as `{}` says; any command that writes finishes it, for example `silcrow build`",
        .0.display()
    )]
    Pending(PathBuf),
    /// What kept files from being moved and changed as a whole; the file that says what is to be done.
    #[error(
        "files were to be moved, and not all could be: {0}; fix that and run a command that writes, for example `silcrow build`, which finishes it, or remove `{path}` and finish by hand",
        path = .1.display()
    )]
    Unfinished(Box<DiskError>, PathBuf),
}

pub(super) fn io(
    action: &'static str,
    path: impl Into<PathBuf>,
) -> impl FnOnce(std::io::Error) -> DiskError {
    let path = path.into();
    move |error| DiskError::Io(action, path, error)
}

/// What was found; nothing where there is nothing.
pub(super) fn found<T>(result: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

/// A path as `/`-separated text.
fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

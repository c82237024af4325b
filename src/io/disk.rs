//! The file system: reading a site's sources, and writing its output all or nothing.

mod dimensions;
mod journal;
mod listing;
mod live;
mod open;
mod previous;
mod published;
mod read;
mod staging;
mod write;

use std::path::PathBuf;

use super::reason;
pub use journal::{ChangedText, Changes, Move, change, recover};
pub use listing::{listing, read_listed};
pub use live::Live;
pub use open::Root;
pub(super) use published::{create_file, create_folders};
pub use read::{read, unreadable_path};
pub use staging::Staging;
pub(super) use write::{Durable, put};
pub use write::{Waiting, append, make_folder, read_named, read_text, write};

/// Why the file system could not do what was asked.
#[derive(Debug)]
pub enum DiskError {
    /// The system refused; what was tried, and where.
    Io {
        /// What was tried, as a verb: `write`.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The site has no `content` folder.
    NoContent(PathBuf),
    /// The output folder holds files that silcrow did not write; some of them.
    ForeignFiles(PathBuf, Vec<String>),
    /// The output folder is, contains or is in a folder of sources.
    Overlap(PathBuf, PathBuf),
    /// The output is a file, not a folder.
    NotAFolder(PathBuf),
    /// The file is there already.
    Exists(PathBuf),
    /// The file holds something else than what was read.
    Changed(PathBuf),
    /// The file is a symbolic link.
    Link(PathBuf),
    /// The file was changed after a run that was to change it had been killed; the file of what that run had to do.
    Interrupted(PathBuf, PathBuf),
    /// The file of what a killed run had to do is not one that silcrow left in this site; why.
    NotOurs(PathBuf, String),
    /// A killed run left the site half changed; the file of what it had to do.
    Pending(PathBuf),
    /// What kept files from being moved and changed as a whole; the file that says what is to be done.
    Unfinished(Box<DiskError>, PathBuf),
}

impl std::fmt::Display for DiskError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io { action, path, source } => {
                write!(formatter, "could not {action} `{}`: {}", path.display(), reason(source))
            }
            Self::NoContent(root) => write!(
                formatter,
                "there is no folder `content` in `{}`; run silcrow in a site's folder, name one with `--root`, or create one with `silcrow init`",
                root.display()
            ),
            Self::ForeignFiles(output, files) => {
                write!(
                    formatter,
                    "`{}` contains files that silcrow did not write and would delete: {}; name another folder with `--output`, or empty this one",
                    output.display(),
                    files.join(", ")
                )
            }
            Self::Overlap(output, sources) => write!(
                formatter,
                "the output `{}` and the sources `{}` overlap; name another folder with `--output`",
                output.display(),
                sources.display()
            ),
            Self::NotAFolder(path) => write!(
                formatter,
                "the output `{}` is a file, not a folder; name another with `--output`",
                path.display()
            ),
            Self::Changed(path) => write!(
                formatter,
                "`{}` has changed since it was read, and nothing was written; run the command again",
                path.display()
            ),
            Self::Link(path) => write!(
                formatter,
                "`{}` is a symbolic link; move what it leads to, and the link by hand",
                path.display()
            ),
            Self::Interrupted(path, journal) => write!(
                formatter,
                "a run of silcrow was killed while it moved files, and `{}` was changed since; take your change back, or remove `{}` and finish by hand",
                path.display(),
                journal.display()
            ),
            Self::NotOurs(journal, reason) => write!(
                formatter,
                "`{}` was not left by silcrow in this site: {reason}; nothing was moved or changed, remove the file",
                journal.display()
            ),
            Self::Pending(journal) => write!(
                formatter,
                "a run of silcrow was stopped while it changed this site, as `{}` says; any command that writes finishes it, for example `silcrow build`",
                journal.display()
            ),
            Self::Unfinished(refused, journal) => write!(
                formatter,
                "files were to be moved, and not all could be: {refused}; fix that and run a command that writes, for example `silcrow build`, which finishes it, or remove `{}` and finish by hand",
                journal.display()
            ),
            Self::Exists(path) => {
                write!(formatter, "`{}` exists already, and is left as it is", path.display())
            }
        }
    }
}

impl std::error::Error for DiskError {}

fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> DiskError {
    let path = path.into();
    move |source| DiskError::Io { action, path, source }
}

//! A snapshot that is kept up with the disk: after a change, only what has changed is read, and what comes out is what
//! reading everything anew would give.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::read::{is_ignored, read_one, read_with_links};
use super::{DiskError, io};
use crate::path::SourcePath;
use crate::source::Sources;
use crate::theme;

/// The site's folders.
const FOLDERS: [&str; 3] = ["content", "static", "templates"];

/// A snapshot and where it came from.
pub struct Live {
    root: PathBuf,
    sources: Sources,
    links: Vec<PathBuf>,
}

/// What a changed path means for the snapshot.
enum Change {
    /// Nothing: it is no part of the site.
    None,
    /// A file is to be read, or was removed.
    File(PathBuf, SourcePath),
    /// More than one file may have changed.
    All,
}

impl Live {
    /// Reads everything.
    ///
    /// # Errors
    ///
    /// Those of [`super::read`].
    pub fn new(root: &Path) -> Result<Self, DiskError> {
        let root = fs::canonicalize(root).map_err(io("open", root))?;
        let (sources, links) = read_with_links(&root)?;
        Ok(Self { root, sources, links })
    }

    /// The snapshot.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What is to be watched beside the root itself: the site's folders, and what symbolic links in them lead to.
    pub fn watched(&self) -> Vec<PathBuf> {
        FOLDERS
            .iter()
            .map(|folder| self.root.join(folder))
            .chain(self.links.iter().cloned())
            .collect()
    }

    /// The real path of the root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a file that the site has is gone. Some editors take a file away for a moment while they save it.
    pub fn has_lost(&self, changed: &BTreeSet<PathBuf>) -> bool {
        let is_gone = |path: &PathBuf| matches!(fs::symlink_metadata(path), Err(error) if error.kind() == ErrorKind::NotFound);
        changed.iter().any(|path| match self.change(path) {
            Change::File(file, source) => self.is_own(&source) && is_gone(&file),
            Change::All => is_gone(path),
            Change::None => false,
        })
    }

    /// Takes changes in. Returns whether the snapshot is another one now.
    ///
    /// # Errors
    ///
    /// Those of [`super::read`]; the snapshot stays as it was then.
    pub fn update(&mut self, changed: &BTreeSet<PathBuf>) -> Result<bool, DiskError> {
        // With links, one file can stand in many places; with problems, one change can solve another file's.
        if !self.links.is_empty() || !self.sources.problems.is_empty() {
            return self.read_all();
        }
        let mut differs = false;
        for path in changed {
            match self.change(path) {
                Change::None => {}
                Change::All => return Ok(self.read_all()? || differs),
                Change::File(path, source) => match self.update_file(&path, &source) {
                    Some(file_differs) => differs |= file_differs,
                    None => return Ok(self.read_all()? || differs),
                },
            }
        }
        // A file that the site no longer brings is the theme's again.
        theme::add_to(&mut self.sources);
        Ok(differs)
    }

    /// Reads everything anew. Returns whether the snapshot is another one now.
    ///
    /// # Errors
    ///
    /// Those of [`super::read`]; the snapshot stays as it was then.
    pub fn read_all(&mut self) -> Result<bool, DiskError> {
        let (sources, links) = read_with_links(&self.root)?;
        self.links = links;
        let differs = sources != self.sources;
        self.sources = sources;
        Ok(differs)
    }

    fn is_own(&self, source: &SourcePath) -> bool {
        self.sources.get(source).is_some() && !self.sources.is_embedded(source)
    }

    fn change(&self, path: &Path) -> Change {
        let Ok(relative) = path.strip_prefix(&self.root) else { return Change::All };
        let names: Vec<_> =
            relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        match names.as_slice() {
            [] => Change::None,
            [file] if file == "site.yaml" || file == crate::record::FILE => Change::All,
            [folder] if FOLDERS.contains(&&**folder) => Change::All,
            [folder, inside @ ..] if FOLDERS.contains(&&**folder) => {
                if inside.iter().any(|name| is_ignored(name, folder)) {
                    return Change::None;
                }
                let source = SourcePath::new(&names.join("/"));
                match fs::symlink_metadata(path) {
                    Ok(metadata) if metadata.is_file() => Change::File(path.to_owned(), source),
                    Ok(_) => Change::All,
                    Err(_) if self.is_own(&source) => Change::File(path.to_owned(), source),
                    Err(_) if self.sources.has_folder(&source) => Change::All,
                    Err(_) => Change::None,
                }
            }
            _ => Change::None,
        }
    }

    /// Reads one file, or takes it out. Nothing when it is not that simple.
    fn update_file(&mut self, path: &Path, source: &SourcePath) -> Option<bool> {
        if matches!(fs::symlink_metadata(path), Err(error) if error.kind() == ErrorKind::NotFound) {
            // The theme's own file would have to be put in its place.
            return Some(self.sources.remove(source).is_some());
        }
        let (source, file) = read_one(&self.root, path)?;
        // A file of the theme's that the site begins to bring is another one even with the same text.
        if self.sources.get(&source) == Some(&file) {
            return Some(false);
        }
        self.sources.insert(source, file);
        Some(true)
    }
}

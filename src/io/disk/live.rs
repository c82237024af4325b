//! A snapshot that is kept up with the disk: after a change, only what has changed is read, and what comes out is what
//! reading everything anew would give.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read::{FILES, FOLDERS, is_ignored, read_one, read_with_links};
use super::{Result, Root, found, io, slashed};
use crate::path::SourcePath;
use crate::source::Sources;
use crate::theme;

/// A snapshot and where it came from.
pub struct Live {
    root: PathBuf,
    sources: Arc<Sources>,
    links: Vec<PathBuf>,
}

/// What a changed path means for the snapshot.
enum Change {
    /// Nothing: it is not part of the site.
    None,
    /// A file is to be read, or was removed.
    File(SourcePath),
    /// More than one file may have changed.
    All,
}

impl Live {
    /// Reads everything.
    pub fn new(root: &Path) -> Result<Self> {
        let root = fs::canonicalize(root).map_err(io("open", root))?;
        let (sources, links) = read_with_links(&root)?;
        Ok(Self { root, sources: Arc::new(sources), links })
    }

    pub fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// What is to be watched beside the root itself: the site's folders, and what symbolic links in them lead to.
    pub fn watched(&self) -> Vec<PathBuf> {
        let folders = FOLDERS.iter().map(|folder| self.root.join(folder));
        folders.chain(self.links.iter().cloned()).collect()
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Takes changes in: these, or whatever there are. Returns the files that are not what they were.
    /// Where that fails, the snapshot stays as it was.
    pub fn take(&mut self, changed: &BTreeSet<PathBuf>, all: bool) -> Result<BTreeSet<SourcePath>> {
        let before = Arc::clone(&self.sources);
        let updated = if all { None } else { self.update(changed) };
        updated.map_or_else(|| self.read_since(&before), Ok)
    }

    /// Reads the files that have changed one by one; nothing when only reading all of them can tell what is different.
    fn update(&mut self, changed: &BTreeSet<PathBuf>) -> Option<BTreeSet<SourcePath>> {
        // A linked file can have several paths, and one change can solve the problem of another file.
        let is_simple = self.links.is_empty() && self.sources.problems.is_empty();
        let mut different = BTreeSet::new();
        for path in changed {
            match self.change(path) {
                Change::None => {}
                Change::File(source) if is_simple => {
                    different.extend(self.update_file(path, source)?);
                }
                Change::File(_) | Change::All => return None,
            }
        }
        Some(different)
    }

    fn read_since(&mut self, before: &Sources) -> Result<BTreeSet<SourcePath>> {
        let (sources, links) = read_with_links(&self.root)?;
        let mut different = sources.differences(before);
        let problems = sources.problems.iter().filter(|problem| !before.problems.contains(problem));
        let solved = before.problems.iter().filter(|problem| !sources.problems.contains(problem));
        different.extend(problems.chain(solved).map(|problem| problem.path.clone()));
        // The same texts are not held twice.
        if links != self.links || !different.is_empty() {
            (self.sources, self.links) = (Arc::new(sources), links);
        }
        Ok(different)
    }

    fn is_own(&self, source: &SourcePath) -> bool {
        self.sources.get(source).is_some() && !self.sources.is_embedded(source)
    }

    fn change(&self, path: &Path) -> Change {
        let is_linked = self.links.iter().any(|link| path.starts_with(link));
        let Some(relative) = path.strip_prefix(&self.root).ok().filter(|_| !is_linked) else {
            return Change::All;
        };
        let name = slashed(relative);
        let Some((folder, inside)) = name.split_once('/') else {
            let is_ours = FILES.contains(&&*name) || FOLDERS.contains(&&*name);
            return if is_ours { Change::All } else { Change::None };
        };
        if !FOLDERS.contains(&folder) || inside.split('/').any(|name| is_ignored(name, folder)) {
            return Change::None;
        }
        let source = SourcePath::new(&name);
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_file() => Change::File(source),
            Ok(_) => Change::All,
            Err(_) if self.is_own(&source) => Change::File(source),
            Err(_) if self.sources.has_folder(&source) => Change::All,
            Err(_) => Change::None,
        }
    }

    /// Reads one file, or takes it out, and says which file is another one now; nothing when it is not that simple.
    fn update_file(&mut self, path: &Path, source: SourcePath) -> Option<Option<SourcePath>> {
        if let Ok(None) = found(fs::symlink_metadata(path)) {
            let sources = Arc::make_mut(&mut self.sources);
            let was_there = sources.remove(&source);
            // A file that the site no longer brings is the theme's again.
            theme::add_to(sources);
            return Some(was_there.map(|_| source));
        }
        let (source, file) = read_one(&Root::new(&self.root).ok()?, path)?;
        // A file of the theme's that the site begins to bring is another one even with the same text.
        if self.sources.get(&source) == Some(&file) {
            return Some(None);
        }
        Arc::make_mut(&mut self.sources).insert(source.clone(), file);
        Some(Some(source))
    }
}

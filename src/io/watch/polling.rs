//! Finds changed files by checking all of them again and again, where the system does not report changes. A file that was
//! changed twice in a second, or that kept its size, is found by the time of its change to the nanosecond.
#![expect(clippy::disallowed_methods, reason = "files are checked here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use walkdir::WalkDir;

/// What was there at the last check.
pub(super) struct Polling {
    every: Duration,
    next_check: Instant,
    known: BTreeMap<PathBuf, State>,
}

/// By what a file or folder is known to be as it was.
#[derive(PartialEq)]
struct State {
    modified: Option<SystemTime>,
    size: u64,
    /// The inode, and when it was changed: another file can have the time and size of the one before it.
    #[cfg(unix)]
    inode: (u64, i64, i64),
}

impl State {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            modified: metadata.modified().ok(),
            size: metadata.len(),
            #[cfg(unix)]
            inode: (metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Polling {
    pub(super) fn new(root: &Path, folders: &[PathBuf], every: Duration) -> Self {
        Self { every, next_check: Instant::now() + every, known: states(root, folders) }
    }

    /// What is different at the next check, if there is one in time.
    pub(super) fn next(
        &mut self,
        root: &Path,
        folders: &[PathBuf],
        patience: Duration,
    ) -> BTreeSet<PathBuf> {
        let end = Instant::now() + patience;
        loop {
            let until = self.next_check.min(end);
            thread::sleep(until.saturating_duration_since(Instant::now()));
            if until < self.next_check {
                return BTreeSet::new();
            }
            let now = states(root, folders);
            self.next_check = Instant::now() + self.every;
            let before = std::mem::replace(&mut self.known, now);
            let now = &self.known;
            let changed = now.iter().filter(|(path, state)| before.get(*path) != Some(state));
            let removed = before.keys().filter(|path| !now.contains_key(*path));
            let changed: BTreeSet<_> =
                changed.map(|(path, _)| path).chain(removed).cloned().collect();
            if !changed.is_empty() {
                return changed;
            }
        }
    }
}

/// What is directly in `root`, and everything in `folders`. What cannot be read is not there.
fn states(root: &Path, folders: &[PathBuf]) -> BTreeMap<PathBuf, State> {
    let all = folders.iter().map(|folder| WalkDir::new(folder).follow_links(true));
    let all = all.chain([WalkDir::new(root).max_depth(1)]).flatten().flatten();
    let state = |entry: walkdir::DirEntry| {
        let state = State::of(&entry.metadata().ok()?);
        Some((entry.into_path(), state))
    };
    all.filter_map(state).collect()
}

//! Finds changed files by checking all of them again and again, where the system does not report changes. A file that was
//! changed twice in a second, or that kept its size, is found by the time of its change to the nanosecond.
#![expect(clippy::disallowed_methods, reason = "files are checked here")]

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use walkdir::{DirEntry, WalkDir};

use super::{Batch, Folders};

/// What was there at the last check.
pub(super) struct Polling {
    every: Duration,
    next_check: Instant,
    known: BTreeSet<(PathBuf, State)>,
    /// Why files are checked.
    pub(super) reason: String,
}

/// By what a file or folder is known to be as it was.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
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
    pub(super) fn new(folders: &Folders, every: Duration, reason: String) -> Self {
        Self { every, next_check: Instant::now() + every, known: states(folders), reason }
    }

    /// What is different at the next check, if there is one in time.
    pub(super) fn next(&mut self, folders: &Folders, patience: Duration) -> Batch {
        let end = Instant::now() + patience;
        let mut batch = Batch::default();
        while batch.paths.is_empty() {
            let until = self.next_check.min(end);
            thread::sleep(until.saturating_duration_since(Instant::now()));
            if until < self.next_check {
                break;
            }
            let now = states(folders);
            self.next_check = Instant::now() + self.every;
            let changed = now.symmetric_difference(&self.known);
            batch.paths.extend(changed.map(|(path, _)| path.clone()));
            self.known = now;
        }
        batch
    }
}

/// What is directly in the root, and everything in the other folders. What cannot be read is not there.
fn states(folders: &Folders) -> BTreeSet<(PathBuf, State)> {
    let all = folders.whole.iter().map(|folder| WalkDir::new(folder).follow_links(true));
    let all = all.chain([WalkDir::new(&folders.root).max_depth(1)]).flatten().flatten();
    let state = |entry: DirEntry| {
        let state = State::of(&entry.metadata().ok()?);
        Some((entry.into_path(), state))
    };
    all.filter_map(state).collect()
}

//! Watches for changed files. The one file that names the watching library. Knows nothing of what is in the files.
//!
//! Folders are watched, never files: an editor that saves by putting a new file in the old one's place would end the
//! watch. Reading a file is not a change. Changes come in bursts, so they are gathered until it is quiet.
#![expect(clippy::disallowed_methods, reason = "the clock is read here")]

mod polling;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, Flag, MetadataKind, ModifyKind};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use polling::Polling;

/// How long nothing may happen before a burst of changes is taken to have ended: while a file is being written, and when
/// all that has changed has been closed or renamed.
const QUIET: Duration = Duration::from_millis(5);
const QUIET_WHEN_COMPLETE: Duration = Duration::from_millis(1);
/// How long a burst is waited for at most.
const LONGEST: Duration = Duration::from_millis(100);
/// After how long a new folder is read once more: what is put into it before it is watched is not reported.
const SETTLING: Duration = Duration::from_millis(100);
/// How often files are checked where the system reports no changes, unless another time is asked for.
const POLLING: Duration = Duration::from_millis(500);
/// How often to check whether a root that was removed is there again.
const ROOT_CHECK: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
pub struct Batch {
    /// What has changed, as far as it is known.
    pub paths: BTreeSet<PathBuf>,
    /// Whether there may be more than that.
    pub is_incomplete: bool,
}

pub struct Watch {
    folders: Folders,
    /// What reports changes: the system, or where it cannot, checking files again and again.
    source: Result<System, Polling>,
}

/// What is watched.
struct Folders {
    /// Without what is in its folders.
    root: PathBuf,
    /// With all that is in them.
    whole: Vec<PathBuf>,
}

struct System {
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    /// Whether the root was removed or renamed: its watch has ended with it.
    is_root_lost: bool,
    /// New folders, which are read again, and when.
    settling: Vec<(Instant, PathBuf)>,
}

impl Watch {
    /// Watches what is directly in `root`, and everything in `folders`. With `poll`, files are checked that often, and the
    /// system need not report changes.
    pub fn new(root: &Path, folders: Vec<PathBuf>, poll: Option<Duration>) -> Self {
        let folders = Folders { root: root.to_owned(), whole: folders };
        let reason = match poll {
            Some(_) => Some("as `--poll` says".to_owned()),
            None => unreliable(root).map(|name| format!("changes are not reported on {name}")),
        };
        let system = reason.map_or_else(|| System::new(&folders), Err);
        let every = poll.unwrap_or(POLLING);
        let source = system.map_err(|reason| Polling::new(&folders, every, reason));
        Self { folders, source }
    }

    /// Why files are checked again and again, if they are.
    pub fn polling(&self) -> Option<&str> {
        self.source.as_ref().err().map(|polling| &*polling.reason)
    }

    /// Watches other folders from now on. Those that are among the changed paths are watched again: a folder that was made
    /// anew is another one. The rest is watched already, and to repeat that takes longer than all else after an edit.
    pub fn follow(&mut self, folders: Vec<PathBuf>, changed: &BTreeSet<PathBuf>) {
        let known = std::mem::replace(&mut self.folders.whole, folders);
        let is_new = |folder: &&PathBuf| changed.contains(*folder) || !known.contains(folder);
        let new: Vec<_> = self.folders.whole.iter().filter(is_new).collect();
        if let Ok(system) = &mut self.source
            && !new.is_empty()
            && let Err(reason) = system.add(&self.folders.root, &new)
        {
            self.source = Err(Polling::new(&self.folders, POLLING, reason));
        }
    }

    /// The next changes: waits for the first one, then until it is quiet. Nothing when there is none for so long.
    pub fn next(&mut self, patience: Duration) -> Option<Batch> {
        let next = match &mut self.source {
            Ok(system) => system.next(&self.folders, patience),
            Err(polling) => Ok(polling.next(&self.folders, patience)),
        };
        let batch = next.unwrap_or_else(|reason| {
            self.source = Err(Polling::new(&self.folders, POLLING, reason));
            // Changes may have been missed in between.
            Batch { is_incomplete: true, ..Batch::default() }
        });
        (!batch.paths.is_empty() || batch.is_incomplete).then_some(batch)
    }
}

/// Errors are the reasons why the system cannot report changes.
impl System {
    fn new(folders: &Folders) -> Result<Self, String> {
        let (sender, events) = mpsc::channel();
        let send = move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, is_change) {
                // Where nobody listens any more, the program ends.
                drop(sender.send(event));
            }
        };
        let watcher = RecommendedWatcher::new(send, Config::default());
        let watcher = watcher.map_err(|error| reason(&error))?;
        let mut system = Self { watcher, events, is_root_lost: false, settling: Vec::new() };
        system.add(&folders.root, &folders.whole)?;
        Ok(system)
    }

    fn add(&mut self, root: &Path, folders: &[impl AsRef<Path>]) -> Result<(), String> {
        let recursive = folders.iter().map(|folder| (folder.as_ref(), RecursiveMode::Recursive));
        // The root first: it reports a folder that is not there yet.
        for (folder, mode) in [(root, RecursiveMode::NonRecursive)].into_iter().chain(recursive) {
            match self.watcher.watch(folder, mode) {
                Err(error) if folder.exists() => return Err(reason(&error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn next(&mut self, folders: &Folders, patience: Duration) -> Result<Batch, String> {
        let now = Instant::now();
        let due = self.settling.iter().map(|(at, _)| at.saturating_duration_since(now));
        let due = due.chain(self.is_root_lost.then_some(ROOT_CHECK)).min();
        let mut batch = self.burst(&folders.root, due.map_or(patience, |due| due.min(patience)))?;
        let now = Instant::now();
        let ready = self.settling.extract_if(.., |(at, _)| *at <= now);
        batch.paths.extend(ready.map(|(_, folder)| folder));
        if self.is_root_lost {
            batch.is_incomplete |= !batch.paths.is_empty();
            if folders.root.is_dir() {
                self.is_root_lost = false;
                batch.is_incomplete = true;
                self.add(&folders.root, &folders.whole)?;
            }
        }
        Ok(batch)
    }

    /// What the system reports until it is quiet; nothing when that is nothing for so long.
    fn burst(&mut self, root: &Path, patience: Duration) -> Result<Batch, String> {
        let mut batch = Batch::default();
        let mut quiet = patience;
        let mut end = None;
        // Files that are being written.
        let mut pending = BTreeSet::new();
        while end.is_none_or(|end| Instant::now() < end) {
            let event = match self.events.recv_timeout(quiet) {
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err("the thread that watches for changes has ended".to_owned());
                }
                Ok(Err(error)) if matches!(error.kind, ErrorKind::MaxFilesWatch) => {
                    return Err(reason(&error));
                }
                // A folder that was removed before it could be watched.
                Ok(Err(_)) => Event::new(EventKind::Other).set_flag(Flag::Rescan),
                Ok(Ok(event)) => event,
            };
            end.get_or_insert_with(|| Instant::now() + LONGEST);
            batch.is_incomplete |= event.need_rescan();
            let is_renamed = matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
            let is_new = is_renamed || event.kind.is_create();
            let is_lost = is_renamed || event.kind.is_remove();
            for path in event.paths {
                if is_new && path.is_dir() {
                    self.settling.push((Instant::now() + SETTLING, path.clone()));
                }
                self.is_root_lost |= is_lost && path == root;
                if is_lost || event.kind.is_access() {
                    pending.remove(&path);
                } else {
                    pending.insert(path.clone());
                }
                batch.paths.insert(path);
            }
            quiet = if pending.is_empty() { QUIET_WHEN_COMPLETE } else { QUIET };
        }
        Ok(batch)
    }
}

/// Whether an event reports a change: of a file's bytes, its name, its existence, or of whether it may be read.
fn is_change(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(kind)) => kind != MetadataKind::AccessTime,
        _ => true,
    }
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "the system's limit of watched folders is reached".to_owned(),
        ErrorKind::Io(error) => error.to_string(),
        kind => format!("{kind:?}"),
    }
}

/// The kind of file system that a folder is on, where that kind reports no changes, or not those that another machine
/// makes (`statfs(2)`, `linux/magic.h`).
#[cfg(target_os = "linux")]
fn unreliable(root: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(root).ok()?.f_type as u32;
    match kind {
        0x6969 => Some("a network file system (NFS)"),
        0x517B | 0xFF53_4D42 | 0xFE53_4D42 => Some("a network file system (SMB)"),
        0x0102_1997 => Some("a file system of the host (9p)"),
        0x6573_5546 => Some("a file system of a program (FUSE)"),
        0x786F_4256 => Some("a shared folder of a virtual machine"),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn unreliable(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests write files")]

    use std::fs;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::Watch;

    impl Watch {
        /// Ends what the system reports, as the end of the library's thread does.
        pub(crate) fn end(&mut self) {
            if let Ok(system) = &mut self.source {
                system.events = mpsc::channel().1;
            }
        }
    }

    #[test]
    fn files_are_checked_once_the_thread_that_watches_has_ended() {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let root = fs::canonicalize(folder.path()).expect("it is there");
        let mut watch = Watch::new(&root, Vec::new(), None);
        watch.end();
        let batch = watch.next(Duration::ZERO).expect("changes may have been missed");
        assert!(batch.is_incomplete);
        assert_eq!(watch.polling(), Some("the thread that watches for changes has ended"));
        fs::write(root.join("a"), "").expect("writable");
        let batch = watch.next(Duration::from_secs(60)).expect("files are checked");
        assert!(batch.paths.contains(&root.join("a")), "{batch:?}");
    }
}

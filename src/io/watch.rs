//! Tells which files have changed. The one file that names the watching library. Knows nothing of what is in the files.
//!
//! Folders are watched, never files: an editor that saves by putting a new file in the old one's place would end the
//! watch. What only reads a file is no change. Changes come in bursts, so they are gathered until it is quiet.
#![expect(clippy::disallowed_methods, reason = "the clock is read here")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, MetadataKind, ModifyKind};
use notify::{Config, ErrorKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

/// How long nothing may happen before a burst of changes is taken to have ended.
const QUIET: Duration = Duration::from_millis(5);
/// How long a burst is waited for at most.
const LONGEST: Duration = Duration::from_millis(100);
/// How long a new folder is given to fill before it is looked into once more: what is put into it before it is watched
/// is not told of.
const SETTLING: Duration = Duration::from_millis(100);
/// How often files are looked at where the system does not tell, when nobody says.
const POLLING: Duration = Duration::from_millis(500);

/// Why nothing can be watched.
#[derive(Debug)]
pub struct WatchError {
    /// The folder.
    pub path: PathBuf,
    /// The system's reason.
    pub reason: String,
}

impl std::fmt::Display for WatchError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "could not watch `{}`: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for WatchError {}

/// Files that have changed.
#[derive(Debug, Default, PartialEq)]
pub struct Batch {
    /// What has changed, as far as it is known.
    pub paths: BTreeSet<PathBuf>,
    /// Whether there may be more than that.
    pub is_incomplete: bool,
}

/// Watches folders.
pub struct Watch {
    watcher: Box<dyn Watcher + Send>,
    events: Receiver<notify::Result<notify::Event>>,
    sender: Sender<notify::Result<notify::Event>>,
    /// The folder that is watched without what is in its folders.
    root: PathBuf,
    /// New folders, which are looked into again, and when.
    settling: Vec<(Instant, PathBuf)>,
    /// Why files are looked at again and again, where they are.
    polling: Option<String>,
}

impl Watch {
    /// Watches what is directly in `root`, and everything in `folders`. With `poll`, files are looked at that often
    /// instead of asking the system to tell.
    ///
    /// # Errors
    ///
    /// When the root cannot be watched in any way.
    pub fn new(
        root: &Path,
        folders: &[PathBuf],
        poll: Option<Duration>,
    ) -> Result<Self, WatchError> {
        let (sender, events) = mpsc::channel();
        let reason = match poll {
            Some(_) => Some("as it was asked for".to_owned()),
            None => unreliable(root).map(|name| format!("changes are not told of on {name}")),
        };
        let (watcher, polling) = match reason {
            Some(reason) => (polling(&sender, poll, root)?, Some(reason)),
            None => match telling(&sender) {
                Ok(watcher) => (watcher, None),
                Err(reason) => (polling(&sender, poll, root)?, Some(reason)),
            },
        };
        let (root, settling) = (root.to_owned(), Vec::new());
        let mut watch = Self { watcher, events, sender, root, settling, polling };
        watch.add(folders)?;
        Ok(watch)
    }

    /// Why files are looked at again and again instead of being told of, if they are.
    pub fn polling(&self) -> Option<&str> {
        self.polling.as_deref()
    }

    /// Watches folders, those too that are watched already: one that was made anew is another one.
    ///
    /// # Errors
    ///
    /// When the root cannot be watched in any way.
    pub fn add(&mut self, folders: &[PathBuf]) -> Result<(), WatchError> {
        let Err(error) = self.try_add(folders) else { return Ok(()) };
        if self.polling.is_some() {
            return Err(error);
        }
        // The system's limits are reached: looking oneself has none.
        self.watcher = polling(&self.sender, None, &self.root)?;
        self.polling = Some(error.reason);
        self.try_add(folders)
    }

    fn try_add(&mut self, folders: &[PathBuf]) -> Result<(), WatchError> {
        let recursive = folders.iter().map(|folder| (folder, RecursiveMode::Recursive));
        let root = std::iter::once((&self.root, RecursiveMode::NonRecursive));
        for (folder, mode) in root.chain(recursive) {
            match self.watcher.watch(folder, mode) {
                Ok(()) => {}
                // A folder that is not there yet is told of by the root.
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) if !folder.exists() => drop(error),
                Err(error) => {
                    return Err(WatchError { path: folder.clone(), reason: reason(&error) });
                }
            }
        }
        Ok(())
    }

    /// The next changes: waits for the first until `deadline`, then until it is quiet. Nothing when nothing happened.
    pub fn next(&mut self, patience: Duration) -> Option<Batch> {
        let mut batch = Batch::default();
        let start = Instant::now();
        let due = self.settling.iter().map(|(at, _)| at.saturating_duration_since(start)).min();
        let first = self.receive(due.map_or(patience, |due| due.min(patience)), &mut batch);
        if first {
            let burst = Instant::now();
            while burst.elapsed() < LONGEST && self.receive(QUIET, &mut batch) {}
        }
        let now = Instant::now();
        let (ready, waiting) =
            std::mem::take(&mut self.settling).into_iter().partition(|(at, _)| *at <= now);
        self.settling = waiting;
        let ready: Vec<(Instant, PathBuf)> = ready;
        batch.paths.extend(ready.into_iter().map(|(_, folder)| folder));
        (!batch.paths.is_empty() || batch.is_incomplete).then_some(batch)
    }

    /// Waits for an event, and adds what it tells. Returns whether it was a change.
    fn receive(&mut self, patience: Duration, batch: &mut Batch) -> bool {
        let start = Instant::now();
        loop {
            let left = patience.saturating_sub(start.elapsed());
            match self.events.recv_timeout(left) {
                Ok(Ok(event)) => {
                    if event.need_rescan() {
                        batch.is_incomplete = true;
                        return true;
                    }
                    if !is_change(&event.kind) {
                        continue;
                    }
                    let is_new = matches!(
                        event.kind,
                        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_))
                    );
                    for path in event.paths {
                        if is_new && path.is_dir() {
                            self.settling.push((Instant::now() + SETTLING, path.clone()));
                        }
                        batch.paths.insert(path);
                    }
                    return true;
                }
                Ok(Err(error)) => {
                    // The system has lost something, or cannot watch a new folder.
                    if self.polling.is_none() && matches!(error.kind, ErrorKind::MaxFilesWatch) {
                        self.polling = Some(reason(&error));
                        if let Ok(watcher) = polling(&self.sender, None, &self.root) {
                            self.watcher = watcher;
                        }
                    }
                    batch.is_incomplete = true;
                    return true;
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}

/// Whether an event tells of a change: of a file's bytes, its name, its being there, or of whether it may be read.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        _ => true,
    }
}

fn telling(
    sender: &Sender<notify::Result<notify::Event>>,
) -> Result<Box<dyn Watcher + Send>, String> {
    let sender = sender.clone();
    // Who receives is gone when the program ends.
    let tell = move |event| drop(sender.send(event));
    match RecommendedWatcher::new(tell, Config::default()) {
        Ok(watcher) => Ok(Box::new(watcher)),
        Err(error) => Err(reason(&error)),
    }
}

fn polling(
    sender: &Sender<notify::Result<notify::Event>>,
    every: Option<Duration>,
    root: &Path,
) -> Result<Box<dyn Watcher + Send>, WatchError> {
    let sender = sender.clone();
    let tell = move |event| drop(sender.send(event));
    let config = Config::default().with_poll_interval(every.unwrap_or(POLLING));
    match PollWatcher::new(tell, config) {
        Ok(watcher) => Ok(Box::new(watcher)),
        Err(error) => Err(WatchError { path: root.to_owned(), reason: reason(&error) }),
    }
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "the system watches no more files than it does".to_owned(),
        ErrorKind::Io(error) => error.to_string(),
        kind => format!("{kind:?}"),
    }
}

/// The kind of file system that a folder is on, where that kind does not tell of changes, or not of those that another
/// machine makes (`statfs(2)`, `linux/magic.h`).
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

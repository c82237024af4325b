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

use notify::event::{AccessKind, AccessMode, EventKind, MetadataKind, ModifyKind};
use notify::{Config, ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

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

/// Files that have changed.
#[derive(Debug, Default)]
pub struct Batch {
    /// What has changed, as far as it is known.
    pub paths: BTreeSet<PathBuf>,
    /// Whether there may be more than that.
    pub is_incomplete: bool,
}

/// Watches folders.
pub struct Watch {
    /// The folder that is watched without what is in its folders.
    root: PathBuf,
    /// The folders that are watched with all that is in them.
    folders: Vec<PathBuf>,
    source: Source,
}

/// How changes are found.
enum Source {
    /// The system reports them.
    System(System),
    /// Files are checked again and again, for this reason.
    Polling(Polling, String),
}

struct System {
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<notify::Event>>,
    /// Whether the root was removed or renamed: its watch has ended with it.
    is_root_lost: bool,
    /// New folders, which are read again, and when.
    settling: Vec<(Instant, PathBuf)>,
}

impl Watch {
    /// Watches what is directly in `root`, and everything in `folders`. With `poll`, files are checked that often, and the
    /// system need not report changes.
    pub fn new(root: &Path, folders: Vec<PathBuf>, poll: Option<Duration>) -> Self {
        let reason = match poll {
            Some(_) => Some("as `--poll` says".to_owned()),
            None => unreliable(root).map(|name| format!("changes are not reported on {name}")),
        };
        let source = match reason {
            Some(reason) => Err(reason),
            None => System::new(root, &folders).map(Source::System),
        };
        let source = source.unwrap_or_else(|reason| {
            Source::Polling(Polling::new(root, &folders, poll.unwrap_or(POLLING)), reason)
        });
        Self { root: root.to_owned(), folders, source }
    }

    /// Why files are checked again and again, if they are.
    pub fn polling(&self) -> Option<&str> {
        match &self.source {
            Source::System(_) => None,
            Source::Polling(_, reason) => Some(reason),
        }
    }

    /// Watches other folders from now on. Those that are among the changed paths are watched again: a folder that was made
    /// anew is another one. The rest is watched already, and to repeat that takes longer than all else after an edit.
    pub fn follow(&mut self, folders: Vec<PathBuf>, changed: &BTreeSet<PathBuf>) {
        let is_new =
            |folder: &&PathBuf| changed.contains(*folder) || !self.folders.contains(folder);
        let new: Vec<_> = folders.iter().filter(is_new).cloned().collect();
        self.folders = folders;
        if let Source::System(system) = &mut self.source
            && !new.is_empty()
            && let Err(reason) = system.add(&self.root, &new)
        {
            self.poll(reason);
        }
    }

    /// Checks files again and again from now on.
    fn poll(&mut self, reason: String) {
        let polling = Polling::new(&self.root, &self.folders, POLLING);
        self.source = Source::Polling(polling, reason);
    }

    /// The next changes: waits for the first one, then until it is quiet. Nothing when there is none for so long.
    pub fn next(&mut self, patience: Duration) -> Option<Batch> {
        let mut batch = Batch::default();
        match &mut self.source {
            Source::Polling(polling, _) => {
                batch.paths = polling.next(&self.root, &self.folders, patience);
            }
            Source::System(system) => {
                if let Err(reason) = system.next(&self.root, &self.folders, patience, &mut batch) {
                    // Changes may have been missed in between.
                    batch.is_incomplete = true;
                    self.poll(reason);
                }
            }
        }
        (!batch.paths.is_empty() || batch.is_incomplete).then_some(batch)
    }
}

/// Errors are the reasons why the system cannot report changes.
impl System {
    fn new(root: &Path, folders: &[PathBuf]) -> Result<Self, String> {
        let (sender, events) = mpsc::channel();
        let watcher = RecommendedWatcher::new(sender, Config::default());
        let watcher = watcher.map_err(|error| reason(&error))?;
        let mut system = Self { watcher, events, is_root_lost: false, settling: Vec::new() };
        system.add(root, folders)?;
        Ok(system)
    }

    fn add(&mut self, root: &Path, folders: &[PathBuf]) -> Result<(), String> {
        let recursive = folders.iter().map(|folder| (&**folder, RecursiveMode::Recursive));
        // The root first: it reports a folder that is not there yet.
        for (folder, mode) in [(root, RecursiveMode::NonRecursive)].into_iter().chain(recursive) {
            match self.watcher.watch(folder, mode) {
                Err(error) if folder.exists() => return Err(reason(&error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn next(
        &mut self,
        root: &Path,
        folders: &[PathBuf],
        patience: Duration,
        batch: &mut Batch,
    ) -> Result<(), String> {
        let start = Instant::now();
        let due = self.settling.iter().map(|(at, _)| at.saturating_duration_since(start));
        let due = due.chain(self.is_root_lost.then_some(ROOT_CHECK)).min();
        let mut quiet = due.map_or(patience, |due| due.min(patience));
        let mut burst = None;
        let mut pending = BTreeSet::new();
        while burst.is_none_or(|burst: Instant| burst.elapsed() < LONGEST) {
            let Some(event) = self.receive(quiet)? else { break };
            burst.get_or_insert_with(Instant::now);
            batch.is_incomplete |= event.need_rescan();
            self.record(root, event, batch, &mut pending);
            quiet = if pending.is_empty() { QUIET_WHEN_COMPLETE } else { QUIET };
        }
        let now = Instant::now();
        let ready = self.settling.extract_if(.., |(at, _)| *at <= now);
        batch.paths.extend(ready.map(|(_, folder)| folder));
        if self.is_root_lost {
            batch.is_incomplete |= burst.is_some();
            if root.is_dir() {
                self.is_root_lost = false;
                batch.is_incomplete = true;
                self.add(root, folders)?;
            }
        }
        Ok(())
    }

    /// Waits for a change.
    fn receive(&mut self, patience: Duration) -> Result<Option<notify::Event>, String> {
        let start = Instant::now();
        loop {
            match self.events.recv_timeout(patience.saturating_sub(start.elapsed())) {
                Ok(Ok(event)) if event.need_rescan() || is_change(&event.kind) => {
                    return Ok(Some(event));
                }
                Ok(Ok(_)) => {}
                Ok(Err(error)) if matches!(error.kind, ErrorKind::MaxFilesWatch) => {
                    return Err(reason(&error));
                }
                // A folder that was removed before it could be watched.
                Ok(Err(_)) => {
                    let lost = notify::Event::new(EventKind::Other);
                    return Ok(Some(lost.set_flag(notify::event::Flag::Rescan)));
                }
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err("the thread that watches for changes has ended".to_owned());
                }
            }
        }
    }

    /// Adds what an event reports. `pending` are the files that are being written.
    fn record(
        &mut self,
        root: &Path,
        event: notify::Event,
        batch: &mut Batch,
        pending: &mut BTreeSet<PathBuf>,
    ) {
        let is_renamed = matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
        let is_new = is_renamed || event.kind.is_create();
        let is_complete = is_renamed || event.kind.is_remove() || event.kind.is_access();
        for path in event.paths {
            if is_new && path.is_dir() {
                self.settling.push((Instant::now() + SETTLING, path.clone()));
            }
            self.is_root_lost |= path == root && (is_renamed || event.kind.is_remove());
            if is_complete {
                pending.remove(&path);
            } else {
                pending.insert(path.clone());
            }
            batch.paths.insert(path);
        }
    }
}

/// Whether an event reports a change: of a file's bytes, its name, its existence, or of whether it may be read.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
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

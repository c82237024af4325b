//! Takes changed files in: reads them, compiles anew, and hands the new revision on. Requests that come meanwhile wait.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::revision::{Held, Revision};
use super::{Shared, say};
use crate::cli::images::Variants;
use crate::compile::{self, Memo};
use crate::config::Options;
use crate::io::disk::{DiskError, Live};
use crate::io::watch::{Batch, Watch};
use crate::path::SourcePath;
use crate::report::plural;
use crate::source::{File, Sources};

/// How long a file that is gone may take to come back: some editors take it away for a moment while they save it.
const MOMENT: Duration = Duration::from_millis(20);

/// How long nothing is waited for at a time.
const PATIENCE: Duration = Duration::from_secs(3600);

/// How many changed files a line names.
const NAMED: usize = 2;

/// What compiles the site again and again.
pub(super) struct Compiler {
    options: Box<dyn Fn() -> Options + Send>,
    memo: Memo,
    variants: Variants,
    number: u64,
}

impl Compiler {
    /// `options` are those of the moment: midnight passes while a writer writes.
    pub(super) fn new(options: impl Fn() -> Options + Send + 'static, variants: Variants) -> Self {
        Self { options: Box::new(options), memo: Memo::default(), variants, number: 0 }
    }

    /// The next revision.
    pub(super) fn compile(&mut self, sources: &Arc<Sources>) -> Revision {
        self.number += 1;
        let compiled = compile::site(sources, &(self.options)(), &mut self.memo);
        let renderer = compiled.renderer();
        let (sources, variants) = (Arc::clone(sources), self.variants.clone());
        Revision { number: self.number, sources, compiled, renderer, variants }
    }
}

/// What keeps the site up with the disk.
pub(super) struct Rebuild {
    watch: Watch,
    /// What it watches.
    watched: Vec<PathBuf>,
    live: Live,
    compiler: Compiler,
    shared: Arc<Shared>,
}

impl Rebuild {
    /// `watch` watches all that `live` says.
    pub(super) fn new(watch: Watch, live: Live, compiler: Compiler, shared: Arc<Shared>) -> Self {
        Self { watch, watched: live.watched(), live, compiler, shared }
    }

    /// Takes changes in, for as long as the program runs.
    pub(super) fn run(mut self) {
        let mut polls = self.watch.polling().is_some();
        self.catch_up();
        loop {
            if let Some(batch) = self.watch.next(PATIENCE) {
                self.take(batch);
            }
            if let Some(reason) = self.watch.polling().filter(|_| !polls) {
                polls = true;
                say(&polling(reason));
            }
        }
    }

    /// Takes in what changed after it was read and before it was watched. Requests need not wait: that is rarely anything.
    fn catch_up(&mut self) {
        let start = Instant::now();
        match self.live.read_all() {
            Ok(changed) if changed.is_empty() => {}
            Ok(changed) => {
                self.watch_new(&BTreeSet::new());
                let shared = Arc::clone(&self.shared);
                self.renew(shared.current.hold(), start, &changed);
            }
            Err(error) => say(&format!("{error}; the site stays as it was")),
        }
    }

    fn take(&mut self, mut batch: Batch) {
        let shared = Arc::clone(&self.shared);
        let held = shared.current.hold();
        let start = Instant::now();
        if self.live.has_lost(&batch.paths)
            && let Some(more) = self.watch.next(MOMENT)
        {
            batch.paths.extend(more.paths);
            batch.is_incomplete |= more.is_incomplete;
        }
        // Also where nothing else is new: a folder may be made long before there is anything in it.
        self.watch_new(&batch.paths);
        let changed = match self.read(&batch) {
            Ok(changed) => changed,
            Err(error) => return say(&format!("{error}; the site stays as it was")),
        };
        if changed.is_empty() {
            return;
        }
        self.watch_new(&BTreeSet::new());
        self.renew(held, start, &changed);
    }

    /// Reads what a batch tells of. Returns the files that are not what they were.
    fn read(&mut self, batch: &Batch) -> Result<BTreeSet<SourcePath>, DiskError> {
        let before = Arc::clone(self.live.sources());
        let mut changed = self.live.take(&batch.paths, batch.is_incomplete)?;
        // Many programs save a file by emptying it first.
        if changed.iter().any(|path| is_emptied(&before, self.live.sources(), path))
            && let Some(more) = self.watch.next(MOMENT)
        {
            changed.extend(self.live.take(&more.paths, more.is_incomplete)?);
            changed.retain(|path| before.get(path) != self.live.sources().get(path));
        }
        Ok(changed)
    }

    /// Compiles the site with what has changed, and shows it.
    fn renew(&mut self, held: Held<'_>, start: Instant, changed: &BTreeSet<SourcePath>) {
        let shared = &self.shared;
        let before = shared.current.peek();
        let revision = self.compiler.compile(self.live.sources());
        // Said before it is there to be looked at: small sites are looked at in no time.
        shared.rebuilt(revision.number, line(changed, start.elapsed()));
        let revision = held.replace(revision);
        drop(held);
        shared.tabs.update(&before, &revision, changed);
    }
}

impl Rebuild {
    /// Watches what was not there before. The rest is watched already, and to say so again takes as long as all else.
    fn watch_new(&mut self, changed: &BTreeSet<PathBuf>) {
        let folders = self.live.watched();
        let is_new =
            |folder: &&PathBuf| changed.contains(*folder) || !self.watched.contains(folder);
        let new: Vec<_> = folders.iter().filter(is_new).cloned().collect();
        if !new.is_empty()
            && let Err(error) = self.watch.add(&new)
        {
            say(&format!("{error}; what changes there is not seen"));
        }
        self.watched = folders;
    }
}

/// Whether a file that held something holds nothing now.
fn is_emptied(before: &Sources, now: &Sources, path: &SourcePath) -> bool {
    let is_empty = |sources: &Sources| sources.get(path).map(File::is_empty);
    is_empty(before) == Some(false) && is_empty(now) == Some(true)
}

/// Why files are looked at again and again.
pub(super) fn polling(reason: &str) -> String {
    format!("note: {reason}: files are looked at every half second, or as often as `--poll` says")
}

/// What a rebuild says of itself.
fn line(changed: &BTreeSet<SourcePath>, took: Duration) -> String {
    let named: Vec<_> = changed.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let mut line = named.join(", ");
    if changed.len() > NAMED {
        let more = plural(changed.len() - NAMED, "more file");
        write!(line, " and {more}").expect("a string takes all text");
    }
    format!("{line} in {} ms", took.as_millis())
}

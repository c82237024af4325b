//! Takes changed files in: reads them, compiles anew, and hands the new revision on. Requests that come meanwhile wait.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;

use super::revision::{Held, Revision};
use super::shared::{Shared, say};
use super::tabs::Edit;
use crate::cli::images::Variants;
use crate::compile::{self, Memo};
use crate::config::Options;
use crate::io::disk::{DiskError, Live};
use crate::io::watch::{Batch, Watch};
use crate::path::SourcePath;
use crate::source::Sources;
use crate::wording::{code_list, plural};

/// How long a file that is missing or empty may take to come back.
const MOMENT: Duration = Duration::from_millis(20);

const PATIENCE: Duration = Duration::from_secs(3600);

/// How many changed files a line names.
const NAMED: usize = 2;

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

    pub(super) fn compile(&mut self, sources: &Arc<Sources>) -> Revision {
        self.number += 1;
        let compiled = compile::site(sources, &(self.options)(), &mut self.memo);
        let renderer = compiled.renderer();
        let (sources, variants) = (Arc::clone(sources), self.variants.clone());
        Revision { number: self.number, sources, compiled, renderer, variants }
    }
}

/// What keeps the site up to date with the disk.
pub(super) struct Rebuild {
    watch: Watch,
    live: Live,
    compiler: Compiler,
    shared: Arc<Shared>,
    /// Whether files may have changed that no batch names.
    is_behind: bool,
    /// Files that have been read and that no revision shows yet: more than none only after a rebuild that has failed.
    uncompiled: BTreeSet<SourcePath>,
}

impl Rebuild {
    /// `watch` watches all that `live` says.
    pub(super) fn new(watch: Watch, live: Live, compiler: Compiler, shared: Arc<Shared>) -> Self {
        Self { watch, live, compiler, shared, is_behind: true, uncompiled: BTreeSet::new() }
    }

    pub(super) fn run(mut self) {
        // This thread does its own work in parallel with others, without waiting until one of them is free to begin.
        let _pool = ThreadPoolBuilder::new().use_current_thread().build();
        let shared = Arc::clone(&self.shared);
        let mut polls = self.watch.polling().is_some();
        // What changed after it was read and before it was watched. Requests need not wait: that is rarely anything.
        let mut batch = Some(Batch::default());
        loop {
            if let Some(mut batch) = batch {
                batch.is_incomplete |= self.is_behind;
                self.is_behind = true;
                if shared.attempt("reading changes", || self.take(batch)).is_some() {
                    self.is_behind = false;
                } else {
                    // What is remembered may be what it fails at.
                    self.compiler.memo = Memo::default();
                }
            }
            batch = self.watch.next(PATIENCE);
            if let Some(reason) = self.watch.polling().filter(|_| !polls) {
                polls = true;
                let reason = polling(reason);
                say(&format!("note: {reason}"));
                shared.failed("watching for changes", reason);
            }
        }
    }

    fn take(&mut self, batch: Batch) {
        let shared = Arc::clone(&self.shared);
        // An incomplete list of changes does not tell whether anything changed.
        let held = (!batch.paths.is_empty()).then(|| shared.current.hold());
        let start = Instant::now();
        match self.read(batch) {
            Err(error) => say(&format!("{error}; the site stays as it was")),
            Ok(changed) => self.uncompiled.extend(changed),
        }
        if !self.uncompiled.is_empty() {
            self.watch.follow(self.live.watched(), &BTreeSet::new());
            self.renew(held.unwrap_or_else(|| shared.current.hold()), start);
        }
    }

    /// Reads what a batch names. Returns the files that are not what they were.
    fn read(&mut self, mut batch: Batch) -> Result<BTreeSet<SourcePath>, DiskError> {
        let before = Arc::clone(self.live.sources());
        // Also where nothing else is new: a folder may be made long before there is anything in it.
        self.watch.follow(self.live.watched(), &batch.paths);
        let first = self.live.take(&batch.paths, batch.is_incomplete);
        let is_lost = |path: &SourcePath| is_lost(&before, self.live.sources(), path);
        let is_whole = first.as_ref().is_ok_and(|changed| !changed.iter().any(is_lost));
        let more = if is_whole { None } else { self.watch.next(MOMENT) };
        let Some(more) = more else { return first };
        self.watch.follow(self.live.watched(), &more.paths);
        batch.paths.extend(more.paths);
        batch.is_incomplete |= more.is_incomplete;
        match (first, self.live.take(&batch.paths, batch.is_incomplete)) {
            (Ok(first), Err(error)) => {
                say(&format!("{error}; the rest of the site stays as it was"));
                Ok(first)
            }
            (Err(_), second) => second,
            (Ok(mut changed), Ok(second)) => {
                changed.extend(second);
                let now = self.live.sources();
                changed
                    .retain(|path| before.get(path).is_none_or(|file| now.get(path) != Some(file)));
                Ok(changed)
            }
        }
    }

    /// Compiles the site with what has changed, and shows it.
    fn renew(&mut self, held: Held<'_>, start: Instant) {
        let (shared, changed) = (&self.shared, &self.uncompiled);
        let before = shared.current.newest();
        let revision = self.compiler.compile(self.live.sources());
        // Queued before the revision can be checked: small sites are checked in no time.
        shared.rebuilt(revision.number, line(changed, start.elapsed()));
        let revision = held.replace(revision);
        drop(held);
        shared.tabs.update(&Edit { before: &before, after: &revision, changed });
        self.uncompiled.clear();
    }
}

/// Whether a file of the site's own that held something is gone, or holds nothing. Many programs remove or empty a file for
/// a moment while they save it.
fn is_lost(before: &Sources, now: &Sources, path: &SourcePath) -> bool {
    let has_text = |sources: &Sources| {
        !sources.is_embedded(path) && sources.get(path).is_some_and(|file| !file.is_empty())
    };
    has_text(before) && !has_text(now)
}

/// Why files are checked again and again.
pub(super) fn polling(reason: &str) -> String {
    format!("{reason}: files are checked every half second, or as often as `--poll` says")
}

fn line(changed: &BTreeSet<SourcePath>, took: Duration) -> String {
    let mut line = code_list(changed.iter().take(NAMED));
    if changed.len() > NAMED {
        let more = plural(changed.len() - NAMED, "more file");
        write!(line, " and {more}").expect("a string takes all text");
    }
    format!("{line} in {} ms", took.as_millis())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests read and write files")]

    use std::fs;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use tempfile::TempDir;

    use super::{Compiler, Rebuild};
    use crate::cli::images::Variants;
    use crate::cli::serve::shared::Shared;
    use crate::config::Options;
    use crate::io::disk::Live;
    use crate::io::watch::Watch;

    /// Waits for what another thread does.
    fn wait_until(what: &str, is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}");
            std::thread::yield_now();
        }
    }

    /// A site of one article, kept up to date.
    struct Rebuilt {
        folder: TempDir,
        shared: Arc<Shared>,
        /// Whether compiling panics.
        panics: Arc<AtomicBool>,
    }

    impl Rebuilt {
        fn start(change: impl FnOnce(&mut Watch)) -> Self {
            let folder = tempfile::tempdir().expect("a scratch folder can be made");
            let root: PathBuf = fs::canonicalize(folder.path()).expect("it is there");
            fs::create_dir(root.join("content")).expect("writable");
            write(&folder, "One");
            let panics = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&panics);
            let options = move || {
                assert!(!asked.load(Ordering::SeqCst), "as the test wants");
                Options::on(jiff::civil::date(2026, 1, 1))
            };
            let mut compiler = Compiler::new(options, Variants::new(&root));
            let live = Live::new(&root).expect("it is a site");
            let mut watch = Watch::new(&root, live.watched(), None);
            change(&mut watch);
            let revision = compiler.compile(live.sources());
            let shared = Arc::new(Shared::new(revision, root, String::new()));
            let rebuild = Rebuild::new(watch, live, compiler, Arc::clone(&shared));
            std::thread::spawn(move || rebuild.run());
            Self { folder, shared, panics }
        }

        /// Changes the article's title.
        fn write(&self, title: &str) {
            write(&self.folder, title);
        }

        /// Waits until the article has a title.
        fn wait_for(&self, title: &str) {
            wait_until("the change is taken in", || {
                let site = &self.shared.current.newest().compiled.site;
                site.included().any(|id| site.page(id).article.front_matter.title == title)
            });
        }

        /// What is said in the browser of a part that has failed, once there is such a part.
        fn failure(&self, part: &str) -> String {
            let failure = || self.shared.findings().failures.get(part).cloned();
            wait_until("the failure is reported", || failure().is_some());
            failure().unwrap_or_default()
        }
    }

    fn write(folder: &TempDir, title: &str) {
        let text = format!("---\ntitle: {title}\n---\n");
        fs::write(folder.path().join("content/a.md"), text).expect("writable");
    }

    /// A rebuild that panicked ended its thread: pages never changed again, without any report.
    #[test]
    fn a_rebuild_that_panics_is_reported_and_the_next_change_is_taken_in() {
        let site = Rebuilt::start(|_| ());
        site.panics.store(true, Ordering::SeqCst);
        site.write("Two");
        let failure = site.failure("reading changes");
        assert_eq!(failure, "reading changes has failed: as the test wants");
        assert_eq!(site.shared.current.get().number, 1, "pages are served as they were");
        site.panics.store(false, Ordering::SeqCst);
        site.write("Three");
        site.wait_for("Three");
        wait_until("the report ends", || site.shared.findings().failures.is_empty());
    }

    #[test]
    fn the_end_of_the_thread_that_watches_is_reported_and_changes_are_seen_all_the_same() {
        let site = Rebuilt::start(Watch::end);
        let failure = site.failure("watching for changes");
        let expected = "the thread that watches for changes has ended: files are checked every half second, or as often as `--poll` says";
        assert_eq!(failure, expected);
        site.write("Two");
        site.wait_for("Two");
    }
}

//! What the threads of the dev server share, and how one reports that it has failed: a panic in a step of its work ends
//! that step and no more, and is reported on the terminal and in the browser until a later step succeeds.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::revision::{Current, Revision};
use super::tabs::Tabs;
use crate::cli::{printer, session};
use crate::diagnostic::Diagnostic;
use crate::io::lock;
use crate::source::Sources;

pub(super) struct Shared {
    pub(super) current: Current,
    pub(super) tabs: Tabs,
    pub(super) root: PathBuf,
    /// How URLs that open an editor are written; empty when there is none.
    pub(super) editor: String,
    findings: Mutex<Arc<Findings>>,
    /// What is to be said of revisions that are not checked yet.
    unsaid: Mutex<VecDeque<(u64, String)>>,
}

/// What the panel in the browser shows.
#[derive(Clone)]
pub(super) struct Findings {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The texts that they are in.
    pub(super) sources: Arc<Sources>,
    /// Which parts of the dev server have failed, and how.
    pub(super) failures: BTreeMap<&'static str, String>,
}

impl Shared {
    /// Of the first revision, it is said how many pages there are.
    pub(super) fn new(revision: Revision, root: PathBuf, editor: String) -> Self {
        let line = session::pages(&revision.compiled.site);
        let sources = Arc::clone(&revision.sources);
        let none = Findings { diagnostics: Vec::new(), sources, failures: BTreeMap::new() };
        Self {
            unsaid: Mutex::new([(revision.number, line)].into()),
            current: Current::new(revision),
            tabs: Tabs::default(),
            findings: Mutex::new(Arc::new(none)),
            root,
            editor,
        }
    }

    /// Says what a rebuild did once it is known what was found; see [`Shared::checked`].
    pub(super) fn rebuilt(&self, number: u64, line: String) {
        lock(&self.unsaid).push_back((number, line));
    }

    /// Says what was found in a revision. Those before it were replaced before they could be checked.
    pub(super) fn checked(&self, number: u64, counts: &str) {
        let mut unsaid = lock(&self.unsaid);
        let ready = unsaid.iter().take_while(|(of, _)| *of <= number).count();
        for (of, line) in unsaid.drain(..ready) {
            match of == number {
                true => say(&format!("{line}: {counts}")),
                false => say(&line),
            }
        }
    }

    pub(super) fn findings(&self) -> Arc<Findings> {
        Arc::clone(&lock(&self.findings))
    }

    pub(super) fn found(&self, revision: &Revision, diagnostics: Vec<Diagnostic>) {
        self.show(|shown| {
            shown.diagnostics = diagnostics;
            shown.sources = Arc::clone(&revision.sources);
        });
    }

    fn show(&self, change: impl FnOnce(&mut Findings)) {
        let mut findings = lock(&self.findings);
        change(Arc::make_mut(&mut findings));
        let shown = Arc::clone(&findings);
        drop(findings);
        self.tabs.show(&shown);
    }

    /// Does a step of a thread's work; nothing comes back when it panics.
    pub(super) fn attempt<T>(&self, part: &'static str, step: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(step)) {
            Ok(done) => {
                if lock(&self.findings).failures.contains_key(part) {
                    say(&format!("{part} works again"));
                    self.show(|shown| drop(shown.failures.remove(part)));
                }
                Some(done)
            }
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().copied();
                let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
                let message = format!("{part} has failed: {}", text.unwrap_or("it panicked"));
                say(&format!("error: {message}; it is tried again after the next change"));
                self.failed(part, message);
                None
            }
        }
    }

    /// Shows in the browser that a part of the dev server has failed, and how.
    pub(super) fn failed(&self, part: &'static str, message: String) {
        self.show(|shown| drop(shown.failures.insert(part, message)));
    }
}

/// Prints a line for the person who watches the terminal.
pub(super) fn say(text: &str) {
    // Where it cannot be printed, the site is still served.
    let _ = printer::text(&format!("{text}\n"));
}

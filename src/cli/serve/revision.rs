//! The site as it is now, and the requests that wait for it: an edit makes a new revision, and requests meanwhile wait for that
//! one. Knows no request and no file.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::cli::images::Variants;
use crate::compile::Compiled;
use crate::io::lock;
use crate::render::Renderer;
use crate::source::Sources;

/// One state of the site.
pub(super) struct Revision {
    /// Counts from 1.
    pub(super) number: u64,
    pub(super) sources: Arc<Sources>,
    pub(super) compiled: Compiled,
    pub(super) renderer: Renderer,
    pub(super) variants: Variants,
}

pub(super) struct Current {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    revision: Arc<Revision>,
    /// Whether files have changed since.
    is_stale: bool,
}

impl Current {
    pub(super) fn new(revision: Revision) -> Self {
        let state = State { revision: Arc::new(revision), is_stale: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The newest revision, once there is none newer on its way.
    pub(super) fn get(&self) -> Arc<Revision> {
        self.wait_while(|state| state.is_stale)
    }

    /// The newest revision that there is.
    pub(super) fn newest(&self) -> Arc<Revision> {
        Arc::clone(&lock(&self.state).revision)
    }

    /// The newest revision, once it is newer than that of a number.
    pub(super) fn after(&self, number: u64) -> Arc<Revision> {
        self.wait_while(|state| state.revision.number <= number)
    }

    /// Whether there is no newer revision than that of a number.
    pub(super) fn is_newest(&self, number: u64) -> bool {
        lock(&self.state).revision.number == number
    }

    fn wait_while(&self, condition: impl Fn(&State) -> bool) -> Arc<Revision> {
        let wait = self.changed.wait_while(lock(&self.state), |state| condition(state));
        Arc::clone(&wait.unwrap_or_else(PoisonError::into_inner).revision)
    }

    /// Makes requests for the newest revision wait until the returned value is dropped.
    pub(super) fn hold(&self) -> Held<'_> {
        lock(&self.state).is_stale = true;
        Held(self)
    }
}

/// As long as it lives, a newer revision is on its way.
pub(super) struct Held<'a>(&'a Current);

impl Held<'_> {
    pub(super) fn replace(&self, revision: Revision) -> Arc<Revision> {
        let revision = Arc::new(revision);
        lock(&self.0.state).revision = Arc::clone(&revision);
        revision
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).is_stale = false;
        self.0.changed.notify_all();
    }
}

//! The connections that are open: how many, which of them goes when there are too many, and how all end. Knows nothing
//! of what is said on them.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::events::Queue;
use super::lock;

/// How many connections there may be. A browser holds six at most, and each costs four descriptors while it is served:
/// half of the 1,024 that a process has on most systems.
const MOST: usize = 128;

/// As many as a few open pages may have.
const FEW: usize = 16;

/// Every open connection.
#[derive(Default)]
pub(super) struct Connections {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    open: BTreeMap<u64, Open>,
    entered: u64,
    is_closed: bool,
}

struct Open {
    client: Arc<TcpStream>,
    stage: Stage,
    events: Option<Arc<Queue>>,
}

/// How far a connection has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It has not said yet what it wants.
    Asking,
    /// Its request was handed on.
    Served,
    /// It is a stream of events.
    Streaming,
}

impl Open {
    /// Ends the connection: whoever reads or writes it sees that.
    fn end(&self) {
        if let Some(events) = &self.events {
            events.close();
        }
        // It may have ended by itself, and then nothing is left to be done.
        drop(self.client.shutdown(Shutdown::Both));
    }
}

impl State {
    /// Ends the oldest of the connections that are at the stage where most are. A crowd so drives out itself, whatever it
    /// does, and not the few who do something else.
    fn evict(&mut self) {
        let count = |stage: Stage| self.open.values().filter(|open| open.stage == stage).count();
        let stages = [Stage::Asking, Stage::Served, Stage::Streaming];
        let crowded = stages.into_iter().max_by_key(|stage| count(*stage));
        let oldest = self.open.iter().find(|(_, open)| Some(open.stage) == crowded);
        let number = oldest.map(|(number, _)| *number);
        if let Some(open) = number.and_then(|number| self.open.remove(&number)) {
            open.end();
        }
    }
}

impl Connections {
    /// Takes a connection in, and ends another if there are too many. None when the server is closed.
    pub(super) fn enter(self: &Arc<Self>, client: &Arc<TcpStream>) -> Option<Entry> {
        let mut state = lock(&self.state);
        if state.is_closed {
            return None;
        }
        while state.open.len() >= MOST {
            state.evict();
        }
        state.entered += 1;
        let number = state.entered;
        let open = Open { client: Arc::clone(client), stage: Stage::Asking, events: None };
        state.open.insert(number, open);
        Some(Entry { number, connections: Arc::clone(self) })
    }

    /// Makes room when the system has none: ends one connection, unless so few cannot be what took it all, and waits
    /// until one is gone, or for `limit`.
    pub(super) fn relieve(&self, limit: Duration) {
        let mut state = lock(&self.state);
        if state.open.len() > FEW {
            state.evict();
        }
        drop(self.changed.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner));
    }

    /// Ties a stream of events to its connection, so that it ends with it.
    pub(super) fn attach(&self, number: u64, events: &Arc<Queue>) {
        let mut state = lock(&self.state);
        match state.open.get_mut(&number) {
            Some(open) if open.events.is_none() => {
                open.events = Some(Arc::clone(events));
                open.stage = Stage::Streaming;
            }
            _ => events.close(),
        }
    }

    /// Closes the server: nobody enters any more, and streams of events end.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closed = true;
        state.open.values().filter_map(|open| open.events.as_ref()).for_each(|queue| queue.close());
        self.changed.notify_all();
    }

    /// Whether the server is closed.
    pub(super) fn is_closed(&self) -> bool {
        lock(&self.state).is_closed
    }

    /// Waits until the server is closed.
    pub(super) fn wait_for_close(&self) {
        let state = lock(&self.state);
        let waited = self.changed.wait_while(state, |state| !state.is_closed);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until no connection is left; what is left at `deadline` is ended.
    pub(super) fn finish(&self, deadline: Instant) {
        let state = lock(&self.state);
        let left = deadline.saturating_duration_since(Instant::now());
        let has_some = |state: &mut State| !state.open.is_empty();
        let waited = self.changed.wait_timeout_while(state, left, has_some);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.open.values().for_each(Open::end);
    }
}

/// A connection's place among the others, until it is dropped.
pub(super) struct Entry {
    /// Its number, which no other connection ever has.
    pub(super) number: u64,
    connections: Arc<Connections>,
}

impl Entry {
    /// Says that the request was handed on.
    pub(super) fn served(&self) {
        if let Some(open) = lock(&self.connections.state).open.get_mut(&self.number) {
            open.stage = Stage::Served;
        }
    }

    /// Says that the client says nothing more: it waits for its answer, but a stream of events ends.
    pub(super) fn silent(&self) {
        let state = lock(&self.connections.state);
        if let Some(events) = state.open.get(&self.number).and_then(|open| open.events.as_ref()) {
            events.close();
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut state = lock(&self.connections.state);
        if let Some(events) = state.open.remove(&self.number).and_then(|open| open.events) {
            events.close();
        }
        self.connections.changed.notify_all();
    }
}

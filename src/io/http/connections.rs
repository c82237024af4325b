//! The connections that are open: how many, which of them ends when there are too many, and how all end. Knows nothing
//! of what is sent on them.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::events::Queue;
use super::lock;

/// How many connections there may be. A browser holds six at most, and each costs up to four descriptors: half of the
/// 1,024 that a process has on most systems.
const MOST: usize = 128;

/// As many as a few open pages may have.
const FEW: usize = 16;

#[derive(Default)]
pub(super) struct Connections {
    state: Mutex<State>,
    ended: Condvar,
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
}

/// How far a connection has come.
pub(super) enum Stage {
    Asking,
    Served,
    Streaming(Arc<Queue>),
}

impl Stage {
    fn close(&self) {
        if let Self::Streaming(events) = self {
            events.close();
        }
    }
}

impl Open {
    /// Ends the connection; pending reads and writes return.
    fn end(&self) {
        self.stage.close();
        // It may have ended by itself, and then nothing is left to be done.
        drop(self.client.shutdown(Shutdown::Both));
    }
}

impl State {
    /// Ends the oldest of the connections that are at the stage where most are. So a crowd pushes out itself, whatever it
    /// does, and not the few who do something else.
    fn evict(&mut self) {
        let stage = |open: &Open| std::mem::discriminant(&open.stage);
        let alike =
            |one: &Open| self.open.values().filter(|open| stage(open) == stage(one)).count();
        // Of equals, the last one is taken: the oldest.
        let crowded = self.open.iter().rev().max_by_key(|(_, open)| alike(open));
        let number = crowded.map(|(number, _)| *number);
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
        state.open.insert(number, Open { client: Arc::clone(client), stage: Stage::Asking });
        Some(Entry { number, connections: Arc::clone(self) })
    }

    /// Makes room when the system has none: ends one connection, unless there are too few to be the cause, and waits
    /// until one has ended, or for `limit`.
    pub(super) fn relieve(&self, limit: Duration) {
        let mut state = lock(&self.state);
        if state.open.len() > FEW {
            state.evict();
        }
        drop(self.ended.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner));
    }

    /// Closes the server: new connections are refused, and event streams end.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closed = true;
        state.open.values().for_each(|open| open.stage.close());
    }

    pub(super) fn is_closed(&self) -> bool {
        lock(&self.state).is_closed
    }

    /// Waits until no connection is left; what is left at `deadline` is ended.
    pub(super) fn finish(&self, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let has_some = |state: &mut State| !state.open.is_empty();
        let waited = self.ended.wait_timeout_while(lock(&self.state), left, has_some);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.open.values().for_each(Open::end);
    }
}

/// A connection's place among the others, until it is dropped.
pub(super) struct Entry {
    number: u64,
    connections: Arc<Connections>,
}

impl Entry {
    /// The connection has come further. A stream that begins when the server is closed ends at once.
    pub(super) fn reach(&self, stage: Stage) {
        let mut state = lock(&self.connections.state);
        let is_closed = state.is_closed;
        match state.open.get_mut(&self.number) {
            Some(open) if !is_closed => open.stage = stage,
            _ => stage.close(),
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        lock(&self.connections.state).open.remove(&self.number);
        self.connections.ended.notify_all();
    }
}

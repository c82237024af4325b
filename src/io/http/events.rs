//! Server-sent events: the listeners, the queue of each of them, and how an event is written. Knows no connection.

use std::collections::VecDeque;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::lock;
use super::message::Event;

/// How many events may wait for a client. One that reads none of these has left, or is hostile.
const WAITING: usize = 32;

/// How soon a browser whose stream broke comes back.
const RETRY: Duration = Duration::from_millis(500);

/// A channel of events with any number of listeners. Clones are the same channel.
#[derive(Clone, Debug, Default)]
pub struct Events(Arc<Mutex<Vec<Arc<Queue>>>>);

impl Events {
    /// Sends an event to all current listeners, without waiting for any of them.
    pub fn send(&self, event: &Event) {
        let text: Arc<[u8]> = written(event).into_bytes().into();
        lock(&self.0).retain(|listener| listener.push(&text));
    }

    pub fn count(&self) -> usize {
        let mut listeners = lock(&self.0);
        listeners.retain(|listener| !listener.is_closed());
        listeners.len()
    }

    /// A new listener, whose stream begins with an event for it alone. From now on it misses none, though its stream is
    /// written later.
    pub fn listen(&self, greeting: Option<&Event>) -> Listener {
        let queue = Arc::new(Queue::default());
        let mut start = format!("retry: {}\n\n", RETRY.as_millis());
        start.extend(greeting.map(written));
        queue.push(&start.into_bytes().into());
        let mut listeners = lock(&self.0);
        listeners.retain(|listener| !listener.is_closed());
        listeners.push(Arc::clone(&queue));
        Listener { queue }
    }
}

/// A listener of a channel, until it is dropped.
#[derive(Debug)]
pub struct Listener {
    pub(super) queue: Arc<Queue>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// An event as the stream has it (WHATWG HTML, "Server-sent events").
fn written(event: &Event) -> String {
    let name = event.name.replace(char::is_control, "");
    // Each line break that the format knows: `\r\n`, `\n` and `\r`.
    let data = event.data.replace("\r\n", "\n").replace(['\n', '\r'], "\ndata: ");
    format!("event: {name}\ndata: {data}\n\n")
}

/// What waits for one client.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Arc<[u8]>>,
    is_closed: bool,
}

impl Queue {
    /// Adds an event; false when the stream has ended. A client that leaves too many unread is ended.
    fn push(&self, event: &Arc<[u8]>) -> bool {
        let mut waiting = lock(&self.state);
        if waiting.events.len() == WAITING {
            *waiting = Waiting { events: VecDeque::new(), is_closed: true };
        }
        if !waiting.is_closed {
            waiting.events.push_back(Arc::clone(event));
        }
        self.changed.notify_all();
        !waiting.is_closed
    }

    /// The next event, as the stream has it; an error when there is none for `limit`, or the stream has ended.
    pub(super) fn next(&self, limit: Duration) -> Result<Arc<[u8]>, RecvTimeoutError> {
        let is_idle = |waiting: &mut Waiting| waiting.events.is_empty() && !waiting.is_closed;
        let waited = self.changed.wait_timeout_while(lock(&self.state), limit, is_idle);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        waiting.events.pop_front().ok_or(match waiting.is_closed {
            true => RecvTimeoutError::Disconnected,
            false => RecvTimeoutError::Timeout,
        })
    }

    /// Ends the stream once what waits has been sent.
    pub(super) fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_all();
    }

    fn is_closed(&self) -> bool {
        lock(&self.state).is_closed
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
    use std::time::Duration;

    use super::{Event, Events, WAITING, written};

    fn event(data: &str) -> Event {
        Event { name: "changed".to_owned(), data: data.to_owned() }
    }

    #[test]
    fn every_line_of_data_is_a_field() {
        let text = written(&event("a\nb\r\nc\rd\n"));
        let fields = "event: changed\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n";
        assert_eq!(text, fields);
        let name = "x\ndata: forged".to_owned();
        let text = written(&Event { name, data: String::new() });
        assert_eq!(text, "event: xdata: forged\ndata: \n\n");
    }

    #[test]
    fn a_client_that_reads_nothing_is_ended_and_others_are_not() {
        let events = Events::default();
        let idle = events.listen(None);
        let busy = events.listen(None);
        assert!(busy.queue.next(Duration::ZERO).is_ok());
        for _ in 0..WAITING {
            events.send(&event("x"));
            assert!(busy.queue.next(Duration::ZERO).is_ok());
        }
        assert_eq!(idle.queue.next(Duration::ZERO), Err(Disconnected));
        assert_eq!(busy.queue.next(Duration::ZERO), Err(Timeout));
        assert_eq!(events.count(), 1);
        drop(busy);
        assert_eq!(events.count(), 0);
    }
}

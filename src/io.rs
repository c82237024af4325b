//! The edges: all that touches the world outside the program. They know the words of floor 0 and never a phase.

pub mod disk;
#[cfg(feature = "external")]
pub mod external;
pub mod http;
pub mod images;
pub mod interrupt;
pub mod priority;
pub mod store;
pub mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lock, also after a thread has panicked with it: for states that are never left half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The system's reason without its number, in lower case, as our messages are.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

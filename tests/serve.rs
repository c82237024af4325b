//! The dev server as a program: what it serves beside what a build writes, every way of saving a file, what it says, how
//! it starts and ends.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

#[expect(dead_code, reason = "this is shared with tests that need more of it")]
mod common;
#[path = "serve/edits.rs"]
mod edits;
#[path = "serve/equal.rs"]
mod equal;
#[path = "serve/events.rs"]
mod events;
#[path = "serve/life.rs"]
mod life;
#[path = "serve/program.rs"]
mod program;
#[path = "serve/safety.rs"]
mod safety;
#[path = "serve/saves.rs"]
mod saves;
#[expect(dead_code, reason = "this is shared with tests that need more of it")]
mod wire;

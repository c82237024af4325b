//! The HTTP edge, spoken to in raw TCP: what it answers, whom it refuses, what streams do, and what hostile clients can
//! do to others.
#![expect(clippy::disallowed_methods, reason = "tests write files and measure time")]

#[path = "../wire/mod.rs"]
mod wire;

mod answers;
mod hostile;
mod safety;
mod streams;

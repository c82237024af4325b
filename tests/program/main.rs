//! The program as people run it: arguments, both streams, files and exit codes. One binary, because each one is compiled and
//! linked on its own. Run a test by its file and name: `cargo test --test program hostile::NAME`.

#[path = "../common/mod.rs"]
mod common;

mod addresses;
mod all_or_nothing;
mod cli;
mod determinism;
mod diff;
mod formats;
mod history;
mod hostile;
mod publish;
mod rename;
#[cfg(unix)]
mod untrusted;
mod verbs;

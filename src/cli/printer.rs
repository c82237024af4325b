//! What the terminal is given: findings on standard output, the summary and progress on standard error.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::arguments::{Format, SiteArguments};
use crate::diagnostic::Diagnostic;
use crate::report;
use crate::source::Sources;

/// Prints findings in the format that is asked for.
pub(super) fn findings(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    arguments: &SiteArguments,
) -> anyhow::Result<()> {
    let root = super::root::seen(&arguments.folder.root);
    plain(&match arguments.format {
        Format::Human => return text(&report::human::report(diagnostics, sources, true)),
        Format::Json => report::json::report(diagnostics, sources),
        Format::Sarif => report::sarif::report(diagnostics, sources, &root),
        Format::Github => report::github::report(diagnostics, sources, &root),
        Format::Junit => report::junit::report(diagnostics, sources, &root, arguments.fail_on),
        Format::Rdjson => report::rdjson::report(diagnostics, sources, &root),
    })
}

/// Shows findings on standard error, where standard output is for something else.
pub(super) fn findings_aside(diagnostics: &[Diagnostic], sources: &Sources) {
    say(report::human::report(diagnostics, sources, true).trim_end());
}

/// Prints a text for programs on standard output, byte for byte.
pub(super) fn plain(text: &str) -> anyhow::Result<()> {
    print(std::io::stdout(), text)
}

/// Prints a text on standard output. The stream drops colours where they are not wanted (`NO_COLOR`, pipes).
pub(super) fn text(text: &str) -> anyhow::Result<()> {
    print(anstream::stdout(), text)
}

fn print(mut output: impl Write, text: &str) -> anyhow::Result<()> {
    printed(output.write_all(text.as_bytes()).and_then(|()| output.flush()))
}

/// What came of printing on standard output. A closed pipe is no failure: who reads has read enough.
pub(super) fn printed(result: std::io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("could not write to standard output"),
    }
}

/// Says something in a line on standard error. Where that cannot be written, there is nobody left to tell.
pub(super) fn say(text: impl Display) {
    let _ = anstream::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Says that another silcrow is at work in a folder, and that this one waits for it.
pub(super) fn waiting(folder: &Path) {
    notice(&format!(
        "another silcrow is writing in `{}`; waiting until it has ended",
        folder.display()
    ));
}

/// The last line: what was done, and how long it took.
pub(super) fn done(what: &str, took: Duration) {
    let seconds = took.as_secs_f64();
    let took =
        if seconds < 1.0 { format!("{} ms", took.as_millis()) } else { format!("{seconds:.1} s") };
    say(format_args!("{what} ({took})"));
}

/// Why a command does not do what was asked for.
pub(super) fn error(reason: impl Display) {
    say(format_args!("{ERROR}: {reason}"));
}

/// Something worth knowing that is no finding.
pub(super) fn notice(text: &str) {
    say(format_args!("note: {text}"));
}

/// `error`, in red on a terminal.
const ERROR: &str = "\u{1b}[1;31merror\u{1b}[0m";

/// How long a command works before it shows that it does.
const PATIENCE: Duration = Duration::from_millis(500);

/// A progress line that appears only on a terminal, and only when the work takes longer than half a second. Our own: a
/// library for it brings four crates, of which this would use one line.
pub(super) struct Progress {
    verb: &'static str,
    unit: &'static str,
    length: usize,
    done: AtomicUsize,
    is_terminal: bool,
    start: Instant,
}

impl Progress {
    /// Counts up to `length`: so many files `rendered`. `start` is when the command began.
    pub(super) fn new(
        verb: &'static str,
        unit: &'static str,
        length: usize,
        start: Instant,
    ) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { verb, unit, length, done: AtomicUsize::new(0), is_terminal, start }
    }

    pub(super) fn increment(&self) {
        let Self { verb, unit, length, .. } = self;
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // The line changes a hundred times at most.
        if done.is_multiple_of(length.div_ceil(100)) {
            self.show(&format!("{verb} {done} of {length} {unit}"));
        }
    }

    /// Takes the line away.
    pub(super) fn finish(self) {
        self.show("");
    }

    /// Puts a text in the place of the terminal's last line. A terminal that has been closed needs none.
    fn show(&self, text: &str) {
        if self.is_terminal && self.start.elapsed() >= PATIENCE {
            let _ = write!(std::io::stderr(), "\r{text}\u{1b}[K");
        }
    }
}

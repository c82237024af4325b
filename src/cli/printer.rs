//! What the terminal is given: findings on standard output, the summary and progress on standard error.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anstream::eprintln;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::Format;
use crate::diagnostic::Diagnostic;
use crate::report::{self, Counts};
use crate::source::Sources;

/// Prints findings in a format. A closed pipe is no failure: who reads has read enough.
pub(super) fn findings(diagnostics: &[Diagnostic], sources: &Sources, format: Format) {
    let text = match format {
        // The stream drops colours where they are not wanted (`NO_COLOR`, pipes).
        Format::Human => report::human::report(diagnostics, sources, true),
        Format::Json => report::json::report(diagnostics, sources),
    };
    let mut output = anstream::stdout();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// The last line: what was done, what was found, how long it took.
pub(super) fn summary(what: &str, counts: Counts, took: Duration) {
    eprintln!("{what}: {} ({})", counts.text(), seconds(took));
}

/// Something worth knowing that is no finding.
pub(super) fn notice(text: &str) {
    eprintln!("note: {text}");
}

fn seconds(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

/// `error`, in red on a terminal.
pub(super) fn error_word() -> impl std::fmt::Display {
    "\u{1b}[1;31merror\u{1b}[0m"
}

/// How long a command works before it shows that it does.
const PATIENCE: Duration = Duration::from_millis(500);

/// A progress line that appears only on a terminal, and only when the work takes longer than half a second.
pub(super) struct Progress {
    bar: ProgressBar,
    done: AtomicU64,
    start: Instant,
}

impl Progress {
    /// Counts pages up to `length`. `start` is when the command began.
    pub(super) fn new(length: usize, start: Instant) -> Self {
        Self::styled("{bar:30} {pos}/{len} pages", length, start)
    }

    /// Counts URLs that are asked for, up to `length`.
    #[cfg(feature = "external")]
    pub(super) fn of_urls(length: usize, start: Instant) -> Self {
        Self::styled("checked {pos} of {len} URLs", length, start)
    }

    fn styled(template: &str, length: usize, start: Instant) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(length as u64), target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, done: AtomicU64::new(0), start }
    }

    /// One more.
    pub(super) fn increment(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        if !self.bar.is_hidden() && self.start.elapsed() > PATIENCE {
            self.bar.set_position(self.done.load(Ordering::Relaxed));
        }
    }

    /// Takes the line away.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

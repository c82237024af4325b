//! What the terminal is given: findings on standard output, the summary and progress on standard error.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anstream::eprintln;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{Format, SiteArguments};
use crate::diagnostic::Diagnostic;
use crate::report::{self, Counts};
use crate::source::Sources;

/// Prints findings in the format that is asked for. A closed pipe is no failure: who reads has read enough.
pub(super) fn findings(diagnostics: &[Diagnostic], sources: &Sources, arguments: &SiteArguments) {
    let root = super::root::seen(&arguments.root);
    let text = match arguments.format {
        Format::Human => return human(diagnostics, sources),
        Format::Json => report::json::report(diagnostics, sources),
        Format::Sarif => report::sarif::report(diagnostics, sources, &root),
        Format::Github => report::github::report(diagnostics, sources, &root),
        Format::Junit => {
            report::junit::report(diagnostics, sources, &root, arguments.fail_on.severity())
        }
        Format::Rdjson => report::rdjson::report(diagnostics, sources, &root),
    };
    self::plain(&text);
}

/// Prints a text for programs on standard output, byte for byte. A closed pipe is no failure.
fn plain(text: &str) {
    let mut output = std::io::stdout();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// The stream drops colours where they are not wanted (`NO_COLOR`, pipes).
fn human(diagnostics: &[Diagnostic], sources: &Sources) {
    text(&report::human::report(diagnostics, sources, true));
}

/// Prints a text on standard output. A closed pipe is no failure.
pub(super) fn text(text: &str) {
    let mut output = anstream::stdout();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// How many findings there are of each rule, for people.
pub(super) fn counts(diagnostics: &[Diagnostic], arguments: &SiteArguments) {
    let is_for_people = arguments.format == Format::Human;
    if let Some(counts) = report::human::counts(diagnostics).filter(|_| is_for_people) {
        eprintln!("{counts}");
    }
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

//! Findings → text, one file per format. Prints nothing itself.

pub mod human;
pub mod json;
pub mod links;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::path::SourcePath;
use crate::source::{LineIndex, Position, Sources, Span};

/// Positions of spans, with the lines of each text found once.
struct Positions<'a> {
    sources: &'a Sources,
    indexes: BTreeMap<SourcePath, LineIndex<'a>>,
}

impl<'a> Positions<'a> {
    fn new(sources: &'a Sources) -> Self {
        Self { sources, indexes: BTreeMap::new() }
    }

    /// Start and end of a span; of a file without text, its first place.
    fn of(&mut self, span: &Span) -> (Position, Position) {
        let sources = self.sources;
        let index = self
            .indexes
            .entry(span.file.clone())
            .or_insert_with(|| LineIndex::new(sources.text(&span.file).map_or("", |text| text)));
        (index.position(span.start as usize), index.position(span.end as usize))
    }
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Findings worth knowing.
    pub infos: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let count =
            |severity| diagnostics.iter().filter(|finding| finding.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
        }
    }

    /// The counts in words: `2 errors, 1 warning`.
    pub fn text(self) -> String {
        let words = [plural(self.errors, "error"), plural(self.warnings, "warning")];
        let infos = (self.infos > 0).then(|| plural(self.infos, "note"));
        words.into_iter().chain(infos).collect::<Vec<_>>().join(", ")
    }
}

/// A number and its noun.
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

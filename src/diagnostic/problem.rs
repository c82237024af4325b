//! Findings within one file, before the file's path is known. Knows no rule.

use std::ops::Range;

use super::{Diagnostic, Rule};
use crate::path::SourcePath;
use crate::source::{Placed, Span};

/// Something wrong at a place in a file.
#[derive(Debug)]
pub struct Problem {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// Where.
    pub at: Range<usize>,
    /// Another place that belongs to it, and why.
    pub related: Option<Placed<&'static str>>,
    /// What is wrong.
    pub message: String,
    /// What to type next.
    pub help: Option<String>,
    /// What to type in its place.
    pub suggestion: Option<String>,
}

impl Problem {
    /// A problem at a place, without help.
    pub fn new(rule: &'static Rule, at: Range<usize>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { rule, at, related: None, message, help: None, suggestion: None }
    }

    /// The same with what to type next.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with another place that belongs to it.
    #[must_use]
    pub fn relate(self, at: Range<usize>, why: &'static str) -> Self {
        Self { related: Some(Placed::new(why, at)), ..self }
    }

    /// The same with what to type in its place.
    #[must_use]
    pub fn suggest(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    /// The finding in a file.
    pub fn diagnostic(self, path: &SourcePath) -> Diagnostic {
        let finding = Diagnostic::new(self.rule, Span::new(path, self.at), self.message);
        let finding = Diagnostic { help: self.help, ..finding.suggest(self.suggestion) };
        match self.related {
            Some(why) => finding.relate(Span::new(path, why.at()), why.value),
            None => finding,
        }
    }
}

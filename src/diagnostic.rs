//! Findings as data: which rule, how severe, where, and what to type next. Only `report` turns one into text.

mod edits;
mod keys;
mod problem;
mod rules;

pub use edits::{Applicability, Edit, EditSet, by_file};
pub use keys::{Key, keys};
pub use problem::Problem;
pub use rules::*;

use crate::source::Span;

/// How much a finding weighs. Ordered: an error is greater than a warning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Not reported.
    Off,
    /// Worth knowing.
    Info,
    /// Should be fixed; the build continues.
    Warning,
    /// Must be fixed; nothing is written.
    Error,
}

impl Severity {
    /// The names in `site.yaml` and in the output formats, in order.
    pub const NAMES: [&str; 4] = ["off", "info", "warning", "error"];

    /// The severity's name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// One row of the table of rules.
#[derive(Debug, PartialEq)]
pub struct Rule {
    /// The name in `site.yaml` and in every output. Never reused, never renamed.
    pub name: &'static str,
    /// Which family the rule belongs to.
    pub family: Family,
    /// The severity where the site sets none.
    pub severity: Severity,
    /// What the rule finds, in one sentence.
    pub summary: &'static str,
    /// Markdown: why that is wrong and what to do, then examples, which are the rule's tests as well.
    pub text: &'static str,
}

impl Rule {
    /// Why that is wrong and what to do.
    pub fn explanation(&self) -> &'static str {
        self.between("", "\n## Bad\n")
    }

    /// Markdown: an input that the rule finds, with carets under the exact place.
    pub fn bad(&self) -> &'static str {
        self.between("\n## Bad\n", "\n## Good\n")
    }

    /// Markdown: the same, corrected.
    pub fn good(&self) -> &'static str {
        self.between("\n## Good\n", "\n## Also ")
    }

    fn between(&self, start: &str, end: &str) -> &'static str {
        let rest = self.text.split_once(start).map_or("", |(_, rest)| rest);
        rest.split(end).next().unwrap_or("").trim()
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The rule that was broken.
    pub rule: &'static Rule,
    /// The rule's severity, as the site sets it.
    pub severity: Severity,
    /// What is wrong: names in backticks, no full stop.
    pub message: String,
    /// The very destination, value or key that is wrong.
    pub span: Span,
    /// Other places that belong to the finding, each with a word on why.
    pub related: Vec<Label>,
    /// What to do about it, in a line.
    pub help: Option<String>,
    /// Edits that would fix it, the most likely set first: each set is an alternative to the others.
    pub fixes: Vec<EditSet>,
    /// Where the link leads, as far as it leads anywhere: the path of a source.
    pub target: Option<String>,
    /// On how many pages the finding shows, for findings in templates.
    pub pages: Option<usize>,
}

/// A place that belongs to a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// Why it matters.
    pub message: String,
}

/// A comment that suppresses the findings of a rule on the line below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppression {
    /// The rule, as it is written; empty where none is.
    pub rule: String,
    /// The location that the rule reports.
    pub span: Span,
    /// Whether a reason follows it.
    pub has_reason: bool,
    /// The line that the comment speaks of: offsets of its start and end.
    pub line: (u32, u32),
}

impl Diagnostic {
    /// A finding of `rule` at `span`, with the rule's own severity.
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            span,
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
            target: None,
            pages: None,
        }
    }

    /// The same with a line of help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds a set of edits that would fix it.
    #[must_use]
    pub fn offer(mut self, edits: EditSet) -> Self {
        self.fixes.push(edits);
        self
    }

    /// The same with a likely text for the span.
    #[must_use]
    pub fn suggest(self, suggestion: Option<String>) -> Self {
        self.replace(suggestion, Applicability::Suggested)
    }

    /// The same with what was likely meant, and a line of help that asks for it; where nothing is likely, with other help.
    #[must_use]
    pub fn did_you_mean(self, near: Option<String>, otherwise: impl Into<String>) -> Self {
        match near {
            Some(near) => self.help(format!("did you mean `{near}`?")).suggest(Some(near)),
            None => self.help(otherwise),
        }
    }

    /// The same with a likely text for the span, and a line of help that says so.
    #[must_use]
    pub fn write(self, right: Option<String>) -> Self {
        self.help_to_write(right, Applicability::Suggested)
    }

    /// The same with a text for the span that is certain to be right, and a line of help that says so.
    #[must_use]
    pub fn fix(self, right: Option<String>) -> Self {
        self.help_to_write(right, Applicability::Safe)
    }

    fn help_to_write(self, right: Option<String>, applicability: Applicability) -> Self {
        let help = right.as_ref().map(|right| format!("write `{right}`"));
        Self { help: help.or(self.help), ..self }.replace(right, applicability)
    }

    fn replace(self, text: Option<String>, applicability: Applicability) -> Self {
        let Some(replacement) = text else { return self };
        let title = format!("write `{replacement}`");
        let edits = vec![Edit { span: self.span.clone(), replacement }];
        self.offer(EditSet { title, edits, applicability })
    }

    /// The text to type in place of the span's, where one text is likely meant.
    pub fn suggestion(&self) -> Option<&str> {
        self.fixes.iter().find_map(|fix| match fix.edits.as_slice() {
            [edit] if edit.span == self.span => Some(edit.replacement.as_str()),
            _ => None,
        })
    }

    /// The edits that a program may apply without asking.
    pub fn safe_fix(&self) -> Option<&EditSet> {
        self.fixes.iter().find(|fix| fix.applicability == Applicability::Safe)
    }

    /// The same with one more related place.
    #[must_use]
    pub fn relate(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Label { span, message: message.into() });
        self
    }

    /// Sorts findings by file, position and rule.
    pub fn sort(diagnostics: &mut [Self]) {
        diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    }

    fn order(&self) -> impl Ord {
        (&self.span, self.rule.name, &self.message, &self.help)
    }
}

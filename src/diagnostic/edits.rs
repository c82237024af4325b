//! Edits as data: what a finding offers to change, and what a move changes. Several edits may belong together, also in
//! several files. `edit` plans and applies them; `report` prints them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::path::SourcePath;
use crate::source::Span;

/// A replacement for one range of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

impl Edit {
    /// Another text in the place of a range of a file's.
    pub fn new(file: &SourcePath, range: Range<usize>, replacement: impl Into<String>) -> Self {
        Self { span: Span::new(file, range), replacement: replacement.into() }
    }
}

/// How certain it is that edits are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// A program may apply them without asking: `check --fix` does.
    Safe,
    /// A person should look at them first.
    Suggested,
}

/// Edits that belong together: all of them are applied, or none. Their spans do not overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditSet {
    /// What applying them does, as a command: names in backticks, no full stop.
    pub title: String,
    /// The edits, in any order, of one file or several.
    pub edits: Vec<Edit>,
    /// Whether they may be applied without asking.
    pub applicability: Applicability,
}

impl EditSet {
    /// A set of one edit: another text in the place of a span.
    pub fn replace(span: Span, replacement: String, applicability: Applicability) -> Self {
        let title = format!("write `{replacement}`");
        Self { title, edits: vec![Edit { span, replacement }], applicability }
    }

    /// Whether a program may apply it without asking.
    pub fn is_safe(&self) -> bool {
        self.applicability == Applicability::Safe
    }

    /// The new text for a span, when replacing it is all that the set does.
    pub fn replacement_of(&self, span: &Span) -> Option<&str> {
        match self.edits.as_slice() {
            [edit] if edit.span == *span => Some(&edit.replacement),
            _ => None,
        }
    }

    /// The files that it changes, each with its edits.
    pub fn by_file(&self) -> BTreeMap<&SourcePath, Vec<&Edit>> {
        by_file(self.edits.iter())
    }
}

/// The files that edits change, each with its edits.
pub fn by_file<'e>(
    edits: impl Iterator<Item = &'e Edit>,
) -> BTreeMap<&'e SourcePath, Vec<&'e Edit>> {
    let mut files: BTreeMap<&SourcePath, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        files.entry(&edit.span.file).or_default().push(edit);
    }
    files
}

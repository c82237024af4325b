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

//! Findings → text, one file per format. Prints nothing itself.

pub mod baseline;
pub mod changes;
pub mod diff;
mod excerpt;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod links;
pub mod live;
mod markdown;
pub mod publish;
pub mod rdjson;
pub mod reviews;
pub mod rules;
pub mod sarif;
pub mod summary;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::path::SourcePath;
use crate::source::{LineIndex, Position, Sources, Span};
use crate::wording::plural;

/// The site's root as readers of a report see it: the prefix of the paths of sources. The formats for CI print it,
/// since their readers look for files below the folder that the program ran in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root(String);

impl Root {
    /// A root from its path, `/`-separated: relative, absolute, or empty where the program ran in it.
    pub fn new(path: &str) -> Self {
        let end = if path.is_empty() || path.ends_with('/') { "" } else { "/" };
        Self(format!("{path}{end}"))
    }
}

/// The message, and what else is to be known in lines below it, as the human format has them.
fn text(finding: &Diagnostic) -> String {
    let pages = finding.pages.map(|pages| format!("note: shows on {}", plural(pages, "page")));
    let help = finding.help.as_ref().map(|help| format!("help: {help}"));
    std::iter::once(finding.message.clone()).chain(pages).chain(help).collect::<Vec<_>>().join("\n")
}

/// Positions of spans, and paths as the readers of a report find them. The lines of each text are found once.
pub struct Positions<'a> {
    sources: &'a Sources,
    root: &'a str,
    indexes: RefCell<BTreeMap<SourcePath, Rc<LineIndex<'a>>>>,
}

impl<'a> Positions<'a> {
    /// Positions in these texts, for readers in the site's root.
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, root: "", indexes: RefCell::default() }
    }

    /// Positions in these texts, for readers elsewhere.
    fn with_root(sources: &'a Sources, root: &'a Root) -> Self {
        Self { root: &root.0, ..Self::new(sources) }
    }

    /// The path of a source.
    fn path(&self, source: &SourcePath) -> String {
        format!("{}{source}", self.root)
    }

    /// The lines of a file; of one without text, those of an empty text.
    fn lines(&self, file: &SourcePath) -> Rc<LineIndex<'a>> {
        let mut indexes = self.indexes.borrow_mut();
        let text = || self.sources.text(file).map_or("", |text| text);
        Rc::clone(indexes.entry(file.clone()).or_insert_with(|| Rc::new(LineIndex::new(text()))))
    }

    /// Start and end of a span; of a file without text, its first place.
    pub fn of(&self, span: &Span) -> (Position, Position) {
        let lines = self.lines(&span.file);
        (lines.position(span.start as usize), lines.position(span.end as usize))
    }

    /// Start and end of a span; nothing where it is the file as a whole, or the file has no text.
    fn place(&self, span: &Span) -> Option<(Position, Position)> {
        let is_in_text = span.end > 0 && self.sources.text(&span.file).is_some();
        is_in_text.then(|| self.of(span))
    }

    /// A place in a line: `content/a.md:9:52`.
    fn short(&self, span: &Span) -> String {
        let at = self.place(span).map(|(start, _)| format!(":{}:{}", start.line, start.column));
        self.path(&span.file) + &at.unwrap_or_default()
    }

    /// Related places of a finding, each in a line: `note: used here: content/a.md:9:52`.
    fn notes(&self, finding: &Diagnostic) -> impl Iterator<Item = String> {
        let note = |label: &Label| format!("note: {}: {}", label.message, self.short(&label.span));
        finding.related.iter().map(note)
    }
}

/// An object as JSON, in a line.
fn json_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are JSON") + "\n"
}

/// An object as JSON, for people too.
fn json_document(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("texts and numbers are JSON") + "\n"
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Positions, Root};
    use crate::path::SourcePath;
    use crate::source::{Content, File, Sources};

    /// A snapshot of one text.
    pub(super) fn sources(path: &str, text: &str) -> (SourcePath, Sources) {
        let path = SourcePath::new(path);
        let file = File::new(Content::Text(Arc::from(text)));
        (path.clone(), Sources::new(vec![(path, file)], Vec::new()))
    }

    #[test]
    fn a_root_goes_before_paths() {
        let file = SourcePath::new("content/a.md");
        for (root, path) in [
            ("", "content/a.md"),
            ("docs", "docs/content/a.md"),
            ("/srv/docs", "/srv/docs/content/a.md"),
            ("/", "/content/a.md"),
        ] {
            let (root, sources) = (Root::new(root), Sources::default());
            assert_eq!(Positions::with_root(&sources, &root).path(&file), path);
        }
    }
}

//! Findings → text, one file per format. Prints nothing itself.

pub mod baseline;
pub mod changes;
pub mod diff;
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

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::path::SourcePath;
use crate::source::{LineIndex, Position, Sources, Span};

/// Where the site's root is for who reads a report: what goes before the paths of sources. The formats for CI print it,
/// since their readers look for files below the folder that the program ran in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root(String);

impl Root {
    /// A root from its path, `/`-separated: relative, absolute, or empty where the program ran in it.
    pub fn new(path: &str) -> Self {
        let end = if path.is_empty() || path.ends_with('/') { "" } else { "/" };
        Self(format!("{path}{end}"))
    }

    /// The path of a source.
    fn path(&self, source: &SourcePath) -> String {
        format!("{}{source}", self.0)
    }
}

/// The message, and what else is to be known in lines below it, as the human format has them.
fn text(finding: &Diagnostic) -> String {
    let pages = finding.pages.map(|pages| format!("note: shows on {}", plural(pages, "page")));
    let help = finding.help.as_ref().map(|help| format!("help: {help}"));
    std::iter::once(finding.message.clone()).chain(pages).chain(help).collect::<Vec<_>>().join("\n")
}

/// Positions of spans, with the lines of each text found once.
pub struct Positions<'a> {
    sources: &'a Sources,
    indexes: BTreeMap<SourcePath, LineIndex<'a>>,
}

impl<'a> Positions<'a> {
    /// Positions in these texts.
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, indexes: BTreeMap::new() }
    }

    /// Start and end of a span; of a file without text, its first place.
    pub fn of(&mut self, span: &Span) -> (Position, Position) {
        let sources = self.sources;
        let index = self
            .indexes
            .entry(span.file.clone())
            .or_insert_with(|| LineIndex::new(sources.text(&span.file).map_or("", |text| text)));
        (index.position(span.start as usize), index.position(span.end as usize))
    }

    /// Start and end of a span; nothing where it is the file as a whole, or the file has no text.
    fn place(&mut self, span: &Span) -> Option<(Position, Position)> {
        let is_in_text = span.end > 0 && self.sources.text(&span.file).is_some();
        is_in_text.then(|| self.of(span))
    }

    /// A related place in a line: `used here: content/a.md:9:52`.
    fn line(&mut self, label: &Label, root: &Root) -> String {
        let path = root.path(&label.span.file);
        let at = self.place(&label.span);
        let at = at.map(|(start, _)| format!(":{}:{}", start.line, start.column));
        format!("note: {}: {path}{}", label.message, at.unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Root;
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
            assert_eq!(Root::new(root).path(&file), path);
        }
    }
}

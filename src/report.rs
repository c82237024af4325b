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
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

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

    /// Where a span begins: `content/a.md:9:52`; of a file without text, its first place.
    fn start(&self, span: &Span) -> String {
        let (start, _) = self.of(span);
        format!("{}:{}:{}", self.path(&span.file), start.line, start.column)
    }

    /// The same; of a file as a whole, its path.
    fn short(&self, span: &Span) -> String {
        self.place(span).map_or_else(|| self.path(&span.file), |_| self.start(span))
    }

    /// The message, and what else is to be known in lines below it, as the human format has them.
    fn text(finding: &Diagnostic) -> String {
        let pages =
            finding.pages.map(|pages| format!("\nnote: shows on {}", plural(pages, "page")));
        let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}"));
        finding.message.clone() + &pages.unwrap_or_default() + &help.unwrap_or_default()
    }

    /// The same with the related places: `note: used here: content/a.md:9:52`.
    fn full_text(&self, finding: &Diagnostic) -> String {
        let note =
            |Label { span, message }: &Label| format!("\nnote: {message}: {}", self.short(span));
        Self::text(finding) + &finding.related.iter().map(note).collect::<String>()
    }
}

/// Findings with the most severe first.
fn by_severity(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut ordered: Vec<_> = diagnostics.iter().collect();
    ordered.sort_by_key(|finding| Reverse(finding.severity));
    ordered
}

/// How many findings there are of each severity: `2 errors, 1 warning`.
pub fn counts(diagnostics: &[Diagnostic]) -> String {
    let count = |severity, noun| {
        let found = diagnostics.iter().filter(|finding| finding.severity == severity).count();
        (found > 0 || severity > Severity::Info).then(|| plural(found, noun))
    };
    let counts = [
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Info, "note"),
    ];
    counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
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

//! One text → what it says, and what is wrong with it. Knows nothing of any other file.

mod configuration;
mod destination;
mod fragment;
mod front_matter;
pub mod heading;
mod html;
mod markdown;
mod raw_html;
pub mod strings;
pub mod suppression;

use std::ops::Range;
use std::sync::Arc;

pub use configuration::{FILE as CONFIGURATION_FILE, read as configuration};
pub use html::html;
pub use raw_html::anchors;

use crate::article::front_matter::{REQUIRED_IN_ARTICLES, REQUIRED_IN_SECTIONS};
use crate::article::{Article, ArticleKind, ArticleSource, FrontMatter};
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, Rule};
use crate::fields::Kind;
use crate::path::SourcePath;
use crate::source::Span;

/// Parses one file of `content/`; with `source_lines`, its blocks tell the lines they stand on. A broken one still yields the best article that can be had, so that one mistake never
/// hides others.
pub fn article(
    path: &SourcePath,
    text: &Arc<str>,
    source_lines: bool,
) -> (Article, Vec<Diagnostic>) {
    let kind =
        if path.file_name() == "index.md" { ArticleKind::Section } else { ArticleKind::Article };
    let read = front_matter::read(text, kind, &|| title_from_path(path));
    let problems = read.problems.into_iter().map(|problem| problem.diagnostic(path));
    let markdown = markdown::body(text, read.body.clone(), &read.front_matter, source_lines);
    let findings = markdown.findings.into_iter().map(|finding| finding.diagnostic(path));
    let diagnostics = problems.chain(findings).collect();
    let mut suppressions = suppression::in_text(path, text, 0..read.body.start);
    suppressions.extend(suppression::placed(path, text, markdown.suppressions));
    let article = Article {
        path: path.clone(),
        kind,
        front_matter: read.front_matter,
        body: markdown.body,
        suppressions: suppressions.into(),
        source: ArticleSource { text: Arc::clone(text), body: read.body.start as u32 },
    };
    (article, diagnostics)
}

/// A title made from a file's or, for `index.md`, its folder's name: `setup-openai.md` is "Setup openai".
pub fn title_from_path(path: &SourcePath) -> String {
    let name = if path.file_name() == "index.md" {
        path.folder().rsplit('/').next().unwrap_or("")
    } else {
        path.file_name().trim_end_matches(".md")
    };
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Untitled".to_owned(),
    }
}

/// Something wrong at a place in a file.
#[derive(Debug)]
pub(crate) struct Finding {
    rule: &'static Rule,
    at: Range<usize>,
    message: String,
    help: Option<String>,
    other: Option<(Range<usize>, &'static str)>,
}

impl Finding {
    /// A finding of `rule` at a place.
    pub(crate) fn new(rule: &'static Rule, at: Range<usize>, message: String) -> Self {
        Self { rule, at, message, help: None, other: None }
    }

    /// The same with a line of help.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with another place that belongs to it, and why.
    pub(crate) fn other(self, at: Range<usize>, why: &'static str) -> Self {
        Self { other: Some((at, why)), ..self }
    }

    /// Moves its places by as many bytes.
    pub(crate) fn shift(&mut self, offset: usize) {
        let ranges = std::iter::once(&mut self.at).chain(self.other.as_mut().map(|(at, _)| at));
        ranges.for_each(|at| *at = at.start + offset..at.end + offset);
    }

    fn diagnostic(self, path: &SourcePath) -> Diagnostic {
        let Self { rule, at, message, help, other } = self;
        let finding = Diagnostic { help, ..Diagnostic::new(rule, Span::new(path, at), message) };
        match other {
            Some((at, why)) => finding.relate(Span::new(path, at), why),
            None => finding,
        }
    }
}

/// The JSON Schema of front matter: an article's, or a section page's.
pub fn front_matter_schema(kind: ArticleKind) -> serde_json::Value {
    let (title, required) = match kind {
        ArticleKind::Article => ("Front matter of an article", &REQUIRED_IN_ARTICLES[..]),
        ArticleKind::Section => ("Front matter of a section page", &REQUIRED_IN_SECTIONS[..]),
    };
    let mut schema = root_schema::<FrontMatter>(title);
    schema["required"] = required.iter().map(|(name, _)| *name).collect();
    schema
}

/// The JSON Schema of `site.yaml`.
pub fn configuration_schema() -> serde_json::Value {
    root_schema::<Configuration>("Configuration of a silcrow site")
}

fn root_schema<K: Kind>(title: &str) -> serde_json::Value {
    let mut schema = K::schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = title.into();
    schema
}

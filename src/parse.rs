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

use std::sync::Arc;

pub use configuration::{FILE as CONFIGURATION_FILE, read as configuration};
pub use html::html;
pub use raw_html::anchors;

use crate::article::{Article, ArticleKind, ArticleSource, FrontMatter};
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::fields::Kind;
use crate::path::SourcePath;
use markdown::Markdown;

/// Parses one file of `content/`; with `source_lines`, its blocks tell the lines they stand on. A broken one still yields the best article that can be had, so that one mistake never
/// hides others.
pub fn article(
    path: &SourcePath,
    text: &Arc<str>,
    source_lines: bool,
) -> (Article, Vec<Diagnostic>) {
    let kind =
        if path.file_name() == "index.md" { ArticleKind::Section } else { ArticleKind::Article };
    let mut read = front_matter::read(text, kind);
    if read.front_matter.title.is_empty() {
        read.front_matter.title = path.title();
    }
    let front_matter = &read.front_matter;
    let markdown = Markdown { source: text, start: read.body.start, front_matter, source_lines };
    let markdown = markdown.read();
    let problems = read.problems.into_iter().chain(markdown.problems);
    let diagnostics = problems.map(|problem| problem.diagnostic(path)).collect();
    let mut suppressions = suppression::in_text(path, text, 0..read.body.start);
    suppressions.extend(suppression::in_comments(path, text, markdown.comments));
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

/// The JSON Schema of front matter: an article's, or a section page's.
pub fn front_matter_schema(kind: ArticleKind) -> serde_json::Value {
    let mut schema = root_schema::<FrontMatter>(match kind {
        ArticleKind::Article => "Front matter of an article",
        ArticleKind::Section => "Front matter of a section page",
    });
    schema["required"] = kind.required_keys().iter().map(|(name, _)| *name).collect();
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

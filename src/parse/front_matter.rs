//! Reads the front matter of a file: its keys are a table in `article`; here is which of them have to be there.

use std::ops::Range;

use crate::article::front_matter::{
    Missing, Parts, REQUIRED_IN_ARTICLES, REQUIRED_IN_SECTIONS, split,
};
use crate::article::{ArticleKind, FrontMatter};
use crate::diagnostic::{
    MISSING_FIELD, MISSING_FRONT_MATTER, Problem, UNCLOSED_FRONT_MATTER, UNKNOWN_FIELD,
};
use crate::fields::{Kind, Problems};
use crate::source::BYTE_ORDER_MARK;
use crate::yaml;

/// What was read of a file's front matter.
pub(crate) struct ReadFrontMatter {
    /// The values, defaults filled in.
    pub front_matter: FrontMatter,
    /// Where the body is.
    pub body: Range<usize>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Makes a title where there is none.
type FallbackTitle<'a> = &'a dyn Fn() -> String;

/// Reads the front matter of a file. `fallback_title` stands in for a missing title.
pub(crate) fn read(
    text: &str,
    kind: ArticleKind,
    fallback_title: FallbackTitle<'_>,
) -> ReadFrontMatter {
    let parts = match split(text) {
        Ok(parts) => parts,
        Err(missing) => return without(text, missing, fallback_title),
    };
    let mut document = yaml::read(text, parts.yaml.clone());
    let is_readable = document.error.is_none();
    let mut problems = Problems::of(&mut document);
    let mut missing = if is_readable { missing_keys(&document.root, kind, &parts) } else { vec![] };
    let read = FrontMatter::read(document.root, &mut problems);
    let mut front_matter = read.unwrap_or_default();
    let mut problems = problems.found;
    // A key that is this one mistyped is one mistake and not two.
    let is_mistyped = |name: &str| {
        let is_it = |problem: &Problem| {
            problem.rule == &UNKNOWN_FIELD && problem.suggestion.as_deref() == Some(name)
        };
        problems.iter().any(is_it)
    };
    missing.retain(|(name, _)| !is_mistyped(name));
    problems.extend(missing.into_iter().map(|(_, problem)| problem));
    if front_matter.title.is_empty() {
        front_matter.title = fallback_title();
    }
    ReadFrontMatter { front_matter, body: parts.body, problems }
}

fn without(text: &str, missing: Missing, fallback_title: FallbackTitle<'_>) -> ReadFrontMatter {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let (problem, body) = match missing {
        Missing::Front => {
            let line = text[start..].lines().next().unwrap_or("").len();
            let message = if text[start..].trim().is_empty() {
                "the file is empty"
            } else {
                "the file does not begin with front matter"
            };
            let help =
                "begin the file with a line of `---`, then `title: …`, then another line of `---`";
            let problem = Problem::new(&MISSING_FRONT_MATTER, start..start + line, message);
            (problem.help(help), start..text.len())
        }
        Missing::End(at) => {
            let body = at.end..text.len();
            let message = "this front matter does not end";
            let problem = Problem::new(&UNCLOSED_FRONT_MATTER, at, message);
            (problem.help("add a line of `---` after its last key"), body)
        }
    };
    let front_matter = FrontMatter { title: fallback_title(), ..FrontMatter::default() };
    ReadFrontMatter { front_matter, body, problems: vec![problem] }
}

/// The required keys that have no value. What is not there at all is missing between the fences: its place is the opening
/// one.
fn missing_keys(
    root: &yaml::Node<'_>,
    kind: ArticleKind,
    parts: &Parts,
) -> Vec<(&'static str, Problem)> {
    let required = match kind {
        ArticleKind::Article => &REQUIRED_IN_ARTICLES[..],
        ArticleKind::Section => &REQUIRED_IN_SECTIONS,
    };
    let missing = required.iter().filter_map(|(name, example)| {
        let at = match root.entry(name) {
            Some(entry) if entry.value.is_null() => entry.key.at(),
            Some(_) => return None,
            None => parts.fence.clone(),
        };
        let problem = Problem::new(&MISSING_FIELD, at, format!("`{name}` is missing"));
        Some((*name, problem.help(format!("add a line like `{example}`"))))
    });
    missing.collect()
}

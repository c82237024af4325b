//! Reads the front matter of a file: its keys are a table in `article`; here is which of them have to be there.

use std::ops::Range;

use crate::article::front_matter::split;
use crate::article::{ArticleKind, FrontMatter};
use crate::diagnostic::{MISSING_FIELD, Problem, UNKNOWN_FIELD};
use crate::fields::{Kind, Problems};
use crate::yaml;

/// What was read of a file's front matter.
pub(crate) struct ReadFrontMatter {
    /// The values, defaults filled in. The title is empty where it is missing.
    pub front_matter: FrontMatter,
    /// Where the body is.
    pub body: Range<usize>,
    pub problems: Vec<Problem>,
}

/// Reads the front matter of a file.
pub(crate) fn read(text: &str, kind: ArticleKind) -> ReadFrontMatter {
    let parts = split(text);
    let mut document = yaml::read(text, parts.yaml);
    let is_readable = document.error.is_none() && parts.problem.is_none();
    let required = if is_readable { kind.required_keys() } else { &[] };
    // A key that is not there at all is missing between the fences: its place is the opening one.
    let missing = required.iter().filter_map(|(name, example)| {
        let at = match document.root.entry(name) {
            Some(entry) if entry.value.is_null() => entry.key.at(),
            Some(_) => return None,
            None => parts.fence.clone(),
        };
        let problem = Problem::new(&MISSING_FIELD, at, format!("`{name}` is missing"));
        Some((*name, problem.help(format!("add a line like `{example}`"))))
    });
    let missing: Vec<_> = missing.collect();
    let mut problems = Problems::of(&mut document);
    let front_matter = FrontMatter::read(document.root, &mut problems).unwrap_or_default();
    let mut problems = problems.found;
    // A key that is this one mistyped is one mistake and not two.
    let is_mistyped = |name| {
        let is_it = |problem: &Problem| {
            problem.rule == &UNKNOWN_FIELD && problem.suggestion.as_deref() == Some(name)
        };
        problems.iter().any(is_it)
    };
    let missing: Vec<_> = missing.into_iter().filter(|(name, _)| !is_mistyped(name)).collect();
    problems.extend(missing.into_iter().map(|(_, problem)| problem));
    problems.extend(parts.problem);
    ReadFrontMatter { front_matter, body: parts.body, problems }
}

//! Template errors, read from the engine's own: the place, what is wrong, and the likely correction. Compiles nothing.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tera::{Error, ErrorKind};

use super::Inputs;
use crate::diagnostic::{Diagnostic, TEMPLATE_ERROR};
use crate::path::SourcePath;
use crate::render::fields::definitions;
use crate::source::Span;
use crate::suggest;

/// The engine's built-in filters, which it does not list itself.
const FILTERS: &str = "\
    abs capitalize default escape escape_html escape_xml first float get group_by indent int join \
    keys last length lower newlines_to_br nth pairs pluralize replace reverse round safe sort split \
    str title trim trim_end trim_start truncate unique upper values wordcount";
const TESTS: &str = "\
    array bool containing defined divisible_by ending_with even float integer iterable map none \
    number odd starting_with string undefined";
const FUNCTIONS: &str = "asset range throw";

/// A template error.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The template's name: its path below `templates/`.
    pub template: String,
    /// Where it begins in the template, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// The replacement, where one is known.
    pub suggestion: Option<String>,
    /// Advice, where there is any.
    pub help: Option<String>,
}

impl Failure {
    /// A failure without a suggestion or help.
    fn new(template: &str, range: Range<usize>, message: &str) -> Self {
        Self {
            template: template.to_owned(),
            start: range.start,
            end: range.end,
            message: message.to_owned(),
            suggestion: None,
            help: None,
        }
    }

    /// A failure of the whole template, shown at its first line.
    fn whole(template: &str, message: &str, inputs: &Inputs) -> Self {
        let text = inputs.texts.get(template).map_or("", |text| text);
        Self::new(template, 0..text.find('\n').unwrap_or(text.len()), message)
    }

    /// Narrows the failure to the unknown name, where there is one, and suggests the nearest known name.
    fn advised(mut self, inputs: &Inputs) -> Self {
        let Some((kind, name)) = missing(&self.message) else { return self };
        let Some((known, help)) = known(kind, inputs) else { return self };
        let text = inputs.texts.get(&self.template).map_or("", |text| text);
        let place = text.get(self.start..self.end).and_then(|text| text.find(name));
        let near = suggest::nearest(name, known.into_iter());
        self.help = Some(near.as_ref().map_or(help.to_owned(), |near| did_you_mean(near)));
        if let Some(at) = place {
            (self.start, self.end) = (self.start + at, self.start + at + name.len());
            self.suggestion = near;
        }
        self
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// The kind of thing that a message says is unknown (the text before the backticks), and its name.
pub(super) fn missing(message: &str) -> Option<(&str, &str)> {
    let (kind, rest) = message.split_once(" `")?;
    Some((kind, rest.split_once('`')?.0))
}

/// Every known name of a kind of thing, and the help when none is similar.
fn known<'a>(kind: &str, inputs: &'a Inputs) -> Option<(Vec<&'a str>, &'static str)> {
    let Inputs { texts, assets, strings: _ } = inputs;
    Some(match kind {
        UNKNOWN_COMPONENT => {
            let names = texts.values().flat_map(|text| definitions(text)).map(|(name, _)| name);
            (names.collect(), "`silcrow components` lists every component")
        }
        "Unknown filter" => {
            (FILTERS.split_whitespace().collect(), "Tera's documentation lists every filter")
        }
        "Unknown test" => {
            (TESTS.split_whitespace().collect(), "Tera's documentation lists every test")
        }
        "Unknown function" => {
            (FUNCTIONS.split_whitespace().collect(), "there are `asset`, `range` and `throw`")
        }
        "Unknown template" | NO_TEMPLATE => (
            texts.keys().map(String::as_str).collect(),
            "a template is named by its path below `templates/`",
        ),
        NO_FILE => (
            assets.keys().map(String::as_str).collect(),
            "a file is named by its path below `static/`",
        ),
        _ => return None,
    })
}

/// The engine's words for an undefined component.
pub(super) const UNKNOWN_COMPONENT: &str = "Unknown component";
/// Our words for a missing parent template.
const NO_TEMPLATE: &str = "there is no template";
/// Our words for a missing file of `static/`.
pub(super) const NO_FILE: &str = "there is no file";

/// The failures of one attempt to compile these templates, or to render the first of them. Errors of syntax come with a
/// place; those of names (filters, components, templates) as one text of several reports, which say file, line and column.
///
/// `original` turns a range in a template as the engine has it into one in the template as it is written.
pub(super) fn failures(
    error: &Error,
    names: &[&str],
    inputs: &Inputs,
    original: &dyn Fn(&str, Range<usize>) -> Range<usize>,
) -> Vec<Failure> {
    let found = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let range = original(report.filename(), report.span().range.clone());
            vec![Failure::new(report.filename(), range, report.message())]
        }
        ErrorKind::MissingParent { current, parent } => {
            let text = inputs.texts.get(current).map_or("", |text| text);
            let at = text.find(parent.as_str()).unwrap_or(0);
            let message = format!("{NO_TEMPLATE} `{parent}` to extend");
            vec![Failure::new(current, at..at + parent.len(), &message)]
        }
        ErrorKind::CircularExtend { tpl, .. } => {
            vec![Failure::whole(
                tpl,
                "this template extends itself through other templates",
                inputs,
            )]
        }
        ErrorKind::CircularInclude { tpl, .. } => {
            vec![Failure::whole(
                tpl,
                "this template includes itself through other templates",
                inputs,
            )]
        }
        other => {
            let text = other.to_string();
            let found: Vec<_> = text
                .split("error: ")
                .filter_map(|report| reported(report, &inputs.texts))
                .collect();
            if found.is_empty() {
                let named = names.iter().find(|name| text.contains(**name));
                let first = named.or_else(|| names.first());
                first.map(|name| Failure::whole(name, &text, inputs)).into_iter().collect()
            } else {
                found
            }
        }
    };
    found.into_iter().map(|failure| failure.advised(inputs)).collect()
}

/// Reads one report: a message, then ` --> FILE:LINE:COLUMN`, an excerpt, and carets under the place.
fn reported(report: &str, texts: &BTreeMap<String, Arc<str>>) -> Option<Failure> {
    let (message, rest) = report.split_once("\n")?;
    let place = rest.trim_start().strip_prefix("--> ")?.lines().next()?;
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.trim().parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    let template = parts.next()?;
    let text = texts.get(template)?;
    let line_text = text.split_inclusive('\n').nth(line.checked_sub(1)?)?;
    let line_start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let bytes = |characters: usize| {
        line_text.char_indices().nth(characters).map_or(line_text.trim_end().len(), |(at, _)| at)
    };
    let carets = rest.chars().filter(|c| *c == '^').count().max(1);
    let start = bytes(column.saturating_sub(1));
    let end = bytes(column.saturating_sub(1) + carets).max(start);
    Some(Failure::new(template, line_start + start..line_start + end, message.trim()))
}

/// The finding of a failure.
pub fn diagnostic(failure: &Failure) -> Diagnostic {
    let path = SourcePath::new(&format!("templates/{}", failure.template));
    let mut message = failure.message.trim_end_matches('.').replace('\n', " ");
    if let Some(first) = message.get(..1).filter(|first| first.chars().all(char::is_uppercase)) {
        message = first.to_lowercase() + &message[1..];
    }
    let range: Range<usize> = failure.start..failure.end.max(failure.start);
    let mut found = Diagnostic::new(&TEMPLATE_ERROR, Span::new(&path, range), message);
    found.help.clone_from(&failure.help);
    found.suggest(failure.suggestion.clone())
}

#[cfg(test)]
mod tests {
    use tera::Tera;

    use super::{FILTERS, FUNCTIONS, TESTS};

    #[test]
    fn the_engine_brings_every_name_that_is_suggested() {
        let filters = FILTERS.split_whitespace().map(|name| format!("{{{{ x | {name} }}}}"));
        let tests =
            TESTS.split_whitespace().map(|name| format!("{{% if x is {name} %}}{{% endif %}}"));
        let functions = FUNCTIONS.split_whitespace().map(|name| format!("{{{{ {name}() }}}}"));
        for template in filters.chain(tests).chain(functions) {
            let mut engine = Tera::default();
            engine.register_function("asset", |_: tera::Kwargs, _: &tera::State| "");
            let compiled = engine.add_raw_template("a.html", &template);
            assert!(compiled.is_ok(), "{template}: {compiled:?}");
        }
    }
}

//! Template errors, read from the engine's own: the place, what is wrong, and the likely correction. Compiles nothing.

use std::ops::Range;

use tera::{Error, ErrorKind};

use super::Inputs;
use crate::diagnostic::{Diagnostic, TEMPLATE_ERROR};
use crate::path::SourcePath;
use crate::render::fields::definitions;
use crate::source::Span;
use crate::suggest;

/// The largest template in bytes; the engine's time for one with many errors grows with the square of it.
const LARGEST: usize = 128 * 1024;
const MOST_ELIFS: usize = 500;

/// The engine's built-in filters, which it does not list itself.
const FILTERS: &str = "\
    abs capitalize default escape escape_html escape_xml first float get group_by indent int join \
    keys last length lower newlines_to_br nth pairs pluralize replace reverse round safe sort split \
    str title trim trim_end trim_start truncate unique upper values wordcount";
const TESTS: &str = "\
    array bool containing defined divisible_by ending_with even float integer iterable map none \
    number odd starting_with string undefined";
const FUNCTIONS: &str = "asset range throw";

/// An error at a place in the template of that name: its path below `templates/`.
pub(in crate::render) fn failure(template: &str, range: Range<usize>, message: &str) -> Diagnostic {
    let path = SourcePath::new(&format!("templates/{template}"));
    let mut message = message.trim_end_matches('.').replace('\n', " ");
    if message.starts_with(|first: char| first.is_ascii_uppercase()) {
        message[..1].make_ascii_lowercase();
    }
    let range = range.start..range.end.max(range.start);
    Diagnostic::new(&TEMPLATE_ERROR, Span::new(&path, range), message)
}

/// The template that a failure is in.
pub(super) fn template_of(failure: &Diagnostic) -> &str {
    failure.span.file.below("templates").unwrap_or("")
}

/// A failure of the whole template, shown at its first line.
fn whole(template: &str, message: &str, inputs: &Inputs) -> Diagnostic {
    let text = inputs.texts.get(template).map_or("", |text| text);
    failure(template, 0..text.find('\n').unwrap_or(text.len()), message)
}

/// What is wrong with a template for which the engine would need too long, or more stack than there is: it compiles each `elif`
/// within the one before.
pub(super) fn too_much_for_the_engine(template: &str, inputs: &Inputs) -> Option<Diagnostic> {
    let text = inputs.texts.get(template)?;
    let message = if text.len() > LARGEST {
        format!("the template is larger than {} KiB", LARGEST / 1024)
    } else if text.matches("elif").count() > MOST_ELIFS {
        format!("the template has more than {MOST_ELIFS} `elif`s")
    } else {
        return None;
    };
    Some(whole(template, &message, inputs).help("divide it: `{% include \"other.html\" %}`"))
}

/// The failure at the unknown name alone, where there is one, with the nearest known name.
fn advised(mut failure: Diagnostic, inputs: &Inputs) -> Diagnostic {
    let message = failure.message.clone();
    let Some((kind, name)) = missing(&message) else { return failure };
    let Some((known, help)) = known(kind, inputs) else { return failure };
    let text = inputs.texts.get(template_of(&failure)).map_or("", |text| text);
    let range = failure.span.range();
    let place = text.get(range.clone()).and_then(|text| text.find(name));
    if let Some(at) = place.map(|at| range.start + at) {
        failure.span = Span::new(&failure.span.file, at..at + name.len());
    }
    let mut advised = failure.did_you_mean(suggest::nearest(name, known.into_iter()), help);
    if place.is_none() {
        advised.fixes.clear();
    }
    advised
}

/// The kind of thing that a message says is unknown (the text before the backticks), and its name.
pub(super) fn missing(message: &str) -> Option<(&str, &str)> {
    let (kind, rest) = message.split_once(" `")?;
    Some((kind, rest.split_once('`')?.0))
}

/// Every known name of a kind of thing, and the help when none is similar.
fn known<'a>(kind: &str, inputs: &'a Inputs) -> Option<(Vec<&'a str>, &'static str)> {
    let Inputs { texts, assets, strings: _ } = inputs;
    let words = |words: &'static str| words.split_whitespace().collect();
    let components = || texts.values().flat_map(|text| definitions(text)).map(|(name, _)| name);
    let templates = || texts.keys().map(String::as_str);
    Some(match kind {
        UNKNOWN_COMPONENT => (components().collect(), "`silcrow components` lists every component"),
        "unknown filter" => (words(FILTERS), "Tera's documentation lists every filter"),
        "unknown test" => (words(TESTS), "Tera's documentation lists every test"),
        "unknown function" => (words(FUNCTIONS), "there are `asset`, `range` and `throw`"),
        "unknown template" | NO_TEMPLATE => {
            (templates().collect(), "a template is named by its path below `templates/`")
        }
        NO_FILE => (
            assets.keys().map(String::as_str).collect(),
            "a file is named by its path below `static/`",
        ),
        _ => return None,
    })
}

/// The engine's words for an undefined component.
pub(super) const UNKNOWN_COMPONENT: &str = "unknown component";
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
) -> Vec<Diagnostic> {
    let circular = |template: &str, what: &str| {
        let message = format!("this template {what} itself through other templates");
        vec![whole(template, &message, inputs)]
    };
    let found = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let range = original(report.filename(), report.span().range.clone());
            vec![failure(report.filename(), range, report.message())]
        }
        ErrorKind::MissingParent { current, parent } => {
            let text = inputs.texts.get(current).map_or("", |text| text);
            let at = text.find(parent.as_str()).unwrap_or(0);
            let message = format!("{NO_TEMPLATE} `{parent}` to extend");
            vec![failure(current, at..at + parent.len(), &message)]
        }
        ErrorKind::CircularExtend { tpl, .. } => circular(tpl, "extends"),
        ErrorKind::CircularInclude { tpl, .. } => circular(tpl, "includes"),
        other => {
            let text = other.to_string();
            let reports = text.split("error: ");
            let found: Vec<_> = reports.filter_map(|report| reported(report, inputs)).collect();
            let named = names.iter().find(|name| text.contains(**name)).or(names.first());
            match named.filter(|_| found.is_empty()) {
                Some(name) => vec![whole(name, &text, inputs)],
                None => found,
            }
        }
    };
    found.into_iter().map(|failure| advised(failure, inputs)).collect()
}

/// Reads one report: a message, then ` --> FILE:LINE:COLUMN`, an excerpt, and carets under the place.
fn reported(report: &str, inputs: &Inputs) -> Option<Diagnostic> {
    let (message, rest) = report.split_once("\n")?;
    let place = rest.trim_start().strip_prefix("--> ")?.lines().next()?;
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.trim().parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    let template = parts.next()?;
    let mut lines = inputs.texts.get(template)?.split_inclusive('\n');
    let before: usize = lines.by_ref().take(line.checked_sub(1)?).map(str::len).sum();
    let text = lines.next()?;
    let offset = |character: usize| {
        let mut offsets = text.char_indices().map(|(at, _)| at);
        before + offsets.nth(character).unwrap_or(text.trim_end().len())
    };
    let carets = rest.chars().filter(|c| *c == '^').count().max(1);
    let start = offset(column.saturating_sub(1));
    let end = offset(column.saturating_sub(1) + carets).max(start);
    Some(failure(template, start..end, message.trim()))
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

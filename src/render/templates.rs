//! Compiling and running templates: the one file that sets the template engine up and reads its errors. An error is a
//! finding at its place in the template; one that shows on many pages is one finding.

mod components;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tera::{Error, ErrorKind, Kwargs, State, Tera, TeraResult};

pub use tera::value::Key;
pub use tera::{Context, Map, Value};

pub use components::{Argument, Component};

use super::fields::{self, Misnamed, Type};
use crate::config::Strings;
use crate::diagnostic::{Diagnostic, TEMPLATE_ERROR};
use crate::path::SourcePath;
use crate::source::{Sources, Span};
use crate::suggest;

/// All that templates are compiled from.
#[derive(PartialEq)]
pub struct Inputs {
    /// Each template's text, by its path below `templates/`.
    texts: BTreeMap<String, Arc<str>>,
    /// The URLs of the files in `static/`, for the function `asset(path="…")`.
    assets: BTreeMap<String, String>,
    /// What the theme says: its names are checked.
    strings: Arc<Strings>,
}

impl Inputs {
    /// What the templates of the snapshot are compiled from.
    pub fn new(
        sources: &Sources,
        assets: BTreeMap<String, String>,
        strings: &Arc<Strings>,
    ) -> Self {
        let own = components::own(sources);
        let texts = sources
            .texts_below("templates")
            .filter(|(path, _)| path.extension() != Some("yaml"))
            .filter_map(|(path, text)| {
                let text = match sources.is_embedded(path) {
                    true => components::without(text, &own),
                    false => Arc::clone(text),
                };
                Some((path.below("templates")?.to_owned(), text))
            })
            .collect();
        Self { texts, assets, strings: Arc::clone(strings) }
    }
}

/// Compiled templates.
pub struct Templates {
    /// What they were compiled from.
    pub inputs: Inputs,
    tera: Tera,
    /// Templates that could not be read, and those built on them, each with its cause.
    broken: BTreeMap<String, Vec<Failure>>,
}

/// What a page takes beside its body, about: memory that is taken at once need not be moved.
const AROUND_BODY: usize = 12 * 1024;

/// A template error while a page was rendered.
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
    /// What to type in its place, where that is known.
    pub suggestion: Option<String>,
    /// What to do about it, where that is known.
    pub help: Option<String>,
}

/// Compiles every template.
pub fn compile(inputs: Inputs) -> Templates {
    let (tera, broken) = compiled(&inputs);
    Templates { inputs, tera, broken }
}

fn compiled(inputs: &Inputs) -> (Tera, BTreeMap<String, Vec<Failure>>) {
    let Inputs { texts, assets, strings } = inputs;
    let mut templates: BTreeMap<String, &str> =
        texts.iter().map(|(name, text)| (name.clone(), text.as_ref())).collect();
    let mut broken: BTreeMap<String, Vec<Failure>> = BTreeMap::new();
    let mut names_are_read = false;
    // The engine stops at its first broken template. Each round takes one out, so the rounds end.
    loop {
        let mut tera = Tera::default();
        let urls = assets.clone();
        tera.register_function("asset", move |arguments: Kwargs, _: &State| {
            asset(&urls, &arguments)
        });
        let Err(error) = tera.add_raw_templates(templates.iter()) else {
            let wrong =
                if names_are_read { BTreeMap::new() } else { misnamed(&templates, strings) };
            names_are_read = true;
            if wrong.is_empty() {
                return (tera, broken);
            }
            templates.retain(|name, _| !wrong.contains_key(name));
            broken.extend(wrong);
            continue;
        };
        let before = templates.len();
        for failure in failures_of(&error, &templates) {
            templates.remove(&failure.template);
            // A template that is built on a broken one fails for that one's reason.
            let cause = cause(&failure.message, &broken).unwrap_or_else(|| vec![failure.clone()]);
            let failures = broken.entry(failure.template).or_default();
            failures.extend(
                cause.into_iter().filter(|failure| !failures.contains(failure)).collect::<Vec<_>>(),
            );
        }
        if templates.len() == before {
            return (Tera::default(), broken);
        }
    }
}

/// The names in templates that lead nowhere, by template.
fn misnamed(
    templates: &BTreeMap<String, &str>,
    strings: &Strings,
) -> BTreeMap<String, Vec<Failure>> {
    let strings = strings.keys().map(|name| ((*name).to_owned(), Type::Plain)).collect();
    let mut variables = Type::from_schema(&super::context::schema()).into_fields();
    variables.insert("strings".to_owned(), Type::Fields(strings));
    let failure = |template: &String, Misnamed { range, message, suggestion, help }| Failure {
        template: template.clone(),
        start: range.start,
        end: range.end,
        message,
        suggestion,
        help,
    };
    fields::misnamed(templates, &variables)
        .into_iter()
        .map(|(template, found)| {
            let failures = found.into_iter().map(|misnamed| failure(&template, misnamed)).collect();
            (template, failures)
        })
        .collect()
}

/// Why a template that is missing something is missing it, when that is another's fault.
fn cause(message: &str, broken: &BTreeMap<String, Vec<Failure>>) -> Option<Vec<Failure>> {
    let named = broken.iter().find(|(name, _)| {
        message.contains(&format!("`{name}`")) || message.contains(&format!("'{name}'"))
    });
    let anonymous = || {
        let lost = message.starts_with("Unknown component")
            || message.contains("is not defined in any parent");
        broken.iter().next().filter(|_| lost)
    };
    named.or_else(anonymous).map(|(_, failures)| failures.clone())
}

fn asset(urls: &BTreeMap<String, String>, arguments: &Kwargs) -> TeraResult<String> {
    let path = arguments.must_get::<&str>("path")?;
    urls.get(path.trim_start_matches('/')).cloned().ok_or_else(|| {
        let near = suggest::nearest(path, urls.keys().map(String::as_str));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Error::message(format!("there is no file `static/{path}`{hint}"))
    })
}

/// The errors of one attempt to compile. Errors of syntax come with a place; those of names (filters, components,
/// templates) as one text of several reports, which say file, line and column.
fn failures_of(error: &Error, templates: &BTreeMap<String, &str>) -> Vec<Failure> {
    let whole = |template: &str, message: String| {
        let end = templates.get(template).map_or(0, |text| text.find('\n').unwrap_or(text.len()));
        Failure {
            template: template.to_owned(),
            start: 0,
            end,
            message,
            suggestion: None,
            help: None,
        }
    };
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![Failure {
            template: report.filename().to_owned(),
            start: report.span().range.start,
            end: report.span().range.end,
            message: report.message().to_owned(),
            suggestion: None,
            help: None,
        }],
        ErrorKind::MissingParent { current, parent } => {
            let text = templates.get(current).copied().unwrap_or("");
            let at = text.find(parent.as_str()).unwrap_or(0);
            vec![Failure {
                template: current.clone(),
                start: at,
                end: at + parent.len(),
                message: format!("there is no template `{parent}` to extend"),
                suggestion: None,
                help: None,
            }]
        }
        ErrorKind::CircularExtend { tpl, .. } => {
            vec![whole(tpl, "this template extends itself, through others".to_owned())]
        }
        ErrorKind::CircularInclude { tpl, .. } => {
            vec![whole(tpl, "this template includes itself, through others".to_owned())]
        }
        ErrorKind::Msg(text) => {
            let found: Vec<_> =
                text.split("error: ").filter_map(|report| reported(report, templates)).collect();
            if found.is_empty() {
                let first = templates
                    .keys()
                    .find(|name| text.contains(name.as_str()))
                    .or_else(|| templates.keys().next());
                return first.map(|name| whole(name, text.clone())).into_iter().collect();
            }
            found
        }
        other => {
            templates.keys().next().map(|name| whole(name, other.to_string())).into_iter().collect()
        }
    }
}

/// Reads one report: a message, then ` --> FILE:LINE:COLUMN`, an excerpt, and carets under the place.
fn reported(report: &str, templates: &BTreeMap<String, &str>) -> Option<Failure> {
    let (message, rest) = report.split_once("\n")?;
    let place = rest.trim_start().strip_prefix("--> ")?.lines().next()?;
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.trim().parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    let template = parts.next()?;
    let text = templates.get(template)?;
    let line_text = text.split_inclusive('\n').nth(line.checked_sub(1)?)?;
    let line_start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let bytes = |characters: usize| {
        line_text.char_indices().nth(characters).map_or(line_text.trim_end().len(), |(at, _)| at)
    };
    let carets = rest.chars().filter(|c| *c == '^').count().max(1);
    let start = bytes(column.saturating_sub(1));
    let end = bytes(column.saturating_sub(1) + carets).max(start);
    Some(Failure {
        template: template.to_owned(),
        start: line_start + start,
        end: line_start + end,
        message: message.trim().to_owned(),
        suggestion: None,
        help: None,
    })
}

impl Templates {
    /// Renders a page, whose body takes that many bytes.
    ///
    /// # Errors
    ///
    /// The place and message of the first error, or those of a template that could not be read; nothing when there is no
    /// such template, which is a finding of front matter.
    pub fn render(
        &self,
        template: &str,
        context: &Context,
        body: usize,
    ) -> Result<Vec<u8>, Vec<Failure>> {
        if let Some(failures) = self.broken.get(template) {
            return Err(failures.clone());
        }
        if !self.tera.contains_template(template) {
            return Err(Vec::new());
        }
        let mut html = Vec::with_capacity(body + AROUND_BODY);
        let rendered = self.tera.render_to(template, context, &mut html);
        rendered.map(|()| html).map_err(|error| match error.kind() {
            ErrorKind::RenderingError(report) => vec![Failure {
                template: report.filename().to_owned(),
                start: report.span().range.start,
                end: report.span().range.end,
                message: report.message().to_owned(),
                suggestion: None,
                help: None,
            }],
            other => vec![Failure {
                template: template.to_owned(),
                start: 0,
                end: 0,
                message: other.to_string(),
                suggestion: None,
                help: None,
            }],
        })
    }

    /// Every failure to compile a template.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.broken.values().flatten()
    }

    /// Whether there is a template of that name, broken or not.
    pub fn contains(&self, name: &str) -> bool {
        self.broken.contains_key(name) || self.tera.contains_template(name)
    }
}

/// The finding of a failure.
pub fn diagnostic(failure: &Failure) -> Diagnostic {
    let path = SourcePath::new(&format!("templates/{}", failure.template));
    let mut message = failure.message.trim_end_matches('.').replace('\n', " ");
    if let Some(first) = message.get(..1).filter(|first| first.chars().all(char::is_uppercase)) {
        message = first.to_lowercase() + &message[1..];
    }
    let range: Range<usize> = failure.start..failure.end.max(failure.start);
    let help =
        failure.suggestion.as_ref().map_or(
            "the README lists every variable that templates are given".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
    Diagnostic::new(&TEMPLATE_ERROR, Span::new(&path, range), message)
        .help(help)
        .suggest(failure.suggestion.clone())
}

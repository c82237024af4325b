//! Compiling and running templates: the one file that sets the template engine up. An error is a finding at its place in the
//! template; one that shows on many pages is one finding.

mod components;
mod failure;
mod steps;

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use tera::{Error, Kwargs, State, Tera, TeraResult};

pub use tera::value::Key;
pub use tera::{Context, Map, Value};

pub use components::{Argument, Component};
pub use failure::{Failure, diagnostic};
use steps::Counted;

use super::fields::{self, Type, UnknownName};
use crate::config::Strings;
use crate::source::Sources;

/// Everything that templates are compiled from.
#[derive(PartialEq)]
pub struct Inputs {
    /// Each template's text, by its path below `templates/`.
    texts: BTreeMap<String, Arc<str>>,
    /// The URLs of the files in `static/`, for the function `asset(path="…")`.
    assets: BTreeMap<String, String>,
    /// The theme's strings; templates may name no others.
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
    /// What they were compiled from; equal inputs give equal templates.
    pub inputs: Inputs,
    tera: Tera,
    /// The templates as the engine has them, their loops counted; empty where it has them as they are written.
    counted: BTreeMap<String, Counted>,
    /// Templates that could not be compiled, and those that extend them, each with the cause.
    broken: BTreeMap<String, Vec<Failure>>,
}

/// The help for an unknown variable or field that resembles no other.
const VARIABLES_HELP: &str = "the README lists every variable that templates are given";

/// Compiles every template.
pub fn compile(inputs: Inputs) -> Templates {
    let (tera, broken) = compiled(&inputs);
    let texts = inputs.texts.iter().filter(|(name, _)| !broken.contains_key(*name));
    let counted: BTreeMap<_, _> =
        texts.map(|(name, text)| (name.clone(), Counted::new(text))).collect();
    let mut limited = engine(&inputs.assets);
    steps::register(&mut limited);
    // What compiles as it is written compiles with its loops counted; were it not so, it would be rendered as written.
    match limited.add_raw_templates(counted.iter().map(|(name, counted)| (name, &counted.text))) {
        Ok(()) => Templates { inputs, tera: limited, counted, broken },
        Err(_) => Templates { inputs, tera, counted: BTreeMap::new(), broken },
    }
}

/// An engine with our functions and no template.
fn engine(assets: &BTreeMap<String, String>) -> Tera {
    let mut tera = Tera::default();
    let urls = assets.clone();
    tera.register_function("asset", move |arguments: Kwargs, _: &State| asset(&urls, &arguments));
    tera
}

fn compiled(inputs: &Inputs) -> (Tera, BTreeMap<String, Vec<Failure>>) {
    let Inputs { texts, assets, strings } = inputs;
    let mut templates: BTreeMap<String, &str> =
        texts.iter().map(|(name, text)| (name.clone(), text.as_ref())).collect();
    let mut broken: BTreeMap<String, Vec<Failure>> = BTreeMap::new();
    let mut names_are_read = false;
    // The engine stops at the first broken template. Each round removes one, so the loop ends.
    loop {
        let mut tera = engine(assets);
        let Err(error) = tera.add_raw_templates(templates.iter()) else {
            let wrong =
                if names_are_read { BTreeMap::new() } else { unknown_names(&templates, strings) };
            names_are_read = true;
            if wrong.is_empty() {
                return (tera, broken);
            }
            templates.retain(|name, _| !wrong.contains_key(name));
            broken.extend(wrong);
            continue;
        };
        let before = templates.len();
        let names: Vec<&str> = templates.keys().map(String::as_str).collect();
        for failure in failure::failures(&error, &names, inputs, &|_, range| range) {
            templates.remove(&failure.template);
            // A template that is built on a broken one fails for that one's reason.
            let cause =
                cause(&failure.message, &broken, texts).unwrap_or_else(|| vec![failure.clone()]);
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

/// The unknown variables and fields that templates name, by template.
fn unknown_names(
    templates: &BTreeMap<String, &str>,
    strings: &Strings,
) -> BTreeMap<String, Vec<Failure>> {
    let strings = strings.keys().map(|name| ((*name).to_owned(), Type::Plain)).collect();
    let mut variables = Type::from_schema(&super::context::schema()).into_fields();
    variables.insert("strings".to_owned(), Type::Fields(strings));
    let failure = |template: &String, UnknownName { range, message, suggestion, help }| Failure {
        template: template.clone(),
        start: range.start,
        end: range.end,
        message,
        suggestion,
        help: help.or_else(|| Some(VARIABLES_HELP.to_owned())),
    };
    fields::unknown_names(templates, &variables)
        .into_iter()
        .map(|(template, found)| {
            let failures =
                found.into_iter().map(|unknown_names| failure(&template, unknown_names)).collect();
            (template, failures)
        })
        .collect()
}

/// The failures of the broken template that a follow-up error stems from.
fn cause(
    message: &str,
    broken: &BTreeMap<String, Vec<Failure>>,
    texts: &BTreeMap<String, Arc<str>>,
) -> Option<Vec<Failure>> {
    let is_cause = |name: &&String| {
        let lost = match failure::missing(message) {
            Some((failure::UNKNOWN_COMPONENT, component)) => {
                let text = texts.get(*name).map_or("", |text| text);
                fields::definitions(text).iter().any(|(name, _)| *name == component)
            }
            _ => message.contains("is not defined in any parent"),
        };
        lost || message.contains(&format!("`{name}`")) || message.contains(&format!("'{name}'"))
    };
    broken.keys().find(is_cause).map(|name| broken[name].clone())
}

fn asset(urls: &BTreeMap<String, String>, arguments: &Kwargs) -> TeraResult<String> {
    let path = arguments.must_get::<&str>("path")?;
    let path = path.trim_start_matches('/');
    let missing = || Error::message(format!("{} `{path}` in `static/`", failure::NO_FILE));
    urls.get(path).cloned().ok_or_else(missing)
}

impl Templates {
    /// Renders a page into `html`.
    ///
    /// # Errors
    ///
    /// The first error, or those of a template that could not be compiled; an empty list when there is no such template,
    /// which is a finding of front matter.
    pub fn render(
        &self,
        template: &str,
        context: &Context,
        html: &mut impl Write,
    ) -> Result<(), Vec<Failure>> {
        if let Some(failures) = self.broken.get(template) {
            return Err(failures.clone());
        }
        if !self.tera.contains_template(template) {
            return Err(Vec::new());
        }
        steps::start_page();
        let rendered = self.tera.render_to(template, context, html);
        let original = |template: &str, range: Range<usize>| match self.counted.get(template) {
            Some(counted) => counted.original(range),
            None => range,
        };
        rendered.map_err(|error| failure::failures(&error, &[template], &self.inputs, &original))
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

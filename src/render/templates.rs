//! Compiling and running templates: the one file that sets the template engine up. An error is a finding at its place in the
//! template; one that shows on many pages is one finding.

mod components;
mod failure;
mod steps;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tera::{Error, Kwargs, State, Tera, TeraResult};

pub use tera::value::Key;
pub use tera::{Context, Map, Value};

pub use components::{Argument, Component};
pub(super) use failure::failure;
use steps::Counted;

use super::fields;
use crate::config::Strings;
use crate::diagnostic::Diagnostic;
use crate::site::Site;
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
    pub fn new(sources: &Sources, site: &Site, strings: &Arc<Strings>) -> Self {
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
        let assets = site.routes.assets.iter().filter_map(|asset| {
            Some((asset.source.below("static")?.to_owned(), site.href(&asset.url)))
        });
        Self { texts, assets: assets.collect(), strings: Arc::clone(strings) }
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
    broken: BTreeMap<String, Vec<Diagnostic>>,
}

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

/// The templates as they are written, compiled, and the failures of those that are broken.
fn compiled(inputs: &Inputs) -> (Tera, BTreeMap<String, Vec<Diagnostic>>) {
    let Inputs { texts, assets, strings } = inputs;
    let too_much =
        |name: &String| Some((name.clone(), vec![failure::too_much_for_the_engine(name, inputs)?]));
    let mut broken: BTreeMap<String, Vec<Diagnostic>> = texts.keys().filter_map(too_much).collect();
    let sound = texts.iter().filter(|(name, _)| !broken.contains_key(*name));
    let mut templates: BTreeMap<&str, &str> =
        sound.map(|(name, text)| (name.as_str(), text.as_ref())).collect();
    let mut names_are_read = false;
    // The engine stops at the first broken template. Each round removes one, so the loop ends.
    loop {
        let mut tera = engine(assets);
        let compiled = tera.add_raw_templates(templates.iter());
        let failures = match &compiled {
            Ok(()) if std::mem::replace(&mut names_are_read, true) => Vec::new(),
            Ok(()) => fields::unknown_names(&templates, strings),
            Err(error) => {
                let names: Vec<&str> = templates.keys().copied().collect();
                failure::failures(error, &names, inputs, &|_, range| range)
            }
        };
        let before = templates.len();
        for failure in failures {
            let template = failure::template_of(&failure);
            templates.remove(template);
            // A template that is built on a broken one fails for that one's reason.
            let cause =
                if compiled.is_ok() { None } else { cause(&failure.message, &broken, texts) };
            let known = broken.entry(template.to_owned()).or_default();
            for failure in cause.unwrap_or_else(|| vec![failure]) {
                let same = |known: &Diagnostic| {
                    known.span == failure.span && known.message == failure.message
                };
                if !known.iter().any(same) {
                    known.push(failure);
                }
            }
        }
        if templates.len() == before {
            return (tera, broken);
        }
    }
}

/// The failures of the broken template that a follow-up error stems from.
fn cause(
    message: &str,
    broken: &BTreeMap<String, Vec<Diagnostic>>,
    texts: &BTreeMap<String, Arc<str>>,
) -> Option<Vec<Diagnostic>> {
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
    /// Renders a page.
    ///
    /// # Errors
    ///
    /// The first error, or those of a template that could not be compiled; an empty list when there is no such template,
    /// which is a finding of front matter.
    pub fn render(&self, template: &str, context: &Context) -> Result<String, Vec<Diagnostic>> {
        if let Some(failures) = self.broken.get(template) {
            return Err(failures.clone());
        }
        if !self.tera.contains_template(template) {
            return Err(Vec::new());
        }
        steps::STEPS.set(0);
        let rendered = self.tera.render(template, context);
        let original = |template: &str, range: Range<usize>| match self.counted.get(template) {
            Some(counted) => counted.original(range),
            None => range,
        };
        rendered.map_err(|error| failure::failures(&error, &[template], &self.inputs, &original))
    }

    /// Every failure to compile a template.
    pub fn failures(&self) -> impl Iterator<Item = &Diagnostic> {
        self.broken.values().flatten()
    }

    /// Whether there is a template of that name, broken or not.
    pub fn contains(&self, name: &str) -> bool {
        self.broken.contains_key(name) || self.tera.contains_template(name)
    }
}

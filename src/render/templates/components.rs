//! The components of a site's templates: purpose and parameters, read from the templates themselves.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use tera::Value;

use super::Templates;
use crate::render::fields::definitions;
use crate::source::{Sources, replace_ranges};

/// The metadata key that holds a component's purpose; the other keys are names of its arguments.
const DESCRIPTION: &str = "description";

/// A component, as its definition says.
#[derive(Debug, Serialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// The template that defines it: a path below `templates/`.
    pub template: String,
    /// Its purpose, where the definition states one.
    pub description: Option<String>,
    /// Its arguments, required ones first.
    pub arguments: Vec<Argument>,
}

/// A parameter of a component.
#[derive(Debug, Serialize)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// `string`, `bool`, `integer`, `float`, `number`, `array`, `map` or `bytes`; none where any type is accepted.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// Whether it defaults to the caller's variable of the same name.
    pub implicit: bool,
    /// The default value.
    pub default: Option<String>,
    /// Its purpose, where the definition states one.
    pub description: Option<String>,
}

/// The names of the components that a site's own templates define; they override the theme's.
pub(super) fn own(sources: &Sources) -> BTreeSet<&str> {
    let own = sources.texts_below("templates").filter(|(path, _)| !sources.is_embedded(path));
    own.flat_map(|(_, text)| definitions(text)).map(|(name, _)| name).collect()
}

/// A template with the definitions of these components blanked out, so that all other offsets stay the same.
pub(super) fn without(text: &Arc<str>, names: &BTreeSet<&str>) -> Arc<str> {
    let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
    let blanks = |(_, range): (&str, Range<usize>)| {
        let blanks: String = text[range.clone()].bytes().map(blank).collect();
        (range, blanks)
    };
    let found = definitions(text).into_iter().filter(|(name, _)| names.contains(name));
    let edits: Vec<_> = found.map(blanks).collect();
    if edits.is_empty() { Arc::clone(text) } else { replace_ranges(text, edits).into() }
}

impl Templates {
    /// The components that pages can use, by template and name.
    pub fn components(&self) -> Vec<Component> {
        let names = self.tera.get_component_names().map(str::to_owned);
        let mut components: Vec<_> = names.filter_map(|name| self.component(&name)).collect();
        components
            .sort_by(|one, other| (&one.template, &one.name).cmp(&(&other.template, &other.name)));
        components
    }

    fn component(&self, name: &str) -> Option<Component> {
        let definition = self.tera.get_component_definition(name)?;
        let said = |key: &str| definition.metadata().get(key).and_then(Value::as_str);
        let argument = |argument: &tera::ComponentArg| Argument {
            name: argument.name().to_owned(),
            kind: argument.arg_type().map(|kind| kind.as_str()),
            implicit: argument.is_implicit(),
            default: argument.default().map(ToString::to_string),
            description: said(argument.name()).map(str::to_owned),
        };
        let mut arguments: Vec<_> = definition.args().iter().map(argument).collect();
        arguments.sort_by_key(|argument| (argument.implicit, argument.default.is_some()));
        Some(Component {
            name: name.to_owned(),
            template: self.template_of(name)?,
            description: said(DESCRIPTION).map(str::to_owned),
            arguments,
        })
    }

    /// The template that defines a component.
    fn template_of(&self, name: &str) -> Option<String> {
        let defines = |text: &str| definitions(text).iter().any(|(defined, _)| *defined == name);
        self.inputs.texts.iter().find(|(_, text)| defines(text)).map(|(name, _)| name.clone())
    }
}

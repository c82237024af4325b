//! `components`: what the components of the site's templates are for and what they take.

use std::fmt::Write;

use super::arguments::{ComponentsArguments, TextOrJson};
use super::session::{Session, today};
use super::{Outcome, printer};
use crate::config::Options;
use crate::render::templates::{Argument, Component};

pub(super) fn components(arguments: &ComponentsArguments) -> anyhow::Result<Outcome> {
    let session = Session::open(&arguments.root, Options::on(today(None)))?;
    let components = session.compiled.renderer().components();
    printer::text(&match arguments.format {
        TextOrJson::Text => text(&components),
        TextOrJson::Json => serde_json::to_string_pretty(&components)? + "\n",
    })?;
    Ok(Outcome::Clean)
}

fn text(components: &[Component]) -> String {
    let mut text = String::new();
    for component in components {
        let given = component.arguments.iter().filter(|argument| !argument.implicit);
        let given: String = given.map(|argument| format!(" {}={{…}}", argument.name)).collect();
        let Component { name, template, description, .. } = component;
        writeln!(text, "<{name}{given} />  templates/{template}").expect("a string grows");
        if let Some(description) = description {
            writeln!(text, "  {description}").expect("a string grows");
        }
        for argument in &component.arguments {
            writeln!(text, "  {}", line(argument)).expect("a string grows");
        }
        text.push('\n');
    }
    text.pop();
    text
}

fn line(argument: &Argument) -> String {
    let Argument { name, kind, implicit, default, description } = argument;
    let kind = kind.unwrap_or("any");
    let default =
        default.as_ref().map_or(String::new(), |value| format!(", `{value}` when not given"));
    let what = match (description, implicit) {
        (Some(description), _) => format!(", {description}"),
        (None, true) => format!(", the variable `{name}` when not given"),
        (None, false) => String::new(),
    };
    format!("{name}: {kind}{what}{default}")
}

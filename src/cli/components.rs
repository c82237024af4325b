//! `components`: what the components of the site's templates are for and what they take.

use super::arguments::{SiteFolder, TextOrJson};
use super::session::Session;
use super::{Outcome, printer};
use crate::render::templates::{Argument, Component};

pub(super) fn components(site: &SiteFolder, format: TextOrJson) -> anyhow::Result<Outcome> {
    let session = Session::open(site, false)?;
    let components = session.compiled.renderer().templates.components();
    printer::text(&match format {
        TextOrJson::Text => text(&components),
        TextOrJson::Json => serde_json::to_string_pretty(&components)? + "\n",
    })?;
    Ok(Outcome::Clean)
}

fn text(components: &[Component]) -> String {
    components.iter().map(described).collect::<Vec<_>>().join("\n")
}

fn described(component: &Component) -> String {
    let Component { name, template, description, arguments } = component;
    let given = arguments.iter().filter(|argument| !argument.implicit);
    let given: String = given.map(|argument| format!(" {}={{…}}", argument.name)).collect();
    let what = description.iter().map(|description| format!("  {description}\n"));
    let lines = what.chain(arguments.iter().map(|argument| format!("  {}\n", line(argument))));
    format!("<{name}{given} />  templates/{template}\n{}", lines.collect::<String>())
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

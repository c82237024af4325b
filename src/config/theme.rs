//! The kinds of values that `theme` has: colours, links of header and footer, URLs with places to fill in.

use serde_json::{Value as Json, json};

use super::{Accent, NamedLink};
use crate::colour::{Colour, DARK_GROUNDS, LEAST_CONTRAST, LIGHT_GROUNDS};
use crate::diagnostic::{INVALID_VALUE, LOW_CONTRAST};
use crate::fields::{Entries, Fields, Kind, Problem, Problems, expected_text};
use crate::source::Placed;
use crate::yaml::{Node, Value};

impl Kind for Accent {
    type Value = Self;

    fn schema() -> Json {
        let colour = Light::schema();
        json!({"anyOf": [colour, {
            "type": "object", "properties": {"light": colour, "dark": colour},
            "required": ["light", "dark"], "additionalProperties": false,
        }]})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        const HELP: &str = "write `accent: {light: \"#b02c1c\", dark: \"#ff8f7a\"}`";
        if !matches!(node.value, Value::Map(_)) {
            // Of one colour, the other scheme's is made, and can be read.
            let light = Light::read(node, problems)?;
            return Some(Self { light, dark: light.readable_on(&DARK_GROUNDS) });
        }
        let (found, at) = (problems.found.len(), problems.place(&node));
        let mut fields = Fields::of(node, HELP, problems)?;
        let light = fields.take::<Light>("light", problems);
        let dark = fields.take::<Dark>("dark", problems);
        fields.finish(&["light", "dark"], problems);
        if (light.is_none() || dark.is_none()) && problems.found.len() == found {
            let message = "a colour for `light` or `dark` is missing";
            problems.add(Problem::new(&INVALID_VALUE, at, message).help(HELP));
        }
        Some(Self { light: light?, dark: dark? })
    }
}

/// A colour on light pages.
struct Light;

impl Kind for Light {
    type Value = Colour;

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^#([0-9A-Fa-f]{3}){1,2}$"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Colour> {
        colour(&node, LIGHT_GROUNDS, problems)
    }
}

/// A colour on dark pages.
struct Dark;

impl Kind for Dark {
    type Value = Colour;

    fn schema() -> Json {
        Light::schema()
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Colour> {
        colour(&node, DARK_GROUNDS, problems)
    }
}

/// A colour, in which text can be on these grounds.
fn colour(node: &Node<'_>, grounds: [Colour; 2], problems: &mut Problems) -> Option<Colour> {
    const HELP: &str = "write a colour like `\"#b02c1c\"`, in quotes, since `#` begins a comment";
    let text = expected_text(node, HELP, problems)?;
    let Some(colour) = Colour::parse(text) else {
        let message = format!("`{text}` is no colour of three or six hexadecimal digits");
        problems.wrong(node, message, HELP);
        return None;
    };
    let contrast = colour.least_contrast(&grounds);
    if contrast < LEAST_CONTRAST {
        let readable = colour.readable_on(&grounds);
        let contrast = (contrast * 10.0).floor() / 10.0;
        let message =
            format!("text of the colour `{text}` has a contrast of {contrast}:1 on the page");
        let problem = Problem::new(&LOW_CONTRAST, problems.place(node), message)
            .help(format!("readers need 4.5:1; the nearest that has it is `{readable}`"));
        problems.add(problem.suggest(Some(readable.to_string())));
    }
    Some(colour)
}

/// Links by their names.
pub(super) struct NamedLinks;

impl Kind for NamedLinks {
    type Value = Vec<NamedLink>;

    fn schema() -> Json {
        Entries::<Placed<LinkTarget>>::schema()
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Vec<NamedLink>> {
        let links = Entries::<Placed<LinkTarget>>::read(node, problems)?.into_iter();
        Some(links.map(|(title, to)| NamedLink { title: title.value, to }).collect())
    }
}

/// A page's name, or a full URL.
struct LinkTarget;

impl Kind for LinkTarget {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        const HELP: &str = "write a page (`byok/overview`), a section's folder, or a full URL";
        let text = expected_text(&node, HELP, problems)?;
        let is_url = ["https://", "http://", "mailto:"].iter().any(|start| text.starts_with(start));
        if text.is_empty() || !is_url && (text.contains(':') || text.starts_with('/')) {
            let page = text.strip_prefix('/').map(|rest| rest.trim_end_matches('/').to_owned());
            let message = format!("`{text}` is neither a page nor a URL");
            let problem = Problem::new(&INVALID_VALUE, problems.place(&node), message);
            problems.add(problem.help(HELP).suggest(page));
            return None;
        }
        Some(text.to_owned())
    }
}

/// A URL in which `{path}` stands for the source's path.
pub(super) struct EditLink;

impl Kind for EditLink {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string", "pattern": r"^https?://.*\{path\}"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        const HELP: &str = "write a URL like `https://github.com/acme/docs/edit/main/{path}`";
        let text = expected_text(&node, HELP, problems)?;
        let is_url = text.starts_with("https://") || text.starts_with("http://");
        if !is_url || !text.contains("{path}") {
            let what = if is_url { "does not say where `{path}` goes" } else { "is no URL" };
            problems.wrong(&node, format!("`{text}` {what}"), HELP);
            return None;
        }
        Some(text.to_owned())
    }
}

/// A URL that takes a form.
pub(super) struct Endpoint;

impl Kind for Endpoint {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^(https?:/)?/"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        const HELP: &str =
            "write a URL like `https://forms.example.com/helpful`, or a path of the same origin";
        let text = expected_text(&node, HELP, problems)?;
        if !["https://", "http://", "/"].iter().any(|start| text.starts_with(start)) {
            problems.wrong(&node, format!("`{text}` is no URL"), HELP);
            return None;
        }
        Some(text.to_owned())
    }
}

//! The kinds of values that `theme` has: colours, links of header and footer, URLs with places to fill in.

use serde_json::{Value as Json, json};

use super::Accent;
use super::kinds::begins_with;
use crate::colour::{Colour, DARK_GROUNDS, LEAST_CONTRAST, LIGHT_GROUNDS};
use crate::diagnostic::{LOW_CONTRAST, Problem};
use crate::fields::{Fields, Kind, Problems, TextKind, WrongText};
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
        let (found, at) = (problems.found.len(), node.at());
        let mut fields = Fields::of(node, HELP, problems)?;
        let light = fields.take::<Light>("light", problems);
        let dark = fields.take::<Dark>("dark", problems);
        fields.finish(&["light", "dark"], problems);
        if (light.is_none() || dark.is_none()) && problems.found.len() == found {
            return problems.wrong(at, "a colour for `light` or `dark` is missing", HELP);
        }
        Some(Self { light: light?, dark: dark? })
    }
}

type Light = TextColour<false>;
type Dark = TextColour<true>;

/// A colour of text, on light or dark pages.
struct TextColour<const DARK: bool>;

impl<const DARK: bool> Kind for TextColour<DARK> {
    type Value = Colour;

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^#([0-9A-Fa-f]{3}){1,2}$"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Colour> {
        let at = node.at();
        let text = node.text().map_or("", str::trim).to_owned();
        let colour = HexColour::read(node, problems)?;
        let grounds = if DARK { DARK_GROUNDS } else { LIGHT_GROUNDS };
        let contrast = colour.least_contrast(&grounds);
        if contrast < LEAST_CONTRAST {
            let readable = colour.readable_on(&grounds);
            let contrast = (contrast * 10.0).floor() / 10.0;
            let message =
                format!("text of the colour `{text}` has a contrast of {contrast}:1 on the page");
            let problem = Problem::new(&LOW_CONTRAST, at, message)
                .help(format!("readers need 4.5:1; the nearest that has it is `{readable}`"));
            problems.add(problem.suggest(Some(readable.to_string())));
        }
        Some(colour)
    }
}

/// A colour in hexadecimal digits.
struct HexColour;

impl TextKind for HexColour {
    type Value = Colour;
    const HELP: &str = "write a colour like `\"#b02c1c\"`, in quotes, since `#` begins a comment";

    fn parse(text: &str) -> Result<Colour, WrongText> {
        let wrong =
            || format!("`{text}` is not a colour of three or six hexadecimal digits").into();
        Colour::parse(text).ok_or_else(wrong)
    }
}

/// A page's name, as `related` has it, or a full URL.
pub(super) struct LinkTarget;

impl TextKind for LinkTarget {
    type Value = String;
    const HELP: &str = "write a page (`byok/overview`), a section's folder, or a full URL";

    fn parse(text: &str) -> Result<String, WrongText> {
        let is_page = !text.is_empty() && !text.contains(':') && !text.starts_with('/');
        if is_page || begins_with(text, &["https://", "http://", "mailto:"]) {
            return Ok(text.to_owned());
        }
        let page = text.strip_prefix('/').map(|rest| rest.trim_end_matches('/').to_owned());
        let message = Some(format!("`{text}` is neither a page nor a URL"));
        Err(WrongText { message, suggestion: page })
    }
}

/// A URL in which `{path}` stands for the source's path.
pub(super) struct EditLink;

impl TextKind for EditLink {
    type Value = String;
    const PATTERN: &str = r"^https?://.*\{path\}";
    const HELP: &str = "write a URL like `https://github.com/acme/docs/edit/main/{path}`";

    fn parse(text: &str) -> Result<String, WrongText> {
        if !begins_with(text, &["https://", "http://"]) {
            return Err(format!("`{text}` is no URL").into());
        }
        if !text.contains("{path}") {
            return Err(format!("`{text}` does not say where `{{path}}` goes").into());
        }
        Ok(text.to_owned())
    }
}

/// A URL that takes a form.
pub(super) struct Endpoint;

impl TextKind for Endpoint {
    type Value = String;
    const PATTERN: &str = "^(https?:/)?/";
    const HELP: &str =
        "write a URL like `https://forms.example.com/helpful`, or a path of the same origin";

    fn parse(text: &str) -> Result<String, WrongText> {
        let is_url = begins_with(text, &["https://", "http://", "/"]);
        is_url.then(|| text.to_owned()).ok_or_else(|| format!("`{text}` is no URL").into())
    }
}

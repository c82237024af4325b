//! `site.yaml`'s `theme`: what a site may change of the theme without a template of its own.

use schemars::JsonSchema;

use super::values::expected_text;
use crate::colour::{Colour, LEAST_CONTRAST};
use crate::config::{Accent, NamedLink, ThemeSettings};
use crate::diagnostic::{LOW_CONTRAST, UNKNOWN_FIELD};
use crate::parse::fields::{Entries, FieldValue, Text, Wrong, describe};
use crate::parse::yaml::{Key, Value, key_name};
use crate::suggest;
use crate::theme::{DARK_GROUNDS, LIGHT_GROUNDS};

/// What a site changes of the theme, as it is written.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Theme {
    /// A picture before the site's name: its path below `static/`.
    #[schemars(default)]
    logo: Option<Text>,
    /// The colour of marks and labels: `"#b02c1c"`, or one for each colour scheme (`light`, `dark`).
    #[schemars(default)]
    accent: Option<WrittenAccent>,
    /// Links in the header: each name and where it leads, a page (`byok/overview`, a section's folder) or a full URL.
    #[schemars(default)]
    navigation: Option<Entries<Destination>>,
    /// Links in the footer, likewise.
    #[schemars(default)]
    footer: Option<Entries<Destination>>,
    /// A line in the footer, in place of the theme's.
    #[schemars(default)]
    footer_text: Option<Text>,
    /// Where an article is edited: a URL in which `{path}` stands for the source's path.
    #[schemars(default)]
    edit_link: Option<Pattern>,
    /// Where readers say whether an article has helped: a URL that takes a form.
    #[schemars(default)]
    feedback: Option<Endpoint>,
}

const KEYS: [&str; 7] =
    ["logo", "accent", "navigation", "footer", "footer_text", "edit_link", "feedback"];

impl Theme {
    /// The settings.
    pub(crate) fn resolve(self) -> ThemeSettings {
        let links = |entries: Option<Entries<Destination>>| {
            let entries = entries.map_or_else(Vec::new, |Entries(entries)| entries);
            entries.into_iter().map(|(title, to)| NamedLink { title, to: to.0 }).collect()
        };
        ThemeSettings {
            logo: self.logo.map(|text| text.0),
            accent: self.accent.map(|accent| accent.0),
            navigation: links(self.navigation),
            footer: links(self.footer),
            footer_text: self.footer_text.map(|text| text.0),
            edit_link: self.edit_link.map(|pattern| pattern.0),
            feedback: self.feedback.map(|url| url.0),
        }
    }

    fn take(&mut self, name: &str, value: Value, wrong: &mut Vec<Wrong>) {
        match name {
            "logo" => self.logo = Text::read(value, wrong),
            "accent" => self.accent = WrittenAccent::read(value, wrong),
            "navigation" => self.navigation = Entries::read(value, wrong),
            "footer" => self.footer = Entries::read(value, wrong),
            "footer_text" => self.footer_text = Text::read(value, wrong),
            "edit_link" => self.edit_link = Pattern::read(value, wrong),
            "feedback" => self.feedback = Endpoint::read(value, wrong),
            _ => wrong.push(unknown(name, &KEYS)),
        }
    }
}

fn unknown(name: &str, keys: &[&str]) -> Wrong {
    Wrong {
        on_key: true,
        rule: Some(&UNKNOWN_FIELD),
        suggestion: suggest::nearest(name, keys.iter().copied()),
        ..Wrong::new(format!("unknown key `{name}`"), format!("known keys: {}", keys.join(", ")))
    }
}

impl FieldValue for Theme {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let Value::Mapping(mapping) = value else {
            let message = format!("expected keys and values, found {}", describe(&value));
            wrong.push(Wrong::new(message, "write `accent: \"#b02c1c\"` or the like below it"));
            return None;
        };
        let mut theme = Self::default();
        for (key, value) in mapping {
            let name = key_name(&key);
            let mut inner = Vec::new();
            if value != Value::Null {
                theme.take(&name, value, &mut inner);
            }
            wrong.extend(inner.into_iter().map(|wrong| wrong.inside(Key::Name(name.clone()))));
        }
        Some(theme)
    }
}

/// One colour, or one for each colour scheme.
#[derive(Clone, Debug)]
struct WrittenAccent(Accent);

impl JsonSchema for WrittenAccent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Accent".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let colour = serde_json::json!({"type": "string", "pattern": "^#([0-9A-Fa-f]{3}){1,2}$"});
        schemars::json_schema!({"anyOf": [colour, {
            "type": "object", "properties": {"light": colour, "dark": colour},
            "required": ["light", "dark"], "additionalProperties": false,
        }]})
    }
}

impl FieldValue for WrittenAccent {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let Value::Mapping(mapping) = value else {
            // Of one colour, the other scheme's is made, and can be read.
            let light = colour(&value, LIGHT_GROUNDS, wrong)?;
            return Some(Self(Accent { light, dark: light.readable_on(&DARK_GROUNDS) }));
        };
        let (mut light, mut dark) = (None, None);
        for (key, value) in mapping {
            let name = key_name(&key);
            let mut inner = Vec::new();
            match name.as_str() {
                "light" => light = colour(&value, LIGHT_GROUNDS, &mut inner),
                "dark" => dark = colour(&value, DARK_GROUNDS, &mut inner),
                _ => inner.push(unknown(&name, &["light", "dark"])),
            }
            wrong.extend(inner.into_iter().map(|wrong| wrong.inside(Key::Name(name.clone()))));
        }
        let (Some(light), Some(dark)) = (light, dark) else {
            if wrong.is_empty() {
                let help = "write `accent: {light: \"#b02c1c\", dark: \"#ff8f7a\"}`";
                wrong.push(Wrong::new("a colour for `light` or `dark` is missing", help));
            }
            return None;
        };
        Some(Self(Accent { light, dark }))
    }
}

/// A colour, of which text can be on these grounds.
fn colour(value: &Value, grounds: [Colour; 2], wrong: &mut Vec<Wrong>) -> Option<Colour> {
    const HELP: &str = "write a colour like `\"#b02c1c\"`, in quotes, since `#` begins a comment";
    let text = expected_text(value, wrong, HELP)?;
    let Some(colour) = Colour::parse(text) else {
        wrong.push(Wrong::new(
            format!("`{text}` is no colour of three or six hexadecimal digits"),
            HELP,
        ));
        return None;
    };
    let contrast = colour.least_contrast(&grounds);
    if contrast < LEAST_CONTRAST {
        let readable = colour.readable_on(&grounds);
        let contrast = (contrast * 10.0).floor() / 10.0;
        wrong.push(Wrong {
            rule: Some(&LOW_CONTRAST),
            suggestion: Some(readable.to_string()),
            ..Wrong::new(
                format!("text of the colour `{text}` has a contrast of {contrast}:1 on the page"),
                format!("readers need 4.5:1; the nearest that has it is `{readable}`"),
            )
        });
    }
    Some(colour)
}

/// A page's name, or a full URL.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
struct Destination(String);

impl FieldValue for Destination {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write a page (`byok/overview`), a section's folder, or a full URL";
        let text = expected_text(&value, wrong, HELP)?;
        let is_url = ["https://", "http://", "mailto:"].iter().any(|start| text.starts_with(start));
        if text.is_empty() || !is_url && (text.contains(':') || text.starts_with('/')) {
            wrong.push(Wrong {
                suggestion: text
                    .strip_prefix('/')
                    .map(|rest| rest.trim_end_matches('/').to_owned()),
                ..Wrong::new(format!("`{text}` is neither a page nor a URL"), HELP)
            });
            return None;
        }
        Some(Self(text.to_owned()))
    }
}

/// A URL in which `{path}` stands for the source's path.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
struct Pattern(
    #[schemars(regex(pattern = r"^https?://.*\{path\}"))]
    String,
);

impl FieldValue for Pattern {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write a URL like `https://github.com/acme/docs/edit/main/{path}`";
        let text = expected_text(&value, wrong, HELP)?;
        let is_url = text.starts_with("https://") || text.starts_with("http://");
        if !is_url || !text.contains("{path}") {
            let what = if is_url { "does not say where `{path}` goes" } else { "is no URL" };
            wrong.push(Wrong::new(format!("`{text}` {what}"), HELP));
            return None;
        }
        Some(Self(text.to_owned()))
    }
}

/// A URL that takes a form.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
struct Endpoint(#[schemars(regex(pattern = r"^(https?:/)?/"))] String);

impl FieldValue for Endpoint {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str =
            "write a URL like `https://forms.example.com/helpful`, or a path of the same origin";
        let text = expected_text(&value, wrong, HELP)?;
        if !["https://", "http://", "/"].iter().any(|start| text.starts_with(start)) {
            wrong.push(Wrong::new(format!("`{text}` is no URL"), HELP));
            return None;
        }
        Some(Self(text.to_owned()))
    }
}

//! The kinds of values that only `site.yaml` has.

use schemars::JsonSchema;

use crate::config::{BaseUrl, Pattern, Redirect, RuleSettings, TextDirection};
use crate::diagnostic::{self, RULES, Severity, UNKNOWN_RULE};
use crate::parse::fields::{FieldValue, Wrong, describe};
use crate::parse::yaml::{self, Key, Value};
use crate::suggest;

pub(super) fn expected_text<'a>(
    value: &'a Value,
    wrong: &mut Vec<Wrong>,
    help: &str,
) -> Option<&'a str> {
    match value {
        Value::String(text) => Some(text.trim()),
        other => {
            wrong.push(Wrong::new(format!("expected text, found {}", describe(other)), help));
            None
        }
    }
}

/// A base URL.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct SiteUrl(
    #[schemars(with = "String", regex(pattern = r"^(https?://|/)"))]
    pub BaseUrl,
);

impl FieldValue for SiteUrl {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write where the site is published, like `https://example.com/docs/`";
        let text = expected_text(&value, wrong, HELP)?;
        match BaseUrl::parse(text) {
            Ok(url) => Some(Self(url)),
            Err(reason) => {
                let host = !text.contains(':')
                    && text.contains('.')
                    && !text.contains(char::is_whitespace);
                let suggestion = host.then(|| {
                    format!("https://{}/", text.trim_start_matches('/').trim_end_matches('/'))
                });
                wrong.push(Wrong {
                    suggestion,
                    ..Wrong::new(format!("`{text}` is not a base URL: {reason}"), HELP)
                });
                None
            }
        }
    }
}

/// A BCP 47 language tag, checked for its shape only.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Language(
    #[schemars(regex(pattern = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"))] pub String,
);

impl FieldValue for Language {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write a language tag, like `en`, `pt-BR` or `zh-Hans`";
        let text = expected_text(&value, wrong, HELP)?;
        let mut parts = text.split('-');
        let first = parts.next().is_some_and(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
        });
        let shaped = first
            && parts.all(|part| {
                (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        if !shaped {
            wrong.push(Wrong::new(format!("`{text}` is not a language tag"), HELP));
        }
        shaped.then(|| Self(text.to_owned()))
    }
}

/// `ltr` or `rtl`.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Direction(
    #[schemars(with = "String", regex(pattern = "^(ltr|rtl)$"))] pub TextDirection,
);

impl FieldValue for Direction {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        match value.as_str() {
            Some("ltr") => Some(Self(TextDirection::Ltr)),
            Some("rtl") => Some(Self(TextDirection::Rtl)),
            _ => {
                wrong.push(Wrong::new(
                    format!("expected `ltr` or `rtl`, found {}", describe(&value)),
                    "write `ltr` or `rtl`",
                ));
                None
            }
        }
    }
}

/// A URL or a mail address, resolved to a URL.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Contact(pub String);

impl FieldValue for Contact {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write an `https:` or `mailto:` URL, or a mail address";
        let text = expected_text(&value, wrong, HELP)?;
        let bad = text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control());
        let url = ["https://", "http://", "mailto:"].iter().any(|start| text.starts_with(start));
        if !bad && url {
            return Some(Self(text.to_owned()));
        }
        if !bad
            && !text.contains(':')
            && text.split('@').count() == 2
            && !text.starts_with('@')
            && !text.ends_with('@')
        {
            return Some(Self(format!("mailto:{text}")));
        }
        wrong.push(Wrong::new(format!("`{text}` is neither a URL nor a mail address"), HELP));
        None
    }
}

/// Redirects for whole folders, in the order they are written.
#[derive(Clone, Debug)]
pub(crate) struct Redirects(pub Vec<Redirect>);

impl JsonSchema for Redirects {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Redirects".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let address = serde_json::json!({"type": "string", "pattern": "^(/|https?://)"});
        schemars::json_schema!({"type": "object", "propertyNames": address, "additionalProperties": address})
    }
}

impl FieldValue for Redirects {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const OLD: &str =
            "write the old path below the base URL (`/old/*`), or a full URL of the same site";
        const NEW: &str = "write the new path below the base URL (`/new/:splat`), or a full URL";
        let Value::Mapping(mapping) = value else {
            let help = "write one `/old/*: /new/:splat` a line";
            wrong.push(Wrong::new(
                format!("expected keys and values, found {}", describe(&value)),
                help,
            ));
            return None;
        };
        let mut redirects = Vec::new();
        for (key, value) in mapping {
            let from = yaml::key_name(&key);
            let path = vec![Key::Name(from.clone())];
            let star = from.find('*').is_some_and(|at| at + 1 != from.len());
            if !is_address(&from) || star {
                let reason = if star {
                    "`*` stands elsewhere than at its end"
                } else {
                    "it is no path or URL"
                };
                let message = format!("`{from}` is not an old address: {reason}");
                wrong.push(Wrong { path, on_key: true, ..Wrong::new(message, OLD) });
                continue;
            }
            match value.as_str().map(str::trim).filter(|to| is_address(to)) {
                Some(to) => redirects.push(Redirect { from, to: to.to_owned() }),
                None => {
                    let message = format!("expected a path or URL, found {}", describe(&value));
                    wrong.push(Wrong { path, ..Wrong::new(message, NEW) });
                }
            }
        }
        Some(Self(redirects))
    }
}

fn is_address(text: &str) -> bool {
    let start = text.starts_with('/') && !text.starts_with("//")
        || text.starts_with("https://")
        || text.starts_with("http://");
    start && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Severities by rule.
#[derive(Clone, Debug)]
pub(crate) struct Rules(pub RuleSettings);

impl JsonSchema for Rules {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let severity = serde_json::json!({"enum": ["off", "info", "warning", "error"]});
        let setting = serde_json::json!({"anyOf": [severity, {"type": "object", "additionalProperties": severity}]});
        let rules: serde_json::Map<_, _> = RULES
            .iter()
            .map(|rule| {
                let mut setting = setting.clone();
                setting["description"] = rule.summary.into();
                (rule.name.to_owned(), setting)
            })
            .collect();
        schemars::json_schema!({"type": "object", "properties": rules, "additionalProperties": false})
    }
}

impl FieldValue for Rules {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let Value::Mapping(mapping) = value else {
            wrong.push(Wrong::new(
                format!("expected keys and values, found {}", describe(&value)),
                "write one `rule: severity` a line",
            ));
            return None;
        };
        let mut settings = RuleSettings::default();
        for (key, value) in mapping {
            let name = yaml::key_name(&key);
            let Some(rule) = diagnostic::rule(&name) else {
                let suggestion = suggest::nearest(&name, RULES.iter().map(|rule| rule.name));
                let help =
                    suggestion.as_ref().map_or("the README lists every rule".to_owned(), |name| {
                        format!("did you mean `{name}`?")
                    });
                let path = vec![Key::Name(name.clone())];
                wrong.push(Wrong {
                    path,
                    on_key: true,
                    rule: Some(&UNKNOWN_RULE),
                    suggestion,
                    ..Wrong::new(format!("unknown rule `{name}`"), help)
                });
                continue;
            };
            let Value::Mapping(globs) = value else {
                let path = vec![Key::Name(name)];
                if let Some(severity) = severity(&value, path, wrong) {
                    settings.set(rule, None, severity);
                }
                continue;
            };
            for (glob, value) in globs {
                let glob = yaml::key_name(&glob);
                let path = vec![Key::Name(name.clone()), Key::Name(glob.clone())];
                match Pattern::new(&glob) {
                    Ok(pattern) => {
                        if let Some(severity) = severity(&value, path, wrong) {
                            settings.set(rule, Some(pattern), severity);
                        }
                    }
                    Err(error) => {
                        let message = not_a_pattern(&glob, &error);
                        wrong.push(Wrong {
                            path,
                            on_key: true,
                            ..Wrong::new(message, "write a pattern like `content/old/**`")
                        });
                    }
                }
            }
        }
        Some(Self(settings))
    }
}

fn severity(value: &Value, path: Vec<Key>, wrong: &mut Vec<Wrong>) -> Option<Severity> {
    let severity = value.as_str().and_then(Severity::from_name);
    if severity.is_none() {
        const HELP: &str = "write `off`, `info`, `warning` or `error`";
        let suggestion = value.as_str().and_then(|text| {
            suggest::nearest(text, ["off", "info", "warning", "error"].into_iter())
        });
        wrong.push(Wrong {
            path,
            suggestion,
            ..Wrong::new(format!("expected a severity, found {}", describe(value)), HELP)
        });
    }
    severity
}

/// The message for a pattern that cannot be compiled.
pub(super) fn not_a_pattern(pattern: &str, reason: &str) -> String {
    let shown: String = pattern.chars().take(60).collect();
    let rest = if shown.len() < pattern.len() { "…" } else { "" };
    let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!("`{shown}{rest}` is not a pattern: {reason}")
}

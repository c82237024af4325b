//! `site.yaml`'s `external`: how links to other sites are looked up.

use schemars::JsonSchema;

use super::values::not_a_pattern;
use crate::config::{ExternalSettings, Pattern};
use crate::diagnostic::UNKNOWN_FIELD;
use crate::host::AllowedHost;
use crate::parse::fields::{FieldValue, Wrong, describe};
use crate::parse::yaml::{Key, Value, key_name};
use crate::suggest;

/// How links to other sites are looked up, as it is written.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct External {
    /// Hosts (`wiki.example`, `wiki.example:8080`) and addresses that are asked though they are private.
    #[schemars(default)]
    allow: Vec<Host>,
    /// Patterns of URLs that are left out: `https://example.com/private/**`.
    #[schemars(default)]
    skip: Vec<UrlPattern>,
}

impl External {
    /// The settings.
    pub(crate) fn resolve(self) -> ExternalSettings {
        let Self { allow, skip } = self;
        ExternalSettings {
            allow: allow.into_iter().map(|host| host.0).collect(),
            skip: skip.into_iter().map(|pattern| pattern.0).collect(),
        }
    }
}

impl FieldValue for External {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const KEYS: [&str; 2] = ["allow", "skip"];
        let Value::Mapping(mapping) = value else {
            let help = "write `allow: [wiki.example]` or `skip: [https://example.com/**]` below it";
            let message = format!("expected keys and values, found {}", describe(&value));
            wrong.push(Wrong::new(message, help));
            return None;
        };
        let mut external = Self::default();
        for (key, value) in mapping {
            let name = key_name(&key);
            let mut inner = Vec::new();
            match (name.as_str(), value) {
                ("allow" | "skip", Value::Null) => {}
                ("allow", value) => {
                    external.allow = Vec::read(value, &mut inner).unwrap_or_default();
                }
                ("skip", value) => {
                    external.skip = Vec::read(value, &mut inner).unwrap_or_default();
                }
                _ => inner.push(Wrong {
                    on_key: true,
                    rule: Some(&UNKNOWN_FIELD),
                    suggestion: suggest::nearest(&name, KEYS.into_iter()),
                    ..Wrong::new(format!("unknown key `{name}`"), "known keys: allow, skip")
                }),
            }
            wrong.extend(inner.into_iter().map(|wrong| wrong.inside(Key::Name(name.clone()))));
        }
        Some(external)
    }
}

/// A host that is asked though it is private.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
struct Host(#[schemars(with = "String")] AllowedHost);

impl FieldValue for Host {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let host = value.as_str().and_then(|text| AllowedHost::parse(text.trim()));
        if host.is_none() {
            let message = format!("expected a host, found {}", describe(&value));
            wrong.push(Wrong::new(
                message,
                "write a host or an address, like `wiki.example`, `wiki.example:8080` or `10.0.0.7`",
            ));
        }
        host.map(Self)
    }
}

/// A pattern of URLs.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
struct UrlPattern(
    #[schemars(with = "String", regex(pattern = r"^(https?://|\*)"))]
    Pattern,
);

impl FieldValue for UrlPattern {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write a pattern like `https://example.com/private/**`";
        let Some(text) = value.as_str().map(str::trim) else {
            let message = format!("expected a pattern of URLs, found {}", describe(&value));
            wrong.push(Wrong::new(message, HELP));
            return None;
        };
        if !["https://", "http://", "*"].iter().any(|start| text.starts_with(start)) {
            let message = format!("`{text}` is no pattern of URLs: it begins with no scheme");
            let suggestion = Some(format!("https://{}", text.trim_start_matches('/')));
            wrong.push(Wrong { suggestion, ..Wrong::new(message, HELP) });
            return None;
        }
        match Pattern::new(text) {
            Ok(pattern) => Some(Self(pattern)),
            Err(error) => {
                wrong.push(Wrong::new(not_a_pattern(text, &error), HELP));
                None
            }
        }
    }
}

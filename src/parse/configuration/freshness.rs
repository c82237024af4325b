//! `site.yaml`'s `freshness`: what follows from an article that is overdue.

use schemars::JsonSchema;

use crate::config::FreshnessSettings;
use crate::diagnostic::UNKNOWN_FIELD;
use crate::parse::fields::{FieldValue, Interval, Wrong, describe};
use crate::parse::yaml::{Key, Value, key_name};
use crate::suggest;

/// What follows from an overdue article, as it is written.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Freshness {
    /// How late a review may be before it is an error, and not a warning: `60d`.
    fail_after: Option<Interval>,
    /// `true` tells readers of overdue articles. What is built then depends on the day.
    #[schemars(default)]
    notice: bool,
}

impl Freshness {
    /// The settings.
    pub(crate) fn resolve(self) -> FreshnessSettings {
        let Self { fail_after, notice } = self;
        FreshnessSettings { fail_after: fail_after.map(|interval| interval.0), notice }
    }
}

impl FieldValue for Freshness {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const KEYS: [&str; 2] = ["fail_after", "notice"];
        let Value::Mapping(mapping) = value else {
            let help = "write `fail_after: 60d` or `notice: true` below it";
            let message = format!("expected keys and values, found {}", describe(&value));
            wrong.push(Wrong::new(message, help));
            return None;
        };
        let mut freshness = Self::default();
        for (key, value) in mapping {
            let name = key_name(&key);
            let mut inner = Vec::new();
            match (name.as_str(), value) {
                ("fail_after" | "notice", Value::Null) => {}
                ("fail_after", value) => freshness.fail_after = Interval::read(value, &mut inner),
                ("notice", value) => {
                    freshness.notice = bool::read(value, &mut inner).unwrap_or_default();
                }
                _ => inner.push(Wrong {
                    on_key: true,
                    rule: Some(&UNKNOWN_FIELD),
                    suggestion: suggest::nearest(&name, KEYS.into_iter()),
                    ..Wrong::new(
                        format!("unknown key `{name}`"),
                        format!("known keys: {}", KEYS.join(", ")),
                    )
                }),
            }
            wrong.extend(inner.into_iter().map(|problem| problem.inside(Key::Name(name.clone()))));
        }
        Some(freshness)
    }
}

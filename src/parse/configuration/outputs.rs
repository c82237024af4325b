//! Settings of what a site has for programs: the size of the feed, and what `security.txt` says.

use std::ops::Range;

use schemars::JsonSchema;

use super::values::{Contact, Language};
use crate::config::{Placed, SecurityTxt};
use crate::diagnostic::{MISSING_FIELD, UNKNOWN_FIELD};
use crate::parse::fields::{CalendarDate, FieldValue, Wrong, describe};
use crate::parse::yaml::{Key, Value, key_name};
use crate::suggest;

/// How many articles the feed has.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct FeedSize(#[schemars(range(min = 0, max = 1000))] pub usize);

impl FieldValue for FeedSize {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const MOST: usize = 1000;
        let size = value.as_u64().and_then(|size| usize::try_from(size).ok());
        let size = size.filter(|size| *size <= MOST);
        if size.is_none() {
            let message = format!("expected a number from 0 to {MOST}, found {}", describe(&value));
            wrong.push(Wrong::new(message, "write how many articles the feed has, like `50`"));
        }
        size.map(Self)
    }
}

/// What `security.txt` says, as it is written.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Security {
    /// Where to tell of a problem: `https:`, `mailto:` or `tel:` URLs or mail addresses, the best first.
    contact: OneOrMore<SecureUrl>,
    /// The day on which all of this ends to hold, less than a year ahead.
    #[schemars(with = "CalendarDate")]
    expires: Option<CalendarDate>,
    /// Where keys are.
    #[schemars(default)]
    encryption: OneOrMore<SecureUrl>,
    /// Pages that thank those who told of problems.
    #[schemars(default)]
    acknowledgments: OneOrMore<SecureUrl>,
    /// Languages that are read: `[en, de]`.
    #[schemars(default)]
    preferred_languages: OneOrMore<Language>,
    /// Pages with rules for those who look for problems.
    #[schemars(default)]
    policy: OneOrMore<SecureUrl>,
    /// Pages with open posts.
    #[schemars(default)]
    hiring: OneOrMore<SecureUrl>,
}

const KEYS: [&str; 7] = [
    "contact",
    "expires",
    "encryption",
    "acknowledgments",
    "preferred_languages",
    "policy",
    "hiring",
];

impl Security {
    /// The settings, when nothing is missing that has to be there. `expires_at` is where `expires` is written.
    pub(crate) fn resolve(self, expires_at: Range<usize>) -> Option<SecurityTxt> {
        let Self {
            contact,
            expires,
            encryption,
            acknowledgments,
            preferred_languages,
            policy,
            hiring,
        } = self;
        let urls = |urls: OneOrMore<SecureUrl>| urls.0.into_iter().map(|url| url.0).collect();
        Some(SecurityTxt {
            contact: Some(contact).filter(|contact| !contact.0.is_empty()).map(urls)?,
            expires: Placed { value: expires?.0, at: expires_at },
            encryption: urls(encryption),
            acknowledgments: urls(acknowledgments),
            preferred_languages: preferred_languages.0.into_iter().map(|tag| tag.0).collect(),
            policy: urls(policy),
            hiring: urls(hiring),
        })
    }

    fn set(&mut self, name: &str, value: Value, wrong: &mut Vec<Wrong>) {
        let urls = match name {
            "expires" => {
                self.expires = CalendarDate::read(value, wrong);
                return;
            }
            "preferred_languages" => {
                self.preferred_languages = OneOrMore::read(value, wrong).unwrap_or_default();
                return;
            }
            "contact" => &mut self.contact,
            "encryption" => &mut self.encryption,
            "acknowledgments" => &mut self.acknowledgments,
            "policy" => &mut self.policy,
            "hiring" => &mut self.hiring,
            _ => {
                return wrong.push(Wrong {
                    on_key: true,
                    rule: Some(&UNKNOWN_FIELD),
                    suggestion: suggest::nearest(name, KEYS.into_iter()),
                    ..Wrong::new(
                        format!("unknown key `{name}`"),
                        format!("known keys: {}", KEYS.join(", ")),
                    )
                });
            }
        };
        *urls = OneOrMore::read(value, wrong).unwrap_or_default();
    }
}

impl FieldValue for Security {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str =
            "write `contact: security@example.com` and `expires: 2027-01-01` below it";
        let Value::Mapping(mapping) = value else {
            let message = format!("expected keys and values, found {}", describe(&value));
            wrong.push(Wrong::new(message, HELP));
            return None;
        };
        let mut security = Self::default();
        let mut missing = vec!["contact", "expires"];
        for (key, value) in mapping {
            let name = key_name(&key);
            if value == Value::Null {
                continue;
            }
            missing.retain(|required| *required != name);
            let mut inner = Vec::new();
            security.set(&name, value, &mut inner);
            wrong.extend(inner.into_iter().map(|wrong| wrong.inside(Key::Name(name.clone()))));
        }
        for name in missing {
            let message = format!("`security_txt` has no `{name}`");
            wrong.push(Wrong {
                on_key: true,
                rule: Some(&MISSING_FIELD),
                ..Wrong::new(message, HELP)
            });
        }
        Some(security)
    }
}

/// One value, or a list of them.
#[derive(Clone, Debug)]
struct OneOrMore<T>(Vec<T>);

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMore<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("One_or_more_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = T::json_schema(generator);
        schemars::json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}

impl<T: FieldValue> FieldValue for OneOrMore<T> {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        match value {
            Value::Sequence(_) => Vec::read(value, wrong).map(Self),
            one => T::read(one, wrong).map(|one| Self(vec![one])),
        }
    }
}

/// A URL that nobody can change on its way, or a mail address.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
struct SecureUrl(String);

impl FieldValue for SecureUrl {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write an `https:`, `mailto:` or `tel:` URL, or a mail address";
        let other = ["tel:", "openpgp4fpr:", "dns:"];
        if let Some(text) = value.as_str().map(str::trim)
            && other.iter().any(|scheme| text.starts_with(scheme))
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Some(Self(text.to_owned()));
        }
        if let Some(text) = value.as_str().filter(|text| text.trim().starts_with("http:")) {
            wrong.push(Wrong::new(format!("`{text}` can be changed on its way to readers"), HELP));
            return None;
        }
        Contact::read(value, wrong).map(|contact| Self(contact.0))
    }
}

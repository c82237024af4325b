//! Reading typed fields: each key is taken once, each wrong value is a problem with a path to it, and what is left at
//! the end is unknown. Knows nothing of which keys there are.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;

use super::yaml::{self, Document, Key, Part, Value, key_name};
use crate::config::ReviewInterval;
use crate::diagnostic::{DUPLICATE_FIELD, INVALID_VALUE, INVALID_YAML, Rule, UNKNOWN_FIELD};
use crate::suggest;

/// Something wrong with an entry.
#[derive(Debug)]
pub(crate) struct FieldProblem {
    /// The rule it breaks.
    pub rule: &'static Rule,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to type next.
    pub help: Option<String>,
    /// What to type in the place's stead.
    pub suggestion: Option<String>,
}

/// Where a problem is.
#[derive(Debug)]
pub(crate) enum Place {
    /// At an entry.
    Entry(Vec<Key>, Part),
    /// At these bytes; the second ones belong to it.
    Bytes(std::ops::Range<usize>, Option<std::ops::Range<usize>>),
}

/// A value that is not what its key takes.
#[derive(Debug, Default)]
pub(crate) struct Wrong {
    /// Where inside the value.
    pub path: Vec<Key>,
    /// Which part of the entry there.
    pub on_key: bool,
    /// Another rule than `invalid-value`.
    pub rule: Option<&'static Rule>,
    /// What is wrong.
    pub message: String,
    /// What to type next.
    pub help: Option<String>,
    /// What to type in the value's stead.
    pub suggestion: Option<String>,
}

impl Wrong {
    /// A wrong value and what is expected of it.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()), ..Self::default() }
    }

    /// The same, inside the value's entry of that key.
    pub(crate) fn inside(mut self, key: Key) -> Self {
        self.path.insert(0, key);
        self
    }
}

/// A type that a key's value can have.
pub(crate) trait FieldValue: Sized {
    /// Reads the value, and adds to `wrong` what is not as it should be. A value of which something is left is returned
    /// even then.
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self>;
}

/// The entries of a document that have not been taken yet.
pub(crate) struct Fields {
    entries: Vec<(String, Value)>,
    known: Vec<&'static str>,
    problems: Vec<FieldProblem>,
}

impl Fields {
    /// The fields of a document, and what is wrong with the document as a whole.
    pub(crate) fn new(document: Document) -> Self {
        let mut problems = Vec::new();
        if let Some((message, at)) = document.error {
            let help = "a value that holds `: ` or begins with a special character needs quotes"
                .to_owned();
            let message = format!("this is not the YAML it should be: {message}");
            problems.push(FieldProblem {
                rule: &INVALID_YAML,
                place: Place::Bytes(at, None),
                message,
                help: Some(help),
                suggestion: None,
            });
        }
        for (name, first, second) in document.duplicates {
            let message = format!("`{name}` stands twice");
            let help = Some("remove one of the two".to_owned());
            problems.push(FieldProblem {
                rule: &DUPLICATE_FIELD,
                place: Place::Bytes(second, Some(first)),
                message,
                help,
                suggestion: None,
            });
        }
        Self { entries: document.entries, known: Vec::new(), problems }
    }

    /// Whether the document could be read at all.
    pub(crate) fn readable(&self) -> bool {
        self.problems.iter().all(|problem| problem.rule != &INVALID_YAML)
    }

    /// Takes the value of `name`; a key without a value counts as absent.
    pub(crate) fn take<T: FieldValue>(&mut self, name: &'static str) -> Option<T> {
        self.known.push(name);
        let index = self.entries.iter().position(|(key, _)| key == name)?;
        let (_, value) = self.entries.remove(index);
        if value == Value::Null {
            return None;
        }
        let mut wrongs = Vec::new();
        let read = T::read(value, &mut wrongs);
        for wrong in wrongs {
            let Wrong { mut path, on_key, rule, message, help, suggestion } = wrong;
            path.insert(0, Key::Name(name.to_owned()));
            let part = if on_key { Part::Key } else { Part::Value };
            let rule = rule.unwrap_or(&INVALID_VALUE);
            self.problems.push(FieldProblem {
                rule,
                place: Place::Entry(path, part),
                message,
                help,
                suggestion,
            });
        }
        read
    }

    /// What was wrong; keys that nobody took are unknown.
    pub(crate) fn finish(mut self) -> Vec<FieldProblem> {
        for (name, _) in &self.entries {
            let suggestion = suggest::nearest(name, self.known.iter().copied());
            let help = match &suggestion {
                Some(known) => {
                    format!("did you mean `{known}`? Free data for templates goes under `extra`")
                }
                None => format!(
                    "known keys: {}. Free data for templates goes under `extra`",
                    self.known.join(", ")
                ),
            };
            self.problems.push(FieldProblem {
                rule: &UNKNOWN_FIELD,
                place: Place::Entry(vec![Key::Name(name.clone())], Part::Key),
                message: format!("unknown key `{name}`"),
                help: Some(help),
                suggestion,
            });
        }
        self.problems
    }

    /// The names that were asked for.
    #[cfg(test)]
    pub(crate) fn known(&self) -> &[&'static str] {
        &self.known
    }
}

/// A value in words, for messages.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => format!("`{flag}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) => format!("`{}`", text.chars().take(60).collect::<String>()),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "keys and values".to_owned(),
        Value::Tagged(tagged) => format!("a value tagged `{}`", tagged.tag),
    }
}

/// The text with one space in the place of each run of white space, and none around it.
fn single_spaced(text: String) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ' || !byte.is_ascii();
    let bytes = text.as_bytes();
    let single = text.is_ascii() && bytes.iter().all(is_plain) && !text.contains("  ");
    if single && bytes.first() != Some(&b' ') && bytes.last() != Some(&b' ') {
        return text;
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of text.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Text(#[schemars(length(min = 1))] pub String);

impl FieldValue for Text {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        match value {
            Value::String(text) => {
                let clean = single_spaced(text);
                if clean.is_empty() {
                    wrong.push(Wrong::new("the text is empty", "write some text"));
                    return None;
                }
                if clean.chars().any(char::is_control) {
                    wrong.push(Wrong::new("the text holds a control character", "remove it"));
                    return None;
                }
                // Texts live as long as the site, and there are many.
                Some(Self(clean.into_boxed_str().into_string()))
            }
            Value::Number(_) | Value::Bool(_) => {
                let text = key_name(&value);
                wrong.push(Wrong {
                    suggestion: Some(format!("\"{text}\"")),
                    ..Wrong::new(
                        format!("expected text, found {}", describe(&value)),
                        format!("put it in quotes: `\"{text}\"`"),
                    )
                });
                Some(Self(text))
            }
            other => {
                wrong.push(Wrong::new(
                    format!("expected text, found {}", describe(&other)),
                    "write one line of text",
                ));
                None
            }
        }
    }
}

/// A calendar date.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct CalendarDate(#[schemars(with = "String", extend("format" = "date"))] pub Date);

impl FieldValue for CalendarDate {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let text = match &value {
            Value::String(text) => text.trim(),
            _ => "",
        };
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| {
                if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
            });
        match text.parse::<Date>() {
            Ok(date) if shaped => Some(Self(date)),
            _ if shaped => {
                wrong.push(Wrong::new(
                    format!("`{text}` is not a day of the calendar"),
                    "write a date as year-month-day, like `2026-04-16`",
                ));
                None
            }
            _ => {
                wrong.push(Wrong::new(
                    format!("expected a date, found {}", describe(&value)),
                    "write it as year-month-day, like `2026-04-16`",
                ));
                None
            }
        }
    }
}

impl FieldValue for bool {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        if let Value::Bool(flag) = value {
            return Some(flag);
        }
        wrong.push(Wrong::new(
            format!("expected `true` or `false`, found {}", describe(&value)),
            "write `true` or `false`, without quotes",
        ));
        None
    }
}

impl FieldValue for i64 {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        if let Value::Number(number) = &value
            && let Some(number) = number.as_i64()
        {
            return Some(number);
        }
        wrong.push(Wrong::new(
            format!("expected a whole number, found {}", describe(&value)),
            "write a whole number, without quotes",
        ));
        None
    }
}

/// An interval between reviews: `90d`, `6 weeks`, `3 months`, `1 year`.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Interval(
    #[schemars(with = "String", regex(pattern = r"^[0-9]+ *(d|days?|w|weeks?|months?|y|years?)$"))]
    pub ReviewInterval,
);

impl FieldValue for Interval {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let interval = value.as_str().and_then(ReviewInterval::parse);
        if interval.is_none() {
            wrong.push(Wrong::new(
                format!("expected an interval, found {}", describe(&value)),
                "write it like `90d`, `6 weeks`, `3 months` or `1 year`",
            ));
        }
        interval.map(Self)
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let Value::Sequence(items) = value else {
            wrong.push(Wrong::new(
                format!("expected a list, found {}", describe(&value)),
                "write a list: `[one, two]`, or one `- entry` a line",
            ));
            return None;
        };
        let mut read = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let mut inner = Vec::new();
            read.extend(T::read(item, &mut inner));
            wrong.extend(inner.into_iter().map(|wrong| wrong.inside(Key::Index(index))));
        }
        Some(read)
    }
}

/// Keys and values, in the order they are written.
#[derive(Clone, Debug)]
pub(crate) struct Entries<T>(pub Vec<(String, T)>);

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Entries_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, T>::json_schema(generator)
    }
}

impl<T: FieldValue> FieldValue for Entries<T> {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let Value::Mapping(mapping) = value else {
            wrong.push(Wrong::new(
                format!("expected keys and values, found {}", describe(&value)),
                "write one `key: value` a line",
            ));
            return None;
        };
        let mut read = Vec::with_capacity(mapping.len());
        for (key, value) in mapping {
            let name = key_name(&key);
            let mut inner = Vec::new();
            read.extend(T::read(value, &mut inner).map(|value| (name.clone(), value)));
            wrong.extend(inner.into_iter().map(|wrong| wrong.inside(Key::Name(name.clone()))));
        }
        Some(Self(read))
    }
}

/// Free data.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Free(pub serde_json::Value);

impl FieldValue for Free {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        match yaml::to_json(value) {
            Ok(value) => Some(Self(value)),
            Err(error) => {
                wrong.push(Wrong::new(
                    format!("the value cannot be handed to templates: {error}"),
                    "use text, numbers, lists, and keys that are text",
                ));
                None
            }
        }
    }
}

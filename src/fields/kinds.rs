//! The kinds of values that more than one file has: texts, dates, numbers, lists, free keys.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::{Fields, Kind, Problems, TextKind, WrongText, describe};
use crate::diagnostic::{INVALID_VALUE, Problem};
use crate::source::Placed;
use crate::yaml::{Node, Number, Value};

/// A line of text, with one space in place of each run of white space, and none around it.
pub struct Text;

impl Kind for Text {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string", "minLength": 1})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        match &node.value {
            Value::Text(text) => {
                let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if clean.is_empty() {
                    return problems.wrong(node.at(), "the text is empty", "write some text");
                }
                if clean.chars().any(char::is_control) {
                    let message = "the text holds a control character";
                    return problems.wrong(node.at(), message, "remove it");
                }
                Some(clean)
            }
            Value::Number(_, text) | Value::Bool(_, text) => {
                let quoted = format!("\"{text}\"");
                let message = format!("expected text, found {}", describe(&node));
                let problem = Problem::new(&INVALID_VALUE, node.at(), message);
                let help = format!("put it in quotes: `{quoted}`");
                problems.add(problem.help(help).suggest(Some(quoted)));
                Some(text.clone().into_owned())
            }
            _ => problems.unexpected(&node, "text", "write one line of text"),
        }
    }
}

/// A calendar date.
pub struct CalendarDate;

impl TextKind for CalendarDate {
    type Value = Date;
    const EXPECTED: &str = "a date";
    const HELP: &str = "write a date as year-month-day, like `2026-04-16`";

    fn parse(text: &str) -> Result<Date, WrongText> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_shaped = text.split('-').map(str::len).eq([4, 2, 2]);
        if !is_shaped || !text.split('-').all(digits) {
            return Err(WrongText::default());
        }
        text.parse().map_err(|_| format!("`{text}` is not a day of the calendar").into())
    }

    fn schema_of_text() -> Json {
        json!({"type": "string", "format": "date"})
    }
}

/// `true` or `false`.
pub struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn schema() -> Json {
        json!({"type": "boolean"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<bool> {
        let help = "write `true` or `false`, without quotes";
        match node.value {
            Value::Bool(flag, _) => Some(flag),
            _ => problems.unexpected(&node, "`true` or `false`", help),
        }
    }
}

/// A whole number.
pub struct WholeNumber;

impl Kind for WholeNumber {
    type Value = i64;

    fn schema() -> Json {
        json!({"type": "integer", "format": "int64"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<i64> {
        let help = "write a whole number, without quotes";
        let number = node.number().and_then(Number::as_i64);
        number.or_else(|| problems.unexpected(&node, "a whole number", help))
    }
}

/// A value with its place.
impl<K: Kind> Kind for Placed<K> {
    type Value = Placed<K::Value>;

    fn schema() -> Json {
        K::schema()
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value> {
        let at = node.at();
        K::read(node, problems).map(|value| Placed::new(value, at))
    }
}

/// A list.
impl<K: Kind> Kind for Vec<K> {
    type Value = Vec<K::Value>;

    fn schema() -> Json {
        json!({"type": "array", "items": K::schema()})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value> {
        let Value::List(items) = node.value else {
            let help = "write a list: `[one, two]`, or one `- entry` a line";
            return problems.unexpected(&node, "a list", help);
        };
        Some(items.into_iter().filter_map(|item| K::read(item, problems)).collect())
    }
}

/// A free key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T> {
    /// The key.
    pub name: Placed<String>,
    /// The value.
    pub value: Placed<T>,
}

/// Keys that are free, with values of one kind, in the order they are written.
pub struct Entries<K>(PhantomData<K>);

impl<K: Kind> Kind for Entries<K> {
    type Value = Vec<Named<K::Value>>;

    fn schema() -> Json {
        json!({"type": "object", "additionalProperties": K::schema()})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value> {
        let fields = Fields::of(node, "write one `key: value` a line", problems)?;
        let read = fields.entries().filter_map(|entry| {
            let name = Placed::new(entry.name().to_owned(), entry.key.at());
            Placed::<K>::read(entry.value, problems).map(|value| Named { name, value })
        });
        Some(read.collect())
    }
}

/// Free data by name.
pub struct FreeData;

impl Kind for FreeData {
    type Value = BTreeMap<String, Json>;

    fn schema() -> Json {
        json!({"type": "object"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value> {
        let fields = Fields::of(node, "write one `key: value` a line", problems)?;
        let data = fields.entries().filter_map(|entry| {
            let (name, at) = (entry.name().to_owned(), entry.value.at());
            match entry.value.into_json() {
                Ok(value) => Some((name, value)),
                Err(reason) => {
                    let message = format!("the value cannot be handed to templates: {reason}");
                    let help = "use text, numbers, lists, and keys that are text";
                    problems.wrong(at, message, help)
                }
            }
        });
        Some(data.collect())
    }
}

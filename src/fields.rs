//! Typed keys: what a key's value has to be, how a wrong one is reported, and `table!`, which makes a struct, its
//! reading, its JSON Schema and its list of known keys of one table. Knows nothing of which keys there are.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use crate::diagnostic::{
    DUPLICATE_FIELD, Diagnostic, INVALID_VALUE, INVALID_YAML, Rule, UNKNOWN_FIELD,
};
use crate::path::SourcePath;
use crate::source::{Placed, Span};
use crate::suggest;
use crate::yaml::{Document, Entry, Node, Value};

/// Something wrong with a key or value.
#[derive(Debug)]
pub struct Problem {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// Where.
    pub at: Range<usize>,
    /// Of a duplicate key, the first one.
    pub first: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
    /// What to type next.
    pub help: Option<String>,
    /// What to type in place of the key or value.
    pub suggestion: Option<String>,
}

impl Problem {
    /// A problem at a place, without help.
    pub fn new(rule: &'static Rule, at: Range<usize>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { rule, at, first: None, message, help: None, suggestion: None }
    }

    /// The same with what to type next.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with what to type in place of the key or value.
    #[must_use]
    pub fn suggest(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    /// The finding in a file.
    pub fn diagnostic(self, path: &SourcePath) -> Diagnostic {
        let finding = Diagnostic::new(self.rule, Span::new(path, self.at), self.message);
        let finding = Diagnostic { help: self.help, ..finding.suggest(self.suggestion) };
        match self.first {
            Some(first) => finding.relate(Span::new(path, first), "first written here"),
            None => finding,
        }
    }
}

/// What is wrong so far, and the key whose value is being read: a value that is not written has no place of its own.
#[derive(Debug, Default)]
pub struct Problems {
    /// All of it.
    pub found: Vec<Problem>,
    key: Range<usize>,
}

impl Problems {
    /// What is wrong with a document as a whole.
    pub fn of(document: &mut Document<'_>) -> Self {
        let error = document.error.take().map(|(reason, at)| {
            let message = format!("this is not the YAML it should be: {reason}");
            Problem::new(&INVALID_YAML, at, message)
                .help("a value that holds `: ` or begins with a special character needs quotes")
        });
        let duplicates = document.duplicates.drain(..).map(|key| {
            let message = format!("duplicate key `{}`", key.name);
            let problem = Problem::new(&DUPLICATE_FIELD, key.second, message);
            Problem { first: Some(key.first), ..problem.help("remove one of the two") }
        });
        Self { found: error.into_iter().chain(duplicates).collect(), key: 0..0 }
    }

    /// A value that its key does not take.
    pub fn wrong(&mut self, node: &Node<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.add(Problem::new(&INVALID_VALUE, self.place(node), message).help(help));
    }

    /// The same when something else than text, a number and so on was `expected`.
    pub fn unexpected(&mut self, node: &Node<'_>, expected: &str, help: impl Into<String>) {
        self.wrong(node, format!("expected {expected}, found {}", describe(node)), help);
    }

    /// Something wrong.
    pub fn add(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Where a value is; one that is not written, where its key is.
    pub fn place(&self, node: &Node<'_>) -> Range<usize> {
        if node.span.is_empty() { self.key.clone() } else { node.at() }
    }

    /// The key whose value is being read.
    pub fn key(&self) -> Range<usize> {
        self.key.clone()
    }

    /// Reads the value of a key.
    pub fn read<K: Kind>(&mut self, entry: Entry<'_>) -> Option<K::Value> {
        let outer = std::mem::replace(&mut self.key, entry.key.at());
        let read = K::read(entry.value, self);
        self.key = outer;
        read
    }
}

/// A kind of value that a key can have.
pub trait Kind {
    /// What is made of the value.
    type Value;

    /// The JSON Schema of the value.
    fn schema() -> Json;

    /// Reads the value, and reports what is not as it should be. A value of which something is left is returned even
    /// then.
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value>;
}

/// The entries of a mapping that have not been read yet.
pub struct Fields<'a>(Vec<Entry<'a>>);

impl<'a> Fields<'a> {
    /// The entries of a value that has to be a mapping.
    pub fn of(node: Node<'a>, help: &str, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Map(entries) => Some(Self(entries)),
            _ => {
                problems.unexpected(&node, "keys and values", help);
                None
            }
        }
    }

    /// All of them, where keys are free.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        self.0.into_iter()
    }

    /// Takes the value of a key; a key without a value counts as absent.
    pub fn take<K: Kind>(&mut self, name: &str, problems: &mut Problems) -> Option<K::Value> {
        let index = self.0.iter().position(|entry| entry.name() == name)?;
        let entry = self.0.swap_remove(index);
        if entry.value.is_null() { None } else { problems.read::<K>(entry) }
    }

    /// Reports the keys that nobody took.
    pub fn finish(self, known: &[&str], problems: &mut Problems) {
        for entry in self.0 {
            let name = entry.name();
            let suggestion = suggest::nearest(name, known.iter().copied());
            let mut help = match &suggestion {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("known keys: {}", known.join(", ")),
            };
            if known.contains(&"extra") {
                let end = if suggestion.is_some() { " " } else { ". " };
                help = help + end + "Free data for templates goes under `extra`";
            }
            let problem =
                Problem::new(&UNKNOWN_FIELD, entry.key.at(), format!("unknown key `{name}`"));
            problems.add(problem.help(help).suggest(suggestion));
        }
    }
}

/// The JSON Schema of a mapping: names, descriptions and schemas of its keys.
pub fn object(keys: &[(&str, &str, Json)]) -> Json {
    let key = |(name, description, schema): &(&str, &str, Json)| {
        // A key without a value counts as absent.
        let schema =
            json!({"description": description.trim(), "anyOf": [schema, {"type": "null"}]});
        ((*name).to_owned(), schema)
    };
    let properties: serde_json::Map<_, _> = keys.iter().map(key).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// A table of keys: each line says what a key is for, where its value goes, which kind of value it is, and what holds
/// where the key is absent. Of it come the struct with its defaults, the reading, the JSON Schema and the list of known
/// keys, so that none can be forgotten.
///
/// ```text
/// table! {
///     /// What the table is for.
///     #[derive(Clone, Debug)]
///     pub struct Example: "an example of what to write" {
///         /// What the key is for.
///         title: Option<String> as Text,
///         /// What the key is for.
///         count: usize as FeedSize = 50,
///     }
/// }
/// ```
macro_rules! table {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident: $example:literal {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty as $kind:ty $(= $default:expr)?,)+
        }
    ) => {
        $(#[$attribute])*
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: crate::fields::table!(@default $($default)?),)+ }
            }
        }

        impl crate::fields::Kind for $name {
            type Value = Self;

            fn schema() -> serde_json::Value {
                crate::fields::object(&[$((
                    stringify!($field),
                    concat!($($doc, "\n"),+),
                    <$kind as crate::fields::Kind>::schema(),
                ),)+])
            }

            fn read(
                node: crate::yaml::Node<'_>,
                problems: &mut crate::fields::Problems,
            ) -> Option<Self> {
                let mut fields = crate::fields::Fields::of(node, $example, problems)?;
                let read = Self {
                    $($field: fields
                        .take::<$kind>(stringify!($field), problems)
                        .map_or_else(|| crate::fields::table!(@default $($default)?), Into::into),)+
                };
                fields.finish(&[$(stringify!($field)),+], problems);
                Some(read)
            }
        }
    };
    (@default) => { Default::default() };
    (@default $default:expr) => { $default };
}
pub(crate) use table;

/// A value in words, for messages.
pub fn describe(node: &Node<'_>) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_, text) => format!("`{text}`"),
        Value::Number(_, text) => format!("the number `{text}`"),
        Value::Text(text) => format!("`{}`", text.chars().take(60).collect::<String>()),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "keys and values".to_owned(),
        Value::Tagged(tag) => format!("a value tagged `{tag}`"),
    }
}

/// The text with one space in place of each run of white space, and none around it.
fn single_spaced(text: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ' || !byte.is_ascii();
    let bytes = text.as_bytes();
    let single = text.is_ascii() && bytes.iter().all(is_plain) && !text.contains("  ");
    if single && bytes.first() != Some(&b' ') && bytes.last() != Some(&b' ') {
        return text.to_owned();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of text.
pub struct Text;

impl Kind for Text {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string", "minLength": 1})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        match &node.value {
            Value::Text(text) => {
                let clean = single_spaced(text);
                if clean.is_empty() {
                    problems.wrong(&node, "the text is empty", "write some text");
                    return None;
                }
                if clean.chars().any(char::is_control) {
                    problems.wrong(&node, "the text holds a control character", "remove it");
                    return None;
                }
                Some(clean)
            }
            Value::Number(_, text) | Value::Bool(_, text) => {
                let quoted = format!("\"{text}\"");
                let message = format!("expected text, found {}", describe(&node));
                let problem = Problem::new(&INVALID_VALUE, problems.place(&node), message);
                let help = format!("put it in quotes: `{quoted}`");
                problems.add(problem.help(help).suggest(Some(quoted)));
                Some(text.clone().into_owned())
            }
            _ => {
                problems.unexpected(&node, "text", "write one line of text");
                None
            }
        }
    }
}

/// The text of a value that has to be one, without the space around it.
pub fn expected_text<'a>(
    node: &'a Node<'_>,
    help: &str,
    problems: &mut Problems,
) -> Option<&'a str> {
    let text = node.text().map(str::trim);
    if text.is_none() {
        problems.unexpected(node, "text", help);
    }
    text
}

/// A calendar date.
pub struct CalendarDate;

impl Kind for CalendarDate {
    type Value = Date;

    fn schema() -> Json {
        json!({"type": "string", "format": "date"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Date> {
        let text = node.text().map_or("", str::trim);
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| {
                if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
            });
        match text.parse() {
            Ok(date) if shaped => return Some(date),
            _ if shaped => problems.wrong(
                &node,
                format!("`{text}` is not a day of the calendar"),
                "write a date as year-month-day, like `2026-04-16`",
            ),
            _ => problems.unexpected(
                &node,
                "a date",
                "write it as year-month-day, like `2026-04-16`",
            ),
        }
        None
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
        if let Value::Bool(flag, _) = node.value {
            return Some(flag);
        }
        let help = "write `true` or `false`, without quotes";
        problems.unexpected(&node, "`true` or `false`", help);
        None
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
        if let Value::Number(number, _) = &node.value
            && let Some(number) = number.as_i64()
        {
            return Some(number);
        }
        problems.unexpected(&node, "a whole number", "write a whole number, without quotes");
        None
    }
}

/// A value with its place.
impl<K: Kind> Kind for Placed<K> {
    type Value = Placed<K::Value>;

    fn schema() -> Json {
        K::schema()
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value> {
        let at = problems.place(&node);
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
            problems.unexpected(&node, "a list", help);
            return None;
        };
        let key = problems.key.clone();
        let read = items.into_iter().filter_map(|item| {
            problems.key = item.span.clone();
            K::read(item, problems)
        });
        let read = read.collect();
        problems.key = key;
        Some(read)
    }
}

/// Keys that are free, with values of one kind, in the order they are written.
pub struct Entries<K>(std::marker::PhantomData<K>);

impl<K: Kind> Kind for Entries<K> {
    type Value = Vec<(Placed<String>, K::Value)>;

    fn schema() -> Json {
        json!({"type": "object", "additionalProperties": K::schema()})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value> {
        let fields = Fields::of(node, "write one `key: value` a line", problems)?;
        let read = fields.entries().filter_map(|entry| {
            let key = Placed::new(entry.name().to_owned(), entry.key.at());
            problems.read::<K>(entry).map(|value| (key, value))
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
        let mut data = BTreeMap::new();
        for Entry { key, value } in fields.entries() {
            let at = if value.span.is_empty() { key.at() } else { value.at() };
            let name = key.scalar().unwrap_or("?").to_owned();
            match value.into_json() {
                Ok(value) => {
                    data.insert(name, value);
                }
                Err(reason) => {
                    let message = format!("the value cannot be handed to templates: {reason}");
                    let help = "use text, numbers, lists, and keys that are text";
                    problems.add(Problem::new(&INVALID_VALUE, at, message).help(help));
                }
            }
        }
        Some(data)
    }
}

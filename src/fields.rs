//! Typed keys: what a key's value has to be, how a wrong one is reported, and `table!`, which makes a struct, its
//! reading, its JSON Schema and its list of known keys of one table. Knows nothing of which keys there are.

mod kinds;

use std::ops::Range;

use serde_json::{Value as Json, json};

use crate::diagnostic::{DUPLICATE_FIELD, INVALID_VALUE, INVALID_YAML, Problem, UNKNOWN_FIELD};
use crate::suggest;
use crate::yaml::{Document, Entry, Node, Value};
pub use kinds::{CalendarDate, Entries, Flag, FreeData, Named, Text, WholeNumber};

/// What is wrong so far.
#[derive(Debug, Default)]
pub struct Problems {
    /// All of it.
    pub found: Vec<Problem>,
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
            problem.help("remove one of the two").relate(key.first, "first written here")
        });
        Self { found: error.into_iter().chain(duplicates).collect() }
    }

    /// A value that its key does not take; nothing is left of it.
    pub fn wrong<T>(
        &mut self,
        at: Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) -> Option<T> {
        self.add(Problem::new(&INVALID_VALUE, at, message).help(help));
        None
    }

    /// The same when something else than text, a number and so on was `expected`.
    pub fn unexpected<T>(&mut self, node: &Node<'_>, expected: &str, help: &str) -> Option<T> {
        self.wrong(node.at(), format!("expected {expected}, found {}", describe(node)), help)
    }

    /// Something wrong.
    pub fn add(&mut self, problem: Problem) {
        self.found.push(problem);
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
            _ => problems.unexpected(&node, "keys and values", help),
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
        if entry.value.is_null() { None } else { K::read(entry.value, problems) }
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

/// A kind of value that is made of a text, without the space around it.
pub trait TextKind {
    /// What is made of the text.
    type Value;
    /// What the value is to be.
    const EXPECTED: &'static str = "text";
    /// What the JSON Schema asks of the text, as a regular expression.
    const PATTERN: &'static str = "";
    /// What to type next where the text is wrong.
    const HELP: &'static str;

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn parse(text: &str) -> Result<Self::Value, WrongText>;

    /// The JSON Schema of the text.
    fn schema_of_text() -> Json {
        match Self::PATTERN {
            "" => json!({"type": "string"}),
            pattern => json!({"type": "string", "pattern": pattern}),
        }
    }
}

/// What is wrong with a text, by default that it is not what was expected, and what to type in its place.
#[derive(Default)]
pub struct WrongText {
    /// What is wrong.
    pub message: Option<String>,
    /// What to type in place of the text.
    pub suggestion: Option<String>,
}

impl From<String> for WrongText {
    fn from(message: String) -> Self {
        Self { message: Some(message), suggestion: None }
    }
}

impl<T: TextKind> Kind for T {
    type Value = T::Value;

    fn schema() -> Json {
        T::schema_of_text()
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<T::Value> {
        let read =
            node.text().ok_or_else(WrongText::default).and_then(|text| T::parse(text.trim()));
        let wrong = |WrongText { message, suggestion }| {
            let unexpected = || format!("expected {}, found {}", T::EXPECTED, describe(&node));
            let message = message.unwrap_or_else(unexpected);
            let problem = Problem::new(&INVALID_VALUE, node.at(), message);
            problems.add(problem.help(T::HELP).suggest(suggestion));
        };
        read.map_err(wrong).ok()
    }
}

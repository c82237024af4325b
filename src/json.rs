//! JSON whose keys stay in the order in which they are written, so that a format is written down as it looks.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A value.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Json {
    /// A text, a number, a truth value or null.
    Plain(Value),
    /// A list.
    List(Vec<Json>),
    /// An object.
    #[serde(serialize_with = "in_order")]
    Object(Vec<(&'static str, Json)>),
    /// No value: its key is left out.
    Absent,
}

/// An object with these keys.
pub fn object(fields: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    Json::Object(fields.into_iter().collect())
}

/// A list.
pub fn list(values: impl IntoIterator<Item = Json>) -> Json {
    Json::List(values.into_iter().collect())
}

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self::Plain(value.into())
    }
}

impl Json {
    /// The same, left out where it is null or an empty list.
    pub fn or_absent(self) -> Self {
        match self {
            Self::Plain(Value::Null) => Self::Absent,
            Self::List(values) if values.is_empty() => Self::Absent,
            value => value,
        }
    }

    /// As a text without line ends.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }

    /// In a line.
    pub fn line(&self) -> String {
        self.text() + "\n"
    }

    /// In many lines, for people too.
    pub fn document(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers are JSON") + "\n"
    }
}

fn in_order<S: Serializer>(
    fields: &[(&'static str, Json)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let present = fields.iter().filter(|(_, value)| !matches!(value, Json::Absent));
    serializer.collect_map(present.map(|(key, value)| (key, value)))
}

//! The types of template variables, read from their JSON Schema. Knows no template.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value as Json;

/// The type of a value, as far as it is known.
#[derive(Debug, PartialEq)]
pub(super) enum Type {
    /// Unknown.
    Any,
    /// A value without fields.
    Plain,
    /// A list of values of one type.
    List(Box<Type>),
    /// Exactly these fields.
    Fields(BTreeMap<String, Type>),
}

/// Unknown.
pub(super) static ANY: Type = Type::Any;
/// A value without fields.
pub(super) static PLAIN: Type = Type::Plain;
/// A list of values of which nothing is known.
pub(super) static LIST: LazyLock<Type> = LazyLock::new(|| Type::List(Box::new(Type::Any)));

impl Type {
    /// The type that a JSON Schema describes.
    pub(super) fn of(schema: &Json, definitions: &Json) -> Self {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return Self::of(&definitions[name], definitions);
        }
        // An optional value: one of the choices is null.
        if let Some(choices) = schema["anyOf"].as_array() {
            let choice = choices.iter().find(|choice| choice["type"] != "null");
            return choice.map_or(Self::Any, |choice| Self::of(choice, definitions));
        }
        if let Some(fields) = schema["properties"].as_object() {
            let fields = fields.iter();
            let field =
                |(name, schema): (&String, _)| (name.clone(), Self::of(schema, definitions));
            return Self::Fields(fields.map(field).collect());
        }
        match &schema["type"] {
            Json::Null => Self::Any,
            kind if kind == "object" => Self::Any,
            kind if kind == "array" => {
                Self::List(Box::new(Self::of(&schema["items"], definitions)))
            }
            _ => Self::Plain,
        }
    }

    /// The type of a field; none when there is no such field.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Any => Some(self),
            Self::Fields(fields) => fields.get(name),
            Self::Plain | Self::List(_) => None,
        }
    }

    /// The type of a list's items.
    pub(super) fn item(&self) -> &Self {
        match self {
            Self::List(item) => item,
            _ => &ANY,
        }
    }
}

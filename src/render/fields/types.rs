//! The types of template variables, read from their JSON Schema. Knows no template.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// The type of a value, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::render) enum Type {
    /// Unknown.
    Any,
    /// A value without fields.
    Plain,
    /// A list of values of one type.
    List(Box<Type>),
    /// Exactly these fields.
    Fields(BTreeMap<String, Type>),
}

impl Type {
    /// The type that a JSON Schema describes.
    pub(in crate::render) fn from_schema(schema: &Json) -> Self {
        Self::of(schema, &schema["$defs"])
    }

    fn of(schema: &Json, definitions: &Json) -> Self {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return Self::of(&definitions[name], definitions);
        }
        // An optional value: one of the choices is null.
        if let Some(choices) = schema["anyOf"].as_array() {
            let mut choices = choices.iter().filter(|choice| choice["type"] != "null");
            return choices.next().map_or(Self::Any, |choice| Self::of(choice, definitions));
        }
        if let Some(fields) = schema["properties"].as_object() {
            let field =
                |(name, schema): (&String, &Json)| (name.clone(), Self::of(schema, definitions));
            return Self::Fields(fields.iter().map(field).collect());
        }
        match &schema["type"] {
            Json::String(kind) if kind == "array" => {
                Self::List(Box::new(Self::of(&schema["items"], definitions)))
            }
            Json::String(kind) if kind == "object" => Self::Any,
            Json::Null => Self::Any,
            _ => Self::Plain,
        }
    }

    /// The fields, where they are known.
    pub(in crate::render) fn into_fields(self) -> BTreeMap<String, Self> {
        match self {
            Self::Fields(fields) => fields,
            Self::Any | Self::Plain | Self::List(_) => BTreeMap::new(),
        }
    }

    /// The type of a field; none when there is no such field.
    pub(super) fn field(&self, name: &str) -> Option<Self> {
        match self {
            Self::Any => Some(Self::Any),
            Self::Fields(fields) => fields.get(name).cloned(),
            Self::Plain | Self::List(_) => None,
        }
    }

    /// The type of a list's items.
    pub(super) fn item(&self) -> Self {
        match self {
            Self::List(item) => (**item).clone(),
            _ => Self::Any,
        }
    }

    /// The type of a value that has one type or the other.
    pub(super) fn or(self, other: &Self) -> Self {
        if self == *other { self } else { Self::Any }
    }
}

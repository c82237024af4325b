//! YAML: values by the YAML library, and, only when a finding has to point somewhere, places by an event parser.
//! The one file that names either library. Knows nothing of what the keys mean.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle};

/// A value of front matter or configuration.
pub use serde_yaml::Value;

/// The longest front matter or configuration that is read, in bytes. Past it, a file is data or an attack.
pub const MAX_SIZE: usize = 256 * 1024;

/// A document of this many bytes is read in no time, whatever it holds.
const SHORT: usize = 4 * 1024;

/// One step into a YAML document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The value of this key.
    Name(String),
    /// The item with this index.
    Index(usize),
}

/// Which part of an entry is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its key.
    Key,
    /// Its value.
    Value,
}

/// The entries of a document, in order, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Document {
    /// Keys and values. Of a key that stands twice, the first.
    pub entries: Vec<(String, Value)>,
    /// What the library could not read: a message and a place.
    pub error: Option<(String, Range<usize>)>,
    /// Keys that stand twice in one mapping: name, first place, second place.
    pub duplicates: Vec<(String, Range<usize>, Range<usize>)>,
}

/// Reads a document that has to be a mapping with text keys.
pub fn read(text: &str) -> Document {
    if text.len() > MAX_SIZE {
        return Document::failed(format!("it is longer than {} KiB", MAX_SIZE / 1024), 0..0);
    }
    // The value library takes quadratic time on deep nesting; the event parser limits it, and is asked first about
    // documents long enough to hurt.
    if text.len() > SHORT
        && let Some(Err(error)) = Parser::new_from_str(text).find(Result::is_err)
    {
        let at = error.marker().byte_offset().unwrap_or(0);
        let reason = error.info();
        let reason = if reason.is_empty() { "it is nested too deep".to_owned() } else { reason };
        return Document::failed(reason, line_rest(text, at));
    }
    match serde_yaml::from_str::<Value>(text) {
        Ok(Value::Null) => Document::default(),
        Ok(Value::Mapping(mapping)) => {
            Document { entries: mapping.into_iter().map(entry).collect(), ..Document::default() }
        }
        Ok(_) => {
            Document::failed("expected keys and values (`title: …`)".to_owned(), first_line(text))
        }
        Err(error) => read_failed(text, &error),
    }
}

impl Document {
    fn failed(message: String, at: Range<usize>) -> Self {
        Self { error: Some((message, at)), ..Self::default() }
    }
}

fn entry((key, value): (Value, Value)) -> (String, Value) {
    (key_name(&key), value)
}

/// The text of a key: that of a scalar as it is written.
pub fn key_name(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null => "null".to_owned(),
        _ => "?".to_owned(),
    }
}

/// A value as templates take it.
///
/// # Errors
///
/// Says what has no such form: keys that are not text, numbers that are none.
pub fn to_json(value: Value) -> Result<serde_json::Value, String> {
    serde_yaml::from_value(value).map_err(|error| message(&error))
}

/// The library stops at its first error. Duplicate keys are told apart from broken syntax by the events; the document
/// is then put together from these, with the first of each.
fn read_failed(text: &str, error: &serde_yaml::Error) -> Document {
    let at = error.location().map_or(0, |location| location.index().min(text.len()));
    let mut duplicates = Vec::new();
    let tree = tree(text);
    if let Some(tree) = &tree {
        tree.duplicates(&mut duplicates);
    }
    let Some(Node { kind: NodeKind::Mapping(entries), .. }) =
        tree.filter(|_| !duplicates.is_empty())
    else {
        return Document::failed(message(error), line_rest(text, at));
    };
    let mut read: Vec<(String, Value)> = Vec::new();
    for (name, _, node) in entries {
        if read.iter().all(|(other, _)| *other != name) {
            read.push((name, node.into_value(text)));
        }
    }
    Document { entries: read, error: None, duplicates }
}

/// The library's message without the place, which the finding shows itself.
fn message(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    let end = text.find(" at line ").unwrap_or(text.len());
    text[..end].trim().to_owned()
}

fn first_line(text: &str) -> Range<usize> {
    line_rest(text, 0)
}

/// From `at` to the end of its line; where nothing is left of the line, the whole line.
fn line_rest(text: &str, at: usize) -> Range<usize> {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if !text[at..end].trim().is_empty() {
        return at..at + text[at..end].trim_end().len();
    }
    let start = text[..at].trim_end().rfind('\n').map_or(0, |start| start + 1);
    start
        ..start
            + text[start..]
                .find('\n')
                .map_or(text.len() - start, |end| text[start..start + end].trim_end().len())
}

/// The places of a document's entries.
pub struct Places {
    root: Option<Node>,
    fallback: Range<usize>,
}

/// Reads the places of a document's entries, once for as many findings as there are.
pub fn places(text: &str) -> Places {
    Places { root: tree(text), fallback: first_line(text) }
}

impl Places {
    /// The place of an entry: of its key or of its value (a scalar's without its quotes). An entry that is not there
    /// has the place of the nearest one above it that is.
    pub fn of(&self, path: &[Key], part: Part) -> Range<usize> {
        let Some(mut node) = self.root.as_ref() else { return self.fallback.clone() };
        let mut place = node.range.clone();
        for (depth, key) in path.iter().enumerate() {
            let last = depth + 1 == path.len();
            let next = match (key, &node.kind) {
                (Key::Name(name), NodeKind::Mapping(entries)) => {
                    entries.iter().find(|(key, _, _)| key == name).map(|(_, at, value)| (at, value))
                }
                (Key::Index(index), NodeKind::Sequence(items)) => {
                    items.get(*index).map(|item| (&item.range, item))
                }
                _ => None,
            };
            let Some((at, value)) = next else { return place };
            let is_key = last && part == Part::Key || value.range.is_empty();
            place = if is_key { at.clone() } else { value.range.clone() };
            node = value;
        }
        place
    }
}

/// The place of one entry of `text`.
#[cfg(test)]
fn locate(text: &str, path: &[Key], part: Part) -> Range<usize> {
    places(text).of(path, part)
}

struct Node {
    /// The place that findings point at: a scalar's without its quotes.
    range: Range<usize>,
    /// The place with quotes.
    outer: Range<usize>,
    kind: NodeKind,
}

enum NodeKind {
    Scalar(String),
    Sequence(Vec<Node>),
    Mapping(Vec<(String, Range<usize>, Node)>),
}

/// A mapping's key that waits for its value.
type PendingKey = (String, Range<usize>);

impl Node {
    fn duplicates(&self, found: &mut Vec<(String, Range<usize>, Range<usize>)>) {
        match &self.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter().for_each(|item| item.duplicates(found)),
            NodeKind::Mapping(entries) => {
                let mut first: HashMap<&str, &Range<usize>> = HashMap::new();
                for (name, at, value) in entries {
                    match first.get(name.as_str()) {
                        Some(other) => found.push((name.clone(), (*other).clone(), at.clone())),
                        None => {
                            first.insert(name, at);
                        }
                    }
                    value.duplicates(found);
                }
            }
        }
    }

    /// The value that the library would have read. Scalars are read by the library itself.
    fn into_value(self, text: &str) -> Value {
        match self.kind {
            NodeKind::Scalar(scalar) => {
                let plain =
                    text.get(self.outer).and_then(|written| serde_yaml::from_str(written).ok());
                match plain {
                    Some(Value::String(_)) | None => Value::String(scalar),
                    Some(value) => value,
                }
            }
            NodeKind::Sequence(items) => {
                Value::Sequence(items.into_iter().map(|item| item.into_value(text)).collect())
            }
            NodeKind::Mapping(entries) => {
                let mut mapping = serde_yaml::Mapping::new();
                for (name, _, value) in entries {
                    mapping.entry(Value::String(name)).or_insert_with(|| value.into_value(text));
                }
                Value::Mapping(mapping)
            }
        }
    }
}

/// The document's nodes with their places; nothing when the events end in an error. The event parser limits nesting,
/// so the recursion above is bounded.
fn tree(text: &str) -> Option<Node> {
    let mut open: Vec<(Node, Option<PendingKey>)> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let range = span.byte_range()?;
        let range = range.start.min(text.len())..range.end.min(text.len());
        let span_range = range.clone();
        let node = match event {
            Event::Scalar(value, style, ..) => {
                let range =
                    if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
                        && range.len() >= 2
                    {
                        range.start + 1..range.end - 1
                    } else {
                        range.start..range.start + text.get(range)?.trim_end().len()
                    };
                Node { range, outer: span_range, kind: NodeKind::Scalar(value.into_owned()) }
            }
            Event::Alias(_) => {
                Node { range, outer: span_range, kind: NodeKind::Scalar("*".to_owned()) }
            }
            Event::SequenceStart(..) => {
                open.push((
                    Node { range, outer: span_range, kind: NodeKind::Sequence(Vec::new()) },
                    None,
                ));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((
                    Node { range, outer: span_range, kind: NodeKind::Mapping(Vec::new()) },
                    None,
                ));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (mut node, _) = open.pop()?;
                node.range.end = content_end(&node)
                    .unwrap_or(range.end)
                    .max(range.end.min(text.len()).max(node.range.start));
                node.range.end = node.range.start + text.get(node.range.clone())?.trim_end().len();
                node
            }
            _ => continue,
        };
        match open.last_mut() {
            None => root = root.or(Some(node)),
            Some((Node { kind: NodeKind::Sequence(items), .. }, _)) => items.push(node),
            Some((Node { kind: NodeKind::Mapping(entries), .. }, key)) => match key.take() {
                Some((name, at)) => entries.push((name, at, node)),
                None => {
                    let name = if let NodeKind::Scalar(name) = &node.kind {
                        name.clone()
                    } else {
                        "?".to_owned()
                    };
                    *key = Some((name, node.range));
                }
            },
            Some((Node { kind: NodeKind::Scalar(_), .. }, _)) => return None,
        }
    }
    root
}

fn content_end(node: &Node) -> Option<usize> {
    match &node.kind {
        NodeKind::Scalar(_) => None,
        NodeKind::Sequence(items) => items.last().map(|item| item.range.end),
        NodeKind::Mapping(entries) => entries.last().map(|(_, _, value)| value.range.end),
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Part, locate, read};

    fn at(text: &str, path: &[&str], part: Part) -> String {
        let path: Vec<Key> = path
            .iter()
            .map(|key| key.parse().map_or_else(|_| Key::Name((*key).to_owned()), Key::Index))
            .collect();
        text[locate(text, &path, part)].to_owned()
    }

    #[test]
    fn values_and_keys_are_found_in_every_style() {
        let text = "title: Plain text # why\nb: 'one '\nc: \"two\"\nlist:\n  - x/y\n  - 'z'\nflow: [a, \"b\", {k: v}]\nü: é\nblock: |\n  text\n  more\n";
        assert_eq!(at(text, &["title"], Part::Value), "Plain text");
        assert_eq!(at(text, &["title"], Part::Key), "title");
        assert_eq!(at(text, &["b"], Part::Value), "one ");
        assert_eq!(at(text, &["c"], Part::Value), "two");
        assert_eq!(at(text, &["list", "0"], Part::Value), "x/y");
        assert_eq!(at(text, &["list", "1"], Part::Value), "z");
        assert_eq!(at(text, &["flow", "1"], Part::Value), "b");
        assert_eq!(at(text, &["flow", "2", "k"], Part::Value), "v");
        assert_eq!(at(text, &["flow"], Part::Value), "[a, \"b\", {k: v}]");
        assert_eq!(at(text, &["ü"], Part::Value), "é");
        assert!(at(text, &["block"], Part::Value).ends_with("more"));
    }

    #[test]
    fn an_empty_value_is_found_by_its_key() {
        assert_eq!(at("a:\nb: 1\n", &["a"], Part::Value), "a");
    }

    #[test]
    fn duplicates_are_told_and_the_first_one_counts() {
        let text = "title: One\ntitle: Two\nextra:\n  a: 1\n  a: 2\n";
        let document = read(text);
        let places: Vec<_> = document
            .duplicates
            .iter()
            .map(|(name, first, second)| (name.as_str(), first.start, second.start))
            .collect();
        assert_eq!(places, [("title", 0, 11), ("a", 31, 38)]);
        assert_eq!(document.entries[0].1.as_str(), Some("One"));
    }

    #[test]
    fn bombs_and_broken_syntax_are_errors() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
        assert!(read(bomb).error.is_some());
        assert!(read(&format!("a: {}", "[".repeat(100_000))).error.is_some());
        assert!(read("title: a: b\n").error.is_some());
        assert!(read("- a\n").error.is_some());
        assert!(read(&"#".repeat(super::MAX_SIZE + 1)).error.is_some());
        assert!(read("").error.is_none());
    }
}

//! YAML as a tree of nodes, each with the bytes it is written in: the one reader of front matter, settings and strings, and
//! the one file that names the libraries. Knows nothing of what the keys mean.

use std::borrow::Cow;
use std::ops::Range;

use ahash::AHashMap;
use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle, Tag};

use crate::source::char_boundary;
/// A number of YAML 1.2's core schema.
pub use serde_yaml::Number;

/// The longest document that is read, in bytes. Past it, a file is data or an attack.
pub const MAX_SIZE: usize = 256 * 1024;

/// How many nodes may be inside each other.
const MAX_DEPTH: usize = 128;

/// How many nodes may be copied for aliases, all together.
const MAX_REPEATED: usize = 100_000;

/// A document that has to be a mapping, and what is wrong with it.
#[derive(Debug)]
pub struct Document<'a> {
    /// The mapping; an empty one when there is nothing, or nothing that can be read. Of duplicate keys, it has the first.
    pub root: Node<'a>,
    /// Why it could not be read, and where.
    pub error: Option<(String, Range<usize>)>,
    /// Keys that a mapping has already.
    pub duplicates: Vec<Duplicate>,
}

/// A key that its mapping has already.
#[derive(Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The key.
    pub name: String,
    /// Where it is written first, the occurrence that counts.
    pub first: Range<usize>,
    /// Where it is written again.
    pub second: Range<usize>,
}

/// A value and the bytes it is written in.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// All of it: quotes, brackets, the sign of a block scalar. Empty where nothing is written, as after `key:`.
    pub span: Range<usize>,
    /// Of the value of a key, where the key is.
    pub key: Range<usize>,
    /// How it is written.
    pub style: Style,
    /// The value.
    pub value: Value<'a>,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes, or a reference to another node (`*name`).
    Plain,
    /// A scalar in quotes.
    Quoted,
    /// A scalar after `|` or `>`, on lines of its own.
    Literal,
    /// A list or mapping in brackets.
    Flow,
    /// A list or mapping with an entry a line.
    Block,
}

/// A value, by the rules of YAML 1.2's core schema.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`, and how it is written.
    Bool(bool, Cow<'a, str>),
    /// A number, and how it is written.
    Number(Number, Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// A mapping, in the order it is written, without duplicate keys.
    Map(Vec<Entry<'a>>),
    /// A value with a tag that has no meaning here.
    Tagged(String),
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The key.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
}

impl Entry<'_> {
    /// The text of the key: that of a scalar as it is written.
    pub fn name(&self) -> &str {
        self.key.scalar().unwrap_or("?")
    }
}

impl<'a> Node<'a> {
    fn new(span: Range<usize>, style: Style, value: Value<'a>) -> Self {
        Self { key: span.clone(), span, style, value }
    }

    /// A mapping without entries.
    fn empty() -> Self {
        Self::new(0..0, Style::Block, Value::Map(Vec::new()))
    }

    /// Where findings point: inside the quotes, unless there is nothing. Where nothing is written, to the key.
    pub fn at(&self) -> Range<usize> {
        match self.style {
            _ if self.span.is_empty() => self.key.clone(),
            Style::Quoted if self.span.len() > 2 => self.span.start + 1..self.span.end - 1,
            _ => self.span.clone(),
        }
    }

    /// The text of a scalar, as it is written.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(_, text) | Value::Bool(_, text) => Some(text),
            Value::Null => Some("null"),
            Value::List(_) | Value::Map(_) | Value::Tagged(_) => None,
        }
    }

    /// The text, when it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The number, when it is one.
    pub fn number(&self) -> Option<&Number> {
        if let Value::Number(number, _) = &self.value { Some(number) } else { None }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> &[Entry<'a>] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The entry of a mapping with this key.
    pub fn entry(&self, name: &str) -> Option<&Entry<'a>> {
        self.entries().iter().find(|entry| entry.name() == name)
    }

    /// The value as templates take it.
    ///
    /// # Errors
    ///
    /// Says what has no such form: keys that are not text, values with tags.
    pub fn into_json(self) -> Result<serde_json::Value, String> {
        use serde_json::Value as Json;
        Ok(match self.value {
            Value::Null => Json::Null,
            Value::Bool(flag, _) => Json::Bool(flag),
            Value::Number(number, _) => {
                serde_json::to_value(number).map_err(|error| error.to_string())?
            }
            Value::Text(text) => Json::String(text.into_owned()),
            Value::List(items) => {
                Json::Array(items.into_iter().map(Node::into_json).collect::<Result<_, _>>()?)
            }
            Value::Map(entries) => {
                let entries = entries.into_iter().map(|Entry { key, value }| {
                    let Value::Text(name) = key.value else {
                        return Err("a key is not text".to_owned());
                    };
                    Ok((name.into_owned(), value.into_json()?))
                });
                Json::Object(entries.collect::<Result<_, _>>()?)
            }
            Value::Tagged(tag) => return Err(format!("it has the tag `{tag}`")),
        })
    }

    /// The same as an alias repeats it: all of it is written where the alias is. `left` says how many nodes may still be
    /// repeated.
    fn repeated(&self, at: &Range<usize>, depth: usize, left: &mut usize) -> Option<Self> {
        *left = left.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let mut copy = |node: &Self| node.repeated(at, depth + 1, left);
        let value = match &self.value {
            Value::List(items) => Value::List(items.iter().map(copy).collect::<Option<_>>()?),
            Value::Map(entries) => {
                let copies = entries.iter().map(|entry| {
                    Some(Entry { key: copy(&entry.key)?, value: copy(&entry.value)? })
                });
                Value::Map(copies.collect::<Option<_>>()?)
            }
            scalar => scalar.clone(),
        };
        Some(Self::new(at.clone(), Style::Plain, value))
    }
}

/// Reads a document that has to be a mapping: that range of `text`. All places are places in `text`.
pub fn read(text: &str, range: Range<usize>) -> Document<'_> {
    let failed = |message: String, at| Document {
        root: Node::empty(),
        error: Some((message, at)),
        duplicates: Vec::new(),
    };
    if range.len() > MAX_SIZE {
        let message = format!("it is longer than {} KiB", MAX_SIZE / 1024);
        return failed(message, range.start..range.start);
    }
    let document = &text[range.clone()];
    let mut reader = Reader {
        text: document,
        start: range.start,
        events: Parser::new_from_str(document),
        anchors: AHashMap::new(),
        copies_left: MAX_REPEATED,
        ends: [0, 0],
        duplicates: Vec::new(),
    };
    match reader.document() {
        Ok(root) => Document { root, error: None, duplicates: reader.duplicates },
        Err((message, at)) => failed(message, line_rest(text, at, &range)),
    }
}

/// From `at` to the end of its line; where nothing is left of the line, the whole line.
fn line_rest(text: &str, at: usize, within: &Range<usize>) -> Range<usize> {
    let at = char_boundary(text, at.clamp(within.start, within.end));
    let line = |start: usize| {
        let line = text[start..within.end].lines().next().unwrap_or("");
        start..start + line.trim_end().len()
    };
    let rest = line(at);
    if !rest.is_empty() {
        return rest;
    }
    let before = text[within.start..at].trim_end();
    line(before.rfind('\n').map_or(within.start, |newline| within.start + newline + 1))
}

/// A message and an offset.
type Failure = (String, usize);

/// Puts nodes together from events.
struct Reader<'a> {
    /// The document alone.
    text: &'a str,
    /// Where it begins.
    start: usize,
    events: Parser<'a, StrInput<'a>>,
    /// Nodes that aliases can repeat.
    anchors: AHashMap<usize, Node<'a>>,
    /// How many nodes may still be copied for aliases.
    copies_left: usize,
    /// Where the events before the last one ended, and where that ended, in `text`.
    ends: [usize; 2],
    duplicates: Vec<Duplicate>,
}

impl<'a> Reader<'a> {
    /// The mapping that is the only document; an empty one where there is none.
    fn document(&mut self) -> Result<Node<'a>, Failure> {
        let mut root = None;
        while let Some((event, at)) = self.next()? {
            if matches!(event, Event::DocumentStart(..)) && root.is_some() {
                return Err(("it has more than one document".to_owned(), at.start));
            }
            if event.is_node() {
                root = Some(self.node(event, at, 0)?);
            }
        }
        match root {
            None | Some(Node { value: Value::Null, .. }) => Ok(Node::empty()),
            Some(root @ Node { value: Value::Map(_), .. }) => Ok(root),
            Some(_) => Err(("expected keys and values (`title: …`)".to_owned(), self.start)),
        }
    }

    /// The next event, and its place in the file.
    fn next(&mut self) -> Result<Option<(Event<'a>, Range<usize>)>, Failure> {
        let Some(next) = self.events.next() else { return Ok(None) };
        let (event, span) = next.map_err(|error| {
            (error.info(), self.start + error.marker().byte_offset().unwrap_or(0))
        })?;
        let within = |at: usize| at.min(self.text.len());
        let range = span.byte_range().unwrap_or(0..0);
        let range = within(range.start)..within(range.end);
        self.ends = [self.ends[1], self.ends[1].max(range.end)];
        Ok(Some((event, self.start + range.start..self.start + range.end)))
    }

    /// The node that begins with an event, inside as many others.
    fn node(
        &mut self,
        event: Event<'a>,
        at: Range<usize>,
        depth: usize,
    ) -> Result<Node<'a>, Failure> {
        let is_map = matches!(event, Event::MappingStart(..));
        let (node, anchor) = match event {
            Event::Alias(anchor) => return self.repeat(anchor, at, depth),
            Event::SequenceStart(style, anchor, tag) | Event::MappingStart(style, anchor, tag) => {
                let (items, end) = self.items(at.start, depth)?;
                let last = items.last().map_or(at.start, |item| item.span.end);
                let (end, style) = match style {
                    StructureStyle::Flow => (end, Style::Flow),
                    StructureStyle::Block => (last.max(at.start), Style::Block),
                };
                let value = match tag.filter(|tag| of_yaml(tag).is_none()) {
                    Some(tag) => Value::Tagged(tag.original()),
                    None if is_map => Value::Map(entries(items, &mut self.duplicates)),
                    None => Value::List(items),
                };
                (Node::new(at.start..end, style, value), anchor)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(text, style == ScalarStyle::Plain, tag.as_deref());
                let (span, style) = self.scalar_span(style, at);
                (Node::new(span, style, value), anchor)
            }
            _ => return Err(("a value is missing".to_owned(), at.start)),
        };
        if anchor > 0 {
            let kept = node.repeated(&node.span, depth, &mut self.copies_left);
            self.anchors.insert(anchor, kept.ok_or_else(|| too_many(&node.span))?);
        }
        Ok(node)
    }

    /// The items of the list or mapping that begins at `start`, and where it ends. Keys and values of a mapping take turns.
    fn items(&mut self, start: usize, depth: usize) -> Result<(Vec<Node<'a>>, usize), Failure> {
        if depth >= MAX_DEPTH {
            return Err(("it is nested too deep".to_owned(), start));
        }
        let mut items = Vec::new();
        while let Some((event, at)) = self.next()? {
            if matches!(event, Event::SequenceEnd | Event::MappingEnd) {
                return Ok((items, at.end));
            }
            if event.is_node() {
                items.push(self.node(event, at, depth + 1)?);
            }
        }
        Ok((items, start))
    }

    fn repeat(
        &mut self,
        anchor: usize,
        at: Range<usize>,
        depth: usize,
    ) -> Result<Node<'a>, Failure> {
        let inside = || ("an alias is inside the value that it repeats".to_owned(), at.start);
        let node = self.anchors.get(&anchor).ok_or_else(inside)?;
        node.repeated(&at, depth, &mut self.copies_left).ok_or_else(|| too_many(&at))
    }

    /// All that a scalar is written in, and how. `at` is its text, with the quotes.
    fn scalar_span(&self, style: ScalarStyle, at: Range<usize>) -> (Range<usize>, Style) {
        let (start, style) = match style {
            ScalarStyle::Plain => (at.start, Style::Plain),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (at.start, Style::Quoted),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                (self.start + self.sign_of_block(at.start - self.start), Style::Literal)
            }
        };
        let written = &self.text[at.start - self.start..at.end - self.start];
        let end = at.start + written.trim_end().len();
        (start..end.max(start), style)
    }

    /// Where the `|` or `>` is of a block scalar whose text begins here: on the last line before it that is not blank.
    fn sign_of_block(&self, text_start: usize) -> usize {
        let from = self.ends[0].min(text_start);
        let before = self.text[from..text_start].trim_end();
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let is_sign = |at: &usize| {
            let previous = before[..*at].chars().next_back();
            previous.is_none_or(char::is_whitespace)
        };
        let mut signs = before[line..].match_indices(['|', '>']).map(|(at, _)| line + at);
        signs.find(is_sign).map_or(text_start, |at| from + at)
    }
}

fn too_many(at: &Range<usize>) -> Failure {
    ("its aliases repeat too much".to_owned(), at.start)
}

/// Pairs keys with values, and drops keys that are there already.
fn entries<'a>(items: Vec<Node<'a>>, duplicates: &mut Vec<Duplicate>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let value = Node { key: key.at(), ..value };
        entries.push(Entry { key, value });
    }
    let mut known: AHashMap<&str, &Node<'a>> = AHashMap::with_capacity(entries.len());
    let is_new = entries.iter().map(|Entry { key, .. }| {
        let Some(name) = key.scalar() else { return true };
        let first = *known.entry(name).or_insert(key);
        let is_new = std::ptr::eq(first, key);
        if !is_new {
            let (first, second) = (first.at(), key.at());
            duplicates.push(Duplicate { name: name.to_owned(), first, second });
        }
        is_new
    });
    let is_new: Vec<bool> = is_new.collect();
    let mut is_new = is_new.into_iter();
    entries.retain(|_| is_new.next() == Some(true));
    entries
}

/// The name of a tag that YAML itself defines.
fn of_yaml(tag: &Tag) -> Option<Cow<'_, str>> {
    tag.suffix_in_namespace("tag:yaml.org,2002:")
}

/// The value of a scalar. Numbers are read as the YAML library reads them.
fn scalar<'a>(text: Cow<'a, str>, is_plain: bool, tag: Option<&Tag>) -> Value<'a> {
    let Some(tag) = tag else {
        return if is_plain { plain(text) } else { Value::Text(text) };
    };
    match (of_yaml(tag).as_deref(), plain(text.clone())) {
        (Some("bool"), value @ Value::Bool(..))
        | (Some("int" | "float"), value @ Value::Number(..))
        | (Some("null"), value @ Value::Null) => value,
        (Some("bool" | "int" | "float" | "null") | None, _) => Value::Tagged(tag.original()),
        (Some(_), _) => Value::Text(text),
    }
}

fn plain(text: Cow<'_, str>) -> Value<'_> {
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true, text),
        "false" | "False" | "FALSE" => return Value::Bool(false, text),
        _ => {}
    }
    let bytes = text.as_bytes();
    // Most of what begins like a number is a date.
    let is_date = bytes.len() == 10 && bytes[3].is_ascii_digit() && bytes[4] == b'-';
    let may_be_number = !is_date && matches!(bytes[0], b'0'..=b'9' | b'+' | b'-' | b'.');
    match if may_be_number { text.parse() } else { return Value::Text(text) } {
        Ok(number) => Value::Number(number, text),
        Err(_) => Value::Text(text),
    }
}
#[cfg(test)]
mod tests;

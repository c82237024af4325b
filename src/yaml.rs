//! YAML as a tree of nodes, each with the bytes it is written in: the one reader of front matter, settings and strings, and
//! the one file that names the libraries. Knows nothing of what the keys mean.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

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
        Self { span, style, value }
    }

    /// Where findings point: inside the quotes, unless there is nothing.
    pub fn at(&self) -> Range<usize> {
        match self.style {
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
            Value::Number(number, _) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => number.into(),
                (None, Some(number)) => number.into(),
                (None, None) => number.as_f64().into(),
            },
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

/// Reads a document that has to be a mapping. It begins at `start` of `text`, and all places are places in `text`.
pub fn read(text: &str, range: Range<usize>) -> Document<'_> {
    if range.len() > MAX_SIZE {
        let error = format!("it is longer than {} KiB", MAX_SIZE / 1024);
        return Document::failed((error, range.start..range.start));
    }
    let mut reader = Reader { text: &text[range.clone()], start: range.start, ..Reader::default() };
    if let Err((message, at)) = reader.read() {
        return Document::failed((message, line_rest(text, at, &range)));
    }
    match reader.root {
        None => Document::empty(),
        Some(Node { value: Value::Null, .. }) => Document::empty(),
        Some(root @ Node { value: Value::Map(_), .. }) => {
            Document { root, error: None, duplicates: reader.duplicates }
        }
        Some(_) => {
            let error = "expected keys and values (`title: …`)".to_owned();
            Document::failed((error, line_rest(text, range.start, &range)))
        }
    }
}

impl Document<'_> {
    fn empty() -> Self {
        let root = Node::new(0..0, Style::Block, Value::Map(Vec::new()));
        Self { root, error: None, duplicates: Vec::new() }
    }

    fn failed(error: (String, Range<usize>)) -> Self {
        Self { error: Some(error), ..Self::empty() }
    }
}

/// From `at` to the end of its line; where nothing is left of the line, the whole line.
fn line_rest(text: &str, at: usize, within: &Range<usize>) -> Range<usize> {
    let mut at = at.clamp(within.start, within.end);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = text[at..within.end].find('\n').map_or(within.end, |end| at + end);
    let rest = text[at..end].trim_end();
    if !rest.is_empty() {
        return at..at + rest.len();
    }
    let before = text[within.start..at].trim_end();
    let start = before.rfind('\n').map_or(within.start, |newline| within.start + newline + 1);
    let line = text[start..within.end].lines().next().unwrap_or("");
    start..start + line.trim_end().len()
}

/// A message and an offset.
type Failure = (String, usize);

/// Puts nodes together from events.
#[derive(Default)]
struct Reader<'a> {
    /// The document alone.
    text: &'a str,
    /// Where it begins.
    start: usize,
    root: Option<Node<'a>>,
    /// Lists and mappings that have not ended.
    open: Vec<Open<'a>>,
    /// Nodes that aliases can repeat.
    anchors: HashMap<usize, Node<'a>>,
    repeated: usize,
    /// Where the event before ended, in `text`.
    end: usize,
    duplicates: Vec<Duplicate>,
}

/// A list or mapping that has not ended.
struct Open<'a> {
    is_map: bool,
    is_flow: bool,
    anchor: usize,
    /// A tag that has no meaning here.
    tag: Option<String>,
    start: usize,
    /// Of a mapping, keys and values take turns.
    items: Vec<Node<'a>>,
}

impl Open<'_> {
    fn new(is_map: bool, style: StructureStyle, anchor: usize, tag: Option<&Tag>) -> Self {
        let tag = tag.filter(|tag| of_yaml(tag).is_none()).map(Tag::original);
        let is_flow = style == StructureStyle::Flow;
        Self { is_map, is_flow, anchor, tag, start: 0, items: Vec::new() }
    }
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<(), Failure> {
        for event in Parser::new_from_str(self.text) {
            let (event, span) = event.map_err(|error| {
                (error.info(), self.start + error.marker().byte_offset().unwrap_or(0))
            })?;
            let range = span.byte_range().unwrap_or(0..0);
            let range = range.start.min(self.text.len())..range.end.min(self.text.len());
            self.take(event, range.clone())?;
            self.end = self.end.max(range.end);
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'a>, range: Range<usize>) -> Result<(), Failure> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(("it has more than one document".to_owned(), self.start + range.start))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let (span, written) = self.scalar_span(style, range);
                let value = scalar(text, style == ScalarStyle::Plain, tag.as_deref());
                self.add(Node::new(span, written, value), anchor)
            }
            Event::Alias(anchor) => self.repeat(anchor, self.in_file(&range)),
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Open::new(false, style, anchor, tag.as_deref()), range)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(Open::new(true, style, anchor, tag.as_deref()), range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range),
            _ => Ok(()),
        }
    }

    fn in_file(&self, range: &Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }

    /// All that a scalar is written in, and how. `range` is its text, with the quotes.
    fn scalar_span(&self, style: ScalarStyle, range: Range<usize>) -> (Range<usize>, Style) {
        let written = self.text.get(range.clone()).unwrap_or("");
        let (start, style) = match style {
            ScalarStyle::Plain => (range.start, Style::Plain),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (range.start, Style::Quoted),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                (self.sign_of_block(range.start), Style::Literal)
            }
        };
        let end = range.start + written.trim_end().len();
        (self.in_file(&(start..end.max(start))), style)
    }

    /// Where the `|` or `>` is of a block scalar whose text begins here: on the last line before it that is not blank.
    fn sign_of_block(&self, text_start: usize) -> usize {
        let from = self.end.min(text_start);
        let before = self.text[from..text_start].trim_end();
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let is_sign = |at: &usize| {
            let previous = before[..*at].chars().next_back();
            previous.is_none_or(char::is_whitespace)
        };
        let mut signs = before[line..].match_indices(['|', '>']).map(|(at, _)| line + at);
        signs.find(is_sign).map_or(text_start, |at| from + at)
    }

    /// Adds a whole node to what is open.
    fn add(&mut self, node: Node<'a>, anchor: usize) -> Result<(), Failure> {
        if anchor > 0 {
            let kept = self.copy(&node, &node.span)?;
            self.anchors.insert(anchor, kept);
        }
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn repeat(&mut self, anchor: usize, at: Range<usize>) -> Result<(), Failure> {
        let Some(node) = self.anchors.remove(&anchor) else {
            return Err(("an alias is inside the value that it repeats".to_owned(), at.start));
        };
        let copy = self.copy(&node, &at)?;
        self.anchors.insert(anchor, node);
        self.add(copy, 0)
    }

    /// A copy of a node, as if it were written at `at`. All copies together have a limit: those for aliases, and those that
    /// are kept for aliases to come.
    fn copy(&mut self, node: &Node<'a>, at: &Range<usize>) -> Result<Node<'a>, Failure> {
        let mut left = MAX_REPEATED - self.repeated;
        let copy = node.repeated(at, self.open.len(), &mut left);
        self.repeated = MAX_REPEATED - left;
        copy.ok_or_else(|| ("its aliases repeat too much".to_owned(), at.start))
    }

    fn open(&mut self, open: Open<'a>, range: Range<usize>) -> Result<(), Failure> {
        let start = self.start + range.start;
        if self.open.len() >= MAX_DEPTH {
            return Err(("it is nested too deep".to_owned(), start));
        }
        self.open.push(Open { start, ..open });
        Ok(())
    }

    fn close(&mut self, range: Range<usize>) -> Result<(), Failure> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let last = open.items.last().map_or(open.start, |item| item.span.end);
        let (end, style) = if open.is_flow {
            (self.start + range.end, Style::Flow)
        } else {
            (last.max(open.start), Style::Block)
        };
        let value = match open.tag {
            Some(tag) => Value::Tagged(tag),
            None if open.is_map => Value::Map(entries(open.items, &mut self.duplicates)),
            None => Value::List(open.items),
        };
        self.add(Node::new(open.start..end, style, value), open.anchor)
    }
}

/// Pairs keys with values, and drops keys that are there already.
fn entries<'a>(items: Vec<Node<'a>>, duplicates: &mut Vec<Duplicate>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::with_capacity(items.len() / 2);
    // Few keys are compared faster than hashed.
    let mut index: HashMap<String, usize> = HashMap::new();
    let is_long = items.len() > 32;
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let Some(name) = key.scalar() else {
            entries.push(Entry { key, value });
            continue;
        };
        let known = if is_long {
            index.get(name).copied()
        } else {
            entries.iter().position(|entry| entry.key.scalar() == Some(name))
        };
        match known {
            Some(first) => duplicates.push(Duplicate {
                name: name.to_owned(),
                first: entries[first].key.at(),
                second: key.at(),
            }),
            None => {
                if is_long {
                    index.insert(name.to_owned(), entries.len());
                }
                entries.push(Entry { key, value });
            }
        }
    }
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
mod tests {
    use super::{Node, Style, Value, read};

    fn node<'a>(text: &'a str, path: &[&str]) -> Node<'a> {
        let document = read(text, 0..text.len());
        assert_eq!(document.error, None, "{text}");
        path.iter().fold(document.root, |node, key| match &node.value {
            Value::List(items) => items[key.parse::<usize>().expect("an index")].clone(),
            _ => node.entry(key).expect("it has the key").value.clone(),
        })
    }

    fn at<'a>(text: &'a str, path: &[&str]) -> &'a str {
        &text[node(text, path).at()]
    }

    #[test]
    fn values_and_keys_have_their_places_in_every_style() {
        let text = "title: Plain text # why\nb: 'one '\nc: \"two\"\nlist:\n  - x/y\n  - 'z'\nflow: [a, \"b\", {k: v}]\nü: é\nblock: |\n  text\n  more\n\nfolded: &a !!str >- # why | not\n\n  text\nlast: [*a]\n";
        for (path, expected) in [
            (&["title"][..], "Plain text"),
            (&["b"], "one "),
            (&["c"], "two"),
            (&["list", "0"], "x/y"),
            (&["list", "1"], "z"),
            (&["list"], "- x/y\n  - 'z'"),
            (&["flow", "1"], "b"),
            (&["flow", "2", "k"], "v"),
            (&["flow"], "[a, \"b\", {k: v}]"),
            (&["ü"], "é"),
            (&["block"], "|\n  text\n  more"),
            (&["folded"], ">- # why | not\n\n  text"),
            (&["last", "0"], "*a"),
        ] {
            assert_eq!(at(text, path), expected);
        }
        let document = read(text, 0..text.len());
        assert_eq!(&text[document.root.entries()[0].key.at()], "title");
        assert!(node("a:\nb: 1\n", &["a"]).span.is_empty());
    }

    #[test]
    fn duplicates_are_reported_and_the_first_one_counts() {
        let text = "title: One\ntitle: Two\nextra:\n  a: 1\n  a: 2\n";
        let document = read(text, 0..text.len());
        let places: Vec<_> = document
            .duplicates
            .iter()
            .map(|key| (key.name.as_str(), key.first.start, key.second.start))
            .collect();
        assert_eq!(places, [("a", 31, 38), ("title", 0, 11)]);
        assert_eq!(document.root.entries()[0].value.text(), Some("One"));
        let many: String = (0..40).map(|n| format!("key{}: {n}\n", n % 30)).collect();
        assert_eq!(read(&many, 0..many.len()).duplicates.len(), 10);
    }

    #[test]
    fn bombs_and_broken_syntax_are_errors() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
        let fails = |text: &str| read(text, 0..text.len()).error.is_some();
        for text in ["title: a: b\n", "- a\n", "a: &a [*a]\n", "a: 1\n---\nb: 2\n", bomb] {
            assert!(fails(text), "{text}");
        }
        assert!(fails(&format!("a: {}", "[".repeat(100_000))));
        assert!(fails(&"#".repeat(super::MAX_SIZE + 1)));
        // Each anchor keeps what is in it, and so the innermost list a hundred times.
        let nested: String = (0..100).map(|n| format!("&a{n} [")).collect();
        let nested = format!("a: {nested}{}{}", "x,".repeat(60_000), "]".repeat(100));
        assert!(fails(&nested));
        assert!(!fails("") && !fails("# nothing\n") && !fails("---\na: 1\n"));
    }

    /// The same value as the YAML library reads it.
    fn is_same(node: &Node<'_>, other: &serde_yaml::Value) -> bool {
        use serde_yaml::Value as Other;
        match (&node.value, other) {
            (Value::Null, Other::Null) => true,
            (Value::Bool(flag, _), Other::Bool(other)) => flag == other,
            (Value::Number(number, _), Other::Number(other)) => number == other,
            (Value::Text(text), Other::String(other)) => text == other,
            (Value::Tagged(_), Other::Tagged(_)) => true,
            (Value::List(items), Other::Sequence(others)) => {
                items.len() == others.len()
                    && items.iter().zip(others).all(|(item, other)| is_same(item, other))
            }
            (Value::Map(entries), Other::Mapping(others)) => {
                let same = |(entry, (key, value)): (&super::Entry<'_>, (&Other, &Other))| {
                    is_same(&entry.key, key) && is_same(&entry.value, value)
                };
                entries.len() == others.len() && entries.iter().zip(others).all(same)
            }
            _ => false,
        }
    }

    #[test]
    fn values_are_those_that_the_yaml_library_reads() {
        for text in [
            "a: 1\nb: 1.10\nc: 0x10\nd: 0o17\ne: +5\nf: 1e3\ng: 007\nh: .5\ni: -.inf\nj: 12345678901234567890\nk: 1_000\nl: 1.2.3\nn: 123e-45678\n",
            "a: 2026-04-16\nb: no\nc: yes\nd: True\ne: ~\nf:\ng: null\nh: NULL\ni: 2026-04-16T10:00:00Z\nj: \"1\"\nk: '~'\n",
            "a: !!str 12\nb: !!int 5\nc: !own x\nd: !!float 1.5\ne: !own [1]\nf: !!map {a: 1}\ng: !!binary aGk=\n",
            "a: &x {b: [1, two]}\nc: *x\nd: [*x, *x]\n<<: *x\n",
            "a: |\n  one\n   two\n\nb: >+\n  one\n  two\n\nc: \"x\\u0041\\n\\\n  y\"\nd: 'it''s\n  two'\ne: one\n  two\n",
            "? [a, b]\n: c\n1: x\ntrue: y\n~: z\n",
            "a: {b: c, \"d\": [e, ], f}\ng: http://x/y#z\nh: a'b\"c\ni: -x\nj: [a b, c]\r\nk: é\r\n",
        ] {
            let document = read(text, 0..text.len());
            let other = serde_yaml::from_str(text).expect(text);
            assert!(is_same(&document.root, &other), "{text}\n{:#?}\n{other:#?}", document);
        }
    }

    #[test]
    fn places_are_places_in_the_whole_text() {
        let text = "---\na: b\n---\n";
        let document = read(text, 4..9);
        assert_eq!(&text[document.root.entries()[0].value.at()], "b");
        assert_eq!(document.root.style, Style::Block);
    }
}

//! Single values and entries of YAML, written into front matter or the settings; every other byte stays. Who uses this reads
//! the new text and compares what it says: YAML has more forms than are known here.

use std::ops::Range;

use crate::article::front_matter::{Parts, split};
use crate::diagnostic::Edit;
use crate::path::SourcePath;
use crate::source::{Span, without_mark};
use crate::yaml::{self, Entry, Node, Style, Value};

/// A file's text, and the YAML in it.
pub struct YamlText<'a> {
    file: &'a SourcePath,
    text: &'a str,
    yaml: Range<usize>,
    root: Node<'a>,
}

/// What is added to a list or a mapping: its parts as they are written, and what stands around and before each.
struct Addition {
    parts: Vec<String>,
    brackets: [&'static str; 2],
    dash: &'static str,
}

impl Addition {
    /// All of it between brackets.
    fn in_brackets(&self) -> String {
        let [open, close] = self.brackets;
        format!("{open}{}{close}", self.parts.join(", "))
    }

    /// All of it in lines of its own.
    fn lines(&self, indent: &str, newline: &str) -> String {
        self.parts.iter().flat_map(|part| [indent, self.dash, part, newline]).collect()
    }
}

impl<'a> YamlText<'a> {
    /// An article, of which the front matter is changed; nothing where there is none that can be read.
    pub fn of_article(file: &'a SourcePath, text: &'a str) -> Option<Self> {
        let Parts { yaml, problem: None, .. } = split(text) else { return None };
        Self::read(file, text, yaml)
    }

    /// The settings of a site.
    pub fn of_settings(file: &'a SourcePath, text: &'a str) -> Option<Self> {
        Self::read(file, text, without_mark(text))
    }

    fn read(file: &'a SourcePath, text: &'a str, yaml: Range<usize>) -> Option<Self> {
        let document = yaml::read(text, yaml.clone());
        document.error.is_none().then_some(Self { file, text, yaml, root: document.root })
    }

    fn edit(&self, range: Range<usize>, replacement: impl Into<String>) -> Edit {
        Edit::new(self.file, range, replacement)
    }

    /// A value for a key: in place of its old one, else in a line of its own after that of `after`.
    pub fn set(&self, key: &str, value: &str, after: &str) -> Edit {
        match self.root.entry(key) {
            Some(entry) if entry.value.span.is_empty() => self.fill(entry, &scalar(value)),
            Some(entry) => replace(&Span::new(self.file, entry.value.at()), self.text, value),
            None => {
                let line = self.root.entry(after).map(|entry| self.line_end(entry.value.span.end));
                self.new_entry(line, key, &scalar(value))
            }
        }
    }

    /// One more item of a key's list.
    pub fn add_item(&self, key: &str, item: &str) -> Edit {
        self.add(key, &Addition { parts: vec![scalar(item)], brackets: ["[", "]"], dash: "- " })
    }

    /// More entries of a key's mapping, in one edit: where the key is not there yet, each of several would add it.
    pub fn add_entries(&self, key: &str, entries: &[(String, String)]) -> Edit {
        let entries = entries.iter();
        let parts = entries.map(|(name, value)| format!("{}: {}", scalar(name), scalar(value)));
        self.add(key, &Addition { parts: parts.collect(), brackets: ["{", "}"], dash: "" })
    }

    fn add(&self, key: &str, addition: &Addition) -> Edit {
        let newline = self.newline();
        let Some(entry) = self.root.entry(key) else {
            let value = match self.root.style {
                Style::Flow => addition.in_brackets(),
                _ => format!("{newline}{}", addition.lines("  ", newline).trim_end()),
            };
            return self.new_entry(None, key, &value);
        };
        let node = &entry.value;
        match (&node.value, node.style) {
            (Value::List(_) | Value::Map(_), Style::Block) => {
                let at = self.line_end(last_end(node).unwrap_or(node.span.end));
                self.lines(at, &addition.lines(self.indent(node), newline))
            }
            (Value::List(_) | Value::Map(_), _) => self.in_flow(node, &addition.parts.join(", ")),
            _ if node.span.is_empty() => self.fill(entry, &addition.in_brackets()),
            _ => self.edit(node.span.clone(), addition.in_brackets()),
        }
    }

    /// An item or entry at the end of a list or mapping in brackets.
    fn in_flow(&self, node: &Node<'_>, addition: &str) -> Edit {
        match last_end(node) {
            Some(end) => self.edit(end..end, format!(", {addition}")),
            None => self.edit(node.span.start + 1..node.span.start + 1, addition),
        }
    }

    /// A value for a key that has none.
    fn fill(&self, entry: &Entry<'_>, value: &str) -> Edit {
        let key = entry.key.span.end;
        let colon = self.text[key..].find(':').map_or(key, |colon| key + colon + 1);
        self.edit(colon..colon, format!(" {value}"))
    }

    /// A new key, after the line that ends at `line_end` or at the end.
    fn new_entry(&self, line_end: Option<usize>, key: &str, value: &str) -> Edit {
        let space = if value.starts_with(['\r', '\n']) { "" } else { " " };
        let entry = format!("{key}:{space}{value}");
        if self.root.style == Style::Flow {
            return self.in_flow(&self.root, &entry);
        }
        let lines = format!("{}{entry}{}", self.indent(&self.root), self.newline());
        self.lines(line_end.unwrap_or(self.yaml.end), &lines)
    }

    /// The white space that the line of a node begins with.
    fn indent(&self, node: &Node<'_>) -> &str {
        let line = self.text[..node.span.start].rsplit('\n').next().unwrap_or("");
        &line[..line.len() - line.trim_start().len()]
    }

    /// Lines at the start of a line, or at the end of the text.
    fn lines(&self, at: usize, lines: &str) -> Edit {
        let is_start = at == self.yaml.start || self.text[..at].ends_with('\n');
        let newline = if is_start { "" } else { self.newline() };
        self.edit(at..at, format!("{newline}{lines}"))
    }

    /// Where the line of an offset ends, its line end included.
    fn line_end(&self, at: usize) -> usize {
        let newline = self.text[at..self.yaml.end].find('\n');
        newline.map_or(self.yaml.end, |newline| at + newline + 1)
    }

    fn newline(&self) -> &'static str {
        let is_crlf = self.text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
        if is_crlf { "\r\n" } else { "\n" }
    }
}

/// Where the last item or entry of a list or a mapping ends.
fn last_end(node: &Node<'_>) -> Option<usize> {
    match &node.value {
        Value::List(items) => items.last().map(|item| item.span.end),
        Value::Map(entries) => {
            entries.last().map(|entry| entry.value.span.end.max(entry.key.span.end))
        }
        _ => None,
    }
}

/// A scalar in place of the one that is written in a file's text at a place, inside its quotes if it has some. What is
/// written reads as `value`.
pub fn replace(at: &Span, text: &str, value: &str) -> Edit {
    let range = at.range();
    let quote = text[..range.start].chars().next_back();
    let quote = quote.filter(|quote| text[range.end..].starts_with(*quote));
    let (range, replacement) = match quote {
        Some('"') => {
            let quoted = quoted(value);
            (range, quoted[1..quoted.len() - 1].to_owned())
        }
        Some('\'') if !value.chars().any(is_escaped) => (range, value.replace('\'', "''")),
        Some('\'') => (range.start - 1..range.end + 1, quoted(value)),
        _ => (range, scalar(value)),
    };
    Edit::new(&at.file, range, replacement)
}

/// A text as a YAML scalar: plain where nothing else could be meant.
fn scalar(text: &str) -> String {
    const RESERVED: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_word = text.starts_with(|c: char| c.is_alphabetic() || c == '/')
        && !RESERVED.contains(&&*text.to_ascii_lowercase());
    let is_date = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    // Within an address these mean nothing.
    let is_address = text.starts_with('/') && !text.ends_with(':');
    let is_plain = |c: char| {
        c.is_alphanumeric()
            || "/-_.~%+=@!$()".contains(c)
            || is_address && matches!(c, ':' | '#' | '*' | '?')
    };
    if (is_word || is_date) && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes. JSON's quoted text is YAML's too, but for characters that YAML takes only as escapes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        match is_escaped(c) {
            true => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => quoted.push(c),
        }
    }
    quoted
}

/// Whether a character can only be written as an escape, in one line.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Edit, YamlText, replace, scalar};
    use crate::path::SourcePath;
    use crate::source::Span;
    use crate::yaml;

    fn file() -> SourcePath {
        SourcePath::new("site.yaml")
    }

    #[test]
    fn a_scalar_is_quoted_where_it_could_mean_something_else() {
        for plain in
            ["byok/setup-openai", "/a%20b/", "/old/:splat", "2026-04-16", "create-your-key", "設定"]
        {
            assert_eq!(scalar(plain), plain);
        }
        for (text, quoted) in [
            ("no", "\"no\""),
            ("1e5", "\"1e5\""),
            ("a: b", "\"a: b\""),
            ("a\"b", "\"a\\\"b\""),
            ("", "\"\""),
            ("x,y", "\"x,y\""),
            ("a\u{85}b", "\"a\\u0085b\""),
        ] {
            assert_eq!(scalar(text), quoted);
        }
    }

    fn made(text: &str, edit: Edit) -> String {
        crate::edit::apply(text, &[&edit])
    }

    /// What the first key says, and the second.
    fn read(text: &str) -> (String, String) {
        let document = yaml::read(text, 0..text.len());
        assert_eq!(document.error, None, "{text}");
        let value = |index: usize| match document.root.entries()[index].value.value.clone() {
            yaml::Value::List(items) => items[0].text().unwrap_or_default().to_owned(),
            _ => document.root.entries()[index].value.text().unwrap_or_default().to_owned(),
        };
        (value(0), value(1))
    }

    /// Every way to write a text that another replaces.
    const WRITTEN: [&str; 13] = [
        "old",
        "'old'",
        "\"old\"",
        "''",
        "\"\"",
        "'it''s \"old\"'",
        "\"an \\\"old\\\"\"",
        "old text\n  over lines",
        "'old\n\n  text'",
        "|\n  old\n  text\n",
        ">- # why\n  old",
        "&name old",
        "[old, \"two\"]",
    ];

    fn replaced(written: &str, value: &str) -> (String, String) {
        let text = format!("a: {written} # kept\nb: 'b'\n");
        let text = if written.contains(['|', '>']) { text.replace(" # kept", "") } else { text };
        let document = yaml::read(&text, 0..text.len());
        let node = &document.root.entries()[0].value;
        let at = match &node.value {
            yaml::Value::List(items) => items[0].at(),
            _ => node.at(),
        };
        let new = made(&text, replace(&Span::new(&file(), at), &text, value));
        let (a, b) = read(&new);
        assert_eq!(b, "b", "{new}");
        assert_eq!(new.contains("# kept"), text.contains("# kept"), "{new}");
        (a, new)
    }

    #[test]
    fn a_value_that_ends_in_a_quote_is_written_whole() {
        for value in ["the \"new\"", "\"", "''", "it's", "'", "a: b # c", " x ", "- x", "a\nb", "#"]
        {
            for written in WRITTEN {
                assert_eq!(replaced(written, value).0, value, "{written}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_the_value(value in "\\PC{0,12}|[ -~\\n\\t]{0,8}|.{0,4}", index in 0..WRITTEN.len()) {
            let (read, text) = replaced(WRITTEN[index], &value);
            prop_assert_eq!(read, value, "{}", text);
        }
    }

    #[test]
    fn entries_are_added_in_every_style() {
        for (before, after) in [
            ("a: [x]", "a: [x, /n]"),
            ("a: [x, ] # c", "a: [x, /n, ] # c"),
            ("a: [x # c\n  ]", "a: [x, /n # c\n  ]"),
            ("a: []", "a: [/n]"),
            ("a:\n- x # c", "a:\n- x # c\n- /n"),
            ("a:\n    - |\n      x\n\nb: c", "a:\n    - |\n      x\n    - /n\n\nb: c"),
            ("a: # c\nb: c", "a: [/n] # c\nb: c"),
            ("a: ~", "a: [/n]"),
            ("b: c", "b: c\na:\n  - /n"),
            ("b: c\r\n", "b: c\r\na:\r\n  - /n\r\n"),
            ("{b: c}", "{b: c, a: [/n]}"),
            ("", "a:\n  - /n\n"),
        ] {
            let file = file();
            let yaml = YamlText::of_settings(&file, before).expect("it can be read");
            let new = made(before, yaml.add_item("a", "/n"));
            assert_eq!(new.trim_end(), after.trim_end(), "{before}");
        }
        for (before, after) in [
            ("a: {x: y}", "a: {x: y, k: m}"),
            ("a: {x}", "a: {x, k: m}"),
            ("a:\n  x: y", "a:\n  x: y\n  k: m"),
            ("a:\n  x:\nb: c", "a:\n  x:\n  k: m\nb: c"),
        ] {
            let file = file();
            let yaml = YamlText::of_settings(&file, before).expect("it can be read");
            let new = made(before, yaml.add_entries("a", &[("k".to_owned(), "m".to_owned())]));
            assert_eq!(new.trim_end(), after, "{before}");
        }
    }

    #[test]
    fn a_key_is_set_in_its_place_or_after_another() {
        for (before, after) in [
            ("u: x # c\nb: y\n", "u: x # c\nr: 1-1\nb: y\n"),
            ("u: |\n  x\n\nb: y\n", "u: |\n  x\nr: 1-1\n\nb: y\n"),
            ("r: # c\nu: x\n", "r: \"1-1\" # c\nu: x\n"),
            ("\"r\": 'z'\n", "\"r\": '1-1'\n"),
            ("  u: x\n  b: y\n", "  u: x\n  r: \"1-1\"\n  b: y\n"),
            ("{u: x, b: y}\n", "{u: x, b: y, r: \"1-1\"}\n"),
            ("b: y", "b: y\nr: \"1-1\"\n"),
        ] {
            let file = file();
            let yaml = YamlText::of_settings(&file, before).expect("it can be read");
            let new = made(before, yaml.set("r", "1-1", "u"));
            assert_eq!(new.replace("r: 1-1", "r: \"1-1\""), after.replace("r: 1-1", "r: \"1-1\""));
        }
    }
}

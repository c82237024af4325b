//! Single entries of front matter, or of the settings, written into a text; every other byte stays. Who uses this reads the
//! new text and compares what it says: YAML has more forms than are known here.

use std::cell::OnceCell;
use std::ops::Range;

use super::Edit;
use crate::article::{Field, Locate, Place};
use crate::source::BYTE_ORDER_MARK;

/// The lines of YAML in a text.
pub struct Matter<'a> {
    text: &'a str,
    yaml: Range<usize>,
    locate: Locate,
    places: OnceCell<Place>,
}

impl<'a> Matter<'a> {
    /// The front matter of an article; nothing where there is none.
    pub fn of_article(text: &'a str, locate: Locate) -> Option<Self> {
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let is_fence = |line: &&str| line.trim_end() == "---";
        let first = text[start..].split_inclusive('\n').next().filter(is_fence)?;
        let begin = start + first.len();
        let mut at = begin;
        for line in text[begin..].split_inclusive('\n') {
            if is_fence(&line) {
                return Some(Self { text, yaml: begin..at, locate, places: OnceCell::new() });
            }
            at += line.len();
        }
        None
    }

    /// The settings of a site.
    pub fn of_settings(text: &'a str, locate: Locate) -> Self {
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        Self { text, yaml: start..text.len(), locate, places: OnceCell::new() }
    }

    fn place(&self, field: Field<'_>) -> Range<usize> {
        self.places.get_or_init(|| (self.locate)(self.text))(field)
    }

    fn newline(&self) -> &'static str {
        let first = self.text.find('\n').unwrap_or(0);
        if first > 0 && self.text.as_bytes()[first - 1] == b'\r' { "\r\n" } else { "\n" }
    }

    /// The line of a key at the left margin.
    fn line_of(&self, key: &str) -> Option<Range<usize>> {
        let mut at = self.yaml.start;
        self.text[self.yaml.clone()].split_inclusive('\n').find_map(|line| {
            let range = at..at + line.len();
            at = range.end;
            let rest = line.strip_prefix(key)?;
            rest.trim_start().starts_with(':').then_some(range)
        })
    }

    /// Whether a key has a value, however the key is written.
    fn has_value(&self, key: &str) -> bool {
        // The place of a key that is not there is the whole, that of a key without a value is the key.
        let place = self.place(Field::Value(key));
        place != self.place(Field::Whole) && self.text.get(place).is_some_and(|value| value != key)
    }

    /// A scalar in the place of another.
    pub fn replace(&self, field: Field<'_>, value: &str) -> Edit {
        let place = self.place(field);
        let before = self.text[..place.start].chars().next_back();
        let new = match before {
            Some('"') => json(value).trim_matches('"').to_owned(),
            Some('\'') => value.replace('\'', "''"),
            _ => scalar(value),
        };
        (place, new)
    }

    /// An entry of a key's mapping under another name and with another value; nothing when it is not found.
    pub fn replace_entry(&self, key: &str, (old, new): (&str, &str), value: &str) -> Option<Edit> {
        let (place, value) = self.replace(Field::Entry(key, old), value);
        let begin = self.text[..place.start].rfind(old)?;
        let name = begin..begin + old.len();
        let quote = self.text[..name.start].ends_with(['"', '\''])
            && self.text[name.end..].starts_with(['"', '\'']);
        let name = if quote { name.start - 1..name.end + 1 } else { name };
        let between = &self.text[name.end..place.start];
        Some((name.start..place.end, format!("{}{between}{value}", scalar(new))))
    }

    /// A value for a key: in the place of its old one, else in a line of its own after that of `after`.
    pub fn set(&self, key: &str, value: &str, after: &str) -> Edit {
        if self.has_value(key) {
            return self.replace(Field::Value(key), value);
        }
        match self.line_of(key) {
            Some(line) => {
                let colon = self.text[line.clone()].find(':').unwrap_or(0) + line.start + 1;
                (colon..colon, format!(" {}", scalar(value)))
            }
            None => {
                let at = self.line_of(after).map_or(self.yaml.end, |line| line.end);
                (at..at, format!("{key}: {}{}", scalar(value), self.newline()))
            }
        }
    }

    /// One more item of a key's list.
    pub fn add_item(&self, key: &str, item: &str) -> Edit {
        let item = scalar(item);
        self.add(key, ("[", &item), &[format!("- {item}")])
    }

    /// One more entry of a key's mapping.
    pub fn add_entry(&self, key: &str, name: &str, value: &str) -> Edit {
        self.add_entries(key, &[(name.to_owned(), value.to_owned())])
    }

    /// More entries of a key's mapping, in one edit: where the key is not there yet, each of several would bring it along.
    pub fn add_entries(&self, key: &str, entries: &[(String, String)]) -> Edit {
        let entry =
            |(name, value): &(String, String)| format!("{}: {}", scalar(name), scalar(value));
        let entries: Vec<String> = entries.iter().map(entry).collect();
        self.add(key, ("{", &entries.join(", ")), &entries)
    }

    /// Adds to a list or mapping: between brackets as `flow`, in a line of its own as `block`.
    fn add(&self, key: &str, (bracket, flow): (&str, &str), blocks: &[String]) -> Edit {
        let newline = self.newline();
        let lines = |indent: &str| -> String {
            blocks.iter().flat_map(|block| [indent, block, newline]).collect()
        };
        if !self.has_value(key) {
            return match self.line_of(key) {
                Some(line) => (line.end..line.end, lines("  ")),
                None => (self.yaml.end..self.yaml.end, format!("{key}:{newline}{}", lines("  "))),
            };
        }
        let place = self.place(Field::Value(key));
        let value = &self.text[place.clone()];
        if value.starts_with(bracket) {
            let inside = value[1..value.len().max(2) - 1].trim_end();
            let at = place.start + 1 + inside.len();
            let comma = match inside.chars().next_back() {
                None => "",
                Some(',') => " ",
                Some(_) => ", ",
            };
            return (at..at, format!("{comma}{flow}"));
        }
        let begin = self.text[..place.start].rfind('\n').map_or(0, |end| end + 1);
        let indent = &self.text[begin..place.start];
        let after =
            self.text[place.end..].find('\n').map_or(self.text.len(), |end| place.end + end + 1);
        (after..after, lines(indent))
    }
}

/// A text as a YAML scalar: plain where nothing else could be meant.
pub fn scalar(text: &str) -> String {
    const RESERVED: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];
    let mut characters = text.chars();
    let starts_plain = characters.next().is_some_and(|c| c.is_alphabetic() || c == '/');
    let is_plain = |c: char| c.is_alphanumeric() || "/-_.~%+=@!$()".contains(c);
    let lower = text.to_ascii_lowercase();
    let is_date = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    // Within an address these mean nothing.
    let is_address = text.starts_with('/') && !text.ends_with(':');
    let is_plain = |c: char| is_plain(c) || is_address && matches!(c, ':' | '#' | '*' | '?');
    let is_word = starts_plain && !RESERVED.contains(&lower.as_str()) && lower != "n";
    if (is_word || is_date) && text.chars().all(is_plain) { text.to_owned() } else { json(text) }
}

/// JSON's quoted text is YAML's too.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::scalar;

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
        ] {
            assert_eq!(scalar(text), quoted);
        }
    }
}

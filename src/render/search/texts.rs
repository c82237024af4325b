//! The texts of parts as they are written, in JSON: for each its article's URL, title, section and description, and its
//! passages.

use std::ops::Range;

use memchr::memchr;

use super::part::{Article, Part};

/// The texts of parts that follow each other.
#[derive(Default)]
pub(super) struct Texts {
    /// A comma before each.
    json: Vec<u8>,
    /// Where each part ends, and whether a file may well begin with it.
    parts: Vec<(usize, bool)>,
}

impl Texts {
    /// Adds an article's part.
    pub(super) fn add(&mut self, article: &Article<'_>, part: &Part<'_>, is_first: bool) {
        let description = if is_first { article.description } else { "" };
        let json = &mut self.json;
        json.extend_from_slice(b",[");
        push_strings(json, [&article.url, article.title, article.section, description]);
        json.extend_from_slice(b",[");
        for (index, passage) in part.passages.iter().enumerate() {
            json.extend_from_slice(if index == 0 { b"[" } else { b",[" });
            push_strings(json, [passage.id, passage.heading, passage.text.trim()]);
            json.push(b']');
        }
        json.extend_from_slice(b"]]");
        self.parts.push((self.json.len(), article.is_anchor(2)));
    }

    /// How many parts there are.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// The bytes of all.
    pub(super) fn size(&self) -> usize {
        self.json.len()
    }

    /// The bytes of one part.
    pub(super) fn size_of(&self, part: usize) -> usize {
        self.end(part) - self.start(part)
    }

    /// Whether a file may well begin with a part.
    pub(super) fn is_anchor(&self, part: usize) -> bool {
        self.parts[part].1
    }

    /// The texts of some parts, as a list.
    pub(super) fn list(&self, parts: Range<usize>) -> Vec<u8> {
        let json = &self.json[self.start(parts.start)..self.start(parts.end)];
        let mut list = Vec::with_capacity(json.len() + 1);
        list.push(b'[');
        list.extend_from_slice(json.strip_prefix(b",").unwrap_or(json));
        list.push(b']');
        list
    }

    /// Where the comma before a part stands.
    fn start(&self, part: usize) -> usize {
        part.checked_sub(1).map_or(0, |before| self.end(before))
    }

    fn end(&self, part: usize) -> usize {
        self.parts[part].0
    }
}

fn push_strings<const N: usize>(json: &mut Vec<u8>, texts: [&str; N]) {
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        push_string(json, text);
    }
}

/// Writes a text as a JSON string (RFC 8259). Lines in which nothing is to be escaped, which nearly all are, are copied
/// whole; `serde_json` looks at each byte, which was a tenth of all that search did.
fn push_string(json: &mut Vec<u8>, text: &str) {
    json.push(b'"');
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        push_line(json, &rest[..end]);
        rest = match rest.get(end + 1..) {
            Some(next) => {
                json.extend_from_slice(b"\\n");
                next
            }
            None => "",
        };
    }
    json.push(b'"');
}

fn push_line(json: &mut Vec<u8>, line: &str) {
    let is_escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    // Without an early end this is a few instructions for many bytes.
    let is_plain = line.bytes().fold(true, |plain, byte| plain & !is_escaped(byte));
    if is_plain {
        json.extend_from_slice(line.as_bytes());
    } else {
        let quoted = serde_json::to_string(line).expect("a text is JSON");
        json.extend_from_slice(&quoted.as_bytes()[1..quoted.len() - 1]);
    }
}

#[cfg(test)]
mod tests {
    use super::push_string;

    #[test]
    fn strings_are_those_of_json() {
        for text in
            ["", "a", "\n", "a\n", "\na\n\nb", "a \"b\" \\ c\td\nä € 𝄞\u{1}\u{7f}\n\"", "\r\n"]
        {
            let mut json = Vec::new();
            push_string(&mut json, text);
            assert_eq!(json, serde_json::to_vec(text).expect("a text is JSON"));
        }
    }
}

//! The texts of parts as they are written, in JSON: for each its article's URL, title, section and description, and its
//! passages.

use std::ops::Range;

use serde::Serialize;

use super::part::{Article, Part};

/// The texts of parts that follow each other.
#[derive(Default)]
pub(super) struct Texts {
    /// A comma before each.
    json: Vec<u8>,
    /// Where each part ends, and whether a file may well begin with it.
    parts: Vec<(usize, bool)>,
}

/// A part as it is written.
#[derive(Serialize)]
struct Text<'a>(&'a str, &'a str, &'a str, &'a str, Vec<(&'a str, &'a str, &'a str)>);

impl Texts {
    /// Adds an article's part.
    pub(super) fn add(&mut self, article: &Article<'_>, part: &Part<'_>, is_first: bool) {
        let passages = part.passages.iter();
        let text = Text(
            &article.url,
            article.title,
            article.section,
            if is_first { article.description } else { "" },
            passages.map(|passage| (passage.id, passage.heading, passage.text.trim())).collect(),
        );
        self.json.push(b',');
        serde_json::to_writer(&mut self.json, &text).expect("texts are JSON");
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

//! What search lists: articles, in parts of a size that a reader's browser fetches at ease.

use std::borrow::Cow;

use serde::Serialize;

use super::text::{Passage, Passages, passages};

/// A part's text ends at the first passage that makes it longer than this; a longer passage is divided.
const PART_SIZE: usize = 5_000;

/// An article or section page that search lists.
pub(super) struct Article<'a> {
    /// Below the base URL, percent-encoded, without the first `/`.
    pub(super) url: String,
    pub(super) title: &'a str,
    pub(super) section: &'a str,
    pub(super) description: &'a str,
    pub(super) html: &'a str,
}

/// Some passages that follow each other.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    pub(super) passages: Vec<Passage<'a>>,
    /// The length of their texts, in bytes.
    pub(super) size: usize,
}

/// What is known of an article once it has been read.
pub(super) struct Measured {
    /// The size of each part; one at least.
    pub(super) sizes: Vec<u32>,
    /// Each part of an article of several as it is written: as many files may hold one, it is not read again for each.
    written: Vec<String>,
}

/// A part as it is written.
#[derive(Serialize)]
struct Text<'a>(&'a str, &'a str, &'a str, &'a str, Vec<(&'a str, &'a str, &'a str)>);

impl Article<'_> {
    /// Reads the article, and hands its parts to `each`.
    pub(super) fn read(&self, mut each: impl FnMut(&Part<'_>)) -> Measured {
        let text = passages(self.html);
        let parts = parts(&text);
        parts.iter().for_each(&mut each);
        let several = parts.iter().filter(|_| parts.len() > 1).enumerate();
        Measured {
            written: several.map(|(index, part)| self.write(part, index == 0)).collect(),
            sizes: parts.iter().map(|part| part.size as u32).collect(),
        }
    }

    /// A part of an article that was read, as it is written: JSON.
    pub(super) fn written<'a>(&self, measured: &'a Measured, part: usize) -> Cow<'a, str> {
        match measured.written.get(part) {
            Some(written) => Cow::Borrowed(written),
            None => {
                let text = passages(self.html);
                Cow::Owned(
                    parts(&text).first().map_or_else(String::new, |part| self.write(part, true)),
                )
            }
        }
    }

    fn write(&self, part: &Part<'_>, is_first: bool) -> String {
        let passages = part.passages.iter();
        let text = Text(
            &self.url,
            self.title,
            self.section,
            if is_first { self.description } else { "" },
            passages.map(|passage| (passage.id, passage.heading, passage.text.trim())).collect(),
        );
        serde_json::to_string(&text).expect("texts are JSON")
    }
}

/// The parts of a body.
fn parts(text: &Passages) -> Vec<Part<'_>> {
    let mut parts = vec![Part::default()];
    let mut last = 0;
    for passage in text.iter().flat_map(divide) {
        let size = passage.text.len() + passage.heading.len();
        if parts[last].size > 0 && parts[last].size + size > PART_SIZE {
            parts.push(Part::default());
            last += 1;
        }
        parts[last].size += size;
        parts[last].passages.push(passage);
    }
    parts
}

/// A passage in pieces that are no longer than a part, cut at white space where there is any.
fn divide(passage: Passage<'_>) -> impl Iterator<Item = Passage<'_>> {
    let mut rest = Some(passage);
    std::iter::from_fn(move || {
        let passage = rest.take()?;
        let text = passage.text;
        if text.len() <= PART_SIZE {
            return Some(passage);
        }
        let end = (0..=PART_SIZE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let space = text[..end].rfind(char::is_whitespace).filter(|at| *at > PART_SIZE / 2);
        let end = space.unwrap_or(end);
        let after = text[end..].trim_start();
        rest = (!after.is_empty()).then_some(Passage { heading: "", text: after, ..passage });
        Some(Passage { text: &text[..end], ..passage })
    })
}

//! What search lists: articles, in parts of a size that a reader's browser fetches at ease.

use super::runs::hash;
use super::text::{Passage, Passages};

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
    size: usize,
}

impl Article<'_> {
    /// Whether a run of articles may well begin with this one: one in so many does.
    pub(super) fn is_anchor(&self, so_many: u64) -> bool {
        hash(self.url.as_bytes()).is_multiple_of(so_many)
    }
}

/// The parts of a body; one at least.
pub(super) fn parts(text: &Passages) -> Vec<Part<'_>> {
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

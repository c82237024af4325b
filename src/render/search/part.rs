//! What search lists: articles, in parts of a size that a reader's browser fetches at ease.

use super::text::{Passage, passages};

/// A part's text ends at the first passage that makes it longer than this; a longer passage is divided.
const PART_SIZE: usize = 5_000;

/// An article or section page that search lists.
pub(super) struct Article<'a> {
    /// Below the base URL, percent-encoded, without the first `/`.
    pub(super) url: String,
    pub(super) title: &'a str,
    pub(super) section: &'a str,
    pub(super) description: &'a str,
    /// One at least.
    pub(super) parts: Vec<Part>,
}

/// Some passages that follow each other.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) passages: Vec<Passage>,
    /// The length of their texts.
    pub(super) size: usize,
}

/// The parts of a body.
pub(super) fn parts(html: &str) -> Vec<Part> {
    let mut parts = vec![Part::default()];
    let mut last = 0;
    for passage in passages(html).into_iter().flat_map(divide) {
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
fn divide(passage: Passage) -> Vec<Passage> {
    if passage.text.len() <= PART_SIZE {
        return vec![passage];
    }
    let Passage { id, mut heading, text } = passage;
    let mut rest = text.as_str();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let fits = (0..=PART_SIZE.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at));
        let end = fits.unwrap_or(rest.len());
        let space = rest[..end].rfind(char::is_whitespace).filter(|at| *at > PART_SIZE / 2);
        let end = if rest.len() > end { space.unwrap_or(end) } else { end };
        let heading = std::mem::take(&mut heading);
        pieces.push(Passage { id: id.clone(), heading, text: rest[..end].to_owned() });
        rest = rest[end..].trim_start();
    }
    pieces
}

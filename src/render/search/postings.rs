//! Which term stands where: the terms of all parts, each with the parts that hold it and how much it says of them.

use ahash::AHashMap;
use rayon::prelude::*;

use super::part::{Article, Part};
use crate::terms::each_term;

/// Where in a part a term stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Field {
    Title,
    Description,
    Heading,
    Text,
}

/// One part that holds a term. `code` says in which fields and how prominently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Posting {
    pub(super) part: u32,
    pub(super) code: u8,
}

/// A term and where it stands, by part.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) term: Box<str>,
    pub(super) postings: Vec<Posting>,
}

/// How many levels there are of a term's weight in the text; 0 where it is not in it.
pub(super) const LEVELS: u8 = 5;
/// Of a part of so many words, the text counts as it is; in a longer one a single word says less.
const USUAL_LENGTH: f32 = 250.0;
/// How many articles are read by one thread at a time.
const SHARE: usize = 128;

impl Posting {
    /// Whether the term stands in the title, the description or a heading.
    pub(super) fn is_prominent(self) -> bool {
        self.code >= LEVELS
    }
}

/// Every term of the articles, sorted.
pub(super) fn entries(articles: &[Article<'_>]) -> Vec<Entry> {
    let shares: Vec<Share> = articles.par_chunks(SHARE).map(Share::read).collect();
    let mut first_part = 0;
    let mut found: Vec<(Box<str>, u32, Vec<Posting>)> = Vec::new();
    for share in shares {
        let Share { ids, postings, parts, .. } = share;
        let mut postings: Vec<_> = postings.into_iter().map(Some).collect();
        for (term, id) in ids {
            let postings = postings[id as usize].take().unwrap_or_default();
            found.push((term, first_part, postings));
        }
        first_part += parts;
    }
    found.par_sort_unstable_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    let mut entries: Vec<Entry> = Vec::with_capacity(found.len());
    for (term, first_part, postings) in found {
        let postings = postings
            .into_iter()
            .map(|Posting { part, code }| Posting { part: first_part + part, code });
        match entries.last_mut().filter(|entry| entry.term == term) {
            Some(entry) => entry.postings.extend(postings),
            None => entries.push(Entry { term, postings: postings.collect() }),
        }
    }
    entries
}

/// The terms of some articles that follow each other. Parts are counted from the first of them.
#[derive(Default)]
struct Share {
    ids: AHashMap<Box<str>, u32>,
    postings: Vec<Vec<Posting>>,
    parts: u32,
    /// For each term, what is known of it in the part that is read.
    seen: Vec<Seen>,
    /// The terms of the part that is read.
    here: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    count: u32,
    title: bool,
    description: bool,
    heading: bool,
}

impl Share {
    fn read(articles: &[Article<'_>]) -> Self {
        let mut share = Self::default();
        for article in articles {
            for (index, part) in article.parts.iter().enumerate() {
                if index == 0 {
                    share.add(article.title, Field::Title);
                    share.add(article.description, Field::Description);
                }
                share.finish(part);
            }
        }
        share
    }

    fn add(&mut self, text: &str, field: Field) -> u32 {
        let mut length = 0;
        let Self { ids, postings, seen, here, .. } = self;
        each_term(text, |term| {
            length += 1;
            let id = match ids.get(term) {
                Some(id) => *id,
                None => {
                    let id = postings.len() as u32;
                    ids.insert(term.into(), id);
                    postings.push(Vec::new());
                    seen.push(Seen::default());
                    id
                }
            };
            let seen = &mut seen[id as usize];
            if seen.count == 0 && !(seen.title || seen.description || seen.heading) {
                here.push(id);
            }
            match field {
                Field::Title => seen.title = true,
                Field::Description => seen.description = true,
                Field::Heading => seen.heading = true,
                Field::Text => seen.count += 1,
            }
        });
        length
    }

    /// Reads the part's own text, and ends it.
    fn finish(&mut self, part: &Part) {
        let mut length = 0;
        for passage in &part.passages {
            self.add(&passage.heading, Field::Heading);
            length += self.add(&passage.text, Field::Text);
        }
        let number = self.parts;
        self.parts += 1;
        for id in self.here.drain(..) {
            let seen = std::mem::take(&mut self.seen[id as usize]);
            let posting = Posting { part: number, code: seen.code(length) };
            self.postings[id as usize].push(posting);
        }
    }
}

impl Seen {
    /// The fields, and the level of BM25's share for the count: 0.75 of the length counts, and 1.2 is where more of the
    /// same says little.
    fn code(self, length: u32) -> u8 {
        let Self { count, title, description, heading } = self;
        let count = count as f32;
        let weight = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length as f32 / USUAL_LENGTH));
        let level = match weight {
            0.0 => 0,
            weight if weight < 0.7 => 1,
            weight if weight < 1.1 => 2,
            weight if weight < 1.5 => 3,
            _ => LEVELS - 1,
        };
        let fields = u8::from(title) * 4 + u8::from(heading) * 2 + u8::from(description);
        fields * LEVELS + level
    }
}

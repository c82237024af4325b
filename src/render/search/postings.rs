//! Which term stands where: the terms of all parts, each with the parts that hold it and how much it says of them.

use ahash::AHashMap;
use rayon::prelude::*;

use super::Article;
use super::text::Passage;
use crate::terms::each_term;

/// One part that holds a term, and in which fields and how prominently: the code, below 64, in the lowest six bits.
#[derive(Clone, Copy)]
pub(super) struct Posting(u32);

/// How many levels there are of a term's weight in the text; 0 where it is not in it.
pub(super) const LEVELS: u8 = 5;
/// Of a part of so many words, the text counts as it is; in a longer one a single word says less.
const USUAL_LENGTH: f32 = 250.0;

impl Posting {
    pub(super) fn part(self) -> u32 {
        self.0 >> 6
    }

    pub(super) fn code(self) -> u8 {
        (self.0 & 63) as u8
    }

    /// Whether the term stands in the title, the description or a heading.
    pub(super) fn is_prominent(self) -> bool {
        self.code() >= LEVELS
    }
}

/// A term, and where it stands, by part.
pub(super) struct Term {
    pub(super) text: Box<str>,
    pub(super) postings: Vec<Posting>,
}

/// Puts together what was found in shares of the articles, which follow each other: every term, sorted.
pub(super) fn merge(shares: Vec<Reading>) -> Vec<Term> {
    let mut all: AHashMap<Box<str>, Vec<Posting>> = AHashMap::new();
    let mut first_part = 0;
    for Reading { names, parts, postings, .. } in shares {
        let mut texts: Vec<(Box<str>, u32)> = names.ids.into_iter().collect();
        texts.sort_unstable_by_key(|(_, id)| *id);
        for ((text, _), postings) in texts.into_iter().zip(postings) {
            let moved =
                postings.into_iter().map(|Posting(posting)| Posting(posting + (first_part << 6)));
            all.entry(text).or_default().extend(moved);
        }
        first_part += parts;
    }
    let terms = all.into_iter().map(|(text, postings)| Term { text, postings });
    let mut terms: Vec<Term> = terms.collect();
    terms.par_sort_unstable_by(|one, other| one.text.cmp(&other.text));
    terms
}

const RECENT_BITS: u32 = 11;

/// Texts with numbers, each text once.
struct Names {
    /// Short texts that were asked for of late, with their numbers: nearly every word of an article is one of these.
    recent: Vec<(u64, u32)>,
    ids: AHashMap<Box<str>, u32>,
}

impl Default for Names {
    fn default() -> Self {
        Self { recent: vec![(0, 0); 1 << RECENT_BITS], ids: AHashMap::new() }
    }
}

impl Names {
    /// The number of a text, which is not empty; the next one, if it is new.
    #[inline]
    fn id(&mut self, text: &str) -> u32 {
        let Some(short) = short(text) else { return self.id_of_any(text) };
        let place = short.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - RECENT_BITS);
        if self.recent[place as usize].0 != short {
            self.recent[place as usize] = (short, self.id_of_any(text));
        }
        self.recent[place as usize].1
    }

    fn id_of_any(&mut self, text: &str) -> u32 {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = self.ids.len() as u32;
        self.ids.insert(text.into(), id);
        id
    }
}

/// A text of eight bytes or fewer, none of them 0, as a number that stands for no other text.
fn short(text: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(u64::from_le_bytes(bytes))
}

/// The terms of some articles that follow each other. Parts are counted from the first of them.
#[derive(Default)]
pub(super) struct Reading {
    names: Names,
    pub(super) parts: u32,
    /// For each term, where it stands.
    postings: Vec<Vec<Posting>>,
    /// For each term, what is known of it in the part that is read.
    seen: Vec<Seen>,
    /// The terms of the part that is read.
    here: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    /// How often it stands in the text.
    count: u32,
    /// Where else it stands: a bit for the title, one for a heading, one for the description.
    fields: u8,
}

impl Reading {
    /// Reads a text, each term of which is seen where `seen_here` says; returns how many terms it has.
    fn add(&mut self, text: &str, seen_here: Seen) -> u32 {
        let mut length = 0;
        each_term(text, |term| {
            length += 1;
            let id = self.names.id(term);
            if id as usize == self.seen.len() {
                self.seen.push(Seen::default());
                self.postings.push(Vec::new());
            }
            let seen = &mut self.seen[id as usize];
            if (seen.count, seen.fields) == (0, 0) {
                self.here.push(id);
            }
            seen.count += seen_here.count;
            seen.fields |= seen_here.fields;
        });
        length
    }

    /// Reads what an article's first part has beside its own text. The article's parts come next.
    pub(super) fn article(&mut self, article: &Article<'_>) {
        self.add(article.title, Seen::IN_TITLE);
        self.add(article.description, Seen::IN_DESCRIPTION);
    }

    /// Reads the part's own text, and ends it.
    pub(super) fn part(&mut self, passages: &[Passage]) {
        let mut length = 0;
        for passage in passages {
            self.add(&passage.heading, Seen::IN_HEADING);
            length += self.add(&passage.text, Seen::IN_TEXT);
        }
        for id in self.here.drain(..) {
            let seen = std::mem::take(&mut self.seen[id as usize]);
            let posting = Posting(self.parts << 6 | u32::from(seen.code(length)));
            self.postings[id as usize].push(posting);
        }
        self.parts += 1;
    }
}

impl Seen {
    const IN_TITLE: Self = Self { count: 0, fields: 4 };
    const IN_DESCRIPTION: Self = Self { count: 0, fields: 1 };
    const IN_HEADING: Self = Self { count: 0, fields: 2 };
    const IN_TEXT: Self = Self { count: 1, fields: 0 };

    /// The fields, and the level of BM25's share for the count: 0.75 of the length counts, and 1.2 is where more of the
    /// same says little.
    fn code(self, length: u32) -> u8 {
        let Self { count, fields } = self;
        let count = count as f32;
        let weight = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length as f32 / USUAL_LENGTH));
        let level = match weight {
            0.0 => 0,
            weight if weight < 0.7 => 1,
            weight if weight < 1.1 => 2,
            weight if weight < 1.5 => 3,
            _ => LEVELS - 1,
        };
        fields * LEVELS + level
    }
}

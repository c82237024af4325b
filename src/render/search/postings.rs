//! Which term stands where: the terms of all parts, each with the parts that hold it and how much it says of them.

use ahash::RandomState;
use hashbrown::HashTable;
use rayon::prelude::*;

use super::part::{Article, Part};
use crate::terms::each_term;

/// One part that holds a term. `code` says in which fields and how prominently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Posting {
    pub(super) part: u32,
    pub(super) code: u8,
}

/// How many levels there are of a term's weight in the text; 0 where it is not in it.
pub(super) const LEVELS: u8 = 5;
/// Of a part of so many words, the text counts as it is; in a longer one a single word says less.
const USUAL_LENGTH: f32 = 250.0;
/// The bits that hold a posting's code.
const CODE_BITS: u32 = 6;

impl Posting {
    /// Whether the term stands in the title, the description or a heading.
    pub(super) fn is_prominent(self) -> bool {
        self.code >= LEVELS
    }

    fn pack(self) -> u32 {
        self.part << CODE_BITS | u32::from(self.code)
    }

    fn unpack(packed: u32) -> Self {
        Self { part: packed >> CODE_BITS, code: (packed & ((1 << CODE_BITS) - 1)) as u8 }
    }
}

/// Every term of the articles, and where it stands.
pub(super) struct Terms {
    shares: Vec<Share>,
    /// The terms, sorted.
    pub(super) terms: Vec<Term>,
    /// For each term after the other, the shares that hold it, in order, and its number there.
    places: Vec<(u32, u32)>,
}

/// A term.
pub(super) struct Term {
    pub(super) text: Box<str>,
    /// Where in `places` its shares stand.
    places: (u32, u32),
}

impl Terms {
    /// Where a term stands, by part.
    pub(super) fn postings(&self, term: &Term) -> impl Iterator<Item = Posting> {
        let (start, end) = (term.places.0 as usize, term.places.1 as usize);
        self.places[start..end].iter().flat_map(|(share, id)| {
            let share = &self.shares[*share as usize];
            let postings = share.postings_of(*id).iter().map(|packed| Posting::unpack(*packed));
            postings.map(|posting| Posting { part: share.first_part + posting.part, ..posting })
        })
    }

    /// In how many parts a term stands.
    pub(super) fn count(&self, term: &Term) -> usize {
        let (start, end) = (term.places.0 as usize, term.places.1 as usize);
        let places = self.places[start..end].iter();
        places.map(|(share, id)| self.shares[*share as usize].postings_of(*id).len()).sum()
    }
}

/// Puts together what was found in shares of the articles, which follow each other.
pub(super) fn merge(mut shares: Vec<Share>) -> Terms {
    let mut first_part = 0;
    for share in &mut shares {
        share.first_part = first_part;
        first_part += share.parts;
    }
    let mut names = Names::default();
    let mut known: Vec<(u32, u32, u32)> = Vec::new();
    for (index, share) in shares.iter().enumerate() {
        let of_share = (0..share.names.len()).map(|id| (names.id(share.names.get(id)), id));
        known.extend(of_share.map(|(name, id)| (name, index as u32, id)));
    }
    // Stable, so that the shares of a term stay in order.
    known.par_sort_by_key(|(name, ..)| *name);
    let mut terms = Vec::with_capacity(names.len() as usize);
    let mut start = 0;
    for of_term in known.chunk_by(|one, other| one.0 == other.0) {
        let end = start + of_term.len() as u32;
        terms.push(Term { text: names.get(of_term[0].0).into(), places: (start, end) });
        start = end;
    }
    terms.par_sort_unstable_by(|one, other| one.text.cmp(&other.text));
    let places = known.into_iter().map(|(_, share, id)| (share, id)).collect();
    Terms { shares, terms, places }
}

/// How many short texts are remembered, at most.
const RECENT: usize = 1 << RECENT_BITS;
const RECENT_BITS: u32 = 11;

/// Texts with numbers, each text once.
struct Names {
    /// Short texts that were asked for of late, with their numbers: nearly every word of an article is one of these.
    recent: Box<[(u64, u32); RECENT]>,
    hasher: RandomState,
    ids: HashTable<u32>,
    /// The texts, one after the other, and where each ends.
    text: String,
    ends: Vec<u32>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            recent: Box::new([(0, 0); RECENT]),
            hasher: RandomState::default(),
            ids: HashTable::default(),
            text: String::new(),
            ends: Vec::new(),
        }
    }
}

impl Names {
    fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    fn get(&self, id: u32) -> &str {
        name(&self.text, &self.ends, id)
    }

    /// The number of a text, which is not empty; the next one, if it is new.
    fn id(&mut self, wanted: &str) -> u32 {
        let Some(short) = short(wanted) else { return self.id_of_any(wanted) };
        let place = short.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - RECENT_BITS);
        let (remembered, id) = self.recent[place as usize];
        if remembered == short {
            return id;
        }
        let id = self.id_of_any(wanted);
        self.recent[place as usize] = (short, id);
        id
    }

    fn id_of_any(&mut self, wanted: &str) -> u32 {
        let Self { hasher, ids, text, ends, .. } = self;
        let hash = hasher.hash_one(wanted);
        if let Some(id) = ids.find(hash, |id| name(text, ends, *id) == wanted) {
            return *id;
        }
        let id = ends.len() as u32;
        text.push_str(wanted);
        ends.push(text.len() as u32);
        ids.insert_unique(hash, id, |id| hasher.hash_one(name(text, ends, *id)));
        id
    }
}

/// A text of eight bytes or fewer, none of them 0, as a number that stands for no other text.
fn short(text: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(u64::from_le_bytes(bytes))
}

fn name<'a>(text: &'a str, ends: &[u32], id: u32) -> &'a str {
    let start = id.checked_sub(1).map_or(0, |before| ends[before as usize]);
    &text[start as usize..ends[id as usize] as usize]
}

/// The terms of some articles that follow each other. Parts are counted from the first of them.
#[derive(Default)]
pub(super) struct Share {
    first_part: u32,
    pub(super) parts: u32,
    names: Names,
    /// The postings of the terms, one term after the other, packed.
    postings: Vec<u32>,
    /// Where the postings of each term end.
    ends: Vec<u32>,
}

/// What is found while a share is read.
#[derive(Default)]
pub(super) struct Reading {
    names: Names,
    parts: u32,
    /// For each term, what is known of it in the part that is read.
    seen: Vec<Seen>,
    /// The terms of the part that is read.
    here: Vec<u32>,
    /// Terms with their postings, by part.
    found: Vec<(u32, u32)>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    /// How often it stands in the text.
    count: u32,
    /// Where else it stands: a bit for the title, one for a heading, one for the description.
    fields: u8,
}

impl Share {
    fn postings_of(&self, id: u32) -> &[u32] {
        let start = id.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.postings[start as usize..self.ends[id as usize] as usize]
    }
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
    pub(super) fn part(&mut self, part: &Part<'_>) {
        let mut length = 0;
        for passage in &part.passages {
            self.add(passage.heading, Seen::IN_HEADING);
            length += self.add(passage.text, Seen::IN_TEXT);
        }
        for id in self.here.drain(..) {
            let seen = std::mem::take(&mut self.seen[id as usize]);
            let posting = Posting { part: self.parts, code: seen.code(length) };
            self.found.push((id, posting.pack()));
        }
        self.parts += 1;
    }

    /// Puts the postings of each term together.
    pub(super) fn end(self) -> Share {
        let Self { names, parts, found, .. } = self;
        let mut ends = vec![0_u32; names.len() as usize];
        found.iter().for_each(|(id, _)| ends[*id as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            // Where the term's postings begin; each that is put there moves it on, in the end to where they end.
            sum += std::mem::replace(end, sum);
        }
        let mut postings = vec![0; found.len()];
        for (id, posting) in found {
            let at = &mut ends[id as usize];
            postings[*at as usize] = posting;
            *at += 1;
        }
        Share { first_part: 0, parts, names, postings, ends }
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

//! The index as files. `static/search.js` reads them; what is written here and read there is the same format.
//!
//! `search/index.json` says how the index is laid out. A small index is in it; of a larger one it names the files:
//! - terms: `[terms, postings]`. Terms in order, each without the beginning that it shares with the one before, whose
//!   length stands before it as a capital (`A` is 0). Postings of the terms, in the same order, separated by spaces:
//!   for each part how many parts lie between it and the one before (base 36, nothing for 0) and a letter of [`CODES`].
//!   Where only some of a term's parts are kept, their full number and a comma stand first.
//! - spelling: the terms that a misspelt word may mean, by first character and length.
//! - texts: parts, with their article's URL, title, section and description.
//!
//! The files' names, in `search/index/`, are made of what they hold. Where one ends and the next begins depends on their content, not on
//! their number, so that an edit changes few of them.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use ahash::AHashSet;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Sink;
use super::part::{Article, Measured};
use super::postings::{LEVELS, Term, Terms};
use crate::output::Output;
use crate::path::OutputPath;

/// The folder of all files but the first, in the output. Everything in it may be kept for good.
const FOLDER: &str = "search/index";
/// The letter of each code of a posting.
const CODES: &[u8; 8 * LEVELS as usize] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+-./:;";
/// The bytes up to which terms stand in the entry file: about 40 KB when compressed.
const TERMS_INLINE: usize = 75_000;
/// The bytes up to which texts do, together with the terms.
const TEXTS_INLINE: usize = 48_000;
/// Bytes of a file of terms, least and most; a long entry may exceed them.
const TERMS_SIZE: (usize, usize) = (4_000, 7_000);
/// Bytes of a file of spellings.
const SPELLING_SIZE: (usize, usize) = (4_000, 7_000);
/// Bytes of a file of texts.
const TEXTS_SIZE: (usize, usize) = (2_000, 6_000);
/// The same in a site of many parts, where files as small would be too many.
const MANY_TEXTS_SIZE: (usize, usize) = (9_000, 18_000);
/// So many parts are many here.
const MANY_TEXTS: usize = 4_000;
/// In a site of more parts than this, a term that is in one of four says little: only where it stands out it is kept.
const MANY_PARTS: usize = 500;

/// Hands each file of the index of `articles` to `sink`, the entry file last.
pub(super) fn files(articles: &[Article<'_>], sink: Sink<'_>) {
    let (terms, measured) = super::postings::read(articles);
    let parts = measured.iter().map(|article| article.sizes.len()).sum();
    let sink = Once { sink, names: Mutex::default() };
    let texts_size: usize =
        measured.iter().flat_map(|article| &article.sizes).map(|size| *size as usize).sum();
    let (placed, spelling, terms_size) = placed_terms(&terms, parts, &sink);
    let texts = Texts::new(articles, &measured);
    let texts = if terms_size + texts_size <= TEXTS_INLINE {
        let written = RawValue::from_string(texts.in_file(0..parts));
        Placed::Here(written.expect("a list of JSON texts is JSON"))
    } else {
        let is_anchor = |index: usize| hash(texts.article(index).url.as_bytes()).is_multiple_of(2);
        let bounds = if parts > MANY_TEXTS { MANY_TEXTS_SIZE } else { TEXTS_SIZE };
        let ranges = cut(parts, bounds, |index| texts.size(index) + 100, is_anchor);
        let counts: Vec<String> = ranges.iter().map(|range| base36(range.len())).collect();
        let in_file = |range| texts.in_file(range).into_bytes();
        Placed::Files { first: counts.join(" "), files: sink.write(ranges, &in_file) }
    };
    let index = Index { format: 1, parts, long: long(&measured), terms: placed, spelling, texts };
    (sink.sink)(Output::bytes(OutputPath::new("search/index.json"), json(&index)));
}

/// The terms, and those that misspelt words may mean where they stand in files; and the terms' size.
fn placed_terms(
    all: &Terms,
    parts: usize,
    sink: &Once<'_>,
) -> (Placed<(String, String)>, Option<Placed<String>>, usize) {
    let terms = &all.terms;
    let postings: Vec<String> = terms.par_iter().map(|term| postings(all, term, parts)).collect();
    let size = |index: usize| terms[index].text.len() + postings[index].len();
    let terms_size: usize = (0..terms.len()).map(size).sum();
    let in_file = |range: Range<usize>| {
        let texts = terms[range.clone()].iter().map(|term| &*term.text);
        (front_coded(texts), postings[range].join(" "))
    };
    if terms_size <= TERMS_INLINE {
        return (Placed::Here(in_file(0..terms.len())), None, terms_size);
    }
    let is_anchor = |index: usize| hash(terms[index].text.as_bytes()).is_multiple_of(64);
    let ranges = cut(terms.len(), TERMS_SIZE, size, is_anchor);
    let first = ranges.iter().map(|range| beginning(terms, range.start)).collect::<Vec<_>>();
    let files = sink.write(ranges, &|range| json(&in_file(range)));
    (Placed::Files { first: first.join(" "), files }, Some(spelling(all, sink)), terms_size)
}

/// Where files go that are named by what they hold: two of the same content are one.
struct Once<'a> {
    sink: Sink<'a>,
    names: Mutex<AHashSet<String>>,
}

impl Once<'_> {
    /// Writes one file for each range; returns their names.
    fn write(
        &self,
        ranges: Vec<Range<usize>>,
        in_file: &(impl Fn(Range<usize>) -> Vec<u8> + Sync),
    ) -> String {
        let write = |range| {
            let bytes = in_file(range);
            let name = name(&bytes);
            let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            if names.insert(name.clone()) {
                drop(names);
                let path = OutputPath::new(&format!("{FOLDER}/{name}.json"));
                (self.sink)(Output::bytes(path, bytes));
            }
            name
        };
        ranges.into_par_iter().map(write).collect::<Vec<String>>().concat()
    }
}

/// The texts of all parts, one after the other.
struct Texts<'a> {
    articles: &'a [Article<'a>],
    measured: &'a [Measured],
    /// For each part its article, and its number there.
    places: Vec<(u32, u32)>,
}

impl<'a> Texts<'a> {
    fn new(articles: &'a [Article<'a>], measured: &'a [Measured]) -> Self {
        let numbers = |(index, article): (usize, &Measured)| {
            (0..article.sizes.len()).map(move |part| (index as u32, part as u32))
        };
        Self { articles, measured, places: measured.iter().enumerate().flat_map(numbers).collect() }
    }

    fn article(&self, index: usize) -> &Article<'a> {
        &self.articles[self.places[index].0 as usize]
    }

    fn size(&self, index: usize) -> usize {
        let (article, part) = self.places[index];
        self.measured[article as usize].sizes[part as usize] as usize
    }

    /// The texts of some parts, as a list in JSON.
    fn in_file(&self, range: Range<usize>) -> String {
        let mut written = String::from("[");
        for index in range {
            if written.len() > 1 {
                written.push(',');
            }
            let (article, part) = self.places[index];
            let measured = &self.measured[article as usize];
            written.push_str(&self.article(index).written(measured, part as usize));
        }
        written.push(']');
        written
    }
}

/// The entry file.
#[derive(Serialize)]
struct Index<T, X> {
    /// Changes whenever older scripts could not read the rest.
    format: u8,
    /// How many parts there are.
    parts: usize,
    /// The articles of more than one part: for each, how many parts come before it since the last of these, and how many
    /// it has. Base 36.
    long: String,
    terms: Placed<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<Placed<String>>,
    texts: Placed<X>,
}

/// What is in the entry file, or in files of its own.
#[derive(Serialize)]
#[serde(untagged)]
enum Placed<T> {
    Here(T),
    Files {
        /// What each file begins with; of texts, how many parts it holds. Separated by spaces.
        first: String,
        /// The files' names, eight characters each.
        files: String,
    },
}

fn long(articles: &[Measured]) -> String {
    let mut long = Vec::new();
    let mut before = 0;
    for article in articles {
        match article.sizes.len() {
            1 => before += 1,
            count => {
                long.extend([base36(before), base36(count)]);
                before = 0;
            }
        }
    }
    long.join(" ")
}

fn postings(all: &Terms, term: &Term, parts: usize) -> String {
    let count = all.count(term);
    let is_common = parts > MANY_PARTS && count > parts / 4;
    let mut written = if is_common { base36(count) + "," } else { String::new() };
    let mut next = 0;
    for posting in all.postings(term) {
        if is_common && !posting.is_prominent() && posting.code < LEVELS - 2 {
            continue;
        }
        if posting.part > next {
            push_base36(&mut written, (posting.part - next) as usize);
        }
        written.push(char::from(CODES[usize::from(posting.code)]));
        next = posting.part + 1;
    }
    written
}

/// Terms one after the other, each without what it shares with the one before.
fn front_coded<'a>(terms: impl Iterator<Item = &'a str>) -> String {
    let mut written = String::new();
    let mut before = "";
    for term in terms {
        let both = term.char_indices().zip(before.chars());
        let shared = both.take(25).take_while(|((_, one), other)| one == other).count();
        let at = term.char_indices().nth(shared).map_or(term.len(), |(at, _)| at);
        written.push(char::from(b'A' + shared as u8));
        written.push_str(&term[at..]);
        before = term;
    }
    written
}

/// The shortest text that is not after the term and after every one before it.
fn beginning(terms: &[Term], index: usize) -> &str {
    let term = &*terms[index].text;
    let before = index.checked_sub(1).map_or("", |index| &*terms[index].text);
    let both = term.char_indices().zip(before.chars());
    let shared = both.take_while(|((_, one), other)| one == other).count();
    term.char_indices().nth(shared + 1).map_or(term, |(at, _)| &term[..at])
}

/// The terms that a misspelt word may mean: those of more than one part, and those that stand out. By first character
/// and length, as a misspelt word mostly begins as it should and is about as long.
fn spelling(all: &Terms, sink: &Once<'_>) -> Placed<String> {
    let is_known = |term: &&Term| {
        all.count(term) > 1 || all.postings(term).any(|posting| posting.is_prominent())
    };
    let key = |term: &str| (term.chars().next(), term.chars().count());
    let lengths = all.terms.iter().filter(is_known).map(|term| (key(&term.text), &*term.text));
    let mut terms: Vec<_> = lengths.filter(|((_, length), _)| *length > 3).collect();
    terms.sort_unstable();
    let is_anchor = |index: usize| hash(terms[index].1.as_bytes()).is_multiple_of(64);
    let ranges = cut(terms.len(), SPELLING_SIZE, |index| terms[index].1.len() / 2 + 1, is_anchor);
    // No term is longer than 32 characters, so that its length is one digit.
    let first = |range: &Range<usize>| match terms[range.start].0 {
        (Some(first), length) => format!("{first}{}", base36(length)),
        (None, _) => String::new(),
    };
    let first: Vec<_> = ranges.iter().map(first).collect();
    let in_file =
        |range: Range<usize>| json(&front_coded(terms[range].iter().map(|(_, term)| *term)));
    Placed::Files { first: first.join(" "), files: sink.write(ranges, &in_file) }
}

/// Divides `count` things into runs of at least `least` bytes, each up to the first anchor after that or `most` bytes.
fn cut(
    count: usize,
    (least, most): (usize, usize),
    size: impl Fn(usize) -> usize,
    is_anchor: impl Fn(usize) -> bool,
) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for index in 0..count {
        let ends = bytes + size(index) > most || bytes >= least && is_anchor(index);
        if index > start && ends {
            ranges.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes += size(index);
    }
    if start < count {
        ranges.push(start..count);
    }
    ranges
}

/// Eight characters of the content's hash: 41 bits.
fn name(bytes: &[u8]) -> String {
    let mut number = hash(bytes);
    let mut digits = || {
        let digit = char::from_digit((number % 36) as u32, 36);
        number /= 36;
        digit
    };
    (0..8).filter_map(|_| digits()).collect()
}

fn hash(bytes: &[u8]) -> u64 {
    let hash = *blake3::hash(bytes).as_bytes();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn base36(number: usize) -> String {
    let mut written = String::new();
    push_base36(&mut written, number);
    written
}

fn push_base36(written: &mut String, number: usize) {
    if number >= 36 {
        push_base36(written, number / 36);
    }
    written.extend(char::from_digit((number % 36) as u32, 36));
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and lists are JSON")
}

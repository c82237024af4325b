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

use rayon::prelude::*;
use serde::Serialize;

use super::part::{Article, Part};
use super::postings::{Entry, LEVELS};
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

/// The index of `articles`: the entry file first.
pub(super) fn files(articles: &[Article<'_>], entries: &[Entry]) -> Vec<Output> {
    let parts = articles.iter().map(|article| article.parts.len()).sum();
    let postings: Vec<String> = entries.par_iter().map(|entry| postings(entry, parts)).collect();
    let size = |index: usize| entries[index].term.len() + postings[index].len();
    let terms_size: usize = (0..entries.len()).map(size).sum();
    let texts_size: usize =
        articles.iter().flat_map(|article| &article.parts).map(|part| part.size).sum();
    let mut outputs = Vec::new();
    let in_file = |range: Range<usize>| {
        (
            front_coded(entries[range.clone()].iter().map(|entry| &*entry.term)),
            postings[range].join(" "),
        )
    };
    let (terms, spelling) = if terms_size <= TERMS_INLINE {
        (Placed::Here(in_file(0..entries.len())), None)
    } else {
        let is_anchor = |index: usize| hash(entries[index].term.as_bytes()).is_multiple_of(64);
        let ranges = cut(entries.len(), TERMS_SIZE, size, is_anchor);
        let first = ranges.iter().map(|range| beginning(entries, range.start)).collect::<Vec<_>>();
        let files = write(ranges, &in_file, &mut outputs);
        (Placed::Files { first: first.join(" "), files }, Some(spelling(entries, &mut outputs)))
    };
    let all: Vec<(&Article<'_>, &Part)> = articles
        .iter()
        .flat_map(|article| article.parts.iter().map(move |part| (article, part)))
        .collect();
    let in_file = |range: Range<usize>| all[range].iter().map(text).collect::<Vec<_>>();
    let texts = if terms_size + texts_size <= TEXTS_INLINE {
        Placed::Here(in_file(0..all.len()))
    } else {
        let is_anchor = |index: usize| hash(all[index].0.url.as_bytes()).is_multiple_of(2);
        let bounds = if parts > MANY_TEXTS { MANY_TEXTS_SIZE } else { TEXTS_SIZE };
        let ranges = cut(all.len(), bounds, |index| all[index].1.size + 100, is_anchor);
        let counts: Vec<String> = ranges.iter().map(|range| base36(range.len())).collect();
        Placed::Files { first: counts.join(" "), files: write(ranges, &in_file, &mut outputs) }
    };
    let index = Index { format: 1, parts, long: long(articles), terms, spelling, texts };
    // Two files of the same content have the same name.
    outputs.sort_by(|one: &Output, other| one.path.cmp(&other.path));
    outputs.dedup();
    outputs.insert(0, Output::bytes(OutputPath::new("search/index.json"), json(&index)));
    outputs
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

/// A part as it is written.
#[derive(Serialize)]
struct Text<'a>(&'a str, &'a str, &'a str, &'a str, Vec<(&'a str, &'a str, &'a str)>);

fn text<'a>((article, part): &(&'a Article<'_>, &'a Part)) -> Text<'a> {
    let is_first = article.parts.first().is_some_and(|first| std::ptr::eq(first, *part));
    let passages = part.passages.iter();
    Text(
        &article.url,
        article.title,
        article.section,
        if is_first { article.description } else { "" },
        passages.map(|passage| (&*passage.id, &*passage.heading, passage.text.trim())).collect(),
    )
}

fn long(articles: &[Article<'_>]) -> String {
    let mut long = Vec::new();
    let mut before = 0;
    for article in articles {
        match article.parts.len() {
            1 => before += 1,
            count => {
                long.extend([base36(before), base36(count)]);
                before = 0;
            }
        }
    }
    long.join(" ")
}

fn postings(entry: &Entry, parts: usize) -> String {
    let count = entry.postings.len();
    let is_common = parts > MANY_PARTS && count > parts / 4;
    let mut written = if is_common { base36(count) + "," } else { String::new() };
    let mut next = 0;
    for posting in &entry.postings {
        if is_common && !posting.is_prominent() && posting.code < LEVELS - 2 {
            continue;
        }
        if posting.part > next {
            written.push_str(&base36((posting.part - next) as usize));
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
fn beginning(entries: &[Entry], index: usize) -> &str {
    let term = &*entries[index].term;
    let before = index.checked_sub(1).map_or("", |index| &*entries[index].term);
    let both = term.char_indices().zip(before.chars());
    let shared = both.take_while(|((_, one), other)| one == other).count();
    term.char_indices().nth(shared + 1).map_or(term, |(at, _)| &term[..at])
}

/// The terms that a misspelt word may mean: those of more than one part, and those that stand out. By first character
/// and length, as a misspelt word mostly begins as it should and is about as long.
fn spelling(entries: &[Entry], outputs: &mut Vec<Output>) -> Placed<String> {
    let is_known = |entry: &&Entry| {
        entry.postings.len() > 1 || entry.postings.iter().any(|posting| posting.is_prominent())
    };
    let key = |term: &str| (term.chars().next(), term.chars().count());
    let lengths = entries.iter().filter(is_known).map(|entry| (key(&entry.term), &*entry.term));
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
    let in_file = |range: Range<usize>| front_coded(terms[range].iter().map(|(_, term)| *term));
    Placed::Files { first: first.join(" "), files: write(ranges, &in_file, outputs) }
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

/// Writes one file for each range; returns their names.
fn write<T: Serialize>(
    ranges: Vec<Range<usize>>,
    in_file: &(impl Fn(Range<usize>) -> T + Sync),
    outputs: &mut Vec<Output>,
) -> String {
    let files: Vec<(String, Vec<u8>)> = ranges
        .into_par_iter()
        .map(|range| {
            let bytes = json(&in_file(range));
            (name(&bytes), bytes)
        })
        .collect();
    let mut names = String::with_capacity(files.len() * 8);
    for (name, bytes) in files {
        outputs.push(Output::bytes(OutputPath::new(&format!("{FOLDER}/{name}.json")), bytes));
        names.push_str(&name);
    }
    names
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

fn base36(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit((number % 36) as u32, 36));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and lists are JSON")
}

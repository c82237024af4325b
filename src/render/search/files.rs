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
use super::part::{Article, parts};
use super::postings::{LEVELS, Reading, Share, Term, Terms, merge};
use super::runs::{cut, hash};
use super::text::passages;
use super::texts::Texts;
use crate::output::Output;
use crate::path::OutputPath;

/// The folder of all files but the first, in the output. Everything in it may be kept for good.
const FOLDER: &str = "search/index";
/// The letter of each code of a posting.
const CODES: &[u8; 8 * LEVELS as usize] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+-./:;";
/// The bytes up to which terms stand in the entry file: about 40 KB when compressed.
const TERMS_INLINE: usize = 75_000;
/// The bytes up to which texts do.
const TEXTS_INLINE: usize = 32_000;
/// How many articles are read by one thread at a time, least and most.
const SHARE: (usize, usize) = (192, 384);
/// Bytes of a file of terms, least and most; a long entry may exceed them.
const TERMS_SIZE: (usize, usize) = (4_000, 7_000);
/// Bytes of a file of spellings.
const SPELLING_SIZE: (usize, usize) = (4_000, 7_000);
/// Bytes of a file of texts.
const TEXTS_SIZE: (usize, usize) = (2_000, 6_000);
/// The same in a site of many articles, where files as small would be too many.
const MANY_TEXTS_SIZE: (usize, usize) = (10_000, 20_000);
/// More articles than this are many here.
const MANY_ARTICLES: usize = 4_000;
/// In a site of more parts than this, a term that is in one of four says little: only where it stands out it is kept.
const MANY_PARTS: usize = 500;

/// Hands each file of the index of `articles` to `sink`, the entry file last.
pub(super) fn files(articles: &[Article<'_>], sink: Sink<'_>) {
    let sink = Once { sink, names: Mutex::default() };
    let shares = cut(articles.len(), SHARE, |_| 1, |index| articles[index].is_anchor(64));
    let is_alone = shares.len() == 1;
    let bounds = if articles.len() > MANY_ARTICLES { MANY_TEXTS_SIZE } else { TEXTS_SIZE };
    let read = shares.into_par_iter().map(|share| {
        let (terms, texts, counts) = read(&articles[share]);
        let texts = if is_alone && texts.size() <= TEXTS_INLINE {
            Placed::Here(raw(texts.list(0..texts.len())))
        } else {
            texts_in_files(&texts, bounds, &sink)
        };
        (terms, (texts, counts))
    });
    let (shares, texts): (Vec<Share>, Vec<_>) = read.unzip();
    let (texts, counts): (Vec<_>, Vec<Vec<usize>>) = texts.into_iter().unzip();
    let texts = texts.into_iter().reduce(Placed::and).unwrap_or(Placed::Here(raw(b"[]".to_vec())));
    let parts = counts.iter().flatten().sum();
    let (terms, spelling) = placed_terms(&merge(shares), parts, &sink);
    let long = long(counts.into_iter().flatten());
    let index = Index { format: 1, parts, long, terms, spelling, texts };
    (sink.sink)(Output::bytes(OutputPath::new("search/index.json"), json(&index)));
}

/// Reads each body once: the terms of some articles, the texts of their parts, and how many parts each has.
fn read(articles: &[Article<'_>]) -> (Share, Texts, Vec<usize>) {
    let mut reading = Reading::default();
    let mut texts = Texts::default();
    let mut counts = Vec::with_capacity(articles.len());
    for article in articles {
        reading.article(article);
        let text = passages(article.html);
        let parts = parts(&text);
        for (index, part) in parts.iter().enumerate() {
            reading.part(part);
            texts.add(article, part, index == 0);
        }
        counts.push(parts.len());
    }
    (reading.end(), texts, counts)
}

/// Writes the texts into files at once, so that no more than those of a share are held.
fn texts_in_files(texts: &Texts, bounds: (usize, usize), sink: &Once<'_>) -> Placed<Box<RawValue>> {
    let files = cut(texts.len(), bounds, |part| texts.size_of(part), |part| texts.is_anchor(part));
    let counts: Vec<String> = files.iter().map(|parts| base36(parts.len())).collect();
    let names: String = files.into_iter().map(|parts| sink.add(texts.list(parts))).collect();
    Placed::Files { first: counts.join(" "), files: names }
}

/// The terms, and those that misspelt words may mean where they stand in files.
fn placed_terms(
    all: &Terms,
    parts: usize,
    sink: &Once<'_>,
) -> (Placed<(String, String)>, Option<Placed<String>>) {
    let terms = &all.terms;
    let postings: Vec<String> = terms.par_iter().map(|term| postings(all, term, parts)).collect();
    let size = |index: usize| terms[index].text.len() + postings[index].len();
    let terms_size: usize = (0..terms.len()).map(size).sum();
    let in_file = |range: Range<usize>| {
        let texts = terms[range.clone()].iter().map(|term| &*term.text);
        (front_coded(texts), postings[range].join(" "))
    };
    if terms_size <= TERMS_INLINE {
        return (Placed::Here(in_file(0..terms.len())), None);
    }
    let is_anchor = |index: usize| hash(terms[index].text.as_bytes()).is_multiple_of(64);
    let ranges = cut(terms.len(), TERMS_SIZE, size, is_anchor);
    let first = ranges.iter().map(|range| beginning(terms, range.start)).collect::<Vec<_>>();
    let files = sink.write(ranges, &|range| json(&in_file(range)));
    (Placed::Files { first: first.join(" "), files }, Some(spelling(all, sink)))
}

/// Where files go that are named by what they hold: two of the same content are one.
struct Once<'a> {
    sink: Sink<'a>,
    names: Mutex<AHashSet<String>>,
}

impl Once<'_> {
    /// Writes a file; returns its name.
    fn add(&self, bytes: Vec<u8>) -> String {
        let name = name(&bytes);
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.insert(name.clone()) {
            drop(names);
            let path = OutputPath::new(&format!("{FOLDER}/{name}.json"));
            (self.sink)(Output::bytes(path, bytes));
        }
        name
    }

    /// Writes one file for each range; returns their names.
    fn write(
        &self,
        ranges: Vec<Range<usize>>,
        in_file: &(impl Fn(Range<usize>) -> Vec<u8> + Sync),
    ) -> String {
        let write = |range| self.add(in_file(range));
        ranges.into_par_iter().map(write).collect::<Vec<String>>().concat()
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

impl<T> Placed<T> {
    /// What stands in the files of both. What is in the entry file is all there is.
    fn and(self, next: Self) -> Self {
        match (self, next) {
            (
                Placed::Files { first, files },
                Placed::Files { first: next_first, files: next_files },
            ) => Placed::Files { first: first + " " + &next_first, files: files + &next_files },
            (here, _) => here,
        }
    }
}

fn long(counts: impl Iterator<Item = usize>) -> String {
    let mut long = Vec::new();
    let mut before = 0;
    for count in counts {
        match count {
            1 => before += 1,
            _ => {
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

fn raw(json: Vec<u8>) -> Box<RawValue> {
    let json = String::from_utf8(json).expect("JSON is UTF-8");
    RawValue::from_string(json).expect("a list of JSON texts is JSON")
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and lists are JSON")
}

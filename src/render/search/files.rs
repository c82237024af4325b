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
use serde_json::value::{RawValue, to_raw_value};

use super::postings::{LEVELS, Reading, Term, merge};
use super::runs::{cut, hash};
use super::{Article, Sink, text, texts};
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
/// How many articles are read by one thread at a time.
const SHARE: usize = 256;
/// Bytes of a file of terms or spellings, least and most; a long entry may exceed them.
const TERMS_SIZE: Range<usize> = 4_000..7_000;
/// Bytes of a file of texts.
const TEXTS_SIZE: Range<usize> = 2_000..6_000;
/// The same in a site of many articles, where files as small would be too many.
const MANY_TEXTS_SIZE: Range<usize> = 10_000..20_000;
/// More articles than this are many here.
const MANY_ARTICLES: usize = 4_000;
/// In a site of more parts than this, a term that is in one of four says little: only where it stands out it is kept.
const MANY_PARTS: usize = 500;

/// Hands each file of the index of `articles` to `sink`, the entry file last.
pub(super) fn files(articles: &[Article<'_>], sink: Sink<'_>) {
    let sink = Once { sink, names: Mutex::default() };
    let is_many = articles.len() > MANY_ARTICLES;
    let (mut shares, mut lengths, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    // The texts of so many articles are held at a time, and none of them while the terms are put together.
    for articles in articles.chunks(MANY_ARTICLES) {
        let read: Vec<_> = articles.par_chunks(SHARE).map(read).collect();
        let (readings, of_articles): (Vec<Reading>, Vec<_>) = read.into_iter().unzip();
        let of_articles: Vec<Vec<String>> = of_articles.into_iter().flatten().collect();
        shares.extend(readings);
        lengths.extend(of_articles.iter().map(Vec::len));
        texts.push(placed_texts(articles, &of_articles, is_many, &sink));
    }
    let texts = texts
        .into_iter()
        .reduce(Placed::and)
        .unwrap_or_else(|| placed_texts(&[], &[], false, &sink));
    let parts = shares.iter().map(|share| share.parts as usize).sum();
    let (terms, spelling) = placed_terms(&merge(shares), parts, &sink);
    let index = Index { format: 1, parts, long: long(lengths.into_iter()), terms, spelling, texts };
    (sink.sink)(Output::bytes(OutputPath::new("search/index.json"), json(&index)));
}

/// Reads each body once: the terms of some articles, and the texts of the parts of each.
fn read(articles: &[Article<'_>]) -> (Reading, Vec<Vec<String>>) {
    let mut reading = Reading::default();
    let texts = articles.iter().map(|article| {
        reading.article(article);
        let parts = text::parts(article.html).into_iter().enumerate();
        let text = |(index, part): (usize, Vec<_>)| {
            reading.part(&part);
            texts::part(article, &part, index == 0)
        };
        parts.map(text).collect()
    });
    let texts = texts.collect();
    (reading, texts)
}

/// The texts of the articles' parts.
fn placed_texts(
    articles: &[Article<'_>],
    texts: &[Vec<String>],
    is_many: bool,
    sink: &Once<'_>,
) -> Placed {
    let bounds = if is_many { MANY_TEXTS_SIZE } else { TEXTS_SIZE };
    let of_article =
        |(article, texts): (&Article<'_>, &'_ Vec<String>)| vec![article.is_anchor(); texts.len()];
    let anchors: Vec<bool> = articles.iter().zip(texts).flat_map(of_article).collect();
    let texts: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
    let list = |range: Range<usize>| format!("[{}]", texts[range].join(","));
    let size = |part: usize| texts[part].len() + 1;
    if !is_many && (0..texts.len()).map(size).sum::<usize>() <= TEXTS_INLINE {
        let list = RawValue::from_string(list(0..texts.len()));
        return Placed::Here(list.expect("a list of JSON texts is JSON"));
    }
    let files = cut(texts.len(), bounds, size, |part| anchors[part]);
    let first: Vec<String> = files.iter().map(|parts| base36(parts.len())).collect();
    let files = sink.write(files, &|range| list(range).into_bytes());
    Placed::Files { first: first.join(" "), files }
}

/// The terms, and those that misspelt words may mean where they stand in files.
fn placed_terms(terms: &[Term], parts: usize, sink: &Once<'_>) -> (Placed, Option<Placed>) {
    let postings: Vec<String> = terms.par_iter().map(|term| postings(term, parts)).collect();
    let size = |index: usize| terms[index].text.len() + postings[index].len();
    let in_file = |range: Range<usize>| {
        let texts = terms[range.clone()].iter().map(|term| &*term.text);
        (front_coded(texts), postings[range].join(" "))
    };
    if (0..terms.len()).map(size).sum::<usize>() <= TERMS_INLINE {
        let all = to_raw_value(&in_file(0..terms.len())).expect("texts are JSON");
        return (Placed::Here(all), None);
    }
    let is_anchor = |index: usize| hash(terms[index].text.as_bytes()).is_multiple_of(64);
    let ranges = cut(terms.len(), TERMS_SIZE, size, is_anchor);
    let first = ranges.iter().map(|range| beginning(terms, range.start)).collect::<Vec<_>>();
    let files = sink.write(ranges, &|range| json(&in_file(range)));
    (Placed::Files { first: first.join(" "), files }, Some(spelling(terms, sink)))
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
        let write = |range| self.add(in_file(range));
        ranges.into_par_iter().map(write).collect::<Vec<String>>().concat()
    }

    fn add(&self, bytes: Vec<u8>) -> String {
        let name = name(&bytes);
        let is_new = self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        if is_new {
            let path = OutputPath::new(&format!("{FOLDER}/{name}.json"));
            (self.sink)(Output::bytes(path, bytes));
        }
        name
    }
}

/// The entry file.
#[derive(Serialize)]
struct Index {
    /// Changes whenever older scripts could not read the rest.
    format: u8,
    /// How many parts there are.
    parts: usize,
    /// The articles of more than one part: for each, how many parts come before it since the last of these, and how many
    /// it has. Base 36.
    long: String,
    terms: Placed,
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<Placed>,
    texts: Placed,
}

/// What is in the entry file, or in files of its own.
#[derive(Serialize)]
#[serde(untagged)]
enum Placed {
    Here(Box<RawValue>),
    Files {
        /// What each file begins with; of texts, how many parts it holds. Separated by spaces.
        first: String,
        /// The files' names, eight characters each.
        files: String,
    },
}

impl Placed {
    /// What is in the files of both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Files { first, files }, Self::Files { first: next, files: more }) => {
                Self::Files { first: format!("{first} {next}"), files: files + &more }
            }
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

fn postings(term: &Term, parts: usize) -> String {
    let count = term.postings.len();
    let is_common = parts > MANY_PARTS && count > parts / 4;
    let mut written = if is_common { base36(count) + "," } else { String::new() };
    let mut next = 0;
    for posting in &term.postings {
        if is_common && !posting.is_prominent() && posting.code() < LEVELS - 2 {
            continue;
        }
        if posting.part() > next {
            push_base36(&mut written, (posting.part() - next) as usize);
        }
        written.push(char::from(CODES[usize::from(posting.code())]));
        next = posting.part() + 1;
    }
    written
}

/// Terms one after the other, each without what it shares with the one before.
fn front_coded<'a>(terms: impl Iterator<Item = &'a str>) -> String {
    let mut written = String::new();
    let mut before = "";
    for term in terms {
        let shared = shared(before, term).min(25);
        written.push(char::from(b'A' + shared as u8));
        written.extend(term.chars().skip(shared));
        before = term;
    }
    written
}

/// How many characters two terms share at the beginning.
fn shared(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// The shortest text that is not after the term and after every one before it.
fn beginning(terms: &[Term], index: usize) -> String {
    let term = &*terms[index].text;
    let before = index.checked_sub(1).map_or("", |index| &*terms[index].text);
    term.chars().take(shared(before, term) + 1).collect()
}

/// The terms that a misspelt word may mean: those of more than one part, and those that stand out. By first character
/// and length, as a misspelt word mostly begins as it should and is about as long.
fn spelling(terms: &[Term], sink: &Once<'_>) -> Placed {
    let is_known = |term: &&Term| {
        term.postings.len() > 1 || term.postings.iter().any(|posting| posting.is_prominent())
    };
    let keyed = terms.iter().filter(is_known).filter_map(|Term { text, .. }| {
        let length = text.chars().count();
        Some((text.chars().next()?, length, &**text)).filter(|_| length > 3)
    });
    let mut terms: Vec<(char, usize, &str)> = keyed.collect();
    terms.sort_unstable();
    let is_anchor = |index: usize| hash(terms[index].2.as_bytes()).is_multiple_of(64);
    let ranges = cut(terms.len(), TERMS_SIZE, |index| terms[index].2.len() / 2 + 1, is_anchor);
    // No term is longer than 32 characters, so that its length is one digit.
    let first = |range: &Range<usize>| {
        let (first, length, _) = terms[range.start];
        format!("{first}{}", base36(length))
    };
    let first: Vec<_> = ranges.iter().map(first).collect();
    let in_file =
        |range: Range<usize>| json(&front_coded(terms[range].iter().map(|(.., term)| *term)));
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

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and lists are JSON")
}

//! One line of the record: a URL, a word for what is there, and what belongs to it, with spaces between.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use jiff::civil::Date;
use percent_encoding::{percent_decode_str, percent_encode_byte};

use super::{Damage, Published, Remedy, State, TextHash};

/// The ids of a page, each as the line has it, and whether it was taken away on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(BTreeMap<Box<str>, bool>);

impl Ids {
    /// The ids that there are.
    pub fn new<'a>(ids: impl Iterator<Item = &'a str>) -> Self {
        Self(ids.map(|id| (encoded(id), false)).collect())
    }

    /// The ids that links may lead to, each as it is written in the record: see [`decoded`].
    pub fn live(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, is_retired)| !**is_retired).map(|(id, _)| &**id)
    }

    /// These and those that there are now. An id that is there is not retired.
    pub(super) fn with(mut self, now: Self) -> Self {
        self.0.extend(now.0);
        self
    }

    /// The ids of both. One that either took away on purpose is retired.
    pub(super) fn merged(mut self, other: Self) -> Self {
        for (id, is_retired) in other.0 {
            *self.0.entry(id).or_default() |= is_retired;
        }
        self
    }

    /// The same without an id that was taken away on purpose; nothing when it was not there.
    pub fn without(&self, id: &str) -> Option<Self> {
        let mut ids = self.clone();
        *ids.0.get_mut(&encoded(id))? = true;
        Some(ids)
    }
}

/// An id as it is on its page.
pub fn decoded(id: &str) -> Cow<'_, str> {
    percent_decode_str(id).decode_utf8_lossy()
}

/// An id in one word.
fn encoded(id: &str) -> Box<str> {
    let mut word = String::with_capacity(id.len());
    for c in id.chars() {
        if c.is_whitespace() || c.is_control() || c == '%' || c == '\u{feff}' {
            word.extend(c.encode_utf8(&mut [0; 4]).bytes().map(percent_encode_byte));
        } else {
            word.push(c);
        }
    }
    word.into()
}

/// A word of a line, and where it stands.
type Word<'a> = (Range<usize>, &'a str);

fn wrong(at: Range<usize>, message: impl Into<String>) -> Damage {
    Damage { at, message: message.into(), remedy: Remedy::Hand }
}

/// Reads a line that stands at `start`: its URL, and what is known of it.
pub(super) fn line(text: &str, start: usize) -> Result<(&str, State), Damage> {
    let end = start + text.len();
    let mut at = start;
    let mut words = text.split(' ').map(|word| {
        let range = at..at + word.len();
        at = range.end + 1;
        (range, word)
    });
    let url = words.next().map_or("", |(_, word)| word);
    let is_url = url.starts_with('/') || url.contains("://");
    if !is_url || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(wrong(start..end, "this line does not begin with a URL"));
    }
    let Some((kind_at, kind)) = words.next() else {
        let message = "this line does not say what is at the URL: `page`, `redirect` or `gone`";
        return Err(wrong(start..end, message));
    };
    let state = match kind {
        "page" => State::Page(page(&mut words, end)?),
        "redirect" => match words.next() {
            Some((_, to)) if !to.is_empty() => State::Redirect(to.into()),
            _ => return Err(wrong(kind_at, "this redirect does not say where it leads")),
        },
        "gone" => State::Retired,
        _ => return Err(wrong(kind_at, format!("`{kind}` is not `page`, `redirect` or `gone`"))),
    };
    match words.next() {
        Some((at, word)) => Err(wrong(at, format!("`{word}` does not belong here"))),
        None => Ok((url, state)),
    }
}

fn page<'a>(words: &mut impl Iterator<Item = Word<'a>>, end: usize) -> Result<Published, Damage> {
    let (at, word) = words.next().unwrap_or((end..end, ""));
    let updated = match (word, word.parse::<Date>()) {
        ("-", _) => None,
        (_, Ok(date)) => Some(date),
        _ => return Err(wrong(at, format!("`{word}` is not a date like `2026-04-16`"))),
    };
    let (at, word) = words.next().unwrap_or((end..end, ""));
    let text = TextHash::read(word)
        .ok_or_else(|| wrong(at, format!("`{word}` is not a hash like `2:0123456789abcdef`")))?;
    let mut ids = BTreeMap::new();
    for (at, word) in words {
        match word.split_at_checked(1) {
            None => return Err(wrong(at, "there is a space too many")),
            Some((mark @ ("#" | "!"), id)) if !id.is_empty() => {
                ids.insert(encoded(&decoded(id)), mark == "!");
            }
            _ => {
                let message = format!("`{word}` is not an id: it begins with neither `#` nor `!`");
                return Err(wrong(at, message));
            }
        }
    }
    Ok(Published { updated, text, ids: Ids(ids) })
}

/// Writes a line.
pub(super) fn print(text: &mut String, url: &str, state: &State) {
    // Writing to a string cannot fail.
    let _ = match state {
        State::Page(Published { updated, text: hash, ids: Ids(ids) }) => {
            let updated = updated.map_or("-".to_owned(), |date| date.to_string());
            let _ = write!(text, "{url} page {updated} {hash}");
            for (id, is_retired) in ids {
                let _ = write!(text, " {}{id}", if *is_retired { '!' } else { '#' });
            }
            writeln!(text)
        }
        State::Redirect(to) => writeln!(text, "{url} redirect {to}"),
        State::Retired => writeln!(text, "{url} gone"),
    };
}

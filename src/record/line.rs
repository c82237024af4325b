//! One line of the record: a URL, a word for what is there, and what belongs to it, with spaces between.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use jiff::civil::Date;
use percent_encoding::percent_decode_str;

use super::{Published, State, TextHash};

/// Ids, sorted, as the line has them: `#id`, and `!id` where it was taken away on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(Box<str>);

impl Ids {
    /// The ids that there are.
    pub fn new<'a>(ids: impl Iterator<Item = &'a str>) -> Self {
        Self::from_map(ids.map(|id| (encoded(id), false)).collect())
    }

    fn from_map(ids: BTreeMap<String, bool>) -> Self {
        let mut text = String::new();
        for (id, is_gone) in ids {
            let mark = if is_gone { '!' } else { '#' };
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}{mark}{id}");
        }
        Self(text.into())
    }

    /// Each id as it is written, and whether it was taken away on purpose.
    fn written(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| (&word[1..], word.starts_with('!')))
    }

    fn map(&self) -> BTreeMap<String, bool> {
        self.written().map(|(id, is_gone)| (id.to_owned(), is_gone)).collect()
    }

    /// The ids that links may lead to, each as it is written in the record: see [`decoded`].
    pub fn live(&self) -> impl Iterator<Item = &str> {
        self.written().filter(|(_, is_gone)| !is_gone).map(|(id, _)| id)
    }

    /// These and those that there are now. An id that is there is not gone.
    pub(super) fn with(&self, now: &Self) -> Self {
        if self.0 == now.0 {
            return self.clone();
        }
        let mut ids = self.map();
        ids.extend(now.map());
        Self::from_map(ids)
    }

    /// The ids of both. One that either took away on purpose is gone.
    pub(super) fn merged(&self, other: &Self) -> Self {
        let mut ids = self.map();
        for (id, is_gone) in other.map() {
            *ids.entry(id).or_default() |= is_gone;
        }
        Self::from_map(ids)
    }

    /// The same without an id that was taken away on purpose; nothing when it was not there.
    pub fn without(&self, id: &str) -> Option<Self> {
        let mut ids = self.map();
        *ids.get_mut(&encoded(id))? = true;
        Some(Self::from_map(ids))
    }
}

/// An id as it is on its page.
pub fn decoded(id: &str) -> Cow<'_, str> {
    percent_decode_str(id).decode_utf8_lossy()
}

/// An id in one word.
fn encoded(id: &str) -> String {
    let mut word = String::with_capacity(id.len());
    for c in id.chars() {
        if c.is_whitespace() || c.is_control() || c == '%' || c == '\u{feff}' {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(word, "%{byte:02X}");
            }
        } else {
            word.push(c);
        }
    }
    word
}

type Wrong = (Range<usize>, String);

/// Reads a line: where its URL stands, and what is known of it.
pub(super) fn line(text: &str) -> Result<(Range<usize>, State), Wrong> {
    let mut at = 0;
    let mut words = text.split(' ').map(|word| {
        let range = at..at + word.len();
        at += word.len() + 1;
        (range, word)
    });
    let whole = 0..text.len();
    let (url, written) = words.next().unwrap_or((0..0, ""));
    let is_url = written.starts_with('/') || written.contains("://");
    if !is_url || written.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err((whole, "this line does not begin with a URL".to_owned()));
    }
    let Some((kind_at, kind)) = words.next() else {
        return Err((
            whole,
            "this line does not say what is at the URL: `page`, `redirect` or `gone`".to_owned(),
        ));
    };
    let state = match kind {
        "page" => State::Page(page(&mut words, text.len())?),
        "redirect" => match words.next() {
            Some((_, to)) if !to.is_empty() => State::Redirect(to.into()),
            _ => return Err((kind_at, "this redirect does not say where it leads".to_owned())),
        },
        "gone" => State::Retired,
        _ => return Err((kind_at, format!("`{kind}` is not `page`, `redirect` or `gone`"))),
    };
    match words.next() {
        Some((at, word)) => Err((at, format!("`{word}` does not belong here"))),
        None => Ok((url, state)),
    }
}

fn page<'a>(
    words: &mut impl Iterator<Item = (Range<usize>, &'a str)>,
    end: usize,
) -> Result<Published, Wrong> {
    let (at, word) = words.next().unwrap_or((end..end, ""));
    let updated = match word {
        "-" => None,
        date => Some(
            date.parse::<Date>()
                .map_err(|_| (at, format!("`{date}` is not a date like `2026-04-16`")))?,
        ),
    };
    let (at, word) = words.next().unwrap_or((end..end, ""));
    let text = TextHash::read(word)
        .ok_or_else(|| (at, format!("`{word}` is not a hash like `2:0123456789abcdef`")))?;
    let mut ids = BTreeMap::new();
    for (at, word) in words {
        let (Some(mark), Some(id)) = (word.chars().next(), word.get(1..)) else {
            return Err((at, "there is a space too many".to_owned()));
        };
        if !matches!(mark, '#' | '!') || id.is_empty() {
            return Err((at, format!("`{word}` is not an id: it begins with neither `#` nor `!`")));
        }
        ids.insert(encoded(&decoded(id)), mark == '!');
    }
    Ok(Published { updated, text, ids: Ids::from_map(ids) })
}

/// Writes a line.
pub(super) fn print(text: &mut String, url: &str, state: &State) {
    // Writing to a string cannot fail.
    let _ = match state {
        State::Page(Published { updated, text: hash, ids: Ids(ids) }) => {
            let updated = updated.map_or("-".to_owned(), |date| date.to_string());
            let space = if ids.is_empty() { "" } else { " " };
            writeln!(text, "{url} page {updated} {hash}{space}{ids}")
        }
        State::Redirect(to) => writeln!(text, "{url} redirect {to}"),
        State::Retired => writeln!(text, "{url} gone"),
    };
}

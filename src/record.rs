//! The record of what was published, `silcrow.lock`: a line for each URL, sorted, so that branches merge cleanly. Read,
//! united and written as text; which pages there are now is not known here.

mod line;

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use line::line;
pub use line::{Ids, decoded};

/// The file's name beside `site.yaml`.
pub const FILE: &str = "silcrow.lock";

/// The first line; the number is the format's.
const HEAD: &str =
    "# silcrow record 1: every URL and id that readers may have kept; written by `silcrow record`";
/// What the first line begins with, whatever the words after it.
const HEAD_START: &str = "# silcrow record ";

/// What is known of one URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A page.
    Page(Published),
    /// An old address, and the URL that it leads to.
    Redirect(Box<str>),
    /// Taken away on purpose.
    Gone,
}

/// A page as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its date.
    pub updated: Option<Date>,
    /// Hash of its plain text.
    pub text: u64,
    /// The ids that links may lead to.
    pub ids: Ids,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    state: State,
    /// Where the line begins in the text that it was read from.
    at: u32,
}

/// Every URL that was ever published, percent-encoded and below the base URL; outside it, with its origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    entries: BTreeMap<Box<str>, Entry>,
}

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The lines that can be read; of conflicts, both sides.
    pub record: Record,
    /// What is wrong, by place.
    pub damages: Vec<Damage>,
}

/// Something wrong with the text of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The bytes that are wrong.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// Whether uniting and sorting the lines puts it right without losing anything.
    pub is_repairable: bool,
}

impl Read {
    /// Reads a record. Every line that can be read counts, whatever is wrong with the others.
    pub fn parse(text: &str) -> Self {
        let mut read = Self::default();
        let mut at = 0;
        let mut conflicts = 0;
        let mut order = Vec::new();
        let mut last: Option<&str> = None;
        for whole in text.split_inclusive('\n') {
            let content = whole.trim_end_matches(['\n', '\r']);
            let place = at..at + content.len();
            at += whole.len();
            if is_marker(content) {
                if content.starts_with('<') {
                    conflicts += 1;
                    read.damage(place, "two branches changed the record here".to_owned(), true);
                }
                continue;
            }
            if place.start == 0 {
                if !content.trim_start_matches('\u{feff}').starts_with(HEAD_START) {
                    let message = format!("the record does not begin with `{HEAD_START}1`");
                    read.damage(place.clone(), message, true);
                } else {
                    continue;
                }
            }
            match line(content) {
                Ok((url, state)) => {
                    let url = &content[url];
                    match last.map(|last| last.cmp(url)) {
                        Some(std::cmp::Ordering::Greater) => {
                            order.push((place.start, url, "is not in its order"))
                        }
                        Some(std::cmp::Ordering::Equal) => {
                            order.push((place.start, url, "stands twice"))
                        }
                        _ => {}
                    }
                    last = Some(url);
                    read.record.unite(url, Entry { state, at: place.start as u32 });
                }
                Err((wrong, message)) => {
                    read.damage(place.start + wrong.start..place.start + wrong.end, message, false);
                }
            }
        }
        // Both sides of a conflict name the same URLs: that is the conflict, and no other mistake.
        if conflicts == 0 {
            for (start, url, message) in order {
                read.damage(start..start + url.len(), format!("`{url}` {message}"), true);
            }
        }
        read.damages.sort_by_key(|damage| damage.at.start);
        read
    }

    fn damage(&mut self, at: Range<usize>, message: String, is_repairable: bool) {
        self.damages.push(Damage { at, message, is_repairable });
    }
}

/// Whether a line is git's mark of a conflict.
fn is_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|mark| {
        line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

impl Record {
    /// Whether nothing was ever recorded.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many URLs there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is known of a URL.
    pub fn get(&self, url: &str) -> Option<&State> {
        self.entries.get(url).map(|entry| &entry.state)
    }

    /// Says what is known of a URL from now on.
    pub fn set(&mut self, url: &str, state: State) {
        self.entries.insert(url.into(), Entry { state, at: 0 });
    }

    /// Takes a URL out.
    pub fn remove(&mut self, url: &str) -> Option<State> {
        self.entries.remove(url).map(|entry| entry.state)
    }

    /// Every URL with what is known of it and where its line begins in the text, sorted.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &State, usize)> {
        self.entries.iter().map(|(url, entry)| (url.as_ref(), &entry.state, entry.at as usize))
    }

    /// Every URL that was taken away on purpose.
    pub fn gone(&self) -> impl Iterator<Item = &str> {
        self.entries().filter(|(_, state, _)| **state == State::Gone).map(|(url, ..)| url)
    }

    fn unite(&mut self, url: &str, entry: Entry) {
        match self.entries.get_mut(url) {
            Some(known) => known.state = known.state.clone().united(entry.state),
            None => {
                self.entries.insert(url.into(), entry);
            }
        }
    }

    /// What both know: of a URL that both have, the later.
    #[must_use]
    pub fn united(mut self, other: Self) -> Self {
        other.entries.into_iter().for_each(|(url, entry)| self.unite(&url, entry));
        self
    }

    /// The record after `now` has been published. What `now` does not have any more stays, since readers may have kept it.
    #[must_use]
    pub fn published(mut self, now: Self) -> Self {
        let mut moved: Vec<(Box<str>, Ids)> = Vec::new();
        for (url, Entry { state, .. }) in now.entries {
            let before = self.entries.remove(&url).map(|entry| entry.state);
            let state = match (state, before) {
                (State::Page(page), Some(State::Page(before))) => {
                    State::Page(Published { ids: before.ids.with(&page.ids), ..page })
                }
                (State::Redirect(to), Some(State::Page(before))) => {
                    moved.push((to.clone(), before.ids));
                    State::Redirect(to)
                }
                (state, _) => state,
            };
            self.entries.insert(url, Entry { state, at: 0 });
        }
        // Who follows an old link with a fragment arrives on the page that the old address leads to.
        for (to, ids) in moved {
            if let Some(Entry { state: State::Page(page), .. }) = self.entries.get_mut(&to) {
                page.ids = ids.with(&page.ids);
            }
        }
        self
    }

    /// The record as text.
    pub fn print(&self) -> String {
        let mut text = String::with_capacity(self.entries.len() * 160 + HEAD.len());
        text.push_str(HEAD);
        text.push('\n');
        for (url, entry) in &self.entries {
            line::print(&mut text, url, &entry.state);
        }
        text
    }
}

impl State {
    /// What two branches know of one URL. The order does not matter.
    fn united(self, other: Self) -> Self {
        match (self, other) {
            // To take a page away, or to move it, is a decision.
            (Self::Gone, _) | (_, Self::Gone) => Self::Gone,
            (Self::Redirect(one), Self::Redirect(other)) => Self::Redirect(one.max(other)),
            (Self::Redirect(to), _) | (_, Self::Redirect(to)) => Self::Redirect(to),
            (Self::Page(one), Self::Page(other)) => {
                let later = (one.updated, one.text).max((other.updated, other.text));
                let ids = one.ids.united(&other.ids);
                Self::Page(Published { updated: later.0, text: later.1, ids })
            }
        }
    }
}

#[cfg(test)]
mod tests;

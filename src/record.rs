//! The record of what was published, `silcrow.lock`: a line for each URL, sorted, so that branches merge cleanly. Read,
//! merged and written as text; which pages there are now is not known here.

mod hash;
mod line;
mod read;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use hash::TextHash;
pub use line::{Ids, decoded};
pub use read::{Damage, ReadRecord, Remedy};

/// The file's name beside `site.yaml`.
pub const FILE: &str = "silcrow.lock";

/// The first line.
const HEAD: &str =
    "# silcrow record 1: every URL and id that readers may have kept; written by `silcrow record`";
/// What the first line begins with, whatever the words after it.
const HEAD_START: &str = "# silcrow record ";
/// The format's number.
const FORMAT: &str = "1";

/// What is known of one URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A page.
    Page(Published),
    /// An old address, and the URL that it leads to.
    Redirect(Box<str>),
    /// Taken away on purpose.
    Retired,
}

/// A page as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its date.
    pub updated: Option<Date>,
    /// Hash of its plain text.
    pub text: TextHash,
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

/// A page that is not at its URL any more, and that URL.
type Moved = (Box<str>, Published);

/// Every URL that was ever published, percent-encoded and below the base URL; outside it, with its origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    entries: BTreeMap<Box<str>, Entry>,
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

    /// Every URL with what is known of it and where its line begins in the text, sorted.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &State, usize)> {
        self.entries.iter().map(|(url, entry)| (url.as_ref(), &entry.state, entry.at as usize))
    }

    /// Every URL that was taken away on purpose.
    pub fn retired(&self) -> impl Iterator<Item = &str> {
        self.entries().filter(|(_, state, _)| **state == State::Retired).map(|(url, ..)| url)
    }

    /// Says what a page is from now on. The ids that were known at its URL before stay.
    pub fn set_page(&mut self, url: &str, mut page: Published) {
        if let Some(State::Page(before)) = self.get(url) {
            page.ids = before.ids.clone().with(page.ids);
        }
        self.set(url, State::Page(page));
    }

    /// Adds what another branch knows of a URL. Returns the page that was there, when one of the two has moved it.
    fn merge(&mut self, url: &str, entry: Entry) -> Option<Moved> {
        let Some(known) = self.entries.get_mut(url) else {
            self.entries.insert(url.into(), entry);
            return None;
        };
        let moved = match (&known.state, &entry.state) {
            (State::Page(page), State::Redirect(_)) | (State::Redirect(_), State::Page(page)) => {
                Some((url.into(), page.clone()))
            }
            _ => None,
        };
        known.state = known.state.clone().merged(entry.state);
        moved
    }

    /// Unites pages that one branch moved, and the other still had, with those that their old addresses lead to.
    fn carry(&mut self, moved: Vec<Moved>) {
        for (url, page) in moved {
            if let Some(now) = self.end_mut(&url) {
                *now = now.clone().merged(page);
            }
        }
    }

    /// The page on which somebody arrives who follows a URL.
    fn end_mut(&mut self, url: &str) -> Option<&mut Published> {
        let mut url: Box<str> = url.into();
        // No way that leads somewhere is longer; one that is goes in a circle.
        for _ in 0..self.len() {
            let State::Redirect(to) = self.get(&url)? else { break };
            url = to.clone();
        }
        let state = &mut self.entries.get_mut(&url)?.state;
        if let State::Page(page) = state { Some(page) } else { None }
    }

    /// The record after `now` has been published. What `now` does not have any more stays, since readers may have kept it.
    pub fn published(mut self, now: Self) -> Self {
        let mut moved: Vec<Moved> = Vec::new();
        for (url, Entry { state, .. }) in now.entries {
            match (state, self.get(&url)) {
                (State::Page(page), _) => self.set_page(&url, page),
                (state, before) => {
                    if let Some(State::Page(before)) = before {
                        moved.push((url.clone(), before.clone()));
                    }
                    self.set(&url, state);
                }
            }
        }
        // Who follows an old link with a fragment arrives on the page that the old address leads to.
        for (url, before) in moved {
            if let Some(page) = self.end_mut(&url) {
                page.ids = before.ids.with(std::mem::take(&mut page.ids));
            }
        }
        self
    }

    /// The record as text.
    pub fn print(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for (url, entry) in &self.entries {
            line::print(&mut text, url, &entry.state);
        }
        text
    }
}

impl State {
    /// What two branches know of one URL. The order does not matter.
    fn merged(self, other: Self) -> Self {
        match (self, other) {
            // To take a page away, or to move it, is a decision.
            (Self::Retired, _) | (_, Self::Retired) => Self::Retired,
            (Self::Redirect(one), Self::Redirect(other)) => Self::Redirect(one.max(other)),
            (Self::Redirect(to), _) | (_, Self::Redirect(to)) => Self::Redirect(to),
            (Self::Page(one), Self::Page(other)) => Self::Page(one.merged(other)),
        }
    }
}

impl Published {
    /// What two branches know of one page: the later text, and the ids of both.
    fn merged(self, other: Self) -> Self {
        let (updated, text) = (self.updated, self.text).max((other.updated, other.text));
        Self { updated, text, ids: self.ids.merged(other.ids) }
    }
}

#[cfg(test)]
mod tests;

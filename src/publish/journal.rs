//! What a publish that has not ended has done, as far as is known: written at a target before anything else, so that the
//! next publish knows what it can rely on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::text::{self, Damage, FORMAT};
use super::{HexHash, Object};
use crate::path::OutputPath;

/// A publish in progress.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// Whose site is published: its base URL. Empty where that is not known.
    #[serde(default)]
    pub site: String,
    /// The name of the release that is published; empty when the last one is what is wanted, and what an earlier publish left
    /// is corrected.
    pub release: String,
    /// Objects that the target is known to hold, though no manifest lists them.
    #[serde(skip)]
    pub written: Vec<Object>,
    /// Objects of earlier publishes that may be at the target or not, and are not being written.
    #[serde(skip)]
    pub unsure: Vec<Object>,
    /// Objects that are being written, in this order: each may be at the target or not.
    #[serde(skip)]
    pub intended: Vec<Object>,
    /// What is deleted after the manifest is written.
    pub deletions: Vec<OutputPath>,
    /// Paths at which a file of others was before something was to be written over it.
    #[serde(default)]
    pub foreign: Vec<OutputPath>,
    /// Contents of unfinished publishes; their copies are not needed.
    pub garbage: Vec<HexHash>,
    /// Absolute URLs that publishes before this one changed, which died before they could tell.
    #[serde(default)]
    pub untold: Vec<String>,
}

/// The first line: how many objects follow it, and of which kind. `J` is a journal.
#[derive(Serialize, Deserialize)]
struct Head<J> {
    silcrow_journal: u32,
    #[serde(flatten)]
    journal: J,
    written: usize,
    unsure: usize,
    intended: usize,
}

impl Journal {
    /// The journal, when the first `done` of the intended objects are known to be written.
    #[must_use]
    pub fn after(mut self, done: usize) -> Self {
        let rest = self.intended.split_off(done.min(self.intended.len()));
        self.written.append(&mut self.intended);
        self.intended = rest;
        self
    }

    /// The journal, when its deletions may have begun without a release that tells: what they name may be at the target or
    /// not.
    #[must_use]
    pub fn without_deleted(mut self) -> Self {
        if self.release.is_empty() {
            let is_kept = |object: &Object| !self.deletions.contains(&object.path);
            let (kept, deleted) = std::mem::take(&mut self.written).into_iter().partition(is_kept);
            self.written = kept;
            self.unsure.extend::<Vec<Object>>(deleted);
        }
        self
    }

    /// Every object that may be at the target because of it.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.written.iter().chain(&self.unsure).chain(&self.intended)
    }

    /// The files of others that may be there still, as nothing is known to have been written over them.
    pub fn foreign_left(&self) -> impl Iterator<Item = &OutputPath> {
        let written: BTreeSet<_> = self.written.iter().map(|object| &object.path).collect();
        self.foreign.iter().filter(move |path| !written.contains(path))
    }

    /// Keeps track of what an unfinished publish left and this one does not write, and of `foreign` files of others that may be
    /// at the target still.
    pub(super) fn follow(&mut self, unfinished: &Self, foreign: &BTreeSet<OutputPath>) {
        let intended: BTreeSet<_> = self.intended.iter().map(|object| &object.path).collect();
        let is_left = |object: &&Object| !intended.contains(&object.path);
        self.written = unfinished.written.iter().filter(is_left).cloned().collect();
        let unsure = unfinished.unsure.iter().chain(&unfinished.intended);
        self.unsure = unsure.filter(is_left).cloned().collect();
        let ours: BTreeSet<_> = unfinished.objects().map(|object| &object.path).collect();
        let paths = self.intended.iter().map(|object| &object.path);
        let written_over = paths.filter(|path| foreign.contains(*path) && !ours.contains(path));
        self.foreign = written_over.chain(unfinished.foreign_left()).cloned().collect();
    }

    pub fn to_text(&self) -> String {
        let lines: String = self.objects().map(text::line).collect();
        let head = Head {
            silcrow_journal: FORMAT,
            journal: self,
            written: self.written.len(),
            unsure: self.unsure.len(),
            intended: self.intended.len(),
        };
        text::write(head, &lines)
    }

    /// A journal from its text, which is one that silcrow wrote, whole.
    pub fn parse(text: &str) -> Result<Self, Damage> {
        let (head, lines): (Head<Self>, _) = text::read(text)?;
        let objects: Result<Vec<Object>, _> = lines.lines().map(text::read_line).collect();
        let mut written = objects?;
        if written.len() != head.written + head.unsure + head.intended {
            return Err(Damage::Unreadable);
        }
        let mut unsure = written.split_off(head.written);
        let intended = unsure.split_off(head.unsure);
        Ok(Self { written, unsure, intended, ..head.journal })
    }
}

#[cfg(test)]
mod tests {
    use super::Journal;
    use crate::path::OutputPath;
    use crate::publish::{HexHash, Object, Role};

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        let object = |path: &str| Object::new(OutputPath::new(path), Role::File, [7; 32], 3);
        let journal = Journal {
            site: "https://example.com/".to_owned(),
            release: "000001-abcdef01".to_owned(),
            written: vec![object("a")],
            unsure: vec![object("z")],
            intended: vec![object("b"), object("c"), object("d")],
            deletions: vec![OutputPath::new("e/index.html")],
            foreign: vec![OutputPath::new("a"), OutputPath::new("d")],
            garbage: vec![HexHash([9; 32])],
            untold: vec!["https://example.com/e/".to_owned()],
        };
        assert_eq!(journal.foreign_left().map(OutputPath::as_str).collect::<Vec<_>>(), ["d"]);
        assert_eq!(Journal::parse(&journal.to_text()), Ok(journal.clone()));
        let later = journal.after(2);
        assert_eq!((later.written.len(), later.intended.len()), (3, 1));
    }
}

//! What a publish that has not ended has done, as far as is known: written at a target before anything else, so that the
//! next publish knows what it can rely on.

use serde::{Deserialize, Serialize};

use super::text::{self, Damage, FORMAT};
use super::{ContentHash, Object, hex};
use crate::path::OutputPath;

/// A publish on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    /// The name of the release that is published; empty when the last one is what is wanted, and what an earlier publish left
    /// is put right.
    pub release: String,
    /// Objects that the target is known to hold, though no manifest lists them.
    pub written: Vec<Object>,
    /// Objects of earlier publishes that may be at the target or not, and are not being written.
    pub unsure: Vec<Object>,
    /// Objects that are being written, in this order: each may be at the target or not.
    pub intended: Vec<Object>,
    /// What is deleted after the manifest is written.
    pub deletions: Vec<OutputPath>,
    /// Contents of publishes that never ended; nobody needs their copies.
    pub garbage: Vec<ContentHash>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    silcrow_journal: u32,
    release: String,
    written: usize,
    unsure: usize,
    intended: usize,
    deletions: Vec<String>,
    garbage: Vec<String>,
    digest: String,
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

    /// The journal as a text.
    pub fn to_text(&self) -> String {
        let Self { release, written, unsure, intended, deletions, garbage } = self;
        let lines: String =
            written.iter().chain(unsure).chain(intended).map(text::object_line).collect();
        let head = Head {
            silcrow_journal: FORMAT,
            release: release.clone(),
            written: written.len(),
            unsure: unsure.len(),
            intended: intended.len(),
            deletions: deletions.iter().map(|path| path.as_str().to_owned()).collect(),
            garbage: garbage.iter().map(hex).collect(),
            digest: text::digest(&lines),
        };
        text::line(&head) + &lines
    }

    /// A journal from its text.
    ///
    /// # Errors
    ///
    /// When the text is not one that silcrow wrote, whole.
    pub fn parse(text: &str) -> Result<Self, Damage> {
        let (head, lines) = text::split(text, |head: &Head| (head.silcrow_journal, &head.digest))?;
        let objects: Result<Vec<_>, _> = lines.lines().map(text::read_object).collect();
        let mut written = objects?;
        if written.len() != head.written + head.unsure + head.intended {
            return Err(Damage::Unreadable);
        }
        let mut unsure = written.split_off(head.written);
        let intended = unsure.split_off(head.unsure);
        let garbage: Result<_, _> =
            head.garbage.iter().map(|digits| text::read_hash(digits)).collect();
        let deletions: Result<_, _> =
            head.deletions.iter().map(|path| text::read_path(path)).collect();
        Ok(Self {
            release: head.release,
            written,
            unsure,
            intended,
            deletions: deletions?,
            garbage: garbage?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Journal;
    use crate::path::OutputPath;
    use crate::publish::{Object, Role};

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        let object = |path: &str| Object::new(OutputPath::new(path), Role::File, ([7; 32], 3));
        let journal = Journal {
            release: "000001-abcdef01".to_owned(),
            written: vec![object("a")],
            unsure: vec![object("z")],
            intended: vec![object("b"), object("c"), object("d")],
            deletions: vec![OutputPath::new("e/index.html")],
            garbage: vec![[9; 32]],
        };
        assert_eq!(Journal::parse(&journal.to_text()), Ok(journal.clone()));
        let later = journal.after(2);
        assert_eq!((later.written.len(), later.intended.len()), (3, 1));
    }
}

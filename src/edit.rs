//! Edits of sources: the fixes of findings, and what verbs plan that change sources. Writes nothing: who asks has an edge
//! for that.

pub mod front_matter;
pub mod heading;
pub mod page;
pub mod record;
mod references;
pub mod review;
mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::compile::{self, Memo};
use crate::config::Options;
use crate::diagnostic::{self, Applicability, Diagnostic, Edit, EditSet};
use crate::path::SourcePath;
use crate::source::{Content, File, Sources, Span, replace_ranges};

/// A change of the sources, planned and not yet made.
pub struct Plan {
    /// The edits, of the files where they are before the change. An edit of a file that does not exist creates it.
    pub edits: EditSet,
    /// The file or folder that moves.
    pub moved: Option<Moved>,
}

/// A file or folder that moves.
pub struct Moved {
    /// Where it is.
    pub from: SourcePath,
    /// Where it goes.
    pub to: SourcePath,
}

/// A text that changes.
pub struct ChangedText {
    /// Its path before the change.
    pub path: SourcePath,
    /// Its path after the change.
    pub new_path: SourcePath,
    /// That path as the file system spells it.
    pub spelling: String,
    /// What it holds; nothing where the file is new.
    pub old: Option<Arc<str>>,
    /// What it will hold.
    pub new: Arc<str>,
}

/// Why a change cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// Refuses a change, with a message like `format!`.
macro_rules! refuse {
    ($($message:tt)*) => {
        return Err($crate::edit::Refusal(format!($($message)*)))
    };
}
use refuse;

impl Plan {
    /// A plan with this title, in which nothing moves.
    fn new(title: String, edits: Vec<Edit>) -> Self {
        let edits = EditSet { title, edits, applicability: Applicability::Safe };
        Self { edits, moved: None }
    }

    /// Where a source is after the change.
    pub fn path(&self, path: &SourcePath) -> SourcePath {
        let moved = self.moved.as_ref();
        moved.and_then(|moved| moved.path(path)).unwrap_or_else(|| path.clone())
    }

    /// The sources after the change.
    pub fn apply(&self, before: &Sources) -> Sources {
        let mut after = edited(before, self.edits.edits.iter());
        let Some(moved) = &self.moved else { return after };
        for (path, _) in before.files() {
            if let Some(to) = moved.path(path)
                && let Some(file) = after.remove(path)
            {
                // Inside a folder that moves, names stay as they are spelled.
                let inside =
                    before.spelling(path).splitn(moved.depth() + 1, '/').nth(moved.depth());
                let spelling = inside.map(|inside| format!("{}/{inside}", moved.to).into());
                after.insert(to, File { spelling, ..file });
            }
        }
        after
    }

    /// The texts that change, by path.
    /// Refused when one of them is not UTF-8.
    pub fn texts(&self, before: &Sources) -> Result<Vec<ChangedText>, Refusal> {
        let after = self.apply(before);
        let mut texts = Vec::new();
        for path in diagnostic::by_file(self.edits.edits.iter()).into_keys() {
            let new_path = self.path(path);
            let (old, new) = (before.text(path), after.text(&new_path));
            let Some(new) = new.filter(|new| old != Some(new)) else { continue };
            if !before.is_exact(path) {
                refuse!("`{path}` is not UTF-8, and cannot be changed");
            }
            let spelling = after.spelling(&new_path).to_owned();
            let (old, new) = (old.cloned(), Arc::clone(new));
            texts.push(ChangedText { path: path.clone(), new_path, spelling, old, new });
        }
        Ok(texts)
    }
}

impl Moved {
    /// Where a source is after the move; nothing when it stays.
    pub fn path(&self, path: &SourcePath) -> Option<SourcePath> {
        if *path == self.from {
            return Some(self.to.clone());
        }
        Some(SourcePath::new(&format!("{}/{}", self.to, path.below(self.from.as_str())?)))
    }

    /// What moves, as the file system spells it.
    pub fn spelling(&self, before: &Sources) -> String {
        let inside = before.files().find(|(file, _)| self.path(file).is_some());
        let spelled = inside.map_or(self.from.as_str(), |(file, _)| before.spelling(file));
        spelled.split('/').take(self.depth()).collect::<Vec<_>>().join("/")
    }

    fn depth(&self) -> usize {
        self.from.as_str().split('/').count()
    }
}

/// A fix can reveal another: a backslash, then the case of the path. More rounds than kinds of fixes are a cycle.
const ROUNDS: usize = 10;

/// Plans every safe fix of the findings that are wanted, and says how many there are.
pub fn fix(
    before: &Sources,
    options: &Options,
    is_wanted: &dyn Fn(&Diagnostic) -> bool,
) -> (Plan, usize) {
    let (mut after, mut count, mut memo) = (before.clone(), 0, Memo::default());
    for _ in 0..ROUNDS {
        let mut findings = compile::site(&after, options, &mut memo).all_findings(&after);
        findings.retain(|finding| is_wanted(finding));
        let fixes = fixes(&findings, &after);
        if fixes.is_empty() {
            break;
        }
        count += fixes.len();
        after = edited(&after, fixes.iter().flat_map(|fix| &fix.edits));
    }
    let changed = before.differences(&after).into_iter();
    let edit = |path| Some(Edit::new(&path, 0..before.text(&path)?.len(), &**after.text(&path)?));
    (Plan::new("apply every safe fix".to_owned(), changed.filter_map(edit).collect()), count)
}

/// The safe fixes that can be applied together. A fix is applied as a whole or not at all. Of fixes that overlap, the first
/// counts; the others are found again in the new texts.
fn fixes<'f>(findings: &'f [Diagnostic], sources: &Sources) -> Vec<&'f EditSet> {
    let mut taken: BTreeSet<&Span> = BTreeSet::new();
    let mut accepted = Vec::new();
    for fix in findings.iter().filter_map(Diagnostic::safe_fix) {
        if fix.edits.iter().all(|edit| is_editable(edit, sources) && is_free(&edit.span, &taken)) {
            taken.extend(fix.edits.iter().map(|edit| &edit.span));
            accepted.push(fix);
        }
    }
    accepted
}

/// Whether a span overlaps none of those that are taken.
fn is_free(span: &Span, taken: &BTreeSet<&Span>) -> bool {
    let end = Span { start: span.end, end: 0, file: span.file.clone() };
    let before =
        taken.range::<Span, _>(..&end).next_back().filter(|before| before.file == span.file);
    before.is_none_or(|before| before.end <= span.start) && !taken.contains(span)
}

/// Whether an edit changes a text that can be written. The theme's files are nobody's to change, and what is not UTF-8 would
/// be lost.
fn is_editable(edit: &Edit, sources: &Sources) -> bool {
    let path = &edit.span.file;
    let old = sources.text(path).and_then(|text| text.get(edit.span.range()));
    old.is_some_and(|old| old != edit.replacement)
        && !sources.is_embedded(path)
        && sources.is_exact(path)
}

/// The sources with edits applied. Of edits that overlap, the first counts.
fn edited<'e>(sources: &Sources, edits: impl Iterator<Item = &'e Edit>) -> Sources {
    let mut after = sources.clone();
    for (path, edits) in diagnostic::by_file(edits) {
        let new = Arc::from(apply(sources.text(path).map_or("", |text| text), &edits));
        if sources.get(path).is_some() {
            after.set_text(path, new);
        } else {
            after.insert(path.clone(), File::new(Content::Text(new)));
        }
    }
    after
}

/// A text with its edits applied.
fn apply(text: &str, edits: &[&Edit]) -> String {
    let edits = edits.iter().map(|edit| (edit.span.range(), edit.replacement.as_str()));
    replace_ranges(text, edits.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{apply, edited, fixes};
    use crate::diagnostic::{Applicability, Diagnostic, Edit, EditSet, LINK_TO_ALIAS};
    use crate::path::SourcePath;
    use crate::source::{Content, File, Sources, Span};

    #[test]
    fn only_the_ranges_change() {
        let text = "\u{feff}a [x](B.md)\r\n[y](B.md)\r\n";
        let first = text.find("B.md").expect("it is there");
        let second = text.rfind("B.md").expect("it is there");
        let edit = |at, length, new: &str| Edit::new(&SourcePath::new("a"), at..at + length, new);
        let edits = [edit(second, 4, "b.md"), edit(first, 4, "b.md"), edit(first, 2, "c")];
        assert_eq!(
            apply(text, &edits.iter().collect::<Vec<_>>()),
            "\u{feff}a [x](cmd)\r\n[y](b.md)\r\n"
        );
    }

    /// Two files whose text is `abcdef`, and a finding whose fix makes edits: file, start, end, new text. The texts that
    /// change, and how many fixes are applied.
    fn fixed(sets: &[&[(&str, usize, usize, &str)]]) -> (Vec<(String, String)>, usize) {
        let path = |name: &str| SourcePath::new(name);
        let file = |name| (path(name), File::new(Content::Text(Arc::from("abcdef"))));
        let sources = Sources::new(vec![file("one"), file("two")], Vec::new());
        let finding = |set: &&[(&str, usize, usize, &str)]| {
            let edit = |(file, start, end, new): &(&str, usize, usize, &str)| {
                Edit::new(&path(file), *start..*end, *new)
            };
            let (title, edits) = (String::new(), set.iter().map(edit).collect());
            let fix = EditSet { title, edits, applicability: Applicability::Safe };
            Diagnostic::new(&LINK_TO_ALIAS, Span::file(&path("one")), "").offer(fix)
        };
        let findings: Vec<_> = sets.iter().map(finding).collect();
        let fixes = fixes(&findings, &sources);
        let after = edited(&sources, fixes.iter().flat_map(|fix| &fix.edits));
        let texts = sources.differences(&after).into_iter();
        let texts = texts
            .map(|path| (path.to_string(), after.text(&path).expect("it is a text").to_string()));
        (texts.collect(), fixes.len())
    }

    #[test]
    fn a_fix_of_several_edits_is_applied_as_a_whole_or_not_at_all() {
        let of = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let first: &[_] = &[("two", 4, 5, "5"), ("one", 0, 2, "12")];
        let overlaps: &[_] = &[("one", 1, 2, "-"), ("two", 0, 1, "-")];
        let beside: &[_] = &[("two", 5, 5, "+"), ("one", 2, 3, "3")];
        let expected = vec![of("one", "123def"), of("two", "abcd5+f")];
        assert_eq!(fixed(&[first, overlaps, beside]), (expected, 2));
        assert_eq!(fixed(&[overlaps]).0.len(), 2);
        assert_eq!(fixed(&[&[("one", 0, 1, "1"), ("three", 0, 1, "-")]]), (Vec::new(), 0));
    }

    #[test]
    fn what_is_right_already_is_no_change() {
        assert_eq!(fixed(&[&[("one", 0, 1, "a")]]), (Vec::new(), 0));
    }
}

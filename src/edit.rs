//! Edits of sources: which fixes can be applied together, what texts they make, and the plans of verbs that change sources.
//! Writes nothing: who asks has an edge for that.

pub mod front_matter;
pub mod heading;
pub mod page;
pub mod plan;
pub mod rename;
pub mod retire;
pub mod review;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{self, Diagnostic, Edit, EditSet};
use crate::path::SourcePath;
use crate::source::{Sources, Span, replace_ranges};

/// The safe fixes that can be applied together. A fix is applied as a whole or not at all. Of fixes that overlap, the first
/// counts; the others are found again in the new texts.
pub fn fixes<'f>(findings: &'f [Diagnostic], sources: &Sources) -> Vec<&'f EditSet> {
    let mut taken: BTreeMap<&SourcePath, BTreeSet<(u32, u32)>> = BTreeMap::new();
    let mut accepted = Vec::new();
    for fix in findings.iter().filter_map(Diagnostic::safe_fix) {
        let is_free =
            |edit: &Edit| taken.get(&edit.span.file).is_none_or(|taken| is_free(edit, taken));
        if fix.edits.iter().all(|edit| is_editable(edit, sources) && is_free(edit)) {
            for Span { file, start, end } in fix.edits.iter().map(|edit| &edit.span) {
                taken.entry(file).or_default().insert((*start, *end));
            }
            accepted.push(fix);
        }
    }
    accepted
}

/// Whether an edit overlaps none of the ranges that are taken.
fn is_free(edit: &Edit, taken: &BTreeSet<(u32, u32)>) -> bool {
    let Span { start, end, .. } = edit.span;
    let before = taken.range(..(end, 0)).next_back();
    before.is_none_or(|(_, before)| *before <= start) && !taken.contains(&(start, end))
}

/// The sources with edits applied. Of edits that overlap, the first counts.
pub fn edited<'e>(sources: &Sources, edits: impl Iterator<Item = &'e Edit>) -> Sources {
    let mut after = sources.clone();
    for (path, edits) in diagnostic::by_file(edits) {
        if let Some(text) = sources.text(path) {
            after.set_text(path, apply(text, edits).into());
        }
    }
    after
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

/// A text with its edits applied.
fn apply(text: &str, edits: Vec<&Edit>) -> String {
    let edits = edits.iter().map(|edit| (edit.span.range(), edit.replacement.as_str()));
    replace_ranges(text, edits.collect())
}

/// A text that changes.
pub struct ChangedText {
    /// Its path before the change.
    pub path: SourcePath,
    /// Its path after the change.
    pub new_path: SourcePath,
    /// What it holds.
    pub old: Arc<str>,
    /// What it will hold.
    pub new: Arc<str>,
}

/// The texts that change, by path. `path` says where each source is after the change.
pub fn changed_texts(
    before: &Sources,
    after: &Sources,
    path: impl Fn(&SourcePath) -> SourcePath,
) -> Vec<ChangedText> {
    let texts = before.files().filter_map(|(old_path, _)| {
        let new_path = path(old_path);
        let (old, new) = (before.text(old_path)?, after.text(&new_path)?);
        let is_changed = !before.is_embedded(old_path) && old != new;
        let (old, new) = (Arc::clone(old), Arc::clone(new));
        is_changed.then(|| ChangedText { path: old_path.clone(), new_path, old, new })
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{apply, changed_texts, edited, fixes};
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
        assert_eq!(apply(text, edits.iter().collect()), "\u{feff}a [x](cmd)\r\n[y](b.md)\r\n");
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
        let texts = changed_texts(&sources, &after, Clone::clone).into_iter();
        let texts = texts.map(|text| (text.path.to_string(), text.new.to_string()));
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

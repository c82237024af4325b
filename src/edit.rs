//! Findings → changed texts. Changes nothing but the bytes of the findings' own places. Writes nothing: who asks has an
//! edge for that.

pub mod front_matter;
pub mod heading;
pub mod page;
pub mod plan;
pub mod rename;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{self, Diagnostic};
use crate::path::SourcePath;
use crate::source::{Sources, Span, replace_ranges};

/// The texts that change when every safe fix is applied, and how many fixes each has. A fix is applied as a whole or not at
/// all. Of fixes that overlap, the first counts; the others are found again in the new texts.
pub fn fixes(
    findings: &[Diagnostic],
    sources: &Sources,
) -> BTreeMap<SourcePath, (Arc<str>, usize)> {
    let mut accepted: BTreeMap<&SourcePath, Accepted<'_>> = BTreeMap::new();
    for fix in findings.iter().filter_map(Diagnostic::safe_fix) {
        let is_possible = |edit: &diagnostic::Edit| {
            let accepted = accepted.get(&edit.span.file);
            is_editable(edit, sources) && accepted.is_none_or(|accepted| accepted.is_free(edit))
        };
        if !fix.edits.iter().all(is_possible) {
            continue;
        }
        for edit in &fix.edits {
            let accepted = accepted.entry(&edit.span.file).or_default();
            accepted.edits.insert((edit.span.start, edit.span.end), &edit.replacement);
        }
        if let Some(first) = fix.edits.first() {
            accepted.entry(&first.span.file).or_default().fixes += 1;
        }
    }
    let changed = accepted.into_iter().filter_map(|(path, Accepted { edits, fixes })| {
        let edits = edits.into_iter();
        let edits = edits.map(|((start, end), new)| (start as usize..end as usize, new)).collect();
        Some((path.clone(), (Arc::from(replace_ranges(sources.text(path)?, edits)), fixes)))
    });
    changed.collect()
}

/// What is applied to one file.
#[derive(Default)]
struct Accepted<'a> {
    edits: BTreeMap<(u32, u32), &'a str>,
    fixes: usize,
}

impl Accepted<'_> {
    /// Whether an edit overlaps none of the accepted ones.
    fn is_free(&self, edit: &diagnostic::Edit) -> bool {
        let Span { start, end, .. } = edit.span;
        let before = self.edits.range(..(end, 0)).next_back();
        before.is_none_or(|((_, before), _)| *before <= start)
            && !self.edits.contains_key(&(start, end))
    }
}

/// Whether an edit changes a text that can be written. The theme's files are nobody's to change, and what is not UTF-8 would
/// be lost.
fn is_editable(edit: &diagnostic::Edit, sources: &Sources) -> bool {
    let path = &edit.span.file;
    let old = sources.text(path).and_then(|text| text.get(edit.span.range()));
    old.is_some_and(|old| old != edit.replacement)
        && !sources.is_embedded(path)
        && sources.is_exact(path)
}

/// What is to stand in a text in the place of a range.
pub type Edit = (Range<usize>, String);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::fixes;
    use crate::diagnostic::{Applicability, Diagnostic, Edit, EditSet, LINK_TO_ALIAS};
    use crate::path::SourcePath;
    use crate::source::{Content, File, Sources, Span, replace_ranges};

    #[test]
    fn only_the_ranges_change() {
        let text = "\u{feff}a [x](B.md)\r\n[y](B.md)\r\n";
        let first = text.find("B.md").expect("it is there");
        let second = text.rfind("B.md").expect("it is there");
        let edits =
            vec![(second..second + 4, "b.md"), (first..first + 4, "b.md"), (first..first + 2, "c")];
        assert_eq!(replace_ranges(text, edits), "\u{feff}a [x](cmd)\r\n[y](b.md)\r\n");
    }

    /// Two files whose text is `abcdef`, and a finding whose fix makes edits: file, start, end, new text.
    fn fixed(sets: &[&[(&str, usize, usize, &str)]]) -> Vec<(String, String, usize)> {
        let path = |name: &str| SourcePath::new(name);
        let file = |name| (path(name), File::new(Content::Text(Arc::from("abcdef"))));
        let sources = Sources::new(vec![file("one"), file("two")], Vec::new());
        let finding = |set: &&[(&str, usize, usize, &str)]| {
            let edit = |(file, start, end, new): &(&str, usize, usize, &str)| {
                let span = Span::new(&path(file), *start..*end);
                Edit { span, replacement: (*new).to_owned() }
            };
            let (title, edits) = (String::new(), set.iter().map(edit).collect());
            let fix = EditSet { title, edits, applicability: Applicability::Safe };
            Diagnostic::new(&LINK_TO_ALIAS, Span::file(&path("one")), "").offer(fix)
        };
        let findings: Vec<_> = sets.iter().map(finding).collect();
        let texts = fixes(&findings, &sources).into_iter();
        texts.map(|(path, (text, count))| (path.to_string(), text.to_string(), count)).collect()
    }

    #[test]
    fn a_fix_of_several_edits_is_applied_as_a_whole_or_not_at_all() {
        let of = |path: &str, text: &str, count| (path.to_owned(), text.to_owned(), count);
        let first: &[_] = &[("two", 4, 5, "5"), ("one", 0, 2, "12")];
        let overlaps: &[_] = &[("one", 1, 2, "-"), ("two", 0, 1, "-")];
        let beside: &[_] = &[("two", 5, 5, "+"), ("one", 2, 3, "3")];
        let expected = [of("one", "123def", 0), of("two", "abcd5+f", 2)];
        assert_eq!(fixed(&[first, overlaps, beside]), expected);
        assert_eq!(fixed(&[overlaps]).len(), 2);
        assert_eq!(fixed(&[&[("one", 0, 1, "1"), ("three", 0, 1, "-")]]), []);
    }

    #[test]
    fn what_is_right_already_is_no_change() {
        assert_eq!(fixed(&[&[("one", 0, 1, "a")]]), []);
    }
}

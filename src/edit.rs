//! Findings → changed texts. Changes nothing but the bytes of the findings' own places. Writes nothing: who asks has an
//! edge for that.

pub mod front_matter;
pub mod heading;
pub mod rename;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::path::SourcePath;
use crate::source::Sources;

/// The texts that change when every fix is applied that is sure to be right, and how many fixes each has. Of fixes that
/// overlap, the first counts; the others are found again when the new texts are looked at.
pub fn fixes(
    findings: &[Diagnostic],
    sources: &Sources,
) -> BTreeMap<SourcePath, (Arc<str>, usize)> {
    let mut edits: BTreeMap<&SourcePath, Vec<(Range<usize>, &str)>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.is_fix) {
        let path = &finding.span.file;
        // The theme's files are nobody's to change, and what is not UTF-8 would be lost.
        if let Some(text) = &finding.suggestion
            && !sources.is_embedded(path)
            && sources.is_exact(path)
        {
            edits.entry(path).or_default().push((finding.span.range(), text));
        }
    }
    let changed = edits.into_iter().filter_map(|(path, edits)| {
        let text = sources.text(path)?;
        let (new, count) = apply(text, edits);
        (count > 0).then(|| (path.clone(), (Arc::from(new), count)))
    });
    changed.collect()
}

/// What is to stand in a text in the place of a range.
pub type Edit = (Range<usize>, String);

/// The text with edits made. Of edits that overlap, the first counts.
pub fn edited(text: &str, edits: &[Edit]) -> String {
    apply(text, edits.iter().map(|(range, new)| (range.clone(), new.as_str())).collect()).0
}

/// The text with ranges replaced, and how many were.
fn apply(text: &str, mut edits: Vec<(Range<usize>, &str)>) -> (String, usize) {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut output = String::with_capacity(text.len());
    let (mut copied, mut count) = (0, 0);
    for (range, new) in edits {
        if range.start < copied || text.get(range.clone()).is_none_or(|old| old == new) {
            continue;
        }
        output.push_str(&text[copied..range.start]);
        output.push_str(new);
        copied = range.end;
        count += 1;
    }
    output.push_str(&text[copied..]);
    (output, count)
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn only_the_ranges_change() {
        let text = "\u{feff}a [x](B.md)\r\n[y](B.md)\r\n";
        let first = text.find("B.md").expect("it is there");
        let second = text.rfind("B.md").expect("it is there");
        let edits =
            vec![(second..second + 4, "b.md"), (first..first + 4, "b.md"), (first..first + 2, "c")];
        let (new, count) = apply(text, edits);
        assert_eq!(new, "\u{feff}a [x](cmd)\r\n[y](b.md)\r\n");
        assert_eq!(count, 2);
    }

    #[test]
    fn what_is_right_already_is_no_change() {
        assert_eq!(apply("b.md", vec![(0..4, "b.md")]), ("b.md".to_owned(), 0));
    }
}

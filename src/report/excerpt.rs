//! The lines around a span, cut where they are long: a file may have millions of lines, and a line may be as long as a file.

use std::ops::Range;

use crate::source::{LineIndex, char_boundary};

/// Lines of a text.
pub(super) struct Excerpt<'a> {
    /// The lines, without the end of the last one.
    pub text: &'a str,
    /// The number of the first line, from 1.
    pub first_line: usize,
    /// Where the span is in them.
    pub range: Range<usize>,
}

/// How many bytes of a span are shown.
const LONGEST_SPAN: usize = 2_000;

/// The lines that a span is on, with no more than `around` characters before it and after it.
pub(super) fn excerpt<'a>(lines: &LineIndex<'a>, span: Range<usize>, around: usize) -> Excerpt<'a> {
    let text = lines.text();
    let line = lines.line(span.start.min(text.len()));
    let line_start = lines.range(line).start;
    let start = char_boundary(text, span.start).max(line_start);
    let end = char_boundary(text, span.end.min(start.saturating_add(LONGEST_SPAN))).max(start);
    let before = text[line_start..start].char_indices().rev().take(around).last();
    let from = before.map_or(start, |(at, _)| line_start + at);
    let last = lines.range(lines.line(end)).end;
    let to = text[end..last].char_indices().nth(around).map_or(last, |(at, _)| end + at);
    let shown = text[from..to].trim_end_matches(['\n', '\r']);
    let within = |at: usize| (at - from).min(shown.len());
    Excerpt { text: shown, first_line: line + 1, range: within(start)..within(end) }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_SPAN, LineIndex, excerpt};

    #[test]
    fn what_is_long_is_cut_between_characters() {
        let text = format!("first\n{}old{}\nlast", "\u{fc}".repeat(100), "\u{1f511}".repeat(100));
        let lines = LineIndex::new(&text);
        let start = text.find("old").expect("it is there");
        let found = excerpt(&lines, start..start + 3, 3);
        assert_eq!(found.text, format!("{}old{}", "\u{fc}".repeat(3), "\u{1f511}".repeat(3)));
        assert_eq!((found.first_line, &found.text[found.range]), (2, "old"));
        let all = excerpt(&lines, 0..text.len(), 3);
        assert_eq!((all.text, all.range), (text.as_str(), 0..text.len()));
        let end = excerpt(&lines, text.len()..text.len() + 9, 9);
        assert_eq!((end.text, end.first_line, end.range), ("last", 3, 4..4));
        let mark = LineIndex::new("\u{feff}a\r\nb");
        let found = excerpt(&mark, 0..4, 9);
        assert_eq!((found.text, found.range), ("a", 0..1));
        let long = "x".repeat(10_000);
        assert_eq!(excerpt(&LineIndex::new(&long), 0..long.len(), 3).range, 0..LONGEST_SPAN);
    }
}

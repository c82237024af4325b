//! Where a destination stands in the source. The Markdown library gives the range of a whole link; the destination's
//! own range is found by a short scan (CommonMark 0.31.2, section 6.3 "Links", and 4.7 "Link reference definitions").

use std::ops::Range;

/// The destination of an inline link or image. `inner_end` is where its text ends: the destination follows the next
/// `](`.
pub(crate) fn inline(source: &str, link: Range<usize>, inner_end: usize) -> Range<usize> {
    let from = inner_end.clamp(link.start, link.end);
    match source.get(from..link.end).and_then(|rest| rest.find("](")) {
        Some(at) => first(source, from + at + 2..link.end),
        None => link,
    }
}

/// The destination at the start of `range`, after white space and the `>` of quotes that it may be wrapped in.
pub(crate) fn first(source: &str, mut range: Range<usize>) -> Range<usize> {
    let bytes = source.as_bytes();
    let mut new_line = false;
    let begins = |at: &usize| match bytes[*at] {
        b'\n' | b'\r' => {
            new_line = true;
            false
        }
        b' ' | b'\t' => false,
        b'>' => !new_line,
        _ => true,
    };
    range.start = range.clone().find(begins).unwrap_or(range.end);
    if bytes.get(range.start) == Some(&b'<') {
        range.start += 1;
        return unescaped(bytes, range, |byte| byte == b'>');
    }
    let mut depth = 0_u32;
    unescaped(bytes, range, |byte| {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return true,
            b')' => depth -= 1,
            _ => {}
        }
        byte.is_ascii_whitespace() || byte.is_ascii_control()
    })
}

/// The part of the range before the first byte that ends it and is not escaped.
fn unescaped(
    bytes: &[u8],
    range: Range<usize>,
    mut is_end: impl FnMut(u8) -> bool,
) -> Range<usize> {
    let mut at = range.start;
    while at < range.end {
        if bytes[at] == b'\\' && bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation) {
            at += 1;
        } else if is_end(bytes[at]) {
            return range.start..at;
        }
        at += 1;
    }
    range
}

//! Where a destination stands in the source. The Markdown library gives the range of a whole link; the destination's
//! own range is found by a short scan (CommonMark 0.31.2, section 6.3 "Links", and 4.7 "Link reference definitions").

use std::ops::Range;

/// The destination of an inline link or image. `inner_end` is where its text ends: the destination follows the next
/// `](`.
pub(crate) fn inline(source: &str, link: Range<usize>, inner_end: usize) -> Range<usize> {
    let from = inner_end.clamp(link.start, link.end);
    match source.get(from..link.end).and_then(|rest| rest.find("](")) {
        Some(at) => destination(source, from + at + 2..link.end),
        None => link,
    }
}

/// The destination of an autolink, `<https://…>`.
pub(crate) fn autolink(source: &str, link: Range<usize>) -> Range<usize> {
    let inside =
        source.get(link.clone()).is_some_and(|text| text.starts_with('<') && text.ends_with('>'));
    if inside { link.start + 1..link.end - 1 } else { link }
}

/// The destination of a link reference definition, `[label]: destination "title"`.
pub(crate) fn definition(source: &str, definition: Range<usize>) -> Range<usize> {
    let bytes = source.as_bytes();
    let mut at = definition.start;
    while at < definition.end {
        match bytes[at] {
            b'\\' => at += 1,
            b']' if bytes.get(at + 1) == Some(&b':') => {
                return destination(source, at + 2..definition.end);
            }
            _ => {}
        }
        at += 1;
    }
    definition
}

/// The destination at the start of `range`, after white space and the `>` of quotes that it may be wrapped in.
fn destination(source: &str, range: Range<usize>) -> Range<usize> {
    let bytes = source.as_bytes();
    let mut start = range.start;
    let mut new_line = false;
    while start < range.end {
        match bytes[start] {
            b'\n' | b'\r' => new_line = true,
            b' ' | b'\t' => {}
            b'>' if new_line => {}
            _ => break,
        }
        start += 1;
    }
    if bytes.get(start) == Some(&b'<') {
        let end = unescaped(bytes, start + 1..range.end, |byte| byte == b'>');
        return start + 1..end;
    }
    let mut depth = 0_u32;
    let end = unescaped(bytes, start..range.end, |byte| match byte {
        b'(' => {
            depth += 1;
            false
        }
        b')' if depth == 0 => true,
        b')' => {
            depth -= 1;
            false
        }
        byte => byte.is_ascii_whitespace() || byte.is_ascii_control(),
    });
    start..end
}

fn unescaped(bytes: &[u8], range: Range<usize>, mut is_end: impl FnMut(u8) -> bool) -> usize {
    let mut at = range.start;
    while at < range.end {
        if bytes[at] == b'\\' && bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation) {
            at += 2;
            continue;
        }
        if is_end(bytes[at]) {
            return at;
        }
        at += 1;
    }
    range.end
}

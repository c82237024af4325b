//! Texts within Markdown as hosts of repositories show it, in tables too: they become no markup, and notify nobody.

use crate::html;

/// How many bytes a command adds to a job's summary at most: hosts take a mebibyte from a step, which may run several.
pub(super) const LONGEST_SUMMARY: usize = 256 * 1024;

/// Adds as many parts of a text as there are before it is longer than this. Returns how many.
pub(super) fn fill<T: AsRef<str>>(
    text: &mut String,
    parts: impl IntoIterator<Item = T>,
    longest: usize,
) -> usize {
    let mut room = longest.saturating_sub(text.len());
    let fits = |part: &T| {
        let left = room.checked_sub(part.as_ref().len());
        room = left.unwrap_or(room);
        left.is_some()
    };
    parts.into_iter().take_while(fits).map(|part| text.push_str(part.as_ref())).count()
}

/// A text as code. Hosts take backslashes before `|` away in a table, and show all else as it is.
pub(super) fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", one_line(text).replace('|', "\\|"))
}

/// The length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text without markup.
pub(super) fn plain(text: &str) -> String {
    without_calls(text, "\\`*_[]|~")
}

/// A text within an element of HTML, where a backslash is no more than that.
pub(super) fn in_html(text: &str) -> String {
    without_calls(text, "")
}

/// A text that calls nobody, with a backslash before some characters. `@name` calls people and `#1` names issues even behind
/// a backslash: a space without width keeps the sign from the word.
fn without_calls(text: &str, escaped: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        out.extend(escaped.contains(c).then_some('\\'));
        html::escape_text_into(&mut out, c.encode_utf8(&mut [0; 4]));
        out.push_str(if matches!(c, '@' | '#') { "&#8203;" } else { "" });
    }
    out
}

/// A message: names in backticks as code, the rest plain. A name may hold backticks itself.
pub(super) fn message(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = name(rest) {
        out.push_str(&plain(before));
        out.push_str(&code(name));
        rest = after;
    }
    out + &plain(rest)
}

/// The first name in backticks, the text before it and the text after it. It ends with the first backtick that no word goes
/// on behind.
fn name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let is_end = |at: &usize| {
        let next = rest[at + 1..].chars().next();
        *at > 0 && next.is_none_or(|c| c.is_whitespace() || ",;:)?'".contains(c))
    };
    let end = rest.match_indices('`').map(|(at, _)| at).find(is_end)?;
    Some((before, &rest[..end], &rest[end + 1..]))
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{code, fill, in_html, message, plain};

    #[test]
    fn a_text_is_shortened_between_lines() {
        let shortened = |text: &str, longest| {
            let mut out = String::new();
            let count = fill(&mut out, text.split_inclusive('\n'), longest);
            (out, count)
        };
        assert_eq!(shortened("ab\nc\n", 5), ("ab\nc\n".to_owned(), 2));
        assert_eq!(shortened("ab\nc\n", 4), ("ab\n".to_owned(), 1));
        assert_eq!(shortened("ab\nc\n", 2), (String::new(), 0));
        assert_eq!(shortened("\u{e9}\n\u{e9}\n", 4), ("\u{e9}\n".to_owned(), 1));
    }

    #[test]
    fn a_text_becomes_no_markup_and_calls_nobody() {
        assert_eq!(plain("*a* | <b> `c` \\"), "\\*a\\* \\| &lt;b&gt; \\`c\\` \\\\");
        assert_eq!(plain("@ada, see #1"), "@&#8203;ada, see #&#8203;1");
        assert_eq!(in_html("@ada's\n<b> *c*"), "@&#8203;ada's &lt;b&gt; *c*");
    }

    #[test]
    fn code_holds_backticks_and_markup_as_they_are() {
        assert_eq!(code("a|<b>"), "`a\\|<b>`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
    }

    #[test]
    fn the_names_of_a_message_are_code() {
        assert_eq!(message("no page `a<b.md`"), "no page `a<b.md`");
        assert_eq!(message("`a`: is <b>, not `c`?"), "`a`: is &lt;b&gt;, not `c`?");
        assert_eq!(message("no page `a`b|c`"), "no page ``a`b\\|c``");
        assert_eq!(message("an open ` alone"), "an open \\` alone");
        assert_eq!(message("empty `` twice"), "empty \\`\\` twice");
    }
}

//! HTML → what people read of it, without markup. Each block is a line; white space is one space.

use memchr::{memchr, memchr2};

/// The readable text: no tags, no comments, no scripts and styles, and nothing that is hidden from those who listen.
pub fn text(html: &str) -> String {
    let mut out = Lines { text: String::with_capacity(html.len() * 2 / 3), gap: Gap::None, pre: 0 };
    let mut rest = html;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        out.add(&rest[..at]);
        rest = &rest[at..];
        rest = match rest.as_bytes().get(1) {
            Some(b'!') => after_comment(rest),
            Some(b'/' | b'a'..=b'z' | b'A'..=b'Z') => tag(rest, &mut out),
            _ => {
                out.add("<");
                &rest[1..]
            }
        };
    }
    out.add(rest);
    out.text
}

fn after_comment(html: &str) -> &str {
    let (open, end) = if html.starts_with("<!--") { (4, "-->") } else { (2, ">") };
    html[open..].find(end).map_or("", |at| &html[open + at + end.len()..])
}

/// Passes over a tag, and over all that a script or a style holds.
fn tag<'a>(html: &'a str, out: &mut Lines) -> &'a str {
    let is_end = html.as_bytes()[1] == b'/';
    let start = if is_end { 2 } else { 1 };
    let length = html[start..].bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(0);
    let name = &html[start..start + length];
    let after = after_tag(&html[start + length..]);
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    if !is_end && (is("script") || is("style") || is("template")) {
        return after_element(after, name);
    }
    let attributes = &html[start + length..html.len() - after.len()];
    let can_be_hidden = is("span") || is("svg") || is("i");
    if !is_end && can_be_hidden && attributes.contains("aria-hidden=\"true\"") {
        return after_element(after, name);
    }
    if is("pre") {
        out.pre = if is_end { out.pre.saturating_sub(1) } else { out.pre + 1 };
    }
    out.gap = out.gap.max(gap(name));
    after
}

/// What follows the next end tag of that name.
fn after_element<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        rest = &rest[at + 1..];
        let end = rest.strip_prefix('/').and_then(|end| end.get(..name.len()));
        if end.is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return after_tag(rest);
        }
    }
    ""
}

/// What follows a tag's `>`; one in quotes is a value's.
fn after_tag(html: &str) -> &str {
    if let Some(rest) = html.strip_prefix('>') {
        return rest;
    }
    let mut rest = html;
    while let Some(end) = memchr(b'>', rest.as_bytes()) {
        let Some(quote) = memchr2(b'"', b'\'', &rest.as_bytes()[..end]) else {
            return &rest[end + 1..];
        };
        let mark = rest.as_bytes()[quote];
        let value = &rest[quote + 1..];
        let Some(close) = memchr(mark, value.as_bytes()) else { return "" };
        rest = &value[close + 1..];
    }
    ""
}

/// What an element's tags stand for between two pieces of text. Nearly all are written in lower case.
fn gap(name: &str) -> Gap {
    match name {
        "td" | "th" => Gap::Space,
        "p" | "div" | "li" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre"
        | "table" | "thead" | "tbody" | "tr" | "caption" | "section" | "article" | "header"
        | "footer" | "nav" | "main" | "aside" | "dl" | "dt" | "dd" | "blockquote" | "hr" | "br"
        | "figure" | "figcaption" | "details" | "summary" | "form" | "title" => Gap::Line,
        _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => gap(&name.to_ascii_lowercase()),
        _ => Gap::None,
    }
}

/// What stands between two pieces of text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

/// The length of the words at the beginning of a text that have one space between them: they stand as they are.
fn run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let start = run_of_steps(bytes);
    let mut is_space = start > 0 && bytes[start - 1] == b' ';
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        // Nearly all bytes are no control characters either, which one comparison tells.
        if *byte > b' ' || !byte.is_ascii_whitespace() {
            is_space = false;
        } else if is_space || *byte != b' ' {
            return at - usize::from(is_space);
        } else {
            is_space = true;
        }
    }
    bytes.len() - usize::from(is_space)
}

/// The same, as far as whole steps go in which nothing may end it: without an early end in a step, the compiler compares
/// many bytes at once.
fn run_of_steps(bytes: &[u8]) -> usize {
    const STEP: usize = 32;
    let mut at = 0;
    while let Some(step) = bytes.get(at..=at + STEP) {
        let may_end = |(one, next): (&u8, &u8)| (*one < b' ') | ((*one == b' ') & (*next == b' '));
        if step.iter().zip(&step[1..]).fold(false, |ends, pair| ends | may_end(pair)) {
            break;
        }
        at += STEP;
    }
    at
}

struct Lines {
    text: String,
    gap: Gap,
    /// How many `pre` are open.
    pre: usize,
}

impl Lines {
    fn add(&mut self, html: &str) {
        let mut rest = html;
        while let Some(first) = rest.bytes().next() {
            if first.is_ascii_whitespace() {
                let is_line = self.pre > 0 && first == b'\n';
                self.gap = self.gap.max(if is_line { Gap::Line } else { Gap::Space });
                rest = &rest[1..];
                continue;
            }
            match self.gap {
                Gap::Line if !self.text.is_empty() => self.text.push('\n'),
                Gap::Space if !self.text.is_empty() => self.text.push(' '),
                _ => {}
            }
            self.gap = Gap::None;
            let length = run(rest);
            self.words(&rest[..length]);
            rest = &rest[length..];
        }
    }

    /// Adds words, with the five characters that have to be escaped as they are meant.
    fn words(&mut self, mut word: &str) {
        while let Some(at) = memchr(b'&', word.as_bytes()) {
            self.text.push_str(&word[..at]);
            word = &word[at..];
            let known = ENTITIES.iter().find(|(name, _)| word.starts_with(name));
            let (name, c) = known.copied().unwrap_or(("&", '&'));
            self.text.push(c);
            word = &word[name.len()..];
        }
        self.text.push_str(word);
    }
}

const ENTITIES: [(&str, char); 6] = [
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
    ("&#39;", '\''),
    ("&#x27;", '\''),
];

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn blocks_are_lines_and_markup_is_gone() {
        let html = "<h2 id=\"a>b\">One <em>two</em></h2>\n<!-- no -->\n<p>a &amp; b\n c<br>d</p><script>x</script>\
            <table><tr><td>1</td><td>2</td></tr></table><pre><code>x  y\nz</code></pre> 1 < 2";
        assert_eq!(text(html), "One two\na & b c\nd\n1 2\nx y\nz\n1 < 2");
    }

    #[test]
    fn white_space_is_one_space_wherever_it_stands() {
        for at in 0..70 {
            let (before, after) = ("ab cde f ".repeat(9), "x".repeat(at));
            for space in [" ", "\n", "\t ", "\r\n", "  \u{c}"] {
                let html = format!("{after}{space}{before}{space}{after}\u{1}{space}");
                let words: Vec<&str> = html.split_ascii_whitespace().collect();
                assert_eq!(text(&html), words.join(" "));
            }
        }
    }

    #[test]
    fn broken_markup_loses_nothing_before_it() {
        for html in ["a<", "a<b", "a<!--", "a</", "a<p title=\"", "a<script>"] {
            assert!(text(html).starts_with('a'), "{html}");
        }
    }
}

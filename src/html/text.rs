//! HTML → what people read of it, without markup. Each block is a line; white space is one space.

use super::{Event, Reader, Tag, decode, is_inline};

/// The readable text: no tags, no comments, no scripts and styles, and nothing that is hidden from those who listen.
pub fn text(html: &str) -> String {
    let mut out = Lines { text: String::with_capacity(html.len() * 2 / 3), gap: Gap::None, pre: 0 };
    let mut reader = Reader::new(html);
    while let Some(event) = reader.next() {
        match event {
            Event::Start(tag) if is_unread(&tag) => _ = reader.pass_over(tag),
            Event::Start(tag) => {
                out.pre += usize::from(tag.is("pre"));
                out.gap = out.gap.max(gap(&tag));
            }
            Event::End(tag) => {
                out.pre -= usize::from(tag.is("pre") && out.pre > 0);
                out.gap = out.gap.max(gap(&tag));
            }
            Event::Text(text, _) => out.add(&decode(text)),
            Event::Comment(..) => {}
        }
    }
    out.text
}

fn is_unread(tag: &Tag<'_>) -> bool {
    match &*tag.element() {
        "script" | "style" | "template" => true,
        "span" | "svg" | "i" => {
            tag.attribute("aria-hidden").is_some_and(|hidden| hidden.value == "true")
        }
        _ => false,
    }
}

/// What an element's tags stand for between two pieces of text.
fn gap(tag: &Tag<'_>) -> Gap {
    match &*tag.element() {
        "td" | "th" => Gap::Space,
        element if is_inline(element) => Gap::None,
        _ => Gap::Line,
    }
}

/// What is between two pieces of text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

struct Lines {
    text: String,
    gap: Gap,
    /// How many `pre` are open.
    pre: usize,
}

impl Lines {
    fn add(&mut self, text: &str) {
        for piece in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let word = piece.trim_end_matches(|c: char| c.is_ascii_whitespace());
            if !word.is_empty() {
                match std::mem::replace(&mut self.gap, Gap::None) {
                    Gap::Line if !self.text.is_empty() => self.text.push('\n'),
                    Gap::Space if !self.text.is_empty() => self.text.push(' '),
                    _ => {}
                }
                self.text.push_str(word);
            }
            if word.len() < piece.len() {
                let is_line = self.pre > 0 && piece.ends_with('\n');
                self.gap = self.gap.max(if is_line { Gap::Line } else { Gap::Space });
            }
        }
    }
}

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
    fn white_space_is_one_space_wherever_it_is() {
        for space in [" ", "\n", "\t ", "\r\n", "  \u{c}"] {
            let html = format!("{space}a{space}b c{space}\u{1}{space}");
            assert_eq!(text(&html), "a b c \u{1}");
        }
    }

    #[test]
    fn broken_markup_loses_nothing_before_it() {
        for html in ["a<", "a<b", "a<!--", "a</", "a<p title=\"", "a<script>"] {
            assert!(text(html).starts_with('a'), "{html}");
        }
    }
}

//! Escaping, one function for each context: HTML, XML, JSON in a `script` element, and Markdown, so that no text becomes
//! markup by accident. And reading HTML: as events, and as the text that people read.

mod reader;
mod text;

pub use reader::{Attribute, Event, Reader, Tag, is_inline};
pub use text::text;

use std::borrow::Cow;

/// Appends `text` for an element's content or a quoted attribute: `&`, `<`, `>`, `"` and `'` as references. One set of
/// characters for both contexts, so that moving text between them is safe.
pub fn escape_into(output: &mut String, text: &str) {
    let special = |byte: &u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    escape_each(output, text, |bytes| bytes.iter().position(special));
}

/// Appends text for an element's content: `&`, `<` and `>` as references; quotes stay, as in prose they are many.
pub fn escape_text_into(output: &mut String, text: &str) {
    escape_each(output, text, |bytes| memchr::memchr3(b'&', b'<', b'>', bytes));
}

fn escape_each(output: &mut String, mut text: &str, next: impl Fn(&[u8]) -> Option<usize>) {
    while let Some(at) = next(text.as_bytes()) {
        output.push_str(&text[..at]);
        output.push_str(match text.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        text = &text[at + 1..];
    }
    output.push_str(text);
}

/// Text with its character references resolved. One without its `;` stays as it is written.
pub fn decode(html: &str) -> Cow<'_, str> {
    html_escape::decode_html_entities(html)
}

/// Text for XML, before it is escaped: characters that XML 1.0 cannot hold (section 2.2) are replaced.
pub fn for_xml<'a>(text: &'a str, replacement: &str) -> Cow<'a, str> {
    let cannot_stand = |c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    match text.contains(cannot_stand) {
        true => text.replace(cannot_stand, replacement).into(),
        false => text.into(),
    }
}

/// JSON for a `script` element, where `</script` would end it and `<!--` would begin a comment.
pub fn json_in_script(json: String) -> String {
    if json.contains('<') { json.replace('<', "\\u003c") } else { json }
}

/// Text that means itself in Markdown.
pub fn escape_markdown(text: &str) -> String {
    let mut output = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '$') {
            output.push('\\');
        }
        output.push(c);
    }
    output
}

/// A URL for the parentheses of a Markdown link.
pub fn escape_parentheses(url: &str) -> String {
    url.replace('(', "\\(").replace(')', "\\)")
}

/// `text` escaped for an element's content or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut output = String::with_capacity(text.len() + 8);
    escape_into(&mut output, text);
    output
}

#[cfg(test)]
mod tests {
    use super::{decode, escape, escape_markdown, escape_text_into, for_xml, json_in_script};

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            escape("</title><script>'x' & \"y\""),
            "&lt;/title&gt;&lt;script&gt;&#39;x&#39; &amp; &quot;y&quot;"
        );
        let mut text = String::new();
        escape_text_into(&mut text, "a \"b\" <c> & d");
        assert_eq!(text, "a \"b\" &lt;c&gt; &amp; d");
        assert_eq!(decode(&text), "a \"b\" <c> & d");
        let mut text = String::new();
        escape_text_into(&mut text, "&lt; &amp;lt; <");
        assert_eq!(decode(&text), "&lt; &amp;lt; <");
        assert_eq!(json_in_script("\"</script>\"".to_owned()), "\"\\u003c/script>\"");
        assert_eq!(escape_markdown("*a* [b] <c>"), "\\*a\\* \\[b\\] \\<c\\>");
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(for_xml("a\0\tb\u{1f}\u{ffff}", ""), "a\tb");
        assert_eq!(for_xml("\u{1}é\n", "\u{fffd}"), "\u{fffd}é\n");
    }
}

//! Escaping for HTML, by context. What a writer types never becomes markup by accident.

/// Appends `text` for an element's content or a double-quoted attribute: `&`, `<`, `>`, `"` and `'` as references.
/// One set of characters for both contexts, so that moving text between them is safe.
pub fn escape_into(output: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) =
        rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\''))
    {
        output.push_str(&rest[..at]);
        output.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    output.push_str(rest);
}

/// Appends text for an element's content: `&`, `<` and `>` as references; quotes stay, as in prose they are many.
pub fn escape_text_into(output: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>')) {
        output.push_str(&rest[..at]);
        output.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    output.push_str(rest);
}

/// `text` escaped for an element's content or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut output = String::with_capacity(text.len() + 8);
    escape_into(&mut output, text);
    output
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_text_into};

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            escape("</title><script>'x' & \"y\""),
            "&lt;/title&gt;&lt;script&gt;&#39;x&#39; &amp; &quot;y&quot;"
        );
        let mut text = String::new();
        escape_text_into(&mut text, "a \"b\" <c> & d");
        assert_eq!(text, "a \"b\" &lt;c&gt; &amp; d");
    }
}

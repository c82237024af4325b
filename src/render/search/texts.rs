//! The text of a part as it is written, in JSON: its article's URL, title, section and description, and its passages.

use super::Article;
use super::text::Passage;

/// An article's part.
pub(super) fn part(article: &Article<'_>, passages: &[Passage], is_first: bool) -> String {
    let description = if is_first { article.description } else { "" };
    let size: usize = passages.iter().map(|one| one.heading.len() + one.text.len()).sum();
    // Escapes, ids and what stands between them take about an eighth more.
    let mut json = String::with_capacity(size + size / 8 + 256);
    json.push('[');
    push_strings(&mut json, [&article.url, article.title, article.section, description]);
    json.push_str(",[");
    for (index, Passage { id, heading, text }) in passages.iter().enumerate() {
        json.push_str(if index == 0 { "[" } else { ",[" });
        push_strings(&mut json, [id, heading, text.trim()]);
        json.push(']');
    }
    json.push_str("]]");
    json
}

fn push_strings<const N: usize>(json: &mut String, texts: [&str; N]) {
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        push_json_string(json, text);
    }
}

/// Writes a text as a JSON string (RFC 8259). Lines in which nothing is to be escaped, which nearly all are, are copied
/// whole; `serde_json` looks at each byte, which was a tenth of all that search did.
fn push_json_string(json: &mut String, text: &str) {
    json.push('"');
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            json.push_str("\\n");
        }
        let is_escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
        // Without an early end this is a few instructions for many bytes.
        if line.bytes().fold(false, |any, byte| any | is_escaped(byte)) {
            let quoted = serde_json::to_string(line).expect("a text is JSON");
            json.push_str(&quoted[1..quoted.len() - 1]);
        } else {
            json.push_str(line);
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::push_json_string;

    #[test]
    fn strings_are_those_of_json() {
        for text in
            ["", "a", "\n", "a\n", "\na\n\nb", "a \"b\" \\ c\td\nä € 𝄞\u{1}\u{7f}\n\"", "\r\n"]
        {
            let mut json = String::new();
            push_json_string(&mut json, text);
            assert_eq!(json, serde_json::to_string(text).expect("a text is JSON"));
        }
    }
}

//! URLs and ids in raw HTML. The one file that names the HTML tokenizer (WHATWG HTML, section 13.2.5). The HTML itself
//! passes through as it is written.

use std::ops::Range;

use html5gum::{Span, Spanned, StartTag, Token, Tokenizer};

/// What a piece of raw HTML holds.
#[derive(Debug, Default)]
pub(crate) struct RawHtml {
    /// Attributes that hold URLs, in order of their places.
    pub urls: Vec<Url>,
    /// Values of `id`.
    pub ids: Vec<Name>,
    /// Values of `name` on `a`.
    pub names: Vec<Name>,
}

/// A name that a link can lead to.
#[derive(Debug, PartialEq)]
pub(crate) struct Name {
    /// The name, character references resolved.
    pub value: String,
    /// Where it is written, in bytes, without quotes.
    pub range: Range<usize>,
}

/// A URL in an attribute.
#[derive(Debug, PartialEq)]
pub(crate) struct Url {
    /// The URL, character references resolved.
    pub value: String,
    /// Where it is written, in bytes, without quotes.
    pub range: Range<usize>,
    /// Whether the page loads it.
    pub resource: bool,
    /// Whether a candidate of `srcset`: then it ends at a space or a comma.
    pub candidate: bool,
}

/// A tag with more attributes is not read.
const MOST_ATTRIBUTES: usize = 100;

/// Reads a piece of raw HTML.
pub(crate) fn scan(html: &str) -> RawHtml {
    let mut found = RawHtml::default();
    // The tokenizer calls itself for each attribute in double quotes, and would run out of stack; no tag that anybody
    // wrote has as many.
    if html.split('<').any(|tag| tag.matches("=\"").count() > MOST_ATTRIBUTES) {
        return found;
    }
    let mut emitter = html5gum::emitters::default::DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        if let Ok(Token::StartTag(tag)) = token {
            start_tag(&tag, html, &mut found);
        }
    }
    found.urls.sort_by_key(|url| url.range.start);
    found
}

fn start_tag(tag: &StartTag<usize>, html: &str, found: &mut RawHtml) {
    let element = tag.name.as_slice();
    for (name, value) in &tag.attributes {
        let Ok(text) = std::str::from_utf8(value) else { continue };
        let range = value_range(html, value.span);
        match name.as_slice() {
            b"id" => found.ids.push(Name { value: text.to_owned(), range }),
            b"name" if element == b"a" => found.names.push(Name { value: text.to_owned(), range }),
            b"href" if element != b"base" => {
                let resource = matches!(element, b"link" | b"use" | b"image");
                found.urls.push(Url { value: text.to_owned(), range, resource, candidate: false });
            }
            b"src" | b"poster" => found.urls.push(Url {
                value: text.to_owned(),
                range,
                resource: true,
                candidate: false,
            }),
            b"data" if element == b"object" => found.urls.push(Url {
                value: text.to_owned(),
                range,
                resource: true,
                candidate: false,
            }),
            b"srcset" => found.urls.extend(candidates(html, range)),
            _ => {}
        }
    }
}

/// The value of an attribute, without its quotes, given the place of the whole attribute.
fn value_range(html: &str, span: Span<usize>) -> Range<usize> {
    let bytes = html.as_bytes();
    let skip = |mut at: usize, skipped: fn(u8) -> bool| {
        while bytes.get(at).copied().is_some_and(skipped) {
            at += 1;
        }
        at
    };
    let name_end =
        skip(span.start, |byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>'));
    let equals = skip(name_end, |byte| byte.is_ascii_whitespace());
    if bytes.get(equals) != Some(&b'=') {
        return name_end..name_end;
    }
    let start = skip(equals + 1, |byte| byte.is_ascii_whitespace());
    match bytes.get(start) {
        Some(b'"') => start + 1..skip(start + 1, |byte| byte != b'"'),
        Some(b'\'') => start + 1..skip(start + 1, |byte| byte != b'\''),
        _ => start..skip(start, |byte| !byte.is_ascii_whitespace() && byte != b'>'),
    }
}

/// The URLs of a `srcset` (WHATWG HTML, section 4.8.4.2.1): each up to white space, descriptors up to a comma.
fn candidates(html: &str, range: Range<usize>) -> Vec<Url> {
    let bytes = html.as_bytes();
    let mut urls = Vec::new();
    let mut at = range.start;
    while at < range.end {
        while at < range.end && (bytes[at].is_ascii_whitespace() || bytes[at] == b',') {
            at += 1;
        }
        let start = at;
        while at < range.end && !bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        let mut end = at;
        while end > start && bytes[end - 1] == b',' {
            end -= 1;
        }
        if end == at {
            while at < range.end && bytes[at] != b',' {
                at += 1;
            }
        }
        if end > start {
            urls.push(Url {
                value: decode(&html[start..end]),
                range: start..end,
                resource: true,
                candidate: true,
            });
        }
    }
    urls
}

/// Character references in a piece of an attribute value.
fn decode(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let html = format!("<a href=\"{text}\">");
    let value = Tokenizer::new(&html).find_map(|token| match token {
        Ok(Token::StartTag(mut tag)) => {
            tag.attributes.remove(b"href".as_slice()).map(|Spanned { value, .. }| value.0)
        }
        _ => None,
    });
    value.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Name, scan};

    fn urls(html: &str) -> Vec<(String, String)> {
        scan(html).urls.into_iter().map(|url| (html[url.range].to_owned(), url.value)).collect()
    }

    #[test]
    fn every_quoting_style_is_read() {
        let html = "<a href=\"a.md\">x</a> <a href='b.md?x&amp;y'>x</a> <img src=c.png alt=x><video poster=\"d.png\" src = \"e.mp4\"></video>";
        let found = urls(html);
        let written: Vec<_> = found.iter().map(|(written, _)| written.as_str()).collect();
        assert_eq!(written, ["a.md", "b.md?x&amp;y", "c.png", "d.png", "e.mp4"]);
        assert_eq!(found[1].1, "b.md?x&y");
    }

    #[test]
    fn srcset_candidates_are_read_one_by_one() {
        let found = urls("<img srcset=\"a.png 1x, b.png 2x,c.png\" src=d.png>");
        let written: Vec<_> = found.iter().map(|(written, _)| written.as_str()).collect();
        assert_eq!(written, ["a.png", "b.png", "c.png", "d.png"]);
    }

    #[test]
    fn comments_and_scripts_hold_no_links() {
        assert!(urls("<!-- <a href=\"x.md\"> --><script>\"<a href='x.md'>\"</script>").is_empty());
    }

    #[test]
    fn ids_and_names_are_read() {
        let found = scan("<p id=one><a name='two'></a><input name=three>");
        let values =
            |names: Vec<Name>| names.into_iter().map(|name| name.value).collect::<Vec<_>>();
        assert_eq!(
            (values(found.ids), values(found.names)),
            (vec!["one".to_owned()], vec!["two".to_owned()])
        );
    }
}

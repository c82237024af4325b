//! What a piece of raw HTML holds: URLs, ids, and what is told of it. The one file that names the HTML tokenizer (WHATWG
//! HTML, section 13.2.5). The HTML itself passes through as it is written.

use std::collections::BTreeSet;
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
    /// What else there is, in order.
    pub parts: Vec<Part>,
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
}

/// A part of raw HTML. Places are in bytes.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    /// An `<a>` with a destination.
    Anchor {
        /// Where the destination is written.
        href: Range<usize>,
        /// Whether an attribute gives it a name.
        is_named: bool,
    },
    /// `</a>`.
    AnchorEnd,
    /// Text that is no white space.
    Text {
        /// Where it stands.
        range: Range<usize>,
        /// Whether it is code, or otherwise to be taken by the letter.
        is_verbatim: bool,
    },
    /// An `<img>`.
    Image(Image),
    /// Something that a strict content security policy blocks.
    Blocked {
        /// Where it stands.
        range: Range<usize>,
        /// What it is.
        what: &'static str,
    },
    /// A comment, its marks included.
    Comment(Range<usize>),
}

/// An `<img>`. Places are in bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct Image {
    /// Where its URL is written; where it has none, the tag.
    pub src: Range<usize>,
    /// Its `alt`.
    pub alt: Option<String>,
    /// The end of the tag's name, where attributes can be added.
    pub name_end: usize,
    /// Its `width`, where that is a number of pixels.
    pub width: Option<u16>,
    /// Whether it has a `width` or a `height`.
    pub is_sized: bool,
    /// Whether it says itself what else there is to choose from.
    pub has_candidates: bool,
    /// Whether it says itself when it is loaded.
    pub has_loading: bool,
}

/// A tag with more attributes is not read.
const MOST_ATTRIBUTES: usize = 100;

/// Elements whose text is code, or no text at all.
const VERBATIM: [&[u8]; 8] =
    [b"pre", b"code", b"kbd", b"samp", b"script", b"style", b"textarea", b"template"];

/// Reads a piece of raw HTML.
pub(crate) fn scan(html: &str) -> RawHtml {
    let mut found = RawHtml::default();
    if is_crowded(html) {
        return found;
    }
    let mut emitter = html5gum::emitters::default::DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut verbatim = 0_usize;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Ok(Token::StartTag(tag)) => {
                verbatim +=
                    usize::from(VERBATIM.contains(&tag.name.as_slice()) && !tag.self_closing);
                start_tag(&tag, html, &mut found);
            }
            Ok(Token::EndTag(tag)) => {
                verbatim -= usize::from(VERBATIM.contains(&tag.name.as_slice()) && verbatim > 0);
                if tag.name.as_slice() == b"a" {
                    found.parts.push(Part::AnchorEnd);
                }
            }
            Ok(Token::String(text)) if !text.value.trim_ascii().is_empty() => {
                let range = text.span.start..text.span.end.min(html.len());
                found.parts.push(Part::Text { range, is_verbatim: verbatim > 0 });
            }
            Ok(Token::Comment(comment)) => {
                found
                    .parts
                    .push(Part::Comment(comment.span.start..comment.span.end.min(html.len())));
            }
            _ => {}
        }
    }
    found.urls.sort_by_key(|url| url.range.start);
    found
}

/// Every name that a link to a page of another site can lead to; none where it cannot be told.
pub fn anchors(html: &str) -> Option<BTreeSet<String>> {
    if is_crowded(html) {
        return None;
    }
    let found = scan(html);
    Some(found.ids.into_iter().chain(found.names).map(|name| name.value).collect())
}

/// Whether there may be a tag with so many attributes in double quotes, one right after the other, that the tokenizer, which
/// calls itself for each, would run out of stack. No tag that anybody wrote has as many.
fn is_crowded(html: &str) -> bool {
    if memchr::memchr_iter(b'"', html.as_bytes()).take(2 * MOST_ATTRIBUTES).count()
        < 2 * MOST_ATTRIBUTES
    {
        return false;
    }
    // Whichever quote begins a value, what stands between two values is every second piece.
    let mut in_a_row = [0; 2];
    html.split('"').enumerate().any(|(at, piece)| {
        let is_between = piece.starts_with(|c: char| c.is_ascii_whitespace() || c == '/')
            && piece.trim_end().ends_with('=')
            && !piece.contains('>');
        in_a_row[at % 2] = if is_between { in_a_row[at % 2] + 1 } else { 0 };
        in_a_row[at % 2] >= MOST_ATTRIBUTES
    })
}

fn start_tag(tag: &StartTag<usize>, html: &str, found: &mut RawHtml) {
    let element = tag.name.as_slice();
    let attribute = |name: &[u8]| tag.attributes.get(name);
    let text = |value: &Spanned<html5gum::HtmlString, usize>| {
        std::str::from_utf8(value).ok().map(str::to_owned)
    };
    let place = |name: &[u8]| attribute(name).map(|value| value_range(html, value.span));
    for (name, value) in &tag.attributes {
        let Some(value_text) = text(value) else { continue };
        let range = value_range(html, value.span);
        let url = |resource| Url { value: value_text.clone(), range: range.clone(), resource };
        let named = || Name { value: value_text.clone(), range: range.clone() };
        match name.as_slice() {
            b"id" => found.ids.push(named()),
            b"name" if element == b"a" => found.names.push(named()),
            b"href" if element != b"base" && !is_hint(tag) => {
                found.urls.push(url(matches!(element, b"link" | b"use" | b"image")));
            }
            b"src" | b"poster" => found.urls.push(url(true)),
            b"data" if element == b"object" => found.urls.push(url(true)),
            b"srcset" => found.urls.extend(candidates(html, range)),
            b"style" => found.parts.push(Part::Blocked { range, what: "an inline style" }),
            name if name.starts_with(b"on") && name.len() > 2 => {
                found.parts.push(Part::Blocked { range, what: "an inline event handler" });
            }
            _ => {}
        }
    }
    let whole = tag.span.start..tag.span.end.min(html.len());
    match element {
        b"a" => {
            let names: [&[u8]; 3] = [b"aria-label", b"aria-labelledby", b"title"];
            let is_named = names
                .into_iter()
                .any(|name| attribute(name).is_some_and(|value| !value.trim_ascii().is_empty()));
            found.parts.extend(place(b"href").map(|href| Part::Anchor { href, is_named }));
        }
        b"img" => found.parts.push(Part::Image(image(tag, place(b"src").unwrap_or(whole)))),
        b"style" => found.parts.push(Part::Blocked { range: whole, what: "an inline style sheet" }),
        b"script" => match place(b"src") {
            None => found.parts.push(Part::Blocked { range: whole, what: "an inline script" }),
            Some(range) if is_elsewhere(&html[range.clone()]) => {
                found.parts.push(Part::Blocked { range, what: "a script from another site" });
            }
            Some(_) => {}
        },
        _ => {}
    }
}

fn image(tag: &StartTag<usize>, src: Range<usize>) -> Image {
    let text = |name: &[u8]| {
        let value = tag.attributes.get(name)?;
        std::str::from_utf8(value).ok().map(str::to_owned)
    };
    let has = |names: &[&[u8]]| names.iter().any(|name| tag.attributes.contains_key(*name));
    let hidden = [b"aria-hidden".as_slice(), b"role"].into_iter().any(|name| {
        text(name).is_some_and(|value| matches!(&*value, "true" | "presentation" | "none"))
    });
    Image {
        src,
        alt: text(b"alt").or(hidden.then(String::new)),
        name_end: tag.span.start + "<img".len(),
        width: text(b"width").and_then(|width| width.trim().parse().ok()),
        is_sized: has(&[b"width", b"height"]),
        has_candidates: has(&[b"srcset", b"sizes"]),
        has_loading: has(&[b"loading"]),
    }
}

/// Whether the element only tells the browser of a host that it will need: there is nothing at that URL.
fn is_hint(tag: &StartTag<usize>) -> bool {
    let rel = tag.attributes.get(b"rel".as_slice()).map_or(&b""[..], |rel| &rel.value);
    let mut words = rel.split(u8::is_ascii_whitespace);
    tag.name.as_slice() == b"link"
        && words.any(|word| {
            word.eq_ignore_ascii_case(b"preconnect") || word.eq_ignore_ascii_case(b"dns-prefetch")
        })
}

/// Whether a URL leads to another site.
fn is_elsewhere(url: &str) -> bool {
    let url = url.trim_ascii_start();
    url.starts_with("//") || url.contains("://")
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
            urls.push(Url { value: decode(&html[start..end]), range: start..end, resource: true });
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
    use std::ops::Range;

    use super::{Name, Part, anchors, scan};

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
    fn a_host_to_connect_to_early_is_no_link() {
        let html = "<link rel=preconnect href='https://a.b'><link href='https://c.d' rel='x DNS-prefetch'><link rel=icon href=e.png>";
        assert_eq!(urls(html).len(), 1);
    }

    #[test]
    fn comments_and_scripts_hold_no_links() {
        assert!(urls("<!-- <a href=\"x.md\"> --><script>\"<a href='x.md'>\"</script>").is_empty());
    }

    #[test]
    fn parts_are_read_in_order() {
        let html = "<a href=x></a><a href=y title=t>é <img src=i.png></a><!-- c --><p style='a'>t<code>[v]</code></p>";
        let at = |range: &Range<usize>| html[range.clone()].to_owned();
        let told: Vec<String> = scan(html)
            .parts
            .iter()
            .map(|part| match part {
                Part::Anchor { href, is_named } => format!("a {} {is_named}", at(href)),
                Part::AnchorEnd => "/a".to_owned(),
                Part::Text { range, is_verbatim } => format!("text {} {is_verbatim}", at(range)),
                Part::Image(image) => format!("img {} {:?}", at(&image.src), image.alt),
                Part::Blocked { range, what } => format!("{what} {}", at(range)),
                Part::Comment(range) => format!("comment {}", at(range)),
            })
            .collect();
        assert_eq!(
            told,
            [
                "a x false",
                "/a",
                "a y true",
                "text é  false",
                "img i.png None",
                "/a",
                "comment <!-- c -->",
                "an inline style a",
                "text t false",
                "text [v] true",
            ]
        );
    }

    #[test]
    fn no_tag_is_too_long_for_the_stack() {
        let id = "<p id=here></p>";
        for attribute in
            ["x=\"\" ", "x= \"<\" ", "x=\">\"/", "x\n=\n\"'\"\n", "x='' y=\"\" ", "x=\"\""]
        {
            let html = format!("{id}<script>\"</script><a {}>", attribute.repeat(200_000));
            let (found, known) = (scan(&html), anchors(&html));
            assert_eq!(found.ids.len(), usize::from(known.is_some()), "{attribute}");
        }
        let script = format!("{id}<script>{}</script>", "a=\"b\";c=\"<d>\",".repeat(200));
        assert_eq!(anchors(&script).map(|known| known.len()), Some(1));
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

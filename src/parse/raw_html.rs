//! What a piece of raw HTML holds: URLs, ids, and what findings need to know. The HTML itself passes through as it is written.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::html::{self, Attribute, Event, Reader, Tag};
use crate::source::Placed;

/// A part of raw HTML. Places are in bytes, those of attributes without quotes; character references are resolved.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    /// A URL in an attribute, and whether the page loads it.
    Url { url: Placed<String>, is_resource: bool },
    /// A value of `id`.
    Id(Placed<String>),
    /// A value of `name` on `a`.
    Name(Placed<String>),
    /// An `<a>` with a destination, and whether an attribute gives it a name.
    Anchor { href: Range<usize>, is_named: bool },
    /// `</a>`.
    AnchorEnd,
    /// Text that is no white space, and whether it is code or otherwise to be taken by the letter.
    Text { range: Range<usize>, is_verbatim: bool },
    /// An `<img>`, before its attributes.
    Image(Image),
    /// Something that a strict content security policy blocks.
    Blocked(Placed<&'static str>),
    /// A comment, its marks included.
    Comment(Range<usize>),
}

/// An `<img>`.
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

/// Elements whose text is code, or no text at all.
const VERBATIM: [&str; 8] =
    ["pre", "code", "kbd", "samp", "script", "style", "textarea", "template"];

/// Reads a piece of raw HTML.
pub(crate) fn scan(html: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut verbatim = 0_usize;
    for event in Reader::new(html) {
        match event {
            Event::Start(tag) => {
                let element = &*tag.element();
                verbatim += usize::from(VERBATIM.contains(&element) && !tag.is_self_closing());
                parts.extend(of_element(tag, element));
                for attribute in tag.attributes() {
                    of_attribute(tag, element, attribute, &mut parts);
                }
            }
            Event::End(tag) => {
                verbatim -= usize::from(verbatim > 0 && VERBATIM.contains(&&*tag.element()));
                if tag.is("a") {
                    parts.push(Part::AnchorEnd);
                }
            }
            Event::Text(text, at) if !text.trim_ascii().is_empty() => {
                let range = at..at + text.len();
                parts.push(Part::Text { range, is_verbatim: verbatim > 0 });
            }
            Event::Comment(text, at) => parts.push(Part::Comment(at..at + text.len())),
            Event::Text(..) => {}
        }
    }
    parts
}

/// Every name that a link to a page of another site can lead to.
pub fn anchors(html: &str) -> BTreeSet<String> {
    let name = |part| match part {
        Part::Id(name) | Part::Name(name) => Some(name.value),
        _ => None,
    };
    scan(html).into_iter().filter_map(name).collect()
}

fn of_element(tag: Tag<'_>, element: &str) -> Option<Part> {
    let blocked = |range, what| Some(Part::Blocked(Placed::new(what, range)));
    match element {
        "a" => {
            let says = |name| {
                tag.attribute(name).is_some_and(|value| !value.text().trim_ascii().is_empty())
            };
            let is_named = ["aria-label", "aria-labelledby", "title"].into_iter().any(says);
            tag.attribute("href").map(|href| Part::Anchor { href: href.range, is_named })
        }
        "img" => Some(Part::Image(image(tag))),
        "style" => blocked(tag.range(), "an inline style sheet"),
        "script" => match tag.attribute("src") {
            None => blocked(tag.range(), "an inline script"),
            Some(src) if is_elsewhere(src.value) => {
                blocked(src.range, "a script from another site")
            }
            Some(_) => None,
        },
        _ => None,
    }
}

fn of_attribute(tag: Tag<'_>, element: &str, attribute: Attribute<'_>, parts: &mut Vec<Part>) {
    let at = || attribute.range.clone();
    let value = || Placed::new(attribute.text().into_owned(), at());
    // Of two attributes with the same name, browsers take the first.
    let is = |name| {
        let first = || tag.attribute(name).is_some_and(|first| first.range == attribute.range);
        attribute.name.eq_ignore_ascii_case(name) && first()
    };
    let is_handler = || attribute.name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case("on"));
    let part = match attribute.name.as_bytes()[0].to_ascii_lowercase() {
        b'i' if is("id") => Part::Id(value()),
        b'n' if element == "a" && is("name") => Part::Name(value()),
        b'h' if element != "base" && is("href") && !is_hint(tag) => {
            let is_resource = matches!(element, "link" | "use" | "image");
            Part::Url { url: value(), is_resource }
        }
        b'p' if is("poster") => Part::Url { url: value(), is_resource: true },
        b'd' if element == "object" && is("data") => Part::Url { url: value(), is_resource: true },
        b's' if is("src") => Part::Url { url: value(), is_resource: true },
        b's' if is("srcset") => return candidates(attribute, parts),
        b's' if is("style") => Part::Blocked(Placed::new("an inline style", at())),
        b'o' if attribute.name.len() > 2 && is_handler() => {
            Part::Blocked(Placed::new("an inline event handler", at()))
        }
        _ => return,
    };
    parts.push(part);
}

fn image(tag: Tag<'_>) -> Image {
    let text = |name| tag.attribute(name).map(|attribute| attribute.text().into_owned());
    let has = |names: &[&str]| names.iter().any(|name| tag.attribute(name).is_some());
    let is_hidden = ["aria-hidden", "role"].into_iter().any(|name| {
        text(name).is_some_and(|value| matches!(&*value, "true" | "presentation" | "none"))
    });
    Image {
        src: tag.attribute("src").map_or(tag.range(), |src| src.range),
        alt: text("alt").or(is_hidden.then(String::new)),
        name_end: tag.start + "<img".len(),
        width: text("width").and_then(|width| width.trim().parse().ok()),
        is_sized: has(&["width", "height"]),
        has_candidates: has(&["srcset", "sizes"]),
        has_loading: has(&["loading"]),
    }
}

/// Whether the element only tells the browser of a host that it will need: there is nothing at that URL.
fn is_hint(tag: Tag<'_>) -> bool {
    let hints = ["preconnect", "dns-prefetch"];
    let is_hint = |word: &str| hints.iter().any(|hint| word.eq_ignore_ascii_case(hint));
    tag.is("link")
        && tag.attribute("rel").is_some_and(|rel| rel.value.split_ascii_whitespace().any(is_hint))
}

/// Whether a URL leads to another site.
fn is_elsewhere(url: &str) -> bool {
    let url = url.trim_ascii_start();
    url.starts_with("//") || url.contains("://")
}

/// The URLs of a `srcset` (WHATWG HTML, section 4.8.4.2.1): each up to white space, descriptors up to a comma.
fn candidates(attribute: Attribute<'_>, parts: &mut Vec<Part>) {
    let srcset = attribute.value;
    let mut at = 0;
    let find = |at: usize, is: fn(char) -> bool| {
        srcset[at..].find(is).map_or(srcset.len(), |length| at + length)
    };
    loop {
        let begin = find(at, |c| !c.is_ascii_whitespace() && c != ',');
        let end = find(begin, |c| c.is_ascii_whitespace());
        let url = srcset[begin..end].trim_end_matches(',');
        if url.is_empty() {
            return;
        }
        let start = attribute.range.start + begin;
        let value = Placed::new(html::decode(url).into_owned(), start..start + url.len());
        parts.push(Part::Url { url: value, is_resource: true });
        at = if url.len() < end - begin { end } else { find(end, |c| c == ',') };
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{Part, anchors, scan};

    fn urls(html: &str) -> Vec<(String, String)> {
        let url = |part| match part {
            Part::Url { url, .. } => Some((html[url.at()].to_owned(), url.value)),
            _ => None,
        };
        scan(html).into_iter().filter_map(url).collect()
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
            .iter()
            .filter_map(|part| match part {
                Part::Url { .. } | Part::Id(_) | Part::Name(_) => None,
                Part::Anchor { href, is_named } => Some(format!("a {} {is_named}", at(href))),
                Part::AnchorEnd => Some("/a".to_owned()),
                Part::Text { range, is_verbatim } => {
                    Some(format!("text {} {is_verbatim}", at(range)))
                }
                Part::Image(image) => Some(format!("img {} {:?}", at(&image.src), image.alt)),
                Part::Blocked(what) => Some(format!("{what} {}", at(&what.at()))),
                Part::Comment(range) => Some(format!("comment {}", at(range))),
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
    fn every_attribute_is_read_however_many_there_are() {
        for attribute in ["x=\"\" ", "x= \"<\" ", "x=\">\"/", "x\n=\n\"'\"\n", "x='' y=\"\" "] {
            let html = format!("<p id=here></p><a {} id=there>", attribute.repeat(50_000));
            assert_eq!(anchors(&html).len(), 2, "{attribute}");
        }
        let nothing = "\0".repeat(1 << 20);
        assert_eq!(scan(&nothing).len(), 1, "a file of zeros is one text");
        let html = "<a id=one id=two href=a href=b>";
        assert_eq!((anchors(html).len(), urls(html).len()), (1, 1));
    }

    #[test]
    fn ids_and_names_are_read() {
        let found = scan("<p id=one><a name='two'></a><input name=three>");
        let names: Vec<_> = found
            .iter()
            .filter_map(|part| match part {
                Part::Id(name) => Some(("id", name.as_str())),
                Part::Name(name) => Some(("name", name.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(names, [("id", "one"), ("name", "two")]);
    }
}

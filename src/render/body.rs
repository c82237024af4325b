//! Fills the slots of a body.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, PercentEncode, utf8_percent_encode};

use super::Renderer;
use crate::article::{Body, SlotContent};
use crate::html;
use crate::path::UrlPath;
use crate::picture::Variant;
use crate::site::PageId;
use crate::site::links::{Document, Reference, Target};
use crate::site::routes::Place;

/// What is encoded in a URL that is written as its author wrote it: what no URL may hold (WHATWG URL, "URL code
/// points"), and never `%`, which is the author's own encoding.
const NOT_IN_URLS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// How wide a column of text is at most, in pixels.
const COLUMN: u32 = 720;

/// The body of a page as HTML.
pub(super) fn fill(renderer: &Renderer, id: PageId) -> String {
    let site = &renderer.site;
    let body = &site.page(id).article.body;
    let document = Document::of_page(site, id);
    let asset = |index: u32| match document.references.get(index as usize)?.target {
        Target::Place(Place::Asset(asset)) => Some(asset as usize),
        _ => None,
    };
    let mut output = String::with_capacity(body.html.len() + body.slots.len() * 48);
    let mut copied = 0;
    for slot in &body.slots {
        let at = slot.at as usize;
        output.push_str(&body.html[copied..at]);
        copied = at;
        match slot.content {
            SlotContent::Code(grammar, length) => {
                copied += length as usize;
                let code = html::decode(&body.html[at..copied]);
                renderer.highlighters.write(grammar, &code, &mut output);
            }
            SlotContent::Link(index) => link(renderer, &document, index as usize, &mut output),
            SlotContent::Dimensions(index) => {
                let dimensions =
                    asset(index).and_then(|asset| site.routes.assets[asset].dimensions);
                if let Some((width, height)) = dimensions {
                    output.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
                }
            }
            SlotContent::Variants(index, width) => {
                if let Some(asset) = asset(index) {
                    variants(renderer, asset, width, &mut output);
                }
            }
            SlotContent::Word(word) => html::escape_into(&mut output, renderer.string(word)),
            SlotContent::Anchor(index) => anchor(renderer, body, index as usize, &mut output),
            SlotContent::TableName(number) => {
                let name = renderer.string("table").replace("{number}", &number.to_string());
                html::escape_into(&mut output, &name);
            }
        }
    }
    output.push_str(&body.html[copied..]);
    output
}

fn link(renderer: &Renderer, document: &Document<'_>, index: usize, output: &mut String) {
    let Some(reference) = document.references.get(index) else { return };
    let (href, rest) = published(renderer, document, reference);
    output.push_str(href.as_deref().unwrap_or(""));
    encode(rest).for_each(|piece| html::escape_into(output, piece));
}

/// Where a link leads on the published site: the URL of what it leads to, which needs no escapes in HTML, and what follows
/// it. Where that is nothing of the site's, what is written stands alone.
pub(super) fn published<'a>(
    renderer: &'a Renderer,
    document: &Document<'a>,
    reference: &'a Reference,
) -> (Option<Cow<'a, str>>, &'a str) {
    let href = match reference.target {
        Target::Place(Place::Page(page)) => Cow::Borrowed(renderer.href(page)),
        Target::Place(place) => renderer.site.href(&renderer.site.url(place)).into(),
        Target::SamePage | Target::Outside | Target::Unknown => {
            return (None, document.destination(reference).trim());
        }
    };
    (Some(href), document.path_and_rest(reference).1)
}

/// What follows a URL, or a whole one, with what no URL may hold percent-encoded.
pub(super) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NOT_IN_URLS)
}

/// The link to a heading, named after it.
fn anchor(renderer: &Renderer, body: &Body, index: usize, output: &mut String) {
    let Some(heading) = body.headings.get(index) else { return };
    output.push_str("<a class=\"anchor\" data-pagefind-ignore href=\"#");
    html::escape_into(output, &heading.id);
    output.push_str("\" aria-label=\"");
    let pattern = renderer.string("link_to_heading");
    let (before, after) = pattern.split_once("{heading}").unwrap_or((pattern, ""));
    for part in [before, &heading.text, after] {
        html::escape_into(output, part);
    }
    output.push_str("\"><span aria-hidden=\"true\">§</span></a>");
}

/// Smaller variants of an image, and the image itself as the last of them. A browser that reads no `srcset` takes the
/// image.
fn variants(renderer: &Renderer, asset: usize, written: u16, output: &mut String) {
    let site = &renderer.site;
    let route = &site.routes.assets[asset];
    let variants = renderer.variants(asset);
    let Some((own, _)) = route.dimensions.filter(|_| !variants.is_empty()) else { return };
    output.push_str(" srcset=\"");
    for Variant { width, path } in variants {
        let href = site.href(&UrlPath::new(path.as_str()));
        output.push_str(&format!("{href} {width}w, "));
    }
    // No wider than its own pixels, nor than the column: `--measure` of the style sheet, with a margin.
    let written = if written == 0 { own } else { u32::from(written) };
    let (href, shown) = (site.href(&route.url), written.min(COLUMN));
    output.push_str(&format!("{href} {own}w\" sizes=\"(min-width: {shown}px) {shown}px, 100vw\""));
}

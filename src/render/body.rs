//! Fills the slots of a body.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Renderer;
use crate::article::{Body, SlotContent, Word};
use crate::html;
use crate::site::PageId;
use crate::site::links::{Resolution, Target};

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

/// The body of a page as HTML.
pub(super) fn fill(renderer: &Renderer, id: PageId) -> String {
    let site = &renderer.site;
    let body = &site.page(id).article.body;
    let links = &site.links[id.0 as usize];
    let mut output = String::with_capacity(body.html.len() + body.slots.len() * 48);
    let mut copied = 0;
    for slot in &body.slots {
        let at = slot.at as usize;
        output.push_str(&body.html[copied..at]);
        copied = at;
        match slot.content {
            SlotContent::Link(index) => link(renderer, body, links, index as usize, &mut output),
            SlotContent::Dimensions(index) => {
                dimensions(renderer, links, index as usize, &mut output)
            }
            SlotContent::Word(word) => html::escape_into(&mut output, renderer.string(name(word))),
            SlotContent::Anchor(index) => anchor(renderer, body, index as usize, &mut output),
            SlotContent::TableName(number) => {
                html::escape_into(
                    &mut output,
                    &renderer.string("table").replace("{number}", &number.to_string()),
                );
            }
        }
    }
    output.push_str(&body.html[copied..]);
    output
}

fn link(renderer: &Renderer, body: &Body, links: &[Resolution], index: usize, output: &mut String) {
    let (Some(link), Some(resolution)) = (body.links.get(index), links.get(index)) else { return };
    let destination = &link.destination;
    let tail = |rest: u32| destination.get(rest as usize..).unwrap_or("").trim_end();
    let rest = match resolution.target {
        Target::Page { page, rest } => {
            output.push_str(renderer.href(page));
            tail(rest)
        }
        Target::SectionList { page, number, rest } => {
            output.push_str(&renderer.list_url(page, number as usize));
            tail(rest)
        }
        Target::Asset { asset, rest } => {
            output.push_str(&renderer.site.href(&renderer.site.routes.assets[asset as usize].url));
            tail(rest)
        }
        Target::Generated => {
            output.push_str(renderer.site.base.path());
            destination.trim_start_matches('/')
        }
        Target::SamePage | Target::Outside | Target::Unknown => destination,
    };
    let encoded = utf8_percent_encode(rest.trim(), NOT_IN_URLS);
    encoded.for_each(|piece| html::escape_into(output, piece));
}

/// The link to a heading, named after it.
fn anchor(renderer: &Renderer, body: &Body, index: usize, output: &mut String) {
    let Some(heading) = body.headings.get(index) else { return };
    output.push_str("<a class=\"anchor\" href=\"#");
    html::escape_into(output, &heading.id);
    output.push_str("\" aria-label=\"");
    let (before, after) = renderer.link_to_heading();
    for part in [before, &heading.text, after] {
        html::escape_into(output, part);
    }
    output.push_str("\"><span aria-hidden=\"true\">§</span></a>");
}

fn dimensions(renderer: &Renderer, links: &[Resolution], index: usize, output: &mut String) {
    if let Some(Resolution { target: Target::Asset { asset, .. }, .. }) = links.get(index)
        && let Some((width, height)) = renderer.site.routes.assets[*asset as usize].dimensions
    {
        output.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
    }
}

fn name(word: Word) -> &'static str {
    match word {
        Word::Note => "note",
        Word::Tip => "tip",
        Word::Important => "important",
        Word::Warning => "warning",
        Word::Caution => "caution",
        Word::Done => "done",
        Word::NotDone => "not_done",
        Word::Footnotes => "footnotes",
        Word::BackToText => "back_to_text",
    }
}

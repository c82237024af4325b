//! HTML under construction: text, and what is inserted into it once the whole body is known (heading levels and ids)
//! or when the page is rendered (slots).

use super::heading::Ids;
use super::markdown::COLON;
use crate::article::{Body, Heading, HeadingIds, Link, Slot, SlotContent};
use crate::html;

/// A piece of HTML with places to fill.
#[derive(Default)]
pub(crate) struct Fragment {
    /// The HTML so far.
    pub html: String,
    inserts: Vec<(usize, Insert)>,
}

/// What is inserted.
#[derive(Clone, Copy)]
pub(crate) enum Insert {
    /// A slot, filled when the page is rendered.
    Slot(SlotContent),
    /// The start of the heading with this index.
    HeadingOpen(u32),
    /// The end of the heading with this index, and its anchor link.
    HeadingClose(u32),
    /// The place of a heading that is not shown, because it repeats the page's title.
    HeadingTarget(u32),
}

/// A heading as it is written.
pub(crate) struct WrittenHeading {
    /// Level, 1 to 6.
    pub level: u8,
    /// An explicit id, `{#id}`.
    pub id: Option<String>,
    /// Explicit classes, `{.class}`.
    pub classes: Vec<String>,
    /// The rendered text: code and link text, no tags and no image text.
    pub text: String,
    /// Place in the file.
    pub span: (u32, u32),
    /// Whether it repeats the page's title.
    pub is_title: bool,
    /// Attributes of its block.
    pub attributes: String,
}

impl Fragment {
    /// An empty fragment with room for that many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { html: String::with_capacity(bytes), inserts: Vec::new() }
    }

    /// Adds HTML.
    pub(crate) fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// Adds a place to fill.
    pub(crate) fn insert(&mut self, insert: Insert) {
        self.inserts.push((self.html.len(), insert));
    }

    /// Closes an attribute's quote, and adds another attribute where it has a value.
    pub(crate) fn attribute_end(&mut self, name: &str, value: &str) {
        self.push("\"");
        if !value.is_empty() {
            self.html.push(' ');
            self.push(name);
            self.push("=\"");
            html::escape_into(&mut self.html, value);
            self.push("\"");
        }
    }

    /// Drops everything from `length` on.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.html.truncate(length);
        while self.inserts.last().is_some_and(|(at, _)| *at >= length) {
            self.inserts.pop();
        }
    }

    /// Adds another fragment.
    pub(crate) fn append(&mut self, other: Self) {
        let shift = self.html.len();
        self.html.push_str(&other.html);
        self.inserts.extend(other.inserts.into_iter().map(|(at, insert)| (at + shift, insert)));
    }
}

/// What raw HTML names.
pub(crate) struct Named {
    /// Values of `id`, which no heading can have too.
    pub ids: Vec<String>,
    /// Values of `name` on `a`: links find them, and a heading may have the same.
    pub names: Vec<String>,
}

/// The finished body: ids given to headings, levels settled, slots at their final places.
pub(crate) fn finish(
    fragment: Fragment,
    written: Vec<WrittenHeading>,
    links: Vec<Link>,
    named: Named,
    anchors: &[(String, String)],
) -> Body {
    let headings = settle(&written, &named.ids);
    let mut html = String::with_capacity(fragment.html.len() + written.len() * 64);
    let mut slots = Vec::with_capacity(fragment.inserts.len());
    let mut copied = 0;
    for (at, insert) in &fragment.inserts {
        html.push_str(&fragment.html[copied..*at]);
        copied = *at;
        match *insert {
            Insert::Slot(content) => slots.push(Slot { at: html.len() as u32, content }),
            Insert::HeadingOpen(index) => {
                let index = index as usize;
                open_heading(&mut html, &headings[index], &written[index], anchors);
            }
            Insert::HeadingClose(index) => {
                close_heading(&mut html, headings[index as usize].level);
                // The title's heading is left out of the body's, and can only be the first.
                let shown = index - u32::from(written[0].is_title);
                slots.push(Slot { at: html.len() as u32, content: SlotContent::Anchor(shown) });
                html.push_str("</div>\n");
            }
            Insert::HeadingTarget(index) => {
                let id = &*headings[index as usize].id;
                target(&mut html, id);
                old_ids(id, anchors).for_each(|old| target(&mut html, old));
            }
        }
    }
    html.push_str(&fragment.html[copied..]);
    // One byte for one byte: the slots stay where they are.
    let html = if html.contains(COLON) { html.replace(COLON, ":") } else { html };
    let old = anchors.iter().filter(|(_, new)| headings.iter().any(|heading| *heading.id == **new));
    let mut other_ids: Vec<Box<str>> = old.map(|(old, _)| old.as_str().into()).collect();
    other_ids.extend(named.ids.into_iter().chain(named.names).map(String::into_boxed_str));
    let mut shown = Vec::with_capacity(headings.len());
    for (heading, written) in headings.into_iter().zip(&written) {
        if written.is_title { other_ids.push(heading.id) } else { shown.push(heading) }
    }
    other_ids.sort_unstable();
    other_ids.dedup();
    let by_id = HeadingIds::new(&shown);
    // Copies of exactly the size that is needed: bodies live as long as the site, and there may be many.
    Body {
        html: Box::from(html.as_str()),
        slots: slots.into(),
        headings: shown.into(),
        links: links.into(),
        by_id,
        other_ids: other_ids.into(),
    }
}

/// Gives each heading its id (explicit and raw-HTML ids are reserved first) and its level on the page, where the title
/// is the one `h1`.
fn settle(written: &[WrittenHeading], html_ids: &[String]) -> Vec<Heading> {
    let mut ids = Ids::default();
    html_ids.iter().for_each(|id| ids.reserve(id));
    written.iter().filter_map(|heading| heading.id.as_deref()).for_each(|id| ids.reserve(id));
    let shift = u8::from(written.iter().any(|heading| heading.level == 1 && !heading.is_title));
    let heading = |written: &WrittenHeading| Heading {
        level: (written.level + shift).min(6),
        id: written.id.clone().unwrap_or_else(|| ids.assign(&written.text)).into(),
        text: written
            .text
            .replace(COLON, ":")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .into(),
        span: written.span,
        written_level: written.level,
    };
    written.iter().map(heading).collect()
}

fn open_heading(
    html: &mut String,
    heading: &Heading,
    written: &WrittenHeading,
    anchors: &[(String, String)],
) {
    html.push_str("<div class=\"heading\"");
    html.push_str(&written.attributes);
    html.push_str("><h");
    html.push(char::from(b'0' + heading.level));
    html.push_str(" id=\"");
    html::escape_into(html, &heading.id);
    html.push('"');
    if !written.classes.is_empty() {
        html.push_str(" class=\"");
        html::escape_into(html, &written.classes.join(" "));
        html.push('"');
    }
    html.push('>');
    old_ids(&heading.id, anchors).for_each(|old| target(html, old));
}

/// The old ids that a heading keeps.
fn old_ids<'a>(id: &str, anchors: &'a [(String, String)]) -> impl Iterator<Item = &'a str> {
    anchors.iter().filter(move |(_, new)| new == id).map(|(old, _)| old.as_str())
}

/// The anchor link, which a slot puts after this, stands beside the heading and not in it, so that it is no part of the
/// heading's name.
fn close_heading(html: &mut String, level: u8) {
    html.push_str("</h");
    html.push(char::from(b'0' + level));
    html.push('>');
}

fn target(html: &mut String, id: &str) {
    html.push_str("<span id=\"");
    html::escape_into(html, id);
    html.push_str("\"></span>");
}

//! HTML under construction: text, and what is inserted into it once the whole body is known (heading levels and ids)
//! or when the page is rendered (slots).

use std::ops::Range;

use ahash::AHashMap;

use super::heading::Ids;
use super::markdown::Numbers;
use crate::article::front_matter::OldAnchor;
use crate::article::{Body, Heading, Link, Slot, SlotContent};
use crate::html;

/// A piece of HTML with places to fill, and what of it can be linked to. What is never appended to the body is not on the
/// page.
#[derive(Default)]
pub(crate) struct Fragment {
    /// The HTML so far.
    pub html: String,
    /// The headings in it, in order.
    pub headings: Vec<WrittenHeading>,
    /// Ids that somebody wrote, explicit and in raw HTML, with their places. No heading's own slug may be one of them.
    pub ids: Vec<(String, Range<usize>)>,
    /// Values of `name` on `a`: links find them, and a heading may have the same.
    pub names: Vec<String>,
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
    /// The reference to a footnote with this index among the references.
    FootnoteReference(u32),
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
        Self { html: String::with_capacity(bytes), ..Self::default() }
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
        let (shift, headings) = (self.html.len(), self.headings.len() as u32);
        self.html.push_str(&other.html);
        self.inserts.extend(other.inserts.into_iter().map(|(at, insert)| {
            let insert = match insert {
                Insert::HeadingOpen(index) => Insert::HeadingOpen(index + headings),
                Insert::HeadingClose(index) => Insert::HeadingClose(index + headings),
                Insert::HeadingTarget(index) => Insert::HeadingTarget(index + headings),
                Insert::Slot(_) | Insert::FootnoteReference(_) => insert,
            };
            (at + shift, insert)
        }));
        self.headings.extend(other.headings);
        self.ids.extend(other.ids);
        self.names.extend(other.names);
    }
}

/// Old ids by the ids of the headings that keep them.
type OldIds<'a> = AHashMap<&'a str, Vec<&'a str>>;

/// The finished body: ids given to headings, levels settled, slots at their final places.
pub(crate) fn finish(
    fragment: Fragment,
    links: Vec<Link>,
    numbers: &Numbers,
    anchors: &[OldAnchor],
) -> Body {
    let headings = settle(&fragment);
    let mut old_ids = OldIds::new();
    for OldAnchor { old, new } in anchors {
        old_ids.entry(new).or_default().push(old);
    }
    let Fragment { html: text, headings: written, ids, names, inserts } = fragment;
    let mut html = String::with_capacity(text.len() + written.len() * 64);
    let mut slots = Vec::with_capacity(inserts.len());
    let mut copied = 0;
    for (at, insert) in inserts {
        html.push_str(&text[copied..at]);
        copied = at;
        match insert {
            Insert::Slot(content) => slots.push(Slot { at: html.len() as u32, content }),
            Insert::FootnoteReference(index) => numbers.write(index as usize, &mut html),
            Insert::HeadingOpen(index) => {
                let index = index as usize;
                open_heading(&mut html, &headings[index], &written[index], &old_ids);
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
                targets(&mut html, id, &old_ids);
            }
        }
    }
    html.push_str(&text[copied..]);
    let kept = headings.iter().filter_map(|heading| old_ids.get(&*heading.id)).flatten();
    let mut other_ids: Vec<Box<str>> = kept.map(|old| (*old).into()).collect();
    other_ids.extend(ids.into_iter().map(|(id, _)| id).chain(names).map(String::into_boxed_str));
    let mut shown = Vec::with_capacity(headings.len());
    for (heading, written) in headings.into_iter().zip(&written) {
        if written.is_title { other_ids.push(heading.id) } else { shown.push(heading) }
    }
    other_ids.sort_unstable();
    other_ids.dedup();
    // Copies of exactly the size that is needed: bodies live as long as the site, and there may be many.
    Body {
        html: Box::from(html.as_str()),
        slots: slots.into(),
        headings: shown.into(),
        links: links.into(),
        other_ids: other_ids.into(),
    }
}

/// Gives each heading its id (explicit and raw-HTML ids are reserved first) and its level on the page, where the title
/// is the one `h1`.
fn settle(fragment: &Fragment) -> Vec<Heading> {
    let mut ids = Ids::default();
    fragment.ids.iter().for_each(|(id, _)| ids.reserve(id));
    let written = &fragment.headings;
    let shift = u8::from(written.iter().any(|heading| heading.level == 1 && !heading.is_title));
    let heading = |written: &WrittenHeading| Heading {
        level: (written.level + shift).min(6),
        id: written.id.clone().unwrap_or_else(|| ids.assign(&written.text)).into(),
        text: written.text.split_whitespace().collect::<Vec<_>>().join(" ").into(),
        span: written.span,
        written_level: written.level,
    };
    written.iter().map(heading).collect()
}

fn open_heading(
    html: &mut String,
    heading: &Heading,
    written: &WrittenHeading,
    old_ids: &OldIds<'_>,
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
    targets(html, &heading.id, old_ids);
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

/// The old ids that a heading keeps.
fn targets(html: &mut String, id: &str, old_ids: &OldIds<'_>) {
    old_ids.get(id).into_iter().flatten().for_each(|old| target(html, old));
}

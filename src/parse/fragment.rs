//! HTML under construction: text, and what is inserted into it once the whole body is known (heading levels and ids)
//! or when the page is rendered (slots).

use ahash::AHashMap;

use super::heading::Ids;
use super::markdown::Numbers;
use crate::article::{Body, FoldedIds, Heading, Link, Slot, SlotContent};
use crate::fields::Named;
use crate::html::{self, escape};
use crate::source::Placed;

/// A piece of HTML with places to fill, and what of it can be linked to. What is never appended to the body is not on the
/// page.
#[derive(Default)]
pub(crate) struct Fragment {
    pub html: String,
    /// The headings in it, in order.
    pub headings: Vec<WrittenHeading>,
    /// Ids that somebody wrote, explicit and in raw HTML. No heading's own slug may be one of them.
    pub ids: Vec<Placed<String>>,
    /// Values of `name` on `a`: links find them, and a heading may have the same.
    pub names: Vec<String>,
    inserts: Vec<(usize, Insert)>,
}

/// What is inserted. Headings and references to footnotes are named by their indexes.
#[derive(Clone, Copy)]
pub(crate) enum Insert {
    /// A slot, filled when the page is rendered.
    Slot(SlotContent),
    HeadingOpen(u32),
    /// The end of a heading, and its anchor link.
    HeadingClose(u32),
    /// The place of a heading that is not shown, because it repeats the page's title.
    HeadingTarget(u32),
    FootnoteReference(u32),
}

/// A heading as it is written.
#[derive(Default)]
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
    /// Its line, where the page says the lines of its source.
    pub line: Option<usize>,
}

impl Fragment {
    /// An empty fragment with room for that many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { html: String::with_capacity(bytes), ..Self::default() }
    }

    pub(crate) fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// Adds a place to fill.
    pub(crate) fn insert(&mut self, insert: Insert) {
        self.insert_at(self.html.len(), insert);
    }

    /// Adds a place to fill before HTML without any.
    pub(crate) fn insert_at(&mut self, at: usize, insert: Insert) {
        self.inserts.push((at, insert));
    }

    /// Closes an attribute's quote, and adds another attribute where it has a value.
    pub(crate) fn attribute_end(&mut self, name: &str, value: &str) {
        self.push("\"");
        if !value.is_empty() {
            self.push(&format!(" {name}=\"{}\"", escape(value)));
        }
    }

    /// Drops everything from `length` on.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.html.truncate(length);
        let kept = self.inserts.partition_point(|(at, _)| *at < length);
        self.inserts.truncate(kept);
    }

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

/// The finished body: ids given to headings, levels settled, slots at their final places.
pub(crate) fn finish(
    fragment: Fragment,
    links: Vec<Link>,
    numbers: &Numbers,
    anchors: &[Named<String>],
) -> Body {
    let headings = settle(&fragment);
    let mut old_ids: AHashMap<&str, Vec<&str>> = AHashMap::new();
    for Named { name: old, value: new } in anchors {
        old_ids.entry(new).or_default().push(old);
    }
    let old_ids = |id: &str| old_ids.get(id).into_iter().flatten().copied();
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
                let heading = &headings[index as usize];
                open_heading(&mut html, heading, &written[index as usize]);
                old_ids(&heading.id).for_each(|old| target(&mut html, old));
            }
            Insert::HeadingClose(index) => {
                // The anchor link stands beside the heading and not in it, so that it is no part of the heading's name.
                html.push_str(&format!("</h{}>", headings[index as usize].level));
                // The title's heading is left out of the body's, and can only be the first.
                let shown = index - u32::from(written[0].is_title);
                slots.push(Slot { at: html.len() as u32, content: SlotContent::Anchor(shown) });
                html.push_str("</div>\n");
            }
            Insert::HeadingTarget(index) => {
                let id = &*headings[index as usize].id;
                target(&mut html, id);
                old_ids(id).for_each(|old| target(&mut html, old));
            }
        }
    }
    html.push_str(&text[copied..]);
    let kept = headings.iter().flat_map(|heading| old_ids(&heading.id));
    let mut other_ids: Vec<Box<str>> = kept.map(Box::from).collect();
    other_ids.extend(ids.into_iter().map(|id| id.value).chain(names).map(String::into_boxed_str));
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
        folded_ids: FoldedIds::default(),
    }
}

/// Gives each heading its id (explicit and raw-HTML ids are reserved first) and its level on the page, where the title
/// is the one `h1`.
fn settle(fragment: &Fragment) -> Vec<Heading> {
    let mut ids = Ids::default();
    fragment.ids.iter().for_each(|id| ids.reserve(id));
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

fn open_heading(html: &mut String, heading: &Heading, written: &WrittenHeading) {
    html.push_str("<div class=\"heading\"");
    if let Some(line) = written.line {
        html.push_str(&format!(" data-line=\"{line}\""));
    }
    html.push_str(&format!("><h{} id=\"", heading.level));
    html::escape_into(html, &heading.id);
    if !written.classes.is_empty() {
        html.push_str("\" class=\"");
        html::escape_into(html, &written.classes.join(" "));
    }
    html.push_str("\">");
}

fn target(html: &mut String, id: &str) {
    html.push_str(&format!("<span id=\"{}\"></span>", escape(id)));
}

//! Links and images: where their destinations stand, what they are called, and what is wrong with them.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use super::Writer;
use crate::article::{Link, LinkKind, SlotContent};
use crate::diagnostic::{EMPTY_LINK_TEXT, IMAGE_NO_ALT, Problem};
use crate::html;
use crate::parse::destination;
use crate::parse::fragment::Insert;

/// A link or image whose text is being read.
pub(super) struct OpenLink {
    /// Index among the links.
    index: usize,
    syntax: LinkType,
    /// Where the text ends, as far as is known.
    inner_end: usize,
    /// Where its definition has the destination, where it has one.
    definition: Option<Range<usize>>,
    /// Whether there is anything to read in it.
    pub is_named: bool,
}

/// An image whose text is being read.
pub(super) struct Image<'a> {
    alt: String,
    title: CowStr<'a>,
    /// How many links and images are open in it.
    depth: u32,
}

impl<'a> Writer<'a> {
    /// Notes how far the open link's text reaches.
    pub(super) fn extend_link(&mut self, event: &Event<'_>, range: &Range<usize>) {
        if let Some(open) = self.open_links.last_mut()
            && !matches!(event, Event::End(TagEnd::Link | TagEnd::Image))
        {
            open.inner_end = open.inner_end.max(range.end);
        }
    }

    pub(super) fn start_link(&mut self, tag: Tag<'a>, range: Range<usize>) {
        let Tag::Link { link_type, dest_url, title, id } = tag else { return };
        let (kind, destination) = match link_type {
            LinkType::Email => (LinkKind::Autolink, format!("mailto:{dest_url}")),
            LinkType::Autolink => (LinkKind::Autolink, dest_url.into_string()),
            _ => (LinkKind::Link, dest_url.into_string()),
        };
        self.out.push("<a href=\"");
        self.out.insert(Insert::Slot(SlotContent::Link(self.links.len() as u32)));
        self.out.attribute_end("title", &title);
        self.out.push(">");
        self.links.push(Link::new(destination, range, kind));
        self.open_link(link_type, &id);
    }

    pub(super) fn start_image(&mut self, tag: Tag<'a>, range: Range<usize>) {
        let Tag::Image { link_type, dest_url, title, id } = tag else { return };
        // An image without words is a mistake of its own.
        self.name_link();
        self.links.push(Link::new(dest_url.into_string(), range, LinkKind::Resource));
        self.open_link(link_type, &id);
        self.image = Some(Image { alt: String::new(), title, depth: 0 });
    }

    /// Opens the link that was added last.
    fn open_link(&mut self, syntax: LinkType, label: &str) {
        let has_label =
            matches!(syntax, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut);
        let definition = if has_label { self.definitions.of(label) } else { None };
        let index = self.links.len() - 1;
        let inner_end = self.links[index].span.0 as usize + 1;
        self.open_links.push(OpenLink { index, syntax, inner_end, definition, is_named: false });
    }

    pub(super) fn close_link(&mut self, range: Range<usize>) {
        let Some(open) = self.open_links.pop() else { return };
        let link = &mut self.links[open.index];
        // Not placed yet, it holds its destination itself.
        let leads = !link.destination("").trim().is_empty();
        let at = match (open.definition, open.syntax) {
            (Some(definition), _) => {
                link.used_at = Some(link.span);
                definition
            }
            (None, LinkType::Autolink | LinkType::Email) => range.start + 1..range.end - 1,
            (None, _) => destination::inline(self.source, range, open.inner_end),
        };
        link.place(at.clone(), self.source);
        self.problems.extend(match link.kind {
            _ if open.is_named => None,
            LinkKind::Resource => Some(
                Problem::new(
                    &IMAGE_NO_ALT,
                    at,
                    "this image says nothing to those who do not see it",
                )
                .help("write what it shows between the brackets: `![The key page](…)`"),
            ),
            LinkKind::Link if leads => Some(
                Problem::new(&EMPTY_LINK_TEXT, at, "this link has no text")
                    .help("write what it leads to between the brackets"),
            ),
            _ => None,
        });
    }

    /// Handles an event inside an image's text, of which only words are shown. Returns whether it did.
    pub(super) fn image_event(&mut self, event: &Event<'a>, range: &Range<usize>) -> bool {
        let Some(image) = &mut self.image else { return false };
        match event {
            Event::Text(text) | Event::Code(text) => image.alt.push_str(text),
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            Event::Start(Tag::Image { .. } | Tag::Link { .. }) => image.depth += 1,
            Event::End(TagEnd::Link | TagEnd::Image) if image.depth > 0 => image.depth -= 1,
            Event::End(TagEnd::Image) => {
                self.end_image();
                self.close_link(range.clone());
            }
            _ => {}
        }
        true
    }

    fn end_image(&mut self) {
        let (Some(image), Some(open)) = (self.image.take(), self.open_links.last_mut()) else {
            return;
        };
        open.is_named = !image.alt.trim().is_empty();
        let link = open.index as u32;
        self.out.push("<img src=\"");
        self.out.insert(Insert::Slot(SlotContent::Link(link)));
        self.out.push("\" alt=\"");
        html::escape_into(&mut self.out.html, &image.alt);
        self.out.attribute_end("title", &image.title);
        self.out.insert(Insert::Slot(SlotContent::Dimensions(link)));
        self.out.insert(Insert::Slot(SlotContent::Variants(link, 0)));
        // The first image is likely in view: loading it late would delay what the reader waits for.
        self.out.push(if self.images > 0 { " loading=\"lazy\">" } else { ">" });
        self.images += 1;
    }
}

//! Links and images: where their destinations stand, what they are called, and what is wrong with them.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::Writer;
use crate::article::{Link, LinkKind, SlotContent};
use crate::diagnostic::{EMPTY_LINK_TEXT, IMAGE_NO_ALT, Rule};
use crate::html;
use crate::parse::fragment::Insert;
use crate::parse::{Finding, destination};

/// A link or image whose text is being read.
pub(super) struct OpenLink {
    /// Index among the links; none for one in an image's text, which is not shown.
    index: Option<usize>,
    kind: LinkType,
    /// Where the text ends, as far as is known.
    inner_end: usize,
    /// Where its definition has the destination, where it has one.
    definition: Option<Range<usize>>,
    /// Whether there is anything to read in it.
    pub is_named: bool,
}

/// An image whose text is being read.
pub(super) struct Image {
    alt: String,
    title: String,
    depth: u32,
    link: u32,
}

/// A link or image that has no name.
pub(super) struct Unnamed {
    /// Index among the links.
    pub link: usize,
    /// The rule that this breaks.
    pub rule: &'static Rule,
}

/// The finding of a link or image at `at` that has no name.
pub(super) fn unnamed(rule: &'static Rule, at: Range<usize>) -> Finding {
    if rule == &IMAGE_NO_ALT {
        Finding::new(rule, at, "this image says nothing to those who do not see it".to_owned())
            .help("write what it shows between the brackets: `![The key page](…)`")
    } else {
        Finding::new(rule, at, "this link has no text".to_owned())
            .help("write what it leads to between the brackets")
    }
}

impl OpenLink {
    fn inside_image(kind: LinkType, start: usize) -> Self {
        Self { index: None, kind, inner_end: start, definition: None, is_named: true }
    }
}

impl<'a> Writer<'a> {
    /// Notes how far the open link's text reaches.
    pub(super) fn extend_link(&mut self, event: &Event<'_>, range: &Range<usize>) {
        let Some(open) = self.open_links.last_mut() else { return };
        match event {
            Event::End(TagEnd::Link | TagEnd::Image) => return,
            Event::Text(text) | Event::Code(text) => open.is_named |= !text.trim().is_empty(),
            // An image without words is a mistake of its own.
            Event::Start(Tag::Image { .. }) => open.is_named = true,
            _ => {}
        }
        open.inner_end = open.inner_end.max(range.end);
    }

    pub(super) fn start_link(&mut self, tag: Tag<'a>, range: Range<usize>) {
        let Tag::Link { link_type, dest_url, title, id } = tag else { return };
        let automatic = matches!(link_type, LinkType::Autolink | LinkType::Email);
        let kind = if automatic { LinkKind::Autolink } else { LinkKind::Link };
        let destination = if link_type == LinkType::Email {
            format!("mailto:{dest_url}")
        } else {
            dest_url.into_string()
        };
        let index = self.open_link(link_type, destination, &id, range, kind);
        self.out.push("<a href=\"");
        self.out.insert(Insert::Slot(SlotContent::Link(index)));
        self.out.attribute_end("title", &title);
        self.out.push(">");
    }

    pub(super) fn start_image(&mut self, tag: Tag<'a>, range: Range<usize>) {
        let Tag::Image { link_type, dest_url, title, id } = tag else { return };
        let destination = dest_url.into_string();
        let link = self.open_link(link_type, destination, &id, range, LinkKind::Resource);
        self.image = Some(Image { alt: String::new(), title: title.into_string(), depth: 1, link });
    }

    fn open_link(
        &mut self,
        kind: LinkType,
        destination: String,
        id: &str,
        range: Range<usize>,
        link: LinkKind,
    ) -> u32 {
        let reference =
            matches!(kind, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut);
        let definition = if reference {
            self.definitions.used(id).map(|at| at.destination.clone())
        } else {
            None
        };
        let index = self.links.len();
        self.links.push(Link::new(destination, link));
        self.open_links.push(OpenLink {
            index: Some(index),
            kind,
            inner_end: range.start + 1,
            definition,
            is_named: false,
        });
        index as u32
    }

    pub(super) fn close_link(&mut self, range: Range<usize>) {
        let Some(open) = self.open_links.pop() else { return };
        if let Some(outer) = self.open_links.last_mut() {
            outer.inner_end = outer.inner_end.max(range.end);
        }
        let Some(index) = open.index else { return };
        let (span, used_at) = match open.definition {
            Some(definition) => (definition, Some(self.place(range))),
            None if matches!(open.kind, LinkType::Autolink | LinkType::Email) => {
                (destination::autolink(self.markdown, range), None)
            }
            None => (destination::inline(self.markdown, range, open.inner_end), None),
        };
        // Not placed yet, it holds its destination itself.
        let link = &self.links[index];
        let leads = !link.destination("").trim().is_empty();
        if !open.is_named && link.kind == LinkKind::Link && leads {
            self.unnamed.push(Unnamed { link: index, rule: &EMPTY_LINK_TEXT });
        }
        self.links[index].used_at = used_at;
        self.place_link(index, span);
    }

    pub(super) fn place_link(&mut self, index: usize, range: Range<usize>) {
        let (span, written) = (self.place(range.clone()), self.markdown.get(range));
        self.links[index].place(span, written.unwrap_or(""));
    }

    /// Handles an event inside an image's text, of which only words are shown. Returns whether it did.
    pub(super) fn image_event(&mut self, event: &Event<'a>, range: &Range<usize>) -> bool {
        let Some(image) = &mut self.image else { return false };
        match event {
            Event::Text(text) | Event::Code(text) => image.alt.push_str(text),
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            Event::Start(Tag::Image { link_type, .. }) => {
                image.depth += 1;
                self.open_links.push(OpenLink::inside_image(*link_type, range.start));
            }
            Event::Start(Tag::Link { link_type, .. }) => {
                self.open_links.push(OpenLink::inside_image(*link_type, range.start));
            }
            Event::End(TagEnd::Link) => self.close_link(range.clone()),
            Event::End(TagEnd::Image) => {
                image.depth -= 1;
                if image.depth == 0 {
                    self.end_image();
                }
                self.close_link(range.clone());
            }
            _ => {}
        }
        true
    }

    fn end_image(&mut self) {
        let Some(image) = self.image.take() else { return };
        if image.alt.trim().is_empty() {
            let link = image.link as usize;
            self.unnamed.push(Unnamed { link, rule: &IMAGE_NO_ALT });
        }
        self.out.push("<img src=\"");
        self.out.insert(Insert::Slot(SlotContent::Link(image.link)));
        self.out.push("\" alt=\"");
        html::escape_into(&mut self.out.html, &image.alt);
        self.out.attribute_end("title", &image.title);
        self.out.insert(Insert::Slot(SlotContent::Dimensions(image.link)));
        self.out.insert(Insert::Slot(SlotContent::Variants(image.link, 0)));
        // The first image is likely in view: loading it late would delay what the reader waits for.
        self.out.push(if self.images > 0 { " loading=\"lazy\">" } else { ">" });
        self.images += 1;
    }
}

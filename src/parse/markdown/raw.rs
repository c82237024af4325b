//! Raw HTML in Markdown: passed through as it is written, its URLs in slots, its ids noted, its mistakes found.

use std::ops::Range;

use super::Writer;
use crate::article::{Link, LinkKind, SlotContent};
use crate::diagnostic::{EMPTY_LINK_TEXT, IMAGE_NO_ALT, INLINE_STYLE_OR_SCRIPT, MD_LINK_IN_HTML};
use crate::parse::fragment::Insert;
use crate::parse::raw_html::{self, Image, Part};
use crate::parse::{Finding, suppression};

/// Raw HTML as the library hands it out, piece by piece, with each piece's place in the Markdown.
#[derive(Default)]
pub(super) struct RawPieces {
    text: String,
    starts: Vec<(usize, usize)>,
    /// Whether it stands among text, and not in a block of its own.
    is_inline: bool,
}

/// An `<a>` of raw HTML whose text is being read.
pub(super) struct OpenAnchor {
    /// The destination, in the Markdown.
    destination: Range<usize>,
    is_named: bool,
}

impl RawPieces {
    /// A tag among text.
    pub(super) fn inline(text: &str, source: usize) -> Self {
        Self { text: text.to_owned(), starts: vec![(0, source)], is_inline: true }
    }

    /// Adds a piece.
    pub(super) fn add(&mut self, text: &str, source: usize) {
        self.starts.push((self.text.len(), source));
        self.text.push_str(text);
    }

    /// Where the byte at `at` of the text stands in the Markdown.
    fn source(&self, at: usize) -> usize {
        let piece = self.starts.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        self.starts.get(piece).map_or(0, |(start, source)| source + (at - start))
    }

    fn range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.source(range.start);
        start..start + range.len()
    }
}

impl Writer<'_> {
    pub(super) fn raw_html(&mut self, raw: &RawPieces) {
        let found = raw_html::scan(&raw.text);
        let mut images = found.parts.iter().filter_map(|part| match part {
            Part::Image(image) if !image.src.is_empty() => Some(image),
            _ => None,
        });
        let mut image = images.next();
        let mut written = 0;
        for url in found.urls {
            if url.range.start < written {
                continue;
            }
            // What is added to a tag stands before its URLs.
            while let Some(next) = image.filter(|image| image.src.start <= url.range.start) {
                if next.src == url.range {
                    written = self.image_attributes(raw, next, written);
                }
                image = images.next();
            }
            self.out.push(&raw.text[written..url.range.start]);
            written = url.range.end;
            let kind = if url.resource { LinkKind::HtmlResource } else { LinkKind::HtmlLink };
            self.out.insert(Insert::Slot(SlotContent::Link(self.links.len() as u32)));
            self.links.push(Link::new(url.value, kind));
            self.place_link(self.links.len() - 1, raw.range(&url.range));
        }
        self.out.push(&raw.text[written..]);
        for id in found.ids {
            let at = raw.range(&id.range);
            self.out.ids.push((id.value, at));
        }
        self.out.names.extend(found.names.into_iter().map(|name| name.value));
        for part in &found.parts {
            self.raw_part(raw, part);
        }
    }

    /// Adds to an `<img>` what it does not say itself. Returns how much of the HTML is written.
    fn image_attributes(&mut self, raw: &RawPieces, image: &Image, written: usize) -> usize {
        // An attribute with a URL before `src` is written already, and so is what it stands in.
        let at = image.name_end;
        if at < written {
            return written;
        }
        self.out.push(&raw.text[written..at]);
        let link = self.links.len() as u32;
        if !image.is_sized {
            self.out.insert(Insert::Slot(SlotContent::Dimensions(link)));
        }
        if !image.has_candidates {
            let width = image.width.unwrap_or(0);
            self.out.insert(Insert::Slot(SlotContent::Variants(link, width)));
        }
        if !image.has_loading && self.images > 0 {
            self.out.push(" loading=\"lazy\"");
        }
        self.images += 1;
        at
    }

    fn raw_part(&mut self, raw: &RawPieces, part: &Part) {
        match part {
            Part::Anchor { href, is_named } => {
                self.anchor =
                    Some(OpenAnchor { destination: raw.range(href), is_named: *is_named });
            }
            Part::AnchorEnd => self.close_anchor(),
            Part::Text { range, is_verbatim } => {
                self.name_link();
                if !raw.is_inline && !is_verbatim {
                    self.markdown_in_html(raw, range);
                }
            }
            Part::Image(image) => {
                // An image without words is a mistake of its own.
                if image.alt.as_deref() != Some("") {
                    self.name_link();
                }
                if image.alt.is_none() {
                    let finding = Finding::new(
                        &IMAGE_NO_ALT,
                        raw.range(&image.src),
                        "this image has no `alt`".to_owned(),
                    )
                    .help("add `alt=\"what it shows\"`, or `alt=\"\"` where it only decorates");
                    self.findings.push(finding);
                }
            }
            Part::Blocked { range, what } => {
                let finding = Finding::new(
                    &INLINE_STYLE_OR_SCRIPT,
                    raw.range(range),
                    format!("a strict content security policy blocks {what}"),
                )
                .help("put it into a file of `static/`, and name it in a template");
                self.findings.push(finding);
            }
            Part::Comment(range) => {
                let text = &raw.text[range.clone()];
                for suppression in suppression::in_comment(text, raw.source(range.start)) {
                    self.suppressions.push(suppression);
                }
            }
        }
    }

    /// What is read here names the link that is open.
    pub(super) fn name_link(&mut self) {
        if let Some(anchor) = &mut self.anchor {
            anchor.is_named = true;
        }
        if let Some(link) = self.open_links.last_mut() {
            link.is_named = true;
        }
    }

    fn close_anchor(&mut self) {
        if let Some(anchor) =
            self.anchor.take().filter(|anchor| !anchor.is_named && !anchor.destination.is_empty())
        {
            let message = "this link has no text".to_owned();
            let finding = Finding::new(&EMPTY_LINK_TEXT, anchor.destination, message)
                .help("write what it leads to between the tags, or in `aria-label`");
            self.findings.push(finding);
        }
    }

    /// `[text](destination)` in an HTML block is shown as it is typed.
    fn markdown_in_html(&mut self, raw: &RawPieces, range: &Range<usize>) {
        let text = &raw.text[range.clone()];
        for (at, _) in text.match_indices("](") {
            let start = at + 2;
            let ends = |c: char| c.is_whitespace() || matches!(c, ')' | '<' | '[' | ']');
            let Some(length) = text[start..].find(ends) else { continue };
            let destination = &text[start..start + length];
            let open = text[..at].rfind(['[', ']', '\n']).map_or("", |open| &text[..=open]);
            let opens = open.ends_with('[') && !open.ends_with("\\[");
            let looks = destination.contains(['/', '.', '#']);
            if !opens || !looks || !text[start + length..].starts_with(')') {
                continue;
            }
            let at = range.start + start..range.start + start + length;
            let finding = Finding::new(
                &MD_LINK_IN_HTML,
                raw.range(&at),
                "in an HTML block, a Markdown link is shown as it is typed".to_owned(),
            )
            .help(format!(
                "write `<a href=\"{destination}\">`, or put empty lines around the Markdown"
            ));
            self.findings.push(finding);
        }
    }
}

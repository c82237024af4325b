//! Raw HTML in Markdown: passed through as it is written, its URLs in slots, its ids noted, its mistakes found.

use std::ops::Range;

use super::Writer;
use crate::article::{Link, LinkKind, SlotContent};
use crate::diagnostic::{
    EMPTY_LINK_TEXT, IMAGE_NO_ALT, INLINE_STYLE_OR_SCRIPT, MD_LINK_IN_HTML, Problem,
};
use crate::parse::fragment::Insert;
use crate::parse::raw_html::{self, Image, Part};
use crate::source::Placed;

/// Raw HTML as the library hands it out, piece by piece.
#[derive(Default)]
pub(super) struct RawPieces {
    text: String,
    /// Where each piece begins in the text, and in the file.
    starts: Vec<Placed<usize>>,
    /// Whether it stands among text, and not in a block of its own.
    is_inline: bool,
    /// How much of the text is written.
    written: usize,
    /// The image whose attributes are being read.
    image: Option<Image>,
}

impl RawPieces {
    /// A tag among text.
    pub(super) fn inline(text: &str, source: usize) -> Self {
        let mut raw = Self { is_inline: true, ..Self::default() };
        raw.add(text, source);
        raw
    }

    pub(super) fn add(&mut self, text: &str, source: usize) {
        let start = self.text.len();
        self.starts.push(Placed::new(source, start..start + text.len()));
        self.text.push_str(text);
    }

    /// Where a part of the text is in the file.
    fn range(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let next = self.starts.partition_point(|piece| piece.at().start <= at);
            let piece = next.checked_sub(1).and_then(|piece| self.starts.get(piece));
            piece.map_or(0, |piece| piece.value + at - piece.at().start)
        };
        let start = place(range.start);
        start..start + range.len()
    }
}

impl Writer<'_> {
    pub(super) fn raw_html(&mut self, mut raw: RawPieces) {
        for part in raw_html::scan(&raw.text) {
            match part {
                Part::Url { url, is_resource } => self.raw_url(&mut raw, url, is_resource),
                Part::Id(id) => {
                    let at = raw.range(&id.at());
                    self.out.ids.push(Placed::new(id.value, at));
                }
                Part::Name(name) => self.out.names.push(name.value),
                Part::Anchor { href, is_named } => {
                    let is_unnamed = !is_named && !href.is_empty();
                    self.unnamed_anchor = is_unnamed.then(|| raw.range(&href));
                }
                Part::AnchorEnd => {
                    let unnamed = self.unnamed_anchor.take();
                    self.problems.extend(unnamed.map(|at| {
                        Problem::new(&EMPTY_LINK_TEXT, at, "this link has no text")
                            .help("write what it leads to between the tags, or in `aria-label`")
                    }));
                }
                Part::Text { range, is_verbatim } => {
                    self.name_link();
                    if !raw.is_inline && !is_verbatim {
                        self.markdown_in_html(&raw, &range);
                    }
                }
                Part::Image(image) => {
                    // An image without words is a mistake of its own.
                    if image.alt.as_deref() != Some("") {
                        self.name_link();
                    }
                    if image.alt.is_none() {
                        let at = raw.range(&image.src);
                        let help =
                            "add `alt=\"what it shows\"`, or `alt=\"\"` where it only decorates";
                        let problem = Problem::new(&IMAGE_NO_ALT, at, "this image has no `alt`");
                        self.problems.push(problem.help(help));
                    }
                    raw.image = Some(image);
                }
                Part::Blocked(what) => {
                    let message = format!("a strict content security policy blocks {what}");
                    let at = raw.range(&what.at());
                    let problem = Problem::new(&INLINE_STYLE_OR_SCRIPT, at, message);
                    let help = "put it into a file of `static/`, and name it in a template";
                    self.problems.push(problem.help(help));
                }
                Part::Comment(range) => self.comments.push(raw.range(&range)),
            }
        }
        self.out.push(&raw.text[raw.written..]);
    }

    fn raw_url(&mut self, raw: &mut RawPieces, url: Placed<String>, is_resource: bool) {
        let is_src = |image: &Image| image.src == url.at() && !image.src.is_empty();
        // An image whose first URL is another one has no place left that can be added to.
        if let Some(image) = raw.image.take().filter(is_src) {
            self.out.push(&raw.text[raw.written..image.name_end]);
            raw.written = image.name_end;
            self.image_attributes(&image);
        }
        self.out.push(&raw.text[raw.written..url.at().start]);
        raw.written = url.at().end;
        self.out.insert(Insert::Slot(SlotContent::Link(self.links.len() as u32)));
        let at = raw.range(&url.at());
        let mut link = Link::new(url.value, 0..0, LinkKind::in_html(is_resource));
        link.place(at, self.source);
        self.links.push(link);
    }

    /// Adds to an `<img>` what it does not say itself.
    fn image_attributes(&mut self, image: &Image) {
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
    }

    /// What is read here names the link that is open.
    pub(super) fn name_link(&mut self) {
        self.unnamed_anchor = None;
        if let Some(link) = self.open_links.last_mut() {
            link.is_named = true;
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
            let message = "in an HTML block, a Markdown link is shown as it is typed";
            let problem = Problem::new(&MD_LINK_IN_HTML, raw.range(&at), message);
            self.problems.push(problem.help(format!(
                "write `<a href=\"{destination}\">`, or put empty lines around the Markdown"
            )));
        }
    }
}

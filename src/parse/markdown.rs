//! Markdown to HTML with slots. The one file that names the Markdown library. Our own writer, because the library's
//! emits style attributes and unlabelled checkboxes, which a strict content security policy and accessibility forbid.
//!
//! Longer than most files: the match over the library's events cannot be split without hiding which are handled.

mod footnotes;
mod headings;

use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, LinkType, OffsetIter, Options,
    Parser, Tag, TagEnd,
};

use super::fragment::{Fragment, Insert, Named, WrittenHeading, finish};
use super::highlight::Highlighter;
use super::{destination, raw_html};
use crate::article::{Body, FrontMatter, Link, LinkKind, SlotContent, Word};
use crate::html;
use footnotes::Footnotes;
use headings::{attributes, only_comments};

/// Turns the Markdown in `range` of `source` into HTML. Spans count from the start of `source`.
pub(crate) fn body(
    source: &str,
    range: Range<usize>,
    front_matter: &FrontMatter,
    highlighter: &mut Highlighter,
) -> Body {
    // Definition lists have panicked in the library up to 0.12; a page without them is better than no page. The
    // writer is made anew for each try, so nothing half-done is seen.
    let result = catch_unwind(AssertUnwindSafe(|| {
        write(source, range.clone(), front_matter, highlighter, EXTENSIONS)
    }));
    result.unwrap_or_else(|_| {
        write(
            source,
            range,
            front_matter,
            highlighter,
            EXTENSIONS - Options::ENABLE_DEFINITION_LIST,
        )
    })
}

const EXTENSIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_DEFINITION_LIST);

fn write(
    source: &str,
    range: Range<usize>,
    front_matter: &FrontMatter,
    highlighter: &mut Highlighter,
    extensions: Options,
) -> Body {
    let markdown = &*definition_markers(&source[range.clone()]);
    let mut events = Parser::new_ext(markdown, extensions).into_offset_iter();
    let mut writer = Writer {
        markdown,
        offset: range.start,
        title: &front_matter.title,
        highlighter,
        out: Fragment::with_capacity(markdown.len() + markdown.len() / 3),
        outer: Vec::new(),
        headings: Vec::new(),
        links: Vec::new(),
        html_ids: Vec::new(),
        html_names: Vec::new(),
        open_links: Vec::new(),
        image: None,
        heading: None,
        code: None,
        raw: None,
        table: Table::default(),
        footnotes: Footnotes::default(),
        images: 0,
        tables: 0,
    };
    while let Some((event, range)) = events.next() {
        if let Some(open) = writer.open_links.last_mut()
            && !matches!(event, Event::End(TagEnd::Link | TagEnd::Image))
        {
            open.inner_end = open.inner_end.max(range.end);
        }
        writer.event(event, range, &events);
    }
    std::mem::take(&mut writer.footnotes).write(&mut writer.out);
    let Writer { out, headings, links, html_ids, html_names, .. } = writer;
    finish(out, headings, links, Named { ids: html_ids, names: html_names }, &front_matter.anchors)
}

/// Stands for a `:` that begins a line and is no definition's marker, because no white space follows it: the library takes
/// it for one. Of the same length, so that places stay; put back when the body is finished.
pub(crate) const COLON: char = '\u{1}';

fn definition_markers(markdown: &str) -> Cow<'_, str> {
    let bytes = markdown.as_bytes();
    // `:-` may be a table's line of dashes.
    let is_text =
        |next: Option<&u8>| !matches!(next, None | Some(b' ' | b'\t' | b'-' | b'\n' | b'\r'));
    let begins_line = |at: usize| {
        let before = bytes[..at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'>'));
        matches!(before, None | Some(b'\n'))
    };
    let mut prepared = Cow::Borrowed(markdown);
    for at in memchr::memchr_iter(b':', bytes) {
        if is_text(bytes.get(at + 1)) && begins_line(at) {
            prepared.to_mut().replace_range(at..=at, COLON.encode_utf8(&mut [0; 4]));
        }
    }
    prepared
}

struct Writer<'a, 'h> {
    markdown: &'a str,
    /// Where the Markdown begins in the file.
    offset: usize,
    title: &'a str,
    highlighter: &'h mut Highlighter,
    out: Fragment,
    /// What was being written when a footnote's definition began.
    outer: Vec<Fragment>,
    headings: Vec<WrittenHeading>,
    links: Vec<Link>,
    html_ids: Vec<String>,
    html_names: Vec<String>,
    open_links: Vec<OpenLink>,
    image: Option<Image>,
    heading: Option<OpenHeading>,
    code: Option<(String, String)>,
    raw: Option<RawPieces>,
    table: Table,
    footnotes: Footnotes,
    images: u32,
    tables: u32,
}

struct OpenLink {
    /// Index among the links; none for an image in another image's text, which is not shown.
    index: Option<usize>,
    kind: LinkType,
    /// Where the text ends, as far as is known.
    inner_end: usize,
    definition: Option<Range<usize>>,
}

/// An image whose text is being read.
struct Image {
    alt: String,
    title: String,
    depth: u32,
    link: u32,
}

struct OpenHeading {
    text: String,
    start: usize,
}

/// Raw HTML as the library hands it out, piece by piece, with each piece's place in the Markdown.
#[derive(Default)]
struct RawPieces {
    text: String,
    starts: Vec<(usize, usize)>,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    in_head: bool,
    cell: usize,
}

impl<'a> Writer<'a, '_> {
    fn event(&mut self, event: Event<'a>, range: Range<usize>, events: &OffsetIter<'a>) {
        if self.image.is_some() && self.image_event(&event, &range) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range, events),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.heading_text(&text);
                self.out.push("<code>");
                html::escape_text_into(&mut self.out.html, &text);
                self.out.push("</code>");
            }
            Event::Html(text) => {
                if let Some(raw) = &mut self.raw {
                    raw.add(&text, range.start);
                }
            }
            Event::InlineHtml(text) => {
                let mut raw = RawPieces::default();
                raw.add(&text, range.start);
                self.raw_html(&raw);
            }
            Event::SoftBreak => {
                self.heading_text("\n");
                self.out.push("\n");
            }
            Event::HardBreak => {
                self.heading_text("\n");
                self.out.push("<br>\n");
            }
            Event::Rule => self.out.push("<hr>\n"),
            Event::TaskListMarker(done) => {
                self.out.push(if done {
                    "<input type=\"checkbox\" disabled checked aria-label=\""
                } else {
                    "<input type=\"checkbox\" disabled aria-label=\""
                });
                self.out.insert(Insert::Slot(SlotContent::Word(if done {
                    Word::Done
                } else {
                    Word::NotDone
                })));
                self.out.push("\"> ");
            }
            Event::FootnoteReference(name) => {
                self.footnotes.refer(name.to_lowercase(), &mut self.out);
            }
            Event::InlineMath(text) | Event::DisplayMath(text) => {
                html::escape_text_into(&mut self.out.html, &text)
            }
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>, events: &OffsetIter<'a>) {
        match tag {
            Tag::Paragraph => self.out.push("<p>"),
            Tag::Heading { level, .. } => self.start_heading(level, range),
            Tag::BlockQuote(None) => self.out.push("<blockquote>\n"),
            Tag::BlockQuote(Some(kind)) => self.start_callout(kind),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', '\t', ',', '{']).next().unwrap_or("").to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::HtmlBlock => {
                // In a tight item the text before it has no line end of its own.
                if !self.out.html.is_empty() && !self.out.html.ends_with(['\n', '>']) {
                    self.out.push("\n");
                }
                self.raw = Some(RawPieces::default());
            }
            Tag::List(None) => self.out.push("<ul>\n"),
            Tag::List(Some(1)) => self.out.push("<ol>\n"),
            Tag::List(Some(start)) => self.out.push(&format!("<ol start=\"{start}\">\n")),
            Tag::Item => self.out.push("<li>"),
            Tag::FootnoteDefinition(name) => {
                self.outer.push(std::mem::take(&mut self.out));
                self.footnotes.open(name.to_lowercase());
            }
            Tag::DefinitionList => self.out.push("<dl>\n"),
            Tag::DefinitionListTitle => self.out.push("<dt>"),
            Tag::DefinitionListDefinition => self.out.push("<dd>"),
            Tag::Table(alignments) => self.start_table(alignments),
            Tag::TableHead => {
                self.table.in_head = true;
                self.table.cell = 0;
                self.out.push("<thead>\n<tr>");
            }
            Tag::TableRow => {
                self.table.cell = 0;
                self.out.push("<tr>");
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.out.push("<em>"),
            Tag::Strong => self.out.push("<strong>"),
            Tag::Strikethrough => self.out.push("<del>"),
            Tag::Superscript => self.out.push("<sup>"),
            Tag::Subscript => self.out.push("<sub>"),
            Tag::Link { link_type, dest_url, title, id } => {
                let kind = if matches!(link_type, LinkType::Autolink | LinkType::Email) {
                    LinkKind::Autolink
                } else {
                    LinkKind::Link
                };
                let destination = if link_type == LinkType::Email {
                    format!("mailto:{dest_url}")
                } else {
                    dest_url.into_string()
                };
                let index = self.open_link(link_type, destination, &id, range, kind, events);
                self.out.push("<a href=\"");
                self.out.insert(Insert::Slot(SlotContent::Link(index)));
                self.out.attribute_end("title", &title);
                self.out.push(">");
            }
            Tag::Image { link_type, dest_url, title, id } => {
                let link = self.open_link(
                    link_type,
                    dest_url.into_string(),
                    &id,
                    range,
                    LinkKind::Resource,
                    events,
                );
                self.image =
                    Some(Image { alt: String::new(), title: title.into_string(), depth: 1, link });
            }
            Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.out.push("</p>\n"),
            TagEnd::Heading(_) => self.end_heading(range),
            TagEnd::BlockQuote(None) => self.out.push("</blockquote>\n"),
            TagEnd::BlockQuote(Some(_)) => self.out.push("</div>\n"),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => {
                if let Some(raw) = self.raw.take() {
                    self.raw_html(&raw);
                }
            }
            TagEnd::List(ordered) => self.out.push(if ordered { "</ol>\n" } else { "</ul>\n" }),
            TagEnd::Item => self.out.push("</li>\n"),
            TagEnd::FootnoteDefinition => {
                let outer = self.outer.pop().unwrap_or_default();
                let text = std::mem::replace(&mut self.out, outer);
                self.footnotes.close(text);
            }
            TagEnd::DefinitionList => self.out.push("</dl>\n"),
            TagEnd::DefinitionListTitle => self.out.push("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.out.push("</dd>\n"),
            TagEnd::Table => self.out.push("</tbody>\n</table>\n</section>\n"),
            TagEnd::TableHead => {
                self.table.in_head = false;
                self.out.push("</tr>\n</thead>\n<tbody>\n");
            }
            TagEnd::TableRow => self.out.push("</tr>\n"),
            TagEnd::TableCell => {
                self.out.push(if self.table.in_head { "</th>" } else { "</td>" });
                self.table.cell += 1;
            }
            TagEnd::Emphasis => self.out.push("</em>"),
            TagEnd::Strong => self.out.push("</strong>"),
            TagEnd::Strikethrough => self.out.push("</del>"),
            TagEnd::Superscript => self.out.push("</sup>"),
            TagEnd::Subscript => self.out.push("</sub>"),
            TagEnd::Link => {
                self.close_link(range);
                self.out.push("</a>");
            }
            TagEnd::Image => self.close_link(range),
            TagEnd::MetadataBlock(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            code.extend(text.chars().map(|c| if c == COLON { ':' } else { c }));
            return;
        }
        self.heading_text(text);
        html::escape_text_into(&mut self.out.html, text);
    }

    /// Adds to the text that the open heading's id is made from.
    fn heading_text(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
    }

    fn start_heading(&mut self, level: HeadingLevel, range: Range<usize>) {
        let index = self.headings.len() as u32;
        self.heading = Some(OpenHeading { text: String::new(), start: self.out.html.len() });
        self.headings.push(WrittenHeading {
            level: level as u8,
            id: None,
            classes: Vec::new(),
            text: String::new(),
            span: ((range.start + self.offset) as u32, (range.end + self.offset) as u32),
            is_title: false,
        });
        self.out.insert(Insert::HeadingOpen(index));
    }

    fn end_heading(&mut self, range: Range<usize>) {
        let Some(mut open) = self.heading.take() else { return };
        let index = self.headings.len() - 1;
        let written = self.markdown.get(range).unwrap_or("");
        let found =
            attributes(&self.out.html[open.start..], &open.text, written).map(str::to_owned);
        if let Some(attributes) = found.as_deref() {
            let html = self.out.html.trim_end_matches(attributes).trim_end().len();
            self.out.html.truncate(html.max(open.start));
            open.text.truncate(open.text.trim_end_matches(attributes).trim_end().len());
            for token in attributes.trim_matches(['{', '}']).split_whitespace() {
                match token.split_at(1) {
                    ("#", id) => self.headings[index].id = Some(id.to_owned()),
                    (_, class) => self.headings[index].classes.push(class.to_owned()),
                }
            }
        }
        let heading = &mut self.headings[index];
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        heading.is_title = heading.level == 1
            && index == 0
            && self.outer.is_empty()
            && only_comments(&self.out.html[..open.start])
            && words(&open.text) == words(self.title);
        heading.text = open.text;
        if heading.is_title {
            self.out.truncate(open.start);
            self.out.insert(Insert::HeadingTarget(index as u32));
        } else {
            self.out.insert(Insert::HeadingClose(index as u32));
        }
    }

    fn start_callout(&mut self, kind: BlockQuoteKind) {
        let (class, word) = match kind {
            BlockQuoteKind::Note => ("note", Word::Note),
            BlockQuoteKind::Tip => ("tip", Word::Tip),
            BlockQuoteKind::Important => ("important", Word::Important),
            BlockQuoteKind::Warning => ("warning", Word::Warning),
            BlockQuoteKind::Caution => ("caution", Word::Caution),
        };
        self.out.push(&format!(
            "<div class=\"callout callout-{class}\" role=\"note\">\n<p class=\"callout-title\">"
        ));
        self.out.insert(Insert::Slot(SlotContent::Word(word)));
        self.out.push("</p>\n");
    }

    fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        self.out.push("<pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.out.push(" class=\"language-");
            html::escape_into(&mut self.out.html, &language);
            self.out.push("\"");
        }
        self.out.push(">");
        self.highlighter.write(&language.to_lowercase(), &code, &mut self.out.html);
        self.out.push("</code></pre>\n");
    }

    fn start_table(&mut self, alignments: Vec<Alignment>) {
        self.table = Table { alignments, in_head: false, cell: 0 };
        self.tables += 1;
        self.out.push("<section class=\"table\" tabindex=\"0\" aria-label=\"");
        self.out.insert(Insert::Slot(SlotContent::TableName(self.tables)));
        self.out.push("\">\n<table>\n");
    }

    fn start_cell(&mut self) {
        self.out.push(if self.table.in_head { "<th scope=\"col\"" } else { "<td" });
        self.out.push(match self.table.alignments.get(self.table.cell) {
            Some(Alignment::Left) => " class=\"align-start\">",
            Some(Alignment::Center) => " class=\"align-center\">",
            Some(Alignment::Right) => " class=\"align-end\">",
            _ => ">",
        });
    }

    fn open_link(
        &mut self,
        kind: LinkType,
        destination: String,
        id: &str,
        range: Range<usize>,
        link: LinkKind,
        events: &OffsetIter<'a>,
    ) -> u32 {
        let reference =
            matches!(kind, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut);
        let definition = if reference {
            events.reference_definitions().get(id).map(|definition| definition.span.clone())
        } else {
            None
        };
        let index = self.links.len();
        self.links.push(Link {
            destination: destination.into(),
            span: (0, 0),
            kind: link,
            used_at: None,
        });
        self.open_links.push(OpenLink {
            index: Some(index),
            kind,
            inner_end: range.start + 1,
            definition,
        });
        index as u32
    }

    fn close_link(&mut self, range: Range<usize>) {
        let Some(open) = self.open_links.pop() else { return };
        if let Some(outer) = self.open_links.last_mut() {
            outer.inner_end = outer.inner_end.max(range.end);
        }
        let Some(index) = open.index else { return };
        let (span, used_at) = match open.definition {
            Some(definition) => {
                (destination::definition(self.markdown, definition), Some(self.place(range)))
            }
            None if matches!(open.kind, LinkType::Autolink | LinkType::Email) => {
                (destination::autolink(self.markdown, range), None)
            }
            None => (destination::inline(self.markdown, range, open.inner_end), None),
        };
        self.links[index].span = self.place(span);
        self.links[index].used_at = used_at;
    }

    fn place(&self, range: Range<usize>) -> (u32, u32) {
        ((range.start + self.offset) as u32, (range.end + self.offset) as u32)
    }

    /// Handles an event inside an image's text, of which only words are shown. Returns whether it did.
    fn image_event(&mut self, event: &Event<'a>, range: &Range<usize>) -> bool {
        let Some(image) = &mut self.image else { return false };
        match event {
            Event::Text(text) | Event::Code(text) => image.alt.push_str(text),
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            Event::Start(Tag::Image { link_type, .. }) => {
                image.depth += 1;
                self.open_links.push(OpenLink {
                    index: None,
                    kind: *link_type,
                    inner_end: range.start,
                    definition: None,
                });
            }
            Event::Start(Tag::Link { link_type, .. }) => {
                self.open_links.push(OpenLink {
                    index: None,
                    kind: *link_type,
                    inner_end: range.start,
                    definition: None,
                });
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
        self.out.push("<img src=\"");
        self.out.insert(Insert::Slot(SlotContent::Link(image.link)));
        self.out.push("\" alt=\"");
        html::escape_into(&mut self.out.html, &image.alt);
        self.out.attribute_end("title", &image.title);
        self.out.insert(Insert::Slot(SlotContent::Dimensions(image.link)));
        // The first image is likely in view: loading it late would delay what the reader waits for.
        self.out.push(if self.images > 0 { " loading=\"lazy\">" } else { ">" });
        self.images += 1;
    }

    fn raw_html(&mut self, raw: &RawPieces) {
        let found = raw_html::scan(&raw.text);
        let mut written = 0;
        for url in found.urls {
            if url.range.start < written {
                continue;
            }
            self.out.push(&raw.text[written..url.range.start]);
            written = url.range.end;
            let start = raw.source(url.range.start);
            let span = self.place(start..start + url.range.len());
            let kind = if url.resource { LinkKind::HtmlResource } else { LinkKind::HtmlLink };
            self.out.insert(Insert::Slot(SlotContent::Link(self.links.len() as u32)));
            self.links.push(Link { destination: url.value.into(), span, kind, used_at: None });
        }
        self.out.push(&raw.text[written..]);
        self.html_ids.extend(found.ids.into_iter().map(|name| name.value));
        self.html_names.extend(found.names.into_iter().map(|name| name.value));
    }
}

impl RawPieces {
    fn add(&mut self, text: &str, source: usize) {
        self.starts.push((self.text.len(), source));
        self.text.push_str(text);
    }

    /// Where the byte at `at` of the text stands in the Markdown.
    fn source(&self, at: usize) -> usize {
        let piece = self.starts.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        self.starts.get(piece).map_or(0, |(start, source)| source + (at - start))
    }
}

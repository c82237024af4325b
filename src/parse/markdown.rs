//! Markdown to HTML with slots. The one file that names the Markdown library. Our own writer, because the library's
//! emits style attributes and unlabelled checkboxes, which a strict content security policy and accessibility forbid.
//!
//! Longer than most files: the match over the library's events cannot be split without hiding which are handled.

mod definitions;
mod footnotes;
mod headings;
mod lines;
mod links;
mod raw;

use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ahash::AHashMap;
use pulldown_cmark::{
    Alignment, BlockQuoteKind, BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, Options,
    Parser, Tag, TagEnd,
};

use super::fragment::{Fragment, Insert, Named, WrittenHeading, finish};
use super::{Finding, suppression};
use crate::article::{Body, FrontMatter, Grammar, Link, SlotContent, Word};
use crate::diagnostic::DUPLICATE_ID;
use crate::html;
use definitions::{Definitions, Shown};
use footnotes::Footnotes;
use headings::{attributes, only_comments};
use lines::Lines;
use links::{Image, OpenLink, Unnamed};
use raw::{OpenAnchor, RawPieces};

/// What was read of a file's Markdown.
pub(crate) struct Read {
    /// The body.
    pub body: Body,
    /// What is wrong in it; places are in the file.
    pub findings: Vec<Finding>,
    /// Comments that suppress findings.
    pub suppressions: Vec<suppression::Written>,
}

/// Turns the Markdown in `range` of `source` into HTML. Spans count from the start of `source`.
pub(crate) fn body(
    source: &str,
    range: Range<usize>,
    front_matter: &FrontMatter,
    source_lines: bool,
) -> Read {
    // Definition lists have panicked in the library up to 0.12; a page without them is better than no page. The
    // writer is made anew for each try, so nothing half-done is seen.
    let result = catch_unwind(AssertUnwindSafe(|| {
        let settings = Settings { extensions: EXTENSIONS, source_lines };
        write(source, range.clone(), front_matter, settings)
    }));
    result.unwrap_or_else(|_| {
        let extensions = EXTENSIONS - Options::ENABLE_DEFINITION_LIST;
        let settings = Settings { extensions, source_lines };
        write(source, range, front_matter, settings)
    })
}

/// How a text is read and written.
#[derive(Clone, Copy)]
struct Settings {
    extensions: Options,
    /// Whether blocks tell their source lines.
    source_lines: bool,
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
    settings: Settings,
) -> Read {
    let markdown = &*definition_markers(&source[range.clone()]);
    let mut broken = Vec::new();
    let mut note_broken = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
        broken.extend(definitions::broken(markdown, &link));
        None
    };
    let parser = Parser::new_with_broken_link_callback(
        markdown,
        settings.extensions,
        Some(&mut note_broken),
    );
    let mut writer = Writer {
        markdown,
        offset: range.start,
        lines: settings.source_lines.then(|| Lines::new(source)),
        title: &front_matter.title,
        out: Fragment::with_capacity(markdown.len() + markdown.len() / 3),
        outer: Vec::new(),
        headings: Vec::new(),
        links: Vec::new(),
        ids: Vec::new(),
        html_names: Vec::new(),
        definitions: Definitions::new(parser.reference_definitions()),
        open_links: Vec::new(),
        unnamed: Vec::new(),
        anchor: None,
        findings: Vec::new(),
        suppressions: Vec::new(),
        image: None,
        heading: None,
        code: None,
        raw: None,
        table: Table::default(),
        footnotes: Footnotes::default(),
        images: 0,
        tables: 0,
    };
    let mut shown = (!writer.definitions.is_empty()).then(Shown::default);
    for (event, range) in parser.into_offset_iter() {
        writer.extend_link(&event, &range);
        if let Some(shown) = &mut shown {
            shown.add(&event, &range);
        }
        writer.event(event, range);
    }
    writer.findings.append(&mut broken);
    writer.finish(shown.as_ref(), &front_matter.anchors)
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

struct Writer<'a> {
    markdown: &'a str,
    /// Where the Markdown begins in the file.
    offset: usize,
    /// Counts lines, where blocks are to tell theirs.
    lines: Option<Lines<'a>>,
    title: &'a str,
    out: Fragment,
    /// What was being written when a footnote's definition began.
    outer: Vec<Fragment>,
    headings: Vec<WrittenHeading>,
    links: Vec<Link>,
    /// Ids that somebody wrote, with their places.
    ids: Vec<(String, Range<usize>)>,
    html_names: Vec<String>,
    definitions: Definitions,
    open_links: Vec<OpenLink>,
    unnamed: Vec<Unnamed>,
    anchor: Option<OpenAnchor>,
    findings: Vec<Finding>,
    suppressions: Vec<suppression::Written>,
    image: Option<Image>,
    heading: Option<OpenHeading>,
    code: Option<OpenCode>,
    raw: Option<RawPieces>,
    table: Table,
    footnotes: Footnotes,
    images: u32,
    tables: u32,
}

/// A code block whose text is being read.
struct OpenCode {
    language: String,
    text: String,
    range: Range<usize>,
}

struct OpenHeading {
    text: String,
    start: usize,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    in_head: bool,
    cell: usize,
}

impl<'a> Writer<'a> {
    /// The body, and what is wrong in it.
    fn finish(mut self, shown: Option<&Shown>, anchors: &[(String, String)]) -> Read {
        std::mem::take(&mut self.footnotes).write(self.markdown, &mut self.out, &mut self.findings);
        if let Some(shown) = shown {
            self.findings.extend(self.definitions.findings(self.markdown, shown));
        }
        for Unnamed { link, rule } in &self.unnamed {
            let (start, end) = self.links[*link].span;
            let at = start as usize - self.offset..end as usize - self.offset;
            self.findings.push(links::unnamed(rule, at));
        }
        self.duplicate_ids();
        self.kept_ids(anchors);
        let offset = self.offset;
        self.findings.iter_mut().for_each(|finding| finding.shift(offset));
        self.suppressions.iter_mut().for_each(|written| written.shift(offset));
        let ids = self.ids.into_iter().map(|(id, _)| id).collect();
        let named = Named { ids, names: self.html_names };
        Read {
            body: finish(self.out, self.headings, self.links, named, anchors),
            findings: self.findings,
            suppressions: self.suppressions,
        }
    }

    fn duplicate_ids(&mut self) {
        if self.ids.len() < 2 {
            return;
        }
        let mut first: AHashMap<&str, &Range<usize>> = AHashMap::new();
        let mut ids: Vec<_> = self.ids.iter().collect();
        ids.sort_by_key(|(_, at)| at.start);
        for (id, at) in ids {
            if let Some(other) = first.get(id.as_str()) {
                let finding = Finding::new(
                    &DUPLICATE_ID,
                    at.clone(),
                    format!("the id `{id}` stands twice on this page"),
                )
                .help("links find the first one only; give this one another id")
                .other((*other).clone(), "first written here");
                self.findings.push(finding);
            } else {
                first.insert(id, at);
            }
        }
    }

    /// Ids of raw HTML that `anchors` keeps for a heading too. Those of headings the whole page's check finds.
    fn kept_ids(&mut self, anchors: &[(String, String)]) {
        let is_heading =
            |id: &str| self.headings.iter().any(|heading| heading.id.as_deref() == Some(id));
        let kept = self
            .ids
            .iter()
            .filter(|(id, _)| anchors.iter().any(|(old, _)| old == id) && !is_heading(id));
        let finding = |(id, at): &(String, Range<usize>)| {
            Finding::new(
                &DUPLICATE_ID,
                at.clone(),
                format!("the id `{id}` stands twice on this page"),
            )
            .help("`anchors` in the front matter keeps it for a heading; give this one another id")
        };
        let findings: Vec<_> = kept.map(finding).collect();
        self.findings.extend(findings);
    }

    fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        if self.image.is_some() && self.image_event(&event, &range) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.text(&text, &range),
            Event::Code(text) => {
                self.name_link();
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
                self.raw_html(&RawPieces::inline(&text, range.start));
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
                self.name_link();
                self.footnotes.refer(name.to_lowercase(), &mut self.out);
            }
            Event::InlineMath(text) | Event::DisplayMath(text) => {
                html::escape_text_into(&mut self.out.html, &text)
            }
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.open_block("<p", &range, ">"),
            Tag::Heading { level, .. } => self.start_heading(level, range),
            Tag::BlockQuote(None) => self.open_block("<blockquote", &range, ">\n"),
            Tag::BlockQuote(Some(kind)) => self.start_callout(kind, &range),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', '\t', ',', '{']).next().unwrap_or("").to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(OpenCode { language, text: String::new(), range });
            }
            Tag::HtmlBlock => {
                // In a tight item the text before it has no line end of its own.
                if !self.out.html.is_empty() && !self.out.html.ends_with(['\n', '>']) {
                    self.out.push("\n");
                }
                self.raw = Some(RawPieces::default());
            }
            Tag::List(None) => self.open_block("<ul", &range, ">\n"),
            Tag::List(Some(1)) => self.open_block("<ol", &range, ">\n"),
            Tag::List(Some(start)) => {
                self.open_block(&format!("<ol start=\"{start}\""), &range, ">\n");
            }
            Tag::Item => self.open_block("<li", &range, ">"),
            Tag::FootnoteDefinition(name) => {
                self.outer.push(std::mem::take(&mut self.out));
                self.footnotes.open(&name, range.start);
            }
            Tag::DefinitionList => self.open_block("<dl", &range, ">\n"),
            Tag::DefinitionListTitle => self.open_block("<dt", &range, ">"),
            Tag::DefinitionListDefinition => self.open_block("<dd", &range, ">"),
            Tag::Table(alignments) => self.start_table(alignments, &range),
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
            Tag::Link { .. } => self.start_link(tag, range),
            Tag::Image { .. } => self.start_image(tag, range),
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

    fn text(&mut self, text: &str, range: &Range<usize>) {
        if let Some(OpenCode { text: code, .. }) = &mut self.code {
            code.extend(text.chars().map(|c| if c == COLON { ':' } else { c }));
            return;
        }
        if !text.trim_ascii().is_empty() {
            self.name_link();
        }
        if text == "[" {
            self.footnotes.undefined(self.markdown, range.start);
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
        let mut attributes = String::new();
        self.line(&range, &mut attributes);
        self.headings.push(WrittenHeading {
            level: level as u8,
            id: None,
            classes: Vec::new(),
            text: String::new(),
            span: ((range.start + self.offset) as u32, (range.end + self.offset) as u32),
            is_title: false,
            attributes,
        });
        self.out.insert(Insert::HeadingOpen(index));
    }

    fn end_heading(&mut self, range: Range<usize>) {
        let Some(mut open) = self.heading.take() else { return };
        let index = self.headings.len() - 1;
        let written = self.markdown.get(range.clone()).unwrap_or("");
        let found =
            attributes(&self.out.html[open.start..], &open.text, written).map(str::to_owned);
        if let Some(attributes) = found.as_deref() {
            let html = self.out.html.trim_end_matches(attributes).trim_end().len();
            self.out.html.truncate(html.max(open.start));
            open.text.truncate(open.text.trim_end_matches(attributes).trim_end().len());
            let source = range.start + written.rfind(attributes).unwrap_or(0);
            for token in attributes.trim_matches(['{', '}']).split_whitespace() {
                match token.split_at(1) {
                    ("#", id) => {
                        let at = source + attributes.find(token).unwrap_or(0) + 1;
                        self.ids.push((id.to_owned(), at..at + id.len()));
                        self.headings[index].id = Some(id.to_owned());
                    }
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

    fn start_callout(&mut self, kind: BlockQuoteKind, range: &Range<usize>) {
        let (class, word) = match kind {
            BlockQuoteKind::Note => ("note", Word::Note),
            BlockQuoteKind::Tip => ("tip", Word::Tip),
            BlockQuoteKind::Important => ("important", Word::Important),
            BlockQuoteKind::Warning => ("warning", Word::Warning),
            BlockQuoteKind::Caution => ("caution", Word::Caution),
        };
        let tag = format!("<div class=\"callout callout-{class}\" role=\"note\"");
        self.open_block(&tag, range, ">\n<p class=\"callout-title\">");
        self.out.insert(Insert::Slot(SlotContent::Word(word)));
        self.out.push("</p>\n");
    }

    fn end_code(&mut self) {
        let Some(OpenCode { language, text: code, range }) = self.code.take() else { return };
        let mut language_text = String::new();
        html::escape_into(&mut language_text, &language);
        if language.is_empty() {
            self.open_block("<pre tabindex=\"0\"", &range, "><code>");
        } else {
            // The style sheet shows the language to all, whether scripts run or not.
            let tag = format!("<pre tabindex=\"0\" data-language=\"{language_text}\"");
            self.open_block(&tag, &range, "><code class=\"language-");
            self.out.push(&language_text);
            self.out.push("\">");
        }
        let mut escaped = String::with_capacity(code.len());
        html::escape_text_into(&mut escaped, &code);
        if let Some(grammar) = Grammar::of(&language.to_lowercase()) {
            let length = escaped.len() as u32;
            self.out.insert(Insert::Slot(SlotContent::Code(grammar, length)));
        }
        self.out.push(&escaped);
        self.out.push("</code></pre>\n");
    }

    fn start_table(&mut self, alignments: Vec<Alignment>, range: &Range<usize>) {
        self.table = Table { alignments, in_head: false, cell: 0 };
        self.tables += 1;
        self.open_block("<section class=\"table\" tabindex=\"0\"", range, " aria-label=\"");
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

    fn place(&self, range: Range<usize>) -> (u32, u32) {
        ((range.start + self.offset) as u32, (range.end + self.offset) as u32)
    }
}

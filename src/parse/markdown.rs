//! Markdown to HTML with slots. The one file that names the Markdown library. Our own writer, because the library's
//! emits style attributes and unlabelled checkboxes, which a strict content security policy and accessibility forbid.
//!
//! Longer than most files: the match over the library's events cannot be split without hiding which are handled.

mod code;
mod definitions;
mod footnotes;
mod guard;
mod headings;
mod ids;
mod lines;
mod links;
mod raw;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_cmark::{
    Alignment, BlockQuoteKind, BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, Options,
    Parser, Tag, TagEnd,
};

use super::fragment::{Fragment, Insert, WrittenHeading, finish};
use super::{Finding, suppression};
use crate::article::front_matter::OldAnchor;
use crate::article::{Body, FrontMatter, Link, SlotContent};
use crate::diagnostic::UNREADABLE_FILE;
use crate::html;
use code::OpenCode;
use definitions::{Definitions, ShownRanges};
use footnotes::Footnotes;
pub(super) use footnotes::Numbers;
use guard::Guarded;
use headings::{attributes, only_comments};
use lines::Lines;
use links::{Image, OpenLink, Unnamed};
use raw::{OpenAnchor, RawPieces};

/// What was read of a file's Markdown.
pub(crate) struct ReadBody {
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
) -> ReadBody {
    // The library has panicked at definition lists. Each try has a writer of its own, so nothing half-done is kept.
    let result = catch_unwind(AssertUnwindSafe(|| {
        let settings = Settings { extensions: EXTENSIONS, source_lines };
        write(source, range.clone(), front_matter, settings)
    }));
    result.unwrap_or_else(|_| without_definition_lists(source, range, front_matter, source_lines))
}

/// The body with definition lists shown as text, and the finding that says so, at the first line that may be a definition.
fn without_definition_lists(
    source: &str,
    range: Range<usize>,
    front_matter: &FrontMatter,
    source_lines: bool,
) -> ReadBody {
    let extensions = EXTENSIONS - Options::ENABLE_DEFINITION_LIST;
    let settings = Settings { extensions, source_lines };
    let mut read = write(source, range.clone(), front_matter, settings);
    let mut start = range.start;
    let line = source[range.clone()].split_inclusive('\n').find_map(|line| {
        let at = start..start + line.trim_end().len();
        start += line.len();
        line.trim_start_matches([' ', '\t', '>']).starts_with(':').then_some(at)
    });
    let message = "the Markdown library fails at the definition lists of this article".to_owned();
    let finding = Finding::new(&UNREADABLE_FILE, line.unwrap_or(range), message).help(
        "write them in another way, for instance as a table; until then they are shown as text",
    );
    read.findings.push(finding);
    read
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
) -> ReadBody {
    let markdown = &source[range.clone()];
    let guarded = Guarded::new(markdown);
    let mut broken = Vec::new();
    let mut note_broken = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
        broken.extend(definitions::broken(markdown, &link));
        None
    };
    let parser = Parser::new_with_broken_link_callback(
        &guarded.markdown,
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
        links: Vec::new(),
        definitions: Definitions::new(markdown, parser.reference_definitions()),
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
    let mut shown = (!writer.definitions.is_empty()).then(ShownRanges::default);
    for (event, range) in parser.into_offset_iter() {
        writer.extend_link(&event, &range);
        if let Some(shown) = &mut shown {
            shown.add(&event, &range);
        }
        writer.event(guarded.restore(event), range);
    }
    writer.findings.append(&mut broken);
    writer.finish(shown.as_ref(), &front_matter.anchors)
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
    links: Vec<Link>,
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
    fn finish(mut self, shown: Option<&ShownRanges>, anchors: &[OldAnchor]) -> ReadBody {
        let footnotes = std::mem::take(&mut self.footnotes);
        let numbers = footnotes.write(self.markdown, &mut self.out, &mut self.findings);
        if let Some(shown) = shown {
            self.findings.extend(self.definitions.findings(self.markdown, shown));
        }
        for Unnamed { link, rule } in &self.unnamed {
            let (start, end) = self.links[*link].span;
            let at = start as usize - self.offset..end as usize - self.offset;
            self.findings.push(links::unnamed(rule, at));
        }
        self.findings.extend(ids::findings(&self.out, &numbers, anchors));
        let offset = self.offset;
        self.findings.iter_mut().for_each(|finding| finding.shift(offset));
        self.suppressions.iter_mut().for_each(|written| written.shift(offset));
        ReadBody {
            body: finish(self.out, self.links, &numbers, anchors),
            findings: self.findings,
            suppressions: self.suppressions,
        }
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
                let word = if done { "done" } else { "not_done" };
                self.out.insert(Insert::Slot(SlotContent::Word(word)));
                self.out.push("\"> ");
            }
            Event::FootnoteReference(name) => {
                self.name_link();
                self.footnotes.refer(&name, &mut self.out);
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
            code.push_str(text);
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
        let index = self.out.headings.len() as u32;
        self.heading = Some(OpenHeading { text: String::new(), start: self.out.html.len() });
        let mut attributes = String::new();
        self.line(&range, &mut attributes);
        self.out.headings.push(WrittenHeading {
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
        let index = self.out.headings.len() - 1;
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
                        self.out.ids.push((id.to_owned(), at..at + id.len()));
                        self.out.headings[index].id = Some(id.to_owned());
                    }
                    (_, class) => self.out.headings[index].classes.push(class.to_owned()),
                }
            }
        }
        let is_first =
            index == 0 && self.outer.is_empty() && only_comments(&self.out.html[..open.start]);
        let heading = &mut self.out.headings[index];
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        heading.is_title = is_first && heading.level == 1 && words(&open.text) == words(self.title);
        heading.text = open.text;
        if heading.is_title {
            self.out.truncate(open.start);
            self.out.insert(Insert::HeadingTarget(index as u32));
        } else {
            self.out.insert(Insert::HeadingClose(index as u32));
        }
    }

    fn start_callout(&mut self, kind: BlockQuoteKind, range: &Range<usize>) {
        let name = match kind {
            BlockQuoteKind::Note => "note",
            BlockQuoteKind::Tip => "tip",
            BlockQuoteKind::Important => "important",
            BlockQuoteKind::Warning => "warning",
            BlockQuoteKind::Caution => "caution",
        };
        let tag = format!("<div class=\"callout callout-{name}\" role=\"note\"");
        self.open_block(&tag, range, ">\n<p class=\"callout-title\">");
        self.out.insert(Insert::Slot(SlotContent::Word(name)));
        self.out.push("</p>\n");
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

#[cfg(test)]
mod tests {
    use super::{FrontMatter, body, without_definition_lists};

    #[test]
    fn definition_lists_that_cannot_be_read_are_reported() {
        let source = "Text.\n\nTerm\n: Definition\n";
        let front_matter = FrontMatter::default();
        let read = body(source, 0..source.len(), &front_matter, false);
        assert!(read.findings.is_empty() && read.body.html.contains("<dd>Definition</dd>"));
        let read = without_definition_lists(source, 0..source.len(), &front_matter, false);
        assert_eq!(&source[read.findings[0].at.clone()], ": Definition");
        assert!(read.body.html.contains("Term\n: Definition"), "{}", read.body.html);
    }

    #[test]
    fn no_character_of_a_text_is_taken_for_an_internal_mark() {
        let source = "[:a]: /x\n\n:one\u{1} [a\n:b](/y) `c\n:d` [:a]\n\n```\n:e\u{1}\n```\n";
        let read = body(source, 0..source.len(), &FrontMatter::default(), false);
        assert_eq!(
            &*read.body.html,
            "<p>:one\u{1} <a href=\"\">a\n:b</a> <code>c :d</code> <a href=\"\">:a</a></p>\n\
             <pre tabindex=\"0\"><code>:e\u{1}\n</code></pre>\n"
        );
        assert!(read.findings.is_empty(), "{:?}", read.findings);
        let all: String = (1..=31_u8).map(char::from).collect();
        let read = body(&format!(":{all}:x\n"), 0..all.len() + 4, &FrontMatter::default(), false);
        assert!(read.body.html.contains('\u{1}') && read.body.html.contains('\u{1f}'));
    }
}

//! Markdown to HTML with slots. The one file that names the Markdown library. Our own writer, because the library's
//! emits style attributes and unlabelled checkboxes, which a strict content security policy and accessibility forbid.

mod code;
mod definitions;
mod footnotes;
mod guard;
mod headings;
mod ids;
mod links;
mod raw;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_cmark::{
    Alignment, BlockQuoteKind, BrokenLink, CodeBlockKind, CowStr, Event, Options, Parser, Tag,
    TagEnd,
};

use super::fragment::{Fragment, Insert, finish};
use crate::article::{Body, FrontMatter, Link, SlotContent};
use crate::diagnostic::{Problem, UNREADABLE_FILE};
use crate::fields::Named;
use crate::html;
use crate::source::LineIndex;
use code::OpenCode;
use definitions::Definitions;
use footnotes::Footnotes;
pub(super) use footnotes::Numbers;
use guard::Guarded;
use links::{Image, OpenLink};
use raw::RawPieces;

/// The Markdown of a file. All places are places in the file.
#[derive(Clone, Copy)]
pub(crate) struct Markdown<'a> {
    pub source: &'a str,
    /// Where it begins.
    pub start: usize,
    pub front_matter: &'a FrontMatter,
    /// Whether blocks tell the lines they are written on.
    pub source_lines: bool,
}

/// What was read of a file's Markdown.
pub(crate) struct ReadBody {
    pub body: Body,
    pub problems: Vec<Problem>,
    pub comments: Vec<Range<usize>>,
}

const EXTENSIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_DEFINITION_LIST);

impl Markdown<'_> {
    /// Turns it into HTML.
    pub(crate) fn read(self) -> ReadBody {
        // The library has panicked at definition lists. Each try has a writer of its own, so nothing half-done is kept.
        let result = catch_unwind(AssertUnwindSafe(|| self.write(EXTENSIONS)));
        result.unwrap_or_else(|_| self.without_definition_lists())
    }

    /// The body with definition lists shown as text, and the finding that says so, at the first line that may be a
    /// definition.
    fn without_definition_lists(self) -> ReadBody {
        let mut read = self.write(EXTENSIONS - Options::ENABLE_DEFINITION_LIST);
        let mut start = self.start;
        let line = self.source[start..].split_inclusive('\n').find_map(|line| {
            let at = start..start + line.trim_end().len();
            start += line.len();
            line.trim_start_matches([' ', '\t', '>']).starts_with(':').then_some(at)
        });
        let message = "the Markdown library fails at the definition lists of this article";
        let at = line.unwrap_or(self.start..self.source.len());
        read.problems.push(Problem::new(&UNREADABLE_FILE, at, message).help(
            "write them in another way, for instance as a table; until then they are shown as text",
        ));
        read
    }

    fn write(self, extensions: Options) -> ReadBody {
        let Self { source, start, front_matter, source_lines } = self;
        let in_file = |range: Range<usize>| range.start + start..range.end + start;
        let guarded = Guarded::new(&source[start..]);
        let mut broken = Vec::new();
        let mut note_broken = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
            broken.extend(definitions::broken(source, in_file(link.span), link.link_type));
            None
        };
        let parser = Parser::new_with_broken_link_callback(
            &guarded.markdown,
            extensions,
            Some(&mut note_broken),
        );
        let mut writer = Writer {
            source,
            lines: source_lines.then(|| LineIndex::new(source)),
            title: &front_matter.title,
            out: Fragment::with_capacity((source.len() - start) * 4 / 3),
            definitions: Definitions::new(source, start, parser.reference_definitions()),
            ..Writer::default()
        };
        for (event, range) in parser.into_offset_iter() {
            let range = in_file(range);
            writer.extend_link(&event, &range);
            writer.definitions.shown(&event, &range);
            writer.event(guarded.restore(event), range);
        }
        writer.problems.append(&mut broken);
        writer.finish(&front_matter.anchors)
    }
}

#[derive(Default)]
struct Writer<'a> {
    source: &'a str,
    /// The lines of the file, where blocks are to tell theirs.
    lines: Option<LineIndex<'a>>,
    title: &'a str,
    out: Fragment,
    /// What was being written when a footnote's definition began.
    outer: Vec<Fragment>,
    links: Vec<Link>,
    definitions: Definitions,
    open_links: Vec<OpenLink>,
    /// Where the `<a>` of raw HTML leads in which nothing was read yet.
    unnamed_anchor: Option<Range<usize>>,
    problems: Vec<Problem>,
    /// Where comments are.
    comments: Vec<Range<usize>>,
    image: Option<Image<'a>>,
    /// Where the HTML of the open heading begins.
    heading: Option<usize>,
    code: Option<OpenCode>,
    raw: Option<RawPieces>,
    table: Table,
    footnotes: Footnotes,
    images: u32,
    tables: u32,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    in_head: bool,
    cell: usize,
}

impl<'a> Writer<'a> {
    /// The body, and what is wrong in it.
    fn finish(mut self, anchors: &[Named<String>]) -> ReadBody {
        let (numbers, problems) = self.footnotes.write(self.source, &mut self.out);
        self.problems.extend(problems);
        self.problems.extend(self.definitions.problems(self.source));
        self.problems.extend(ids::problems(&self.out, &numbers, anchors));
        let body = finish(self.out, self.links, &numbers, anchors);
        ReadBody { body, problems: self.problems, comments: self.comments }
    }

    /// Writes the start of a block's tag (`<p`), the block's line where the page says the lines of its source, and the tag's end.
    fn open_block(&mut self, tag: &str, range: &Range<usize>, end: &str) {
        self.out.push(tag);
        if let Some(line) = self.line(range) {
            self.out.push(&format!(" data-line=\"{line}\""));
        }
        self.out.push(end);
    }

    /// The line of a block, from 1, where the page says the lines of its source.
    fn line(&self, range: &Range<usize>) -> Option<usize> {
        self.lines.as_ref().map(|lines| lines.line(range.start) + 1)
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
                self.raw_html(RawPieces::inline(&text, range.start));
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
                let (checked, word) = if done { (" checked", "done") } else { ("", "not_done") };
                self.out.push("<input type=\"checkbox\" disabled");
                self.out.push(checked);
                self.out.push(" aria-label=\"");
                self.out.insert(Insert::Slot(SlotContent::Word(word)));
                self.out.push("\"> ");
            }
            Event::FootnoteReference(name) => {
                self.name_link();
                self.footnotes.refer(&name, &mut self.out);
            }
            // Of an extension that is not enabled.
            Event::InlineMath(_) | Event::DisplayMath(_) => {}
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
            Tag::Link { .. } => self.start_link(tag, range),
            Tag::Image { .. } => self.start_image(tag, range),
            // Extensions that are not enabled.
            Tag::Superscript | Tag::Subscript | Tag::MetadataBlock(_) => {}
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
                    self.raw_html(raw);
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
            TagEnd::Link => {
                self.close_link(range);
                self.out.push("</a>");
            }
            TagEnd::Image => self.close_link(range),
            TagEnd::Superscript | TagEnd::Subscript | TagEnd::MetadataBlock(_) => {}
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
            self.problems.extend(footnotes::undefined(self.source, range.start));
        }
        self.heading_text(text);
        html::escape_text_into(&mut self.out.html, text);
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
}

#[cfg(test)]
mod tests {
    use super::{FrontMatter, Markdown, ReadBody};

    fn with<T>(source: &str, read: impl FnOnce(Markdown<'_>) -> T) -> T {
        let front_matter = &FrontMatter::default();
        read(Markdown { source, start: 0, front_matter, source_lines: false })
    }

    fn body(source: &str) -> ReadBody {
        with(source, |markdown| markdown.read())
    }

    #[test]
    fn definition_lists_that_cannot_be_read_are_reported() {
        let source = "Text.\n\nTerm\n: Definition\n";
        let read = body(source);
        assert!(read.problems.is_empty() && read.body.html.contains("<dd>Definition</dd>"));
        let read = with(source, |markdown| markdown.without_definition_lists());
        assert_eq!(&source[read.problems[0].at.clone()], ": Definition");
        assert!(read.body.html.contains("Term\n: Definition"), "{}", read.body.html);
    }

    #[test]
    fn no_character_of_a_text_is_taken_for_an_internal_mark() {
        let source = "[:a]: /x\n\n:one\u{1} [a\n:b](/y) `c\n:d` [:a]\n\n```\n:e\u{1}\n```\n";
        let read = body(source);
        assert_eq!(
            &*read.body.html,
            "<p>:one\u{1} <a href=\"\">a\n:b</a> <code>c :d</code> <a href=\"\">:a</a></p>\n\
             <pre tabindex=\"0\"><code>:e\u{1}\n</code></pre>\n"
        );
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        let all: String = (1..=31_u8).map(char::from).collect();
        let read = body(&format!(":{all}:x\n"));
        assert!(read.body.html.contains('\u{1}') && read.body.html.contains('\u{1f}'));
    }
}

//! Reference definitions (`[label]: destination`), used and not, and what looks like a link and is none: references that
//! nothing defines, links the wrong way round, wiki links.

use std::cell::Cell;
use std::ops::Range;

use ahash::AHashMap;
use pulldown_cmark::{BrokenLink, Event, LinkType, RefDefs, Tag};

use crate::diagnostic::{
    DUPLICATE_DEFINITION, MALFORMED_LINK, UNDEFINED_REFERENCE, UNUSED_DEFINITION, WIKILINK,
};
use crate::parse::{Finding, destination};

/// The reference definitions of one text, and which are used.
pub(super) struct Definitions {
    /// Sorted by place.
    all: Vec<Definition>,
    by_label: AHashMap<String, usize>,
}

/// One reference definition.
pub(super) struct Definition {
    /// Where its `[` is.
    start: usize,
    /// Where its destination is.
    pub destination: Range<usize>,
    is_used: Cell<bool>,
    /// Whether it is a comment in disguise: `[//]: # (text)` is how people write those that are not shown anywhere.
    is_comment: bool,
}

impl Definitions {
    /// The definitions that the library found.
    pub(super) fn new(markdown: &str, definitions: &RefDefs<'_>) -> Self {
        let mut found = Vec::new();
        for (label, definition) in definitions.iter() {
            let is_comment = matches!(&*definition.dest, "#" | "");
            let span = definition.span.clone();
            let start = span.start;
            let label = self::label(markdown, start).unwrap_or(label);
            let destination = destination::definition(markdown, span);
            let is_used = Cell::new(false);
            found.push((fold(label), Definition { start, destination, is_used, is_comment }));
        }
        found.sort_by_key(|(_, definition)| definition.start);
        let (labels, all): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let by_label =
            labels.into_iter().enumerate().map(|(index, label)| (label, index)).collect();
        Self { all, by_label }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The definition of a label, which is used now.
    pub(super) fn used(&self, label: &str) -> Option<&Definition> {
        let definition = self.get(label)?;
        definition.is_used.set(true);
        Some(definition)
    }

    fn get(&self, label: &str) -> Option<&Definition> {
        self.by_label.get(&fold(label)).map(|index| &self.all[*index])
    }

    /// What is wrong with the definitions. A definition is not shown.
    pub(super) fn findings(&self, markdown: &str, shown: &ShownRanges) -> Vec<Finding> {
        let unused = self
            .all
            .iter()
            .filter(|definition| !definition.is_used.get() && !definition.is_comment);
        let mut findings: Vec<_> = unused
            .map(|definition| {
                let at = definition.destination.clone();
                let name = label(markdown, definition.start).unwrap_or_default();
                Finding::new(&UNUSED_DEFINITION, at, format!("nothing refers to `{name}`"))
                    .help(format!("remove the definition, or link to it with `[text][{name}]`"))
            })
            .collect();
        let mut start = 0;
        for line in markdown.split_inclusive('\n') {
            findings.extend(self.duplicate(markdown, shown, start..start + line.len()));
            start += line.len();
        }
        findings
    }

    /// The finding of a line that begins with a definition whose label is defined before.
    fn duplicate(
        &self,
        markdown: &str,
        shown: &ShownRanges,
        line: Range<usize>,
    ) -> Option<Finding> {
        let before = |byte: u8| byte.is_ascii_digit() || b" \t>-*+.)".contains(&byte);
        let length = markdown[line.clone()].bytes().position(|byte| !before(byte))?;
        let start = line.start + length;
        let name = markdown[start..].starts_with('[').then(|| label(markdown, start))??;
        let after = start + 1 + name.len();
        let is_definition = markdown[after..].starts_with("]:") && after < line.end;
        let first = self.get(name).filter(|first| first.start != start && !first.is_comment)?;
        if !is_definition || shown.is_shown(start) {
            return None;
        }
        let second = destination::definition(markdown, start..line.end);
        let finding =
            Finding::new(&DUPLICATE_DEFINITION, second, format!("`{name}` is already defined"))
                .help("the first definition counts; remove one of the two")
                .other(first.destination.clone(), "first defined here");
        Some(finding)
    }
}

/// Where text is shown. Only needed when there are definitions, which are not shown.
#[derive(Default)]
pub(super) struct ShownRanges {
    /// Starts of what is shown, ascending, each with the furthest end so far.
    reaches: Vec<(usize, usize)>,
}

impl ShownRanges {
    /// Adds what is shown next.
    pub(super) fn add(&mut self, event: &Event<'_>, range: &Range<usize>) {
        let is_shown = match event {
            Event::Start(tag) => matches!(tag, Tag::Link { .. } | Tag::Image { .. }),
            event => !matches!(event, Event::End(_)),
        };
        if is_shown {
            let reach = self.reaches.last().map_or(range.end, |(_, end)| range.end.max(*end));
            self.reaches.push((range.start, reach));
        }
    }

    fn is_shown(&self, at: usize) -> bool {
        let after = self.reaches.partition_point(|(start, _)| *start <= at);
        after > 0 && self.reaches[after - 1].1 > at
    }
}

/// A label as labels are compared (CommonMark 0.31.2, section 6.3): white space collapsed, case folded.
fn fold(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The label that begins with the `[` at `start`.
fn label(markdown: &str, start: usize) -> Option<&str> {
    let inside = markdown.get(start + 1..)?;
    let mut escaped = false;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b']' => return Some(&inside[..at]),
            b'[' => return None,
            _ => {}
        }
    }
    None
}

/// What is wrong with brackets that the library found to be no link.
pub(super) fn broken(markdown: &str, link: &BrokenLink<'_>) -> Option<Finding> {
    let range = link.span.clone();
    let before = &markdown[..range.start];
    let after = &markdown[range.end..];
    match link.link_type {
        LinkType::Reference => undefined_reference(markdown, range, before),
        LinkType::Collapsed => {
            let name = label(markdown, range.start)?;
            // The range may end with the label or with the empty brackets after it.
            let at = range.start + 1..range.start + 1 + name.len();
            (!attached(before)).then(|| undefined(at, name))
        }
        LinkType::Shortcut if before.ends_with('[') && after.starts_with(']') => {
            wikilink(markdown, range)
        }
        LinkType::Shortcut if before.ends_with(')') => reversed(markdown, range),
        LinkType::Shortcut if after.starts_with(" (") => spaced(markdown, range),
        _ => None,
    }
}

/// Whether brackets are attached to a word, as an index is: `matrix[i][j]`.
fn attached(before: &str) -> bool {
    before
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ']' | ')' | '\\'))
}

fn undefined_reference(markdown: &str, range: Range<usize>, before: &str) -> Option<Finding> {
    let written = &markdown[range.clone()];
    let open = written.rfind('[')?;
    let name = written[open + 1..].strip_suffix(']')?;
    let text = written[..open].trim_start_matches(['!', '[']).trim_end_matches(']');
    // `[1][2]` are two notes, and `[a-z][0-9]` are sets of characters.
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_set = |text: &str| text.len() <= 8 && text.as_bytes().get(1) == Some(&b'-');
    if attached(before) || is_number(text) && is_number(name) || is_set(text) || is_set(name) {
        return None;
    }
    let at = range.start + open + 1..range.end - 1;
    Some(undefined(at, name))
}

fn undefined(at: Range<usize>, name: &str) -> Finding {
    Finding::new(&UNDEFINED_REFERENCE, at, format!("nothing defines `{name}`"))
        .help(format!("add a line `[{name}]: destination`, or write `[text](destination)`"))
}

/// `[[page]]` or `[[page|text]]`. The range is that of the inner brackets.
fn wikilink(markdown: &str, range: Range<usize>) -> Option<Finding> {
    let inner = range.start + 1..range.end - 1;
    let name = &markdown[inner.clone()];
    let outside = markdown[..range.start - 1].chars().next_back();
    let next = markdown[range.end + 1..].chars().next();
    let is_page = name.starts_with(char::is_alphanumeric)
        && !name.ends_with(char::is_whitespace)
        && !name.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    // `\[[x]]` is escaped, `[[x]](y)` a link whose text has brackets, and `a[[x]]` no text.
    let is_link = !is_page
        || matches!(outside, Some('\\'))
        || outside.is_some_and(char::is_alphanumeric)
        || matches!(next, Some('(' | '['));
    if is_link {
        return None;
    }
    let page = name.split(['|', '#']).next().unwrap_or(name).trim();
    let text = name.split('|').next_back().unwrap_or(name).trim();
    let file = page.to_lowercase().replace(' ', "-");
    let file = file.strip_suffix(".md").unwrap_or(&file);
    Some(
        Finding::new(&WIKILINK, inner, format!("`[[{name}]]` is not a link in Markdown"))
            .help(format!("write `[{text}]({file}.md)`")),
    )
}

/// `(text)[destination]`: the brackets are the wrong way round. The range is that of the square ones.
fn reversed(markdown: &str, range: Range<usize>) -> Option<Finding> {
    let inner = range.start + 1..range.end - 1;
    let destination = &markdown[inner.clone()];
    // No text that anybody links is longer.
    const LONGEST: usize = 1_000;
    let before = &markdown[..range.start - 1];
    let ends = |byte| matches!(byte, b'(' | b'\n');
    let length = before.bytes().rev().take(LONGEST).position(ends)?;
    let text = &before[before.len() - length..];
    if !before[..before.len() - length].ends_with('(') {
        return None;
    }
    if !looks_like_destination(destination) || text.trim().is_empty() {
        return None;
    }
    Some(
        Finding::new(
            &MALFORMED_LINK,
            inner,
            "the brackets of this link are the wrong way round".to_owned(),
        )
        .help(format!("write `[{text}]({destination})`")),
    )
}

/// `[text] (destination.md)`: a space keeps it from being a link. The range is that of the square brackets.
fn spaced(markdown: &str, range: Range<usize>) -> Option<Finding> {
    let start = range.end + 2;
    let end = start + markdown[start..].find(|c: char| c == ')' || c.is_whitespace())?;
    let destination = &markdown[start..end];
    let path = destination.split('#').next().unwrap_or("");
    if !path.ends_with(".md") || !markdown[end..].starts_with(')') {
        return None;
    }
    let text = &markdown[range.start + 1..range.end - 1];
    Some(
        Finding::new(
            &MALFORMED_LINK,
            start..end,
            "a space keeps this from being a link".to_owned(),
        )
        .help(format!("write `[{text}]({destination})`")),
    )
}

/// Whether a text can only be meant as a destination.
fn looks_like_destination(text: &str) -> bool {
    let path = text.split(['#', '?']).next().unwrap_or("");
    !text.contains(char::is_whitespace)
        && (text.contains("://")
            || text.starts_with("mailto:")
            || [".md", ".html", ".png", ".jpg", ".svg", ".pdf"]
                .iter()
                .any(|end| path.ends_with(end))
            || text.starts_with('#') && text.len() > 1
            || text.starts_with("./")
            || text.starts_with("../")
            || text.starts_with('/') && text.len() > 1)
}

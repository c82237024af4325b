//! Reference definitions (`[label]: destination`), used and not, and what looks like a link and is none: references that
//! nothing defines, links the wrong way round, wiki links.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, RefDefs, Tag};

use crate::diagnostic::{
    DUPLICATE_DEFINITION, MALFORMED_LINK, Problem, UNDEFINED_REFERENCE, UNUSED_DEFINITION, WIKILINK,
};
use crate::parse::destination;

/// The reference definitions of one text, and what is wrong with them.
#[derive(Default)]
pub(super) struct Definitions {
    by_label: BTreeMap<String, Definition>,
    /// What defines a label again, by its place, unless it is found to be shown: a definition is not.
    duplicates: BTreeMap<usize, Problem>,
}

struct Definition {
    /// Where its `[` is.
    start: usize,
    destination: Range<usize>,
    is_used: bool,
}

impl Definitions {
    /// The definitions that the library found in the text from `start` on.
    pub(super) fn new(source: &str, start: usize, definitions: &RefDefs<'_>) -> Self {
        let mut found = Self::default();
        for (name, definition) in definitions.iter() {
            let span = definition.span.start + start..definition.span.end + start;
            let name = label(source, span.start).unwrap_or(name);
            // `[//]: # (text)` is how people write comments that are not shown anywhere.
            let is_used = matches!(&*definition.dest, "#" | "");
            let (start, after) = (span.start, span.start + name.len() + "[]:".len());
            let destination = destination::first(source, after..span.end);
            found.by_label.insert(fold(name), Definition { start, destination, is_used });
        }
        if !found.by_label.is_empty() {
            let mut at = start;
            for line in source[start..].split_inclusive('\n') {
                let duplicate = found.duplicate(source, at..at + line.len());
                found.duplicates.extend(duplicate);
                at += line.len();
            }
        }
        found
    }

    /// Where the definition of a label, which is used now, has its destination.
    pub(super) fn of(&mut self, label: &str) -> Option<Range<usize>> {
        let definition = self.by_label.get_mut(&fold(label))?;
        definition.is_used = true;
        Some(definition.destination.clone())
    }

    /// What an event shows is no definition.
    pub(super) fn shown(&mut self, event: &Event<'_>, range: &Range<usize>) {
        let is_shown = match event {
            Event::Start(tag) => matches!(tag, Tag::Link { .. } | Tag::Image { .. }),
            event => !matches!(event, Event::End(_)),
        };
        while is_shown && let Some((at, _)) = self.duplicates.range(range.clone()).next() {
            let at = *at;
            self.duplicates.remove(&at);
        }
    }

    /// What is wrong with the definitions.
    pub(super) fn problems(self, source: &str) -> impl Iterator<Item = Problem> {
        let unused = self.by_label.into_values().filter(|definition| !definition.is_used);
        let unused = unused.map(|Definition { start, destination, .. }| {
            let name = label(source, start).unwrap_or_default();
            Problem::new(&UNUSED_DEFINITION, destination, format!("nothing refers to `{name}`"))
                .help(format!("remove the definition, or link to it with `[text][{name}]`"))
        });
        unused.chain(self.duplicates.into_values())
    }

    /// The place and the problem of a definition at the beginning of a line whose label is defined before. None is used yet
    /// but comments.
    fn duplicate(&self, source: &str, line: Range<usize>) -> Option<(usize, Problem)> {
        let before = |byte: u8| byte.is_ascii_digit() || b" \t>-*+.)".contains(&byte);
        let start = line.start + source[line.clone()].bytes().position(|byte| !before(byte))?;
        let name = source[start..].starts_with('[').then(|| label(source, start))??;
        let after = start + 1 + name.len();
        let first = self.by_label.get(&fold(name));
        let first = first.filter(|first| first.start != start && !first.is_used)?;
        if !source[after..].starts_with("]:") || after >= line.end {
            return None;
        }
        let second = destination::first(source, after + 2..line.end);
        let message = format!("`{name}` is already defined");
        let problem = Problem::new(&DUPLICATE_DEFINITION, second, message)
            .help("the first definition counts; remove one of the two")
            .relate(first.destination.clone(), "first defined here");
        Some((start, problem))
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
pub(super) fn broken(source: &str, range: Range<usize>, syntax: LinkType) -> Option<Problem> {
    let before = &source[..range.start];
    let after = &source[range.end..];
    match syntax {
        LinkType::Reference if !is_attached(before) => undefined_reference(source, range),
        LinkType::Collapsed if !is_attached(before) => {
            // The range may end with the label or with the empty brackets after it.
            let name = label(source, range.start)?;
            Some(undefined(range.start + 1..range.start + 1 + name.len(), name))
        }
        LinkType::Shortcut if before.ends_with('[') && after.starts_with(']') => {
            wikilink(source, range)
        }
        LinkType::Shortcut if before.ends_with(')') => reversed(source, range),
        LinkType::Shortcut if after.starts_with(" (") => spaced(source, range),
        _ => None,
    }
}

/// Whether brackets are attached to a word, as an index is: `matrix[i][j]`.
fn is_attached(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ']' | ')' | '\\'))
}

fn undefined_reference(source: &str, range: Range<usize>) -> Option<Problem> {
    let written = &source[range.clone()];
    let open = written.rfind('[')?;
    let name = written[open + 1..].strip_suffix(']')?;
    let text = written[..open].trim_start_matches(['!', '[']).trim_end_matches(']');
    // `[1][2]` are two notes, and `[a-z][0-9]` are sets of characters.
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_set = |text: &str| text.len() <= 8 && text.as_bytes().get(1) == Some(&b'-');
    let are_no_link = is_number(text) && is_number(name) || is_set(text) || is_set(name);
    (!are_no_link).then(|| undefined(range.start + open + 1..range.end - 1, name))
}

fn undefined(at: Range<usize>, name: &str) -> Problem {
    Problem::new(&UNDEFINED_REFERENCE, at, format!("nothing defines `{name}`"))
        .help(format!("add a line `[{name}]: destination`, or write `[text](destination)`"))
}

/// `[[page]]` or `[[page|text]]`. The range is that of the inner brackets.
fn wikilink(source: &str, range: Range<usize>) -> Option<Problem> {
    let inner = range.start + 1..range.end - 1;
    let name = &source[inner.clone()];
    let is_page = name.starts_with(char::is_alphanumeric)
        && !name.ends_with(char::is_whitespace)
        && !name.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    // `\[[x]]` is escaped, `[[x]](y)` a link whose text has brackets, and `a[[x]]` no text.
    let outside = &source[..range.start - 1];
    if !is_page
        || outside.ends_with(|c: char| c == '\\' || c.is_alphanumeric())
        || source[range.end + 1..].starts_with(['(', '['])
    {
        return None;
    }
    let page = name.split(['|', '#']).next().unwrap_or(name).trim();
    let text = name.split('|').next_back().unwrap_or(name).trim();
    let file = page.to_lowercase().replace(' ', "-");
    let file = file.strip_suffix(".md").unwrap_or(&file);
    let problem = Problem::new(&WIKILINK, inner, format!("`[[{name}]]` is not a link in Markdown"));
    Some(problem.help(format!("write `[{text}]({file}.md)`")))
}

/// `(text)[destination]`: the brackets are the wrong way round. The range is that of the square ones.
fn reversed(source: &str, range: Range<usize>) -> Option<Problem> {
    // No text that anybody links is longer.
    const LONGEST: usize = 1_000;
    let inner = range.start + 1..range.end - 1;
    let destination = &source[inner.clone()];
    let before = &source[..range.start - 1];
    let ends = |byte| matches!(byte, b'(' | b'\n');
    let length = before.bytes().rev().take(LONGEST).position(ends)?;
    let (before, text) = before.split_at(before.len() - length);
    if !before.ends_with('(') || text.trim().is_empty() || !looks_like_destination(destination) {
        return None;
    }
    let message = "the brackets of this link are the wrong way round";
    let problem = Problem::new(&MALFORMED_LINK, inner, message);
    Some(problem.help(format!("write `[{text}]({destination})`")))
}

/// `[text] (destination.md)`: a space keeps it from being a link. The range is that of the square brackets.
fn spaced(source: &str, range: Range<usize>) -> Option<Problem> {
    let start = range.end + 2;
    let end = start + source[start..].find(|c: char| c == ')' || c.is_whitespace())?;
    let destination = &source[start..end];
    let path = destination.split('#').next().unwrap_or("");
    if !path.ends_with(".md") || !source[end..].starts_with(')') {
        return None;
    }
    let text = &source[range.start + 1..range.end - 1];
    let message = "a space keeps this from being a link";
    let problem = Problem::new(&MALFORMED_LINK, start..end, message);
    Some(problem.help(format!("write `[{text}]({destination})`")))
}

/// Whether a text can only be meant as a destination.
fn looks_like_destination(text: &str) -> bool {
    const ENDS: [&str; 6] = [".md", ".html", ".png", ".jpg", ".svg", ".pdf"];
    let path = text.split(['#', '?']).next().unwrap_or("");
    !text.contains(char::is_whitespace)
        && (text.contains("://")
            || ["mailto:", "./", "../"].iter().any(|start| text.starts_with(start))
            || ENDS.iter().any(|end| path.ends_with(end))
            || text.starts_with(['#', '/']) && text.len() > 1)
}

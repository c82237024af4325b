//! Reference definitions (`[label]: destination`), used and not, and what looks like a link and is none: references that
//! nothing defines, links the wrong way round, wiki links.

use std::cell::Cell;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, LinkType, RefDefs};

use crate::diagnostic::{
    DUPLICATE_DEFINITION, MALFORMED_LINK, UNDEFINED_REFERENCE, UNUSED_DEFINITION, WIKILINK,
};
use crate::parse::{Finding, destination};

/// The reference definitions of one text, and which are used.
pub(super) struct Definitions {
    /// Sorted by place.
    all: Vec<Definition>,
}

/// One reference definition.
pub(super) struct Definition {
    label: String,
    /// Where it stands, from its `[` on.
    pub range: Range<usize>,
    /// Whether anything refers to it, or it is a comment in disguise.
    is_used: Cell<bool>,
}

impl Definitions {
    /// The definitions that the library found.
    pub(super) fn new(definitions: &RefDefs<'_>) -> Self {
        let mut all = Vec::new();
        for (label, definition) in definitions.iter() {
            // `[//]: # (text)` is how people write comments that are not shown anywhere.
            let is_comment = matches!(&*definition.dest, "#" | "");
            let (label, range) = (fold(label), definition.span.clone());
            all.push(Definition { label, range, is_used: Cell::new(is_comment) });
        }
        all.sort_by_key(|definition| definition.range.start);
        Self { all }
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
        let label = fold(label);
        self.all.iter().find(|definition| definition.label == label)
    }

    /// What is wrong with the definitions. `text` are the places of all that is shown: a definition is not shown.
    pub(super) fn findings(&self, markdown: &str, text: &[Range<usize>]) -> Vec<Finding> {
        let unused = self.all.iter().filter(|definition| !definition.is_used.get());
        let mut findings: Vec<_> = unused
            .map(|definition| {
                let at = destination::definition(markdown, definition.range.clone());
                let name = label(markdown, definition.range.start).unwrap_or_default();
                Finding::new(&UNUSED_DEFINITION, at, format!("nothing refers to `{name}`"))
                    .help(format!("remove the definition, or link to it with `[text][{name}]`"))
            })
            .collect();
        findings.extend(self.duplicates(markdown, text));
        findings
    }

    fn duplicates(&self, markdown: &str, text: &[Range<usize>]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, _) in markdown.match_indices("]:") {
            let line = markdown[..at].rfind('\n').map_or(0, |end| end + 1);
            let Some(start) = markdown[line..at].find('[').map(|start| line + start) else {
                continue;
            };
            let is_first = markdown[line..start].bytes().all(|byte| {
                matches!(byte, b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')')
                    || byte.is_ascii_digit()
            });
            let is_shown = text.iter().any(|range| range.contains(&start));
            if !is_first
                || is_shown
                || label(markdown, start).is_none_or(|label| start + label.len() + 1 != at)
            {
                continue;
            }
            let name = &markdown[start + 1..at];
            let Some(first) = self.get(name).filter(|first| first.range.start != start) else {
                continue;
            };
            let end = markdown[at..].find('\n').map_or(markdown.len(), |end| at + end);
            let second = destination::definition(markdown, start..end);
            let one = destination::definition(markdown, first.range.clone());
            findings.push(
                Finding::new(&DUPLICATE_DEFINITION, second, format!("`{name}` is defined already"))
                    .help("the first definition counts; remove one of the two")
                    .other(one, "first defined here"),
            );
        }
        findings
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
    let line = markdown[..range.start].rfind('\n').map_or(0, |end| end + 1);
    let before = &markdown[line..range.start - 1];
    let text = &before[before.rfind('(')? + 1..];
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
    let end = start + markdown[start..].find([')', '\n'])?;
    let destination = &markdown[start..end];
    let path = destination.split('#').next().unwrap_or("");
    let is_source = path.ends_with(".md") && !destination.contains(char::is_whitespace);
    if !is_source || !markdown[end..].starts_with(')') {
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

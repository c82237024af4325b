//! Headings: their text, and what their source says beside it.

use std::ops::Range;

use pulldown_cmark::HeadingLevel;

use super::Writer;
use crate::parse::fragment::{Fragment, Insert, WrittenHeading};
use crate::source::Placed;

impl Writer<'_> {
    /// Adds to the text that the open heading's id is made from.
    pub(super) fn heading_text(&mut self, text: &str) {
        if self.heading.is_some()
            && let Some(heading) = self.out.headings.last_mut()
        {
            heading.text.push_str(text);
        }
    }

    pub(super) fn start_heading(&mut self, level: HeadingLevel, range: Range<usize>) {
        self.heading = Some(self.out.html.len());
        self.out.insert(Insert::HeadingOpen(self.out.headings.len() as u32));
        let line = self.line(&range);
        self.out.headings.push(WrittenHeading {
            level: level as u8,
            line,
            span: (range.start as u32, range.end as u32),
            ..WrittenHeading::default()
        });
    }

    pub(super) fn end_heading(&mut self, range: Range<usize>) {
        let index = self.out.headings.len() as u32 - 1;
        let Some(start) = self.heading.take() else { return };
        self.take_attributes(start, range);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let heading = &mut self.out.headings[index as usize];
        heading.is_title = index == 0
            && heading.level == 1
            && self.outer.is_empty()
            && only_comments(&self.out.html[..start])
            && words(&heading.text) == words(self.title);
        if heading.is_title {
            self.out.truncate(start);
            self.out.insert(Insert::HeadingTarget(index));
        } else {
            self.out.insert(Insert::HeadingClose(index));
        }
    }

    /// Takes the attributes at its end out of the heading whose HTML begins at `start`.
    fn take_attributes(&mut self, start: usize, range: Range<usize>) {
        let Fragment { html, headings, ids, .. } = &mut self.out;
        let Some(heading) = headings.last_mut() else { return };
        let written = &self.source[range.clone()];
        let Some(attributes) = attributes(&html[start..], &heading.text, written) else { return };
        let attributes = attributes.to_owned();
        let before = html.trim_end_matches(&attributes).trim_end().len();
        html.truncate(before.max(start));
        heading.text.truncate(heading.text.trim_end_matches(&attributes).trim_end().len());
        let source = range.start + written.rfind(&attributes).unwrap_or(0);
        for token in attributes.trim_matches(['{', '}']).split_whitespace() {
            let name = &token[1..];
            if token.starts_with('#') {
                let at = source + attributes.find(token).unwrap_or(0) + 1;
                ids.push(Placed::new(name.to_owned(), at..at + name.len()));
                heading.id = Some(name.to_owned());
            } else {
                heading.classes.push(name.to_owned());
            }
        }
    }
}

/// The attributes at the end of a heading (`{#id .class}`), as they are written: plain text that is also the end of the
/// heading's text and of its source, each token an id or a class, with something before them.
fn attributes<'t>(html: &'t str, text: &str, written: &str) -> Option<&'t str> {
    let start = html.rfind('{').filter(|_| html.ends_with('}'))?;
    let (before, attributes) = html.split_at(start);
    let is_name = |name: &str| {
        let is_kept = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        !name.is_empty() && name.chars().all(is_kept)
    };
    let is_token = |token: &str| {
        // `{.NET}` is a name: classes are in lower case.
        let class = token.strip_prefix('.').filter(|class| !class.contains(char::is_uppercase));
        token.strip_prefix('#').or(class).is_some_and(is_name)
    };
    let mut tokens = attributes[1..attributes.len() - 1].split_whitespace().peekable();
    let are_tokens = tokens.peek().is_some() && tokens.all(is_token);
    let are_last = text.ends_with(attributes) && written.contains(attributes);
    let are_apart = before.ends_with([' ', '\t', '\n']) && !before.trim().is_empty();
    (are_tokens && are_last && are_apart).then_some(attributes)
}

/// Whether HTML shows nothing: white space and comments.
fn only_comments(html: &str) -> bool {
    let mut rest = html.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        let Some(end) = comment.find("-->") else { return false };
        rest = comment[end + 3..].trim_start();
    }
    rest.is_empty()
}

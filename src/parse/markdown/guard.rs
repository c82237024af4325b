//! Colons that the Markdown library takes for the marker of a definition and that are none: for the time of parsing, a
//! character stands in their place that does not occur in the text.

use std::borrow::Cow;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

/// A text that can be given to the library.
pub(super) struct Guarded<'a> {
    /// The text. Every byte is at the same place as in the original.
    pub markdown: Cow<'a, str>,
    /// What stands for a colon, if anything does.
    mark: Option<u8>,
}

impl<'a> Guarded<'a> {
    /// Replaces each `:` at the beginning of a line that no white space follows.
    pub(super) fn new(markdown: &'a str) -> Self {
        let bytes = markdown.as_bytes();
        let mut colons =
            memchr::memchr_iter(b':', bytes).filter(|at| is_text(bytes, *at)).peekable();
        // A text in which all of them occur is given as it is.
        // A control character that Markdown takes for text and that does not occur.
        let is_free = |control: &u8| memchr::memchr(*control, bytes).is_none();
        let mark = colons.peek().and_then(|_| (1..=8).chain(14..=31).find(is_free));
        let Some(mark) = mark else { return Self { markdown: markdown.into(), mark: None } };
        let mut text = markdown.to_owned();
        for at in colons {
            text.replace_range(at..=at, char::from(mark).encode_utf8(&mut [0; 1]));
        }
        Self { markdown: text.into(), mark: Some(mark) }
    }

    /// The same event with the original text.
    pub(super) fn restore<'e>(&self, mut event: Event<'e>) -> Event<'e> {
        let Some(mark) = self.mark.map(char::from) else { return event };
        let texts = match &mut event {
            Event::Text(text)
            | Event::Code(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::FootnoteReference(text)
            | Event::Start(
                Tag::CodeBlock(CodeBlockKind::Fenced(text)) | Tag::FootnoteDefinition(text),
            ) => [Some(text), None, None],
            Event::Start(
                Tag::Link { dest_url, title, id, .. } | Tag::Image { dest_url, title, id, .. },
            ) => [Some(dest_url), Some(title), Some(id)],
            _ => [None, None, None],
        };
        for text in texts.into_iter().flatten().filter(|text| text.contains(mark)) {
            *text = text.replace(mark, ":").into();
        }
        event
    }
}

/// Whether the colon at a place is text at the beginning of a line. `:-` may be a table's line of dashes.
fn is_text(bytes: &[u8], colon: usize) -> bool {
    let next = bytes.get(colon + 1);
    let before = || bytes[..colon].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'>'));
    !matches!(next, None | Some(b' ' | b'\t' | b'-' | b'\n' | b'\r'))
        && matches!(before(), None | Some(b'\n'))
}

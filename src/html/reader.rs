//! HTML → events with their places, as the standard's tokenizer has them (WHATWG HTML, section 13.2.5), in one pass and without
//! a copy. What an element means is for whoever reads the events.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::decode;

/// A part of HTML. Ranges are in bytes of the whole.
#[derive(Clone, Copy, Debug)]
pub enum Event<'h> {
    /// A start tag.
    Start(Tag<'h>),
    /// An end tag.
    End(Tag<'h>),
    /// Text as it is written, character references not resolved; or what an element holds in which tags are text.
    Text(&'h str, usize),
    /// A comment with its marks, what browsers take for one, or `<!doctype …>`.
    Comment(&'h str, usize),
}

/// A tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'h> {
    html: &'h str,
    /// Its name as it is written.
    pub name: &'h str,
    /// Where its `<` is.
    pub start: usize,
    /// Where its `>` ends.
    pub end: usize,
}

/// An attribute of a start tag.
#[derive(Clone, Debug)]
pub struct Attribute<'h> {
    /// Its name as it is written.
    pub name: &'h str,
    /// Its value as it is written, without quotes.
    pub value: &'h str,
    /// Where the value is; the end of the name where there is none.
    pub range: Range<usize>,
}

impl<'h> Tag<'h> {
    /// Whether it is a tag of that element, whose name is in lower case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The element's name in lower case, in which nearly all are written.
    pub fn element(&self) -> Cow<'h, str> {
        match self.name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => self.name.to_ascii_lowercase().into(),
            false => self.name.into(),
        }
    }

    /// Where the whole tag is.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether it ends with `/>`, which has a meaning in SVG and MathML alone.
    pub fn is_self_closing(&self) -> bool {
        self.html[..self.end].ends_with("/>")
    }

    /// Its attributes in order. Of two with the same name, browsers take the first.
    pub fn attributes(&self) -> Attributes<'h> {
        let name_end = self.html.len().min(self.start + self.name.len() + 1);
        Attributes { html: self.html, at: name_end, end: None }
    }

    /// The attribute of that name, which is in lower case.
    pub fn attribute(&self, name: &str) -> Option<Attribute<'h>> {
        self.attributes().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

impl<'h> Attribute<'h> {
    /// Its value, character references resolved.
    pub fn text(&self) -> Cow<'h, str> {
        decode(self.value)
    }
}

/// The attributes of a start tag.
pub struct Attributes<'h> {
    html: &'h str,
    at: usize,
    /// Where the tag's `>` ends, once it is reached.
    end: Option<usize>,
}

impl Attributes<'_> {
    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) -> usize {
        let rest = &self.html.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| !is_skipped(*byte)).unwrap_or(rest.len());
        self.at
    }

    fn byte(&self) -> Option<u8> {
        self.html.as_bytes().get(self.at).copied()
    }

    /// The range of the value after `=`; nothing where the text ends within it.
    fn value(&mut self) -> Option<Range<usize>> {
        self.at += 1;
        let start = self.skip(|byte| byte.is_ascii_whitespace());
        match self.byte()? {
            quote @ (b'"' | b'\'') => {
                let length = memchr(quote, &self.html.as_bytes()[start + 1..])?;
                self.at = start + 1 + length + 1;
                Some(start + 1..self.at - 1)
            }
            _ => Some(start..self.skip(|byte| !byte.is_ascii_whitespace() && byte != b'>')),
        }
    }
}

impl<'h> Iterator for Attributes<'h> {
    type Item = Attribute<'h>;

    fn next(&mut self) -> Option<Attribute<'h>> {
        let start = self.skip(|byte| byte.is_ascii_whitespace() || byte == b'/');
        if self.byte()? == b'>' {
            self.end = Some(start + 1);
            return None;
        }
        // Here, `=` is part of the name.
        self.at += 1;
        let name_end =
            self.skip(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'='));
        self.skip(|byte| byte.is_ascii_whitespace());
        let range = match self.byte() {
            Some(b'=') => self.value().or_else(|| {
                self.at = self.html.len();
                None
            })?,
            _ => name_end..name_end,
        };
        let (name, value) = (&self.html[start..name_end], &self.html[range.clone()]);
        Some(Attribute { name, value, range })
    }
}

/// Reads HTML from its beginning.
pub struct Reader<'h> {
    html: &'h str,
    at: usize,
    /// The element whose content is text, where its start tag was read last.
    raw: Option<&'h str>,
}

impl<'h> Reader<'h> {
    /// Reads this text.
    pub fn new(html: &'h str) -> Self {
        Self { html, at: 0, raw: None }
    }

    /// Passes over the content and the end tag of the element whose start tag was read last. Returns where the content ends.
    pub fn pass_over(&mut self, open: Tag<'_>) -> usize {
        if VOID.iter().any(|void| open.is(void)) || open.is("svg") && open.is_self_closing() {
            return open.end;
        }
        let mut depth = 1_usize;
        for event in self.by_ref() {
            match event {
                Event::Start(tag) if tag.is(open.name) => depth += 1,
                Event::End(tag) if tag.is(open.name) && depth == 1 => return tag.start,
                Event::End(tag) if tag.is(open.name) => depth -= 1,
                _ => {}
            }
        }
        self.html.len()
    }

    /// The content of the first element of that name from here on.
    pub fn content(&mut self, name: &str) -> Option<&'h str> {
        let tag = self.start_tags().find(|tag| tag.is(name))?;
        Some(&self.html[tag.end..self.pass_over(tag)])
    }

    /// The start tags from here on.
    pub fn start_tags(&mut self) -> impl Iterator<Item = Tag<'h>> {
        self.filter_map(|event| if let Event::Start(tag) = event { Some(tag) } else { None })
    }

    fn text(&mut self, end: usize) -> Event<'h> {
        let start = std::mem::replace(&mut self.at, end);
        Event::Text(&self.html[start..end], start)
    }

    /// Reads what the `<` here begins; nothing where the text ends within a tag.
    fn markup(&mut self) -> Option<Event<'h>> {
        let start = self.at;
        let rest = &self.html[start..];
        let is_end = rest.starts_with("</");
        let name_start = start + 1 + usize::from(is_end);
        let after = &self.html.as_bytes()[name_start..];
        if !after[0].is_ascii_alphabetic() {
            // Without its dashes it is what browsers take for a comment, to its `>` or to the end of the text.
            let length = match rest.starts_with("<!--") {
                true => comment(rest),
                false => rest.find('>').map_or(rest.len(), |end| end + 1),
            };
            self.at = start + length;
            return Some(Event::Comment(&rest[..length], start));
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let length = after.iter().position(ends).unwrap_or(after.len());
        let name = &self.html[name_start..name_start + length];
        let end = if after.get(length) == Some(&b'>') {
            Some(name_start + length + 1)
        } else {
            let mut rest = Attributes { html: self.html, at: name_start + length, end: None };
            rest.by_ref().for_each(drop);
            rest.end
        };
        self.at = end.unwrap_or(self.html.len());
        let tag = Tag { html: self.html, name, start, end: end? };
        if is_end {
            return Some(Event::End(tag));
        }
        self.raw = RAW.iter().any(|raw| tag.is(raw)).then_some(name);
        Some(Event::Start(tag))
    }
}

impl<'h> Iterator for Reader<'h> {
    type Item = Event<'h>;

    fn next(&mut self) -> Option<Event<'h>> {
        let bytes = self.html.as_bytes();
        if let Some(name) = self.raw.take() {
            let end = self.at + raw_length(&bytes[self.at..], name);
            if end > self.at {
                return Some(self.text(end));
            }
        }
        let mut at = self.at;
        while let Some(found) = memchr(b'<', &bytes[at..]) {
            at += found;
            let begins = match bytes.get(at + 1) {
                Some(b'/') => bytes.len() > at + 2,
                Some(byte) => byte.is_ascii_alphabetic() || matches!(byte, b'!' | b'?'),
                None => false,
            };
            if begins && at > self.at {
                return Some(self.text(at));
            } else if begins {
                return self.markup();
            }
            at += 1;
        }
        (self.at < bytes.len()).then(|| self.text(bytes.len()))
    }
}

/// The length of a comment, to its end or to the end of the text.
fn comment(html: &str) -> usize {
    let bytes = html.as_bytes();
    // `<!-->` and `<!--->` are whole.
    let mut at = 2;
    while let Some(found) = memmem::find(&bytes[at..], b"--") {
        at += found;
        match &bytes[at + 2..] {
            [b'>', ..] => return at + 3,
            [b'!', b'>', ..] if at > 3 => return at + 4,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Elements in which tags are text.
const RAW: [&str; 9] =
    ["iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"];

/// How much of what follows belongs to an element in which tags are text, up to its end tag.
fn raw_length(bytes: &[u8], name: &str) -> usize {
    if name.eq_ignore_ascii_case("plaintext") {
        return bytes.len();
    }
    if name.eq_ignore_ascii_case("script") {
        return script_length(bytes);
    }
    let ends = |at: &usize| is_tag(&bytes[at + 2..], name.as_bytes());
    memmem::find_iter(bytes, b"</").find(ends).unwrap_or(bytes.len())
}

/// Whether a tag's name and what ends it are here.
fn is_tag(bytes: &[u8], name: &[u8]) -> bool {
    let found = bytes.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    let after = bytes.get(name.len()).copied();
    found && after.is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
}

/// A script in a comment may hold another script.
fn script_length(bytes: &[u8]) -> usize {
    let (mut in_comment, mut in_inner) = (false, false);
    let mut at = 0;
    while let Some(found) = memchr2(b'<', b'-', &bytes[at..]) {
        at += found;
        let rest = &bytes[at..];
        if rest.starts_with(b"<!--") {
            in_comment = true;
            // Its dashes may end it too.
            at += 2;
        } else if rest.starts_with(b"-->") {
            (in_comment, in_inner) = (false, false);
            at += 3;
        } else if rest.starts_with(b"</") && is_tag(&rest[2..], b"script") {
            if !std::mem::take(&mut in_inner) {
                return at;
            }
            at += 2;
        } else {
            in_inner |= in_comment && rest[0] == b'<' && is_tag(&rest[1..], b"script");
            at += 1;
        }
    }
    bytes.len()
}

/// Elements with neither content nor an end tag.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// Elements within a line of text.
const INLINE: [&str; 27] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
];

/// Whether an element, whose name is in lower case, stands within a line of text.
pub fn is_inline(name: &str) -> bool {
    INLINE.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Event, Reader};

    fn events(html: &str) -> Vec<String> {
        let event = |event| match event {
            Event::Start(tag) => {
                let attributes = tag.attributes().map(|attribute| {
                    assert_eq!(&html[attribute.range.clone()], attribute.value);
                    format!(" {}={}", attribute.name, attribute.text())
                });
                format!("{}{}", &tag.element(), attributes.collect::<String>())
            }
            Event::End(tag) => format!("/{}", tag.element()),
            Event::Text(text, at) => {
                assert!(html[at..].starts_with(text));
                format!("'{text}'")
            }
            Event::Comment(text, _) => format!("comment {text}"),
        };
        Reader::new(html).map(event).collect()
    }

    #[test]
    fn events_are_those_of_the_standard() {
        for (html, expected) in [
            ("a<B c>d</B >", "'a' b c= 'd' /b"),
            ("<a b=\"x>y\" c = 'd' e=f/ g/>h", "a b=x>y c=d e=f/ g= 'h'"),
            ("<a ==b b\"c=d>", "a ==b b\"c=d"),
            ("<a b=>c", "a b= 'c'"),
            ("a < b <3 <", "'a < b <3 <'"),
            ("a<b c", "'a'"),
            ("a<b c=\"d", "'a'"),
            (
                "<!DOCTYPE html><!--a--><!-->b<!--->c<?d?></ e>",
                "comment <!DOCTYPE html> comment <!--a--> comment <!--> 'b' comment <!---> 'c' comment <?d?> comment </ e>",
            ),
            ("<!--a--!>b<!--c-- >", "comment <!--a--!> 'b' comment <!--c-- >"),
            ("</>a</", "comment </> 'a</'"),
            (
                "<title><b>&amp;</title><STYLE></styles></Style>",
                "title '<b>&amp;' /title style '</styles>' /style",
            ),
            (
                "<script><!--<script></script>--></script>a",
                "script '<!--<script></script>-->' /script 'a'",
            ),
            ("<script><!--></script>a", "script '<!-->' /script 'a'"),
            ("<textarea></textarea><xmp><p>", "textarea /textarea xmp '<p>'"),
            ("\0<p\0 a=\0>", "'\0' p\0 a=\0"),
        ] {
            assert_eq!(events(html).join(" "), expected, "{html}");
        }
    }

    #[test]
    fn an_element_is_passed_over_with_those_of_its_name_in_it() {
        let mut reader = Reader::new("<p>a</p><i><i>b</i>c<br></i>d<img>e");
        assert_eq!(reader.content("p"), Some("a"));
        assert_eq!(reader.content("i"), Some("<i>b</i>c<br>"));
        assert_eq!(reader.content("img"), Some(""));
        assert!(matches!(reader.next(), Some(Event::Text("e", _))));
        assert_eq!(Reader::new("<b><b>a</b>").content("b"), Some("<b>a</b>"));
    }
}

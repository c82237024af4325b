//! The plain text of a body, by heading. Reads the HTML that the parser wrote, and knows nothing of search.

use memchr::{memchr, memchr2, memchr3, memmem};

/// What stands below one heading, up to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage<'a> {
    /// The heading's id; empty before the first heading.
    pub(super) id: &'a str,
    /// The heading's text.
    pub(super) heading: &'a str,
    /// The text, with a line break where a block begins or ends.
    pub(super) text: &'a str,
}

/// The passages of a body, in one text: the id, the heading and the text of each.
#[derive(Debug, Default)]
pub(super) struct Passages {
    text: String,
    places: Vec<Places>,
}

/// Where the parts of a passage begin. It ends where the next one begins.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    id: usize,
    heading: usize,
    text: usize,
}

impl Passages {
    /// Each passage, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Passage<'_>> {
        let next = self.places.iter().skip(1).map(|next| next.id).chain([self.text.len()]);
        self.places.iter().zip(next).map(|(places, end)| Passage {
            id: &self.text[places.id..places.heading],
            heading: &self.text[places.heading..places.text],
            text: &self.text[places.text..end],
        })
    }
}

/// What an element means for the text around it and in it.
#[derive(Clone, Copy, PartialEq)]
enum Element {
    Heading,
    /// A line of its own.
    Block,
    /// It stands within a line: no space comes of it.
    Inline,
    /// No reader sees its content as text.
    Unseen,
}

impl Element {
    fn of(name: &str) -> Self {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Heading,
            "span" | "a" | "code" | "strong" | "em" | "abbr" | "b" | "bdi" | "bdo" | "cite"
            | "data" | "del" | "dfn" | "i" | "ins" | "kbd" | "mark" | "q" | "s" | "samp"
            | "small" | "sub" | "sup" | "time" | "u" | "var" | "wbr" => Self::Inline,
            "script" | "style" | "template" | "svg" => Self::Unseen,
            _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                Self::of(&name.to_ascii_lowercase())
            }
            _ => Self::Block,
        }
    }
}

/// References that writers of raw HTML use; others stay as they are written.
const REFERENCES: [(&str, &str); 16] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("shy", ""),
    ("copy", "©"),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("rarr", "→"),
];

/// The passages of a body, in order.
pub(super) fn passages(html: &str) -> Passages {
    let mut reader = Reader::default();
    reader.text.reserve(html.len() / 2);
    let mut rest = html;
    while !rest.is_empty() {
        let end = memchr2(b'<', b'&', rest.as_bytes()).unwrap_or(rest.len());
        reader.write(&rest[..end]);
        rest = &rest[end..];
        let length = match rest.as_bytes().first() {
            Some(b'&') => reader.reference(rest),
            Some(_) => reader.tag(rest),
            None => 0,
        };
        rest = &rest[length..];
    }
    reader.end_passage();
    Passages { text: reader.text, places: reader.places }
}

#[derive(Default)]
struct Reader {
    text: String,
    /// The passages that have ended.
    places: Vec<Places>,
    /// The one that is read.
    here: Places,
    in_heading: bool,
}

impl Reader {
    fn write(&mut self, text: &str) {
        let is_after_break = self.text.len() > self.target() && self.text.ends_with('\n');
        // Between two blocks one line break is enough.
        let text = if is_after_break { text.trim_start_matches('\n') } else { text };
        self.text.push_str(text);
    }

    /// Where that begins which is written now: the heading or the text of the passage.
    fn target(&self) -> usize {
        if self.in_heading { self.here.heading } else { self.here.text }
    }

    /// Ends the passage, which counts if it has an id or a text.
    fn end_passage(&mut self) {
        self.end_heading();
        let Places { id, heading, text } = self.here;
        if heading > id || !self.text[text..].trim().is_empty() {
            self.places.push(self.here);
        } else {
            self.text.truncate(id);
        }
        let end = self.text.len();
        self.here = Places { id: end, heading: end, text: end };
    }

    fn begin_heading(&mut self, id: &str) {
        self.end_passage();
        self.text.push_str(id);
        self.here.heading = self.text.len();
        self.in_heading = true;
    }

    fn end_heading(&mut self) {
        if std::mem::take(&mut self.in_heading) {
            self.here.text = self.text.len();
        }
    }

    /// What a reference at the beginning of `rest` stands for; returns its length.
    fn reference(&mut self, rest: &str) -> usize {
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let name = end.map(|end| &rest[1..end]);
        let known = name.and_then(|name| REFERENCES.iter().find(|(known, _)| *known == name));
        let number = name.and_then(|name| name.strip_prefix('#')).and_then(|digits| {
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)
        });
        match (end, known, number) {
            (Some(end), Some((_, text)), _) => {
                self.write(text);
                end + 1
            }
            (Some(end), None, Some(character)) => {
                self.write(character.encode_utf8(&mut [0; 4]));
                end + 1
            }
            _ => {
                self.write("&");
                1
            }
        }
    }

    /// What a tag at the beginning of `rest` means; returns its length, or that of what is not to be read.
    fn tag(&mut self, rest: &str) -> usize {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.find("-->").map_or(rest.len(), |end| 4 + end + 3);
        }
        let closes = rest[1..].starts_with('/');
        let start = 1 + usize::from(closes);
        let bytes = rest.as_bytes()[start..].iter();
        let end = start + bytes.take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = &rest[start..end];
        if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
            self.write("<");
            return 1;
        }
        // Most tags are nothing but a name.
        let is_plain = rest.as_bytes().get(end) == Some(&b'>');
        let length = if is_plain { end + 1 } else { tag_length(rest) };
        let element = Element::of(name);
        self.element(element, closes, &rest[..length]);
        let is_unseen = element == Element::Unseen && !closes;
        if is_unseen { length + unseen(&rest[length..], name) } else { length }
    }

    /// What an element's beginning or end means for the text.
    fn element(&mut self, element: Element, closes: bool, tag: &str) {
        match element {
            Element::Heading => match id(tag).filter(|_| !closes) {
                Some(id) => self.begin_heading(&id),
                None => self.end_heading(),
            },
            Element::Block if !self.in_heading => self.line_break(),
            Element::Block | Element::Inline | Element::Unseen => {}
        }
    }

    fn line_break(&mut self) {
        if self.text.len() > self.here.text && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// The length of a tag, whose attributes may hold `>` in quotes.
fn tag_length(tag: &str) -> usize {
    let mut at = 1;
    while let Some(found) = memchr3(b'>', b'"', b'\'', &tag.as_bytes()[at..]) {
        at += found;
        let quote = tag.as_bytes()[at];
        at += 1;
        if quote == b'>' {
            return at;
        }
        at += memchr(quote, &tag.as_bytes()[at..]).map_or(tag.len() - at, |end| end + 1);
    }
    tag.len()
}

/// How much of what follows belongs to an element that nobody sees, its closing tag included.
fn unseen(rest: &str, name: &str) -> usize {
    let closes = |at: &usize| {
        let after = rest.get(at + 2..at + 2 + name.len());
        after.is_some_and(|after| after.eq_ignore_ascii_case(name))
    };
    let found = memmem::find_iter(rest.as_bytes(), "</").find(closes);
    found.map_or(rest.len(), |at| at + tag_length(&rest[at..]))
}

/// The id in a heading's tag.
fn id(tag: &str) -> Option<String> {
    let value = &tag[tag.find(" id=\"")? + 5..];
    let value = &value[..value.find('"')?];
    Some(passages(value).text)
}

#[cfg(test)]
mod tests {
    use super::{Passage, passages};

    fn read(html: &str) -> Vec<(String, String, String)> {
        let fields = |Passage { id, heading, text }: Passage<'_>| passage(id, heading, text);
        passages(html).iter().map(fields).collect()
    }

    fn passage(id: &str, heading: &str, text: &str) -> (String, String, String) {
        (id.to_owned(), heading.to_owned(), text.to_owned())
    }

    #[test]
    fn text_stands_below_its_heading() {
        let html = "<p>One <em>t</em>wo.</p>\n<div class=\"heading\"><h2 id=\"a&amp;b\">A &amp; <code>b</code></h2></div>\n<ul>\n<li>x</li><li>y</li>\n</ul>\n<h3>no id</h3><p>z";
        let expected = [passage("", "", "One two.\n"), passage("a&b", "A & b", "x\ny\nno idz")];
        let found = read(html);
        assert_eq!(found[0], expected[0]);
        assert_eq!((found[1].0.as_str(), found[1].1.as_str()), ("a&b", "A & b"));
        assert_eq!(found[1].2.split_whitespace().collect::<Vec<_>>(), ["x", "y", "no", "id", "z"]);
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        for (html, text) in [
            ("a<!-- b > --><script>c < d</script><STYLE>e</STYLE>f", "af"),
            ("<p title=\"1 > 2\">a</p>", "a\n"),
            ("1 &lt; 2 &#39;&#x41; &nope; & &#99999999;", "1 < 2 'A &nope; & &#99999999;"),
            ("a < b <3 <", "a < b <3 <"),
            ("<p title=\"never closed", ""),
            ("<script>never closed", ""),
            ("<!-- never closed", ""),
            ("a<br>b<img src=\"x\">c", "a\nb\nc"),
        ] {
            let found: String = read(html).into_iter().map(|(.., text)| text).collect();
            assert_eq!(found, text, "{html}");
        }
    }
}

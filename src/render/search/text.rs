//! The plain text of a body, by heading, in parts of a size that a reader's browser fetches at ease. Reads the HTML that the
//! parser wrote, and knows nothing of search.

use crate::html::{self, Event, Reader, Tag};

/// A part's text ends at the first passage that makes it longer than this; a longer passage is divided.
const PART_SIZE: usize = 5_000;
/// About how long a passage is, so that most texts are allocated once.
const PASSAGE_SIZE: usize = 1_000;

/// What stands below one heading, up to the next.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Passage {
    /// The heading's id; empty before the first heading.
    pub(super) id: String,
    /// The heading's text.
    pub(super) heading: String,
    /// The text, with a line break where a block begins or ends.
    pub(super) text: String,
}

/// The passages of a body in parts; one part at least.
pub(super) fn parts(html: &str) -> Vec<Vec<Passage>> {
    let mut parts = vec![Vec::new()];
    let mut size = 0;
    for passage in passages(html).into_iter().flat_map(divide) {
        let more = passage.text.len() + passage.heading.len();
        if size > 0 && size + more > PART_SIZE {
            parts.push(Vec::new());
            size = 0;
        }
        size += more;
        parts.last_mut().expect("there is one part at least").push(passage);
    }
    parts
}

/// A passage in pieces that are no longer than a part, cut at white space where there is any.
fn divide(passage: Passage) -> Vec<Passage> {
    if passage.text.len() <= PART_SIZE {
        return vec![passage];
    }
    let Passage { id, mut heading, text } = passage;
    let mut rest = &*text;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(piece_length(rest));
        let (heading, text) = (std::mem::take(&mut heading), piece.to_owned());
        pieces.push(Passage { id: id.clone(), heading, text });
        rest = after.trim_start();
    }
    pieces
}

/// The length of the first piece of a text.
fn piece_length(text: &str) -> usize {
    if text.len() <= PART_SIZE {
        return text.len();
    }
    let end = (0..=PART_SIZE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let space = text[..end].rfind(char::is_whitespace).filter(|at| *at > PART_SIZE / 2);
    space.unwrap_or(end)
}

/// The passages of a body, in order.
fn passages(html: &str) -> Vec<Passage> {
    let mut text = Text { passages: Vec::new(), in_heading: false };
    text.begin(String::new());
    let mut reader = Reader::new(html);
    while let Some(event) = reader.next() {
        match event {
            Event::Text(written, _) => text.write(&html::decode(written)),
            Event::Start(tag) => match &*tag.element() {
                // No reader sees its content as text.
                "script" | "style" | "template" | "svg" => _ = reader.pass_over(tag),
                element => text.tag(element, Some(tag)),
            },
            Event::End(tag) => text.tag(&tag.element(), None),
            Event::Comment(..) => {}
        }
    }
    text.passages.retain(|passage| !passage.id.is_empty() || !passage.text.trim().is_empty());
    text.passages
}

/// The text that is being written.
struct Text {
    /// The last one is being written.
    passages: Vec<Passage>,
    in_heading: bool,
}

impl Text {
    fn begin(&mut self, id: String) {
        let text = String::with_capacity(PASSAGE_SIZE);
        self.passages.push(Passage { id, text, ..Passage::default() });
    }

    fn write(&mut self, text: &str) {
        let target = self.target();
        // Between two blocks one line break is enough.
        let text = if target.ends_with('\n') { text.trim_start_matches('\n') } else { text };
        target.push_str(text);
    }

    /// What is being written: the heading or the text of the passage.
    fn target(&mut self) -> &mut String {
        let passage = self.passages.last_mut().expect("the first passage has begun");
        if self.in_heading { &mut passage.heading } else { &mut passage.text }
    }

    /// What an element's beginning or end means for the text.
    fn tag(&mut self, element: &str, start: Option<Tag<'_>>) {
        if matches!(element, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
            match start.and_then(|tag| tag.attribute("id")) {
                Some(id) => {
                    self.begin(id.text().into_owned());
                    self.in_heading = true;
                }
                None => self.in_heading = false,
            }
        } else if !html::is_inline(element) && !self.in_heading {
            let text = self.target();
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Passage, passages};

    fn read(html: &str) -> Vec<(String, String, String)> {
        let fields = |Passage { id, heading, text }: Passage| (id, heading, text);
        passages(html).into_iter().map(fields).collect()
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

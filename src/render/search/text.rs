//! The plain text of a body, by heading. Reads the HTML that the parser wrote, and knows nothing of search.

use crate::html::{self, Event, Reader, Tag};

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

/// The passages of a body, in order.
pub(super) fn passages(html: &str) -> Passages {
    let mut text = Text { text: String::with_capacity(html.len() / 2), ..Text::default() };
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
            Event::Comment(..) | Event::Doctype => {}
        }
    }
    text.end_passage();
    Passages { text: text.text, places: text.places }
}

#[derive(Default)]
struct Text {
    text: String,
    /// The passages that have ended.
    places: Vec<Places>,
    /// The one that is being written.
    here: Places,
    in_heading: bool,
}

impl Text {
    fn write(&mut self, text: &str) {
        let is_after_break = self.text.len() > self.target() && self.text.ends_with('\n');
        // Between two blocks one line break is enough.
        let text = if is_after_break { text.trim_start_matches('\n') } else { text };
        self.text.push_str(text);
    }

    /// Where that begins which is being written: the heading or the text of the passage.
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

    /// What an element's beginning or end means for the text.
    fn tag(&mut self, element: &str, start: Option<Tag<'_>>) {
        let is_block = !html::is_inline(element);
        if matches!(element, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
            match start.and_then(|tag| tag.attribute("id")) {
                Some(id) => self.begin_heading(&id.text()),
                None => self.end_heading(),
            }
        } else if is_block
            && !self.in_heading
            && self.text.len() > self.here.text
            && !self.text.ends_with('\n')
        {
            self.text.push('\n');
        }
    }
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

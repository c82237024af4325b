//! HTML that reaches readers as it is written: files of `static/`, and templates, of which only what is written out can be
//! read.

use std::ops::Range;

use super::raw_html::{self, Url};
use super::suppression;
use crate::article::{HtmlFile, HtmlKind, Link, LinkKind};
use crate::path::SourcePath;
use crate::source::replace_ranges;

/// Reads an HTML file.
pub fn html(path: &SourcePath, kind: HtmlKind, text: &str) -> HtmlFile {
    let tags = if kind == HtmlKind::Template { tags(text) } else { Vec::new() };
    let found = raw_html::scan(&without(text, &tags));
    let made_up = |range: &Range<usize>| {
        let after = tags.partition_point(|tag| tag.end <= range.start);
        tags.get(after).is_some_and(|tag| tag.start < range.end)
    };
    let links = found.urls.into_iter().filter(|url| !made_up(&url.range)).map(link).collect();
    let named = found.ids.into_iter().chain(found.names);
    let (unknown, known): (Vec<_>, Vec<_>) = named.partition(|name| made_up(&name.range));
    let mut ids: Vec<Box<str>> = known.into_iter().map(|name| name.value.into()).collect();
    ids.sort_unstable();
    ids.dedup();
    HtmlFile {
        path: path.clone(),
        kind,
        links,
        ids,
        has_dynamic_ids: !unknown.is_empty(),
        suppressions: suppression::in_text(path, text, 0..text.len()).into(),
    }
}

fn link(url: Url) -> Link {
    let kind = if url.resource { LinkKind::HtmlResource } else { LinkKind::HtmlLink };
    let mut link = Link::new(url.value, kind);
    link.span = (url.range.start as u32, url.range.end as u32);
    link
}

/// Where the template engine's tags and comments stand.
fn tags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('{').map(|start| at + start) {
        let ends = match text.as_bytes().get(start + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        at = text[start..].find(ends).map_or(text.len(), |end| start + end + 2);
        found.push(start..at);
    }
    found
}

/// The text with spaces in the place of the tags, so that all else keeps its place.
fn without(text: &str, tags: &[Range<usize>]) -> String {
    let blanks = tags.iter().map(|tag| (tag.clone(), " ".repeat(tag.len())));
    replace_ranges(text, blanks.collect())
}

#[cfg(test)]
mod tests {
    use super::html;
    use crate::article::HtmlKind;
    use crate::path::SourcePath;

    #[test]
    fn what_a_template_writes_out_is_read_at_its_place() {
        let text = "<p {% if x %}id=\"{{ y }}\"{% endif %}></p><a href=\"/a/{{ b }}\">x</a>{# <a href=/no/> é #}<a id=one href='/yes/'>y</a>";
        let file = html(&SourcePath::new("templates/a.html"), HtmlKind::Template, text);
        let links: Vec<_> = file
            .links
            .iter()
            .map(|link| (link.destination(""), &text[link.span.0 as usize..link.span.1 as usize]))
            .collect();
        assert_eq!(links, [("/yes/", "/yes/")]);
        assert_eq!(file.ids, [Box::from("one")]);
        assert!(file.has_dynamic_ids);
    }

    #[test]
    fn a_static_file_is_read_as_it_is() {
        let text = "<a name=top2 href=\"{{x}}\">x</a><h2 id='b'>";
        let file = html(&SourcePath::new("static/a.html"), HtmlKind::Static, text);
        assert_eq!(file.links[0].destination(""), "{{x}}");
        assert!(file.has_id("b") && file.has_id("top2") && !file.has_dynamic_ids);
    }
}

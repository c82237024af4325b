//! HTML that reaches readers as it is written: files of `static/`, and templates, of which only what is written out can be
//! read.

use std::collections::BTreeSet;
use std::ops::Range;

use super::raw_html::{self, Part};
use super::suppression;
use crate::article::{FoldedIds, HtmlFile, HtmlKind, Link, LinkKind};
use crate::path::SourcePath;
use crate::source::replace_ranges;

/// Reads an HTML file.
pub fn html(path: &SourcePath, kind: HtmlKind, text: &str) -> HtmlFile {
    let tags = if kind == HtmlKind::Template { tags(text) } else { Vec::new() };
    // Spaces in the place of the tags: all else keeps its place.
    let blanks = tags.iter().map(|tag| (tag.clone(), " ".repeat(tag.len()))).collect();
    let is_dynamic = |range: Range<usize>| {
        let after = tags.partition_point(|tag| tag.end <= range.start);
        tags.get(after).is_some_and(|tag| tag.start < range.end)
    };
    let (mut links, mut ids) = (Vec::new(), BTreeSet::new());
    let mut has_dynamic_ids = false;
    for part in raw_html::scan(&replace_ranges(text, blanks)) {
        match part {
            Part::Url { url, is_resource } if !is_dynamic(url.at()) => {
                links.push(Link::new(url.as_str(), url.at(), LinkKind::in_html(is_resource)));
            }
            Part::Id(name) | Part::Name(name) if is_dynamic(name.at()) => has_dynamic_ids = true,
            Part::Id(name) | Part::Name(name) => _ = ids.insert(name.value.into()),
            _ => {}
        }
    }
    let suppressions = suppression::in_text(path, text, 0..text.len()).into();
    let (path, ids) = (path.clone(), ids.into_iter().collect());
    let folded_ids = FoldedIds::default();
    HtmlFile { path, kind, links, ids, folded_ids, has_dynamic_ids, suppressions }
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

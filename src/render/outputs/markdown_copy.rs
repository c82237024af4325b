//! The Markdown copy of a page: its source with front matter for readers, and with every destination made absolute. The
//! text is not parsed again: places of destinations and where they lead are known.

use std::ops::Range;

use serde_json::Value as Json;

use super::super::body::{encode, published};
use super::Renderer;
use crate::article::{Article, Link, LinkKind};
use crate::html;
use crate::site::PageId;
use crate::site::generated::list_url;
use crate::site::links::{Document, Target};
use crate::site::routes::SECTION_PAGE_SIZE;
use crate::source::replace_ranges;

/// The copy of a page; of a section, that page of its list, from 1.
pub(super) fn copy(renderer: &Renderer, id: PageId, number: u32) -> String {
    let site = &renderer.site;
    let page = site.page(id);
    let front_matter = &page.article.front_matter;
    let mut output = String::with_capacity(page.article.source.text.len() + 512);
    output.push_str(&format!("---\ntitle: {}\n", quoted(&front_matter.title)));
    if let Some(description) = &front_matter.description {
        output.push_str(&format!("description: {}\n", quoted(description)));
    }
    let url = renderer.address_of(&list_url(&page.url, number));
    output.push_str(&format!("url: {}\n", quoted(&url)));
    if let Some(updated) = front_matter.updated {
        output.push_str(&format!("updated: {updated}\n"));
    }
    output.push_str("---\n");
    if number == 1 && !written(&page.article).is_empty() {
        output.push('\n');
        body(renderer, id, &mut output);
    }
    if site.is_section_page(id) {
        let section = site.section(page.section);
        if number == 1 {
            let pages = section.subsections.iter().map(|id| site.section(*id).page);
            list(renderer, "sections", pages, &mut output);
        }
        let skipped = (number as usize - 1) * SECTION_PAGE_SIZE;
        let pages = section.articles.iter().skip(skipped).take(SECTION_PAGE_SIZE).copied();
        list(renderer, "articles", pages, &mut output);
    }
    output
}

/// The body, with one line end after it.
pub(super) fn body(renderer: &Renderer, id: PageId, output: &mut String) {
    let article = &renderer.site.page(id).article;
    let (source, range) = (&*article.source.text, written(article));
    if range.is_empty() {
        return;
    }
    let from = output.len();
    // A definition that several links use stands here once for each.
    let edits = edits(renderer, id).into_iter().filter_map(|(edited, new)| {
        let start = edited.start.checked_sub(range.start)?;
        Some((start..edited.end - range.start, new))
    });
    output.push_str(&replace_ranges(&source[range.clone()], edits.collect()));
    output.push('\n');
    if memchr::memchr(b'\r', &output.as_bytes()[from..]).is_some() {
        let unix = output[from..].replace("\r\n", "\n").replace('\r', "\n");
        output.replace_range(from.., &unix);
    }
}

/// The range of the body as it is written, without empty lines around it.
fn written(article: &Article) -> Range<usize> {
    let text = &*article.source.text;
    let body = text[article.source.body as usize..].trim_start_matches(['\n', '\r']);
    let start = text.len() - body.len();
    start..start + body.trim_end().len()
}

/// What is different from the source, in any order.
fn edits(renderer: &Renderer, id: PageId) -> Vec<(Range<usize>, String)> {
    let site = &renderer.site;
    let article = &site.page(id).article;
    let source = &*article.source.text;
    let document = Document::of_page(site, id);
    let links = document.references[..article.body.links.len()].iter().filter_map(|reference| {
        let link = &reference.link;
        let range = link.span.0 as usize..link.span.1 as usize;
        let written = source.get(range.clone())?;
        // Where the destination cannot be found, the span is that of the link.
        let is_link = written.starts_with('[') || written.starts_with("![");
        if is_link && written != link.destination(source) {
            return None;
        }
        let (mut url, rest) = match published(renderer, &document, reference) {
            (Some(href), rest) => (renderer.address_of_href(&href), rest),
            (None, rest)
                if reference.target == Target::SamePage && rest.starts_with(['#', '?']) =>
            {
                (renderer.address(id), rest)
            }
            // It leads there from anywhere as it is written.
            (None, _) => return None,
        };
        url.extend(encode(rest));
        Some((range, escaped(url, source, link)?))
    });
    let comments = article.suppressions.iter().filter_map(|suppression| {
        let at = suppression.span.start as usize;
        let range = comment(source, at).filter(|_| at >= article.source.body as usize)?;
        Some((range, String::new()))
    });
    links.chain(comments).collect()
}

/// A URL as it is written in the place of a destination; nothing where it cannot stand.
fn escaped(url: String, source: &str, link: &Link) -> Option<String> {
    match link.kind {
        LinkKind::Autolink => url.contains("://").then_some(url),
        LinkKind::Link | LinkKind::Resource => {
            Some(html::escape_parentheses(&url.replace('&', "&amp;")))
        }
        LinkKind::HtmlLink | LinkKind::HtmlResource => {
            let before = source[..link.span.0 as usize].chars().next_back();
            let escaped = html::escape(&url);
            // Without quotes, `=` would end the tag for a Markdown reader (CommonMark 0.31.2, section 6.6).
            let is_bare = before == Some('=');
            Some(if is_bare { escaped.replace('=', "&#61;") } else { escaped })
        }
        _ => None,
    }
}

/// The range of the comment around a place in it, with the line where it has one of its own.
fn comment(source: &str, at: usize) -> Option<Range<usize>> {
    const END: &str = "-->";
    let start = source[..at].rfind("<!--")?;
    let end = at + source[at..].find(END)? + END.len();
    let line = source[..start].rfind('\n').map_or(0, |end| end + 1);
    let rest = &source[end..];
    let line_end = rest.find('\n').map_or(source.len(), |length| end + length + 1);
    let is_alone = source[line..start].trim().is_empty() && source[end..line_end].trim().is_empty();
    // Two paragraphs stay two where only the comment stood between them.
    let before = source[..line].trim_end_matches(['\r', '\n', ' ', '\t']);
    let is_apart = source[before.len()..line].matches('\n').count() > 1 || before.is_empty();
    Some(match (is_alone, is_apart) {
        (true, true) => line..line_end,
        (true, false) => line..end,
        (false, _) => start..end,
    })
}

fn list(
    renderer: &Renderer,
    heading: &str,
    pages: impl Iterator<Item = PageId>,
    output: &mut String,
) {
    for (index, id) in pages.enumerate() {
        if index == 0 {
            output.push_str(&format!("\n## {}\n\n", renderer.string(heading)));
        }
        let front_matter = &renderer.site.page(id).article.front_matter;
        let url = html::escape_parentheses(&renderer.address(id));
        output.push_str(&format!("- [{}]({url})", html::escape_markdown(&front_matter.title)));
        if let Some(description) = &front_matter.description {
            output.push_str(&format!(": {}", html::escape_markdown(description)));
        }
        output.push('\n');
    }
}

/// A text in quotes that YAML and JSON read alike.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

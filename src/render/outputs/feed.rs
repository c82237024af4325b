//! `feed.xml` (Atom, RFC 4287): the articles whose text changed last, with their descriptions.

use std::cmp::Reverse;

use super::{Renderer, xml_element, xml_text};
use crate::article::FrontMatter;
use crate::path::UrlPath;
use crate::site::PageId;
use crate::site::generated::Generated;

pub(super) fn feed(renderer: &Renderer) -> String {
    let site = &*renderer.site;
    let configuration = &site.configuration;
    let articles = newest(renderer);
    let home = renderer.address_of(&UrlPath::new("/"));
    let own = renderer.address_of(&Generated::Feed.url(site));
    let mut output = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    output.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    xml_text(&mut output, &configuration.language);
    output.push_str("\">\n");
    xml_element(&mut output, "id", &home);
    xml_element(&mut output, "title", &configuration.title);
    if let Some(description) = &configuration.description {
        xml_element(&mut output, "subtitle", description);
    }
    // A feed has to say when it changed. One without a dated article never did.
    let updated = articles.first().and_then(|id| front_matter(renderer, *id).updated);
    let updated = updated.map_or(site.options.today, |date| date.value);
    xml_element(&mut output, "updated", &midnight(updated));
    author(&mut output, &configuration.title);
    link(&mut output, "alternate", "text/html", &home);
    link(&mut output, "self", "application/atom+xml", &own);
    for id in articles {
        entry(renderer, id, &mut output);
    }
    output.push_str("</feed>\n");
    output
}

/// The dated articles, the newest first; those of one day in the order of their paths.
fn newest(renderer: &Renderer) -> Vec<PageId> {
    let site = &renderer.site;
    let is_dated = |id: &PageId| {
        let page = site.page(*id);
        page.is_listed()
            && !site.is_section_page(*id)
            && page.article.front_matter.updated.is_some()
    };
    let mut articles: Vec<PageId> = site.included().filter(is_dated).collect();
    let updated = |id| front_matter(renderer, id).updated.map(|date| date.value);
    articles.sort_by_key(|id| (Reverse(updated(*id)), *id));
    articles.truncate(site.configuration.feed_articles);
    articles
}

fn entry(renderer: &Renderer, id: PageId, output: &mut String) {
    let FrontMatter { title, description, updated, author: writer, .. } =
        front_matter(renderer, id);
    output.push_str("<entry>\n");
    xml_element(output, "id", &renderer.site.permanent_id(id));
    xml_element(output, "title", title);
    if let Some(updated) = updated {
        xml_element(output, "updated", &midnight(updated.value));
    }
    if let Some(writer) = writer {
        author(output, writer);
    }
    link(output, "alternate", "text/html", &renderer.address(id));
    if let Some(copy) = renderer.site.markdown_copy(id, 1) {
        let copy = renderer.address_of(&copy.url(&renderer.site));
        link(output, "alternate", "text/markdown", &copy);
    }
    // An entry without content has to have a summary.
    xml_element(output, "summary", description.as_deref().unwrap_or(title));
    output.push_str("</entry>\n");
}

fn front_matter(renderer: &Renderer, id: PageId) -> &FrontMatter {
    &renderer.site.page(id).article.front_matter
}

/// A day as RFC 3339 has it: its first moment in UTC.
fn midnight(date: jiff::civil::Date) -> String {
    format!("{date}T00:00:00Z")
}

fn author(output: &mut String, name: &str) {
    output.push_str("<author>\n");
    xml_element(output, "name", name);
    output.push_str("</author>\n");
}

fn link(output: &mut String, relation: &str, kind: &str, url: &str) {
    output.push_str(&format!("<link rel=\"{relation}\" type=\"{kind}\" href=\""));
    xml_text(output, url);
    output.push_str("\"/>\n");
}

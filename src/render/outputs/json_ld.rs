//! Structured data for search engines: JSON-LD in the vocabulary of schema.org.

use super::Renderer;
use crate::html;
use crate::json::{Json, list, object};
use crate::path::UrlPath;
use crate::site::PageId;

/// The data of an article or section page, safe in a `script` element; none without an origin.
pub(in crate::render) fn json_ld(renderer: &Renderer, id: PageId) -> Option<String> {
    let site = &*renderer.site;
    site.canonical_base().origin()?;
    let is_section = site.is_section_page(id);
    let is_home = is_section && site.section(site.page(id).section).parent.is_none();
    let graph = match (is_home, is_section) {
        (true, _) => vec![website(renderer)],
        (_, true) => vec![breadcrumb(renderer, id)],
        _ => vec![article(renderer, id), breadcrumb(renderer, id)],
    };
    let data = object([("@context", "https://schema.org".into()), ("@graph", list(graph))]);
    Some(html::json_in_script(data.text()))
}

/// A node of which one thing is known.
fn node(kind: &str, key: &'static str, value: &str) -> Json {
    object([("@type", kind.into()), (key, value.into())])
}

fn article(renderer: &Renderer, id: PageId) -> Json {
    let site = &*renderer.site;
    let page = site.page(id);
    let front_matter = &page.article.front_matter;
    let url = renderer.address(id);
    let section = site.page(site.section(page.section).page);
    let updated = front_matter.updated.map(|date| date.to_string());
    let author = front_matter.author.as_deref().map(|name| node("Person", "name", name));
    let image = site.image().and_then(|image| site.canonical(&image.url));
    let website = object([
        ("@type", "WebSite".into()),
        ("name", site.configuration.title.as_str().into()),
        ("url", renderer.address_of(&UrlPath::new("/")).into()),
    ]);
    object([
        ("@type", "TechArticle".into()),
        ("headline", front_matter.title.as_str().into()),
        ("description", Json::from(front_matter.description.as_deref()).or_absent()),
        ("url", url.as_str().into()),
        ("mainEntityOfPage", node("WebPage", "@id", &url)),
        ("dateModified", Json::from(updated).or_absent()),
        ("author", author.unwrap_or(Json::Absent)),
        ("publisher", node("Organization", "name", &site.configuration.title)),
        ("image", Json::from(image).or_absent()),
        ("inLanguage", site.configuration.language.as_str().into()),
        ("articleSection", section.article.front_matter.title.as_str().into()),
        ("isPartOf", website),
    ])
}

/// From the home page to the page.
fn breadcrumb(renderer: &Renderer, id: PageId) -> Json {
    let site = &*renderer.site;
    let sections = renderer.sections_around(site.page(id).section).into_iter();
    let page = (!site.is_section_page(id)).then_some(id);
    let items = sections.chain(page).enumerate().map(|(index, id)| {
        object([
            ("@type", "ListItem".into()),
            ("position", (index + 1).into()),
            ("name", site.page(id).article.front_matter.title.as_str().into()),
            ("item", renderer.address(id).into()),
        ])
    });
    object([("@type", "BreadcrumbList".into()), ("itemListElement", list(items))])
}

fn website(renderer: &Renderer) -> Json {
    let configuration = &renderer.site.configuration;
    object([
        ("@type", "WebSite".into()),
        ("name", configuration.title.as_str().into()),
        ("url", renderer.address_of(&UrlPath::new("/")).into()),
        ("description", Json::from(configuration.description.as_deref()).or_absent()),
        ("inLanguage", configuration.language.as_str().into()),
        ("publisher", node("Organization", "name", &configuration.title)),
    ])
}

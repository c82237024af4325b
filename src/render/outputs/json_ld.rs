//! What search engines are told of a page: JSON-LD by the vocabulary of schema.org.

use serde_json::{Value as Json, json};

use super::Renderer;
use crate::path::UrlPath;
use crate::site::{PageId, Site};

/// The data of an article or section page, safe in a `script` element; none without an origin.
pub(in crate::render) fn json_ld(renderer: &Renderer, id: PageId) -> Option<String> {
    let site = &*renderer.site;
    site.canonical_base().origin()?;
    let is_section = site.is_section_page(id);
    let is_home = is_section && site.section(site.page(id).section).parent.is_none();
    let graph = match (is_home, is_section) {
        (true, _) => vec![website(renderer)],
        (_, true) => vec![breadcrumb(renderer, id)],
        (_, false) => vec![article(renderer, id), breadcrumb(renderer, id)],
    };
    let data = json!({"@context": "https://schema.org", "@graph": graph});
    // `<` would end the element, or begin a comment in it.
    Some(data.to_string().replace('<', "\\u003c"))
}

fn article(renderer: &Renderer, id: PageId) -> Json {
    let site = &*renderer.site;
    let page = site.page(id);
    let matter = &page.article.front_matter;
    let url = renderer.address(id);
    let section = site.page(site.section(page.section).page);
    let mut article = json!({
        "@type": "TechArticle",
        "headline": matter.title,
        "url": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "inLanguage": site.configuration.language,
        "articleSection": section.article.front_matter.title,
        "publisher": {"@type": "Organization", "name": site.configuration.title},
        "isPartOf": website_name(renderer),
    });
    let optional = [
        ("description", matter.description.clone().map(Json::from)),
        ("dateModified", matter.updated.map(|date| Json::from(date.to_string()))),
        ("author", matter.author.as_ref().map(|name| json!({"@type": "Person", "name": name}))),
        ("image", image(site).map(Json::from)),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            article[key] = value;
        }
    }
    article
}

/// From the home page to the page.
fn breadcrumb(renderer: &Renderer, id: PageId) -> Json {
    let site = &*renderer.site;
    let section = site.page(id).section;
    let mut path: Vec<PageId> = std::iter::successors(Some(section), |id| site.section(*id).parent)
        .map(|id| site.section(id).page)
        .collect();
    path.reverse();
    if !site.is_section_page(id) {
        path.push(id);
    }
    let item = |(index, id): (usize, &PageId)| {
        let name = &site.page(*id).article.front_matter.title;
        json!({"@type": "ListItem", "position": index + 1, "name": name, "item": renderer.address(*id)})
    };
    let items: Vec<Json> = path.iter().enumerate().map(item).collect();
    json!({"@type": "BreadcrumbList", "itemListElement": items})
}

fn website(renderer: &Renderer) -> Json {
    let configuration = &renderer.site.configuration;
    let mut website = website_name(renderer);
    website["inLanguage"] = Json::from(&*configuration.language);
    website["publisher"] = json!({"@type": "Organization", "name": configuration.title});
    if let Some(description) = &configuration.description {
        website["description"] = Json::from(&**description);
    }
    website
}

fn website_name(renderer: &Renderer) -> Json {
    let url = renderer.address_of(&UrlPath::new("/"));
    json!({"@type": "WebSite", "name": renderer.site.configuration.title, "url": url})
}

/// The URL of the picture that stands for the site.
fn image(site: &Site) -> Option<String> {
    site.canonical(&site.image()?.url)
}

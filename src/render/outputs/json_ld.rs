//! Structured data for search engines: JSON-LD in the vocabulary of schema.org.

use serde::Serialize;

use super::Renderer;
use crate::html;
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
    let data = Data { context: "https://schema.org", graph };
    let text = serde_json::to_string(&data).expect("texts and numbers can be written as JSON");
    Some(html::json_in_script(text))
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(rename = "@context")]
    context: &'a str,
    #[serde(rename = "@graph")]
    graph: Vec<Node<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "@type")]
enum Node<'a> {
    TechArticle(Article<'a>),
    BreadcrumbList {
        #[serde(rename = "itemListElement")]
        items: Vec<Node<'a>>,
    },
    ListItem {
        position: usize,
        name: &'a str,
        item: String,
    },
    WebSite(WebSite<'a>),
    WebPage {
        #[serde(rename = "@id")]
        id: String,
    },
    Organization {
        name: &'a str,
    },
    Person {
        name: &'a str,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Article<'a> {
    headline: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    url: String,
    main_entity_of_page: Box<Node<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Box<Node<'a>>>,
    publisher: Box<Node<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    in_language: &'a str,
    article_section: &'a str,
    is_part_of: Box<Node<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WebSite<'a> {
    name: &'a str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<Box<Node<'a>>>,
}

fn article(renderer: &Renderer, id: PageId) -> Node<'_> {
    let site = &*renderer.site;
    let page = site.page(id);
    let front_matter = &page.article.front_matter;
    let url = renderer.address(id);
    let section = site.page(site.section(page.section).page);
    Node::TechArticle(Article {
        headline: &front_matter.title,
        description: front_matter.description.as_deref(),
        main_entity_of_page: Box::new(Node::WebPage { id: url.clone() }),
        url,
        date_modified: front_matter.updated.map(|date| date.to_string()),
        author: front_matter.author.as_deref().map(|name| Box::new(Node::Person { name })),
        publisher: publisher(site),
        image: image(site),
        in_language: &site.configuration.language,
        article_section: &section.article.front_matter.title,
        is_part_of: Box::new(Node::WebSite(WebSite {
            name: &site.configuration.title,
            url: renderer.address_of(&UrlPath::new("/")),
            description: None,
            in_language: None,
            publisher: None,
        })),
    })
}

/// From the home page to the page.
fn breadcrumb(renderer: &Renderer, id: PageId) -> Node<'_> {
    let site = &*renderer.site;
    let section = site.page(id).section;
    let mut path: Vec<PageId> = std::iter::successors(Some(section), |id| site.section(*id).parent)
        .map(|id| site.section(id).page)
        .collect();
    path.reverse();
    if !site.is_section_page(id) {
        path.push(id);
    }
    let item = |(index, id): (usize, PageId)| Node::ListItem {
        position: index + 1,
        name: &site.page(id).article.front_matter.title,
        item: renderer.address(id),
    };
    Node::BreadcrumbList { items: path.into_iter().enumerate().map(item).collect() }
}

fn website(renderer: &Renderer) -> Node<'_> {
    let configuration = &renderer.site.configuration;
    Node::WebSite(WebSite {
        name: &configuration.title,
        url: renderer.address_of(&UrlPath::new("/")),
        description: configuration.description.as_deref(),
        in_language: Some(&configuration.language),
        publisher: Some(publisher(&renderer.site)),
    })
}

fn publisher(site: &Site) -> Box<Node<'_>> {
    Box::new(Node::Organization { name: &site.configuration.title })
}

/// The URL of the picture shown with links to the site.
fn image(site: &Site) -> Option<String> {
    site.canonical(&site.image()?.url)
}

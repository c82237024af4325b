//! Structured data for search engines: JSON-LD in the vocabulary of schema.org.

use super::Renderer;
use crate::html;
use crate::path::UrlPath;
use crate::render::search::push_json_string;
use crate::site::PageId;

/// The data of an article or section page, safe in a `script` element; none without an origin.
pub(in crate::render) fn json_ld(renderer: &Renderer, id: PageId) -> Option<String> {
    let site = &*renderer.site;
    site.canonical_base().origin()?;
    let is_section = site.is_section_page(id);
    let is_home = is_section && site.section(site.page(id).section).parent.is_none();
    let mut graph = Graph(String::from("{\"@context\":\"https://schema.org\",\"@graph\":["));
    if is_home {
        website(renderer, &mut graph);
    } else {
        if !is_section {
            article(renderer, id, &mut graph);
        }
        breadcrumb(renderer, id, &mut graph);
    }
    graph.0.push_str("]}");
    Some(html::json_in_script(graph.0))
}

/// Nodes as JSON, while they are written.
struct Graph(String);

impl Graph {
    fn begin(&mut self, kind: &str) {
        if self.0.ends_with('}') {
            self.0.push(',');
        }
        self.0.push_str(&format!("{{\"@type\":\"{kind}\""));
    }

    fn end(&mut self) {
        self.0.push('}');
    }

    fn key(&mut self, key: &str) {
        self.0.push_str(&format!(",\"{key}\":"));
    }

    fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        push_json_string(&mut self.0, text);
    }

    fn text_if_any(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// A node of which one thing is known.
    fn node(&mut self, key: &str, kind: &str, known: [&str; 2]) {
        self.key(key);
        self.begin(kind);
        self.text(known[0], known[1]);
        self.end();
    }
}

fn article(renderer: &Renderer, id: PageId, graph: &mut Graph) {
    let site = &*renderer.site;
    let page = site.page(id);
    let front_matter = &page.article.front_matter;
    let url = renderer.address(id);
    let section = site.page(site.section(page.section).page);
    graph.begin("TechArticle");
    graph.text("headline", &front_matter.title);
    graph.text_if_any("description", front_matter.description.as_deref());
    graph.text("url", &url);
    graph.node("mainEntityOfPage", "WebPage", ["@id", &url]);
    if let Some(updated) = front_matter.updated {
        graph.text("dateModified", &updated.to_string());
    }
    if let Some(author) = &front_matter.author {
        graph.node("author", "Person", ["name", author]);
    }
    graph.node("publisher", "Organization", ["name", &site.configuration.title]);
    let image = site.image().and_then(|image| site.canonical(&image.url));
    graph.text_if_any("image", image.as_deref());
    graph.text("inLanguage", &site.configuration.language);
    graph.text("articleSection", &section.article.front_matter.title);
    graph.key("isPartOf");
    begin_website(renderer, graph);
    graph.end();
    graph.end();
}

/// From the home page to the page.
fn breadcrumb(renderer: &Renderer, id: PageId, graph: &mut Graph) {
    let site = &*renderer.site;
    let sections = renderer.sections_around(site.page(id).section).into_iter();
    let page = (!site.is_section_page(id)).then_some(id);
    graph.begin("BreadcrumbList");
    graph.0.push_str(",\"itemListElement\":[");
    for (index, id) in sections.chain(page).enumerate() {
        graph.begin("ListItem");
        graph.0.push_str(&format!(",\"position\":{}", index + 1));
        graph.text("name", &site.page(id).article.front_matter.title);
        graph.text("item", &renderer.address(id));
        graph.end();
    }
    graph.0.push_str("]}");
}

fn website(renderer: &Renderer, graph: &mut Graph) {
    let configuration = &renderer.site.configuration;
    begin_website(renderer, graph);
    graph.text_if_any("description", configuration.description.as_deref());
    graph.text("inLanguage", &configuration.language);
    graph.node("publisher", "Organization", ["name", &configuration.title]);
    graph.end();
}

fn begin_website(renderer: &Renderer, graph: &mut Graph) {
    graph.begin("WebSite");
    graph.text("name", &renderer.site.configuration.title);
    graph.text("url", &renderer.address_of(&UrlPath::new("/")));
}

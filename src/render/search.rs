//! Site search: the index that `static/search.js` reads, and the page of its own.

mod files;
mod page;
mod part;
mod postings;
mod runs;
mod text;
mod texts;

use super::Renderer;
use crate::output::Output;
use crate::site::{PageId, Site};
pub(super) use page::page;
use part::Article;

/// Where files go; in any order and from any thread.
pub(super) type Sink<'a> = &'a (dyn Fn(Output) + Sync);

/// Hands every file of the index to `sink`; the same bytes for the same site, whatever its base URL.
pub(super) fn files(renderer: &Renderer, sink: Sink<'_>) {
    let site = &renderer.site;
    let ids: Vec<PageId> = site.included().filter(|id| is_listed(site, *id)).collect();
    let articles: Vec<Article<'_>> = ids.iter().map(|id| article(site, *id)).collect();
    files::files(&articles, sink);
}

fn is_listed(site: &Site, id: PageId) -> bool {
    site.page(id).article.front_matter.search
}

fn article(site: &Site, id: PageId) -> Article<'_> {
    let page = site.page(id);
    let section = site.section(page.section);
    // A section's own page stands in the section above it. The home page's name would say nothing.
    let above = if section.page == id { section.parent } else { Some(page.section) };
    let above = above.map(|id| site.section(id)).filter(|section| section.parent.is_some());
    let front_matter = &page.article.front_matter;
    Article {
        url: page.url.encoded().trim_start_matches('/').to_owned(),
        title: &front_matter.title,
        section: above.map_or("", |section| &site.page(section.page).article.front_matter.title),
        description: front_matter.description.as_deref().unwrap_or(""),
        html: &page.article.body.html,
    }
}

//! Site search: the index that `static/search.js` reads.

mod files;
mod postings;
mod runs;
mod text;
mod texts;

use crate::output::Output;
use crate::site::{PageId, Site};

/// Where files go; in any order and from any thread.
pub(super) type Sink<'a> = &'a (dyn Fn(Output) + Sync);

/// An article or section page that search lists.
struct Article<'a> {
    /// Below the base URL, percent-encoded, without the first `/`.
    url: String,
    title: &'a str,
    section: &'a str,
    description: &'a str,
    html: &'a str,
}

impl Article<'_> {
    /// Whether a file of texts may well begin with this one.
    fn is_anchor(&self) -> bool {
        runs::hash(self.url.as_bytes()).is_multiple_of(2)
    }
}

/// Hands every file of the index to `sink`; the same bytes for the same site, whatever its base URL.
pub(super) fn files(site: &Site, sink: Sink<'_>) {
    let listed = site.included().filter(|id| site.page(*id).article.front_matter.search);
    let articles: Vec<Article<'_>> = listed.map(|id| article(site, id)).collect();
    files::files(&articles, sink);
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

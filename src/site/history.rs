//! The site → what the record will say of it. Compares nothing.

use percent_encoding::percent_decode_str;
use rayon::prelude::*;

use super::routes::Place;
use super::{Page, PageId, Site};
use crate::html;
use crate::path::UrlPath;
use crate::record::{Ids, Published, Record, State};

/// Every URL of the site, as the record has it: pages, and old addresses that lead on.
pub fn record(site: &Site) -> Record {
    let included: Vec<PageId> = site.included().collect();
    let pages: Vec<_> = included
        .par_iter()
        .map(|id| {
            let page = site.page(*id);
            (page.url.encoded(), State::Page(published(page)))
        })
        .collect();
    let mut record = Record::default();
    pages.into_iter().for_each(|(url, state)| record.set(&url, state));
    let url = |page: PageId| site.page(page).url.encoded().into();
    for (alias, page) in &site.routes.alias_list {
        record.set(&alias.encoded(), State::Redirect(url(*page)));
    }
    for alias in &site.routes.host_aliases {
        if let Some(address) = host_address(site, &alias.from) {
            record.set(&address, State::Redirect(url(alias.page)));
        }
    }
    record
}

/// A path outside the base URL's, with the production origin, as the record has it.
pub fn host_address(site: &Site, path: &str) -> Option<String> {
    Some(format!("{}{path}", site.configuration.base_url.as_ref()?.origin()?))
}

/// The addresses of pages that were taken away on purpose, and are nothing else now.
pub fn gone(site: &Site) -> Vec<UrlPath> {
    let routes = &site.routes;
    let decoded = |url: &str| percent_decode_str(url).decode_utf8_lossy().into_owned();
    let pages = site.record.record.gone().filter(|url| url.starts_with('/') && url.ends_with('/'));
    let is_free = |url: &UrlPath| {
        let path = url.as_str();
        let above = path.match_indices('/').skip(1).map(|(at, _)| &path[..at]);
        let is_file = |path| {
            matches!(
                routes.place(path),
                Some(Place::Asset(_) | Place::NotFound | Place::SearchIndex | Place::Generated(_))
            )
        };
        routes.place(path).is_none()
            && routes.alias(path).is_none()
            && !above.into_iter().any(is_file)
    };
    pages.map(|url| UrlPath::new(&decoded(url))).filter(is_free).collect()
}

fn published(page: &Page) -> Published {
    Published {
        updated: page.article.front_matter.updated.map(|date| date.value),
        text: text_hash(page),
        ids: Ids::new(page.article.body.ids()),
    }
}

/// The hash of what people read on a page: its title, its description and its text.
pub fn text_hash(page: &Page) -> u64 {
    let front_matter = &page.article.front_matter;
    let description = front_matter.description.as_deref().unwrap_or("");
    let text = html::text(&page.article.body.html);
    // Hashed at once, parts of a text are hashed side by side.
    let hash = blake3::hash([&*front_matter.title, description, &text].join("\0").as_bytes());
    u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
}

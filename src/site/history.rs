//! The site → what the record will say of it. Compares nothing.

use rayon::prelude::*;

use super::routes::{AssetRoute, Place};
use super::{Page, PageId, Site};
use crate::article::Article;
use crate::record::{Ids, Published, Record, State, TextHash};
use crate::theme;

/// Every URL of the site, as the record has it: pages, files, and old addresses that lead on.
pub fn record(site: &Site) -> Record {
    // What is reported as a warning only can keep a page from its file.
    let included: Vec<PageId> =
        site.included().filter(|id| site.is_published(Place::Page(*id))).collect();
    let pages: Vec<_> = included
        .par_iter()
        .map(|id| {
            let page = site.page(*id);
            (page.url.encoded(), State::Page(published(page)))
        })
        .collect();
    let mut record = Record::default();
    pages.into_iter().for_each(|(url, state)| record.set(&url, state));
    for file in files(site) {
        let published = Published { updated: None, text: file.hash, ids: Ids::default() };
        record.set(&file.url.encoded(), State::Page(published));
    }
    let url = |page: PageId| site.page(page).url.encoded().into();
    for alias in &site.routes.alias_list {
        record.set(&alias.from.encoded(), State::Redirect(url(alias.page)));
    }
    let base = site.configuration.base_url.as_ref();
    for alias in &site.routes.host_aliases {
        // With the production origin.
        if let Some(address) = base.and_then(|base| base.absolute(&alias.from.encoded())) {
            record.set(&address, State::Redirect(url(alias.page)));
        }
    }
    record
}

/// The files whose URLs readers may keep. The theme's own are on every site; files for hosts, and hidden ones, are not for
/// readers.
pub fn files(site: &Site) -> impl Iterator<Item = &AssetRoute> {
    let is_kept = |asset: &&AssetRoute| {
        let url = asset.url.as_str();
        // `/_headers` and its like tell hosts something.
        let is_for_hosts = url.strip_prefix("/_").is_some_and(|name| !name.contains('/'));
        !theme::is_own(&asset.source) && !url.contains("/.") && !is_for_hosts
    };
    site.published_assets().filter(is_kept)
}

/// Whether a recorded URL is a file's: those of pages end in `/`.
pub fn is_file(url: &str) -> bool {
    !url.ends_with('/')
}

fn published(page: &Page) -> Published {
    Published {
        updated: page.article.front_matter.updated.map(|date| date.value),
        text: text_hash(page),
        ids: Ids::new(page.article.body.ids()),
    }
}

/// The hash of what an article says: its title, its description and the words of its source. Neither the HTML of its body
/// nor what reads HTML is asked, so that a better reader changes no hash; the destinations of links, which a move rewrites,
/// comments and the marks of Markdown are no words.
pub fn text_hash(page: &Page) -> TextHash {
    let Article { front_matter, source, body, .. } = &*page.article;
    let mut text = String::with_capacity(source.text.len());
    let description = front_matter.description.as_deref().unwrap_or("");
    for part in [&*front_matter.title, description] {
        text.push_str(part);
        text.push('\0');
    }
    let mut destinations: Vec<(u32, u32)> = body.links.iter().map(|link| link.span).collect();
    destinations.sort_unstable();
    let mut at = source.body as usize;
    for (start, end) in destinations {
        if let Some(before) = source.text.get(at..start as usize) {
            words(before, &mut text);
            at = end as usize;
        }
    }
    words(source.text.get(at..).unwrap_or(""), &mut text);
    TextHash::of(text.trim_end())
}

/// Adds what is between comments, with one space for each run of white space and of Markdown's marks.
fn words(markdown: &str, text: &mut String) {
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once("<!--") {
        words_between(before, text);
        rest = after.split_once("-->").map_or("", |(_, rest)| rest);
    }
    words_between(rest, text);
}

fn words_between(markdown: &str, text: &mut String) {
    const MARKS: &str = "*_`~#>|\\[]()-+=:";
    let is_between = |c: char| c.is_ascii_whitespace() || MARKS.contains(c);
    let words = markdown.split(is_between).filter(|word| !word.is_empty());
    for word in words {
        text.push_str(word);
        text.push(' ');
    }
}

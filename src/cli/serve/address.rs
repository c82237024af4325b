//! What an address leads to, as the site's host would answer it. The one lookup of the dev server: what is not in the
//! site's routes is not there, whatever the disk has.

use crate::path::UrlPath;
use crate::picture;
use crate::redirect::canonical_form;
use crate::render::{View, outputs};
use crate::site::generated::{Generated, list_pages};
use crate::site::routes::Place;
use crate::site::{PageId, Site};
use crate::suggest::distance;

/// What an address leads to.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// Something that is rendered.
    View(View),
    /// A file, by its index among the assets.
    Asset(usize),
    /// A file that no route knows, as its name tells what is in it: of the search index, or a variant of a picture.
    Made(UrlPath),
    /// Another address: a path of this server, percent-encoded, or a URL.
    Elsewhere(String),
    /// Nothing.
    Nothing,
}

/// What a decoded path of the server leads to.
pub(super) fn find(site: &Site, path: &str) -> Found {
    let elsewhere = || outputs::redirected(site, path).map_or(Found::Nothing, Found::Elsewhere);
    let Some(below) = below_base(site, path) else {
        return match site.routes.host_alias(path) {
            Some(page) => Found::Elsewhere(site.href(&site.page(page).url)),
            None if path == "/" => Found::Elsewhere(site.base.path().to_owned()),
            None => elsewhere(),
        };
    };
    let url = UrlPath::new(below);
    if let Some(found) = placed(site, &url) {
        return found;
    }
    let canonical = UrlPath::new(&canonical_form(url.as_str()));
    let alias = [&url, &canonical].into_iter().find_map(|url| site.routes.alias(url.as_str()));
    match alias {
        Some(page) => Found::Elsewhere(site.href(&site.page(page).url)),
        None if canonical != url && placed(site, &canonical).is_some() => {
            Found::Elsewhere(site.href(&canonical))
        }
        None if let Ok(index) = site.routes.retired.binary_search(&canonical) => {
            Found::View(View::Retired(index))
        }
        None if may_be_made(&url) => Found::Made(url),
        None => elsewhere(),
    }
}

/// Whether a path may be one of the search index's, or of a variant of a picture.
fn may_be_made(url: &UrlPath) -> bool {
    let path = url.as_str().trim_start_matches('/');
    let is_variant = path.strip_prefix(picture::FOLDER).is_some_and(|rest| rest.starts_with('/'));
    is_variant || path.starts_with("search/") && path.ends_with(".json")
}

/// The part of a path below the base URL, beginning with `/`.
fn below_base<'a>(site: &Site, path: &'a str) -> Option<&'a str> {
    match site.base.below(path)? {
        // The base itself without its final slash.
        "/" if !path.ends_with('/') => Some("/index.html"),
        below => Some(below),
    }
}

fn placed(site: &Site, url: &UrlPath) -> Option<Found> {
    let routes = &site.routes;
    let copy = || routes.markdown_copy(url.as_str()).map(Place::Generated);
    let view = match routes.place(url.as_str()).or_else(copy)? {
        Place::Page(id) if site.is_section_page(id) => View::Section(id, 1),
        Place::Page(id) => View::Article(id),
        Place::SectionList(id, number) => View::Section(id, number as usize),
        Place::Search => View::Search,
        Place::NotFound => View::NotFound,
        Place::Generated(file) => View::Generated(file),
        Place::SearchIndex => return Some(Found::Made(url.clone())),
        Place::Asset(index) => {
            let index = index as usize;
            // Pages may name a style sheet as it is named in `static/`; hosts know its real name only.
            return (routes.assets[index].url == *url).then_some(Found::Asset(index));
        }
    };
    page(view).is_none_or(|id| site.page(id).included).then_some(Found::View(view))
}

/// The page that a view shows, or of which it is a copy.
pub(super) fn page(view: View) -> Option<PageId> {
    match view {
        View::Article(id)
        | View::Section(id, _)
        | View::Generated(Generated::MarkdownCopy(id, _)) => Some(id),
        _ => None,
    }
}

/// Whether an address leads somewhere only because drafts are served.
pub(super) fn is_draft(site: &Site, found: &Found) -> bool {
    let Found::View(view) = found else { return false };
    let is_beyond = match view {
        View::Section(id, number) if *number > 1 => {
            let section = site.section(site.page(*id).section);
            let published = section.articles.iter().filter(|id| !site.page(**id).draft).count();
            *number > list_pages(published)
        }
        _ => false,
    };
    is_beyond || page(*view).is_some_and(|id| site.page(id).draft)
}

/// The pages whose addresses are near one that leads nowhere, the nearest first.
pub(super) fn near(site: &Site, path: &str) -> Vec<PageId> {
    const MOST: usize = 5;
    /// More edits than that make another name of any.
    const EDITS: usize = 8;
    let Some(path) = below_base(site, path) else { return Vec::new() };
    let slug = |path: &str| path.rsplit('/').next().unwrap_or("").to_owned();
    let path = path.trim_end_matches('/').to_lowercase();
    let wanted = slug(&path);
    // No file has a longer name, and none a longer path.
    if wanted.len() > 255 || path.len() > 4096 {
        return Vec::new();
    }
    let limit = (wanted.chars().take(3 * EDITS).count() / 3).max(2);
    let mut near: Vec<(usize, usize, PageId)> = site
        .included()
        .filter_map(|id| {
            let url = site.page(id).url.as_str().trim_end_matches('/').to_lowercase();
            let slug = slug(&url);
            let in_slug = distance(&wanted, &slug, limit);
            let is_part = || wanted.len() > 3 && (slug.contains(&wanted) || wanted.contains(&slug));
            let is_near = in_slug.is_some() || slug.len() > 3 && is_part();
            let all = || distance(&path, &url, EDITS).unwrap_or(EDITS + 1);
            is_near.then(|| (in_slug.unwrap_or(limit + 1), all(), id))
        })
        .collect();
    near.sort();
    near.into_iter().take(MOST).map(|(.., id)| id).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::near;
    use crate::compile::{self, Memo};
    use crate::config::Options;
    use crate::path::SourcePath;
    use crate::source::{Content, File, Origin, Sources};

    #[test]
    fn no_page_is_near_a_path_much_longer_than_any() {
        let mut sources = Sources::default();
        for n in 0..2_000 {
            let path = SourcePath::new(&format!("content/a-rather-usual-article-name-{n}.md"));
            let content = Content::Text(Arc::from("---\ntitle: T\n---\n"));
            sources.insert(path, File { origin: Origin::Site, content, spelling: None });
        }
        let options = Options::on(jiff::civil::date(2026, 1, 1));
        let site = compile::site(&sources, &options, &mut Memo::default()).site;
        // By the whole table of edits, this took minutes.
        assert_eq!(near(&site, &format!("/{}", "a".repeat(60_000))), []);
        let usual = near(&site, "/a-rather-usual-artcle-name-7/");
        assert_eq!(site.page(usual[0]).url.as_str(), "/a-rather-usual-article-name-7/");
    }
}

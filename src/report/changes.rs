//! What readers will find different between two sites as they were built: pages by what they say, not by their markup. Where
//! the files are is not known here: a folder's, or those that a list of what was published names.

mod formats;
mod page;

use std::collections::BTreeMap;

use serde::Serialize;

use super::diff;
pub use formats::{json, markdown, text};
use page::{Page, read};

/// The files of a site by path, each with a hash of its bytes.
pub type Listing = BTreeMap<String, [u8; 32]>;

/// Which of the two sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one before.
    Old,
    /// The one after.
    New,
}

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was not there.
    Added,
    /// It says something else.
    Changed,
    /// It is not there any more, and nothing leads on from its address.
    Removed,
    /// Its address leads to another.
    Redirected,
}

/// A page that differs.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedPage {
    /// Its address below the site's.
    pub url: String,
    /// Its title.
    pub title: String,
    /// How it differs.
    pub change: Change,
    /// Where its address leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The difference of what it says, of one that changed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub diff: String,
}

/// A file that is no page.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedFile {
    /// Its path, without the hash that some names carry.
    pub path: String,
    /// How it differs.
    pub change: Change,
}

/// All that differs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// Pages, by address.
    pub pages: Vec<ChangedPage>,
    /// Addresses of pages that say the same in other markup: other names of assets, another navigation.
    pub markup: Vec<String>,
    /// Files that are no pages, by path.
    pub files: Vec<ChangedFile>,
}

/// Compares two sites. `contents` reads a file of one of them.
///
/// # Errors
///
/// Those of `contents`.
pub fn compare<E>(
    (old, new): (&Listing, &Listing),
    contents: &dyn Fn(Side, &str) -> Result<String, E>,
) -> Result<Changes, E> {
    let mut changes = Changes::default();
    let rules = match new.get(REDIRECTS) {
        Some(_) => redirects(&contents(Side::New, REDIRECTS)?),
        None => Vec::new(),
    };
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    for name in names.filter(|name| is_page(name)) {
        let (was, is) = (old.get(name), new.get(name));
        if was == is {
            continue;
        }
        let page = |hash: Option<&[u8; 32]>, side| {
            hash.map(|_| contents(side, name).map(|html| read(&html))).transpose()
        };
        let url = url(name);
        match (page(was, Side::Old)?, page(is, Side::New)?) {
            (Some(was), Some(is)) => changes.page(url, was, is),
            (None, Some(is)) => {
                let change = if is.redirect.is_some() { Change::Redirected } else { Change::Added };
                changes.push(url, is, change);
            }
            (Some(was), None) => match redirected(&rules, &url) {
                Some(to) => {
                    changes.push(url, Page { redirect: Some(to), ..was }, Change::Redirected);
                }
                None => changes.push(url, was, Change::Removed),
            },
            (None, None) => {}
        }
    }
    changes.pages.sort_by(|a, b| (a.change, &a.url).cmp(&(b.change, &b.url)));
    changes.files = files(old, new);
    Ok(changes)
}

const REDIRECTS: &str = "_redirects";

fn is_page(name: &str) -> bool {
    name.ends_with(".html") || name.ends_with(".htm")
}

/// A page's address below the site's.
fn url(name: &str) -> String {
    let path =
        name.strip_suffix("index.html").filter(|rest| rest.is_empty() || rest.ends_with('/'));
    format!("/{}", path.unwrap_or(name))
}

impl Changes {
    fn push(&mut self, url: String, page: Page, change: Change) {
        let Page { title, redirect: to, .. } = page;
        self.pages.push(ChangedPage { url, title, change, to, diff: String::new() });
    }

    fn page(&mut self, url: String, was: Page, is: Page) {
        if is.redirect.is_some() && was.redirect.is_none() {
            return self.push(url, Page { title: was.title, ..is }, Change::Redirected);
        }
        let (was_text, is_text) = (was.says(), is.says());
        if was_text == is_text {
            return self.markup.push(url);
        }
        let diff = diff::unified(url.trim_start_matches('/'), &was_text, &is_text);
        self.pages.push(ChangedPage {
            url,
            title: is.title,
            change: Change::Changed,
            to: is.redirect,
            diff,
        });
    }

    /// How many pages differ in this way.
    pub fn count(&self, change: Change) -> usize {
        self.pages.iter().filter(|page| page.change == change).count()
    }
}

/// Files that are no pages. One whose name carries another hash is changed, not removed and added.
fn files(old: &Listing, new: &Listing) -> Vec<ChangedFile> {
    let plain = |listing: &Listing| {
        let files = listing.iter().filter(|(name, _)| !is_page(name));
        files.map(|(name, hash)| (without_hash(name), *hash)).collect::<Listing>()
    };
    let (old, new) = (plain(old), plain(new));
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    let changed = names.filter_map(|name| {
        let change = match (old.get(name), new.get(name)) {
            (Some(was), Some(is)) if was == is => return None,
            (Some(_), Some(_)) => Change::Changed,
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
        };
        Some(ChangedFile { path: name.clone(), change })
    });
    let mut files: Vec<_> = changed.collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// `silcrow.0a1b2c3d.css` is `silcrow.css`.
fn without_hash(name: &str) -> String {
    let is_hash = |part: &str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [stem @ .., hash, extension] if !stem.is_empty() && is_hash(hash) => {
            format!("{}.{extension}", stem.join("."))
        }
        _ => name.to_owned(),
    }
}

/// Lines of `_redirects`: from, to.
fn redirects(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (from, to) = (words.next()?, words.next()?);
        (!from.starts_with('#')).then(|| (from.to_owned(), to.to_owned()))
    };
    text.lines().filter_map(line).collect()
}

/// Where a line of `_redirects` leads from an address. Lines carry the path of the base URL, which is not known here.
fn redirected(rules: &[(String, String)], url: &str) -> Option<String> {
    let encoded = crate::path::encode_path(url);
    rules.iter().find_map(|(from, to)| match from.strip_suffix('*') {
        Some(folder) => {
            let starts = folder.match_indices('/').map(|(at, _)| &folder[at..]);
            let rest = starts
                .filter(|start| start.len() > 1)
                .find_map(|start| encoded.strip_prefix(start))?;
            Some(to.replace(":splat", rest))
        }
        None => from.ends_with(encoded.as_str()).then(|| to.clone()),
    })
}

//! What readers will find different between two sites as they were built: pages by what they say, not by their markup. Where
//! the files are is not known here: a folder's, or those that a list of what was published names.

mod addresses;
mod files;
mod formats;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::diff;
use addresses::{HOME, REDIRECTS, Redirects, base};
use files::files;
pub use formats::{json, markdown, text};
use page::{BuiltPage, read};

/// The files of a site by path, each with a hash of its bytes.
pub type Listing = BTreeMap<String, [u8; 32]>;

/// Which of the two sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
}

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Added,
    Changed,
    /// It no longer exists, and its address does not redirect; a retired one has a page that says so.
    Removed,
    Redirected,
}

/// A page that differs.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedPage {
    /// Its address below the site's.
    pub url: String,
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

/// A file that is not a page.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedFile {
    /// Its path, without the hash that some names carry, unless another file has that name.
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
    /// Files that are not pages, by path.
    pub files: Vec<ChangedFile>,
}

/// Reads files of one of two sites, in the order in which they are named.
pub type Contents<'a, E> = dyn Fn(Side, &[&str]) -> Result<Vec<String>, E> + 'a;

/// How many pages are asked for at once, as many small files come sooner together from a bucket. No more are in memory.
const AT_ONCE: usize = 64;

/// Compares two sites.
/// Fails where `contents` does.
pub fn compare<E>(old: &Listing, new: &Listing, contents: &Contents<'_, E>) -> Result<Changes, E> {
    let read_one = |side, files: &Listing, name: &str| match files.get(name) {
        Some(_) => contents(side, &[name]).map(|texts| texts.concat()),
        None => Ok(String::new()),
    };
    let new_base = base(&read_one(Side::New, new, HOME)?, new);
    let old_base = match old.get(HOME) == new.get(HOME) {
        true => new_base.clone(),
        false => base(&read_one(Side::Old, old, HOME)?, old),
    };
    let redirects = Redirects::read(&read_one(Side::New, new, REDIRECTS)?, &new_base);
    let differs = |name: &&String| is_page(name) && old.get(*name) != new.get(*name);
    let differing: BTreeSet<_> = old.keys().chain(new.keys()).filter(differs).collect();
    let differing: Vec<&str> = differing.into_iter().map(String::as_str).collect();
    let mut changes = Changes::default();
    for names in differing.chunks(AT_ONCE) {
        let pages = |side, files: &Listing, base: &str| {
            let there = names.iter().copied().filter(|name| files.contains_key(*name));
            let there: Vec<&str> = there.collect();
            let pages = contents(side, &there)?.into_iter().map(|html| read(&html, base));
            Ok(there.into_iter().zip(pages).collect::<BTreeMap<_, _>>())
        };
        let mut was = pages(Side::Old, old, &old_base)?;
        let mut is = pages(Side::New, new, &new_base)?;
        for name in names {
            changes.add(url(name), was.remove(name), is.remove(name), &redirects);
        }
    }
    changes.pages.sort_by(|a, b| (a.change, &a.url).cmp(&(b.change, &b.url)));
    changes.files = files(old, new);
    Ok(changes)
}

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
    /// Adds how a page differs that at least one of the sites has.
    fn add(
        &mut self,
        url: String,
        was: Option<BuiltPage>,
        is: Option<BuiltPage>,
        redirects: &Redirects,
    ) {
        let is_redirect = |page: &BuiltPage| page.redirect.is_some();
        let mut diff = String::new();
        let (change, page) = match (was, is) {
            (None, None) => return,
            (None, Some(is)) if is_redirect(&is) => (Change::Redirected, is),
            (None, Some(is)) => (Change::Added, is),
            (Some(was), None) => match redirects.target(&url) {
                None => (Change::Removed, was),
                redirect => (Change::Redirected, BuiltPage { redirect, ..was }),
            },
            (Some(was), Some(is)) if is_redirect(&is) && !is_redirect(&was) => {
                (Change::Redirected, BuiltPage { title: was.title, ..is })
            }
            (Some(was), Some(is)) if is.is_gone && !was.is_gone => (Change::Removed, was),
            (Some(was), Some(is)) if was.is_gone && !is.is_gone => (Change::Added, is),
            (Some(was), Some(is)) if was.text == is.text => return self.markup.push(url),
            (Some(was), Some(is)) => {
                let path = url.trim_start_matches('/');
                diff = diff::unified(path, path, &was.text, &is.text);
                (Change::Changed, is)
            }
        };
        let BuiltPage { title, redirect: to, .. } = page;
        self.pages.push(ChangedPage { url, title, change, to, diff });
    }
}

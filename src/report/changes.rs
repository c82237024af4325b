//! What readers will find different between two sites as they were built: pages by what they say, not by their markup. Where
//! the files are is not known here: a folder's, or those that a list of what was published names.

mod base;
mod files;
mod formats;
mod page;
mod redirects;

use std::collections::BTreeMap;

use serde::Serialize;

use super::diff;
use base::{HOME, base};
use files::files;
pub use formats::{json, markdown, text};
use page::{BuiltPage, read};
use redirects::{REDIRECTS, Redirects};

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
    /// It no longer exists, and its address does not redirect; a retired one has a page that says so.
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
///
/// # Errors
///
/// Those of `contents`.
pub fn compare<E>(
    (old, new): (&Listing, &Listing),
    contents: &Contents<'_, E>,
) -> Result<Changes, E> {
    let one = |side, files: &Listing, name: &str| match files.get(name) {
        Some(_) => contents(side, &[name]).map(|texts| texts.concat()),
        None => Ok(String::new()),
    };
    let new_base = base(&one(Side::New, new, HOME)?, new);
    let old_base = match old.get(HOME) == new.get(HOME) {
        true => new_base.clone(),
        false => base(&one(Side::Old, old, HOME)?, old),
    };
    let redirects = Redirects::read(&one(Side::New, new, REDIRECTS)?, &new_base);
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    let differing: Vec<&str> = names
        .filter(|name| is_page(name) && old.get(*name) != new.get(*name))
        .map(String::as_str)
        .collect();
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
            changes.page(url(name), (was.remove(name), is.remove(name)), &redirects);
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
    fn push(&mut self, url: String, page: BuiltPage, change: Change) {
        let BuiltPage { title, redirect: to, .. } = page;
        self.pages.push(ChangedPage { url, title, change, to, diff: String::new() });
    }

    fn page(
        &mut self,
        url: String,
        (was, is): (Option<BuiltPage>, Option<BuiltPage>),
        redirects: &Redirects,
    ) {
        match (was, is) {
            (Some(was), Some(is)) => self.page_of_both(url, was, is),
            (None, Some(is)) if is.redirect.is_some() => self.push(url, is, Change::Redirected),
            (None, Some(is)) => self.push(url, is, Change::Added),
            (Some(was), None) => match redirects.target(&url) {
                Some(to) => {
                    self.push(url, BuiltPage { redirect: Some(to), ..was }, Change::Redirected);
                }
                None => self.push(url, was, Change::Removed),
            },
            (None, None) => {}
        }
    }

    fn page_of_both(&mut self, url: String, was: BuiltPage, is: BuiltPage) {
        if is.redirect.is_some() && was.redirect.is_none() {
            return self.push(url, BuiltPage { title: was.title, ..is }, Change::Redirected);
        }
        match (was.is_gone, is.is_gone) {
            (false, true) => return self.push(url, was, Change::Removed),
            (true, false) => return self.push(url, is, Change::Added),
            (true, true) | (false, false) => {}
        }
        let (was_text, is_text) = (was.text, is.text);
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

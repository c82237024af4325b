//! The anchor ids of all pages. A site has very many links to them, and a look into the article that each leads to costs
//! more than the rest of resolving it: here, all that is looked at for a link is close together in memory.

use ahash::AHashMap;

use super::{Page, PageId};

/// Which pages have an anchor id, sorted.
#[derive(Default)]
pub struct PageIds(AHashMap<Box<str>, Vec<PageId>>);

impl PageIds {
    /// The ids of these pages, drafts too.
    pub(super) fn new(pages: &[Page]) -> Self {
        let mut ids: AHashMap<Box<str>, Vec<PageId>> = AHashMap::new();
        for (page, index) in pages.iter().zip(0..) {
            for id in page.article.body.ids() {
                match ids.get_mut(id) {
                    Some(pages) => pages.push(PageId(index)),
                    None => drop(ids.insert(id.into(), vec![PageId(index)])),
                }
            }
        }
        Self(ids)
    }

    /// Whether a link to `#id` finds a place on the page.
    pub fn has(&self, page: PageId, id: &str) -> bool {
        self.0.get(id).is_some_and(|pages| pages.binary_search(&page).is_ok())
    }

    /// Whether a page, whichever, has the id.
    pub(super) fn any_has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }
}

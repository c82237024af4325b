//! The anchor ids of all pages. A site has very many links to them, and a look into the article that each leads to costs
//! more than the rest of resolving it: here, all that is looked at for a link is close together in memory.

use ahash::{AHashMap, AHashSet};

use super::{Page, PageId};

/// Which page has which anchor ids.
#[derive(Default)]
pub struct PageIds {
    /// A number for each text that is an id of a page.
    numbers: AHashMap<Box<str>, u32>,
    /// Each page with each of its ids.
    of_pages: AHashSet<(PageId, u32)>,
}

impl PageIds {
    /// The ids of these pages, drafts too.
    pub(super) fn new(pages: &[Page]) -> Self {
        let mut ids = Self::default();
        for (page, index) in pages.iter().zip(0..) {
            for id in page.article.body.ids() {
                let number = ids.number(id);
                ids.of_pages.insert((PageId(index), number));
            }
        }
        ids
    }

    fn number(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(id.into(), number);
        number
    }

    /// Whether a link to `#id` finds a place on the page.
    pub fn has(&self, page: PageId, id: &str) -> bool {
        let number = self.numbers.get(id);
        number.is_some_and(|number| self.of_pages.contains(&(page, *number)))
    }

    /// Whether a page, whichever, has the id.
    pub(super) fn any_has(&self, id: &str) -> bool {
        self.numbers.contains_key(id)
    }
}

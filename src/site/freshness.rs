//! When each article is to be reviewed next.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{PageId, Site};
use crate::config::ReviewInterval;
use crate::source::Placed;

/// An article that is reviewed from time to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// The day on which somebody last wrote or reviewed it, as `updated` or `reviewed` says.
    pub last: Placed<Date>,
    /// How often it is to be reviewed.
    pub every: ReviewInterval,
    /// The last day on which it counts as reviewed.
    pub due: Date,
}

impl Review {
    /// How many days the review is late; 0 when it is not.
    pub fn days_late(&self, today: Date) -> i32 {
        today.since(self.due).map_or(0, |span| span.get_days()).max(0)
    }
}

/// When a page is to be reviewed; nothing for a section page, a draft, a page without a date or one that nobody has to
/// review.
pub fn review(site: &Site, id: PageId) -> Option<Review> {
    let page = site.page(id);
    if !page.included || site.is_section_page(id) {
        return None;
    }
    let every = site.review_every(id)?;
    let front_matter = &page.article.front_matter;
    let last = front_matter.last_reviewed()?;
    let due = last.saturating_add(i64::from(every.days).days());
    Some(Review { last, every, due })
}

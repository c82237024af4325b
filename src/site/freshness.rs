//! When each article is to be looked over next.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{PageId, Site};
use crate::config::ReviewInterval;

/// An article that is looked over from time to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// The day on which somebody last wrote it or looked it over.
    pub last: Date,
    /// Whether that day is `reviewed`, and not `updated`.
    pub was_reviewed: bool,
    /// How often it is to be looked over.
    pub every: ReviewInterval,
    /// The last day on which it counts as looked over.
    pub due: Date,
}

impl Review {
    /// How many days the review is late; 0 when it is not.
    pub fn days_late(&self, today: Date) -> i32 {
        today.since(self.due).map_or(0, |span| span.get_days()).max(0)
    }
}

/// When a page is to be looked over; nothing for a section page, a draft, a page without a date or one that nobody has to
/// look over.
pub fn review(site: &Site, id: PageId) -> Option<Review> {
    let page = site.page(id);
    if !page.included || site.is_section_page(id) {
        return None;
    }
    let every = site.review_every(id)?;
    let front_matter = &page.article.front_matter;
    let last = front_matter.updated.max(front_matter.reviewed)?;
    let was_reviewed = front_matter.reviewed == Some(last);
    let due = last.saturating_add(i64::from(every.days).days());
    Some(Review { last, was_reviewed, every, due })
}

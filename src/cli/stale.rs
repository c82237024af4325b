//! `stale`: which articles are due for review, by whom, and by when.

use super::arguments::{SiteFolder, StaleFormat};
use super::session::Session;
use super::{Outcome, page_names, printer};
use crate::config::ReviewInterval;
use crate::diagnostic::{Family, Severity};
use crate::report::reviews::{self, Due};
use crate::site::tree::CONTENT;
use crate::site::{PageId, Site, freshness};

pub(super) fn stale(
    site: &SiteFolder,
    within: Option<ReviewInterval>,
    format: StaleFormat,
) -> anyhow::Result<Outcome> {
    let session = Session::open(site, false)?;
    let (site, today) = (session.site(), session.site().options.today);
    let days = within.map_or(0, |within| i64::from(within.days));
    let limit = today.saturating_add(jiff::Span::new().days(days));
    let due = site.included().filter_map(|id| due(site, id));
    let due: Vec<_> = due.filter(|due| due.due <= limit).collect();
    printer::plain(&match format {
        StaleFormat::Text => reviews::text(&due),
        StaleFormat::Json => reviews::json(&due),
        StaleFormat::Ics => reviews::ics(&due, today, &site.configuration),
    })?;
    let mut unread = session.findings();
    // Errors by which an article may be missing from the list.
    unread.retain(|finding| {
        finding.severity == Severity::Error
            && finding.span.file.below(CONTENT).is_some()
            && matches!(finding.rule.family, Family::FrontMatter | Family::Input)
    });
    if unread.is_empty() {
        return Ok(Outcome::Clean);
    }
    printer::findings_aside(&unread, &session.sources);
    Ok(Outcome::Findings)
}

/// When an article is due, if it is reviewed from time to time.
fn due(site: &Site, id: PageId) -> Option<Due<'_>> {
    let review = freshness::review(site, id)?;
    let page = site.page(id);
    let section = site.page(site.section(page.section).page);
    let front_matter = &page.article.front_matter;
    Some(Due {
        name: page_names::of(site, id)?,
        permanent_id: site.permanent_id(id),
        file: page.article.path.as_str(),
        title: &front_matter.title,
        url: site.canonical(&page.url),
        author: front_matter.author.as_deref(),
        section: &section.article.front_matter.title,
        updated: front_matter.updated.map(|date| date.value),
        reviewed: front_matter.reviewed.map(|date| date.value),
        review_every_days: review.every.days,
        due: review.due,
        days_late: site.options.today.since(review.due).map_or(0, |span| span.get_days()),
    })
}

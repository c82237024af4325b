//! `stale`: which articles are due for review, by whom, and by when.

use super::arguments::{StaleArguments, StaleFormat};
use super::session::{self, Session};
use super::{Outcome, page_names, printer};
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Family};
use crate::report::reviews::{self, Due};
use crate::site::tree::CONTENT;
use crate::site::{Site, freshness};

pub(super) fn stale(arguments: &StaleArguments) -> anyhow::Result<Outcome> {
    let today = session::today(arguments.today);
    let session = Session::open(&arguments.root, Options::on(today))?;
    let days = arguments.within.map_or(0, |within| i64::from(within.days));
    let limit = today.saturating_add(jiff::Span::new().days(days));
    let mut due = due(session.site());
    due.retain(|due| due.due <= limit);
    let text = match arguments.format {
        StaleFormat::Text => reviews::text(&due),
        StaleFormat::Json => reviews::json(&due),
        StaleFormat::Ics => reviews::ics(&due, today, &session.site().configuration),
    };
    printer::plain(&text)?;
    let mut unread = session.errors();
    unread.retain(hides_dates);
    if unread.is_empty() {
        return Ok(Outcome::Clean);
    }
    printer::findings_aside(&unread, &session.sources);
    Ok(Outcome::Findings)
}

/// Whether an article may be missing from the list for this error.
fn hides_dates(error: &Diagnostic) -> bool {
    error.span.file.below(CONTENT).is_some()
        && matches!(error.rule.family, Family::FrontMatter | Family::Input)
}

/// Every article that is reviewed from time to time, by its path.
fn due(site: &Site) -> Vec<Due<'_>> {
    let due = |id| {
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
    };
    site.included().filter_map(due).collect()
}

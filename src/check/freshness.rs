//! Articles that are overdue for review, and dates that did not follow their texts.

use super::Context;
use crate::diagnostic::{Diagnostic, STALE_ARTICLE, Severity, UPDATED_UNCHANGED};
use crate::record::Published;
use crate::site::tree::CONTENT;
use crate::site::{PageId, freshness, history};
use crate::source::Span;

/// The finding of an article that is overdue for review.
pub(super) fn stale(context: Context<'_>, id: PageId) -> Option<Diagnostic> {
    let site = context.site;
    let review = freshness::review(site, id)?;
    let days = review.days_late(site.options.today);
    if days == 0 {
        return None;
    }
    let path = &site.page(id).article.path;
    let name = path.below(CONTENT).and_then(|path| path.strip_suffix(".md")).unwrap_or_default();
    let message = format!(
        "this article was due for review by {}, {} days after {}",
        review.due, review.every.days, review.last
    );
    let limit = site.configuration.freshness.fail_after;
    let fails = limit.is_some_and(|limit| i64::from(days) > i64::from(limit.days));
    let finding = Diagnostic::new(&STALE_ARTICLE, Span::new(path, review.last.at()), message)
        .help(format!("review it, then run `silcrow review {name}`"));
    let severity = if fails { Severity::Error } else { finding.severity };
    Some(Diagnostic { severity, ..finding })
}

/// The finding of a page whose text is another one than when it was recorded with the same date.
pub(super) fn updated_unchanged(
    context: Context<'_>,
    id: PageId,
    recorded: &Published,
) -> Option<Diagnostic> {
    let page = context.site.page(id);
    let updated = page.article.front_matter.updated?;
    let today = context.site.options.today;
    let is_same_date = recorded.updated.is_some_and(|recorded| *updated <= recorded);
    let is_text_new = || history::text_hash(page).differs_from(recorded.text);
    if !is_same_date || *updated >= today || !is_text_new() {
        return None;
    }
    let span = Span::new(&page.article.path, updated.at());
    let message =
        format!("the text has changed since it was recorded, and `updated` is still {updated}");
    Some(Diagnostic::new(&UPDATED_UNCHANGED, span, message).fix(Some(today.to_string())))
}

//! The review of articles, planned: the date in their front matter, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::front_matter::YamlText;
use super::{Plan, Refusal, apply, refuse};
use crate::article::{Article, FrontMatter};
use crate::compile::Session;
use crate::diagnostic::{Diagnostic, Edit};
use crate::parse;
use crate::path::SourcePath;
use crate::site::PageId;
use crate::source::{Placed, Sources};
use crate::wording::plural;

/// Plans today's review of pages.
/// Refused when an article was changed after today, or its front matter cannot be changed.
pub fn plan(session: &Session, pages: &BTreeSet<PageId>) -> Result<Plan, Refusal> {
    let (site, today) = (session.site(), session.site().options.today);
    let edits = pages.iter().map(|id| reviewed(&site.page(*id).article, &session.sources, today));
    let title = format!("reviewed {} on {today}", plural(pages.len(), "article"));
    Ok(Plan::new(title, edits.collect::<Result<_, _>>()?))
}

/// The date of today's review in an article.
fn reviewed(article: &Article, sources: &Sources, today: Date) -> Result<Edit, Refusal> {
    let Article { path, front_matter, .. } = article;
    if let Some(date) = front_matter.last_reviewed().filter(|date| **date > today) {
        refuse!("`{path}` is of {date}, and today is {today}");
    }
    let Some(text) = sources.text(path).filter(|_| sources.is_exact(path)) else {
        refuse!("`{path}` has no text that can be changed");
    };
    let Some(yaml) = YamlText::of_article(path, text) else {
        refuse!(
            "`{path}` has no front matter that can be read; `silcrow check` says what is wrong"
        );
    };
    let edit = yaml.set("reviewed", &today.to_string(), "updated");
    let new = Arc::from(apply(text, &[&edit]));
    if !is_as_meant(path, text, &new, today) {
        refuse!("`{path}` could not be changed; write `reviewed: {today}` into its front matter");
    }
    Ok(edit)
}

/// Whether a new text says what the old one said, but for the date of the review, and nothing is wrong with it that was not
/// wrong before: of duplicate keys, the first is read.
fn is_as_meant(path: &SourcePath, old: &Arc<str>, new: &Arc<str>, today: Date) -> bool {
    let (old, wrong_before) = parse::article(path, old, false);
    let (new, wrong) = parse::article(path, new, false);
    let was_wrong = |finding: &Diagnostic| {
        let is_same = |old: &Diagnostic| old.rule == finding.rule && old.message == finding.message;
        wrong_before.iter().any(is_same)
    };
    let meant = FrontMatter { reviewed: Some(Placed::new(today, 0..0)), ..old.front_matter };
    new.front_matter == meant && new.body.html == old.body.html && wrong.iter().all(was_wrong)
}

//! `review`: marks articles as reviewed today. Nothing but the date changes in their files.

use std::sync::Arc;

use anyhow::bail;
use jiff::civil::Date;

use super::arguments::ReviewArguments;
use super::session::{self, Session};
use super::{Outcome, page_names, printer};
use crate::article::{Article, FrontMatter};
use crate::config::Options;
use crate::diagnostic::Diagnostic;
use crate::edit::front_matter::YamlText;
use crate::io::disk::{self, ChangedText, Changes};
use crate::parse;
use crate::path::SourcePath;
use crate::source::{Placed, Sources, replace_ranges};
use crate::wording::plural;

pub(super) fn review(arguments: &ReviewArguments) -> anyhow::Result<Outcome> {
    let today = session::today(arguments.today);
    disk::recover(&arguments.root, printer::waiting)?;
    let session = Session::open(&arguments.root, Options { drafts: true, ..Options::on(today) })?;
    let (site, sources) = (session.site(), &session.sources);
    let pages = arguments.articles.iter().map(|name| page_names::page(site, name));
    let mut pages = pages.collect::<anyhow::Result<Vec<_>>>()?;
    pages.sort_unstable();
    pages.dedup();
    let mut texts = Vec::new();
    for id in &pages {
        let article = &site.page(*id).article;
        texts.push((&article.path, reviewed(article, sources, today)?));
    }
    let changed = texts.iter().filter_map(|(path, new)| {
        let old = sources.text(path).filter(|old| *old != new)?;
        Some(ChangedText::new(sources.spelling(path), old, new))
    });
    let changes = Changes::new(Vec::new(), changed.collect());
    disk::change(&arguments.root, &changes, printer::waiting)?;
    printer::say(format_args!("reviewed {} on {today}", plural(pages.len(), "article")));
    Ok(Outcome::Clean)
}

/// An article's text with the day of its review.
fn reviewed(article: &Article, sources: &Sources, today: Date) -> anyhow::Result<Arc<str>> {
    let Article { path, front_matter, .. } = article;
    if let Some(date) =
        front_matter.reviewed.max(front_matter.updated).filter(|date| **date > today)
    {
        bail!("`{path}` is of {date}, and today is {today}");
    }
    let Some(text) = sources.text(path).filter(|_| sources.is_exact(path)) else {
        bail!("`{path}` has no text that can be changed");
    };
    let Some(yaml) = YamlText::of_article(text) else {
        bail!("`{path}` has no front matter that can be read; `silcrow check` says what is wrong");
    };
    let edit = yaml.set("reviewed", &today.to_string(), "updated");
    let new = Arc::from(replace_ranges(text, vec![edit]));
    if !is_as_meant(path, (text, &new), today) {
        bail!("`{path}` could not be changed; write `reviewed: {today}` into its front matter");
    }
    Ok(new)
}

/// Whether a new text says what the old one said, but for the day of the review, and nothing is wrong with it that was not
/// wrong before: of duplicate keys, the first is read.
fn is_as_meant(path: &SourcePath, (old, new): (&Arc<str>, &Arc<str>), today: Date) -> bool {
    let (old, wrong_before) = parse::article(path, old, false);
    let (new, wrong) = parse::article(path, new, false);
    let was_wrong = |finding: &Diagnostic| {
        let is_same = |old: &Diagnostic| old.rule == finding.rule && old.message == finding.message;
        wrong_before.iter().any(is_same)
    };
    let meant = FrontMatter { reviewed: Some(Placed::new(today, 0..0)), ..old.front_matter };
    new.front_matter == meant && new.body.html == old.body.html && wrong.iter().all(was_wrong)
}

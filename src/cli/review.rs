//! `review`: marks articles as reviewed today. Nothing but the date changes in their files.

use super::arguments::ReviewArguments;
use super::session::{self, Session};
use super::{Outcome, page_names, printer};
use crate::config::Options;
use crate::edit::{self, review};
use crate::io::disk;
use crate::wording::plural;

pub(super) fn review(arguments: &ReviewArguments) -> anyhow::Result<Outcome> {
    let today = session::today(arguments.today);
    disk::recover(&arguments.root, printer::waiting)?;
    let session = Session::open(&arguments.root, Options { drafts: true, ..Options::on(today) })?;
    let pages = arguments.articles.iter().map(|name| page_names::page(session.site(), name));
    let mut pages = pages.collect::<anyhow::Result<Vec<_>>>()?;
    pages.sort_unstable();
    pages.dedup();
    let plan = review::plan(&session, &pages, today)?;
    let after = edit::edited(&session.sources, plan.edits.iter());
    let changed = edit::changed_texts(&session.sources, &after, Clone::clone);
    session::write_texts(&arguments.root, &session.sources, &changed)?;
    printer::say(format_args!("reviewed {} on {today}", plural(pages.len(), "article")));
    Ok(Outcome::Clean)
}

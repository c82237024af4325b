//! `review`: says that articles were looked over. Nothing but the date changes in their files.

use std::sync::Arc;

use anstream::eprintln;
use anyhow::bail;

use super::arguments::ReviewArguments;
use super::{Outcome, build, named};
use crate::article::FrontMatter;
use crate::compile::{self, Memo};
use crate::config::Options;
use crate::edit::{self, front_matter::Matter};
use crate::io::disk::{self, Replacement};
use crate::report::plural;

pub(super) fn review(arguments: &ReviewArguments) -> anyhow::Result<Outcome> {
    let before = disk::read(&arguments.root)?;
    let today = arguments.today.unwrap_or_else(build::today);
    let mut options = Options::on(today);
    options.drafts = true;
    let mut memo = Memo::default();
    let site = compile::site(&before, &options, &mut memo).site;
    let mut after = before.clone();
    let mut reviewed = Vec::new();
    for name in &arguments.articles {
        let id = named::page(&site, name)?;
        let article = &site.page(id).article;
        let (path, front_matter) = (&article.path, &article.front_matter);
        if let Some(date) =
            front_matter.reviewed.max(front_matter.updated).filter(|date| *date > today)
        {
            bail!("`{path}` is of {date}, and today is {today}");
        }
        let Some(text) = before.text(path).filter(|_| before.is_exact(path)) else {
            bail!("`{path}` has no text that can be changed");
        };
        let Some(matter) = Matter::of_article(text, compile::locate) else {
            bail!("`{path}` has no front matter; `silcrow check` says what is missing");
        };
        let edit = matter.set("reviewed", &today.to_string(), "updated");
        after.set_text(path, Arc::from(edit::edited(text, &[edit])));
        reviewed.push(id);
    }
    reviewed.sort_unstable();
    reviewed.dedup();
    // What was meant is what is read.
    let changed = compile::site(&after, &options, &mut memo).site;
    let mut replacements = Vec::new();
    for id in &reviewed {
        let (old, new) = (&site.page(*id).article, &changed.page(*id).article);
        let meant = FrontMatter { reviewed: Some(today), ..old.front_matter.clone() };
        if new.front_matter != meant || new.body.html != old.body.html {
            bail!(
                "`{}` could not be changed; write `reviewed: {today}` into its front matter",
                old.path
            );
        }
        if let (Some(old_text), Some(new_text)) = (before.text(&old.path), after.text(&old.path))
            && old_text != new_text
        {
            let path = before.spelling(&old.path);
            replacements.push(Replacement { path, old: old_text, new: new_text });
        }
    }
    disk::replace(&arguments.root, &replacements)?;
    eprintln!("reviewed {} on {today}", plural(reviewed.len(), "article"));
    Ok(Outcome::Clean)
}

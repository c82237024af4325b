//! The verbs that change sources: `mv`, `record`, `retire`, `review` and `check --fix`. A change is planned in `edit`; here it
//! is shown, or all of it is written or nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::arguments::{SiteArguments, SiteFolder};
use super::named_files::NamedFiles;
use super::session::Session;
use super::{Outcome, left_behind, page_names, printer};
use crate::edit::record::Recorded;
use crate::edit::{self, Moved, Plan, heading, page, review as reviews};
use crate::io::disk::{self, ChangedText, Changes, Move};
use crate::record::FILE;
use crate::report::diff;
use crate::source::Sources;
use crate::wording::plural;

pub(super) fn mv(
    site: &SiteFolder,
    old: &str,
    new: &str,
    dry_run: bool,
) -> anyhow::Result<Outcome> {
    let root = &site.root;
    if !dry_run {
        disk::recover(root, printer::waiting)?;
    }
    let mut session = Session::open(site, false)?;
    let mut plan = match old.split_once('#') {
        Some((page, id)) => {
            let page = page_names::page(session.site(), page)?;
            heading::plan(&mut session, page, id, new)?
        }
        None => {
            let page = page_names::page(session.site(), old)?;
            page::plan(&session, page, new)?
        }
    };
    for (path, _) in session.sources.files() {
        let to = plan.path(path);
        if let Some(problem) = disk::unreadable_path(&to).filter(|_| *path != to) {
            bail!("`{path}` cannot become `{to}`: {problem}");
        }
    }
    let (changed, notices) = plan.verify(&mut session)?;
    let left_behind = left_behind::notices(session.site(), &changed, root, &plan);
    notices.iter().chain(&left_behind).for_each(|notice| printer::notice(notice));
    let count = plural(make(root, &session.sources, &plan, dry_run)?, "file");
    printer::say(match dry_run {
        true => format!("would change {count}"),
        false => format!("{}; changed {count}", plan.edits.title),
    });
    Ok(Outcome::Clean)
}

pub(super) fn record(site: &SiteFolder) -> anyhow::Result<Outcome> {
    disk::recover(&site.root, printer::waiting)?;
    let session = Session::open(site, false)?;
    let Recorded { plan, total, new } = edit::record::record(session.site(), &session.sources)?;
    make(&site.root, &session.sources, &plan, false)?;
    let urls = plural(total, "URL");
    printer::say(format_args!("`{FILE}` knows {urls}, {new} of them new"));
    Ok(Outcome::Clean)
}

pub(super) fn repair(root: &Path) -> anyhow::Result<Outcome> {
    let file = root.join(FILE);
    let (record, mistakes) = edit::record::repaired(&disk::read_text(root, &file)?)?;
    if mistakes == 0 {
        printer::say("there is nothing to repair");
        return Ok(Outcome::Clean);
    }
    disk::write(root, &file, &record.print())?;
    let (mistakes, urls) = (plural(mistakes, "mistake"), plural(record.len(), "URL"));
    printer::say(format_args!("repaired {mistakes}; `{FILE}` knows {urls}"));
    Ok(Outcome::Clean)
}

pub(super) fn retire(site: &SiteFolder, urls: &[String]) -> anyhow::Result<Outcome> {
    disk::recover(&site.root, printer::waiting)?;
    let session = Session::open(site, false)?;
    let plan = edit::record::retirement(&session, urls)?;
    make(&site.root, &session.sources, &plan, false)?;
    printer::say(&plan.edits.title);
    Ok(Outcome::Clean)
}

pub(super) fn review(site: &SiteFolder, articles: &[String]) -> anyhow::Result<Outcome> {
    disk::recover(&site.root, printer::waiting)?;
    let session = Session::open(site, true)?;
    let pages = articles.iter().map(|name| page_names::page(session.site(), name));
    let plan = reviews::plan(&session, &pages.collect::<anyhow::Result<BTreeSet<_>>>()?)?;
    make(&site.root, &session.sources, &plan, false)?;
    printer::say(&plan.edits.title);
    Ok(Outcome::Clean)
}

/// Applies the fixes that are certain to be right, in the whole site or only in these files of it. A dry run prints them.
pub(super) fn fix(
    arguments: &SiteArguments,
    files: &[PathBuf],
    dry_run: bool,
) -> anyhow::Result<()> {
    if !dry_run {
        disk::recover(&arguments.folder.root, printer::waiting)?;
    }
    let before = disk::read(&arguments.folder.root)?;
    let named = NamedFiles::new(files, &arguments.folder.root, &before)?;
    let (plan, count) =
        edit::fix(&before, &arguments.options(), &|finding| named.contain(&finding.span.file));
    let changed = make(&arguments.folder.root, &before, &plan, dry_run)?;
    let (count, files) = (plural(count, "mistake"), plural(changed, "file"));
    printer::say(match dry_run {
        true => format!("would fix {count} in {files}"),
        false if changed == 0 => "there is nothing to fix".to_owned(),
        false => format!("fixed {count} in {files}"),
    });
    Ok(())
}

/// Makes a planned change, all of it or nothing; a dry run prints it as `git apply` takes it. Returns how many files change.
pub(super) fn make(
    root: &Path,
    before: &Sources,
    plan: &Plan,
    dry_run: bool,
) -> anyhow::Result<usize> {
    let texts = plan.texts(before)?;
    if dry_run {
        let moved = plan.moved.iter();
        let moved = moved.map(|Moved { from, to }| format!("rename from {from}\nrename to {to}\n"));
        let texts = texts.iter().map(|text| {
            let old = text.old.as_deref().unwrap_or("");
            diff::unified(text.path.as_str(), text.new_path.as_str(), old, &text.new)
        });
        printer::plain(&moved.chain(texts).collect::<String>())?;
    } else if !texts.is_empty() || plan.moved.is_some() {
        let moved = plan.moved.iter();
        let moves =
            moved.map(|moved| Move { from: moved.spelling(before), to: moved.to.to_string() });
        let texts = texts
            .iter()
            .map(|text| ChangedText::new(&text.spelling, text.old.as_deref(), &text.new));
        let changes = Changes::new(moves.collect(), texts.collect());
        disk::change(root, &changes, printer::waiting)?;
    }
    Ok(texts.len())
}

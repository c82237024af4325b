//! `mv`: an article, a section or a heading under another name. The change is planned and verified before anything is
//! written, and then all of it is written or nothing.

mod left_behind;

use anyhow::bail;

use super::arguments::MvArguments;
use super::session::{self, Session};
use super::{Outcome, page_names, printer};
use crate::config::Options;
use crate::edit::plan::{Moved, Plan};
use crate::edit::{self, heading, page};
use crate::io::disk::{self, ChangedText, Changes};
use crate::path::SourcePath;
use crate::report::diff;
use crate::source::Sources;
use crate::wording::plural;

pub(super) fn mv(arguments: &MvArguments) -> anyhow::Result<Outcome> {
    let today = session::today(arguments.today);
    if !arguments.dry_run {
        disk::recover(&arguments.root, printer::waiting)?;
    }
    let mut session = Session::open(&arguments.root, Options::on(today))?;
    let mut plan = match arguments.old.split_once('#') {
        Some((page, id)) => {
            let page = page_names::page(session.site(), page)?;
            heading::plan(&mut session, page, id, &arguments.new)?
        }
        None => {
            let page = page_names::page(session.site(), &arguments.old)?;
            page::plan(&session, page, &arguments.new)?
        }
    };
    refuse_unreadable(&session.sources, &plan)?;
    let (changed, notices) = plan.verify(&mut session)?;
    notices.iter().for_each(|notice| printer::notice(notice));
    let texts = plan.texts(&session.sources)?;
    left_behind::tell((session.site(), &changed), &arguments.root, &|path| plan.path(path));
    if arguments.dry_run {
        printer::plain(&shown(&texts, &plan))?;
        printer::say(format_args!("would change {}", plural(texts.len(), "file")));
        return Ok(Outcome::Clean);
    }
    write(arguments, (&session.sources, &plan), &texts)?;
    printer::say(format_args!("{}; changed {}", plan.edits.title, plural(texts.len(), "file")));
    Ok(Outcome::Clean)
}

/// Refuses a move after which a file could not be read.
fn refuse_unreadable(sources: &Sources, plan: &Plan) -> anyhow::Result<()> {
    let moved = sources.files().map(|(path, _)| (path, plan.path(path)));
    for (path, to) in moved.filter(|(path, to)| *path != to) {
        if let Some(problem) = disk::unreadable_path(&to) {
            bail!("`{path}` cannot become `{to}`: {problem}");
        }
    }
    Ok(())
}

/// The difference as `git apply` takes it.
fn shown(texts: &[edit::ChangedText], plan: &Plan) -> String {
    let mut shown = String::new();
    if let Some(Moved { from, to }) = &plan.moved {
        shown.push_str(&format!("rename from {from}\nrename to {to}\n"));
    }
    for text in texts {
        let (old, new) = (text.path.as_str(), text.new_path.as_str());
        shown.push_str(&diff::between(old, new, &text.old, &text.new));
    }
    shown
}

fn write(
    arguments: &MvArguments,
    (before, plan): (&Sources, &Plan),
    texts: &[edit::ChangedText],
) -> anyhow::Result<()> {
    let spelled = |path: &SourcePath| -> String {
        if let Some(Moved { from, to }) = &plan.moved {
            if let Some(rest) =
                plan.path(path).below(to.as_str()).filter(|_| path.below(from.as_str()).is_some())
            {
                // Inside a folder that moves, names stay as they are spelled.
                let own = before.spelling(path);
                let tail =
                    own.len().checked_sub(rest.len()).and_then(|at| own.get(at..)).unwrap_or(rest);
                return format!("{to}/{tail}");
            }
            if path == from {
                return to.to_string();
            }
        }
        before.spelling(path).to_owned()
    };
    let changed =
        texts.iter().map(|text| ChangedText::new(&spelled(&text.path), &text.old, &text.new));
    let moves = plan.moved.iter().map(|moved| disk::Move {
        from: folder_spelling(before, &moved.from),
        to: moved.to.to_string(),
    });
    let changes = Changes::new(moves.collect(), changed.collect());
    disk::change(&arguments.root, &changes, printer::waiting)?;
    Ok(())
}

/// A file's or a folder's path as the file system spells it.
fn folder_spelling(sources: &Sources, path: &SourcePath) -> String {
    if sources.get(path).is_some() {
        return sources.spelling(path).to_owned();
    }
    let depth = path.as_str().split('/').count();
    let inside = sources.files().find(|(file, _)| file.below(path.as_str()).is_some());
    let spelled = inside.map(|(file, _)| {
        sources.spelling(file).split('/').take(depth).collect::<Vec<_>>().join("/")
    });
    spelled.unwrap_or_else(|| path.to_string())
}

//! `record` and `retire`: the record of what was published.

use std::path::Path;

use anyhow::bail;

use super::arguments::{RecordArguments, RetireArguments};
use super::session::{Session, today, write_texts};
use super::{Outcome, printer};
use crate::config::Options;
use crate::edit::{self, retire};
use crate::io::disk;
use crate::path::SourcePath;
use crate::record::{self, Damage, ReadRecord, Record, Remedy};
use crate::site::{Site, history};
use crate::source::LineIndex;
use crate::wording::{code_list, plural};

pub(super) fn record(arguments: &RecordArguments) -> anyhow::Result<Outcome> {
    if arguments.repair {
        return repair(&arguments.root);
    }
    disk::recover(&arguments.root, printer::waiting)?;
    let session = Session::open(&arguments.root, Options::on(today(None)))?;
    let file = SourcePath::new(record::FILE);
    let is_unread = session.sources.text(&file).is_none();
    if is_unread && session.sources.problems.iter().any(|problem| problem.path == file) {
        bail!(
            "`{file}` cannot be read, and what it records would be lost; `silcrow check` says why"
        );
    }
    let (total, new) = write(&arguments.root, session.site())?;
    printer::say(format_args!(
        "`{}` knows {}, {new} of them new",
        record::FILE,
        plural(total, "URL")
    ));
    Ok(Outcome::Clean)
}

/// Adds a site's URLs and ids to the record of what was published before. Returns how many URLs are recorded now, and how many
/// were not before. Also for `publish`, which has just published the site.
///
/// # Errors
///
/// When the record is damaged, or cannot be written.
pub(super) fn write(root: &Path, site: &Site) -> anyhow::Result<(usize, usize)> {
    let ReadRecord { record: before, damages } = &*site.record;
    if !damages.is_empty() {
        bail!(
            "`{}` is damaged; `silcrow check` says where, `silcrow record --repair` repairs most of it",
            record::FILE
        );
    }
    let after = before.clone().published(history::record(site));
    save(root, before, &after)?;
    Ok((after.len(), after.len() - before.len()))
}

/// Writes a record, unless the file holds the same already.
pub(super) fn save(root: &Path, before: &Record, after: &Record) -> anyhow::Result<()> {
    let text = after.print();
    if before.is_empty() || text != before.print() {
        disk::write(root, &root.join(record::FILE), &text)?;
    }
    Ok(())
}

fn repair(root: &Path) -> anyhow::Result<Outcome> {
    let text = disk::read_text(root, &root.join(record::FILE))?;
    let read = ReadRecord::parse(&text);
    let needs_more = |damage: &&Damage| damage.remedy != Remedy::Repair;
    if let Some(Damage { at, message, remedy }) = read.damages.iter().find(needs_more) {
        let place = LineIndex::new(&text).position(at.start);
        bail!("{}:{}:{}: {message}; {}", record::FILE, place.line, place.column, remedy.help());
    }
    if read.damages.is_empty() {
        printer::say("there is nothing to repair");
        return Ok(Outcome::Clean);
    }
    disk::write(root, &root.join(record::FILE), &read.record.print())?;
    printer::say(format_args!(
        "repaired {}; `{}` knows {}",
        plural(read.damages.len(), "mistake"),
        record::FILE,
        plural(read.record.len(), "URL")
    ));
    Ok(Outcome::Clean)
}

pub(super) fn retire(arguments: &RetireArguments) -> anyhow::Result<Outcome> {
    disk::recover(&arguments.root, printer::waiting)?;
    let session = Session::open(&arguments.root, Options::on(today(None)))?;
    let plan = retire::plan(&session, &arguments.urls)?;
    let after = edit::edited(&session.sources, plan.edits.iter());
    let changed = edit::changed_texts(&session.sources, &after, Clone::clone);
    write_texts(&arguments.root, &session.sources, &changed)?;
    printer::say(format_args!("retired {}", code_list(&arguments.urls)));
    Ok(Outcome::Clean)
}

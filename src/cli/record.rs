//! `record` and `retire`: the record of what was published.

use std::path::Path;

use anyhow::{Context, bail};
use percent_encoding::percent_decode_str;

use super::arguments::{RecordArguments, RetireArguments};
use super::session::{Session, today};
use super::{Outcome, printer};
use crate::config::{Configuration, Options};
use crate::io::disk;
use crate::path::{SourcePath, UrlPath};
use crate::record::{self, Damage, Published, Read, Record, Remedy, State};
use crate::redirect::{Location, Redirect};
use crate::site::routes::Place;
use crate::site::{Site, history};
use crate::source::LineIndex;
use crate::suggest;
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
    let Read { record: before, damages } = &*site.record;
    if !damages.is_empty() {
        bail!(
            "`{}` is damaged; `silcrow check` says where, `silcrow record --repair` puts most of it right",
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
    let read = Read::parse(&text);
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
    if session.sources.text(&SourcePath::new(record::FILE)).is_none() {
        bail!("there is no `{}`; `silcrow record` writes it", record::FILE);
    }
    let site = session.site();
    if !site.record.damages.is_empty() {
        bail!("`{}` is damaged; say `silcrow record --repair`", record::FILE);
    }
    let mut after = site.record.record.clone();
    for url in &arguments.urls {
        retire_one(site, &mut after, url)?;
    }
    save(&arguments.root, &site.record.record, &after)?;
    printer::say(format_args!("retired {}", code_list(&arguments.urls)));
    Ok(Outcome::Clean)
}

fn retire_one(site: &Site, record: &mut Record, written: &str) -> anyhow::Result<()> {
    let (address, id) = match written.split_once('#') {
        Some((address, id)) => (address, Some(id)),
        None => (written, None),
    };
    let url = recorded_url(&site.configuration, record, address).with_context(|| {
        let near = suggest::nearest(address, record.entries().map(|(url, ..)| url));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        format!("`{address}` was never recorded{hint}")
    })?;
    if let Some(id) = id {
        return retire_id(site, record, (&url, id));
    }
    let path = percent_decode_str(&url).decode_utf8_lossy();
    if let Some(Place::Page(page)) = site.routes.place(&path).filter(|place| is_there(site, *place))
    {
        bail!(
            "`{url}` is the address of `{}`; remove the page first, or make it a draft",
            site.page(page).article.path
        );
    }
    if let Some(page) = site.routes.alias(&path) {
        bail!(
            "`{url}` leads to `{0}`; take it out of the `aliases` there first",
            site.page(page).article.path
        );
    }
    let location = Location::of(&url, site.configuration.base_url.as_ref());
    if let Some((index, _)) = location.as_ref().and_then(|url| site.routes.redirect(url)) {
        let Redirect { from, to, .. } = &site.configuration.redirects[index];
        let from = from.as_written();
        bail!(
            "`{url}` leads to `{to}`; take the redirect from `{from}` out of `redirects` in `site.yaml` first"
        );
    }
    record.set(&url, State::Gone);
    Ok(())
}

fn is_there(site: &Site, place: Place) -> bool {
    match place {
        Place::Page(page) => site.page(page).included,
        _ => true,
    }
}

fn retire_id(site: &Site, record: &mut Record, (url, id): (&str, &str)) -> anyhow::Result<()> {
    let id = percent_decode_str(id).decode_utf8_lossy();
    let Some(State::Page(page)) = record.get(url) else {
        bail!("`{url}` is no page in the record, and has no ids");
    };
    let Some(ids) = page.ids.without(&id) else {
        bail!("`{url}` never had the id `{id}`");
    };
    let path = percent_decode_str(url).decode_utf8_lossy();
    if let Some(Place::Page(now)) = site.routes.place(&path)
        && site.page(now).article.body.has_id(&id)
    {
        bail!("`{}` still has the id `{id}`", site.page(now).article.path);
    }
    let page = Published { ids, ..page.clone() };
    record.set(url, State::Page(page));
    Ok(())
}

/// The recorded URL that is meant: a path below the base URL or with it, or a full URL, with or without its final `/`.
fn recorded_url(configuration: &Configuration, record: &Record, address: &str) -> Option<String> {
    let base = configuration.base_url.as_ref();
    let below = |path: &str| {
        base.and_then(|base| path.strip_prefix(base.path())).map(|rest| format!("/{rest}"))
    };
    let path = base
        .and_then(|base| base.origin())
        .and_then(|origin| address.strip_prefix(origin))
        .map(str::to_owned);
    let full = path.as_deref().and_then(below);
    let candidates = [full, Some(address.to_owned()), below(address)];
    candidates.into_iter().flatten().find_map(|candidate| {
        let encoded = if candidate.starts_with('/') {
            UrlPath::new(&percent_decode_str(&candidate).decode_utf8_lossy()).encoded()
        } else {
            candidate
        };
        let slashed = format!("{encoded}/");
        [encoded, slashed].into_iter().find(|url| record.get(url).is_some())
    })
}

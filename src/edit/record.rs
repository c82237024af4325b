//! Changes of the record of what was published, planned: what is published now is added, and addresses and ids are retired.

use percent_encoding::percent_decode_str;

use super::{Plan, Refusal, refuse};
use crate::compile::Session;
use crate::config::Configuration;
use crate::diagnostic::Edit;
use crate::path::{SourcePath, UrlPath};
use crate::record::{Damage, FILE, Published, ReadRecord, Record, Remedy, State};
use crate::redirect::{Location, Redirect};
use crate::site::routes::Place;
use crate::site::{Site, history};
use crate::source::{LineIndex, Sources};
use crate::suggest;
use crate::wording::{code_list, plural};

/// A record that is planned.
pub struct Recorded {
    /// The change of the record's file.
    pub plan: Plan,
    /// How many URLs it has.
    pub total: usize,
    /// How many of them are new.
    pub new: usize,
}

/// Plans the record of a site that is published now: its URLs and ids are added to those that were published before.
/// Refused when the record is damaged or cannot be read.
pub fn record(site: &Site, sources: &Sources) -> Result<Recorded, Refusal> {
    let file = SourcePath::new(FILE);
    if sources.text(&file).is_none() && !sources.is_exact(&file) {
        refuse!(
            "`{file}` cannot be read, and what it records would be lost; `silcrow check` says why"
        );
    }
    let ReadRecord { record: before, damage } = &*site.record;
    if !damage.is_empty() {
        refuse!(
            "`{file}` is damaged; `silcrow check` says where, `silcrow record --repair` repairs most of it"
        );
    }
    let after = before.clone().published(history::record(site));
    let is_same = !before.is_empty() && after.print() == before.print();
    let edits = if is_same { Vec::new() } else { vec![written(sources, &after)] };
    let (total, new) = (after.len(), after.len() - before.len());
    Ok(Recorded { plan: Plan::new(format!("record {}", plural(total, "URL")), edits), total, new })
}

/// The whole record, in place of the old one.
pub(super) fn written(sources: &Sources, record: &Record) -> Edit {
    let file = SourcePath::new(FILE);
    let length = sources.text(&file).map_or(0, |text| text.len());
    Edit::new(&file, 0..length, record.print())
}

/// Repairs a record that two branches changed: both sides of a conflict are merged. Returns it with the number of mistakes.
/// Refused when something is wrong that only its writer can repair.
pub fn repaired(text: &str) -> Result<(Record, usize), Refusal> {
    let ReadRecord { record, damage } = ReadRecord::parse(text);
    let needs_more = |damage: &&Damage| damage.remedy != Remedy::Repair;
    if let Some(Damage { at, message, remedy }) = damage.iter().find(needs_more) {
        let position = LineIndex::new(text).position(at.start);
        let (line, column) = (position.line, position.column);
        refuse!("{FILE}:{line}:{column}: {message}; {}", remedy.help());
    }
    Ok((record, damage.len()))
}

/// Plans the retirement of addresses, and with `#id` of ids.
/// Refused when there is no record or it is damaged, or an address was never recorded or is still in use.
pub fn retirement(session: &Session, addresses: &[String]) -> Result<Plan, Refusal> {
    let site = session.site();
    if session.sources.text(&SourcePath::new(FILE)).is_none() {
        refuse!("there is no `{FILE}`; `silcrow record` writes it");
    }
    if !site.record.damage.is_empty() {
        refuse!("`{FILE}` is damaged; run `silcrow record --repair`");
    }
    let mut after = site.record.record.clone();
    for address in addresses {
        retire(site, &mut after, address)?;
    }
    let title = format!("retired {}", code_list(addresses));
    Ok(Plan::new(title, vec![written(&session.sources, &after)]))
}

fn retire(site: &Site, record: &mut Record, written: &str) -> Result<(), Refusal> {
    let (address, id) = match written.split_once('#') {
        Some((address, id)) => (address, Some(id)),
        None => (written, None),
    };
    let Some(url) = recorded_url(&site.configuration, record, address) else {
        let near = suggest::nearest(address, record.entries().map(|(url, ..)| url));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        refuse!("`{address}` was never recorded{hint}");
    };
    if let Some(id) = id {
        return retire_id(site, record, &url, id);
    }
    let path = percent_decode_str(&url).decode_utf8_lossy();
    if let Some(Place::Page(page)) = site.routes.place(&path)
        && site.page(page).included
    {
        refuse!(
            "`{url}` is the address of `{}`; remove the page first, or make it a draft",
            site.page(page).article.path
        );
    }
    if let Some(page) = site.routes.alias(&path) {
        refuse!(
            "`{url}` leads to `{0}`; take it out of the `aliases` there first",
            site.page(page).article.path
        );
    }
    let location = Location::of(&url, site.configuration.base_url.as_ref());
    if let Some((index, _)) = location.as_ref().and_then(|url| site.routes.redirect(url)) {
        let Redirect { from, to, .. } = &site.configuration.redirects[index];
        let from = from.as_written();
        refuse!(
            "`{url}` leads to `{to}`; take the redirect from `{from}` out of `redirects` in `site.yaml` first"
        );
    }
    record.set(&url, State::Retired);
    Ok(())
}

fn retire_id(site: &Site, record: &mut Record, url: &str, id: &str) -> Result<(), Refusal> {
    let id = percent_decode_str(id).decode_utf8_lossy();
    let Some(State::Page(page)) = record.get(url) else {
        refuse!("`{url}` is no page in the record, and has no ids");
    };
    let Some(ids) = page.ids.without(&id) else {
        refuse!("`{url}` never had the id `{id}`");
    };
    let path = percent_decode_str(url).decode_utf8_lossy();
    if let Some(Place::Page(now)) = site.routes.place(&path)
        && site.ids.has(now, &id)
    {
        refuse!("`{}` still has the id `{id}`", site.page(now).article.path);
    }
    let page = Published { ids, ..page.clone() };
    record.set(url, State::Page(page));
    Ok(())
}

/// The recorded URL that is meant: a path below the base URL or with it, or a full URL, with or without its final `/`.
fn recorded_url(configuration: &Configuration, record: &Record, address: &str) -> Option<String> {
    let base = configuration.base_url.as_ref();
    let origin = base.and_then(|base| base.origin()).unwrap_or_default();
    let path = address.strip_prefix(origin).unwrap_or(address);
    let below = base.and_then(|base| path.strip_prefix(base.path()));
    let below = below.map(|rest| format!("/{rest}"));
    [address.to_owned()].into_iter().chain(below).find_map(|candidate| {
        let encoded = match candidate.starts_with('/') {
            true => UrlPath::new(&percent_decode_str(&candidate).decode_utf8_lossy()).encoded(),
            false => candidate,
        };
        let slashed = format!("{encoded}/");
        [encoded, slashed].into_iter().find(|url| record.get(url).is_some())
    })
}

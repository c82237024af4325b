//! Published addresses and ids that are retired, planned as a change of the record.

use percent_encoding::percent_decode_str;

use super::plan::{Refusal, refuse};
use crate::compile::Session;
use crate::config::Configuration;
use crate::diagnostic::{Applicability, Edit, EditSet};
use crate::path::{SourcePath, UrlPath};
use crate::record::{self, Published, Record, State};
use crate::redirect::{Location, Redirect};
use crate::site::Site;
use crate::site::routes::Place;
use crate::suggest;
use crate::wording::code_list;

/// Plans the retirement of addresses, and with `#id` of ids.
///
/// # Errors
///
/// When there is no record or it is damaged, or an address was never recorded or is still in use.
pub fn plan(session: &Session, addresses: &[String]) -> Result<EditSet, Refusal> {
    let (site, file) = (session.site(), SourcePath::new(record::FILE));
    let Some(old) = session.sources.text(&file) else {
        refuse!("there is no `{file}`; `silcrow record` writes it");
    };
    if !site.record.damages.is_empty() {
        refuse!("`{file}` is damaged; run `silcrow record --repair`");
    }
    let mut after = site.record.record.clone();
    for address in addresses {
        retire(site, &mut after, address)?;
    }
    let edits = vec![Edit::new(&file, 0..old.len(), after.print())];
    let title = format!("retire {}", code_list(addresses));
    Ok(EditSet { title, edits, applicability: Applicability::Safe })
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
    if let Some(Place::Page(page)) = site.routes.place(&path).filter(|place| is_there(site, *place))
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

fn is_there(site: &Site, place: Place) -> bool {
    match place {
        Place::Page(page) => site.page(page).included,
        _ => true,
    }
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

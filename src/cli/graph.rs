//! `graph`: which page leads where, as text for writers and as JSON for programs.

use super::arguments::{SiteFolder, TextOrJson};
use super::session::Session;
use super::{Outcome, page_names, printer};
use crate::article::LinkKind;
use crate::json::{Json, list, object};
use crate::report::Positions;
use crate::site::links::{Document, Reference};
use crate::site::{PageId, Site, graph};
use crate::wording::plural;

/// How many of the most linked pages are named.
const MOST_LINKED: usize = 10;

pub(super) fn graph(
    site: &SiteFolder,
    page: Option<&str>,
    drafts: bool,
    format: TextOrJson,
) -> anyhow::Result<Outcome> {
    let session = Session::open(site, drafts)?;
    let site = session.site();
    let (text, json) = match page {
        Some(name) => {
            let page = page_names::page(site, name)?;
            around(site, page, &Positions::new(&session.sources))
        }
        None => overview(site),
    };
    printer::text(&match format {
        TextOrJson::Text => text,
        TextOrJson::Json => json.document(),
    })?;
    Ok(Outcome::Clean)
}

fn path(site: &Site, id: PageId) -> &str {
    site.page(id).article.path.as_str()
}

fn title(site: &Site, id: PageId) -> &str {
    &site.page(id).article.front_matter.title
}

/// The whole site.
fn overview(site: &Site) -> (String, Json) {
    let pages = graph::by_inbound(site);
    let out_of = |from| graph::out_of(site, from).map(move |(to, reference)| (from, to, reference));
    let links: Vec<_> = site.included().flat_map(out_of).collect();
    let (count, joined) = (plural(pages.len(), "page"), plural(links.len(), "link"));
    let mut text = format!("{count}, {joined} between them\n\nmost linked:\n");
    for (id, count) in pages.iter().take(MOST_LINKED).filter(|(_, count)| *count > 0) {
        text += &format!("{count:6}  {}  {}\n", path(site, *id), title(site, *id));
    }
    let mut named = |name: &str, ids: Vec<PageId>| {
        let paths = ids.into_iter().map(|id| path(site, id));
        text += &format!("\n{name}: {}\n", paths.len());
        text.extend(paths.clone().map(|path| format!("        {path}\n")));
        list(paths.map(Json::from))
    };
    let orphans = named("orphans, which no text leads to", site.orphans().collect());
    let dead_ends =
        named("dead ends, which lead to no other page", graph::dead_ends(site).collect());
    let page = |(id, linked_from): (PageId, usize)| {
        object([
            ("path", path(site, id).into()),
            ("title", title(site, id).into()),
            ("url", site.page(id).url.as_str().into()),
            ("linked_from", linked_from.into()),
        ])
    };
    let link = |(from, to, reference): (PageId, PageId, &Reference)| {
        object([
            ("from", path(site, from).into()),
            ("to", path(site, to).into()),
            ("related", (reference.link.kind == LinkKind::Related).into()),
        ])
    };
    let json = object([
        ("pages", list(pages.into_iter().map(page))),
        ("links", list(links.into_iter().map(link))),
        ("orphans", orphans),
        ("dead_ends", dead_ends),
    ]);
    (text, json)
}

/// One page, and those that lead to it or that it leads to.
fn around(site: &Site, id: PageId, positions: &Positions<'_>) -> (String, Json) {
    let mut text = format!("{}  {}\n", path(site, id), title(site, id));
    let mut neighbours = |name: &str, links: Vec<(PageId, &Reference)>| {
        text += &format!("\nlinks {name}: {}\n", links.len());
        let neighbour = |(other, reference): (PageId, &Reference)| {
            let on = if name == "in" { other } else { id };
            let (document, link) = (Document::of_page(site, on), &reference.link);
            let (file, related) = (path(site, on), link.kind == LinkKind::Related);
            // An entry of `related` has no line here.
            let span = document.span(link.used_at.unwrap_or(link.span));
            let position = (!related).then(|| positions.of(&span).0);
            let destination = document.destination(reference);
            let place = match position {
                Some(position) => format!("{file}:{}:{}", position.line, position.column),
                None => format!("{file}: related"),
            };
            let to = if name == "in" { "" } else { &format!("  {}", path(site, other)) };
            text += &format!("        {place}  {destination}{to}\n");
            object([
                ("path", path(site, other).into()),
                ("file", file.into()),
                ("line", position.map(|position| position.line).into()),
                ("column", position.map(|position| position.column).into()),
                ("destination", destination.into()),
                ("related", related.into()),
            ])
        };
        list(links.into_iter().map(neighbour))
    };
    let links_in = neighbours("in", graph::into(site, id).collect());
    let links_out = neighbours("out", graph::out_of(site, id).collect());
    let json = object([
        ("path", path(site, id).into()),
        ("title", title(site, id).into()),
        ("links_in", links_in),
        ("links_out", links_out),
    ]);
    (text, json)
}

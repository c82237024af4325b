//! `graph`: which page leads where, as text for writers and as JSON for programs.

use serde::Serialize;

use super::arguments::{SiteFolder, TextOrJson};
use super::session::Session;
use super::{Outcome, page_names, printer};
use crate::article::LinkKind;
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
            let positions = Positions::new(&session.sources);
            let around = Around::of(site, page_names::page(site, name)?, &positions);
            (around.text(), serde_json::to_string_pretty(&around)?)
        }
        None => {
            let overview = Overview::of(site);
            (overview.text(), serde_json::to_string_pretty(&overview)?)
        }
    };
    printer::text(&match format {
        TextOrJson::Text => text,
        TextOrJson::Json => json + "\n",
    })?;
    Ok(Outcome::Clean)
}

/// A page, as it is named.
#[derive(Serialize)]
struct Named<'a> {
    path: &'a str,
    title: &'a str,
    url: &'a str,
    linked_from: usize,
}

/// The whole site.
#[derive(Serialize)]
struct Overview<'a> {
    pages: Vec<Named<'a>>,
    links: Vec<Joined<'a>>,
    orphans: Vec<&'a str>,
    dead_ends: Vec<&'a str>,
}

/// A page that leads to another.
#[derive(Serialize)]
struct Joined<'a> {
    from: &'a str,
    to: &'a str,
    related: bool,
}

/// One page and its neighbours.
#[derive(Serialize)]
struct Around<'a> {
    path: &'a str,
    title: &'a str,
    links_in: Vec<Neighbour<'a>>,
    links_out: Vec<Neighbour<'a>>,
}

/// A page that leads to the one that is asked for, or that it leads to.
#[derive(Serialize)]
struct Neighbour<'a> {
    path: &'a str,
    /// The file with the reference; an entry of `related` has no line here.
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    destination: &'a str,
    related: bool,
}

fn path(site: &Site, id: PageId) -> &str {
    site.page(id).article.path.as_str()
}

impl<'a> Overview<'a> {
    fn of(site: &'a Site) -> Self {
        let named = |(id, linked_from): (PageId, usize)| {
            let page = site.page(id);
            let title = page.article.front_matter.title.as_str();
            Named { path: path(site, id), title, url: page.url.as_str(), linked_from }
        };
        let joined = |from: PageId| {
            graph::out_of(site, from).map(move |(to, reference)| Joined {
                from: path(site, from),
                to: path(site, to),
                related: reference.link.kind == LinkKind::Related,
            })
        };
        Self {
            pages: graph::by_inbound(site).into_iter().map(named).collect(),
            links: site.included().flat_map(joined).collect(),
            orphans: site.orphans().map(|id| path(site, id)).collect(),
            dead_ends: graph::dead_ends(site).map(|id| path(site, id)).collect(),
        }
    }

    fn text(&self) -> String {
        let (pages, links) = (plural(self.pages.len(), "page"), plural(self.links.len(), "link"));
        let mut lines = vec![format!("{pages}, {links} between them\n\nmost linked:")];
        let linked = self.pages.iter().take(MOST_LINKED).filter(|page| page.linked_from > 0);
        lines.extend(
            linked.map(|page| format!("{:6}  {}  {}", page.linked_from, page.path, page.title)),
        );
        for (name, paths) in [
            ("orphans, which no text leads to", &self.orphans),
            ("dead ends, which lead to no other page", &self.dead_ends),
        ] {
            lines.push(format!("\n{name}: {}", paths.len()));
            lines.extend(paths.iter().map(|path| format!("        {path}")));
        }
        lines.join("\n") + "\n"
    }
}

impl<'a> Around<'a> {
    fn of(site: &'a Site, id: PageId, positions: &Positions<'_>) -> Self {
        let neighbour = |other: PageId, on: PageId, reference: &'a Reference| {
            let (document, link) = (Document::of_page(site, on), &reference.link);
            let related = link.kind == LinkKind::Related;
            let span = document.span(link.used_at.unwrap_or(link.span));
            let position = (!related).then(|| positions.of(&span).0);
            Neighbour {
                path: path(site, other),
                file: path(site, on),
                line: position.map(|position| position.line),
                column: position.map(|position| position.column),
                destination: document.destination(reference),
                related,
            }
        };
        let links_in = graph::into(site, id).map(|(from, link)| neighbour(from, from, link));
        let links_out = graph::out_of(site, id).map(|(to, link)| neighbour(to, id, link));
        Self {
            path: path(site, id),
            title: &site.page(id).article.front_matter.title,
            links_in: links_in.collect(),
            links_out: links_out.collect(),
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{}  {}\n", self.path, self.title);
        for (name, neighbours) in [("in", &self.links_in), ("out", &self.links_out)] {
            text += &format!("\nlinks {name}: {}\n", neighbours.len());
            for Neighbour { path, file, line, column, destination, .. } in neighbours {
                let place = match (line, column) {
                    (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
                    _ => format!("{file}: related"),
                };
                let to = if name == "out" { format!("  {path}") } else { String::new() };
                text += &format!("        {place}  {destination}{to}\n");
            }
        }
        text
    }
}

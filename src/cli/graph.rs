//! `graph`: which page leads where, as text for writers and as JSON for programs.

use std::fmt::Write;

use serde::Serialize;

use super::arguments::{GraphArguments, TextOrJson};
use super::{Outcome, build, named, printer, settings};
use crate::compile::{self, Memo};
use crate::io::disk;
use crate::path::SourcePath;
use crate::report::plural;
use crate::site::graph::{self, Edge};
use crate::site::{PageId, Site};
use crate::source::{LineIndex, Position, Sources};

/// How many of the most linked pages are named.
const MOST_LINKED: usize = 10;

pub(super) fn graph(arguments: &GraphArguments) -> anyhow::Result<Outcome> {
    let sources = disk::read(&arguments.root)?;
    let mut options = build::today_options();
    options.drafts = arguments.drafts;
    let compiled = compile::site(&sources, &options, &mut Memo::default());
    settings::errors(&compiled, &sources)?;
    let known = Known { site: &compiled.site, sources: &sources };
    let (text, json) = match &arguments.page {
        Some(name) => {
            let around = known.around(named::page(known.site, name)?);
            (around.text(), serde_json::to_string_pretty(&around)?)
        }
        None => {
            let overview = known.overview();
            (overview.text(), serde_json::to_string_pretty(&overview)?)
        }
    };
    printer::text(&match arguments.format {
        TextOrJson::Text => text,
        TextOrJson::Json => json + "\n",
    })?;
    Ok(Outcome::Clean)
}

struct Known<'a> {
    site: &'a Site,
    sources: &'a Sources,
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
    /// Where the link stands; an entry of `related` has no place of its own here.
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    destination: &'a str,
    related: bool,
}

impl<'a> Known<'a> {
    fn path(&self, id: PageId) -> &'a str {
        self.site.page(id).article.path.as_str()
    }

    fn overview(&self) -> Overview<'a> {
        let site = self.site;
        let named = |(id, linked_from): (PageId, usize)| {
            let page = site.page(id);
            let title = page.article.front_matter.title.as_str();
            Named { path: self.path(id), title, url: page.url.as_str(), linked_from }
        };
        let joined = |from: PageId| {
            graph::out_of(site, from).map(move |(to, edge)| Joined {
                from: self.path(from),
                to: self.path(to),
                related: matches!(edge, Edge::Related(_)),
            })
        };
        Overview {
            pages: graph::by_inbound(site).into_iter().map(named).collect(),
            links: site.included().flat_map(joined).collect(),
            orphans: site.orphans().map(|id| self.path(id)).collect(),
            dead_ends: graph::dead_ends(site).map(|id| self.path(id)).collect(),
        }
    }

    fn around(&self, id: PageId) -> Around<'a> {
        let article = &self.site.page(id).article;
        Around {
            path: self.path(id),
            title: &article.front_matter.title,
            links_in: graph::into(self.site, id)
                .map(|(from, edge)| self.neighbour(from, from, edge))
                .collect(),
            links_out: graph::out_of(self.site, id)
                .map(|(to, edge)| self.neighbour(to, id, edge))
                .collect(),
        }
    }

    /// `other` is the neighbour; the link stands on page `on`.
    fn neighbour(&self, other: PageId, on: PageId, edge: Edge) -> Neighbour<'a> {
        let article = &self.site.page(on).article;
        let (destination, position) = match edge {
            Edge::Link(index) => {
                let link = &article.body.links[index];
                let start = link.used_at.map_or(link.span.0, |used| used.0);
                (link.destination(&article.source.text), Some(self.position(&article.path, start)))
            }
            Edge::Related(index) => (article.front_matter.related[index].as_str(), None),
        };
        Neighbour {
            path: self.path(other),
            file: self.path(on),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            destination,
            related: matches!(edge, Edge::Related(_)),
        }
    }

    fn position(&self, path: &SourcePath, offset: u32) -> Position {
        let text = self.sources.text(path).map_or("", |text| text);
        LineIndex::new(text).position(offset as usize)
    }
}

impl Overview<'_> {
    fn text(&self) -> String {
        let mut text = String::new();
        let pages = plural(self.pages.len(), "page");
        let _ = writeln!(text, "{pages}, {} between them", plural(self.links.len(), "link"));
        let _ = writeln!(text, "\nmost linked:");
        for page in self.pages.iter().take(MOST_LINKED).filter(|page| page.linked_from > 0) {
            let _ = writeln!(text, "{:6}  {}  {}", page.linked_from, page.path, page.title);
        }
        list(&mut text, "orphans, which no text leads to", &self.orphans);
        list(&mut text, "dead ends, which lead to no other page", &self.dead_ends);
        text
    }
}

fn list(text: &mut String, name: &str, paths: &[&str]) {
    let _ = writeln!(text, "\n{name}: {}", paths.len());
    for path in paths {
        let _ = writeln!(text, "        {path}");
    }
}

impl Around<'_> {
    fn text(&self) -> String {
        let mut text = format!("{}  {}\n", self.path, self.title);
        for (name, neighbours) in [("in", &self.links_in), ("out", &self.links_out)] {
            let _ = writeln!(text, "\nlinks {name}: {}", neighbours.len());
            for neighbour in neighbours {
                let place = match (neighbour.line, neighbour.column) {
                    (Some(line), Some(column)) => format!("{}:{line}:{column}", neighbour.file),
                    _ => format!("{}: related", neighbour.file),
                };
                let _ = match name {
                    "in" => writeln!(text, "        {place}  {}", neighbour.destination),
                    _ => writeln!(
                        text,
                        "        {place}  {}  {}",
                        neighbour.destination, neighbour.path
                    ),
                };
            }
        }
        text
    }
}

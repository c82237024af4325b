//! Links → strings, for other tools. Prints nothing itself.

use std::collections::BTreeMap;

use serde::Serialize;

use super::json::JsonPlace;
use super::{Positions, json_line};
use crate::article::LinkKind;
use crate::source::{Sources, Span};

/// A link of the site.
#[derive(Clone, Debug)]
pub struct ListedLink {
    /// Where the destination is written.
    pub span: Span,
    /// The destination, escapes and entities resolved.
    pub destination: String,
    /// What holds the destination.
    pub kind: LinkKind,
    /// Where it leads, when it leads to a source.
    pub target: Option<String>,
    /// Whether it leads to another site.
    pub external: bool,
}

#[derive(Serialize)]
struct LinkLine<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    destination: &'a str,
    kind: &'a str,
    target: Option<&'a str>,
    external: bool,
}

#[derive(Serialize)]
struct UrlLine<'a> {
    url: &'a str,
    places: Vec<JsonPlace<'a>>,
}

fn kind(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Link => "link",
        LinkKind::Resource => "resource",
        LinkKind::Autolink => "autolink",
        LinkKind::HtmlLink => "html-link",
        LinkKind::HtmlResource => "html-resource",
        LinkKind::Related => "related",
        LinkKind::Theme | LinkKind::ThemeUrl => "theme",
        LinkKind::Alias => "alias",
        LinkKind::OldAnchor | LinkKind::NewAnchor => "anchor",
        LinkKind::RedirectFrom | LinkKind::RedirectTo => "redirect",
    }
}

/// `FILE:LINE:COLUMN`, the destination and where it leads, with tabs between, one link a line.
pub fn text(links: &[ListedLink], sources: &Sources) -> String {
    let positions = Positions::new(sources);
    let line = |link: &ListedLink| {
        let (start, _) = positions.of(&link.span);
        let (file, destination) = (&link.span.file, on_a_line(&link.destination));
        let target = link.target.as_deref().unwrap_or("");
        format!("{file}:{}:{}\t{destination}\t{target}\n", start.line, start.column)
    };
    links.iter().map(line).collect()
}

/// One JSON object for each link, one a line.
pub fn json(links: &[ListedLink], sources: &Sources) -> String {
    let positions = Positions::new(sources);
    let line = |link: &ListedLink| {
        json_line(&LinkLine {
            place: JsonPlace::new(&link.span, &positions),
            destination: &link.destination,
            kind: kind(link.kind),
            target: link.target.as_deref(),
            external: link.external,
        })
    };
    links.iter().map(line).collect()
}

/// Every URL of another site once, sorted, one a line.
pub fn urls(links: &[ListedLink]) -> String {
    by_url(links).keys().map(|url| format!("{url}\n")).collect()
}

/// One JSON object for each URL of another site, with every position of it, one per line.
pub fn urls_json(links: &[ListedLink], sources: &Sources) -> String {
    let positions = Positions::new(sources);
    let line = |(url, links): (&String, &Vec<&ListedLink>)| {
        let places = links.iter().map(|link| JsonPlace::new(&link.span, &positions)).collect();
        json_line(&UrlLine { url, places })
    };
    by_url(links).iter().map(line).collect()
}

fn by_url(links: &[ListedLink]) -> BTreeMap<String, Vec<&ListedLink>> {
    let mut found: BTreeMap<String, Vec<&ListedLink>> = BTreeMap::new();
    for link in links.iter().filter(|link| link.external) {
        let scheme = if link.destination.starts_with("//") { "https:" } else { "" };
        let url = format!("{scheme}{}", on_a_line(&link.destination));
        found.entry(url).or_default().push(link);
    }
    found
}

/// A destination in raw HTML may hold line ends and tabs, which browsers drop.
fn on_a_line(destination: &str) -> String {
    destination.chars().filter(|c| !c.is_control()).collect()
}

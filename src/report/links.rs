//! Links → strings, for other tools. Prints nothing itself.

use std::collections::BTreeMap;

use super::Positions;
use super::json::place;
use crate::article::LinkKind;
use crate::json::{list, object};
use crate::source::{Sources, Span};

#[derive(Clone, Debug)]
pub struct ListedLink {
    /// Where the destination is written.
    pub span: Span,
    /// The destination, escapes and entities resolved.
    pub destination: String,
    pub kind: LinkKind,
    /// Where it leads, when it leads to a source.
    pub target: Option<String>,
    pub external: bool,
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
        let (place, destination) = (positions.start(&link.span), on_a_line(&link.destination));
        format!("{place}\t{destination}\t{}\n", link.target.as_deref().unwrap_or(""))
    };
    links.iter().map(line).collect()
}

/// One JSON object for each link, one a line.
pub fn json(links: &[ListedLink], sources: &Sources) -> String {
    let positions = Positions::new(sources);
    let line = |link: &ListedLink| {
        let known = [
            ("destination", link.destination.as_str().into()),
            ("kind", kind(link.kind).into()),
            ("target", link.target.as_deref().into()),
            ("external", link.external.into()),
        ];
        object(place(&link.span, &positions).into_iter().chain(known)).line()
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
    let place = |link: &&ListedLink| object(place(&link.span, &positions));
    let line = |(url, links): (String, Vec<&ListedLink>)| {
        let places = list(links.iter().map(place));
        object([("url", url.into()), ("places", places)]).line()
    };
    by_url(links).into_iter().map(line).collect()
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

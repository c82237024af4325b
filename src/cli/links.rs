//! `links`: lists the links of a site, for other tools.

use super::arguments::{LinksArguments, LinksFormat};
use super::session::{Session, today};
use super::{Outcome, printer};
use crate::article::Link;
use crate::check::external;
use crate::config::Options;
use crate::path::SourcePath;
use crate::report::links::{self, ListedLink};
use crate::site::Site;
use crate::site::links::Resolution;
use crate::source::{Sources, Span};

pub(super) fn links(arguments: &LinksArguments) -> anyhow::Result<Outcome> {
    let session = Session::open(&arguments.root, Options::on(today(None)))?;
    let sources = &session.sources;
    let found = listed(session.site(), sources);
    let text = match (arguments.external, arguments.format) {
        (false, LinksFormat::Text) => links::text(&found, sources),
        (false, LinksFormat::Json) => links::json(&found, sources),
        (true, LinksFormat::Text) => links::urls(&found),
        (true, LinksFormat::Json) => links::urls_json(&found, sources),
    };
    printer::text(&text)?;
    Ok(Outcome::Clean)
}

/// The links in the site's own files, by file and place. A reference definition is one link, however often it is used.
fn listed(site: &Site, sources: &Sources) -> Vec<ListedLink> {
    let external: Vec<Span> = external::links(site).into_iter().map(|link| link.span).collect();
    let of_file = |path: &SourcePath, (links, text): (&[Link], &str), resolved: &[Resolution]| {
        let listed = |(link, resolution): (&Link, &Resolution)| {
            let (start, end) = link.span;
            let span = Span { file: path.clone(), start, end };
            ListedLink {
                destination: link.destination(text).trim().to_owned(),
                kind: link.kind,
                target: site.target(resolution.target, path),
                external: external.binary_search(&span).is_ok(),
                span,
            }
        };
        links.iter().zip(resolved).map(listed).collect::<Vec<_>>()
    };
    let pages = site.pages.iter().zip(site.links.iter());
    let mut found: Vec<ListedLink> = pages
        .flat_map(|(page, resolved)| {
            let article = &page.article;
            of_file(&article.path, (&article.body.links, &article.source.text), resolved)
        })
        .collect();
    for (file, resolved) in site.html.iter().zip(site.html_links.iter()) {
        if !sources.is_embedded(&file.path) {
            found.extend(of_file(&file.path, (&file.links, ""), resolved));
        }
    }
    found.sort_by(|a, b| a.span.cmp(&b.span));
    found.dedup_by(|a, b| a.span == b.span);
    found
}

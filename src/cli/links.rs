//! `links`: lists the links of a site, for other tools.

use super::arguments::{SiteFolder, TextOrJson};
use super::session::Session;
use super::{Outcome, printer};
use crate::check::external;
use crate::report::links::{self, ListedLink};
use crate::site::Site;
use crate::site::links::{Document, Reference};
use crate::source::{Sources, Span};

pub(super) fn links(
    site: &SiteFolder,
    external: bool,
    format: TextOrJson,
) -> anyhow::Result<Outcome> {
    let session = Session::open(site, false)?;
    let sources = &session.sources;
    let found = listed(session.site(), sources);
    let text = match (external, format) {
        (false, TextOrJson::Text) => links::text(&found, sources),
        (false, TextOrJson::Json) => links::json(&found, sources),
        (true, TextOrJson::Text) => links::urls(&found),
        (true, TextOrJson::Json) => links::urls_json(&found, sources),
    };
    printer::text(&text)?;
    Ok(Outcome::Clean)
}

/// The links in the site's own files, by file and place. A reference definition is one link, however often it is used.
fn listed(site: &Site, sources: &Sources) -> Vec<ListedLink> {
    let external: Vec<Span> = external::links(site).into_iter().map(|link| link.span).collect();
    let in_document = |document: Document<'_>| {
        let listed = |reference: &Reference| {
            let span = document.span(reference.link.span);
            ListedLink {
                destination: document.destination(reference).trim().to_owned(),
                kind: reference.link.kind,
                target: site.target(reference.target, document.path),
                external: external.binary_search(&span).is_ok(),
                span,
            }
        };
        let links = document.references.iter().filter(|one| one.link.kind.is_link());
        links.map(listed).collect::<Vec<_>>()
    };
    let own = site.documents().filter(|document| !sources.is_embedded(document.path));
    let mut found: Vec<ListedLink> = own.flat_map(in_document).collect();
    found.sort_by(|a, b| a.span.cmp(&b.span));
    found.dedup_by(|a, b| a.span == b.span);
    found
}

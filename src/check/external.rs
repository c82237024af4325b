//! Links to other sites: which there are, what has to be asked, and what the answers mean. Asks nobody itself.

mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use crate::article::LinkKind;
use crate::config::ExternalSettings;
use crate::diagnostic::{Diagnostic, EXTERNAL_DEAD};
use crate::external::{Answers, Request, named_place};
use crate::site::Site;
use crate::site::links::{Document, Problem, Target};
use crate::source::Span;
use crate::url::{UrlError, WebUrl};

/// A link to another site. A reference definition is one link, however often it is used.
pub struct ExternalLink<'a> {
    /// Where the destination is written.
    pub span: Span,
    /// The destination, as it is written.
    pub destination: &'a str,
    /// Where a reference definition is used.
    uses: Vec<Span>,
    kind: LinkKind,
    /// What is asked for; or why that cannot be.
    url: Result<WebUrl, &'static str>,
}

impl ExternalLink<'_> {
    /// Whether the site leaves it out.
    pub fn is_skipped(&self, settings: &ExternalSettings) -> bool {
        let url = self.url.as_ref().map(|url| url.without_fragment().to_string()).ok();
        let bare = self.destination.split('#').next().unwrap_or("");
        let is_match = |text: &str| settings.skip.iter().any(|pattern| pattern.is_match(text));
        is_match(bare) || url.is_some_and(|url| is_match(&url))
    }
}

/// Every link of the site to another one, by file and place. Those to the writer's own machine or network are none.
pub fn links(site: &Site) -> Vec<ExternalLink<'_>> {
    let mut found: Vec<_> = site.documents().flat_map(of_document).collect();
    found.sort_by(|a, b| a.span.cmp(&b.span));
    found
}

fn of_document(document: Document<'_>) -> impl Iterator<Item = ExternalLink<'_>> {
    let mut found: BTreeMap<(u32, u32), ExternalLink<'_>> = BTreeMap::new();
    for reference in document.references {
        let is_local = reference.problems.contains(&Problem::LocalUrl);
        if reference.target != Target::Outside || is_local || !reference.link.kind.is_link() {
            continue;
        }
        let (link, destination) = (&reference.link, document.destination(reference));
        let url = match WebUrl::parse(destination) {
            Err(UrlError::OtherScheme) => continue,
            Err(UrlError::Unusable(reason)) => Err(reason),
            Ok(url) => Ok(url),
        };
        let known = found.entry(link.span).or_insert_with(|| ExternalLink {
            span: document.span(link.span),
            destination: destination.trim(),
            uses: Vec::new(),
            kind: link.kind,
            url,
        });
        known.uses.extend(link.used_at.map(|at| document.span(at)));
    }
    found.into_values()
}

/// What has to be asked: each URL once, sorted.
pub fn requests(links: &[ExternalLink<'_>]) -> Vec<Request> {
    let mut wanted: BTreeMap<WebUrl, BTreeSet<String>> = BTreeMap::new();
    for url in links.iter().filter_map(|link| link.url.as_ref().ok()) {
        let fragments = wanted.entry(url.without_fragment()).or_default();
        fragments.extend(named_place(url).map(str::to_owned));
    }
    wanted.into_iter().map(|(url, fragments)| Request { url, fragments }).collect()
}

/// What is wrong with links, given the answers to what was asked. Links of which nothing is known say nothing.
pub fn findings(links: &[ExternalLink<'_>], answers: &Answers) -> Vec<Diagnostic> {
    let of_link = links.iter().flat_map(|link| {
        let found = match &link.url {
            Err(reason) => vec![unusable(link, reason)],
            Ok(url) => match answers.get(&url.without_fragment()) {
                Some(answer) => verdict::findings(link, url, answer),
                None => Vec::new(),
            },
        };
        let relate = |finding: Diagnostic, used: &Span| finding.relate(used.clone(), "used here");
        found.into_iter().map(move |finding| link.uses.iter().fold(finding, relate))
    });
    of_link.collect()
}

fn unusable(link: &ExternalLink<'_>, reason: &str) -> Diagnostic {
    let message = format!("`{}` cannot be asked for: {reason}", link.destination);
    Diagnostic::new(&EXTERNAL_DEAD, link.span.clone(), message)
        .help("write the URL as a browser shows it, or remove the link")
}

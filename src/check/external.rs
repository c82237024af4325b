//! Links to other sites: which there are, what has to be asked, and what the answers mean. Asks nobody itself.

mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use crate::article::{Link, LinkKind};
use crate::config::ExternalSettings;
use crate::diagnostic::{Diagnostic, EXTERNAL_DEAD, Label};
use crate::external::{Answer, Request, named_place};
use crate::path::SourcePath;
use crate::site::Site;
use crate::site::links::{Problem, Resolution, Target};
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
    let pages = site.pages.iter().zip(site.links.iter());
    let pages = pages.map(|(page, resolved)| {
        let article = &page.article;
        (&article.path, (&article.body.links[..], &*article.source.text), &resolved[..])
    });
    let html = site.html.iter().zip(site.html_links.iter());
    let html = html.map(|(file, resolved)| (&file.path, (&file.links[..], ""), &resolved[..]));
    let mut found: Vec<_> = pages
        .chain(html)
        .flat_map(|(path, links, resolved)| of_file(path, links, resolved))
        .collect();
    found.sort_by(|a, b| a.span.cmp(&b.span));
    found
}

fn of_file<'a>(
    path: &SourcePath,
    (links, text): (&'a [Link], &'a str),
    resolved: &[Resolution],
) -> Vec<ExternalLink<'a>> {
    let mut found: BTreeMap<(u32, u32), ExternalLink<'a>> = BTreeMap::new();
    for (link, resolution) in links.iter().zip(resolved) {
        let is_local = resolution.problems().any(|problem| *problem == Problem::LocalUrl);
        if resolution.target != Target::Outside || is_local {
            continue;
        }
        let url = match WebUrl::parse(link.destination(text)) {
            Err(UrlError::OtherScheme) => continue,
            Err(UrlError::Unusable(reason)) => Err(reason),
            Ok(url) => Ok(url),
        };
        let span = |(start, end)| Span { file: path.clone(), start, end };
        let known = found.entry(link.span).or_insert_with(|| ExternalLink {
            span: span(link.span),
            destination: link.destination(text).trim(),
            uses: Vec::new(),
            kind: link.kind,
            url,
        });
        known.uses.extend(link.used_at.map(span));
    }
    found.into_values().collect()
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
pub fn findings(links: &[ExternalLink<'_>], answers: &BTreeMap<WebUrl, Answer>) -> Vec<Diagnostic> {
    let of_link = |link: &ExternalLink<'_>| {
        let mut found = match &link.url {
            Err(reason) => vec![unusable(link, reason)],
            Ok(url) => match answers.get(&url.without_fragment()) {
                Some(answer) => verdict::findings(link, url, answer),
                None => Vec::new(),
            },
        };
        for finding in &mut found {
            let used = |span: &Span| Label { span: span.clone(), message: "used here".to_owned() };
            finding.related.extend(link.uses.iter().map(used));
        }
        found
    };
    links.iter().flat_map(of_link).collect()
}

fn unusable(link: &ExternalLink<'_>, reason: &str) -> Diagnostic {
    let message = format!("`{}` cannot be asked for: {reason}", link.destination);
    Diagnostic::new(&EXTERNAL_DEAD, link.span.clone(), message)
        .help("write the URL as a browser shows it, or remove the link")
}

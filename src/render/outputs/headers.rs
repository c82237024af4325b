//! `_headers`: headers of answers, for hosts that read such a file (Cloudflare Pages, Netlify and others). No two rules
//! give one file the same header: hosts differ in what they make of that. What is not hashed has no rule for caches, as
//! these hosts' own is the right one: `public, max-age=0, must-revalidate`.

use std::collections::BTreeSet;

use super::host_limit;
use crate::article::LinkKind;
use crate::diagnostic::Diagnostic;
use crate::path::UrlPath;
use crate::picture;
use crate::site::Site;
use crate::site::generated::Generated;
use crate::site::links::{Document, Holder, Reference, Target};
use crate::theme;
use crate::url::WebUrl;

/// What Cloudflare Pages reads of `_headers` (its documentation, "Headers", limits).
const MOST_RULES: usize = 100;
const LONGEST_LINE: usize = 2_000;

/// For files whose names change when they do.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The file.
pub(super) fn headers(site: &Site) -> String {
    let path = site.base.path();
    let mut text = rule(&format!("{path}*"), &everywhere(site));
    let folders = hashed_folders(site).into_iter().map(|folder| format!("{folder}*"));
    for file in hashed(site).into_iter().chain(folders) {
        text.push_str(&rule(&file, &[("Cache-Control", IMMUTABLE.to_owned())]));
    }
    let markdown = (format!("{path}*.md"), MARKDOWN);
    for (file, media_type) in types(site).into_iter().chain([markdown]) {
        text.push_str(&rule(&file, &[("Content-Type", media_type.to_owned())]));
    }
    text
}

fn rule(path: &str, headers: &[(&str, String)]) -> String {
    let lines = headers.iter().map(|(name, value)| format!("  {name}: {value}\n"));
    format!("{path}\n{}", lines.collect::<String>())
}

/// The headers of every answer.
pub(super) fn everywhere(site: &Site) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("Content-Security-Policy", policy(site)),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()".to_owned()),
        ("Referrer-Policy", "strict-origin-when-cross-origin".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ];
    if site.has_generated(Generated::SpeculationRules) {
        let rules = site.href(&Generated::SpeculationRules.url(site));
        headers.push(("Speculation-Rules", format!("\"{rules}\"")));
    }
    if site.options.preview {
        headers.push(("X-Robots-Tag", "noindex".to_owned()));
    }
    headers
}

/// The content security policy: nothing but the site's own files, and what the content shows from other sites. Scripts and
/// styles of others are never among it.
fn policy(site: &Site) -> String {
    let (images, embedded) = loaded_sources(site);
    let feedback = site.configuration.theme.feedback.as_deref().and_then(source);
    let (images, frames) = (with_self(&images), with_self(&embedded));
    let frame_sources =
        if embedded.is_empty() { String::new() } else { format!("frame-src {frames}; ") };
    let form_actions = with_self(&feedback.into_iter().collect());
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; media-src {frames}; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; {frame_sources}form-action {form_actions}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

fn with_self(others: &BTreeSet<String>) -> String {
    others.iter().fold("'self'".to_owned(), |all, other| format!("{all} {other}"))
}

/// The sources of what the content shows from other sites: of all of it, and of what raw HTML embeds (pictures, sound,
/// films, frames).
fn loaded_sources(site: &Site) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut all, mut embedded) = (BTreeSet::new(), BTreeSet::new());
    let is_shown = |document: &Document<'_>| match document.holder {
        Holder::Page(id) => site.page(id).included,
        Holder::Html(_) | Holder::Settings => true,
    };
    for document in site.documents().filter(is_shown) {
        let is_loaded = |reference: &&Reference| {
            reference.link.kind.is_resource() && reference.target == Target::Outside
        };
        for reference in document.references.iter().filter(is_loaded) {
            let Some(source) = source(document.destination(reference)) else { continue };
            if reference.link.kind == LinkKind::HtmlResource {
                embedded.insert(source.clone());
            }
            all.insert(source);
        }
    }
    (all, embedded)
}

/// What a policy calls the place that a URL is loaded from: its origin, or `data:`.
fn source(url: &str) -> Option<String> {
    if url.trim().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        return Some("data:".to_owned());
    }
    let url = WebUrl::parse(url).ok()?;
    // Some characters that a host's name may hold would end the source, or the policy.
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    url.host().chars().all(is_host).then(|| url.origin().to_owned())
}

/// Files that may be kept for good.
pub(super) fn hashed(site: &Site) -> Vec<String> {
    let assets = site.routes.assets.iter().filter(|asset| theme::is_hashed(&asset.source));
    assets.map(|asset| site.href(&asset.url)).collect()
}

/// The folders of files that may all be kept for good: the search index's files, which are too many for a rule each, and
/// pictures' variants.
pub(super) fn hashed_folders(site: &Site) -> Vec<String> {
    let search = site.configuration.search.then(|| "/search/index/".to_owned());
    let images = site.has_image_folder().then(|| format!("/{}/", picture::FOLDER));
    search.into_iter().chain(images).map(|folder| site.href(&UrlPath::new(&folder))).collect()
}

/// Media types that hosts do not know by the files' names, or not all of them.
pub(super) const MARKDOWN: &str = "text/markdown; charset=utf-8";
pub(super) const FEED: &str = "application/atom+xml; charset=utf-8";
pub(super) const SPECULATION_RULES: &str = "application/speculationrules+json";

/// Files whose media types are not told by their names.
pub(super) fn types(site: &Site) -> Vec<(String, &'static str)> {
    let types = [(Generated::Feed, FEED), (Generated::SpeculationRules, SPECULATION_RULES)];
    let known = types.into_iter().filter(|(file, _)| site.has_generated(*file));
    known.map(|(file, kind)| (site.href(&file.url(site)), kind)).collect()
}

/// What some hosts would not read.
pub(super) fn findings(site: &Site) -> Vec<Diagnostic> {
    if !site.routes.generated.contains(&Generated::Headers) {
        return Vec::new();
    }
    let text = headers(site);
    let rules = text.lines().filter(|line| !line.starts_with(' ')).count();
    let longest = text.lines().map(str::len).max().unwrap_or(0);
    [
        (rules, MOST_RULES, "rules in `_headers`", "them"),
        (longest, LONGEST_LINE, "characters in one line of `_headers`", "such a line"),
    ]
    .into_iter()
    .filter(|(count, most, ..)| count > most)
    .map(|(count, most, what, which)| {
        host_limit(
            format!("the site has {count} {what}, and Cloudflare Pages reads {which} up to {most}"),
            "put pictures from other sites into the site, or write `static/_headers` yourself",
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::source;

    #[test]
    fn sources_are_origins() {
        for (url, expected) in [
            ("https://Img.Example:8443/a.png?x#y", Some("https://img.example:8443")),
            ("//img.example", Some("https://img.example")),
            ("http://img.example/", Some("http://img.example")),
            ("data:image/png;base64,AA", Some("data:")),
            ("https://a;b/", None),
            ("https://user@a.b/", Some("https://a.b")),
            ("https:///", None),
            ("blob:x", None),
        ] {
            assert_eq!(source(url).as_deref(), expected, "{url}");
        }
    }
}

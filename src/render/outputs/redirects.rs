//! `_redirects`: the lines by which hosts (Cloudflare Pages, Netlify and others) redirect old addresses; and the same for
//! whoever writes them otherwise.

use percent_encoding::percent_decode_str;

use crate::config::BaseUrl;
use crate::diagnostic::{Diagnostic, HOST_LIMIT};
use crate::path::{SourcePath, encode_path};
use crate::site::Site;
use crate::source::Span;

/// How long a line of `_redirects` may be for Cloudflare Pages (its documentation, "Redirects").
const LONGEST_LINE: usize = 1_000;

/// How much of `_redirects` GitLab Pages reads, unless its operator sets other limits: so many lines, of a file of at most
/// so many bytes (its documentation, "GitLab Pages redirects").
const GITLAB_MOST_LINES: usize = 1_000;
const GITLAB_MOST_BYTES: usize = 64 * 1024;

/// An old address and the one that replaces it, from the origin's root, percent-encoded. `*` at the end of an old one and
/// `:splat` in a new one stand for the rest.
pub(super) struct Line {
    pub from: String,
    pub to: String,
}

/// The file.
pub(super) fn redirects(site: &Site) -> String {
    file(&lines(site))
}

fn file(lines: &[Line]) -> String {
    lines.iter().map(|Line { from, to }| format!("{from} {to} 301\n")).collect()
}

/// Every redirect. Hosts take the first that matches: those for whole folders come last.
pub(super) fn lines(site: &Site) -> Vec<Line> {
    let routes = &site.routes;
    let href = |page| site.href(&site.page(page).url);
    let aliases = routes.alias_list.iter();
    let aliases = aliases.map(|(from, page)| Line { from: site.href(from), to: href(*page) });
    let host = routes.host_aliases.iter().filter(|_| site.tells_host_aliases());
    let host = host.map(|alias| Line { from: alias.from.clone(), to: href(alias.page) });
    let rules = site.configuration.redirects.iter().filter_map(|redirect| {
        let from = local(&redirect.from, &site.base)?;
        let to = local(&redirect.to, &site.base).unwrap_or_else(|| redirect.to.value.clone());
        Some(Line { from, to })
    });
    aliases.chain(host).chain(rules).collect()
}

/// Where the settings' redirects lead a path to, which is decoded and begins at the origin's root; percent-encoded.
pub fn redirected(site: &Site, path: &str) -> Option<String> {
    site.configuration.redirects.iter().find_map(|redirect| {
        let from = local(&redirect.from, &site.base)?;
        let from = percent_decode_str(&from).decode_utf8_lossy();
        let rest = match from.strip_suffix('*') {
            Some(folder) => path.strip_prefix(folder)?,
            None => (path.trim_end_matches('/') == from.trim_end_matches('/')).then_some("")?,
        };
        let to = local(&redirect.to, &site.base).unwrap_or_else(|| redirect.to.value.clone());
        Some(to.replace(":splat", &encode_path(rest)))
    })
}

/// What some hosts would not read.
pub(super) fn findings(site: &Site) -> Vec<Diagnostic> {
    let lines = lines(site);
    let is_long = |line: &&Line| line.from.len() + line.to.len() + " 301".len() + 1 > LONGEST_LINE;
    let long = |line: &Line| {
        let start: String = line.from.chars().take(60).collect();
        let message = format!(
            "the redirect of `{start}…` is longer than the {LONGEST_LINE} characters that Cloudflare Pages reads"
        );
        finding(message, "shorten it, or host the site where there is no such limit")
    };
    let has_pages_only = lines.len() == site.routes.alias_list.len();
    let unread = unread_by_gitlab(&lines).filter(|_| !has_pages_only);
    lines.iter().filter(is_long).map(long).chain(unread).collect()
}

/// What redirects without a page suffer where GitLab Pages passes over the last lines, or all. They cannot come first:
/// those of whole folders would take the aliases below them, and Cloudflare Pages counts what follows a line with `*` among
/// the few of that kind.
fn unread_by_gitlab(lines: &[Line]) -> Option<Diagnostic> {
    let (count, size) = (lines.len(), file(lines).len());
    let what = if size > GITLAB_MOST_BYTES {
        format!(
            "holds {size} bytes, and GitLab Pages reads none with more than {GITLAB_MOST_BYTES}"
        )
    } else if count > GITLAB_MOST_LINES {
        format!("has {count} lines, and GitLab Pages reads the first {GITLAB_MOST_LINES}")
    } else {
        return None;
    };
    Some(finding(
        format!("`_redirects` {what}; redirects that have no page come last, and are lost there"),
        "remove old `aliases`, or host the site where there is no such limit",
    ))
}

fn finding(message: String, help: &str) -> Diagnostic {
    Diagnostic::new(&HOST_LIMIT, Span::file(&SourcePath::new("site.yaml")), message).help(help)
}

/// A path below the base URL, or a full URL of the origin, as a path from the origin's root.
fn local(address: &str, base: &BaseUrl) -> Option<String> {
    if let Some(path) = address.strip_prefix('/') {
        return Some(format!("{}{path}", base.path()));
    }
    let rest = address.strip_prefix(base.origin()?)?;
    Some(if rest.is_empty() { "/".to_owned() } else { rest.to_owned() })
}

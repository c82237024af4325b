//! `_redirects`: the lines by which hosts (Cloudflare Pages, Netlify and others) redirect old addresses; and the same for
//! whoever writes them otherwise.

use super::host_limit;
use crate::diagnostic::Diagnostic;
use crate::redirect::{Location, Redirect, from_root};
use crate::site::Site;
use crate::site::routes::Alias;

/// How long a line of `_redirects` may be for Cloudflare Pages (its documentation, "Redirects").
const LONGEST_LINE: usize = 1_000;

/// How much of `_redirects` GitLab Pages reads, unless its operator sets other limits: so many lines, of a file of at most
/// so many bytes (its documentation, "GitLab Pages redirects").
const GITLAB_MOST_LINES: usize = 1_000;
const GITLAB_MOST_BYTES: usize = 64 * 1024;

/// An old address and the one that replaces it, from the origin's root, percent-encoded. `*` at the end of an old one and
/// `:splat` in a new one stand for the rest.
pub(super) struct RedirectLine {
    pub from: String,
    pub to: String,
}

/// The file.
pub(super) fn redirects(site: &Site) -> String {
    file(&lines(site))
}

fn file(lines: &[RedirectLine]) -> String {
    lines.iter().map(|RedirectLine { from, to }| format!("{from} {to} 301\n")).collect()
}

/// Every redirect. Hosts take the first that matches: of the settings' those with `*` come last, and silcrow itself looks for
/// them in that order ([`crate::redirect::Table`]).
pub(super) fn lines(site: &Site) -> Vec<RedirectLine> {
    let (routes, base) = (&site.routes, &site.base);
    let href = |page| site.href(&site.page(page).url);
    let aliases = routes.alias_list.iter();
    let aliases =
        aliases.map(|Alias { from, page }| RedirectLine { from: site.href(from), to: href(*page) });
    let tells_host_aliases = site.tells_host_aliases();
    let host = routes.host_aliases.iter().filter(|_| tells_host_aliases);
    let host = host.map(|alias| RedirectLine { from: alias.from.encoded(), to: href(alias.page) });
    let is_told =
        |redirect: &&Redirect| tells_host_aliases || matches!(redirect.location, Location::Site(_));
    let line = |redirect: &Redirect| {
        let star = if redirect.from.is_wildcard() { "*" } else { "" };
        let from = format!("{}{star}", redirect.location.from_root(base));
        RedirectLine { from, to: from_root(&redirect.to, base) }
    };
    let rules = site.configuration.redirects.iter().filter(is_told);
    let (folders, single): (Vec<_>, Vec<_>) =
        rules.partition(|redirect| redirect.from.is_wildcard());
    aliases.chain(host).chain(single.into_iter().chain(folders).map(line)).collect()
}

/// Where the settings' redirects lead a path to, which is decoded and begins at the origin's root; percent-encoded.
pub fn redirected(site: &Site, path: &str) -> Option<String> {
    let location = Location::on_origin(path, &site.base);
    let (index, rest) = site.routes.redirect(&location)?;
    Some(from_root(&site.configuration.redirects[index].target(rest), &site.base))
}

/// What some hosts would not read.
pub(super) fn findings(site: &Site) -> Vec<Diagnostic> {
    let lines = lines(site);
    let is_long =
        |line: &&RedirectLine| line.from.len() + line.to.len() + " 301".len() + 1 > LONGEST_LINE;
    let long = |line: &RedirectLine| {
        let start: String = line.from.chars().take(60).collect();
        let message = format!(
            "the redirect of `{start}…` is longer than the {LONGEST_LINE} characters that Cloudflare Pages reads"
        );
        host_limit(message, "shorten it, or host the site where there is no such limit")
    };
    let has_pages_only = lines.len() == site.routes.alias_list.len();
    let unread = unread_by_gitlab(&lines).filter(|_| !has_pages_only);
    lines.iter().filter(is_long).map(long).chain(unread).collect()
}

/// What redirects without a page suffer where GitLab Pages passes over the last lines, or all. They cannot come first:
/// those of whole folders would take the aliases below them, and Cloudflare Pages counts what follows a line with `*` among
/// the few of that kind.
fn unread_by_gitlab(lines: &[RedirectLine]) -> Option<Diagnostic> {
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
    Some(host_limit(
        format!("`_redirects` {what}; redirects that have no page come last, and are lost there"),
        "remove old `aliases`, or host the site where there is no such limit",
    ))
}

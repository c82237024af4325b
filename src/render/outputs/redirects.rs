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

/// An old address and the one that replaces it, from the origin's root, percent-encoded. `*` at the end of an old one and
/// `:splat` in a new one stand for the rest.
pub(super) struct Line {
    pub from: String,
    pub to: String,
}

/// The file.
pub(super) fn redirects(site: &Site) -> String {
    lines(site).into_iter().map(|Line { from, to }| format!("{from} {to} 301\n")).collect()
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
        let to = local(&redirect.to, &site.base).unwrap_or_else(|| redirect.to.clone());
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
        let to = local(&redirect.to, &site.base).unwrap_or_else(|| redirect.to.clone());
        Some(to.replace(":splat", &encode_path(rest)))
    })
}

/// Lines that some hosts would not read.
pub(super) fn findings(site: &Site) -> Vec<Diagnostic> {
    let is_long = |line: &Line| line.from.len() + line.to.len() + " 301".len() + 1 > LONGEST_LINE;
    let finding = |line: Line| {
        let start: String = line.from.chars().take(60).collect();
        let message = format!(
            "the redirect of `{start}…` is longer than the {LONGEST_LINE} characters that Cloudflare Pages reads"
        );
        Diagnostic::new(&HOST_LIMIT, Span::file(&SourcePath::new("site.yaml")), message)
            .help("shorten it, or host the site where there is no such limit")
    };
    lines(site).into_iter().filter(is_long).map(finding).collect()
}

/// A path below the base URL, or a full URL of the origin, as a path from the origin's root.
fn local(address: &str, base: &BaseUrl) -> Option<String> {
    if let Some(path) = address.strip_prefix('/') {
        return Some(format!("{}{path}", base.path()));
    }
    let rest = address.strip_prefix(base.origin()?)?;
    Some(if rest.is_empty() { "/".to_owned() } else { rest.to_owned() })
}

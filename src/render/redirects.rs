//! `_redirects`: the lines by which hosts (Cloudflare Pages, Netlify and others) redirect old addresses.

use percent_encoding::percent_decode_str;

use crate::config::BaseUrl;
use crate::output::Output;
use crate::path::{OutputPath, encode_path};
use crate::site::Site;

/// The file, when the site has old addresses; and a notice when the base URL's path keeps hosts from reading it.
pub fn redirects(site: &Site) -> (Option<Output>, Option<String>) {
    let lines = lines(site);
    if lines.is_empty() {
        return (None, None);
    }
    let notice = (site.base.path() != "/").then(|| {
        format!("`_redirects` works only at an origin's root; the site is below `{}`: hand its lines to whatever serves the root", site.base.path())
    });
    let text = lines.concat();
    (Some(Output::bytes(OutputPath::new("_redirects"), text.into_bytes())), notice)
}

fn lines(site: &Site) -> Vec<String> {
    let routes = &site.routes;
    let href = |page| site.href(&site.page(page).url);
    let aliases = routes
        .alias_list
        .iter()
        .map(|(from, page)| format!("{} {} 301\n", site.href(from), href(*page)));
    // Old addresses outside the base path belong to the production origin, and make no sense on another.
    let production =
        site.configuration.base_url.as_ref().is_some_and(|base| {
            base.origin() == site.base.origin() && base.path() == site.base.path()
        });
    let host = routes
        .host_aliases
        .iter()
        .filter(|_| production)
        .map(|alias| format!("{} {} 301\n", alias.from, href(alias.page)));
    let rules = site.configuration.redirects.iter().filter_map(|redirect| {
        let from = local(&redirect.from, &site.base)?;
        let to = local(&redirect.to, &site.base).unwrap_or_else(|| redirect.to.clone());
        Some(format!("{from} {to} 301\n"))
    });
    // Hosts take the first line that matches: those for whole folders come last.
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

/// A path below the base URL, or a full URL of the origin, as a path from the origin's root.
fn local(address: &str, base: &BaseUrl) -> Option<String> {
    if let Some(path) = address.strip_prefix('/') {
        return Some(format!("{}{path}", base.path()));
    }
    let rest = address.strip_prefix(base.origin()?)?;
    Some(if rest.is_empty() { "/".to_owned() } else { rest.to_owned() })
}

//! The short files: `robots.txt` (RFC 9309), `security.txt` (RFC 9116), `speculation-rules.json`.

use serde_json::json;

use crate::site::Site;
use crate::site::generated::Generated;

/// Crawlers may fetch everything, also a preview: its pages carry `noindex`, which a crawler has to read. A preview's
/// sitemap is not named.
pub(super) fn robots(site: &Site) -> String {
    let mut text = format!("User-agent: *\nAllow: {}\n", site.base.path());
    let sitemap = Generated::Sitemap(0).url(site);
    let has_sitemap = site.has_generated(Generated::Sitemap(0)) && !site.options.preview;
    if let Some(url) = site.canonical(&sitemap).filter(|_| has_sitemap) {
        text.push_str(&format!("\nSitemap: {url}\n"));
    }
    text
}

/// The contents of `security_txt` in `site.yaml`.
pub(super) fn security_txt(site: &Site) -> String {
    let Some(security) = &site.configuration.security_txt else { return String::new() };
    let mut text = String::new();
    let mut field = |name: &str, value: &str| text.push_str(&format!("{name}: {value}\n"));
    security.contact.iter().for_each(|url| field("Contact", url));
    if let Some(expires) = security.expires {
        field("Expires", &format!("{expires}T00:00:00Z"));
    }
    security.encryption.iter().for_each(|url| field("Encryption", url));
    security.acknowledgments.iter().for_each(|url| field("Acknowledgments", url));
    if !security.preferred_languages.is_empty() {
        field("Preferred-Languages", &security.preferred_languages.join(", "));
    }
    // It applies to the origin at whose root it is found (RFC 9116, section 3).
    if let Some(origin) = site.canonical_base().origin() {
        field("Canonical", &format!("{origin}/.well-known/security.txt"));
    }
    security.policy.iter().for_each(|url| field("Policy", url));
    security.hiring.iter().for_each(|url| field("Hiring", url));
    text
}

/// Which pages a browser may fetch before they are asked for: those of this site whose link the reader rests on. Pages end
/// in `/`; files are not fetched. When data is to be saved nothing is fetched: Chromium turns all of it off then (DevTools
/// protocol, `Preload.preloadEnabledStateUpdated`, `disabledByDataSaver`), and nginx does not send the header to those who
/// say `Save-Data: on`.
pub(super) fn speculation_rules(site: &Site) -> String {
    let path = site.base.path();
    let rules = json!({
        "prefetch": [{
            "source": "document",
            "where": {"and": [
                {"href_matches": [path, format!("{path}*/")]},
                {"not": {"selector_matches": "[download], [target], [rel~=nofollow]"}},
            ]},
            "eagerness": "moderate",
        }],
    });
    format!("{rules:#}\n")
}

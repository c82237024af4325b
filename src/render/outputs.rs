//! The files for programs and hosts, one module per format. Each is generated from the site alone, without templates.

mod feed;
mod headers;
pub(super) mod json_ld;
mod llms;
mod markdown_copy;
mod nginx;
mod plain;
mod redirects;
mod sitemap;

pub use nginx::nginx;
pub use redirects::redirected;

use super::Renderer;
use crate::diagnostic::{Diagnostic, HOST_LIMIT};
use crate::html;
use crate::media_type::media_type as by_name;
use crate::output::Output;
use crate::path::{SourcePath, UrlPath};
use crate::site::generated::Generated;
use crate::site::{PageId, Site};
use crate::source::Span;

/// A generated file.
pub(super) fn output(renderer: &Renderer, generated: Generated) -> Output {
    let site = &*renderer.site;
    let text = match generated {
        Generated::Redirects => redirects::redirects(site),
        Generated::Headers => headers::headers(site),
        Generated::Robots => plain::robots(site),
        Generated::SecurityTxt => plain::security_txt(site),
        Generated::Sitemap(part) => sitemap::sitemap(renderer, part),
        Generated::Feed => feed::feed(renderer),
        Generated::Llms => llms::llms(renderer),
        Generated::LlmsFull => llms::llms_full(renderer),
        Generated::SpeculationRules => plain::speculation_rules(site),
        Generated::MarkdownCopy(id, number) => markdown_copy::copy(renderer, id, number),
    };
    Output::bytes(generated.url(site).output(), text.into_bytes())
}

/// The media type of a generated file.
pub fn media_type(site: &Site, generated: Generated) -> &'static str {
    match generated {
        Generated::Feed => headers::FEED,
        Generated::SpeculationRules => headers::SPECULATION_RULES,
        Generated::Headers | Generated::Redirects => "text/plain; charset=utf-8",
        _ => by_name(generated.url(site).as_str()),
    }
}

/// A notice for whoever builds: hosts and crawlers read some of these files only at an origin's root.
pub fn notice(site: &Site) -> Option<String> {
    let path = Some(site.base.path()).filter(|path| *path != "/")?;
    let of_root =
        [Generated::Redirects, Generated::Headers, Generated::Robots, Generated::SecurityTxt];
    let there = of_root.into_iter().filter(|file| site.routes.generated.contains(file));
    let name = |file: Generated| format!("`{}`", file.url(site).as_str().trim_start_matches('/'));
    let names: Vec<String> = there.map(name).collect();
    let (last, rest) = names.split_last()?;
    let (names, verb, what) = match rest {
        [] => (last.clone(), "works", "it"),
        _ => (format!("{} and {last}", rest.join(", ")), "work", "them"),
    };
    Some(format!(
        "{names} {verb} only at an origin's root, and the site is below `{path}`: hand {what} to whatever serves the root"
    ))
}

/// Lines of these files that some hosts would ignore.
pub fn findings(site: &Site) -> Vec<Diagnostic> {
    let mut findings = headers::findings(site);
    findings.extend(redirects::findings(site));
    findings
}

/// A finding of what some hosts would ignore.
fn host_limit(message: String, help: &str) -> Diagnostic {
    Diagnostic::new(&HOST_LIMIT, Span::file(&SourcePath::new("site.yaml")), message).help(help)
}

/// Absolute URLs; where no origin is known, paths from its root.
impl Renderer {
    /// The URL of a page.
    pub(super) fn address(&self, id: PageId) -> String {
        self.address_of_href(self.href(id))
    }

    /// The URL of a URL path of this site.
    pub(super) fn address_of(&self, url: &UrlPath) -> String {
        format!("{}{}", self.root, url.encoded().trim_start_matches('/'))
    }

    /// The URL of a path that already carries the base path.
    pub(super) fn address_of_href(&self, href: &str) -> String {
        let path = href.strip_prefix(self.site.base.path()).unwrap_or(href);
        format!("{}{path}", self.root)
    }
}

/// Appends text for XML, without the characters that XML cannot hold.
fn xml_text(output: &mut String, text: &str) {
    html::escape_into(output, &html::for_xml(text, ""));
}

/// Appends an element that holds text.
fn xml_element(output: &mut String, name: &str, text: &str) {
    output.push_str(&format!("<{name}>"));
    xml_text(output, text);
    output.push_str(&format!("</{name}>\n"));
}

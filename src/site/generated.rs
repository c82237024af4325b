//! What a site has beside its pages and copied files: lists for programs, and files for hosts. Which of them, and where;
//! what they hold is `render`'s. A site's own file takes the place of those that say nothing about pages.

use super::routes::SECTION_PAGE_SIZE;
use super::{PageId, Site};
use crate::path::UrlPath;
use crate::redirect::{Location, OldAddress};

/// How many URLs one sitemap holds at most (sitemaps.org, "Sitemap index files"). That it may have 50 MB at most as well
/// would matter to URLs of a thousand bytes.
pub const SITEMAP_SIZE: usize = 50_000;

/// Something that is neither a page nor a copy of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Generated {
    /// `_redirects`: old addresses, for hosts.
    Redirects,
    /// `_headers`: headers of answers, for hosts.
    Headers,
    /// `robots.txt`.
    Robots,
    /// `.well-known/security.txt`.
    SecurityTxt,
    /// `sitemap.xml`, and where it only names others, those: from 1.
    Sitemap(u32),
    /// `feed.xml`: the articles that changed last.
    Feed,
    /// `llms.txt`: every page, for language models.
    Llms,
    /// `llms-full.txt`: every text, for language models.
    LlmsFull,
    /// `speculation-rules.json`: which pages a browser may fetch before they are asked for.
    SpeculationRules,
    /// `index.md` beside a page: its text as Markdown. Of a section, that page of its list, from 1.
    MarkdownCopy(PageId, u32),
}

impl Generated {
    /// Whether a site's own file of the same name is taken instead.
    pub(super) fn yields(self) -> bool {
        matches!(
            self,
            Self::Headers
                | Self::Robots
                | Self::SecurityTxt
                | Self::Llms
                | Self::LlmsFull
                | Self::SpeculationRules
        )
    }

    /// The file's URL path, which for all but Markdown copies is the same on every site.
    pub fn url(self, site: &Site) -> UrlPath {
        UrlPath::new(match self {
            Self::Redirects => "/_redirects",
            Self::Headers => "/_headers",
            Self::Robots => "/robots.txt",
            Self::SecurityTxt => "/.well-known/security.txt",
            Self::Sitemap(0) => "/sitemap.xml",
            Self::Sitemap(part) => return UrlPath::new(&format!("/sitemap-{part}.xml")),
            Self::Feed => "/feed.xml",
            Self::Llms => "/llms.txt",
            Self::LlmsFull => "/llms-full.txt",
            Self::SpeculationRules => "/speculation-rules.json",
            Self::MarkdownCopy(id, number) => {
                let list = list_url(&site.page(id).url, number);
                return UrlPath::new(&format!("{}index.md", list.as_str()));
            }
        })
    }
}

/// The URL of a page of a section's list, from 1.
pub fn list_url(section: &UrlPath, number: u32) -> UrlPath {
    match number {
        1 => section.clone(),
        _ => UrlPath::new(&format!("{}page/{number}/", section.as_str())),
    }
}

/// How many pages a list of that many articles has.
pub fn list_pages(articles: usize) -> usize {
    articles.div_ceil(SECTION_PAGE_SIZE).max(1)
}

/// The files that a site has, but for Markdown copies. `_redirects` is among them as soon as there is an old address.
pub(super) fn files(site: &Site) -> Vec<Generated> {
    let Site { configuration, pages, .. } = site;
    let is_told = |alias: &OldAddress| {
        site.tells_host_aliases()
            || matches!(alias.location(configuration.base_url.as_ref()), Ok(Location::Site(_)))
    };
    let mut aliases = pages.iter().filter(|page| page.included);
    let has_redirects = !configuration.redirects.is_empty()
        || aliases.any(|page| page.article.front_matter.aliases.iter().any(|alias| is_told(alias)));
    let has_origin = site.canonical_base().origin().is_some();
    let mut files =
        vec![Generated::Headers, Generated::Robots, Generated::Llms, Generated::SpeculationRules];
    let mut add = |condition: bool, file: Generated| files.extend(condition.then_some(file));
    add(has_redirects, Generated::Redirects);
    add(configuration.security_txt.is_some(), Generated::SecurityTxt);
    add(has_origin && configuration.feed_articles > 0, Generated::Feed);
    add(configuration.llms_full, Generated::LlmsFull);
    if has_origin {
        let listed = pages.iter().filter(|page| page.is_listed()).count();
        files.extend((0..=sitemap_parts(listed)).map(Generated::Sitemap));
    }
    files.sort();
    files
}

/// How many sitemaps `sitemap.xml` names; none when it holds every URL itself.
pub fn sitemap_parts(pages: usize) -> u32 {
    if pages > SITEMAP_SIZE { pages.div_ceil(SITEMAP_SIZE) as u32 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::sitemap_parts;

    #[test]
    fn a_sitemap_is_split_when_it_is_full() {
        let parts = [0, 1, 50_000, 50_001, 100_000, 100_001].map(sitemap_parts);
        assert_eq!(parts, [0, 0, 0, 2, 2, 3]);
    }
}

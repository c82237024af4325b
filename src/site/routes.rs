//! Which URL leads where: pages, files, old addresses; and what claims the same place twice. Built once from the
//! snapshot and used by renderer and checker alike, so that verdicts are the same on every operating system.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::tree::{CONTENT, index_path};
use super::{Page, PageId, Section};
use crate::config::Configuration;
use crate::diagnostic::{
    ALIAS_CONFLICT, ALIAS_SHADOWS_PAGE, Diagnostic, INVALID_VALUE, URL_CONFLICT,
};
use crate::path::{SourcePath, UrlPath, extension};
use crate::source::{Content, Sources, Span};
use crate::theme;

/// How many entries a section page lists before it goes on on another page.
pub const SECTION_PAGE_SIZE: usize = 100;

/// A file that is copied, in its place.
#[derive(Debug)]
pub struct AssetRoute {
    /// The source.
    pub source: SourcePath,
    /// Where it is on the site.
    pub url: UrlPath,
    /// Width and height, for images.
    pub dimensions: Option<(u32, u32)>,
}

/// What a URL leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A page.
    Page(PageId),
    /// A further page of a section's list.
    SectionList(PageId, u32),
    /// A file, by its index among the assets.
    Asset(u32),
    /// Something that every site has: `404.html`, `_redirects`.
    Generated,
}

/// An old address outside the base path, which only the host can redirect.
#[derive(Debug, PartialEq)]
pub struct HostAlias {
    /// The old path, from the origin's root, percent-encoded.
    pub from: String,
    /// The page that is meant.
    pub page: PageId,
}

/// Where an entry of front matter is, for a finding: page, key, index.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The page whose front matter holds the entry.
    pub page: PageId,
    /// Its index in the list.
    pub index: usize,
}

/// A finding about an entry of `aliases`, whose place in the file is not known here.
pub struct AliasProblem {
    /// The entry.
    pub entry: Entry,
    /// The finding; its span is that of the whole file.
    pub diagnostic: Diagnostic,
}

/// Source paths of pages and URL paths, without regard to case, with the real ones.
struct Folded {
    sources: HashMap<String, PageId>,
    urls: HashMap<String, UrlPath>,
}

/// The table of routes.
#[derive(Default)]
pub struct Routes {
    pages: HashMap<SourcePath, PageId>,
    urls: HashMap<UrlPath, Place>,
    /// Files in their places, sorted by source.
    pub assets: Vec<AssetRoute>,
    aliases: HashMap<UrlPath, PageId>,
    /// Old addresses below the base URL, sorted, each with its page.
    pub alias_list: Vec<(UrlPath, PageId)>,
    /// Old addresses outside the base path, sorted.
    pub host_aliases: Vec<HostAlias>,
    /// Made when a link is first found broken: a site without broken links never needs it.
    folded: OnceLock<Folded>,
    /// Findings about aliases, to be placed by who can read front matter.
    pub alias_problems: Vec<AliasProblem>,
}

/// A path without regard to case.
pub fn fold(path: &str) -> String {
    if path.is_ascii() { path.to_ascii_lowercase() } else { path.to_lowercase() }
}

impl Routes {
    /// Builds the table; conflicts of URLs are findings.
    pub fn new(
        pages: &[Page],
        sections: &[Section],
        sources: &Sources,
        configuration: &Configuration,
    ) -> (Self, Vec<Diagnostic>) {
        let mut routes = Self::default();
        let mut claims = Claims::default();
        for (index, page) in pages.iter().enumerate() {
            let id = PageId(index as u32);
            routes.pages.insert(page.article.path.clone(), id);
            if page.included {
                claims.claim(&page.url, &page.article.path);
                routes.insert(page.url.clone(), Place::Page(id));
            } else {
                // A link to a draft's URL is a link to a draft, unless a page of the site has that URL.
                routes.urls.entry(page.url.clone()).or_insert(Place::Page(id));
            }
        }
        routes.add_section_lists(pages, sections, &mut claims);
        routes.add_assets(sources, &mut claims);
        for url in ["/404.html", "/_redirects"] {
            let place = routes.urls.entry(UrlPath::new(url));
            place.or_insert(Place::Generated);
        }
        routes.add_aliases(pages, configuration);
        (routes, claims.findings())
    }

    fn insert(&mut self, url: UrlPath, place: Place) {
        self.urls.insert(url, place);
    }

    fn add_section_lists(&mut self, pages: &[Page], sections: &[Section], claims: &mut Claims) {
        for section in sections {
            let page = &pages[section.page.0 as usize];
            let lists = section.articles.len().div_ceil(SECTION_PAGE_SIZE);
            for number in 2..=lists {
                let url = UrlPath::new(&format!("{}page/{number}/", page.url.as_str()));
                claims.claim(&url, &page.article.path);
                self.insert(url, Place::SectionList(section.page, number as u32));
            }
        }
    }

    fn add_assets(&mut self, sources: &Sources, claims: &mut Claims) {
        for (path, file) in sources.files() {
            let Content::Asset(asset) = &file.content else { continue };
            let Some(rest) = path.below("static").or_else(|| path.below(CONTENT)) else { continue };
            let url = if theme::is_hashed(path) {
                UrlPath::new(&hashed_name(rest, &asset.hash))
            } else {
                UrlPath::new(rest)
            };
            claims.claim(&url, path);
            self.insert(url.clone(), Place::Asset(self.assets.len() as u32));
            self.assets.push(AssetRoute {
                source: path.clone(),
                url,
                dimensions: asset.dimensions,
            });
        }
    }

    fn add_aliases(&mut self, pages: &[Page], configuration: &Configuration) {
        for (index, page) in pages.iter().enumerate().filter(|(_, page)| page.included) {
            for (at, alias) in page.article.front_matter.aliases.iter().enumerate() {
                let entry = Entry { page: PageId(index as u32), index: at };
                if let Err(diagnostic) = self.add_alias(entry, alias, pages, configuration) {
                    self.alias_problems.push(AliasProblem { entry, diagnostic: *diagnostic });
                }
            }
        }
        self.alias_list = self.aliases_sorted();
        self.host_aliases.sort_by(|a, b| a.from.cmp(&b.from));
    }

    fn aliases_sorted(&self) -> Vec<(UrlPath, PageId)> {
        let mut list: Vec<_> =
            self.aliases.iter().map(|(url, page)| (url.clone(), *page)).collect();
        list.sort();
        list
    }

    fn add_alias(
        &mut self,
        entry: Entry,
        alias: &str,
        pages: &[Page],
        configuration: &Configuration,
    ) -> Result<(), Box<Diagnostic>> {
        let page = &pages[entry.page.0 as usize];
        let finding = |rule, message: String, help: &str| {
            Box::new(Diagnostic::new(rule, Span::file(&page.article.path), message).help(help))
        };
        let path = match old_path(alias, configuration) {
            Ok(OldPath::BelowBase(path)) => path,
            Ok(OldPath::OnHost(from)) => {
                if let Some(other) = self
                    .host_aliases
                    .iter()
                    .find(|other| other.from == from && other.page != entry.page)
                {
                    let other = &pages[other.page.0 as usize].article.path;
                    return Err(finding(
                        &ALIAS_CONFLICT,
                        format!("`{alias}` is an alias of `{other}` too"),
                        "an old address can lead to one page only; remove one",
                    ));
                }
                self.host_aliases.push(HostAlias { from, page: entry.page });
                return Ok(());
            }
            Err((message, help)) => return Err(finding(&INVALID_VALUE, message, &help)),
        };
        let url = canonical_form(&path);
        if let Some(place) = self.urls.get(&url) {
            let shadowed = match place {
                Place::Page(id) | Place::SectionList(id, _) => {
                    pages[id.0 as usize].article.path.to_string()
                }
                Place::Asset(asset) => self.assets[*asset as usize].source.to_string(),
                Place::Generated => format!("{} of every site", url.as_str()),
            };
            return Err(finding(
                &ALIAS_SHADOWS_PAGE,
                format!("`{alias}` is the address of `{shadowed}`"),
                "remove the alias, or move the page that has its address",
            ));
        }
        match self.aliases.get(&url) {
            Some(other) if *other != entry.page => {
                let other = &pages[other.0 as usize].article.path;
                Err(finding(
                    &ALIAS_CONFLICT,
                    format!("`{alias}` is an alias of `{other}` too"),
                    "an old address can lead to one page only; remove one",
                ))
            }
            _ => {
                self.aliases.insert(url, entry.page);
                Ok(())
            }
        }
    }

    /// The page of a source file.
    pub fn page(&self, source: &SourcePath) -> Option<PageId> {
        self.pages.get(source).copied()
    }

    /// The page that `related` means: `byok/setup-openai`, or a section's folder.
    pub fn page_by_name(&self, name: &str) -> Option<PageId> {
        self.page(&SourcePath::new(&format!("{CONTENT}/{name}.md")))
            .or_else(|| self.page(&index_path(name)))
    }

    /// What a URL leads to.
    pub fn place(&self, url: &UrlPath) -> Option<Place> {
        self.urls.get(url).copied()
    }

    /// The page that an old address leads to.
    pub fn alias(&self, url: &UrlPath) -> Option<PageId> {
        self.aliases.get(url).copied()
    }

    /// The page whose source path is the same but for case.
    pub fn page_in_other_case(&self, source: &str) -> Option<PageId> {
        self.folded().sources.get(&fold(source)).copied()
    }

    /// The URL that is the same but for case.
    pub fn url_in_other_case(&self, url: &str) -> Option<&UrlPath> {
        self.folded().urls.get(&fold(url))
    }

    fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| {
            let mut sources: Vec<_> = self.pages.iter().collect();
            sources.sort();
            let mut urls: Vec<_> = self.urls.keys().collect();
            urls.sort();
            Folded {
                sources: sources.into_iter().map(|(path, id)| (fold(path.as_str()), *id)).collect(),
                urls: urls.into_iter().map(|url| (fold(url.as_str()), url.clone())).collect(),
            }
        })
    }

    /// Where a file of `static/` is published.
    pub fn asset_url(&self, source: &SourcePath) -> Option<&UrlPath> {
        let index = self.assets.binary_search_by(|asset| asset.source.cmp(source)).ok()?;
        Some(&self.assets[index].url)
    }
}

/// A URL path as pages' own are: no `index.html`, and a final `/` where the last part has no extension.
pub fn canonical_form(path: &str) -> UrlPath {
    let path = path.strip_suffix("index.html").filter(|rest| rest.ends_with('/')).unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or("");
    if path.ends_with('/') || extension(last).is_some() {
        UrlPath::new(path)
    } else {
        UrlPath::new(&format!("{path}/"))
    }
}

enum OldPath {
    /// Decoded, below the base URL.
    BelowBase(String),
    /// Percent-encoded, from the origin's root.
    OnHost(String),
}

fn old_path(alias: &str, configuration: &Configuration) -> Result<OldPath, (String, String)> {
    let decode =
        |path: &str| percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    if alias.starts_with('/') {
        return Ok(OldPath::BelowBase(decode(alias)));
    }
    let host_start = alias.find("://").map_or(0, |at| at + 3);
    let path_start = alias[host_start..].find('/').map_or(alias.len(), |at| host_start + at);
    let (origin, path) = alias.split_at(path_start);
    let path = if path.is_empty() { "/" } else { path };
    let Some(base) = &configuration.base_url else {
        return Err((
            format!("`{alias}` is a full URL, and the site has no `base_url` to compare it with"),
            "set `base_url` in `site.yaml`, or write a path below it".to_owned(),
        ));
    };
    if base.origin() != Some(origin.to_ascii_lowercase().as_str()) {
        let own = base.origin().unwrap_or("this site");
        return Err((
            format!("`{alias}` is not an address of {own}"),
            "redirects from another site have to be made there".to_owned(),
        ));
    }
    Ok(match path.strip_prefix(base.path()) {
        Some(rest) => OldPath::BelowBase(format!("/{}", decode(rest))),
        None => OldPath::OnHost(path.to_owned()),
    })
}

fn hashed_name(path: &str, hash: &[u8; 32]) -> String {
    let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{path}.{hash}"),
    }
}

/// Who claims which file of the output, without regard to case: some file systems and hosts have none.
#[derive(Default)]
struct Claims {
    claims: Vec<(String, UrlPath, SourcePath)>,
}

impl Claims {
    fn claim(&mut self, url: &UrlPath, source: &SourcePath) {
        self.claims.push((fold(url.output().as_str()), url.clone(), source.clone()));
    }

    fn findings(mut self) -> Vec<Diagnostic> {
        self.claims.sort();
        let mut findings = Vec::new();
        for pair in self.claims.windows(2) {
            if let [(first_output, first_url, first), (output, url, source)] = pair
                && output == first_output
            {
                findings.push(conflict(url, source, first_url, first));
            }
        }
        for (output, url, source) in &self.claims {
            // A file where another needs a folder.
            for (at, _) in output.match_indices('/') {
                if let Ok(index) =
                    self.claims.binary_search_by(|(other, _, _)| other.as_str().cmp(&output[..at]))
                {
                    let (_, other_url, other) = &self.claims[index];
                    findings.push(conflict(url, source, other_url, other));
                }
            }
        }
        findings
    }
}

fn conflict(
    url: &UrlPath,
    source: &SourcePath,
    other_url: &UrlPath,
    other: &SourcePath,
) -> Diagnostic {
    let message = if url == other_url {
        format!("`{source}` and `{other}` both claim the URL `{}`", url.as_str())
    } else if fold(url.as_str()) == fold(other_url.as_str()) {
        format!(
            "the URLs of `{source}` and `{other}` differ only in case: `{}` and `{}`",
            url.as_str(),
            other_url.as_str()
        )
    } else {
        format!("`{other}` is a file where `{source}` needs a folder")
    };
    // An article beside a folder of its name is most likely meant as the folder's page.
    let is_section = other
        .as_str()
        .strip_suffix(".md")
        .is_some_and(|stem| source.as_str().strip_prefix(stem) == Some("/index.md"));
    let help = if is_section {
        format!("make `{other}` the section's page, `{source}`, or rename it")
    } else {
        "rename one of the two files".to_owned()
    };
    Diagnostic::new(&URL_CONFLICT, Span::file(source), message)
        .help(help)
        .relate(Span::file(other), "the other one")
}

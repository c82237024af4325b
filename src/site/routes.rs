//! Which URL leads where: pages, files, old addresses; and what claims the same place twice. Built once from the
//! snapshot and used by renderer and checker alike, so that verdicts are the same on every operating system.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use ahash::AHashMap;

use super::claims::Claims;
use super::generated::{self, Generated, Plan, list_pages, list_url};
use super::tree::CONTENT;
use super::{Page, PageId, Section};
use crate::config::{Configuration, Options, ThemeSettings};
use crate::diagnostic::{ALIAS_CONFLICT, ALIAS_SHADOWS_PAGE, Diagnostic, INVALID_VALUE};
use crate::path::{SourcePath, UrlPath, extension, nfc};
use crate::source::{Asset, Content, Sources, Span};
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
    /// `404.html`.
    NotFound,
    /// The search page.
    Search,
    /// The file of the search index that names the others.
    SearchIndex,
    /// Something that is made for programs and hosts.
    Generated(Generated),
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
    sources: AHashMap<String, PageId>,
    urls: AHashMap<String, UrlPath>,
}

/// The table of routes.
#[derive(Default)]
pub struct Routes {
    pages: AHashMap<SourcePath, PageId>,
    urls: AHashMap<UrlPath, Place>,
    /// Files in their places, sorted by source.
    pub assets: Vec<AssetRoute>,
    aliases: AHashMap<UrlPath, PageId>,
    /// Old addresses below the base URL, sorted, each with its page.
    pub alias_list: Vec<(UrlPath, PageId)>,
    /// Old addresses outside the base path, sorted.
    pub host_aliases: Vec<HostAlias>,
    /// Whether pages have Markdown copies.
    has_copies: bool,
    /// What is made for programs and hosts, sorted; Markdown copies are not among them.
    pub generated: Vec<Generated>,
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
        settings: (&Configuration, &Options),
    ) -> (Self, Vec<Diagnostic>) {
        let mut routes = Self { has_copies: settings.0.markdown_copies, ..Self::default() };
        let mut claims = Claims::new(settings.0);
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
        routes.add_assets(sources, &settings.0.theme, &mut claims);
        routes.urls.entry(UrlPath::new("/404.html")).or_insert(Place::NotFound);
        if settings.0.search {
            routes.urls.entry(UrlPath::new("/search/")).or_insert(Place::Search);
            routes.urls.entry(UrlPath::new("/search/index.json")).or_insert(Place::SearchIndex);
        }
        routes.add_aliases(pages, settings.0, &claims);
        let generated = routes.add_generated(pages, settings, &claims);
        (routes, claims.findings(&generated))
    }

    /// Adds what is made for programs and hosts, unless a file of the site takes its place. Returns the URLs.
    fn add_generated(
        &mut self,
        pages: &[Page],
        settings: (&Configuration, &Options),
        claims: &Claims,
    ) -> Vec<UrlPath> {
        let (aliases, host_aliases) = (self.alias_list.len(), &*self.host_aliases);
        let mut urls = Vec::new();
        for file in generated::files(&Plan { pages, settings, aliases, host_aliases }) {
            let url = file.url(|id| pages[id.0 as usize].url.clone());
            if file.yields() && claims.has(&url) {
                continue;
            }
            self.urls.entry(url.clone()).or_insert(Place::Generated(file));
            self.generated.push(file);
            urls.push(url);
        }
        // Links to what only a run without an origin leaves out are right all the same.
        if settings.0.base_url.as_ref().is_some_and(|base| base.origin().is_some()) {
            let feed = Some(Generated::Feed).filter(|_| settings.0.feed_articles > 0);
            for file in feed.into_iter().chain([Generated::Sitemap(0)]) {
                let url = file.url(|id| pages[id.0 as usize].url.clone());
                self.urls.entry(url).or_insert(Place::Generated(file));
            }
        }
        urls
    }

    /// The Markdown copy that a URL path leads to. A draft that is no part of the site has none.
    pub fn markdown_copy(&self, url: &str) -> Option<Generated> {
        let page = url.strip_suffix("index.md").filter(|page| page.ends_with('/'))?;
        match self.place(page).filter(|_| self.has_copies)? {
            Place::Page(page) => Some(Generated::MarkdownCopy(page, 1)),
            Place::SectionList(page, number) => Some(Generated::MarkdownCopy(page, number)),
            _ => None,
        }
    }

    /// Whether the files that are copied are those of the snapshot.
    pub fn has_assets_of(&self, sources: &Sources, theme: &ThemeSettings) -> bool {
        let mut known = self.assets.iter();
        let same = assets(sources).all(|(path, rest, asset)| {
            known.next().is_some_and(|known| {
                known.source == *path
                    && known.dimensions == asset.dimensions
                    && known.url.as_str() == &*asset_url((path, rest), asset, theme)
            })
        });
        same && known.next().is_none()
    }

    fn insert(&mut self, url: UrlPath, place: Place) {
        self.urls.insert(url, place);
    }

    fn add_section_lists(&mut self, pages: &[Page], sections: &[Section], claims: &mut Claims) {
        for section in sections {
            let page = &pages[section.page.0 as usize];
            for number in 2..=list_pages(section.articles.len()) as u32 {
                let url = list_url(&page.url, number);
                claims.claim(&url, &page.article.path);
                self.insert(url, Place::SectionList(section.page, number));
            }
        }
    }

    fn add_assets(&mut self, sources: &Sources, theme: &ThemeSettings, claims: &mut Claims) {
        for (path, rest, asset) in assets(sources) {
            let url = UrlPath::new(&asset_url((path, rest), asset, theme));
            claims.claim(&url, path);
            let place = Place::Asset(self.assets.len() as u32);
            self.insert(url.clone(), place);
            // A page may name a style sheet as it is named in `static/`.
            self.urls.entry(UrlPath::new(rest)).or_insert(place);
            self.assets.push(AssetRoute {
                source: path.clone(),
                url,
                dimensions: asset.dimensions,
            });
        }
    }

    fn add_aliases(&mut self, pages: &[Page], configuration: &Configuration, claims: &Claims) {
        // By the file of the output, folded: two that differ only in case are one on some hosts.
        let mut taken: BTreeMap<String, PageId> = BTreeMap::new();
        let mut on_host: BTreeMap<String, PageId> = BTreeMap::new();
        for (index, page) in pages.iter().enumerate().filter(|(_, page)| page.included) {
            let id = PageId(index as u32);
            for (at, alias) in page.article.front_matter.aliases.iter().enumerate() {
                let problem = match old_path(alias, configuration) {
                    Ok(OldPath::BelowBase(path)) => {
                        let url = UrlPath::new(&canonical_form(&path));
                        let problem = alias_problem(&url, id, claims, &taken);
                        if problem.is_none()
                            && taken.insert(fold(url.output().as_str()), id).is_none()
                        {
                            self.aliases.insert(url.clone(), id);
                            self.alias_list.push((url, id));
                        }
                        problem
                    }
                    Ok(OldPath::OnHost(from)) => match on_host.get(&from) {
                        Some(other) if *other != id => Some(AliasConflict::Page(*other)),
                        Some(_) => None,
                        None => {
                            on_host.insert(from, id);
                            None
                        }
                    },
                    Err((message, help)) => Some(AliasConflict::Invalid(message, help)),
                };
                if let Some(problem) = problem {
                    let diagnostic = problem.diagnostic(alias, page, pages);
                    self.alias_problems
                        .push(AliasProblem { entry: Entry { page: id, index: at }, diagnostic });
                }
            }
        }
        self.alias_list.sort();
        self.host_aliases =
            on_host.into_iter().map(|(from, page)| HostAlias { from, page }).collect();
    }

    /// The page of a source file, by its path in NFC (`content/byok/overview.md`).
    pub fn page(&self, source: &str) -> Option<PageId> {
        self.pages.get(source).copied()
    }

    /// The page that `related` means: `byok/setup-openai`, or a section's folder.
    pub fn page_by_name(&self, name: &str) -> Option<PageId> {
        let name = nfc(name);
        let source = [CONTENT, "/", &*name, ".md"].concat();
        self.page(&source).or_else(|| self.page(&[CONTENT, "/", &*name, "/index.md"].concat()))
    }

    /// What a URL path leads to; decoded, in NFC, beginning with `/`.
    pub fn place(&self, url: &str) -> Option<Place> {
        self.urls.get(url).copied()
    }

    /// The page that an old address leads to.
    pub fn alias(&self, url: &str) -> Option<PageId> {
        self.aliases.get(url).copied()
    }

    /// The page that an old address outside the base path leads to; the path from the origin's root, percent-encoded.
    pub fn host_alias(&self, path: &str) -> Option<PageId> {
        let index =
            self.host_aliases.binary_search_by(|alias| alias.from.as_str().cmp(path)).ok()?;
        Some(self.host_aliases[index].page)
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

    /// A file that is copied, by its source.
    pub fn asset(&self, source: &SourcePath) -> Option<&AssetRoute> {
        let index = self.assets.binary_search_by(|asset| asset.source.cmp(source)).ok()?;
        Some(&self.assets[index])
    }
}

/// The files that are copied: each source, its path below its folder, and what is known of it.
fn assets(sources: &Sources) -> impl Iterator<Item = (&SourcePath, &str, &Asset)> {
    sources.files().filter_map(|(path, file)| match &file.content {
        Content::Asset(asset) => {
            let rest = path.below("static").or_else(|| path.below(CONTENT))?;
            Some((path, rest, &**asset))
        }
        Content::Text(_) => None,
    })
}

/// The URL path of a file that is copied, by its path and the part below its folder.
fn asset_url((path, rest): (&SourcePath, &str), asset: &Asset, settings: &ThemeSettings) -> String {
    if theme::is_hashed(path) {
        format!("/{}", hashed_name(rest, &theme::published_hash(path, asset, settings)))
    } else {
        format!("/{rest}")
    }
}

/// What is wrong with an old address.
enum AliasConflict {
    /// It is the place of a page or a file.
    Shadows(String),
    /// Another page claims it.
    Page(PageId),
    /// It is no address of this site; message and help.
    Invalid(String, String),
}

impl AliasConflict {
    fn diagnostic(self, alias: &str, page: &Page, pages: &[Page]) -> Diagnostic {
        let (rule, message, help) = match self {
            Self::Shadows(other) => (
                &ALIAS_SHADOWS_PAGE,
                format!("`{alias}` is the address of `{other}`"),
                "remove the alias, or move what has its address".to_owned(),
            ),
            Self::Page(other) => {
                let other = &pages[other.0 as usize].article.path;
                (
                    &ALIAS_CONFLICT,
                    format!("`{alias}` is an alias of `{other}` too"),
                    "an old address can lead to one page only; remove one".to_owned(),
                )
            }
            Self::Invalid(message, help) => (&INVALID_VALUE, message, help),
        };
        Diagnostic::new(rule, Span::file(&page.article.path), message).help(help)
    }
}

/// Who has the place of an old address already: a page, a file, or another page's old address.
fn alias_problem(
    url: &UrlPath,
    id: PageId,
    claims: &Claims,
    taken: &BTreeMap<String, PageId>,
) -> Option<AliasConflict> {
    if let Some(other) = claims.shadowed(url) {
        return Some(AliasConflict::Shadows(other));
    }
    let output = fold(url.output().as_str());
    if let Some(other) = taken.get(&output).filter(|other| **other != id) {
        return Some(AliasConflict::Page(*other));
    }
    // One old address where another needs a folder.
    let above = output.match_indices('/').find_map(|(at, _)| taken.get(&output[..at]));
    let folder = format!("{output}/");
    let inside = taken.range(folder.clone()..).next().filter(|(file, _)| file.starts_with(&folder));
    above.or(inside.map(|(_, other)| other)).map(|other| AliasConflict::Page(*other))
}

/// A decoded URL path as pages' own are: no `index.html`, and a final `/` where the last part has no extension.
pub fn canonical_form(path: &str) -> Cow<'_, str> {
    let path = path.strip_suffix("index.html").filter(|rest| rest.ends_with('/')).unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or("");
    if path.ends_with('/') || extension(last).is_some() {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(format!("{path}/"))
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

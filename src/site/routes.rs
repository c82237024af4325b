//! Which URL leads where: pages, files, old addresses; and what claims the same place twice. Built once from the
//! snapshot and used by renderer and checker alike, so that verdicts are the same on every operating system.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use ahash::AHashMap;

use super::claims::{Claims, Owner, Source};
use super::generated::{self, Generated, list_pages, list_url};
use super::tree::CONTENT;
use super::{Page, PageId, Section};
use crate::config::{BaseUrl, Configuration, Options, ThemeSettings};
use crate::diagnostic::{ALIAS_CONFLICT, ALIAS_SHADOWS_PAGE, Diagnostic, INVALID_VALUE};
use crate::path::{SourcePath, UrlPath, nfc};
use crate::publish::hex;
use crate::record::{Record, TextHash};
use crate::redirect::{Foreign, Location, OldAddress, Redirect, Table, canonical_form};
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
    /// The start of the hash of what it holds.
    pub hash: TextHash,
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
    /// The old path, decoded, from the origin's root.
    pub from: UrlPath,
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
    /// The pages that were retired, and are nothing else now.
    pub retired: Vec<UrlPath>,
    /// The settings' redirects, by their indexes there: from below the base URL, and from elsewhere on the origin.
    redirects: Table,
    origin_redirects: Table,
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
    /// Builds the table; conflicts of URLs are findings. What is written where is decided here, in a fixed order, and what
    /// comes first wins: silcrow's own files, pages, copied files, what they may replace, old addresses, retired pages.
    pub fn new(
        (pages, sections): (&[Page], &[Section]),
        sources: &Sources,
        record: &Record,
        settings: (&Configuration, &Options),
    ) -> (Self, Vec<Diagnostic>) {
        let mut routes = Self { has_copies: settings.0.markdown_copies, ..Self::default() };
        let mut claims = Claims::new(settings.0);
        let files = generated::files(pages, settings);
        routes.add_generated(&files, false, &mut claims);
        routes.add_pages(pages, &mut claims);
        routes.add_section_lists(pages, sections, &mut claims);
        routes.add_assets(sources, &settings.0.theme, &mut claims);
        routes.urls.entry(UrlPath::new("/404.html")).or_insert(Place::NotFound);
        if settings.0.search {
            routes.urls.entry(UrlPath::new("/search/")).or_insert(Place::Search);
            routes.urls.entry(UrlPath::new("/search/index.json")).or_insert(Place::SearchIndex);
        }
        routes.add_generated(&files, true, &mut claims);
        routes.generated.sort();
        routes.add_left_out(settings.0);
        routes.add_aliases(pages, settings.0, &mut claims);
        routes.add_redirects(&settings.0.redirects);
        routes.add_retired(record, &mut claims);
        (routes, claims.findings())
    }

    /// Adds what is made for programs and hosts: either what yields to a file of the site, or the rest.
    fn add_generated(&mut self, files: &[Generated], yields: bool, claims: &mut Claims) {
        for file in files.iter().copied().filter(|file| file.yields() == yields) {
            let url = file.site_url();
            if claims.generated(file, &url) {
                self.urls.insert(url, Place::Generated(file));
                self.generated.push(file);
            }
        }
    }

    /// Links to what only a run without an origin leaves out are right all the same.
    fn add_left_out(&mut self, configuration: &Configuration) {
        if configuration.base_url.as_ref().is_some_and(|base| base.origin().is_some()) {
            let feed = Some(Generated::Feed).filter(|_| configuration.feed_articles > 0);
            for file in feed.into_iter().chain([Generated::Sitemap(0)]) {
                self.urls.entry(file.site_url()).or_insert(Place::Generated(file));
            }
        }
    }

    fn add_pages(&mut self, pages: &[Page], claims: &mut Claims) {
        for (index, page) in pages.iter().enumerate() {
            let id = PageId(index as u32);
            self.pages.insert(page.article.path.clone(), id);
            if page.included && claims.source(source(page, page.url.clone())) {
                self.urls.insert(page.url.clone(), Place::Page(id));
            }
        }
        // A link to a draft's URL is a link to a draft, unless a page of the site has that URL.
        for (index, page) in pages.iter().enumerate().filter(|(_, page)| !page.included) {
            self.urls.entry(page.url.clone()).or_insert(Place::Page(PageId(index as u32)));
        }
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
                    && known.hash == TextHash::of_file(&asset.hash)
                    && known.url.as_str() == &*asset_url((path, rest), asset, theme)
            })
        });
        same && known.next().is_none()
    }

    fn add_section_lists(&mut self, pages: &[Page], sections: &[Section], claims: &mut Claims) {
        for section in sections {
            let page = &pages[section.page.0 as usize];
            for number in 2..=list_pages(section.articles.len()) as u32 {
                let url = list_url(&page.url, number);
                if claims.source(source(page, url.clone())) {
                    self.urls.insert(url, Place::SectionList(section.page, number));
                }
            }
        }
    }

    fn add_assets(&mut self, sources: &Sources, theme: &ThemeSettings, claims: &mut Claims) {
        for (path, rest, asset) in assets(sources) {
            let url = UrlPath::new(&asset_url((path, rest), asset, theme));
            let place = Place::Asset(self.assets.len() as u32);
            if claims.source(Source { path: path.clone(), url: url.clone(), has_file: true }) {
                self.urls.insert(url.clone(), place);
                // A page may name a style sheet as it is named in `static/`.
                self.urls.entry(UrlPath::new(rest)).or_insert(place);
            }
            self.assets.push(AssetRoute {
                source: path.clone(),
                url,
                dimensions: asset.dimensions,
                hash: TextHash::of_file(&asset.hash),
            });
        }
    }

    fn add_aliases(&mut self, pages: &[Page], configuration: &Configuration, claims: &mut Claims) {
        let mut on_host: BTreeMap<UrlPath, PageId> = BTreeMap::new();
        for (index, page) in pages.iter().enumerate().filter(|(_, page)| page.included) {
            let id = PageId(index as u32);
            for (at, alias) in page.article.front_matter.aliases.iter().enumerate() {
                let base = configuration.base_url.as_ref();
                let problem = match alias.location(base) {
                    Ok(Location::Site(path)) => {
                        self.add_alias(UrlPath::new(&canonical_form(path.as_str())), id, claims)
                    }
                    Ok(Location::Origin(from)) => {
                        let other = *on_host.entry(from).or_insert(id);
                        (other != id).then_some(AliasConflict::Page(other))
                    }
                    Err(foreign) => Some(AliasConflict::Foreign(foreign, base)),
                };
                if let Some(problem) = problem {
                    let diagnostic = problem.diagnostic(alias.as_written(), page, pages);
                    self.alias_problems
                        .push(AliasProblem { entry: Entry { page: id, index: at }, diagnostic });
                }
            }
        }
        self.alias_list.sort();
        self.host_aliases =
            on_host.into_iter().map(|(from, page)| HostAlias { from, page }).collect();
    }

    /// Adds an old address, unless somebody else has its file already.
    fn add_alias(
        &mut self,
        url: UrlPath,
        id: PageId,
        claims: &mut Claims,
    ) -> Option<AliasConflict<'static>> {
        match claims.old(&url, Owner::Alias(id)) {
            Ok(()) => {
                self.aliases.insert(url.clone(), id);
                self.alias_list.push((url, id));
                None
            }
            Err(Owner::Silcrow(name)) => {
                Some(AliasConflict::Shadows(format!("{name} of every site")))
            }
            Err(Owner::Source(source)) => Some(AliasConflict::Shadows(source.path.to_string())),
            // The same old address, written twice, does no harm; one inside the other cannot be.
            Err(Owner::Alias(other)) if other == id && claims.is_alias(&url, id) => None,
            Err(Owner::Alias(other)) => Some(AliasConflict::Page(other)),
            Err(Owner::Retired) => None,
        }
    }

    fn add_redirects(&mut self, redirects: &[Redirect]) {
        for (index, redirect) in redirects.iter().enumerate() {
            let table = match &redirect.location {
                Location::Site(_) => &mut self.redirects,
                Location::Origin(_) => &mut self.origin_redirects,
            };
            table.add(redirect.location.path().as_str(), redirect.from.is_wildcard(), index);
        }
    }

    /// Adds the pages that were retired and are nothing else now. Addresses that cannot be those of pages have none.
    fn add_retired(&mut self, record: &Record, claims: &mut Claims) {
        let addresses = record.retired().filter_map(|url| OldAddress::parse(url).ok());
        for url in addresses.filter(|old| old.is_path()).map(|old| old.page_url()) {
            let is_page = url.as_str().ends_with('/') && !self.urls.contains_key(&url);
            if is_page && claims.old(&url, Owner::Retired).is_ok() {
                self.retired.push(url);
            }
        }
        self.retired.sort();
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

    /// The page that an old address outside the base path leads to; the decoded path from the origin's root.
    pub fn host_alias(&self, path: &str) -> Option<PageId> {
        let index =
            self.host_aliases.binary_search_by(|alias| alias.from.as_str().cmp(path)).ok()?;
        Some(self.host_aliases[index].page)
    }

    /// The index among the settings' redirects of the one for an address, and what its `*` matches.
    pub fn redirect<'a>(&self, location: &'a Location) -> Option<(usize, &'a str)> {
        match location {
            Location::Site(path) => self.redirects.find(path.as_str()),
            Location::Origin(path) => self.origin_redirects.find(path.as_str()),
        }
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

fn source(page: &Page, url: UrlPath) -> Source {
    Source { path: page.article.path.clone(), url, has_file: page.has_file }
}

/// What is wrong with an old address.
enum AliasConflict<'a> {
    /// It is the place of a page or a file.
    Shadows(String),
    /// Another page claims it.
    Page(PageId),
    /// It is no address of the site at this base URL.
    Foreign(Foreign, Option<&'a BaseUrl>),
}

impl AliasConflict<'_> {
    fn diagnostic(self, alias: &str, page: &Page, pages: &[Page]) -> Diagnostic {
        let (rule, message, help) = match self {
            Self::Shadows(other) => (
                &ALIAS_SHADOWS_PAGE,
                format!("`{alias}` is the address of `{other}`"),
                "remove the alias, or move what has its address",
            ),
            Self::Page(other) => {
                let other = &pages[other.0 as usize].article.path;
                (
                    &ALIAS_CONFLICT,
                    format!("`{alias}` is an alias of `{other}` too"),
                    "an old address can lead to one page only; remove one",
                )
            }
            Self::Foreign(foreign, base) => {
                let (message, help) = foreign.message_and_help(alias, base);
                (&INVALID_VALUE, message, help)
            }
        };
        Diagnostic::new(rule, Span::file(&page.article.path), message).help(help)
    }
}

fn hashed_name(path: &str, hash: &[u8; 32]) -> String {
    let hash = &hex(hash)[..8];
    match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{path}.{hash}"),
    }
}

//! Which URL leads where: pages, files, old addresses; and what claims the same place twice. Built once from the
//! snapshot and used by renderer and checker alike, so that verdicts are the same on every operating system.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use ahash::AHashMap;

use super::claims::{Claims, ObstacleKind, Owner, Source};
use super::generated::{self, Generated, list_pages, list_url};
use super::tree::CONTENT;
use super::{Page, PageId, Site};
use crate::config::ThemeSettings;
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
#[derive(Debug, PartialEq)]
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

/// An old address of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// The old path, decoded.
    pub from: UrlPath,
    /// The page that is meant.
    pub page: PageId,
}

/// A finding about an entry of `aliases`, whose place in the file is not known here.
pub struct AliasProblem {
    /// The page whose front matter holds the entry.
    pub page: PageId,
    /// Its index in the list.
    pub index: usize,
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
    /// Old addresses below the base URL, sorted.
    pub alias_list: Vec<Alias>,
    /// Old addresses outside the base path, which only the host can redirect, from the origin's root; sorted.
    pub host_aliases: Vec<Alias>,
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
    pub(super) fn new(site: &Site, sources: &Sources) -> (Self, Vec<Diagnostic>) {
        let configuration = &site.configuration;
        let mut routes = Self { has_copies: configuration.markdown_copies, ..Self::default() };
        let mut claims = Claims::new(configuration);
        let (yielding, files) = generated::files(site).into_iter().partition(|file| file.yields());
        routes.add_generated(files, site, &mut claims);
        routes.add_pages(&site.pages, &mut claims);
        routes.add_section_lists(site, &mut claims);
        routes.add_assets(sources, &configuration.theme, &mut claims);
        let search = [Place::Search, Place::SearchIndex];
        let search = search.into_iter().filter(|_| configuration.search);
        for place in search.chain([Place::NotFound]) {
            routes.urls.entry(site.url(place)).or_insert(place);
        }
        routes.add_generated(yielding, site, &mut claims);
        routes.generated.sort();
        routes.add_left_out(site);
        routes.add_aliases(site, &mut claims);
        routes.add_redirects(&configuration.redirects);
        routes.add_retired(&site.record.record, &mut claims);
        (routes, claims.findings)
    }

    /// Adds a page or a page of a section's list, unless its file has another owner.
    fn add_page(&mut self, source: Source, place: Place, claims: &mut Claims) {
        let url = source.url.clone();
        if claims.source(source) {
            if self.has_copies {
                claims.copy(&url);
            }
            self.urls.insert(url, place);
        }
    }

    /// Adds what is made for programs and hosts.
    fn add_generated(&mut self, files: Vec<Generated>, site: &Site, claims: &mut Claims) {
        for file in files {
            let url = file.url(site);
            if claims.generated(file, &url) {
                self.urls.insert(url, Place::Generated(file));
                self.generated.push(file);
            }
        }
    }

    /// Links to what only a run without an origin leaves out are right all the same.
    fn add_left_out(&mut self, site: &Site) {
        let configuration = &site.configuration;
        if configuration.base_url.as_ref().is_some_and(|base| base.origin().is_some()) {
            let feed = Some(Generated::Feed).filter(|_| configuration.feed_articles > 0);
            for file in feed.into_iter().chain([Generated::Sitemap(0)]) {
                self.urls.entry(file.url(site)).or_insert(Place::Generated(file));
            }
        }
    }

    fn add_pages(&mut self, pages: &[Page], claims: &mut Claims) {
        for (page, index) in pages.iter().zip(0..) {
            self.pages.insert(page.article.path.clone(), PageId(index));
            if page.included {
                let source = Source::of_page(page, page.url.clone());
                self.add_page(source, Place::Page(PageId(index)), claims);
            }
        }
        // A link to a draft's URL is a link to a draft, unless a page of the site has that URL.
        for (page, index) in pages.iter().zip(0..).filter(|(page, _)| !page.included) {
            self.urls.entry(page.url.clone()).or_insert(Place::Page(PageId(index)));
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
        assets(sources, theme).all(|asset| known.next() == Some(&asset)) && known.next().is_none()
    }

    fn add_section_lists(&mut self, site: &Site, claims: &mut Claims) {
        for section in &*site.sections {
            let page = site.page(section.page);
            for number in 2..=list_pages(section.articles.len()) as u32 {
                let source = Source::of_page(page, list_url(&page.url, number));
                self.add_page(source, Place::SectionList(section.page, number), claims);
            }
        }
    }

    fn add_assets(&mut self, sources: &Sources, theme: &ThemeSettings, claims: &mut Claims) {
        for asset in assets(sources, theme) {
            let place = Place::Asset(self.assets.len() as u32);
            let (path, url) = (asset.source.clone(), asset.url.clone());
            if claims.source(Source { path, url, has_file: true }) {
                self.urls.insert(asset.url.clone(), place);
                // A page may name a style sheet as it is named in `static/`.
                let written = below_folder(&asset.source).unwrap_or_default();
                self.urls.entry(UrlPath::new(written)).or_insert(place);
            }
            self.assets.push(asset);
        }
    }

    fn add_aliases(&mut self, site: &Site, claims: &mut Claims) {
        let base = site.configuration.base_url.as_ref();
        let mut on_host: BTreeMap<UrlPath, PageId> = BTreeMap::new();
        for page in site.included() {
            for (index, alias) in site.page(page).article.front_matter.aliases.iter().enumerate() {
                let conflict = match alias.location(base) {
                    Ok(Location::Site(path)) => {
                        let from = UrlPath::new(&canonical_form(path.as_str()));
                        self.add_alias(Alias { from, page }, claims)
                    }
                    Ok(Location::Origin(from)) => {
                        let other = *on_host.entry(from).or_insert(page);
                        (other != page).then_some(AliasConflict::Page(other))
                    }
                    Err(foreign) => Some(AliasConflict::Foreign(foreign)),
                };
                self.alias_problems.extend(conflict.map(|conflict| {
                    let diagnostic = conflict.diagnostic(alias, page, site);
                    AliasProblem { page, index, diagnostic }
                }));
            }
        }
        self.alias_list.sort();
        self.host_aliases = on_host.into_iter().map(|(from, page)| Alias { from, page }).collect();
    }

    /// Adds an old address, unless somebody else has its file already.
    fn add_alias(&mut self, alias: Alias, claims: &mut Claims) -> Option<AliasConflict> {
        let Err(obstacle) = claims.old(&alias.from, Owner::Alias(alias.page)) else {
            self.alias_list.push(alias);
            return None;
        };
        let is_taken = obstacle.kind == ObstacleKind::Taken;
        match &*obstacle.owner {
            Owner::Silcrow(name) => Some(AliasConflict::Shadows(format!("{name} of every site"))),
            Owner::Source(source) => Some(AliasConflict::Shadows(source.path.to_string())),
            // The same old address, written twice, does no harm; one inside the other cannot be.
            Owner::Alias(other) if *other == alias.page && is_taken => None,
            Owner::Alias(other) => Some(AliasConflict::Page(*other)),
            Owner::Retired => None,
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
        find(&self.alias_list, url)
    }

    /// The page that an old address outside the base path leads to; the decoded path from the origin's root.
    pub fn host_alias(&self, path: &str) -> Option<PageId> {
        find(&self.host_aliases, path)
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

fn find(aliases: &[Alias], path: &str) -> Option<PageId> {
    let index = aliases.binary_search_by(|alias| alias.from.as_str().cmp(path)).ok()?;
    Some(aliases[index].page)
}

/// The files that are copied, by path.
fn assets(sources: &Sources, theme: &ThemeSettings) -> impl Iterator<Item = AssetRoute> {
    sources.files().filter_map(move |(path, file)| match &file.content {
        Content::Asset(asset) => Some(AssetRoute {
            source: path.clone(),
            url: asset_url(path, asset, theme)?,
            dimensions: asset.dimensions,
            hash: TextHash::of_file(&asset.hash),
        }),
        Content::Text(_) => None,
    })
}

fn asset_url(path: &SourcePath, asset: &Asset, settings: &ThemeSettings) -> Option<UrlPath> {
    let rest = below_folder(path)?;
    if !theme::is_hashed(path) {
        return Some(UrlPath::new(rest));
    }
    let (stem, extension) = rest.rsplit_once('.')?;
    let hash = hex(&theme::published_hash(path, asset, settings));
    Some(UrlPath::new(&format!("{stem}.{}.{extension}", &hash[..8])))
}

/// The path of a file that is copied, below its folder.
fn below_folder(path: &SourcePath) -> Option<&str> {
    path.below("static").or_else(|| path.below(CONTENT))
}

/// What is wrong with an old address.
enum AliasConflict {
    /// It is the place of a page or a file.
    Shadows(String),
    /// Another page claims it.
    Page(PageId),
    /// It is no address of the site at this base URL.
    Foreign(Foreign),
}

impl AliasConflict {
    fn diagnostic(self, alias: &OldAddress, page: PageId, site: &Site) -> Diagnostic {
        let (written, path) = (alias.as_written(), |id| &site.page(id).article.path);
        let (rule, message, help) = match self {
            Self::Shadows(other) => (
                &ALIAS_SHADOWS_PAGE,
                format!("`{written}` is the address of `{other}`"),
                "remove the alias, or move what has its address",
            ),
            Self::Page(other) => (
                &ALIAS_CONFLICT,
                format!("`{written}` is an alias of `{}` too", path(other)),
                "an old address can lead to one page only; remove one",
            ),
            Self::Foreign(Foreign { message, help }) => (&INVALID_VALUE, message, help),
        };
        Diagnostic::new(rule, Span::file(path(page)), message).help(help)
    }
}

//! Articles → the site: sections and their order, URLs, related pages, where every link leads. Reads no text and
//! renders nothing.

mod claims;
pub mod freshness;
pub mod generated;
pub mod graph;
pub mod history;
mod ids;
mod images;
pub mod links;
pub mod routes;
pub mod tree;

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::article::{Article, HtmlFile, LinkKind};
use crate::config::{BaseUrl, Configuration, Options, ReviewInterval};
use crate::diagnostic::Diagnostic;
use crate::path::{SourcePath, UrlPath};
use crate::record;
use crate::source::Sources;
use generated::Generated;
use ids::PageIds;
use links::{Document, Holder, Reference, Target};
use routes::{AssetRoute, Place, Routes};

/// A page's identity within one site. Path and URL hang on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PageId(pub u32);

/// A section's identity within one site.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SectionId(pub u32);

/// An article or section page in its place.
#[derive(Clone, Debug)]
pub struct Page {
    /// What its file says.
    pub article: Arc<Article>,
    /// Where it is on the site.
    pub url: UrlPath,
    /// The section it is in; a section page's own.
    pub section: SectionId,
    /// Its place among the section's articles.
    pub position: usize,
    /// Whether it is part of the site: not a draft, or drafts are built.
    pub included: bool,
    /// Whether it is, or is in, a draft.
    pub draft: bool,
    /// Whether a file says what it says; a folder without `index.md` has a page made up for it.
    pub has_file: bool,
}

impl Page {
    /// The title in navigation.
    pub fn nav_title(&self) -> &str {
        let front_matter = &self.article.front_matter;
        front_matter.nav_title.as_deref().unwrap_or(&front_matter.title)
    }

    /// Whether it is listed for programs: it is part of the site, and no draft.
    pub fn is_listed(&self) -> bool {
        self.included && !self.draft
    }
}

/// A folder of `content/`.
#[derive(Debug)]
pub struct Section {
    /// Its page.
    pub page: PageId,
    /// The section it is in; none for the home page's.
    pub parent: Option<SectionId>,
    /// Its articles that are part of the site, in order.
    pub articles: Vec<PageId>,
    /// The sections in it that are part of the site, in order.
    pub subsections: Vec<SectionId>,
}

/// The whole site, before it is checked and rendered.
#[derive(Clone)]
pub struct Site {
    /// The settings.
    pub configuration: Arc<Configuration>,
    /// The options of this run.
    pub options: Options,
    /// The base URL of this run: the option, else the setting, else the root of an unknown origin.
    pub base: BaseUrl,
    /// Every page, drafts too, by id; sorted by path.
    pub pages: Vec<Page>,
    /// Every section, by id; the home page's is the first.
    pub sections: Arc<[Section]>,
    /// Which URL leads where.
    pub routes: Arc<Routes>,
    /// The anchor ids of each page.
    pub ids: Arc<PageIds>,
    /// The references of each page. Those of its body come first, by their indexes there.
    pub references: Vec<Arc<[Reference]>>,
    /// HTML files of `static/`, and templates, sorted by path.
    pub html: Vec<Arc<HtmlFile>>,
    /// The references of each HTML file.
    pub html_references: Arc<[Box<[Reference]>]>,
    /// The references of the settings.
    pub settings_references: Arc<[Reference]>,
    /// The file of the settings.
    pub settings_file: SourcePath,
    /// Whether a template has dynamic ids, so that the ids on a page are not all known before it is rendered.
    pub has_dynamic_ids: bool,
    /// The pages whose text links to each page, by path.
    pub backlinks: Arc<[Vec<PageId>]>,
    /// What only putting the site together finds: conflicts of URLs.
    pub conflicts: Arc<[Diagnostic]>,
    /// What was published before.
    pub record: Arc<record::ReadRecord>,
}

/// What the texts of a site say.
pub struct Texts {
    /// The settings.
    pub configuration: Arc<Configuration>,
    /// Articles and section pages.
    pub articles: Vec<Arc<Article>>,
    /// HTML files and templates, sorted by path.
    pub html: Vec<Arc<HtmlFile>>,
    /// What was published before.
    pub record: Arc<record::ReadRecord>,
}

/// The source of a file that a setting names: a path below `static/`.
pub fn static_file(name: &str) -> SourcePath {
    SourcePath::new(&format!("static/{}", name.trim_start_matches('/')))
}

/// Puts the site together.
///
/// `before` is the site of an earlier compilation. Contract: sections, routes, and what links and entries of `related`
/// lead to are taken over from it only while all that they depend on is the same: the settings and options, the record,
/// the assets and HTML files, which articles there are, their front matter, and the ids on their pages. The links of an article
/// whose text has changed are always resolved again.
pub fn site(texts: Texts, sources: &Sources, options: &Options, before: Option<&Site>) -> Site {
    let before = before.filter(|before| before.options == *options);
    match before.and_then(|before| Some((before, changed(before, &texts, sources)?))) {
        Some((before, changed)) => again(before, texts, &changed),
        None => anew(texts, sources, options),
    }
}

/// Which articles have changed since `before`, by their places among the pages; nothing when more than their text has.
fn changed(before: &Site, texts: &Texts, sources: &Sources) -> Option<Vec<PageId>> {
    let Texts { configuration, articles, html, record } = texts;
    let same_html = before.html.iter().map(Arc::as_ptr).eq(html.iter().map(Arc::as_ptr));
    let same = Arc::ptr_eq(&before.configuration, configuration)
        && Arc::ptr_eq(&before.record, record)
        && same_html
        && before.routes.has_assets_of(sources, &configuration.theme);
    let pages = || before.pages.iter().enumerate().filter(|(_, page)| page.has_file);
    if !same || pages().count() != articles.len() {
        return None;
    }
    let mut changed = Vec::new();
    for ((index, page), article) in pages().zip(articles) {
        if Arc::ptr_eq(&page.article, article) {
            continue;
        }
        if !page.article.looks_the_same_elsewhere(article) {
            return None;
        }
        changed.push(PageId(index as u32));
    }
    Some(changed)
}

/// The site with other texts in the same places.
fn again(before: &Site, texts: Texts, changed: &[PageId]) -> Site {
    let mut site = before.clone();
    let with_file = site.pages.iter_mut().filter(|page| page.has_file);
    with_file.zip(texts.articles).for_each(|(page, article)| page.article = article);
    let references: Vec<_> = changed.par_iter().map(|id| links::of_page(&site, *id)).collect();
    let mut leads_elsewhere = false;
    for (id, new) in changed.iter().zip(references) {
        let old = std::mem::replace(&mut site.references[id.0 as usize], new);
        let pages = |all: &[Reference]| all.iter().map(|one| one.target.page()).collect::<Vec<_>>();
        leads_elsewhere |= pages(&old) != pages(&site.references[id.0 as usize]);
    }
    if leads_elsewhere {
        site.backlinks = backlinks(&site);
    }
    site
}

fn anew(texts: Texts, sources: &Sources, options: &Options) -> Site {
    let Texts { configuration, articles, html, record } = texts;
    let (pages, sections) = tree::tree(articles, &configuration, options.drafts);
    let mut site = Site {
        base: options.base(&configuration),
        configuration,
        options: options.clone(),
        ids: Arc::new(PageIds::new(&pages)),
        pages,
        sections: sections.into(),
        routes: Arc::default(),
        has_dynamic_ids: html.iter().any(|file| file.has_dynamic_ids),
        html,
        references: Vec::new(),
        html_references: Arc::from([]),
        settings_references: Arc::from([]),
        settings_file: SourcePath::new("site.yaml"),
        backlinks: Arc::from([]),
        conflicts: Arc::from([]),
        record,
    };
    let (routes, conflicts) = Routes::new(&site, sources);
    (site.routes, site.conflicts) = (Arc::new(routes), conflicts.into());
    let pages = (0..site.pages.len() as u32).into_par_iter();
    site.references = pages.map(|index| links::of_page(&site, PageId(index))).collect();
    site.html_references = site.html.iter().map(|file| links::of_html(&site, file)).collect();
    site.settings_references = links::of_settings(&site);
    site.backlinks = backlinks(&site);
    site
}

fn backlinks(site: &Site) -> Arc<[Vec<PageId>]> {
    let mut backlinks = vec![Vec::new(); site.pages.len()];
    for source in site.included() {
        let references = site.references[source.0 as usize].iter();
        let in_text = references.filter(|one| one.link.kind.is_link());
        for page in in_text.filter_map(|one| one.target.page()) {
            if page != source && backlinks[page.0 as usize].last() != Some(&source) {
                backlinks[page.0 as usize].push(source);
            }
        }
    }
    backlinks.into()
}

impl Site {
    /// The page with this id.
    pub fn page(&self, id: PageId) -> &Page {
        &self.pages[id.0 as usize]
    }

    /// The ids of all pages, by path.
    fn ids_of_pages(&self) -> impl Iterator<Item = PageId> + use<> {
        (0..self.pages.len() as u32).map(PageId)
    }

    /// Every file that holds references: pages, HTML files, the settings.
    pub fn documents(&self) -> impl Iterator<Item = Document<'_>> {
        let pages = self.ids_of_pages().map(|id| Document::of_page(self, id));
        let files = self.html.iter().zip(&*self.html_references);
        let html = files.map(|(file, references)| {
            let (holder, path) = (Holder::Html(file), &file.path);
            Document { holder, path, references, text: "" }
        });
        pages.chain(html).chain([Document::of_settings(self)])
    }

    /// The entries of a page's `related`. They come after the references of its body.
    pub fn related_references(&self, id: PageId) -> impl Iterator<Item = &Reference> {
        let after_body = &self.references[id.0 as usize][self.page(id).article.body.links.len()..];
        after_body.iter().take_while(|one| one.link.kind == LinkKind::Related)
    }

    /// The pages that a page names as related: in order, those that exist and are part of the site.
    pub fn related(&self, id: PageId) -> impl Iterator<Item = PageId> {
        let named = self.related_references(id).filter_map(|entry| entry.target.page());
        named.filter(|id| self.page(*id).included)
    }

    /// The articles that no other page's text links to and none names as related, by path. Navigation lists them all the
    /// same.
    pub fn orphans(&self) -> impl Iterator<Item = PageId> {
        let mut is_named = vec![false; self.pages.len()];
        for id in self.included() {
            let others = self.related(id).filter(|other| *other != id);
            others.for_each(|other| is_named[other.0 as usize] = true);
        }
        self.included().filter(move |id| {
            let index = id.0 as usize;
            !is_named[index] && self.backlinks[index].is_empty() && !self.is_section_page(*id)
        })
    }

    /// The HTML file at this path.
    pub fn html_file(&self, path: &SourcePath) -> Option<&HtmlFile> {
        let index = self.html.binary_search_by(|file| file.path.cmp(path)).ok()?;
        Some(&self.html[index])
    }

    /// The section with this id.
    pub fn section(&self, id: SectionId) -> &Section {
        &self.sections[id.0 as usize]
    }

    /// The ids of the pages that are part of the site, by path.
    pub fn included(&self) -> impl Iterator<Item = PageId> {
        self.ids_of_pages().filter(|id| self.page(*id).included)
    }

    /// Whether what is at a place has the file of its URL: of several that claim one, only the first has it.
    pub fn is_published(&self, place: Place) -> bool {
        self.routes.place(self.url(place).as_str()) == Some(place)
    }

    /// The files that are copied and have the file of their URL.
    pub fn published_assets(&self) -> impl Iterator<Item = &AssetRoute> {
        let assets = self.routes.assets.iter().zip(0..);
        let published = assets.filter(|(_, index)| self.is_published(Place::Asset(*index)));
        published.map(|(asset, _)| asset)
    }

    /// Whether the page is a section's own.
    pub fn is_section_page(&self, id: PageId) -> bool {
        self.section(self.page(id).section).page == id
    }

    /// Where a link in `file` leads, for programs: the path of a source; nothing where it leads out of the site or nowhere.
    pub fn target(&self, target: Target, file: &SourcePath) -> Option<String> {
        Some(match target {
            Target::Place(Place::Page(page) | Place::SectionList(page, _)) => {
                self.page(page).article.path.to_string()
            }
            Target::Place(Place::Asset(asset)) => {
                self.routes.assets[asset as usize].source.to_string()
            }
            Target::SamePage => file.to_string(),
            Target::Place(_) | Target::Outside | Target::Unknown => return None,
        })
    }

    /// How often the page is to be reviewed: its own setting, else its nearest section's, else the site's.
    pub fn review_every(&self, id: PageId) -> Option<ReviewInterval> {
        let section = Some(self.page(id).section);
        let sections = std::iter::successors(section, |section| self.section(*section).parent);
        let mut pages = std::iter::once(id).chain(sections.map(|id| self.section(id).page));
        let set = pages.find_map(|page| self.page(page).article.front_matter.review_every);
        set.or(self.configuration.review_every)
    }

    /// A URL path below the base URL as pages write it: base path included, percent-encoded.
    pub fn href(&self, url: &UrlPath) -> String {
        self.base.join(&url.encoded())
    }

    /// The production URL of a path, where an origin is known. A preview's canonical URLs are those of production.
    pub fn canonical(&self, url: &UrlPath) -> Option<String> {
        let base = self.canonical_base();
        base.absolute(&base.join(&url.encoded()))
    }

    /// The id of a page, which must never change (RFC 4287, section 4.2.6): its oldest address; from the origin's root,
    /// where no origin is known. That is the first of its aliases, where those who rename an article add its last address
    /// at the end.
    pub fn permanent_id(&self, id: PageId) -> String {
        let page = self.page(id);
        let url = match page.article.front_matter.aliases.first() {
            Some(full) if !full.is_path() => return full.as_written().to_owned(),
            Some(path) => Cow::Owned(path.page_url()),
            None => Cow::Borrowed(&page.url),
        };
        self.canonical(&url).unwrap_or_else(|| self.href(&url))
    }

    /// The base URL for search engines and feeds: a preview's is that of production.
    pub fn canonical_base(&self) -> &BaseUrl {
        let production = self.configuration.base_url.as_ref();
        production.filter(|_| self.options.preview).unwrap_or(&self.base)
    }

    /// Whether redirects of old addresses outside the base path are written for the host. They belong to the production
    /// origin, and make no sense on another.
    pub fn tells_host_aliases(&self) -> bool {
        self.configuration.base_url.as_ref() == Some(&self.base)
    }

    /// The Markdown copy of a page, or of a page of a section's list, where the site has copies.
    pub fn markdown_copy(&self, id: PageId, number: u32) -> Option<Generated> {
        self.configuration.markdown_copies.then_some(Generated::MarkdownCopy(id, number))
    }

    /// The URL path of what is at a place.
    pub fn url(&self, place: Place) -> UrlPath {
        match place {
            Place::Page(id) => self.page(id).url.clone(),
            Place::SectionList(id, number) => generated::list_url(&self.page(id).url, number),
            Place::Asset(index) => self.routes.assets[index as usize].url.clone(),
            Place::NotFound => UrlPath::new("/404.html"),
            Place::Search => UrlPath::new("/search/"),
            Place::SearchIndex => UrlPath::new("/search/index.json"),
            Place::Generated(file) => file.url(self),
        }
    }

    /// The picture that stands for the site.
    pub fn image(&self) -> Option<&AssetRoute> {
        let image = self.configuration.image.as_ref()?;
        self.routes.asset(&static_file(&image.value))
    }

    /// Whether the site has this file, made by silcrow or its own.
    pub fn has_generated(&self, generated: Generated) -> bool {
        let is_own = |place| matches!(place, Place::Asset(_));
        self.routes.generated.contains(&generated)
            || self.routes.place(generated.url(self).as_str()).is_some_and(is_own)
    }
}

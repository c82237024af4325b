//! The site → bytes, page by page. Every page can be rendered alone, in any order and on any thread.

mod body;
pub mod context;
mod defaults;
mod fields;
pub mod highlight;
pub mod outputs;
mod search;
pub mod templates;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::article::Heading;
use crate::config::Strings;
use crate::output::Output;
use crate::path::{OutputPath, UrlPath, encode_path};
use crate::picture::Variant;
use crate::site::generated::{Generated, list_pages, list_url};
use crate::site::routes::{Alias, SECTION_PAGE_SIZE};
use crate::site::{Page, PageId, SectionId, Site, freshness};
use context::{
    BacklinksContext, HeadingContext, LinkContext, PageContext, PaginationContext, RedirectContext,
    SidebarContext,
};
use highlight::Highlighters;
use templates::{Context, Failure, Templates, Value};

/// How many of a section's articles the sidebar shows at most; of a longer section, those around the page.
const SIDEBAR_SIZE: usize = 25;
/// How many backlinks a page names at most.
const BACKLINKS_SIZE: usize = 50;

/// About how many bytes a page has besides its body, so that its buffer is allocated once.
const AROUND_BODY: usize = 12 * 1024;

/// Something that is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// An article.
    Article(PageId),
    /// A page of a section's list of articles, from 1; the first is the section's page.
    Section(PageId, usize),
    /// The page for addresses that do not exist.
    NotFound,
    /// The search page.
    Search,
    /// The page at the old address with this index.
    Redirect(usize),
    /// Something for programs or hosts.
    Generated(Generated),
    /// The page at the address with this index that was taken away on purpose.
    Retired(usize),
}

impl View {
    /// The page whose text is shown.
    fn source(self) -> Option<PageId> {
        match self {
            Self::Article(id) | Self::Section(id, _) => Some(id),
            _ => None,
        }
    }
}

/// Renders the pages of one site.
pub struct Renderer {
    pub(crate) site: Arc<Site>,
    templates: Arc<Templates>,
    strings: Arc<Strings>,
    highlighters: Arc<Highlighters>,
    /// Every variable but the page, as it is where nothing else is said.
    defaults: Context,
    /// What URLs begin with that lead here from anywhere; where no origin is known, from its root.
    root: String,
    /// Each page's URL, made when it is first asked for; none where it is the page's URL path as it is.
    hrefs: Vec<OnceLock<Option<Box<str>>>>,
    /// Each page as an entry of a list, made when it is first asked for, and shared by all lists.
    links: Vec<OnceLock<Value>>,
    /// The files of the search index, made when one is first asked for.
    search: OnceLock<Vec<Output>>,
    /// The variants of each file that is a picture, once they are made.
    variants: Vec<OnceLock<Box<[Variant]>>>,
}

/// The URLs of the files in `static/`, by their paths there.
pub fn asset_urls(site: &Site) -> BTreeMap<String, String> {
    let assets = site.routes.assets.iter();
    assets
        .filter_map(|asset| Some((asset.source.below("static")?.to_owned(), site.href(&asset.url))))
        .collect()
}

impl Renderer {
    /// What renders the pages of a site.
    pub fn new(
        site: Arc<Site>,
        (templates, strings): (Arc<Templates>, Arc<Strings>),
        highlighters: Arc<Highlighters>,
    ) -> Self {
        let defaults = defaults::defaults(&site, Value::from_serializable(&*strings));
        let hrefs = site.pages.iter().map(|_| OnceLock::new()).collect();
        let links = site.pages.iter().map(|_| OnceLock::new()).collect();
        let variants = site.routes.assets.iter().map(|_| OnceLock::new()).collect();
        let root =
            site.canonical(&UrlPath::new("/")).unwrap_or_else(|| site.base.path().to_owned());
        let search = OnceLock::new();
        Self {
            site,
            templates,
            strings,
            highlighters,
            defaults,
            root,
            hrefs,
            links,
            search,
            variants,
        }
    }

    /// Everything that is rendered: what is for programs, which cannot fail, and all pages. The texts that name every page
    /// come first: they are large, and gone again before memory is fullest. A page's Markdown copy follows it: one makes the
    /// folder for both.
    pub fn views(&self) -> Vec<View> {
        let copy = |view: View| match view {
            View::Article(id) => self.site.markdown_copy(id, 1),
            View::Section(id, number) => self.site.markdown_copy(id, number as u32),
            _ => None,
        };
        let with_copy = |view: View| std::iter::once(view).chain(copy(view).map(View::Generated));
        let generated = self.site.routes.generated.iter().copied().map(View::Generated);
        generated.chain(self.pages().into_iter().flat_map(with_copy)).collect()
    }

    /// Every page: those with a source in the order of their paths, redirects, what is gone, the search page, and
    /// `404.html`.
    pub fn pages(&self) -> Vec<View> {
        let mut views = Vec::with_capacity(self.site.pages.len() + 1);
        for id in self.site.included().filter(|id| self.site.is_published(*id)) {
            if self.site.is_section_page(id) {
                let numbers = 1..=self.list_pages(id);
                let lists = numbers.filter(|number| self.site.is_list_published(id, *number));
                views.extend(lists.map(|number| View::Section(id, number)));
            } else {
                views.push(View::Article(id));
            }
        }
        views.extend((0..self.site.routes.alias_list.len()).map(View::Redirect));
        views.extend((0..self.site.routes.retired.len()).map(View::Retired));
        views.extend(self.site.configuration.search.then_some(View::Search));
        views.push(View::NotFound);
        views
    }

    /// Whether there is a template of that name.
    pub fn has_template(&self, name: &str) -> bool {
        self.templates.contains(name)
    }

    /// Renders one page.
    ///
    /// # Errors
    ///
    /// The template's errors; none when there is no such template, which is a finding of front matter.
    pub fn render(&self, view: View) -> Result<Output, Vec<Failure>> {
        if let View::Generated(generated) = view {
            return Ok(outputs::output(self, generated));
        }
        let content = view.source().map(|id| body::fill(self, id));
        let length = content.as_ref().map_or(0, String::len);
        let mut html = Vec::with_capacity(length + AROUND_BODY);
        let path = self.page(view, content.as_deref(), &mut html)?;
        Ok(Output::bytes(path, html))
    }

    /// Renders one page for the failures of its templates alone, and keeps nothing of it. The slots of its body stay empty:
    /// no URLs of links, no colours of code, which take longer than the rest.
    ///
    /// # Errors
    ///
    /// Those of [`Self::render`].
    pub fn check(&self, view: View) -> Result<(), Vec<Failure>> {
        let content = view.source().map(|id| &*self.site.page(id).article.body.html);
        match view {
            View::Generated(_) => Ok(()),
            _ => self.page(view, content, &mut io::sink()).map(drop),
        }
    }

    /// Writes a page around `content`, and returns where it belongs.
    fn page(
        &self,
        view: View,
        content: Option<&str>,
        html: &mut impl Write,
    ) -> Result<OutputPath, Vec<Failure>> {
        let (template, mut context, path) = match view {
            View::Article(id) => self.article(id),
            View::Section(id, number) => self.section(id, number),
            View::NotFound => self.not_found(),
            View::Search => search::page(self),
            View::Redirect(index) => self.redirect(index),
            View::Retired(index) => self.gone(&self.site.routes.retired[index]),
            // What is for programs has no template.
            View::Generated(_) => return Err(Vec::new()),
        };
        if let Some(content) = content {
            context.insert_value("content", Value::safe_string(content));
        }
        self.templates.render(template, &context, html)?;
        Ok(path)
    }

    /// The files of the search index, for whoever answers requests for them: made once, and kept.
    pub fn search(&self) -> &[Output] {
        self.search.get_or_init(|| self.search_files())
    }

    /// The files of the search index, sorted by path.
    pub fn search_files(&self) -> Vec<Output> {
        let files = Mutex::new(Vec::new());
        self.write_search(&|file| files.lock().unwrap_or_else(PoisonError::into_inner).push(file));
        let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    /// Hands each file of the search index to `sink`, in any order.
    pub fn write_search(&self, sink: &(dyn Fn(Output) + Sync)) {
        if self.site.configuration.search {
            search::files(self, sink);
        }
    }

    /// Every failure to compile a template, whether a page needs it or not.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.templates.failures()
    }

    /// The variants of the picture with this index among the files. Those that nobody has made yet it has not.
    pub fn variants(&self, asset: usize) -> &[Variant] {
        self.variants.get(asset).and_then(OnceLock::get).map_or(&[], |variants| variants)
    }

    /// The pictures with variants that a page shows, by their indexes among the files.
    pub fn images(&self, view: View) -> Vec<usize> {
        view.source().into_iter().flat_map(|id| self.site.images(id)).collect()
    }

    /// Makes the variants of a picture known; whoever comes meanwhile waits. They follow from the picture alone, so that they
    /// are made once.
    pub fn set_variants(&self, asset: usize, make: impl FnOnce() -> Vec<Variant>) {
        if let Some(slot) = self.variants.get(asset) {
            slot.get_or_init(|| make().into());
        }
    }

    /// The components that templates can use, by template and name.
    pub fn components(&self) -> Vec<templates::Component> {
        self.templates.components()
    }

    pub(crate) fn string(&self, name: &str) -> &str {
        self.strings.get(name).map_or("", String::as_str)
    }

    /// What stands before and after a heading in the name of its anchor link.
    pub(crate) fn link_to_heading(&self) -> (&str, &str) {
        let pattern = self.string("link_to_heading");
        pattern.split_once("{heading}").unwrap_or((pattern, ""))
    }

    pub(crate) fn href(&self, id: PageId) -> &str {
        let url = &self.site.page(id).url;
        let href = self.hrefs[id.0 as usize].get_or_init(|| {
            let href = self.site.href(url);
            (href != url.as_str()).then(|| href.into())
        });
        href.as_deref().unwrap_or(url.as_str())
    }

    fn list_pages(&self, id: PageId) -> usize {
        list_pages(self.site.section(self.site.page(id).section).articles.len())
    }

    /// The URL of a page of a section's list.
    pub(crate) fn list_url(&self, id: PageId, number: usize) -> String {
        let section = self.href(id);
        if number == 1 { section.to_owned() } else { format!("{section}page/{number}/") }
    }

    fn article(&self, id: PageId) -> (&str, Context, OutputPath) {
        let page = self.site.page(id);
        let mut context = self.common("article", id, &page.url);
        let section = self.site.section(page.section);
        let neighbour = |position: Option<usize>| {
            position
                .and_then(|position| section.articles.get(position))
                .map_or_else(Value::none, |id| self.link(*id))
        };
        context.insert_value("section", self.link(section.page));
        context.insert_value("breadcrumb", self.breadcrumb(page.section));
        context.insert_value("sidebar", self.sidebar(page.section, page.position).into());
        context.insert_value("previous", neighbour(page.position.checked_sub(1)));
        context.insert_value("next", neighbour(Some(page.position + 1)));
        let template = page.article.front_matter.template_or("article.html");
        (template, context, page.url.output())
    }

    fn section(&self, id: PageId, number: usize) -> (&str, Context, OutputPath) {
        let page = self.site.page(id);
        let section = self.site.section(page.section);
        let is_home = section.parent.is_none();
        let url = list_url(&page.url, number as u32);
        let mut context = self.common(if is_home { "home" } else { "section" }, id, &url);
        let articles: Vec<Value> = section
            .articles
            .chunks(SECTION_PAGE_SIZE)
            .nth(number - 1)
            .unwrap_or(&[])
            .iter()
            .map(|id| self.link(*id))
            .collect();
        let count = self.list_pages(id);
        let pagination = PaginationContext {
            number,
            count,
            previous: (number > 1).then(|| self.list_url(id, number - 1)),
            next: (number < count).then(|| self.list_url(id, number + 1)),
        };
        let parent = section.parent.map(|parent| self.breadcrumb(parent));
        context.insert_value("section", self.link(id));
        context.insert_value("breadcrumb", parent.unwrap_or_else(empty));
        context.insert_value(
            "sidebar",
            self.sidebar(page.section, (number - 1) * SECTION_PAGE_SIZE).into(),
        );
        context.insert_value("articles", articles.into());
        context.insert_value("subsections", self.subsections(page.section));
        context.insert("pagination", &pagination);
        let template = page.article.front_matter.template_or(if is_home {
            "home.html"
        } else {
            "section.html"
        });
        (template, context, url.output())
    }

    fn not_found(&self) -> (&str, Context, OutputPath) {
        let mut context = self.bare("404", self.string("not_found_title"), "/404.html");
        context.insert_value("subsections", self.subsections(SectionId(0)));
        ("404.html", context, OutputPath::new("404.html"))
    }

    fn gone(&self, url: &UrlPath) -> (&str, Context, OutputPath) {
        let mut context = self.bare("gone", self.string("gone_title"), url.as_str());
        context.insert_value("subsections", self.subsections(SectionId(0)));
        ("gone.html", context, url.output())
    }

    fn redirect(&self, index: usize) -> (&str, Context, OutputPath) {
        let Alias { from: alias, page: id } = &self.site.routes.alias_list[index];
        let mut context = self.bare("redirect", self.string("redirect_title"), alias.as_str());
        let page = self.site.page(*id);
        let redirect = RedirectContext {
            url: self.href(*id),
            title: &page.article.front_matter.title,
            canonical: self.site.canonical(&page.url),
        };
        context.insert("redirect", &redirect);
        ("redirect.html", context, alias.output())
    }

    /// The variables of every page that has a source.
    fn common(&self, kind: &str, id: PageId, url: &UrlPath) -> Context {
        let page = self.site.page(id);
        let front_matter = &page.article.front_matter;
        let href = if *url == page.url { self.href(id).to_owned() } else { self.site.href(url) };
        let mut context = self.empty(PageContext {
            kind,
            title: &front_matter.title,
            nav_title: page.nav_title(),
            description: front_matter.description.as_deref(),
            url: &href,
            canonical: self.site.canonical(url),
            markdown: self.site.markdown_copy(id, 1).map(|_| format!("{href}index.md")),
            json_ld: outputs::json_ld::json_ld(self, id),
            updated: front_matter.updated.map(|date| date.to_string()),
            reviewed: front_matter.reviewed.map(|date| date.to_string()),
            overdue: self.overdue(id),
            author: front_matter.author.as_deref(),
            draft: page.draft,
            search: front_matter.search,
            source: page.article.path.as_str(),
            edit_url: self.edit_url(page),
            extra: context::free_data(&front_matter.extra),
        });
        let headings = &page.article.body.headings;
        let heading = |heading: &Heading| {
            let Heading { id, text, level, .. } = heading;
            HeadingContext { id, title: text, level: *level }.into()
        };
        let toc: Vec<Value> = headings.iter().map(heading).collect();
        let related: Vec<Value> = self.site.related(id).map(|id| self.link(id)).collect();
        let backlinks = &self.site.backlinks[id.0 as usize];
        let shown = backlinks.iter().take(BACKLINKS_SIZE).map(|id| self.link(*id)).collect();
        context.insert_value("toc", toc.into());
        context.insert_value("related", related.into());
        if !backlinks.is_empty() {
            let backlinks = BacklinksContext { pages: shown, count: backlinks.len() };
            context.insert_value("backlinks", backlinks.into());
        }
        context
    }

    fn edit_url(&self, page: &Page) -> Option<String> {
        let pattern = self.site.configuration.theme.edit_link.as_ref()?;
        let path = encode_path(page.article.path.as_str());
        page.has_file.then(|| pattern.replace("{path}", &path))
    }

    /// The day by which a page was due for review, when that is past and readers are told.
    fn overdue(&self, id: PageId) -> Option<String> {
        let Site { configuration, options, .. } = &*self.site;
        let is_told = configuration.freshness.notice;
        let review = is_told.then(|| freshness::review(&self.site, id)).flatten()?;
        (review.days_late(options.today) > 0).then(|| review.due.to_string())
    }

    /// The variables of a page that has no source.
    fn bare(&self, kind: &str, title: &str, url: &str) -> Context {
        let url = self.site.href(&UrlPath::new(url));
        self.empty(PageContext { kind, title, nav_title: title, url: &url, ..Default::default() })
    }

    /// Every variable, those that only some pages have with nothing in them.
    fn empty(&self, page: PageContext<'_>) -> Context {
        let mut context = self.defaults.clone();
        context.insert_value("page", page.into());
        context
    }

    fn link(&self, id: PageId) -> Value {
        self.links[id.0 as usize].get_or_init(|| self.new_link(id)).clone()
    }

    fn new_link(&self, id: PageId) -> Value {
        let page = self.site.page(id);
        let front_matter = &page.article.front_matter;
        let section = self.site.section(page.section);
        let title = Value::from(&*front_matter.title);
        // Nearly always the same text, which is held once then.
        let own_title = front_matter.nav_title.as_deref().map(Value::from);
        LinkContext {
            nav_title: own_title.unwrap_or_else(|| title.clone()),
            title,
            description: front_matter.description.as_deref(),
            url: self.href(id),
            updated: front_matter.updated.map(|date| date.to_string()),
            draft: page.draft,
            article_count: if section.page == id { section.articles.len() } else { 0 },
        }
        .into()
    }

    /// The sections in a section, in order.
    fn subsections(&self, id: SectionId) -> Value {
        let pages = self.site.section(id).subsections.iter();
        pages.map(|id| self.link(self.site.section(*id).page)).collect::<Vec<_>>().into()
    }

    /// From the home page to a section.
    fn breadcrumb(&self, id: SectionId) -> Value {
        let mut path: Vec<Value> =
            std::iter::successors(Some(id), |id| self.site.section(*id).parent)
                .map(|id| self.link(self.site.section(id).page))
                .collect();
        path.reverse();
        path.into()
    }

    fn sidebar(&self, id: SectionId, position: usize) -> SidebarContext {
        let section = self.site.section(id);
        let count = section.articles.len();
        let start =
            position.saturating_sub(SIDEBAR_SIZE / 2).min(count.saturating_sub(SIDEBAR_SIZE));
        let articles = section
            .articles
            .iter()
            .skip(start)
            .take(SIDEBAR_SIZE)
            .map(|id| self.link(*id))
            .collect();
        let subsections = section
            .subsections
            .iter()
            .take(SIDEBAR_SIZE)
            .map(|id| self.link(self.site.section(*id).page))
            .collect();
        SidebarContext { articles, subsections, count, windowed: count > SIDEBAR_SIZE }
    }
}

fn empty() -> Value {
    Vec::<Value>::new().into()
}

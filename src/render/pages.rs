//! What each kind of page is rendered from: its template, its variables, and where it goes.

use super::context::{
    BacklinksContext, HeadingContext, LinkContext, OutlineContext, PageContext, PaginationContext,
    RedirectContext, SidebarContext,
};
use super::templates::{Context, Value};
use super::{Renderer, outputs};
use crate::article::Heading;
use crate::path::{OutputPath, UrlPath, encode_path};
use crate::site::generated::{list_pages, list_url};
use crate::site::routes::{Alias, SECTION_PAGE_SIZE};
use crate::site::{Page, PageId, SectionId, Site, freshness};

/// How many of a section's articles the sidebar shows at most; of a longer section, those around the page.
const SIDEBAR_SIZE: usize = 25;
/// How many backlinks a page names at most.
const BACKLINKS_SIZE: usize = 50;
/// In a site of fewer articles than this, the search page lists them all: without a script it shows what there is.
const FEW_ARTICLES: usize = 200;

/// What a page is rendered from.
pub(super) struct Source<'a> {
    pub(super) template: &'a str,
    pub(super) context: Context,
    pub(super) path: OutputPath,
}

impl Renderer {
    pub(super) fn article(&self, id: PageId) -> Source<'_> {
        let page = self.site.page(id);
        let mut context = self.common("article", id, &page.url);
        let section = self.site.section(page.section);
        let neighbour = |position: Option<usize>| {
            let id = position.and_then(|position| section.articles.get(position));
            id.map_or_else(Value::none, |id| self.link(*id))
        };
        context.insert_value("section", self.link(section.page));
        context.insert_value("breadcrumb", self.links(self.sections_around(page.section)));
        context.insert_value("sidebar", self.sidebar(page.section, page.position).into());
        context.insert_value("previous", neighbour(page.position.checked_sub(1)));
        context.insert_value("next", neighbour(Some(page.position + 1)));
        let template = page.article.front_matter.template_or("article.html");
        Source { template, context, path: page.url.output() }
    }

    pub(super) fn section(&self, id: PageId, number: usize) -> Source<'_> {
        let page = self.site.page(id);
        let section = self.site.section(page.section);
        let (kind, template) = match section.parent {
            None => ("home", "home.html"),
            Some(_) => ("section", "section.html"),
        };
        let url = list_url(&page.url, number as u32);
        let mut context = self.common(kind, id, &url);
        let skipped = (number - 1) * SECTION_PAGE_SIZE;
        let articles = section.articles.iter().skip(skipped).take(SECTION_PAGE_SIZE);
        let count = self.list_pages(id);
        let list_href = |number: usize| self.site.href(&list_url(&page.url, number as u32));
        let pagination = PaginationContext {
            number,
            count,
            previous: (number > 1).then(|| list_href(number - 1)),
            next: (number < count).then(|| list_href(number + 1)),
        };
        let above = section.parent.map_or_else(Vec::new, |parent| self.sections_around(parent));
        context.insert_value("section", self.link(id));
        context.insert_value("breadcrumb", self.links(above));
        context.insert_value("sidebar", self.sidebar(page.section, skipped).into());
        context.insert_value("articles", self.links(articles.copied()));
        context.insert_value("subsections", self.links(self.subsections(page.section)));
        context.insert("pagination", &pagination);
        let template = page.article.front_matter.template_or(template);
        Source { template, context, path: url.output() }
    }

    /// A page that says why there is nothing else at its address, and lists the sections.
    pub(super) fn nothing_here(
        &self,
        template: &'static str,
        title: &str,
        url: &UrlPath,
    ) -> Source<'_> {
        let kind = template.trim_end_matches(".html");
        let mut context = self.bare(kind, title, url);
        context.insert_value("subsections", self.links(self.subsections(SectionId(0))));
        Source { template, context, path: url.output() }
    }

    pub(super) fn redirect(&self, index: usize) -> Source<'_> {
        let Alias { from: alias, page: id } = &self.site.routes.alias_list[index];
        let mut context = self.bare("redirect", "redirect_title", alias);
        let page = self.site.page(*id);
        let redirect = RedirectContext {
            url: self.href(*id),
            title: &page.article.front_matter.title,
            canonical: self.site.canonical(&page.url),
        };
        context.insert("redirect", &redirect);
        Source { template: "redirect.html", context, path: alias.output() }
    }

    /// The search page: every section, and the articles too where they are few.
    pub(super) fn search_page(&self) -> Source<'_> {
        let url = UrlPath::new("/search/");
        let mut context = self.bare("search", "search_title", &url);
        let sections = self.sections();
        let count: usize = sections.iter().map(|id| self.site.section(*id).articles.len()).sum();
        let outline = sections.into_iter().filter_map(|id| {
            let section = self.site.section(id);
            let articles = section.articles.iter().filter(|_| count < FEW_ARTICLES);
            let articles: Vec<Value> = articles.map(|id| self.link(*id)).collect();
            let is_shown = section.parent.is_some() || !articles.is_empty();
            let section = self.link(section.page);
            is_shown.then(|| OutlineContext { section, articles }.into())
        });
        context.insert_value("outline", outline.collect::<Vec<Value>>().into());
        Source { template: "search.html", context, path: url.output() }
    }

    /// Every section, each followed by those in it.
    pub(super) fn sections(&self) -> Vec<SectionId> {
        let mut found = Vec::new();
        let mut open = vec![SectionId(0)];
        while let Some(id) = open.pop() {
            found.push(id);
            open.extend(self.site.section(id).subsections.iter().rev());
        }
        found
    }

    pub(super) fn list_pages(&self, id: PageId) -> usize {
        list_pages(self.site.section(self.site.page(id).section).articles.len())
    }

    /// The variables of every page that has a source.
    fn common(&self, kind: &str, id: PageId, url: &UrlPath) -> Context {
        let page = self.site.page(id);
        let front_matter = &page.article.front_matter;
        let href = if *url == page.url { self.href(id).to_owned() } else { self.site.href(url) };
        let mut context = self.with(PageContext {
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
            extra: Value::from_serializable(&front_matter.extra).into_map().unwrap_or_default(),
        });
        let heading = |Heading { id, text, level, .. }: &Heading| {
            HeadingContext { id, title: text, level: *level }.into()
        };
        let toc: Vec<Value> = page.article.body.headings.iter().map(heading).collect();
        let backlinks = &self.site.backlinks[id.0 as usize];
        context.insert_value("toc", toc.into());
        context.insert_value("related", self.links(self.site.related(id)));
        if !backlinks.is_empty() {
            let shown = backlinks.iter().take(BACKLINKS_SIZE).map(|id| self.link(*id)).collect();
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

    /// The day by which a page was due for review, when that is past and the page shows a notice.
    fn overdue(&self, id: PageId) -> Option<String> {
        let Site { configuration, options, .. } = &*self.site;
        let is_told = configuration.freshness.notice;
        let review = is_told.then(|| freshness::review(&self.site, id)).flatten()?;
        (review.days_late(options.today) > 0).then(|| review.due.to_string())
    }

    /// The variables of a page that has no source; `title` is the name of a string.
    fn bare(&self, kind: &str, title: &str, url: &UrlPath) -> Context {
        let (url, title) = (self.site.href(url), self.string(title));
        self.with(PageContext { kind, title, nav_title: title, url: &url, ..Default::default() })
    }

    /// Every variable, those that only some pages have with nothing in them.
    fn with(&self, page: PageContext<'_>) -> Context {
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

    fn links(&self, pages: impl IntoIterator<Item = PageId>) -> Value {
        pages.into_iter().map(|id| self.link(id)).collect::<Vec<_>>().into()
    }

    /// The pages of the sections in a section, in order.
    fn subsections(&self, id: SectionId) -> impl Iterator<Item = PageId> {
        self.site.section(id).subsections.iter().map(|id| self.site.section(*id).page)
    }

    /// The pages of the sections from the home page to a section.
    pub(super) fn sections_around(&self, id: SectionId) -> Vec<PageId> {
        let sections = std::iter::successors(Some(id), |id| self.site.section(*id).parent);
        let mut pages: Vec<PageId> = sections.map(|id| self.site.section(id).page).collect();
        pages.reverse();
        pages
    }

    fn sidebar(&self, id: SectionId, position: usize) -> SidebarContext {
        let articles = &self.site.section(id).articles;
        let count = articles.len();
        let latest = count.saturating_sub(SIDEBAR_SIZE);
        let articles = articles[position.saturating_sub(SIDEBAR_SIZE / 2).min(latest)..].iter();
        SidebarContext {
            articles: articles.take(SIDEBAR_SIZE).map(|id| self.link(*id)).collect(),
            subsections: self.subsections(id).take(SIDEBAR_SIZE).map(|id| self.link(id)).collect(),
            count,
            windowed: count > SIDEBAR_SIZE,
        }
    }
}

//! The site → bytes, page by page. Every page can be rendered alone, in any order and on any thread.

mod body;
pub mod context;
mod defaults;
mod fields;
pub mod highlight;
pub mod outputs;
mod pages;
mod search;
pub mod templates;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::config::Strings;
use crate::diagnostic::Diagnostic;
use crate::output::Output;
use crate::path::{OutputPath, UrlPath};
use crate::picture::Variant;
use crate::site::generated::Generated;
use crate::site::routes::Place;
use crate::site::{PageId, Site};
use highlight::Highlighters;
use pages::Source;
use templates::{Context, Templates, Value};

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
    /// The compiled templates.
    pub templates: Arc<Templates>,
    strings: Arc<Strings>,
    highlighters: Arc<Highlighters>,
    /// Every variable but the page, as it is where nothing else is said.
    defaults: Context,
    /// What URLs begin with that lead here from anywhere; where no origin is known, from its root.
    root: String,
    /// Each page's URL, made when it is first asked for.
    hrefs: Vec<OnceLock<Box<str>>>,
    /// Each page as an entry of a list, made when it is first asked for, and shared by all lists.
    links: Vec<OnceLock<Value>>,
    /// The files of the search index, made when one is first asked for.
    search: OnceLock<Vec<Output>>,
    /// The variants of each file that is a picture, once they are made.
    variants: Vec<OnceLock<Box<[Variant]>>>,
}

impl Renderer {
    /// What renders the pages of a site.
    pub fn new(
        site: Arc<Site>,
        templates: Arc<Templates>,
        strings: Arc<Strings>,
        highlighters: Arc<Highlighters>,
    ) -> Self {
        let root = site.canonical(&UrlPath::new("/"));
        Self {
            defaults: defaults::defaults(&site, Value::from_serializable(&*strings)),
            root: root.unwrap_or_else(|| site.base.path().to_owned()),
            hrefs: vec![OnceLock::new(); site.pages.len()],
            links: vec![OnceLock::new(); site.pages.len()],
            search: OnceLock::new(),
            variants: vec![OnceLock::new(); site.routes.assets.len()],
            site,
            templates,
            strings,
            highlighters,
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
        let site = &self.site;
        for id in site.included().filter(|id| site.is_published(Place::Page(*id))) {
            if self.site.is_section_page(id) {
                let is_published = |number: &usize| {
                    *number == 1 || site.is_published(Place::SectionList(id, *number as u32))
                };
                let lists = (1..=self.list_pages(id)).filter(is_published);
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

    /// Renders one page.
    ///
    /// # Errors
    ///
    /// The template's errors; none when there is no such template, which is a finding of front matter.
    pub fn render(&self, view: View) -> Result<Output, Vec<Diagnostic>> {
        if let View::Generated(generated) = view {
            return Ok(outputs::output(self, generated));
        }
        let content = view.source().map(|id| body::fill(self, id));
        let (path, html) = self.page(view, content.as_deref())?;
        Ok(Output::bytes(path, html.into_bytes()))
    }

    /// Renders one page for the failures of its templates alone, and keeps nothing of it. The slots of its body stay empty:
    /// no URLs of links, no colours of code, which take longer than the rest.
    ///
    /// # Errors
    ///
    /// Those of [`Self::render`].
    pub fn check(&self, view: View) -> Result<(), Vec<Diagnostic>> {
        let content = view.source().map(|id| &*self.site.page(id).article.body.html);
        match view {
            View::Generated(_) => Ok(()),
            _ => self.page(view, content).map(drop),
        }
    }

    /// A page around `content`, and where it belongs.
    fn page(
        &self,
        view: View,
        content: Option<&str>,
    ) -> Result<(OutputPath, String), Vec<Diagnostic>> {
        let Source { template, mut context, path } = match view {
            View::Article(id) => self.article(id),
            View::Section(id, number) => self.section(id, number),
            View::NotFound => {
                self.nothing_here("404.html", "not_found_title", &UrlPath::new("/404.html"))
            }
            View::Search => self.search_page(),
            View::Redirect(index) => self.redirect(index),
            View::Retired(index) => {
                self.nothing_here("gone.html", "gone_title", &self.site.routes.retired[index])
            }
            // What is for programs has no template.
            View::Generated(_) => return Err(Vec::new()),
        };
        if let Some(content) = content {
            context.insert_value("content", Value::safe_string(content));
        }
        let html = self.templates.render(template, &context)?;
        Ok((path, html))
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
            search::files(&self.site, sink);
        }
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

    pub(crate) fn string(&self, name: &str) -> &str {
        self.strings.get(name).map_or("", String::as_str)
    }

    pub(crate) fn href(&self, id: PageId) -> &str {
        let make = || self.site.href(&self.site.page(id).url).into();
        self.hrefs[id.0 as usize].get_or_init(make)
    }
}

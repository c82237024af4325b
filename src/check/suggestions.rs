//! What was likely meant by a name that leads nowhere: the first of these that only one thing fits. Indexes of the whole
//! site are made when the first broken link asks for them.

use std::sync::OnceLock;

use ahash::AHashMap;

use crate::path::{SourcePath, UrlPath};
use crate::site::tree::CONTENT;
use crate::site::{PageId, Site};
use crate::suggest;

/// A name is compared with this many others at most, letter by letter: past that, a site with many mistakes would take
/// minutes.
const COMPARED: usize = 2_000;

/// The names of a site.
pub(super) struct Names<'a> {
    site: &'a Site,
    /// Pages by the last part of their paths; nothing where several have it.
    files: OnceLock<AHashMap<&'a str, Option<PageId>>>,
    /// Pages by the ids on them; nothing where several have one.
    ids: OnceLock<AHashMap<&'a str, Option<PageId>>>,
}

/// What was likely meant by a fragment.
pub(super) enum Guess<'a> {
    /// Another id of the page.
    Here(&'a str),
    /// The same id of another page.
    Elsewhere(PageId),
}

impl<'a> Names<'a> {
    /// The names of `site`.
    pub(super) fn new(site: &'a Site) -> Self {
        Self { site, files: OnceLock::new(), ids: OnceLock::new() }
    }

    fn pages(&self) -> impl Iterator<Item = PageId> + '_ {
        self.site.included().filter(|id| self.site.page(*id).has_file)
    }

    fn path(&self, id: PageId) -> &'a str {
        self.site.page(id).article.path.as_str()
    }

    /// The page that is likely meant by a path or URL below the content folder (`/byok/overveiw.md`), on page `from`: an
    /// alias's page, else the only one of the same file name, else the nearest, siblings first.
    pub(super) fn page(&self, wanted: &str, from: Option<PageId>) -> Option<PageId> {
        let bare = wanted.trim_matches('/').trim_end_matches(".md");
        let not_itself = |id: &PageId| Some(*id) != from;
        if let Some(page) = self.site.routes.alias(UrlPath::new(&format!("{bare}/")).as_str()) {
            return Some(page).filter(not_itself);
        }
        let wanted = SourcePath::new(&format!("{CONTENT}/{bare}.md"));
        if let Some(page) = self.same_file_name(wanted.file_name()).filter(not_itself) {
            return Some(page);
        }
        let siblings = self.siblings(wanted.folder()).filter(not_itself);
        let names = siblings.take(COMPARED).map(|id| {
            let path = self.path(id);
            path.rsplit('/').next().unwrap_or(path)
        });
        let near = suggest::nearest(wanted.file_name(), names)
            .map(|file| format!("{}/{file}", wanted.folder()));
        let path = near.or_else(|| {
            let pages = self.compared().filter(not_itself).map(|id| self.path(id));
            suggest::nearest(wanted.as_str(), pages)
        });
        self.site.routes.page(&path?)
    }

    /// The name of the page that is likely meant by an entry of `related`.
    pub(super) fn page_name(&self, wanted: &str) -> Option<String> {
        let last = wanted.rsplit('/').next().unwrap_or(wanted);
        if let Some(page) = self.same_file_name(&format!("{last}.md")) {
            return page_name(self.path(page)).map(str::to_owned);
        }
        suggest::nearest(wanted, self.compared().filter_map(|id| page_name(self.path(id))))
    }

    /// The URL of the file that is likely meant by another: the only one of the same name, else the nearest.
    pub(super) fn asset(&self, wanted: &str) -> Option<&'a str> {
        let site = self.site;
        let urls = || site.routes.assets.iter().take(COMPARED).map(|asset| asset.url.as_str());
        let name = wanted.rsplit('/').next().unwrap_or(wanted);
        let mut same_name = urls().filter(|url| url.rsplit('/').next() == Some(name));
        if let (Some(url), None) = (same_name.next(), same_name.next()) {
            return Some(url);
        }
        let near = suggest::nearest(wanted, urls())?;
        urls().find(|url| *url == near)
    }

    /// What is likely meant by a fragment of `page`: the same id on the only other page that has it, else the id that
    /// replaces the slug, else the nearest id.
    pub(super) fn anchor(&self, page: PageId, anchor: &str) -> Option<Guess<'a>> {
        let ids = self.ids.get_or_init(|| {
            let all = self.pages().flat_map(|id| {
                self.site.page(id).article.body.ids().map(move |anchor| (anchor, id))
            });
            unique(all)
        });
        if let Some(Some(other)) = ids.get(anchor) {
            return Some(Guess::Elsewhere(*other));
        }
        let body = &self.site.page(page).article.body;
        let by_slug = body.headings.iter().find(|heading| is_slug(anchor, &heading.text));
        if let Some(heading) = by_slug {
            return Some(Guess::Here(&heading.id));
        }
        let near = suggest::nearest(anchor, body.ids().take(COMPARED))?;
        body.ids().find(|id| *id == near).map(Guess::Here)
    }

    fn same_file_name(&self, name: &str) -> Option<PageId> {
        let files = self.files.get_or_init(|| {
            unique(self.pages().map(|id| (self.site.page(id).article.path.file_name(), id)))
        });
        // Every section has an `index.md`: its folder is its name.
        files.get(name).copied().flatten().filter(|_| name != "index.md")
    }

    /// The pages of a folder. Pages are sorted by path.
    fn siblings(&self, folder: &str) -> impl Iterator<Item = PageId> + '_ {
        let pages = &self.site.pages;
        let start = pages.partition_point(|page| page.article.path.folder() < folder);
        let folder = folder.to_owned();
        let in_folder = move |id: &PageId| pages[id.0 as usize].article.path.folder() == folder;
        (start..pages.len())
            .map(|index| PageId(index as u32))
            .take(COMPARED)
            .filter(in_folder)
            .filter(|id| pages[id.0 as usize].included && pages[id.0 as usize].has_file)
    }

    /// The pages that a name is compared with, wherever they are: in a large site none.
    fn compared(&self) -> impl Iterator<Item = PageId> + '_ {
        let few = self.site.pages.len() <= COMPARED;
        self.pages().take(if few { COMPARED } else { 0 })
    }
}

/// Each key with the only page that has it.
fn unique<'a>(all: impl Iterator<Item = (&'a str, PageId)>) -> AHashMap<&'a str, Option<PageId>> {
    let mut unique: AHashMap<&str, Option<PageId>> = AHashMap::new();
    for (key, page) in all {
        unique
            .entry(key)
            .and_modify(|known| *known = known.filter(|known| *known == page))
            .or_insert(Some(page));
    }
    unique
}

/// How `related` names a page, given its path.
fn page_name(path: &str) -> Option<&str> {
    let path = path.strip_prefix(CONTENT)?.strip_prefix('/')?.strip_suffix(".md")?;
    Some(path.strip_suffix("/index").unwrap_or(path))
}

/// Whether an id is the slug of a heading's text, near enough: ids themselves are made by the parser.
fn is_slug(id: &str, text: &str) -> bool {
    let lower = text.to_lowercase();
    let kept = lower.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c => (c.is_alphanumeric() || c == '-' || c == '_').then_some(c),
    });
    kept.eq(id.chars())
}

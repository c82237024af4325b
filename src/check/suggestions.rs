//! What was likely meant by a name that does not exist: the first of these that only one thing fits. Indexes of the whole
//! site are made when the first broken link asks for them.

use std::sync::OnceLock;

use ahash::AHashMap;

use crate::path::{SourcePath, UrlPath};
use crate::site::tree::CONTENT;
use crate::site::{PageId, Site};
use crate::suggest::Index;

/// What each key stands for; nothing where it stands for several things.
type Unique<'a, T> = AHashMap<&'a str, Option<T>>;

/// The names of a site.
pub(super) struct Names<'a> {
    site: &'a Site,
    indexes: Indexes<'a>,
    /// The ids of each page.
    anchors: Vec<OnceLock<Anchors<'a>>>,
}

#[derive(Default)]
struct Indexes<'a> {
    /// Pages by the last part of their paths.
    files: OnceLock<Unique<'a, PageId>>,
    /// Pages by the ids on them.
    ids: OnceLock<Unique<'a, PageId>>,
    /// The URLs of files by their last parts.
    assets: OnceLock<Unique<'a, &'a str>>,
    /// The last parts of pages' paths, by folder.
    folders: OnceLock<AHashMap<&'a str, Index<'a>>>,
    paths: OnceLock<Index<'a>>,
    page_names: OnceLock<Index<'a>>,
    asset_urls: OnceLock<Index<'a>>,
}

/// The ids of one page.
struct Anchors<'a> {
    /// Ids by the slugs of the headings that have them.
    by_slug: AHashMap<String, &'a str>,
    all: Index<'a>,
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
        let anchors = site.pages.iter().map(|_| OnceLock::new()).collect();
        Self { site, indexes: Indexes::default(), anchors }
    }

    fn pages(&self) -> impl Iterator<Item = (PageId, &'a SourcePath)> + '_ {
        let pages = self.site.included().map(|id| (id, self.site.page(id)));
        pages.filter(|(_, page)| page.has_file).map(|(id, page)| (id, &page.article.path))
    }

    fn urls(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.site.routes.assets.iter().map(|asset| asset.url.as_str())
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
        let own = from.map(|id| &self.site.page(id).article.path);
        let sibling = self.folders().get(wanted.folder()).and_then(|siblings| {
            let own = own.filter(|own| own.folder() == wanted.folder());
            siblings.nearest(wanted.file_name(), own.map(SourcePath::file_name))
        });
        if let Some(file) = sibling {
            return self.site.routes.page(&format!("{}/{file}", wanted.folder()));
        }
        let paths = || Index::new(self.pages().map(|(_, path)| path.as_str()));
        let paths = self.indexes.paths.get_or_init(paths);
        self.site.routes.page(paths.nearest(wanted.as_str(), own.map(SourcePath::as_str))?)
    }

    /// The name of the page that is likely meant by an entry of `related`.
    pub(super) fn page_name(&self, wanted: &str) -> Option<&'a str> {
        if let Some(page) = self.same_file_name(&format!("{}.md", last(wanted))) {
            return page_name(&self.site.page(page).article.path);
        }
        let names = || Index::new(self.pages().filter_map(|(_, path)| page_name(path)));
        self.indexes.page_names.get_or_init(names).nearest(wanted, None)
    }

    /// The URL of the file that is likely meant by another: the only one of the same name, else the nearest.
    pub(super) fn asset(&self, wanted: &str) -> Option<&'a str> {
        let by_name = || unique(self.urls().map(|url| (last(url), url)));
        if let Some(Some(url)) = self.indexes.assets.get_or_init(by_name).get(last(wanted)) {
            return Some(url);
        }
        self.indexes.asset_urls.get_or_init(|| Index::new(self.urls())).nearest(wanted, None)
    }

    /// What is likely meant by a fragment of `page`: the same id on the only other page that has it, else the id that
    /// replaces the slug, else the nearest id.
    pub(super) fn anchor(&self, page: PageId, anchor: &str) -> Option<Guess<'a>> {
        let ids_of = |id| self.site.page(id).article.body.ids().map(move |anchor| (anchor, id));
        let all = || unique(self.pages().flat_map(|(id, _)| ids_of(id)));
        if let Some(Some(other)) = self.indexes.ids.get_or_init(all).get(anchor) {
            return Some(Guess::Elsewhere(*other));
        }
        let anchors = self.anchors.get(page.0 as usize)?.get_or_init(|| {
            let body = &self.site.page(page).article.body;
            // Of headings with the same text, the first is meant.
            let headings = body.headings.iter().rev();
            let by_slug = headings.map(|heading| (slug(&heading.text), &*heading.id)).collect();
            Anchors { by_slug, all: Index::new(body.ids()) }
        });
        let by_slug = anchors.by_slug.get(anchor).copied();
        by_slug.or_else(|| anchors.all.nearest(anchor, None)).map(Guess::Here)
    }

    fn same_file_name(&self, name: &str) -> Option<PageId> {
        let by_name = || unique(self.pages().map(|(id, path)| (path.file_name(), id)));
        // Every section has an `index.md`: its folder is its name.
        let files = self.indexes.files.get_or_init(by_name);
        files.get(name).copied().flatten().filter(|_| name != "index.md")
    }

    fn folders(&self) -> &AHashMap<&'a str, Index<'a>> {
        self.indexes.folders.get_or_init(|| {
            let mut folders: AHashMap<&str, Vec<&str>> = AHashMap::new();
            for (_, path) in self.pages() {
                folders.entry(path.folder()).or_default().push(path.file_name());
            }
            let index = |(folder, files): (_, Vec<_>)| (folder, Index::new(files.into_iter()));
            folders.into_iter().map(index).collect()
        })
    }
}

/// Each key with the only thing that has it.
fn unique<'a, T: Copy + PartialEq>(all: impl Iterator<Item = (&'a str, T)>) -> Unique<'a, T> {
    let mut unique = Unique::new();
    for (key, thing) in all {
        let known = unique.entry(key).or_insert(Some(thing));
        *known = known.filter(|known| *known == thing);
    }
    unique
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// How `related` names a page, given its path.
fn page_name(path: &SourcePath) -> Option<&str> {
    let path = path.below(CONTENT)?.strip_suffix(".md")?;
    Some(path.strip_suffix("/index").unwrap_or(path))
}

/// The slug of a heading's text, near enough: ids themselves are made by the parser.
fn slug(text: &str) -> String {
    let text = text.to_lowercase().replace(' ', "-");
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

//! Folders → sections, in order. Knows nothing of links.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Page, PageId, Section, SectionId};
use crate::article::{Article, ArticleKind, ArticleSource, Body, FrontMatter};
use crate::config::Configuration;
use crate::path::{SourcePath, UrlPath};

/// Where articles are.
pub const CONTENT: &str = "content";

/// The folder of an article below `content/`; empty at its root.
pub fn folder(path: &SourcePath) -> &str {
    path.folder().strip_prefix(CONTENT).unwrap_or("").trim_start_matches('/')
}

/// Builds pages and sections. Every folder on the way to an article is a section; one without `index.md` has a page
/// made up for it.
pub fn tree(
    articles: Vec<Arc<Article>>,
    configuration: &Configuration,
    drafts: bool,
) -> (Vec<Page>, Vec<Section>) {
    let folders = folders(&articles);
    let missing = folders.iter().filter(|folder| {
        let path = index_path(folder);
        articles.binary_search_by(|article| article.path.cmp(&path)).is_err()
    });
    let generated =
        missing.map(|folder| (Arc::new(generated_section(folder, configuration)), false));
    let generated: Vec<_> = generated.collect();
    let mut articles: Vec<_> = articles.into_iter().map(|article| (article, true)).collect();
    articles.extend(generated);
    articles.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));

    let ids: BTreeMap<&str, SectionId> =
        folders.iter().zip(0..).map(|(folder, index)| (&**folder, SectionId(index))).collect();
    let parent = |folder| parent(folder).map(|parent| ids[parent]);
    let mut sections: Vec<Section> = folders
        .iter()
        .map(|folder| Section {
            page: PageId(0),
            parent: parent(folder),
            articles: Vec::new(),
            subsections: Vec::new(),
        })
        .collect();
    let mut pages = Vec::with_capacity(articles.len());
    for (article, has_file) in articles {
        let section = ids[folder(&article.path)];
        if article.kind == ArticleKind::Section {
            sections[section.0 as usize].page = PageId(pages.len() as u32);
        }
        let url = url_of(&article.path, article.kind);
        let (position, included, draft) = (0, true, false);
        pages.push(Page { article, url, section, position, included, draft, has_file });
    }
    mark_drafts(&mut pages, &sections, drafts);
    order(&mut pages, &mut sections);
    (pages, sections)
}

/// Every folder that is a section, sorted, so that parents come before what is in them and the home page's is first.
fn folders(articles: &[Arc<Article>]) -> BTreeSet<String> {
    let mut folders = BTreeSet::from([String::new()]);
    for article in articles {
        let mut upwards = std::iter::successors(Some(folder(&article.path)), |inner| parent(inner));
        while let Some(folder) = upwards.next().filter(|folder| !folders.contains(*folder)) {
            folders.insert(folder.to_owned());
        }
    }
    folders
}

fn parent(folder: &str) -> Option<&str> {
    (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(parent, _)| parent))
}

/// The path of a folder's `index.md`.
pub fn index_path(folder: &str) -> SourcePath {
    SourcePath::new(&format!("{CONTENT}/{folder}/index.md"))
}

fn generated_section(folder: &str, configuration: &Configuration) -> Article {
    let path = index_path(folder);
    let title = if folder.is_empty() { configuration.title.clone() } else { path.title() };
    let front_matter = FrontMatter { title, search: true, ..FrontMatter::default() };
    Article {
        path,
        kind: ArticleKind::Section,
        front_matter,
        body: Body::default(),
        suppressions: Box::default(),
        source: ArticleSource { text: Arc::from(""), body: 0 },
    }
}

/// The URL of a page, which follows from its source's path.
pub fn url_of(path: &SourcePath, kind: ArticleKind) -> UrlPath {
    let path = path.below(CONTENT).unwrap_or(path.as_str());
    let path = path.strip_suffix(".md").unwrap_or(path);
    match kind {
        ArticleKind::Section => UrlPath::new(path.strip_suffix("index").unwrap_or(path)),
        ArticleKind::Article => UrlPath::new(&format!("{path}/")),
    }
}

/// A draft section makes drafts of all that is in it.
fn mark_drafts(pages: &mut [Page], sections: &[Section], drafts: bool) {
    let mut draft_sections = vec![false; sections.len()];
    for (index, section) in sections.iter().enumerate() {
        let inherited = section.parent.is_some_and(|parent| draft_sections[parent.0 as usize]);
        draft_sections[index] =
            inherited || pages[section.page.0 as usize].article.front_matter.draft;
    }
    for page in pages {
        page.draft = page.article.front_matter.draft || draft_sections[page.section.0 as usize];
        page.included = drafts || !page.draft;
    }
}

fn order(pages: &mut [Page], sections: &mut [Section]) {
    for (index, page) in pages.iter().enumerate() {
        if page.included && page.article.kind == ArticleKind::Article {
            sections[page.section.0 as usize].articles.push(PageId(index as u32));
        }
    }
    for index in 1..sections.len() {
        let id = SectionId(index as u32);
        if pages[sections[index].page.0 as usize].included
            && let Some(parent) = sections[index].parent
        {
            sections[parent.0 as usize].subsections.push(id);
        }
    }
    // By `order`, those without it last; then by title, without regard to case; then by path.
    let rank = |id: &PageId| {
        let Article { front_matter, path, .. } = &*pages[id.0 as usize].article;
        let FrontMatter { order, title, .. } = front_matter;
        (order.is_none(), *order, title.to_lowercase(), path.clone())
    };
    let section_pages: Vec<PageId> = sections.iter().map(|section| section.page).collect();
    for section in &mut *sections {
        section.articles.sort_by_cached_key(rank);
        section.subsections.sort_by_cached_key(|id| rank(&section_pages[id.0 as usize]));
    }
    for section in sections {
        for (position, id) in section.articles.iter().enumerate() {
            pages[id.0 as usize].position = position;
        }
    }
}

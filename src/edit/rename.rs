//! A page or a section under another path: what has to change in which text, so that every link leads where it led and every
//! old address leads on. Knows nothing of the disk, and reads no text anew: who asks does, and compares (see [`first_changed_target`]).

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::front_matter::{YamlText, replace};
use super::plan::Moved;
use crate::article::{ArticleKind, LinkKind};
use crate::diagnostic::Edit;
use crate::path::{SourcePath, UrlPath, encode_path};
use crate::record::State;
use crate::redirect::{Location, OldAddress, SPLAT};
use crate::site::links::{
    Document, Holder, Problem, Reference, Target, leads_to, relative_path, written,
};
use crate::site::routes::Place;
use crate::site::tree::{CONTENT, folder, url_of};
use crate::site::{Page, PageId, Site};
use crate::source::Sources;

/// What moves where.
pub struct Move<'a> {
    site: &'a Site,
    from: SourcePath,
    to: SourcePath,
    /// The new path of each page, where it moves.
    pages: Vec<Option<SourcePath>>,
    /// The new path of each asset's source, where it moves.
    assets: Vec<Option<SourcePath>>,
}

impl<'a> Move<'a> {
    /// A file or a folder of `content` moves.
    pub fn new(site: &'a Site, moved: &Moved) -> Self {
        let pages = site.pages.iter().map(|page| moved.path(&page.article.path)).collect();
        let assets = site.routes.assets.iter().map(|asset| moved.path(&asset.source)).collect();
        Self { site, from: moved.from.clone(), to: moved.to.clone(), pages, assets }
    }

    /// The pages that move, with their old and their new URLs.
    pub fn pages(&self) -> impl Iterator<Item = (PageId, UrlPath, UrlPath)> {
        let pages = self.site.pages.iter().zip(&self.pages).enumerate();
        pages.filter_map(|(index, (page, to))| {
            let new = url_of(to.as_ref()?, page.article.kind);
            Some((PageId(index as u32), page.url.clone(), new))
        })
    }

    /// Every edit.
    pub fn edits(&self, sources: &Sources) -> Vec<Edit> {
        let documents: Vec<_> = self.site.documents().collect();
        let edits = documents
            .par_iter()
            .flat_map_iter(|document| self.of_document(document, sources).unwrap_or_default());
        edits.collect()
    }

    /// The edits of a document: those of its references, and what keeps old addresses.
    fn of_document(&self, document: &Document<'_>, sources: &Sources) -> Option<Vec<Edit>> {
        let path = document.path;
        let text = sources.text(path).filter(|_| !sources.is_embedded(path))?;
        let references = document.references.iter();
        let mut edits: Vec<Edit> = references
            .filter_map(|reference| self.of_reference(document, reference, text))
            .collect();
        // A reference definition is written once, however often it is used.
        let mut edited = BTreeSet::new();
        edits.retain(|edit| edited.insert(edit.span.start));
        match document.holder {
            Holder::Page(id) if self.pages[id.0 as usize].is_some() => {
                let page = self.site.page(id);
                if page.included && self.returning(document).next().is_none() {
                    let yaml = YamlText::of_article(path, text)?;
                    edits.push(yaml.add_item("aliases", &page.url.encoded()));
                }
            }
            Holder::Settings => {
                let added = self.added_redirects(document);
                if !added.is_empty() {
                    edits.push(YamlText::of_settings(path, text)?.add_entries("redirects", &added));
                }
            }
            Holder::Page(_) | Holder::Html(_) => {}
        }
        Some(edits)
    }

    fn new_url(&self, id: PageId) -> UrlPath {
        let page = self.site.page(id);
        url_of(self.pages[id.0 as usize].as_ref().unwrap_or(&page.article.path), page.article.kind)
    }

    /// The edit by which a reference leads where it led; nothing when it does so as it is.
    fn of_reference(
        &self,
        document: &Document<'_>,
        reference: &Reference,
        text: &str,
    ) -> Option<Edit> {
        let link = &reference.link;
        let at = document.span(link.span);
        let destination = document.destination(reference);
        let (path, rest) = match link.kind {
            kind if kind.is_name() => {
                let page = self.pages[reference.target.page()?.0 as usize].as_ref()?;
                (name(page).to_owned(), "")
            }
            LinkKind::Alias | LinkKind::RedirectFrom => {
                (self.returns(reference, destination)?.encoded(), "")
            }
            LinkKind::RedirectTo if destination.contains(SPLAT) => (self.splat(destination)?, ""),
            _ => self.destination(document, reference)?,
        };
        if !link.kind.is_link() {
            return Some(replace(&at, text, &(path + rest)));
        }
        let range = at.range();
        let old = text.get(range.clone())?;
        // What follows the path stays as it is typed, where that can be told.
        let path = written(&path, "", link.kind);
        Some(match old.strip_suffix(rest).filter(|_| !rest.is_empty()) {
            Some(before) => Edit::new(document.path, range.start..range.start + before.len(), path),
            None => Edit::new(document.path, range, path + &written("", rest, link.kind)),
        })
    }

    /// The old address of what an alias or a redirect leads to, where that moves to the very address that is redirected: it
    /// is to lead the other way then. Aliases are of pages with front matter, redirects of what has none.
    fn returns(&self, reference: &Reference, written: &str) -> Option<UrlPath> {
        let from = OldAddress::parse(written).ok()?;
        let (old, new) = match reference.target {
            Target::Place(Place::Page(id)) => {
                let page = self.site.page(id);
                let is_of_its_kind = page.has_file == (reference.link.kind == LinkKind::Alias);
                self.pages[id.0 as usize].as_ref().filter(|_| page.included && is_of_its_kind)?;
                (&page.url, self.new_url(id))
            }
            Target::Place(Place::Asset(asset)) => {
                (&self.site.routes.assets[asset as usize].url, self.new_file_url(asset as usize)?)
            }
            _ => return None,
        };
        let is_same = from.is_path() && !from.is_wildcard() && from.page_url() == new;
        is_same.then(|| old.clone())
    }

    /// The old addresses of all that goes back to an address from which an alias or a redirect of the document leads to it.
    fn returning<'d>(&'d self, document: &'d Document<'_>) -> impl Iterator<Item = UrlPath> + 'd {
        let is_old = |kind| matches!(kind, LinkKind::Alias | LinkKind::RedirectFrom);
        let old = document.references.iter().filter(move |one| is_old(one.link.kind));
        old.filter_map(|one| self.returns(one, document.destination(one)))
    }

    /// The new URL of a file, where it moves.
    fn new_file_url(&self, asset: usize) -> Option<UrlPath> {
        Some(UrlPath::new(&format!("/{}", self.assets[asset].as_ref()?.below(CONTENT)?)))
    }

    /// The path that a link has to have, percent-encoded, and what follows it; nothing when it leads there as it is.
    fn destination<'l>(
        &self,
        document: &Document<'l>,
        reference: &'l Reference,
    ) -> Option<(String, &'l str)> {
        let new = match reference.target {
            Target::Place(Place::Page(page) | Place::SectionList(page, _)) => {
                self.pages[page.0 as usize].as_ref()
            }
            Target::Place(Place::Asset(asset)) => self.assets[asset as usize].as_ref(),
            _ => return None,
        };
        let (path, rest) = document.path_and_rest(reference);
        let is_full = path.contains("://");
        let is_alias = reference.problems.contains(&Problem::LinkToAlias);
        match document.holder {
            Holder::Page(id) if !is_full && !path.starts_with('/') => {
                self.relative(id, reference.target, path).map(|path| (path, rest))
            }
            // The old address of a page leads to it wherever it is.
            _ if new.is_none() || is_alias => None,
            Holder::Html(_) if !is_full => Some((self.below_base(reference.target), rest)),
            _ if is_full => {
                let origin = path.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
                let base = self.site.configuration.base_url.as_ref()?.path();
                let url = self.url(reference.target);
                Some((format!("{origin}{base}{}", url.trim_start_matches('/')), rest))
            }
            _ => Some((self.url(reference.target), rest)),
        }
    }

    /// A destination relative to the page's source, after the move; nothing when it leads there as it is written.
    fn relative(&self, holder: PageId, target: Target, path: &str) -> Option<String> {
        let new_holder = self.pages[holder.0 as usize].as_ref();
        let (source, new) = match target {
            Target::Place(Place::Page(page)) => {
                (&self.site.page(page).article.path, self.pages[page.0 as usize].as_ref())
            }
            Target::Place(Place::Asset(asset)) => {
                let index = asset as usize;
                (&self.site.routes.assets[index].source, self.assets[index].as_ref())
            }
            _ => return None,
        };
        if new_holder.is_none() && new.is_none() {
            return None;
        }
        let to = new.unwrap_or(source);
        let to = to.below(CONTENT).or_else(|| to.below("static"))?;
        let folder = folder(new_holder.unwrap_or(&self.site.page(holder).article.path));
        (!leads_to(path, folder, to)).then(|| relative_path(folder, to))
    }

    /// The URL of what moved, after the move, below the base URL.
    fn url(&self, target: Target) -> String {
        match target {
            Target::Place(Place::Page(page)) => self.new_url(page).encoded(),
            Target::Place(Place::SectionList(page, number)) => {
                format!("{}page/{number}/", self.new_url(page).encoded())
            }
            Target::Place(Place::Asset(asset)) => {
                self.new_file_url(asset as usize).map_or_else(String::new, |url| url.encoded())
            }
            _ => String::new(),
        }
    }

    fn below_base(&self, target: Target) -> String {
        format!("{}{}", self.site.base.path(), self.url(target).trim_start_matches('/'))
    }

    /// The redirects that keep the addresses of what has no front matter, and are not written yet.
    fn added_redirects(&self, settings: &Document<'_>) -> Vec<(String, String)> {
        let returning: BTreeSet<UrlPath> = self.returning(settings).collect();
        let is_made_up = |id: PageId| self.site.page(id).included && !self.site.page(id).has_file;
        let pages = self.pages().filter(|(id, ..)| is_made_up(*id));
        let moved = pages.map(|(_, old, new)| (old, new)).chain(self.recorded_files());
        let moved = moved.filter(|(old, _)| !returning.contains(old));
        let mut added: Vec<_> = moved.map(|(old, new)| (old.encoded(), new.encoded())).collect();
        if let Some((_, _, new)) = self.pages().min_by_key(|(_, _, new)| new.as_str().len()) {
            added.extend(self.emptied().map(|old| (old.encoded(), new.encoded())));
        }
        added
    }

    /// The old and new URLs of the files that move and that the record knows.
    fn recorded_files(&self) -> impl Iterator<Item = (UrlPath, UrlPath)> {
        let record = &self.site.record.record;
        self.site.routes.assets.iter().enumerate().filter_map(|(index, asset)| {
            let new = self.new_file_url(index)?;
            let is_known = matches!(record.get(&asset.url.encoded())?, State::Page(_));
            is_known.then(|| (asset.url.clone(), new))
        })
    }

    /// The URLs of sections without `index.md` that nothing is left in: nobody makes up a page for them any more.
    fn emptied(&self) -> impl Iterator<Item = &UrlPath> {
        let pages = self.site.pages.iter().zip(&self.pages);
        // Every folder that holds a page after the move.
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        for (page, new) in pages.clone().filter(|(page, _)| page.included && page.has_file) {
            let mut folder = new.as_ref().unwrap_or(&page.article.path).folder();
            while kept.insert(folder) {
                folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
        }
        let made_up = pages.filter(|(page, new)| page.included && !page.has_file && new.is_none());
        let emptied = made_up.filter(move |(section, _)| {
            let folder = section.article.path.folder();
            self.from.below(folder).is_some() && !kept.contains(folder)
        });
        emptied.map(|(page, _)| &page.url)
    }

    /// Where a redirect of a folder has to lead, when that folder moves.
    fn splat(&self, to: &str) -> Option<String> {
        let end = to.find(['?', '#']).unwrap_or(to.len());
        let (path, rest) = to.split_at(end);
        let folder = path.strip_suffix(SPLAT)?;
        let inside = folder.strip_prefix(&format!("/{}/", self.from.below(CONTENT)?))?;
        Some(format!("/{}/{inside}{SPLAT}{rest}", encode_path(self.to.below(CONTENT)?)))
    }

    /// The page that keeps the move from being made, and why: another page's address or redirect is in the way.
    pub fn obstacle(&self) -> Option<String> {
        let routes = &self.site.routes;
        let redirects = &self.site.configuration.redirects;
        let of_theme = self.site.settings_references.len() - 2 * redirects.len();
        let in_settings = |url: &UrlPath| {
            let location = Location::Site(url.clone());
            let (index, _) = routes.redirect(&location)?;
            let redirect = &redirects[index];
            let reference = &self.site.settings_references[of_theme + 2 * index];
            if self.returns(reference, redirect.from.as_written()).is_some() {
                return None;
            }
            let (from, url) = (redirect.from.as_written(), url.as_str());
            Some(format!("`site.yaml` redirects `{from}`, which takes `{url}`; remove that first"))
        };
        let of_pages = self.pages().find_map(|(id, _, new)| {
            if let Some(other) = routes.alias(new.as_str()).filter(|other| *other != id) {
                let path = &self.site.page(other).article.path;
                return Some(format!(
                    "`{}` is an alias of `{path}`; take it out there first",
                    new.as_str()
                ));
            }
            in_settings(&new)
        });
        of_pages.or_else(|| self.made_up().find_map(|url| in_settings(&url)))
    }

    /// The URLs of sections that the move makes: folders on the way to the new path that are not there yet.
    fn made_up(&self) -> impl Iterator<Item = UrlPath> {
        let below = self.to.below(CONTENT).unwrap_or_default();
        let folders = below.match_indices('/').map(|(at, _)| format!("{CONTENT}/{}", &below[..at]));
        let indexes = folders.map(|folder| SourcePath::new(&format!("{folder}/index.md")));
        let new = indexes.filter(|index| self.site.routes.page(index.as_str()).is_none());
        new.map(|index| url_of(&index, ArticleKind::Section))
    }
}

/// How `related` and the command line name a page, given its path.
pub fn name(path: &SourcePath) -> &str {
    let path = path.below(CONTENT).unwrap_or_default();
    let path = path.strip_suffix(".md").unwrap_or(path);
    path.strip_suffix("/index").unwrap_or(path)
}

/// The first link or entry that leads elsewhere after a change: the source that it stands in. `path` says where each source
/// is after it.
pub fn first_changed_target<'a>(
    before: &'a Site,
    after: &Site,
    path: &(dyn Fn(&SourcePath) -> SourcePath + Sync),
) -> Option<&'a SourcePath> {
    let target = |site: &Site, target: Target| match target {
        Target::Place(Place::Page(page)) => Some(site.page(page).article.path.clone()),
        Target::Place(Place::SectionList(page, number)) => {
            Some(SourcePath::new(&format!("{}/{number}", site.page(page).article.path.folder())))
        }
        Target::Place(Place::Asset(asset)) => {
            Some(site.routes.assets[asset as usize].source.clone())
        }
        _ => None,
    };
    let same = |one: Target, other: Target| match one {
        Target::Place(Place::SectionList(page, number)) => {
            let list = path(&before.page(page).article.path);
            target(after, other) == Some(SourcePath::new(&format!("{}/{number}", list.folder())))
        }
        _ => target(before, one).map(|to| path(&to)) == target(after, other),
    };
    // Aliases and old ids lead to their own page, and the change adds some.
    let leading = |all: &[Reference]| -> Vec<Target> {
        let leading = all.iter().filter(|one| one.link.kind.is_link() || one.link.kind.is_name());
        leading.map(|one| one.target).collect()
    };
    let same_links = |one: &[Reference], other: &[Reference]| {
        let (one, other) = (leading(one), leading(other));
        one.len() == other.len() && one.into_iter().zip(other).all(|(one, other)| same(one, other))
    };
    let same_page = |(index, page): (usize, &Page)| {
        // A folder that is empty now has no page made up for it any more.
        if !page.has_file {
            return true;
        }
        let Some(id) = after.routes.page(path(&page.article.path).as_str()) else { return false };
        same_links(&before.references[index], &after.references[id.0 as usize])
    };
    let page = before.pages.par_iter().enumerate().find_first(|page| !same_page(*page));
    let html = || {
        let both = before.html_references.iter().zip(after.html_references.iter());
        let mut files = before.html.iter().zip(both);
        files.find(|(_, (old, new))| !same_links(old, new)).map(|(file, _)| &file.path)
    };
    page.map(|(_, page)| &page.article.path).or_else(html)
}

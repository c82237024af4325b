//! A page or a section under another path: what has to change in which text, so that every link leads where it led and every
//! old address leads on. Knows nothing of the disk, and reads no text anew: who asks does, and compares (see [`first_changed_target`]).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Edit;
use super::front_matter::{YamlText, replace};
use super::plan::Moved;
use crate::article::ArticleKind;
use crate::path::{SourcePath, UrlPath, encode_path};
use crate::record::State;
use crate::redirect::{Location, OldAddress, Redirect, canonical_form};
use crate::site::links::{
    Document, Holder, Problem, Reference, Target, leads_to, relative_path, written,
};
use crate::site::tree::{CONTENT, folder, url_of};
use crate::site::{Page, PageId, Site};
use crate::source::{Placed, Sources};

/// The edits of each text, by its path before the move.
pub(super) type Edits = BTreeMap<SourcePath, Vec<Edit>>;

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

    /// Every edit, by path.
    pub fn edits(&self, sources: &Sources) -> Edits {
        let documents: Vec<_> = self.site.documents().collect();
        let of_documents: Vec<_> = documents
            .par_iter()
            .filter_map(|document| {
                Some((document.path.clone(), self.of_document(document, sources)?))
            })
            .collect();
        of_documents.into_iter().filter(|(_, edits)| !edits.is_empty()).collect()
    }

    /// The edits of a document: those of its references, and what keeps old addresses.
    fn of_document(&self, document: &Document<'_>, sources: &Sources) -> Option<Vec<Edit>> {
        let text = sources.text(document.path).filter(|_| !sources.is_embedded(document.path))?;
        let mut edits = self.of_references(text, document);
        match document.holder {
            Holder::Page(id)
                if self.pages[id.0 as usize].is_some() && self.site.page(id).included =>
            {
                edits.push(self.alias(id, &YamlText::of_article(text)?));
            }
            Holder::Settings => {
                edits.extend(self.of_redirects(text, &YamlText::of_settings(text)?));
            }
            Holder::Page(_) | Holder::Html(_) => {}
        }
        Some(edits)
    }

    /// The old address in `aliases`; in the place of the new one, when the page moves back.
    fn alias(&self, id: PageId, yaml: &YamlText<'_>) -> Edit {
        let page = self.site.page(id);
        let old = page.url.encoded();
        let new = self.new_url(id);
        let aliases = &page.article.front_matter.aliases;
        let is_new = |alias: &&Placed<OldAddress>| alias.is_path() && alias.page_url() == new;
        match aliases.iter().find(is_new) {
            Some(alias) => replace(&page.article.source.text, alias.at(), &old),
            None => yaml.add_item("aliases", &old),
        }
    }

    fn new_url(&self, id: PageId) -> UrlPath {
        let page = self.site.page(id);
        url_of(self.pages[id.0 as usize].as_ref().unwrap_or(&page.article.path), page.article.kind)
    }

    fn of_references(&self, text: &str, document: &Document<'_>) -> Vec<Edit> {
        let mut edits: Vec<Edit> = Vec::new();
        // A reference definition is written once, however often it is used.
        let mut edited = BTreeSet::new();
        for reference in document.references {
            let link = &reference.link;
            if link.kind.is_name() {
                let page =
                    reference.target.page().and_then(|id| self.pages[id.0 as usize].as_ref());
                let at = link.span.0 as usize..link.span.1 as usize;
                edits.extend(page.map(|page| replace(text, at, name(page))));
                continue;
            }
            let Some((path, rest)) = self.destination(document, reference) else { continue };
            let range = link.span.0 as usize..link.span.1 as usize;
            if !edited.insert(link.span) {
                continue;
            }
            let Some(old) = text.get(range.clone()) else { continue };
            // What follows the path stays as it is typed, where that can be told.
            let path = written(&path, "", link.kind);
            let edit = match old.strip_suffix(rest).filter(|_| !rest.is_empty()) {
                Some(before) => (range.start..range.start + before.len(), path),
                None => (range, path + &written("", rest, link.kind)),
            };
            edits.push(edit);
        }
        edits
    }

    /// The path that a link has to have, percent-encoded, and what follows it; nothing when it leads there as it is.
    fn destination<'l>(
        &self,
        document: &Document<'l>,
        reference: &'l Reference,
    ) -> Option<(String, &'l str)> {
        let (rest, new) = match reference.target {
            Target::Page { page, rest } => (rest, self.pages[page.0 as usize].as_ref()),
            Target::SectionList { page, rest, .. } => (rest, self.pages[page.0 as usize].as_ref()),
            Target::Asset { asset, rest } => (rest, self.assets[asset as usize].as_ref()),
            _ => return None,
        };
        let (path, rest) = document.destination(reference).split_at_checked(rest as usize)?;
        let (path, rest) = (path.trim(), rest.trim());
        let is_full = path.contains("://");
        let is_alias = reference.problems().any(|problem| matches!(problem, Problem::LinkToAlias));
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
            Target::Page { page, .. } => {
                (&self.site.page(page).article.path, self.pages[page.0 as usize].as_ref())
            }
            Target::Asset { asset, .. } => {
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
            Target::Page { page, .. } => self.new_url(page).encoded(),
            Target::SectionList { page, number, .. } => {
                format!("{}page/{number}/", self.new_url(page).encoded())
            }
            Target::Asset { asset, .. } => {
                let path = self.assets[asset as usize].as_ref();
                let below = path.and_then(|path| path.below(CONTENT)).unwrap_or_default();
                format!("/{}", encode_path(below))
            }
            _ => String::new(),
        }
    }

    fn below_base(&self, target: Target) -> String {
        format!("{}{}", self.site.base.path(), self.url(target).trim_start_matches('/'))
    }

    fn of_redirects(&self, text: &str, yaml: &YamlText<'_>) -> Vec<Edit> {
        let redirects = &self.site.configuration.redirects;
        // A section without `index.md` has no front matter that could keep its address.
        let mut made_up = self.made_up_pages();
        let moved = self.pages().map(|(_, old, new)| (old.as_str().to_owned(), new)).collect();
        let mut edits: Vec<Edit> = Vec::new();
        for redirect in redirects {
            if let Some(old) = turned(redirect, &made_up) {
                let new = redirect.from.page_url();
                edits.push(replace(text, redirect.from.at(), &old.encoded()));
                edits.push(replace(text, redirect.to.at(), &new.encoded()));
                made_up.remove(new.as_str());
            } else if let Some(to) = self.redirect(redirect, &moved) {
                edits.push(replace(text, redirect.to.at(), &to));
            }
        }
        let added = self.pages().filter(|(.., new)| made_up.contains_key(new.as_str()));
        let mut added: Vec<_> = added.map(|(_, old, new)| (old.encoded(), new.encoded())).collect();
        let files = self.recorded_files().filter(|(new, _)| made_up.contains_key(new));
        added.extend(files.map(|(new, old)| (old.encoded(), encode_path(&new))));
        if let Some((_, _, new)) = self.pages().min_by_key(|(_, _, new)| new.as_str().len()) {
            added.extend(self.emptied().map(|old| (old.encoded(), new.encoded())));
        }
        if !added.is_empty() {
            edits.push(yaml.add_entries("redirects", &added));
        }
        edits
    }

    /// The old URLs of the sections without `index.md` that move, by their new ones.
    fn made_up_pages(&self) -> BTreeMap<String, UrlPath> {
        let is_made_up = |id: PageId| self.site.page(id).included && !self.site.page(id).has_file;
        let moved = self.pages().filter(|(id, ..)| is_made_up(*id));
        let pages = moved.map(|(_, old, new)| (new.as_str().to_owned(), old));
        pages.chain(self.recorded_files()).collect()
    }

    /// The new and old URLs of the files that move and that the record knows.
    fn recorded_files(&self) -> impl Iterator<Item = (String, UrlPath)> {
        let record = &self.site.record.record;
        let assets = self.site.routes.assets.iter().zip(&self.assets);
        assets.filter_map(|(asset, new)| {
            let new = new.as_ref()?.below(CONTENT)?;
            let is_known = matches!(record.get(&asset.url.encoded())?, State::Page(_));
            is_known.then(|| (format!("/{new}"), asset.url.clone()))
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

    /// Where a redirect has to lead, when what it leads to moves.
    fn redirect(&self, redirect: &Redirect, moved: &BTreeMap<String, UrlPath>) -> Option<String> {
        let to = redirect.to.strip_prefix('/').map(|_| redirect.to.as_str())?;
        let end = to.find(['?', '#']).unwrap_or(to.len());
        let (path, rest) = to.split_at(end);
        if let Some(folder) = path.strip_suffix(":splat") {
            let section = format!("/{}/", self.from.below(CONTENT)?);
            let inside = folder.strip_prefix(section.as_str())?;
            return Some(format!("/{}/{inside}:splat{rest}", encode_path(self.to.below(CONTENT)?)));
        }
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
        let new = moved.get(&*canonical_form(&decoded))?;
        Some(format!("{}{rest}", new.encoded()))
    }

    /// The page that keeps the move from being made, and why: another page's address or redirect is in the way.
    pub fn obstacle(&self) -> Option<String> {
        let routes = &self.site.routes;
        let made_up = self.made_up_pages();
        let in_settings = |url: &UrlPath| {
            let location = Location::Site(url.clone());
            let (index, _) = routes.redirect(&location)?;
            let redirect = &self.site.configuration.redirects[index];
            if turned(redirect, &made_up).is_some() {
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

/// The old address of a section that goes back to the address from which the redirect leads to it: it is to lead the other
/// way then.
fn turned<'m>(redirect: &Redirect, made_up: &'m BTreeMap<String, UrlPath>) -> Option<&'m UrlPath> {
    let from = Some(&redirect.from).filter(|from| from.is_path() && !from.is_wildcard())?;
    made_up.get(from.page_url().as_str()).filter(|old| *redirect.to == old.encoded())
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
    (before, after): (&'a Site, &Site),
    path: &(dyn Fn(&SourcePath) -> SourcePath + Sync),
) -> Option<&'a SourcePath> {
    let target = |site: &Site, target: Target| match target {
        Target::Page { page, .. } => Some(site.page(page).article.path.clone()),
        Target::SectionList { page, number, .. } => {
            Some(SourcePath::new(&format!("{}/{number}", site.page(page).article.path.folder())))
        }
        Target::Asset { asset, .. } => Some(site.routes.assets[asset as usize].source.clone()),
        _ => None,
    };
    let same = |one: Target, other: Target| match one {
        Target::SectionList { page, number, .. } => {
            let list = path(&before.page(page).article.path);
            target(after, other) == Some(SourcePath::new(&format!("{}/{number}", list.folder())))
        }
        _ => target(before, one).map(|to| path(&to)) == target(after, other),
    };
    let same_links = |one: &[Reference], other: &[Reference]| {
        one.len() == other.len()
            && one.iter().zip(other).all(|(one, other)| same(one.target, other.target))
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

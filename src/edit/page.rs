//! The move of a page or a section, planned: where it goes, and what has to change in which text, so that every link leads
//! where it led and every old address leads on.

use std::collections::BTreeSet;

use super::front_matter::YamlText;
use super::references::{self, New};
use super::{Moved, Plan, Refusal, refuse};
use crate::article::{ArticleKind, LinkKind};
use crate::compile::Session;
use crate::diagnostic::Edit;
use crate::path::{SourcePath, UrlPath, encode_path};
use crate::record::State;
use crate::redirect::{OldAddress, SPLAT};
use crate::site::generated::list_url;
use crate::site::links::{Document, Holder, Problem, Reference, Target, leads_to, relative_path};
use crate::site::routes::Place;
use crate::site::tree::{CONTENT, folder, url_of};
use crate::site::{PageId, Site};
use crate::source::Sources;
use crate::wording::plural;

/// Plans the move of a page, or of a section with all that is in it.
/// Refused when the new name is none, or something is in the way.
pub fn plan(session: &Session, page: PageId, new: &str) -> Result<Plan, Refusal> {
    let (site, before) = (&**session.site(), &session.sources);
    let article = &site.page(page).article;
    let is_section = article.kind == ArticleKind::Section;
    if is_section && article.path.folder() == CONTENT {
        refuse!("the home page has no other place");
    }
    let from =
        if is_section { SourcePath::new(article.path.folder()) } else { article.path.clone() };
    let to = destination(&from, new, before)?;
    if to == from {
        refuse!("`{from}` is there already");
    }
    if to.below(from.as_str()).is_some() {
        refuse!("`{from}` cannot go into itself");
    }
    if before.get(&to).is_some() || before.has_folder(&to) {
        refuse!("`{to}` exists already; name another place, or move that one first");
    }
    let moved = Moved { from, to };
    if let Some(problem) = before.problems.iter().find(|it| moved.path(&it.path).is_some()) {
        refuse!("`{}` cannot be read as it is; `silcrow check` says why", problem.path);
    }
    let moving = Move { site, moved: &moved };
    let pages = plural(moving.pages().count(), "page");
    let count = if is_section { format!(", {pages} in all") } else { String::new() };
    let title = format!("moved `{}` to `{}`{count}", moved.from, moved.to);
    let plan = Plan::new(title, moving.edits(before));
    Ok(Plan { moved: Some(moved), ..plan })
}

/// The file or folder that is meant by a new name; an existing folder is moved into, as `mv` does.
fn destination(from: &SourcePath, new: &str, before: &Sources) -> Result<SourcePath, Refusal> {
    let bare = new.trim_start_matches("./").trim_start_matches('/');
    let bare = bare.strip_prefix("content/").unwrap_or(bare);
    let is_folder = bare.ends_with('/') || bare.is_empty();
    let bare = bare.trim_matches('/');
    let is_file = from.extension() == Some("md") && before.get(from).is_some();
    let extension = if is_file { ".md" } else { "" };
    let stem = bare.strip_suffix(extension).unwrap_or(bare);
    let is_name =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(['~', '.', ' ']);
    if bare.contains(['\\', '\0', '#', '?', '<', '>', ':', '"', '|', '*'])
        || stem.rsplit('/').next() == Some("index")
        || !bare.is_empty() && !stem.split('/').all(is_name)
    {
        refuse!(
            "`{new}` does not name a place for `{from}`; write its path in `{CONTENT}`, like `byok/setup-openai`"
        );
    }
    let folder = SourcePath::new(&format!("{CONTENT}/{bare}"));
    let is_into = is_folder || folder != *from && before.has_folder(&folder);
    Ok(SourcePath::new(&if is_into {
        format!("{folder}/{}", from.file_name())
    } else {
        format!("{CONTENT}/{stem}{extension}")
    }))
}

/// A move in its site.
struct Move<'a> {
    site: &'a Site,
    moved: &'a Moved,
}

impl<'a> Move<'a> {
    /// The pages that move, with their new URLs.
    fn pages(&self) -> impl Iterator<Item = (PageId, UrlPath)> {
        let ids = (0..self.site.pages.len() as u32).map(PageId);
        ids.filter_map(|page| Some((page, self.url(Place::Page(page))?)))
    }

    fn edits(&self, sources: &Sources) -> Vec<Edit> {
        let new = |document: &Document<'a>, one: &'a Reference| self.changed(document, one);
        let mut edits = references::edits(self.site, sources, &new);
        edits.extend(self.pages().filter_map(|(id, _)| self.alias(id)));
        let settings = &self.site.settings_file;
        let (redirects, text) = (self.redirects(), sources.text(settings));
        let yaml = text.and_then(|text| YamlText::of_settings(settings, text));
        let yaml = yaml.filter(|_| !redirects.is_empty());
        edits.extend(yaml.map(|yaml| yaml.add_entries("redirects", &redirects)));
        edits
    }

    /// The entry of `aliases` that keeps a page's address, unless it has one that leads the other way now.
    fn alias(&self, id: PageId) -> Option<Edit> {
        let page = self.site.page(id);
        let is_returning = self.returning(&Document::of_page(self.site, id)).next().is_some();
        let is_kept = page.included && page.has_file && !is_returning;
        let yaml = YamlText::of_article(&page.article.path, &page.article.source.text)?;
        is_kept.then(|| yaml.add_item("aliases", &page.url.encoded()))
    }

    /// What is new in a reference that leads where it led; nothing when it does so as it is.
    fn changed(&self, document: &Document<'a>, reference: &'a Reference) -> Option<New<'a>> {
        let destination = document.destination(reference);
        Some(New::Name(match reference.link.kind {
            kind if kind.is_name() => {
                let page = self.site.page(reference.target.page()?);
                name(&self.moved.path(&page.article.path)?).to_owned()
            }
            LinkKind::Alias | LinkKind::RedirectFrom => {
                self.returns(reference, destination)?.encoded()
            }
            LinkKind::RedirectTo if destination.contains(SPLAT) => self.splat(destination)?,
            _ => return self.path(document, reference),
        }))
    }

    /// The old address of what an alias or a redirect leads to, where that moves to the very address that is redirected: it
    /// is to lead the other way then. Aliases are of pages with front matter, redirects of what has none.
    fn returns(&self, reference: &Reference, written: &str) -> Option<&'a UrlPath> {
        let from = OldAddress::parse(written).ok()?;
        let Target::Place(place) = reference.target else { return None };
        let old = match place {
            Place::Page(page) => {
                let page = self.site.page(page);
                let is_alias = reference.link.kind == LinkKind::Alias;
                (page.included && page.has_file == is_alias).then_some(&page.url)?
            }
            Place::Asset(asset) => &self.site.routes.assets[asset as usize].url,
            _ => return None,
        };
        let new = self.url(place)?;
        (from.is_path() && !from.is_wildcard() && from.page_url() == new).then_some(old)
    }

    /// The old addresses of all that goes back to an address from which an alias or a redirect of the document leads to it.
    fn returning(&self, document: &Document<'a>) -> impl Iterator<Item = &'a UrlPath> {
        let is_old = |kind| matches!(kind, LinkKind::Alias | LinkKind::RedirectFrom);
        let old = document.references.iter().filter(move |one| is_old(one.link.kind));
        old.filter_map(|one| self.returns(one, document.destination(one)))
    }

    /// The path that a link has to have.
    fn path(&self, document: &Document<'a>, reference: &'a Reference) -> Option<New<'a>> {
        let (path, rest) = document.path_and_rest(reference);
        let Target::Place(place) = reference.target else { return None };
        let is_full = path.contains("://");
        if let Holder::Page(id) = document.holder
            && !is_full
            && !path.starts_with('/')
        {
            return Some(New::Path(self.relative(id, place, path)?, rest));
        }
        // The old address of a page leads to it wherever it is.
        if reference.problems.contains(&Problem::LinkToAlias) {
            return None;
        }
        let url = self.url(place)?.encoded();
        let path = match document.holder {
            _ if is_full => {
                let origin = path.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
                let base = self.site.configuration.base_url.as_ref()?.path();
                format!("{origin}{base}{}", url.trim_start_matches('/'))
            }
            Holder::Html(_) => {
                format!("{}{}", self.site.base.path(), url.trim_start_matches('/'))
            }
            _ => url,
        };
        Some(New::Path(path, rest))
    }

    /// A destination relative to the page's source, after the move; nothing when it leads there as it is written.
    fn relative(&self, holder: PageId, place: Place, path: &str) -> Option<String> {
        let source = match place {
            Place::Page(page) => &self.site.page(page).article.path,
            Place::Asset(asset) => &self.site.routes.assets[asset as usize].source,
            _ => return None,
        };
        let holder = &self.site.page(holder).article.path;
        let (new_source, new_holder) = (self.moved.path(source), self.moved.path(holder));
        if new_source.is_none() && new_holder.is_none() {
            return None;
        }
        let to = new_source.as_ref().unwrap_or(source);
        let to = to.below(CONTENT).or_else(|| to.below("static"))?;
        let folder = folder(new_holder.as_ref().unwrap_or(holder));
        (!leads_to(path, folder, to)).then(|| relative_path(folder, to))
    }

    /// The URL of what moves, after the move.
    fn url(&self, place: Place) -> Option<UrlPath> {
        Some(match place {
            Place::Page(page) => {
                let article = &self.site.page(page).article;
                url_of(&self.moved.path(&article.path)?, article.kind)
            }
            Place::SectionList(page, number) => list_url(&self.url(Place::Page(page))?, number),
            Place::Asset(asset) => {
                let new = self.moved.path(&self.site.routes.assets[asset as usize].source)?;
                UrlPath::new(&format!("/{}", new.below(CONTENT)?))
            }
            _ => return None,
        })
    }

    /// The redirects that keep the addresses of what has no front matter, and are not written yet: of sections without
    /// `index.md`, and of files that the record knows.
    fn redirects(&self) -> Vec<(String, String)> {
        let returning: BTreeSet<&UrlPath> =
            self.returning(&Document::of_settings(self.site)).collect();
        let sections = self.pages().filter_map(|(id, new)| {
            let page = self.site.page(id);
            (page.included && !page.has_file).then_some((&page.url, new))
        });
        let files = self.site.routes.assets.iter().enumerate().filter_map(|(index, asset)| {
            let new = self.url(Place::Asset(index as u32))?;
            let known = self.site.record.record.get(&asset.url.encoded());
            matches!(known, Some(State::Page(_))).then_some((&asset.url, new))
        });
        let moved = sections.chain(files).filter(|(old, _)| !returning.contains(old));
        let mut redirects: Vec<_> =
            moved.map(|(old, new)| (old.encoded(), new.encoded())).collect();
        if let Some((_, new)) = self.pages().min_by_key(|(_, new)| new.as_str().len()) {
            redirects.extend(self.emptied().map(|old| (old.encoded(), new.encoded())));
        }
        redirects
    }

    /// The URLs of sections without `index.md` that become empty, and so lose their generated page.
    fn emptied(&self) -> impl Iterator<Item = &UrlPath> {
        let Moved { from, to } = self.moved;
        let pages = self.site.pages.iter().filter(|page| page.included);
        let generated = pages.clone().filter(|page| !page.has_file);
        let emptied = generated.filter(move |section| {
            let folder = section.article.path.folder();
            let mut others = pages.clone().filter(|page| page.has_file);
            let is_left =
                |path: &SourcePath| path.below(folder).is_some() && self.moved.path(path).is_none();
            from.below(folder).is_some()
                && to.below(folder).is_none()
                && !others.any(|page| is_left(&page.article.path))
        });
        emptied.map(|page| &page.url)
    }

    /// Where a redirect of a folder has to lead, when that folder moves.
    fn splat(&self, to: &str) -> Option<String> {
        let end = to.find(['?', '#']).unwrap_or(to.len());
        let (path, rest) = to.split_at(end);
        let folder = path.strip_suffix(SPLAT)?;
        let Moved { from, to } = self.moved;
        let inside = folder.strip_prefix(&format!("/{}/", from.below(CONTENT)?))?;
        Some(format!("/{}/{inside}{SPLAT}{rest}", encode_path(to.below(CONTENT)?)))
    }
}

/// How `related` and the command line name a page, given its path.
pub(super) fn name(path: &SourcePath) -> &str {
    let path = path.below(CONTENT).unwrap_or_default();
    let path = path.strip_suffix(".md").unwrap_or(path);
    path.strip_suffix("/index").unwrap_or(path)
}

//! Pages that are open in browsers: which source each shows and what it was sent last, so that an edit reaches those
//! that it changes, and a page that is renamed is followed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::address::{self, Found};
use super::pages::hash;
use super::revision::Revision;
use super::shared::{Findings, Shared};
use crate::io::http::{Event, Events, Listener};
use crate::io::lock;
use crate::path::{SourcePath, encode_path};
use crate::report::live;
use crate::site::PageId;
use crate::site::tree::CONTENT;
use crate::source::Content;
use crate::theme;

/// How many other articles a page lists after one save.
const MOST_SAVED: usize = 3;

#[derive(Default)]
pub(super) struct Tabs(Mutex<Vec<Tab>>);

struct Tab {
    /// Its path, decoded.
    path: String,
    source: Option<SourcePath>,
    /// The hash of the page that it shows.
    hash: String,
    events: Events,
}

/// What an edit has changed.
pub(super) struct Edit<'a> {
    pub(super) before: &'a Revision,
    pub(super) after: &'a Revision,
    pub(super) changed: &'a BTreeSet<SourcePath>,
}

impl Tabs {
    /// A page was opened, or shown again after it was hidden: what it misses is in the greeting. That is prepared before
    /// the tab is among the others, so that no other page waits for it, and again when there is a newer revision by then.
    pub(super) fn open(&self, shared: &Shared, path: &str, hash: &str) -> Listener {
        loop {
            let revision = shared.current.newest();
            let mut tab = Tab {
                path: path.to_owned(),
                source: None,
                hash: hash.to_owned(),
                events: Events::default(),
            };
            let page = tab.take(&revision, path);
            let near = match revision.followed(path) {
                Some((path, Found::Nothing)) => address::near(&revision.compiled.site, &path),
                _ => Vec::new(),
            };
            let near: Value = near.into_iter().map(|id| link(&revision, id)).collect();
            let mut tabs = lock(&self.0);
            if shared.current.is_newest(revision.number) {
                let findings = panel(&shared.findings(), &tab);
                let hello = json!({ "page": page, "findings": findings, "near": near });
                let listener = tab.events.listen(Some(&event("hello", &hello)));
                tabs.retain(|tab| tab.events.count() > 0);
                tabs.push(tab);
                return listener;
            }
        }
    }

    /// Sends what an edit has changed.
    pub(super) fn update(&self, edit: &Edit<'_>) {
        let (moved, saved, files) = (edit.moved(), edit.saved(), edit.files());
        let revision = edit.after;
        for tab in lock(&self.0).iter_mut() {
            tab.follow(edit, &moved);
            let path = tab.path.clone();
            if let Some(page) = tab.take(revision, &path) {
                tab.send("page", &page);
            }
            let is_own = |id: &PageId| {
                Some(&revision.compiled.site.page(*id).article.path) == tab.source.as_ref()
            };
            if !saved.is_empty() && !saved.iter().any(is_own) {
                let links = saved.iter().take(MOST_SAVED).map(|id| link(revision, *id));
                let links: Value = links.collect();
                tab.send("saved", &json!({ "pages": links, "count": saved.len() }));
            }
            if !files.is_empty() {
                tab.send("files", &json!(files));
            }
        }
    }

    pub(super) fn show(&self, findings: &Findings) {
        for tab in lock(&self.0).iter() {
            tab.send("findings", &panel(findings, tab));
        }
    }
}

fn panel(findings: &Findings, tab: &Tab) -> Value {
    let Findings { diagnostics, sources, failures } = findings;
    live::panel(diagnostics, sources, tab.source.as_ref(), failures.values())
}

fn event(name: &str, data: &Value) -> Event {
    Event { name: name.to_owned(), data: data.to_string() }
}

impl Tab {
    /// Follows the page that it shows to its new address, if there is one.
    fn follow(&mut self, edit: &Edit<'_>, moved: &BTreeMap<SourcePath, SourcePath>) -> Option<()> {
        let source = self.source.as_ref()?;
        let new = moved.get(source).unwrap_or(source).clone();
        let path = |revision: &Revision, source: &SourcePath| {
            let site = &revision.compiled.site;
            let id = site.routes.page(source.as_str()).filter(|id| site.page(*id).included)?;
            let href = site.href(&site.page(id).url);
            Some(percent_decode_str(&href).decode_utf8_lossy().into_owned())
        };
        let (old_path, new_path) = (path(edit.before, source)?, path(edit.after, &new)?);
        // A further page of a section's list stays that.
        if let Some(rest) = self.path.strip_prefix(&old_path).filter(|_| old_path != new_path) {
            self.path = format!("{new_path}{rest}");
        }
        self.source = Some(new);
        Some(())
    }

    /// What takes the place of what is shown, if it is another page. A page that cannot be rendered takes no place: the
    /// reader keeps what there is.
    fn take(&mut self, revision: &Revision, path: &str) -> Option<Value> {
        let (path, found) = revision.followed(path)?;
        let shown = revision.shown(&found)?;
        let is_moved = path != self.path;
        self.source = shown.source;
        self.path = path;
        let html = shown.html.ok()?;
        let hash = hash(&html);
        if hash == self.hash && !is_moved {
            return None;
        }
        self.hash.clone_from(&hash);
        // Where it is now, and the path of its source as the file system spells it.
        let (url, source) = (encode_path(&self.path), revision.spelling(self.source.as_ref()));
        Some(json!({ "html": html, "hash": hash, "url": url, "source": source }))
    }

    fn send(&self, name: &str, data: &Value) {
        self.events.send(&event(name, data));
    }
}

fn link(revision: &Revision, id: PageId) -> Value {
    let site = &revision.compiled.site;
    let page = site.page(id);
    json!({ "title": page.article.front_matter.title, "url": site.href(&page.url) })
}

impl Edit<'_> {
    /// The articles that are where others were: of the same text, or the only new one where only one is missing.
    fn moved(&self) -> BTreeMap<SourcePath, SourcePath> {
        let text = |revision: &Revision, path: &SourcePath| revision.sources.text(path).cloned();
        let is_article =
            |path: &SourcePath| path.below(CONTENT).is_some() && path.extension() == Some("md");
        let without = |revision: &Revision| -> Vec<&SourcePath> {
            let articles = self.changed.iter().filter(|path| is_article(path));
            articles.filter(|path| text(revision, path).is_none()).collect()
        };
        let (removed, added) = (without(self.after), without(self.before));
        let pairs = removed.iter().filter_map(|old| {
            let old_text = text(self.before, old)?;
            let same = added.iter().find(|new| text(self.after, new).as_ref() == Some(&old_text));
            let only = (removed.len() == 1 && added.len() == 1).then(|| &added[0]);
            Some(((*old).clone(), (*same.or(only)?).clone()))
        });
        pairs.collect()
    }

    /// The pages whose texts have changed.
    fn saved(&self) -> Vec<PageId> {
        let site = &self.after.compiled.site;
        let pages = self.changed.iter().filter_map(|path| site.routes.page(path.as_str()));
        pages.filter(|id| site.page(*id).included && site.page(*id).has_file).collect()
    }

    /// The URLs of changed files whose names in pages stay the same.
    fn files(&self) -> Vec<String> {
        let Revision { compiled, sources, .. } = self.after;
        let url = |path: &SourcePath| {
            let is_asset = matches!(sources.get(path)?.content, Content::Asset(_));
            let asset = compiled.site.routes.asset(path)?;
            (is_asset && !theme::is_hashed(path)).then(|| compiled.site.href(&asset.url))
        };
        self.changed.iter().filter_map(url).collect()
    }
}

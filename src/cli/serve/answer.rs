//! Answers to requests: pages as they are asked for, files, the stream of events, and where the editor finds a place.

use std::path::Path;

use percent_encoding::percent_decode_str;

use super::address::{self, Found};
use super::pages::{EDITOR, EVENTS, SCRIPT, ServedPage, bytes, with_script};
use super::revision::Revision;
use super::shared::Shared;
use crate::compile;
use crate::io::disk::Root;
use crate::io::http::{Answer, Body, Content, Request};
use crate::media_type::media_type;
use crate::output::OutputBody;
use crate::path::{SourcePath, encode_path};
use crate::publish::hex;
use crate::render::{View, outputs};

pub(super) fn answer(shared: &Shared, request: &Request<'_>) -> Answer {
    let query = request.query.unwrap_or("");
    match &*request.path {
        SCRIPT => Answer::Content(Content::found(
            "text/javascript; charset=utf-8",
            include_bytes!("live.js").as_slice(),
        )),
        EVENTS => {
            let (page, hash) = (field(query, "page"), field(query, "hash"));
            Answer::Events(shared.tabs.open(shared, &page, &hash))
        }
        EDITOR => Answer::Content(editor(shared, query)),
        _ => content(shared, &shared.current.get(), request),
    }
}

/// The value of a field of a query, decoded; empty where there is none.
fn field(query: &str, name: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    percent_decode_str(value.unwrap_or("")).decode_utf8_lossy().into_owned()
}

/// The URL that opens the editor at a place in a source. It holds a path of this machine, so no page has it: the script
/// asks for it when somebody follows a link to the editor.
fn editor(shared: &Shared, query: &str) -> Content {
    let file = field(query, "file");
    let revision = shared.current.newest();
    let source = SourcePath::new(&file);
    if revision.sources.get(&source).is_none() {
        let text = "there is no such source\n".as_bytes();
        return Content { status: 404, ..Content::found("text/plain; charset=utf-8", text) };
    }
    let path = shared.root.join(revision.sources.spelling(&source));
    let path = encode_path(&path.to_string_lossy()).replace("%3A", ":");
    let number = |name| field(query, name).parse().unwrap_or(1_u32).to_string();
    let url = match shared.editor.contains("/{path}") {
        true => shared.editor.replacen("/{path}", &format!("/{}", path.trim_start_matches('/')), 1),
        false => shared.editor.replacen("{path}", &path, 1),
    };
    let url = url.replace("{line}", &number("line")).replace("{column}", &number("column"));
    Content::found("text/plain; charset=utf-8", url.into_bytes())
}

fn content(shared: &Shared, revision: &Revision, request: &Request<'_>) -> Answer {
    let site = &revision.compiled.site;
    let found = address::find(site, &request.path);
    if let Found::Elsewhere(to) = found {
        let query = request.query.filter(|_| !to.contains('?')).map(|query| format!("?{query}"));
        return Answer::Redirect { status: 301, location: to + &query.unwrap_or_default() };
    }
    let content = match revision.shown(&found) {
        Some(shown) => page(shared, revision, shown),
        None => file(&shared.root, revision, &found)
            .unwrap_or_else(|| page(shared, revision, revision.missing())),
    };
    // A page of another site must not learn which drafts there are: they have the status of what is not there.
    let is_hidden = request.has_unknown_site && address::is_draft(site, &found);
    Answer::Content(Content { status: if is_hidden { 404 } else { content.status }, ..content })
}

fn page(shared: &Shared, revision: &Revision, shown: ServedPage) -> Content {
    let (status, html) = match shown.html {
        Ok(html) => (shown.status, html),
        Err(failures) => (500, revision.error_page(&failures)),
    };
    let editor = if shared.editor.is_empty() { "" } else { EDITOR };
    let html = with_script(&html, revision.spelling(shown.source.as_ref()), editor);
    Content { status, ..Content::found("text/html; charset=utf-8", html.into_bytes()) }
}

/// A file that is no page.
fn file(root: &Path, revision: &Revision, found: &Found) -> Option<Content> {
    match found {
        Found::Asset(index) => asset(root, revision, *index),
        Found::Made(url) => {
            let path = url.output();
            let bytes = revision.variants.bytes(&path).or_else(|| {
                let file = revision.renderer.search().iter().find(|file| file.path == path)?;
                Some(bytes(&file.body).to_vec())
            })?;
            Some(Content::found(media_type(path.as_str()), bytes))
        }
        Found::View(view @ View::Generated(file)) => {
            let rendered = revision.renderer.render(*view).ok()?.body;
            let media_type = outputs::media_type(&revision.compiled.site, *file);
            Some(Content::found(media_type, bytes(&rendered)))
        }
        Found::View(_) | Found::Elsewhere(_) | Found::Nothing => None,
    }
}

/// A file that pages name. It is opened by the path that its source was read from, never by the one that is asked for, and
/// whatever has replaced it since: anything but a regular file below the root is not served.
fn asset(root: &Path, revision: &Revision, index: usize) -> Option<Content> {
    let site = &revision.compiled.site;
    let asset = &site.routes.assets[index];
    let content = Content::found(media_type(asset.url.as_str()), *b"");
    match compile::file(site, &revision.sources, asset)?.body {
        OutputBody::Bytes(bytes) => Some(Content { body: Body::Bytes(bytes.into()), ..content }),
        OutputBody::Copy { spelling, hash, .. } => {
            // Where this fails, the file was removed or replaced since it was read, and the next revision follows.
            let file = Root::new(root).ok()?.open(Path::new(&*spelling)).ok()?;
            let hash = Some(hex(&hash)[..16].to_owned());
            Some(Content { body: Body::File(file), hash, ..content })
        }
    }
}

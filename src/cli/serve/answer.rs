//! Answers to requests: pages as they are asked for, files, the stream of events, and where the editor finds a place.

use std::path::Path;

use percent_encoding::percent_decode_str;

use super::address::{self, Found};
use super::pages::{self, EDITOR, EVENTS, SCRIPT, Script, ServedPage, with_script};
use super::revision::Revision;
use super::shared::Shared;
use crate::io::disk::Root;
use crate::io::http::{Answer, Body, Content, Request};
use crate::media_type::media_type;
use crate::output::OutputBody;
use crate::path::{OutputPath, SourcePath, encode_path};
use crate::publish::hex;
use crate::render::{View, outputs};
use crate::site::generated::Generated;
use crate::source;
use crate::theme;

/// The answer to a request.
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
    let Some(source) = revision.sources.get(&source).map(|_| source) else {
        let text = "there is no such source\n".as_bytes();
        return Content { status: 404, ..Content::found("text/plain; charset=utf-8", text) };
    };
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
    // A page of another site must not learn which drafts there are: they have the status of what is not there.
    let is_hidden = request.has_unknown_site && address::is_draft(site, &found);
    let status = |status: u16| if is_hidden { 404 } else { status };
    if let Found::Elsewhere(to) = found {
        let query = request.query.filter(|_| !to.contains('?')).map(|query| format!("?{query}"));
        return Answer::Redirect { status: 301, location: to + &query.unwrap_or_default() };
    }
    if let Some(shown) = revision.shown(&found) {
        let page = page(shared, revision, shown);
        return Answer::Content(Content { status: status(page.status), ..page });
    }
    let file = match found {
        Found::Asset(index) => asset(&shared.root, revision, index),
        Found::Variant(url) => variant(revision, &url.output()),
        Found::Search(url) => search_file(revision, &url.output()),
        Found::Generated(file) => generated(revision, file),
        Found::View(..) | Found::Elsewhere(_) | Found::Nothing => None,
    };
    match file {
        Some(file) => Answer::Content(Content { status: status(file.status), ..file }),
        None => Answer::Content(page(shared, revision, revision.missing())),
    }
}

/// A page with the script in it.
fn page(shared: &Shared, revision: &Revision, shown: ServedPage) -> Content {
    let (status, html) = match shown.html {
        Ok(html) => (shown.status, html),
        Err(failures) => (500, revision.error_page(&failures)),
    };
    let source = shown.source.as_ref().map(|source| revision.sources.spelling(source));
    let html = with_script(
        &html,
        &Script {
            hash: &pages::hash(&html),
            source: source.unwrap_or(""),
            has_editor: !shared.editor.is_empty(),
        },
    );
    Content { status, ..Content::found("text/html; charset=utf-8", html.into_bytes()) }
}

/// A variant of a picture.
fn variant(revision: &Revision, path: &OutputPath) -> Option<Content> {
    let bytes = revision.variants.bytes(path)?;
    Some(Content::found(media_type(path.as_str()), bytes))
}

/// A file of the search index.
fn search_file(revision: &Revision, path: &OutputPath) -> Option<Content> {
    let file = revision.renderer.search().iter().find(|file| file.path == *path)?;
    let OutputBody::Bytes(bytes) = &file.body else { return None };
    Some(Content::found(media_type(path.as_str()), bytes.to_vec()))
}

/// A file for programs or hosts.
fn generated(revision: &Revision, file: Generated) -> Option<Content> {
    let media_type = outputs::media_type(&revision.compiled.site, file);
    match revision.renderer.render(View::Generated(file)).ok()?.body {
        OutputBody::Bytes(bytes) => Some(Content::found(media_type, bytes.into_owned())),
        OutputBody::Copy { .. } => None,
    }
}

/// A file that pages name. It is opened by the path that its source was read from, never by the one that is asked for, and
/// whatever has replaced it since: anything but a regular file below the root is not served.
fn asset(root: &Path, revision: &Revision, index: usize) -> Option<Content> {
    let asset = &revision.compiled.site.routes.assets[index];
    let sources = &revision.sources;
    let media_type = media_type(asset.url.as_str());
    let source::Content::Asset(file) = &sources.get(&asset.source)?.content else { return None };
    let settings = &revision.compiled.site.configuration.theme;
    let hash = theme::published_hash(&asset.source, file, settings);
    let hash = hex(&hash)[..16].to_owned();
    let content = match &file.text {
        Some(text) if sources.is_embedded(&asset.source) => {
            let text = theme::published(&asset.source, text, settings);
            Content::found(media_type, text.into_owned().into_bytes())
        }
        _ => {
            // Where this fails, the file was removed or replaced since it was read, and the next revision follows.
            let file = Root::new(root).ok()?.open(Path::new(sources.spelling(&asset.source)));
            let content = Content::found(media_type, Vec::new());
            Content { body: Body::File(file.ok()?), ..content }
        }
    };
    Some(Content { hash: Some(hash), ..content })
}

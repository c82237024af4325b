//! Pages as the dev server sends them: rendered when they are asked for, with the script that keeps them up to date.

use memchr::memmem;
use percent_encoding::percent_decode_str;

use super::address::{self, Found};
use super::revision::Revision;
use crate::compile;
use crate::diagnostic::Diagnostic;
use crate::html;
use crate::output::OutputBody;
use crate::path::{SourcePath, extension};
use crate::render::View;
use crate::report;
use crate::source::Content;

/// Where the script is, and where it listens: names that no site has a page of.
pub(super) const SCRIPT: &str = "/.silcrow/live.js";
pub(super) const EVENTS: &str = "/.silcrow/events";

/// Where the script asks for the URL that opens the editor.
pub(super) const EDITOR: &str = "/.silcrow/editor";

/// How many redirects an open page follows. More are a loop.
const MOST_REDIRECTS: usize = 5;

/// A page as an address shows it.
pub(super) struct ServedPage {
    pub(super) status: u16,
    /// The source of its text.
    pub(super) source: Option<SourcePath>,
    /// The page, without the script.
    pub(super) html: Result<String, Vec<Diagnostic>>,
}

/// What identifies a page's bytes.
pub(super) fn hash(html: &str) -> String {
    blake3::hash(html.as_bytes()).to_hex()[..16].to_owned()
}

pub(super) fn bytes(rendered: &OutputBody) -> &[u8] {
    match rendered {
        OutputBody::Bytes(bytes) => bytes,
        OutputBody::Copy { .. } => &[],
    }
}

impl Revision {
    /// The page that a found address shows; none when it shows something else.
    pub(super) fn shown(&self, found: &Found) -> Option<ServedPage> {
        match found {
            Found::View(View::Generated(_)) | Found::Made(_) | Found::Elsewhere(_) => None,
            Found::View(view @ View::Retired(_)) => Some(self.rendered(*view, 410)),
            Found::View(view) => Some(self.rendered(*view, 200)),
            Found::Nothing => Some(self.missing()),
            Found::Asset(index) => self.html_file(*index),
        }
    }

    /// The page that says that there is none.
    pub(super) fn missing(&self) -> ServedPage {
        self.rendered(View::NotFound, 404)
    }

    fn rendered(&self, view: View, status: u16) -> ServedPage {
        self.variants.make_for(&self.renderer, &self.sources, view);
        let html = self.renderer.render(view);
        let html = html.map(|page| String::from_utf8_lossy(bytes(&page.body)).into_owned());
        let page = address::page(view).map(|id| self.compiled.site.page(id));
        ServedPage { status, source: page.map(|page| page.article.path.clone()), html }
    }

    /// An HTML file of `static/`: a page as others are.
    fn html_file(&self, index: usize) -> Option<ServedPage> {
        let source = &self.compiled.site.routes.assets[index].source;
        let Content::Asset(asset) = &self.sources.get(source)?.content else { return None };
        let is_html = matches!(extension(source.file_name()), Some("html" | "htm"));
        let text = asset.text.as_ref().filter(|_| is_html && self.sources.is_exact(source))?;
        Some(ServedPage { status: 200, source: Some(source.clone()), html: Ok(text.to_string()) })
    }

    /// The path of a page's source, as the file system spells it; empty where it has none.
    pub(super) fn spelling<'a>(&'a self, source: Option<&'a SourcePath>) -> &'a str {
        source.map_or("", |source| self.sources.spelling(source))
    }

    /// What a path leads to once redirects are followed, and its own path; nothing when they lead elsewhere or nowhere.
    pub(super) fn followed(&self, path: &str) -> Option<(String, Found)> {
        let mut path = path.to_owned();
        for _ in 0..MOST_REDIRECTS {
            match address::find(&self.compiled.site, &path) {
                Found::Elsewhere(to) if to.starts_with('/') => {
                    path = percent_decode_str(&to).decode_utf8_lossy().into_owned();
                }
                found => return Some((path, found)),
            }
        }
        None
    }

    /// What is sent in place of a page that could not be rendered.
    pub(super) fn error_page(&self, failures: &[Diagnostic]) -> String {
        let site = &self.compiled.site;
        let found = compile::settle(site, compile::failed(&self.renderer, failures));
        let text = report::human::report(&found, &self.sources, false);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>This page cannot be rendered</title>\n<style>\n:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}\nbody {{ max-inline-size: 60rem; margin: 2rem auto; padding-inline: 1rem }}\npre {{ overflow-x: auto; padding: 1rem; border: 1px solid }}\n</style>\n</head>\n<body>\n<main>\n<h1>This page cannot be rendered</h1>\n<p>It is shown as soon as this is fixed:</p>\n<pre tabindex=\"0\">{}</pre>\n</main>\n</body>\n</html>\n",
            html::escape(&text)
        )
    }
}

/// A page with the script at the end of its body. The script has to know the page's hash, the path of its source, and where
/// to ask for the editor; the latter two may be empty.
pub(super) fn with_script(html: &str, source: &str, editor: &str) -> String {
    let (hash, source) = (hash(html), html::escape(source));
    let element = format!(
        "<script src=\"{SCRIPT}\" data-hash=\"{hash}\" data-source=\"{source}\" data-editor=\"{editor}\"></script>"
    );
    let at = memmem::rfind(html.as_bytes(), b"</body>").unwrap_or(html.len());
    [&html[..at], &element, &html[at..]].concat()
}

//! The whole program in one place: sources → site → pages and findings. The only file that names all phases; every
//! verb calls these functions in this order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::article::{Article, HtmlFile, HtmlKind};
use crate::check::{self, Field, Given, suppressions};
use crate::config::{Options, Strings};
use crate::diagnostic::{Diagnostic, Family, Severity, Suppression};
use crate::output::{Output, OutputBody};
use crate::parse::highlight::{Grammars, Highlighter};
use crate::parse::yaml::{Key, Part};
use crate::parse::{self, strings, suppression};
use crate::path::SourcePath;
use crate::render::templates::{self, Failure};
use crate::render::{Renderer, View, redirects};
use crate::site::tree::CONTENT;
use crate::site::{self, Site, Texts};
use crate::source::{Content, Sources};
use crate::theme;

/// What is remembered from one compilation to the next.
///
/// Contract: an article is parsed again unless its text is equal, byte for byte, to the one that was parsed; parsing
/// depends on nothing else. What is remembered brings its findings with it, so a memo changes the time that a
/// compilation takes and nothing else.
#[derive(Default)]
pub struct Memo {
    parsed: AHashMap<SourcePath, Parsed>,
    html: AHashMap<SourcePath, (Arc<str>, Arc<HtmlFile>)>,
    grammars: Grammars,
}

#[derive(Clone)]
struct Parsed {
    text: Arc<str>,
    article: Arc<Article>,
    diagnostics: Arc<[Diagnostic]>,
}

/// A site and what was found while it was put together.
pub struct Compiled {
    /// The site.
    pub site: Site,
    strings: Strings,
    diagnostics: Vec<Diagnostic>,
    /// Comments in `site.yaml` that suppress findings; others stand with what they are in.
    suppressions: Vec<Suppression>,
}

/// Stage 1: every text parsed, the site put together, every link resolved.
pub fn site(sources: &Sources, options: &Options, memo: &mut Memo) -> Compiled {
    let configuration_path = SourcePath::new(parse::CONFIGURATION_FILE);
    let settings = sources.text(&configuration_path).map_or("", |text| text);
    let (configuration, mut diagnostics) = parse::configuration(settings);
    let suppressions = suppression::in_text(&configuration_path, settings, 0..settings.len());
    let strings = strings(sources, &mut diagnostics);
    let texts: Vec<_> = sources.texts_below(CONTENT).collect();
    let grammars = &memo.grammars;
    let parse = |highlighter: &mut Highlighter, (path, text): &(&SourcePath, &Arc<str>)| match memo
        .parsed
        .get(*path)
    {
        Some(parsed) if Arc::ptr_eq(&parsed.text, text) || parsed.text == **text => parsed.clone(),
        _ => {
            let (article, diagnostics) = parse::article(path, text, highlighter);
            Parsed {
                text: Arc::clone(text),
                article: Arc::new(article),
                diagnostics: diagnostics.into(),
            }
        }
    };
    let parsed: Vec<Parsed> =
        texts.par_iter().map_init(|| Highlighter::new(grammars), parse).collect();
    diagnostics.extend(parsed.iter().flat_map(|parsed| parsed.diagnostics.iter().cloned()));
    let articles = parsed.iter().map(|parsed| Arc::clone(&parsed.article)).collect();
    memo.parsed = texts.iter().map(|(path, _)| (*path).clone()).zip(parsed).collect();
    let texts = Texts { articles, html: html(sources, memo) };
    let (site, conflicts) = site::site(texts, sources, configuration, options);
    diagnostics.extend(conflicts);
    Compiled { site, strings, diagnostics, suppressions }
}

/// The HTML that reaches readers as it is written, sorted by path.
fn html(sources: &Sources, memo: &mut Memo) -> Vec<Arc<HtmlFile>> {
    let files = sources.files().filter_map(|(path, file)| match &file.content {
        Content::Asset(asset) if path.below("static").is_some() => {
            let is_html = matches!(path.extension(), Some("html" | "htm"));
            Some((path, HtmlKind::Static, asset.text.as_ref().filter(|_| is_html)?))
        }
        Content::Text(text) if path.below("templates").is_some() => {
            (path.extension() != Some("yaml")).then_some((path, HtmlKind::Template, text))
        }
        _ => None,
    });
    let read = files.map(|(path, kind, text)| match memo.html.remove(path) {
        Some((known, file)) if known == *text => (path.clone(), (known, file)),
        _ => (path.clone(), (Arc::clone(text), Arc::new(parse::html(path, kind, text)))),
    });
    let read: Vec<_> = read.collect();
    let files = read.iter().map(|(_, (_, file))| Arc::clone(file)).collect();
    memo.html = read.into_iter().collect();
    files
}

fn strings(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Strings {
    let mut strings = Strings::new();
    // The theme's own file is right: a test reads it.
    let _ = strings::read(theme::text(strings::FILE), &mut strings);
    if let Some(text) = sources.text(&SourcePath::new(strings::FILE)) {
        diagnostics.extend(strings::read(text, &mut strings));
    }
    strings
}

impl Compiled {
    /// Stage 2: what renders pages. Each page can be rendered alone, in any order and on any thread.
    pub fn renderer(&self, sources: &Sources) -> Renderer<'_> {
        Renderer::new(&self.site, sources, self.strings.clone())
    }

    /// Stage 3, first half: every rule over the whole site.
    pub fn findings(&self, sources: &Sources, renderer: &Renderer<'_>) -> Vec<Diagnostic> {
        let has_template = |name: &str| renderer.has_template(name);
        let given = Given { site: &self.site, sources, locate, has_template: &has_template };
        let mut diagnostics = self.diagnostics.clone();
        diagnostics.extend(check::findings(given));
        diagnostics
    }
}

/// Stage 3, second half: every page rendered once and handed to `sink`, so that template errors on pages that nobody
/// visits are found. An error in a template is one finding, with the number of pages it shows on.
pub fn pages(renderer: &Renderer<'_>, sink: &(dyn Fn(Output) + Sync)) -> Vec<Diagnostic> {
    let render = |view: &View| match renderer.render(*view) {
        Ok(output) => {
            sink(output);
            Vec::new()
        }
        Err(failures) => failures,
    };
    let failures: Vec<Failure> = renderer.views().par_iter().flat_map_iter(render).collect();
    // One place of a template is one mistake, though its message may name what is different on each page.
    let mut places: BTreeMap<(&str, usize, usize), (&Failure, usize)> = BTreeMap::new();
    for (failure, count) in renderer
        .failures()
        .map(|failure| (failure, 0))
        .chain(failures.iter().map(|failure| (failure, 1)))
    {
        let key = (failure.template.as_str(), failure.start, failure.end);
        places.entry(key).or_insert((failure, 0)).1 += count;
    }
    let diagnostic = |(failure, count): (&Failure, usize)| Diagnostic {
        pages: Some(count).filter(|count| *count > 0),
        ..templates::diagnostic(failure)
    };
    places.into_values().map(diagnostic).collect()
}

/// Everything that is emitted and is no page: copies of files, `_redirects`. The notice is for the person who builds.
pub fn files(site: &Site, sources: &Sources) -> (Vec<Output>, Option<String>) {
    let (redirects, notice) = redirects::redirects(site);
    let copies = site.routes.assets.iter().filter_map(|asset| {
        let Content::Asset(file) = &sources.get(&asset.source)?.content else { return None };
        let path = asset.url.output();
        Some(match (&file.text, sources.is_embedded(&asset.source)) {
            (Some(text), true) => Output::bytes(path, text.as_bytes().to_vec()),
            _ => {
                let spelling = sources.spelling(&asset.source).into();
                Output { path, body: OutputBody::Copy { source: asset.source.clone(), spelling } }
            }
        })
    });
    (copies.chain(redirects).collect(), notice)
}

impl Compiled {
    /// Settles findings, and takes out those that comments suppress. `external` says whether links to other sites were
    /// looked at.
    pub fn settle(&self, diagnostics: Vec<Diagnostic>, external: bool) -> Vec<Diagnostic> {
        let Site { pages, html, .. } = &self.site;
        let in_articles = pages.iter().flat_map(|page| &page.article.suppressions);
        let in_html = html.iter().flat_map(|file| &file.suppressions);
        let comments = self.suppressions.iter().chain(in_articles).chain(in_html);
        let was_looked_for = |family| external || family != Family::External;
        let settled = settle(&self.site, diagnostics);
        settle(&self.site, suppressions::apply(settled, comments, was_looked_for))
    }
}

/// Sets each finding's severity as the site does, drops what is off, and sorts. A draft is checked while it is written, and
/// cannot break the site.
pub fn settle(site: &Site, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let rules = &site.configuration.rules;
    let set = |finding: Diagnostic| {
        let file = &finding.span.file;
        let is_draft = site.routes.page(file.as_str()).is_some_and(|id| !site.page(id).included);
        let most = if is_draft { Severity::Warning } else { Severity::Error };
        let severity = rules.severity(finding.rule, file, finding.severity).min(most);
        (severity > Severity::Off).then_some(Diagnostic { severity, ..finding })
    };
    let mut diagnostics: Vec<_> = diagnostics.into_iter().filter_map(set).collect();
    Diagnostic::sort(&mut diagnostics);
    diagnostics
}

fn locate(text: &str) -> Box<dyn Fn(Field<'_>) -> Range<usize>> {
    let places = parse::entry_places(text);
    Box::new(move |field| {
        let name = |name: &str| Key::Name(name.to_owned());
        let path = match field {
            Field::Value(key) => vec![name(key)],
            Field::Item(key, index) => vec![name(key), Key::Index(index)],
            Field::Entry(key, entry) => vec![name(key), name(entry)],
        };
        places.of(&path, Part::Value)
    })
}

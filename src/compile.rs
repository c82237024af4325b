//! The whole program in one place: sources → site → pages and findings. The only file that names all phases; every
//! verb calls these functions in this order.

mod session;

use std::collections::BTreeMap;
use std::sync::Arc;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::article::{Article, HtmlFile, HtmlKind};
use crate::check::{self, Context, suppressions};
use crate::config::{Configuration, Options, Strings};
use crate::diagnostic::{Diagnostic, Family, Severity, Suppression, UNREADABLE_FILE};
use crate::output::{Output, OutputBody};
use crate::parse::{self, strings, suppression};
use crate::path::SourcePath;
use crate::record;
use crate::render::highlight::Highlighters;
use crate::render::templates::{self, Failure, Inputs, Templates};
use crate::render::{self, Renderer, View, outputs};
use crate::site::tree::CONTENT;
use crate::site::{self, Site, Texts};
use crate::source::{Content, Sources};
use crate::theme;
pub use session::Session;

/// What is remembered from one compilation to the next. A memo changes the time that a compilation takes and nothing else.
///
/// Contracts: an article is parsed again unless its text is equal, byte for byte, to the one that was parsed, and source
/// lines are asked for alike; parsing depends on nothing else, and what is remembered brings its findings with it.
/// Settings, strings, the record and HTML files are read again unless their texts are equal. What links lead to is taken over as [`site::site`] says. Templates are compiled
/// again unless their texts, the strings and the addresses of the assets are equal.
#[derive(Default)]
pub struct Memo {
    /// Sorted by path.
    parsed: Vec<Parsed>,
    /// Whether these tell their source lines.
    source_lines: bool,
    html: AHashMap<SourcePath, (Arc<str>, Arc<HtmlFile>)>,
    record: Option<(Option<Arc<str>>, Arc<record::ReadRecord>)>,
    settings: Option<Settings>,
    strings: Option<ReadStrings>,
    site: Option<Arc<Site>>,
    templates: Option<Arc<Templates>>,
    highlighters: Arc<Highlighters>,
}

struct Parsed {
    text: Arc<str>,
    article: Arc<Article>,
    diagnostics: Arc<[Diagnostic]>,
}

/// What the theme says, with the site's own text.
struct ReadStrings {
    text: Option<Arc<str>>,
    strings: Arc<Strings>,
    diagnostics: Vec<Diagnostic>,
}

/// What `site.yaml` says.
#[derive(Clone)]
struct Settings {
    text: Option<Arc<str>>,
    configuration: Arc<Configuration>,
    diagnostics: Vec<Diagnostic>,
    suppressions: Vec<Suppression>,
}

/// A site and what was found while it was put together.
pub struct Compiled {
    /// The site.
    pub site: Arc<Site>,
    strings: Arc<Strings>,
    templates: Arc<Templates>,
    highlighters: Arc<Highlighters>,
    diagnostics: Vec<Diagnostic>,
    /// Comments in `site.yaml` that suppress findings; others stand with what they are in.
    suppressions: Vec<Suppression>,
}

/// Stage 1: every text parsed, the site put together, every link resolved.
pub fn site(sources: &Sources, options: &Options, memo: &mut Memo) -> Compiled {
    let Settings { configuration, mut diagnostics, suppressions, .. } = settings(sources, memo);
    let strings = strings(sources, memo, &mut diagnostics);
    let articles = articles(sources, options.source_lines, memo);
    diagnostics.extend(memo.parsed.iter().flat_map(|parsed| parsed.diagnostics.iter().cloned()));
    let texts = Texts { articles, html: html(sources, memo), record: record(sources, memo) };
    let site = site::site(texts, sources, (&configuration, options), memo.site.as_deref());
    let site = Arc::new(site);
    diagnostics.extend(site.conflicts.iter().cloned());
    memo.site = Some(Arc::clone(&site));
    let inputs = Inputs::new(sources, render::asset_urls(&site), &strings);
    let templates = match memo.templates.take() {
        Some(known) if known.inputs == inputs => known,
        _ => Arc::new(templates::compile(inputs)),
    };
    memo.templates = Some(Arc::clone(&templates));
    let highlighters = Arc::clone(&memo.highlighters);
    Compiled { site, strings, templates, highlighters, diagnostics, suppressions }
}

fn settings(sources: &Sources, memo: &mut Memo) -> Settings {
    let path = SourcePath::new(parse::CONFIGURATION_FILE);
    let text = sources.text(&path).cloned();
    if let Some(known) = memo.settings.as_ref().filter(|known| known.text == text) {
        return known.clone();
    }
    let settings = text.as_deref().unwrap_or("");
    let (configuration, diagnostics) = parse::configuration(settings);
    let settings = Settings {
        configuration: Arc::new(configuration),
        diagnostics,
        suppressions: suppression::in_text(&path, settings, 0..settings.len()),
        text,
    };
    memo.settings.insert(settings).clone()
}

/// Every article, sorted by path.
fn articles(sources: &Sources, source_lines: bool, memo: &mut Memo) -> Vec<Arc<Article>> {
    let mut known = std::mem::take(&mut memo.parsed);
    if std::mem::replace(&mut memo.source_lines, source_lines) != source_lines {
        known.clear();
    }
    let mut known = known.into_iter().peekable();
    let mut slots: Vec<Option<Parsed>> = Vec::new();
    let mut unknown: Vec<(usize, &SourcePath, &Arc<str>)> = Vec::new();
    // Both are sorted by path.
    for (path, text) in sources.texts_below(CONTENT) {
        while known.next_if(|known| known.article.path < *path).is_some() {}
        let same = known
            .next_if(|known| known.article.path == *path)
            .filter(|known| Arc::ptr_eq(&known.text, text) || known.text == *text);
        if same.is_none() {
            unknown.push((slots.len(), path, text));
        }
        slots.push(same);
    }
    let parse = |(_, path, text): &(usize, &SourcePath, &Arc<str>)| {
        let (article, diagnostics) = parse::article(path, text, source_lines);
        let (text, article) = (Arc::clone(text), Arc::new(article));
        Parsed { text, article, diagnostics: diagnostics.into() }
    };
    let parsed: Vec<Parsed> = unknown.par_iter().map(parse).collect();
    unknown.iter().zip(parsed).for_each(|((index, ..), parsed)| slots[*index] = Some(parsed));
    memo.parsed = slots.into_iter().flatten().collect();
    memo.parsed.iter().map(|parsed| Arc::clone(&parsed.article)).collect()
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

/// What was published before; nothing where there is no record.
fn record(sources: &Sources, memo: &mut Memo) -> Arc<record::ReadRecord> {
    let text = sources.text(&SourcePath::new(record::FILE)).cloned();
    let read = match memo.record.take() {
        Some(known) if known.0 == text => known.1,
        _ => Arc::new(text.as_deref().map_or_else(Default::default, record::ReadRecord::parse)),
    };
    Arc::clone(&memo.record.insert((text, read)).1)
}

fn strings(sources: &Sources, memo: &mut Memo, diagnostics: &mut Vec<Diagnostic>) -> Arc<Strings> {
    let own = sources.text(&SourcePath::new(strings::FILE)).cloned();
    let read = match memo.strings.take() {
        Some(known) if known.text == own => known,
        _ => {
            let mut read = Strings::new();
            // The theme's own file is right: a test reads it.
            let _ = strings::read(theme::text(strings::FILE), &mut read);
            let found = own.as_ref().map_or_else(Vec::new, |text| strings::read(text, &mut read));
            ReadStrings { text: own, strings: Arc::new(read), diagnostics: found }
        }
    };
    diagnostics.extend(read.diagnostics.iter().cloned());
    Arc::clone(&memo.strings.insert(read).strings)
}

impl Compiled {
    /// Stage 2: what renders pages. Each page can be rendered alone, in any order and on any thread.
    pub fn renderer(&self) -> Renderer {
        let theme = (Arc::clone(&self.templates), Arc::clone(&self.strings));
        Renderer::new(Arc::clone(&self.site), theme, Arc::clone(&self.highlighters))
    }

    /// Whether its templates are those of another compilation, and so what they fail at.
    pub fn shares_templates_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.templates, &other.templates)
    }

    /// Stage 3, first half: every rule over the whole site.
    pub fn findings(&self, sources: &Sources, renderer: &Renderer) -> Vec<Diagnostic> {
        let has_template = |name: &str| renderer.has_template(name);
        let context = Context { site: &self.site, sources, has_template: &has_template };
        let mut diagnostics = self.diagnostics.clone();
        diagnostics.extend(check::findings(context));
        diagnostics.extend(outputs::findings(&self.site));
        // Of a file that cannot be read, nothing else is known.
        let unreadable = sources.unreadable();
        diagnostics.retain(|finding| {
            finding.rule == &UNREADABLE_FILE || !unreadable.contains(&finding.span.file)
        });
        diagnostics
    }
}

/// Stage 3, second half: these rendered once each and handed to `sink`; all pages, so that template errors on pages that
/// nobody visits are found. An error in a template is one finding, with the number of pages it shows on.
pub fn pages(
    renderer: &Renderer,
    views: Vec<View>,
    sink: &(dyn Fn(Output) + Sync),
) -> Vec<Diagnostic> {
    let failures = views.into_par_iter().filter_map(|view| renderer.render(view).map(sink).err());
    failed(renderer, &failures.flatten().collect::<Vec<_>>())
}

/// The findings of [`pages`] over every page, where nobody keeps the pages. `go_on` is called before each page; nothing is
/// returned once it says no.
pub fn check_pages(
    renderer: &Renderer,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Diagnostic>> {
    let check = |view: View| go_on().then(|| renderer.check(view).err());
    // A large site has very many pages that do not fail.
    let failures =
        renderer.pages().into_par_iter().map(check).filter(|failed| *failed != Some(None));
    let failures: Vec<_> = failures.collect::<Option<_>>()?;
    Some(failed(renderer, &failures.into_iter().flatten().flatten().collect::<Vec<_>>()))
}

/// Failures of a renderer as findings: those to compile a template, and those to render pages. One place of a template
/// is one mistake, though its message may name what is different on each page.
pub fn failed(renderer: &Renderer, on_pages: &[Failure]) -> Vec<Diagnostic> {
    let mut places: BTreeMap<(&str, usize, usize), (&Failure, usize)> = BTreeMap::new();
    for (failure, count) in renderer
        .failures()
        .map(|failure| (failure, 0))
        .chain(on_pages.iter().map(|failure| (failure, 1)))
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

/// Hands the files of the search index to `sink`. They cannot fail, so that who only checks leaves them out.
pub fn search(renderer: &Renderer, sink: &(dyn Fn(Output) + Sync)) {
    renderer.write_search(sink);
}

/// What whoever builds the site should know of its generated files, besides findings.
pub fn notice(site: &Site) -> Option<String> {
    outputs::notice(site)
}

/// Everything that is emitted and not rendered: copies of files.
pub fn files(site: &Site, sources: &Sources) -> Vec<Output> {
    let copies = site.published_assets().filter_map(|(_, asset)| {
        let Content::Asset(file) = &sources.get(&asset.source)?.content else { return None };
        let path = asset.url.output();
        Some(match (&file.text, sources.is_embedded(&asset.source)) {
            (Some(text), true) => {
                let text = theme::published(&asset.source, text, &site.configuration.theme);
                Output::bytes(path, text.into_owned().into_bytes())
            }
            _ => {
                let spelling = sources.spelling(&asset.source).into();
                let (source, hash) = (asset.source.clone(), file.hash);
                Output { path, body: OutputBody::Copy { source, spelling, hash } }
            }
        })
    });
    copies.collect()
}

impl Compiled {
    /// What every rule finds, settled; templates fail only when pages are rendered.
    pub fn all_findings(&self, sources: &Sources) -> Vec<Diagnostic> {
        self.settle(self.findings(sources, &self.renderer()), false)
    }

    /// Settles findings, and takes out those that comments suppress. `external` says whether links to other sites were
    /// looked at.
    pub fn settle(&self, diagnostics: Vec<Diagnostic>, external: bool) -> Vec<Diagnostic> {
        let Site { pages, html, .. } = &*self.site;
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

//! The whole program in one place: sources → site → pages and findings. The only file that names all phases; every
//! verb calls these functions in this order.

mod session;

use std::collections::BTreeMap;
use std::sync::Arc;

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
use crate::render::templates::{self, Inputs, Templates};
use crate::render::{Renderer, View, outputs};
use crate::site::routes::AssetRoute;
use crate::site::tree::CONTENT;
use crate::site::{self, Site, Texts};
use crate::source::{Content, Sources};
use crate::theme;
pub use session::Session;

/// What is remembered from one compilation to the next. A memo changes the time that a compilation takes and nothing else.
///
/// Contracts: an article is parsed again unless its text is equal, byte for byte, to the one that was parsed, and source
/// lines are asked for alike; parsing depends on nothing else, and what is remembered brings its findings with it.
/// Settings, strings, the record and HTML files are read again unless their texts are equal. What links lead to is taken
/// over as [`site::site`] says. Templates are compiled again unless
/// their texts, the strings and the addresses of the assets are equal.
#[derive(Default)]
pub struct Memo {
    articles: Vec<Reading<Checked<Article>>>,
    /// Whether these tell their source lines.
    source_lines: bool,
    html: Vec<Reading<HtmlFile>>,
    record: Remembered<record::ReadRecord>,
    settings: Remembered<Checked<Configuration>>,
    strings: Remembered<Checked<Strings>>,
    site: Option<Arc<Site>>,
    templates: Option<Arc<Templates>>,
    highlighters: Arc<Highlighters>,
}

/// What was read of a file that a site may have or not.
type Remembered<T> = Option<(Option<Arc<str>>, Arc<T>)>;

/// What a file says now.
fn read<T>(
    memo: &mut Remembered<T>,
    file: &str,
    sources: &Sources,
    read: impl FnOnce(Option<&str>) -> T,
) -> Arc<T> {
    let text = sources.text(&SourcePath::new(file));
    let known = memo.take().filter(|(known, _)| known.as_ref() == text);
    let new = || (text.cloned(), Arc::new(read(text.map(|text| &**text))));
    Arc::clone(&memo.insert(known.unwrap_or_else(new)).1)
}

/// What was read of a text.
struct Reading<T> {
    path: SourcePath,
    text: Arc<str>,
    value: Arc<T>,
}

/// What texts say now, in their order. They are sorted by path, as what is remembered is.
fn read_all<'a, T: Send + Sync>(
    memo: &mut Vec<Reading<T>>,
    texts: impl Iterator<Item = (&'a SourcePath, &'a Arc<str>)>,
    read: impl Fn(&SourcePath, &Arc<str>) -> T + Sync,
) {
    let mut known = std::mem::take(memo).into_iter().peekable();
    let texts = texts.map(|(path, text)| {
        while known.next_if(|known| known.path < *path).is_some() {}
        let same = known.next_if(|known| known.path == *path);
        let is_same = |known: &Reading<T>| Arc::ptr_eq(&known.text, text) || known.text == *text;
        (path.clone(), Arc::clone(text), same.filter(is_same))
    });
    let texts: Vec<_> = texts.collect();
    let value = |(path, text, same): (SourcePath, Arc<str>, Option<Reading<T>>)| {
        let value = same.map_or_else(|| Arc::new(read(&path, &text)), |same| same.value);
        Reading { path, text, value }
    };
    *memo = texts.into_par_iter().map(value).collect();
}

/// What a text says, and what is wrong with it.
struct Checked<T> {
    value: Arc<T>,
    diagnostics: Vec<Diagnostic>,
}

/// A site and what was found while it was put together.
pub struct Compiled {
    /// The site.
    pub site: Arc<Site>,
    strings: Arc<Strings>,
    /// The same in two compilations where nothing that they are made from differs.
    pub templates: Arc<Templates>,
    highlighters: Arc<Highlighters>,
    diagnostics: Vec<Diagnostic>,
    /// Comments in `site.yaml` that suppress findings; others stand with what they are in.
    suppressions: Vec<Suppression>,
}

/// Stage 1: every text parsed, the site put together, every link resolved.
pub fn site(sources: &Sources, options: &Options, memo: &mut Memo) -> Compiled {
    let settings = read(&mut memo.settings, parse::CONFIGURATION_FILE, sources, read_settings);
    let strings = read(&mut memo.strings, strings::FILE, sources, read_strings);
    let record = read(&mut memo.record, record::FILE, sources, |text| {
        text.map_or_else(Default::default, record::ReadRecord::parse)
    });
    if memo.source_lines != options.source_lines {
        memo.articles.clear();
        memo.source_lines = options.source_lines;
    }
    read_all(&mut memo.articles, sources.texts_below(CONTENT), |path, text| {
        let (article, diagnostics) = parse::article(path, text, options.source_lines);
        Checked { value: Arc::new(article), diagnostics }
    });
    let articles = memo.articles.iter().map(|reading| &reading.value);
    let in_articles = articles.clone().flat_map(|read| &read.diagnostics);
    let found = settings.diagnostics.iter().chain(&strings.diagnostics).chain(in_articles);
    let mut diagnostics: Vec<_> = found.cloned().collect();
    let texts = Texts {
        configuration: Arc::clone(&settings.value),
        articles: articles.map(|read| Arc::clone(&read.value)).collect(),
        html: html(sources, &mut memo.html),
        record,
    };
    let site = Arc::new(site::site(texts, sources, options, memo.site.as_deref()));
    diagnostics.extend(site.conflicts.iter().cloned());
    memo.site = Some(Arc::clone(&site));
    let strings = Arc::clone(&strings.value);
    let inputs = Inputs::new(sources, &site, &strings);
    let known = memo.templates.take().filter(|known| known.inputs == inputs);
    let templates = known.unwrap_or_else(|| Arc::new(templates::compile(inputs)));
    memo.templates = Some(Arc::clone(&templates));
    let highlighters = Arc::clone(&memo.highlighters);
    let settings = SourcePath::new(parse::CONFIGURATION_FILE);
    let comments =
        sources.text(&settings).map(|text| suppression::in_text(&settings, text, 0..text.len()));
    let suppressions = comments.unwrap_or_default();
    Compiled { site, strings, templates, highlighters, diagnostics, suppressions }
}

fn read_settings(text: Option<&str>) -> Checked<Configuration> {
    let (configuration, diagnostics) = parse::configuration(text.unwrap_or(""));
    Checked { value: Arc::new(configuration), diagnostics }
}

fn read_strings(text: Option<&str>) -> Checked<Strings> {
    let (strings, diagnostics) = strings::read(text);
    Checked { value: Arc::new(strings), diagnostics }
}

/// The HTML that reaches readers as it is written, sorted by path.
fn html(sources: &Sources, memo: &mut Vec<Reading<HtmlFile>>) -> Vec<Arc<HtmlFile>> {
    let texts = sources.files().filter_map(|(path, file)| match &file.content {
        Content::Asset(asset) if path.below("static").is_some() => {
            let is_html = matches!(path.extension(), Some("html" | "htm"));
            Some((path, asset.text.as_ref().filter(|_| is_html)?))
        }
        Content::Text(text) if path.below("templates").is_some() => {
            (path.extension() != Some("yaml")).then_some((path, text))
        }
        _ => None,
    });
    read_all(memo, texts, |path, text| {
        let is_template = path.below("templates").is_some();
        let kind = if is_template { HtmlKind::Template } else { HtmlKind::Static };
        parse::html(path, kind, text)
    });
    memo.iter().map(|file| Arc::clone(&file.value)).collect()
}

impl Compiled {
    /// Stage 2: what renders pages. Each page can be rendered alone, in any order and on any thread.
    pub fn renderer(&self) -> Renderer {
        let (site, templates) = (Arc::clone(&self.site), Arc::clone(&self.templates));
        Renderer::new(site, templates, Arc::clone(&self.strings), Arc::clone(&self.highlighters))
    }

    /// Stage 3, first half: every rule over the whole site.
    pub fn findings(&self, sources: &Sources, renderer: &Renderer) -> Vec<Diagnostic> {
        let has_template = |name: &str| renderer.templates.contains(name);
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
    sink: &(dyn Fn(View, Output) + Sync),
) -> Vec<Diagnostic> {
    let render = |view: View| renderer.render(view).map(|output| sink(view, output)).err();
    let failures = views.into_par_iter().filter_map(render);
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
        renderer.pages().into_par_iter().map(check).filter(|failed| !matches!(failed, Some(None)));
    let failures: Vec<_> = failures.collect::<Option<_>>()?;
    Some(failed(renderer, &failures.into_iter().flatten().flatten().collect::<Vec<_>>()))
}

/// Failures of a renderer as findings: those to compile a template, and those to render pages. One place of a template
/// is one mistake, though its message may name what is different on each page.
pub fn failed(renderer: &Renderer, on_pages: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut places: BTreeMap<(&SourcePath, u32, u32), (&Diagnostic, usize)> = BTreeMap::new();
    for (failure, count) in renderer
        .templates
        .failures()
        .map(|failure| (failure, 0))
        .chain(on_pages.iter().map(|failure| (failure, 1)))
    {
        let key = (&failure.span.file, failure.span.start, failure.span.end);
        places.entry(key).or_insert((failure, 0)).1 += count;
    }
    let diagnostic = |(failure, count): (&Diagnostic, usize)| Diagnostic {
        pages: Some(count).filter(|count| *count > 0),
        ..failure.clone()
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
    site.published_assets().filter_map(|asset| file(site, sources, asset)).collect()
}

/// What is emitted for one file that is copied.
pub fn file(site: &Site, sources: &Sources, asset: &AssetRoute) -> Option<Output> {
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

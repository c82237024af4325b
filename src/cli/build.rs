//! `build` and `check`: one path, of which `check` leaves out the writing.
#![expect(clippy::disallowed_methods, reason = "the clock and the file system are known here")]

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::arguments::{BuildArguments, CheckArguments, ExternalArguments, SiteArguments};
use super::external;
use super::images::Variants;
use super::nginx;
use super::only::Only;
use super::printer::{self, Progress};
use super::publish::Rendered;
use super::{Outcome, baseline, settings};
use crate::compile::{self, Compiled, Memo};
use crate::config::Options;
use crate::diagnostic::Diagnostic;
use crate::io::disk::{self, Staging};
use crate::output::{Output, OutputBody};
use crate::publish::{Object, Role};
use crate::render::Renderer;
use crate::report::{self, Counts, plural};
use crate::site::Site;
use crate::source::Sources;

pub(super) fn build(arguments: &BuildArguments) -> anyhow::Result<Outcome> {
    let output = |site: &Site| {
        arguments
            .output
            .clone()
            .unwrap_or_else(|| arguments.site.root.join(&site.configuration.output))
    };
    let asked = Asked { nginx: arguments.nginx.as_deref(), ..Asked::default() };
    run(&arguments.site, Some(&output), asked)
}

pub(super) fn check(arguments: &CheckArguments) -> anyhow::Result<Outcome> {
    if arguments.list_rules {
        printer::text(&report::rules::list())?;
        return Ok(Outcome::Clean);
    }
    if let Some(rule) = arguments.explain {
        printer::text(&report::rules::explain(rule))?;
        return Ok(Outcome::Clean);
    }
    let external = external::asked(&arguments.external)?;
    let asked = Asked { files: &arguments.files, external, nginx: None };
    if arguments.write_baseline {
        return write_baseline(&arguments.site, asked);
    }
    if arguments.fix {
        super::fix::fix(&arguments.site, &arguments.files, arguments.dry_run)?;
        if arguments.dry_run {
            return Ok(Outcome::Clean);
        }
    }
    run(&arguments.site, None, asked)
}

/// What only `check` is asked for, and what only `build` is.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    /// The files whose findings are reported; all when none are named.
    files: &'a [PathBuf],
    /// How links to other sites are looked up, where they are.
    external: Option<&'a ExternalArguments>,
    /// The folder that files for nginx are written to, where they are.
    nginx: Option<&'a Path>,
}

/// Today, in the time zone of the machine.
pub(super) fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

type OutputFolder<'a> = &'a dyn Fn(&Site) -> PathBuf;

/// A site that was read and looked at, but for its pages.
struct Checked {
    sources: Sources,
    compiled: Compiled,
    renderer: Renderer,
    only: Only,
    /// What the rules found.
    diagnostics: Vec<Diagnostic>,
    notices: Vec<String>,
}

fn look(arguments: &SiteArguments, asked: Asked<'_>) -> anyhow::Result<Checked> {
    let mut sources = disk::read(&arguments.root)?;
    let baseline = arguments.baseline.as_ref().map(|file| baseline::read(file, &mut sources));
    let baseline = baseline.transpose()?;
    let only = Only::new(asked.files, &arguments.root, &sources)?;
    let compiled = compile::site(&sources, &options(arguments), &mut Memo::default());
    let renderer = compiled.renderer();
    let mut diagnostics = compiled.findings(&sources, &renderer);
    let mut notices = Vec::new();
    if let Some(how) = asked.external {
        let found = external::look(how, arguments, &compiled.site, &only)?;
        diagnostics.extend(found.diagnostics);
        notices.extend(found.notices);
    }
    let external = asked.external.is_some();
    diagnostics = compiled.settle(diagnostics, external);
    if let Some(file) = baseline {
        let kept = baseline::apply(diagnostics, &file, &sources, external)?;
        diagnostics = compile::settle(&compiled.site, kept);
    }
    Ok(Checked { sources, compiled, renderer, only, diagnostics, notices })
}

fn write_baseline(arguments: &SiteArguments, asked: Asked<'_>) -> anyhow::Result<Outcome> {
    let SiteArguments { root, baseline: file, .. } = arguments;
    // The findings that an earlier baseline holds belong into the new one too.
    let site = SiteArguments { baseline: None, ..arguments.clone() };
    let checked = look(&site, asked)?;
    baseline::write(checked.diagnostics, &checked.sources, (root, file.as_ref()))?;
    Ok(Outcome::Clean)
}

fn run(
    arguments: &SiteArguments,
    output: Option<OutputFolder<'_>>,
    asked: Asked<'_>,
) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let Checked { sources, compiled, renderer, only, diagnostics, mut notices } =
        look(arguments, asked)?;
    let site = &*compiled.site;
    let limit = arguments.fail_on.severity();
    let fails =
        |diagnostics: &[Diagnostic]| diagnostics.iter().any(|finding| finding.severity >= limit);
    let (copies, notice) = compile::files(site, &sources);
    let staging = match output {
        Some(output) if !fails(&diagnostics) => {
            let output = output(site);
            asked.nginx.map_or(Ok(()), |folder| nginx::refuse(folder, &output))?;
            Some(Staging::begin(&arguments.root, &output)?)
        }
        _ => None,
    };
    let variants = Variants::new(&arguments.root);
    if let Some(staging) = &staging {
        let write = |file: Output| staging.write(file);
        notices.extend(variants.make_all((&renderer, &sources), &write));
    }
    let views = if staging.is_some() { renderer.views() } else { renderer.pages() };
    let progress = Progress::new(views.len(), start);
    let in_templates = compile::pages(&renderer, views, &|output: Output| {
        progress.increment();
        if let Some(staging) = &staging {
            staging.write(output);
        }
    });
    progress.finish();
    let in_templates = compile::settle(site, in_templates);
    let failed = fails(&diagnostics) || fails(&in_templates);
    let mut diagnostics: Vec<_> = diagnostics.into_iter().chain(in_templates).collect();
    Diagnostic::sort(&mut diagnostics);
    if let Some(staging) = staging {
        if failed {
            staging.discard();
        } else {
            copies.into_iter().for_each(|copy| staging.write(copy));
            compile::search(&renderer, &|file| staging.write(file));
            staging.commit()?;
            variants.prune((&renderer, &sources));
            asked.nginx.map_or(Ok(()), |folder| nginx::write(folder, site))?;
        }
    }
    diagnostics.retain(|finding| only.wants(&finding.span.file));
    let failed = if asked.files.is_empty() { failed } else { fails(&diagnostics) };
    let outcome = outcome(failed, &diagnostics);
    notices.extend(site_notices(site, notice));
    let builds = output.is_some();
    let wrote = builds && !failed;
    print(
        &Report { diagnostics, sources: &sources, site, notices, builds, wrote, start },
        arguments,
    )?;
    // The program ends here: giving back a large site's millions of pieces one by one takes time for nothing.
    std::mem::forget((renderer, compiled, sources));
    Ok(outcome)
}

/// Reads a site, looks at it and renders it as `build` does, and writes nothing. Where something is wrong, that is printed,
/// and how the command ends is returned.
///
/// # Errors
///
/// When the site cannot be read.
pub(super) fn rendered(arguments: &SiteArguments) -> anyhow::Result<Result<Rendered, Outcome>> {
    let start = Instant::now();
    let Checked { sources, compiled, renderer, diagnostics, mut notices, .. } =
        look(arguments, Asked::default())?;
    let site = &*compiled.site;
    let views = renderer.views();
    let progress = Progress::new(views.len(), start);
    let pages = Mutex::new(Vec::new());
    let variants = Variants::new(&arguments.root);
    let made = Mutex::new(Vec::new());
    notices.extend(variants.make_all((&renderer, &sources), &|file: Output| {
        if let OutputBody::Bytes(bytes) = &file.body {
            let content = (*blake3::hash(bytes).as_bytes(), bytes.len() as u64);
            let object = Object::new(file.path, Role::Hashed, content);
            made.lock().unwrap_or_else(PoisonError::into_inner).push(object);
        }
    }));
    let in_templates = compile::pages(&renderer, views, &|output: Output| {
        progress.increment();
        if let OutputBody::Bytes(bytes) = &output.body {
            let page = (output.path, (*blake3::hash(bytes).as_bytes(), bytes.len() as u64));
            pages.lock().unwrap_or_else(PoisonError::into_inner).push(page);
        }
    });
    progress.finish();
    let in_templates = compile::settle(site, in_templates);
    let mut diagnostics: Vec<_> = diagnostics.into_iter().chain(in_templates).collect();
    Diagnostic::sort(&mut diagnostics);
    let limit = arguments.fail_on.severity();
    let failed = diagnostics.iter().any(|finding| finding.severity >= limit);
    let outcome = outcome(failed, &diagnostics);
    let (files, notice) = compile::files(site, &sources);
    notices.extend(site_notices(site, notice));
    print(
        &Report {
            diagnostics,
            sources: &sources,
            site,
            notices,
            builds: false,
            wrote: false,
            start,
        },
        arguments,
    )?;
    if failed {
        return Ok(Err(outcome));
    }
    let pages = pages.into_inner().unwrap_or_else(PoisonError::into_inner);
    let root = arguments.root.clone();
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rendered = Rendered::new(root, (renderer, site), pages, (files, &sources));
    Ok(Ok(rendered.with_variants(variants, made)))
}

fn outcome(failed: bool, diagnostics: &[Diagnostic]) -> Outcome {
    match failed {
        true if diagnostics.iter().any(settings::is_wrong) => Outcome::Failed,
        true => Outcome::Findings,
        false => Outcome::Clean,
    }
}

fn site_notices(site: &Site, redirects: Option<String>) -> Vec<String> {
    let no_origin = site.base.origin().is_none() && site.options.base_url.is_none();
    let no_origin = no_origin.then(|| "`site.yaml` has no `base_url`: canonical URLs and what else needs an absolute URL are left out".to_owned());
    no_origin.into_iter().chain(redirects).collect()
}

/// What the arguments ask of a compilation.
pub(super) fn options(arguments: &SiteArguments) -> Options {
    Options {
        today: arguments.today.unwrap_or_else(today),
        drafts: arguments.drafts,
        preview: arguments.preview,
        base_url: arguments.base_url.clone(),
        source_lines: false,
    }
}

/// The options of a command that only looks at the site.
pub(super) fn today_options() -> Options {
    Options::on(today())
}

struct Report<'a> {
    diagnostics: Vec<Diagnostic>,
    sources: &'a Sources,
    site: &'a Site,
    notices: Vec<String>,
    builds: bool,
    wrote: bool,
    start: Instant,
}

fn print(report: &Report<'_>, arguments: &SiteArguments) -> anyhow::Result<()> {
    printer::findings(&report.diagnostics, report.sources, arguments)?;
    report.notices.iter().for_each(|notice| printer::notice(notice));
    let sections = report.site.included().filter(|id| report.site.is_section_page(*id)).count();
    let articles = report.site.included().count() - sections;
    let pages = format!("{}, {}", plural(articles, "article"), plural(sections, "section page"));
    let what = match (report.builds, report.wrote) {
        (true, true) => format!("built {pages}"),
        (true, false) => format!("nothing was written; checked {pages}"),
        (false, _) => format!("checked {pages}"),
    };
    printer::counts(&report.diagnostics, arguments);
    printer::summary(&what, Counts::of(&report.diagnostics), report.start.elapsed());
    let Some(file) = &arguments.summary else { return Ok(()) };
    let root = super::root::seen(&arguments.root);
    let from = (report.sources, &root);
    Ok(disk::append(file, &report::summary::report(&what, &report.diagnostics, from))?)
}

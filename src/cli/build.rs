//! `build` and `check`: one path, of which `check` leaves out the writing.
#![expect(clippy::disallowed_methods, reason = "the clock and the file system are known here")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Outcome;
use super::arguments::{BuildArguments, CheckArguments, ExternalArguments, FailOn, SiteArguments};
use super::external;
use super::printer::{self, Progress};
use crate::compile::{self, Memo};
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Severity};
use crate::io::disk::{self, Staging};
use crate::output::Output;
use crate::path::SourcePath;
use crate::report::{Counts, plural};
use crate::site::Site;
use crate::source::Sources;

pub(super) fn build(arguments: &BuildArguments) -> anyhow::Result<Outcome> {
    let output = |site: &Site| {
        arguments
            .output
            .clone()
            .unwrap_or_else(|| arguments.site.root.join(&site.configuration.output))
    };
    run(&arguments.site, Some(&output), Asked { files: &[], external: None })
}

pub(super) fn check(arguments: &CheckArguments) -> anyhow::Result<Outcome> {
    let external = external::asked(&arguments.external)?;
    run(&arguments.site, None, Asked { files: &arguments.files, external })
}

/// What only `check` is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    /// The files whose findings are reported; all when none are named.
    files: &'a [PathBuf],
    /// How links to other sites are looked up, where they are.
    external: Option<&'a ExternalArguments>,
}

/// Today, in the time zone of the machine.
pub(super) fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

type OutputFolder<'a> = &'a dyn Fn(&Site) -> PathBuf;

fn run(
    arguments: &SiteArguments,
    output: Option<OutputFolder<'_>>,
    asked: Asked<'_>,
) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let sources = disk::read(&arguments.root)?;
    let options = Options {
        today: arguments.today.unwrap_or_else(today),
        drafts: arguments.drafts,
        preview: arguments.preview,
        base_url: arguments.base_url.clone(),
    };
    let compiled = compile::site(&sources, &options, &mut Memo::default());
    let site = &compiled.site;
    let renderer = compiled.renderer(&sources);
    let mut diagnostics = compiled.findings(&sources, &renderer);
    let limit = match arguments.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
    };
    let fails =
        |diagnostics: &[Diagnostic]| diagnostics.iter().any(|finding| finding.severity >= limit);
    let (copies, notice) = compile::files(site, &sources);
    let mut notices = notices(site, notice);
    let only = Only::new(asked.files, &arguments.root);
    if let Some(how) = asked.external {
        let found = external::look(how, arguments, site, &only)?;
        diagnostics.extend(found.diagnostics);
        notices.extend(found.notices);
    }
    let diagnostics = compiled.settle(diagnostics, asked.external.is_some());

    let staging = match output {
        Some(output) if !fails(&diagnostics) => {
            Some(Staging::begin(&arguments.root, &output(site))?)
        }
        _ => None,
    };
    let progress = Progress::new(renderer.views().len(), start);
    let in_templates = compile::pages(&renderer, &|output: Output| {
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
            staging.commit()?;
        }
    }
    diagnostics.retain(|finding| only.wants(&finding.span.file));
    let configuration = SourcePath::new(crate::parse::CONFIGURATION_FILE);
    let bad_configuration = diagnostics
        .iter()
        .any(|finding| finding.severity == Severity::Error && finding.span.file == configuration);
    let failed = if asked.files.is_empty() { failed } else { fails(&diagnostics) };
    report(
        &Report {
            diagnostics,
            sources: &sources,
            site,
            notices,
            builds: output.is_some(),
            wrote: output.is_some() && !failed,
            start,
        },
        arguments,
    );
    Ok(match failed {
        // The site's own settings are wrong: nothing that was found with them can be relied on.
        true if bad_configuration => Outcome::Failed,
        true => Outcome::Findings,
        false => Outcome::Clean,
    })
}

fn notices(site: &Site, redirects: Option<String>) -> Vec<String> {
    let no_origin = site.base.origin().is_none() && site.options.base_url.is_none();
    let no_origin = no_origin.then(|| "`site.yaml` has no `base_url`: canonical URLs and what else needs an absolute URL are left out".to_owned());
    no_origin.into_iter().chain(redirects).collect()
}

/// The files whose findings are wanted; all when none are named.
pub(super) struct Only {
    files: Vec<SourcePath>,
}

impl Only {
    fn new(files: &[PathBuf], root: &Path) -> Self {
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let source = |file: &PathBuf| {
            let real = std::fs::canonicalize(file)
                .unwrap_or_else(|_| std::path::absolute(file).unwrap_or_else(|_| file.clone()));
            let relative = real.strip_prefix(&root).unwrap_or(&real);
            let parts = relative.components().map(|part| part.as_os_str().to_string_lossy());
            SourcePath::new(&parts.collect::<Vec<_>>().join("/"))
        };
        Self { files: files.iter().map(source).collect() }
    }

    /// Whether findings in this file are wanted.
    pub(super) fn wants(&self, file: &SourcePath) -> bool {
        self.files.is_empty() || self.files.contains(file)
    }
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

fn report(report: &Report<'_>, arguments: &SiteArguments) {
    printer::findings(&report.diagnostics, report.sources, arguments.format);
    report.notices.iter().for_each(|notice| printer::notice(notice));
    let sections = report.site.included().filter(|id| report.site.is_section_page(*id)).count();
    let articles = report.site.included().count() - sections;
    let pages = format!("{}, {}", plural(articles, "article"), plural(sections, "section page"));
    let what = match (report.builds, report.wrote) {
        (true, true) => format!("built {pages}"),
        (true, false) => format!("nothing was written; checked {pages}"),
        (false, _) => format!("checked {pages}"),
    };
    printer::summary(&what, Counts::of(&report.diagnostics), report.start.elapsed());
}

//! One session for every verb: reads and compiles a site, refuses settings that are wrong, reports findings and prints the
//! summary. What a verb does with the site in between is its own.
#![expect(clippy::disallowed_methods, reason = "the clock is read here")]

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{anyhow, bail};
use jiff::civil::Date;

use super::arguments::{ExternalArguments, Format, SiteArguments, SiteFolder};
use super::named_files::NamedFiles;
use super::printer::{self, Progress};
use super::{Outcome, baseline, external, root};
pub(super) use crate::compile::Session;
use crate::compile::{self, Compiled, Memo};
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Severity};
use crate::io::disk;
use crate::output::Output;
use crate::parse::CONFIGURATION_FILE;
use crate::render::{Renderer, View};
use crate::report;
use crate::site::Site;
use crate::source::Sources;
use crate::wording::plural;

/// Today in the time zone of the machine, unless the command line names another date.
pub(super) fn today(named: Option<Date>) -> Date {
    named.unwrap_or_else(|| jiff::Zoned::now().date())
}

impl Session {
    /// Opens the site in a folder, for verbs whose standard output is not for findings.
    /// Errors in its settings are shown, and end the command: nothing that is found with such settings can be relied on.
    pub(super) fn open(site: &SiteFolder, drafts: bool) -> anyhow::Result<Self> {
        let options = Options { drafts, ..Options::on(today(site.today)) };
        let session = Self::new(disk::read(&site.root)?, options);
        let mut errors = session.findings();
        errors.retain(is_in_settings);
        if !errors.is_empty() {
            printer::findings_aside(&errors, &session.sources);
            bail!("`{CONFIGURATION_FILE}` has errors that must be fixed first");
        }
        Ok(session)
    }
}

/// Whether a finding is an error in the settings.
fn is_in_settings(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error && finding.span.file.as_str() == CONFIGURATION_FILE
}

impl SiteArguments {
    /// What the arguments ask of a compilation.
    pub(super) fn options(&self) -> Options {
        Options {
            today: today(self.folder.today),
            drafts: self.drafts,
            preview: self.preview,
            base_url: self.base_url.clone(),
            source_lines: false,
        }
    }
}

/// A site that is checked: what `build`, `check` and `publish` begin and end with.
pub(super) struct Run<'a> {
    pub(super) sources: Sources,
    pub(super) compiled: Compiled,
    pub(super) renderer: Renderer,
    pub(super) findings: Vec<Diagnostic>,
    /// Lines for the terminal that are no findings.
    pub(super) notices: Vec<String>,
    pub(super) arguments: &'a SiteArguments,
    named: NamedFiles,
    start: Instant,
}

impl<'a> Run<'a> {
    /// Opens the site and runs every rule; pages are not rendered yet. Only findings about `files` are reported, where any are
    /// named; `external` is how links to other sites are looked up.
    pub(super) fn open(
        arguments: &'a SiteArguments,
        files: &[PathBuf],
        external: Option<&ExternalArguments>,
    ) -> anyhow::Result<Self> {
        let start = Instant::now();
        let mut sources = disk::read(&arguments.folder.root)?;
        let read = |file| baseline::read(&arguments.folder.root, file, &mut sources);
        let baseline = arguments.baseline.as_deref().map(read).transpose()?;
        let named = NamedFiles::new(files, &arguments.folder.root, &sources)?;
        let compiled = compile::site(&sources, &arguments.options(), &mut Memo::default());
        let renderer = compiled.renderer();
        let mut findings = compiled.findings(&sources, &renderer);
        let mut notices = Vec::new();
        if let Some(how) = external {
            let found = external::look_up(how, &arguments.folder.root, &compiled.site, &named)?;
            findings.extend(found.diagnostics);
            notices.extend(found.notices);
        }
        let external = external.is_some();
        findings = compiled.settle(findings, external);
        if let Some(file) = baseline {
            let kept = report::baseline::apply(findings, &file, &sources, external);
            let kept = kept.map_err(|reason| anyhow!("`{file}` is not a baseline: {reason}"))?;
            findings = compile::settle(&compiled.site, kept);
        }
        Ok(Self { sources, compiled, renderer, findings, notices, arguments, named, start })
    }

    pub(super) fn site(&self) -> &Site {
        &self.compiled.site
    }

    /// Whether a finding fails the command.
    pub(super) fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity >= self.arguments.fail_on)
    }

    /// Renders views, and adds what fails in templates to the findings.
    pub(super) fn render(&mut self, views: Vec<View>, sink: &(dyn Fn(View, Output) + Sync)) {
        let progress = Progress::new("rendered", "files", views.len(), self.start);
        let failures = compile::pages(&self.renderer, views, &|view, output| {
            progress.increment();
            sink(view, output);
        });
        progress.finish();
        self.add(failures);
    }

    /// Adds what fails in templates to the findings, where nobody keeps the pages.
    pub(super) fn check_pages(&mut self) {
        let pages = self.renderer.pages().len();
        let progress = Progress::new("rendered", "files", pages, self.start);
        let failures = compile::check_pages(&self.renderer, &|| {
            progress.increment();
            true
        });
        progress.finish();
        self.add(failures.unwrap_or_default());
    }

    fn add(&mut self, failures: Vec<Diagnostic>) {
        self.findings.extend(compile::settle(&self.compiled.site, failures));
        Diagnostic::sort(&mut self.findings);
    }

    /// Reports the findings. `verb` is what a command that writes would have done: `built`.
    pub(super) fn report(&mut self, verb: Option<&str>) -> anyhow::Result<Outcome> {
        let named = &self.named;
        self.findings.retain(|finding| named.concern(finding));
        let failed = self.fails();
        let Self { findings, sources, arguments, .. } = &*self;
        printer::findings(findings, sources, arguments)?;
        self.notices().for_each(|notice| printer::notice(&notice));
        let pages = pages(self.site());
        let what = match verb {
            Some(verb) if !failed => format!("{verb} {pages}"),
            Some(_) => format!("nothing was written; checked {pages}"),
            None => format!("checked {pages}"),
        };
        if let (Format::Human, Some(counts)) = (arguments.format, report::human::counts(findings)) {
            printer::say(counts);
        }
        printer::done(&format!("{what}: {}", report::counts(findings)), self.start.elapsed());
        if let Some(file) = &arguments.summary {
            let seen = root::seen(&arguments.folder.root);
            let text = report::summary::report(&what, findings, sources, &seen);
            disk::append(&arguments.folder.root, file, &text)?;
        }
        Ok(match failed {
            true if findings.iter().any(is_in_settings) => Outcome::Failed,
            true => Outcome::Findings,
            false => Outcome::Clean,
        })
    }

    /// What is worth knowing besides the findings.
    fn notices(&self) -> impl Iterator<Item = String> {
        let site = self.site();
        let without_origin = site.base.origin().is_none() && site.options.base_url.is_none();
        let without_origin = without_origin.then(|| NO_BASE_URL.to_owned());
        self.notices.iter().cloned().chain(without_origin).chain(compile::notice(site))
    }

    /// Reports the findings and ends the program's work. The memory of a large site is left to the system: freeing it piece by
    /// piece takes time.
    pub(super) fn finish(mut self, verb: Option<&str>) -> anyhow::Result<Outcome> {
        let outcome = self.report(verb);
        std::mem::forget(self);
        outcome
    }
}

const NO_BASE_URL: &str = "`site.yaml` has no `base_url`: canonical URLs and what else needs an absolute URL are left out";

/// How many articles and section pages a site has, in words.
pub(super) fn pages(site: &Site) -> String {
    let sections = site.included().filter(|id| site.is_section_page(*id)).count();
    let articles = site.included().count() - sections;
    format!("{}, {}", plural(articles, "article"), plural(sections, "section page"))
}

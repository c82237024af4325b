//! `build` and `check`: one run, of which `check` leaves out the writing; and the same rendered for `publish`.

use std::path::{Path, absolute};

use anyhow::{Context, bail};

use super::arguments::{BuildArguments, CheckArguments, SiteArguments};
use super::images::Variants;
use super::publish::{Hashed, Rendered};
use super::session::Run;
use super::{Outcome, baseline, change, printer};
use crate::compile;
use crate::io::disk::{self, Staging};
use crate::output::Output;
use crate::render::outputs;
use crate::report;

pub(super) fn build(arguments: &BuildArguments) -> anyhow::Result<Outcome> {
    let root = &arguments.site.folder.root;
    disk::recover(root, printer::waiting)?;
    let mut run = Run::open(&arguments.site, &[], None)?;
    if run.fails() {
        run.check_pages();
    } else {
        let from_settings = || root.join(&run.site().configuration.output);
        let output = arguments.output.clone().unwrap_or_else(from_settings);
        write(&mut run, root, &output, arguments.nginx.as_deref())?;
    }
    run.finish(Some("built"))
}

/// Renders all pages into a new output, which takes the old one's place unless a template fails.
fn write(
    run: &mut Run<'_>,
    root: &Path,
    output: &Path,
    nginx: Option<&Path>,
) -> anyhow::Result<()> {
    if let Some(folder) = nginx {
        refuse_in_output(folder, output)?;
    }
    let staging = Staging::begin(root, output, printer::waiting)?;
    let variants = Variants::new(root);
    let sink = |file: Output| staging.write(file);
    let notices = variants.make_all(&run.renderer, &run.sources, &sink);
    run.notices.extend(notices);
    run.render(run.renderer.views(), &|_, page| sink(page));
    if run.fails() {
        staging.discard();
        return Ok(());
    }
    compile::files(run.site(), &run.sources).into_iter().for_each(sink);
    compile::search(&run.renderer, &sink);
    staging.commit()?;
    variants.prune(&run.renderer, &run.sources);
    let Some(folder) = nginx else { return Ok(()) };
    disk::make_folder(root, folder)?;
    for (name, text) in outputs::nginx(run.site()) {
        disk::write(root, &folder.join(name), &text)?;
    }
    Ok(())
}

/// Refuses a folder for nginx in the output: it would be published, and the next build would find files that are not its own.
fn refuse_in_output(folder: &Path, output: &Path) -> anyhow::Result<()> {
    let whole = |path: &Path| absolute(path).with_context(|| format!("`{}`", path.display()));
    if whole(folder)?.starts_with(whole(output)?) {
        bail!(
            "`{}` is in the output, and readers would get what is for nginx; name another folder with `--nginx`",
            folder.display()
        );
    }
    Ok(())
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
    let external = Some(&arguments.external).filter(|how| how.external);
    let files = &arguments.files;
    if arguments.write_baseline {
        // The findings that an earlier baseline holds belong into the new one too.
        let site = SiteArguments { baseline: None, ..arguments.site.clone() };
        let run = Run::open(&site, files, external)?;
        baseline::write(run.findings, &run.sources, &arguments.site)?;
        return Ok(Outcome::Clean);
    }
    if arguments.fix {
        change::fix(&arguments.site, files, arguments.dry_run)?;
        if arguments.dry_run {
            return Ok(Outcome::Clean);
        }
    }
    let mut run = Run::open(&arguments.site, files, external)?;
    run.check_pages();
    run.finish(None)
}

/// Checks and renders a site as `build` does, and writes nothing. Reports the findings; the outcome is that of the command
/// where they fail it.
pub(super) fn rendered(arguments: &SiteArguments) -> anyhow::Result<Result<Rendered, Outcome>> {
    let mut run = Run::open(arguments, &[], None)?;
    let variants = Variants::new(&arguments.folder.root);
    let hashed = Hashed::default();
    let notices = variants.make_all(&run.renderer, &run.sources, &|file| hashed.add(&file, None));
    run.notices.extend(notices);
    run.render(run.renderer.views(), &|view, page| hashed.add(&page, Some(view)));
    let outcome = run.report(None)?;
    if outcome != Outcome::Clean {
        return Ok(Err(outcome));
    }
    Ok(Ok(Rendered::new(run, variants, hashed)))
}

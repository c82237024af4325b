//! `--baseline` and `--write-baseline`: the findings that a site is allowed to keep.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::arguments::SiteArguments;
use super::printer;
use crate::diagnostic::{Diagnostic, Family, Severity};
use crate::io::disk;
use crate::path::SourcePath;
use crate::report::baseline;
use crate::source::{Content, File, Sources};
use crate::wording::plural;

/// The baseline's name beside `site.yaml`, unless another is named.
pub(super) const FILE: &str = "silcrow-baseline.txt";

/// Reads a baseline into the snapshot, so that findings can point into it, and returns its place there.
pub(super) fn read(root: &Path, file: &Path, sources: &mut Sources) -> anyhow::Result<SourcePath> {
    let text = disk::read_text(root, file)?;
    let path = SourcePath::new(&file.to_string_lossy().replace('\\', "/"));
    sources.insert(path.clone(), File::new(Content::Text(Arc::from(text))));
    Ok(path)
}

/// Removes the findings that are listed in the baseline. `external` is whether other sites were asked.
pub(super) fn apply(
    findings: Vec<Diagnostic>,
    file: &SourcePath,
    sources: &Sources,
    external: bool,
) -> anyhow::Result<Vec<Diagnostic>> {
    baseline::apply(findings, file, sources, external)
        .map_err(|reason| anyhow!(reason))
        .with_context(|| format!("`{file}` is not a baseline"))
}

/// Writes the findings as a baseline, and says so. A site with errors in templates cannot be published, so
/// a baseline holds none.
pub(super) fn write(
    findings: Vec<Diagnostic>,
    sources: &Sources,
    arguments: &SiteArguments,
) -> anyhow::Result<()> {
    let root = &arguments.root;
    let beside = || root.strip_prefix(".").unwrap_or(root).join(FILE);
    let file = arguments.baseline.clone().unwrap_or_else(beside);
    let is_kept = |finding: &Diagnostic| {
        finding.severity > Severity::Info && finding.rule.family != Family::Templates
    };
    let findings: Vec<_> = findings.into_iter().filter(is_kept).collect();
    disk::write(root, &file, &baseline::write(&findings, sources))?;
    let count = plural(findings.len(), "finding");
    printer::say(format_args!(
        "wrote {count} to `{}`; check with `--baseline {}`",
        file.display(),
        file.display()
    ));
    Ok(())
}

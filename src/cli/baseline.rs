//! `--baseline` and `--write-baseline`: the findings that a site is allowed to keep.

use std::path::Path;
use std::sync::Arc;

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

/// Reads a baseline into the snapshot, so that findings can point into it, and returns its path there.
pub(super) fn read(root: &Path, file: &Path, sources: &mut Sources) -> anyhow::Result<SourcePath> {
    let text = disk::read_text(root, file)?;
    let path = SourcePath::new(&file.to_string_lossy().replace('\\', "/"));
    sources.insert(path.clone(), File::new(Content::Text(Arc::from(text))));
    Ok(path)
}

/// Writes the findings as a baseline, and says so. A site with errors in templates cannot be published, so
/// a baseline holds none.
pub(super) fn write(
    mut findings: Vec<Diagnostic>,
    sources: &Sources,
    arguments: &SiteArguments,
) -> anyhow::Result<()> {
    let root = &arguments.folder.root;
    let beside = || root.strip_prefix(".").unwrap_or(root).join(FILE);
    let file = arguments.baseline.clone().unwrap_or_else(beside);
    findings.retain(|finding| {
        finding.severity > Severity::Info && finding.rule.family != Family::Templates
    });
    disk::write(root, &file, &baseline::write(&findings, sources))?;
    let (count, file) = (plural(findings.len(), "finding"), file.display());
    printer::say(format_args!("wrote {count} to `{file}`; check with `--baseline {file}`"));
    Ok(())
}

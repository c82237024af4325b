//! `check --fix`: applies the fixes that are sure to be right, until nothing is left to fix, and writes them all or none.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::arguments::SiteArguments;
use super::named_files::NamedFiles;
use super::printer;
use crate::compile::{self, Memo};
use crate::config::Options;
use crate::diagnostic::Diagnostic;
use crate::edit;
use crate::io::disk::{self, ChangedText, Changes};
use crate::path::SourcePath;
use crate::report::diff;
use crate::source::Sources;
use crate::wording::plural;

/// A fix can reveal another: a backslash, then the case of the path. More rounds than kinds of fixes are a cycle.
const ROUNDS: usize = 10;

/// Fixes the site, or only these files of it. A dry run only prints the difference.
pub(super) fn fix(
    arguments: &SiteArguments,
    files: &[PathBuf],
    dry_run: bool,
) -> anyhow::Result<()> {
    if !dry_run {
        disk::recover(&arguments.root, printer::waiting)?;
    }
    let before = disk::read(&arguments.root)?;
    let named = NamedFiles::new(files, &arguments.root, &before)?;
    let is_named = |finding: &Diagnostic| named.contain(&finding.span.file);
    let (after, fixed) = fixed(&before, &arguments.options(), &is_named);
    let texts = fixed.keys().filter_map(|path| Some((path, before.text(path)?, after.text(path)?)));
    let changed: Vec<(&SourcePath, &Arc<str>, &Arc<str>)> =
        texts.filter(|(_, old, new)| old != new).collect();
    let count = plural(fixed.values().sum(), "mistake");
    let within = plural(changed.len(), "file");
    if dry_run {
        let shown = changed.iter().map(|(path, old, new)| diff::unified(path.as_str(), old, new));
        printer::text(&shown.collect::<String>())?;
        printer::say(format_args!("would fix {count} in {within}"));
        return Ok(());
    }
    if changed.is_empty() {
        printer::say("there is nothing to fix");
        return Ok(());
    }
    let texts =
        changed.iter().map(|(path, old, new)| ChangedText::new(before.spelling(path), old, new));
    disk::change(&arguments.root, &Changes::new(Vec::new(), texts.collect()), printer::waiting)?;
    printer::say(format_args!("fixed {count} in {within}"));
    Ok(())
}

/// The sources with every fix applied, and how many each file has.
fn fixed(
    before: &Sources,
    options: &Options,
    is_named: &dyn Fn(&Diagnostic) -> bool,
) -> (Sources, BTreeMap<SourcePath, usize>) {
    let mut sources = before.clone();
    let mut counts: BTreeMap<SourcePath, usize> = BTreeMap::new();
    let mut memo = Memo::default();
    for _ in 0..ROUNDS {
        let compiled = compile::site(&sources, options, &mut memo);
        let mut findings = compiled.all_findings(&sources);
        findings.retain(|finding| is_named(finding));
        let fixes = edit::fixes(&findings, &sources);
        if fixes.is_empty() {
            break;
        }
        for (path, (text, count)) in fixes {
            sources.set_text(&path, text);
            *counts.entry(path).or_default() += count;
        }
    }
    (sources, counts)
}

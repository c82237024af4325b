//! `check --fix`: applies the fixes that are sure to be right, until nothing is left to fix, and writes them all or none.

use std::path::PathBuf;

use super::arguments::SiteArguments;
use super::named_files::NamedFiles;
use super::{printer, session};
use crate::compile::{self, Memo};
use crate::config::Options;
use crate::diagnostic::Diagnostic;
use crate::edit;
use crate::io::disk;
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
    let (after, count) = fixed(&before, &arguments.options(), &is_named);
    let changed = edit::changed_texts(&before, &after, Clone::clone);
    let count = plural(count, "mistake");
    let within = plural(changed.len(), "file");
    if dry_run {
        let difference =
            |text: &edit::ChangedText| diff::unified(text.path.as_str(), &text.old, &text.new);
        printer::text(&changed.iter().map(difference).collect::<String>())?;
        printer::say(format_args!("would fix {count} in {within}"));
        return Ok(());
    }
    if changed.is_empty() {
        printer::say("there is nothing to fix");
        return Ok(());
    }
    session::write_texts(&arguments.root, &before, &changed)?;
    printer::say(format_args!("fixed {count} in {within}"));
    Ok(())
}

/// The sources with every fix applied, and how many there are.
fn fixed(
    before: &Sources,
    options: &Options,
    is_named: &dyn Fn(&Diagnostic) -> bool,
) -> (Sources, usize) {
    let (mut sources, mut count) = (before.clone(), 0);
    let mut memo = Memo::default();
    for _ in 0..ROUNDS {
        let compiled = compile::site(&sources, options, &mut memo);
        let mut findings = compiled.all_findings(&sources);
        findings.retain(|finding| is_named(finding));
        let fixes = edit::fixes(&findings, &sources);
        if fixes.is_empty() {
            break;
        }
        count += fixes.len();
        sources = edit::edited(&sources, fixes.iter().flat_map(|fix| &fix.edits));
    }
    (sources, count)
}

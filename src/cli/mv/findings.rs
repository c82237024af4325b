//! What `check` says after a change that it did not say before.

use std::collections::BTreeMap;

use anyhow::bail;

use crate::cli::printer;
use crate::compile::Compiled;
use crate::diagnostic::{Diagnostic, Family, Severity};
use crate::path::SourcePath;
use crate::source::Sources;

/// The site after a change is worse by none of the rules' errors; of a new warning the writer is told. `moved` is where a source
/// is after the change.
///
/// # Errors
///
/// With the first error that is new.
pub(super) fn compare(
    before: (&Compiled, &Sources),
    after: (&Compiled, &Sources),
    moved: &dyn Fn(&SourcePath) -> SourcePath,
) -> anyhow::Result<()> {
    let mut known: BTreeMap<(&str, SourcePath), usize> = BTreeMap::new();
    for finding in found(before) {
        *known.entry((finding.rule.name, moved(&finding.span.file))).or_default() += 1;
    }
    for finding in found(after) {
        let Diagnostic { rule, message, span, .. } = &finding;
        if let Some(count) =
            known.get_mut(&(rule.name, span.file.clone())).filter(|count| **count > 0)
        {
            *count -= 1;
            continue;
        }
        let said =
            format!("`silcrow check` would say of `{}`: {message} ({})", span.file, rule.name);
        match finding.severity {
            // That every address and id is kept was seen to; what had vanished before may be told of in other words.
            Severity::Error if rule.family != Family::History => {
                bail!("after that, {said}; nothing was changed")
            }
            Severity::Error | Severity::Warning => printer::notice(&format!("now {said}")),
            Severity::Info | Severity::Off => {}
        }
    }
    Ok(())
}

fn found((compiled, sources): (&Compiled, &Sources)) -> Vec<Diagnostic> {
    compiled.all_findings(sources)
}

//! Settings that are wrong, for every verb alike: nothing that is found with them can be relied on. Their errors are shown
//! as findings, and the verb does not run.

use anyhow::bail;

use super::printer;
use crate::compile::Compiled;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::CONFIGURATION_FILE;
use crate::source::Sources;

/// Whether a finding is an error in the settings.
pub(super) fn is_wrong(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error && finding.span.file.as_str() == CONFIGURATION_FILE
}

/// The errors that `check` finds in a site, for verbs whose standard output is for something else.
///
/// # Errors
///
/// When some of them are in the settings; these are shown.
pub(super) fn errors(compiled: &Compiled, sources: &Sources) -> anyhow::Result<Vec<Diagnostic>> {
    let findings = compiled.findings(sources, &compiled.renderer());
    let mut errors = compiled.settle(findings, false);
    errors.retain(|finding| finding.severity == Severity::Error);
    let (in_settings, elsewhere): (Vec<_>, Vec<_>) = errors.into_iter().partition(is_wrong);
    if in_settings.is_empty() {
        return Ok(elsewhere);
    }
    printer::findings_aside(&in_settings, sources);
    bail!("`{CONFIGURATION_FILE}` has to be put right first");
}

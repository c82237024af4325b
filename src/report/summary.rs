//! Findings as Markdown, for the page that CI shows of a job.

use super::markdown::{LONGEST_SUMMARY, code, fill, message};
use super::{Positions, Root, by_severity, counts};
use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use crate::wording::plural;

/// How many findings are listed. The page is for people.
const LISTED: usize = 50;

/// What was done, how many findings there are, and the first of them, errors before others.
pub fn report(what: &str, diagnostics: &[Diagnostic], sources: &Sources, root: &Root) -> String {
    let mut text = format!("## silcrow\n\n{what}: {}\n", counts(diagnostics));
    if diagnostics.is_empty() {
        return text;
    }
    text.push_str("\n| severity | rule | place | finding |\n|---|---|---|---|\n");
    let positions = Positions::with_root(sources, root);
    let rows = by_severity(diagnostics).into_iter().take(LISTED).map(|finding| {
        let (severity, rule) = (finding.severity.name(), finding.rule.name);
        let (place, message) = (code(&positions.start(&finding.span)), message(&finding.message));
        format!("| {severity} | `{rule}` | {place} | {message} |\n")
    });
    let listed = fill(&mut text, rows, LONGEST_SUMMARY);
    if diagnostics.len() > listed {
        let more = plural(diagnostics.len() - listed, "more finding");
        text.push_str(&format!("\nAnd {more}.\n"));
    }
    text
}

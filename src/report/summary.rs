//! Findings as Markdown, for the page that CI shows of a job.

use std::cmp::Reverse;

use super::markdown::{LONGEST_SUMMARY, code, message};
use super::{Counts, Positions, Root};
use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use crate::wording::plural;

/// How many findings are listed. The page is for people.
const LISTED: usize = 50;

/// What was done, how many findings there are, and the first of them, errors before others.
pub fn report(
    what: &str,
    diagnostics: &[Diagnostic],
    (sources, root): (&Sources, &Root),
) -> String {
    let mut text = format!("## silcrow\n\n{what}: {}\n", Counts::of(diagnostics).text());
    if diagnostics.is_empty() {
        return text;
    }
    text.push_str("\n| severity | rule | place | finding |\n|---|---|---|---|\n");
    let mut findings: Vec<_> = diagnostics.iter().collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let positions = Positions::with_root(sources, root);
    let mut listed = 0;
    for finding in findings.into_iter().take(LISTED) {
        let (start, _) = positions.of(&finding.span);
        let place =
            format!("{}:{}:{}", positions.path(&finding.span.file), start.line, start.column);
        let (severity, rule) = (finding.severity.name(), finding.rule.name);
        let row = format!(
            "| {severity} | `{rule}` | {} | {} |\n",
            code(&place),
            message(&finding.message)
        );
        if text.len() + row.len() > LONGEST_SUMMARY {
            break;
        }
        text.push_str(&row);
        listed += 1;
    }
    if diagnostics.len() > listed {
        let more = plural(diagnostics.len() - listed, "more finding");
        text.push_str(&format!("\nAnd {more}.\n"));
    }
    text
}

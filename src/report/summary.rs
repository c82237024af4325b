//! Findings as Markdown, for the page that CI shows of a job.

use super::{Counts, Positions, Root, plural};
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// How many findings are listed. The page is for people, and hosts take a megabyte at most.
const LISTED: usize = 50;

/// What was done, how many findings there are, and the first of them.
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
    let mut positions = Positions::new(sources);
    for finding in diagnostics.iter().take(LISTED) {
        let (start, _) = positions.of(&finding.span);
        let place = format!("{}:{}:{}", root.path(&finding.span.file), start.line, start.column);
        let cells = [
            finding.severity.name().to_owned(),
            format!("`{}`", finding.rule.name),
            format!("`{place}`"),
            cell(&finding.message),
        ];
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    if diagnostics.len() > LISTED {
        let more = plural(diagnostics.len() - LISTED, "more finding");
        text.push_str(&format!("\nAnd {more}.\n"));
    }
    text
}

/// A text within a table.
fn cell(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.join(" ").replace('|', "\\|").replace('<', "&lt;")
}

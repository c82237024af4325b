//! Findings as commands of GitHub Actions, which shows each as an annotation at its line.

use super::{Positions, Root, by_severity};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

/// The findings, one a line. GitHub shows ten annotations of a level for each step, so errors come first, whatever files
/// they are in; then warnings, then notices.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, root: &Root) -> String {
    let positions = Positions::with_root(sources, root);
    by_severity(diagnostics).into_iter().map(|finding| command(finding, &positions)).collect()
}

fn command(finding: &Diagnostic, positions: &Positions<'_>) -> String {
    let command = match finding.severity {
        Severity::Info | Severity::Off => "notice",
        severity => severity.name(),
    };
    format!(
        "::{command} file={}{},title={}::{}\n",
        property(&positions.path(&finding.span.file)),
        place(finding, positions),
        property(finding.rule.name),
        data(&positions.full_text(finding)),
    )
}

/// Lines and columns; nothing for the file as a whole.
fn place(finding: &Diagnostic, positions: &Positions<'_>) -> String {
    let Some((start, end)) = positions.place(&finding.span) else { return String::new() };
    if start.line == end.line {
        // GitHub does not say whether `endColumn` is part of the place. It takes ends like ours, one after the last
        // character: linters whose ends are such hand them on, and for an empty place the two are equal, which the
        // runner allows, while an end before the start makes it drop both.
        let (line, from, to) = (start.line, start.column, end.column);
        return format!(",line={line},endLine={line},col={from},endColumn={to}");
    }
    // The runner drops columns where lines differ. A place that ends before the first character of a line has nothing
    // of that line.
    let last = if end.column == 1 { end.line - 1 } else { end.line };
    format!(",line={},endLine={last}", start.line)
}

/// Text as the runner takes it after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text as the runner takes it between `,` and `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{Root, report};
    use crate::diagnostic::{Diagnostic, MISSING_PAGE, ONE_WAY_RELATED, Severity, WIKILINK};
    use crate::report::tests::sources;
    use crate::source::Span;

    #[test]
    fn errors_come_first_and_what_ends_a_command_is_escaped() {
        let (file, sources) = sources("content/50%,a:b.md", "one\r\ntwo\n");
        let finding = |rule, range, message: &str, severity| {
            let finding = Diagnostic::new(rule, Span::new(&file, range), message);
            Diagnostic { severity, ..finding }
        };
        let findings = [
            finding(&ONE_WAY_RELATED, 0..1, "info", Severity::Info),
            finding(&WIKILINK, 0..0, "the file", Severity::Warning),
            finding(&WIKILINK, 0..6, "two lines", Severity::Warning),
            finding(&WIKILINK, 0..5, "one line and its end", Severity::Warning),
            finding(&MISSING_PAGE, 5..8, "100%: a,\r\n::error::b", Severity::Error)
                .help("x")
                .relate(Span::new(&file, 1..2), "here"),
        ];
        let path = "site/content/50%25%2Ca%3Ab.md";
        assert_eq!(
            report(&findings, &sources, &Root::new("site")),
            format!(
                "::error file={path},line=2,endLine=2,col=1,endColumn=4,title=missing-page::100%25: a,%0D%0A::error::b%0Ahelp: x%0Anote: here: site/content/50%25,a:b.md:1:2
::warning file={path},title=wikilink::the file
::warning file={path},line=1,endLine=2,title=wikilink::two lines
::warning file={path},line=1,endLine=1,title=wikilink::one line and its end
::notice file={path},line=1,endLine=1,col=1,endColumn=2,title=one-way-related::info
"
            )
        );
        assert_eq!(report(&[], &sources, &Root::default()), "");
    }
}

//! Findings as JUnit XML, which every CI service shows as test results.
//!
//! A suite is a file, because people fix findings file by file. A finding is a test case: failed when
//! it fails the run, else skipped, because a passed test that reports a problem would be misread. Services
//! know a test again by class and name, so names hold no line: they are rule and message, numbered where they are alike.
//! There are no times: the same sites have the same report.

use std::collections::BTreeMap;

use super::{Positions, Root};
use crate::diagnostic::{Diagnostic, Severity};
use crate::html;
use crate::source::Sources;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The report of a run without findings, so that a service shows that there was one.
const CLEAN: &str =
    "  <testsuite name=\"silcrow\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">
    <testcase classname=\"silcrow\" name=\"nothing is wrong\"/>
  </testsuite>
";

/// The findings as one document. Those from `limit` on fail the run.
pub fn report(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    root: &Root,
    limit: Severity,
) -> String {
    let positions = Positions::with_root(sources, root);
    let failures = failures(diagnostics, limit);
    let tests = diagnostics.len().max(1);
    let suites = diagnostics.chunk_by(|one, next| one.span.file == next.span.file);
    let suites: String = suites.map(|findings| suite(findings, limit, &positions)).collect();
    let suites = if diagnostics.is_empty() { CLEAN } else { &suites };
    format!(
        "{HEAD}<testsuites name=\"silcrow\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

/// The findings of one file.
fn suite(findings: &[Diagnostic], limit: Severity, positions: &Positions<'_>) -> String {
    let file = findings.first().map(|finding| positions.path(&finding.span.file));
    let file = attribute(&file.unwrap_or_default());
    let (tests, failures) = (findings.len(), failures(findings, limit));
    let skipped = tests - failures;
    let mut output = format!(
        "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">\n"
    );
    let mut names = BTreeMap::new();
    for finding in findings {
        let count = names.entry((finding.rule.name, &finding.message)).or_insert(0);
        *count += 1;
        let number = if *count > 1 { format!(" ({count})") } else { String::new() };
        let name = attribute(&format!("{}: {}{number}", finding.rule.name, finding.message));
        output.push_str(&format!(
            "    <testcase classname=\"{file}\" name=\"{name}\">\n      {}\n    </testcase>\n",
            verdict(finding, limit, positions)
        ));
    }
    output + "  </testsuite>\n"
}

fn failures(diagnostics: &[Diagnostic], limit: Severity) -> usize {
    diagnostics.iter().filter(|finding| finding.severity >= limit).count()
}

/// How the test case ended, with all that is known of the finding.
fn verdict(finding: &Diagnostic, limit: Severity, positions: &Positions<'_>) -> String {
    let (place, severity) = (positions.short(&finding.span), finding.severity.name());
    let content = format!("{place}: {severity}: {}", positions.full_text(finding));
    let content = escaped(&content).replace('\r', "&#13;");
    if finding.severity < limit {
        return format!("<skipped>{content}</skipped>");
    }
    let (rule, message) = (finding.rule.name, attribute(&finding.message));
    format!("<failure type=\"{rule}\" message=\"{message}\">{content}</failure>")
}

/// Text for an attribute. A parser makes a space of a line break that is not written as a reference.
fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;")
}

/// Text with a replacement character for each that XML cannot hold, so that a report shows that there was one.
fn escaped(text: &str) -> String {
    html::escape(&html::for_xml(text, "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::{Root, Severity, report};
    use crate::diagnostic::{Diagnostic, MISSING_PAGE, WIKILINK};
    use crate::report::tests::sources;
    use crate::source::Span;

    #[test]
    fn what_fails_the_run_fails_and_the_rest_is_skipped() {
        let (file, sources) = sources("content/a.md", "one\ntwo\n");
        let finding =
            |rule, range| Diagnostic::new(rule, Span::new(&file, range), "no `<b>`\n\0 & \"c\"");
        let findings = [
            finding(&MISSING_PAGE, 0..3).help("]]>\r"),
            finding(&MISSING_PAGE, 4..7).relate(Span::new(&file, 1..2), "here"),
            finding(&WIKILINK, 4..7),
        ];
        let name = |rule| {
            format!(
                "classname=\"x/content/a.md\" name=\"{rule}: no `&lt;b&gt;`&#10;\u{fffd} &amp; &quot;c&quot;"
            )
        };
        let failure = "<failure type=\"missing-page\" message=\"no `&lt;b&gt;`&#10;\u{fffd} &amp; &quot;c&quot;\">";
        let text = "no `&lt;b&gt;`\n\u{fffd} &amp; &quot;c&quot;";
        let expected = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"silcrow\" tests=\"3\" failures=\"2\" errors=\"0\">
  <testsuite name=\"x/content/a.md\" tests=\"3\" failures=\"2\" errors=\"0\" skipped=\"1\">
    <testcase {}\">
      {failure}x/content/a.md:1:1: error: {text}\nhelp: ]]&gt;&#13;</failure>
    </testcase>
    <testcase {} (2)\">
      {failure}x/content/a.md:2:1: error: {text}\nnote: here: x/content/a.md:1:2</failure>
    </testcase>
    <testcase {}\">
      <skipped>x/content/a.md:2:1: warning: {text}</skipped>
    </testcase>
  </testsuite>
</testsuites>
",
            name("missing-page"),
            name("missing-page"),
            name("wikilink")
        );
        assert_eq!(report(&findings, &sources, &Root::new("x"), Severity::Error), expected);
        let strict = report(&findings, &sources, &Root::new("x"), Severity::Warning);
        assert!(strict.contains("failures=\"3\"") && !strict.contains("<skipped>"), "{strict}");
    }

    #[test]
    fn a_clean_run_has_a_test_that_passed() {
        let (_, sources) = sources("content/a.md", "");
        let text = report(&[], &sources, &Root::default(), Severity::Error);
        assert!(
            text.contains("tests=\"1\" failures=\"0\"") && text.contains("<testcase "),
            "{text}"
        );
    }
}

//! Findings for the panel that the dev server shows in the browser: those of the page first, each with the line it is on.

use std::ops::Range;

use serde_json::{Value, json};

use super::{Positions, counts};
use crate::diagnostic::Diagnostic;
use crate::path::SourcePath;
use crate::source::{LineIndex, Sources};

/// How many findings of the page, and of the rest of the site, are listed at most. More would not be read in a browser.
const MOST: usize = 50;

/// How much of a line is shown, in characters, before a finding and in all.
const BEFORE: usize = 60;
const LONGEST: usize = 160;

/// The panel of the page that is made from `page`, with what the dev server itself fails at.
pub fn panel<'a>(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    page: Option<&SourcePath>,
    failures: impl IntoIterator<Item = &'a String>,
) -> Value {
    let (own, others): (Vec<_>, Vec<_>) =
        diagnostics.iter().partition(|finding| Some(&finding.span.file) == page);
    let positions = Positions::new(sources);
    let listed = |findings: &[&Diagnostic]| -> Value {
        findings.iter().take(MOST).map(|one| finding(one, sources, &positions)).collect()
    };
    let more = own.len().saturating_sub(MOST) + others.len().saturating_sub(MOST);
    json!({
        "page": listed(&own),
        "site": listed(&others),
        "counts": counts(diagnostics),
        "more": more,
        "failures": failures.into_iter().collect::<Vec<_>>(),
    })
}

/// A finding with the line that it is on. The file's path is as the file system spells it.
fn finding(finding: &Diagnostic, sources: &Sources, positions: &Positions<'_>) -> Value {
    let file = &finding.span.file;
    let (start, _) = positions.of(&finding.span);
    let place = positions.place(&finding.span);
    json!({
        "severity": finding.severity.name(),
        "rule": finding.rule.name,
        "message": finding.message,
        "help": finding.help,
        "file": sources.spelling(file),
        "line": start.line,
        "column": start.column,
        "excerpt": place.map(|_| excerpt(&positions.lines(file), finding.span.range())),
    })
}

/// The line that a place begins on, cut where it is long: before what is wrong, what is wrong, and after it.
fn excerpt(lines: &LineIndex<'_>, place: Range<usize>) -> [String; 3] {
    let end = lines.range(lines.line(place.start)).end.min(place.end);
    let found = super::excerpt::excerpt(lines, place.start..end, LONGEST + 1);
    let before = &found.text[..found.range.start];
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let mark = if skipped > 0 { "…" } else { "" };
    let before = before.chars().skip(skipped);
    let cut = |text: &str| match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    let after = found.text[found.range.end..].trim_end();
    [mark.chars().chain(before).collect(), cut(&found.text[found.range]), cut(after)]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::panel;
    use crate::diagnostic::{Diagnostic, MISSING_PAGE};
    use crate::path::SourcePath;
    use crate::report::tests::sources;
    use crate::source::Span;

    #[test]
    fn the_findings_of_the_page_come_first_with_the_line_they_are_on() {
        let text = format!("\u{feff}one\r\n{} [ü](gone.md) tail\r\nthree", "long ".repeat(30));
        let (file, sources) = sources("content/a.md", &text);
        let start = text.find("gone").expect("it is there");
        let own = Diagnostic::new(&MISSING_PAGE, Span::new(&file, start..start + 7), "own");
        let other = Span::file(&SourcePath::new("content/b.md"));
        let other = Diagnostic::new(&MISSING_PAGE, other, "other");
        let found = [other.clone(), own.clone()];
        let shown = |found: &[Diagnostic]| panel(found, &sources, Some(&file), []);
        let length = |list: &Value| list.as_array().map_or(0, Vec::len);
        let panel = shown(&found);
        assert_eq!((length(&panel["page"]), length(&panel["site"])), (1, 1));
        assert_eq!(panel["more"], 0);
        let excerpt = &panel["page"][0]["excerpt"];
        let before = excerpt[0].as_str().expect("it is in a text");
        assert!(before.starts_with('…') && before.ends_with(" [ü]("), "{before}");
        assert_eq!((&excerpt[1], &excerpt[2]), (&json!("gone.md"), &json!(") tail")));
        assert!(panel["site"][0]["excerpt"].is_null());
        let many = vec![other; 70];
        let panel = shown(&many);
        assert_eq!((length(&panel["site"]), &panel["more"]), (50, &json!(20)));
        assert_eq!(panel["counts"], "70 errors, 0 warnings");
    }
}

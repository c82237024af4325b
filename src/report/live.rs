//! Findings for the panel that the dev server shows in the browser: those of the page first, each with the line it is on.

use std::ops::Range;

use serde::Serialize;

use super::{Counts, Positions};
use crate::diagnostic::Diagnostic;
use crate::path::SourcePath;
use crate::source::{LineIndex, Sources, Span};

/// How many findings of the page, and of the rest of the site, are listed at most. More would not be read in a browser.
const MOST: usize = 50;

/// How much of a line is shown, in characters, before a finding and in all.
const BEFORE: usize = 60;
const LONGEST: usize = 160;

/// What the panel shows.
#[derive(Debug, Serialize)]
pub struct Panel<'a> {
    /// Findings in the page's own source, the first of them.
    page: Vec<Finding<'a>>,
    /// Findings elsewhere, the first of them.
    site: Vec<Finding<'a>>,
    /// How many there are in all, in words.
    counts: String,
    /// How many are not listed.
    more: usize,
    /// What the dev server itself fails at.
    failures: Vec<&'a str>,
}

impl<'a> Panel<'a> {
    /// The panel, with what the dev server itself fails at.
    #[must_use]
    pub fn with_failures(mut self, failures: impl IntoIterator<Item = &'a String>) -> Self {
        self.failures = failures.into_iter().map(String::as_str).collect();
        self
    }
}

#[derive(Debug, Serialize)]
struct Finding<'a> {
    severity: &'a str,
    rule: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    /// The file's path below the root, as the file system spells it.
    file: &'a str,
    line: u32,
    column: u32,
    excerpt: Option<Excerpt>,
}

/// A line, in three parts: before what is wrong, what is wrong, and after it.
#[derive(Debug, Serialize)]
struct Excerpt(String, String, String);

/// The panel of the page that is made from `page`.
pub fn panel<'a>(
    diagnostics: &'a [Diagnostic],
    sources: &'a Sources,
    page: Option<&SourcePath>,
) -> Panel<'a> {
    let (own, others): (Vec<_>, Vec<_>) =
        diagnostics.iter().partition(|finding| Some(&finding.span.file) == page);
    let positions = Positions::new(sources);
    let shown = |findings: &[&'a Diagnostic]| -> Vec<Finding<'a>> {
        findings.iter().take(MOST).map(|shown| finding(shown, sources, &positions)).collect()
    };
    let (page, site) = (shown(&own), shown(&others));
    let more = diagnostics.len() - page.len() - site.len();
    Panel { page, site, counts: Counts::of(diagnostics).text(), more, failures: Vec::new() }
}

fn finding<'a>(
    finding: &'a Diagnostic,
    sources: &'a Sources,
    positions: &Positions<'a>,
) -> Finding<'a> {
    let Span { file, .. } = &finding.span;
    let (start, _) = positions.of(&finding.span);
    let place = positions.place(&finding.span);
    Finding {
        severity: finding.severity.name(),
        rule: finding.rule.name,
        message: &finding.message,
        help: finding.help.as_deref(),
        file: sources.spelling(file),
        line: start.line,
        column: start.column,
        excerpt: place.map(|_| excerpt(&positions.lines(file), finding.span.range())),
    }
}

/// The line that a place begins on, cut where it is long.
fn excerpt(lines: &LineIndex<'_>, place: Range<usize>) -> Excerpt {
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
    Excerpt(mark.chars().chain(before).collect(), cut(&found.text[found.range]), cut(after))
}

#[cfg(test)]
mod tests {
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
        let shown = panel(&found, &sources, Some(&file));
        assert_eq!((shown.page.len(), shown.site.len(), shown.more), (1, 1, 0));
        let excerpt = shown.page[0].excerpt.as_ref().expect("it is in a text");
        assert!(excerpt.0.starts_with('…') && excerpt.0.ends_with(" [ü]("), "{excerpt:?}");
        assert_eq!((&*excerpt.1, &*excerpt.2), ("gone.md", ") tail"));
        assert!(shown.site[0].excerpt.is_none());
        let many = vec![other; 70];
        let shown = panel(&many, &sources, Some(&file));
        assert_eq!(
            (shown.site.len(), shown.more, &*shown.counts),
            (50, 20, "70 errors, 0 warnings")
        );
    }
}

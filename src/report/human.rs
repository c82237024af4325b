//! Findings as rustc shows them: an excerpt, carets under the exact place, and one line of help; and how many there are of
//! each rule.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::Positions;
use super::excerpt::{self, Excerpt};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{Sources, Span};
use crate::wording::plural;

/// How many characters before and after a place are handed to the renderer, which shows 140 columns.
const AROUND: usize = 160;

/// The findings, an empty line after each. Colours are for a terminal.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let positions = Positions::new(sources);
    let mut output = String::new();
    for finding in diagnostics {
        output.push_str(renderer.render(&[group(finding, &positions)]).trim_end());
        output.push_str("\n\n");
    }
    output
}

/// How wide the counts are, and how many lines they take at most.
const WIDTH: usize = 100;
const LINES: usize = 4;

/// How many findings there are of each rule, the most frequent first; nothing where one finding says it all.
pub fn counts(diagnostics: &[Diagnostic]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in diagnostics {
        *counts.entry(finding.rule.name).or_default() += 1;
    }
    let mut ordered: Vec<_> = counts.into_iter().collect();
    ordered.sort_by_key(|(_, count)| Reverse(*count));
    (diagnostics.len() > 1).then(|| wrapped(&ordered))
}

/// Counts in as many lines as there may be; where those are too few, the last ones as one sum.
fn wrapped(counts: &[(&str, usize)]) -> String {
    let lines = |named: usize| {
        let (named, others) = counts.split_at(named);
        let sum: usize = others.iter().map(|(_, count)| count).sum();
        let others = (sum > 0).then(|| format!("{sum} of {} other rules", others.len()));
        let named = named.iter().map(|(rule, count)| format!("{count} {rule}"));
        filled(&named.chain(others).collect::<Vec<_>>())
    };
    // To sum up a single rule is no shorter than to name it.
    let named = (0..=counts.len()).rev().filter(|named| named + 1 != counts.len());
    named.map(lines).find(|lines| lines.len() <= LINES).unwrap_or_default().join("\n")
}

/// Items in as few lines as they fit in, with commas between them.
fn filled(items: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let comma = usize::from(index + 1 < items.len());
        match lines.last_mut() {
            Some(line) if line.len() + 2 + item.len() + comma <= WIDTH => {
                *line += &format!(", {item}");
            }
            line => {
                line.into_iter().for_each(|line| line.push(','));
                lines.push(item.clone());
            }
        }
    }
    lines
}

fn group<'a>(finding: &'a Diagnostic, positions: &Positions<'a>) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Off => Level::INFO,
    };
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.name);
    let own = place(&finding.span, AnnotationKind::Primary, None, positions);
    let related = finding.related.iter().map(|Label { span, message }| {
        place(span, AnnotationKind::Context, Some(message), positions)
    });
    let pages = finding.pages.map(|pages| format!("shows on {}", plural(pages, "page")));
    let pages = pages.map(|pages| Level::NOTE.message(pages));
    let help = finding.help.as_ref().map(|help| Level::HELP.message(help));
    Group::with_title(title).element(own).elements(related).elements(pages).elements(help)
}

/// The lines of a span with a mark at it; its file alone where the span is all of it, or the file has no text.
fn place<'a>(
    span: &'a Span,
    kind: AnnotationKind,
    label: Option<&'a str>,
    positions: &Positions<'a>,
) -> Element<'a> {
    let (lines, path) = (positions.lines(&span.file), span.file.as_str());
    if lines.text().is_empty() || span.end == 0 {
        return Origin::path(path).into();
    }
    let Excerpt { text, first_line, range } = excerpt::excerpt(&lines, span.range(), AROUND);
    let annotation = kind.span(range).label(label);
    Snippet::source(text).path(path).line_start(first_line).annotation(annotation).into()
}

#[cfg(test)]
mod tests {
    use super::{LINES, WIDTH, counts, wrapped};
    use crate::diagnostic::{Diagnostic, MISSING_ANCHOR, MISSING_PAGE, PATH_CASE, RULES, Rule};
    use crate::path::SourcePath;
    use crate::source::Span;

    #[test]
    fn the_most_frequent_rule_comes_first_and_ties_go_by_name() {
        let span = Span::file(&SourcePath::new("content/a.md"));
        let finding = |rule: &'static Rule| Diagnostic::new(rule, span.clone(), "");
        let found = [&PATH_CASE, &MISSING_PAGE, &MISSING_ANCHOR, &MISSING_PAGE].map(finding);
        let text = counts(&found);
        assert_eq!(text.as_deref(), Some("2 missing-page, 1 missing-anchor, 1 path-case"));
        assert_eq!((counts(&found[..1]), counts(&[])), (None, None));
        assert_eq!(counts(&[&MISSING_PAGE; 2].map(finding)).as_deref(), Some("2 missing-page"));
    }

    #[test]
    fn counts_of_all_rules_fit_and_leave_none_out() {
        let rules: Vec<_> = RULES.iter().map(|rule| (rule.name, 1_000)).collect();
        for length in 1..=rules.len() {
            let text = wrapped(&rules[..length]);
            let widths = text.lines().map(str::len);
            assert!(text.lines().count() <= LINES && widths.max() <= Some(WIDTH), "{text}");
            let numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
            let is_number_of_rules = |number: &usize| *number < 1_000;
            let (rest, counts): (Vec<usize>, Vec<usize>) = numbers.partition(is_number_of_rules);
            assert_eq!(counts.iter().sum::<usize>(), length * 1_000, "{text}");
            assert!(rest.len() <= 1 && rest != [1], "{text}");
        }
    }
}

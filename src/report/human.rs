//! Findings as rustc shows them: an excerpt, carets under the exact place, and one line of help; and how many there are of
//! each rule.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

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

/// Counts in as many lines as there may be.
fn wrapped(counts: &[(&str, usize)]) -> String {
    let mut lines = vec![String::new()];
    for (index, (rule, count)) in counts.iter().enumerate() {
        let item = format!("{count} {rule}");
        let is_last_line = lines.len() == LINES;
        // After what is added there has to be room for a comma, or in the last line for all that is left.
        let reserved = if is_last_line { rest(&counts[index + 1..]).len() } else { 1 };
        let line = lines.last_mut().expect("there is a line");
        if line.is_empty() {
            *line = item;
        } else if line.len() + 2 + item.len() + reserved <= WIDTH {
            line.push_str(&format!(", {item}"));
        } else if is_last_line {
            line.push_str(&rest(&counts[index..]));
            break;
        } else {
            line.push(',');
            lines.push(item);
        }
    }
    lines.join("\n")
}

/// What the last line ends with: one rule, or how many findings of how many rules it does not name.
fn rest(counts: &[(&str, usize)]) -> String {
    match counts {
        [] => String::new(),
        [(rule, count)] => format!(", {count} {rule}"),
        _ => {
            let sum: usize = counts.iter().map(|(_, count)| count).sum();
            format!(", {sum} of {} other rules", counts.len())
        }
    }
}

fn group<'a>(finding: &'a Diagnostic, positions: &Positions<'a>) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Off => Level::INFO,
    };
    let mut group =
        Group::with_title(level.primary_title(finding.message.as_str()).id(finding.rule.name));
    group = match excerpt(&finding.span, positions) {
        Some((snippet, range)) => {
            group.element(snippet.annotation(AnnotationKind::Primary.span(range)))
        }
        None => group.element(Origin::path(finding.span.file.as_str())),
    };
    for Label { span, message } in &finding.related {
        group = match excerpt(span, positions) {
            Some((snippet, range)) => group
                .element(snippet.annotation(AnnotationKind::Context.span(range).label(message))),
            None => group.element(Origin::path(span.file.as_str())),
        };
    }
    if let Some(pages) = finding.pages {
        group = group.element(Level::NOTE.message(format!("shows on {}", plural(pages, "page"))));
    }
    match &finding.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}
/// The lines of a span, and its range in them; nothing where it is the file as a whole, or the file has no text.
fn excerpt<'a>(
    span: &'a Span,
    positions: &Positions<'a>,
) -> Option<(Snippet<'a, Annotation<'a>>, Range<usize>)> {
    let lines = positions.lines(&span.file);
    if lines.text().is_empty() || span.end == 0 {
        return None;
    }
    let Excerpt { text, first_line, range } = excerpt::excerpt(&lines, span.range(), AROUND);
    Some((Snippet::source(text).path(span.file.as_str()).line_start(first_line), range))
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

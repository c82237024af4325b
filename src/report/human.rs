//! Findings as rustc shows them: an excerpt, carets under the exact place, and one line of help; and how many there are of
//! each rule.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::plural;
use crate::diagnostic::{Diagnostic, Severity};
use crate::path::SourcePath;
use crate::source::{BYTE_ORDER_MARK, LineIndex, Sources, Span};

/// The most that is shown of one finding's lines: past it, an excerpt says no more.
const LONGEST_LINE: usize = 2_000;

/// The findings, an empty line after each. Colours are for a terminal.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut indexes = BTreeMap::new();
    let spans = diagnostics.iter().flat_map(|finding| {
        std::iter::once(&finding.span).chain(finding.related.iter().map(|label| &label.span))
    });
    for span in spans {
        let text = sources.text(&span.file).map_or("", |text| text);
        indexes.entry(&span.file).or_insert_with(|| (text, LineIndex::new(text)));
    }
    let mut output = String::new();
    for finding in diagnostics {
        output.push_str(renderer.render(&[group(finding, &indexes)]).trim_end());
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

/// The texts that findings are in, with their lines.
type Indexes<'a> = BTreeMap<&'a SourcePath, (&'a str, LineIndex<'a>)>;

fn group<'a>(finding: &'a Diagnostic, indexes: &Indexes<'_>) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Off => Level::INFO,
    };
    let mut group =
        Group::with_title(level.primary_title(finding.message.as_str()).id(finding.rule.name));
    group = excerpt(group, &finding.span, AnnotationKind::Primary, None, indexes);
    for label in &finding.related {
        group = excerpt(group, &label.span, AnnotationKind::Context, Some(&label.message), indexes);
    }
    if let Some(pages) = finding.pages {
        group = group.element(Level::NOTE.message(format!("shows on {}", plural(pages, "page"))));
    }
    match &finding.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

fn excerpt<'a>(
    group: Group<'a>,
    span: &'a Span,
    kind: AnnotationKind,
    label: Option<&'a str>,
    indexes: &Indexes<'_>,
) -> Group<'a> {
    let path = span.file.as_str();
    // An empty span at the start is the file as a whole.
    let Some((text, index)) =
        indexes.get(&span.file).filter(|(text, _)| !text.is_empty() && span.end > 0)
    else {
        return group.element(Origin::path(path));
    };
    let (lines, first_line, range) = lines(text, index, span.range());
    let annotation: Annotation<'a> = kind.span(range).label(label);
    group.element(Snippet::source(lines).path(path).line_start(first_line).annotation(annotation))
}

/// The lines that a range is on, the number of the first, and the range in them. Only these are handed on: a file may
/// have millions, and a line may be as long as a file.
fn lines(text: &str, index: &LineIndex<'_>, range: Range<usize>) -> (String, usize, Range<usize>) {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let number = index.line(range.start.min(text.len()));
    let mut from = index.range(number).start;
    if from == 0 && text.starts_with(BYTE_ORDER_MARK) {
        from = BYTE_ORDER_MARK.len_utf8();
    }
    let start = boundary(range.start).max(from);
    let end = boundary(range.end).max(start);
    let last = index.range(index.line(end)).end;
    if start - from > LONGEST_LINE {
        from = boundary(start - LONGEST_LINE / 2);
    }
    let to = last.min(boundary(end + LONGEST_LINE)).max(from);
    let shown = text[from..to].trim_end_matches(['\n', '\r']).to_owned();
    let limit = shown.len();
    (shown, number + 1, (start - from).min(limit)..(end - from).min(limit))
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

//! Findings as rustc shows them: an excerpt, carets under the exact place, and one line of help.

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

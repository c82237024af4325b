//! Findings as rustc shows them: an excerpt, carets under the exact place, and one line of help.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::plural;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{BYTE_ORDER_MARK, Sources, Span};

/// The most that is shown of one finding's lines: past it, an excerpt says no more.
const LONGEST_LINE: usize = 2_000;

/// The findings, an empty line after each. Colours are for a terminal.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut output = String::new();
    for finding in diagnostics {
        output.push_str(renderer.render(&[group(finding, sources)]).trim_end());
        output.push_str("\n\n");
    }
    output
}

fn group<'a>(finding: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Off => Level::INFO,
    };
    let mut group =
        Group::with_title(level.primary_title(finding.message.as_str()).id(finding.rule.name));
    group = excerpt(group, &finding.span, AnnotationKind::Primary, None, sources);
    for label in &finding.related {
        group = excerpt(group, &label.span, AnnotationKind::Context, Some(&label.message), sources);
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
    sources: &'a Sources,
) -> Group<'a> {
    let path = span.file.as_str();
    let Some((lines, first_line, range)) = sources
        .text(&span.file)
        .filter(|text| !text.is_empty())
        .map(|text| lines(text, span.range()))
    else {
        return group.element(Origin::path(path));
    };
    let annotation: Annotation<'a> = kind.span(range).label(label);
    group.element(Snippet::source(lines).path(path).line_start(first_line).annotation(annotation))
}

/// The lines that a range is on, the number of the first, and the range in them. Only these are handed on: a file may
/// have millions.
fn lines(text: &str, range: Range<usize>) -> (String, usize, Range<usize>) {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (boundary(range.start), boundary(range.end.max(range.start)));
    let mut from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    if text[from..].starts_with(BYTE_ORDER_MARK) && from == 0 {
        from = BYTE_ORDER_MARK.len_utf8().min(start.max(BYTE_ORDER_MARK.len_utf8()));
    }
    let start = start.max(from);
    let end = end.max(start);
    let mut to = text[end..].find('\n').map_or(text.len(), |at| end + at);
    if start - from > LONGEST_LINE {
        from = boundary(start - LONGEST_LINE / 2);
    }
    to = to.min(boundary(end.max(start) + LONGEST_LINE));
    let number = text[..from].bytes().filter(|byte| *byte == b'\n').count() + 1;
    let to = to.max(from);
    let shown = text[from..to].trim_end_matches('\r').to_owned();
    let limit = shown.len();
    (shown, number, (start - from).min(limit)..(end - from).min(limit))
}

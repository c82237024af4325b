//! One JSON object a line, for programs. The schema's number changes when a field changes its meaning or goes.

use serde::Serialize;

use super::Positions;
use crate::diagnostic::Diagnostic;
use crate::source::{Position, Sources, Span};

#[derive(Serialize)]
struct Line<'a> {
    schema: u32,
    rule: &'a str,
    severity: &'a str,
    message: &'a str,
    file: &'a str,
    start: Place,
    end: Place,
    help: Option<&'a str>,
    suggestion: Option<&'a str>,
    target: Option<&'a str>,
    edits: Vec<Edit<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<usize>,
    related: Vec<Related<'a>>,
}

/// What a program may change without asking. The file is named where it is not the finding's.
#[derive(Serialize)]
struct Edit<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    start: Place,
    end: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    file: &'a str,
    start: Place,
    end: Place,
}

/// A position, as every object that is printed has it.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Place {
    line: u32,
    column: u32,
    byte_column: u32,
    utf16_column: u32,
}

impl From<Position> for Place {
    fn from(position: Position) -> Self {
        let Position { line, column, byte_column, utf16_column } = position;
        Self { line, column, byte_column, utf16_column }
    }
}

/// The findings, one a line.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut positions = Positions::new(sources);
    let mut place = |span: &Span| {
        let (start, end) = positions.of(span);
        (Place::from(start), Place::from(end))
    };
    let mut output = String::new();
    for finding in diagnostics {
        let (start, end) = place(&finding.span);
        let related = finding.related.iter().map(|label| {
            let (start, end) = place(&label.span);
            Related { message: &label.message, file: label.span.file.as_str(), start, end }
        });
        let related = related.collect();
        let edits = finding.safe_fix().into_iter().flat_map(|fix| &fix.edits);
        let edits = edits.map(|edit| {
            let (start, end) = place(&edit.span);
            let file =
                Some(edit.span.file.as_str()).filter(|_| edit.span.file != finding.span.file);
            Edit { file, start, end, text: &edit.replacement }
        });
        let edits = edits.collect();
        let line = Line {
            related,
            schema: 1,
            rule: finding.rule.name,
            severity: finding.severity.name(),
            message: &finding.message,
            file: finding.span.file.as_str(),
            start,
            end,
            help: finding.help.as_deref(),
            suggestion: finding.suggestion(),
            target: finding.target.as_deref(),
            edits,
            pages: finding.pages,
        };
        output.push_str(
            &serde_json::to_string(&line).expect("a struct of texts and numbers is JSON"),
        );
        output.push('\n');
    }
    output
}

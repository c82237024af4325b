//! One JSON object a line, for programs. The schema's number changes when a field changes its meaning or goes.

use serde::Serialize;

use super::{Positions, json_line};
use crate::diagnostic::{Diagnostic, Edit, Label};
use crate::path::SourcePath;
use crate::source::{Position, Sources, Span};

#[derive(Serialize)]
struct FindingLine<'a> {
    schema: u32,
    rule: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
    help: Option<&'a str>,
    suggestion: Option<&'a str>,
    target: Option<&'a str>,
    edits: Vec<Replacement<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<usize>,
    related: Vec<Related<'a>>,
}

/// What a program may change without asking. The file is named where it is not the finding's.
#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
}

/// A place in a file, as every object that is printed has it.
#[derive(Serialize)]
pub(super) struct JsonPlace<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    start: Position,
    end: Position,
}

impl<'a> JsonPlace<'a> {
    /// The place of a span.
    pub(super) fn new(span: &'a Span, positions: &Positions<'_>) -> Self {
        let (start, end) = positions.of(span);
        Self { file: Some(span.file.as_str()), start, end }
    }

    /// The same without a file that is known anyway.
    fn within(self, known: &SourcePath) -> Self {
        Self { file: self.file.filter(|file| *file != known.as_str()), ..self }
    }
}

/// The findings, one a line.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let positions = Positions::new(sources);
    diagnostics.iter().map(|finding| json_line(&line(finding, &positions))).collect()
}

fn line<'a>(finding: &'a Diagnostic, positions: &Positions<'_>) -> FindingLine<'a> {
    let edit = |edit: &'a Edit| Replacement {
        place: JsonPlace::new(&edit.span, positions).within(&finding.span.file),
        text: &edit.replacement,
    };
    let related = |label: &'a Label| Related {
        message: &label.message,
        place: JsonPlace::new(&label.span, positions),
    };
    FindingLine {
        schema: 1,
        rule: finding.rule.name,
        severity: finding.severity.name(),
        message: &finding.message,
        place: JsonPlace::new(&finding.span, positions),
        help: finding.help.as_deref(),
        suggestion: finding.suggestion(),
        target: finding.target.as_deref(),
        edits: finding.safe_fix().into_iter().flat_map(|fix| &fix.edits).map(edit).collect(),
        pages: finding.pages,
        related: finding.related.iter().map(related).collect(),
    }
}

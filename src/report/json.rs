//! One JSON object a line, for programs. The schema's number changes when a field changes its meaning or goes.

use super::Positions;
use crate::diagnostic::{Diagnostic, Edit, Label};
use crate::json::{Json, list, object};
use crate::source::{Position, Sources, Span};

/// The findings, one a line.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let positions = Positions::new(sources);
    diagnostics.iter().map(|finding| line(finding, &positions).line()).collect()
}

/// The file, the start and the end of a span.
pub(super) fn place(span: &Span, positions: &Positions<'_>) -> [(&'static str, Json); 3] {
    let (start, end) = positions.of(span);
    [("file", span.file.as_str().into()), ("start", position(start)), ("end", position(end))]
}

fn position(at: Position) -> Json {
    object([
        ("line", at.line.into()),
        ("column", at.column.into()),
        ("byte_column", at.byte_column.into()),
        ("utf16_column", at.utf16_column.into()),
    ])
}

fn line(finding: &Diagnostic, positions: &Positions<'_>) -> Json {
    let [file, start, end] = place(&finding.span, positions);
    let edits = finding.safe_fix().into_iter().flat_map(|fix| &fix.edits);
    let edits = edits.map(|edit| replacement(edit, finding, positions));
    let related = finding.related.iter().map(|Label { span, message }| {
        let message = ("message", message.as_str().into());
        object([message].into_iter().chain(place(span, positions)))
    });
    object([
        ("schema", 1.into()),
        ("rule", finding.rule.name.into()),
        ("severity", finding.severity.name().into()),
        ("message", finding.message.as_str().into()),
        file,
        start,
        end,
        ("help", finding.help.as_deref().into()),
        ("suggestion", finding.suggestion().into()),
        ("target", finding.target.as_deref().into()),
        ("edits", list(edits)),
        ("pages", Json::from(finding.pages).or_absent()),
        ("related", list(related)),
    ])
}

/// What a program may change without asking. The file is named where it is not the finding's.
fn replacement(edit: &Edit, finding: &Diagnostic, positions: &Positions<'_>) -> Json {
    let [file, start, end] = place(&edit.span, positions);
    let file = Some(file).filter(|_| edit.span.file != finding.span.file);
    let text = ("text", edit.replacement.as_str().into());
    object(file.into_iter().chain([start, end, text]))
}

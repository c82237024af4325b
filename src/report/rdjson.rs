//! Findings as reviewdog's diagnostic format: one JSON object, with suggestions that a reviewer can accept.

use serde::Serialize;

use super::{Positions, Root, json_document, text};
use crate::diagnostic::{Diagnostic, Edit, EditSet, Label, Severity};
use crate::source::{Position, Sources, Span};

#[derive(Serialize)]
struct Report<'a> {
    source: Source,
    diagnostics: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    // reviewdog before 0.18 reads no report that has them: they are written only where there are some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location,
}

/// The end is exclusive.
#[derive(Serialize)]
struct Range {
    start: RdPosition,
    end: RdPosition,
}

/// The column is in UTF-8 bytes.
#[derive(Serialize)]
struct RdPosition {
    line: u32,
    column: u32,
}

impl From<(Position, Position)> for Range {
    fn from((start, end): (Position, Position)) -> Self {
        let place = |at: Position| RdPosition { line: at.line, column: at.byte_column };
        Self { start: place(start), end: place(end) }
    }
}

/// The findings as one object.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, root: &Root) -> String {
    let positions = Positions::with_root(sources, root);
    let diagnostics = diagnostics.iter().map(|finding| self::finding(finding, &positions));
    json_document(&Report {
        source: Source { name: "silcrow" },
        diagnostics: diagnostics.collect(),
    })
}

fn finding<'a>(finding: &'a Diagnostic, positions: &Positions<'_>) -> Finding<'a> {
    let location = |span: &Span| Location {
        path: positions.path(&span.file),
        range: positions.place(span).map(Range::from),
    };
    let related =
        |label: &'a Label| Related { message: &label.message, location: location(&label.span) };
    let suggestion = |fix: &'a EditSet| {
        // The format has neither suggestions of several places nor any in another file.
        let [Edit { span, replacement }] = fix.edits.as_slice() else { return None };
        let place = positions.place(span).filter(|_| span.file == finding.span.file)?;
        Some(Suggestion { range: place.into(), text: replacement })
    };
    Finding {
        message: text(finding),
        location: location(&finding.span),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info | Severity::Off => "INFO",
        },
        code: Code { value: finding.rule.name },
        suggestions: finding.fixes.iter().filter_map(suggestion).collect(),
        related_locations: finding.related.iter().map(related).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Root, report};
    use crate::diagnostic::{Diagnostic, LINK_TO_ALIAS, MISSING_SECTION_PAGE};
    use crate::report::tests::sources;
    use crate::source::Span;

    #[test]
    fn columns_are_bytes_and_a_whole_file_has_no_range() {
        let (file, sources) = sources("content/a.md", "\u{1f511}old");
        let findings = [
            Diagnostic::new(&MISSING_SECTION_PAGE, Span::file(&file), "m").help("h"),
            Diagnostic::new(&LINK_TO_ALIAS, Span::new(&file, 4..7), "n")
                .suggest(Some("new".to_owned()))
                .relate(Span::new(&file, 0..4), "r"),
        ];
        let text = report(&findings, &sources, &Root::new("/x"));
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        let range = |from: u32, to: u32| json!({"start": {"line": 1, "column": from}, "end": {"line": 1, "column": to}});
        assert_eq!(
            value,
            json!({"source": {"name": "silcrow"}, "diagnostics": [
                {"message": "m\nhelp: h", "location": {"path": "/x/content/a.md"}, "severity": "WARNING", "code": {"value": "missing-section-page"}},
                {"message": "n", "location": {"path": "/x/content/a.md", "range": range(5, 8)}, "severity": "WARNING", "code": {"value": "link-to-alias"},
                    "suggestions": [{"range": range(5, 8), "text": "new"}],
                    "related_locations": [{"message": "r", "location": {"path": "/x/content/a.md", "range": range(1, 5)}}]},
            ]})
        );
        let none: Value =
            serde_json::from_str(&report(&[], &sources, &Root::default())).expect("it is JSON");
        assert_eq!(none, json!({"source": {"name": "silcrow"}, "diagnostics": []}));
    }
}

//! Findings as reviewdog's diagnostic format: one JSON object, with suggestions that a reviewer can accept.

use super::{Positions, Root};
use crate::diagnostic::{Diagnostic, EditSet};
use crate::json::{Json, list, object};
use crate::source::{Position, Sources, Span};

/// The findings as one object.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, root: &Root) -> String {
    let positions = Positions::with_root(sources, root);
    let diagnostics = diagnostics.iter().map(|finding| self::finding(finding, &positions));
    let source = object([("name", "silcrow".into())]);
    object([("source", source), ("diagnostics", list(diagnostics))]).document()
}

fn finding(finding: &Diagnostic, positions: &Positions<'_>) -> Json {
    let suggestion = |fix: &EditSet| {
        // The format has neither suggestions of several places nor any in another file.
        let [edit] = fix.edits.as_slice() else { return None };
        let is_here = edit.span.file == finding.span.file && positions.place(&edit.span).is_some();
        let text = edit.replacement.as_str().into();
        is_here.then(|| object([("range", range(&edit.span, positions)), ("text", text)]))
    };
    let related = finding.related.iter().map(|label| {
        let location = location(&label.span, positions);
        object([("message", label.message.as_str().into()), ("location", location)])
    });
    object([
        ("message", Positions::text(finding).into()),
        ("location", location(&finding.span, positions)),
        ("severity", finding.severity.name().to_uppercase().into()),
        ("code", object([("value", finding.rule.name.into())])),
        ("suggestions", list(finding.fixes.iter().filter_map(suggestion)).or_absent()),
        // reviewdog before 0.18 reads no report that has them: they are written only where there are some.
        ("related_locations", list(related).or_absent()),
    ])
}

fn location(span: &Span, positions: &Positions<'_>) -> Json {
    object([("path", positions.path(&span.file).into()), ("range", range(span, positions))])
}

/// The end is exclusive, columns are in UTF-8 bytes.
fn range(span: &Span, positions: &Positions<'_>) -> Json {
    let position =
        |at: Position| object([("line", at.line.into()), ("column", at.byte_column.into())]);
    let Some((start, end)) = positions.place(span) else { return Json::Absent };
    object([("start", position(start)), ("end", position(end))])
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

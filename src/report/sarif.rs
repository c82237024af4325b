//! Findings as SARIF 2.1.0, for code scanning: one run, with the whole table of rules, so that a service can explain a
//! finding without the program.

use super::{Positions, Root, rules::examples};
use crate::diagnostic::{Diagnostic, Edit, EditSet, Key, RULES, Rule, Severity, by_file, keys};
use crate::json::{Json, list, object};
use crate::path::{SourcePath, encode_path};
use crate::source::{Sources, Span};

/// The findings as one log.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, root: &Root) -> String {
    let positions = Positions::with_root(sources, root);
    let results = diagnostics.iter().zip(keys(diagnostics, sources));
    let driver = object([
        ("name", env!("CARGO_PKG_NAME").into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("rules", list(RULES.iter().map(|rule| descriptor(rule)))),
    ]);
    let run = object([
        ("tool", object([("driver", driver)])),
        ("columnKind", "utf16CodeUnits".into()),
        ("results", list(results.map(|(finding, key)| result(finding, key, &positions)))),
    ]);
    let log = object([
        ("$schema", "https://json.schemastore.org/sarif-2.1.0.json".into()),
        ("version", "2.1.0".into()),
        ("runs", list([run])),
    ]);
    log.document()
}

fn descriptor(rule: &Rule) -> Json {
    let (why, bad, good) = (rule.explanation(), rule.bad(), rule.good());
    let markdown = format!("{why}\n\nBad:\n\n{bad}\n\nGood:\n\n{good}");
    object([
        ("id", rule.name.into()),
        ("shortDescription", text(rule.summary)),
        ("fullDescription", text(why)),
        (
            "help",
            object([
                ("text", format!("{why}\n\n{}", examples(rule)).into()),
                ("markdown", markdown.into()),
            ]),
        ),
        (
            "defaultConfiguration",
            object([
                ("enabled", (rule.severity != Severity::Off).into()),
                ("level", level(rule.severity).into()),
            ]),
        ),
        ("properties", object([("tags", list([rule.family.to_string().into()]))])),
    ])
}

fn text(text: &str) -> Json {
    object([("text", text.into())])
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Off => "none",
        severity => severity.name(),
    }
}

fn result(finding: &Diagnostic, key: Key<'_>, positions: &Positions<'_>) -> Json {
    // The same for the same mistake while lines come and go above it, wherever the program runs: the path is the site's own.
    let mistake = format!("{}\0{}\0{}\0{}", key.rule, key.file, key.text, key.number);
    let fingerprint = blake3::hash(mistake.as_bytes()).to_hex().to_string();
    let index = RULES.iter().position(|rule| *rule == finding.rule);
    let related = finding.related.iter();
    let related = related.map(|label| location(&label.span, text(&label.message), positions));
    let fix = finding.safe_fix().map(|edits| fix(edits, positions));
    object([
        ("ruleId", finding.rule.name.into()),
        ("ruleIndex", Json::from(index).or_absent()),
        ("level", level(finding.severity).into()),
        ("message", text(&Positions::text(finding))),
        ("locations", list([location(&finding.span, Json::Absent, positions)])),
        ("relatedLocations", list(related).or_absent()),
        ("partialFingerprints", object([("silcrow/v1", fingerprint.into())])),
        ("fixes", list(fix).or_absent()),
    ])
}

fn location(span: &Span, message: Json, positions: &Positions<'_>) -> Json {
    let region = positions.place(span).map_or(Json::Absent, |_| region(span, positions));
    let physical =
        object([("artifactLocation", artifact(&span.file, positions)), ("region", region)]);
    object([("physicalLocation", physical), ("message", message)])
}

/// A file. It names no base (`uriBaseId`): readers take relative URIs from the top of what they checked out, which is where
/// the program ran; to say where that is would put a folder of the machine into the report.
fn artifact(file: &SourcePath, positions: &Positions<'_>) -> Json {
    object([("uri", uri(&positions.path(file)).into())])
}

/// The end is exclusive.
fn region(span: &Span, positions: &Positions<'_>) -> Json {
    let (start, end) = positions.of(span);
    object([
        ("startLine", start.line.into()),
        ("startColumn", start.utf16_column.into()),
        ("endLine", end.line.into()),
        ("endColumn", end.utf16_column.into()),
    ])
}

fn fix(set: &EditSet, positions: &Positions<'_>) -> Json {
    let replacement = |edit: &Edit| {
        let inserted = text(&edit.replacement);
        object([("deletedRegion", region(&edit.span, positions)), ("insertedContent", inserted)])
    };
    let changes = by_file(set.edits.iter()).into_iter().map(|(file, edits)| {
        let replacements = list(edits.into_iter().map(replacement));
        object([("artifactLocation", artifact(file, positions)), ("replacements", replacements)])
    });
    object([("description", text(&set.title)), ("artifactChanges", list(changes))])
}

/// A path as a URI: a relative reference, or a file's when it is absolute, on Windows too.
fn uri(path: &str) -> String {
    match path.as_bytes() {
        [b'/', ..] => format!("file://{}", encode_path(path)),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => {
            format!("file:///{}{}", &path[..2], encode_path(&path[2..]))
        }
        _ => encode_path(path),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Root, report, uri};
    use crate::diagnostic::{
        Applicability, Diagnostic, Edit, EditSet, LINK_TO_ALIAS, MISSING_SECTION_PAGE, RULES,
    };
    use crate::path::SourcePath;
    use crate::report::tests::sources;
    use crate::source::Span;

    fn log(text: &str, finding: impl Fn(Span) -> Diagnostic) -> Value {
        let (file, sources) = sources("content/\u{fc} a.md", text);
        let spans = text.match_indices("old").map(|(at, _)| Span::new(&file, at..at + 3));
        let mut findings: Vec<_> = spans.map(finding).collect();
        findings.push(Diagnostic::new(&MISSING_SECTION_PAGE, Span::file(&file), "m"));
        let text = report(&findings, &sources, &Root::new("docs"));
        serde_json::from_str(&text).expect("it is JSON")
    }

    fn fixed(span: Span) -> Diagnostic {
        let finding = Diagnostic::new(&LINK_TO_ALIAS, span.clone(), "m");
        finding.fix(Some("new".to_owned())).relate(span, "r")
    }

    #[test]
    fn a_result_has_its_place_its_related_places_and_its_fix() {
        let log = log("\u{1f511}old", fixed);
        let run = &log["runs"][0];
        let region = json!({"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 6});
        let file = json!({"uri": "docs/content/%C3%BC%20a.md"});
        let place = json!({"artifactLocation": file, "region": region});
        let result = &run["results"][0];
        assert_eq!(result["locations"], json!([{"physicalLocation": place}]));
        assert_eq!(
            result["relatedLocations"],
            json!([{"physicalLocation": place, "message": {"text": "r"}}])
        );
        assert_eq!(
            result["fixes"],
            json!([{"description": {"text": "write `new`"}, "artifactChanges": [{
                "artifactLocation": file, "replacements": [{"deletedRegion": region, "insertedContent": {"text": "new"}}],
            }]}])
        );
        assert_eq!(result["message"]["text"], "m\nhelp: write `new`");
        assert_eq!(
            run["results"][1]["locations"],
            json!([{"physicalLocation": {"artifactLocation": file}}])
        );
        assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(RULES.len()));
        for result in run["results"].as_array().into_iter().flatten() {
            let index = result["ruleIndex"].as_u64().expect("a rule of the table") as usize;
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    }

    #[test]
    fn a_fix_changes_several_places_of_several_files() {
        let log = log("old", |span| {
            let edit = |file: &str, start| Edit {
                span: Span { file: SourcePath::new(file), start, end: start + 1 },
                replacement: "x".to_owned(),
            };
            let edits = vec![edit("b.md", 0), edit("content/\u{fc} a.md", 2), edit("b.md", 3)];
            let (title, applicability) = ("rename `x`".to_owned(), Applicability::Safe);
            Diagnostic::new(&LINK_TO_ALIAS, span, "m").offer(EditSet {
                title,
                edits,
                applicability,
            })
        });
        let fix = &log["runs"][0]["results"][0]["fixes"][0];
        assert_eq!(fix["description"]["text"], "rename `x`");
        let changes = fix["artifactChanges"].as_array().expect("a list").iter();
        let files = changes.map(|change| {
            let edits = change["replacements"].as_array().map_or(0, Vec::len);
            (change["artifactLocation"]["uri"].as_str().unwrap_or_default(), edits)
        });
        assert_eq!(
            files.collect::<Vec<_>>(),
            [("docs/b.md", 2), ("docs/content/%C3%BC%20a.md", 1)]
        );
    }

    #[test]
    fn fingerprints_differ_and_know_no_lines() {
        let prints = |text: &str| -> Vec<String> {
            let log = log(text, fixed);
            let results = log["runs"][0]["results"].as_array().expect("a list").clone();
            let print = |result: &Value| result["partialFingerprints"]["silcrow/v1"].to_string();
            results.iter().map(print).collect()
        };
        let before = prints("old old");
        assert!(before[0] != before[1] && before[1] != before[2] && before[0].len() == 66);
        assert_eq!(prints("A line.\r\n\nold, and\nold"), before);
    }

    #[test]
    fn absolute_paths_are_file_uris() {
        assert_eq!(uri("/a b/c.md"), "file:///a%20b/c.md");
        assert_eq!(uri("C:/a/c.md"), "file:///C:/a/c.md");
        assert_eq!(uri("a:b/c#d.md"), "a%3Ab/c%23d.md");
    }
}

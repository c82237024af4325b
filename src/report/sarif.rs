//! Findings as SARIF 2.1.0, for code scanning: one run, with the whole table of rules, so that a service can explain a
//! finding without the program.

use serde::Serialize;

use super::{Positions, Root, json_document, rules::examples, text};
use crate::diagnostic::{Diagnostic, Edit, EditSet, Key, Label, RULES, Rule, Severity, keys};
use crate::path::{SourcePath, encode_path};
use crate::source::{Position, Sources, Span};

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Text<&'static str>,
    full_description: Text<&'static str>,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Text<T> {
    text: T,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text<String>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<&'a str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

/// A file. It names no base (`uriBaseId`): readers take relative URIs from the top of what they checked out, which is where
/// the program ran; to say where that is would put a folder of the machine into the report.
#[derive(Serialize)]
struct Artifact {
    uri: String,
}

impl Artifact {
    fn new(file: &SourcePath, positions: &Positions<'_>) -> Self {
        Self { uri: uri(&positions.path(file)) }
    }
}

/// The end is exclusive.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl From<(Position, Position)> for Region {
    fn from((start, end): (Position, Position)) -> Self {
        let (start_line, start_column) = (start.line, start.utf16_column);
        Self { start_line, start_column, end_line: end.line, end_column: end.utf16_column }
    }
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "silcrow/v1")]
    first: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Text<&'a str>,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<&'a str>,
}

/// The findings as one log.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, root: &Root) -> String {
    let positions = Positions::with_root(sources, root);
    let results = diagnostics.iter().zip(keys(diagnostics, sources));
    let results = results.map(|(finding, key)| result(finding, key, &positions)).collect();
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        rules: RULES.iter().map(|rule| descriptor(rule)).collect(),
    };
    let run = Run { tool: Tool { driver }, column_kind: "utf16CodeUnits", results };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    json_document(&Log { schema, version: "2.1.0", runs: [run] })
}

fn descriptor(rule: &Rule) -> Descriptor {
    let Rule { name, family, severity, summary, .. } = *rule;
    let explanation = rule.explanation();
    Descriptor {
        id: name,
        short_description: Text { text: summary },
        full_description: Text { text: explanation },
        help: Help {
            text: format!("{explanation}\n\n{}", examples(rule)),
            markdown: format!(
                "{explanation}\n\nBad:\n\n{}\n\nGood:\n\n{}",
                rule.bad(),
                rule.good()
            ),
        },
        default_configuration: Configuration {
            enabled: severity != Severity::Off,
            level: level(severity),
        },
        properties: Properties { tags: [family.to_string()] },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
        Severity::Off => "none",
    }
}

fn result<'a>(finding: &'a Diagnostic, key: Key<'_>, positions: &Positions<'_>) -> Finding<'a> {
    let location = |span: &Span, message| Location {
        physical_location: Physical {
            artifact_location: Artifact::new(&span.file, positions),
            region: positions.place(span).map(Region::from),
        },
        message,
    };
    let related = |label: &'a Label| location(&label.span, Some(Text { text: &label.message }));
    Finding {
        rule_id: finding.rule.name,
        rule_index: RULES.iter().position(|rule| *rule == finding.rule),
        level: level(finding.severity),
        message: Text { text: text(finding) },
        locations: [location(&finding.span, None)],
        related_locations: finding.related.iter().map(related).collect(),
        partial_fingerprints: Fingerprints { first: fingerprint(key) },
        fixes: finding.safe_fix().map(|edits| fix(edits, positions)).into_iter().collect(),
    }
}

fn fix<'a>(set: &'a EditSet, positions: &Positions<'_>) -> Fix<'a> {
    let replacement = |edit: &'a Edit| Replacement {
        deleted_region: positions.of(&edit.span).into(),
        inserted_content: Text { text: &edit.replacement },
    };
    let change = |(file, edits): (&SourcePath, Vec<&'a Edit>)| Change {
        artifact_location: Artifact::new(file, positions),
        replacements: edits.into_iter().map(replacement).collect(),
    };
    let artifact_changes = set.by_file().into_iter().map(change).collect();
    Fix { description: Text { text: &set.title }, artifact_changes }
}

/// The same for the same mistake while lines come and go above it. The path is the site's own, so that it does not depend
/// on where the program ran.
fn fingerprint(key: Key<'_>) -> String {
    let Key { rule, file, text, number } = key;
    blake3::hash(format!("{rule}\0{file}\0{text}\0{number}").as_bytes()).to_hex().to_string()
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

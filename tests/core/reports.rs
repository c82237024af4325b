//! Reports of sites with many findings, in one line or overlapping: their size grows with the findings and no faster.

use std::sync::Arc;

use silcrow::diagnostic::{Applicability, Diagnostic, Edit, EditSet, LINK_TO_ALIAS, Severity};
use silcrow::path::SourcePath;
use silcrow::report::{self, Root};
use silcrow::source::{Content, File, Sources, Span};

/// A text of one line, and its findings: two at every word, each with a fix of two edits and a related place, and one of the
/// whole line up to there.
fn findings(count: usize) -> (Sources, Vec<Diagnostic>) {
    let file = SourcePath::new("content/a.md");
    let text = "\u{fc}ber [x](b.md) ".repeat(count);
    let word = text.len() / count;
    let span = |start: usize, end: usize| Span::new(&file, start..end);
    let edit = |start| Edit { span: span(start, start + 2), replacement: "u".to_owned() };
    let finding = |place: Span, start: usize| {
        let fix = EditSet {
            title: "rename".to_owned(),
            edits: vec![edit(start), edit(start / word / 2 * word)],
            applicability: Applicability::Safe,
        };
        let finding =
            Diagnostic::new(&LINK_TO_ALIAS, place, format!("`{start}` is an old address"));
        finding.relate(span(start, start + 2), "used here").offer(fix)
    };
    let of_word = |index: usize| {
        let start = index * word;
        [(start, start + 2), (start, start + 2), (0, start + 2)]
            .map(|(from, to)| finding(span(from, to), start))
    };
    let mut findings: Vec<_> = (0..count).flat_map(of_word).collect();
    Diagnostic::sort(&mut findings);
    let file = (file, File::new(Content::Text(Arc::from(text))));
    (Sources::new(vec![file], Vec::new()), findings)
}

type Format<'a> = (&'static str, &'a dyn Fn(&[Diagnostic], &Sources) -> String);

#[test]
fn many_findings_in_one_line_and_overlapping_ones_make_no_report_grow_faster_than_they_do() {
    let root = Root::new("docs");
    let formats: [Format<'_>; 8] = [
        ("human", &|findings, sources| report::human::report(findings, sources, false)),
        ("json", &report::json::report),
        ("sarif", &|findings, sources| report::sarif::report(findings, sources, &root)),
        ("github", &|findings, sources| report::github::report(findings, sources, &root)),
        ("rdjson", &|findings, sources| report::rdjson::report(findings, sources, &root)),
        ("junit", &|findings, sources| {
            report::junit::report(findings, sources, &root, Severity::Error)
        }),
        ("summary", &|findings, sources| {
            report::summary::report("check", findings, sources, &root)
        }),
        ("baseline", &report::baseline::write),
    ];
    let ((few_sources, few), (sources, many)) = (findings(250), findings(1_000));
    for (name, report) in formats {
        let (few, many) = (report(&few, &few_sources).len(), report(&many, &sources).len());
        // Numbers get one digit more here and there.
        assert!(many * 10 <= few * 45, "{name}: {few} bytes, then {many}");
    }
}

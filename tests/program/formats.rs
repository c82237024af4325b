//! The output formats, as the program prints them: what each says of a clean run, how it names files, and what belongs to
//! one of them alone. `tests/formats.py` reads them with the schemas.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use std::fs;

use crate::common::{ARTICLE, Site, TODAY, tree};
use serde_json::Value;

#[test]
fn json_says_where_a_link_leads_and_what_a_program_may_write() {
    let broken = ARTICLE.to_owned() + "\u{1f511} [x](B.md) [y](b.md#no)\n";
    let site = Site::new(&[("content/a.md", &broken), ("content/b.md", ARTICLE)]);
    let run = site.run(&["check", "--format", "json"]);
    let lines = run.findings();
    let place = |column: u32| serde_json::json!({"line": 7, "column": column, "byte_column": column + 3, "utf16_column": column + 1});
    let edit = serde_json::json!([{"start": place(7), "end": place(11), "text": "b.md"}]);
    let found = |key: &str| lines.iter().map(|line| line[key].clone()).collect::<Vec<_>>();
    assert_eq!(found("rule"), ["path-case", "missing-anchor"]);
    assert_eq!(found("target"), ["content/b.md", "content/b.md"]);
    assert_eq!(found("edits"), [edit, serde_json::json!([])]);
    let keys = "rule severity message file start end help suggestion target edits related";
    let order = keys.split(' ').map(|key| run.stdout.find(&format!("\"{key}\":")));
    assert!(order.clone().all(|at| at.is_some()) && order.is_sorted(), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn formats_for_ci_name_files_as_the_working_directory_does() {
    use crate::common::{command, run};

    let broken = ARTICLE.to_owned() + "[x](nowhere.md)\n";
    let site = Site::new(&[
        ("docs/content/index.md", "---\ntitle: Home\n---\n"),
        ("docs/content/a.md", &broken),
        ("elsewhere/file", ""),
    ]);
    let real = fs::canonicalize(site.path("docs")).expect("the folder is there");
    let absolute = real.to_string_lossy().into_owned();
    let shown = |working: &str, root: &str, format: &str, before: &str, after: &str| {
        let arguments = ["check", "--root", root, "--format", format];
        let run = run(command(&site.path(working), &arguments));
        assert_eq!(run.code, 1, "{}", run.stderr);
        let at = run.stdout.find(before).map(|at| at + before.len()).expect("a path is printed");
        let rest = &run.stdout[at..];
        rest[..rest.find(after).expect("a path ends")].to_owned()
    };
    for (format, before, after, scheme) in [
        ("sarif", "\"uri\": \"", "\"", "file://"),
        ("github", "file=", ",", ""),
        ("junit", "classname=\"", "\"", ""),
        ("rdjson", "\"path\": \"", "\"", ""),
    ] {
        let shown = |working: &str, root: &str| shown(working, root, format, before, after);
        assert_eq!(shown("", "docs"), "docs/content/a.md", "{format}");
        assert_eq!(shown("", "./elsewhere/../docs/"), "docs/content/a.md", "{format}");
        assert_eq!(shown("docs", "."), "content/a.md", "{format}");
        assert_eq!(shown("docs", &absolute), "content/a.md", "{format}");
        let outside = shown("elsewhere", "../docs");
        assert_eq!(outside, format!("{scheme}{absolute}/content/a.md"), "{format}");
    }
    assert_eq!(shown("", "docs", "json", "\"file\":\"", "\""), "content/a.md");
    assert_eq!(shown("", "docs", "human", " --> ", ":"), "content/a.md");
}

#[test]
fn a_clean_run_is_a_report_that_says_so() {
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    let report = |format: &str| {
        let run = site.run(&["check", "--format", format]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout
    };
    let json = |format: &str| -> Value {
        serde_json::from_str(&report(format)).expect("the report is JSON")
    };
    assert_eq!((report("human"), report("json"), report("github")), Default::default());
    assert_eq!(json("sarif")["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(json("rdjson")["diagnostics"], serde_json::json!([]));
    let junit = report("junit");
    assert!(junit.contains("tests=\"1\" failures=\"0\"") && !junit.contains("skipped>"), "{junit}");
}

#[test]
fn junit_fails_what_fails_the_run() {
    let skipped = ARTICLE.to_owned() + "## One\n\n#### Three\n";
    let site = Site::new(&[("content/a.md", &skipped)]);
    for (limit, code, ending) in [("error", 0, "skipped"), ("warning", 1, "failure")] {
        let run = site.run(&["check", "--format", "junit", "--fail-on", limit]);
        assert_eq!(run.code, code);
        assert!(run.stdout.contains(&format!("</{ending}>")), "{}", run.stdout);
        assert_eq!(run.stdout.matches("</testcase>").count(), 1);
    }
}

#[test]
fn counts_of_rules_are_for_people_and_stand_before_the_summary() {
    let broken = ARTICLE.to_owned() + "[x](no.md) [y](#no) [z](no.md)\n";
    let site = Site::new(&[("content/a.md", &broken)]);
    let lines = |format: &str| -> Vec<String> {
        let run = site.run(&["check", "--format", format]);
        run.stderr.lines().map(str::to_owned).collect()
    };
    let human = lines("human");
    assert_eq!(human[human.len() - 2], "2 missing-page, 1 missing-anchor");
    assert!(human[human.len() - 1].starts_with("checked 1 article"), "{human:?}");
    for format in ["json", "sarif", "github", "junit", "rdjson"] {
        assert_eq!(lines(format).len(), human.len() - 1, "{format}");
    }
    site.write("content/a.md", ARTICLE.to_owned() + "[x](no.md)\n");
    assert_eq!(lines("human").len(), human.len() - 1, "one finding is not counted");
}

#[test]
fn build_prints_what_check_does_and_writes_nothing() {
    let broken = ARTICLE.to_owned() + "[x](no.md)\n";
    let site = Site::new(&[("content/a.md", &broken)]);
    for format in ["human", "json", "sarif", "github", "junit", "rdjson"] {
        let printed = ["build", "check"]
            .map(|verb| site.run(&[verb, "--today", TODAY, "--format", format]))
            .map(|run| (run.code, run.stdout));
        assert_eq!(printed[0], printed[1]);
        assert_eq!((printed[0].0, printed[0].1.contains("missing-page")), (1, true), "{format}");
    }
    assert_eq!(site.build(&[]).found(), ["error missing-page content/a.md 7:5-7:10"]);
    assert!(tree(&site.path("public")).is_empty());
}

#[test]
fn a_summary_lists_errors_first_and_breaks_no_table() {
    let skipped = "## One\n\n#### Three\n\n".repeat(60);
    let site = Site::new(&[
        ("content/a.md", &format!("{ARTICLE}{skipped}")),
        ("content/b.md", &format!("{ARTICLE}[x](a`b<c.md) [y](c|d.md)\n")),
    ]);
    let run = site.run(&["check", "--today", TODAY, "--summary", "summary.md"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let summary = fs::read_to_string(site.path("summary.md")).expect("it was written");
    let rows: Vec<&str> = summary.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(rows.len(), 50, "{summary}");
    assert_eq!(
        rows[..2],
        [
            "| error | `missing-page` | `content/b.md:7:5` | there is no page ``a`b<c.md`` |",
            "| error | `missing-page` | `content/b.md:7:19` | there is no page `c\\|d.md` |",
        ]
    );
    assert!(rows[2].starts_with("| warning | "), "{}", rows[2]);
    assert!(summary.ends_with(" more findings.\n"), "{summary}");
}

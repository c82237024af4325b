//! Every rule of the table by its own file, `src/diagnostic/rules/RULE.md`: what raises it, at the exact place, and what
//! must not. `cargo test --test rules missing-anchor` runs one.
//!
//! A file begins with the explanation. `## Bad` and `## Good` are the examples that the manual shows (`check --explain
//! RULE`); `## Also bad` and `## Also good`, any number of them, are further cases. A case is a site: each block of code is
//! a file, named after the language, as in `html templates/404.html`. Without a name, `markdown` is `content/a.md`, `yaml`
//! is `site.yaml` and `text` is `silcrow.lock`. Articles that do not begin with front matter are given some, unless `as-is`
//! follows the name. Carets below a line, with the rule's name, mark a finding at exactly these columns. Between the
//! blocks, a line that begins with `With` names files that only have to be there, and a line like
//! `` `content/a.md`: missing-section-page `` expects a finding about a file as a whole.

#[expect(dead_code, reason = "the rest is for tests of the library")]
#[path = "../fixture/mod.rs"]
mod fixture;

use std::process::ExitCode;

use fixture::{answers, compare, findings, parse, today};
use libtest_mimic::{Arguments, Trial};
use silcrow::diagnostic::{Family, RULES, Rule};
use silcrow::path::SourcePath;
use silcrow::source::{Problem, ProblemKind, Sources};

type Make = fn() -> ProblemKind;

/// What only a file system can bring about; `tests/program/hostile.rs` brings it about on a real one.
const PROBLEMS: [(&str, Make); 7] = [
    ("not-utf8", || ProblemKind::NotUtf8 { offset: 4, byte: 0xE9 }),
    ("unreadable-file", || ProblemKind::Unreadable("permission denied".to_owned())),
    ("symlink-outside", || ProblemKind::SymlinkOutside),
    ("symlink-outside", || ProblemKind::SymlinkBroken),
    ("symlink-loop", || ProblemKind::SymlinkLoop),
    ("unusable-file-name", || ProblemKind::UnusableName("it ends in a dot".to_owned())),
    ("too-deep", || ProblemKind::TooDeep),
];

/// Rules whose cases are too long for a file: `tests/core/findings.rs` and `tests/program/verbs.rs` have them.
const LONG: [&str; 2] = ["host-limit", "stale-baseline"];

fn main() -> ExitCode {
    let trial = |rule: &'static Rule| {
        Trial::test(rule.name, move || {
            test(rule);
            Ok(())
        })
    };
    let trials = RULES.iter().map(|rule| trial(rule)).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Runs every case of a rule, of which there has to be one of each kind.
fn test(rule: &Rule) {
    let problems: Vec<_> = PROBLEMS.iter().filter(|(name, _)| *name == rule.name).collect();
    problems.iter().for_each(|(_, kind)| is_reported(rule, kind()));
    if LONG.contains(&rule.name) || !problems.is_empty() {
        return;
    }
    let cases = cases(rule.text);
    for case in &cases {
        check(rule, case);
    }
    let bad = cases.iter().filter(|case| case.is_bad).count();
    assert!(bad > 0 && bad < cases.len(), "`{}` needs a bad and a good case", rule.name);
}

fn is_reported(rule: &Rule, kind: ProblemKind) {
    let (mut sources, _) = parse("//- content/a.md\nFRONT\n");
    let count = |sources: &Sources| {
        let found = findings(sources, &today());
        found.iter().filter(|finding| finding.rule == rule).count()
    };
    assert_eq!(count(&sources), 0);
    sources.problems.push(Problem { path: SourcePath::new("content/a.md"), kind });
    assert_eq!(count(&sources), 1);
}

fn check(rule: &Rule, case: &Case) {
    let (sources, expected) = parse(&case.fixture);
    let marks = expected.iter().filter(|found| found.4 == rule.name).count();
    assert_eq!(marks > 0, case.is_bad, "marks of `{}` in {}", rule.name, case.fixture);
    let found = match rule.family {
        Family::External => answers::findings(&sources),
        _ => findings(&sources, &today()),
    };
    compare(&case.fixture, &sources, &expected, found);
}

/// One example of a rule's file, as a fixture.
struct Case {
    is_bad: bool,
    fixture: String,
}

/// The cases of a rule's file.
fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut fence = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let (ticks, info) = line.split_at(line.len() - line.trim_start_matches('`').len());
        match (line, cases.last_mut()) {
            (line, Some(_)) if fence == Some(line) => fence = None,
            (line, Some(case)) if fence.is_some() => case.fixture += &format!("{line}\n"),
            ("## Bad" | "## Also bad" | "## Good" | "## Also good", _) => {
                let is_bad = line.to_lowercase().ends_with("bad");
                cases.push(Case { is_bad, fixture: String::new() });
            }
            (_, Some(case)) if ticks.len() >= 3 => {
                fence = Some(ticks);
                let has_front = lines.peek().is_some_and(|line| line.starts_with("---"));
                case.fixture += &header(info, has_front);
            }
            (line, Some(case)) if line.starts_with("With ") => {
                let names = line.split('`').skip(1).step_by(2);
                names.for_each(|path| case.fixture += &header(&format!("- {path}"), false));
            }
            (_, Some(case)) if ticks.len() == 1 => {
                let (path, rule) = info.split_once("`: ").expect("a file, then a rule");
                case.fixture += &format!("//- {path} ! {rule}\n");
            }
            _ => {}
        }
    }
    cases
}

/// What begins a file of a fixture, by what a block of code says after its fence.
fn header(info: &str, has_front_matter: bool) -> String {
    let mut words = info.split(' ');
    let path = match (words.next(), words.next()) {
        (_, Some(path)) => path,
        (Some("markdown"), None) => "content/a.md",
        (Some("yaml"), None) => "site.yaml",
        (Some("text"), None) => "silcrow.lock",
        _ => panic!("a file without a name: {info}"),
    };
    let is_article = path.starts_with("content/") && path.ends_with(".md");
    let is_given = is_article && !has_front_matter && words.next() != Some("as-is");
    format!("//- {path}\n{}", if is_given { "FRONT\n" } else { "" })
}

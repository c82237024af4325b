//! A publish's plan as a text: what is written, in which order, and what is deleted.

use std::fmt::Write;

use super::markdown::LONGEST_SUMMARY;
use crate::publish::plan::{Plan, Reason, Stage};
use crate::wording::plural;

/// The plan, a line for each step. A plan of nothing is an empty text.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| {
        text.write_fmt(line).and_then(|()| text.write_char('\n')).expect("a text grows");
    };
    let mut stage: Option<Stage> = None;
    for write in &plan.writes {
        if stage != Some(write.stage) {
            stage = Some(write.stage);
            line(format_args!("{}", write.stage.name()));
        }
        let path = write.object.path.as_str();
        match write.reason {
            Reason::New => line(format_args!("  + {path}")),
            Reason::Content => line(format_args!("  ~ {path}")),
            Reason::Headers => line(format_args!("  ~ {path} (headers)")),
            Reason::Returns => line(format_args!("  ~ {path} (was to go)")),
            Reason::Lost => line(format_args!("  ~ {path} (was missing or altered)")),
            Reason::Unsure => line(format_args!("  ~ {path} (left unfinished)")),
        }
    }
    if let Some(release) = &plan.release {
        line(format_args!("release\n  {}", release.name()));
    }
    if !plan.deletions.is_empty() {
        line(format_args!("deletions"));
    }
    for path in &plan.deletions {
        line(format_args!("  - {}", path.as_str()));
    }
    text
}

/// How much of a plan there is, for people: `3 files written, 1 deleted`.
pub fn counts(plan: &Plan) -> String {
    let written = plural(plan.writes.len(), "file");
    format!("{written} written, {} deleted", plan.deletions.len())
}

/// A line for people on what a publish did, or would do.
pub fn outcome(plan: &Plan, is_dry_run: bool) -> String {
    match (&plan.release, is_dry_run) {
        _ if plan.is_empty() => "nothing has changed since the last publish".to_owned(),
        (Some(release), false) => format!("published release {}: {}", release.name(), counts(plan)),
        (Some(release), true) => {
            format!("nothing was published; release {} would be {}", release.name(), counts(plan))
        }
        (None, false) => format!("finished the last publish: {}", counts(plan)),
        (None, true) => {
            format!("nothing was done; to finish the last publish takes {}", counts(plan))
        }
    }
}

/// The same for a job's summary, in Markdown: as many lines of the plan as it has room for.
pub fn markdown(plan: &Plan, is_dry_run: bool) -> String {
    let text = self::plan(plan);
    let outcome = self::outcome(plan, is_dry_run);
    if text.is_empty() {
        return format!("## silcrow publish\n\n{outcome}\n");
    }
    let (listed, left_out) = shortened(&text, LONGEST_SUMMARY);
    let (name, more) = match left_out {
        0 => ("Every file", String::new()),
        _ => ("The first files", format!("\nAnd {}.\n", plural(left_out, "more line"))),
    };
    format!(
        "## silcrow publish\n\n{outcome}\n\n<details><summary>{name}</summary>\n\n```text\n{listed}```\n{more}\n</details>\n"
    )
}

/// The first lines of a text that are no longer than this together, and how many are left out.
fn shortened(text: &str, longest: usize) -> (&str, usize) {
    if text.len() <= longest {
        return (text, 0);
    }
    let end = text.as_bytes()[..longest].iter().rposition(|byte| *byte == b'\n');
    let (listed, rest) = text.split_at(end.map_or(0, |end| end + 1));
    (listed, rest.lines().count())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_SUMMARY, markdown, shortened};
    use crate::path::OutputPath;
    use crate::publish::plan::Plan;

    #[test]
    fn a_summary_of_a_large_plan_says_how_much_is_left_out() {
        let path = |number| OutputPath::new(&format!("{number:0100}/index.html"));
        let plan = Plan { deletions: (0..10_000).map(path).collect(), ..Plan::default() };
        let summary = markdown(&plan, false);
        assert!(summary.len() < LONGEST_SUMMARY + 1000, "{}", summary.len());
        let listed = summary.lines().filter(|line| line.starts_with("  - ")).count();
        assert!(listed > 1000, "{listed}");
        assert!(summary.contains(&format!("\n```\n\nAnd {} more lines.\n", 10_000 - listed)));
    }

    #[test]
    fn a_plan_is_shortened_between_lines() {
        assert_eq!(shortened("ab\nc\n", 5), ("ab\nc\n", 0));
        assert_eq!(shortened("ab\nc\n", 4), ("ab\n", 1));
        assert_eq!(shortened("ab\nc\n", 2), ("", 2));
        assert_eq!(shortened("\u{e9}\n\u{e9}\n", 4), ("\u{e9}\n", 1));
    }
}

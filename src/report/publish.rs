//! A publish's plan as a text: what is written, in which order, and what is deleted.

use super::markdown::{LONGEST_SUMMARY, fill};
use crate::publish::plan::{Plan, Reason, Stage};
use crate::wording::plural;

/// The plan, a line for each step. A plan of nothing is an empty text.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    let mut stage: Option<Stage> = None;
    for write in &plan.writes {
        if stage.replace(write.stage) != Some(write.stage) {
            text += &format!("{}\n", write.stage.name());
        }
        let (mark, note) = match write.reason {
            Reason::New => ('+', ""),
            Reason::Content => ('~', ""),
            Reason::Headers => ('~', " (headers)"),
            Reason::Returns => ('~', " (was to go)"),
            Reason::Lost => ('~', " (was missing or altered)"),
            Reason::Unsure => ('~', " (left unfinished)"),
        };
        text += &format!("  {mark} {}{note}\n", write.object.path.as_str());
    }
    if let Some(release) = &plan.release {
        text += &format!("release\n  {}\n", release.name());
    }
    if !plan.journal.deletions.is_empty() {
        text += "deletions\n";
    }
    let deletions = plan.journal.deletions.iter().map(|path| format!("  - {}\n", path.as_str()));
    text + &deletions.collect::<String>()
}

/// How much of a plan there is, for people: `3 files written, 1 deleted`.
pub fn counts(plan: &Plan) -> String {
    let written = plural(plan.writes.len(), "file");
    format!("{written} written, {} deleted", plan.journal.deletions.len())
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
    let mut listed = String::new();
    let count = fill(&mut listed, text.split_inclusive('\n'), LONGEST_SUMMARY);
    let (name, more) = match text.lines().count() - count {
        0 => ("Every file", String::new()),
        more => ("The first files", format!("\nAnd {}.\n", plural(more, "more line"))),
    };
    format!(
        "## silcrow publish\n\n{outcome}\n\n<details><summary>{name}</summary>\n\n```text\n{listed}```\n{more}\n</details>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_SUMMARY, markdown};
    use crate::path::OutputPath;
    use crate::publish::plan::Plan;

    #[test]
    fn a_summary_of_a_large_plan_says_how_much_is_left_out() {
        let path = |number| OutputPath::new(&format!("{number:0100}/index.html"));
        let mut plan = Plan::default();
        plan.journal.deletions.extend((0..10_000).map(path));
        let summary = markdown(&plan, false);
        assert!(summary.len() < LONGEST_SUMMARY + 1000, "{}", summary.len());
        let listed = summary.lines().filter(|line| line.starts_with("  - ")).count();
        assert!(listed > 1000, "{listed}");
        assert!(summary.contains(&format!("\n```\n\nAnd {} more lines.\n", 10_000 - listed)));
    }
}

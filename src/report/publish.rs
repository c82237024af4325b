//! A publish's plan as a text: what is written, in which order, and what is deleted.

use std::fmt::Write;

use super::plural;
use crate::publish::plan::{Plan, Reason, Stage};

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

/// The same for a job's summary, in Markdown.
pub fn markdown(plan: &Plan, is_dry_run: bool) -> String {
    let text = self::plan(plan);
    let outcome = self::outcome(plan, is_dry_run);
    if text.is_empty() {
        return format!("## silcrow publish\n\n{outcome}\n");
    }
    format!(
        "## silcrow publish\n\n{outcome}\n\n<details><summary>Every file</summary>\n\n```text\n{text}```\n\n</details>\n"
    )
}

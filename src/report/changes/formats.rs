//! What differs between two sites, for terminals, for programs, and for comments of pull requests.

use std::fmt::Write;

use serde_json::json;

use super::{ChangedPage, Changes};
use crate::report::markdown::{code, fill, in_html, longest_run, plain};
use crate::wording::plural;

/// What each change is called, in the order of the changes.
const WORDS: [&str; 4] = ["added", "changed", "removed", "redirected"];

/// Hosts of pull requests take comments of 65,536 characters: past this many bytes, differences are left out.
const LONGEST: usize = 60_000;

/// Each kind of change with the number of pages that differ in this way.
fn by_change(changes: &Changes) -> impl Iterator<Item = (&'static str, usize)> {
    let count = |at| changes.pages.iter().filter(|page| page.change as usize == at).count();
    WORDS.into_iter().enumerate().map(move |(at, word)| (word, count(at)))
}

fn counts(changes: &Changes) -> String {
    let counts = by_change(changes).map(|(word, count)| format!("{count} {word}"));
    let mut text = format!("pages: {}", counts.collect::<Vec<_>>().join(", "));
    if !changes.markup.is_empty() {
        let _ = write!(text, "; {} in markup only", plural(changes.markup.len(), "page"));
    }
    if !changes.files.is_empty() {
        let _ = write!(text, "; {} that are no pages", plural(changes.files.len(), "file"));
    }
    text
}

/// For people.
pub fn text(changes: &Changes) -> String {
    let mut out = String::new();
    for ChangedPage { url, title, change, to, diff } in &changes.pages {
        let to = to.as_ref().map_or(String::new(), |to| format!("  → {to}"));
        let _ = write!(out, "{:10}  {url}  {title}{to}\n{diff}", WORDS[*change as usize]);
    }
    for file in &changes.files {
        let _ = writeln!(out, "{:10}  {}", WORDS[file.change as usize], file.path);
    }
    out + &counts(changes) + "\n"
}

/// For programs: one object.
pub fn json(changes: &Changes) -> String {
    let mut object = json!(changes);
    object["schema"] = json!(1);
    object["counts"] = by_change(changes).collect();
    format!("{object:#}\n")
}

/// For a comment of a pull request.
pub fn markdown(changes: &Changes) -> String {
    let mut out = format!("**silcrow** {}\n", counts(changes));
    if !changes.pages.is_empty() {
        out.push_str("\n| | page | title |\n|---|---|---|\n");
    }
    let rows = changes.pages.iter().map(|ChangedPage { url, title, change, to, .. }| {
        let to = to.as_ref().map_or(String::new(), |to| format!(" → {}", code(to)));
        format!("| {} | {}{to} | {} |\n", WORDS[*change as usize], code(url), plain(title))
    });
    if fill(&mut out, rows, LONGEST) < changes.pages.len() {
        return out + "\nThe rest of the list is left out: it is too long for a comment.\n";
    }
    let differing: Vec<_> = changes.pages.iter().filter(|page| !page.diff.is_empty()).collect();
    let parts = differing.iter().map(|ChangedPage { url, title, diff, .. }| {
        let fence = "`".repeat(longest_run(diff).max(2) + 1);
        let (url, title) = (in_html(url), in_html(title));
        format!(
            "\n<details><summary>{url} {title}</summary>\n\n{fence}diff\n{diff}{fence}\n\n</details>\n"
        )
    });
    if fill(&mut out, parts, LONGEST) < differing.len() {
        out.push_str("\nThe other differences are left out: they are too long for a comment.\n");
    }
    out
}

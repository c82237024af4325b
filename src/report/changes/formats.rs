//! What differs between two sites, for terminals, for programs, and for comments of pull requests.

use std::fmt::Write;

use serde_json::json;

use super::{Change, ChangedPage, Changes};
use crate::report::markdown::{code, in_html, longest_run, plain};
use crate::wording::plural;

const ALL: [Change; 4] = [Change::Added, Change::Changed, Change::Removed, Change::Redirected];

/// Hosts of pull requests take comments of 65,536 characters: past this many bytes, differences are left out.
const LONGEST: usize = 60_000;

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Changed => "changed",
        Change::Removed => "removed",
        Change::Redirected => "redirected",
    }
}

fn counts(changes: &Changes) -> String {
    let counts = ALL.map(|change| format!("{} {}", changes.count(change), word(change)));
    let mut text = format!("pages: {}", counts.join(", "));
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
    for page in &changes.pages {
        let ChangedPage { url, title, change, to, diff } = page;
        let to = to.as_ref().map_or(String::new(), |to| format!("  → {to}"));
        let _ = writeln!(out, "{:10}  {url}  {title}{to}", word(*change));
        out.push_str(diff);
    }
    for file in &changes.files {
        let _ = writeln!(out, "{:10}  {}", word(file.change), file.path);
    }
    let _ = writeln!(out, "{}", counts(changes));
    out
}

/// For programs: one object.
pub fn json(changes: &Changes) -> String {
    let counts: serde_json::Map<_, _> = ALL
        .map(|change| (word(change).to_owned(), changes.count(change).into()))
        .into_iter()
        .collect();
    let object = json!({
        "schema": 1,
        "counts": counts,
        "pages": changes.pages,
        "markup": changes.markup,
        "files": changes.files,
    });
    format!("{object:#}\n")
}

/// For a comment of a pull request.
pub fn markdown(changes: &Changes) -> String {
    let mut out = format!("**silcrow** {}\n", counts(changes));
    if !changes.pages.is_empty() {
        out.push_str("\n| | page | title |\n|---|---|---|\n");
    }
    for ChangedPage { url, title, change, to, .. } in &changes.pages {
        let to = to.as_ref().map_or(String::new(), |to| format!(" → {}", code(to)));
        let row = format!("| {} | {}{to} | {} |\n", word(*change), code(url), plain(title));
        if out.len() + row.len() > LONGEST {
            out.push_str("\nThe rest of the list is left out: it is too long for a comment.\n");
            return out;
        }
        out.push_str(&row);
    }
    for ChangedPage { url, title, diff, .. } in &changes.pages {
        if diff.is_empty() {
            continue;
        }
        let fence = "`".repeat(longest_run(diff).max(2) + 1);
        let part = format!(
            "\n<details><summary>{} {}</summary>\n\n{fence}diff\n{diff}{fence}\n\n</details>\n",
            in_html(url),
            in_html(title)
        );
        if out.len() + part.len() > LONGEST {
            out.push_str(
                "\nThe other differences are left out: they are too long for a comment.\n",
            );
            break;
        }
        out.push_str(&part);
    }
    out
}

//! The move of a page or a section, planned: where it goes, and what is in the way.

use super::plan::{Moved, Plan, Refusal, refuse};
use super::rename::Move;
use crate::article::ArticleKind;
use crate::compile::Session;
use crate::path::SourcePath;
use crate::site::PageId;
use crate::site::tree::CONTENT;
use crate::source::Sources;
use crate::wording::plural;

/// Plans the move of a page, or of a section with all that is in it.
///
/// # Errors
///
/// When the new name is none, or something is in the way.
pub fn plan(session: &Session, page: PageId, new: &str) -> Result<Plan, Refusal> {
    let (site, before) = (&**session.site(), &session.sources);
    let article = &site.page(page).article;
    let is_section = article.kind == ArticleKind::Section;
    if is_section && article.path.folder() == CONTENT {
        refuse!("the home page has no other place");
    }
    let from =
        if is_section { SourcePath::new(article.path.folder()) } else { article.path.clone() };
    let to = destination(&from, new, before)?;
    if to == from {
        refuse!("`{from}` is there already");
    }
    if to.below(from.as_str()).is_some() {
        refuse!("`{from}` cannot go into itself");
    }
    if before.get(&to).is_some() || before.has_folder(&to) {
        refuse!("`{to}` exists already; name another place, or move that one first");
    }
    if let Some(problem) = before
        .problems
        .iter()
        .find(|problem| problem.path == from || problem.path.below(from.as_str()).is_some())
    {
        refuse!("`{}` cannot be read as it is; `silcrow check` says why", problem.path);
    }
    let moved = Moved { from, to };
    let moving = Move::new(site, &moved);
    if let Some(obstacle) = moving.obstacle() {
        refuse!("{obstacle}");
    }
    let edits = moving.edits(before);
    let pages = plural(moving.pages().count(), "page");
    let Moved { from, to } = &moved;
    let what = if is_section {
        format!("moved `{from}` to `{to}`, {} in all", pages)
    } else {
        format!("moved `{from}` to `{to}`")
    };
    Ok(Plan::new(what, edits, Some(moved)))
}

/// The file or folder that is meant by a new name; an existing folder is moved into, as `mv` does.
fn destination(from: &SourcePath, new: &str, before: &Sources) -> Result<SourcePath, Refusal> {
    let bare = new.trim_start_matches("./").trim_start_matches('/');
    let bare = bare.strip_prefix("content/").unwrap_or(bare);
    let is_folder = bare.ends_with('/') || bare.is_empty();
    let bare = bare.trim_matches('/');
    let name = from.file_name();
    let extension =
        if from.extension() == Some("md") && before.get(from).is_some() { ".md" } else { "" };
    let stem = bare.strip_suffix(extension).unwrap_or(bare);
    let is_wrong = bare.contains(['\\', '\0', '#', '?', '<', '>', ':', '"', '|', '*'])
        || stem.rsplit('/').next() == Some("index")
        || !bare.is_empty()
            && stem.split('/').any(|part| {
                part.is_empty() || part.starts_with('.') || part.ends_with(['~', '.', ' '])
            });
    if is_wrong {
        refuse!(
            "`{new}` does not name a place for `{from}`; write its path in `{CONTENT}`, like `byok/setup-openai`"
        );
    }
    let folder = SourcePath::new(&format!("{CONTENT}/{bare}"));
    let is_into = is_folder || folder != *from && before.has_folder(&folder);
    Ok(if is_into {
        SourcePath::new(&format!("{folder}/{name}"))
    } else {
        SourcePath::new(&format!("{CONTENT}/{stem}{extension}"))
    })
}

//! `mv`: an article, a section or a heading under another name. What comes of it is read and compared before anything is
//! written, and then all of it is written or nothing.

mod findings;
mod left_behind;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::bail;

use super::arguments::MvArguments;
use super::session::{self, Session};
use super::{Outcome, page_names, printer};
use crate::article::ArticleKind;
use crate::compile;
use crate::config::Options;
use crate::edit::heading::{self, Name};
use crate::edit::rename::{self, Edits, Move, Reading};
use crate::edit::{self};
use crate::io::disk::{self, ChangedText, Changes};
use crate::path::SourcePath;
use crate::record::{self, Published, State};
use crate::report::{diff, plural};
use crate::site::tree::CONTENT;
use crate::site::{PageId, Site, history};
use crate::source::{File, Sources};

/// What will be done.
struct Plan {
    /// The sources after it, under their new paths.
    after: Sources,
    /// What moves: a file or a folder, and where it goes.
    moved: Option<(SourcePath, SourcePath)>,
    /// What it is, in words.
    what: String,
}

impl Plan {
    fn path(&self, path: &SourcePath) -> SourcePath {
        let Some((from, to)) = &self.moved else { return path.clone() };
        if path == from {
            return to.clone();
        }
        match path.below(from.as_str()) {
            Some(rest) => SourcePath::new(&format!("{to}/{rest}")),
            None => path.clone(),
        }
    }
}

pub(super) fn mv(arguments: &MvArguments) -> anyhow::Result<Outcome> {
    let today = session::today(arguments.today);
    let mut session = Session::open(&arguments.root, Options::on(today))?;
    let (before, site) = (session.sources.clone(), Arc::clone(&session.compiled.site));
    let plan = match arguments.old.split_once('#') {
        Some((page, id)) => {
            let page = page_names::page(&site, page)?;
            rename_heading(&mut session, (page, id), &arguments.new)?
        }
        None => move_page((&site, &before), &arguments.old, &arguments.new)?,
    };
    let changed = session.compile(&plan.after).site;
    if let Some(path) = rename::strayed((&site, &changed), &|path| plan.path(path)) {
        bail!(
            "a link in `{path}` would lead elsewhere, and nothing was changed; write it as `silcrow check` says, then try again"
        );
    }
    keeps_addresses(&site, &changed, &plan)?;
    let mut after = plan.after.clone();
    update_record((&site, &changed), &mut after, &plan);
    let recorded = session.compile(&after);
    findings::compare((&session.compiled, &before), (&recorded, &after), &|path| plan.path(path))?;
    let texts = changed_texts(&before, &after, &plan);
    left_behind::tell((&site, &changed), &arguments.root, &|path| plan.path(path));
    if arguments.dry_run {
        printer::plain(&shown(&texts, &plan))?;
        printer::say(format_args!("would change {}", plural(texts.len(), "file")));
        return Ok(Outcome::Clean);
    }
    write(arguments, (&before, &plan), &texts)?;
    printer::say(format_args!("{}; changed {}", plan.what, plural(texts.len(), "file")));
    Ok(Outcome::Clean)
}

/// A text that changes: its path before, its path after, what it held and what it will hold.
type Changed = (SourcePath, SourcePath, Arc<str>, Arc<str>);

fn changed_texts(before: &Sources, after: &Sources, plan: &Plan) -> Vec<Changed> {
    let texts = before.files().filter_map(|(path, _)| {
        let (old, new) = (before.text(path)?, after.text(&plan.path(path))?);
        (!before.is_embedded(path) && old != new)
            .then(|| (path.clone(), plan.path(path), Arc::clone(old), Arc::clone(new)))
    });
    texts.collect()
}

fn move_page((site, before): (&Site, &Sources), old: &str, new: &str) -> anyhow::Result<Plan> {
    let page = page_names::page(site, old)?;
    let article = &site.page(page).article;
    let is_section = article.kind == ArticleKind::Section;
    if is_section && article.path.folder() == CONTENT {
        bail!("the home page has no other place");
    }
    let from =
        if is_section { SourcePath::new(article.path.folder()) } else { article.path.clone() };
    let to = destination(&from, new, before)?;
    if to == from {
        bail!("`{from}` is there already");
    }
    if to.below(from.as_str()).is_some() {
        bail!("`{from}` cannot go into itself");
    }
    if before.get(&to).is_some() || before.has_folder(&to) {
        bail!("`{to}` exists already; name another place, or move that one first");
    }
    if let Some(problem) = before
        .problems
        .iter()
        .find(|problem| problem.path == from || problem.path.below(from.as_str()).is_some())
    {
        bail!("`{}` cannot be read as it is; `silcrow check` says why", problem.path);
    }
    let moving = Move::new(site, from.clone(), to.clone());
    if let Some(obstacle) = moving.obstacle() {
        bail!("{obstacle}");
    }
    let reading = Reading { locate: compile::locate, locate_settings: compile::locate_settings };
    let edits = moving.edits(before, &reading);
    let count = moving.pages().count();
    let what = if is_section {
        format!("moved `{from}` to `{to}`, {} in all", plural(count, "page"))
    } else {
        format!("moved `{from}` to `{to}`")
    };
    let edited = edited(before, &edits)?;
    let mut after = Sources::new(Vec::new(), edited.problems.clone());
    for (path, file) in edited.files() {
        let to = moving.path(path);
        if to != *path
            && let Some(problem) = disk::unreadable_path(&to)
        {
            bail!("`{path}` cannot become `{to}`: {problem}");
        }
        let spelling = file.spelling.clone().filter(|_| to == *path);
        after.insert(to, File { spelling, ..file.clone() });
    }
    Ok(Plan { after, moved: Some((from, to)), what })
}

/// The file or folder that is meant by a new name; an existing folder is moved into, as `mv` does.
fn destination(from: &SourcePath, new: &str, before: &Sources) -> anyhow::Result<SourcePath> {
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
        bail!(
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

fn edited(before: &Sources, edits: &Edits) -> anyhow::Result<Sources> {
    let mut after = before.clone();
    for (path, edits) in edits {
        let Some(text) = before.text(path).filter(|_| before.is_exact(path)) else {
            bail!("`{path}` is not UTF-8, and cannot be changed");
        };
        after.set_text(path, Arc::from(edit::edited(text, edits)));
    }
    Ok(after)
}

fn rename_heading(
    session: &mut Session,
    (page, id): (PageId, &str),
    new: &str,
) -> anyhow::Result<Plan> {
    let site = &*Arc::clone(&session.compiled.site);
    let before = &session.sources.clone();
    let article = &site.page(page).article;
    let (path, headings) = (&article.path, &article.body.headings);
    let Some(index) = headings.iter().position(|heading| *heading.id == *id) else {
        let near = crate::suggest::nearest(id, headings.iter().map(|heading| heading.id.as_ref()));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        bail!("`{path}` has no heading with the id `{id}`{hint}");
    };
    let name = match new.trim().strip_prefix('#') {
        Some(id)
            if !id.is_empty() && !id.contains(|c: char| c.is_whitespace() || "{}#".contains(c)) =>
        {
            Name::Id(id)
        }
        Some(_) => bail!(
            "`{new}` is not an id; write `#` and a word without spaces, or the heading's new text"
        ),
        None if new.trim().is_empty() || new.contains(['\n', '\r']) => {
            bail!("the heading's new text is empty, or has more than one line")
        }
        None => Name::Text(new.trim()),
    };
    let text = before.text(path).filter(|_| before.is_exact(path));
    let renamed = text.and_then(|text| heading::renamed(text, headings[index].span, name));
    let Some(own) = renamed else {
        bail!(
            "`{path}` writes this heading in a way that is not known here; rename it by hand, and add `{id}` to `anchors`"
        );
    };
    // Which id the new name has, only reading it tells.
    let first = edited(before, &Edits::from([(path.clone(), vec![own.clone()])]))?;
    let read = session.compile(&first).site;
    let after = &read.page(page).article.body.headings;
    let others =
        |(at, (old, new)): (usize, (&crate::article::Heading, &crate::article::Heading))| {
            at == index || old.id == new.id
        };
    if after.len() != headings.len() || !headings.iter().zip(after.iter()).enumerate().all(others) {
        bail!(
            "with that name, other headings of `{path}` would get other ids; write ids of their own to those that are alike first, like `silcrow mv {}#{id} '#{id}'`",
            rename::name(path)
        );
    }
    let new_id = &after[index].id;
    let anchors = &article.front_matter.anchors;
    if let Some((_, to)) = anchors.iter().find(|(old, to)| **old == **new_id && *to != *id) {
        bail!(
            "`#{new_id}` leads to `#{to}` in `{path}`, by its `anchors`; take it out there first, or choose another name"
        );
    }
    let mut edits = Edits::new();
    if **new_id != *id {
        edits = heading::edits(site, (page, id, new_id), before, compile::locate);
    }
    edits.entry(path.clone()).or_default().push(own);
    let what = format!("renamed the heading `{id}` of `{path}`, which has the id `{new_id}` now");
    Ok(Plan { after: edited(before, &edits)?, moved: None, what })
}

/// Every old address leads to its page, and every old id to a place on it.
fn keeps_addresses(site: &Site, changed: &Site, plan: &Plan) -> anyhow::Result<()> {
    for id in site.included().filter(|id| site.page(*id).has_file) {
        let page = site.page(id);
        let path = plan.path(&page.article.path);
        let Some(now) = changed.routes.page(path.as_str()) else {
            bail!("`{path}` would be lost, and nothing was changed")
        };
        let (url, new_url) = (page.url.as_str(), changed.page(now).url.as_str());
        if url != new_url && url.to_lowercase() == new_url.to_lowercase() {
            bail!(
                "`{url}` and `{new_url}` are one address where case does not count, so that the old one could not lead to the new one; choose another name"
            );
        }
        let is_kept = changed.page(now).url == page.url
            || changed.routes.alias(page.url.as_str()) == Some(now);
        let body = &changed.page(now).article.body;
        if !is_kept {
            bail!(
                "`{}` could not be kept as an alias, and nothing was changed; write the `aliases` in `{}` as a list",
                page.url.as_str(),
                page.article.path
            );
        }
        if let Some(lost) = page.article.body.ids().find(|id| !body.has_id(id)) {
            bail!(
                "`{}` would lose the id `{lost}`, and nothing was changed; write its `anchors` as keys and values",
                page.article.path
            );
        }
    }
    Ok(())
}

/// The record follows: a page keeps what is known of it under its new URL. A heading's new text is no reason to say that the
/// article was written anew.
fn update_record((site, changed): (&Site, &Site), after: &mut Sources, plan: &Plan) {
    let path = SourcePath::new(record::FILE);
    if after.text(&path).is_none() || !site.record.damages.is_empty() {
        return;
    }
    let mut record = site.record.record.clone();
    let mut moves: BTreeMap<String, String> = BTreeMap::new();
    for id in site.included() {
        let page = site.page(id);
        let new = plan.path(&page.article.path);
        let Some(now) = changed.routes.page(new.as_str()) else { continue };
        let (url, new_url) = (page.url.encoded(), changed.page(now).url.encoded());
        // From before the move: another page may go to where this one was.
        let Some(State::Page(known)) = site.record.record.get(&url) else { continue };
        let is_touched = url != new_url || !Arc::ptr_eq(&page.article, &changed.page(now).article);
        if !is_touched {
            continue;
        }
        let text = if known.text == history::text_hash(page) {
            history::text_hash(changed.page(now))
        } else {
            known.text
        };
        let known = Published { text, ..known.clone() };
        record.set_page(&new_url, known);
        if url != new_url {
            record.set(&url, State::Redirect(new_url.as_str().into()));
            moves.insert(url, new_url);
        }
    }
    // Old addresses of old addresses lead on in one step.
    let leads: Vec<(String, String)> = record
        .entries()
        .filter_map(|(url, state, _)| match state {
            State::Redirect(to) => Some((url.to_owned(), moves.get(&**to)?.clone())),
            _ => None,
        })
        .collect();
    leads.into_iter().for_each(|(url, to)| record.set(&url, State::Redirect(to.into())));
    after.set_text(&path, Arc::from(record.print()));
}

/// The difference as `git apply` takes it.
fn shown(texts: &[Changed], plan: &Plan) -> String {
    let mut shown = String::new();
    if let Some((from, to)) = &plan.moved {
        shown.push_str(&format!("rename from {from}\nrename to {to}\n"));
    }
    for (old_path, new_path, old, new) in texts {
        shown.push_str(&diff::between((old_path.as_str(), old), (new_path.as_str(), new)));
    }
    shown
}

fn write(
    arguments: &MvArguments,
    (before, plan): (&Sources, &Plan),
    texts: &[Changed],
) -> anyhow::Result<()> {
    let spelled = |path: &SourcePath| -> String {
        if let Some((from, to)) = &plan.moved {
            if let Some(rest) =
                plan.path(path).below(to.as_str()).filter(|_| path.below(from.as_str()).is_some())
            {
                // Inside a folder that moves, names stay as they are spelled.
                let own = before.spelling(path);
                let tail =
                    own.len().checked_sub(rest.len()).and_then(|at| own.get(at..)).unwrap_or(rest);
                return format!("{to}/{tail}");
            }
            if path == from {
                return to.to_string();
            }
        }
        before.spelling(path).to_owned()
    };
    let changed =
        texts.iter().map(|(path, _, old, new)| ChangedText::new(&spelled(path), old, new));
    let moves = plan.moved.iter().map(|(from, to)| (folder_spelling(before, from), to.to_string()));
    let changes = Changes::new(moves.collect(), changed.collect());
    disk::change(&arguments.root, &changes)?;
    Ok(())
}

/// A file's or a folder's path as the file system spells it.
fn folder_spelling(sources: &Sources, path: &SourcePath) -> String {
    if sources.get(path).is_some() {
        return sources.spelling(path).to_owned();
    }
    let depth = path.as_str().split('/').count();
    let inside = sources.files().find(|(file, _)| file.below(path.as_str()).is_some());
    let spelled = inside.map(|(file, _)| {
        sources.spelling(file).split('/').take(depth).collect::<Vec<_>>().join("/")
    });
    spelled.unwrap_or_else(|| path.to_string())
}

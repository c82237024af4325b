//! A change of the sources, planned and not yet made: titled edits, and what moves. Before anything is written, the changed
//! site is compiled and compared: links lead where they led, old addresses and ids are kept, no error is new.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{ChangedText, rename};
use crate::compile::{Compiled, Session};
use crate::diagnostic::{self, Applicability, Diagnostic, Edit, EditSet, Family, Severity};
use crate::path::SourcePath;
use crate::record::{self, Published, Record, State};
use crate::site::{Site, history};
use crate::source::{File, Sources};

/// A change of the sources.
pub struct Plan {
    /// The edits, of the files where they are before the change.
    pub edits: EditSet,
    /// The file or folder that moves.
    pub moved: Option<Moved>,
}

/// A file or folder that moves.
pub struct Moved {
    /// Where it is.
    pub from: SourcePath,
    /// Where it goes.
    pub to: SourcePath,
}

/// Why a change cannot be made.
#[derive(Debug)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Refuses a change, with a message like `format!`.
macro_rules! refuse {
    ($($message:tt)*) => {
        return Err($crate::edit::plan::Refusal(format!($($message)*)))
    };
}
pub(super) use refuse;

impl Plan {
    /// A plan with this title.
    pub(super) fn new(title: String, edits: Vec<Edit>, moved: Option<Moved>) -> Self {
        Self { edits: EditSet { title, edits, applicability: Applicability::Safe }, moved }
    }

    /// Where a source is after the change.
    pub fn path(&self, path: &SourcePath) -> SourcePath {
        let moved = self.moved.as_ref();
        moved.and_then(|moved| moved.path(path)).unwrap_or_else(|| path.clone())
    }

    /// The sources after the change.
    ///
    /// # Errors
    ///
    /// When a text that changes is not UTF-8.
    pub fn apply(&self, before: &Sources) -> Result<Sources, Refusal> {
        let mut after = Sources::new(Vec::new(), before.problems.clone());
        for (path, file) in before.files() {
            let to = self.path(path);
            let spelling = file.spelling.clone().filter(|_| to == *path);
            after.insert(to, File { spelling, ..file.clone() });
        }
        for (path, edits) in diagnostic::by_file(self.edits.edits.iter()) {
            let Some(text) = before.text(path).filter(|_| before.is_exact(path)) else {
                refuse!("`{path}` is not UTF-8, and cannot be changed");
            };
            after.set_text(&self.path(path), super::apply(text, edits).into());
        }
        Ok(after)
    }

    /// The texts that change, by path.
    pub fn texts(&self, before: &Sources) -> Result<Vec<ChangedText>, Refusal> {
        let after = self.apply(before)?;
        Ok(super::changed_texts(before, &after, |path| self.path(path)))
    }

    /// Compares the site before and after the change, and adds the change of the record to the plan. Returns the site after
    /// it, and what the writer should know.
    ///
    /// # Errors
    ///
    /// When something would be lost, or `check` would find a new error.
    pub fn verify(&mut self, session: &mut Session) -> Result<(Arc<Site>, Vec<String>), Refusal> {
        let after = self.apply(&session.sources)?;
        let compiled = session.compile(&after);
        let (site, changed) = (Arc::clone(session.site()), Arc::clone(&compiled.site));
        let path = |path: &SourcePath| self.path(path);
        if let Some(path) = rename::first_changed_target(&site, &changed, &path) {
            // No link leads to a page whose URL is taken: that is what there is to say.
            if changed.conflicts.len() > site.conflicts.len() {
                new_findings(session, (&compiled, &after), self)?;
            }
            refuse!(
                "a link in `{path}` would lead elsewhere, and nothing was changed; write it as `silcrow check` says, then try again"
            );
        }
        keeps_addresses(&site, &changed, self)?;
        let file = SourcePath::new(record::FILE);
        let record = session.sources.text(&file).filter(|_| site.record.damages.is_empty());
        if let Some(old) = record {
            let new = changed_record(&site, &changed, self).print();
            self.edits.edits.push(Edit::new(&file, 0..old.len(), new));
        }
        let after = self.apply(&session.sources)?;
        let compiled = session.compile(&after);
        let notices = new_findings(session, (&compiled, &after), self)?;
        Ok((changed, notices))
    }
}

impl Moved {
    /// Where a source is after the move; nothing when it stays.
    pub fn path(&self, path: &SourcePath) -> Option<SourcePath> {
        if *path == self.from {
            return Some(self.to.clone());
        }
        Some(SourcePath::new(&format!("{}/{}", self.to, path.below(self.from.as_str())?)))
    }
}

/// Every old address leads to its page, and every old id to a place on it.
fn keeps_addresses(site: &Site, changed: &Site, plan: &Plan) -> Result<(), Refusal> {
    for id in site.included().filter(|id| site.page(*id).has_file) {
        let page = site.page(id);
        let path = plan.path(&page.article.path);
        let Some(now) = changed.routes.page(path.as_str()) else {
            refuse!("`{path}` would be lost, and nothing was changed")
        };
        let (url, new_url) = (page.url.as_str(), changed.page(now).url.as_str());
        if url != new_url && url.to_lowercase() == new_url.to_lowercase() {
            refuse!(
                "`{url}` and `{new_url}` are one address where case does not count, so that the old one could not lead to the new one; choose another name"
            );
        }
        let is_kept = changed.page(now).url == page.url
            || changed.routes.alias(page.url.as_str()) == Some(now);
        if !is_kept {
            refuse!(
                "`{}` could not be kept as an alias, and nothing was changed; write the `aliases` in `{}` as a list",
                page.url.as_str(),
                page.article.path
            );
        }
        if let Some(lost) = page.article.body.ids().find(|id| !changed.ids.has(now, id)) {
            refuse!(
                "`{}` would lose the id `{lost}`, and nothing was changed; write its `anchors` as keys and values",
                page.article.path
            );
        }
    }
    Ok(())
}

/// The record follows: a page keeps what is known of it under its new URL. A heading's new text is no reason to say that the
/// article was written anew.
fn changed_record(site: &Site, changed: &Site, plan: &Plan) -> Record {
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
    for file in history::files(site) {
        let Some(now) = changed.routes.asset(&plan.path(&file.source)) else { continue };
        let known = site.record.record.get(&file.url.encoded());
        if let Some(known @ State::Page(_)) = known.filter(|_| now.url != file.url) {
            record.set(&now.url.encoded(), known.clone());
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
    record
}

/// What `check` says after the change that it did not say before: warnings. The first new error refuses the change.
fn new_findings(
    before: &Session,
    (after, sources): (&Compiled, &Sources),
    plan: &Plan,
) -> Result<Vec<String>, Refusal> {
    let mut notices = Vec::new();
    let mut known: BTreeMap<(&str, SourcePath), usize> = BTreeMap::new();
    for finding in before.findings() {
        *known.entry((finding.rule.name, plan.path(&finding.span.file))).or_default() += 1;
    }
    for finding in after.all_findings(sources) {
        let Diagnostic { rule, message, span, .. } = &finding;
        if let Some(count) =
            known.get_mut(&(rule.name, span.file.clone())).filter(|count| **count > 0)
        {
            *count -= 1;
            continue;
        }
        let said =
            format!("`silcrow check` would say of `{}`: {message} ({})", span.file, rule.name);
        match finding.severity {
            // Every address and id is known to be kept; findings of what vanished before may have other words now.
            Severity::Error if rule.family != Family::History => {
                refuse!("after that, {said}; nothing was changed")
            }
            Severity::Error | Severity::Warning => notices.push(format!("now {said}")),
            Severity::Info | Severity::Off => {}
        }
    }
    Ok(notices)
}

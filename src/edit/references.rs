//! References in a change: the edits by which they lead where they led, and whether they do.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Plan;
use super::front_matter::replace;
use crate::diagnostic::Edit;
use crate::path::SourcePath;
use crate::site::Site;
use crate::site::links::{Document, Holder, Reference, Target, written};
use crate::site::routes::Place;
use crate::source::Sources;

/// What is new in a destination.
pub(super) enum New<'a> {
    /// The path, percent-encoded; what follows it stays.
    Path(String, &'a str),
    /// What follows the path, from its `#`; the path stays.
    Fragment(&'a str, String),
    /// All of it, which is an id, or a name.
    Name(String),
}

/// The edits of all references in which something is new.
pub(super) fn edits<'s>(
    site: &'s Site,
    sources: &Sources,
    new: &(dyn Fn(&Document<'s>, &'s Reference) -> Option<New<'s>> + Sync),
) -> Vec<Edit> {
    let documents: Vec<_> = site.documents().collect();
    let of_document = |document: &Document<'s>| {
        let text = sources.text(document.path).filter(|_| !sources.is_embedded(document.path));
        let Some(text) = text else { return Vec::new() };
        // A reference definition is written once, however often it is used.
        let mut edited = BTreeSet::new();
        let edit = |reference| edit(document, reference, text, new(document, reference)?);
        let edits = document.references.iter().filter_map(edit);
        edits.filter(|edit| edited.insert(edit.span.end)).collect::<Vec<_>>()
    };
    documents.par_iter().flat_map_iter(of_document).collect()
}

/// Writes a new destination. What stays of it stays as it is typed, where that can be told.
fn edit(document: &Document<'_>, reference: &Reference, text: &str, new: New<'_>) -> Option<Edit> {
    let (kind, at) = (reference.link.kind, document.span(reference.link.span));
    let (start, typed) = (at.range().start, text.get(at.range())?);
    let (range, new) = match new {
        New::Name(name) => return Some(replace(&at, text, &name)),
        New::Path(path, rest) if !kind.is_link() => {
            return Some(replace(&at, text, &(path + rest)));
        }
        New::Path(path, rest) => {
            let path = written(&path, "", kind);
            match typed.strip_suffix(rest).filter(|_| !rest.is_empty()) {
                Some(before) => (start..start + before.len(), path),
                None => (at.range(), path + &written("", rest, kind)),
            }
        }
        New::Fragment(path, fragment) => {
            let fragment = written("", &fragment, kind);
            match typed.split_once('#').filter(|(_, fragment)| !fragment.contains('#')) {
                Some((before, _)) => (start + before.len()..at.range().end, fragment),
                None => (at.range(), written(path.trim_start(), "", kind) + &fragment),
            }
        }
    };
    Some(Edit::new(document.path, range, new))
}

/// The first document of which a link or an entry leads elsewhere after a change.
pub(super) fn first_changed_target<'a>(
    before: &'a Site,
    after: &Site,
    plan: &Plan,
) -> Option<&'a SourcePath> {
    // A folder that is empty now has no page made up for it any more. Redirects of the settings are added.
    let has_file = |site: &Site, document: &Document<'_>| match document.holder {
        Holder::Page(page) => site.page(page).has_file,
        Holder::Html(_) => true,
        Holder::Settings => false,
    };
    let now: BTreeMap<&SourcePath, Document<'_>> =
        after.documents().map(|document| (document.path, document)).collect();
    let documents: Vec<_> =
        before.documents().filter(|document| has_file(before, document)).collect();
    let changed = documents.par_iter().find_first(|document| {
        let new_path = plan.path(document.path);
        let expected = targets(before, document, &|path| plan.path(path));
        now.get(&new_path).is_none_or(|now| targets(after, now, &Clone::clone) != expected)
    });
    changed.map(|document| document.path)
}

/// Where the links and entries of a document lead: to which source, and to which page of its list. Aliases and old ids lead
/// to their own page, and a change adds some.
fn targets(
    site: &Site,
    document: &Document<'_>,
    path: &dyn Fn(&SourcePath) -> SourcePath,
) -> Vec<Option<(SourcePath, u32)>> {
    let target = |one: &Reference| match one.target {
        Target::Place(Place::Page(page)) => Some((path(&site.page(page).article.path), 0)),
        Target::Place(Place::SectionList(page, number)) => {
            Some((path(&site.page(page).article.path), number))
        }
        Target::Place(Place::Asset(asset)) => {
            Some((path(&site.routes.assets[asset as usize].source), 0))
        }
        _ => None,
    };
    let is_followed = |one: &&Reference| one.link.kind.is_link() || one.link.kind.is_name();
    document.references.iter().filter(is_followed).map(target).collect()
}

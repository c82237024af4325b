//! What a publish refuses to do, so that a mistake costs an error and not a site.

use std::collections::BTreeSet;

use super::journal::Journal;
use super::plan::{Held, Wanted};
use crate::path::OutputPath;
use crate::wording::code_list;

/// How many files may be deleted without a word: this many, or this share of all.
const FREE_DELETIONS: usize = 10;
const FREE_SHARE: usize = 10;
/// How many files a message names.
const NAMED: usize = 5;

/// What a publish may do that it does not do without a word.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// How many files it may delete; when nothing is said, ten or a tenth of all.
    pub deletions: Option<usize>,
    /// Whether it may write over files that silcrow did not publish.
    pub adopt: bool,
    /// The base URL that the site had when it was published last.
    pub moved_from: Option<String>,
}

/// Why nothing is published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "the site has no articles, so readers would be left with nothing; name the right folder with `--root`"
    )]
    Empty,
    #[error(
        "the URL of the site is not known; set `base_url` in `site.yaml` to a full URL, or give `--base-url`"
    )]
    NoBaseUrl,
    /// Another site is published at the target: its base URL, and ours.
    #[error(
        "the target holds the site of `{0}`, and this one is `{1}`; name another target, or use `--moved-from {0}` if the site has moved"
    )]
    OtherSite(String, String),
    /// Files of others would be written over: how many, and the first of them.
    #[error(
        "the target already holds {0} of these files, which silcrow did not publish: {names}; name another target, or use `--adopt` to overwrite them",
        names = list(.1, *.0)
    )]
    Foreign(usize, Vec<String>),
    /// More files would be deleted than is allowed: how many, how many are, and the first of them.
    #[error(
        "{0} files would be deleted, and {1} may be: {names}; use `--max-delete {0}` if that is intended",
        names = list(.2, *.0)
    )]
    Deletions(usize, usize, Vec<String>),
}

fn list(first: &[String], count: usize) -> String {
    let more = if count > first.len() { " and others" } else { "" };
    code_list(first) + more
}

/// Refuses a site without articles or address, and targets of others.
pub(super) fn refuse_others(
    site: &str,
    wanted: &Wanted,
    held: &Held,
    allowed: &Allowed,
) -> Result<(), Refusal> {
    let journal = held.journal.as_ref().map(|journal| &journal.site);
    let begun = journal.filter(|site| !site.is_empty()).or(held.begun.as_ref());
    let theirs = held.manifest.as_ref().map(|manifest| &manifest.site).or(begun);
    if let Some(theirs) = theirs.filter(|theirs| *theirs != site)
        && allowed.moved_from.as_ref() != Some(theirs)
    {
        return Err(Refusal::OtherSite(theirs.clone(), site.to_owned()));
    }
    if held.manifest.is_some() || allowed.adopt {
        return Ok(());
    }
    let ours = held.journal.iter().flat_map(Journal::objects);
    let ours: BTreeSet<_> = ours.map(|object| &object.path).collect();
    let paths = wanted.objects.iter().map(|object| &object.path);
    let lost = paths.filter(|path| held.foreign.contains(*path) && !ours.contains(path));
    let lost: Vec<_> = lost.collect();
    if lost.is_empty() { Ok(()) } else { Err(Refusal::Foreign(lost.len(), first(&lost))) }
}

/// Refuses more deletions than are allowed at a target with `all` objects.
pub(super) fn refuse_deletions(
    paths: &[&OutputPath],
    all: usize,
    allowed: &Allowed,
) -> Result<(), Refusal> {
    let limit = allowed.deletions.unwrap_or(FREE_DELETIONS.max(all / FREE_SHARE));
    let is_allowed = paths.len() <= limit;
    let refusal = || Refusal::Deletions(paths.len(), limit, first(paths));
    is_allowed.then_some(()).ok_or_else(refusal)
}

/// Enough of a list for a message.
fn first(paths: &[&OutputPath]) -> Vec<String> {
    paths.iter().take(NAMED).map(|path| path.as_str().to_owned()).collect()
}

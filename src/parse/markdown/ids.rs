//! Ids that stand more than once on the page: written twice, kept for a heading, or the theme's own.

use ahash::{AHashMap, AHashSet};

use super::footnotes::Numbers;
use crate::diagnostic::{DUPLICATE_ID, Problem};
use crate::fields::Named;
use crate::parse::fragment::Fragment;
use crate::theme::ID_PREFIX;

/// The problems of the ids that are written in a body.
pub(super) fn problems(
    body: &Fragment,
    numbers: &Numbers,
    anchors: &[Named<String>],
) -> Vec<Problem> {
    if body.ids.is_empty() {
        return Vec::new();
    }
    let mut written: Vec<_> = body.ids.iter().collect();
    written.sort_by_key(|id| id.at().start);
    let old: AHashSet<&str> = anchors.iter().map(|anchor| anchor.name.as_str()).collect();
    // The check of the whole page finds those of headings that are kept too.
    let explicit: AHashSet<&str> =
        body.headings.iter().filter_map(|heading| heading.id.as_deref()).collect();
    let of_footnotes: AHashSet<String> = numbers.ids().collect();
    let mut first = AHashMap::new();
    let problems = written.into_iter().filter_map(|id| {
        let name = id.as_str();
        let first = first.entry(name).or_insert_with(|| id.at());
        let help = if *first != id.at() {
            "links find the first one only; give this one another id"
        } else if name.starts_with(ID_PREFIX) {
            "ids that begin with `silcrow:` are the theme's; give this one another id"
        } else if of_footnotes.contains(name) {
            "footnotes have ids like this one; give this one another id"
        } else if old.contains(name) && !explicit.contains(name) {
            "`anchors` in the front matter keeps it for a heading; give this one another id"
        } else {
            return None;
        };
        let problem =
            Problem::new(&DUPLICATE_ID, id.at(), format!("duplicate id `{id}`")).help(help);
        let is_first = *first == id.at();
        Some(if is_first { problem } else { problem.relate(first.clone(), "first written here") })
    });
    problems.collect()
}

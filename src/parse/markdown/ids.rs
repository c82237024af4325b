//! Ids that stand more than once on the page: written twice, kept for a heading, or the theme's own.

use std::ops::Range;

use ahash::{AHashMap, AHashSet};

use super::footnotes::Numbers;
use crate::article::front_matter::OldAnchor;
use crate::diagnostic::DUPLICATE_ID;
use crate::parse::Finding;
use crate::parse::fragment::Fragment;
use crate::theme::ID_PREFIX;

/// The findings of the ids that are written in a body.
pub(super) fn findings(body: &Fragment, numbers: &Numbers, anchors: &[OldAnchor]) -> Vec<Finding> {
    let mut written: Vec<_> = body.ids.iter().collect();
    written.sort_by_key(|(_, at)| at.start);
    let mut first: AHashMap<&str, &Range<usize>> = AHashMap::new();
    let old: AHashSet<&str> = anchors.iter().map(|anchor| anchor.old.as_str()).collect();
    // The check of the whole page finds those of headings that are kept too.
    let explicit: AHashSet<&str> =
        body.headings.iter().filter_map(|heading| heading.id.as_deref()).collect();
    let mut findings = Vec::new();
    for (id, at) in written {
        let duplicate = || Finding::new(&DUPLICATE_ID, at.clone(), format!("duplicate id `{id}`"));
        if let Some(other) = first.get(id.as_str()) {
            let finding = duplicate()
                .help("links find the first one only; give this one another id")
                .other((*other).clone(), "first written here");
            findings.push(finding);
            continue;
        }
        first.insert(id, at);
        if id.starts_with(ID_PREFIX) {
            findings.push(duplicate().help(format!(
                "ids that begin with `{ID_PREFIX}` are the theme's; give this one another id"
            )));
        } else if numbers.has_id(id) {
            findings.push(
                duplicate().help("footnotes have ids like this one; give this one another id"),
            );
        } else if old.contains(id.as_str()) && !explicit.contains(id.as_str()) {
            findings.push(duplicate().help(
                "`anchors` in the front matter keeps it for a heading; give this one another id",
            ));
        }
    }
    findings
}

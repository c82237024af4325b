//! Which page leads where, over the whole site: what a writer has to know before deleting or renaming a page. Reads the
//! links that are resolved already.

use std::collections::BTreeSet;

use super::links::{Reference, Target};
use super::routes::Place;
use super::{PageId, Site};

/// The pages that a page leads to, and by which reference: its text first, in the order of its references.
pub fn out_of(site: &Site, from: PageId) -> impl Iterator<Item = (PageId, &Reference)> {
    let references = site.references[from.0 as usize].iter();
    let edges = references.filter_map(|reference| Some((page(reference.target)?, reference)));
    edges.filter(move |(to, _)| *to != from)
}

fn page(target: Target) -> Option<PageId> {
    match target {
        Target::Place(Place::Page(page) | Place::SectionList(page, _)) => Some(page),
        _ => None,
    }
}

/// The pages that lead to a page, by path, and how.
pub fn into(site: &Site, to: PageId) -> impl Iterator<Item = (PageId, &Reference)> {
    let others = site.included().filter(move |from| *from != to);
    others.flat_map(move |from| {
        out_of(site, from).filter(move |(page, _)| *page == to).map(move |(_, edge)| (from, edge))
    })
}

/// The articles that lead to no other page, by path.
pub fn dead_ends(site: &Site) -> impl Iterator<Item = PageId> {
    site.included().filter(|id| !site.is_section_page(*id) && out_of(site, *id).next().is_none())
}

/// Every page with the number of pages that lead to it, most first, ties by path.
pub fn by_inbound(site: &Site) -> Vec<(PageId, usize)> {
    let mut counts = vec![0; site.pages.len()];
    for from in site.included() {
        let to: BTreeSet<PageId> = out_of(site, from).map(|(to, _)| to).collect();
        to.into_iter().for_each(|to| counts[to.0 as usize] += 1);
    }
    let mut pages: Vec<_> = site.included().map(|id| (id, counts[id.0 as usize])).collect();
    pages.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
    pages
}

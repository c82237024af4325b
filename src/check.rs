//! The rules that look at the whole site. Each reads it and returns findings; one file per family.

pub mod external;
mod freshness;
mod front_matter;
mod graph;
mod headings;
mod history;
mod input;
mod settings;
mod suggestions;
pub mod suppressions;
mod targets;

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::site::{PageId, Site};
use crate::source::Sources;
use suggestions::Names;

/// What every rule reads.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The site.
    pub site: &'a Site,
    /// The snapshot.
    pub sources: &'a Sources,
    /// Whether there is a template of that name.
    pub has_template: &'a (dyn Fn(&str) -> bool + Sync),
}

/// Every finding of every rule, in no particular order.
pub fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let site = context.site;
    let mut findings = input::findings(context);
    findings.extend(graph::findings(context));
    findings.extend(settings::findings(context));
    findings.extend(history::findings(context));
    let names = &Names::new(site);
    let documents: Vec<_> = site.documents().collect();
    let of_references = |document| targets::findings(&document, site, names);
    findings.par_extend(documents.into_par_iter().flat_map_iter(of_references));
    let of_page = |index| {
        let id = PageId(index as u32);
        let found = front_matter::findings(context, id).into_iter();
        found.chain(headings::findings(context, id)).chain(freshness::stale(context, id))
    };
    findings.par_extend((0..site.pages.len()).into_par_iter().flat_map_iter(of_page));
    findings
}

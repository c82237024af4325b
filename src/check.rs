//! The rules that look at the whole site. Each reads it and returns findings; one file per family.

pub mod external;
mod freshness;
mod front_matter;
mod graph;
mod headings;
mod history;
mod hosts;
mod input;
mod settings;
mod suggestions;
pub mod suppressions;
mod targets;
mod theme;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Rule};
use crate::site::links::Document;
use crate::site::{PageId, Site};
use crate::source::Sources;
use suggestions::Names;

/// What every rule is given.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The site.
    pub site: &'a Site,
    /// The snapshot.
    pub sources: &'a Sources,
    /// Whether there is a template of that name.
    pub has_template: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Given<'_> {
    /// Whether a rule is on for any file.
    fn is_on(&self, rule: &Rule) -> bool {
        self.site.configuration.rules.is_on(rule)
    }
}

/// Every finding of every rule, in no particular order.
pub fn findings(given: Given<'_>) -> Vec<Diagnostic> {
    let mut findings = input::findings(given);
    findings.extend(graph::findings(given));
    findings.extend(hosts::findings(given));
    findings.extend(settings::findings(given));
    findings.extend(history::findings(given));
    let names = &Names::new(given.site);
    findings.extend(theme::findings(given));
    findings.extend(targets::findings(&Document::of_settings(given.site), given.site, names));
    let html = 0..given.site.html.len();
    findings.extend(html.flat_map(|index| {
        targets::findings(&Document::of_html(given.site, index), given.site, names)
    }));
    let pages = 0..given.site.pages.len();
    let per_page = pages.into_par_iter().flat_map_iter(|index| {
        let id = PageId(index as u32);
        let mut found = targets::findings(&Document::of_page(given.site, id), given.site, names);
        found.extend(front_matter::findings(given, id));
        found.extend(headings::findings(given, id));
        found.extend(freshness::stale(given, id));
        found
    });
    findings.par_extend(per_page);
    findings
}

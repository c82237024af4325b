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

impl Context<'_> {
    /// Whether a rule is on for any file.
    fn is_on(&self, rule: &Rule) -> bool {
        self.site.configuration.rules.is_on(rule)
    }
}

/// Every finding of every rule, in no particular order.
pub fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let mut findings = input::findings(context);
    findings.extend(graph::findings(context));
    findings.extend(hosts::findings(context));
    findings.extend(settings::findings(context));
    findings.extend(history::findings(context));
    let names = &Names::new(context.site);
    findings.extend(theme::findings(context));
    findings.extend(targets::findings(&Document::of_settings(context.site), context.site, names));
    let html = 0..context.site.html.len();
    findings.extend(html.flat_map(|index| {
        targets::findings(&Document::of_html(context.site, index), context.site, names)
    }));
    let pages = 0..context.site.pages.len();
    let per_page = pages.into_par_iter().flat_map_iter(|index| {
        let id = PageId(index as u32);
        let mut found =
            targets::findings(&Document::of_page(context.site, id), context.site, names);
        found.extend(front_matter::findings(context, id));
        found.extend(headings::findings(context, id));
        found.extend(freshness::stale(context, id));
        found
    });
    findings.par_extend(per_page);
    findings
}

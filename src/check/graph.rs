//! Conflicts of old addresses, and pages that nothing leads to. Conflicts of URLs are found when the routes are built.

use super::{Entries, Field, Given};
use crate::diagnostic::{Diagnostic, ORPHAN_PAGE};
use crate::site::Site;
use crate::source::Span;

pub(super) fn findings(given: Given<'_>) -> Vec<Diagnostic> {
    let mut findings = if given.is_on(&ORPHAN_PAGE) { orphans(given.site) } else { Vec::new() };
    let mut entries: Option<Entries<'_>> = None;
    for problem in &given.site.routes.alias_problems {
        let page = problem.entry.page;
        // Problems come page by page.
        let entries = match entries.take().filter(|entries| entries.page == page) {
            Some(same) => entries.insert(same),
            None => entries.insert(Entries::new(given, page)),
        };
        let span = entries.span(Field::Item("aliases", problem.entry.index));
        findings.push(Diagnostic { span, ..problem.diagnostic.clone() });
    }
    findings
}

fn orphans(site: &Site) -> Vec<Diagnostic> {
    let orphan = |id| {
        let path = &site.page(id).article.path;
        Diagnostic::new(&ORPHAN_PAGE, Span::file(path), format!("no text leads to `{path}`"))
            .help("link to it where readers need it, or name it as related")
    };
    site.orphans().map(orphan).collect()
}

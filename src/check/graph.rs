//! Conflicts of old addresses. Conflicts of URLs are found when the routes are built.

use super::{Entries, Field, Given};
use crate::diagnostic::Diagnostic;

pub(super) fn findings(given: Given<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
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

//! Conflicts of old addresses. Conflicts of URLs are found when the routes are built.

use super::{Field, Given};
use crate::diagnostic::Diagnostic;

pub(super) fn findings(given: Given<'_>) -> Vec<Diagnostic> {
    let problems = given.site.routes.alias_problems.iter();
    let placed = problems.map(|problem| {
        let span = given.span(problem.entry.page, Field::Item("aliases", problem.entry.index));
        Diagnostic { span, ..problem.diagnostic.clone() }
    });
    placed.collect()
}

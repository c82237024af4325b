//! Conflicts of old addresses, and pages that nothing leads to. Conflicts of URLs are found when the routes are built.

use super::Context;
use crate::diagnostic::{Diagnostic, ORPHAN_PAGE};
use crate::site::routes::AliasProblem;
use crate::source::Span;

pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let site = context.site;
    let conflict = |problem: &AliasProblem| {
        let article = &site.page(problem.page).article;
        let at = article.front_matter.aliases[problem.index].at();
        Diagnostic { span: Span::new(&article.path, at), ..problem.diagnostic.clone() }
    };
    let orphan = |id| {
        let path = &site.page(id).article.path;
        Diagnostic::new(&ORPHAN_PAGE, Span::file(path), format!("no text leads to `{path}`"))
            .help("link to it where readers need it, or name it as related")
    };
    let orphans = site.configuration.rules.is_on(&ORPHAN_PAGE).then(|| site.orphans().map(orphan));
    let conflicts = site.routes.alias_problems.iter().map(conflict);
    conflicts.chain(orphans.into_iter().flatten()).collect()
}

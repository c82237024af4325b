//! Conflicts of old addresses, and pages that nothing leads to. Conflicts of URLs are found when the routes are built.

use super::Context;
use crate::diagnostic::{Diagnostic, ORPHAN_PAGE};
use crate::site::Site;
use crate::source::Span;

pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let mut findings = if context.is_on(&ORPHAN_PAGE) { orphans(context.site) } else { Vec::new() };
    for problem in &context.site.routes.alias_problems {
        let article = &context.site.page(problem.page).article;
        let alias = &article.front_matter.aliases[problem.index];
        let span = Span::new(&article.path, alias.at());
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

//! What `site.yaml` says of the theme: links in header and footer, and the logo.

use super::Given;
use super::suggestions::Names;
use crate::diagnostic::{DRAFT_TARGET, Diagnostic, MISSING_ASSET, MISSING_PAGE};
use crate::path::SourcePath;
use crate::source::Span;

/// The settings' file.
const FILE: &str = "site.yaml";

pub(super) fn findings(given: Given<'_>, names: &Names<'_>) -> Vec<Diagnostic> {
    let theme = &given.site.configuration.theme;
    let file = SourcePath::new(FILE);
    let mut findings = Vec::new();
    for link in theme.links().filter(|link| !link.is_url()) {
        let span = || Span::new(&file, link.to.at());
        match given.site.routes.page_by_name(&link.to) {
            Some(page) if given.site.page(page).included => {}
            Some(_) => findings.push(
                Diagnostic::new(&DRAFT_TARGET, span(), format!("`{}` is a draft", link.to))
                    .help("publish it, remove the link, or build with `--drafts`"),
            ),
            None => {
                let suggestion = names.page_name(&link.to);
                let help = suggestion.as_ref().map_or(
                    "write the page's path from the content folder, without extension".to_owned(),
                    |name| format!("did you mean `{name}`?"),
                );
                let message = format!("there is no page `{}`", link.to);
                let finding = Diagnostic::new(&MISSING_PAGE, span(), message);
                findings.push(finding.help(help).suggest(suggestion.map(str::to_owned)));
            }
        }
    }
    findings.extend(logo(given));
    findings
}

fn logo(given: Given<'_>) -> Option<Diagnostic> {
    let logo = given.site.configuration.theme.logo.as_ref()?;
    let source = SourcePath::new(&format!("static/{logo}"));
    let is_missing = given.site.routes.asset(&source).is_none();
    is_missing.then(|| {
        let span = Span::new(&SourcePath::new(FILE), logo.at());
        Diagnostic::new(&MISSING_ASSET, span, format!("there is no file `{source}`"))
            .help("put the picture into `static/`, and write its path below that folder")
    })
}

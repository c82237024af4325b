//! What `site.yaml` says of the theme: the logo. Its links are references.

use super::Given;
use crate::diagnostic::{Diagnostic, MISSING_ASSET};
use crate::path::SourcePath;
use crate::source::Span;

/// The settings' file.
const FILE: &str = "site.yaml";

pub(super) fn findings(given: Given<'_>) -> Option<Diagnostic> {
    let logo = given.site.configuration.theme.logo.as_ref()?;
    let source = SourcePath::new(&format!("static/{logo}"));
    let is_missing = given.site.routes.asset(&source).is_none();
    is_missing.then(|| {
        let span = Span::new(&SourcePath::new(FILE), logo.at());
        Diagnostic::new(&MISSING_ASSET, span, format!("there is no file `{source}`"))
            .help("put the picture into `static/`, and write its path below that folder")
    })
}

//! What `site.yaml` says of the theme: the logo. Its links are references.

use super::Context;
use crate::diagnostic::{Diagnostic, MISSING_ASSET};
use crate::path::SourcePath;
use crate::source::Span;

/// The settings' file.
const FILE: &str = "site.yaml";

pub(super) fn findings(context: Context<'_>) -> Option<Diagnostic> {
    let logo = context.site.configuration.theme.logo.as_ref()?;
    let source = SourcePath::new(&format!("static/{logo}"));
    let is_missing = context.site.routes.asset(&source).is_none();
    is_missing.then(|| {
        let span = Span::new(&SourcePath::new(FILE), logo.at());
        Diagnostic::new(&MISSING_ASSET, span, format!("there is no file `{source}`"))
            .help("put the picture into `static/`, and write its path below that folder")
    })
}

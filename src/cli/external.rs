//! `check --external`: joins the edge that asks other sites to the links of the site. Nothing else in the program uses
//! that edge.

#[cfg(feature = "external")]
mod look;

use super::arguments::ExternalArguments;
use crate::diagnostic::Diagnostic;
#[cfg(feature = "external")]
pub(super) use look::look;

/// What came of looking links to other sites up.
pub(super) struct Found {
    /// The findings.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What is worth knowing besides.
    pub(super) notices: Vec<String>,
}

/// How links to other sites are looked up, where that is asked for.
///
/// # Errors
///
/// When it is asked for and this program cannot.
pub(super) fn asked(arguments: &ExternalArguments) -> anyhow::Result<Option<&ExternalArguments>> {
    if arguments.external && !cfg!(feature = "external") {
        anyhow::bail!(
            "this `silcrow` was built without the feature `external`, and cannot ask other sites; build it with `--features external`"
        );
    }
    Ok(Some(arguments).filter(|arguments| arguments.external))
}

/// Nobody can be asked, and `asked` says so before this is called.
#[cfg(not(feature = "external"))]
pub(super) fn look(
    _: &ExternalArguments,
    _: &super::arguments::SiteArguments,
    _: &crate::site::Site,
    _: &super::only::Only,
) -> anyhow::Result<Found> {
    Ok(Found { diagnostics: Vec::new(), notices: Vec::new() })
}

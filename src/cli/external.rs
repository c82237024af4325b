//! `check --external`: joins the edge that asks other sites to the links of the site. Nothing else in the program uses
//! that edge.

#[cfg(feature = "external")]
mod look_up;

#[cfg(not(feature = "external"))]
use super::arguments::ExternalArguments;
use crate::diagnostic::Diagnostic;
#[cfg(feature = "external")]
pub(super) use look_up::look_up;

/// What looking up links to other sites found.
pub(super) struct Found {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Lines for the terminal that are no findings.
    pub(super) notices: Vec<String>,
}

/// No other site can be asked.
#[cfg(not(feature = "external"))]
pub(super) fn look_up(
    _: &ExternalArguments,
    _: &std::path::Path,
    _: &crate::site::Site,
    _: &super::named_files::NamedFiles,
) -> anyhow::Result<Found> {
    anyhow::bail!(
        "this `silcrow` was built without the feature `external`, and cannot ask other sites; build it with `--features external`"
    )
}

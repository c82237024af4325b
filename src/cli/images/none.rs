//! No picture has variants.

use std::path::Path;

use crate::output::Output;
use crate::path::OutputPath;
use crate::render::{Renderer, View};
use crate::source::Sources;

/// The variants of a site's pictures: none.
#[derive(Clone)]
pub(in crate::cli) struct Variants;

impl Variants {
    pub(in crate::cli) fn new(_: &Path) -> Self {
        Self
    }

    pub(in crate::cli) fn make_all(
        &self,
        _: (&Renderer, &Sources),
        _: &(dyn Fn(Output) + Sync),
    ) -> Vec<String> {
        Vec::new()
    }

    pub(in crate::cli) fn make_for(&self, _: View, _: (&Renderer, &Sources)) {}

    pub(in crate::cli) fn bytes(&self, _: &OutputPath) -> Option<Vec<u8>> {
        None
    }

    pub(in crate::cli) fn prune(&self, _: (&Renderer, &Sources)) {}
}

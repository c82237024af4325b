//! A site that is open: its sources, what they compile to, and the memo by which changed sources are compiled again. Reads
//! and writes no files.

use std::sync::Arc;

use super::{Compiled, Memo, site};
use crate::config::Options;
use crate::diagnostic::Diagnostic;
use crate::site::Site;
use crate::source::Sources;

/// An open site.
pub struct Session {
    /// The sources.
    pub sources: Sources,
    /// What they compile to.
    pub compiled: Compiled,
    options: Options,
    memo: Memo,
}

impl Session {
    /// Compiles sources.
    pub fn new(sources: Sources, options: Options) -> Self {
        let mut memo = Memo::default();
        let compiled = site(&sources, &options, &mut memo);
        Self { sources, compiled, options, memo }
    }

    /// The site.
    pub fn site(&self) -> &Arc<Site> {
        &self.compiled.site
    }

    /// Every finding, as the site's settings and its comments leave it. Templates fail only when pages are rendered.
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.compiled.all_findings(&self.sources)
    }

    /// Compiles other sources of the same site; the session keeps its own.
    pub fn compile(&mut self, sources: &Sources) -> Compiled {
        site(sources, &self.options, &mut self.memo)
    }
}

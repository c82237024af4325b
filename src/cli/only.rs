//! The files that a command line names: what is found elsewhere is not reported.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::path::SourcePath;
use crate::source::Sources;

/// The sources that are named; all when none are.
pub(super) struct Only(Option<BTreeSet<SourcePath>>);

impl Only {
    /// The sources that files on the command line name. What is no source of the site is passed over: hooks name every file
    /// that a commit changes.
    ///
    /// # Errors
    ///
    /// When a file is not there.
    pub(super) fn new(files: &[PathBuf], root: &Path, sources: &Sources) -> anyhow::Result<Self> {
        if files.is_empty() {
            return Ok(Self(None));
        }
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let mut named = BTreeSet::new();
        for file in files {
            let Ok(real) = std::fs::canonicalize(file) else {
                bail!("there is no file `{}`", file.display());
            };
            let parts = real.strip_prefix(&root).map(|path| path.components());
            let parts: Vec<_> = parts
                .into_iter()
                .flatten()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            let path = SourcePath::new(&parts.join("/"));
            let is_source = sources.get(&path).is_some()
                || sources.problems.iter().any(|problem| problem.path == path);
            if is_source {
                named.insert(path);
            }
        }
        Ok(Self(Some(named)))
    }

    /// Whether findings in this file are wanted.
    pub(super) fn wants(&self, file: &SourcePath) -> bool {
        self.0.as_ref().is_none_or(|named| named.contains(file))
    }
}

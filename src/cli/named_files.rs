//! The files that a command line names: only findings about them are reported.

use std::collections::BTreeSet;
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf};

use anyhow::bail;

use crate::diagnostic::{Diagnostic, Family};
use crate::path::SourcePath;
use crate::source::Sources;

/// The sources that are named; all when none are.
pub(super) struct NamedFiles(Option<BTreeSet<SourcePath>>);

impl NamedFiles {
    /// The sources that files on the command line name. What is not a source of the site is ignored: hooks name every file
    /// that a commit changes. A file that does not exist is an error.
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
            let Ok(path) = real.strip_prefix(&root) else { continue };
            let path = path.to_string_lossy().replace(MAIN_SEPARATOR_STR, "/");
            named.insert(SourcePath::new(&path));
        }
        named.retain(|path| sources.get(path).is_some() || !sources.is_exact(path));
        Ok(Self(Some(named)))
    }

    /// Whether a file is named, or none is.
    pub(super) fn contain(&self, file: &SourcePath) -> bool {
        self.0.as_ref().is_none_or(|named| named.contains(file))
    }

    /// Whether a finding is about a named file: it is in the file, or related to it, or a link leads to it and does not
    /// arrive. A change of one file causes findings in others.
    pub(super) fn concern(&self, finding: &Diagnostic) -> bool {
        let is_target = |target: &String| {
            matches!(finding.rule.family, Family::Targets | Family::History)
                && self.contain(&SourcePath::new(target))
        };
        self.contain(&finding.span.file)
            || finding.related.iter().any(|label| self.contain(&label.span.file))
            || finding.target.as_ref().is_some_and(is_target)
    }
}

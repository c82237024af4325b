//! What a move leaves behind: patterns of `site.yaml` that no longer match what has moved, lines of the baseline, and
//! addresses that no longer exist. Prints notices; changes nothing.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::{baseline, printer};
use crate::io::disk;
use crate::path::SourcePath;
use crate::render::outputs::redirected;
use crate::site::Site;
use crate::wording::plural;

/// Prints a notice for each. `moved` is where a source is after the move.
pub(super) fn tell(
    (site, changed): (&Site, &Site),
    root: &Path,
    moved: &dyn Fn(&SourcePath) -> SourcePath,
) {
    let baseline = disk::read_text(root, &root.join(baseline::FILE)).unwrap_or_default();
    let named: BTreeSet<&str> =
        baseline.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    let is_named = |path: &SourcePath| named.contains(path.as_str());
    let mut sources = site.pages.iter().filter(|page| page.has_file).map(|page| &page.article.path);
    if let Some(path) = sources.find(|path| is_named(path) && moved(path) != **path) {
        printer::notice(&format!(
            "`{}` names `{path}`, which no longer exists; write it again with `silcrow check --write-baseline`",
            baseline::FILE
        ));
    }
    for (rule, pattern) in site.configuration.rules.patterns() {
        let files = site.pages.iter().filter(|page| page.has_file).map(|page| &page.article.path);
        let is_lost = |path: &&SourcePath| {
            pattern.is_match(path.as_str()) && !pattern.is_match(moved(path).as_str())
        };
        let lost: Vec<&SourcePath> = files.filter(is_lost).collect();
        let Some(first) = lost.first() else { continue };
        let (count, glob) = (plural(lost.len(), "file"), pattern.as_str());
        let to = moved(first);
        printer::notice(&format!(
            "in `site.yaml`, the pattern `{glob}` of `{rule}` no longer matches {count}; add one for `{to}`"
        ));
    }
    for page in site.pages.iter().filter(|page| page.included && !page.has_file) {
        let url = page.url.as_str();
        let path = format!("{}{}", site.base.path(), url.trim_start_matches('/'));
        let is_there = changed.routes.place(url).is_some()
            || changed.routes.alias(url).is_some()
            || redirected(changed, &path).is_some();
        if !is_there {
            printer::notice(&format!(
                "`{url}` was the page of a section without `index.md`, which no longer exists; redirect it to another under `redirects` in `site.yaml`"
            ));
        }
    }
}

//! What a move leaves behind: patterns of `site.yaml` that no longer match what has moved, lines of the baseline, and
//! addresses that no longer exist. Changes nothing.

use std::path::Path;

use super::baseline;
use crate::edit::Plan;
use crate::io::disk;
use crate::path::SourcePath;
use crate::render::outputs::redirected;
use crate::site::Site;
use crate::wording::plural;

/// A notice for each, of the site before a move and after it.
pub(super) fn notices(site: &Site, changed: &Site, root: &Path, plan: &Plan) -> Vec<String> {
    let mut notices = Vec::new();
    let files = site.pages.iter().filter(|page| page.has_file).map(|page| &page.article.path);
    let moved: Vec<(&SourcePath, SourcePath)> = files
        .map(|path| (path, plan.path(path)))
        .filter(|(path, new_path)| *path != new_path)
        .collect();
    let baseline = disk::read_text(root, &root.join(baseline::FILE)).unwrap_or_default();
    let named = baseline.lines().filter_map(|line| line.split('\t').nth(1));
    let named: std::collections::BTreeSet<&str> = named.collect();
    if let Some((path, _)) = moved.iter().find(|(path, _)| named.contains(path.as_str())) {
        let file = baseline::FILE;
        notices.push(format!(
            "`{file}` names `{path}`, which no longer exists; write it again with `silcrow check --write-baseline`"
        ));
    }
    for (rule, pattern) in site.configuration.rules.patterns() {
        let lost = moved.iter().filter(|(path, new_path)| {
            pattern.is_match(path.as_str()) && !pattern.is_match(new_path.as_str())
        });
        let Some((_, to)) = lost.clone().next() else { continue };
        let (count, glob) = (plural(lost.count(), "file"), pattern.as_str());
        notices.push(format!(
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
            notices.push(format!(
                "`{url}` was the page of a section without `index.md`, which no longer exists; redirect it to another under `redirects` in `site.yaml`"
            ));
        }
    }
    notices
}

//! Pages as writers name them on the command line.

use anyhow::bail;

use crate::path::SourcePath;
use crate::site::tree::CONTENT;
use crate::site::{PageId, Site};
use crate::suggest;

/// The page that a writer names: by its path with or without `content/` and extension.
pub(super) fn page(site: &Site, name: &str) -> anyhow::Result<PageId> {
    let bare = name.trim_start_matches("./").trim_matches('/');
    let bare = bare.strip_prefix(CONTENT).map_or(bare, |rest| rest.trim_start_matches('/'));
    let source = SourcePath::new(&format!("{CONTENT}/{bare}"));
    let stem = bare.strip_suffix(".md").unwrap_or(bare);
    let routes = &site.routes;
    if let Some(page) = routes.page(source.as_str()).or_else(|| routes.page_by_name(stem)) {
        return Ok(page);
    }
    let names = site.included().filter_map(|id| of(site, id));
    match suggest::nearest(stem, names) {
        Some(near) => bail!("there is no page `{name}`; did you mean `{near}`?"),
        None => bail!("there is no page `{name}`; name it by its path in `{CONTENT}`"),
    }
}

/// How a page is named: its path in `content/`, without extension.
pub(super) fn of(site: &Site, id: PageId) -> Option<&str> {
    site.page(id).article.path.below(CONTENT)?.strip_suffix(".md")
}

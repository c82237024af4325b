//! Where the lines of a site's `_redirects` lead from an address.

use percent_encoding::percent_decode_str;

use super::base::below;
use crate::path::encode_path;
use crate::redirect::Table;

/// The file.
pub(super) const REDIRECTS: &str = "_redirects";

/// Old addresses below the site's, and where each leads.
pub(super) struct Redirects {
    table: Table,
    targets: Vec<String>,
}

impl Redirects {
    /// Reads the lines for addresses of the site, which carry the path of its base URL.
    pub(super) fn read(text: &str, base: &str) -> Self {
        let mut redirects = Self { table: Table::default(), targets: Vec::new() };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let from = words.next().and_then(|from| below(from, base));
            let (Some(from), Some(to)) = (from, words.next()) else { continue };
            let from = percent_decode_str(&from).decode_utf8_lossy();
            let (path, is_wildcard) = match from.strip_suffix('*') {
                Some(folder) => (folder, true),
                None => (&*from, false),
            };
            redirects.table.add(path, is_wildcard, redirects.targets.len());
            redirects.targets.push(to.to_owned());
        }
        redirects
    }

    /// Where an address below the site's leads.
    pub(super) fn target(&self, url: &str) -> Option<String> {
        let (index, rest) = self.table.find(url)?;
        Some(self.targets[index].replace(":splat", &encode_path(rest)))
    }
}

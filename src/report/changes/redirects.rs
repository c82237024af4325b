//! Where the lines of a site's `_redirects` lead from an address.

use super::base::below;
use crate::path::encode_path;

/// The file.
pub(super) const REDIRECTS: &str = "_redirects";

/// Old addresses below the site's, each with where it leads.
pub(super) struct Redirects(Vec<(String, String)>);

impl Redirects {
    /// Reads the lines for addresses of the site, which carry the path of its base URL.
    pub(super) fn read(text: &str, base: &str) -> Self {
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            Some((below(words.next()?, base)?, words.next()?.to_owned()))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// Where an address below the site's leads. As with hosts, the first line for it counts.
    pub(super) fn target(&self, url: &str) -> Option<String> {
        let encoded = encode_path(url);
        self.0.iter().find_map(|(from, to)| match from.strip_suffix('*') {
            Some(folder) => Some(to.replace(":splat", encoded.strip_prefix(folder)?)),
            None => (*from == encoded).then(|| to.clone()),
        })
    }
}

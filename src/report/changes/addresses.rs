//! The addresses of a built site. The files of a site do not say the path that its addresses begin with, such as `/docs/`, but
//! its home page links to some of them; where old addresses lead, is in `_redirects`.

use percent_encoding::percent_decode_str;

use super::Listing;
use crate::html::Reader;
use crate::path::encode_path;
use crate::redirect::Table;

/// The file of the home page.
pub(super) const HOME: &str = "index.html";

/// The path of a site's base URL, read from the first link of its home page that leads to one of its files. A site that
/// links to none is at its host's root.
pub(super) fn base(home: &str, files: &Listing) -> String {
    let mut reader = Reader::new(home);
    let links = reader.start_tags().filter_map(|tag| tag.attribute("href"));
    let base = links.map(|link| link.text()).find_map(|link| before_file(&link, files));
    base.unwrap_or_else(|| "/".to_owned())
}

/// The prefix of a file's path in a link that leads to it.
fn before_file(link: &str, files: &Listing) -> Option<String> {
    let path = link.split(['?', '#']).next().filter(|path| path.starts_with('/'))?;
    let is_file = |rest: &str| match rest.strip_suffix('/') {
        Some(folder) => files.contains_key(&format!("{folder}/{HOME}")),
        None => files.contains_key(rest),
    };
    let ends = path.match_indices('/').map(|(at, _)| at + 1);
    ends.map(|end| path.split_at(end)).find(|(_, rest)| is_file(rest)).map(|(base, _)| base.into())
}

/// An address of a site as it is written below its base; nothing for one that is not of the site.
pub(super) fn below(address: &str, base: &str) -> Option<String> {
    address.strip_prefix(base).map(|rest| format!("/{rest}"))
}

/// The file of redirects.
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

#[cfg(test)]
mod tests {
    use super::{Listing, base};

    #[test]
    fn a_home_page_tells_where_its_site_stands() {
        let files = ["index.html", "a.0a1b2c3d.css", "docs/x/index.html"];
        let files: Listing = files.map(|name| (name.to_owned(), [0; 32])).into();
        for (link, expected) in [
            ("/a.0a1b2c3d.css", "/"),
            ("/help/docs/a.0a1b2c3d.css?v=1", "/help/docs/"),
            ("/docs/x/#top", "/"),
            ("/docs/docs/x/", "/docs/"),
            ("/none/", "/"),
            ("a.0a1b2c3d.css", "/"),
            ("https://other.example/a.0a1b2c3d.css", "/"),
        ] {
            let home = format!("<link href=\"https://b.example/c/\"><link href=\"{link}\">");
            assert_eq!(base(&home, &files), expected, "{link}");
        }
    }
}

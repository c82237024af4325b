//! The path that the addresses of a site begin with, such as `/docs/`: the files of a site do not say it, but its home page
//! links to some of them.

use super::Listing;
use crate::html::Reader;

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

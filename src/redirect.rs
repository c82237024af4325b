//! Redirects: old addresses, and where they lead. An address is parsed once, decoded, and in a form that can be a file of the
//! output; every consumer matches with [`Table`]. Which pages there are is not known here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use ahash::AHashMap;
use percent_encoding::percent_decode_str;

use crate::path::{UrlPath, encode_path, extension};
use crate::source::Placed;
use crate::url::{BaseUrl, WebUrl, is_web};

/// What stands for the part that `*` matches, in the address that a redirect leads to.
pub const SPLAT: &str = ":splat";

/// The longest name of a file that every system takes, with room for an extension.
const LONGEST_PART: usize = 200;

/// The longest path, with room for the folder that the output is in: some systems take 1,024 bytes in all.
const LONGEST_PATH: usize = 800;

/// An old address as somebody has written it: a path below the base URL, or a full URL of the site's origin. One that ends in
/// `*` stands for everything that begins with what is before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldAddress {
    written: Box<str>,
    /// The origin of a full URL.
    origin: Option<Box<str>>,
    /// The path without `*`, decoded, in NFC.
    path: UrlPath,
    is_wildcard: bool,
}

/// Where an address is on the site's origin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// Below the base URL; a path from there.
    Site(UrlPath),
    /// Elsewhere on the site's origin, where only the host can redirect; a path from the origin's root.
    Origin(UrlPath),
}

/// Why an address is not on the site's origin, and what to do.
#[derive(Debug, PartialEq)]
pub struct Foreign {
    /// What is wrong with the address.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl OldAddress {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// Says in words what keeps it from being one.
    pub fn parse(written: &str) -> Result<Self, &'static str> {
        let is_full = is_web(written);
        let (address, is_wildcard) = match written.strip_suffix('*') {
            Some(start) => (start, true),
            None => (written, false),
        };
        let is_path = written.starts_with('/') && !written.starts_with("//");
        let is_no_url = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
        first_true(&[
            (!is_full && !is_path, "it begins neither with `/` nor with `https://`"),
            (written.contains(['#', '?']), "it holds `#` or `?`, which redirects cannot match"),
            (address.contains('*'), "`*` stands elsewhere than at its end"),
            (address.contains(is_no_url), "it holds a space or a character that no URL path has"),
        ])?;
        // What browsers would take out of a full URL is refused before.
        let raw = match is_full {
            true => format!("/{}", address.splitn(4, '/').nth(3).unwrap_or("")).into(),
            false => Cow::Borrowed(address),
        };
        let decoded = percent_decode_str(&raw).decode_utf8();
        let decoded = decoded.map_err(|_| "its percent-encoding is not UTF-8")?;
        check_usable(&raw, &decoded)?;
        let origin = match is_full {
            true => Some(WebUrl::parse(address).map_err(|_| "it is no URL")?.origin().into()),
            false => None,
        };
        Ok(Self { written: written.into(), origin, path: UrlPath::new(&decoded), is_wildcard })
    }

    /// The address as it is written.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Whether it is a path below the base URL.
    pub fn is_path(&self) -> bool {
        self.origin.is_none()
    }

    /// Whether it stands for everything that begins with it.
    pub fn is_wildcard(&self) -> bool {
        self.is_wildcard
    }

    /// Where the address is on a site that is published at `base`.
    ///
    /// # Errors
    ///
    /// When it is not on the site's origin.
    pub fn location(&self, base: Option<&BaseUrl>) -> Result<Location, Foreign> {
        let Some(origin) = &self.origin else { return Ok(Location::Site(self.path.clone())) };
        let written = &self.written;
        let base = base.ok_or_else(|| Foreign {
            message: format!(
                "`{written}` is a full URL, and the site has no `base_url` to compare it with"
            ),
            help: "set `base_url` in `site.yaml`, or write a path below it",
        })?;
        if base.origin() != Some(origin) {
            let own = base.origin().unwrap_or("this site");
            return Err(Foreign {
                message: format!("`{written}` is not an address of {own}"),
                help: "redirects from another site have to be made there",
            });
        }
        Ok(Location::on_origin(self.path.as_str(), base))
    }

    /// The URL path of a page that is at the address: `/a/` also for `/a` and `/a/index.html`.
    pub fn page_url(&self) -> UrlPath {
        UrlPath::new(&canonical_form(self.path.as_str()))
    }
}

/// Says what keeps a path from being a file of the output; `raw` is the path before it was decoded.
fn check_usable(raw: &str, decoded: &str) -> Result<(), &'static str> {
    let parts = || decoded.strip_prefix('/').unwrap_or(decoded).split('/');
    let is_git = parts().next().is_some_and(|part| part.eq_ignore_ascii_case(".git"));
    let slashes = |text: &str| text.matches('/').count();
    let has_part = |is_bad: fn(&str) -> bool| parts().any(is_bad);
    let is_bad = |c: char| c.is_control() || c == '\\';
    first_true(&[
        (is_git, "`.git` of the output belongs to whoever publishes it"),
        (decoded.contains("//"), "it holds an empty part, `//`"),
        (slashes(raw) != slashes(decoded), "it holds an encoded `/`"),
        (has_part(|part| matches!(part, "." | "..")), "it holds `.` or `..`"),
        (
            has_part(|part| part.len() > LONGEST_PART),
            "it holds a part that is too long for a file's name",
        ),
        (decoded.len() > LONGEST_PATH, "it is too long for the path of a file"),
        (decoded.contains(is_bad), "it holds a character that no file's name can have"),
    ])
}

/// The first problem that there is.
fn first_true(problems: &[(bool, &'static str)]) -> Result<(), &'static str> {
    let first = problems.iter().find(|(is_there, _)| *is_there);
    first.map_or(Ok(()), |(_, problem)| Err(*problem))
}

impl Location {
    /// The location of a decoded path that begins at the origin's root.
    pub fn on_origin(path: &str, base: &BaseUrl) -> Self {
        match base.below(path) {
            Some(below) => Self::Site(UrlPath::new(below)),
            None => Self::Origin(UrlPath::new(path)),
        }
    }

    /// The location of any URL of the site, percent-encoded: a path below the base URL, or a full URL. Empty parts of its path
    /// count as none, as on most hosts.
    pub fn of(url: &str, base: Option<&BaseUrl>) -> Option<Self> {
        if url.starts_with('/') {
            return Some(Self::Site(without_empty_parts(url)));
        }
        let base = base?;
        let url = WebUrl::parse(url).ok().filter(|url| base.origin() == Some(url.origin()))?;
        Some(Self::on_origin(without_empty_parts(url.path()).as_str(), base))
    }

    /// The path, decoded.
    pub fn path(&self) -> &UrlPath {
        let (Self::Site(path) | Self::Origin(path)) = self;
        path
    }

    /// The path from the origin's root, percent-encoded, of a site that is published at `base`.
    pub fn from_root(&self, base: &BaseUrl) -> String {
        match self {
            Self::Site(path) => base.join(&path.encoded()),
            Self::Origin(path) => path.encoded(),
        }
    }
}

fn without_empty_parts(url: &str) -> UrlPath {
    let path = percent_decode_str(url).decode_utf8_lossy();
    let mut last = None;
    let is_kept = |c: &char| last.replace(*c) != Some('/') || *c != '/';
    UrlPath::new(&path.chars().filter(is_kept).collect::<String>())
}

/// A decoded URL path as pages' own are: no `index.html`, and a final `/` where the last part has no extension.
pub fn canonical_form(path: &str) -> Cow<'_, str> {
    let path = path.strip_suffix("index.html").filter(|rest| rest.ends_with('/')).unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or("");
    if path.ends_with('/') || extension(last).is_some() {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(format!("{path}/"))
    }
}

/// A redirect of the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Redirect {
    /// The old address.
    pub from: Placed<OldAddress>,
    /// Where that is.
    pub location: Location,
    /// New path below the base URL, or a full URL; `:splat` stands for the rest.
    pub to: Placed<String>,
}

impl Redirect {
    /// A redirect on a site at its origin's root.
    pub fn new(from: Placed<OldAddress>, to: Placed<String>) -> Self {
        let location = Location::Site(from.path.clone());
        Self { from, location, to }
    }

    /// Where it leads, given what its `*` matches, decoded.
    pub fn target(&self, rest: &str) -> String {
        self.to.replace(SPLAT, &encode_path(rest))
    }
}

/// A path below the base URL, or a full URL of its origin, from the origin's root; any other URL as it is.
pub fn from_root(address: &str, base: &BaseUrl) -> String {
    let rest = base.origin().and_then(|origin| address.strip_prefix(origin));
    match rest {
        _ if address.starts_with('/') => base.join(address),
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => address.to_owned(),
    }
}

fn bare(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// Finds the redirect for a path: of one address before those of many, and of each kind the first. The files for
/// hosts list them in that order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// By the path without its final `/`.
    single: AHashMap<Box<str>, usize>,
    /// By the part before `*`.
    wildcards: AHashMap<Box<str>, usize>,
    /// The lengths of these parts.
    lengths: BTreeSet<usize>,
}

impl Table {
    /// Adds the redirect with this index from a decoded path; of a wildcard, the part before `*`. Earlier ones win.
    pub fn add(&mut self, path: &str, is_wildcard: bool, index: usize) {
        if is_wildcard {
            self.wildcards.entry(path.into()).or_insert(index);
            self.lengths.insert(path.len());
        } else {
            self.single.entry(bare(path).into()).or_insert(index);
        }
    }

    /// The index of the redirect for a decoded path, and what its `*` matches. `/old/*` also matches `/old`.
    pub fn find<'a>(&self, path: &'a str) -> Option<(usize, &'a str)> {
        if let Some(index) = self.single.get(bare(path)) {
            return Some((*index, ""));
        }
        let folder = self.wildcards.get(&*format!("{path}/")).map(|index| (*index, path.len()));
        let starts = self.lengths.range(..=path.len());
        let starts =
            starts.filter_map(|length| Some((*self.wildcards.get(path.get(..*length)?)?, *length)));
        let (index, length) = starts.chain(folder).min()?;
        Some((index, &path[length..]))
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, Foreign, Location, OldAddress, Placed, Redirect, Table, canonical_form};
    use crate::path::UrlPath;

    fn old(written: &str) -> OldAddress {
        OldAddress::parse(written).expect("it is an old address")
    }

    #[test]
    fn an_old_address_is_a_usable_path_or_none() {
        for bad in [
            "a/",
            "//a/",
            "/a//",
            "/x//y/",
            "/a%2F/",
            "/%2Fa/",
            "/a%2fb/",
            "/../a/",
            "/%2e/",
            "/a?b",
            "/a#b",
            "/a b",
            "/a*b",
            "/a%00/",
            "/.git/x",
            "https://a.b/c//d/",
            "https://a.b//",
            "https://a.b/%2e%2e/c",
            "https://",
            "ftp://a.b/",
        ] {
            assert!(OldAddress::parse(bad).is_err(), "{bad}");
        }
        for (good, path) in [
            ("/", "/"),
            ("/a", "/a/"),
            ("/a/index.html", "/a/"),
            ("/caf%C3%A9/", "/caf\u{e9}/"),
            ("/cafe\u{301}/", "/caf\u{e9}/"),
            ("/x.pdf", "/x.pdf"),
            ("https://a.b", "/"),
        ] {
            assert_eq!(old(good).page_url().as_str(), path, "{good}");
        }
    }

    #[test]
    fn a_full_url_is_on_the_sites_origin_or_foreign() {
        let base = BaseUrl::parse("https://A.b/docs/").expect("it is right");
        let place = |written: &str| old(written).location(Some(&base));
        assert_eq!(place("https://a.B:443/docs/x/"), Ok(Location::Site(UrlPath::new("/x/"))));
        assert_eq!(place("https://a.b/x/"), Ok(Location::Origin(UrlPath::new("/x/"))));
        assert_eq!(place("/x/"), Ok(Location::Site(UrlPath::new("/x/"))));
        let wrong = |place: Result<Location, Foreign>| place.map_err(|foreign| foreign.message);
        let other = "`https://a.b.c/x/` is not an address of https://a.b";
        assert_eq!(wrong(place("https://a.b.c/x/")), Err(other.to_owned()));
        assert!(wrong(old("https://a.b/").location(None)).is_err_and(|it| it.contains("base_url")));
        let recorded = |url: &str| Location::of(url, Some(&base));
        assert_eq!(recorded("/x//%C3%BC///"), Some(Location::Site(UrlPath::new("/x/\u{fc}/"))));
        assert_eq!(recorded("https://a.b/x/"), Some(Location::Origin(UrlPath::new("/x/"))));
        assert_eq!(recorded("https://x.b/x/"), None);
    }

    #[test]
    fn one_matcher_says_which_redirect_is_for_a_path() {
        let froms = ["/b/*", "/caf%C3%A9/*", "/b/c", "/b/c/*", "/d*", "/b/c/", "/u.pdf"];
        let redirect = |from: &str| {
            let to = Placed::new("/n/:splat".to_owned(), 0..0);
            Redirect::new(Placed::new(old(from), 0..0), to)
        };
        let redirects = froms.map(redirect);
        let mut table = Table::default();
        for (index, Redirect { from, location, .. }) in redirects.iter().enumerate() {
            table.add(location.path().as_str(), from.is_wildcard(), index);
        }
        for (path, expected) in [
            ("/b/", Some((0, ""))),
            ("/b", Some((0, ""))),
            ("/b/x/\u{fc}", Some((0, "x/\u{fc}"))),
            ("/bx", None),
            ("/caf\u{e9}/x", Some((1, "x"))),
            ("/caf\u{ea}/x", None),
            ("/b/c/", Some((2, ""))),
            ("/b/c/x", Some((0, "c/x"))),
            ("/d/x", Some((4, "/x"))),
            ("/dx", Some((4, "x"))),
            ("/u.pdf", Some((6, ""))),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(table.find(path), expected, "{path}");
        }
        assert_eq!(redirects[0].target("x/\u{fc}"), "/n/x/%C3%BC");
    }

    #[test]
    fn canonical_forms_are_those_of_pages() {
        for (path, expected) in
            [("/a", "/a/"), ("/a/", "/a/"), ("/a/index.html", "/a/"), ("/a.png", "/a.png")]
        {
            assert_eq!(canonical_form(path), expected);
        }
    }
}

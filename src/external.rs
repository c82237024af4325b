//! What is asked of other sites, and what they answer, as data: an edge asks, `check` judges. Knows no link and no rule.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use crate::url::WebUrl;

/// A URL to look up, once however often it is linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The URL, without a fragment.
    pub url: WebUrl,
    /// Fragments of links to it that name a place on the page, percent-encoded.
    pub fragments: BTreeSet<String>,
}

/// The answers to requests, by their URLs.
pub type Answers = BTreeMap<WebUrl, Answer>;

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The redirects that were followed, in order.
    pub hops: Vec<Hop>,
    /// A page or a file after the last of them, or why there is none.
    pub end: Result<PageIds, Trouble>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    pub to: WebUrl,
    /// Whether it is permanent (301, 308).
    pub is_permanent: bool,
}

/// What is known of a page's ids.
#[derive(Clone, Debug, PartialEq)]
pub enum PageIds {
    /// Nothing: no fragment was to be looked for, or all were found lately.
    Unread,
    /// It is not HTML, where fragments have other meanings.
    NotHtml,
    /// It is HTML that cannot be read; why.
    Unreadable(&'static str),
    /// These.
    Html {
        /// Every id, and every name of an `a`.
        ids: BTreeSet<String>,
        /// Whether the page was read to its end.
        is_whole: bool,
    },
}

/// What a page says of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FragmentState {
    /// It is there, or it is not for the page's HTML to say.
    Found,
    Missing,
    /// It cannot be determined; why.
    Unknown(&'static str),
}

/// Why a URL cannot be said to be there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Trouble {
    #[error("the server answers {0}")]
    Status(u16),
    #[error("there is no such host")]
    NoSuchHost,
    /// The host has no address that may be asked; one that it has.
    #[error("the host has the private address {0}")]
    Private(IpAddr),
    #[error("there is no trusted connection: {0}")]
    Tls(String),
    #[error("the host could not be looked up: {0}")]
    NotResolved(String),
    #[error("there was no answer in time")]
    Timeout,
    #[error("the host refuses connections")]
    Refused,
    #[error("the connection broke off")]
    BrokenOff,
    #[error("no connection could be made: {0}")]
    Unreachable(String),
    #[error("the answer is not HTTP: {0}")]
    Garbled(String),
    /// Something that cannot be requested, as it is written.
    #[error("a redirect leads to `{0}`")]
    BadRedirect(String),
    #[error("redirects lead in a circle, or to ever more redirects")]
    TooManyRedirects,
    #[error("the host asks for more patience than a run has")]
    AskedToWait,
    #[error("time was up before it was asked")]
    NotReached,
}

impl Answer {
    /// Where the page has moved for good, when it is there.
    pub fn moved_to(&self) -> Option<&WebUrl> {
        let last = self.hops.last().filter(|_| self.end.is_ok())?;
        self.hops.iter().all(|hop| hop.is_permanent).then_some(&last.to)
    }

    /// Whether a link with this fragment, percent-encoded, finds its place; nothing when there is no page.
    pub fn place(&self, fragment: &str) -> Option<FragmentState> {
        let page = self.end.as_ref().ok()?;
        // A redirect's own fragment takes the place of the link's.
        let is_replaced = self.hops.iter().any(|hop| hop.to.fragment().is_some());
        Some(if is_replaced { FragmentState::Found } else { page.place(fragment) })
    }
}

impl PageIds {
    /// Whether a link with this fragment, percent-encoded, finds its place.
    fn place(&self, fragment: &str) -> FragmentState {
        const PARTLY: &str = "the page is too long to be read to its end";
        let (ids, is_whole) = match self {
            Self::Html { ids, is_whole } => (ids, *is_whole),
            Self::Unread | Self::NotHtml => return FragmentState::Found,
            Self::Unreadable(reason) => return FragmentState::Unknown(reason),
        };
        let decoded = percent_decode_str(fragment).decode_utf8_lossy();
        // Code hosts put a prefix before the ids of what others wrote, and look for both with a script.
        let prefixed = format!("user-content-{decoded}");
        let found = [fragment, &*decoded, &prefixed].iter().any(|id| ids.contains(*id));
        match (found, is_whole) {
            (true, _) => FragmentState::Found,
            (false, true) => FragmentState::Missing,
            (false, false) => FragmentState::Unknown(PARTLY),
        }
    }
}

/// The fragment of a URL, as far as it names a place in a page's HTML. Text fragments (`:~:…`) are the browser's; the top of
/// the page is always there; what begins with `!` or `/` or holds `=`, and lines of code (`L10-L20`), are for scripts.
pub fn named_place(url: &WebUrl) -> Option<&str> {
    let fragment = url.fragment()?.split(":~:").next().unwrap_or("");
    let is_line = fragment.strip_prefix('L').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.bytes().all(|byte| byte.is_ascii_digit() || b"LC-".contains(&byte))
    });
    let is_for_scripts = fragment.starts_with(['!', '/']) || fragment.contains('=') || is_line;
    let is_top = fragment.is_empty() || fragment.eq_ignore_ascii_case("top");
    (!is_top && !is_for_scripts).then_some(fragment)
}

#[cfg(test)]
mod tests {
    use super::{FragmentState, PageIds, named_place};
    use crate::url::WebUrl;

    #[test]
    fn only_places_in_html_are_looked_for() {
        for (fragment, expected) in [
            ("#setup", Some("setup")),
            ("#Lines", Some("Lines")),
            ("#setup:~:text=x", Some("setup")),
            ("#%C3%BCber", Some("%C3%BCber")),
            ("", None),
            ("#", None),
            ("#TOP", None),
            ("#:~:text=x", None),
            ("#!/inbox", None),
            ("#/users/1", None),
            ("#page=2", None),
            ("#L10-L20", None),
        ] {
            let url = WebUrl::parse(&format!("https://example.com/{fragment}")).expect("a URL");
            assert_eq!(named_place(&url), expected, "{fragment}");
        }
    }

    #[test]
    fn ids_are_compared_raw_and_decoded() {
        let ids = ["a%20b", "über", "user-content-setup"].map(str::to_owned).into();
        let page = PageIds::Html { ids, is_whole: true };
        for found in ["a%20b", "%C3%BCber", "setup"] {
            assert_eq!(page.place(found), FragmentState::Found, "{found}");
        }
        assert_eq!(page.place("Setup"), FragmentState::Missing);
        let part = PageIds::Html { ids: [].into(), is_whole: false };
        assert!(matches!(part.place("x"), FragmentState::Unknown(_)));
        assert_eq!(PageIds::NotHtml.place("x"), FragmentState::Found);
    }
}

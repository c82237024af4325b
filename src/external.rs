//! What is asked of other sites, and what they answer, as data: an edge asks, `check` judges. Knows no link and no rule.

use std::collections::BTreeSet;
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

/// The result of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The redirects that were followed, in order.
    pub hops: Vec<Hop>,
    /// The result after the last of them.
    pub end: End,
}

/// A redirect.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// Where it leads.
    pub to: WebUrl,
    /// Whether it is permanent (301, 308).
    pub is_permanent: bool,
}

/// The result after all redirects.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// A page or a file.
    Page(PageIds),
    /// Anything else.
    Trouble(Trouble),
}

/// What is known of a page's ids.
#[derive(Clone, Debug, PartialEq)]
pub enum PageIds {
    /// Nothing: no fragment was to be looked for.
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
    /// Every fragment was found when it was looked for last.
    Remembered,
}

/// What a page says of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FragmentState {
    /// It is there, or it is not for the page's HTML to say.
    Found,
    /// It is not there.
    Missing,
    /// It cannot be determined; why.
    Unknown(&'static str),
}

/// Why a URL cannot be said to be there.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The server answered with this status.
    Status(u16),
    /// There is no such host.
    NoSuchHost,
    /// The host has no address that may be asked; one that it has.
    Private(IpAddr),
    /// No connection that can be trusted; why.
    Tls(String),
    /// It cannot be determined.
    Doubt(Doubt),
}

/// Why it cannot be determined whether a page exists.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// The system's resolver could not tell whether there is such a host; its reason.
    NotResolved(String),
    /// No answer in time.
    Timeout,
    /// The host refuses connections.
    Refused,
    /// The connection broke off.
    BrokenOff,
    /// No connection could be made, for another reason.
    Unreachable(String),
    /// The answer is not what HTTP says it should be.
    Garbled(String),
    /// A redirect leads to something that cannot be requested, as it is written.
    BadRedirect(String),
    /// Redirects lead in a circle, or to ever more redirects.
    TooManyRedirects,
    /// The host asks for more patience than there is.
    AskedToWait,
    /// Time was up before it was asked.
    NotReached,
}

impl Answer {
    /// Where the page has moved for good, when it is there.
    pub fn moved_to(&self) -> Option<&WebUrl> {
        let last = self.hops.last().filter(|_| matches!(self.end, End::Page(_)))?;
        self.hops.iter().all(|hop| hop.is_permanent).then_some(&last.to)
    }

    /// Whether a link with this fragment, percent-encoded, finds its place; nothing when there is no page.
    pub fn place(&self, fragment: &str) -> Option<FragmentState> {
        let End::Page(page) = &self.end else { return None };
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
            Self::Unread | Self::NotHtml | Self::Remembered => return FragmentState::Found,
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

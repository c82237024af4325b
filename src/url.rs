//! Addresses on the web (`http` and `https`), read as browsers read them (WHATWG URL), and the base URL of a site. Knows no
//! link and requests nothing.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use url::{ParseError, Position, Url};

use crate::host;
use crate::path::encode_path;

/// A URL that can be requested: the host in ASCII, the path without `.` and `..`, everything percent-encoded. A user and a
/// password are left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebUrl(Url);

/// Why a text is no URL on the web.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It has another scheme than `http` and `https`, or none.
    OtherScheme,
    /// It cannot be requested; the reason.
    Unusable(&'static str),
}

/// Whether a text begins with `http://` or `https://`, in any case.
pub fn is_web(text: &str) -> bool {
    let begins =
        |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    begins("https://") || begins("http://")
}

impl WebUrl {
    /// Reads a URL. One that begins with `//` is taken as `https`.
    ///
    /// # Errors
    ///
    /// Says whether the text has another scheme, or what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim_matches(|c: char| c.is_ascii_control() || c == ' ');
        let text = match text.strip_prefix("//") {
            Some(rest) => Cow::Owned(format!("https://{rest}")),
            None => Cow::Borrowed(text),
        };
        Self::new(Url::parse(&text))
    }

    /// The URL that a reference leads to from this one: another URL, a path, a query or a fragment.
    ///
    /// # Errors
    ///
    /// Says whether it has another scheme, or what is wrong with it.
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        Self::new(self.0.join(reference))
    }

    fn new(parsed: Result<Url, ParseError>) -> Result<Self, UrlError> {
        let mut url = parsed.map_err(|error| match error {
            ParseError::RelativeUrlWithoutBase => UrlError::OtherScheme,
            error => UrlError::Unusable(reason(error)),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::OtherScheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            // Neither fails for a URL with a host, and those of these schemes have one.
            let _ = url.set_password(None);
            let _ = url.set_username("");
        }
        Ok(Self(url))
    }

    /// The host: a name in ASCII, or an address (IPv6 in brackets).
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or("")
    }

    /// Whether the host is this machine or in a private network, as far as the text tells.
    pub fn is_local(&self) -> bool {
        self.0.host().is_some_and(|host| host::is_local(&host))
    }

    /// The port, where it is not the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.0.port()
    }

    /// Scheme, host and port: `https://example.com:8443`.
    pub fn origin(&self) -> &str {
        &self.0[..Position::BeforePath]
    }

    /// The path, percent-encoded; begins with `/`.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// What follows the first `#`, percent-encoded.
    pub fn fragment(&self) -> Option<&str> {
        self.0.fragment()
    }

    /// The same without a fragment.
    #[must_use]
    pub fn without_fragment(&self) -> Self {
        let mut url = self.0.clone();
        url.set_fragment(None);
        Self(url)
    }

    /// The same with this fragment, unless it has its own.
    #[must_use]
    pub fn or_fragment(mut self, fragment: Option<&str>) -> Self {
        if self.0.fragment().is_none() {
            self.0.set_fragment(fragment);
        }
        self
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str())
    }
}

fn reason(error: ParseError) -> &'static str {
    match error {
        ParseError::EmptyHost => "it names no host",
        ParseError::InvalidPort => "there is no such port",
        ParseError::InvalidIpv4Address | ParseError::InvalidIpv6Address => {
            "the host is written like an address, and is none"
        }
        ParseError::InvalidDomainCharacter => "the host's name holds a character that no name has",
        ParseError::IdnaError => "there cannot be a host of that name",
        _ => "it is not written as a URL",
    }
}

/// Where a site is published: an origin where known, and a path that ends in `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// The whole URL.
    url: Option<WebUrl>,
    path: String,
    /// The path, decoded, without its final `/`.
    folder: String,
}

impl BaseUrl {
    /// The root of an unknown origin.
    pub fn root() -> Self {
        Self { url: None, path: "/".to_owned(), folder: String::new() }
    }

    /// A base URL from `https://example.com/docs/`, or from a path alone (`/preview/pr-12/`), with or without the
    /// final slash.
    ///
    /// # Errors
    ///
    /// Says in words what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(bad) = text
            .chars()
            .find(|c| c.is_whitespace() || c.is_control() || "\"'<>\\^`{|}".contains(*c))
        {
            return Err(format!("a URL cannot hold {bad:?}"));
        }
        if text.contains(['?', '#']) {
            return Err("a base URL has no `?` and no `#`".to_owned());
        }
        if text.split('/').any(|part| part == "." || part == "..") {
            return Err("its path holds `.` or `..`".to_owned());
        }
        if text.starts_with('/') && !text.starts_with("//") {
            return Self::new(None, text);
        }
        if !is_web(text) {
            return Err("it begins neither with `https://` or `http://` nor with `/`".to_owned());
        }
        let url = Url::parse(text).map_err(reason)?;
        if !url.username().is_empty() {
            return Err("it names a user".to_owned());
        }
        let path = url.path().to_owned();
        Self::new(Some(WebUrl(url)), &path)
    }

    fn new(url: Option<WebUrl>, path: &str) -> Result<Self, String> {
        let mut folder = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let part = percent_decode_str(part).decode_utf8();
            folder.push('/');
            folder.push_str(&part.map_err(|_| "its path is not UTF-8")?);
        }
        Ok(Self { url, path: format!("{}/", encode_path(&folder)), folder })
    }

    /// Scheme and host (`https://example.com`), where known.
    pub fn origin(&self) -> Option<&str> {
        self.url.as_ref().map(WebUrl::origin)
    }

    /// The path, percent-encoded, with a `/` at both ends.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What a decoded path, which begins at the origin's root, is below this URL; begins with `/`.
    pub fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        match path.strip_prefix(&self.folder)? {
            "" => Some("/"),
            below => below.starts_with('/').then_some(below),
        }
    }

    /// A path below this URL, percent-encoded, from the origin's root.
    pub fn join(&self, below: &str) -> String {
        format!("{}{}", self.path, below.trim_start_matches('/'))
    }

    /// Whether a URL is on this one's host, whatever its scheme.
    pub fn is_host_of(&self, url: &WebUrl) -> bool {
        self.url.as_ref().is_some_and(|own| {
            own.host() == url.host()
                && (own.port() == url.port()
                    || own.port().is_none() && matches!(url.port(), Some(80 | 443)))
        })
    }

    /// The absolute URL of a path of this site that already carries the base path.
    pub fn absolute(&self, path: &str) -> Option<String> {
        Some(format!("{}{path}", self.origin()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, UrlError, WebUrl};

    fn read(text: &str) -> String {
        WebUrl::parse(text).map_or_else(|error| format!("{error:?}"), |url| url.to_string())
    }

    #[test]
    fn urls_are_read_as_browsers_read_them() {
        for (written, expected) in [
            ("https://Example.COM", "https://example.com/"),
            (" HTTPS://example.com:443/a b?c d#e f\n", "https://example.com/a%20b?c%20d#e%20f"),
            ("http://example.com:443", "http://example.com:443/"),
            ("https:example.com/x", "https://example.com/x"),
            ("https:\\\\example.com\\a\\..\\b", "https://example.com/b"),
            ("//example.com?x", "https://example.com/?x"),
            ("https://user:secret@example.com/", "https://example.com/"),
            ("https://example.com/a/./b/%2E%2e/", "https://example.com/a/"),
            ("https://example.com/../..", "https://example.com/"),
            ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
            ("https://BÜCHER.example", "https://xn--bcher-kva.example/"),
            ("https://%65xample.com", "https://example.com/"),
            ("http://2130706433/", "http://127.0.0.1/"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("http://[::FFFF:127.0.0.1]:8080/", "http://[::ffff:7f00:1]:8080/"),
            ("https://example.com/100%", "https://example.com/100%"),
            ("https:///example.com/x", "https://example.com/x"),
        ] {
            assert_eq!(read(written), expected, "{written}");
        }
    }

    #[test]
    fn a_url_that_cannot_be_requested_says_why() {
        for other in ["mailto:a@b.c", "docs/setup.md", "", "ftp://example.com", "#x", "a/b:c"] {
            assert_eq!(WebUrl::parse(other), Err(UrlError::OtherScheme), "{other}");
        }
        for bad in [
            "https://",
            "https:///",
            "https://?x",
            "https://a b/",
            "https://a:b/",
            "https://a:70000/",
            "https://[::1/",
            "https://[x]/",
            "https://a<b/",
            "https://%ff/",
            "https://1.2.3.256/",
        ] {
            assert!(matches!(WebUrl::parse(bad), Err(UrlError::Unusable(_))), "{bad}");
        }
    }

    #[test]
    fn references_are_joined() {
        let base = WebUrl::parse("https://a.example:8443/b/c?d#e").expect("it is right");
        for (reference, expected) in [
            ("", "https://a.example:8443/b/c?d"),
            ("#x", "https://a.example:8443/b/c?d#x"),
            ("?x", "https://a.example:8443/b/c?x"),
            ("x", "https://a.example:8443/b/x"),
            ("../x/", "https://a.example:8443/x/"),
            ("/x", "https://a.example:8443/x"),
            ("//x.example/y", "https://x.example/y"),
            ("http://x.example", "http://x.example/"),
        ] {
            let joined = base.join(reference).expect("it can be joined").to_string();
            assert_eq!(joined, expected, "{reference}");
        }
        assert_eq!(base.join("intent://x"), Err(UrlError::OtherScheme));
        let moved = base.join("/x").expect("it can be joined").or_fragment(Some("e"));
        assert_eq!(moved.to_string(), "https://a.example:8443/x#e");
    }

    #[test]
    fn base_urls_are_normalised() {
        let read = |text: &str| {
            BaseUrl::parse(text)
                .map(|base| (base.origin().map(str::to_owned), base.path().to_owned()))
        };
        let with_origin = |origin: &str, path: &str| Ok((Some(origin.to_owned()), path.to_owned()));
        assert_eq!(read("https://Example.com"), with_origin("https://example.com", "/"));
        assert_eq!(read("https://a.b:443/docs"), with_origin("https://a.b", "/docs/"));
        assert_eq!(
            read("https://bücher.example/ü"),
            with_origin("https://xn--bcher-kva.example", "/%C3%BC/")
        );
        assert_eq!(read("/preview/pr-12"), Ok((None, "/preview/pr-12/".to_owned())));
        for bad in [
            "example.com",
            "//example.com/",
            "https://",
            "https://a.b/x?y",
            "ftp://a.b/",
            "https://a b/",
            "https://user@a.b/",
            "/a/../b",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_base_url_knows_what_is_below_it() {
        let base = BaseUrl::parse("https://a.b/d%C3%BC/").expect("it is right");
        for (path, below) in
            [("/dü/x", Some("/x")), ("/dü", Some("/")), ("/dü/", Some("/")), ("/düx", None)]
        {
            assert_eq!(base.below(path), below, "{path}");
        }
        for (url, is_own) in [
            ("http://A.b:443/x", true),
            ("https://a.b:8443/", false),
            ("https://user@a.b/", true),
            ("https://x.a.b/", false),
        ] {
            assert_eq!(base.is_host_of(&WebUrl::parse(url).expect("a URL")), is_own, "{url}");
        }
    }
}

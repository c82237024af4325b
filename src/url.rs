//! URLs of other sites (`http` and `https`), read as browsers read them (WHATWG URL), as far as a request needs. Knows no
//! link and asks nobody.

mod punycode;

use std::fmt;
use std::net::IpAddr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;

use crate::host;

/// A URL that can be requested: the host in ASCII, the path without `.` and `..`, everything percent-encoded. A user and a
/// password are left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebUrl {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
    /// Path and query; begins with `/`.
    path: String,
    fragment: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Why a text is no URL of another site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It has another scheme than `http` and `https`, or none.
    OtherScheme,
    /// It cannot be requested; the reason.
    Unusable(&'static str),
}

/// What a path holds only percent-encoded.
const IN_PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'^');
const PATH: &AsciiSet = &IN_PATH.add(b'{').add(b'}').add(b'|').add(b'\\');

impl WebUrl {
    /// Reads a URL. One that begins with `//` is taken as `https`.
    ///
    /// # Errors
    ///
    /// Says whether the text has another scheme, or what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = clean(text);
        if text.starts_with("//") {
            return Self::after_scheme(Scheme::Https, &text);
        }
        match scheme(&text) {
            Some((scheme, rest)) => Self::after_scheme(scheme?, rest),
            None => Err(UrlError::OtherScheme),
        }
    }

    /// The URL that a reference leads to from this one: another URL, a path, a query or a fragment.
    ///
    /// # Errors
    ///
    /// Says whether it has another scheme, or what is wrong with it.
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        let reference = clean(reference);
        if let Some((scheme, rest)) = scheme(&reference) {
            return Self::after_scheme(scheme?, rest);
        }
        let slashes = reference.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
        if slashes >= 2 {
            return Self::after_scheme(self.scheme, &reference);
        }
        let query = self.path.find('?').unwrap_or(self.path.len());
        let folder = self.path[..query].rfind('/').map_or(0, |at| at + 1);
        let kept = match reference.as_bytes().first() {
            _ if slashes == 1 => "",
            None | Some(b'#') => &self.path,
            Some(b'?') => &self.path[..query],
            Some(_) => &self.path[..folder],
        };
        let (path, fragment) = path_and_fragment(&format!("{kept}{reference}"));
        Ok(Self { path, fragment, host: self.host.clone(), ..*self })
    }

    fn after_scheme(scheme: Scheme, rest: &str) -> Result<Self, UrlError> {
        let rest = rest.trim_start_matches(['/', '\\']);
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let authority = &rest[..end];
        let authority = authority.rsplit('@').next().unwrap_or(authority);
        let (host, port) = match authority.find(']') {
            Some(end) => authority.split_at(end + 1),
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        let port = match port.strip_prefix(':').unwrap_or(port) {
            "" => None,
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let port =
                    digits.parse().map_err(|_| UrlError::Unusable("there is no such port"))?;
                Some(port).filter(|port| *port != scheme.port())
            }
            _ => return Err(UrlError::Unusable("the port is no number")),
        };
        let host = ascii_host(host)?;
        let (path, fragment) = path_and_fragment(&rest[end..]);
        Ok(Self { scheme, host, port, path, fragment })
    }

    /// The host: a name in ASCII, or an address (IPv6 in brackets).
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What follows the first `#`, percent-encoded.
    pub fn fragment(&self) -> Option<&str> {
        self.fragment.as_deref()
    }

    /// The same without a fragment.
    #[must_use]
    pub fn without_fragment(&self) -> Self {
        Self { fragment: None, ..self.clone() }
    }

    /// The same with this fragment, unless it has its own.
    #[must_use]
    pub fn or_fragment(self, fragment: Option<&str>) -> Self {
        let fragment = self.fragment.or_else(|| fragment.map(str::to_owned));
        Self { fragment, ..self }
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port, path, fragment } = self;
        write!(formatter, "{}://{host}", scheme.name())?;
        if let Some(port) = port {
            write!(formatter, ":{port}")?;
        }
        formatter.write_str(path)?;
        match fragment {
            Some(fragment) => write!(formatter, "#{fragment}"),
            None => Ok(()),
        }
    }
}

/// The text without the white space that browsers drop.
fn clean(text: &str) -> String {
    let is_dropped = |c: char| c.is_ascii_control() || c == ' ';
    text.trim_matches(is_dropped).chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect()
}

/// The scheme, where there is one, and what follows its colon.
fn scheme(text: &str) -> Option<(Result<Scheme, UrlError>, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'))?;
    let is_scheme = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let rest = text[end..].strip_prefix(':').filter(|_| is_scheme)?;
    Some((
        match text[..end].to_ascii_lowercase().as_str() {
            "http" => Ok(Scheme::Http),
            "https" => Ok(Scheme::Https),
            _ => Err(UrlError::OtherScheme),
        },
        rest,
    ))
}

/// A host as it is asked for.
fn ascii_host(written: &str) -> Result<String, UrlError> {
    if let Some(v6) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match host::address(v6) {
            Some(IpAddr::V6(address)) => Ok(format!("[{address}]")),
            _ => Err(UrlError::Unusable("what is in the brackets is no address")),
        };
    }
    let decoded = percent_decode_str(written)
        .decode_utf8()
        .map_err(|_| UrlError::Unusable("the host is not UTF-8"))?;
    let folded: String = decoded.nfkc().flat_map(char::to_lowercase).nfc().collect();
    let labels = folded.split(['.', '。']).map(punycode::label);
    let name = labels
        .collect::<Option<Vec<_>>>()
        .ok_or(UrlError::Unusable("the host's name is too long"))?
        .join(".");
    if name.is_empty() {
        return Err(UrlError::Unusable("it names no host"));
    }
    let is_right = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if !name.bytes().all(is_right) {
        return Err(UrlError::Unusable("the host's name holds a character that no name has"));
    }
    Ok(host::address(&name).map_or(name, |address| address.to_string()))
}

/// Path and query, percent-encoded, and the fragment.
fn path_and_fragment(text: &str) -> (String, Option<String>) {
    let (text, fragment) = match text.split_once('#') {
        Some((text, fragment)) => (text, Some(fragment)),
        None => (text, None),
    };
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let mut joined = utf8_percent_encode(&without_dots(&path.replace('\\', "/")), PATH).to_string();
    if let Some(query) = query {
        joined.push('?');
        joined.extend(utf8_percent_encode(query, PATH));
    }
    (joined, fragment.map(|fragment| utf8_percent_encode(fragment, IN_PATH).to_string()))
}

/// A path without `.` and `..`; what would climb above the root stays there, as in browsers.
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut is_folder = false;
    for part in path.split('/') {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        is_folder = matches!(plain.as_str(), "." | "..");
        match plain.as_str() {
            "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let end = if is_folder && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{UrlError, WebUrl};

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
            ("http://[::FFFF:127.0.0.1]:8080/", "http://[::ffff:127.0.0.1]:8080/"),
            ("https://example.com/100%", "https://example.com/100%"),
        ] {
            assert_eq!(read(written), expected, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_requested_is_told_why() {
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
}

//! What a destination says by itself, before anything is looked up: its scheme, its host, its path. Knows no site.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use percent_encoding::percent_decode_str;

use super::Problem;
use crate::url::WebUrl;

/// The scheme of a destination and what follows its colon (RFC 3986, section 3.1). Windows drive paths look like a
/// scheme of a single letter.
pub(super) fn scheme(destination: &str) -> Option<(&str, &str)> {
    let bytes = destination.as_bytes();
    if !bytes.first()?.is_ascii_alphabetic() {
        return None;
    }
    let end = bytes
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'-' | b'.'))?;
    (bytes[end] == b':').then(|| (&destination[..end], &destination[end + 1..]))
}

/// What is wrong with a destination that has a scheme.
pub(super) fn scheme_problem(scheme: &str, rest: &str, url: Option<&WebUrl>) -> Option<Problem> {
    if scheme.len() == 1 || url.is_some_and(WebUrl::is_local) {
        return Some(Problem::LocalUrl);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "file" => Some(Problem::LocalUrl),
        "http" => Some(Problem::InsecureHttp),
        "javascript" | "vbscript" => Some(Problem::ForbiddenScheme),
        "mailto" if !is_mailto(rest) => Some(Problem::MalformedMailto),
        "tel" if !is_telephone(rest) => Some(Problem::MalformedTel),
        _ => None,
    }
}

/// `a@b.c` without a scheme, a path or a query.
pub(super) fn is_mail_address(destination: &str) -> bool {
    let Some(at) = memchr(b'@', destination.as_bytes()) else { return false };
    let (user, host) = (&destination[..at], &destination[at + 1..]);
    !user.is_empty()
        && !destination.contains(['/', '?', '#'])
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains('@')
        && !host.ends_with(".md")
}

/// The part after `mailto:` (RFC 6068): addresses, or none when a `to` parameter follows.
fn is_mailto(rest: &str) -> bool {
    let (addresses, query) = rest.split_once('?').unwrap_or((rest, ""));
    if addresses.is_empty() {
        return query.split('&').any(|parameter| parameter.to_ascii_lowercase().starts_with("to="));
    }
    addresses.split(',').all(|address| {
        let address = percent_decode_str(address).decode_utf8_lossy().trim().to_owned();
        address.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !address.contains(char::is_whitespace)
        })
    })
}

/// The part after `tel:` (RFC 3966): digits, `+` before them, `*` and `#`, and visual separators; then parameters.
fn is_telephone(rest: &str) -> bool {
    let number = rest.split(';').next().unwrap_or("");
    let digits = number.strip_prefix('+').unwrap_or(number);
    digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'(' | b')' | b'*' | b'#')
        })
}

/// The path of a destination, and what follows it: `?…`, `#…`.
pub(super) fn split(destination: &str) -> (&str, &str) {
    let end = memchr2(b'?', b'#', destination.as_bytes()).unwrap_or(destination.len());
    destination.split_at(end)
}

/// Decodes a path once, strictly.
pub(super) fn decode(path: &str) -> Option<Cow<'_, str>> {
    if memchr2(b'%', 0, path.as_bytes()).is_none() {
        return Some(Cow::Borrowed(path));
    }
    let bytes = path.as_bytes();
    let is_bad = |(at, byte): (usize, &u8)| {
        let digits = bytes.get(at + 1..at + 3);
        *byte == b'%' && !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if bytes.iter().enumerate().any(is_bad) {
        return None;
    }
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    (!decoded.contains('\0')).then_some(decoded)
}

/// Joins a path to a folder, which is clean, and takes out `.` and `..`. What comes out is `start`, and a path that begins with `/`; a
/// final `/` stays. Nothing when it climbs above the root.
pub(super) fn normalise(start: &str, folder: &str, path: &str) -> Option<String> {
    let mut joined = String::with_capacity(start.len() + folder.len() + path.len() + 3);
    joined.push_str(start);
    let folder = folder.trim_matches('/');
    if !path.starts_with('/') && !folder.is_empty() {
        joined.push('/');
        joined.push_str(folder);
    }
    let mut is_folder = false;
    for part in path.split('/') {
        is_folder = matches!(part, "" | "." | "..");
        match part {
            "" | "." => {}
            ".." => {
                let parent = joined[start.len()..].rfind('/')?;
                joined.truncate(start.len() + parent);
            }
            part => {
                joined.push('/');
                joined.push_str(part);
            }
        }
    }
    if is_folder || joined.len() == start.len() {
        joined.push('/');
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::{Problem, decode, is_mail_address, is_mailto, normalise, scheme, scheme_problem};

    #[test]
    fn paths_are_normalised_and_never_clamped() {
        let joined = |folder, path| normalise("content", folder, path);
        assert_eq!(joined("byok", "../a.md").as_deref(), Some("content/a.md"));
        assert_eq!(joined("byok/x", "./../b/").as_deref(), Some("content/byok/b/"));
        assert_eq!(joined("byok", "/a//b").as_deref(), Some("content/a/b"));
        assert_eq!(joined("byok", "..").as_deref(), Some("content/"));
        assert_eq!(joined("", "/").as_deref(), Some("content/"));
        assert_eq!(normalise("", "/byok/overview/", "a").as_deref(), Some("/byok/overview/a"));
        assert_eq!(joined("byok", "../.."), None);
        assert_eq!(joined("", ".."), None);
        assert_eq!(joined("", "/../a"), None);
    }

    #[test]
    fn percent_encoding_is_strict() {
        assert_eq!(decode("a%20b").as_deref(), Some("a b"));
        for bad in ["100%", "%zz", "%f", "%ff", "%00", "%+1"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn schemes_are_told_from_paths() {
        assert_eq!(scheme("mailto:a@b.c"), Some(("mailto", "a@b.c")));
        assert_eq!(scheme("C:/keys"), Some(("C", "/keys")));
        for path in ["a/b:c.md", "#a:b", "1a:b", ":b", "a", "überall:x"] {
            assert_eq!(scheme(path), None, "{path}");
        }
    }

    #[test]
    fn mail_addresses_need_a_scheme_and_a_shape() {
        assert!(
            is_mail_address("help@example.com")
                && !is_mail_address("a/b@c.d")
                && !is_mail_address("notes@2.md")
        );
        assert!(is_mailto("a@b.c?subject=x") && is_mailto("?to=a@b.c") && is_mailto("a@b.c,d@e.f"));
        assert!(!is_mailto("") && !is_mailto("nobody") && !is_mailto("a b@c.d"));
    }

    #[test]
    fn telephone_numbers_have_digits_and_separators_only() {
        for right in [
            "+1-201-555-0123",
            "+4930123456",
            "7042;phone-context=example.com",
            "*101#",
            "(030)12.34",
        ] {
            assert_eq!(scheme_problem("tel", right, None), None, "{right}");
        }
        for wrong in ["", "+", "+1 201 555", "+1-800-FLOWERS", "//+1201", "+1%20201"] {
            assert_eq!(scheme_problem("tel", wrong, None), Some(Problem::MalformedTel), "{wrong}");
        }
    }
}

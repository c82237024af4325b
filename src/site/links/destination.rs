//! What a destination says by itself, before anything is looked up: its scheme, its host, its path. Knows no site.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use super::{Problem, Resolution, Target, wrong};

/// Destinations with a scheme (RFC 3986, section 3.1), and Windows drive paths, which look like one of a single letter.
pub(super) fn with_scheme(destination: &str) -> Option<Resolution> {
    let colon = destination.find(':')?;
    let scheme = &destination[..colon];
    let mut bytes = scheme.bytes();
    let valid = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !valid {
        return None;
    }
    let rest = &destination[colon + 1..];
    if scheme.len() == 1 {
        return Some(wrong(Target::Unknown, Problem::LocalUrl));
    }
    let problem = match scheme.to_ascii_lowercase().as_str() {
        "file" => Some(Problem::LocalUrl),
        "http" | "https" if is_local(rest) => Some(Problem::LocalUrl),
        "javascript" | "vbscript" => Some(Problem::ForbiddenScheme),
        "mailto" if !is_mailto(rest) => Some(Problem::MalformedMailto),
        _ => None,
    };
    Some(Resolution { target: Target::Outside, problem: problem.map(Box::new) })
}

/// Whether what follows `http:` names this machine or a private network (RFC 1918, 4193, 3927, 6761).
fn is_local(after_scheme: &str) -> bool {
    let authority =
        after_scheme.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local"),
    }
}

/// `a@b.c` without a scheme, a path or a query.
pub(super) fn is_mail_address(destination: &str) -> bool {
    let Some((user, host)) = destination.split_once('@') else { return false };
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

/// Decodes a path once, strictly.
pub(super) fn decode(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'%'
            && !(bytes.len() > at + 2
                && bytes[at + 1].is_ascii_hexdigit()
                && bytes[at + 2].is_ascii_hexdigit())
        {
            return None;
        }
    }
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    (!decoded.contains('\0')).then(|| decoded.into_owned())
}

/// Joins a path to a folder and takes out `.` and `..`. Nothing when it climbs above the root. A final `/` stays.
pub(super) fn normalise(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = if path.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').filter(|part| !part.is_empty()).collect()
    };
    let mut is_folder = false;
    for part in path.split('/') {
        is_folder = matches!(part, "" | "." | "..");
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Some(if is_folder && !joined.is_empty() { format!("/{joined}/") } else { format!("/{joined}") })
}

#[cfg(test)]
mod tests {
    use super::{decode, is_local, is_mail_address, is_mailto, normalise};

    #[test]
    fn paths_are_normalised_and_never_clamped() {
        assert_eq!(normalise("byok", "../a.md").as_deref(), Some("/a.md"));
        assert_eq!(normalise("byok/x", "./../b/").as_deref(), Some("/byok/b/"));
        assert_eq!(normalise("byok", "/a//b").as_deref(), Some("/a/b"));
        assert_eq!(normalise("byok", "../..").as_deref(), None);
        assert_eq!(normalise("", "..").as_deref(), None);
    }

    #[test]
    fn percent_encoding_is_strict() {
        assert_eq!(decode("a%20b").as_deref(), Some("a b"));
        for bad in ["100%", "%zz", "%f", "%ff", "%00"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn local_hosts_are_told_from_public_ones() {
        for host in [
            "//localhost:3000/",
            "//127.0.0.1",
            "//10.1.2.3/x",
            "//192.168.1.1",
            "//[::1]:80/",
            "//printer.local",
            "//0.0.0.0/",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in
            ["//example.com/", "//localhost.example.com/", "//172.32.0.1/", "//user@example.com/"]
        {
            assert!(!is_local(host), "{host}");
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
}

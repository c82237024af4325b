//! Whom to answer: requests for this server by its names, from our own pages or from a person, for a path. A web page of
//! another site cannot read what is being written here, nor a name that was made to point at this machine.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use percent_encoding::percent_decode_str;

use super::message::Request;
use super::reply::Refusal;

/// A request as it was sent.
pub(super) struct Head<'a> {
    /// Its method: `GET`.
    pub(super) method: &'a str,
    /// What it asks for: a path, or a whole URL.
    pub(super) target: &'a str,
    /// Names and values.
    pub(super) headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Head<'a> {
    /// The value of a header, the first where it is there more than once.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let is_named = move |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(name);
        self.headers.iter().filter(is_named).map(|(_, value)| *value)
    }
}

/// The names of this server.
#[derive(Clone)]
pub(super) struct Hosts {
    address: SocketAddr,
    allowed: Vec<String>,
}

/// A host that is this server.
#[derive(PartialEq)]
enum Known {
    /// By its address: the port is part of it.
    Address,
    /// By a name that the settings allow, as a proxy or tunnel in front of it may have it.
    Allowed,
}

impl Hosts {
    pub(super) fn new(address: SocketAddr, allowed: &[String]) -> Self {
        Self { address, allowed: allowed.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    fn known(&self, host: &str) -> Option<Known> {
        let host = host.to_ascii_lowercase();
        let (name, port) = parts(&host)?;
        if self.allowed.iter().any(|allowed| allowed == name) {
            return Some(Known::Allowed);
        }
        // An address in brackets is one of version 6, and no other is.
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let ip = match bare {
            Some(bare) => bare.parse().ok().map(IpAddr::V6),
            None => name.parse().ok().map(IpAddr::V4),
        };
        // Who listens on all addresses wants to be called by any. No name can be made to point here by that.
        let is_ours = |ip: IpAddr| {
            let own = self.address.ip();
            ip == Ipv4Addr::LOCALHOST
                || ip == Ipv6Addr::LOCALHOST
                || ip == own
                || own.is_unspecified()
        };
        let is_known = name == "localhost" || ip.is_some_and(is_ours);
        (is_known && port == self.address.port()).then_some(Known::Address)
    }
}

/// The name and port of a host as the header has it.
fn parts(host: &str) -> Option<(&str, u16)> {
    let port_at = host.rfind(':').filter(|at| !host[*at..].contains(']'));
    match port_at {
        None => Some((host, 80)),
        Some(at) => {
            let digits = &host[at + 1..];
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            Some((&host[..at], digits.parse().ok().filter(|_| is_number)?))
        }
    }
}

/// The request that a head makes, if it may be answered.
pub(super) fn request<'a>(head: &Head<'a>, hosts: &Hosts) -> Result<Request<'a>, Refusal> {
    let (authority, target) = host_and_target(head)?;
    let Some(known) = hosts.known(authority) else {
        let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
        let message = format!(
            "this server is not `{authority}`; if it is to be called so, start it with `--allowed-host {name}`"
        );
        return Err(Refusal::new(421, message));
    };
    if !matches!(head.method, "GET" | "HEAD") {
        return Err(Refusal::new(405, "only GET and HEAD are answered"));
    }
    from_us(head, authority, &known)?;
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    Ok(Request { path: decoded(path)?, query, is_head: head.method == "HEAD" })
}

/// The host that is asked, and what it is asked for. A whole URL names its own host (RFC 9112, 3.2.2).
fn host_and_target<'a>(head: &Head<'a>) -> Result<(&'a str, &'a str), Refusal> {
    let mut hosts = head.all("Host");
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refusal::new(400, "a request has one `Host` header"));
    };
    let scheme = head.target.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://"));
    let Some(scheme) = scheme else { return Ok((host, head.target)) };
    let rest = &head.target[scheme.len()..];
    Ok(match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('/') => rest.split_at(at),
        Some(_) => return Err(Refusal::new(400, "the URL has no path")),
        None => (rest, "/"),
    })
}

/// Refuses what another site's page sends. A person may come from anywhere, by a link that opens a page.
fn from_us(head: &Head<'_>, authority: &str, known: &Known) -> Result<(), Refusal> {
    if let Some(origin) = head.header("Origin") {
        let secure = origin.strip_prefix("https://").filter(|_| *known == Known::Allowed);
        let host = origin.strip_prefix("http://").or(secure);
        if !host.is_some_and(|host| host.eq_ignore_ascii_case(authority)) {
            return Err(Refusal::new(403, "only pages of this server may ask it"));
        }
    }
    let is_navigation = head.method == "GET"
        && head.header("Sec-Fetch-Mode") == Some("navigate")
        && head.header("Sec-Fetch-Dest") == Some("document");
    match head.header("Sec-Fetch-Site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) if is_navigation => Ok(()),
        Some(_) => {
            Err(Refusal::new(403, "only pages of this server may embed or fetch what it has"))
        }
    }
}

/// A path, decoded once. What no browser sends and no page is named is refused here, so that a handler that joins paths
/// or sends somebody elsewhere by them can do no harm.
fn decoded(path: &str) -> Result<Cow<'_, str>, Refusal> {
    if !path.starts_with('/') || path.starts_with("//") {
        return Err(Refusal::new(400, "a path begins with one `/`"));
    }
    let is_escape =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if !path.split('%').skip(1).all(is_escape) {
        return Err(Refusal::new(
            400,
            "a `%` in the path is not followed by two hexadecimal digits",
        ));
    }
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return Err(Refusal::new(400, "the path is not UTF-8"));
    };
    if path.chars().any(char::is_control) {
        return Err(Refusal::new(400, "the path has a control character"));
    }
    if path.starts_with("//") || path.split(['/', '\\']).any(|part| part == "." || part == "..") {
        return Err(Refusal::new(400, "the path leads upwards or elsewhere"));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::{Hosts, decoded};

    fn hosts(address: &str) -> Hosts {
        Hosts::new(address.parse().expect("an address"), &["Docs.test".to_owned()])
    }

    #[test]
    fn the_server_knows_its_names_with_their_port() {
        let ours = hosts("127.0.0.1:4000");
        for host in [
            "localhost:4000",
            "LocalHost:4000",
            "127.0.0.1:4000",
            "[::1]:4000",
            "docs.test",
            "docs.test:8080",
        ] {
            assert!(ours.known(host).is_some(), "{host}");
        }
        for host in [
            "",
            "localhost",
            "localhost:",
            "localhost:+4000",
            "localhost:4001",
            "localhost.:4000",
            "::1:4000",
            "[127.0.0.1]:4000",
            "127.1:4000",
            "0x7f.0.0.1:4000",
            "0.0.0.0:4000",
            "localhost:4000@evil.test",
            "evil.test:4000",
            "sub.docs.test",
            "10.0.0.1:4000",
            "docs.test:x",
        ] {
            assert!(ours.known(host).is_none(), "{host}");
        }
        assert!(hosts("127.0.0.1:80").known("localhost").is_some());
    }

    #[test]
    fn a_server_on_all_addresses_is_called_by_any_but_by_no_name() {
        let ours = hosts("0.0.0.0:4000");
        assert!(ours.known("192.168.1.5:4000").is_some() && ours.known("[fd00::5]:4000").is_some());
        assert!(ours.known("evil.test:4000").is_none() && ours.known("192.168.1.5").is_none());
        assert!(hosts("192.168.1.5:4000").known("192.168.1.5:4000").is_some());
        assert!(hosts("192.168.1.5:4000").known("192.168.1.6:4000").is_none());
    }

    #[test]
    fn paths_are_decoded_once() {
        let ok = |path| decoded(path).ok().map(std::borrow::Cow::into_owned);
        assert_eq!(ok("/a%20b/%C3%BC").as_deref(), Some("/a b/\u{fc}"));
        assert_eq!(ok("/%252e%252e/").as_deref(), Some("/%2e%2e/"));
        for path in [
            "",
            "a",
            "//evil",
            "/%2fevil",
            "/%",
            "/%4",
            "/%zz",
            "/%ff",
            "/%00",
            "/%0d%0a",
            "/..",
            "/%2e%2E/x",
            "/a/%5c../b",
            "*",
        ] {
            assert_eq!(ok(path), None, "{path}");
        }
    }
}

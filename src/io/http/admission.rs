//! Which requests are answered: those that call this server by its names, from our own pages or from a person, for a path.
//! A page of another site cannot read what is being written here, nor can a name that was made to point at this machine.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use percent_encoding::percent_decode_str;
use url::Host;

use super::head::Head;
use super::message::Request;
use super::reply::Refusal;
use crate::host::Authority;

/// The names of this server.
#[derive(Clone)]
pub(super) struct Hosts {
    address: SocketAddr,
    allowed: Vec<Host>,
}

/// A host that is this server.
#[derive(PartialEq)]
enum KnownHost {
    /// By an address that only this machine can use: the port is part of it.
    Loopback,
    /// By another of its addresses, with the port.
    Address,
    /// By a name that the settings allow, as a proxy or tunnel in front of it may have it.
    Allowed,
}

impl Hosts {
    pub(super) fn new(address: SocketAddr, allowed: &[String]) -> Self {
        let allowed = allowed.iter().filter_map(|name| Authority::parse(name));
        Self { address, allowed: allowed.map(|allowed| allowed.host).collect() }
    }

    /// Whether other machines can reach the server, or a name leads to it. Browsers then do not say which site's page a
    /// request comes from, unless the connection is encrypted.
    pub(super) fn is_exposed(&self) -> bool {
        !self.address.ip().is_loopback() || !self.allowed.is_empty()
    }

    /// The host of a header, written as browsers write it.
    fn known(&self, text: &str) -> Option<KnownHost> {
        let authority = Authority::parse(text)?;
        if !authority.to_string().eq_ignore_ascii_case(text) {
            return None;
        }
        if self.allowed.contains(&authority.host) {
            return Some(KnownHost::Allowed);
        }
        if authority.port.unwrap_or(80) != self.address.port() {
            return None;
        }
        let own = self.address.ip();
        match authority.ip() {
            None => (authority.host == Host::Domain("localhost")).then_some(KnownHost::Loopback),
            Some(ip) if ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST => {
                Some(KnownHost::Loopback)
            }
            // A server on all addresses is called by any of them. No name can be made to point here by that.
            Some(ip) => (ip == own || own.is_unspecified()).then_some(KnownHost::Address),
        }
    }
}

/// The request that a head makes, if it may be answered.
pub(super) fn request<'a>(head: &'a Head, hosts: &Hosts) -> Result<Request<'a>, Refusal> {
    let (authority, target) = host_and_target(head)?;
    let Some(known) = hosts.known(authority) else {
        let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
        let message = format!(
            "this server is not `{authority}`; to allow that name, start it with `--allowed-host {name}`"
        );
        return Err(Refusal::new(421, message));
    };
    if !matches!(&*head.method, "GET" | "HEAD") {
        return Err(Refusal::new(405, "only GET and HEAD are answered"));
    }
    from_us(head, authority, &known)?;
    is_from_here(head, hosts)?;
    let has_unknown_site = known != KnownHost::Loopback && head.header("Sec-Fetch-Site").is_none();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    Ok(Request { path: decoded(path)?, query, has_unknown_site })
}

/// The host that is asked, and what it is asked for. A whole URL names its own host (RFC 9112, 3.2.2).
fn host_and_target(head: &Head) -> Result<(&str, &str), Refusal> {
    let mut hosts = head.all("Host");
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refusal::new(400, "a request has one `Host` header"));
    };
    let scheme = head.target.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://"));
    let Some(scheme) = scheme else { return Ok((host, &head.target)) };
    let rest = &head.target[scheme.len()..];
    Ok(match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('/') => rest.split_at(at),
        Some(_) => return Err(Refusal::new(400, "the URL has no path")),
        None => (rest, "/"),
    })
}

/// Refuses what a page of another site may not ask. A person may come from anywhere, by a link that opens a page.
fn from_us(head: &Head, authority: &str, known: &KnownHost) -> Result<(), Refusal> {
    let Some(origin) = head.header("Origin") else { return Ok(()) };
    let secure = origin.strip_prefix("https://").filter(|_| *known == KnownHost::Allowed);
    let host = origin.strip_prefix("http://").or(secure);
    if host.is_some_and(|host| host.eq_ignore_ascii_case(authority)) {
        Ok(())
    } else {
        Err(Refusal::new(403, "only pages of this server may send requests to it"))
    }
}

/// Refuses what a page of another site embeds or fetches, where the browser says so. A page of this machine, such as an
/// editor's preview, may frame pages, unless others can reach the server.
fn is_from_here(head: &Head, hosts: &Hosts) -> Result<(), Refusal> {
    let opens = |destination: &str| {
        head.method == "GET"
            && head.header("Sec-Fetch-Mode") == Some("navigate")
            && head.header("Sec-Fetch-Dest") == Some(destination)
    };
    match head.header("Sec-Fetch-Site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) if opens("document") => Ok(()),
        Some("same-site") if opens("iframe") && !hosts.is_exposed() => Ok(()),
        Some(_) => {
            Err(Refusal::new(403, "only pages of this server may embed or fetch its content"))
        }
    }
}

/// A path, decoded once. What no browser sends and no page is named is refused here, so that a handler that joins paths
/// or sends somebody elsewhere by them can do no harm.
fn decoded(path: &str) -> Result<Cow<'_, str>, Refusal> {
    let refused = |message| Err(Refusal::new(400, message));
    if !path.starts_with('/') || path.starts_with("//") {
        return refused("a path begins with one `/`");
    }
    let is_escape =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if !path.split('%').skip(1).all(is_escape) {
        return refused("a `%` in the path is not followed by two hexadecimal digits");
    }
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return refused("the path is not UTF-8");
    };
    if path.chars().any(char::is_control) {
        return refused("the path has a control character");
    }
    if path.starts_with("//") || path.split(['/', '\\']).any(|part| part == "." || part == "..") {
        return refused("the path leads upwards or elsewhere");
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

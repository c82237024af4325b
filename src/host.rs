//! Hosts: which of them are this machine or in a private network. Knows no link and asks no resolver.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::Host;

/// Whether a host is this machine or in a private network, as far as its text tells (RFC 1918, 3927, 4193, 6761, 6762).
pub fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost") || name.ends_with(".local")
        }
        Host::Ipv4(address) => is_private(IpAddr::V4(*address)),
        Host::Ipv6(address) => is_private(IpAddr::V6(*address)),
    }
}

/// Whether an address is not public: this machine, a private or link-local network, or none at all.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_multicast()
                || first == 0
                // Shared by a carrier's customers (RFC 6598), and reserved (RFC 1112).
                || first == 100 && (64..128).contains(&second)
                || first >= 240
        }
        IpAddr::V6(ip) => {
            let embedded = match ip.segments() {
                // Mapped and compatible addresses, NAT64 (RFC 6052) and 6to4 (RFC 3056) embed an IPv4 address.
                [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                    Some((high, low))
                }
                [0x2002, high, low, ..] => Some((high, low)),
                _ => None,
            };
            let [first, ..] = ip.segments();
            // Site-local addresses (`fec0::/10`) are deprecated, and still private where they are used.
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.is_multicast()
                || first & 0xffc0 == 0xfec0
                || embedded.is_some_and(|(high, low)| {
                    let ip = Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
                    is_private(IpAddr::V4(ip))
                })
        }
    }
}

/// A host and a port, as URLs name them: `wiki.example:8080`, `10.0.0.7`, `[fd00::1]:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// A name in ASCII, or an address in whatever form browsers take it: `127.0.0.1`, `2130706433`, `0x7f.1`.
    pub host: Host,
    pub port: Option<u16>,
}

impl Authority {
    /// Reads a host and its port. An address of version 6 alone needs no brackets.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self { host: Host::Ipv6(address), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => (host, Some(port.parse().ok()?)),
            _ => (text, None),
        };
        Some(Self { host: Host::parse(host.trim_end_matches('.')).ok()?, port })
    }

    /// The address that the host is, if it is no name.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    /// Whether it is this host, by its name or by the address that the name stands for.
    pub fn allows(&self, host: &Host, at: SocketAddr) -> bool {
        self.port.is_none_or(|port| port == at.port())
            && (self.host == *host || self.ip() == Some(at.ip()))
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.host.fmt(formatter)?;
        self.port.map_or(Ok(()), |port| write!(formatter, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use url::Host;

    use super::Authority;
    use crate::url::WebUrl;

    #[test]
    fn hosts_are_allowed_by_name_or_address_and_port() {
        let allows = |written: &str, name: &str, at: &str| {
            let at = at.parse().expect("an address with a port");
            let host = Host::parse(name).expect("it is a host");
            Authority::parse(written).expect("it is right").allows(&host, at)
        };
        assert!(allows("Wiki.example", "wiki.example", "10.0.0.1:80"));
        assert!(allows("wiki.example:8080", "wiki.example", "10.0.0.1:8080"));
        assert!(allows("10.0.0.1", "wiki.example", "10.0.0.1:80"));
        assert!(allows("[fd00::1]:80", "wiki.example", "[fd00::1]:80"));
        assert!(allows("[fd00::1]", "wiki.example", "[fd00::1]:80"));
        assert!(allows("fd00::1", "wiki.example", "[fd00::1]:80"));
        assert!(!allows("wiki.example:8080", "wiki.example", "10.0.0.1:80"));
        assert!(!allows("wiki.example", "www.wiki.example", "10.0.0.1:80"));
        assert!(!allows("10.0.0.1", "wiki.example", "10.0.0.2:80"));
        for bad in ["", "https://wiki.example", "wiki.example/x", "a b", "a:b", "a:70000", "[x]"] {
            assert_eq!(Authority::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn local_hosts_are_told_from_public_ones() {
        let is_local = |url: &str| WebUrl::parse(url).is_ok_and(|url| url.is_local());
        for url in [
            "//localhost:3000/",
            "//LOCALHOST./",
            "//app.localhost",
            "//127.0.0.1",
            "//127.1",
            "//2130706433/",
            "//0x7f000001/",
            "//0177.0.0.1/",
            "//10.1.2.3/x",
            "//192.168.1.1",
            "//172.31.0.1",
            "//169.254.169.254/latest",
            "//100.64.0.1/",
            "//user:secret@127.0.0.1:80/",
            "//[::1]:80/",
            "//[::ffff:127.0.0.1]/",
            "//[::ffff:a00:1]/",
            "//[64:ff9b::7f00:1]/",
            "//[fe80::1]/",
            "//[fd00::1]/",
            "//printer.local",
            "//0.0.0.0/",
            "//0/",
            "//0x/.example.com",
            "//255.255.255.255/",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "//example.com/",
            "//localhost.example.com/",
            "//172.32.0.1/",
            "//user@example.com/",
            "//8.8.8.8/",
            "//134744072/",
            "//[2606:4700::1111]/",
            "//100.128.0.1/",
            "//notlocal/",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }
}

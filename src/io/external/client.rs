//! One request, one answer; the one file that names the HTTP client. Each connection goes to an address that was looked up
//! for it here and found public or allowed; there is no proxy, no cookie, and no redirect is followed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ureq::http::{HeaderMap, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body, Error};
use url::Host;

use super::Settings;
use crate::external::{PageIds, Trouble};
use crate::host::{self, Authority};
use crate::url::WebUrl;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Whether the page is there.
    Head,
    /// The page, which is not read.
    Get,
    /// The page, for its ids.
    GetPage,
}

pub(super) struct Response {
    pub(super) status: u16,
    /// Headers, as they are written.
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) page: PageIds,
}

pub(super) struct Client {
    agent: Agent,
    anchors: fn(&str) -> BTreeSet<String>,
    page: u64,
}

const NAME: &str = concat!("silcrow/", env!("CARGO_PKG_VERSION"), " (link checker)");

impl Client {
    pub(super) fn new(settings: &Settings) -> Self {
        let config = Agent::config_builder()
            .user_agent(NAME)
            .accept("text/html, application/xhtml+xml, */*;q=0.8")
            .accept_encoding("identity")
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy would look names up itself, where nothing could be refused.
            .proxy(None)
            // Hosts are asked so rarely that connections would be dead when they are wanted again.
            .max_idle_connections(0)
            .build();
        let resolver = VettingResolver {
            system: DefaultResolver::default(),
            names: settings.names.clone(),
            allow: settings.allow.clone(),
        };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Self { agent, anchors: settings.anchors, page: settings.page }
    }

    /// Sends a request, and waits for the answer for as long.
    pub(super) fn send(
        &self,
        method: Method,
        url: &WebUrl,
        timeout: Duration,
    ) -> Result<Response, Trouble> {
        let url = url.to_string();
        let request = match method {
            Method::Head => self.agent.head(&url),
            Method::Get | Method::GetPage => self.agent.get(&url),
        };
        let is_tls = url.starts_with("https:");
        let request = request.config().timeout_global(Some(timeout)).build();
        let (head, body) = request.call().map_err(|error| trouble(error, is_tls))?.into_parts();
        let text = |name| header(&head.headers, name);
        let page = if method == Method::GetPage && head.status.is_success() {
            self.page(&head.headers, body).map_err(|error| trouble(error, is_tls))?
        } else {
            PageIds::Unread
        };
        Ok(Response {
            status: head.status.as_u16(),
            location: text("location"),
            retry_after: text("retry-after"),
            page,
        })
    }

    fn page(&self, headers: &HeaderMap, body: Body) -> Result<PageIds, Error> {
        let kind = header(headers, "content-type").unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !matches!(kind, "text/html" | "application/xhtml+xml") {
            return Ok(PageIds::NotHtml);
        }
        let encoding = header(headers, "content-encoding").unwrap_or_default();
        if !matches!(encoding.to_ascii_lowercase().trim(), "" | "identity") {
            return Ok(PageIds::Unreadable("the page is compressed, which was not requested"));
        }
        let mut bytes = Vec::new();
        body.into_reader().take(self.page + 1).read_to_end(&mut bytes)?;
        let is_whole = bytes.len() as u64 <= self.page;
        if bytes.contains(&0) {
            return Ok(PageIds::Unreadable("the page is not UTF-8"));
        }
        let ids = (self.anchors)(&String::from_utf8_lossy(&bytes));
        Ok(PageIds::Html { ids, is_whole })
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

const MOST_ADDRESSES: usize = 16;

/// Looks hosts up, and leaves out every address that is private and not allowed.
#[derive(Debug)]
struct VettingResolver {
    system: DefaultResolver,
    names: BTreeMap<String, Vec<IpAddr>>,
    allow: Vec<Authority>,
}

fn refuse(trouble: Trouble) -> Error {
    Error::Other(Box::new(trouble))
}

impl Resolver for VettingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let authority = uri.authority().and_then(|authority| Authority::parse(authority.as_str()));
        let authority = authority.ok_or_else(|| refuse(Trouble::NoSuchHost))?;
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = authority.port.unwrap_or(default);
        let known = match &authority.host {
            Host::Domain(name) => self.names.get(name).cloned(),
            _ => authority.ip().map(|address| vec![address]),
        };
        let addresses: Vec<SocketAddr> = match known {
            Some(known) => known.iter().map(|address| SocketAddr::new(*address, port)).collect(),
            None => match self.system.resolve(uri, config, timeout) {
                Ok(addresses) => addresses.to_vec(),
                Err(Error::HostNotFound) => Vec::new(),
                Err(Error::Io(error)) => return Err(refuse(not_resolved(&error))),
                Err(error) => return Err(error),
            },
        };
        let Some(first) = addresses.first() else {
            return Err(refuse(Trouble::NoSuchHost));
        };
        let is_allowed = |address: &&SocketAddr| {
            !host::is_private(address.ip())
                || self.allow.iter().any(|host| host.allows(&authority.host, **address))
        };
        let mut vetted = self.empty();
        let allowed = addresses.iter().filter(is_allowed).take(MOST_ADDRESSES);
        allowed.for_each(|address| vetted.push(*address));
        match vetted.is_empty() {
            true => Err(refuse(Trouble::Private(first.ip()))),
            false => Ok(vetted),
        }
    }
}

/// The meaning of a failed lookup. Only some texts mean that there is no such host; others may be caused by this machine's network.
fn not_resolved(error: &std::io::Error) -> Trouble {
    const NONE: [&str; 6] = [
        "not known",
        "does not resolve",
        "no address associated",
        "no usable address",
        // Windows says so in its own language; these are its numbers.
        "os error 11001",
        "os error 11004",
    ];
    let text = error.to_string().to_lowercase();
    if NONE.iter().any(|words| text.contains(words)) {
        return Trouble::NoSuchHost;
    }
    let reason = text.trim_start_matches("failed to lookup address information: ");
    Trouble::NotResolved(reason.to_owned())
}

fn trouble(error: Error, is_tls: bool) -> Trouble {
    match error {
        Error::Other(other) => match other.downcast_ref::<Trouble>() {
            Some(trouble) => trouble.clone(),
            None => Trouble::Unreachable(other.to_string()),
        },
        Error::Timeout(_) => Trouble::Timeout,
        Error::Io(error) => of_connection(&error, is_tls),
        Error::Rustls(error) => Trouble::Tls(without_moment(&error.to_string())),
        Error::Tls(reason) => Trouble::Tls(reason.to_owned()),
        Error::TlsRequired => Trouble::Tls("the connection is not encrypted".to_owned()),
        Error::Http(_) | Error::BadUri(_) => {
            Trouble::Unreachable("the URL is not one that can be sent".to_owned())
        }
        other => Trouble::Garbled(other.to_string()),
    }
}

fn of_connection(error: &std::io::Error, is_tls: bool) -> Trouble {
    use std::io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidData, TimedOut,
        UnexpectedEof, WouldBlock,
    };
    match error.kind() {
        // The TLS library's errors come in this form.
        InvalidData if is_tls => Trouble::Tls(without_moment(&error.to_string())),
        TimedOut | WouldBlock => Trouble::Timeout,
        ConnectionRefused => Trouble::Refused,
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => Trouble::BrokenOff,
        _ => Trouble::Unreachable(crate::io::reason(error)),
    }
}

/// The TLS library's reason without the seconds since a certificate expired, so that two runs say the same.
fn without_moment(reason: &str) -> String {
    reason.split(": verification time").next().unwrap_or(reason).to_owned()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use ureq::unversioned::resolver::{DefaultResolver, Resolver};
    use ureq::unversioned::transport::NextTimeout;
    use ureq::{Agent, Error};

    use super::{Trouble, VettingResolver, not_resolved, without_moment};

    #[test]
    fn of_a_name_with_several_addresses_only_the_public_are_connected_to() {
        let address = |text: &str| -> IpAddr { text.parse().expect("an address") };
        let all = ["127.0.0.1", "203.0.113.1", "fe80::1", "2001:db8::1", "10.0.0.1"].map(address);
        let names = [
            ("some.test".to_owned(), all.to_vec()),
            ("none.test".to_owned(), [all[4], all[0]].to_vec()),
        ];
        let resolver = VettingResolver {
            system: DefaultResolver::default(),
            names: names.into(),
            allow: Vec::new(),
        };
        let agent = Agent::new_with_defaults();
        let resolve = |url: &str| {
            let url = url.parse().expect("a URL");
            resolver.resolve(&url, agent.config(), NextTimeout::default())
        };
        let vetted = resolve("https://Some.test./").expect("some are public");
        let vetted: Vec<String> = vetted.iter().map(ToString::to_string).collect();
        assert_eq!(vetted, ["203.0.113.1:443", "[2001:db8::1]:443"]);
        let Err(Error::Other(error)) = resolve("http://none.test:8080/") else {
            panic!("all are private")
        };
        let refusal = error.downcast_ref::<Trouble>();
        assert!(matches!(refusal, Some(Trouble::Private(first)) if *first == all[4]));
    }

    #[test]
    fn a_network_that_is_down_is_no_unknown_host() {
        let says = |text: &str| not_resolved(&std::io::Error::other(text.to_owned()));
        for none in ["Name or service not known", "Name does not resolve"] {
            let text = format!("failed to lookup address information: {none}");
            assert!(matches!(says(&text), Trouble::NoSuchHost), "{none}");
        }
        let text = "failed to lookup address information: Temporary failure in name resolution";
        let Trouble::NotResolved(reason) = says(text) else { panic!("{text}") };
        assert_eq!(reason, "temporary failure in name resolution");
    }

    #[test]
    fn reasons_are_the_same_a_second_later() {
        let reason = "invalid peer certificate: certificate expired: verification time 1 (UNIX)";
        assert_eq!(without_moment(reason), "invalid peer certificate: certificate expired");
    }
}

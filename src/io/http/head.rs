//! The head of a request: read within limits, checked line by line, and made fit for the engine. Knows the meaning of no
//! header but those about the connection and the body.

use std::fmt::Write;
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use memchr::memmem;

use super::reply::Refusal;

/// How long a head may be. Cookies of every program on this machine come along, so it is four times what is common.
const LONGEST: usize = 64 * 1024;

/// How long a client may take for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Headers about the connection, which ends here, or about a body, which is never read.
const LEFT_OUT: [&str; 7] =
    ["connection", "content-length", "expect", "keep-alive", "transfer-encoding", "upgrade", TAG];

/// The header that identifies a parsed head. Its value is secret.
pub(super) const TAG: &str = "Silcrow-Tag";

/// Reads a request up to its first empty line. What follows is not read: no request that is answered has a body.
/// Nothing when the client has left, or never sent anything.
pub(super) fn read(client: &TcpStream) -> Option<Result<Vec<u8>, Refusal>> {
    const END: &[u8] = b"\r\n\r\n";
    let deadline = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while head.len() <= LONGEST {
        match read_before(deadline, client, &mut buffer) {
            Ok(count @ 1..) => {
                // The end may lie across two reads.
                let seen = head.len().saturating_sub(END.len() - 1);
                head.extend_from_slice(&buffer[..count]);
                if let Some(at) = memmem::find(&head[seen..], END) {
                    head.truncate(seen + at + END.len());
                    return Some(Ok(head));
                }
            }
            // Browsers open connections in advance; an unused one is not an error.
            Err(error) if is_late(&error) && !head.is_empty() => {
                return Some(Err(Refusal::new(408, "the request did not come in 10 seconds")));
            }
            _ => return None,
        }
    }
    let message =
        "the head of the request is longer than 64 KiB; cookies for this host may be many";
    Some(Err(Refusal::new(431, message)))
}

/// Reads what a client sends next, if that comes before the deadline.
pub(super) fn read_before(
    deadline: Instant,
    mut client: &TcpStream,
    buffer: &mut [u8],
) -> io::Result<usize> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        client.set_read_timeout(Some(left))?;
        match client.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

pub(super) fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

pub(super) struct Head {
    pub(super) method: String,
    /// What it asks for: a path, or a whole URL.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    /// The value of a header, the first where there are several.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let is_named = move |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().filter(is_named).map(|(_, value)| value.as_str())
    }
}

/// The head as the engine can take it: tagged; one request and no body; ASCII. Every line is checked first (RFC 9112,
/// sections 3 and 5), so that the engine and others between it and the client cannot read the head differently.
///
/// `tiny_http` closes the connection on a byte that is not ASCII, though curl sends paths and other programs set cookies
/// with such bytes: they are percent-encoded. It waits for ever on a version of HTTP that it does not know.
pub(super) fn for_engine(head: &[u8], tag: &str) -> Result<String, Refusal> {
    let mut text = String::with_capacity(head.len() + 128);
    for byte in head {
        match byte.is_ascii() {
            true => text.push(char::from(*byte)),
            false => write!(text, "%{byte:02X}").expect("a string takes all text"),
        }
    }
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let request_line = lines.next().unwrap_or("");
    check_request_line(request_line)?;
    let mut checked = format!("{request_line}\r\n{TAG}: {tag}\r\nConnection: close\r\n");
    for line in lines {
        let name = header_name(line)?;
        if !LEFT_OUT.iter().any(|left_out| left_out.eq_ignore_ascii_case(name)) {
            checked.push_str(line);
            checked.push_str("\r\n");
        }
    }
    checked.push_str("\r\n");
    Ok(checked)
}

fn check_request_line(line: &str) -> Result<(), Refusal> {
    let is_visible = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
    let not_http = Err(Refusal::new(400, "the first line is not an HTTP request"));
    let parts: Vec<&str> = line.split(' ').collect();
    match parts[..] {
        _ if !parts.iter().all(is_visible) => not_http,
        [_, _, "HTTP/1.0" | "HTTP/1.1"] => Ok(()),
        [_, _, version] if version.starts_with("HTTP/") => {
            Err(Refusal::new(505, "only HTTP/1.0 and HTTP/1.1 are supported"))
        }
        _ => not_http,
    }
}

/// The name of a header. A line without one may continue the line before, and a control character may end a line, for
/// some readers and not for others.
fn header_name(line: &str) -> Result<&str, Refusal> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match line.split_once(':') {
        Some((name, value))
            if !name.is_empty()
                && name.bytes().all(is_token)
                && !value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') =>
        {
            Ok(name)
        }
        _ => Err(Refusal::new(400, "a line of the request is not an HTTP header")),
    }
}

#[cfg(test)]
mod tests {
    use super::for_engine;

    fn status(head: &str) -> Option<u16> {
        for_engine(head.as_bytes(), "tag").err().map(|refusal| refusal.status)
    }

    #[test]
    fn a_head_keeps_its_headers_but_those_of_the_connection_and_the_body() {
        let head = b"GET /\xc3\xbc HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\ncontent-length: 5\r\nCookie: \xff\r\nSilcrow-Tag: forged\r\n\r\n";
        let expected = "GET /%C3%BC HTTP/1.1\r\nSilcrow-Tag: tag\r\nConnection: close\r\nHost: localhost\r\nCookie: %FF\r\n\r\n";
        assert_eq!(for_engine(head, "tag").ok().as_deref(), Some(expected));
    }

    #[test]
    fn first_lines_that_the_engine_cannot_take_are_refused() {
        for (line, expected) in [
            ("PRI * HTTP/2.0", 505),
            ("GET / HTTP/3.0", 505),
            ("GET / HTTP/0.9", 505),
            ("GET / HTTP/2.0 HTTP/1.1", 400),
            ("GET /\tHTTP/2.0 HTTP/1.1", 400),
            ("GET  HTTP/1.1", 400),
            ("GET /a b HTTP/1.1", 400),
            ("GET /\0 HTTP/1.1", 400),
            ("GET /a\nX: y HTTP/1.1", 400),
            ("GET /a\rX: y HTTP/1.1", 400),
            ("GET /", 400),
            ("\x16\x03\x01", 400),
            ("", 400),
        ] {
            assert_eq!(status(&format!("{line}\r\n\r\n")), Some(expected), "{line:?}");
        }
    }

    /// CVE-2026-66752: requests can be smuggled past `tiny_http` by heads that it reads as others do not. It never sees a
    /// length, an encoding, a line that continues another, or a line end within a line.
    #[test]
    fn no_head_that_can_be_read_in_two_ways_reaches_the_engine() {
        for lines in [
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Content-Length: 4\r\nContent-Length: 0",
            "Content-Length: 4, 0",
            "Content-Length: +4",
            "Transfer-Encoding: identity\r\ntransfer-encoding:\tchunked",
            "Transfer-Encoding: xchunked",
            "Expect: 100-continue\r\nUpgrade: h2c",
        ] {
            let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
            let expected =
                "GET / HTTP/1.1\r\nSilcrow-Tag: tag\r\nConnection: close\r\nHost: a\r\n\r\n";
            assert_eq!(
                for_engine(head.as_bytes(), "tag").ok().as_deref(),
                Some(expected),
                "{lines:?}"
            );
        }
        for lines in [
            "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked",
            " Transfer-Encoding: chunked",
            "X: a\r\n Transfer-Encoding: chunked",
            "X: a\r\n\tTransfer-Encoding: chunked",
            "X: a\nTransfer-Encoding: chunked",
            "X: a\rTransfer-Encoding: chunked",
            "Transfer-Encoding\0: chunked",
            "X: a\0",
            "Transfer-Encoding",
            ": chunked",
            "\u{b}Transfer-Encoding: chunked",
        ] {
            let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
            assert_eq!(status(&head), Some(400), "{lines:?}");
        }
    }
}

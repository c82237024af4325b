//! The head of a request: read within limits, and made fit for the engine. Knows no header's meaning but of those that
//! speak of the connection alone.

use std::fmt::Write;
use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::engine::CONNECTION;
use super::reply::Refusal;

/// How long a head may be. Cookies of every program on this machine come along, so it is four times what is common.
const LONGEST: usize = 64 * 1024;

/// How long a client may take for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Headers that speak of the connection, which ends here, or of a body, which nobody reads.
const LEFT_OUT: [&str; 7] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
    CONNECTION,
];

/// Why there is no head.
pub(super) enum NoHead {
    /// The client is gone, or never said a word.
    Gone,
    /// It is answered, and not served.
    Refused(Refusal),
}

/// Reads a request up to its first empty line. What follows is not read: no request that is answered has a body.
pub(super) fn read(mut client: &TcpStream) -> Result<Vec<u8>, NoHead> {
    let deadline = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let is_late = left.is_zero() || client.set_read_timeout(Some(left)).is_err();
        match if is_late { Err(ErrorKind::TimedOut.into()) } else { client.read(&mut buffer) } {
            Ok(0) => return Err(NoHead::Gone),
            Ok(count) => {
                // The end may lie across two reads.
                let seen = head.len().saturating_sub(3);
                head.extend_from_slice(&buffer[..count]);
                if let Some(end) = end(&head[seen..]) {
                    head.truncate(seen + end);
                    return Ok(head);
                }
                if head.len() > LONGEST {
                    let message = "the head of the request is longer than 64 KiB; cookies for this host may be many";
                    return Err(NoHead::Refused(Refusal::new(431, message)));
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                // A browser opens connections that it may need, and is not to be told off for one that it did not.
                let is_partial = !head.is_empty();
                let refusal = Refusal::new(408, "the request did not come in 10 seconds");
                return Err(if is_partial { NoHead::Refused(refusal) } else { NoHead::Gone });
            }
            Err(_) => return Err(NoHead::Gone),
        }
    }
}

fn end(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

/// The head as the engine can take it: with the connection's tag; one request and no body; ASCII.
///
/// `tiny_http` closes the connection on a byte that is not ASCII, though curl sends paths and other programs set cookies
/// with such bytes: they are percent-encoded. It waits for ever on a version of HTTP that it does not know, so there is
/// no way around looking at the request line here.
pub(super) fn forwarded(head: &[u8], tag: &str) -> Result<String, Refusal> {
    let mut text = String::with_capacity(head.len() + 128);
    for byte in head {
        match byte.is_ascii() {
            true => text.push(char::from(*byte)),
            false => write!(text, "%{byte:02X}").expect("a string takes all text"),
        }
    }
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let line = lines.next().unwrap_or("");
    let parts: Vec<&str> = line.split(' ').collect();
    let is_visible = line.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    match parts[..] {
        [method, target, version]
            if is_visible
                && !method.is_empty()
                && !target.is_empty()
                && version.starts_with("HTTP/") =>
        {
            if !matches!(version, "HTTP/1.0" | "HTTP/1.1") {
                return Err(Refusal::new(505, "only HTTP/1.0 and HTTP/1.1 are spoken here"));
            }
        }
        _ => return Err(Refusal::new(400, "the first line is no HTTP request")),
    }
    let mut forwarded = format!("{line}\r\n{CONNECTION}: {tag}\r\nConnection: close\r\n");
    for line in lines {
        let name = line.split(':').next().unwrap_or("").trim();
        if !LEFT_OUT.iter().any(|left_out| left_out.eq_ignore_ascii_case(name)) {
            forwarded.push_str(line);
            forwarded.push_str("\r\n");
        }
    }
    forwarded.push_str("\r\n");
    Ok(forwarded)
}

#[cfg(test)]
mod tests {
    use super::forwarded;

    #[test]
    fn a_head_keeps_what_is_said_and_loses_what_is_of_the_connection() {
        let head = b"GET /\xc3\xbc HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n content-length : 5\r\nCookie: \xff\r\nSilcrow-Connection: forged\r\n\r\n";
        let expected = "GET /%C3%BC HTTP/1.1\r\nSilcrow-Connection: tag\r\nConnection: close\r\nHost: localhost\r\nCookie: %FF\r\n\r\n";
        assert_eq!(forwarded(head, "tag").ok().as_deref(), Some(expected));
    }

    #[test]
    fn first_lines_that_the_engine_cannot_take_are_refused() {
        for (line, status) in [
            ("PRI * HTTP/2.0", 505),
            ("GET / HTTP/3.0", 505),
            ("GET / HTTP/0.9", 505),
            ("GET / HTTP/2.0 HTTP/1.1", 400),
            ("GET /\tHTTP/2.0 HTTP/1.1", 400),
            ("GET  HTTP/1.1", 400),
            ("GET /a b HTTP/1.1", 400),
            ("GET /\0 HTTP/1.1", 400),
            ("GET /", 400),
            ("\x16\x03\x01", 400),
            ("", 400),
        ] {
            let refused = forwarded(format!("{line}\r\n\r\n").as_bytes(), "tag");
            assert_eq!(refused.err().map(|refusal| refusal.status), Some(status), "{line:?}");
        }
    }
}

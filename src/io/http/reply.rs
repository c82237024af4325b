//! Answers as bytes: status, headers, and what part of the body goes out. Knows what was asked for and no connection.

use std::borrow::Cow;
use std::fmt::Write;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::engine::reason;
use super::head::Head;
use super::message::{Body, Content};

/// Headers of every answer. A page of another site may neither guess its type nor embed it.
const ALWAYS: &str = "Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nConnection: close\r\n";

/// Headers of every answer of a server that others can reach: no page may show it in a frame.
const EXPOSED: &str =
    "Content-Security-Policy: frame-ancestors 'none'\r\nX-Frame-Options: DENY\r\n";

/// How much of a body is sent together with its head. Two writes where one would do cost a round trip.
const TOGETHER: u64 = 64 * 1024;

/// Why a request is not served, for the person who made it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    message: Cow<'static, str>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into() }
    }
}

pub(super) struct Reply {
    status: u16,
    /// The headers of this answer, each with its line end.
    headers: String,
    body: Option<(Body, Range<u64>)>,
}

impl Reply {
    pub(super) fn refused(refusal: &Refusal) -> Self {
        let Refusal { status, message } = refusal;
        let text = format!("{status} {}: {message}\n", reason(*status));
        let length = text.len() as u64;
        let mut reply = Self::new(*status);
        if *status == 405 {
            reply.header("Allow", "GET, HEAD");
        }
        reply.header("Content-Type", "text/plain; charset=utf-8");
        reply.header("Content-Length", length);
        let body = Body::Bytes(text.into_bytes().into());
        Self { body: Some((body, 0..length)), ..reply }
    }

    pub(super) fn redirect(status: u16, location: &str) -> Self {
        let mut reply = Self::new(status);
        reply.header("Content-Length", 0);
        reply.header("Location", location);
        reply
    }

    pub(super) fn events() -> Self {
        let mut reply = Self::new(200);
        reply.header("Content-Type", "text/event-stream; charset=utf-8");
        reply
    }

    /// A page or file, or the part of it that is asked for.
    pub(super) fn content(asked: &Head, content: Content) -> io::Result<Self> {
        let Content { status, media_type, body, hash } = content;
        let length = match &body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(file) => file.metadata()?.len(),
        };
        let hash = hash.or_else(|| match &body {
            Body::Bytes(bytes) => Some(blake3::hash(bytes).to_hex()[..32].to_owned()),
            Body::File(_) => None,
        });
        let tag = hash.filter(|_| status == 200).map(|hash| format!("\"{hash}\""));
        let (status, sent) = match status {
            200 => part(asked, tag.as_deref(), length),
            _ => (status, 0..length),
        };
        let mut reply = Self::new(status);
        if let Some(tag) = tag {
            reply.header("ETag", tag);
        }
        match status {
            206 => {
                let range = format!("bytes {}-{}/{length}", sent.start, sent.end - 1);
                reply.header("Content-Range", range);
            }
            416 => reply.header("Content-Range", format!("bytes */{length}")),
            _ => {}
        }
        if matches!(status, 200 | 206) {
            reply.header("Accept-Ranges", "bytes");
        }
        if status != 304 {
            reply.header("Content-Type", media_type);
            reply.header("Content-Length", sent.end - sent.start);
        }
        Ok(Self { body: (!sent.is_empty()).then_some((body, sent)), ..reply })
    }

    fn new(status: u16) -> Self {
        Self { status, headers: String::new(), body: None }
    }

    /// Adds a header. Nothing in its value can end it.
    fn header(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string().replace(char::is_control, "");
        write!(self.headers, "{name}: {value}\r\n").expect("a string takes all text");
    }

    /// The answer to a `HEAD`.
    pub(super) fn without_body(self) -> Self {
        Self { body: None, ..self }
    }

    /// Writes the answer, the head and the beginning of the body in one.
    pub(super) fn write(self, writer: &mut impl io::Write, is_exposed: bool) -> io::Result<()> {
        let Self { status, headers, body } = self;
        let exposed = if is_exposed { EXPOSED } else { "" };
        let reason = reason(status);
        let mut first =
            format!("HTTP/1.1 {status} {reason}\r\n{ALWAYS}{exposed}{headers}\r\n").into_bytes();
        match body {
            Some((Body::Bytes(bytes), range)) => {
                // The range is one of these bytes.
                let bytes = &bytes[range.start as usize..range.end as usize];
                let (together, rest) = bytes.split_at(bytes.len().min(TOGETHER as usize));
                first.extend_from_slice(together);
                writer.write_all(&first)?;
                writer.write_all(rest)
            }
            Some((Body::File(mut file), range)) => {
                file.seek(SeekFrom::Start(range.start))?;
                let mut file = file.take(range.end - range.start);
                file.by_ref().take(TOGETHER).read_to_end(&mut first)?;
                writer.write_all(&first)?;
                io::copy(&mut file, writer).map(drop)
            }
            None => writer.write_all(&first),
        }
    }
}

/// How much of a body is asked for, and the status that says so: all of it, a part (206), nothing since the client has it
/// (304), or what the body has not (416). Reads `If-None-Match`, `Range` and `If-Range` (RFC 9110, 13 and 14). Of several
/// ranges, all is sent, as is allowed.
fn part(asked: &Head, tag: Option<&str>, length: u64) -> (u16, Range<u64>) {
    if let (Some(known), Some(tag)) = (asked.header("If-None-Match"), tag) {
        let mut all = known.split(',').map(str::trim);
        if all.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag) {
            return (304, 0..0);
        }
    }
    let is_current = asked.header("If-Range").is_none_or(|known| Some(known) == tag);
    let ranges = asked.header("Range").filter(|_| asked.method == "GET" && is_current);
    match ranges.and_then(|ranges| range(ranges, length)) {
        None => (200, 0..length),
        Some(range) if range.is_empty() => (416, 0..0),
        Some(range) => (206, range),
    }
}

/// The one range of bytes that a header names, as far as a body of this length has it.
fn range(header: &str, length: u64) -> Option<Range<u64>> {
    let (unit, range) = header.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    let number = |text: &str| -> Option<u64> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large for us is larger than every body.
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match (first, last) {
        ("", last) => length.saturating_sub(number(last)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| first..length.min(last.saturating_add(1)))?
        }
    };
    unit.trim().eq_ignore_ascii_case("bytes").then_some(range)
}

#[cfg(test)]
mod tests {
    use super::{Head, Range, Reply, part};

    fn of(headers: &[(&'static str, &'static str)]) -> String {
        let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers = headers.iter().map(header).collect();
        let head = Head { method: "GET".to_owned(), target: "/".to_owned(), headers };
        match part(&head, Some("\"t\""), 10) {
            (200, Range { start: 0, end: 10 }) => "whole".to_owned(),
            (304, _) => "none".to_owned(),
            (416, _) => "impossible".to_owned(),
            (status, Range { start, end }) => {
                assert_eq!(status, 206);
                format!("{start}-{end}")
            }
        }
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-0", "0-1"),
            ("bytes=2-", "2-10"),
            ("bytes=2-99", "2-10"),
            ("bytes=-3", "7-10"),
            ("bytes=-99", "0-10"),
            ("Bytes = 1-2", "1-3"),
            ("bytes=0-99999999999999999999999", "0-10"),
            ("bytes=10-", "impossible"),
            ("bytes=99999999999999999999999-", "impossible"),
            ("bytes=-0", "impossible"),
            ("bytes=5-4", "whole"),
            ("bytes=0-1,3-4", "whole"),
            ("bytes=a-b", "whole"),
            ("bytes=+1-2", "whole"),
            ("bytes", "whole"),
            ("lines=0-1", "whole"),
        ] {
            assert_eq!(of(&[("range", range)]), expected, "{range}");
        }
    }

    /// CVE-2026-66753: what an answer echoes can forge headers in `tiny_http`, which does not write ours.
    #[test]
    fn no_text_that_is_echoed_can_end_its_header() {
        for text in ["/a\r\nSet-Cookie: x", "/a\nSet-Cookie: x", "/a\rSet-Cookie: x", "/a\0\u{85}x"]
        {
            let mut bytes = Vec::new();
            Reply::redirect(301, text).write(&mut bytes, false).expect("a vector takes all bytes");
            let text = String::from_utf8(bytes).expect("it is UTF-8");
            let lines: Vec<_> = text.split("\r\n").collect();
            assert_eq!(
                lines.iter().filter(|line| line.starts_with("Set-Cookie")).count(),
                0,
                "{text}"
            );
            assert!(lines.iter().all(|line| !line.contains(char::is_control)), "{text}");
        }
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        for (known, expected) in [
            ("\"t\"", "none"),
            ("\"x\", W/\"t\"", "none"),
            ("*", "none"),
            ("\"x\"", "whole"),
            ("t", "whole"),
        ] {
            assert_eq!(of(&[("If-None-Match", known)]), expected, "{known}");
        }
        assert_eq!(of(&[("Range", "bytes=0-0"), ("If-Range", "\"t\"")]), "0-1");
        assert_eq!(of(&[("Range", "bytes=0-0"), ("If-Range", "\"x\"")]), "whole");
    }
}

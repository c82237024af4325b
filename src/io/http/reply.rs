//! Answers as bytes: status, headers, and what part of the body goes out. Knows what was asked for and no connection.

use std::borrow::Cow;
use std::fmt::Write;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::admission::Head;
use super::message::{Body, Content};

/// What every answer says. A page of another site may neither guess its type nor embed it.
const ALWAYS: &str = "Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nConnection: close\r\n";

/// How much of a body goes out together with its head. Two writes where one would do cost a round trip.
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

/// An answer that is ready to go out.
pub(super) struct Reply {
    head: String,
    body: Option<(Body, Range<u64>)>,
}

impl Reply {
    /// Writes the answer, the head and the beginning of the body in one.
    pub(super) fn write(self, writer: &mut dyn io::Write) -> io::Result<()> {
        let mut first = self.head.into_bytes();
        match self.body {
            Some((Body::Bytes(bytes), range)) => {
                // The range is one of these bytes.
                let bytes = &bytes[range.start as usize..range.end as usize];
                let (together, rest) = bytes.split_at(bytes.len().min(TOGETHER as usize));
                first.extend_from_slice(together);
                writer.write_all(&first)?;
                writer.write_all(rest)?;
            }
            Some((Body::File(mut file), range)) => {
                file.seek(SeekFrom::Start(range.start))?;
                let mut file = file.take(range.end - range.start);
                file.by_ref().take(TOGETHER).read_to_end(&mut first)?;
                writer.write_all(&first)?;
                io::copy(&mut file, writer)?;
            }
            None => writer.write_all(&first)?,
        }
        writer.flush()
    }
}

/// A refusal as an answer.
pub(super) fn refused(refusal: &Refusal, is_head: bool) -> Reply {
    let Refusal { status, message } = refusal;
    let text = format!("{status} {}: {message}\n", reason(*status));
    let allow = if *status == 405 { "Allow: GET, HEAD\r\n" } else { "" };
    let length = text.len();
    let head = format!(
        "{}{allow}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\r\n",
        start(*status)
    );
    let body = Body::Bytes(text.into_bytes().into());
    Reply { head, body: (!is_head).then_some((body, 0..length as u64)) }
}

/// Another place.
pub(super) fn redirect(status: u16, location: &str) -> Reply {
    let mut head = start(status);
    header(&mut head, "Location", location);
    head.push_str("Content-Length: 0\r\n\r\n");
    Reply { head, body: None }
}

/// The head of a stream of events.
pub(super) fn events() -> Reply {
    let head = format!("{}Content-Type: text/event-stream; charset=utf-8\r\n\r\n", start(200));
    Reply { head, body: None }
}

/// A page or file, or as much of it as is asked for.
pub(super) fn content(asked: &Head<'_>, content: Content) -> io::Result<Reply> {
    let Content { status, media_type, body, hash, headers } = content;
    let length = match &body {
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::File(file) => file.metadata()?.len(),
    };
    let hash = hash.or_else(|| match &body {
        Body::Bytes(bytes) => Some(blake3::hash(bytes).to_hex()[..32].to_owned()),
        Body::File(_) => None,
    });
    let tag = hash.filter(|_| status == 200).map(|hash| format!("\"{hash}\""));
    let part = if status == 200 { part(asked, tag.as_deref(), length) } else { Part::Whole };
    let status = match part {
        Part::Whole => status,
        Part::None => 304,
        Part::Some(_) => 206,
        Part::Impossible => 416,
    };
    let mut head = start(status);
    headers.iter().for_each(|(name, value)| header(&mut head, name, value));
    if let Some(tag) = &tag {
        header(&mut head, "ETag", tag);
    }
    if matches!(status, 200 | 206) {
        head.push_str("Accept-Ranges: bytes\r\n");
    }
    let sent = match part {
        Part::Whole => 0..length,
        Part::None | Part::Impossible => 0..0,
        Part::Some(range) => range,
    };
    if status == 206 {
        let (first, last) = (sent.start, sent.end - 1);
        header(&mut head, "Content-Range", &format!("bytes {first}-{last}/{length}"));
    }
    if status == 416 {
        header(&mut head, "Content-Range", &format!("bytes */{length}"));
    }
    if status != 304 {
        header(&mut head, "Content-Type", &media_type);
        header(&mut head, "Content-Length", &(sent.end - sent.start).to_string());
    }
    head.push_str("\r\n");
    let has_body = asked.method != "HEAD" && !sent.is_empty();
    Ok(Reply { head, body: has_body.then_some((body, sent)) })
}

/// How much of a body is asked for.
enum Part {
    Whole,
    /// Nothing: the client has it.
    None,
    Some(Range<u64>),
    /// What the body has not.
    Impossible,
}

/// Reads `If-None-Match`, `Range` and `If-Range` (RFC 9110, 13 and 14). Of several ranges, all is sent, as is allowed.
fn part(asked: &Head<'_>, tag: Option<&str>, length: u64) -> Part {
    if let (Some(known), Some(tag)) = (asked.header("If-None-Match"), tag) {
        let is_same = |known: &str| {
            let known = known.trim();
            known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
        };
        if known.split(',').any(is_same) {
            return Part::None;
        }
    }
    let is_current = asked.header("If-Range").is_none_or(|known| Some(known) == tag);
    let ranges = asked.header("Range").filter(|_| asked.method == "GET" && is_current);
    let Some((unit, range)) = ranges.and_then(|ranges| ranges.split_once('=')) else {
        return Part::Whole;
    };
    let number = |text: &str| -> Option<u64> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large for us is larger than every body.
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match range.trim().split_once('-') {
        Some(("", last)) => number(last).map(|count| length.saturating_sub(count)..length),
        Some((first, "")) => number(first).map(|first| first..length),
        Some((first, last)) => number(first).zip(number(last)).and_then(|(first, last)| {
            (first <= last).then(|| first..length.min(last.saturating_add(1)))
        }),
        None => None,
    };
    match range {
        Some(range) if unit.trim().eq_ignore_ascii_case("bytes") => {
            if range.is_empty() {
                Part::Impossible
            } else {
                Part::Some(range)
            }
        }
        _ => Part::Whole,
    }
}

fn start(status: u16) -> String {
    format!("HTTP/1.1 {status} {}\r\n{ALWAYS}", reason(status))
}

/// Adds a header. Nothing in its value can end it.
fn header(head: &mut String, name: &str, value: &str) {
    let value = value.replace(|letter: char| letter.is_control(), "");
    write!(head, "{name}: {value}\r\n").expect("a string takes all text");
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        410 => "Gone",
        416 => "Range Not Satisfiable",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, Part, part};

    fn of(headers: &[(&'static str, &'static str)]) -> String {
        let head = Head { method: "GET", target: "/", headers: headers.to_vec() };
        match part(&head, Some("\"t\""), 10) {
            Part::Whole => "whole".to_owned(),
            Part::None => "none".to_owned(),
            Part::Some(range) => format!("{}-{}", range.start, range.end),
            Part::Impossible => "impossible".to_owned(),
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

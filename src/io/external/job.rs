//! The check of one URL as a state machine: which request is next, given the last reply. Sends nothing and reads no clock.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::client::{Method, Response};
use crate::external::{Answer, Hop, PageIds, Request, Trouble};
use crate::url::WebUrl;

/// How many redirects are followed.
const MOST_HOPS: usize = 10;

pub(super) struct Job<'r> {
    request: &'r Request,
    pub(super) url: WebUrl,
    pub(super) method: Method,
    hops: Vec<Hop>,
    /// Whether a request has been repeated already.
    is_second_try: bool,
}

/// What comes after a request.
pub(super) enum Next<'r> {
    Done(Answer),
    Ask(Job<'r>),
    /// Another request, after a pause.
    AskLater(Job<'r>),
}

impl<'r> Job<'r> {
    /// The first request is for the page itself only when its ids are needed.
    pub(super) fn new(request: &'r Request) -> Self {
        let is_page = !request.fragments.is_empty();
        Self {
            request,
            url: request.url.clone(),
            method: if is_page { Method::GetPage } else { Method::Head },
            hops: Vec::new(),
            is_second_try: false,
        }
    }

    /// The URL that the answer is for.
    pub(super) fn asked(&self) -> &WebUrl {
        &self.request.url
    }

    pub(super) fn next(self, reply: Result<Response, Trouble>) -> Next<'r> {
        let trouble = match reply {
            Ok(Response { status: 200..=299, page, .. }) => {
                return Next::Done(self.ended(Ok(page)));
            }
            Ok(Response {
                status: status @ (301 | 302 | 303 | 307 | 308),
                location: Some(to),
                ..
            }) => return self.follow(status, &to),
            Ok(response) => Trouble::Status(response.status),
            Err(trouble) => trouble,
        };
        let is_final = match trouble {
            Trouble::Status(429) => false,
            // Some servers answer `HEAD` wrongly.
            Trouble::Status(_) | Trouble::Garbled(_) if self.method == Method::Head => {
                return Next::Ask(self.with_get());
            }
            Trouble::Status(status) => !matches!(status, 500..=599),
            Trouble::NoSuchHost | Trouble::Private(_) | Trouble::Tls(_) => true,
            _ => false,
        };
        match is_final || self.is_second_try {
            true => Next::Done(self.ended(Err(trouble))),
            false => Next::AskLater(Self { is_second_try: true, ..self.with_get() }),
        }
    }

    pub(super) fn ended(self, end: Result<PageIds, Trouble>) -> Answer {
        Answer { hops: self.hops, end }
    }

    /// The same, for the page where only its head was asked for.
    fn with_get(self) -> Self {
        let method = if self.method == Method::Head { Method::Get } else { self.method };
        Self { method, ..self }
    }

    fn follow(mut self, status: u16, to: &str) -> Next<'r> {
        let Ok(to) = self.url.join(to) else {
            return Next::Done(self.ended(Err(Trouble::BadRedirect(to.to_owned()))));
        };
        let url = to.without_fragment();
        let mut seen = self.hops.iter().map(|hop| hop.to.without_fragment());
        if url == self.request.url || seen.any(|seen| seen == url) || self.hops.len() == MOST_HOPS {
            return Next::Done(self.ended(Err(Trouble::TooManyRedirects)));
        }
        self.hops.push(Hop { to, is_permanent: matches!(status, 301 | 308) });
        Next::Ask(Self { url, ..self })
    }
}

/// The pause from `now` on that a host asks for (`Retry-After`; RFC 9110, section 10.2.3).
pub(super) fn retry_after(reply: &Result<Response, Trouble>, now: Timestamp) -> Option<Duration> {
    let response = reply.as_ref().ok().filter(|response| matches!(response.status, 429 | 503))?;
    seconds_or_date(response.retry_after.as_deref()?.trim(), now)
}

fn seconds_or_date(text: &str, now: Timestamp) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too long for the type means forever.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::seconds_or_date;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = "2026-02-01T12:00:00Z".parse().expect("a moment");
        for (text, seconds) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 01 Feb 2026 12:02:00 GMT", Some(120)),
            ("Sun, 01 Feb 2026 11:00:00 GMT", Some(0)),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(seconds_or_date(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}

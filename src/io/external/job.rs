//! The check of one URL as a state machine: which request is next, given the last reply. Sends nothing and reads no clock.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::client::{Method, Response};
use crate::external::{Answer, Doubt, End, Hop, Request, Trouble};
use crate::url::WebUrl;

/// How many redirects are followed.
const MOST_HOPS: usize = 10;

/// The check of one URL.
pub(super) struct Job<'r> {
    request: &'r Request,
    /// What is asked next.
    pub(super) url: WebUrl,
    /// How.
    pub(super) method: Method,
    hops: Vec<Hop>,
    /// Whether a request has been repeated already.
    is_second_try: bool,
}

/// What comes after a request.
pub(super) enum Next<'r> {
    /// The answer.
    Done(Answer),
    /// Another request.
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

    /// What comes after this request.
    pub(super) fn next(self, reply: Result<Response, Trouble>) -> Next<'r> {
        let response = match reply {
            Ok(response) => response,
            Err(Trouble::Doubt(Doubt::Garbled(_))) if self.method == Method::Head => {
                return Next::Ask(self.with_get());
            }
            Err(Trouble::Doubt(doubt)) => return self.once_more(Trouble::Doubt(doubt)),
            Err(trouble) => return self.done(End::Trouble(trouble)),
        };
        match (response.status, response.location) {
            (200..=299, _) => self.done(End::Page(response.page)),
            (301 | 302 | 303 | 307 | 308, Some(to)) => self.follow(response.status, &to),
            (429, _) => self.once_more(Trouble::Status(429)),
            // Some servers answer `HEAD` wrongly.
            _ if self.method == Method::Head => Next::Ask(self.with_get()),
            (status @ 500..=599, _) => self.once_more(Trouble::Status(status)),
            (status, _) => self.done(End::Trouble(Trouble::Status(status))),
        }
    }

    /// The check, ended with this result.
    pub(super) fn done(self, end: End) -> Next<'r> {
        Next::Done(Answer { hops: self.hops, end })
    }

    /// The same, for the page where only its head was asked for.
    fn with_get(self) -> Self {
        let method = if self.method == Method::Head { Method::Get } else { self.method };
        Self { method, ..self }
    }

    fn once_more(self, trouble: Trouble) -> Next<'r> {
        if self.is_second_try {
            return self.done(End::Trouble(trouble));
        }
        Next::AskLater(Self { is_second_try: true, ..self.with_get() })
    }

    fn follow(mut self, status: u16, to: &str) -> Next<'r> {
        let Ok(to) = self.url.join(to) else {
            let doubt = Doubt::BadRedirect(to.to_owned());
            return self.done(End::Trouble(Trouble::Doubt(doubt)));
        };
        let url = to.without_fragment();
        let seen = self.hops.iter().map(|hop| hop.to.without_fragment());
        let is_known = url == self.request.url || seen.into_iter().any(|seen| seen == url);
        if is_known || self.hops.len() == MOST_HOPS {
            return self.done(End::Trouble(Trouble::Doubt(Doubt::TooManyRedirects)));
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

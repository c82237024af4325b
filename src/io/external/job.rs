//! A URL on its way to an answer: which request is next, given what the last one met. Sends nothing and asks no clock.

use std::time::Duration;

use super::client::{Method, Response};
use crate::external::{Answer, Doubt, End, Hop, Request, Trouble};
use crate::url::WebUrl;

/// How many redirects are followed.
const MOST_HOPS: usize = 10;

/// A URL on its way to an answer.
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
    /// Another request, after the host was left alone for a while.
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
            // Some servers answer such a question with anything but the truth.
            _ if self.method == Method::Head => Next::Ask(self.with_get()),
            (status @ 500..=599, _) => self.once_more(Trouble::Status(status)),
            (status, _) => self.done(End::Trouble(Trouble::Status(status))),
        }
    }

    /// The same, given up for this reason.
    pub(super) fn done(self, end: End) -> Next<'r> {
        Next::Done(Answer { hops: self.hops, end })
    }

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

/// How long a host wants to be left alone after an answer, as it is written.
pub(super) fn wish(reply: &Result<Response, Trouble>) -> Option<&str> {
    let response = reply.as_ref().ok().filter(|response| matches!(response.status, 429 | 503))?;
    response.retry_after.as_deref()
}

/// How long a host is left alone: as long as it wishes, or in doubt for a while before it is asked again, and always for
/// the gap.
pub(super) fn pause(
    wish: Option<Duration>,
    next: &Next<'_>,
    gap: Duration,
    backoff: Duration,
) -> Duration {
    let later = if matches!(next, Next::AskLater(_)) { backoff } else { Duration::ZERO };
    wish.unwrap_or(later).max(gap)
}

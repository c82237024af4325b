//! Requests as a handler gets them, and its answers.

use std::borrow::Cow;
use std::fs::File;
use std::sync::Arc;

use super::events::Listener;

/// A request that may be answered: a `GET` or `HEAD` of a path, from our own pages or a person.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The path, percent-decoded once, beginning with one `/`. It may name anything: look it up, never open it.
    pub path: Cow<'a, str>,
    /// What follows the `?`, as it was sent.
    pub query: Option<&'a str>,
    /// Whether a page of any site may have sent it: the server is called by a name or address that others can use, and
    /// the browser does not say whose page it was. Such a page may not read the answer, but learns whether there is one.
    pub has_unknown_site: bool,
}

#[derive(Debug)]
pub enum Answer {
    Content(Content),
    /// Another place: a status of 301, 302, 307 or 308, and its URL, percent-encoded.
    Redirect {
        status: u16,
        location: String,
    },
    /// A stream of events, which stays open.
    Events(Listener),
}

#[derive(Debug)]
pub struct Content {
    /// The status: 200, or 404 for the page that says so.
    pub status: u16,
    /// Its media type; see [`crate::media_type::media_type`].
    pub media_type: &'static str,
    pub body: Body,
    /// A hash of the bytes where one is known, for the `ETag`. That of [`Body::Bytes`] is computed where it is not.
    pub hash: Option<String>,
}

impl Content {
    pub fn found(media_type: &'static str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { status: 200, media_type, body: Body::Bytes(bytes.into()), hash: None }
    }
}

#[derive(Debug)]
pub enum Body {
    /// These bytes, which answers share.
    Bytes(Arc<[u8]>),
    /// An open file, read as it is sent: a video may be larger than memory.
    File(File),
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name: what `addEventListener` listens for.
    pub name: String,
    /// Its data, of any number of lines.
    pub data: String,
}

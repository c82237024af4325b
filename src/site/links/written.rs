//! How a destination is written, so that it leads where it is meant to, in Markdown and in an attribute.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::article::LinkKind;
use crate::html;
use crate::path::encode_path;

/// What a Markdown destination may hold only in pairs.
const BRACKETS: &AsciiSet = &CONTROLS.add(b'(').add(b')');

/// What a query or fragment cannot hold where it is written, in Markdown or in an attribute. `%` is its author's own.
const IN_REST: &AsciiSet =
    &BRACKETS.add(b' ').add(b'"').add(b'\'').add(b'<').add(b'>').add(b'\\').add(b'`');

/// How a path, which is percent-encoded, and what follows it are written in the place of a link's destination.
pub fn written(path: &str, rest: &str, kind: LinkKind) -> String {
    let path = utf8_percent_encode(path, BRACKETS);
    in_its_place(&format!("{path}{}", utf8_percent_encode(rest, IN_REST)), kind)
}

/// How a URL that is percent-encoded is written in the place of a link's.
pub fn written_url(url: &str, kind: LinkKind) -> String {
    in_its_place(&utf8_percent_encode(url, IN_REST).to_string(), kind)
}

fn in_its_place(written: &str, kind: LinkKind) -> String {
    match kind {
        LinkKind::HtmlLink | LinkKind::HtmlResource => html::escape(written),
        _ => written.to_owned(),
    }
}

/// The way from a folder to a file, percent-encoded.
pub fn relative_path(folder: &str, to: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|part| !part.is_empty()).collect();
    let shared =
        from.iter().zip(&to).take_while(|(a, b)| a == b).count().min(to.len().saturating_sub(1));
    let up = std::iter::repeat_n("..", from.len() - shared);
    encode_path(&up.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/"))
}

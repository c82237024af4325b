//! The kinds of values that only `site.yaml` has.

use std::marker::PhantomData;

use serde_json::{Value as Json, json};

use super::{BaseUrl, Pattern, ReviewInterval, SecurityTxt, TextDirection};
use crate::diagnostic::{INVALID_VALUE, MISSING_FIELD};
use crate::fields::{Fields, Kind, Problem, Problems, describe, expected_text};
use crate::host::AllowedHost;
use crate::redirect::{OldAddress, Redirect};
use crate::source::Placed;
use crate::url::is_web;
use crate::yaml::{Node, Value};

impl Kind for BaseUrl {
    type Value = Self;

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^(https?://|/)"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        const HELP: &str = "write where the site is published, like `https://example.com/docs/`";
        let text = expected_text(&node, HELP, problems)?;
        match Self::parse(text) {
            Ok(url) => Some(url),
            Err(reason) => {
                let is_host = !text.contains(':')
                    && text.contains('.')
                    && !text.contains(char::is_whitespace);
                let host = text.trim_start_matches('/').trim_end_matches('/');
                let message = format!("`{text}` is not a base URL: {reason}");
                let problem = Problem::new(&INVALID_VALUE, problems.place(&node), message);
                let suggestion = is_host.then(|| format!("https://{host}/"));
                problems.add(problem.help(HELP).suggest(suggestion));
                None
            }
        }
    }
}

/// A BCP 47 language tag, checked for its shape only.
pub(super) struct Language;

impl Kind for Language {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        const HELP: &str = "write a language tag, like `en`, `pt-BR` or `zh-Hans`";
        let text = expected_text(&node, HELP, problems)?;
        let mut parts = text.split('-');
        let first = parts.next().is_some_and(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
        });
        let shaped = first
            && parts.all(|part| {
                (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        if !shaped {
            problems.wrong(&node, format!("`{text}` is not a language tag"), HELP);
        }
        shaped.then(|| text.to_owned())
    }
}

impl Kind for TextDirection {
    type Value = Self;

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^(ltr|rtl)$"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        match node.text() {
            Some("ltr") => return Some(Self::Ltr),
            Some("rtl") => return Some(Self::Rtl),
            _ => problems.unexpected(&node, "`ltr` or `rtl`", "write `ltr` or `rtl`"),
        }
        None
    }
}

/// A URL or a mail address, resolved to a URL.
pub(super) struct Contact;

impl Kind for Contact {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        const HELP: &str = "write an `https:` or `mailto:` URL, or a mail address";
        let text = expected_text(&node, HELP, problems)?;
        let contact = contact(text);
        if contact.is_none() {
            problems.wrong(&node, format!("`{text}` is neither a URL nor a mail address"), HELP);
        }
        contact
    }
}

fn contact(text: &str) -> Option<String> {
    if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    if ["https://", "http://", "mailto:"].iter().any(|start| text.starts_with(start)) {
        return Some(text.to_owned());
    }
    let is_mail = !text.contains(':')
        && text.split('@').count() == 2
        && !text.starts_with('@')
        && !text.ends_with('@');
    is_mail.then(|| format!("mailto:{text}"))
}

/// A URL that nobody can change on its way, or a mail address.
pub(super) struct SecureUrl;

impl Kind for SecureUrl {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        const HELP: &str = "write an `https:`, `mailto:` or `tel:` URL, or a mail address";
        let text = node.text().map_or("", str::trim);
        let is_other = ["tel:", "openpgp4fpr:", "dns:"].iter().any(|start| text.starts_with(start));
        if is_other && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Some(text.to_owned());
        }
        if text.starts_with("http:") {
            problems.wrong(&node, format!("`{text}` can be changed on its way to readers"), HELP);
            return None;
        }
        Contact::read(node, problems)
    }
}

/// One value, or a list of them.
pub(super) struct OneOrMore<K>(PhantomData<K>);

impl<K: Kind> Kind for OneOrMore<K> {
    type Value = Vec<K::Value>;

    fn schema() -> Json {
        let one = K::schema();
        json!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self::Value> {
        match node.value {
            Value::List(_) => Vec::<K>::read(node, problems),
            _ => K::read(node, problems).map(|one| vec![one]),
        }
    }
}

/// What `security.txt` says, where it says what it has to.
pub(super) struct Security;

impl Kind for Security {
    type Value = SecurityTxt;

    fn schema() -> Json {
        let mut schema = SecurityTxt::schema();
        schema["required"] = json!(REQUIRED_OF_SECURITY);
        schema
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<SecurityTxt> {
        let is_map = matches!(node.value, Value::Map(_));
        let is_there = |name| node.entry(name).is_some_and(|entry| !entry.value.is_null());
        for name in REQUIRED_OF_SECURITY.into_iter().filter(|name| is_map && !is_there(name)) {
            let message = format!("`security_txt` has no `{name}`");
            let help = "write `contact: security@example.com` and `expires: 2027-01-01` below it";
            problems.add(Problem::new(&MISSING_FIELD, problems.key(), message).help(help));
        }
        let read = SecurityTxt::read(node, problems)?;
        (!read.contact.is_empty() && read.expires.is_some()).then_some(read)
    }
}

const REQUIRED_OF_SECURITY: [&str; 2] = ["contact", "expires"];

/// How many articles the feed has.
pub(super) struct FeedSize;

impl Kind for FeedSize {
    type Value = usize;

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 0, "maximum": Self::MOST})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<usize> {
        let size = if let Value::Number(number, _) = &node.value { number.as_u64() } else { None };
        let size = size.and_then(|size| usize::try_from(size).ok());
        let size = size.filter(|size| *size <= Self::MOST);
        if size.is_none() {
            let expected = format!("a number from 0 to {}", Self::MOST);
            problems.unexpected(
                &node,
                &expected,
                "write how many articles the feed has, like `50`",
            );
        }
        size
    }
}

impl FeedSize {
    const MOST: usize = 1000;
}

impl Kind for ReviewInterval {
    type Value = Self;

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^[0-9]+ *(d|days?|w|weeks?|months?|y|years?)$"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let interval = node.text().and_then(Self::parse);
        if interval.is_none() {
            let help = "write it like `90d`, `6 weeks`, `3 months` or `1 year`";
            problems.unexpected(&node, "an interval", help);
        }
        interval
    }
}

impl Kind for AllowedHost {
    type Value = Self;

    fn schema() -> Json {
        json!({"type": "string"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        const HELP: &str =
            "write a host or an address, like `wiki.example`, `wiki.example:8080` or `10.0.0.7`";
        let host = node.text().and_then(|text| Self::parse(text.trim()));
        if host.is_none() {
            problems.unexpected(&node, "a host", HELP);
        }
        host
    }
}

/// A pattern of URLs.
pub(super) struct UrlPattern;

impl Kind for UrlPattern {
    type Value = Pattern;

    fn schema() -> Json {
        json!({"type": "string", "pattern": r"^(https?://|\*)"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Pattern> {
        const HELP: &str = "write a pattern like `https://example.com/private/**`";
        let Some(text) = node.text().map(str::trim) else {
            problems.unexpected(&node, "a pattern of URLs", HELP);
            return None;
        };
        if !["https://", "http://", "*"].iter().any(|start| text.starts_with(start)) {
            let message = format!("`{text}` is no pattern of URLs: it begins with no scheme");
            let problem = Problem::new(&INVALID_VALUE, problems.place(&node), message);
            let suggestion = format!("https://{}", text.trim_start_matches('/'));
            problems.add(problem.help(HELP).suggest(Some(suggestion)));
            return None;
        }
        Pattern::new(text).map_err(|message| problems.wrong(&node, message, HELP)).ok()
    }
}

/// Redirects for whole folders, in the order they are written.
pub(super) struct Redirects;

impl Kind for Redirects {
    type Value = Vec<Redirect>;

    fn schema() -> Json {
        let address = json!({"type": "string", "pattern": "^(/|https?://)"});
        json!({"type": "object", "propertyNames": address, "additionalProperties": address})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Vec<Redirect>> {
        let fields = Fields::of(node, "write one `/old/*: /new/:splat` a line", problems)?;
        let redirects = fields.entries().filter_map(|entry| {
            let from = entry.name();
            let from = OldAddress::parse(from).map_err(|reason| {
                let message = format!("`{from}` is not an old address: {reason}");
                problems.add(Problem::new(&INVALID_VALUE, entry.key.at(), message).help(
                    "write the old path below the base URL (`/old/*`), or a full URL of the same site",
                ));
            });
            let from = Placed::new(from.ok()?, entry.key.at());
            problems.read::<NewAddress>(entry).map(|to| Redirect::new(from, to))
        });
        Some(redirects.collect())
    }
}

/// Where a redirect leads.
struct NewAddress;

impl Kind for NewAddress {
    type Value = Placed<String>;

    fn schema() -> Json {
        json!({"type": "string"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Placed<String>> {
        let at = problems.place(&node);
        match node.text().map(str::trim).filter(|to| is_address(to)) {
            Some(to) => Some(Placed::new(to.to_owned(), at)),
            None => {
                let help = "write the new path below the base URL (`/new/:splat`), or a full URL";
                problems.wrong(
                    &node,
                    format!("expected a path or URL, found {}", describe(&node)),
                    help,
                );
                None
            }
        }
    }
}

fn is_address(text: &str) -> bool {
    let start = text.starts_with('/') && !text.starts_with("//") || is_web(text);
    start && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

//! The kinds of values that only `site.yaml` has.

use std::marker::PhantomData;

use serde_json::{Value as Json, json};

use super::{BaseUrl, Pattern, ReviewInterval, SecurityTxt, TextDirection};
use crate::diagnostic::{MISSING_FIELD, Problem};
use crate::fields::{Fields, Kind, Problems, TextKind, WrongText};
use crate::host::Authority;
use crate::redirect::{OldAddress, Redirect};
use crate::source::Placed;
use crate::url::is_web;
use crate::yaml::{Node, Number, Value};

/// Whether a text begins with one of these.
pub(super) fn begins_with(text: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| text.starts_with(start))
}

fn has_space(text: &str) -> bool {
    text.contains(|c: char| c.is_whitespace() || c.is_control())
}

impl TextKind for BaseUrl {
    type Value = Self;
    const PATTERN: &str = "^(https?://|/)";
    const HELP: &str = "write where the site is published, like `https://example.com/docs/`";

    fn parse(text: &str) -> Result<Self, WrongText> {
        Self::parse(text).map_err(|reason| {
            let is_host =
                !text.contains(':') && text.contains('.') && !text.contains(char::is_whitespace);
            WrongText {
                message: Some(format!("`{text}` is not a base URL: {reason}")),
                suggestion: is_host.then(|| format!("https://{}/", text.trim_matches('/'))),
            }
        })
    }
}

/// A BCP 47 language tag, checked for its shape only.
pub(super) struct Language;

impl TextKind for Language {
    type Value = String;
    const PATTERN: &str = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$";
    const HELP: &str = "write a language tag, like `en`, `pt-BR` or `zh-Hans`";

    fn parse(text: &str) -> Result<String, WrongText> {
        let is_part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let first = text.split('-').next().unwrap_or("");
        let is_language = first.len() > 1 && first.bytes().all(|b| b.is_ascii_alphabetic());
        if !is_language || !text.split('-').all(is_part) {
            return Err(format!("`{text}` is not a language tag").into());
        }
        Ok(text.to_owned())
    }
}

impl TextKind for TextDirection {
    type Value = Self;
    const EXPECTED: &str = "`ltr` or `rtl`";
    const PATTERN: &str = "^(ltr|rtl)$";
    const HELP: &str = "write `ltr` or `rtl`";

    fn parse(text: &str) -> Result<Self, WrongText> {
        let known = [Self::Ltr, Self::Rtl].into_iter().find(|known| known.name() == text);
        known.ok_or_else(WrongText::default)
    }
}

/// A URL or a mail address, resolved to a URL.
pub(super) struct Contact;

impl TextKind for Contact {
    type Value = String;
    const HELP: &str = "write an `https:` or `mailto:` URL, or a mail address";

    fn parse(text: &str) -> Result<String, WrongText> {
        let is_mail = || {
            let parts = text.split_once('@').filter(|_| !text.contains(':'));
            parts.is_some_and(|(user, host)| {
                !user.is_empty() && !host.is_empty() && !host.contains('@')
            })
        };
        if !has_space(text) && begins_with(text, &["https://", "http://", "mailto:"]) {
            Ok(text.to_owned())
        } else if !has_space(text) && is_mail() {
            Ok(format!("mailto:{text}"))
        } else {
            Err(format!("`{text}` is neither a URL nor a mail address").into())
        }
    }
}

/// A URL that nobody can change on its way, or a mail address.
pub(super) struct SecureUrl;

impl TextKind for SecureUrl {
    type Value = String;
    const HELP: &str = "write an `https:`, `mailto:` or `tel:` URL, or a mail address";

    fn parse(text: &str) -> Result<String, WrongText> {
        if text.starts_with("http:") {
            return Err(format!("`{text}` can be changed on its way to readers").into());
        }
        let is_other = begins_with(text, &["tel:", "openpgp4fpr:", "dns:"]) && !has_space(text);
        if is_other { Ok(text.to_owned()) } else { Contact::parse(text) }
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
            problems.add(Problem::new(&MISSING_FIELD, node.key.clone(), message).help(help));
        }
        let read = SecurityTxt::read(node, problems)?;
        (!read.contact.is_empty() && read.expires.is_some()).then_some(read)
    }
}

const REQUIRED_OF_SECURITY: [&str; 2] = ["contact", "expires"];

/// How many articles the feed has.
pub(super) struct FeedSize;

impl FeedSize {
    const MOST: u64 = 1000;
}

impl Kind for FeedSize {
    type Value = usize;

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 0, "maximum": Self::MOST})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<usize> {
        let size = node.number().and_then(Number::as_u64).filter(|size| *size <= Self::MOST);
        let expected = format!("a number from 0 to {}", Self::MOST);
        let help = "write how many articles the feed has, like `50`";
        size.map(|size| size as usize).or_else(|| problems.unexpected(&node, &expected, help))
    }
}

impl TextKind for ReviewInterval {
    type Value = Self;
    const EXPECTED: &str = "an interval";
    const PATTERN: &str = "^[0-9]+ *(d|days?|w|weeks?|months?|y|years?)$";
    const HELP: &str = "write it like `90d`, `6 weeks`, `3 months` or `1 year`";

    fn parse(text: &str) -> Result<Self, WrongText> {
        Self::parse(text).ok_or_else(WrongText::default)
    }
}

impl TextKind for Authority {
    type Value = Self;
    const EXPECTED: &str = "a host";
    const HELP: &str =
        "write a host or an address, like `wiki.example`, `wiki.example:8080` or `10.0.0.7`";

    fn parse(text: &str) -> Result<Self, WrongText> {
        let is_plain = text.chars().all(|c| c.is_alphanumeric() || "-._:[]".contains(c));
        Self::parse(text).filter(|_| is_plain).ok_or_else(WrongText::default)
    }
}

/// A pattern of URLs.
pub(super) struct UrlPattern;

impl TextKind for UrlPattern {
    type Value = Pattern;
    const EXPECTED: &str = "a pattern of URLs";
    const PATTERN: &str = r"^(https?://|\*)";
    const HELP: &str = "write a pattern like `https://example.com/private/**`";

    fn parse(text: &str) -> Result<Pattern, WrongText> {
        if begins_with(text, &["https://", "http://", "*"]) {
            return Ok(Pattern::new(text)?);
        }
        Err(WrongText {
            message: Some(format!("`{text}` is not a URL pattern: it has no scheme")),
            suggestion: Some(format!("https://{}", text.trim_start_matches('/'))),
        })
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
            let (from, at) = (entry.name(), entry.key.at());
            let from = OldAddress::parse(from).or_else(|reason| {
                let message = format!("`{from}` is not an old address: {reason}");
                let help = "write the old path below the base URL (`/old/*`), or a full URL of the same site";
                problems.wrong(at.clone(), message, help).ok_or(())
            });
            let from = Placed::new(from.ok()?, at);
            Placed::<NewAddress>::read(entry.value, problems).map(|to| Redirect::new(from, to))
        });
        Some(redirects.collect())
    }
}

/// Where a redirect leads.
struct NewAddress;

impl TextKind for NewAddress {
    type Value = String;
    const EXPECTED: &str = "a path or URL";
    const HELP: &str = "write the new path below the base URL (`/new/:splat`), or a full URL";

    fn parse(text: &str) -> Result<String, WrongText> {
        let is_address = text.starts_with('/') && !text.starts_with("//") || is_web(text);
        let is_address = is_address && !has_space(text);
        is_address.then(|| text.to_owned()).ok_or_else(WrongText::default)
    }
}

//! The kinds of values that only front matter has: page paths, old addresses, heading ids.

use schemars::JsonSchema;

use crate::parse::fields::{FieldValue, Wrong, describe};
use crate::parse::heading;
use crate::parse::yaml::{self, Value};

/// A page path from the content root, without extension: `byok/setup-openai`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct PagePath(#[schemars(regex(pattern = r"^[^/#?\\]+(/[^/#?\\]+)*$"))] pub String);

impl FieldValue for PagePath {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let Value::String(text) = value else {
            wrong.push(Wrong::new(
                format!("expected a page path, found {}", describe(&value)),
                PAGE_PATH_HELP,
            ));
            return None;
        };
        let bare = text.trim().trim_start_matches("./").trim_matches('/');
        let clean = bare.strip_suffix(".md").unwrap_or(bare);
        let clean = clean.strip_suffix("/index").unwrap_or(clean);
        if clean != text || clean.contains(['#', '?', '\\']) || clean.is_empty() {
            let help = if clean.is_empty() {
                PAGE_PATH_HELP.to_owned()
            } else {
                format!("{PAGE_PATH_HELP}, here `{clean}`")
            };
            let suggestion =
                (!clean.is_empty() && !clean.contains(['#', '?', '\\'])).then(|| clean.to_owned());
            wrong.push(Wrong {
                suggestion,
                ..Wrong::new(format!("`{text}` is not a page path"), help)
            });
            return None;
        }
        Some(Self(text))
    }
}

const PAGE_PATH_HELP: &str =
    "write the page's path from the content folder, without extension (`byok/setup-openai`)";

/// An old address: a path below the base URL, or a full URL of the site's origin.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct OldAddress(
    #[schemars(regex(pattern = r"^(/|https?://)"))]
    pub String,
);

impl FieldValue for OldAddress {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str =
            "write an old path below the base URL (`/old/page/`), or a full URL of the same site";
        let Value::String(text) = value else {
            wrong.push(Wrong::new(
                format!("expected an old address, found {}", describe(&value)),
                HELP,
            ));
            return None;
        };
        let lower = text.to_ascii_lowercase();
        let absolute = lower.starts_with("https://") || lower.starts_with("http://");
        let path = if absolute { text.splitn(4, '/').nth(3).unwrap_or("") } else { text.as_str() };
        let problem = if !absolute && !text.starts_with('/') || text.starts_with("//") {
            Some("it begins neither with `/` nor with `https://`")
        } else if text.contains(['#', '?']) {
            Some("it holds `#` or `?`, which redirects cannot match")
        } else if text.chars().any(|c| c.is_whitespace() || matches!(c, '*' | '<' | '>' | '"')) {
            Some("it holds a space or a character that no URL path has")
        } else {
            unusable_path(path)
        };
        if let Some(problem) = problem {
            let suggestion =
                (!text.contains(':') && !text.starts_with('/')).then(|| format!("/{text}"));
            wrong.push(Wrong {
                suggestion,
                ..Wrong::new(format!("`{text}` is not an old address: {problem}"), HELP)
            });
            return None;
        }
        Some(Self(text))
    }
}

/// What keeps a path from being a file of the output, once it is decoded.
fn unusable_path(path: &str) -> Option<&'static str> {
    let Ok(decoded) = percent_encoding::percent_decode_str(path).decode_utf8() else {
        return Some("its percent-encoding is not UTF-8");
    };
    if decoded.split('/').any(|part| part == "." || part == "..") {
        return Some("it holds `.` or `..`");
    }
    if decoded
        .trim_start_matches('/')
        .split('/')
        .next()
        .is_some_and(|part| part.eq_ignore_ascii_case(".git"))
    {
        return Some("`.git` of the output belongs to whoever publishes it");
    }
    if decoded.split('/').any(|part| part.len() > 200) {
        return Some("it holds a part that is too long for a file's name");
    }
    let bad = decoded.chars().any(|c| c.is_control() || c == '\\');
    bad.then_some("it holds a character that no file's name can have")
}

/// A heading's id.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct HeadingId(#[schemars(length(min = 1))] pub String);

impl FieldValue for HeadingId {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        match value {
            Value::String(text)
                if !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '#') =>
            {
                Some(Self(text))
            }
            other => {
                let text = yaml::key_name(&other);
                wrong.push(Wrong::new(
                    format!("expected a heading's id, found {}", describe(&other)),
                    format!("write the id without `#`, like `{}`", slug_hint(&text)),
                ));
                None
            }
        }
    }
}

fn slug_hint(text: &str) -> String {
    let slug = heading::slug(text.trim_start_matches('#'));
    if slug.is_empty() || slug == "?" { "create-your-key".to_owned() } else { slug }
}

//! Paths as types: where a file lives among the sources, where a page lives on the site, and where bytes go in the
//! output. A bare `String` or `PathBuf` never means any of them. Knows nothing of the file system.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

/// What stays as it is in a URL path: RFC 3986 `unreserved`, `/`, and those `sub-delims` that are also safe in
/// HTML attributes and in a host's redirect files.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'+')
    .remove(b',')
    .remove(b'=')
    .remove(b'@');

/// Text in Unicode Normalization Form C, without a copy where it already is.
pub fn nfc(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

/// `text` percent-encoded for use as a URL path (RFC 3986).
pub fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

/// A file among the sources, relative to the site's root, `/`-separated, in NFC: `content/byok/overview.md`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourcePath(Arc<str>);

impl SourcePath {
    /// A path from its `/`-separated text; `\` is not a separator. Leading `./` and empty parts are dropped.
    pub fn new(text: &str) -> Self {
        let text = nfc(text);
        let clean = |part: &&str| !part.is_empty() && *part != ".";
        if text.split('/').all(|part| clean(&part)) {
            return Self(Arc::from(text.as_ref()));
        }
        Self(Arc::from(text.split('/').filter(clean).collect::<Vec<_>>().join("/")))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder the file is in, without a final `/`; empty for a file at the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// A title made of the file's or, for `index.md`, its folder's name: `setup-openai.md` is "Setup openai".
    pub fn title(&self) -> String {
        let name = match self.file_name() {
            "index.md" => self.folder().rsplit('/').next().unwrap_or(""),
            name => name.trim_end_matches(".md"),
        };
        let words = name.replace(['-', '_'], " ");
        let mut letters = words.trim().chars();
        match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => "Untitled".to_owned(),
        }
    }

    /// The part of the file name after its last `.`, if it has one that is not its first character.
    pub fn extension(&self) -> Option<&str> {
        extension(self.file_name())
    }

    /// The rest of the path below `folder` (`content`), or nothing when it is elsewhere.
    pub fn below(&self, folder: &str) -> Option<&str> {
        self.0.strip_prefix(folder)?.strip_prefix('/')
    }
}

/// The part of a file name after its last `.`; none for `README` and `.gitignore`.
pub fn extension(file_name: &str) -> Option<&str> {
    file_name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension)
}

impl Borrow<str> for SourcePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for SourcePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, formatter)
    }
}

/// A place on the site, below the base URL, percent-decoded, in NFC, beginning with `/`: `/byok/overview/`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct UrlPath(Arc<str>);

impl Borrow<str> for UrlPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl UrlPath {
    /// A URL path from its decoded text; a missing first `/` is added.
    pub fn new(text: &str) -> Self {
        let text = nfc(text);
        if text.starts_with('/') {
            Self(Arc::from(text.as_ref()))
        } else {
            Self(Arc::from(format!("/{text}")))
        }
    }

    /// The decoded path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as it is written in a URL: percent-encoded.
    pub fn encoded(&self) -> String {
        encode_path(&self.0)
    }

    /// Where the answer to a request for this path is stored: `/a/` is `a/index.html`, `/a.css` is `a.css`.
    pub fn output(&self) -> OutputPath {
        let relative = self.0.trim_start_matches('/');
        if relative.is_empty() || relative.ends_with('/') {
            OutputPath::new(&format!("{relative}index.html"))
        } else {
            OutputPath::new(relative)
        }
    }
}

/// A file of the output, relative to the output folder, `/`-separated: `byok/overview/index.html`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct OutputPath(Arc<str>);

impl OutputPath {
    /// A path from its `/`-separated text. Callers build it from URL paths and asset names, which have no `..`.
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text.trim_start_matches('/')))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A path that was written into a file, by whomever: it never leads out of the output folder.
impl TryFrom<String> for OutputPath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_inside = text.split('/').all(|part| !matches!(part, "" | "." | ".."));
        is_inside.then(|| Self::new(&text)).ok_or("the path leads out of its folder")
    }
}

#[cfg(test)]
mod tests {
    use super::{SourcePath, UrlPath, extension};

    #[test]
    fn source_paths_are_normalised() {
        let path = SourcePath::new("./content//byok/u\u{308}ber.md");
        assert_eq!(path.as_str(), "content/byok/\u{fc}ber.md");
        assert_eq!(path.folder(), "content/byok");
        assert_eq!(path.below("content"), Some("byok/\u{fc}ber.md"));
        assert_eq!(path.below("cont"), None);
    }

    #[test]
    fn extensions_need_a_stem() {
        assert_eq!(extension("a.tar.gz"), Some("gz"));
        assert_eq!(extension(".gitignore"), None);
    }

    #[test]
    fn url_paths_encode_and_lead_to_files() {
        let url = UrlPath::new("/a b/100%/\u{fc}/");
        assert_eq!(url.encoded(), "/a%20b/100%25/%C3%BC/");
        assert_eq!(url.output().as_str(), "a b/100%/\u{fc}/index.html");
        assert_eq!(UrlPath::new("/").output().as_str(), "index.html");
        assert_eq!(UrlPath::new("/robots.txt").output().as_str(), "robots.txt");
    }
}

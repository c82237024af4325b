//! What is published, as data: the objects of a site with their headers, what a target holds already, and the plan that
//! leads from one to the other. Pure: knows no folder, no network and no clock, and nothing of how a plan is carried out.

pub mod guard;
pub mod journal;
pub mod manifest;
pub mod plan;
pub mod text;

use serde::{Deserialize, Serialize};

use crate::media_type::media_type;
use crate::path::OutputPath;

/// The BLAKE3 hash of a content.
pub type ContentHash = [u8; 32];

/// The hash of a content, which is written in hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HexHash(#[serde(with = "text::hash")] pub ContentHash);

/// The folder of a target that holds silcrow's own objects: manifests, the journal, copies by content.
pub const OWN_FOLDER: &str = ".silcrow";

/// How many releases can be rolled back to.
pub const KEPT_RELEASES: usize = 5;

/// The purpose of an object: decides when it is written, and how long clients may cache it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A file whose name carries its content's hash: another content has another name.
    Hashed,
    /// Any other file that pages refer to.
    File,
    Article,
    /// A page that lists others: a section, the home page.
    Section,
    /// What tells machines of pages: feeds, the sitemap, redirects.
    Listing,
    /// The page for addresses that lead nowhere.
    NotFound,
}

impl Role {
    pub fn cache_control(self) -> &'static str {
        match self {
            Self::Hashed => "public, max-age=31536000, immutable",
            Self::File | Self::Article | Self::Section | Self::Listing => {
                "public, max-age=0, must-revalidate"
            }
            Self::NotFound => "no-store",
        }
    }
}

/// One object of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Where it goes, below the target.
    pub path: OutputPath,
    /// What it holds.
    #[serde(with = "text::hash")]
    pub hash: ContentHash,
    pub length: u64,
    #[serde(rename = "type")]
    pub media_type: String,
    #[serde(rename = "cache")]
    pub cache_control: String,
    pub role: Role,
}

impl Object {
    /// An object with the headers that follow from its name and its role. A name that carries its content's hash makes it
    /// a hashed file, whatever `role` says.
    pub fn new(path: OutputPath, role: Role, hash: ContentHash, length: u64) -> Self {
        let role = match role {
            Role::File | Role::Listing if carries_hash(path.as_str(), &hash) => Role::Hashed,
            role => role,
        };
        let media_type = media_type(path.as_str()).to_owned();
        Self { path, hash, length, media_type, cache_control: role.cache_control().into(), role }
    }

    /// Whether readers get the same bytes with the same headers.
    pub fn is_served_as(&self, other: &Self) -> bool {
        self.hash == other.hash
            && self.media_type == other.media_type
            && self.cache_control == other.cache_control
    }
}

/// A hash in hexadecimal digits.
pub fn hex(hash: &ContentHash) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

/// Whether one part of a file's name is the beginning of its content's hash, of eight digits or more.
fn carries_hash(path: &str, hash: &ContentHash) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hash = hex(hash);
    name.split(['.', '-']).any(|part| part.len() >= 8 && hash.starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::{Object, Role};
    use crate::path::OutputPath;

    #[test]
    fn a_name_with_its_hash_makes_a_hashed_file() {
        let hash = *blake3::hash(b"body {}").as_bytes();
        let digits = super::hex(&hash);
        let role = |name: &str, role| Object::new(OutputPath::new(name), role, hash, 7).role;
        assert_eq!(role(&format!("silcrow.{}.css", &digits[..8]), Role::File), Role::Hashed);
        assert_eq!(role(&format!("search/{}-x.json", &digits[..12]), Role::Listing), Role::Hashed);
        assert_eq!(role(&format!("silcrow.{}.css", &digits[..7]), Role::File), Role::File);
        assert_eq!(role("silcrow.00000000.css", Role::File), Role::File);
        assert_eq!(role(&format!("{}/index.html", &digits[..8]), Role::Article), Role::Article);
    }

    #[test]
    fn headers_follow_from_name_and_role() {
        let object = Object::new(OutputPath::new("404.html"), Role::NotFound, [0; 32], 1);
        assert_eq!(object.media_type, "text/html; charset=utf-8");
        assert_eq!(object.cache_control, "no-store");
    }
}

//! Manifests and journals as text: one JSON object a line, the first of which says what the text is and carries the hash
//! of all others, so that a text that was cut off or edited is told from a whole one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ContentHash, Object, Role, hex};
use crate::path::OutputPath;

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It is not what silcrow writes, or only a part of it.
    Unreadable,
    /// A newer silcrow wrote it.
    Newer,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Unreadable => "it is damaged, or not silcrow's",
            Self::Newer => "a newer silcrow wrote it",
        })
    }
}

/// An object as it is written.
#[derive(Serialize, Deserialize)]
struct WrittenObject {
    path: String,
    hash: String,
    length: u64,
    #[serde(rename = "type")]
    media_type: String,
    cache: String,
    role: Role,
}

/// One line.
pub(super) fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("lines are made of texts and numbers") + "\n"
}

/// An object as a line.
pub(super) fn object_line(object: &Object) -> String {
    let Object { path, hash, length, media_type, cache_control, role } = object;
    line(&WrittenObject {
        path: path.as_str().to_owned(),
        hash: hex(hash),
        length: *length,
        media_type: media_type.clone(),
        cache: cache_control.clone(),
        role: *role,
    })
}

/// An object from its line.
pub(super) fn read_object(line: &str) -> Result<Object, Damage> {
    let written: WrittenObject = read_line(line)?;
    let WrittenObject { path, hash, length, media_type, cache, role } = written;
    let (path, hash) = (read_path(&path)?, read_hash(&hash)?);
    Ok(Object { path, hash, length, media_type, cache_control: cache, role })
}

/// A path below a target, which never leads out of it.
pub(super) fn read_path(path: &str) -> Result<OutputPath, Damage> {
    let is_inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_inside.then(|| OutputPath::new(path)).ok_or(Damage::Unreadable)
}

/// A hash from its digits.
pub(super) fn read_hash(digits: &str) -> Result<ContentHash, Damage> {
    let hash = blake3::Hash::from_hex(digits).map_err(|_| Damage::Unreadable)?;
    Ok(*hash.as_bytes())
}

/// Anything from its line.
pub(super) fn read_line<T: DeserializeOwned>(line: &str) -> Result<T, Damage> {
    serde_json::from_str(line).map_err(|_| Damage::Unreadable)
}

/// The hash of a text's lines.
pub(super) fn digest(lines: &str) -> String {
    blake3::hash(lines.as_bytes()).to_hex().to_string()
}

/// The first line and the others, where the text is whole and of a format that is known.
pub(super) fn split<T: DeserializeOwned>(
    text: &str,
    digest_of: impl Fn(&T) -> &str,
) -> Result<(T, &str), Damage> {
    let (head, lines) = text.split_once('\n').ok_or(Damage::Unreadable)?;
    // What else a newer head says need not be what this one says.
    let Format { format } = read_line(head)?;
    if format != FORMAT {
        return Err(Damage::Newer);
    }
    let head: T = read_line(head)?;
    let is_whole = digest(lines) == digest_of(&head);
    is_whole.then_some((head, lines)).ok_or(Damage::Unreadable)
}

/// All that every head says, whatever its format.
#[derive(Deserialize)]
struct Format {
    #[serde(alias = "silcrow_manifest", alias = "silcrow_journal")]
    format: u32,
}

/// The format that is written and read.
pub(super) const FORMAT: u32 = 1;

//! Manifests and journals as text: one JSON object a line, the first of which says what the text is and carries the hash
//! of all others, so that a text that was truncated or edited is detected.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It is not what silcrow writes, or only a part of it.
    #[error("it is damaged, or not silcrow's")]
    Unreadable,
    /// A newer silcrow wrote it.
    #[error("a newer silcrow wrote it")]
    Newer,
}

/// One line.
pub(super) fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("lines are made of texts and numbers") + "\n"
}

/// Anything from its line.
pub(super) fn read_line<T: DeserializeOwned>(line: &str) -> Result<T, Damage> {
    serde_json::from_str(line).map_err(|_| Damage::Unreadable)
}

/// The hash of a text's lines.
pub(super) fn digest(lines: &str) -> String {
    blake3::hash(lines.as_bytes()).to_hex().to_string()
}

/// The first line, with the hash of all others.
#[derive(Serialize, Deserialize)]
struct Whole<H> {
    #[serde(flatten)]
    head: H,
    digest: String,
}

/// A text from its head and the other lines.
pub(super) fn write(head: impl Serialize, lines: &str) -> String {
    line(&Whole { head, digest: digest(lines) }) + lines
}

/// The head and the other lines, where the text is whole and of a format that is known.
pub(super) fn read<H: DeserializeOwned>(text: &str) -> Result<(H, &str), Damage> {
    let (head, lines) = text.split_once('\n').ok_or(Damage::Unreadable)?;
    // What else a newer head says need not be what this one says.
    let Format { format } = read_line(head)?;
    if format != FORMAT {
        return Err(Damage::Newer);
    }
    let whole: Whole<H> = read_line(head)?;
    let is_whole = digest(lines) == whole.digest;
    is_whole.then_some((whole.head, lines)).ok_or(Damage::Unreadable)
}

/// All that every head says, whatever its format.
#[derive(Deserialize)]
struct Format {
    #[serde(alias = "silcrow_manifest", alias = "silcrow_journal")]
    format: u32,
}

/// The format that is written and read.
pub(super) const FORMAT: u32 = 1;

/// A content's hash, in hexadecimal digits.
pub(super) mod hash {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::publish::{ContentHash, hex};

    pub(crate) fn serialize<S: Serializer>(hash: &ContentHash, to: S) -> Result<S::Ok, S::Error> {
        hex(hash).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ContentHash, D::Error> {
        let digits = String::deserialize(from)?;
        blake3::Hash::from_hex(digits).map(|hash| *hash.as_bytes()).map_err(Error::custom)
    }
}

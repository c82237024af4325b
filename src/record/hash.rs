//! The hash of an article's text, with the number of the way in which it was made. Hashes of two ways cannot be compared.

use std::fmt;

/// The way in which hashes are made now. A change of what is hashed needs another number.
const VERSION: u32 = 2;

/// A hash of an article's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextHash {
    version: u32,
    hash: u64,
}

impl TextHash {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        Self { version: VERSION, ..Self::of_file(blake3::hash(text.as_bytes()).as_bytes()) }
    }

    /// The hash of a file, given that of its bytes. It has no version, and silcrows that record no files can read it.
    pub fn of_file(hash: &[u8; 32]) -> Self {
        let first = hash.first_chunk().expect("a hash has 32 bytes");
        Self { version: 1, hash: u64::from_be_bytes(*first) }
    }

    /// A hash as the record has it: 16 hexadecimal digits, and before them the number of the way, which the first had none of.
    pub(super) fn read(word: &str) -> Option<Self> {
        let (version, digits) = match word.split_once(':') {
            Some((version, digits)) => (version.parse().ok()?, digits),
            None => (1, word),
        };
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_hash = digits.len() == 16 && digits.bytes().all(is_digit);
        let hash = u64::from_str_radix(digits, 16).ok().filter(|_| is_hash)?;
        Some(Self { version, hash })
    }

    /// Whether the texts are known to differ; unknown is no.
    pub fn differs_from(self, other: Self) -> bool {
        self.version == other.version && self.hash != other.hash
    }
}

impl fmt::Display for TextHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            1 => write!(formatter, "{:016x}", self.hash),
            version => write!(formatter, "{version}:{:016x}", self.hash),
        }
    }
}

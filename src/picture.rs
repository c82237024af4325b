//! Pictures of which smaller variants are made, so that a narrow screen need not load a wide picture: which widths a
//! picture gets, and where its variants are published. Knows neither pixels nor files; without the feature `images`, no
//! picture has variants.

use crate::path::OutputPath;

/// The widths of variants, in pixels.
pub const WIDTHS: [u32; 5] = [480, 768, 1080, 1440, 2160];

/// The folder of the output that holds variants.
pub const FOLDER: &str = "image-variants";

/// How many digits of its content's hash a variant's name has.
const DIGITS: usize = 16;

/// The formats of which variants are made. A variant has the format of its original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}

impl Format {
    /// The format of a file with this name's extension.
    pub fn of(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "webp" => Some(Self::WebP),
            _ => None,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }
}

/// The widths of a picture's variants: none of them is as wide as the picture itself.
pub fn widths(width: u32) -> &'static [u32] {
    let is_able = cfg!(feature = "images");
    let count = WIDTHS.iter().take_while(|candidate| is_able && **candidate < width).count();
    &WIDTHS[..count]
}

/// A picture of which variants are to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its path below the root as the file system spells it.
    pub spelling: Box<str>,
    /// BLAKE3 hash of its bytes.
    pub hash: [u8; 32],
    /// Size in bytes. A variant that has as many is of no use.
    pub size: u64,
    /// What its name says it is.
    pub format: Format,
    /// Width in pixels, as it is shown.
    pub width: u32,
}

/// A variant, as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Width in pixels.
    pub width: u32,
    /// Where it is published; the name carries the hash of its bytes.
    pub path: OutputPath,
}

impl Variant {
    /// The variant with these bytes.
    pub fn new(width: u32, format: Format, bytes: &[u8]) -> Self {
        let hash = blake3::hash(bytes).to_hex();
        let (digits, extension) = (&hash[..DIGITS], format.extension());
        Self { width, path: OutputPath::new(&format!("{FOLDER}/{digits}-{width}.{extension}")) }
    }
}

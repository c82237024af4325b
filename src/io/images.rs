//! Smaller variants of pictures: made once, remembered by what the picture holds, and read from the disk from then on.
//! Knows pictures by their files, and no page that shows them.

mod budget;
mod cache;
mod engine;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::disk::Root;
use super::reason;
use crate::picture::{Original, Variant, widths};
use budget::{Budget, MOST_DECODED};
use cache::Cache;

/// A file with more bytes is not used as a picture for a page.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// What makes the variants of a site's pictures.
pub struct Images {
    root: PathBuf,
    cache: Cache,
    budget: Budget,
}

/// A variant and its bytes.
pub struct Made {
    /// What is known of it.
    pub variant: Variant,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why there are no variants of a picture. The picture itself is published as it is.
#[derive(Debug)]
pub enum ImageError {
    /// The file could not be read.
    Unreadable(PathBuf, std::io::Error),
    /// The file is not the one that was looked at; it is looked at again soon.
    Changed(PathBuf),
    /// The file is too large, or damaged, or not what its name says; the reason.
    Broken(PathBuf, String),
}

impl std::fmt::Display for ImageError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (path, reason) = match self {
            Self::Unreadable(path, error) => (path, reason(error)),
            Self::Changed(path) => (path, "it has changed meanwhile".to_owned()),
            Self::Broken(path, reason) => (path, reason.clone()),
        };
        write!(formatter, "no smaller variants of `{}` could be made: {reason}", path.display())
    }
}

impl std::error::Error for ImageError {}

impl Images {
    /// Variants of the pictures of the site in a folder.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), cache: Cache::new(root), budget: Budget::new(MOST_DECODED) }
    }

    /// The useful variants of a picture, the narrowest first: none where the picture is animated, or cannot be written in
    /// fewer bytes.
    ///
    /// # Errors
    ///
    /// When the picture cannot be read or understood.
    pub fn make(&self, original: &Original) -> Result<Vec<Made>, ImageError> {
        let widths = widths(original.width);
        let known: Option<Vec<_>> =
            widths.iter().map(|width| self.cache.get(original, *width)).collect();
        let files = match known {
            Some(files) => files,
            None => self.anew(original, widths)?,
        };
        let made = widths.iter().zip(files).filter_map(|(width, bytes)| {
            let bytes = bytes?;
            Some(Made { variant: Variant::new(*width, original.format, &bytes), bytes })
        });
        Ok(made.collect())
    }

    fn anew(
        &self,
        original: &Original,
        widths: &[u32],
    ) -> Result<Vec<Option<Vec<u8>>>, ImageError> {
        let shown = || PathBuf::from(&*original.spelling);
        if original.size > MOST_BYTES {
            return Err(ImageError::Broken(shown(), "it has more than 256 MiB".to_owned()));
        }
        let bytes =
            Root::new(&self.root).and_then(|root| root.read(Path::new(&*original.spelling)));
        let bytes = bytes.map_err(|error| ImageError::Unreadable(shown(), error))?;
        // What is remembered under a hash has to be of the picture with that hash.
        if *blake3::hash(&bytes).as_bytes() != original.hash {
            return Err(ImageError::Changed(shown()));
        }
        let made = engine::variants(&bytes, original.format, widths, &self.budget);
        let made = made.map_err(|reason| ImageError::Broken(shown(), reason))?;
        let is_smaller = |file: &Vec<u8>| (file.len() as u64) < original.size;
        let made: Vec<_> = made.into_iter().map(|file| file.filter(is_smaller)).collect();
        for (width, file) in widths.iter().zip(&made) {
            self.cache.put(original, *width, file.as_deref());
        }
        Ok(made)
    }

    /// Forgets the variants of all pictures but these.
    pub fn prune(&self, kept: &[Original]) {
        let names: BTreeSet<String> = kept
            .iter()
            .flat_map(|original| {
                widths(original.width).iter().map(|width| cache::name(original, *width))
            })
            .collect();
        self.cache.prune(&names);
    }

    /// What is wrong with the cache folder; the site is still correct.
    pub fn problem(&self) -> Option<String> {
        self.cache.problem()
    }
}

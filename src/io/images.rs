//! Smaller variants of pictures: made once, remembered by what the picture holds, and read from the disk from then on.
//! Knows pictures by their files, and no page that shows them.

#[cfg(feature = "images")]
mod budget;
mod cache;
#[cfg(feature = "images")]
mod engine;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::disk::Root;
use super::reason;
use crate::picture::{Original, Variant, widths};
use engine::Engine;

/// A file with more bytes is not used as a picture for a page.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Nobody asks for variants: without the feature, no picture has widths of them.
#[cfg(not(feature = "images"))]
mod engine {
    pub(super) struct Engine;

    impl Engine {
        pub(super) fn new() -> Self {
            Self
        }

        pub(super) fn variants(
            &self,
            _: &[u8],
            _: crate::picture::Format,
            _: &[u32],
        ) -> Result<Vec<Option<Vec<u8>>>, String> {
            Ok(Vec::new())
        }
    }
}

/// What makes the variants of a site's pictures.
pub struct Images {
    root: PathBuf,
    engine: Engine,
    /// What is wrong with the cache folder.
    problem: OnceLock<String>,
}

/// Why there are no variants of a picture. The picture itself is published as it is.
#[derive(Debug, thiserror::Error)]
#[error("no smaller variants of `{}` could be made: {reason}", path.display())]
pub struct ImageError {
    path: PathBuf,
    reason: String,
}

impl Images {
    /// Variants of the pictures of the site in a folder.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), engine: Engine::new(), problem: OnceLock::new() }
    }

    /// The useful variants of a picture with their bytes, the narrowest first: none where the picture is animated, or
    /// cannot be written in fewer bytes.
    ///
    /// # Errors
    ///
    /// When the picture cannot be read or understood.
    pub fn make(&self, original: &Original) -> Result<Vec<(Variant, Vec<u8>)>, ImageError> {
        let widths = widths(original.width);
        let known = widths.iter().map(|width| cache::get(&self.root, original, *width));
        let known: Option<Vec<_>> = known.collect();
        let files = match known {
            Some(files) => files,
            None => self.anew(original, widths).map_err(|reason| {
                let path = PathBuf::from(&*original.spelling);
                ImageError { path, reason }
            })?,
        };
        let variants = widths.iter().zip(files).filter_map(|(width, bytes)| {
            let bytes = bytes?;
            Some((Variant::new(*width, original.format, &bytes), bytes))
        });
        Ok(variants.collect())
    }

    fn anew(&self, original: &Original, widths: &[u32]) -> Result<Vec<Option<Vec<u8>>>, String> {
        if original.size > MOST_BYTES {
            return Err("it has more than 256 MiB".to_owned());
        }
        let path = Path::new(&*original.spelling);
        let bytes = Root::new(&self.root).and_then(|root| root.read(path));
        let bytes = bytes.map_err(|error| reason(&error))?;
        // What is remembered under a hash has to be of the picture with that hash; it is looked at again soon.
        if *blake3::hash(&bytes).as_bytes() != original.hash {
            return Err("it has changed meanwhile".to_owned());
        }
        let mut made = self.engine.variants(&bytes, original.format, widths)?;
        for (width, file) in widths.iter().zip(&mut made) {
            *file = file.take().filter(|file| (file.len() as u64) < original.size);
            let bytes = file.as_deref().unwrap_or(&[]);
            // Where it cannot be remembered, it is made again the next time; another build may have removed the folder already.
            if let Err(error) = cache::put(&self.root, original, *width, bytes)
                && error.kind() != ErrorKind::NotFound
            {
                self.problem.get_or_init(|| self.not_remembered(&error));
            }
        }
        Ok(made)
    }

    /// Forgets the variants of all pictures but these.
    pub fn prune(&self, kept: &[Original]) {
        cache::prune(&self.root, kept);
    }

    /// What is wrong with the cache folder; the site is still correct.
    pub fn problem(&self) -> Option<String> {
        self.problem.get().cloned()
    }

    fn not_remembered(&self, error: &std::io::Error) -> String {
        let (folder, reason) = (self.root.join(cache::IMAGES), reason(error));
        let folder = folder.display();
        format!("could not write `{folder}`, so pictures are generated again each time: {reason}")
    }
}

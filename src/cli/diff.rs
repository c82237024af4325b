//! `diff`: what readers will find different between two sites as they were built. The one before may be published already.

use std::path::Path;
use std::time::Duration;

use super::arguments::DiffFormat;
use super::{Outcome, printer};
use crate::io::disk::{self, DiskError};
use crate::io::store::{self, StoreError};
use crate::path::OutputPath;
use crate::report::changes::{self, Changes, Side};

pub(super) fn diff(old: &str, new: &Path, format: DiffFormat) -> anyhow::Result<Outcome> {
    let changes = match compare(old, new) {
        Err(error) if error.is_refusal() => {
            printer::error(error);
            return Ok(Outcome::Refused);
        }
        changes => changes?,
    };
    printer::plain(&match format {
        DiffFormat::Text => changes::text(&changes),
        DiffFormat::Json => changes::json(&changes),
        DiffFormat::Markdown => changes::markdown(&changes),
    })?;
    Ok(Outcome::Clean)
}

fn compare(old: &str, new: &Path) -> Result<Changes, StoreError> {
    let store = store::open(old, Duration::ZERO)?;
    let old = Path::new(old);
    // Of a target of `publish`, its last release is compared; nothing is written there.
    let published = match store.is_target() {
        true => Some(store.served()?.ok_or(StoreError::NothingPublished)?),
        false => None,
    };
    let old_files = match &published {
        Some(manifest) => {
            let objects = manifest.objects.values();
            objects.map(|object| (object.path.as_str().to_owned(), object.hash)).collect()
        }
        None => disk::listing(old)?,
    };
    let new_files = disk::listing(new)?;
    let contents = |side: Side, names: &[&str]| match (side, &published) {
        (Side::New, _) => Ok(read_all(new, names)?),
        (Side::Old, None) => Ok(read_all(old, names)?),
        (Side::Old, Some(manifest)) => {
            let objects = names.iter().map(|name| manifest.objects.get(&OutputPath::new(name)));
            let objects: Vec<_> = objects.flatten().collect();
            let texts = store.contents(&manifest.name(), &objects)?;
            Ok(texts.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect())
        }
    };
    changes::compare(&old_files, &new_files, &contents)
}

fn read_all(folder: &Path, names: &[&str]) -> Result<Vec<String>, DiskError> {
    names.iter().map(|name| disk::read_listed(folder, name)).collect()
}

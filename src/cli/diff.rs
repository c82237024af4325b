//! `diff`: what readers will find different between two sites as they were built. The one before may be published already.

use std::collections::BTreeMap;
use std::path::Path;

use super::arguments::{DiffArguments, DiffFormat};
use super::{Outcome, printer};
use crate::io::disk::{self, DiskError};
use crate::io::store::{self, Store, StoreError};
use crate::path::OutputPath;
use crate::publish::Object;
use crate::report::changes::{self, Changes, Listing, Side};

pub(super) fn diff(arguments: &DiffArguments) -> anyhow::Result<Outcome> {
    let changes = match compare(arguments) {
        Err(error) if error.is_refusal() => {
            printer::error(error);
            return Ok(Outcome::Refused);
        }
        changes => changes?,
    };
    printer::plain(&match arguments.format {
        DiffFormat::Text => changes::text(&changes),
        DiffFormat::Json => changes::json(&changes),
        DiffFormat::Markdown => changes::markdown(&changes),
    })?;
    Ok(Outcome::Clean)
}

fn compare(arguments: &DiffArguments) -> Result<Changes, StoreError> {
    let old = Old::open(&arguments.old)?;
    let (old_files, new_files) = (old.listing()?, disk::listing(&arguments.new)?);
    let contents = |side: Side, names: &[&str]| match side {
        Side::Old => old.contents(names),
        Side::New => Ok(read_all(&arguments.new, names)?),
    };
    changes::compare(&old_files, &new_files, &contents)
}

fn read_all(folder: &Path, names: &[&str]) -> Result<Vec<String>, DiskError> {
    names.iter().map(|name| disk::read_listed(folder, name)).collect()
}

/// The site before.
enum Old<'a> {
    /// A folder of files.
    Folder(&'a Path),
    /// The objects of a release, by name, and where they are. Nothing is written there.
    Published(Box<dyn Store>, String, BTreeMap<OutputPath, Object>),
}

impl<'a> Old<'a> {
    fn open(target: &'a str) -> Result<Self, StoreError> {
        let store = store::open(target)?;
        if !store.is_target() {
            return Ok(Self::Folder(Path::new(target)));
        }
        let manifest = store.served()?.ok_or(StoreError::NothingPublished)?;
        Ok(Self::Published(store, manifest.name(), manifest.objects))
    }

    fn listing(&self) -> Result<Listing, DiskError> {
        match self {
            Self::Folder(folder) => disk::listing(folder),
            Self::Published(_, _, objects) => {
                let file = |object: &Object| (object.path.as_str().to_owned(), object.hash);
                Ok(objects.values().map(file).collect())
            }
        }
    }

    fn contents(&self, names: &[&str]) -> Result<Vec<String>, StoreError> {
        let (store, release, objects) = match self {
            Self::Folder(folder) => return Ok(read_all(folder, names)?),
            Self::Published(store, release, objects) => (store, release, objects),
        };
        let named = names.iter().filter_map(|name| objects.get(&OutputPath::new(name)));
        let texts = store.contents(release, &named.collect::<Vec<_>>())?;
        Ok(texts.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect())
    }
}

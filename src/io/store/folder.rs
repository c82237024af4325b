//! A folder as a target: `releases/NAME` holds a whole site, and `current` is a link to one of them that changes in one
//! step. Files that have not changed are linked from release to release. The manifests are in `.silcrow/releases`.
#![expect(clippy::disallowed_methods, reason = "this is where files are published")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Contents, Publish, Result, Store, StoreError, holds, is_release_name, verify};
use crate::io::disk::{
    Durable, Root, create_file, create_folders, found, in_folder, io, put, remove,
};
use crate::path::OutputPath;
use crate::publish::journal::Journal;
use crate::publish::manifest::Manifest;
use crate::publish::plan::Held;
use crate::publish::{OWN_FOLDER, Object};

/// The link to the release that readers get.
const CURRENT: &str = "current";
/// What becomes `current` in one step.
const NEW_LINK: &str = ".current.new";
const RELEASES: &str = "releases";
/// What becomes a release in one step.
const NEW: &str = ".new";

pub(super) struct Folder {
    root: PathBuf,
    /// The release that `current` led to when the folder was looked at.
    seen: Option<String>,
}

impl Folder {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, seen: None }
    }

    /// What a release lists and does not hold as it was written.
    fn lost(&self, name: &str, manifest: &Manifest) -> BTreeSet<OutputPath> {
        let release = self.release_path(name);
        let files = Root::new(&release).ok();
        let objects: Vec<&Object> = manifest.all_objects().collect();
        let is_lost = |object: &&&Object| {
            let path = Path::new(object.path.as_str());
            let read = |files: &Root| files.read(path).is_ok_and(|bytes| holds(object, &bytes));
            !is_readable_by_all(&release.join(path)) || !files.as_ref().is_some_and(read)
        };
        objects.par_iter().filter(is_lost).map(|object| object.path.clone()).collect()
    }

    /// What a folder holds without `current`: nothing, or what a first publish left that was killed.
    fn never_served(&self, manifests: &[String]) -> Result<Held> {
        let is_first = |name: &String| name.starts_with("000001-");
        if !manifests.iter().all(is_first) {
            return Err(self.no_current(manifests));
        }
        let begun = manifests.iter().find_map(|name| self.release(name).ok());
        Ok(Held { begun: begun.map(|manifest| manifest.site), ..Held::default() })
    }

    /// The manifest of the release that `current` leads to.
    fn served_manifest(&self, name: &str) -> Result<Manifest> {
        match self.release_path(name).is_dir() {
            true => self.release(name),
            false => Err(self.no_current(&self.manifests()?)),
        }
    }

    fn no_current(&self, manifests: &[String]) -> StoreError {
        let there = manifests.iter().filter(|name| self.release_path(name).is_dir());
        let newest = there.max().map_or("NAME", String::as_str);
        StoreError::NoCurrent(self.root.join(CURRENT), newest.to_owned())
    }

    /// The names of releases that there are manifests of, sorted.
    fn manifests(&self) -> Result<Vec<String>> {
        let folder = self.manifest_path("");
        let entries = found(fs::read_dir(&folder)).map_err(io("list", &folder))?;
        let Some(entries) = entries else { return Ok(Vec::new()) };
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().into_string()));
        let names = names.collect::<Result<Vec<_>, _>>().map_err(io("list", &folder))?;
        let mut names: Vec<_> = names.into_iter().flatten().collect();
        names.retain(|name| is_release_name(name));
        names.sort();
        Ok(names)
    }

    /// The release that readers get.
    fn current(&self) -> Result<Option<String>> {
        let link = self.root.join(CURRENT);
        let target = match found(fs::read_link(&link)) {
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                return Err(StoreError::NotOurs(link));
            }
            target => target.map_err(io("open", &link))?,
        };
        let Some(target) = target else { return Ok(None) };
        let name = target.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_ours = target == Path::new(RELEASES).join(name) && is_release_name(name);
        if is_ours { Ok(Some(name.to_owned())) } else { Err(StoreError::NotOurs(link)) }
    }

    fn kept(&self, release: &str, object: &Object) -> Result<Vec<u8>> {
        let bytes = read(&self.release_path(release), object.path.as_str())?;
        verify(object, bytes, StoreError::Altered)
    }

    fn manifest_path(&self, name: &str) -> PathBuf {
        self.root.join(OWN_FOLDER).join(RELEASES).join(name)
    }

    fn release_path(&self, name: &str) -> PathBuf {
        self.root.join(RELEASES).join(name)
    }

    /// Keeps two publishes apart. The lock is on the folder itself, so that nothing is left behind.
    fn lock(&self) -> Result<File> {
        let folder = File::open(&self.root).map_err(io("open", &self.root))?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(fs::TryLockError::WouldBlock) => {
                Err(StoreError::Busy("another publish to this folder is in progress"))
            }
            Err(fs::TryLockError::Error(error)) => Err(io("lock", &self.root)(error))?,
        }
    }

    fn fill(&self, new: &Path, manifest: &Manifest, publish: Publish<'_>) -> Result<()> {
        let before = self.seen.as_deref().map(|name| self.release_path(name));
        let written: BTreeSet<&OutputPath> =
            publish.plan.writes.iter().map(|write| &write.object.path).collect();
        let objects: Vec<&Object> = manifest.all_objects().collect();
        objects.par_iter().try_for_each(|object| {
            let path = new.join(object.path.as_str());
            if let Some(before) = before.as_ref().filter(|_| !written.contains(&object.path)) {
                let from = before.join(object.path.as_str());
                // Where the file system cannot make a file another one too, it is copied.
                let linked = in_folder(&path, || fs::hard_link(&from, &path));
                let taken = linked.or_else(|_| fs::copy(&from, &path).map(drop));
                return Ok(taken.map_err(io("take over", &from))?);
            }
            let bytes = match publish.contents {
                Contents::Given(given) => verify(object, given(object)?, StoreError::Content)?,
                Contents::Kept(name) => self.kept(name, object)?,
            };
            let written = create_file(&path).and_then(|mut file| file.write_all(&bytes));
            Ok(written.map_err(io("write", &path))?)
        })
    }

    /// The commit point: from here on readers get the new site.
    fn switch(&self, name: &str) -> Result<()> {
        let (link, new) = (self.root.join(CURRENT), self.root.join(NEW_LINK));
        #[cfg(unix)]
        let made = std::os::unix::fs::symlink(Path::new(RELEASES).join(name), &new);
        #[cfg(not(unix))]
        let made = Err(std::io::Error::other(format!("`{name}` cannot be linked to")));
        Ok(made.and_then(|()| fs::rename(&new, &link)).map_err(io("switch", &link))?)
    }

    /// Removes releases that have manifests and cannot be rolled back to.
    fn clean(&self, kept: &[String]) -> Result<()> {
        for name in self.manifests()?.iter().filter(|name| !kept.contains(name)) {
            remove(&self.release_path(name))?;
            remove(&self.manifest_path(name))?;
        }
        Ok(())
    }
}

impl Store for Folder {
    /// Whether there are releases, or a link that led to one.
    fn is_target(&self) -> bool {
        self.manifest_path("").is_dir() || matches!(self.current(), Ok(Some(_)))
    }

    fn served(&self) -> Result<Option<Manifest>> {
        self.current()?.map(|name| self.served_manifest(&name)).transpose()
    }

    fn held(&mut self) -> Result<Held> {
        self.seen = self.current()?;
        let manifests = self.manifests()?;
        let Some(name) = self.seen.as_deref() else { return self.never_served(&manifests) };
        let manifest = self.served_manifest(name)?;
        let kept = manifest.kept();
        let new = [self.release_path(NEW), self.root.join(NEW_LINK)];
        let is_left = manifests.iter().any(|name| !kept.contains(name))
            || new.iter().any(|path| fs::symlink_metadata(path).is_ok());
        let journal = is_left.then(Journal::default);
        let lost = self.lost(name, &manifest);
        Ok(Held { manifest: Some(manifest), journal, lost, ..Held::default() })
    }

    fn release(&self, name: &str) -> Result<Manifest> {
        let bytes = read(&self.root.join(OWN_FOLDER), &format!("{RELEASES}/{name}"))?;
        let manifest = Manifest::parse(&String::from_utf8_lossy(&bytes));
        let name = || format!("manifest `{}`", self.manifest_path(name).display());
        manifest.map_err(|damage| StoreError::Damaged(name(), damage))
    }

    fn contents(&self, release: &str, objects: &[&Object]) -> Result<Vec<Vec<u8>>> {
        objects.par_iter().map(|object| self.kept(release, object)).collect()
    }

    /// Steps, each of which a killed publish can have been the last of: a folder beside the releases is filled; the
    /// manifest is written; the folder gets its name; the link changes; releases that cannot be rolled back to are removed.
    fn publish(&mut self, publish: Publish<'_>) -> Result<()> {
        let own = self.root.join(OWN_FOLDER);
        for folder in [&self.root.join(RELEASES), &own, &own.join(RELEASES)] {
            // A link could lead anywhere; only the folder itself may be named by one.
            if fs::symlink_metadata(folder).is_ok_and(|metadata| !metadata.is_dir()) {
                return Err(StoreError::NotOurs(folder.clone()));
            }
            create_folders(folder).map_err(io("create", folder))?;
        }
        let _lock = self.lock()?;
        if self.current()? != self.seen {
            return Err(StoreError::ENDED_MEANWHILE);
        }
        let new = self.release_path(NEW);
        for leftover in [&new, &self.root.join(NEW_LINK)] {
            remove(leftover)?;
        }
        let Some(manifest) = &publish.plan.release else {
            (publish.committed)()?;
            let served = self.seen.as_deref().map(|name| self.release(name)).transpose()?;
            return served.map_or(Ok(()), |manifest| self.clean(&manifest.kept()));
        };
        let name = manifest.name();
        remove(&self.release_path(&name))?;
        create_folders(&new).map_err(io("create", &new))?;
        self.fill(&new, manifest, publish)?;
        let path = self.manifest_path(&name);
        put(&path, manifest.to_text().as_bytes(), Durable::Now).map_err(io("write", &path))?;
        fs::rename(&new, self.release_path(&name)).map_err(io("name", &new))?;
        self.switch(&name)?;
        (publish.committed)()?;
        self.clean(&manifest.kept())
    }
}

/// Whether there is a regular file that servers can read.
fn is_readable_by_all(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| {
        #[cfg(unix)]
        let may_read = std::os::unix::fs::MetadataExt::mode(&metadata) & 0o444 == 0o444;
        #[cfg(not(unix))]
        let may_read = true;
        metadata.is_file() && may_read
    })
}

/// Reads a regular file in a folder. No link leads out of the folder.
fn read(folder: &Path, file: &str) -> Result<Vec<u8>> {
    let read = Root::new(folder).and_then(|root| root.read(Path::new(file)));
    Ok(read.map_err(io("read", folder.join(file)))?)
}

//! A folder as a target: `releases/NAME` holds a whole site, and `current` is a link to one of them that changes in one
//! step. Files that have not changed are linked from release to release. The manifests are in `.silcrow/releases`.
#![expect(clippy::disallowed_methods, reason = "this is where files are published")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Contents, Store, StoreError, holds, is_release_name, verify, verify_kept};
use crate::io::disk::{DiskError, Durable, Root, create_file, create_folders, put};
use crate::path::OutputPath;
use crate::publish::journal::Journal;
use crate::publish::manifest::Manifest;
use crate::publish::plan::{Held, Plan};
use crate::publish::text::Damage;
use crate::publish::{OWN_FOLDER, Object};

/// The link to the release that readers get.
const CURRENT: &str = "current";
/// What becomes `current` in one step.
const NEW_LINK: &str = ".current.new";
/// The folder of releases.
const RELEASES: &str = "releases";

/// A folder with releases.
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
    fn never_served(&self, manifests: &[String]) -> Result<Held, StoreError> {
        let is_first = |name: &String| name.starts_with("000001-");
        if !manifests.iter().all(is_first) {
            return Err(self.no_current(manifests));
        }
        let begun = manifests.iter().find_map(|name| self.release(name).ok());
        Ok(Held { begun: begun.map(|manifest| manifest.site), ..Held::default() })
    }

    /// The manifest of the release that `current` leads to.
    fn served_manifest(&self, name: &str) -> Result<Manifest, StoreError> {
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
    fn manifests(&self) -> Result<Vec<String>, StoreError> {
        let folder = self.root.join(OWN_FOLDER).join(RELEASES);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io("list", &folder))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(io("list", &folder))?.file_name();
            names.extend(name.to_str().filter(|name| is_release_name(name)).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// The release that readers get.
    fn current(&self) -> Result<Option<String>, StoreError> {
        let link = self.root.join(CURRENT);
        let target = match fs::read_link(&link) {
            Ok(target) => target,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput) => {
                return Err(StoreError::NotOurs(link));
            }
            Err(error) => return Err(io("open", &link)(error)),
        };
        let name = target.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let name = name.filter(|name| target == Path::new(RELEASES).join(name));
        let name = name.filter(|name| is_release_name(name));
        name.map(Some).ok_or(StoreError::NotOurs(link))
    }

    fn kept(&self, release: &str, object: &Object) -> Result<Vec<u8>, StoreError> {
        verify_kept(object, read(&self.release_path(release), Path::new(object.path.as_str()))?)
    }

    fn manifest_path(&self, name: &str) -> PathBuf {
        self.root.join(OWN_FOLDER).join(RELEASES).join(name)
    }

    /// The folder that becomes a release in one step.
    fn new_path(&self) -> PathBuf {
        self.root.join(RELEASES).join(".new")
    }

    fn release_path(&self, name: &str) -> PathBuf {
        self.root.join(RELEASES).join(name)
    }

    /// Keeps two publishes apart. The lock is on the folder itself, so that nothing is left behind.
    fn lock(&self) -> Result<File, StoreError> {
        let folder = File::open(&self.root).map_err(io("open", &self.root))?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(fs::TryLockError::WouldBlock) => {
                Err(StoreError::Busy("another publish to this folder is in progress"))
            }
            Err(fs::TryLockError::Error(error)) => Err(io("lock", &self.root)(error)),
        }
    }

    fn fill(&self, new: &Path, plan: &Plan, contents: Contents<'_>) -> Result<(), StoreError> {
        let Some(manifest) = &plan.release else { return Ok(()) };
        let before = self.seen.as_deref().map(|name| self.release_path(name));
        let written: BTreeSet<&OutputPath> =
            plan.writes.iter().map(|write| &write.object.path).collect();
        let objects: Vec<&Object> = manifest.all_objects().collect();
        let folders: BTreeSet<&Path> = objects
            .iter()
            .flat_map(|object| Path::new(object.path.as_str()).ancestors().skip(1))
            .collect();
        // A folder comes before those in it.
        folders.into_iter().try_for_each(|folder| create_folder(&new.join(folder)))?;
        objects.par_iter().try_for_each(|object| {
            let path = new.join(object.path.as_str());
            match before.as_ref().filter(|_| !written.contains(&object.path)) {
                Some(before) => link(&before.join(object.path.as_str()), &path),
                None => write(&path, &self.bytes(object, contents)?),
            }
        })
    }

    fn bytes(&self, object: &Object, contents: Contents<'_>) -> Result<Vec<u8>, StoreError> {
        match contents {
            Contents::Given(given) => verify(object, given(object)?),
            Contents::Kept(name) => self.kept(name, object),
        }
    }

    /// The commit point: from here on readers get the new site.
    #[cfg(unix)]
    fn switch(&self, name: &str) -> Result<(), StoreError> {
        let (link, new) = (self.root.join(CURRENT), self.root.join(NEW_LINK));
        std::os::unix::fs::symlink(Path::new(RELEASES).join(name), &new)
            .and_then(|()| fs::rename(&new, &link))
            .map_err(io("switch", &link))
    }

    #[cfg(not(unix))]
    fn switch(&self, _: &str) -> Result<(), StoreError> {
        let error = std::io::Error::from(ErrorKind::Unsupported);
        Err(io("switch", &self.root.join(CURRENT))(error))
    }

    /// Removes releases that have manifests and cannot be rolled back to.
    fn clean(&self, kept: &[String]) -> Result<(), StoreError> {
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
        let releases = self.root.join(OWN_FOLDER).join(RELEASES);
        releases.is_dir() || matches!(self.current(), Ok(Some(_)))
    }

    /// The manifest of the release that readers get, if there is one.
    fn served(&self) -> Result<Option<Manifest>, StoreError> {
        self.current()?.map(|name| self.served_manifest(&name)).transpose()
    }

    fn held(&mut self) -> Result<Held, StoreError> {
        self.seen = self.current()?;
        let manifests = self.manifests()?;
        let Some(name) = self.seen.as_deref() else { return self.never_served(&manifests) };
        let manifest = self.served_manifest(name)?;
        let kept = manifest.kept();
        let new = [self.new_path(), self.root.join(NEW_LINK)];
        let is_left = manifests.iter().any(|name| !kept.contains(name))
            || new.iter().any(|path| fs::symlink_metadata(path).is_ok());
        let journal = is_left.then(Journal::default);
        let lost = self.lost(name, &manifest);
        Ok(Held { manifest: Some(manifest), journal, lost, ..Held::default() })
    }

    fn release(&self, name: &str) -> Result<Manifest, StoreError> {
        let path = self.manifest_path(name);
        let bytes = read(&self.root.join(OWN_FOLDER), &Path::new(RELEASES).join(name))?;
        let text = String::from_utf8(bytes).map_err(|_| Damage::Unreadable);
        text.and_then(|text| Manifest::parse(&text))
            .map_err(|damage| StoreError::Damaged(format!("manifest `{}`", path.display()), damage))
    }

    fn contents(&self, release: &str, objects: &[&Object]) -> Result<Vec<Vec<u8>>, StoreError> {
        objects.par_iter().map(|object| self.kept(release, object)).collect()
    }

    /// Steps, each of which a killed publish can have been the last of: a folder beside the releases is filled; the
    /// manifest is written; the folder gets its name; the link changes; releases that cannot be rolled back to are removed.
    fn publish(
        &mut self,
        plan: &Plan,
        contents: Contents<'_>,
        committed: &dyn Fn() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let own = self.root.join(OWN_FOLDER);
        for folder in [&self.root.join(RELEASES), &own, &own.join(RELEASES)] {
            // A link could lead anywhere; only the folder itself may be named by one.
            if fs::symlink_metadata(folder).is_ok_and(|metadata| !metadata.is_dir()) {
                return Err(StoreError::NotOurs(folder.clone()));
            }
            create_folder(folder)?;
        }
        let _lock = self.lock()?;
        if self.current()? != self.seen {
            return Err(StoreError::ENDED_MEANWHILE);
        }
        let new = self.new_path();
        for leftover in [&new, &self.root.join(NEW_LINK)] {
            remove(leftover)?;
        }
        let Some(manifest) = &plan.release else {
            committed()?;
            let served = self.seen.as_deref().map(|name| self.release(name)).transpose()?;
            return served.map_or(Ok(()), |manifest| self.clean(&manifest.kept()));
        };
        let name = manifest.name();
        remove(&self.release_path(&name))?;
        create_folder(&new)?;
        self.fill(&new, plan, contents)?;
        let path = self.manifest_path(&name);
        put(&path, manifest.to_text().as_bytes(), Durable::Now).map_err(io("write", &path))?;
        fs::rename(&new, self.release_path(&name)).map_err(io("name", &new))?;
        self.switch(&name)?;
        committed()?;
        self.clean(&manifest.kept())
    }
}

/// Whether there is a regular file that servers can read.
fn is_readable_by_all(path: &Path) -> bool {
    #[cfg(unix)]
    let may_read = |metadata: &fs::Metadata| {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o444 == 0o444
    };
    #[cfg(not(unix))]
    let may_read = |_: &fs::Metadata| true;
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && may_read(&metadata))
}

/// Creates a folder with what it is in, and lets servers look into it. One that is there stays as it is.
fn create_folder(path: &Path) -> Result<(), StoreError> {
    create_folders(path).map_err(io("create", path))
}

/// Writes a new file, and lets servers read it.
fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    create_file(path).and_then(|mut file| file.write_all(bytes)).map_err(io("write", path))
}

/// Reads a regular file in a folder. No link leads out of the folder.
fn read(folder: &Path, file: &Path) -> Result<Vec<u8>, StoreError> {
    Root::new(folder).and_then(|root| root.read(file)).map_err(io("read", &folder.join(file)))
}

/// Makes a file that is another one too; where the file system cannot, a copy of it.
fn link(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::hard_link(from, to)
        .or_else(|_| fs::copy(from, to).map(|_| ()))
        .map_err(io("take over", from))
}

/// Removes a file, a link or a folder; that it is not there is fine.
fn remove(path: &Path) -> Result<(), StoreError> {
    let result = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    result.map_err(io("remove", path))
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Disk(DiskError::Io(action, path, source))
}

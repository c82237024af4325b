//! Where a site is published: a folder of releases, or an object store (feature `cloud`). Carries out what a plan says,
//! in its order, and stops at the first error. Knows objects and plans, and nothing of how a site is made.

#[cfg(feature = "cloud")]
mod cloud;
mod folder;

use std::path::PathBuf;

use super::disk::DiskError;
use crate::publish::manifest::Manifest;
use crate::publish::plan::{Held, Plan};
use crate::publish::text::Damage;
use crate::publish::{ContentHash, Object};

/// Where a site is published.
pub enum Store {
    /// A folder.
    Folder(folder::Folder),
    /// A bucket or container.
    #[cfg(feature = "cloud")]
    Cloud(Box<cloud::Cloud>),
}

/// Where the bytes of an object come from.
#[derive(Clone, Copy)]
pub enum Contents<'a> {
    /// From whoever publishes.
    Given(&'a (dyn Fn(&Object) -> Result<Vec<u8>, StoreError> + Sync)),
    /// From what the target keeps of this release.
    Kept(&'a str),
}

/// Why a target cannot be read or written.
#[derive(Debug)]
pub enum StoreError {
    /// A file could not be read or written.
    Disk(DiskError),
    /// The target is not one that this program can write; what can be typed instead.
    Target(String, &'static str),
    /// The program was built without what the target needs.
    NotBuilt(String),
    /// A name at the target is taken by something that silcrow did not make.
    NotOurs(PathBuf),
    /// A folder that readers get nothing from, though it holds releases; the newest of them.
    NoCurrent(PathBuf, String),
    /// Another publish is on its way, or has ended since the plan was made.
    Busy(String),
    /// A text of silcrow's own at the target cannot be read.
    Damaged(String, Damage),
    /// The target keeps no such release; those it keeps.
    NoRelease(String, Vec<String>),
    /// There is no release at the target.
    NothingPublished,
    /// What the target keeps of a file is not what the manifest says; the file.
    Altered(String),
    /// A content is not what its hash says; where it is.
    Content(String),
    /// The target did not take the credentials; what it said.
    Credentials(String),
    /// A request failed; what it was for, and why.
    Request(String, String),
}

impl StoreError {
    /// Whether nothing is wrong but that the target is not to be written now.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Damaged(..) | Self::NotOurs(_) | Self::NoCurrent(..))
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Disk(error) => write!(formatter, "{error}"),
            Self::Target(target, help) => {
                write!(formatter, "`{target}` is no target to publish to; {help}")
            }
            Self::NotBuilt(target) => write!(
                formatter,
                "this silcrow cannot publish to `{target}`; build one that can with `cargo install --path . --locked --features cloud`"
            ),
            Self::NotOurs(path) => write!(
                formatter,
                "`{}` was not made by `silcrow publish`; name another folder, or move it away",
                path.display()
            ),
            Self::NoCurrent(link, name) => write!(
                formatter,
                "`{}` leads to no release, though there are some; to make it lead to the newest, type `ln -sfn releases/{name} {}`",
                link.display(),
                link.display()
            ),
            Self::Busy(what) => {
                write!(formatter, "{what}; run the command again when it has ended")
            }
            Self::Damaged(what, damage) => {
                write!(formatter, "the target's {what} cannot be read: {damage}")
            }
            Self::NoRelease(name, kept) if kept.is_empty() => {
                write!(formatter, "the target keeps no release `{name}`, and no other")
            }
            Self::NoRelease(name, kept) => write!(
                formatter,
                "the target keeps no release `{name}`; it keeps {}",
                kept.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            Self::NothingPublished => formatter.write_str(
                "nothing has been published at the target; type `silcrow publish`, or name another one",
            ),
            Self::Altered(path) => write!(
                formatter,
                "what the target keeps of `{path}` is not what its manifest says: others have changed it"
            ),
            Self::Content(path) => write!(
                formatter,
                "`{path}` is not what it was when the publish was planned; run the command again"
            ),
            Self::Credentials(reason) => write!(
                formatter,
                "the target did not take the credentials: {reason}; they come from the environment, see \"Publishing\" in the README"
            ),
            Self::Request(what, reason) => write!(formatter, "could not {what}: {reason}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<DiskError> for StoreError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// The schemes of object stores.
const CLOUD: [&str; 7] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss"];

impl Store {
    /// The target that a text names: a folder's path, or the URL of a bucket.
    ///
    /// # Errors
    ///
    /// When it names none that this program can write. Nothing is asked of it yet.
    pub fn open(target: &str) -> Result<Self, StoreError> {
        match target.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()) {
            None => Ok(Self::Folder(folder::Folder::new(PathBuf::from(target)))),
            Some(scheme) if CLOUD.contains(&scheme.as_str()) => Self::open_cloud(target),
            Some(_) => Err(StoreError::Target(
                target.to_owned(),
                "name a folder, or a bucket as `s3://BUCKET/FOLDER`, `gs://BUCKET/FOLDER` or `az://CONTAINER/FOLDER`",
            )),
        }
    }

    #[cfg(feature = "cloud")]
    fn open_cloud(target: &str) -> Result<Self, StoreError> {
        Ok(Self::Cloud(Box::new(cloud::Cloud::open(target)?)))
    }

    #[cfg(not(feature = "cloud"))]
    fn open_cloud(target: &str) -> Result<Self, StoreError> {
        Err(StoreError::NotBuilt(target.to_owned()))
    }

    /// What the target holds.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn held(&mut self) -> Result<Held, StoreError> {
        match self {
            Self::Folder(folder) => folder.held(),
            #[cfg(feature = "cloud")]
            Self::Cloud(cloud) => cloud.held(),
        }
    }

    /// Whether something has been published at the target, or was to be. A bucket is always looked into.
    pub fn is_target(&self) -> bool {
        match self {
            Self::Folder(folder) => folder.is_target(),
            #[cfg(feature = "cloud")]
            Self::Cloud(_) => true,
        }
    }

    /// The manifest of the release that readers get. For who only reads: what a publish on its way has done is not asked.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    pub fn served(&mut self) -> Result<Manifest, StoreError> {
        let manifest = match self {
            Self::Folder(folder) => folder.served()?,
            #[cfg(feature = "cloud")]
            Self::Cloud(cloud) => cloud.served()?,
        };
        manifest.ok_or(StoreError::NothingPublished)
    }

    /// What the target keeps of objects of a release, in their order.
    ///
    /// # Errors
    ///
    /// When one cannot be read, or is not what the release's manifest says.
    pub fn contents(&self, release: &str, objects: &[&Object]) -> Result<Vec<Vec<u8>>, StoreError> {
        match self {
            Self::Folder(folder) => folder.contents(release, objects),
            #[cfg(feature = "cloud")]
            Self::Cloud(cloud) => cloud.contents(objects),
        }
    }

    /// Sets how long a publish at the target may show no life before this one takes its place. At a folder there is
    /// nothing to set: the system gives a dead publish's lock back at once.
    pub fn set_patience(&mut self, patience: std::time::Duration) {
        match self {
            Self::Folder(_) => {
                let _ = patience;
            }
            #[cfg(feature = "cloud")]
            Self::Cloud(cloud) => cloud.patience = patience,
        }
    }

    /// Whether two publishes at the same time are sure to find out. Known after [`Store::publish`].
    pub fn is_guarded(&self) -> bool {
        match self {
            Self::Folder(_) => true,
            #[cfg(feature = "cloud")]
            Self::Cloud(cloud) => cloud.is_guarded(),
        }
    }

    /// The manifest of a release that the target keeps.
    ///
    /// # Errors
    ///
    /// When it keeps none of that name, or it cannot be read.
    pub fn release(&self, name: &str, kept: &[String]) -> Result<Manifest, StoreError> {
        if !kept.iter().any(|kept| kept == name) {
            return Err(StoreError::NoRelease(name.to_owned(), kept.to_vec()));
        }
        match self {
            Self::Folder(folder) => folder.release(name),
            #[cfg(feature = "cloud")]
            Self::Cloud(cloud) => cloud.release(name),
        }
    }

    /// Carries out a plan made of what [`Store::held`] told. `committed` is called when readers get the new site, before
    /// anything is deleted.
    ///
    /// # Errors
    ///
    /// The first error. Before `committed` was called nothing is deleted, and the next publish goes on from there.
    pub fn publish(
        &mut self,
        plan: &Plan,
        contents: Contents<'_>,
        committed: &dyn Fn() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Folder(folder) => folder.publish(plan, contents, committed),
            #[cfg(feature = "cloud")]
            Self::Cloud(cloud) => cloud.publish(plan, contents, committed),
        }
    }
}

/// Makes sure that bytes are those of an object that is published.
fn verify(object: &Object, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let is_same = holds(object, &bytes);
    is_same.then_some(bytes).ok_or_else(|| StoreError::Content(object.path.as_str().to_owned()))
}

/// Makes sure that bytes which the target keeps are those of an object of its.
fn verify_kept(object: &Object, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let is_same = holds(object, &bytes);
    is_same.then_some(bytes).ok_or_else(|| StoreError::Altered(object.path.as_str().to_owned()))
}

fn holds(object: &Object, bytes: &[u8]) -> bool {
    let hash: ContentHash = *blake3::hash(bytes).as_bytes();
    hash == object.hash
}

/// Whether a name is one of a release.
fn is_release_name(name: &str) -> bool {
    let is_number = |text: &str| text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_digest = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    name.split_once('-').is_some_and(|(number, digest)| is_number(number) && is_digest(digest))
}

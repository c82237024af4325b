//! Where a site is published: a folder of releases, or an object store (feature `cloud`). Carries out what a plan says,
//! in its order, and stops at the first error. Knows objects and plans, and nothing of how a site is made.

#[cfg(feature = "cloud")]
mod cloud;
mod folder;

use std::path::PathBuf;
use std::time::Duration;

use super::disk::DiskError;
use crate::publish::Object;
use crate::publish::manifest::Manifest;
use crate::publish::plan::{Held, Plan};
use crate::publish::text::Damage;
use crate::wording::code_list;

/// A target: where a site is published.
pub trait Store {
    fn held(&mut self) -> Result<Held>;

    /// Whether something has been published at the target, or was to be. A bucket is always read.
    fn is_target(&self) -> bool {
        true
    }

    /// The manifest of the release that readers get, if there is one. For who only reads: whether files are missing, or
    /// another publish is in progress, is not checked.
    fn served(&self) -> Result<Option<Manifest>>;

    /// The manifest of a release that the target keeps.
    fn release(&self, name: &str) -> Result<Manifest>;

    /// What the target keeps of objects of a release, in their order, each as the release's manifest says.
    fn contents(&self, release: &str, objects: &[&Object]) -> Result<Vec<Vec<u8>>>;

    /// Whether two publishes at the same time are certain to be noticed. Known after [`Store::publish`].
    fn is_guarded(&self) -> bool {
        true
    }

    /// Carries out a plan made of what [`Store::held`] returned.
    /// Returns the first error. Before `committed` was called nothing is deleted, and the next publish continues from there.
    fn publish(&mut self, publish: Publish<'_>) -> Result<()>;
}

#[derive(Clone, Copy)]
pub struct Publish<'a> {
    pub plan: &'a Plan,
    pub contents: Contents<'a>,
    /// Called when readers get the new site, before anything is deleted.
    pub committed: &'a dyn Fn() -> Result<()>,
}

/// Where the bytes of an object come from.
#[derive(Clone, Copy)]
pub enum Contents<'a> {
    /// From the publisher.
    Given(&'a (dyn Fn(&Object) -> Result<Vec<u8>> + Sync)),
    /// From what the target keeps of this release.
    Kept(&'a str),
}

/// What a target answers, or why it does not.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why a target cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file could not be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The target is not one that this program can write; what can be typed instead.
    #[error("`{0}` is not a target to publish to; {1}")]
    Target(String, &'static str),
    /// The program was built without what the target needs.
    #[error(
        "this silcrow cannot publish to `{0}`; build one that can with `cargo install --path . --locked --features cloud`"
    )]
    NotBuilt(String),
    /// A name at the target is taken by something that silcrow did not make.
    #[error("`{path}` was not made by `silcrow publish`; name another folder, or move it away", path = .0.display())]
    NotOurs(PathBuf),
    /// A folder that readers get nothing from, though it holds releases; the newest of them.
    #[error(
        "`{link}` leads to no release, though there are some; to make it lead to the newest, type `ln -sfn releases/{1} {link}`",
        link = .0.display()
    )]
    NoCurrent(PathBuf, String),
    /// Another publish is in progress, or has ended since the plan was made.
    #[error("{0}; run the command again when it has ended")]
    Busy(&'static str),
    /// A text of silcrow's own at the target cannot be read.
    #[error("the target's {0} cannot be read: {1}")]
    Damaged(String, Damage),
    /// The target keeps no such release; those it keeps.
    #[error("the target keeps no release `{0}`{others}", others = others(.1))]
    NoRelease(String, Vec<String>),
    #[error("nothing has been published at the target; run `silcrow publish`, or name another one")]
    NothingPublished,
    /// What the target keeps of a file is not what the manifest says; the file.
    #[error("what the target keeps of `{0}` is not what its manifest says: others have changed it")]
    Altered(String),
    /// A content is not what its hash says; where it is.
    #[error("`{0}` is not what it was when the publish was planned; run the command again")]
    Content(String),
    /// The target did not take the credentials; what it said.
    #[error(
        "the target did not take the credentials: {0}; they come from the environment, see \"Publishing\" in the README"
    )]
    Credentials(String),
    /// A request failed; what it was for, and why.
    #[error("could not {0}: {1}")]
    Request(String, String),
}

fn others(kept: &[String]) -> String {
    match kept {
        [] => ", and no other".into(),
        _ => format!("; it keeps {}", code_list(kept)),
    }
}

impl StoreError {
    /// Another publish was faster.
    const ENDED_MEANWHILE: Self = Self::Busy("another publish has ended meanwhile");

    /// Whether nothing is wrong but that the target is not to be written now.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Damaged(..) | Self::NotOurs(_) | Self::NoCurrent(..))
    }
}

/// The schemes of object stores.
const CLOUD: [&str; 7] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss"];

/// The target that a text names: a folder's path, or the URL of a bucket. There, another publish may show no sign of life for
/// as long as `patience` before one takes its place; the system releases a folder's lock of a dead process at once.
/// Nothing is requested from it yet.
pub fn open(target: &str, patience: Duration) -> Result<Box<dyn Store>> {
    let scheme = target.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme {
        None => Ok(Box::new(folder::Folder::new(PathBuf::from(target)))),
        #[cfg(feature = "cloud")]
        Some(scheme) if CLOUD.contains(&&*scheme) => {
            Ok(Box::new(cloud::Cloud::open(target, patience)?))
        }
        #[cfg(not(feature = "cloud"))]
        Some(scheme) if CLOUD.contains(&&*scheme) => {
            let _ = patience;
            Err(StoreError::NotBuilt(target.to_owned()))
        }
        Some(_) => Err(StoreError::Target(
            target.to_owned(),
            "name a folder, or a bucket as `s3://BUCKET/FOLDER`, `gs://BUCKET/FOLDER` or `az://CONTAINER/FOLDER`",
        )),
    }
}

/// Makes sure that bytes are those of an object; `wrong` is the error for the path of one whose bytes they are not.
fn verify(object: &Object, bytes: Vec<u8>, wrong: fn(String) -> StoreError) -> Result<Vec<u8>> {
    let is_same = holds(object, &bytes);
    is_same.then_some(bytes).ok_or_else(|| wrong(object.path.as_str().to_owned()))
}

fn holds(object: &Object, bytes: &[u8]) -> bool {
    *blake3::hash(bytes).as_bytes() == object.hash
}

fn is_release_name(name: &str) -> bool {
    let is_number = |text: &str| text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_digest = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    name.split_once('-').is_some_and(|(number, digest)| is_number(number) && is_digest(digest))
}

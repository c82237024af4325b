//! Single requests to an object store, with retries; the only file that names the library but for what opens it. Says
//! why a request failed in one line, without URLs' queries and without secrets.

use std::cell::Cell;
use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error, ObjectMeta, ObjectStore, ObjectStoreExt, PutOptions, PutPayload,
};
/// What has to be there for an object to be written, and the version of one object.
pub(super) use object_store::{PutMode, UpdateVersion as Version};

use super::LOCK;
use super::credentials::without_secrets;
use crate::io::store::{Result, StoreError};
use crate::publish::Object;

/// So many bytes, sixteen times at once, pass a slow line well within the time that a request may take.
const SMALL: usize = 64 * 1024;

/// Requests to one target.
pub(super) struct Requests {
    pub(super) store: Arc<dyn ObjectStore>,
    /// The same, with time for contents of any size.
    pub(super) patient: Arc<dyn ObjectStore>,
    /// What names at the store begin with: nothing, or a folder and `/`.
    pub(super) prefix: String,
    /// Whether the store is known to write under conditions only when they hold.
    pub(super) obeys_conditions: Cell<bool>,
}

impl Requests {
    fn path(&self, key: &str) -> Result<Path> {
        let path = Path::parse(format!("{}{key}", self.prefix));
        path.map_err(|error| failure("name", key, &error.into()))
    }

    /// An object's bytes and version; nothing when it is not there.
    pub(super) async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, Version)>> {
        // All others can be large.
        let store = if key == LOCK { &self.store } else { &self.patient };
        let found = found(store.get(&self.path(key)?).await, "read", key)?;
        let Some(found) = found else { return Ok(None) };
        let version = version(found.meta.clone());
        let bytes = found.bytes().await.map_err(|error| failure("read", key, &error))?;
        Ok(Some((bytes.to_vec(), version)))
    }

    /// An object's version; nothing when it is not there.
    pub(super) async fn version(&self, key: &str) -> Result<Option<Version>> {
        let found = found(self.store.head(&self.path(key)?).await, "inspect", key)?;
        Ok(found.map(version))
    }

    /// The keys below a folder of the target; all of them below an empty one.
    pub(super) async fn list(&self, folder: &str) -> Result<Vec<String>> {
        let found = self.store.list(Some(&self.path(folder)?)).try_collect::<Vec<_>>().await;
        let found = found.map_err(|error| failure("list", folder, &error))?;
        let key = |meta: &ObjectMeta| {
            meta.location.as_ref().strip_prefix(&self.prefix).map(str::to_owned)
        };
        Ok(found.iter().filter_map(key).collect())
    }

    /// Writes a file of the site, with the headers that readers get.
    pub(super) async fn put_object(
        &self,
        key: &str,
        object: &Object,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let options = options(PutMode::Overwrite, &object.media_type, &object.cache_control);
        let result = self.send(&self.path(key)?, bytes, options).await;
        result.map(drop).map_err(|error| failure("write", key, &error))
    }

    /// Copies an object within the store; where it cannot do that, `bytes` are sent.
    pub(super) async fn copy(&self, from: &str, to: &str, bytes: Vec<u8>) -> Result<()> {
        let (source, target) = (self.path(from)?, self.path(to)?);
        let result = match self.store.copy(&source, &target).await {
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
                self.send(&target, bytes, PutOptions::default()).await.map(drop)
            }
            result => result,
        };
        result.map_err(|error| failure("copy", from, &error))
    }

    /// Writes a text of silcrow's own. Nothing when something else is there than is expected.
    pub(super) async fn put_own(
        &self,
        key: &str,
        text: &str,
        expected: PutMode,
    ) -> Result<Option<Version>> {
        let path = self.path(key)?;
        let result = match self.try_put(&path, text, expected).await {
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                // An answer can get lost and the request be sent again: then what is there is what we wrote.
                let there = self.get(key).await?.filter(|(bytes, _)| bytes == text.as_bytes());
                return Ok(there.map(|(_, version)| version));
            }
            // Stores without conditions.
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
                self.try_put(&path, text, PutMode::Overwrite).await
            }
            result => result,
        };
        result.map(Some).map_err(|error| failure("write", key, &error))
    }

    async fn try_put(&self, path: &Path, text: &str, expected: PutMode) -> Result<Version, Error> {
        let mode = match expected {
            PutMode::Update(_) if !self.obeys_conditions.get() => PutMode::Overwrite,
            expected => expected,
        };
        let options = options(mode, "text/plain; charset=utf-8", "no-store");
        self.send(path, text.to_owned().into_bytes(), options).await
    }

    async fn send(
        &self,
        path: &Path,
        bytes: Vec<u8>,
        options: PutOptions,
    ) -> Result<Version, Error> {
        let store = if bytes.len() > SMALL { &self.patient } else { &self.store };
        Ok(store.put_opts(path, PutPayload::from(bytes), options).await?.into())
    }

    /// Finds out whether the store obeys conditions: some ignore them and say nothing. The object is there and holds
    /// `text`, so that both requests have to fail, and do no harm where they do not.
    pub(super) async fn probe(&self, key: &str, text: &str) -> Result<()> {
        let path = self.path(key)?;
        let wrong = Version { e_tag: Some("\"0\"".to_owned()), version: Some("1".to_owned()) };
        for expected in [PutMode::Create, PutMode::Update(wrong)] {
            match self.try_put(&path, text, expected).await {
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {}
                Ok(_) | Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
                    self.obeys_conditions.set(false);
                }
                Err(error) => return Err(failure("write", key, &error)),
            }
        }
        Ok(())
    }

    /// Deletes an object; that it is not there is fine.
    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        found(self.store.delete(&self.path(key)?).await, "delete", key).map(drop)
    }
}

fn version(ObjectMeta { e_tag, version, .. }: ObjectMeta) -> Version {
    Version { e_tag, version }
}

fn options(mode: PutMode, media_type: &str, cache_control: &str) -> PutOptions {
    let attributes = Attributes::from_iter([
        (Attribute::ContentType, media_type.to_owned()),
        (Attribute::CacheControl, cache_control.to_owned()),
    ]);
    PutOptions { mode, attributes, ..PutOptions::default() }
}

/// What a request found; nothing when there is nothing.
fn found<T>(result: Result<T, Error>, action: &str, key: &str) -> Result<Option<T>> {
    match result {
        Err(Error::NotFound { .. }) => Ok(None),
        result => result.map(Some).map_err(|error| failure(action, key, &error)),
    }
}

fn failure(action: &str, key: &str, error: &Error) -> StoreError {
    let reason = without_secrets(&reason(error));
    match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            StoreError::Credentials(reason)
        }
        _ if key.is_empty() => StoreError::Request(format!("{action} the target"), reason),
        _ => StoreError::Request(format!("{action} `{key}`"), reason),
    }
}

/// What a store says in its answer, else the innermost of an error's reasons.
fn reason(error: &Error) -> String {
    let text = error.to_string();
    let tag = |name: &str| {
        let (_, after) = text.split_once(&format!("<{name}>"))?;
        after.split_once(&format!("</{name}>")).map(|(inside, _)| inside.to_owned())
    };
    if let Some(code) = tag("Code") {
        let message = tag("Message").filter(|message| !message.is_empty());
        return message.map_or(code.clone(), |message| format!("{code}: {message}"));
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string().lines().next().unwrap_or_default().chars().take(300).collect()
}

//! Single requests to an object store, with retries; the only file that names the library but for what opens it. Says
//! why a request failed in one line, without URLs' queries and without secrets.

use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    PutPayload, UpdateVersion,
};

use super::credentials::{self, Opened};
use crate::io::store::StoreError;
use crate::publish::Object;

/// A version of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version(UpdateVersion);

/// What has to be there for an object to be written.
#[derive(Clone)]
pub(super) enum Expect {
    Anything,
    Nothing,
    Version(Version),
}

/// So many bytes, sixteen times at once, pass a slow line well within the time that a request may take.
const SMALL: usize = 64 * 1024;

/// Requests to one target.
pub(super) struct Requests {
    store: Arc<dyn ObjectStore>,
    /// The same, with time for contents of any size.
    patient: Arc<dyn ObjectStore>,
    prefix: Path,
    obeys: bool,
}

impl Requests {
    pub(super) fn new(Opened { store, patient, prefix }: Opened) -> Self {
        Self { store, patient, prefix, obeys: true }
    }

    /// Whether the store is known to write under conditions only when they hold.
    pub(super) fn obeys_conditions(&self) -> bool {
        self.obeys
    }

    /// Whom to ask to write so many bytes.
    fn store_for(&self, length: usize) -> &Arc<dyn ObjectStore> {
        if length > SMALL { &self.patient } else { &self.store }
    }

    fn path(&self, key: &str) -> Result<Path, StoreError> {
        let whole = match self.prefix.as_ref() {
            "" => key.to_owned(),
            prefix => format!("{prefix}/{key}"),
        };
        Path::parse(&whole).map_err(|error| failure("name", key, &error.into()))
    }

    /// An object's bytes and version; nothing when it is not there. For small ones.
    pub(super) async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, Version)>, StoreError> {
        Self::get_from(&self.store, self.path(key)?, key).await
    }

    /// The same for objects of any size.
    pub(super) async fn get_large(
        &self,
        key: &str,
    ) -> Result<Option<(Vec<u8>, Version)>, StoreError> {
        Self::get_from(&self.patient, self.path(key)?, key).await
    }

    async fn get_from(
        store: &Arc<dyn ObjectStore>,
        path: Path,
        key: &str,
    ) -> Result<Option<(Vec<u8>, Version)>, StoreError> {
        let result = match store.get(&path).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            result => result.map_err(|error| failure("read", key, &error))?,
        };
        let version = UpdateVersion {
            e_tag: result.meta.e_tag.clone(),
            version: result.meta.version.clone(),
        };
        let bytes = result.bytes().await.map_err(|error| failure("read", key, &error))?;
        Ok(Some((bytes.to_vec(), Version(version))))
    }

    /// An object's version; nothing when it is not there.
    pub(super) async fn version(&self, key: &str) -> Result<Option<Version>, StoreError> {
        let path = self.path(key)?;
        let options = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(&path, options).await {
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failure("inspect", key, &error)),
            Ok(result) => {
                let (e_tag, version) = (result.meta.e_tag, result.meta.version);
                Ok(Some(Version(UpdateVersion { e_tag, version })))
            }
        }
    }

    /// The keys below a folder of the target; all of them below an empty one.
    pub(super) async fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let path = if folder.is_empty() { self.prefix.clone() } else { self.path(folder)? };
        let found: Vec<_> = self
            .store
            .list(Some(&path))
            .try_collect()
            .await
            .map_err(|error| failure("list", folder, &error))?;
        let prefix = match self.prefix.as_ref() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let key = |meta: &object_store::ObjectMeta| {
            meta.location.as_ref().strip_prefix(&prefix).map(str::to_owned)
        };
        Ok(found.iter().filter_map(key).collect())
    }

    /// Writes a file of the site, with the headers that readers get.
    pub(super) async fn put_object(
        &self,
        key: &str,
        object: &Object,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, object.media_type.clone()),
            (Attribute::CacheControl, object.cache_control.clone()),
        ]);
        let options = PutOptions { attributes, ..PutOptions::default() };
        let path = self.path(key)?;
        let store = self.store_for(bytes.len());
        let result = store.put_opts(&path, PutPayload::from(bytes), options).await;
        result.map(drop).map_err(|error| failure("write", key, &error))
    }

    /// Copies an object within the store; where it cannot do that, `bytes` are sent.
    pub(super) async fn copy(
        &self,
        from: &str,
        to: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        let (source, target) = (self.path(from)?, self.path(to)?);
        let result = match self.store.copy(&source, &target).await {
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
                let store = self.store_for(bytes.len());
                store.put(&target, PutPayload::from(bytes)).await.map(drop)
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
        expect: Expect,
    ) -> Result<Option<Version>, StoreError> {
        let result = self.try_put(key, text, &expect).await;
        match result {
            Ok(version) => Ok(Some(version)),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                // An answer can get lost and the request be sent again: then what is there is what we wrote.
                let there = self.get(key).await?;
                Ok(there.filter(|(bytes, _)| bytes == text.as_bytes()).map(|(_, version)| version))
            }
            // Stores without conditions.
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
                let result = self.try_put(key, text, &Expect::Anything).await;
                result.map(Some).map_err(|error| failure("write", key, &error))
            }
            Err(error) => Err(failure("write", key, &error)),
        }
    }

    async fn try_put(&self, key: &str, text: &str, expect: &Expect) -> Result<Version, Error> {
        let mode = match expect {
            Expect::Nothing => PutMode::Create,
            Expect::Version(Version(version)) if self.obeys => PutMode::Update(version.clone()),
            Expect::Anything | Expect::Version(_) => PutMode::Overwrite,
        };
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, "text/plain; charset=utf-8"),
            (Attribute::CacheControl, "no-store"),
        ]);
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        let path = self.path(key).map_err(|error| Error::Generic {
            store: "silcrow",
            source: error.to_string().into(),
        })?;
        let store = self.store_for(text.len());
        let result = store.put_opts(&path, PutPayload::from(text.to_owned()), options).await?;
        Ok(Version(result.into()))
    }

    /// Finds out whether the store obeys conditions: some ignore them and say nothing. The object is there and holds
    /// `text`, so that both requests have to fail, and do no harm where they do not.
    pub(super) async fn probe(&mut self, key: &str, text: &str) -> Result<(), StoreError> {
        let wrong =
            UpdateVersion { e_tag: Some("\"0\"".to_owned()), version: Some("1".to_owned()) };
        for expect in [Expect::Nothing, Expect::Version(Version(wrong))] {
            match self.try_put(key, text, &expect).await {
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {}
                Ok(_) | Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
                    self.obeys = false;
                }
                Err(error) => return Err(failure("write", key, &error)),
            }
        }
        Ok(())
    }

    /// Deletes an object; that it is not there is fine.
    pub(super) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.store.delete(&self.path(key)?).await {
            Err(Error::NotFound { .. }) => Ok(()),
            result => result.map_err(|error| failure("delete", key, &error)),
        }
    }
}

fn failure(action: &str, key: &str, error: &Error) -> StoreError {
    let reason = credentials::without_secrets(&reason(error));
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

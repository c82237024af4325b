//! An object store as a target: S3-compatible storage, Google Cloud Storage or Azure. Writes stage by stage, each object
//! and a copy of it by content; then the manifest, which is the commit point; deletes last. A lock and a journal beside
//! the site tell the next publish what a dead one did.

mod clean;
mod credentials;
mod lock;
mod requests;

use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Contents, Store, StoreError, verify, verify_kept};
use crate::path::OutputPath;
use crate::publish::journal::Journal;
use crate::publish::manifest::Manifest;
use crate::publish::plan::{Held, Plan, Stage, Write};
use crate::publish::text::Damage;
use crate::publish::{ContentHash, OWN_FOLDER, Object, hex};
use lock::Lock;
use requests::{Expect, Requests, Version};

/// How many requests are on their way at a time.
const AT_A_TIME: usize = 16;
/// After how many writes the journal at the target is updated. A rerun repeats at most that many.
const CHUNK: usize = 256;
/// How often a publish shows that it lives.
const BEAT: Duration = Duration::from_secs(2);

/// A bucket or container, or a folder in it.
pub(super) struct Cloud {
    runtime: tokio::runtime::Runtime,
    requests: Requests,
    /// How long a publish may show no life before another takes its place.
    patience: Duration,
    seen: Seen,
}

/// What was there when the target was looked at.
#[derive(Default)]
struct Seen {
    manifest: Option<Version>,
    lock: Option<(Lock, Version)>,
}

fn own(name: &str) -> String {
    format!("{OWN_FOLDER}/{name}")
}

fn manifest_key() -> String {
    own("manifest")
}

fn release_key(name: &str) -> String {
    own(&format!("releases/{name}"))
}

fn content_key(hash: &ContentHash) -> String {
    own(&format!("content/{}", hex(hash)))
}

impl Cloud {
    pub(super) fn open(target: &str) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Request("begin".to_owned(), error.to_string()))?;
        let requests = Requests::new(credentials::open(target)?);
        Ok(Self { runtime, requests, patience: Duration::from_secs(15), seen: Seen::default() })
    }
}

impl Store for Cloud {
    fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    fn is_guarded(&self) -> bool {
        self.requests.obeys_conditions()
    }

    fn held(&mut self) -> Result<Held, StoreError> {
        let Self { runtime, requests, seen, .. } = self;
        runtime.block_on(async {
            let (manifest, lock) = (manifest_key(), lock::key());
            let (manifest, lock) =
                futures_util::try_join!(requests.get_large(&manifest), requests.get(&lock))?;
            let lock = lock.map(|(bytes, version)| (Lock::read(&bytes), version));
            let (journal, is_unsure) = match &lock {
                Some((lock, _)) => {
                    let journal = lock.journal(requests).await?;
                    (Some(journal.clone().unwrap_or_default()), journal.is_none())
                }
                None => (None, false),
            };
            let version = manifest.as_ref().map(|(_, version)| version.clone());
            let manifest = manifest.map(|(bytes, _)| read_manifest(&bytes)).transpose()?;
            *seen = Seen { manifest: version, lock };
            let foreign = match &manifest {
                Some(_) => Vec::new(),
                None => requests.list("").await?,
            };
            let foreign = foreign.iter().map(|key| OutputPath::new(key)).collect();
            Ok(Held { manifest, journal, foreign, is_unsure, ..Held::default() })
        })
    }

    fn release(&self, name: &str) -> Result<Manifest, StoreError> {
        self.runtime.block_on(self.requests.release(name))
    }

    fn served(&self) -> Result<Option<Manifest>, StoreError> {
        let found = self.runtime.block_on(self.requests.get_large(&manifest_key()))?;
        found.map(|(bytes, _)| read_manifest(&bytes)).transpose()
    }

    fn contents(&self, _: &str, objects: &[&Object]) -> Result<Vec<Vec<u8>>, StoreError> {
        let kept = stream::iter(objects.iter().copied()).map(|object| self.requests.kept(object));
        self.runtime.block_on(kept.buffered(AT_A_TIME).try_collect())
    }

    fn publish(
        &mut self,
        plan: &Plan,
        contents: Contents<'_>,
        committed: &dyn Fn() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let seen = std::mem::take(&mut self.seen);
        let run = Run { requests: &mut self.requests, contents, plan };
        self.runtime.block_on(run.publish(seen, self.patience, committed))
    }
}

fn read_manifest(bytes: &[u8]) -> Result<Manifest, StoreError> {
    let damaged = |damage| StoreError::Damaged("manifest".to_owned(), damage);
    Manifest::parse(&String::from_utf8_lossy(bytes)).map_err(damaged)
}

impl Requests {
    /// The manifest of a release that is kept.
    async fn release(&self, name: &str) -> Result<Manifest, StoreError> {
        let found = self.get_large(&release_key(name)).await?;
        let none = || StoreError::NoRelease(name.to_owned(), Vec::new());
        let (bytes, _) = found.ok_or_else(none)?;
        read_manifest(&bytes)
    }

    /// The copy of an object by its content. The file at the object's path may come from an unfinished publish.
    async fn kept(&self, object: &Object) -> Result<Vec<u8>, StoreError> {
        let found = self.get_large(&content_key(&object.hash)).await?;
        let none = || StoreError::Altered(object.path.as_str().to_owned());
        let (bytes, _) = found.ok_or_else(none)?;
        verify_kept(object, bytes)
    }
}

/// One publish in progress.
struct Run<'a> {
    requests: &'a mut Requests,
    contents: Contents<'a>,
    plan: &'a Plan,
}

impl Run<'_> {
    async fn publish(
        self,
        seen: Seen,
        patience: Duration,
        committed: &dyn Fn() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut lock = lock::Held::take(self.requests, seen.lock, patience).await?;
        let result = self.with_lock(&mut lock, seen.manifest, committed).await;
        match &result {
            Ok(()) => lock.release(self.requests).await,
            // Another one has it now.
            Err(error) if error.is_refusal() && !lock.is_ours() => result,
            Err(_) => {
                // So that a rerun need not wait until the lock has expired; it waits where this fails.
                let _ = lock.end(self.requests).await;
                result
            }
        }
    }

    async fn with_lock(
        &self,
        lock: &mut lock::Held,
        manifest: Option<Version>,
        committed: &dyn Fn() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.requests.version(&manifest_key()).await? != manifest {
            return Err(StoreError::ENDED_MEANWHILE);
        }
        lock.write_journal(self.requests, &self.plan.journal()).await?;
        let mut done = 0;
        for chunk in self.plan.writes.chunk_by(|left, right| left.stage == right.stage) {
            for chunk in chunk.chunks(CHUNK) {
                self.alive(lock, self.write_all(chunk)).await?;
                done += chunk.len();
                // Pages may refer to hashed files from now on, and the next publish has to know that they are there.
                if chunk.len() == CHUNK || chunk[0].stage == Stage::HashedAssets {
                    lock.beat(self.requests, Some(done)).await?;
                }
            }
        }
        if let Some(release) = &self.plan.release {
            // A publish that has lost the lock must not commit.
            lock.beat(self.requests, Some(done)).await?;
            self.alive(lock, self.commit(release, manifest)).await?;
        }
        committed()?;
        // Nor delete: another one may have written since what was to go.
        lock.beat(self.requests, None).await?;
        self.alive(lock, self.clean()).await
    }

    /// Works, and shows every now and then that it does.
    async fn alive(
        &self,
        lock: &mut lock::Held,
        work: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let mut work = std::pin::pin!(work);
        loop {
            match select(work.as_mut(), std::pin::pin!(tokio::time::sleep(BEAT))).await {
                Either::Left((result, _)) => return result,
                Either::Right(_) => lock.beat(self.requests, None).await?,
            }
        }
    }

    async fn write_all(&self, writes: &[Write]) -> Result<(), StoreError> {
        stream::iter(writes)
            .map(|write| self.write(&write.object))
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await
    }

    async fn write(&self, object: &Object) -> Result<(), StoreError> {
        let copy = content_key(&object.hash);
        let key = object.path.as_str();
        match self.contents {
            Contents::Given(given) => {
                let bytes = verify(object, given(object)?)?;
                self.requests.put_object(key, object, bytes.clone()).await?;
                self.requests.copy(key, &copy, bytes).await
            }
            Contents::Kept(_) => {
                let bytes = self.requests.kept(object).await?;
                self.requests.put_object(key, object, bytes).await
            }
        }
    }

    /// The commit point: from here on the target holds the new release.
    async fn commit(&self, release: &Manifest, seen: Option<Version>) -> Result<(), StoreError> {
        let text = release.to_text();
        self.requests.put_own(&release_key(&release.name()), &text, Expect::Anything).await?;
        let expect = seen.map_or(Expect::Nothing, Expect::Version);
        match self.requests.put_own(&manifest_key(), &text, expect).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::ENDED_MEANWHILE),
        }
    }
}

impl Lock {
    /// What the publish that had the lock did. Where it had not begun, or had come to its very end, that is nothing; its
    /// lock is removed anyway. None when that is unknown, as the lock or the journal is damaged.
    async fn journal(&self, requests: &Requests) -> Result<Option<Journal>, StoreError> {
        if self.is_damaged {
            return Ok(None);
        }
        let Some(name) = &self.journal else { return Ok(Some(Journal::default())) };
        let Some((bytes, _)) = requests.get_large(&lock::journal_key(name)).await? else {
            return Ok(Some(Journal::default()));
        };
        match Journal::parse(&String::from_utf8_lossy(&bytes)) {
            Ok(journal) => Ok(Some(journal.after(self.done))),
            Err(Damage::Unreadable) => Ok(None),
            Err(damage) => Err(StoreError::Damaged("journal".to_owned(), damage)),
        }
    }
}

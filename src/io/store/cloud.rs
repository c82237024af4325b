//! An object store as a target: S3-compatible storage, Google Cloud Storage or Azure. Writes stage by stage, each object
//! and a copy of it by content; then the manifest, which is the commit point; deletes last. A lock and a journal beside
//! the site tell the next publish what a dead one did.

mod clean;
mod credentials;
mod lock;
mod requests;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Contents, Publish, Result, Store, StoreError, verify};
use crate::path::OutputPath;
use crate::publish::manifest::Manifest;
use crate::publish::plan::{Held, Stage, Write};
use crate::publish::{ContentHash, OWN_FOLDER, Object, hex};
use lock::Lock;
use requests::{PutMode, Requests, Version};

/// How many requests are on their way at a time.
const AT_A_TIME: usize = 16;
/// After how many writes the journal at the target is updated. A rerun repeats at most that many.
const CHUNK: usize = 256;
/// How often a publish shows that it lives.
const BEAT: Duration = Duration::from_secs(2);

/// The manifest of the release that readers get.
const MANIFEST: &str = ".silcrow/manifest";
/// Who is publishing.
const LOCK: &str = ".silcrow/lock";

/// A bucket or container, or a folder in it.
pub(super) struct Cloud {
    runtime: tokio::runtime::Runtime,
    requests: Requests,
    /// How long a publish may show no life before another takes its place.
    patience: Duration,
    /// What was there when the target was looked at.
    manifest: Option<Version>,
    lock: Option<(Lock, Version)>,
}

fn own(name: &str) -> String {
    format!("{OWN_FOLDER}/{name}")
}

fn release_key(name: &str) -> String {
    own(&format!("releases/{name}"))
}

fn content_key(hash: &ContentHash) -> String {
    own(&format!("content/{}", hex(hash)))
}

impl Cloud {
    pub(super) fn open(target: &str, patience: Duration) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Request("begin".to_owned(), error.to_string()))?;
        let requests = credentials::open(target)?;
        Ok(Self { runtime, requests, patience, manifest: None, lock: None })
    }
}

impl Store for Cloud {
    fn is_guarded(&self) -> bool {
        self.requests.obeys_conditions.get()
    }

    fn held(&mut self) -> Result<Held> {
        let Self { runtime, requests, manifest: seen, lock: taken, .. } = self;
        runtime.block_on(async {
            let (manifest, lock) =
                futures_util::try_join!(requests.get(MANIFEST), Lock::find(requests))?;
            let (mut journal, mut is_unsure) = (None, false);
            if let Some((lock, _)) = &lock {
                let known = lock.journal(requests).await?;
                is_unsure = known.is_none();
                journal = Some(known.unwrap_or_default());
            }
            let (manifest, version) = manifest.unzip();
            let manifest = manifest.map(|bytes| read_manifest(&bytes)).transpose()?;
            (*seen, *taken) = (version, lock);
            let mut foreign = BTreeSet::new();
            if manifest.is_none() {
                foreign.extend(requests.list("").await?.iter().map(|key| OutputPath::new(key)));
            }
            Ok(Held { manifest, journal, foreign, is_unsure, ..Held::default() })
        })
    }

    fn release(&self, name: &str) -> Result<Manifest> {
        self.runtime.block_on(self.requests.release(name))
    }

    fn served(&self) -> Result<Option<Manifest>> {
        self.runtime.block_on(self.requests.served())
    }

    fn contents(&self, _: &str, objects: &[&Object]) -> Result<Vec<Vec<u8>>> {
        let kept = stream::iter(objects.iter().copied()).map(|object| self.requests.kept(object));
        self.runtime.block_on(kept.buffered(AT_A_TIME).try_collect())
    }

    fn publish(&mut self, publish: Publish<'_>) -> Result<()> {
        let (requests, manifest, lock) = (&self.requests, self.manifest.take(), self.lock.take());
        self.runtime.block_on(async {
            let mut lock = lock::Held::take(requests, lock, self.patience).await?;
            let result = Run { requests, publish }.carry_out(&mut lock, manifest).await;
            match &result {
                Ok(()) => lock.release().await,
                // Another one has it now.
                Err(error) if error.is_refusal() && !lock.is_ours() => result,
                Err(_) => {
                    // So that a rerun need not wait until the lock has expired; it waits where this fails.
                    let _ = lock.end().await;
                    result
                }
            }
        })
    }
}

fn read_manifest(bytes: &[u8]) -> Result<Manifest> {
    let damaged = |damage| StoreError::Damaged("manifest".to_owned(), damage);
    Manifest::parse(&String::from_utf8_lossy(bytes)).map_err(damaged)
}

impl Requests {
    /// The manifest of the release that readers get, if there is one.
    async fn served(&self) -> Result<Option<Manifest>> {
        let found = self.get(MANIFEST).await?;
        found.map(|(bytes, _)| read_manifest(&bytes)).transpose()
    }

    /// The manifest of a release that is kept.
    async fn release(&self, name: &str) -> Result<Manifest> {
        let found = self.get(&release_key(name)).await?;
        let none = || StoreError::NoRelease(name.to_owned(), Vec::new());
        let (bytes, _) = found.ok_or_else(none)?;
        read_manifest(&bytes)
    }

    /// The copy of an object by its content. The file at the object's path may come from an unfinished publish.
    async fn kept(&self, object: &Object) -> Result<Vec<u8>> {
        let found = self.get(&content_key(&object.hash)).await?;
        let none = || StoreError::Altered(object.path.as_str().to_owned());
        let (bytes, _) = found.ok_or_else(none)?;
        verify(object, bytes, StoreError::Altered)
    }
}

struct Run<'a> {
    requests: &'a Requests,
    publish: Publish<'a>,
}

impl Run<'_> {
    async fn carry_out(&self, lock: &mut lock::Held<'_>, manifest: Option<Version>) -> Result<()> {
        let plan = self.publish.plan;
        if self.requests.version(MANIFEST).await? != manifest {
            return Err(StoreError::ENDED_MEANWHILE);
        }
        lock.write_journal(&plan.journal).await?;
        let mut done = 0;
        for chunk in plan.writes.chunk_by(|left, right| left.stage == right.stage) {
            for chunk in chunk.chunks(CHUNK) {
                self.alive(lock, self.write_all(chunk)).await?;
                done += chunk.len();
                // Pages may refer to hashed files from now on, and the next publish has to know that they are there.
                if chunk.len() == CHUNK || chunk[0].stage == Stage::HashedAssets {
                    lock.beat(Some(done)).await?;
                }
            }
        }
        if let Some(release) = &plan.release {
            // A publish that has lost the lock must not commit.
            lock.beat(Some(done)).await?;
            self.alive(lock, self.commit(release, manifest)).await?;
        }
        (self.publish.committed)()?;
        // Nor delete: another one may have written since what was to go.
        lock.beat(None).await?;
        self.alive(lock, self.clean()).await
    }

    /// Works, and shows every now and then that it does.
    async fn alive(
        &self,
        lock: &mut lock::Held<'_>,
        work: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let mut work = std::pin::pin!(work);
        loop {
            match select(work.as_mut(), std::pin::pin!(tokio::time::sleep(BEAT))).await {
                Either::Left((result, _)) => return result,
                Either::Right(_) => lock.beat(None).await?,
            }
        }
    }

    async fn write_all(&self, writes: &[Write]) -> Result<()> {
        let writes = stream::iter(writes).map(|write| self.write(&write.object));
        writes.buffer_unordered(AT_A_TIME).try_collect().await
    }

    async fn write(&self, object: &Object) -> Result<()> {
        let key = object.path.as_str();
        let Contents::Given(given) = self.publish.contents else {
            let bytes = self.requests.kept(object).await?;
            return self.requests.put_object(key, object, bytes).await;
        };
        let bytes = verify(object, given(object)?, StoreError::Content)?;
        self.requests.put_object(key, object, bytes.clone()).await?;
        self.requests.copy(key, &content_key(&object.hash), bytes).await
    }

    /// The commit point: from here on the target holds the new release.
    async fn commit(&self, release: &Manifest, seen: Option<Version>) -> Result<()> {
        let text = release.to_text();
        self.requests.put_own(&release_key(&release.name()), &text, PutMode::Overwrite).await?;
        let expect = seen.map_or(PutMode::Create, PutMode::Update);
        match self.requests.put_own(MANIFEST, &text, expect).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::ENDED_MEANWHILE),
        }
    }
}

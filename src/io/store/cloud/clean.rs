//! The last step of a publish to an object store: unneeded objects are deleted. Nothing is deleted anywhere else.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{AT_A_TIME, Run, content_key, own, release_key};
use crate::io::store::{Result, StoreError, is_release_name};
use crate::publish::ContentHash;
use crate::publish::manifest::Manifest;

impl Run<'_> {
    /// Deletes files of the site, then copies of releases that cannot be rolled back to.
    pub(super) async fn clean(&self) -> Result<()> {
        for step in self.publish.plan.deletion_steps() {
            self.delete(step.iter().map(|path| path.as_str().to_owned()).collect()).await?;
        }
        let kept = self.kept().await?;
        let releases = self.requests.list(&own("releases")).await?;
        let names = releases.iter().filter_map(|key| key.rsplit('/').next());
        let dropped: Vec<String> = names
            .filter(|name| is_release_name(name) && !kept.iter().any(|kept| kept == name))
            .map(str::to_owned)
            .collect();
        if !dropped.is_empty() || !self.publish.plan.journal.garbage.is_empty() {
            let (mut unneeded, _) = self.hashes(&dropped).await?;
            unneeded.extend(self.publish.plan.journal.garbage.iter().map(|hash| hash.0));
            let (needed, is_all) = self.hashes(&kept).await?;
            if !is_all {
                return Ok(());
            }
            self.delete(unneeded.difference(&needed).map(content_key).collect()).await?;
            self.delete(dropped.iter().map(|name| release_key(name)).collect()).await?;
        }
        Ok(())
    }

    async fn kept(&self) -> Result<Vec<String>> {
        if let Some(release) = &self.publish.plan.release {
            return Ok(release.kept());
        }
        let manifest = self.requests.served().await?;
        Ok(manifest.as_ref().map_or_else(Vec::new, Manifest::kept))
    }

    /// The contents of releases, and whether that is all of them: not where a manifest is damaged. One that is gone
    /// already has none.
    async fn hashes(&self, releases: &[String]) -> Result<(BTreeSet<ContentHash>, bool)> {
        let (mut hashes, mut is_all) = (BTreeSet::new(), true);
        for name in releases {
            match self.requests.release(name).await {
                Ok(Manifest { objects, .. }) => {
                    hashes.extend(objects.into_values().map(|object| object.hash));
                }
                Err(StoreError::NoRelease(..)) => {}
                Err(StoreError::Damaged(..)) => is_all = false,
                Err(error) => return Err(error),
            }
        }
        Ok((hashes, is_all))
    }

    async fn delete(&self, keys: Vec<String>) -> Result<()> {
        stream::iter(&keys)
            .map(|key| self.requests.delete(key))
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await
    }
}

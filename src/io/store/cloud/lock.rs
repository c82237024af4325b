//! Who is publishing to an object store, and how far they are. The lock counts up while its owner lives; who finds one
//! that does not for a while takes its place, and the owner finds out before it commits anything.
#![expect(clippy::disallowed_methods, reason = "owners are told apart by the clock")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::own;
use super::requests::{Expect, Requests, Version};
use crate::io::store::StoreError;
use crate::publish::journal::Journal;

/// The folder of journals.
const JOURNALS: &str = "journals";
/// How often a lock is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(500);

pub(super) fn key() -> String {
    own("lock")
}

pub(super) fn journal_key(name: &str) -> String {
    own(&format!("{JOURNALS}/{name}"))
}

/// The lock's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Lock {
    owner: String,
    /// Counts up as long as the owner lives.
    beat: u64,
    /// Whether the owner gave up in an orderly way.
    ended: bool,
    /// The name of the journal that is in force.
    pub(super) journal: Option<String>,
    /// How many of the journal's objects are written.
    pub(super) done: usize,
    /// The names of journals that are no longer valid.
    stale: Vec<String>,
    /// Whether its text was not that of a lock.
    #[serde(skip)]
    pub(super) is_damaged: bool,
}

impl Lock {
    /// A lock from its text. One that cannot be parsed still has an owner, which may be alive.
    pub(super) fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes)
            .unwrap_or_else(|_| Self { is_damaged: true, ..Self::default() })
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("a lock is texts and numbers") + "\n"
    }
}

/// A lock that is ours.
pub(super) struct Held {
    lock: Lock,
    version: Option<Version>,
}

fn busy() -> StoreError {
    StoreError::Busy("another publish to this target is in progress")
}

impl Held {
    /// Takes the lock: at once where there is none, else when its owner has shown no life for as long as `patience`.
    pub(super) async fn take(
        requests: &mut Requests,
        seen: Option<(Lock, Version)>,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let owner = format!("{:x}-{:x}", now.as_nanos(), std::process::id());
        let (lock, expect) = match seen {
            None => (Lock { owner, ..Lock::default() }, Expect::Nothing),
            Some((lock, version)) => {
                if !lock.ended {
                    wait(requests, &lock, patience).await?;
                }
                // Its journal may be there though its lock does not name it yet.
                let mut stale = lock.stale;
                stale.extend(Some(lock.owner).filter(|owner| !owner.is_empty()));
                let (beat, is_damaged) = (lock.beat + 1, false);
                let lock = Lock { owner, beat, ended: false, stale, is_damaged, ..lock };
                (lock, Expect::Version(version))
            }
        };
        let version = requests.put_own(&key(), &lock.text(), expect).await?.ok_or_else(busy)?;
        requests.probe(&key(), &lock.text()).await?;
        // Where conditions are not obeyed, the probe itself has written a new version of the same text.
        let version = if requests.obeys_conditions() { Some(version) } else { None };
        Ok(Self { lock, version })
    }

    /// Writes what is going to be done. Until that is there nothing else may be written.
    pub(super) async fn write_journal(
        &mut self,
        requests: &Requests,
        journal: &Journal,
    ) -> Result<(), StoreError> {
        let name = self.lock.owner.clone();
        requests.put_own(&journal_key(&name), &journal.to_text(), Expect::Anything).await?;
        self.lock.journal = Some(name);
        self.beat(requests, Some(0)).await
    }

    /// Shows that the publish lives, and how far it is.
    pub(super) async fn beat(
        &mut self,
        requests: &Requests,
        done: Option<usize>,
    ) -> Result<(), StoreError> {
        self.lock.beat += 1;
        self.lock.done = done.unwrap_or(self.lock.done);
        self.write(requests).await
    }

    async fn write(&mut self, requests: &Requests) -> Result<(), StoreError> {
        let text = self.lock.text();
        let Some(version) = self.version.clone() else {
            // The best that can be done where conditions are not obeyed.
            let there = requests.get(&key()).await?;
            let there = there.map(|(bytes, _)| Lock::read(&bytes));
            if there.is_none_or(|there| there.owner != self.lock.owner) {
                return Err(busy());
            }
            requests.put_own(&key(), &text, Expect::Anything).await?;
            return Ok(());
        };
        match requests.put_own(&key(), &text, Expect::Version(version)).await? {
            Some(version) => {
                self.version = Some(version);
                Ok(())
            }
            None => {
                self.lock.owner.clear();
                Err(busy())
            }
        }
    }

    /// Whether the lock is not known to be lost.
    pub(super) fn is_ours(&self) -> bool {
        !self.lock.owner.is_empty()
    }

    /// Records that the publish was abandoned.
    pub(super) async fn end(mut self, requests: &Requests) -> Result<(), StoreError> {
        self.lock.ended = true;
        self.write(requests).await
    }

    /// Gives the lock back: all is done.
    pub(super) async fn release(mut self, requests: &Requests) -> Result<(), StoreError> {
        // Only the owner may delete it.
        self.beat(requests, None).await?;
        for name in self.lock.stale.iter().chain(&self.lock.journal) {
            requests.delete(&journal_key(name)).await?;
        }
        requests.delete(&key()).await
    }
}

/// Waits until no owner can be active.
async fn wait(requests: &Requests, lock: &Lock, patience: Duration) -> Result<(), StoreError> {
    let mut waited = Duration::ZERO;
    while waited < patience {
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
        let now = requests.get(&key()).await?;
        let now = now.map(|(bytes, _)| Lock::read(&bytes));
        if now.as_ref() != Some(lock) {
            return Err(busy());
        }
    }
    Ok(())
}

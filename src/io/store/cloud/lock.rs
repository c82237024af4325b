//! Who is publishing to an object store, and how far they are. The lock counts up while its owner lives; who finds one
//! that does not for a while takes its place, and the owner finds out before it commits anything.
#![expect(clippy::disallowed_methods, reason = "owners are told apart by the clock")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::requests::{PutMode, Requests, Version};
use super::{LOCK, own};
use crate::io::store::{Result, StoreError};
use crate::publish::journal::Journal;
use crate::publish::text::Damage;

/// How often a lock is checked while waiting for it.
const LOOK: Duration = Duration::from_millis(500);

fn journal_key(name: &str) -> String {
    own(&format!("journals/{name}"))
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
    journal: Option<String>,
    /// How many of the journal's objects are written.
    done: usize,
    /// The names of journals that are no longer valid.
    stale: Vec<String>,
    /// Whether its text was not that of a lock.
    #[serde(skip)]
    is_damaged: bool,
}

impl Lock {
    /// The lock that is there. One that cannot be parsed still has an owner, which may be alive.
    pub(super) async fn find(requests: &Requests) -> Result<Option<(Self, Version)>> {
        let damaged = || Self { is_damaged: true, ..Self::default() };
        let found = requests.get(LOCK).await?;
        Ok(found.map(|(bytes, version)| {
            (serde_json::from_slice(&bytes).unwrap_or_else(|_| damaged()), version)
        }))
    }

    /// What the publish that had the lock did. Where it had not begun, or had come to its very end, that is nothing; its
    /// lock is removed anyway. None when that is unknown, as the lock or the journal is damaged.
    pub(super) async fn journal(&self, requests: &Requests) -> Result<Option<Journal>> {
        let found = match &self.journal {
            Some(name) => requests.get(&journal_key(name)).await?,
            None => None,
        };
        match found.map(|(bytes, _)| Journal::parse(&String::from_utf8_lossy(&bytes))) {
            None => Ok((!self.is_damaged).then(Journal::default)),
            Some(Ok(journal)) => Ok(Some(journal.after(self.done))),
            Some(Err(Damage::Unreadable)) => Ok(None),
            Some(Err(damage)) => Err(StoreError::Damaged("journal".to_owned(), damage)),
        }
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("a lock is texts and numbers") + "\n"
    }
}

/// A lock that is ours.
pub(super) struct Held<'a> {
    requests: &'a Requests,
    lock: Lock,
    version: Option<Version>,
}

fn busy() -> StoreError {
    StoreError::Busy("another publish to this target is in progress")
}

impl<'a> Held<'a> {
    /// Takes the lock: at once where there is none, else when its owner has shown no life for as long as `patience`.
    pub(super) async fn take(
        requests: &'a Requests,
        seen: Option<(Lock, Version)>,
        patience: Duration,
    ) -> Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let owner = format!("{:x}-{:x}", now.as_nanos(), std::process::id());
        let (lock, expect) = match seen {
            None => (Lock { owner, ..Lock::default() }, PutMode::Create),
            Some((lock, version)) => {
                if !lock.ended {
                    wait(requests, &lock, patience).await?;
                }
                // Its journal may be there though its lock does not name it yet.
                let mut stale = lock.stale;
                stale.extend(Some(lock.owner).filter(|owner| !owner.is_empty()));
                let (beat, is_damaged) = (lock.beat + 1, false);
                let lock = Lock { owner, beat, ended: false, stale, is_damaged, ..lock };
                (lock, PutMode::Update(version))
            }
        };
        let version = requests.put_own(LOCK, &lock.text(), expect).await?.ok_or_else(busy)?;
        requests.probe(LOCK, &lock.text()).await?;
        // Where conditions are not obeyed, the probe itself has written a new version of the same text.
        let version = requests.obeys_conditions.get().then_some(version);
        Ok(Self { requests, lock, version })
    }

    /// Writes what is going to be done. Until that is there nothing else may be written.
    pub(super) async fn write_journal(&mut self, journal: &Journal) -> Result<()> {
        let (name, text) = (self.lock.owner.clone(), journal.to_text());
        self.requests.put_own(&journal_key(&name), &text, PutMode::Overwrite).await?;
        self.lock.journal = Some(name);
        self.beat(Some(0)).await
    }

    /// Shows that the publish lives, and how far it is.
    pub(super) async fn beat(&mut self, done: Option<usize>) -> Result<()> {
        self.lock.beat += 1;
        self.lock.done = done.unwrap_or(self.lock.done);
        self.write().await
    }

    async fn write(&mut self) -> Result<()> {
        let (requests, text) = (self.requests, self.lock.text());
        let Some(version) = self.version.clone() else {
            // The best that can be done where conditions are not obeyed.
            let there = Lock::find(requests).await?;
            if there.is_none_or(|(there, _)| there.owner != self.lock.owner) {
                return Err(busy());
            }
            requests.put_own(LOCK, &text, PutMode::Overwrite).await?;
            return Ok(());
        };
        let version = requests.put_own(LOCK, &text, PutMode::Update(version)).await?;
        if version.is_none() {
            self.lock.owner.clear();
            return Err(busy());
        }
        self.version = version;
        Ok(())
    }

    /// Whether the lock is not known to be lost.
    pub(super) fn is_ours(&self) -> bool {
        !self.lock.owner.is_empty()
    }

    /// Records that the publish was abandoned.
    pub(super) async fn end(mut self) -> Result<()> {
        self.lock.ended = true;
        self.write().await
    }

    /// Gives the lock back: all is done.
    pub(super) async fn release(mut self) -> Result<()> {
        // Only the owner may delete it.
        self.beat(None).await?;
        for name in self.lock.stale.iter().chain(&self.lock.journal) {
            self.requests.delete(&journal_key(name)).await?;
        }
        self.requests.delete(LOCK).await
    }
}

/// Waits until no owner can be active.
async fn wait(requests: &Requests, lock: &Lock, patience: Duration) -> Result<()> {
    let mut waited = Duration::ZERO;
    while waited < patience {
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
        if Lock::find(requests).await?.is_none_or(|(now, _)| now != *lock) {
            return Err(busy());
        }
    }
    Ok(())
}

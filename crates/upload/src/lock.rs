//! One request at a time for each upload; the newest one wins.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex as Turn, Notify, OwnedMutexGuard};

use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::UploadId,
};

/// How long a request waits for the one before it to leave.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which uploads are in hand.
#[derive(Debug, Default)]
pub(super) struct UploadLocks(Mutex<HashMap<UploadId, Arc<Slot>>>);

#[derive(Debug, Default)]
struct Slot {
    turn: Arc<Turn<()>>,
    waiting: AtomicUsize,
    leave: Notify,
}

/// An upload in hand; given back when dropped.
#[derive(Debug)]
pub struct UploadLock {
    locks: Arc<UploadLocks>,
    id: UploadId,
    slot: Arc<Slot>,
    turn: Option<OwnedMutexGuard<()>>,
    waited: bool,
}

/// Counts who waits, also when they give up.
struct Waiting<'a>(&'a Slot);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl UploadLocks {
    pub(super) async fn take(self: &Arc<Self>, id: UploadId) -> Result<UploadLock> {
        let slot = Arc::clone(self.slots().entry(id).or_default());
        // Made first, so that the slot goes with it whatever comes.
        let mut lock = UploadLock { locks: Arc::clone(self), id, slot: Arc::clone(&slot), turn: None, waited: false };
        lock.turn = Arc::clone(&slot.turn).try_lock_owned().ok();
        if lock.turn.is_none() {
            lock.waited = true;
            slot.waiting.fetch_add(1, Ordering::SeqCst);
            let _waiting = Waiting(&slot);
            slot.leave.notify_waiters();
            let turn = tokio::time::timeout(PATIENCE, Arc::clone(&slot.turn).lock_owned()).await;
            lock.turn = Some(turn.map_err(|_| Error::new(Code::UploadLocked).retry_after(2))?);
        }
        Ok(lock)
    }

    /// Takes an upload that nobody has in hand.
    pub(super) fn try_take(self: &Arc<Self>, id: UploadId) -> Option<UploadLock> {
        let slot = Arc::clone(self.slots().entry(id).or_default());
        let mut lock = UploadLock { locks: Arc::clone(self), id, slot: Arc::clone(&slot), turn: None, waited: false };
        lock.turn = Arc::clone(&slot.turn).try_lock_owned().ok();
        lock.turn.is_some().then_some(lock)
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<UploadId, Arc<Slot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UploadLock {
    /// Which upload.
    #[must_use]
    pub const fn id(&self) -> UploadId {
        self.id
    }

    /// Whether another request had it before: what was read of it may have changed.
    #[must_use]
    pub const fn waited(&self) -> bool {
        self.waited
    }

    /// Ends when another request wants the upload.
    pub(super) async fn wanted(&self) {
        let leave = self.slot.leave.notified();
        tokio::pin!(leave);
        // Registered before the look, so that a call between the two is not missed.
        leave.as_mut().enable();
        if self.slot.waiting.load(Ordering::SeqCst) == 0 {
            leave.await;
        }
    }
}

impl Drop for UploadLock {
    fn drop(&mut self) {
        self.turn = None;
        let mut slots = self.locks.slots();
        // The map's and ours: nobody else knows the slot.
        if Arc::strong_count(&self.slot) <= 2 {
            slots.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> UploadId {
        UploadId::new(Uuid::from_u128(n))
    }

    #[tokio::test]
    async fn the_newest_request_has_the_older_one_leave() {
        let locks = Arc::new(UploadLocks::default());
        let first = locks.take(id(1)).await.unwrap();
        assert!(!first.waited() && locks.try_take(id(1)).is_none() && locks.try_take(id(2)).is_some());
        let next = tokio::spawn({
            let locks = Arc::clone(&locks);
            async move { locks.take(id(1)).await }
        });
        first.wanted().await;
        drop(first);
        let second = next.await.unwrap().unwrap();
        assert!(second.waited());
        drop(second);
        assert!(locks.slots().is_empty(), "nothing is kept of uploads that nobody has in hand");
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_leave_keeps_it_and_the_other_is_told() {
        let locks = Arc::new(UploadLocks::default());
        let first = locks.take(id(1)).await.unwrap();
        assert_eq!(locks.take(id(1)).await.unwrap_err().code, Code::UploadLocked);
        // The one who gave up asks nobody to leave any more.
        assert!(tokio::time::timeout(Duration::from_secs(60), first.wanted()).await.is_err());
    }
}

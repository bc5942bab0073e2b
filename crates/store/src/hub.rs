//! Who waits for a channel to move: told by the writes of this process when they are committed, and by whoever reads heads for those of
//! other processes.
//!
//! Knows names and heads of channels, and nothing of who may read them. A wake costs no query: two thousand who wait for one channel
//! are told by one pass over a list.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, oneshot};

use bazdid_protocol::ids::DeviceId;

/// Heads of channels, by name.
pub type Heads = BTreeMap<String, i64>;

/// How many may wait for one device; of more the one that came first is released.
const PER_DEVICE: usize = 2;

/// Why a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Woken {
    /// Channels moved.
    Moved {
        /// Those that did, with their heads.
        heads: Heads,
        /// How many were woken at once.
        crowd: usize,
    },
    /// Nothing moved: the device waits elsewhere, or the server stops.
    Released,
}

/// Who waits.
#[derive(Debug, Default)]
pub struct Hub {
    inner: Mutex<Inner>,
    arrivals: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    seats: usize,
    closed: bool,
    waiters: HashMap<u64, Waiter>,
    /// Of each channel: who waits, and the head that they know.
    by_channel: HashMap<String, HashMap<u64, i64>>,
    by_device: HashMap<DeviceId, Vec<u64>>,
}

#[derive(Debug)]
struct Waiter {
    device: DeviceId,
    knows: Heads,
    wake: oneshot::Sender<Woken>,
}

impl Inner {
    fn remove(&mut self, id: u64) -> Option<Waiter> {
        let waiter = self.waiters.remove(&id)?;
        for name in waiter.knows.keys() {
            if let Some(others) = self.by_channel.get_mut(name) {
                others.remove(&id);
                if others.is_empty() {
                    self.by_channel.remove(name);
                }
            }
        }
        if let Some(same) = self.by_device.get_mut(&waiter.device) {
            same.retain(|other| *other != id);
            if same.is_empty() {
                self.by_device.remove(&waiter.device);
            }
        }
        Some(waiter)
    }
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place among those who wait, unless there are `limit` already or the server stops.
    #[must_use]
    pub fn enter(self: &Arc<Self>, limit: usize) -> Option<Seat> {
        let mut inner = self.lock();
        if inner.closed || inner.seats >= limit {
            return None;
        }
        inner.seats += 1;
        Some(Seat(Arc::clone(self)))
    }

    /// Wakes who waits for a channel whose head is beyond the one that they know.
    pub fn moved(&self, heads: &Heads) {
        let mut inner = self.lock();
        let mut woken: BTreeMap<u64, Heads> = BTreeMap::new();
        for (name, head) in heads {
            let waiters = inner.by_channel.get(name).into_iter().flatten();
            for (id, _) in waiters.filter(|(_, knows)| *head > **knows) {
                woken.entry(*id).or_default().insert(name.clone(), *head);
            }
        }
        let crowd = woken.len();
        let woken: Vec<(Waiter, Heads)> = woken.into_iter().filter_map(|(id, heads)| Some((inner.remove(id)?, heads))).collect();
        drop(inner);
        for (waiter, heads) in woken {
            // Who has gone away need not be told.
            drop(waiter.wake.send(Woken::Moved { heads, crowd }));
        }
    }

    /// The channels that somebody waits for.
    #[must_use]
    pub fn waited_for(&self) -> Vec<String> {
        self.lock().by_channel.keys().cloned().collect()
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().waiters.len()
    }

    /// Ends as soon as somebody waits.
    pub async fn somebody_waits(&self) {
        while self.waiting() == 0 {
            // A permit is kept for who was not listening yet.
            self.arrivals.notified().await;
        }
    }

    /// Releases all and lets nobody wait any more: the server stops.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        let waiters = mem::take(&mut inner.waiters);
        inner.by_channel.clear();
        inner.by_device.clear();
        drop(inner);
        for waiter in waiters.into_values() {
            drop(waiter.wake.send(Woken::Released));
        }
    }
}

/// A place among those who wait; free again when dropped.
#[derive(Debug)]
pub struct Seat(Arc<Hub>);

impl Seat {
    /// Waits until a channel moves beyond the head that is known of it.
    #[must_use]
    pub fn wait(&self, device: DeviceId, knows: Heads) -> Waiting {
        let (wake, woken) = oneshot::channel();
        let mut inner = self.0.lock();
        let id = inner.next;
        inner.next += 1;
        if !inner.closed {
            for (name, head) in &knows {
                inner.by_channel.entry(name.clone()).or_default().insert(id, *head);
            }
            inner.waiters.insert(id, Waiter { device, knows, wake });
            let same = inner.by_device.entry(device).or_default();
            same.push(id);
            let first = if same.len() > PER_DEVICE { same.first().copied() } else { None };
            if let Some(waiter) = first.and_then(|id| inner.remove(id)) {
                drop(waiter.wake.send(Woken::Released));
            }
        }
        drop(inner);
        self.0.arrivals.notify_one();
        Waiting { hub: Arc::clone(&self.0), id, woken }
    }
}

impl Seat {
    /// Waits again in the place of a wait that ended or that is given up.
    pub fn wait_again(&self, waiting: &mut Waiting, device: DeviceId, knows: Heads) {
        drop(self.0.lock().remove(waiting.id));
        *waiting = self.wait(device, knows);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.seats = inner.seats.saturating_sub(1);
    }
}

/// A wait under way; given up when dropped.
#[derive(Debug)]
pub struct Waiting {
    hub: Arc<Hub>,
    id: u64,
    woken: oneshot::Receiver<Woken>,
}

impl Waiting {
    /// Ends with the wait. May be cut off and asked again.
    pub async fn woken(&mut self) -> Woken {
        (&mut self.woken).await.unwrap_or(Woken::Released)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.hub.lock().remove(self.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn heads(of: &[(&str, i64)]) -> Heads {
        of.iter().map(|(name, head)| ((*name).to_owned(), *head)).collect()
    }

    fn device(n: u128) -> DeviceId {
        DeviceId::new(Uuid::from_u128(n))
    }

    /// What a wait has come to, without waiting.
    fn now(waiting: &mut Waiting) -> Option<Woken> {
        waiting.woken.try_recv().ok()
    }

    #[test]
    fn only_who_knows_less_is_woken_and_once() {
        let hub = Arc::new(Hub::default());
        let seat = hub.enter(9).unwrap();
        let mut behind = seat.wait(device(1), heads(&[("a", 3), ("b", 1)]));
        let mut level = seat.wait(device(2), heads(&[("a", 4)]));
        let mut elsewhere = seat.wait(device(3), heads(&[("c", 0)]));
        hub.moved(&heads(&[("a", 4), ("b", 1), ("unknown", 9)]));
        assert_eq!(now(&mut behind), Some(Woken::Moved { heads: heads(&[("a", 4)]), crowd: 1 }));
        assert_eq!((now(&mut level), now(&mut elsewhere)), (None, None));
        let mut waited: Vec<String> = hub.waited_for();
        waited.sort();
        assert_eq!(waited, ["a", "c"], "nobody waits for b any more");
        hub.moved(&heads(&[("a", 5), ("c", 1)]));
        assert_eq!(now(&mut level), Some(Woken::Moved { heads: heads(&[("a", 5)]), crowd: 2 }));
        assert!(now(&mut elsewhere).is_some());
    }

    #[test]
    fn what_is_given_up_leaves_nothing_behind() {
        let hub = Arc::new(Hub::default());
        let seat = hub.enter(1).unwrap();
        assert!(hub.enter(1).is_none(), "there is one place");
        drop(seat.wait(device(1), heads(&[("a", 1)])));
        assert_eq!((hub.waiting(), hub.waited_for().len(), hub.lock().by_device.len()), (0, 0, 0));
        drop(seat);
        assert!(hub.enter(1).is_some());
    }

    #[test]
    fn of_one_device_the_newest_two_wait() {
        let hub = Arc::new(Hub::default());
        let seat = hub.enter(9).unwrap();
        let mut waits: Vec<Waiting> = (0..3).map(|_| seat.wait(device(1), heads(&[("a", 1)]))).collect();
        let mut other = seat.wait(device(2), heads(&[("a", 1)]));
        assert_eq!(waits.iter_mut().map(now).collect::<Vec<_>>(), [Some(Woken::Released), None, None]);
        assert_eq!((now(&mut other), hub.waiting()), (None, 3));
    }

    #[test]
    fn a_server_that_stops_releases_all_and_takes_nobody() {
        let hub = Arc::new(Hub::default());
        let seat = hub.enter(9).unwrap();
        let mut before = seat.wait(device(1), heads(&[("a", 1)]));
        hub.close();
        let mut after = seat.wait(device(1), heads(&[("a", 1)]));
        assert_eq!(now(&mut before), Some(Woken::Released));
        assert!(after.woken.try_recv().is_err() && hub.waiting() == 0, "its sender is gone");
        assert!(hub.enter(9).is_none());
    }
}

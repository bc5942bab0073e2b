//! How many syncs are taken at once. A fleet that comes back from an outage comes all at once; beyond the limits it is told to come
//! back later, before anything of its bodies is read, so that memory stays bounded.

use std::sync::{Arc, Mutex, PoisonError};

use bazdid_clock::SharedIds;
use bazdid_protocol::error::{Code, Error, Result};

/// The least and the most seconds that somebody is told to wait: spread, so that not all come back at once.
const WAIT_S: (u64, u64) = (2, 30);

/// What is in work or waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Requests.
    pub requests: usize,
    /// Bytes of their bodies after decompression.
    pub bytes: usize,
    /// Requests that were told to come back later, since the start.
    pub turned_away: u64,
}

/// The gate.
#[derive(Debug)]
pub struct Gate {
    max_requests: usize,
    max_bytes: usize,
    load: Mutex<Load>,
    ids: SharedIds,
}

/// The right to be in work; given back when dropped.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
    bytes: usize,
}

impl Gate {
    /// A gate for so many requests and bytes; `ids` spreads the times to wait.
    #[must_use]
    pub fn new(max_requests: usize, max_bytes: usize, ids: SharedIds) -> Arc<Self> {
        Arc::new(Self { max_requests, max_bytes, load: Mutex::default(), ids })
    }

    /// What is in work or waits now.
    pub fn load(&self) -> Load {
        *self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// `overloaded`: there are too many.
    pub fn enter(self: &Arc<Self>) -> Result<Pass> {
        let mut load = self.load.lock().unwrap_or_else(PoisonError::into_inner);
        if load.requests >= self.max_requests {
            load.turned_away += 1;
            drop(load);
            return Err(self.later());
        }
        load.requests += 1;
        Ok(Pass { gate: Arc::clone(self), bytes: 0 })
    }

    fn later(&self) -> Error {
        let mut random = [0_u8; 2];
        self.ids.fill(&mut random);
        let (least, most) = WAIT_S;
        let spread = u64::from(u16::from_le_bytes(random)) % (most - least + 1);
        Error::with(Code::Overloaded, "too many devices sync at this moment; nothing of this request was done").retry_after(least + spread)
    }
}

impl Pass {
    /// Takes room for more bytes of the body.
    ///
    /// # Errors
    /// `overloaded`: the bodies in work are too large together.
    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        let mut load = self.gate.load.lock().unwrap_or_else(PoisonError::into_inner);
        if load.bytes.saturating_add(bytes) > self.gate.max_bytes {
            load.turned_away += 1;
            drop(load);
            return Err(self.gate.later());
        }
        load.bytes += bytes;
        self.bytes += bytes;
        Ok(())
    }

    /// Gives room back that was taken and is not needed.
    pub fn shrink(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        let mut load = self.gate.load.lock().unwrap_or_else(PoisonError::into_inner);
        load.bytes = load.bytes.saturating_sub(bytes);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut load = self.gate.load.lock().unwrap_or_else(PoisonError::into_inner);
        load.requests = load.requests.saturating_sub(1);
        load.bytes = load.bytes.saturating_sub(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_clock::SeededIds;

    #[test]
    fn the_limits_hold_and_room_is_given_back() {
        let gate = Gate::new(2, 100, Arc::new(SeededIds::new(1)));
        let (mut a, mut b) = (gate.enter().unwrap(), gate.enter().unwrap());
        assert_eq!(gate.enter().unwrap_err().code, Code::Overloaded);
        a.grow(60).unwrap();
        assert_eq!(b.grow(41).unwrap_err().code, Code::Overloaded);
        b.grow(40).unwrap();
        assert_eq!(gate.load(), Load { requests: 2, bytes: 100, turned_away: 2 });
        drop(a);
        assert_eq!(gate.load(), Load { requests: 1, bytes: 40, turned_away: 2 });
        b.grow(60).unwrap();
        b.shrink(70);
        assert_eq!(gate.load().bytes, 30);
        drop(b);
        assert_eq!(gate.load(), Load { requests: 0, bytes: 0, turned_away: 2 });
    }

    #[test]
    fn the_times_to_wait_are_spread() {
        let gate = Gate::new(0, 0, Arc::new(SeededIds::new(1)));
        let waits: Vec<u64> = (0..300).map(|_| gate.enter().unwrap_err().retry_after_s.unwrap()).collect();
        assert!(waits.iter().all(|w| (WAIT_S.0..=WAIT_S.1).contains(w)));
        assert_eq!(waits.iter().collect::<std::collections::BTreeSet<_>>().len(), 29, "every second is told to somebody");
    }
}

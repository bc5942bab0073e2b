//! How many syncs, uploads and password checks are taken at once, and how much memory bodies take. Beyond the limits a request is asked to come
//! back later, so that memory stays bounded; and no party takes all of it, so that nobody can stop the others.
//!
//! A party may have at most a quarter as much as is free. So one alone gets a fifth of everything, many get less each, and there is
//! always room for who comes next. A fleet that comes back from an outage is many parties.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::http::{fair::Turn, party::Party};
use bazdid_clock::SharedIds;
use bazdid_protocol::error::{Code, Error, Result};

/// The least and the most seconds that somebody is asked to wait: spread, so that not all come back at once.
const WAIT_S: (u64, u64) = (2, 30);
/// A party has at most one part in so many of what is free.
const PART_OF_FREE: usize = 4;

/// What is in work or waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Requests.
    pub requests: usize,
    /// Bytes of bodies, as they arrived and after decompression.
    pub bytes: usize,
    /// Requests that were asked to come back later, since the start.
    pub turned_away: u64,
}

/// What a gate takes at once.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Requests.
    pub requests: usize,
    /// Bytes.
    pub bytes: usize,
    /// Bytes that a party may have however little is free, as long as there is room at all: the largest body that is allowed.
    pub party_bytes: usize,
}

#[derive(Debug, Default)]
struct Taken {
    all: Load,
    of: HashMap<Party, Load>,
}

/// The gate.
#[derive(Debug)]
pub struct Gate {
    room: Room,
    taken: Mutex<Taken>,
    ids: SharedIds,
}

/// The right to be in work; given back when dropped.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
    party: Party,
    requests: usize,
    bytes: usize,
    turn: Option<Turn>,
}

impl Gate {
    /// A gate; `ids` spreads the times to wait.
    #[must_use]
    pub fn new(room: Room, ids: SharedIds) -> Arc<Self> {
        Arc::new(Self { room, taken: Mutex::default(), ids })
    }

    /// What is in work or waits now.
    pub fn load(&self) -> Load {
        self.taken().all
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// `overloaded`: there are too many, of this party or of all.
    pub fn enter(self: &Arc<Self>, party: Party) -> Result<Pass> {
        let mut taken = self.taken();
        let free = self.room.requests.saturating_sub(taken.all.requests);
        let own = taken.of.get(&party).map_or(0, |own| own.requests);
        if free == 0 || own >= (free / PART_OF_FREE).max(1) {
            return Err(self.later(taken, free > 0));
        }
        taken.all.requests += 1;
        taken.of.entry(party).or_default().requests += 1;
        Ok(Pass { gate: Arc::clone(self), party, requests: 1, bytes: 0, turn: None })
    }

    /// The right to take room for a body, for a request that is not counted.
    pub fn aside(self: &Arc<Self>, party: Party) -> Pass {
        Pass { gate: Arc::clone(self), party, requests: 0, bytes: 0, turn: None }
    }

    fn later(&self, mut taken: MutexGuard<'_, Taken>, is_own: bool) -> Error {
        taken.all.turned_away += 1;
        drop(taken);
        let mut random = [0_u8; 2];
        self.ids.fill(&mut random);
        let (least, most) = WAIT_S;
        let spread = u64::from(u16::from_le_bytes(random)) % (most - least + 1);
        let why = if is_own {
            "you have too many requests under way at this moment; nothing of this one was done"
        } else {
            "too many requests are under way at this moment; nothing of this one was done"
        };
        Error::with(Code::Overloaded, why).retry_after(least + spread)
    }
}

impl Pass {
    /// Takes room for more bytes of the body.
    ///
    /// # Errors
    /// `overloaded`: the bodies in work are too large together, of this party or of all.
    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        let mut taken = self.gate.taken();
        let free = self.gate.room.bytes.saturating_sub(taken.all.bytes);
        let own = taken.of.get(&self.party).map_or(0, |own| own.bytes).saturating_add(bytes);
        if bytes > free || own > ((free - bytes) / PART_OF_FREE).max(self.gate.room.party_bytes) {
            return Err(self.gate.later(taken, bytes <= free));
        }
        taken.all.bytes += bytes;
        taken.of.entry(self.party).or_default().bytes += bytes;
        self.bytes += bytes;
        Ok(())
    }

    /// Keeps the party's turn for as long as the request is in work.
    pub fn keep_turn(&mut self, turn: Turn) {
        self.turn = Some(turn);
    }

    /// Gives room back that was taken and is not needed.
    pub fn shrink(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        self.give_back(0, bytes);
    }

    fn give_back(&self, requests: usize, bytes: usize) {
        let mut taken = self.gate.taken();
        let less = |load: &mut Load| {
            load.requests = load.requests.saturating_sub(requests);
            load.bytes = load.bytes.saturating_sub(bytes);
        };
        less(&mut taken.all);
        let own = taken.of.entry(self.party).or_default();
        less(own);
        if own.requests == 0 && own.bytes == 0 {
            taken.of.remove(&self.party);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.give_back(self.requests, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_clock::SeededIds;
    use bazdid_protocol::ids::AccountId;
    use uuid::Uuid;

    fn gate(requests: usize, bytes: usize, party_bytes: usize) -> Arc<Gate> {
        Gate::new(Room { requests, bytes, party_bytes }, Arc::new(SeededIds::new(1)))
    }

    fn party(n: u128) -> Party {
        Party::Account(AccountId::new(Uuid::from_u128(n)))
    }

    #[test]
    fn the_limits_hold_and_room_is_given_back() {
        let gate = gate(2, 100, 60);
        let (mut a, mut b) = (gate.enter(party(1)).unwrap(), gate.enter(party(2)).unwrap());
        assert_eq!(gate.enter(party(3)).unwrap_err().code, Code::Overloaded);
        a.grow(60).unwrap();
        assert_eq!(b.grow(41).unwrap_err().code, Code::Overloaded);
        b.grow(40).unwrap();
        assert_eq!(gate.load(), Load { requests: 2, bytes: 100, turned_away: 2 });
        drop(a);
        assert_eq!(gate.load(), Load { requests: 1, bytes: 40, turned_away: 2 });
        b.grow(20).unwrap();
        b.shrink(30);
        assert_eq!(gate.load().bytes, 30);
        drop(b);
        assert_eq!(gate.load(), Load { requests: 0, bytes: 0, turned_away: 2 });
        assert!(gate.taken().of.is_empty(), "nobody is remembered");
    }

    #[test]
    fn whatever_one_party_does_the_others_come_in() {
        let gate = gate(100, 1_000, 10);
        let greedy: Vec<Pass> = (0..100).map_while(|_| gate.enter(party(1)).ok()).collect();
        assert_eq!(greedy.len(), 20, "a fifth of all");
        let mut others: Vec<Pass> = (2..42).map(|n| gate.enter(party(n)).unwrap()).collect();
        assert_eq!(gate.enter(party(1)).unwrap_err().detail.unwrap().to_string().find("you have"), Some(0));
        let mut one = greedy.into_iter().next().unwrap();
        assert!(one.grow(201).is_err(), "a fifth of the bytes too");
        one.grow(200).unwrap();
        assert!(others.iter_mut().all(|other| other.grow(10).is_ok()));
    }

    #[test]
    fn who_has_nothing_yet_may_send_the_largest_body_as_long_as_there_is_room() {
        let gate = gate(10, 100, 50);
        let (mut a, mut b, mut c) = (gate.aside(party(1)), gate.aside(party(2)), gate.aside(party(3)));
        a.grow(50).unwrap();
        b.grow(50).unwrap();
        assert!(c.grow(1).is_err());
        drop(a);
        c.grow(50).unwrap();
        assert_eq!(gate.load().requests, 0);
    }

    #[test]
    fn the_times_to_wait_are_spread() {
        let gate = gate(0, 0, 0);
        let waits: Vec<u64> = (0..300).map(|_| gate.enter(party(1)).unwrap_err().retry_after_s.unwrap()).collect();
        assert!(waits.iter().all(|w| (WAIT_S.0..=WAIT_S.1).contains(w)));
        assert_eq!(waits.iter().collect::<std::collections::BTreeSet<_>>().len(), 29, "every second occurs");
    }
}

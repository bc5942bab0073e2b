//! Hashing passwords: so many at once that processors are left for everything else, a short queue, and beyond it a refusal. A hash takes tens of
//! milliseconds of a processor and megabytes of memory, and anybody may ask for one without having logged in.

use std::sync::Arc;

use actix_web::web;
use tokio::sync::Semaphore;

use crate::{
    config::Load,
    http::{
        gate::{Gate, Pass, Room},
        party::Party,
    },
};
use bazdid_clock::SharedIds;
use bazdid_protocol::error::{Error, Result};

/// Where passwords are hashed.
#[derive(Debug)]
pub struct Hashing {
    gate: Arc<Gate>,
    turns: Arc<Semaphore>,
}

/// A place in the queue.
#[derive(Debug)]
pub struct Place {
    pass: Pass,
    turns: Arc<Semaphore>,
}

impl Hashing {
    /// Nobody waits yet.
    #[must_use]
    pub fn new(load: &Load, ids: SharedIds) -> Self {
        let half = std::thread::available_parallelism().map_or(1, usize::from) / 2;
        let at_once = if load.hashes_at_once == 0 { half.max(1) } else { load.hashes_at_once };
        let room = Room { requests: at_once.saturating_add(load.hashes_waiting), bytes: 0, party_bytes: 0 };
        Self { gate: Gate::new(room, ids), turns: Arc::new(Semaphore::new(at_once)) }
    }

    /// Takes a place, before anything is counted or read of who asks.
    ///
    /// # Errors
    /// `overloaded`: too many wait.
    pub fn enter(&self, party: Party) -> Result<Place> {
        Ok(Place { pass: self.gate.enter(party)?, turns: Arc::clone(&self.turns) })
    }
}

impl Place {
    /// Hashes when it is this one's turn, on a thread that may be busy for long.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn hash<T: Send + 'static>(self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let Self { pass, turns } = self;
        let turn = turns.acquire_owned().await.map_err(|e| Error::internal("the turns are closed").caused_by(e))?;
        let work = move || {
            let done = work();
            // Given back by the work itself: it goes on though nobody may wait for it any more.
            drop((turn, pass));
            done
        };
        web::block(work).await.map_err(|e| Error::internal("the hashing of a password was cut off").caused_by(e))?
    }
}

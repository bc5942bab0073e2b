//! Every party in turn: how many requests of one are in work at once. Those of one that asks for everything at once wait for each other; so the
//! queues behind, of the database and of the processors, hold a few requests of each party and never thousands of one.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher as _,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{
    Error as HttpError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    config::Load,
    http::{
        State,
        party::Party,
        problem::Problem,
        shares::{Share, spend},
        v1::{sync, upload::headers},
    },
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    time::{MICROS_PER_SECOND, Timestamp},
};

/// What is counted begins with this; all else is the same for everybody and is kept ready.
const API: &str = "/v1/";
/// After how many seconds to come back who has too many requests waiting.
const RETRY_AFTER_S: u64 = 5;

/// The turns of every party.
#[derive(Debug)]
pub struct Turns {
    load: Load,
    account_at_once: usize,
    of: Mutex<HashMap<Party, Queue>>,
}

#[derive(Debug)]
struct Queue {
    turns: Arc<Semaphore>,
    /// Requests in work and waiting.
    there: usize,
}

/// Who was asked to wait and comes back earlier: they are refused before anything else is done, before their access token is looked up too.
#[derive(Debug, Default)]
pub struct Early {
    keys: RandomState,
    waits: Mutex<HashMap<u64, (Timestamp, Timestamp)>>,
}

/// So many are remembered before those whose time is over are forgotten.
const MANY_EARLY: usize = 4_096;

impl Early {
    fn key(&self, req: &ServiceRequest) -> Option<u64> {
        req.headers().get(header::AUTHORIZATION).map(|token| self.keys.hash_one(token.as_bytes()))
    }

    /// Somebody with this token was asked to wait.
    fn note(&self, req: &ServiceRequest, now: Timestamp, seconds: u64) {
        let Some(key) = self.key(req) else { return };
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits.len() >= MANY_EARLY {
            waits.retain(|_, (from, until)| (*from..*until).contains(&now));
        }
        waits.insert(key, (now, now.plus_micros(i64::try_from(seconds).unwrap_or_default().saturating_mul(MICROS_PER_SECOND))));
    }

    /// Refuses who comes too early.
    ///
    /// # Errors
    /// `rate_limited`: they do.
    pub fn check(&self, req: &ServiceRequest, now: Timestamp) -> Result<()> {
        let until = self.key(req).and_then(|key| self.waits.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied());
        match until {
            // A clock that was set back makes nobody wait.
            Some((from, until)) if (from..until).contains(&now) => {
                let left = u64::try_from(until - now).unwrap_or_default().div_ceil(1_000_000);
                let said = "the time to wait is not over: nothing of this request was done, go on after Retry-After";
                Err(Error::with(Code::RateLimited, said).retry_after(left.max(1)))
            }
            _ => Ok(()),
        }
    }
}

/// A request that is in work or waits.
#[derive(Debug)]
struct Place {
    all: Arc<Turns>,
    party: Party,
}

/// The right to be in work; given back when dropped.
#[derive(Debug)]
pub struct Turn {
    // In this order: the next one may begin before this one is forgotten.
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

impl Turns {
    /// Nobody is there yet.
    #[must_use]
    pub fn new(load: Load) -> Arc<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let account_at_once = if load.account_at_once == 0 { processors.max(2) } else { load.account_at_once };
        Arc::new(Self { load, account_at_once, of: Mutex::default() })
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// `overloaded`: too many of this party wait.
    pub async fn wait(self: &Arc<Self>, party: Party) -> Result<Turn> {
        let at_once = if party.is_stranger() { self.load.address_at_once } else { self.account_at_once };
        let (turns, place) = {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            let queue = of.entry(party).or_insert_with(|| Queue { turns: Arc::new(Semaphore::new(at_once)), there: 0 });
            if queue.there >= at_once.saturating_add(self.load.waiting) {
                return Err(Error::with(Code::Overloaded, "too many of your requests wait at this moment; nothing of this one was done")
                    .retry_after(RETRY_AFTER_S));
            }
            queue.there += 1;
            (Arc::clone(&queue.turns), Place { all: Arc::clone(self), party })
        };
        let permit = turns.acquire_owned().await.map_err(|e| Error::internal("the turns are closed").caused_by(e))?;
        Ok(Turn { _permit: permit, _place: place })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut of = self.all.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = of.get_mut(&self.party) {
            queue.there = queue.there.saturating_sub(1);
            if queue.there == 0 {
                of.remove(&self.party);
            }
        }
    }
}

/// Takes a request's share, and lets it wait for its turn.
pub async fn share(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let state = req.app_data::<web::Data<State>>().filter(|_| req.path().starts_with(API)).cloned();
    let Some(state) = state else { return next.call(req).await.map(ServiceResponse::map_into_boxed_body) };
    match turn(&state, &req).await {
        Ok(turn) => {
            let response = next.call(req).await.map(ServiceResponse::map_into_boxed_body);
            drop(turn);
            response
        }
        Err(error) => {
            if let (Code::RateLimited, Some(seconds)) = (error.code, error.retry_after_s) {
                state.early.note(&req, state.clock.now(), seconds);
            }
            Ok(req.error_response(Problem::from(error)).map_into_boxed_body())
        }
    }
}

async fn turn(state: &State, req: &ServiceRequest) -> Result<Option<Turn>> {
    let party = Party::of(req.request());
    spend(&*state.shares, req.request(), party, Share::Requests, 1).await?;
    // Who waits for a change or sends a photo is there for long, and has limits of its own.
    let is_long = sync::is_wait(req.path()) || headers::is_stream(req.method(), req.path());
    // A body has to be there first: one that does not come must not be in the way of the same account's other phones.
    if is_long || brings_body(req) { Ok(None) } else { state.turns.wait(party).await.map(Some) }
}

/// Whether a body is read, and the turn taken after that.
fn brings_body(req: &ServiceRequest) -> bool {
    let headers = req.headers();
    let announces = headers.get(header::CONTENT_LENGTH).is_some_and(|n| n != "0") || headers.contains_key(header::TRANSFER_ENCODING);
    announces && matches!(*req.method(), Method::POST | Method::PUT | Method::PATCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn party(n: u128) -> Party {
        Party::Account(bazdid_protocol::ids::AccountId::new(uuid::Uuid::from_u128(n)))
    }

    #[tokio::test]
    async fn requests_of_one_party_wait_for_each_other_and_for_nobody_else() {
        let turns = Turns::new(Load { account_at_once: 2, waiting: 1, ..Load::default() });
        let (a, _b) = (turns.wait(party(1)).await.unwrap(), turns.wait(party(1)).await.unwrap());
        let mut third = Box::pin(turns.wait(party(1)));
        assert!(third.as_mut().now_or_never().is_none(), "it waits");
        assert_eq!(turns.wait(party(1)).await.unwrap_err().code, Code::Overloaded);
        let _other = turns.wait(party(2)).now_or_never().unwrap().unwrap();
        drop(a);
        let third = third.now_or_never().unwrap().unwrap();
        drop((third, _b, _other));
        assert!(turns.of.lock().unwrap().is_empty(), "nobody is remembered");
    }

    #[tokio::test]
    async fn who_goes_away_while_waiting_leaves_the_place_to_others() {
        let turns = Turns::new(Load { account_at_once: 1, waiting: 1, ..Load::default() });
        let first = turns.wait(party(1)).await.unwrap();
        let mut second = Box::pin(turns.wait(party(1)));
        assert!(second.as_mut().now_or_never().is_none());
        drop(second);
        let mut third = Box::pin(turns.wait(party(1)));
        assert!(third.as_mut().now_or_never().is_none(), "it waits and is not refused");
        drop(first);
        assert!(third.now_or_never().unwrap().is_ok());
    }
}

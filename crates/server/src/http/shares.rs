//! Shares: how much a party may ask for within a time. Who has used theirs waits; everybody else goes on.
//!
//! A share refills evenly (GCRA): after `Retry-After` there is as much as was asked for, so a device that comes back after days sends all that it
//! has, only not at once. Every answer says what is left (`RateLimit` and `RateLimit-Policy`, draft-ietf-httpapi-ratelimit-headers).

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::header::{HeaderMap, HeaderName, HeaderValue},
};
use futures_util::future::BoxFuture;
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::{NoOpMiddleware, StateInformationMiddleware},
    state::keyed::HashMapStateStore,
};

use crate::{config::Load, http::party::Party};
use bazdid_clock::SharedClock;
use bazdid_protocol::{
    error::{Code, Error, Result},
    phrase::Phrase,
    time::Timestamp,
};

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 3_600;
/// Parties that were not seen for long are forgotten after so many questions.
const TIDY_EVERY: u32 = 4_096;
/// Bytes are counted in units of so many.
const UNIT: usize = 1_024;

/// What is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Share {
    /// Requests, whatever they are.
    Requests,
    /// Bodies other than photos, in kibibytes.
    Kibibytes,
    /// Mutations that are pushed.
    Mutations,
    /// Tickets that are registered.
    Tickets,
}

impl Share {
    const ALL: [Self; 4] = [Self::Requests, Self::Kibibytes, Self::Mutations, Self::Tickets];

    /// Its name in the headers.
    const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Kibibytes => "kibibytes",
            Self::Mutations => "mutations",
            Self::Tickets => "tickets",
        }
    }
}

/// So much within such a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How much.
    pub amount: NonZeroU32,
    /// Within how many seconds.
    pub window_s: u64,
}

/// What became of asking for a part of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Of what.
    pub share: Share,
    /// What the party may have.
    pub allowance: Allowance,
    /// What is left of it.
    pub left: u32,
    /// Nothing was taken: there is as much as was asked for after so many seconds.
    pub refused_s: Option<u64>,
}

/// Who keeps the shares. This process does by [`LocalShares`]; for several processes that count together it is the only thing to replace.
pub trait Shares: Send + Sync + std::fmt::Debug {
    /// Takes so much of a party's share, or nothing. More than the whole share counts as the whole. Nothing is answered if the share is not limited.
    fn take(&self, party: Party, share: Share, amount: u32) -> BoxFuture<'_, Option<Taken>>;
}

/// The time for [`governor`], which never goes back: a clock that is set back makes nobody wait.
#[derive(Debug)]
struct Steady {
    clock: SharedClock,
    seen: Mutex<(Timestamp, Duration)>,
}

impl Steady {
    fn elapsed(&self) -> Duration {
        let now = self.clock.now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = u64::try_from(now - seen.0).unwrap_or_default();
        *seen = (now, seen.1 + Duration::from_micros(passed));
        seen.1
    }
}

/// The clock of one limiter.
#[derive(Debug, Clone)]
struct Ticks(std::sync::Arc<Steady>);

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

type Limiter = RateLimiter<Party, HashMapStateStore<Party>, Ticks, StateInformationMiddleware>;

/// The kinds of parties that have shares of different sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Account,
    Device,
    Stranger,
}

impl From<Party> for Kind {
    fn from(party: Party) -> Self {
        match party {
            Party::Account(_) => Self::Account,
            Party::Device(..) => Self::Device,
            Party::Address(_) | Party::Nobody => Self::Stranger,
        }
    }
}

struct Counted {
    allowance: Allowance,
    limiter: Limiter,
}

/// Shares that this process counts in its memory.
pub struct LocalShares {
    clock: Ticks,
    of: HashMap<(Kind, Share), Counted>,
    asked: AtomicU32,
}

impl std::fmt::Debug for LocalShares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalShares").field("asked", &self.asked).finish_non_exhaustive()
    }
}

/// What a kind of party may have of a share; nothing if it is not limited.
const fn allowed(load: &Load, kind: Kind, share: Share) -> Option<(u32, u64)> {
    Some(match (kind, share) {
        (Kind::Account, Share::Requests) => (load.account_requests, MINUTE_S),
        (Kind::Account, Share::Kibibytes) => (load.account_mib.saturating_mul(1_024), HOUR_S),
        (Kind::Account, Share::Mutations) => (load.account_mutations, HOUR_S),
        (Kind::Account, Share::Tickets) => (load.account_tickets, HOUR_S),
        (Kind::Device, Share::Mutations) => (load.device_mutations, HOUR_S),
        (Kind::Stranger, Share::Requests) => (load.address_requests, MINUTE_S),
        (Kind::Device, Share::Requests | Share::Kibibytes | Share::Tickets)
        | (Kind::Stranger, Share::Kibibytes | Share::Mutations | Share::Tickets) => return None,
    })
}

impl LocalShares {
    /// Nobody has taken anything yet.
    #[must_use]
    pub fn new(load: &Load, clock: SharedClock) -> Self {
        let seen = Mutex::new((clock.now(), Duration::ZERO));
        let clock = Ticks(std::sync::Arc::new(Steady { clock, seen }));
        let mut of = HashMap::new();
        for (kind, share) in [Kind::Account, Kind::Device, Kind::Stranger].into_iter().flat_map(|k| Share::ALL.map(|s| (k, s))) {
            let Some((amount, window_s)) = allowed(load, kind, share) else { continue };
            let Some(amount) = NonZeroU32::new(amount) else { continue };
            let Some(quota) = Quota::with_period(Duration::from_secs(window_s) / amount.get()) else { continue };
            let store = HashMapStateStore::default();
            let limiter = RateLimiter::<_, _, _, NoOpMiddleware<Duration>>::new(quota.allow_burst(amount), store, clock.clone());
            let limiter = limiter.with_middleware();
            of.insert((kind, share), Counted { allowance: Allowance { amount, window_s }, limiter });
        }
        Self { clock, of, asked: AtomicU32::new(0) }
    }

    fn take_now(&self, party: Party, share: Share, amount: u32) -> Option<Taken> {
        let Counted { allowance, limiter } = self.of.get(&(party.into(), share))?;
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.retain_recent();
        }
        let allowance = *allowance;
        let taken = |left, refused_s| Some(Taken { share, allowance, left, refused_s });
        let amount = NonZeroU32::new(amount.min(allowance.amount.get()))?;
        match limiter.check_key_n(&party, amount) {
            Ok(Ok(snapshot)) => taken(snapshot.remaining_burst_capacity(), None),
            Ok(Err(until)) => {
                let wait = until.wait_time_from(self.clock.now());
                taken(0, Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
            }
            // Not more is asked for than the whole share.
            Err(_) => None,
        }
    }
}

impl Shares for LocalShares {
    fn take(&self, party: Party, share: Share, amount: u32) -> BoxFuture<'_, Option<Taken>> {
        Box::pin(std::future::ready(self.take_now(party, share, amount)))
    }
}

/// What a request took, for its answer.
#[derive(Debug, Default)]
struct Spent(Vec<Taken>);

/// Takes so much of a share for a request; its answer says what is left.
///
/// # Errors
/// `rate_limited`: there is not so much left now.
pub async fn spend(shares: &dyn Shares, req: &HttpRequest, party: Party, share: Share, amount: usize) -> Result<()> {
    let Some(taken) = shares.take(party, share, u32::try_from(amount).unwrap_or(u32::MAX)).await else { return Ok(()) };
    let mut extensions = req.extensions_mut();
    match extensions.get_mut::<Spent>() {
        Some(spent) => {
            spent.0.retain(|before| before.share != share || before.left < taken.left);
            if !spent.0.iter().any(|before| before.share == share) {
                spent.0.push(taken);
            }
        }
        None => drop(extensions.insert(Spent(vec![taken]))),
    }
    let Some(seconds) = taken.refused_s else { return Ok(()) };
    let said = Phrase::with(
        "at most {amount} {what} within {seconds} seconds: nothing of this request was done, go on after Retry-After",
        &[("amount", &taken.allowance.amount), ("what", &share.name()), ("seconds", &taken.allowance.window_s)],
    );
    Err(Error::with(Code::RateLimited, said).retry_after(seconds.max(1)))
}

/// As [`spend`], for the body of a request.
///
/// # Errors
/// As [`spend`].
pub async fn spend_bytes(shares: &dyn Shares, req: &HttpRequest, party: Party, bytes: usize) -> Result<()> {
    spend(shares, req, party, Share::Kibibytes, bytes.div_ceil(UNIT)).await
}

/// Writes what is left of the shares that a request took from.
pub fn write_headers(req: &HttpRequest, headers: &mut HeaderMap) {
    let extensions = req.extensions();
    let Some(Spent(taken)) = extensions.get() else { return };
    let policy = |t: &Taken| format!("\"{}\";q={};w={}", t.share.name(), t.allowance.amount, t.allowance.window_s);
    let left = |t: &Taken| {
        // Until all of the share is there again, or as much as was asked for.
        let missing = u64::from(t.allowance.amount.get() - t.left.min(t.allowance.amount.get()));
        let full_s = (missing * t.allowance.window_s).div_ceil(u64::from(t.allowance.amount.get()));
        format!("\"{}\";r={};t={}", t.share.name(), t.left, t.refused_s.unwrap_or(full_s))
    };
    let all = |each: &dyn Fn(&Taken) -> String| taken.iter().map(each).collect::<Vec<_>>().join(", ");
    for (name, value) in [("ratelimit-policy", all(&policy)), ("ratelimit", all(&left))] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

#[cfg(test)]
mod tests;

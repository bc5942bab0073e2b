//! Slowing down who guesses, without locking out anybody else.
//!
//! Every attempt is counted before it is looked at, until it succeeds. What it counts against depends on who asks:
//!
//! - a **client that has logged in with the account before** ([`client`](super::client)), or a login that is under way: against itself alone. What strangers
//!   try does not concern it, and a phone that was stolen gets no more tries than a stranger;
//! - a **stranger**: against the login name from their address, against the login name from wherever (whether or not it exists), and against the address.
//!
//! After some attempts each further one that fails is followed by a wait, twice as long as the one before; during a wait nothing is looked at and
//! nothing counts. Nobody waits for an address alone, for thousands may share it behind a carrier's NAT: when many attempts have failed from one, each
//! login has less patience with it. A day without an attempt, or a success, and the count is forgotten. The counts are rows: a restart forgets
//! nothing, and all machines of an installation count together.

use std::net::IpAddr;

use crate::{
    Ctx,
    auth::{Answer, client::Number},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    hex::hex,
    ids::SessionId,
    time::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp},
};
use bazdid_store::{
    Tx,
    throttle::{Throttle, lock_throttles, save_throttles},
};

/// What is allowed to one kind of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit {
    /// Attempts before the first wait.
    free: i64,
    /// How long that is, seconds.
    first_s: i64,
    /// How long a wait is at most.
    longest_s: i64,
}

/// After so many attempts that did not succeed an address is suspect: a whole office may come from one.
const SUSPECT: i64 = 50;
/// When a count is forgotten.
const FORGET_US: i64 = MICROS_PER_DAY;

/// Whose attempt it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// Nobody knows.
    Stranger,
    /// A client that has logged in with the account before.
    Client(Number),
    /// A login of the account that is under way.
    Session(SessionId),
}

/// What follows if an attempt that was counted fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IfItFails {
    /// The next one is looked at.
    GoesOn,
    /// There is a wait.
    Waits,
}

/// What attempts are counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A client that has logged in with the account before.
    Client,
    /// A login that is under way.
    Session,
    /// Strangers at a login name, from wherever.
    Login,
    /// Strangers at a login name from one address.
    Pair,
    /// The same from an address from which many have failed.
    SuspectPair,
    /// Strangers from one address.
    Address,
}

impl Kind {
    /// Before the hash in the name of a row: these names are stored.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Session => "session",
            Self::Login => "login",
            Self::Pair | Self::SuspectPair => "pair",
            Self::Address => "address",
        }
    }

    const fn limit(self) -> Limit {
        match self {
            // Who is known mistypes a few times.
            Self::Client | Self::Session => Limit { free: 5, first_s: 30, longest_s: 15 * 60 },
            // So does a stranger.
            Self::Pair => Limit { free: 5, first_s: 30, longest_s: 60 * 60 },
            Self::SuspectPair => Limit { free: 1, first_s: 60, longest_s: 24 * 60 * 60 },
            Self::Login => Limit { free: 50, first_s: 30, longest_s: 15 * 60 },
            // Counted, and never a reason to wait.
            Self::Address => Limit { free: i64::MAX, first_s: 0, longest_s: 0 },
        }
    }
}

impl Limit {
    /// Until when there is a wait after the attempt that makes `failures`.
    fn blocked_until(self, failures: i64, now: Timestamp) -> Option<Timestamp> {
        // Far fewer doublings than this reach the longest wait.
        let doublings = u32::try_from(failures.saturating_sub(self.free).min(32)).ok()?;
        let seconds = self.first_s.saturating_mul(1_i64.checked_shl(doublings).unwrap_or(i64::MAX)).min(self.longest_s);
        (seconds > 0).then(|| now.plus_micros(seconds * MICROS_PER_SECOND))
    }

    /// Counts an attempt at `now`, or tells how long the wait still is.
    fn attempt(self, row: &mut Throttle, now: Timestamp) -> std::result::Result<(), i64> {
        if let Some(end) = row.blocked_until.filter(|end| now < *end) {
            return Err(end - now);
        }
        row.failures = standing(row, now).saturating_add(1);
        row.last_at = now;
        row.blocked_until = self.blocked_until(row.failures, now);
        Ok(())
    }
}

/// The count that is not forgotten yet.
fn standing(row: &Throttle, now: Timestamp) -> i64 {
    if now - row.blocked_until.unwrap_or(row.last_at).max(row.last_at) >= FORGET_US { 0 } else { row.failures }
}

/// The rows that an attempt counts against, locked.
fn rows(tx: &mut Tx<'_>, ctx: &Ctx, asker: Asker, login: &str, address: Option<IpAddr>) -> Result<Vec<(Kind, Throttle)>> {
    let named = |kind: Kind, subject: &str| {
        let hash = ctx.shared.vault.throttle_subject(&format!("{}:{subject}", kind.as_str()));
        (format!("{}:{}", kind.as_str(), hex(&hash)), kind)
    };
    let network = address.map(network);
    let kinds: Vec<(String, Kind)> = match asker {
        Asker::Client(number) => vec![named(Kind::Client, &hex(&number))],
        Asker::Session(id) => vec![named(Kind::Session, &id.to_string())],
        Asker::Stranger => {
            // An address holds no space, so no two pairs have one name.
            let pair = network.iter().map(|n| named(Kind::Pair, &format!("{login} {n}")));
            let address = network.iter().map(|n| named(Kind::Address, n));
            std::iter::once(named(Kind::Login, login)).chain(pair).chain(address).collect()
        }
    };
    let subjects: Vec<String> = kinds.iter().map(|(subject, _)| subject.clone()).collect();
    let locked = lock_throttles(tx, &subjects, ctx.now)?;
    let kind = |row: &Throttle| kinds.iter().find(|(subject, _)| *subject == row.subject).map(|(_, kind)| *kind);
    let mut rows: Vec<(Kind, Throttle)> = locked.into_iter().filter_map(|row| Some((kind(&row)?, row))).collect();
    if rows.iter().any(|(kind, row)| *kind == Kind::Address && standing(row, ctx.now) >= SUSPECT) {
        rows.iter_mut().filter(|(kind, _)| *kind == Kind::Pair).for_each(|(kind, _)| *kind = Kind::SuspectPair);
    }
    Ok(rows)
}

/// What one subscriber holds: an IPv4 address, or a /64 of IPv6, in which every device can take any address.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(a) => a.to_string(),
        IpAddr::V6(a) => {
            let [a, b, c, d, ..] = a.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Counts an attempt, and tells what follows if it fails. A refusal during a wait.
pub(super) fn count(tx: &mut Tx<'_>, ctx: &Ctx, asker: Asker, login: &str, address: Option<IpAddr>) -> Result<Answer<IfItFails>> {
    let mut rows = rows(tx, ctx, asker, login, address)?;
    let waits: Vec<i64> = rows.iter_mut().filter_map(|(kind, row)| kind.limit().attempt(row, ctx.now).err()).collect();
    if let Some(wait) = waits.iter().max() {
        // Refused unseen: it counts against nobody.
        let seconds = wait.saturating_add(MICROS_PER_SECOND - 1) / MICROS_PER_SECOND;
        return Ok(Err(Error::new(Code::TooManyAttempts).retry_after(u64::try_from(seconds).unwrap_or(1))));
    }
    let waits = rows.iter().any(|(_, row)| row.blocked_until.is_some());
    let rows: Vec<Throttle> = rows.into_iter().map(|(_, row)| row).collect();
    save_throttles(tx, &rows)?;
    Ok(Ok(if waits { IfItFails::Waits } else { IfItFails::GoesOn }))
}

/// The attempt succeeded: its counts are forgotten, but the address's is only one less, so that nobody gains by logging in with an account of
/// their own between guesses.
pub(super) fn forgive(tx: &mut Tx<'_>, ctx: &Ctx, asker: Asker, login: &str, address: Option<IpAddr>) -> Result<()> {
    let failures = |kind: Kind, row: &Throttle| if kind == Kind::Address { (row.failures - 1).max(0) } else { 0 };
    let rows: Vec<Throttle> = rows(tx, ctx, asker, login, address)?
        .into_iter()
        .map(|(kind, row)| Throttle { failures: failures(kind, &row), blocked_until: None, ..row })
        .collect();
    save_throttles(tx, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    #[test]
    fn each_wait_is_twice_as_long_as_the_one_before_up_to_a_limit() {
        let mut row = Throttle { subject: "x".into(), failures: 0, last_at: NOW, blocked_until: None };
        let mut now = NOW;
        let mut waits = Vec::new();
        for _ in 0..14 {
            Kind::Client.limit().attempt(&mut row, now).unwrap();
            let wait = row.blocked_until.map_or(0, |end| end - now);
            if wait > 0 {
                assert_eq!(Kind::Client.limit().attempt(&mut row.clone(), now), Err(wait));
                assert_eq!(Kind::Client.limit().attempt(&mut row.clone(), now.plus_micros(wait - 1)), Err(1));
            }
            waits.push(wait / MICROS_PER_SECOND);
            now = now.plus_micros(wait);
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900]);
        Kind::Client.limit().attempt(&mut row, now.plus_micros(FORGET_US - 1)).unwrap();
        assert_eq!(row.failures, 15, "a day has not passed");
        let end = row.blocked_until.unwrap();
        Kind::Client.limit().attempt(&mut row, end.plus_micros(FORGET_US)).unwrap();
        assert_eq!((row.failures, row.blocked_until), (1, None));
    }

    #[test]
    fn absurd_counts_do_not_overflow() {
        let mut row = Throttle { subject: "x".into(), failures: i64::MAX, last_at: NOW, blocked_until: None };
        Kind::Pair.limit().attempt(&mut row, NOW).unwrap();
        assert_eq!(row.blocked_until.unwrap() - NOW, 3600 * MICROS_PER_SECOND);
        row.blocked_until = None;
        Kind::Address.limit().attempt(&mut row, NOW).unwrap();
        assert_eq!((row.failures, row.blocked_until), (i64::MAX, None), "nobody waits for an address");
    }

    #[test]
    fn a_subscriber_is_one_address_or_one_64th() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}

//! Slowing down who guesses, without locking out who forgot.
//!
//! Every attempt counts against its login name (whether or not it exists) and against its address, until it succeeds. After some
//! attempts each further one closes the door for twice as long as the one before; while it is closed nothing is looked at and
//! nothing counts. A day without an attempt, or a success, and the count is forgotten. The counts are rows: a restart forgets
//! nothing, and all machines of an installation count together.

use std::net::IpAddr;

use crate::{Ctx, auth::Answer};
use bazdid_protocol::{
    error::{Code, Error, Result},
    hex::hex,
    time::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp},
};
use bazdid_store::{
    Tx,
    throttle::{Throttle, lock_throttles, save_throttles},
};

/// What is allowed to one kind of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Law {
    /// Attempts before the door closes for the first time.
    free: i64,
    /// For how long it closes then, seconds.
    first_s: i64,
    /// For how long at most.
    longest_s: i64,
}

/// A person mistypes a few times; and nobody can lock somebody else out for longer than a quarter of an hour.
const LOGIN: Law = Law { free: 5, first_s: 30, longest_s: 15 * 60 };
/// A whole office may come from one address.
const ADDRESS: Law = Law { free: 50, first_s: 30, longest_s: 60 * 60 };
/// When a count is forgotten.
const FORGET_US: i64 = MICROS_PER_DAY;

impl Law {
    /// Until when the door is closed by the attempt that makes `failures`.
    fn blocked_until(self, failures: i64, now: Timestamp) -> Option<Timestamp> {
        // Far fewer doublings than this reach the longest wait.
        let doublings = u32::try_from(failures.saturating_sub(self.free).min(32)).ok()?;
        let seconds = self.first_s.saturating_mul(1_i64.checked_shl(doublings).unwrap_or(i64::MAX)).min(self.longest_s);
        Some(now.plus_micros(seconds * MICROS_PER_SECOND))
    }

    /// Counts an attempt at `now`, or tells how long the door is still closed.
    fn attempt(self, row: &mut Throttle, now: Timestamp) -> std::result::Result<(), i64> {
        if let Some(end) = row.blocked_until.filter(|end| now < *end) {
            return Err(end - now);
        }
        if now - row.blocked_until.unwrap_or(row.last_at).max(row.last_at) >= FORGET_US {
            row.failures = 0;
        }
        row.failures = row.failures.saturating_add(1);
        row.last_at = now;
        row.blocked_until = self.blocked_until(row.failures, now);
        Ok(())
    }
}

/// The rows of a login and an address, each with its law, locked.
fn rows(tx: &mut Tx<'_>, ctx: &Ctx, login: &str, address: Option<IpAddr>) -> Result<Vec<(Law, Throttle)>> {
    let name = |kind: &str, subject: &str| {
        let hash = ctx.shared.vault.throttle_subject(&format!("{kind}:{subject}"));
        format!("{kind}:{}", hex(&hash))
    };
    let login = name("login", login);
    let address = address.map(|a| name("address", &network(a)));
    let subjects: Vec<String> = std::iter::once(login.clone()).chain(address).collect();
    let rows = lock_throttles(tx, &subjects, ctx.now)?;
    Ok(rows.into_iter().map(|row| (if row.subject == login { LOGIN } else { ADDRESS }, row)).collect())
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

/// Counts an attempt: whether it closes the login's door if it fails. A refusal if a door is closed.
pub(super) fn count(tx: &mut Tx<'_>, ctx: &Ctx, login: &str, address: Option<IpAddr>) -> Result<Answer<bool>> {
    let mut rows = rows(tx, ctx, login, address)?;
    let waits: Vec<i64> = rows.iter_mut().filter_map(|(law, row)| law.attempt(row, ctx.now).err()).collect();
    if let Some(wait) = waits.iter().max() {
        // Refused unseen: it counts against neither.
        let seconds = wait.saturating_add(MICROS_PER_SECOND - 1) / MICROS_PER_SECOND;
        return Ok(Err(Error::new(Code::TooManyAttempts).retry_after(u64::try_from(seconds).unwrap_or(1))));
    }
    let closes = rows.iter().any(|(law, row)| *law == LOGIN && row.blocked_until.is_some());
    let rows: Vec<Throttle> = rows.into_iter().map(|(_, row)| row).collect();
    save_throttles(tx, &rows)?;
    Ok(Ok(closes))
}

/// The attempt succeeded: the login's count is forgotten, the address's is one less and its door is open again. (Nobody gains by
/// logging in with an account of their own between guesses: while the door is closed that is refused, too.)
pub(super) fn forgive(tx: &mut Tx<'_>, ctx: &Ctx, login: &str, address: Option<IpAddr>) -> Result<()> {
    let rows: Vec<Throttle> = rows(tx, ctx, login, address)?
        .into_iter()
        .map(|(law, row)| Throttle { failures: if law == LOGIN { 0 } else { (row.failures - 1).max(0) }, blocked_until: None, ..row })
        .collect();
    save_throttles(tx, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    #[test]
    fn the_door_closes_for_twice_as_long_each_time_up_to_a_limit() {
        let mut row = Throttle { subject: "x".into(), failures: 0, last_at: NOW, blocked_until: None };
        let mut now = NOW;
        let mut waits = Vec::new();
        for _ in 0..14 {
            LOGIN.attempt(&mut row, now).unwrap();
            let wait = row.blocked_until.map_or(0, |end| end - now);
            if wait > 0 {
                assert_eq!(LOGIN.attempt(&mut row.clone(), now), Err(wait));
                assert_eq!(LOGIN.attempt(&mut row.clone(), now.plus_micros(wait - 1)), Err(1));
            }
            waits.push(wait / MICROS_PER_SECOND);
            now = now.plus_micros(wait);
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900]);
        LOGIN.attempt(&mut row, now.plus_micros(FORGET_US - 1)).unwrap();
        assert_eq!(row.failures, 15, "a day has not passed");
        let end = row.blocked_until.unwrap();
        LOGIN.attempt(&mut row, end.plus_micros(FORGET_US)).unwrap();
        assert_eq!((row.failures, row.blocked_until), (1, None));
    }

    #[test]
    fn absurd_counts_do_not_overflow() {
        let mut row = Throttle { subject: "x".into(), failures: i64::MAX, last_at: NOW, blocked_until: None };
        ADDRESS.attempt(&mut row, NOW).unwrap();
        assert_eq!(row.blocked_until.unwrap() - NOW, 3600 * MICROS_PER_SECOND);
    }

    #[test]
    fn a_subscriber_is_one_address_or_one_64th() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}

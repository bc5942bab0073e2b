//! The effective stamp of a mutation, computed by the server once and for ever.
//!
//! ```text
//! age = clamp(same boot ? uptime_ms − up : sent_at − at, 0, max_offline)
//! est = received_at − age
//! eff = max(min(est, received_at), seen_ts + 1 µs)
//! ```
//! `seen_ts` is taken for no more than the newest stamp that the server issued for the row, and a device's stamps never
//! decrease with its `seq`. A device clock never enters another device: only its own differences count. Without a readable `at` or
//! `sent_at` the age is that by uptime, and without one of these it is 0: the act counts as done at its receipt.

use bazdid_protocol::time::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};

/// Beyond this skew a mutation is flagged.
const SUSPECT_US: i64 = 120 * MICROS_PER_SECOND;

/// What is known of the clocks when a mutation is first received.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Server's clock at receipt.
    pub received_at: Timestamp,
    /// Device's wall clock when it sent the push; absent if it could not be read.
    pub sent_at: Option<Timestamp>,
    /// Device's uptime when it sent the push, milliseconds.
    pub push_uptime_ms: Option<i64>,
    /// Device's boot when it sent the push.
    pub push_boot: Option<&'a str>,
    /// Device's wall clock when the person acted; absent if it could not be read.
    pub at: Option<Timestamp>,
    /// Device's uptime then, milliseconds.
    pub up: Option<i64>,
    /// Device's boot then.
    pub boot: Option<&'a str>,
}

bazdid_protocol::text_enum! {
    /// What the skew says of the device's clock.
    Skew {
        /// Within two minutes.
        Fine = "fine",
        /// More than two minutes.
        Suspect = "suspect",
        /// More than a day.
        Wrong = "wrong",
    }
}

impl Skew {
    /// What a skew of so many microseconds says.
    #[must_use]
    pub const fn of(skew_us: i64) -> Self {
        match skew_us.saturating_abs() {
            0..=SUSPECT_US => Self::Fine,
            s if s <= MICROS_PER_DAY => Self::Suspect,
            _ => Self::Wrong,
        }
    }
}

/// When something was done, as far as the server can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Estimated true time.
    pub est: Timestamp,
    /// Effective stamp: the order of writes, with the mutation's id.
    pub eff: Timestamp,
    /// `at − est`, microseconds; without `at` how far the clock was off when the push was sent, and 0 if that is not known either.
    pub skew_us: i64,
    /// What it says.
    pub skew: Skew,
}

/// Computes the stamp.
///
/// `max_offline_us` bounds what a device may claim; `seen` is the row's stamp that the author had before
/// them, already bounded by the newest the server issued; `last_eff` is the newest stamp of the device.
/// No argument makes `eff` exceed `received_at` as long as issued stamps lie before it, which they do: each was at most the
/// receipt of an earlier mutation. A tie at `received_at` is broken by the mutation's id.
#[must_use]
pub fn stamp(reading: &Reading<'_>, max_offline_us: i64, seen: Option<Timestamp>, last_eff: Timestamp) -> Stamp {
    let same_boot = reading.boot.is_some() && reading.boot == reading.push_boot;
    let by_uptime = match (reading.push_uptime_ms, reading.up) {
        (Some(sent), Some(then)) if same_boot && sent >= then => Some(sent.saturating_sub(then).saturating_mul(1000)),
        _ => None,
    };
    let by_clock = || reading.sent_at.zip(reading.at).map_or(0, |(sent, at)| sent - at);
    let age = by_uptime.unwrap_or_else(by_clock).clamp(0, max_offline_us.max(0));
    let est = reading.received_at.plus_micros(age.saturating_neg());
    let lifted = seen.map_or(est, |s| est.max(s.plus_micros(1)));
    let eff = lifted.max(last_eff).min(reading.received_at);
    let skew_us = match (reading.at, reading.sent_at) {
        (Some(at), _) => at - est,
        (None, Some(sent)) => sent - reading.received_at,
        (None, None) => 0,
    };
    Stamp { est, eff, skew_us, skew: Skew::of(skew_us) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
    const HOUR_MS: i64 = 3_600_000;

    fn reading(at_behind_us: i64, boots: (&'static str, &'static str)) -> Reading<'static> {
        Reading {
            received_at: NOW,
            sent_at: Some(NOW),
            push_uptime_ms: Some(10 * HOUR_MS),
            push_boot: Some(boots.0),
            at: Some(NOW.plus_micros(-at_behind_us)),
            up: Some(8 * HOUR_MS),
            boot: Some(boots.1),
        }
    }

    #[test]
    fn inside_a_boot_the_uptime_tells_and_the_wall_clock_is_only_compared() {
        let s = stamp(&reading(0, ("a", "a")), MICROS_PER_DAY, None, Timestamp::default());
        assert_eq!(NOW - s.eff, 2 * HOUR_MS * 1000);
        assert_eq!((s.skew_us, s.skew), (2 * HOUR_MS * 1000, Skew::Suspect));
    }

    #[test]
    fn over_a_boot_only_the_difference_of_the_wall_clock_counts_bounded() {
        let far = 40 * MICROS_PER_DAY;
        let s = stamp(&reading(far, ("a", "b")), 7 * MICROS_PER_DAY, None, Timestamp::default());
        assert_eq!(NOW - s.est, 7 * MICROS_PER_DAY);
        assert_eq!(s.skew, Skew::Wrong);
    }

    #[test]
    fn an_uptime_in_other_units_claims_no_more_than_a_clock_may() {
        for up in [-1_000_000_000_000_000, i64::MIN] {
            let r = Reading { push_uptime_ms: Some(1_000_000_000_000_000), up: Some(up), ..reading(0, ("a", "a")) };
            let s = stamp(&r, 30 * MICROS_PER_DAY, None, Timestamp::default());
            assert_eq!((NOW - s.est, s.skew), (30 * MICROS_PER_DAY, Skew::Wrong));
        }
    }

    #[test]
    fn without_a_readable_clock_the_uptime_tells_and_without_that_the_receipt() {
        let unread = |boots| Reading { at: None, ..reading(0, boots) };
        let of = |r: &Reading<'_>| stamp(r, 30 * MICROS_PER_DAY, None, Timestamp::default());
        assert_eq!(NOW - of(&unread(("a", "a"))).est, 2 * HOUR_MS * 1000);
        let off = 3 * MICROS_PER_DAY;
        let s = of(&Reading { sent_at: Some(NOW.plus_micros(off)), ..unread(("a", "b")) });
        assert_eq!((s.est, s.skew_us), (NOW, off));
        let s = of(&Reading { sent_at: None, ..unread(("a", "b")) });
        assert_eq!((s.est, s.skew), (NOW, Skew::Fine));
        let s = of(&Reading { sent_at: None, ..reading(5, ("a", "b")) });
        assert_eq!(s.est, NOW);
    }

    proptest! {
        #[test]
        fn no_clock_makes_a_stamp_later_than_its_receipt_and_what_was_seen_comes_before(
            at in proptest::option::of(any::<i64>()), sent in proptest::option::of(any::<i64>()), up in proptest::option::of(any::<i64>()),
            uptime in proptest::option::of(any::<i64>()), same in any::<bool>(), seen_before in 1..1_000_000_000_i64,
            last_before in 1..1_000_000_000_i64,
        ) {
            let r = Reading {
                received_at: NOW, sent_at: sent.map(Timestamp::from_micros), push_uptime_ms: uptime, push_boot: Some("a"),
                at: at.map(Timestamp::from_micros), up, boot: Some(if same { "a" } else { "b" }),
            };
            let (seen, last) = (NOW.plus_micros(-seen_before), NOW.plus_micros(-last_before));
            let s = stamp(&r, 30 * MICROS_PER_DAY, Some(seen), last);
            prop_assert_eq!(s.est, stamp(&r, 30 * MICROS_PER_DAY, None, Timestamp::default()).est);
            prop_assert!((0..=30 * MICROS_PER_DAY).contains(&(NOW - s.est)));
            prop_assert!(s.eff <= NOW);
            prop_assert!(s.eff > seen);
            prop_assert!(s.eff >= last);
        }
    }
}

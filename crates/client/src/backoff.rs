//! When to sync next: a state machine over time, which is an argument, and chance, which is one too.
//!
//! A phone that cannot reach the server asks less and less often, each at another moment, so that a server which comes back is not run over
//! by all of them at once. What the server asks for (`Retry-After`) is a least, whatever the person does meanwhile. No error makes a device delete
//! anything: at most it stops asking.

use crate::{ClientError, Device, PullReport, PushReport, Result, transport::Transport};
use bazdid_protocol::outcome::Status;

/// The times of a device, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two syncs when all is well.
    pub every_ms: i64,
    /// After the first failure; doubled with each further one.
    pub first_ms: i64,
    /// At most so long after a failure.
    pub most_ms: i64,
}

impl Default for Pace {
    /// Five minutes; from two seconds to a quarter of an hour.
    fn default() -> Self {
        Self { every_ms: 300_000, first_ms: 2_000, most_ms: 900_000 }
    }
}

/// Whether the device goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It syncs when it is due.
    Running,
    /// The tokens are no good any more: a person has to log in. Everything is kept.
    LoginNeeded,
    /// The device or the account was put out of service. What waited was handed in as far as the server took it; everything is kept.
    OutOfService,
}

/// When to sync next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backoff {
    pace: Pace,
    standing: Standing,
    failures: u32,
    /// The next sync.
    next_ms: i64,
    /// The server asked not to come before.
    not_before_ms: i64,
}

impl Backoff {
    /// A device that has just been started: it syncs at once. Instants are milliseconds of a clock that never runs backwards.
    #[must_use]
    pub const fn new(pace: Pace, now_ms: i64) -> Self {
        Self { pace, standing: Standing::Running, failures: 0, next_ms: now_ms, not_before_ms: now_ms }
    }

    /// Whether it is time to sync.
    #[must_use]
    pub fn is_due(&self, now_ms: i64) -> bool {
        self.standing == Standing::Running && now_ms >= self.next_ms
    }

    /// When the next sync is; none if the device has stopped.
    #[must_use]
    pub fn next_ms(&self) -> Option<i64> {
        (self.standing == Standing::Running).then_some(self.next_ms)
    }

    /// Whether it goes on by itself.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Syncs in a row that failed.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// There is a reason to sync now: the person did something, the network is back, the server woke the device. What the server had asked
    /// for stands.
    pub fn hurry(&mut self, now_ms: i64) {
        self.next_ms = self.next_ms.min(now_ms).max(self.not_before_ms);
    }

    /// Somebody has logged in.
    pub fn logged_in(&mut self, now_ms: i64) {
        self.standing = Standing::Running;
        self.failures = 0;
        self.next_ms = now_ms.max(self.not_before_ms);
    }

    /// A sync went well; `rest_ms` if the server put a rest of it off for so long.
    pub fn succeeded(&mut self, rest_ms: Option<i64>, now_ms: i64, random: u64) {
        self.failures = 0;
        let wait = match rest_ms {
            Some(rest) => {
                self.not_before_ms = now_ms.saturating_add(rest.max(0));
                rest.max(0).saturating_add(spread(self.pace.first_ms, random))
            }
            // Phones that were started together do not stay together.
            None => self.pace.every_ms.saturating_sub(spread(self.pace.every_ms / 5, random)),
        };
        self.next_ms = now_ms.saturating_add(wait);
    }

    /// A sync failed.
    pub fn failed(&mut self, error: &ClientError, now_ms: i64, random: u64) {
        self.failures = self.failures.saturating_add(1);
        match error {
            ClientError::Refused { status: 401, .. } => self.standing = Standing::LoginNeeded,
            error if error.is_out_of_service() => self.standing = Standing::OutOfService,
            _ => {}
        }
        // Half of it for certain, the other half by chance.
        let full = self.after_failures();
        let own = full / 2 + spread(full - full / 2, random);
        let asked = match error {
            ClientError::Later(seconds) => i64::try_from(*seconds).unwrap_or(i64::MAX).saturating_mul(1000),
            _ => 0,
        };
        self.not_before_ms = self.not_before_ms.max(now_ms.saturating_add(asked));
        // All were told the same: what comes on top of it is by chance too.
        let wait = if own > asked { own } else { asked.saturating_add(spread(full.min(asked), random)) };
        self.next_ms = now_ms.saturating_add(wait);
    }

    fn after_failures(&self) -> i64 {
        let doublings = self.failures.saturating_sub(1).min(40);
        self.pace.first_ms.saturating_mul(1_i64 << doublings).min(self.pace.most_ms)
    }
}

/// By chance from 0 to `most`.
fn spread(most: i64, random: u64) -> i64 {
    let most = u64::try_from(most).unwrap_or(0);
    i64::try_from(random % most.saturating_add(1)).unwrap_or(0)
}

impl ClientError {
    /// Whether the device or the account was put out of service: what waits may still be handed in, everything is kept, nothing goes on.
    #[must_use]
    pub fn is_out_of_service(&self) -> bool {
        matches!(self, Self::Refused { status: 403, code, .. } if matches!(code.as_str(), "device_revoked" | "account_disabled"))
    }
}

impl<T: Transport> Device<T> {
    /// Syncs if it is due, and sets when the next sync is. An app calls it whenever a timer, the network or a person gives it a reason to; see
    /// [`Backoff::hurry`].
    ///
    /// # Errors
    /// As [`Device::sync`]; the next turn is set by it.
    pub fn turn(&mut self, backoff: &mut Backoff) -> Result<Option<(PushReport, PullReport)>> {
        if !backoff.is_due(self.clock.uptime_ms()) {
            return Ok(None);
        }
        let outcome = self.sync_with_results();
        let mut random = [0; 8];
        self.ids.fill(&mut random);
        let (now_ms, random) = (self.clock.uptime_ms(), u64::from_le_bytes(random));
        match outcome {
            Ok(reports) => {
                backoff.succeeded(reports.0.retry_after_ms, now_ms, random);
                Ok(Some(reports))
            }
            Err(error) => {
                if error.is_out_of_service() {
                    // What waits is handed in once more, with the token that there is.
                    drop(self.push());
                }
                backoff.failed(&error, now_ms, random);
                Err(error)
            }
        }
    }

    fn sync_with_results(&mut self) -> Result<(PushReport, PullReport)> {
        let reports = self.sync()?;
        let held = |e: &super::outbox::Entry| e.result.as_ref().is_some_and(|r| r.status == Status::Held);
        if self.state.outbox.journal().any(held) {
            self.refresh_results()?;
        }
        Ok(reports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(status: u16, code: &str) -> ClientError {
        ClientError::Refused { status, code: code.into(), detail: String::new() }
    }

    fn lost() -> ClientError {
        ClientError::Lost("no network".into())
    }

    #[test]
    fn each_failure_waits_longer_up_to_a_most_and_a_success_begins_anew() {
        let mut backoff = Backoff::new(Pace::default(), 0);
        assert!(backoff.is_due(0));
        // With the least and with the most that chance gives.
        for (random, expected) in [(0, [1_000, 2_000, 4_000, 8_000]), (u64::MAX, [2_000, 4_000, 8_000, 16_000])] {
            let mut fixed = backoff.clone();
            let waits = expected.map(|_| {
                // 2⁶⁴ − 1 is chance's most for every most that divides 2⁶⁴: take the most itself.
                let full = (fixed.pace.first_ms << fixed.failures).min(fixed.pace.most_ms);
                fixed.failed(&lost(), 0, if random == 0 { 0 } else { u64::try_from(full / 2).unwrap() });
                fixed.next_ms().unwrap()
            });
            assert_eq!(waits, expected);
        }
        for _ in 0..100 {
            backoff.failed(&lost(), 0, 0);
        }
        assert_eq!((backoff.next_ms(), backoff.failures()), (Some(450_000), 100));
        backoff.succeeded(None, 1_000, 0);
        assert_eq!((backoff.next_ms(), backoff.failures()), (Some(301_000), 0));
        backoff.failed(&lost(), 2_000, 0);
        assert_eq!(backoff.next_ms(), Some(3_000));
    }

    #[test]
    fn what_the_person_does_hurries_it_but_never_past_what_the_server_asked_for() {
        let mut backoff = Backoff::new(Pace::default(), 0);
        backoff.failed(&lost(), 0, 9);
        backoff.hurry(10);
        assert!(backoff.is_due(10));
        backoff.failed(&ClientError::Later(30), 10, 0);
        backoff.hurry(20);
        assert!(!backoff.is_due(30_009) && backoff.is_due(30_010));
        backoff.succeeded(Some(5_000), 40_000, 0);
        backoff.hurry(40_001);
        assert_eq!(backoff.next_ms(), Some(45_000));
    }

    #[test]
    fn who_may_not_any_more_stops_and_a_login_goes_on() {
        for (error, standing) in [
            (refused(401, "unauthenticated"), Standing::LoginNeeded),
            (refused(401, "token_expired"), Standing::LoginNeeded),
            (refused(403, "device_revoked"), Standing::OutOfService),
            (refused(403, "account_disabled"), Standing::OutOfService),
            (refused(403, "forbidden"), Standing::Running),
            (refused(426, "upgrade_required"), Standing::Running),
            (refused(500, "internal"), Standing::Running),
            (ClientError::Protocol("?".into()), Standing::Running),
        ] {
            let mut backoff = Backoff::new(Pace::default(), 0);
            backoff.failed(&error, 0, 0);
            assert_eq!(backoff.standing(), standing, "{error}");
            assert_eq!(backoff.next_ms().is_some(), standing == Standing::Running);
            backoff.hurry(i64::MAX / 2);
            assert_eq!(backoff.is_due(i64::MAX / 2), standing == Standing::Running);
            backoff.logged_in(5);
            assert!(backoff.is_due(5));
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_asked_for_nor_longer_than_there_is_reason_to(
            steps in proptest::collection::vec((0..3_u8, 0..4_000_u64, any::<u64>(), 0..1_000_000_i64), 1..60),
        ) {
            let pace = Pace::default();
            let mut backoff = Backoff::new(pace, 0);
            let (mut now, mut asked_until) = (0_i64, 0_i64);
            for (what, seconds, random, passes) in steps {
                now += passes;
                let asked = i64::try_from(seconds).unwrap() * 1000;
                match what {
                    0 => backoff.succeeded(None, now, random),
                    1 => backoff.failed(&lost(), now, random),
                    _ => {
                        backoff.failed(&ClientError::Later(seconds), now, random);
                        asked_until = asked_until.max(now + asked);
                        prop_assert!(backoff.next_ms().unwrap() >= now + asked);
                    }
                }
                let next = backoff.next_ms().unwrap();
                let most = pace.every_ms.max(pace.most_ms) + if what == 2 { asked } else { 0 };
                prop_assert!(next >= now && next - now <= most, "{next} {now}");
                let mut hurried = backoff.clone();
                hurried.hurry(now);
                prop_assert!(hurried.next_ms().unwrap() >= asked_until.min(next));
            }
        }

        #[test]
        fn phones_that_fail_together_do_not_come_back_together(randoms in proptest::collection::vec(any::<u64>(), 200)) {
            let next = |random: &u64| {
                let mut backoff = Backoff::new(Pace::default(), 0);
                for _ in 0..8 {
                    backoff.failed(&ClientError::Later(2), 0, *random);
                }
                backoff.next_ms().unwrap()
            };
            let moments: std::collections::BTreeSet<i64> = randoms.iter().map(|r| next(r) / 1000).collect();
            prop_assert!(moments.len() > 40, "{} seconds for 200 phones", moments.len());
        }
    }
}

//! The day of the demonstration: a clock that begins in the past and ends at the machine's time, and chance from a seed.

use std::sync::{
    Mutex,
    atomic::{AtomicI64, Ordering},
};

use bazdid_clock::{Clock, IdSource, SeededIds, SharedClock};
use bazdid_protocol::time::{MICROS_PER_MINUTE, Timestamp};

/// The machine's clock some hours ago. The story moves it forward, never beyond the machine's time and never back.
#[derive(Debug)]
pub struct DayClock {
    machine: SharedClock,
    behind_us: AtomicI64,
}

impl DayClock {
    /// The clock, so many minutes behind the machine's.
    #[must_use]
    pub const fn behind(machine: SharedClock, minutes: i64) -> Self {
        Self { machine, behind_us: AtomicI64::new(minutes.saturating_mul(MICROS_PER_MINUTE)) }
    }

    /// Lets minutes pass.
    pub fn pass(&self, minutes: i64) {
        let step = minutes.saturating_mul(MICROS_PER_MINUTE);
        let behind = self.behind_us.load(Ordering::SeqCst);
        self.behind_us.store(behind.saturating_sub(step).max(0), Ordering::SeqCst);
    }

    /// Goes to the machine's time.
    pub fn catch_up(&self) {
        self.behind_us.store(0, Ordering::SeqCst);
    }
}

impl Clock for DayClock {
    fn now(&self) -> Timestamp {
        self.machine.now().plus_micros(self.behind_us.load(Ordering::SeqCst).saturating_neg())
    }
}

/// Chance from a seed: the same day for the same seed.
#[derive(Debug)]
pub struct Dice(Mutex<SeededIds>);

impl Dice {
    /// Dice that the seed determines.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(SeededIds::new(seed)))
    }

    /// A number below `n`; 0 if there is none.
    #[must_use]
    pub fn below(&self, n: usize) -> usize {
        let mut bytes = [0_u8; 8];
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill(&mut bytes);
        let number = u64::from_le_bytes(bytes);
        u64::try_from(n).ok().and_then(|n| number.checked_rem(n)).and_then(|x| usize::try_from(x).ok()).unwrap_or_default()
    }

    /// A number from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        f64::from(u32::try_from(self.below(1_000_000)).unwrap_or_default()) / 1e6
    }
}

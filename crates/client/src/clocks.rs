//! The clocks of a device: a wall clock that may be wrong, an uptime that is not, and the boot that the uptime belongs to.

use bazdid_clock::{SharedClock, SharedIds};
use bazdid_protocol::time::Timestamp;

/// The clocks of one device.
#[derive(Debug, Clone)]
pub struct DeviceClock {
    truth: SharedClock,
    ids: SharedIds,
    skew_us: i64,
    boot: String,
    booted_at: Timestamp,
}

impl DeviceClock {
    /// Clocks that go right and were booted an hour ago.
    #[must_use]
    pub fn new(truth: SharedClock, ids: SharedIds) -> Self {
        let now = truth.now();
        let boot = ids.uuid(now).to_string();
        Self { truth, ids, skew_us: 0, boot, booted_at: now.plus_minutes(-60) }
    }

    /// The clocks of a real device: the operating system names the boot and knows when it was, so the uptime goes on over a restart of the app.
    #[must_use]
    pub const fn of_boot(truth: SharedClock, ids: SharedIds, boot: String, booted_at: Timestamp) -> Self {
        Self { truth, ids, skew_us: 0, boot, booted_at }
    }

    /// Sets how far the wall clock is ahead of the truth, microseconds.
    pub const fn set_skew(&mut self, skew_us: i64) {
        self.skew_us = skew_us;
    }

    /// Switches the device off and on: a new boot, the uptime begins again.
    pub fn reboot(&mut self) {
        self.booted_at = self.truth.now();
        self.boot = self.ids.uuid(self.booted_at).to_string();
    }

    /// What the person sees on the device.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        self.truth.now().plus_micros(self.skew_us)
    }

    /// Milliseconds since the boot.
    #[must_use]
    pub fn uptime_ms(&self) -> i64 {
        (self.truth.now() - self.booted_at) / 1000
    }

    /// The current boot.
    #[must_use]
    pub fn boot(&self) -> &str {
        &self.boot
    }
}

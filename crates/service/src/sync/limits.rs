//! What a sync may ask for at once. `GET /v1/sync/config` tells it to devices.

use bazdid_protocol::mutation::MAX_MUTATION_BYTES;

/// What one request may hold, as the installation sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncLimits {
    /// Mutations in one push.
    pub max_mutations: usize,
    /// Bytes of a push after decompression.
    pub max_bytes: usize,
    /// Bytes of one mutation.
    pub max_mutation_bytes: usize,
    /// Changes on a page of a pull.
    pub max_page: i64,
}

impl Default for SyncLimits {
    fn default() -> Self {
        Self { max_mutations: MAX_MUTATIONS, max_bytes: MAX_PUSH_BYTES, max_mutation_bytes: MAX_MUTATION_BYTES, max_page: 1_000 }
    }
}

/// Mutations in one push.
pub const MAX_MUTATIONS: usize = 500;
/// Bytes of a push after decompression.
pub const MAX_PUSH_BYTES: usize = 8 * 1024 * 1024;
/// Changes on a page of a pull, unless the device asks for another number.
pub const PAGE: i64 = 500;
/// Rows on a page of a manifest at most; also if the device does not say.
pub const MAX_MANIFEST: i64 = 5_000;
/// Rows in one fetch.
pub const MAX_FETCH: usize = 500;
/// Results on a page.
pub const MAX_RESULTS: i64 = 1_000;
/// Days for which answers are kept at least. The messages for WatermelonDB go back so far.
pub const RESULT_DAYS: i64 = 30;
/// Devices that may wait at one process at once.
pub const MAX_WAITERS: usize = 5_000;
/// How long one wait lasts at most, seconds: for so long what the device reads is believed to be the same.
pub const MAX_WAIT_S: u64 = 55;
/// Days for which the feed remembers what left a channel: the cursor of a device that pulled within them is good for every channel.
pub const FEED_DAYS: i64 = 30;
/// What waited so long comes into the office's inbox, days.
pub const HELD_DAYS: i64 = 5;
/// Mutations that come there in one step.
pub const OVERDUE_STEP: i64 = 200;
/// A mutation that fails for no reason of its own is set aside when it has failed so often.
pub const MAX_ATTEMPTS: i64 = 3;
/// How long a device waits before it sends again what was put off, milliseconds.
pub const RETRY_AFTER_MS: i64 = 1_000;
/// The version of the protocol that this server speaks.
pub const SCHEMA: i64 = 1;

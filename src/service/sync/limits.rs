//! What a sync may ask for at once. `GET /v1/sync/config` tells it to devices.

/// Mutations in one push.
pub const MAX_MUTATIONS: usize = 500;
/// Bytes of a push after decompression.
pub const MAX_PUSH_BYTES: usize = 8 * 1024 * 1024;
/// Changes on a page of a pull, unless the device asks for another number.
pub const PAGE: i64 = 500;
/// Changes on a page of a pull at most.
pub const MAX_PAGE: i64 = 1_000;
/// Results on a page.
pub const MAX_RESULTS: i64 = 1_000;
/// Days for which an answer that was changed later is told again.
pub const RESULT_DAYS: i64 = 30;
/// A mutation that fails for no reason of its own is set aside when it has failed so often.
pub const MAX_ATTEMPTS: i64 = 3;
/// How long a device waits before it sends again what was put off, milliseconds.
pub const RETRY_AFTER_MS: i64 = 1_000;
/// The version of the protocol that this server speaks.
pub const SCHEMA: i64 = 1;

//! What a device asks first: limits, versions, the server's clock.

use serde::Serialize;

use crate::{
    Ctx, device,
    sync::{limits, state::feed_epoch},
};
use bazdid_protocol::{
    command::{MAX_SHORT, MAX_TEXT},
    error::Result,
    time::Timestamp,
};
use bazdid_store::Tx;

/// The answer to `GET /v1/sync/config`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncConfig {
    /// The server's clock.
    pub server_time: Timestamp,
    /// The feed that versions and cursors belong to.
    pub feed_epoch: String,
    /// Versions of the protocol.
    pub schema: SchemaRange,
    /// What one request may hold.
    pub limits: TellLimits,
}

/// Versions of the protocol that the server speaks. A push of any version is taken; a pull below `min` is answered with 426.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SchemaRange {
    /// The oldest.
    pub min: i64,
    /// The newest.
    pub max: i64,
}

/// What one request may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TellLimits {
    /// Mutations in one push.
    pub max_mutations: usize,
    /// Bytes of a push after decompression.
    pub max_bytes: usize,
    /// Bytes of one mutation.
    pub max_mutation_bytes: usize,
    /// Changes on a page, unless the device asks for another number.
    pub page: i64,
    /// Changes on a page at most.
    pub max_page: i64,
    /// Rows on a page of a manifest at most.
    pub max_manifest: i64,
    /// Rows in one fetch at most.
    pub max_fetch: usize,
    /// How long a device may have been offline at most, as far as its clock is believed, days.
    pub max_offline_days: i64,
    /// For so long are answers kept at least, days.
    pub result_days: i64,
    /// For so long is a cursor surely good, days; after that some channels may begin again.
    pub feed_days: i64,
    /// How long one wait lasts at most, seconds.
    pub max_wait_s: u64,
    /// Bytes of one photo. A larger one is declared all the same; its bytes are not taken.
    pub max_photo_bytes: i64,
    /// Characters (Unicode code points) of a text. A longer one is cut.
    pub max_text: usize,
    /// Characters of a reason, an item, a unit or a code. A longer one is cut.
    pub max_short: usize,
    /// Characters of the nonce that a device registers with.
    pub max_nonce: usize,
    /// Characters of a device's name.
    pub max_device_name: usize,
    /// Characters of the name of a platform and of the version of an app.
    pub max_platform: usize,
}

/// What a device has to know before it syncs.
///
/// # Errors
/// The database fails.
pub fn sync_config(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<SyncConfig> {
    let of = &ctx.shared.settings.sync;
    Ok(SyncConfig {
        server_time: ctx.now,
        feed_epoch: feed_epoch(tx)?,
        schema: SchemaRange { min: limits::SCHEMA, max: limits::SCHEMA },
        limits: TellLimits {
            max_mutations: of.max_mutations,
            max_bytes: of.max_bytes,
            max_mutation_bytes: of.max_mutation_bytes,
            page: limits::PAGE.min(of.max_page),
            max_page: of.max_page,
            max_manifest: limits::MAX_MANIFEST,
            max_fetch: limits::MAX_FETCH,
            max_offline_days: ctx.shared.settings.max_offline_days,
            result_days: limits::RESULT_DAYS,
            feed_days: limits::FEED_DAYS,
            max_wait_s: limits::MAX_WAIT_S,
            max_photo_bytes: ctx.shared.settings.uploads.max_photo_bytes(),
            max_text: MAX_TEXT,
            max_short: MAX_SHORT,
            max_nonce: device::MAX_NONCE,
            max_device_name: device::MAX_NAME,
            max_platform: device::MAX_PLATFORM,
        },
    })
}

//! How those bodies of the sync look in the document whose own types know nothing of it. The others are of the protocol.

#![expect(dead_code, reason = "these types are only described, never made")]

use utoipa::ToSchema;

use bazdid_protocol::{envelope::ResultItem, time::Timestamp};

/// The answers of a device.
#[derive(ToSchema)]
#[schema(as = SyncResults)]
pub(super) struct Results {
    /// By seq. On the first page followed by up to 200 answers that changed to what another device of the same person sent last.
    items: Vec<ResultItem>,
    /// Ask for what comes after this seq; null at the end.
    #[schema(required = true)]
    next_after: Option<i64>,
}

/// What a device has to know before it syncs.
#[derive(ToSchema)]
#[schema(as = SyncConfig)]
pub(super) struct Config {
    /// The server's clock.
    server_time: Timestamp,
    /// The feed that versions and cursors belong to.
    feed_epoch: String,
    /// Versions of the protocol.
    schema: SchemaRange,
    /// What one request may hold.
    limits: SyncLimits,
}

/// Versions of the protocol that the server speaks.
#[derive(ToSchema)]
struct SchemaRange {
    /// The oldest.
    min: i64,
    /// The newest.
    max: i64,
}

/// What one request may hold.
#[derive(ToSchema)]
struct SyncLimits {
    /// Mutations in one push.
    max_mutations: usize,
    /// Bytes of a push after decompression.
    max_bytes: usize,
    /// Bytes of one mutation.
    max_mutation_bytes: usize,
    /// Changes on a page, unless the device asks for another number.
    page: i64,
    /// Changes on a page at most.
    max_page: i64,
    /// Rows on a page of a manifest at most.
    max_manifest: i64,
    /// Rows in one fetch at most.
    max_fetch: usize,
    /// How long a device may have been offline at most, as far as its clock is believed, days.
    max_offline_days: i64,
    /// For so long are answers kept at least, days.
    result_days: i64,
    /// For so long is a cursor surely good, days; after that some channels may begin again.
    feed_days: i64,
    /// How long one wait lasts at most, seconds.
    max_wait_s: u64,
    /// Bytes of one photo. A larger one is declared all the same; its bytes are not taken.
    max_photo_bytes: i64,
    /// Characters (Unicode code points) of a text. A longer one is cut.
    max_text: usize,
    /// Characters of a reason, an item, a unit or a code. A longer one is cut.
    max_short: usize,
    /// Characters of the nonce that a device registers with.
    max_nonce: usize,
    /// Characters of a device's name.
    max_device_name: usize,
    /// Characters of the name of a platform and of the version of an app.
    max_platform: usize,
}

//! How the bodies of the sync look in the document; the domain's own types are what is read and written.

#![expect(dead_code, reason = "these types are only described, never made")]

use serde_json::Value;
use utoipa::ToSchema;

use bazdid_protocol::{
    ids::{AccountId, ConflictId, DeviceId, GroupId, MutationId},
    time::Timestamp,
};

/// What a device did.
#[derive(ToSchema)]
#[schema(as = PushRequest)]
pub(super) struct Push {
    /// The device that sends.
    device: DeviceId,
    /// The chain before the first mutation, 64 hex digits; checked if given.
    prev_chain: Option<String>,
    /// Version of the protocol.
    #[schema(default = 1)]
    schema: i64,
    /// The device's wall clock now.
    sent_at: Option<Timestamp>,
    /// The device's uptime now, milliseconds.
    uptime_ms: Option<i64>,
    /// The device's boot.
    boot: Option<String>,
    /// Mutations that wait on the device, these included.
    pending: Option<i64>,
    /// Results up to this seq have arrived.
    acked_through: Option<i64>,
    /// In the order of their seq.
    mutations: Vec<Mutation>,
}

/// A command with what its author knew.
#[derive(ToSchema)]
struct Mutation {
    /// Place in the device's sequence, from 1 without gaps.
    seq: i64,
    /// Identity, made by the device.
    id: MutationId,
    /// The all-or-nothing group it belongs to.
    group: Option<GroupId>,
    /// The command, such as `work.submit`.
    cmd: String,
    /// The command's version.
    #[schema(default = 1)]
    v: i64,
    /// What it is about.
    entity: uuid::Uuid,
    /// The entity's revision that the author had before them.
    base: Option<i64>,
    /// The entity's stamp that the author had before them, microseconds.
    seen_ts: Option<i64>,
    /// The epoch of the work order that the author knew.
    epoch: Option<i64>,
    /// The device's wall clock when the person acted. One that cannot be read is told by a warning.
    at: Option<Timestamp>,
    /// The device's uptime then, milliseconds.
    up: Option<i64>,
    /// The device's boot then.
    boot: Option<String>,
    /// Who acted; absent: who pushes.
    actor: Option<AccountId>,
    /// The command's arguments.
    #[schema(value_type = Object)]
    args: Value,
}

/// What became of it.
#[derive(ToSchema)]
#[schema(as = PushResponse)]
pub(super) struct Pushed {
    /// The feed that versions and cursors belong to.
    feed_epoch: String,
    /// The server's clock.
    server_time: Timestamp,
    /// How far the server is with the device.
    device: DeviceAt,
    /// One for each mutation, in their order.
    results: Vec<MutationResult>,
    /// The first seq that was not processed; it and all after it are to be sent again.
    #[schema(required = true)]
    deferred_from: Option<i64>,
    /// How long to wait before that, milliseconds.
    retry_after_ms: i64,
}

/// How far the server is with a device.
#[derive(ToSchema)]
struct DeviceAt {
    /// The last seq that was decided.
    applied_through: i64,
    /// The chain after it; with a push only.
    chain: Option<String>,
}

/// What became of one mutation.
#[derive(ToSchema)]
struct MutationResult {
    /// Of which mutation; null if it could not be read, or if another device sent it last.
    #[schema(required = true)]
    seq: Option<i64>,
    /// Of which mutation; null if it could not be read.
    #[schema(required = true)]
    id: Option<MutationId>,
    /// `applied`, `merged`, `conflict`, `rejected`, `held` or `deferred`.
    status: String,
    /// Why.
    code: Option<String>,
    /// What a person has to decide.
    conflict: Option<ConflictId>,
    /// The revision that the entity has now.
    v: Option<i64>,
    /// Whether this is the stored answer to a mutation that was sent before.
    replayed: bool,
    /// In a sentence.
    detail: Option<String>,
    /// The entity as it stands, if the device has to know more than it did.
    #[schema(value_type = Option<Object>)]
    state: Option<Value>,
    /// Values that could not be used, though the mutation was; absent if there are none.
    #[schema(required = false)]
    warnings: Vec<MutationWarning>,
}

/// A value of a mutation that could not be used as it was sent.
#[derive(ToSchema)]
struct MutationWarning {
    /// Where it stands: JSON pointer into the mutation.
    pointer: String,
    /// `unreadable_instant`, `unusable_value`, `too_long`, `unknown_field` or `too_many_bytes`.
    code: String,
    /// What was sent, what would be right, and what stands in its place.
    detail: String,
}

/// The answers of a device.
#[derive(ToSchema)]
#[schema(as = SyncResults)]
pub(super) struct Results {
    /// By seq. On the first page followed by up to 200 answers that changed to what another device of the same person sent last.
    items: Vec<MutationResult>,
    /// Ask for what comes after this seq; null at the end.
    #[schema(required = true)]
    next_after: Option<i64>,
}

/// Where a device is.
#[derive(ToSchema)]
#[schema(as = PullRequest)]
pub(super) struct Pull {
    /// The device that asks.
    device: DeviceId,
    /// Version of the protocol.
    #[schema(default = 1)]
    schema: i64,
    /// The cursor of the last page; null: from the beginning.
    cursor: Option<String>,
    /// At most so many changes.
    #[schema(default = 500, maximum = 1000)]
    limit: Option<i64>,
    /// Names of channels to begin again.
    reset: Option<Vec<String>>,
}

/// One page. `changes` and `digest` name a channel by its place in `channels`.
#[derive(ToSchema)]
#[schema(as = PullResponse)]
pub(super) struct Page {
    /// The feed that the cursor belongs to.
    feed_epoch: String,
    /// The server's clock.
    server_time: Timestamp,
    /// Where the device is after the page.
    cursor: String,
    /// Whether there is another page.
    more: bool,
    /// Whether the device now holds exactly what the snapshot of this page holds.
    complete: bool,
    /// How far the server is with the device, in the snapshot of the page.
    device: DeviceAt,
    /// The channels that the user reads.
    channels: Vec<String>,
    /// Those of them that the cursor did not have.
    gained: Vec<String>,
    /// Those of the cursor that the user reads no longer.
    lost: Vec<String>,
    /// Those that are sent from the beginning.
    reset: Vec<String>,
    /// The changes.
    changes: Vec<RowChange>,
    /// Count and hash of each channel; only with a complete page.
    digest: Vec<ChannelDigest>,
    /// How much of a long pull is done.
    progress: Option<Progress>,
}

/// A row changed.
#[derive(ToSchema)]
struct RowChange {
    /// In which channels, by their places in `channels`.
    c: Vec<usize>,
    /// `put` or `drop`.
    op: String,
    /// Type of the row.
    t: String,
    /// Id of the row.
    id: uuid::Uuid,
    /// Revision.
    v: i64,
    /// The row's stamp, microseconds: the `seen_ts` of the next mutation on it.
    ts: Option<i64>,
    /// The row.
    #[schema(value_type = Option<Object>)]
    row: Option<Value>,
}

/// The digest of a channel.
#[derive(ToSchema)]
struct ChannelDigest {
    /// Which channel, by its place in `channels`.
    c: usize,
    /// Number of rows.
    n: i64,
    /// Sum of their hashes modulo 2⁶⁴, 16 hex digits.
    h: String,
}

/// Names a row.
#[derive(ToSchema)]
struct RowKey {
    /// Type of the row.
    t: String,
    /// Id of the row.
    id: uuid::Uuid,
}

/// Of which channel the rows are to be listed.
#[derive(ToSchema)]
#[schema(as = ManifestRequest)]
pub(super) struct Manifest {
    /// The device that asks.
    device: DeviceId,
    /// Version of the protocol.
    #[schema(default = 1)]
    schema: i64,
    /// Name of the channel.
    channel: String,
    /// `next` of the page before; null: from the beginning.
    after: Option<RowKey>,
    /// At most so many rows.
    #[schema(default = 5000, maximum = 5000)]
    limit: Option<i64>,
}

/// What a channel carries: one page, out of one snapshot.
#[derive(ToSchema)]
#[schema(as = ManifestResponse)]
pub(super) struct ManifestPage {
    /// The feed that the revisions belong to.
    feed_epoch: String,
    /// The server's clock.
    server_time: Timestamp,
    /// Name of the channel.
    channel: String,
    /// Changes with every change of the channel: pages with the same head are of one state.
    head: i64,
    /// Count and hash of the whole channel, in the snapshot of this page.
    digest: ManifestDigest,
    /// The rows, by type and id.
    rows: Vec<ManifestRow>,
    /// `after` of the next page; null at the end.
    #[schema(required = true)]
    next: Option<RowKey>,
}

/// Count and hash of a channel.
#[derive(ToSchema)]
struct ManifestDigest {
    /// Number of rows.
    n: i64,
    /// Sum of their hashes modulo 2⁶⁴, 16 hex digits.
    h: String,
}

/// A row that a channel carries.
#[derive(ToSchema)]
struct ManifestRow {
    /// Type of the row.
    t: String,
    /// Id of the row.
    id: uuid::Uuid,
    /// Revision.
    v: i64,
}

/// Which rows are to be sent.
#[derive(ToSchema)]
#[schema(as = FetchRequest)]
pub(super) struct Fetch {
    /// The device that asks.
    device: DeviceId,
    /// Version of the protocol.
    #[schema(default = 1)]
    schema: i64,
    /// The rows, at most 500.
    rows: Vec<RowKey>,
}

/// Single rows, out of one snapshot. `changes` names a channel by its place in `channels`.
#[derive(ToSchema)]
#[schema(as = FetchResponse)]
pub(super) struct Fetched {
    /// The feed that the revisions belong to.
    feed_epoch: String,
    /// The server's clock.
    server_time: Timestamp,
    /// The channels that the user reads.
    channels: Vec<String>,
    /// One for each row that was asked for: a `put` with all channels that carry it, or a `drop` without a channel.
    changes: Vec<RowChange>,
}

/// How much of a long pull is done, in rows.
#[derive(ToSchema)]
struct Progress {
    /// Rows sent.
    done: i64,
    /// Rows in all.
    total: i64,
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

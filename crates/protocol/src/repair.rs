//! The bodies of manifest and fetch, with which a device whose copy differs finds and mends exactly the rows that differ.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{channel::Channel, envelope::Change, ids::DeviceId, time::Timestamp};

/// The version of the protocol that a body without `schema` speaks.
const fn first_schema() -> i64 {
    1
}

/// Letters of a type's name at most.
const MAX_KIND: usize = 40;

/// Names a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowKey {
    /// Type of the row.
    pub t: String,
    /// Id of the row.
    pub id: Uuid,
}

impl RowKey {
    /// Whether the type is written as types are: a type of another version is, and names no row here.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (1..=MAX_KIND).contains(&self.t.len()) && self.t.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    }
}

/// `POST /v1/sync/manifest`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManifestRequest {
    /// The device that asks.
    pub device: DeviceId,
    /// Version of the protocol.
    #[serde(default = "first_schema")]
    pub schema: i64,
    /// Of which channel.
    pub channel: Channel,
    /// The last row of the page before; none: from the beginning.
    #[serde(default)]
    pub after: Option<RowKey>,
    /// At most so many rows; the server may send fewer.
    #[cfg_attr(feature = "openapi", schema(default = 5000, maximum = 5000))]
    #[serde(default)]
    pub limit: Option<i64>,
}

/// What a channel carries, without the rows themselves: one page, out of one snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManifestResponse {
    /// The feed that the revisions belong to.
    pub feed_epoch: String,
    /// The server's clock.
    pub server_time: Timestamp,
    /// Of which channel.
    pub channel: Channel,
    /// Changes with every change of the channel: pages with the same head are of one state.
    pub head: i64,
    /// Count and hash of the whole channel, in the snapshot of this page.
    pub digest: ManifestDigest,
    /// The rows, by type and id.
    pub rows: Vec<ManifestRow>,
    /// `after` of the next page; `null` at the end.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub next: Option<RowKey>,
}

/// Count and hash of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManifestDigest {
    /// Number of rows.
    pub n: i64,
    /// Sum of their hashes modulo 2⁶⁴, 16 hex digits.
    pub h: String,
}

/// A row that a channel carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManifestRow {
    /// Type of the row.
    pub t: String,
    /// Id of the row.
    pub id: Uuid,
    /// Revision.
    pub v: i64,
}

/// `POST /v1/sync/fetch`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FetchRequest {
    /// The device that asks.
    pub device: DeviceId,
    /// Version of the protocol.
    #[serde(default = "first_schema")]
    pub schema: i64,
    /// Which rows, at most 500.
    pub rows: Vec<RowKey>,
}

/// Single rows, out of one snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FetchResponse {
    /// The feed that the revisions belong to.
    pub feed_epoch: String,
    /// The server's clock.
    pub server_time: Timestamp,
    /// The channels that the device's user reads.
    pub channels: Vec<Channel>,
    /// One for each row that was asked for, in that order: a `put` with all channels that carry it, or a `drop` without a channel for
    /// what none of them carries, whether it exists or not.
    pub changes: Vec<Change>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_a_short_word_in_small_letters() {
        let sound = |t: &str| RowKey { t: t.into(), id: Uuid::nil() }.is_sound();
        assert!(sound("ticket") && sound("work_order") && sound("of_a_later_version"));
        for t in ["", "Ticket", "a\0", "a b", "ticket2", "تیکت", &"a".repeat(MAX_KIND + 1)] {
            assert!(!sound(t), "{t}");
        }
    }
}

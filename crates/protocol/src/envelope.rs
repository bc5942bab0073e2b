//! The bodies of push and pull, as they stand on the wire.
//!
//! Field names are a contract with devices of every version ever shipped: unknown fields are ignored, and what an old version
//! may leave out is optional. One mutation that cannot be read never spoils its batch.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned, de::Error as _};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    channel::Channel,
    digest::Chain,
    ids::{ConflictId, DeviceId, MutationId},
    outcome::{Outcome, OutcomeCode, Status},
    raw_json,
    time::Timestamp,
    warning::Warning,
};

/// The version of the protocol that a body without `schema` speaks.
const fn first_schema() -> i64 {
    1
}

/// `POST /v1/sync/push`. Of all but `device` and `mutations` a value that cannot be read counts as absent: it is in nobody's way.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    /// The device that sends.
    pub device: DeviceId,
    /// The chain before the first mutation; checked if given.
    pub prev_chain: Option<Chain>,
    /// Version of the protocol.
    #[cfg_attr(feature = "openapi", schema(required = false, default = 1))]
    pub schema: i64,
    /// The device's wall clock now.
    pub sent_at: Option<Timestamp>,
    /// The device's uptime now, milliseconds.
    pub uptime_ms: Option<i64>,
    /// The device's boot.
    pub boot: Option<String>,
    /// Mutations that wait on the device, these included.
    pub pending: Option<i64>,
    /// Results up to this seq have arrived and need not be kept for the device.
    pub acked_through: Option<i64>,
    /// The mutations in the order of their seq; each is read by [`super::mutation::parse_item`].
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Mutation>))]
    pub mutations: Vec<SentItem>,
}

/// One item of a push: its JSON, or what is known of one that is none.
pub type SentItem = Result<Value, UnreadItem>;

/// An item of a push that is no JSON by itself: an escape that there is not, a number that is too large, too many levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadItem {
    /// Its place, if that can be read.
    pub seq: Option<i64>,
    /// Its id, if that can be read.
    pub id: Option<MutationId>,
    /// As it was sent.
    pub text: String,
    /// Why it cannot be read.
    pub why: String,
    /// What the journal keeps of it in place of its text.
    pub about: Option<Value>,
}

impl UnreadItem {
    /// Finds out what can be known of an item.
    #[must_use]
    pub fn of(text: &str, why: String) -> Self {
        let mut unread = Self { seq: None, id: None, text: text.to_owned(), why, about: None };
        let field = |name: &str| {
            let text = unread.fields().into_iter().rev().find(|(n, _)| n == name)?.1;
            serde_json::from_str::<Value>(text).ok()
        };
        let (seq, id) = (field("seq"), field("id"));
        unread.seq = seq.and_then(|v| v.as_i64()).filter(|seq| *seq > 0);
        unread.id = id.and_then(|v| Uuid::parse_str(v.as_str()?).ok()).map(MutationId::new);
        unread
    }

    /// Its fields as they were sent; all of it under no name if it is no object.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, &str)> {
        raw_json::members(&self.text).unwrap_or_else(|_| vec![(String::new(), &self.text)])
    }
}

/// Why an envelope cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeFault {
    /// JSON pointer; empty for the whole body.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl PushRequest {
    /// Reads the body of a push; each mutation by itself, so that one that cannot be read costs no other.
    ///
    /// # Errors
    /// The body cannot be taken apart, `device` cannot be read, or `mutations` is no array.
    pub fn read(body: &str) -> Result<Self, EnvelopeFault> {
        let broken = |pointer: &str, e: raw_json::Broken| EnvelopeFault { pointer: pointer.to_owned(), detail: format!("is no JSON: {e}") };
        let mut envelope = Map::new();
        let mut mutations = None;
        for (name, text) in raw_json::members(body).map_err(|e| broken("", e))? {
            if name == "mutations" {
                mutations = Some(raw_json::elements(text).map_err(|e| broken("/mutations", e))?);
            } else {
                envelope.insert(name, serde_json::from_str(text).unwrap_or_default());
            }
        }
        let read = |text: &str| serde_json::from_str(text).map_err(|e| UnreadItem::of(text, format!("is no JSON: {e}")));
        Self::of(&envelope, mutations.map(|items| items.into_iter().map(read).collect()))
    }

    fn of(envelope: &Map<String, Value>, mutations: Option<Vec<SentItem>>) -> Result<Self, EnvelopeFault> {
        fn optional<T: DeserializeOwned>(envelope: &Map<String, Value>, name: &str) -> Option<T> {
            envelope.get(name).and_then(|value| T::deserialize(value).ok())
        }
        let missing = |name: &str, what: &str| EnvelopeFault { pointer: format!("/{name}"), detail: format!("expected {what}") };
        Ok(Self {
            device: optional(envelope, "device").ok_or_else(|| missing("device", "the UUID of the device"))?,
            prev_chain: optional(envelope, "prev_chain"),
            schema: optional(envelope, "schema").unwrap_or_else(first_schema),
            sent_at: optional(envelope, "sent_at"),
            uptime_ms: optional(envelope, "uptime_ms"),
            boot: optional(envelope, "boot"),
            pending: optional(envelope, "pending"),
            acked_through: optional(envelope, "acked_through"),
            mutations: mutations.ok_or_else(|| missing("mutations", "an array"))?,
        })
    }
}

impl<'de> Deserialize<'de> for PushRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut envelope = Map::<String, Value>::deserialize(deserializer)?;
        let mutations = match envelope.remove("mutations") {
            Some(Value::Array(items)) => Some(items.into_iter().map(Ok).collect()),
            _ => None,
        };
        Self::of(&envelope, mutations).map_err(|fault| D::Error::custom(format!("{}: {}", fault.pointer, fault.detail)))
    }
}

/// How far the server is with a device, in the answer to a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushedDevice {
    /// The last seq that was decided.
    pub applied_through: i64,
    /// The chain after it.
    pub chain: Chain,
}

/// The answer to a push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushResponse {
    /// The feed that versions and cursors belong to.
    pub feed_epoch: String,
    /// The server's clock.
    pub server_time: Timestamp,
    /// How far the server is with the device.
    pub device: PushedDevice,
    /// One for each mutation, in their order.
    pub results: Vec<ResultItem>,
    /// The first seq that was not processed; it and all after it are to be sent again.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub deferred_from: Option<i64>,
    /// How long to wait before that, milliseconds.
    pub retry_after_ms: i64,
}

/// What became of one mutation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MutationResult))]
pub struct ResultItem {
    /// Of which mutation; `null` if it could not be read, or if another device sent it last.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub seq: Option<i64>,
    /// Of which mutation; `null` if it could not be read.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub id: Option<MutationId>,
    /// What became of it.
    pub status: Status,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<OutcomeCode>,
    /// What a person has to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<ConflictId>,
    /// The revision that the entity has now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v: Option<i64>,
    /// Whether this is the stored answer to a mutation that was sent before.
    pub replayed: bool,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The entity as it stands, if the device has to know more than it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::EntityState>))]
    pub state: Option<Value>,
    /// Values that could not be used, though the mutation was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl ResultItem {
    /// The first answer to a mutation, without warnings of its reader.
    #[must_use]
    pub fn first(seq: Option<i64>, id: Option<MutationId>, outcome: &Outcome) -> Self {
        Self {
            seq,
            id,
            status: outcome.status,
            code: outcome.code,
            conflict: outcome.conflict,
            v: outcome.v,
            replayed: false,
            detail: outcome.detail.clone(),
            state: None,
            warnings: outcome.warnings.clone(),
        }
    }
}

/// `POST /v1/sync/pull`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullRequest {
    /// The device that asks.
    pub device: DeviceId,
    /// Version of the protocol.
    #[serde(default = "first_schema")]
    pub schema: i64,
    /// Where the device is; none: at the beginning.
    #[serde(default)]
    pub cursor: Option<String>,
    /// At most so many changes; the server may send fewer.
    #[cfg_attr(feature = "openapi", schema(default = 500, maximum = 1000))]
    #[serde(default)]
    pub limit: Option<i64>,
    /// Names of channels to begin again.
    #[serde(default)]
    pub reset: Vec<String>,
}

/// How far the server is with a device, in the answer to a pull: read in the snapshot of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PulledDevice {
    /// The last seq of the device whose effects the page's snapshot holds.
    pub applied_through: i64,
}

/// One page of a pull. `changes` and `digest` name a channel by its place in `channels`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullResponse {
    /// The feed that the cursor belongs to.
    pub feed_epoch: String,
    /// The server's clock.
    pub server_time: Timestamp,
    /// Where the device is after the page.
    pub cursor: String,
    /// Whether there is another page.
    pub more: bool,
    /// Whether the device now holds exactly what the snapshot of this page holds.
    pub complete: bool,
    /// How far the server is with the device.
    pub device: PulledDevice,
    /// The channels that the device's user reads.
    pub channels: Vec<Channel>,
    /// Those of them that the cursor did not have.
    pub gained: Vec<Channel>,
    /// Those of the cursor that the user reads no longer.
    pub lost: Vec<Channel>,
    /// Those that are sent from the beginning: what the device holds of them and does not get again is gone.
    pub reset: Vec<Channel>,
    /// The changes.
    pub changes: Vec<Change>,
    /// Count and hash of each channel; only with a complete page.
    pub digest: Vec<DigestItem>,
    /// How much of a long pull is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

crate::text_enum! {
    /// What a change does to the device's copy.
    ChangeOp {
        /// The row is as given.
        Put = "put",
        /// The channels named no longer carry the row; it is gone when none of the device's channels does.
        Drop = "drop",
    }
}

/// A row changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// In which channels, by their places in `channels`.
    pub c: Vec<usize>,
    /// What to do.
    pub op: ChangeOp,
    /// Type of the row.
    pub t: String,
    /// Id of the row.
    pub id: Uuid,
    /// Revision.
    pub v: i64,
    /// The row's stamp, microseconds: the `seen_ts` of the next mutation on it. With `put` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<i64>,
    /// The row. With `put` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Value>,
}

/// The digest of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DigestItem {
    /// Which channel, by its place in `channels`.
    pub c: usize,
    /// Number of rows.
    pub n: i64,
    /// Sum of their hashes modulo 2⁶⁴, 16 hex digits.
    pub h: String,
}

/// How much of a long pull is done, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Rows sent.
    pub done: i64,
    /// Rows in all.
    pub total: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_push_of_the_specification_is_read_and_an_old_shape_too() {
        let device = "01920000-0000-7000-8000-000000000001";
        let full: PushRequest = serde_json::from_value(json!({
            "device": device, "prev_chain": "0".repeat(64), "schema": 1, "sent_at": "2026-11-23T14:03:11.120Z",
            "uptime_ms": 88_311_234, "boot": "b", "pending": 37, "acked_through": 790, "mutations": [{"seq": "?"}, 7], "new": 1,
        }))
        .unwrap();
        assert_eq!((full.prev_chain, full.mutations.len()), (Some(Chain::START), 2));
        let old: PushRequest =
            serde_json::from_value(json!({"device": device, "prev_chain": null, "sent_at": "2026-11-23T14:03:11Z", "mutations": []}))
                .unwrap();
        assert_eq!((old.schema, old.prev_chain, old.pending), (1, None, None));
        let items = serde_json::from_value::<PushRequest>(json!({"device": device, "mutations": {}})).unwrap_err().to_string();
        assert_eq!(items, "/mutations: expected an array");
        let pull: PullRequest = serde_json::from_value(json!({"device": device, "cursor": null})).unwrap();
        assert_eq!((pull.cursor, pull.limit, pull.reset), (None, None, Vec::new()));
    }

    #[test]
    fn one_item_or_optional_field_that_cannot_be_read_costs_no_other() {
        let device = "01920000-0000-7000-8000-000000000001";
        let body = format!(
            r#"{{"device": "{device}", "sent_at": "yesterday", "uptime_ms": 1e999, "boot": 7, "pending": "many", "acked_through": -1.5,
                "prev_chain": "x", "schema": null, "mutations": [{{"seq": 1}}, {{"seq": 2, "x": 1e999}}, "\q", {{"seq": 4, "x": {}}}]}}"#,
            "[".repeat(500) + &"]".repeat(500)
        );
        let read = PushRequest::read(&body).unwrap();
        assert_eq!((read.schema, read.sent_at, read.uptime_ms, read.boot, read.pending), (1, None, None, None, None));
        assert_eq!((read.acked_through, read.prev_chain), (None, None));
        let places: Vec<_> = read.mutations.iter().map(|m| m.as_ref().map_err(|u| u.seq).is_ok()).collect();
        assert_eq!(places, [true, false, false, false]);
        let seqs: Vec<_> = read.mutations.iter().filter_map(|m| m.as_ref().err()).map(|u| u.seq).collect();
        assert_eq!(seqs, [Some(2), None, Some(4)]);
        for (body, pointer, detail) in [
            ("", "", "is no JSON: expected an object at byte 0"),
            (r#"{"device": "x", "mutations": []}"#, "/device", "expected the UUID of the device"),
            (r#"{"mutations": []}"#, "/device", "expected the UUID of the device"),
            (r#"{"device": "x", "mutations": [1}"#, "", "is no JSON: this bracket closes another kind than was opened at byte 31"),
            (r#"{"device": "x", "mutations": [1,]}"#, "/mutations", "is no JSON: expected a value at byte 3"),
            (r#"{"device": "01920000-0000-7000-8000-000000000001"}"#, "/mutations", "expected an array"),
        ] {
            let fault = PushRequest::read(body).unwrap_err();
            assert_eq!((fault.pointer.as_str(), fault.detail.as_str()), (pointer, detail), "{body}");
        }
    }

    #[test]
    fn the_answers_have_the_shape_of_the_specification() {
        let conflict = Outcome {
            conflict: Some(ConflictId::new(Uuid::from_u128(9))),
            v: Some(59),
            ..Outcome::of(Status::Conflict, OutcomeCode::StaleEpoch, "late")
        };
        let id = MutationId::new(Uuid::from_u128(5));
        assert_eq!(
            serde_json::to_value(ResultItem::first(Some(801), Some(id), &conflict)).unwrap(),
            json!({"seq": 801, "id": id, "status": "conflict", "code": "stale_epoch",
                "conflict": "00000000-0000-0000-0000-000000000009", "v": 59, "replayed": false, "detail": "late"})
        );
        let drop = Change { c: vec![0], op: ChangeOp::Drop, t: "ticket".into(), id: Uuid::from_u128(5), v: 60, ts: None, row: None };
        assert_eq!(
            serde_json::to_value(drop).unwrap(),
            json!({"c": [0], "op": "drop", "t": "ticket", "id": "00000000-0000-0000-0000-000000000005", "v": 60})
        );
        let push = PushResponse {
            feed_epoch: "e".into(),
            server_time: Timestamp::from_micros(0),
            device: PushedDevice { applied_through: 3, chain: Chain::START },
            results: Vec::new(),
            deferred_from: None,
            retry_after_ms: 0,
        };
        assert_eq!(
            serde_json::to_value(push).unwrap(),
            json!({"feed_epoch": "e", "server_time": "1970-01-01T00:00:00.000000Z", "results": [], "deferred_from": null,
                "device": {"applied_through": 3, "chain": "0".repeat(64)}, "retry_after_ms": 0})
        );
    }
}

//! The journal: everything that devices sent, with the answer that stands.

use serde_json::Value;
use uuid::Uuid;

use crate::sync::stamp::Stamp;
use bazdid_protocol::{
    envelope::ResultItem,
    ids::{AccountId, ConflictId, DeviceId, GroupId, MutationId},
    mutation::{AT, Mutation},
    outcome::{Outcome, OutcomeCode, Status},
    time::Timestamp,
    warning::{Warning, WarningCode},
};

/// A mutation as it was received, its stamp and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Journaled {
    /// Its id, the key of idempotency.
    pub id: MutationId,
    /// The device that sent it last: one that registers anew takes its mutations along.
    pub device_id: DeviceId,
    /// Its place in that device's sequence.
    pub seq: i64,
    /// The group it belongs to.
    pub group_id: Option<GroupId>,
    /// The command's name; `?` if it could not be read.
    pub cmd: String,
    /// The command's version.
    pub version: i64,
    /// What it is about; nil if it could not be read.
    pub entity: Uuid,
    /// The revision that the author had before them.
    pub base: Option<i64>,
    /// The stamp that the author had before them.
    pub seen_ts: Option<i64>,
    /// The epoch that the author knew.
    pub epoch: Option<i64>,
    /// The device's wall clock when the person acted; if that could not be read, the estimated true time.
    pub at: Timestamp,
    /// The device's uptime then.
    pub up: Option<i64>,
    /// The device's boot then.
    pub boot: Option<String>,
    /// Whose push it came with.
    pub actor: AccountId,
    /// The arguments; of what could not be read, all of it.
    pub args: Value,
    /// SHA-256 of what the person did.
    pub content_hash: Vec<u8>,
    /// First receipt.
    pub received_at: Timestamp,
    /// Estimated true time.
    pub est: Timestamp,
    /// Effective stamp.
    pub eff: Timestamp,
    /// What the device's clock was off by, microseconds.
    pub skew_us: i64,
    /// What became of it.
    pub status: Status,
    /// Why.
    pub code: Option<OutcomeCode>,
    /// What a person decides.
    pub conflict_id: Option<ConflictId>,
    /// The revision that the entity had then.
    pub result_v: Option<i64>,
    /// In a sentence.
    pub detail: Option<String>,
    /// What it waits for.
    pub waits_for: Option<Uuid>,
    /// How often it failed for no reason of its own.
    pub attempts: i64,
    /// When the answer was changed after it had been given.
    pub revised_at: Option<Timestamp>,
    /// Values that could not be used.
    pub warnings: Vec<Warning>,
}

impl Journaled {
    /// The row of a mutation that was just decided.
    #[must_use]
    pub fn first(
        device: DeviceId,
        actor: AccountId,
        mutation: &Mutation,
        content_hash: [u8; 32],
        received_at: Timestamp,
        stamp: &Stamp,
    ) -> Self {
        Self {
            id: mutation.id,
            device_id: device,
            seq: mutation.seq,
            group_id: mutation.group,
            cmd: mutation.cmd.clone(),
            version: mutation.v,
            entity: mutation.entity,
            base: mutation.base,
            seen_ts: mutation.seen_ts,
            epoch: mutation.epoch,
            at: mutation.at.unwrap_or(stamp.est),
            up: mutation.up,
            boot: mutation.boot.clone(),
            actor,
            args: mutation.args.clone(),
            content_hash: content_hash.to_vec(),
            received_at,
            est: stamp.est,
            eff: stamp.eff,
            skew_us: stamp.skew_us,
            status: Status::Deferred,
            code: None,
            conflict_id: None,
            result_v: None,
            detail: None,
            waits_for: None,
            attempts: 0,
            revised_at: None,
            warnings: mutation.warnings.clone(),
        }
    }

    /// Whether the device's wall clock when the person acted could not be read.
    #[must_use]
    pub fn is_undated(&self) -> bool {
        self.warnings.iter().any(|w| w.pointer == AT && w.code == WarningCode::UnreadableInstant)
    }

    /// Adds warnings that are not there yet.
    pub fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }

    /// Writes what became of it.
    pub fn settle(&mut self, outcome: &Outcome) {
        self.status = outcome.status;
        self.code = outcome.code;
        self.conflict_id = outcome.conflict;
        self.result_v = outcome.v;
        self.detail.clone_from(&outcome.detail);
        self.waits_for = outcome.waits_for;
        self.warn(&outcome.warnings);
    }

    /// The stored answer, as a repeat gets it.
    #[must_use]
    pub fn replay(&self, seq: i64) -> ResultItem {
        ResultItem {
            seq: Some(seq),
            id: Some(self.id),
            status: self.status,
            code: self.code,
            conflict: self.conflict_id,
            v: self.result_v,
            replayed: true,
            detail: self.detail.clone(),
            state: None,
            warnings: self.warnings.clone(),
        }
    }
}

//! Conflicts: what a person must decide.

use serde_json::Value;

pub use bazdid_protocol::words::conflict::{ConflictKind, ConflictStatus, Resolution, Severity};
use bazdid_protocol::{
    ids::{AccountId, AreaId, ConflictId, MutationId, TicketId, WorkOrderId},
    time::Timestamp,
};

/// A conflict. Its key is unordered, so that it is raised once whatever came first.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Identity, derived from the key.
    pub id: ConflictId,
    /// Revision; `If-Match` of a resolution.
    pub rev: i64,
    /// (kind, entity, field or epoch, the two mutations in order), unique.
    pub key: String,
    /// Class.
    pub kind: ConflictKind,
    /// How much it matters.
    pub severity: Severity,
    /// At which ticket.
    pub ticket_id: TicketId,
    /// At which work order.
    pub work_order_id: Option<WorkOrderId>,
    /// Whose office sees it.
    pub areas: Vec<AreaId>,
    /// What both had seen.
    pub base: Value,
    /// What stood.
    pub theirs: Value,
    /// What came.
    pub mine: Value,
    /// The first of the mutations involved, by id (of measurements, possible duplicates and missing photos: the rows).
    pub mutation_id: MutationId,
    /// The second.
    pub other_mutation_id: Option<MutationId>,
    /// What holds until somebody decides.
    pub default_in_force: String,
    /// Decided or not.
    pub status: ConflictStatus,
    /// How.
    pub resolution: Option<Resolution>,
    /// By whom.
    pub resolved_by: Option<AccountId>,
    /// When.
    pub resolved_at: Option<Timestamp>,
    /// In words.
    pub note: Option<String>,
    /// When it was raised.
    pub raised_at: Timestamp,
}

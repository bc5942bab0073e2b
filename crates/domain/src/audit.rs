//! The audit log: who did what to what, on whose behalf.

use serde_json::Value;
use uuid::Uuid;

use bazdid_protocol::{
    ids::{AccountId, AuditId},
    time::Timestamp,
};

/// One entry; append-only.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Identity.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; absent: the system.
    pub actor: Option<AccountId>,
    /// What was done, such as `ticket.create`.
    pub action: String,
    /// Kind of the thing it was done to.
    pub entity_kind: String,
    /// The thing.
    pub entity_id: Uuid,
    /// More; no personal data, but the address and the program that somebody logs in from.
    pub detail: Value,
    /// Of which request.
    pub request_id: Option<Uuid>,
}

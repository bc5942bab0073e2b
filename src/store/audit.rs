//! The audit log in the database.

use crate::{
    domain::{
        audit::AuditEntry,
        ids::{AccountId, AuditId, Id},
        time::Timestamp,
    },
    store::sql::Json,
};
use serde_json::Value;

record! {
    /// Row of `audit_entries`.
    AuditEntryRow of audit_entries, id: AuditId {
        at: Timestamp,
        actor: Option<AccountId>,
        action: String,
        entity_kind: String,
        entity_id: Id<()>,
        detail: Json<Value>,
        request_id: Option<Id<()>>,
    }
}

impl From<&AuditEntry> for AuditEntryRow {
    fn from(e: &AuditEntry) -> Self {
        Self {
            id: e.id,
            at: e.at,
            actor: e.actor,
            action: e.action.clone(),
            entity_kind: e.entity_kind.clone(),
            entity_id: Id::new(e.entity_id),
            detail: Json(e.detail.clone()),
            request_id: e.request_id.map(Id::new),
        }
    }
}

impl From<AuditEntryRow> for AuditEntry {
    fn from(r: AuditEntryRow) -> Self {
        Self {
            id: r.id,
            at: r.at,
            actor: r.actor,
            action: r.action,
            entity_kind: r.entity_kind,
            entity_id: r.entity_id.uuid(),
            detail: r.detail.0,
            request_id: r.request_id.map(Id::uuid),
        }
    }
}

entity_store!(AuditEntry, AuditEntryRow of audit_entries, find_audit_entry(AuditId), list_audit_entries, save_audit_entries);

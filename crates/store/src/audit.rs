//! The audit log in the database.

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    schema::audit_entries,
    sql::{Json, db_error},
    tx::Tx,
};
use bazdid_domain::audit::AuditEntry;
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, AuditId, Id},
    time::Timestamp,
};

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

/// Which entries are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Done to things of this kind.
    pub entity_kind: Option<String>,
    /// Done to this thing.
    pub entity: Option<Uuid>,
    /// Done by this person.
    pub actor: Option<AccountId>,
    /// This was done.
    pub action: Option<String>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Older than this one.
    pub before: Option<(Timestamp, AuditId)>,
    /// At most so many.
    pub limit: i64,
}

/// Entries by filter, newest first.
///
/// # Errors
/// The database fails.
pub fn page_audit_entries(tx: &mut Tx<'_>, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
    let rows: Vec<AuditEntryRow> = on!(tx, |c| {
        let mut query = audit_entries::table.select(AuditEntryRow::as_select()).into_boxed();
        if let Some(kind) = &filter.entity_kind {
            query = query.filter(audit_entries::entity_kind.eq(kind));
        }
        if let Some(entity) = filter.entity {
            query = query.filter(audit_entries::entity_id.eq(Id::<()>::new(entity)));
        }
        if let Some(actor) = filter.actor {
            query = query.filter(audit_entries::actor.eq(actor));
        }
        if let Some(action) = &filter.action {
            query = query.filter(audit_entries::action.eq(action));
        }
        if let Some(from) = filter.from {
            query = query.filter(audit_entries::at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(audit_entries::at.lt(to));
        }
        if let Some((at, id)) = filter.before {
            query = query.filter(audit_entries::at.lt(at).or(audit_entries::at.eq(at).and(audit_entries::id.lt(id))));
        }
        query.order((audit_entries::at.desc(), audit_entries::id.desc())).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

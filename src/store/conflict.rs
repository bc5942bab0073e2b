//! Conflicts in the database.

use crate::{
    domain::{
        conflict::{Conflict, ConflictKind, ConflictStatus, Resolution, Severity},
        ids::{AccountId, AreaId, ConflictId, MutationId, TicketId, WorkOrderId},
        time::Timestamp,
    },
    store::sql::Json,
};
use serde_json::Value;

record! {
    /// Row of `conflicts`.
    ConflictRow of conflicts, id: ConflictId {
        rev: i64,
        key: String,
        kind: ConflictKind,
        severity: Severity,
        ticket_id: TicketId,
        work_order_id: Option<WorkOrderId>,
        areas: Json<Vec<AreaId>>,
        base: Json<Value>,
        theirs: Json<Value>,
        mine: Json<Value>,
        mutation_id: MutationId,
        other_mutation_id: Option<MutationId>,
        default_in_force: String,
        status: ConflictStatus,
        resolution: Option<Resolution>,
        resolved_by: Option<AccountId>,
        resolved_at: Option<Timestamp>,
        note: Option<String>,
        raised_at: Timestamp,
    }
}

impl From<&Conflict> for ConflictRow {
    fn from(e: &Conflict) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            key: e.key.clone(),
            kind: e.kind,
            severity: e.severity,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            areas: Json(e.areas.clone()),
            base: Json(e.base.clone()),
            theirs: Json(e.theirs.clone()),
            mine: Json(e.mine.clone()),
            mutation_id: e.mutation_id,
            other_mutation_id: e.other_mutation_id,
            default_in_force: e.default_in_force.clone(),
            status: e.status,
            resolution: e.resolution,
            resolved_by: e.resolved_by,
            resolved_at: e.resolved_at,
            note: e.note.clone(),
            raised_at: e.raised_at,
        }
    }
}

impl From<ConflictRow> for Conflict {
    fn from(r: ConflictRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            key: r.key,
            kind: r.kind,
            severity: r.severity,
            ticket_id: r.ticket_id,
            work_order_id: r.work_order_id,
            areas: r.areas.0,
            base: r.base.0,
            theirs: r.theirs.0,
            mine: r.mine.0,
            mutation_id: r.mutation_id,
            other_mutation_id: r.other_mutation_id,
            default_in_force: r.default_in_force,
            status: r.status,
            resolution: r.resolution,
            resolved_by: r.resolved_by,
            resolved_at: r.resolved_at,
            note: r.note,
            raised_at: r.raised_at,
        }
    }
}

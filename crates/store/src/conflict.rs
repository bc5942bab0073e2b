//! Conflicts in the database.

use diesel::prelude::*;
use serde_json::Value;

use crate::{
    listing::{COUNTED, Direction, Keyed, PageKey, Total},
    schema::{conflicts, ticket_areas, tickets},
    sql::{Json, db_error},
    tx::Tx,
};
use bazdid_domain::{
    conflict::{Conflict, ConflictKind, ConflictStatus, Resolution, Severity},
    visibility::Reach,
};
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, AreaId, CauseId, ConflictId, TicketId, WorkOrderId},
    sides::Sides,
    time::Timestamp,
};

record! {
    /// Row of `conflicts`.
    ConflictRow of conflicts, id: ConflictId, listed {
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
        mutation_id: CauseId,
        other_mutation_id: Option<CauseId>,
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
        let [base, theirs, mine] = e.sides.values();
        Self {
            id: e.id,
            rev: e.rev,
            key: e.key.clone(),
            kind: e.kind,
            severity: e.severity,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            areas: Json(e.areas.clone()),
            base: Json(base),
            theirs: Json(theirs),
            mine: Json(mine),
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
            sides: Sides::read(r.kind, [r.base.0, r.theirs.0, r.mine.0]),
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

/// The place of a conflict in a list; formerly by when it was raised.
pub type ConflictKey = PageKey<ConflictId, (Timestamp, ConflictId)>;

/// Which conflicts are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct ConflictFilter {
    /// This one.
    pub id: Option<ConflictId>,
    /// Decided or not.
    pub status: Option<ConflictStatus>,
    /// Of this class.
    pub kind: Option<ConflictKind>,
    /// Not of this class.
    pub other_than: Option<ConflictKind>,
    /// Mattering so much.
    pub severity: Option<Severity>,
    /// At a ticket in this area or below it.
    pub area: Option<AreaId>,
    /// At this ticket.
    pub ticket: Option<TicketId>,
    /// Which way the list runs.
    pub direction: Direction,
    /// After this place of the list.
    pub before: Option<ConflictKey>,
    /// At most so many.
    pub limit: i64,
}

/// Keeps of a query over `conflicts` what a filter asks for, as far as a reach includes it.
macro_rules! filtered_conflicts {
    ($query:expr, $filter:expr, $reach:expr) => {{
        let mut query = visible_conflicts!($query, $reach);
        if let Some(id) = $filter.id {
            query = query.filter(conflicts::id.eq(id));
        }
        if let Some(status) = $filter.status {
            query = query.filter(conflicts::status.eq(status));
        }
        if let Some(kind) = $filter.kind {
            query = query.filter(conflicts::kind.eq(kind));
        }
        if let Some(kind) = $filter.other_than {
            query = query.filter(conflicts::kind.ne(kind));
        }
        if let Some(severity) = $filter.severity {
            query = query.filter(conflicts::severity.eq(severity));
        }
        if let Some(area) = $filter.area {
            query = query.filter(diesel::dsl::exists(
                ticket_areas::table.filter(ticket_areas::ticket_id.eq(conflicts::ticket_id).and(ticket_areas::area_id.eq(area))),
            ));
        }
        if let Some(ticket) = $filter.ticket {
            query = query.filter(conflicts::ticket_id.eq(ticket));
        }
        query
    }};
}

/// How many conflicts a filter and a reach hold, as far as they are counted.
///
/// # Errors
/// The database fails.
pub fn count_conflicts(tx: &mut Tx<'_>, filter: &ConflictFilter, reach: &Reach) -> Result<Total> {
    let found: Vec<ConflictId> =
        on!(tx, |c| filtered_conflicts!(conflicts::table.select(conflicts::id), filter, reach).limit(COUNTED + 1).load(c))
            .map_err(db_error)?;
    Ok(Total::of(found.len()))
}

/// Conflicts by filter and reach, by when they were stored.
///
/// # Errors
/// The database fails.
pub fn list_conflicts(tx: &mut Tx<'_>, filter: &ConflictFilter, reach: &Reach) -> Result<Vec<Keyed<Conflict, ConflictKey>>> {
    let rows: Vec<(ConflictRow, Timestamp)> = on!(tx, |c| {
        let query = filtered_conflicts!(conflicts::table.select((ConflictRow::as_select(), conflicts::stored_at)), filter, reach);
        match filter.direction {
            Direction::Descending => newest_first!(query, conflicts, filter.before, former by raised_at),
            Direction::Ascending => oldest_first!(query, conflicts, filter.before),
        }
        .limit(filter.limit)
        .load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (ConflictRow, Timestamp)| Keyed {
        key: PageKey::of(filter.before.as_ref(), at, row.id, (row.raised_at, row.id)),
        row: row.into(),
    };
    Ok(rows.into_iter().map(keyed).collect())
}

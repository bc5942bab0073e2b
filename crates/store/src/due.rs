//! What waits for an instant that has come: work orders, and photos whose bytes do not come.

use diesel::{
    dsl::{exists, not, sql},
    prelude::*,
    sql_types::Bool,
};

use uuid::Uuid;

use crate::{
    schema::{conflicts, photos, work_orders},
    sql::db_error,
    tx::Tx,
};
use bazdid_domain::{conflict::ConflictKind, work_order::WorkOrderState};
use bazdid_protocol::{
    error::Result,
    ids::{ContractId, OrganisationId, PhotoId, TicketId, WorkOrderId},
    time::Timestamp,
};

/// Offers whose time to answer is over at an instant, the longest overdue first, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_overdue_offers(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<(WorkOrderId, TicketId)>> {
    on!(tx, |c| work_orders::table
        .filter(work_orders::state.eq(WorkOrderState::Offered).and(work_orders::accept_due.le(now)))
        .order((work_orders::accept_due, work_orders::id))
        .limit(limit)
        .select((work_orders::id, work_orders::ticket_id))
        .load(c))
    .map_err(db_error)
}

/// Orders on hold whose date of review has come, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_holds_to_review(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<(WorkOrderId, TicketId)>> {
    on!(tx, |c| work_orders::table
        .filter(work_orders::state.eq(WorkOrderState::OnHold).and(work_orders::review_at.le(now)))
        .order((work_orders::review_at, work_orders::id))
        .limit(limit)
        .select((work_orders::id, work_orders::ticket_id))
        .load(c))
    .map_err(db_error)
}

/// An order that somebody is asked about, or is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Undecided {
    /// The order.
    pub id: WorkOrderId,
    /// Its ticket.
    pub ticket_id: TicketId,
    /// Draft or offered.
    pub state: WorkOrderState,
    /// Under which contract it is offered.
    pub contract_id: Option<ContractId>,
    /// To whom it is offered.
    pub organisation_id: Option<OrganisationId>,
}

/// The drafts and unanswered offers after an order, by id, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_undecided(tx: &mut Tx<'_>, after: Option<WorkOrderId>, limit: i64) -> Result<Vec<Undecided>> {
    let after = after.unwrap_or(WorkOrderId::new(Uuid::nil()));
    on!(tx, |c| work_orders::table
        .filter(work_orders::state.eq_any([WorkOrderState::Draft, WorkOrderState::Offered]).and(work_orders::id.gt(after)))
        .order(work_orders::id)
        .limit(limit)
        .select((work_orders::id, work_orders::ticket_id, work_orders::state, work_orders::contract_id, work_orders::organisation_id))
        .load(c))
    .map_err(db_error)
}

/// Photos that the server heard of before an instant, whose bytes (at most `most`: larger ones are not waited for) are not all there
/// and after which nobody has asked yet, the longest overdue first, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_absent_photos(tx: &mut Tx<'_>, before: Timestamp, most: i64, limit: i64) -> Result<Vec<(PhotoId, TicketId)>> {
    on!(tx, |c| {
        let asked = conflicts::table.filter(
            conflicts::ticket_id
                .eq(photos::ticket_id)
                .and(conflicts::kind.eq(ConflictKind::PhotoMissing))
                .and(conflicts::mutation_id.eq(photos::id)),
        );
        photos::table
            // As the index says it: with bound values it would not be used.
            .filter(sql::<Bool>("photos.state <> 'stored' AND photos.removed_at IS NULL"))
            .filter(photos::received_at.le(before).and(photos::bytes.le(most)))
            .filter(not(exists(asked)))
            .order((photos::received_at, photos::id))
            .limit(limit)
            .select((photos::id, photos::ticket_id))
            .load(c)
    })
    .map_err(db_error)
}

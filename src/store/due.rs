//! Which work orders wait for an instant that has come.

use diesel::prelude::*;

use crate::{
    domain::{
        ids::{TicketId, WorkOrderId},
        time::Timestamp,
        work_order::WorkOrderState,
    },
    error::Result,
    store::{schema::work_orders, sql::db_error, tx::Tx},
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

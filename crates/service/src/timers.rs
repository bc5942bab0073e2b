//! What happens because an instant has come, without anybody asking: offers expire, holds end on their date of review, answers
//! under idempotency keys are forgotten, photos that do not come are asked after.
//!
//! Each step takes a bounded number of rows in one transaction and says whether more wait; running it twice, or in two processes
//! at once, does nothing twice: the state is looked at again under the ticket's lock.

use serde_json::json;

use crate::{
    Ctx,
    change::{Change, keep},
};
use bazdid_domain::{
    assigning::expire,
    sync::engine::{absent, end_hold},
    unit_of_work::UnitOfWork,
    work_order::{WorkOrder, WorkOrderState},
    work_order_graph::Mover,
};
use bazdid_protocol::{
    error::Result,
    ids::{TicketId, WorkOrderId},
};
use bazdid_store::{self as store, Tx};

/// Rows in one step.
const STEP: i64 = 200;
/// Rows of lists that are dated in one step: some milliseconds of work.
const DATED_STEP: i64 = 500;
/// Names of accounts that are folded anew in one step.
const REFOLDED_STEP: usize = 500;
/// Fewer tickets that wait for the index are looked at one by one: that takes some milliseconds.
const INDEXED_FROM: usize = 2_048;
/// Tickets that are brought into the index in one step: some tenths of a second of work.
const INDEXED_STEP: usize = 4_096;
/// How long an answer under an idempotency key is kept, days.
const KEEP_ANSWERS_DAYS: i64 = 7;

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Rows that changed.
    pub done: usize,
    /// Whether more may wait.
    pub more: bool,
}

/// Offers that nobody answered in time expire; the follow-up asks the next.
///
/// # Errors
/// The database fails.
pub fn expire_offers(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let due = store::due::list_overdue_offers(tx, ctx.now, STEP)?;
    step(tx, ctx, &due, "work_order.expire", |unit, order, by| expire(unit, order, ctx.now, by))
}

/// A hold ends on its date of review, if nobody has prolonged it: the order is where its holder's reports put it.
///
/// # Errors
/// The database fails.
pub fn end_holds(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let due = store::due::list_holds_to_review(tx, ctx.now, STEP)?;
    step(tx, ctx, &due, "work_order.hold_ended", |unit, order, by| {
        let over = order.state == WorkOrderState::OnHold && order.review_at.is_some_and(|due| due <= ctx.now);
        if over { end_hold(unit, order, ctx.now, by).ok().flatten() } else { None }
    })
}

/// Answers under idempotency keys that nobody will ask for again are forgotten.
///
/// # Errors
/// The database fails.
pub fn forget_answers(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let done = store::idempotency::delete_answers_before(tx, ctx.now.plus_days(-KEEP_ANSWERS_DAYS))?;
    Ok(Step { done, more: false })
}

/// Claims of the inbox that have ended are forgotten.
///
/// # Errors
/// The database fails.
pub fn forget_claims(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    Ok(Step { done: store::inbox_claim::delete_ended(tx, ctx.now)?, more: false })
}

/// The database's planner learns of tables that have grown.
///
/// # Errors
/// The database fails.
pub fn renew_statistics(tx: &mut Tx<'_>, _: &Ctx) -> Result<Step> {
    Ok(Step { done: store::statistics::renew(tx)?, more: false })
}

/// Rows of lists that a former version stored are given the instant of their storing, as near as it can be told.
///
/// # Errors
/// The database fails.
pub fn date_rows(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let done = store::backfill::backfill_stored_at(tx, ctx.now, DATED_STEP)?;
    Ok(Step { done, more: done > 0 })
}

/// Tickets are brought into the index of words, and texts and names that another version folded are folded anew.
///
/// # Errors
/// The database fails.
pub fn index_texts(tx: &mut Tx<'_>, _: &Ctx) -> Result<Step> {
    let folded = store::account::refold_accounts(tx, REFOLDED_STEP)?;
    let indexed = store::ticket::search::index::index_some(tx, INDEXED_FROM, INDEXED_STEP)?;
    Ok(Step { done: folded + indexed, more: folded + indexed > 0 })
}

/// Photos whose bytes have not come for days come into the office's inbox, each once.
///
/// # Errors
/// The database fails.
pub fn ask_after_photos(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let before = ctx.now.plus_days(-ctx.shared.settings.uploads.missing_days);
    let most = ctx.shared.settings.uploads.max_photo_bytes();
    let due = store::due::list_absent_photos(tx, before, most, STEP)?;
    if due.is_empty() {
        return Ok(Step::default());
    }
    let tickets: Vec<TicketId> = due.iter().map(|(_, ticket)| *ticket).collect();
    let mut unit = store::aggregate::load_unit(tx, &tickets)?;
    let mut done = 0;
    for (id, _) in &due {
        // Looked at again under the ticket's lock: the bytes may have come meanwhile.
        if unit.photos.get(*id).is_some_and(|p| absent::is_overdue(p, before, most)) && absent::report(&mut unit, ctx.now, *id).is_some() {
            done += 1;
        }
    }
    keep(tx, ctx, &mut unit, Change::default())?;
    Ok(Step { done, more: i64::try_from(due.len()).is_ok_and(|n| n >= STEP) })
}

/// Applies a change to each of the orders that are still due, and keeps all of them.
fn step(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    due: &[(WorkOrderId, TicketId)],
    action: &str,
    mut change_of: impl FnMut(&mut UnitOfWork, WorkOrder, &Mover<'_>) -> Option<WorkOrder>,
) -> Result<Step> {
    if due.is_empty() {
        return Ok(Step::default());
    }
    let tickets: Vec<TicketId> = due.iter().map(|(_, ticket)| *ticket).collect();
    let mut unit = store::aggregate::load_unit(tx, &tickets)?;
    let reference = ctx.reference(tx)?;
    let by = Mover::system(&reference.transitions);
    let mut change = Change::default();
    let mut done = 0;
    for (id, _) in due {
        let Some(order) = unit.work_orders.get(*id).cloned() else { continue };
        let epoch = order.epoch;
        if let Some(order) = change_of(&mut unit, order, &by) {
            unit.work_orders.put(order);
            change.audit(ctx, action, "work_order", id.uuid(), json!({ "epoch": epoch }));
            done += 1;
        }
    }
    keep(tx, ctx, &mut unit, change)?;
    Ok(Step { done, more: i64::try_from(due.len()).is_ok_and(|n| n >= STEP) })
}

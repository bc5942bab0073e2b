//! What waits for somebody is looked at again when contracts, coverages, organisations or the day have changed: drafts for which somebody
//! can be asked by now, and offers whose contract is not in force any more.
//!
//! A look goes over all drafts and unanswered offers in steps of one transaction each. It is due when the reference data has changed since
//! the last one was finished, and every ten minutes: validities begin and end, capacities are free again with a new day, inspectors come.
//! A look that did not come to its end is begun again.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    Ctx,
    change::{self, Change, keep},
    timers::Step,
};
use bazdid_domain::{
    follow_up::{self, FollowUpContext},
    reference::Reference,
    unit_of_work::UnitOfWork,
    work_order::{WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    error::Result,
    ids::{TicketId, WorkOrderId},
};
use bazdid_store::{self as store, Tx, due::Undecided};

/// Name of the mark of the last finished look among the server's own values.
const LAST: &str = "dispatch_look";
/// Orders in one step.
const STEP: i64 = 200;
/// How often everything is looked at although no row of the reference data has changed, microseconds.
const EVERY_US: i64 = 10 * 60 * 1_000_000;

/// What a look is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark(String);

/// A step of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// What it did.
    pub step: Step,
    /// After which order the next step begins; absent: the look is finished.
    pub next: Option<WorkOrderId>,
}

/// Whether a look is due, and for what.
///
/// # Errors
/// The database fails.
pub fn begin(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Option<Mark>> {
    let mark = format!("{}|{}", ctx.reference(tx)?.version, ctx.now.micros().div_euclid(EVERY_US));
    Ok((store::state::find_state(tx, LAST)?.as_deref() != Some(&mark)).then_some(Mark(mark)))
}

/// Keeps that a look was finished.
///
/// # Errors
/// The database fails.
pub fn finish(tx: &mut Tx<'_>, mark: &Mark) -> Result<()> {
    store::state::save_state(tx, LAST, &mark.0)
}

/// Looks at the next orders. Nothing is written where nothing changes.
///
/// # Errors
/// The database fails.
pub fn step(tx: &mut Tx<'_>, ctx: &Ctx, after: Option<WorkOrderId>) -> Result<Look> {
    let reference = ctx.reference(tx)?;
    let page = store::due::list_undecided(tx, after, STEP)?;
    let more = i64::try_from(page.len()).is_ok_and(|n| n >= STEP);
    let next = page.last().filter(|_| more).map(|o| o.id);
    let lost = |o: &Undecided| {
        o.state == WorkOrderState::Offered && !follow_up::is_offer_in_force(&reference, o.contract_id, o.organisation_id, ctx.now)
    };
    let concerned: Vec<Undecided> = page.into_iter().filter(|o| o.state == WorkOrderState::Draft || lost(o)).collect();
    if concerned.is_empty() {
        return Ok(Look { step: Step::default(), next });
    }
    let tickets: Vec<TicketId> = concerned.iter().map(|o| o.ticket_id).collect::<BTreeSet<_>>().into_iter().collect();
    let mut unit = store::aggregate::load_unit(tx, &tickets)?;
    let ids: Vec<WorkOrderId> = concerned.iter().map(|o| o.id).collect();
    let mut change = Change::default();
    let mut done = 0;
    for order in &ids {
        if follow_up::take_offer_back(&mut unit, &reference, *order, ctx.now) {
            change.audit(ctx, "work_order.offer_lost", "work_order", order.uuid(), json!({ "reason": "contract_not_in_force" }));
            done += 1;
        }
    }
    let context = context(tx, ctx, &reference, &unit)?;
    for order in follow_up::wake(&mut unit, &context, &ids) {
        change.audit(ctx, "work_order.wake", "work_order", order.uuid(), json!({}));
        done += 1;
    }
    if done > 0 {
        keep(tx, ctx, &mut unit, change)?;
    }
    Ok(Look { step: Step { done, more }, next })
}

/// Used capacities, and the inspectors where inspections wait.
fn context<'r>(tx: &mut Tx<'_>, ctx: &Ctx, reference: &'r Reference, unit: &UnitOfWork) -> Result<FollowUpContext<'r>> {
    let areas = |kind: fn(WorkOrderKind) -> bool| {
        let drafts = unit.work_orders.iter().filter(|o| o.state == WorkOrderState::Draft && kind(o.kind));
        drafts.filter_map(|o| unit.tickets.get(o.ticket_id)).flat_map(|t| t.areas.clone()).collect::<BTreeSet<_>>()
    };
    let inspection = areas(|kind| kind == WorkOrderKind::Inspection);
    let inspectors = if inspection.is_empty() { Vec::new() } else { store::inspector::list_inspectors(tx, &inspection, ctx.now)? };
    let used = change::used(tx, ctx, reference, &areas(|kind| kind != WorkOrderKind::Inspection))?;
    Ok(FollowUpContext { reference, now: ctx.now, usage: change::usage(&used), inspectors })
}

//! Two verdicts on one round: the stricter stands, unless the milder is taken.

use crate::{
    assigning::Heard,
    conflict::Conflict,
    judging::{NotJudged, Verdict, accept},
    office::resolution::{Decision, Refusal},
    sync::merge_context::MergeContext,
    unit_of_work::UnitOfWork,
    work_order::{Round, RoundVerdict, WorkOrder, WorkOrderState},
};
use bazdid_protocol::sides::Sides;

const GONE_ON: Refusal = Refusal::State("the order has gone on since this round; keep what is in force");
const BYTES_AWAITED: Refusal =
    Refusal::State("the category asks for photos whose bytes have not all arrived; wait for them, or keep what is in force");

/// The milder verdict stands: the round is accepted after all, and the order verified. What the party has begun of the next round is
/// kept and asks for nothing more.
pub(super) fn take_milder(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let Sides::Verdicts { base, theirs, .. } = &conflict.sides else { return Err(Refusal::Unknown) };
    let round = unit.rounds.get(base.round).cloned().ok_or(Refusal::Unknown)?;
    let order = unit.work_orders.get(round.work_order_id).cloned().ok_or(Refusal::Unknown)?;
    let newer = |r: &Round| r.work_order_id == order.id && r.number > round.number && r.verdict != RoundVerdict::Withdrawn;
    let same_holder =
        order.assignment_id.and_then(|a| unit.assignments.get(a)).is_some_and(|a| (a.epoch..=a.until_epoch).contains(&round.epoch));
    if unit.rounds.iter().any(newer) || !same_holder || matches!(order.state, WorkOrderState::Closed | WorkOrderState::Cancelled) {
        return Err(GONE_ON);
    }
    let by = decision.mover(context);
    // Of a milder verdict neither defects nor words are kept: the conflict has what was said.
    let milder = Verdict {
        verdict: theirs.verdict,
        by: theirs.by,
        at: theirs.at,
        command: Some(theirs.mutation),
        defects: Vec::new(),
        note: None,
        without_bytes: None,
    };
    let order = WorkOrder {
        round: round.number,
        submitted_by: Some(round.submitted_by),
        submitted_org: round.submitted_org,
        reason: None,
        review_at: None,
        ..order
    };
    accept(unit, order, round, &milder, Heard::now(decision.now), &by).map(drop).map_err(|why| match why {
        NotJudged::NotAllowed(why) => why.into(),
        NotJudged::LeftBehind => GONE_ON,
        NotJudged::BytesAwaited(_) => BYTES_AWAITED,
    })
}

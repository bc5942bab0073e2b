//! Two verdicts on one round: the stricter stands, unless the milder is taken.

use crate::{
    assigning::touch,
    conflict::Conflict,
    evidence::arrival,
    office::resolution::{Decision, Refusal},
    work_order::{Round, RoundVerdict, WorkOrder, WorkOrderState},
    world::World,
};
use bazdid_protocol::ids::RoundId;

fn read<T: serde::de::DeserializeOwned>(side: &serde_json::Value, key: &str) -> Option<T> {
    side.get(key).cloned().and_then(|v| serde_json::from_value(v).ok())
}

/// The milder verdict stands: the round is accepted after all, and the order verified. What the party has begun of the next round is
/// kept and asks for nothing more.
pub(super) fn take_milder(world: &mut World, conflict: &Conflict, decision: &Decision<'_>) -> Result<(), Refusal> {
    const GONE_ON: Refusal = Refusal::State("the order has gone on since this round; keep what is in force");
    let round: RoundId = read(&conflict.base, "round").ok_or(Refusal::Unknown)?;
    let round = world.rounds.get(round).cloned().ok_or(Refusal::Unknown)?;
    let order = world.work_orders.get(round.work_order_id).cloned().ok_or(Refusal::Unknown)?;
    let verdict: RoundVerdict = read(&conflict.theirs, "verdict").ok_or(Refusal::Unknown)?;
    let newer = |r: &Round| r.work_order_id == order.id && r.number > round.number && r.verdict != RoundVerdict::Withdrawn;
    let same_holder =
        order.assignment_id.and_then(|a| world.assignments.get(a)).is_some_and(|a| (a.epoch..=a.until_epoch).contains(&round.epoch));
    if world.rounds.iter().any(newer) || !same_holder || matches!(order.state, WorkOrderState::Closed | WorkOrderState::Cancelled) {
        return Err(GONE_ON);
    }
    let accepted = WorkOrder { submitted_by: Some(round.submitted_by), submitted_org: round.submitted_org, ..order.clone() };
    if arrival::awaited(world, &accepted).is_some() {
        return Err(Refusal::State(
            "the category asks for photos whose bytes have not all arrived; wait for them, or keep what is in force",
        ));
    }
    let (number, by, organisation) = (round.number, round.submitted_by, round.submitted_org);
    world.rounds.put(Round {
        verdict,
        verdict_by: read(&conflict.theirs, "by"),
        verdict_at: read(&conflict.theirs, "at"),
        verdict_mutation: read(&conflict.theirs, "mutation"),
        defects: Vec::new(),
        note: None,
        rework_due: None,
        without_bytes: None,
        ..round
    });
    let mut order = WorkOrder {
        state: WorkOrderState::Verified,
        round: number,
        submitted_by: Some(by),
        submitted_org: organisation,
        reason: None,
        review_at: None,
        ..order
    };
    touch(&mut order, decision.now);
    world.work_orders.put(order);
    Ok(())
}

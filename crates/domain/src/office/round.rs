//! Verification by the office: a round is accepted, all or part of it, or returned with defects. Four eyes, always.

use crate::{
    assigning::{begin_rework, touch},
    evidence::arrival,
    office::{Desk, Refusal, Ruled, allow, field, long, reason_given},
    work_order::{Defect, Round, RoundVerdict, WorkOrder, WorkOrderState},
    work_order_graph::may_judge,
    world::World,
};
use bazdid_protocol::{ids::RoundId, time::Timestamp};

/// How much of a round is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    All,
    /// Part of the quantity; the note says which.
    Part,
}

/// The round and its order, if this person may judge and the order has not gone on.
fn open(world: &World, desk: &Desk<'_>, id: RoundId, to: WorkOrderState) -> Ruled<(Round, WorkOrder)> {
    let round = world.rounds.get(id).cloned().ok_or(Refusal::Unknown("round"))?;
    let order = world.work_orders.get(round.work_order_id).cloned().ok_or(Refusal::Unknown("work order"))?;
    if !may_judge(round.submitted_by, round.submitted_org, desk.officer.account, &desk.officer.organisations) {
        return Err(Refusal::OwnWork);
    }
    if order.state != WorkOrderState::Submitted {
        return Err(Refusal::Transition { from: order.state, to });
    }
    if order.round != round.number || round.verdict != RoundVerdict::Pending {
        return Err(Refusal::State("the order has gone on since this round"));
    }
    allow(&order, to, desk)?;
    Ok((round, order))
}

fn judged(mut round: Round, desk: &Desk<'_>, verdict: RoundVerdict, note: Option<&str>) -> Round {
    round.verdict = verdict;
    round.verdict_by = Some(desk.officer.account);
    round.verdict_at = Some(desk.now);
    round.verdict_mutation = Some(desk.command);
    round.note = note.map(str::to_owned);
    round
}

/// What somebody says who accepts a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance<'a> {
    /// All or part of it.
    pub share: Share,
    /// In words; of a part: which.
    pub note: Option<&'a str>,
    /// Why bytes of photos that the category asks for are not waited for.
    pub without_bytes: Option<&'a str>,
}

/// Accepts a round. Where the category says so the bytes of the photos that it asks for must be stored, unless there is a reason
/// not to wait for them: the round keeps it.
///
/// # Errors
/// Not his to judge; the order has gone on; part of it without saying which; bytes have not arrived.
pub fn verify(world: &mut World, desk: &Desk<'_>, id: RoundId, acceptance: Acceptance<'_>) -> Ruled {
    let Acceptance { share, note, without_bytes } = acceptance;
    long("/note", note)?;
    if let Some(reason) = without_bytes {
        reason_given("/without_bytes", reason)?;
    }
    let (round, mut order) = open(world, desk, id, WorkOrderState::Verified)?;
    if share == Share::Part && note.is_none_or(|n| n.trim().is_empty()) {
        return field("/note", "say which part is accepted");
    }
    let awaited = arrival::awaited(world, &order);
    if without_bytes.is_none()
        && let Some(awaited) = awaited
    {
        return Err(Refusal::BytesAwaited(Box::new(awaited)));
    }
    let verdict = if share == Share::All { RoundVerdict::Accepted } else { RoundVerdict::Partly };
    let without_bytes = without_bytes.map(str::to_owned);
    world.rounds.put(Round { without_bytes, ..judged(round, desk, verdict, note) });
    order.state = WorkOrderState::Verified;
    touch(&mut order, desk.now);
    world.work_orders.put(order);
    Ok(())
}

/// Returns a round with at least one coded defect: the next round of the same holder begins, under a new epoch.
///
/// # Errors
/// Not his to judge; the order has gone on; no defect; the date lies in the past.
pub fn rework(world: &mut World, desk: &Desk<'_>, id: RoundId, defects: &[Defect], due: Option<Timestamp>, note: Option<&str>) -> Ruled {
    long("/note", note)?;
    if defects.is_empty() || defects.len() > 50 {
        return field("/defects", "name 1 to 50 defects");
    }
    for defect in defects {
        super::coded("/defects", &defect.code)?;
        long("/defects", defect.note.as_deref())?;
    }
    if due.is_some_and(|due| due <= desk.now) {
        return field("/rework_due", "must lie in the future");
    }
    let (round, mut order) = open(world, desk, id, WorkOrderState::Rework)?;
    let minutes = world.tickets.get(order.ticket_id).and_then(|t| desk.reference.categories.get(&t.category_id)).map(|c| c.resolve_minutes);
    let due = due.or(minutes.map(|m| desk.now.plus_minutes(m)));
    world.rounds.put(Round { defects: defects.to_vec(), rework_due: due, ..judged(round, desk, RoundVerdict::Rework, note) });
    begin_rework(world, &mut order, desk.now, due);
    world.work_orders.put(order);
    Ok(())
}

//! Late work: accepted, paid beside the other's, or given back to go on with; and a decline against a submission.
//!
//! Accepting writes the late party's reports anew under the epoch that it gets, so that the state follows from the events as ever. The
//! late events themselves stay for the record.

use crate::{
    assigning::{Party, Terms, assign, round_of, touch},
    conflict::{Conflict, ConflictKind, Resolution},
    office::resolution::{Decision, Refusal},
    sync::{engine, merge_context::MergeContext},
    ticket::{Ticket, TicketStatus},
    ticket_flow::{Because, set_status},
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
    work_order_graph::Mover,
};
use bazdid_protocol::{
    ids::{WorkEventId, name_uuid},
    sides::Sides,
};

/// Minutes to do the work where the category is not known any more.
const RESOLVE_MINUTES: i64 = 2880;
/// Why a ticket that the office had ended goes on.
const REOPENED: &str = "late_work_accepted";

/// Late work and what it was done for.
struct Late {
    order: WorkOrder,
    ticket: Ticket,
    /// What the late party held then.
    held: Assignment,
    /// What it reported, by stamp.
    events: Vec<WorkEvent>,
}

const fn is_work(kind: WorkEventKind) -> bool {
    matches!(kind, WorkEventKind::Start | WorkEventKind::Resume | WorkEventKind::Submit | WorkEventKind::FailVisit)
}

/// Finds the late work of a conflict. `None`: it is about evidence alone, or about a late verdict.
fn late(unit: &UnitOfWork, conflict: &Conflict) -> Option<Late> {
    let order = unit.work_orders.get(conflict.work_order_id?)?.clone();
    let ticket = unit.tickets.get(order.ticket_id)?.clone();
    let listed = conflict.sides.late_events();
    let mut events: Vec<WorkEvent> = unit
        .work_events
        .iter()
        .filter(|e| e.work_order_id == order.id && e.standing == Standing::Stale && listed.contains(&e.id))
        .cloned()
        .collect();
    events.sort_by_key(|e| (e.eff, e.id));
    // One epoch can have had two holders where an offer was reinstated, and a party can have held several epochs: who submitted
    // counts, else who reported last.
    let speaks = events.iter().find(|e| e.kind == WorkEventKind::Submit).or_else(|| events.last())?.clone();
    events.retain(|e| e.organisation_id == speaks.organisation_id);
    let held = unit
        .assignments
        .iter()
        .filter(|a| a.work_order_id == order.id && (a.epoch..=a.until_epoch).contains(&speaks.epoch))
        .filter(|a| a.organisation_id == speaks.organisation_id && a.account_id.is_none_or(|p| p == speaks.actor))
        .max_by_key(|a| a.epoch)?
        .clone();
    Some(Late { order, ticket, held, events })
}

const NOTHING_LATE: Refusal = Refusal::State("there is no late work in this conflict; dismiss it");
const JUDGED: Refusal = Refusal::State("the order is verified already; pay both, or dismiss the late work");
const MERGED: Refusal = Refusal::State("the ticket was merged into another and nothing was submitted for it; dismiss it");

/// The late work counts: who did it holds the order from now on, and what they submitted is the round to be verified.
pub(super) fn accept(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let Some(late) = late(unit, conflict) else { return accept_evidence(unit, conflict, decision) };
    let submitted = late.events.iter().any(|e| e.kind == WorkEventKind::Submit);
    // Work that was submitted for a duplicate is verified and paid; the request itself stays answered with its master.
    if late.ticket.status == TicketStatus::Duplicate && !submitted {
        return Err(MERGED);
    }
    let by = decision.mover(context);
    let order = give_back(unit, context, &late, decision, &by)?;
    for event in &late.events {
        unit.work_events.put(WorkEvent { standing: Standing::Redundant, ..event.clone() });
    }
    for event in late.events.into_iter().filter(|e| is_work(e.kind)) {
        let id = WorkEventId::new(name_uuid(&format!("accepted|{}|{}", event.id, order.epoch)));
        unit.work_events.put(WorkEvent { id, rev: 0, epoch: order.epoch, standing: Standing::Effective, ..event });
    }
    unit.work_orders.put(order.clone());
    engine::derive_order(unit, order, &by)?;
    Ok(())
}

/// Only evidence came after the office had ended the ticket: taking it seriously is to take the request up again.
fn accept_evidence(unit: &mut UnitOfWork, conflict: &Conflict, decision: &Decision<'_>) -> Result<(), Refusal> {
    let ticket = unit.tickets.get(conflict.ticket_id).filter(|_| conflict.kind == ConflictKind::DeletedEntity).ok_or(NOTHING_LATE)?;
    match ticket.status {
        TicketStatus::Cancelled | TicketStatus::Rejected => {
            set_status(unit, conflict.ticket_id, TicketStatus::New, reopened(decision));
            Ok(())
        }
        TicketStatus::Duplicate => Err(Refusal::State("the ticket was merged into another, which names this evidence; dismiss it")),
        _ => Err(Refusal::State("the ticket is open again already; dismiss it")),
    }
}

fn reopened<'a>(decision: &Decision<'_>) -> Because<'a> {
    Because { actor: Some(decision.by.account), reason: Some(REOPENED), at: decision.now }
}

/// The order goes back to the late party, to go on with; what it reported late stays late.
pub(super) fn reassign_back(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let late = late(unit, conflict).ok_or(NOTHING_LATE)?;
    if late.ticket.status == TicketStatus::Duplicate {
        return Err(Refusal::State("the ticket was merged into another; accept what was submitted, or dismiss it"));
    }
    let order = give_back(unit, context, &late, decision, &decision.mover(context))?;
    unit.work_orders.put(order);
    Ok(())
}

/// Gives the order to the late party under a new epoch, and takes an ended ticket up again.
fn give_back(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    late: &Late,
    decision: &Decision<'_>,
    by: &Mover<'_>,
) -> Result<WorkOrder, Refusal> {
    if matches!(late.order.state, WorkOrderState::Verified | WorkOrderState::Closed) {
        return Err(JUDGED);
    }
    if matches!(late.ticket.status, TicketStatus::Cancelled | TicketStatus::Rejected) {
        set_status(unit, late.ticket.id, TicketStatus::InWork, reopened(decision));
    }
    let to = Party {
        organisation: late.held.organisation_id,
        account: late.held.account_id,
        contract: late.held.contract_id,
        coverage: late.held.coverage_id,
        rank: late.held.rank,
    };
    let resolve_minutes = context.category(late.ticket.category_id).map_or(RESOLVE_MINUTES, |c| c.resolve_minutes);
    let mut order = WorkOrder { findings: None, ..late.order.clone() };
    if order.state != WorkOrderState::Draft {
        by.take(&mut order, WorkOrderState::Draft)?;
    }
    assign(unit, &mut order, &to, &Terms { at: decision.now, accept_minutes: None, resolve_minutes }, by)?;
    Ok(order)
}

/// Both did the work and both are paid: the state stays, the order is marked (see [`crate::sync::engine::flags`]).
pub(super) fn pay_both(unit: &UnitOfWork, conflict: &Conflict) -> Result<(), Refusal> {
    let late = late(unit, conflict).ok_or(NOTHING_LATE)?;
    if late.events.iter().any(|e| is_work(e.kind)) {
        return Ok(());
    }
    Err(Refusal::State("nobody has reported late that they worked; there is nothing to pay"))
}

/// One of a party declined what another submitted. Kept: the submission stands, and the decline counts no more. The other: the
/// decline stands, what was reported under it counts no more, and the system asks the next.
pub(super) fn decline_or_submission(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let mut order = conflict.work_order_id.and_then(|o| unit.work_orders.get(o)).cloned().ok_or(Refusal::Unknown)?;
    let Sides::Declined { base, .. } = &conflict.sides else { return Err(Refusal::Unknown) };
    let first = base.epoch;
    let held = order.assignment_id.and_then(|a| unit.assignments.get(a)).filter(|a| (a.epoch..=a.until_epoch).contains(&first)).cloned();
    let counts =
        |e: &&WorkEvent| e.work_order_id == order.id && e.epoch >= first && matches!(e.standing, Standing::Effective | Standing::Redundant);
    let Some(mut held) = held else {
        return match decision.resolution {
            Resolution::Keep => Ok(()),
            _ => Err(Refusal::State("the order has gone on to somebody else since; keep what is in force")),
        };
    };
    let all: Vec<WorkEvent> =
        unit.work_events.iter().filter(counts).filter(|e| e.organisation_id == held.organisation_id).cloned().collect();
    let (declines, reports): (Vec<WorkEvent>, Vec<WorkEvent>) = all.into_iter().partition(|e| e.kind == WorkEventKind::Decline);
    if decision.resolution == Resolution::Keep {
        overrule(unit, declines);
        return Ok(());
    }
    if order.state != WorkOrderState::Submitted {
        return Err(Refusal::State("the submission was judged already; keep what is in force"));
    }
    decision.mover(context).take(&mut order, WorkOrderState::Declined)?;
    let refused = declines.iter().min_by_key(|e| (e.eff, e.id));
    held.answer = Some(Answer::Declined);
    held.answered_at = refused.map(|e| e.at).or(Some(decision.now));
    held.reason = refused.and_then(|e| e.reason()).map(str::to_owned);
    unit.assignments.put(held);
    overrule(unit, reports);
    if let Some(round) = round_of(unit, order.id, order.round).filter(|r| r.verdict == RoundVerdict::Pending).cloned() {
        unit.rounds.put(crate::work_order::Round { verdict: RoundVerdict::Withdrawn, ..round });
    }
    let mut order = WorkOrder { submitted_by: None, submitted_org: None, findings: None, ..order };
    touch(&mut order, decision.now);
    unit.work_orders.put(order);
    Ok(())
}

fn overrule(unit: &mut UnitOfWork, events: Vec<WorkEvent>) {
    for event in events {
        unit.work_events.put(WorkEvent { standing: Standing::Overruled, ..event });
    }
}

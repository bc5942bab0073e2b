//! Work events: append-only, fenced by the epoch that the author knew.

use crate::{
    account::Role,
    category::Step,
    evidence::needs::{self, Report, awaited},
    organisation::OrganisationKind,
    sync::{
        engine::{
            Act, Author, Authority,
            attempt::{self, goes_on, refold, reinstate},
            disputes, ended, facts, is_party, late, target, unknown,
        },
        merge_context::MergeContext,
    },
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderKind, WorkOrderState},
    work_order_graph::{Hold, Mode, Mover, NotAllowed, Party},
};
use bazdid_protocol::{
    command::{Command, WorkStart},
    ids::{VisitId, WorkEventId},
    outcome::{Outcome, OutcomeCode, Status},
};

pub(super) fn decide(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>) -> Outcome {
    let mark = unit.mark();
    report(unit, context, author, act).unwrap_or_else(|why| {
        unit.rollback(mark);
        refusal(why)
    })
}

/// What is said of a report that the table of transitions does not allow its author.
pub(super) fn refusal(why: NotAllowed) -> Outcome {
    let NotAllowed { from, to } = why;
    Outcome::rejected(OutcomeCode::InvalidTransition, format!("you may not take a work order from {from} to {to}"))
}

fn report(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>) -> Result<Outcome, NotAllowed> {
    let Some(kind) = kind_of(act.command) else {
        return Ok(Outcome::rejected(OutcomeCode::UnknownCommand, "/cmd: not a work event"));
    };
    let Some((ticket, Some(order))) = target(unit, context, author, act.entity) else {
        return Ok(unknown(act.entity));
    };
    let (order, shut) = (order.clone(), ticket.status.is_shut_by_office());
    if unit.work_events.get(WorkEventId::of(act.id)).is_some() {
        return Ok(Outcome::applied(order.rev));
    }
    let Some(epoch) = act.epoch else {
        return Ok(Outcome::rejected(OutcomeCode::Validation, "/epoch: name the epoch that the order had when this was done"));
    };
    if epoch > order.epoch {
        return Ok(Outcome::held(OutcomeCode::EpochUnknown, "/epoch: the server has not issued this epoch", act.entity));
    }
    // The holder of an epoch may report what was done in it, whoever they are now.
    let Some(assignment) = holder_of(unit, &order, epoch, author) else {
        return Ok(Outcome::rejected(OutcomeCode::NotAssigned, "this order was not yours in that epoch"));
    };
    if matches!(act.command, Command::InspectionSubmit(_)) && order.kind != WorkOrderKind::Inspection {
        return Ok(Outcome::rejected(OutcomeCode::InvalidTransition, "findings end an inspection; this order is none"));
    }
    let by = mover(context, author, &assignment);
    // Of a contractor's people only the manager declines: what the others say is a request to be relieved.
    let declines = kind != WorkEventKind::Decline || by.may(WorkOrderState::Offered, WorkOrderState::Declined);
    let event = Event { kind: if declines { kind } else { WorkEventKind::RequestRelief }, epoch };
    if shut || order.state == WorkOrderState::Cancelled {
        return Ok(ended(unit, author, act, &order, &assignment, event));
    }
    if goes_on(unit, &order, &assignment, epoch) {
        return current(unit, context, (author, act), order, assignment, event, &by);
    }
    stale(unit, context, (author, act), order, assignment, event, &by)
}

/// As whom somebody reports at an order that an assignment gives to them or to their organisation.
pub(super) fn mover<'t>(context: &MergeContext<'t>, author: &Author, assignment: &Assignment) -> Mover<'t> {
    Mover::new(&context.reference.transitions, [party(context, author, assignment)], Mode::Offline)
}

fn party(context: &MergeContext<'_>, author: &Author, assignment: &Assignment) -> Party {
    let Some(organisation) = assignment.organisation_id.filter(|_| assignment.account_id.is_none()) else {
        return Party::Inspector;
    };
    let kind = context.reference.organisations.get(&organisation).map(|o| o.kind);
    if author.roles.contains(&Role::Crew) && !author.manages.contains(&organisation) {
        if kind == Some(OrganisationKind::EmergencyGroup) { Party::EmergencyGroup } else { Party::Crew }
    } else if author.roles.contains(&Role::Inspector) && !author.roles.contains(&Role::ContractorManager) {
        Party::Inspector
    } else {
        Party::Contractor
    }
}

/// Whether an event asks for nothing once the party does not hold the order any more.
const fn gives_up(kind: WorkEventKind) -> bool {
    matches!(kind, WorkEventKind::Decline | WorkEventKind::RequestRelief)
}

fn kind_of(command: &Command) -> Option<WorkEventKind> {
    Some(match command {
        Command::WorkAccept => WorkEventKind::Accept,
        Command::WorkDecline(_) => WorkEventKind::Decline,
        Command::WorkStart(_) => WorkEventKind::Start,
        Command::WorkRequestHold(_) => WorkEventKind::RequestHold,
        Command::WorkResume => WorkEventKind::Resume,
        Command::WorkSubmit(_) | Command::InspectionSubmit(_) => WorkEventKind::Submit,
        Command::WorkFailVisit(_) => WorkEventKind::FailVisit,
        _ => return None,
    })
}

/// The assignment under which a party held an epoch; of several the last.
pub(super) fn holder_of(unit: &UnitOfWork, order: &WorkOrder, epoch: i64, author: &Author) -> Option<Assignment> {
    unit.assignments
        .iter()
        .filter(|a| a.work_order_id == order.id && (a.epoch..=a.until_epoch).contains(&epoch))
        .filter(|a| is_party(author, a.organisation_id, a.account_id))
        .max_by_key(|a| a.epoch)
        .cloned()
}

/// What was done, and the epoch that the author knew.
#[derive(Clone, Copy)]
pub(super) struct Event {
    pub kind: WorkEventKind,
    pub epoch: i64,
}

/// Appends the event. Its id is the mutation's, so that a repeat can never make a second one.
pub(super) fn record(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, assignment: &Assignment, event: Event, standing: Standing) {
    let visit_id = match act.command {
        Command::WorkStart(a) => a.visit,
        Command::WorkDecline(a) | Command::WorkRequestHold(a) | Command::WorkFailVisit(a) => a.visit,
        _ => None,
    };
    unit.work_events.put(WorkEvent {
        id: WorkEventId::of(act.id),
        rev: 0,
        work_order_id: assignment.work_order_id,
        ticket_id: assignment.ticket_id,
        epoch: event.epoch,
        kind: event.kind,
        actor: author.account,
        organisation_id: assignment.organisation_id,
        device_id: author.device,
        visit_id,
        args: act.args.clone(),
        at: act.stamp.est,
        eff: act.stamp.eff,
        standing,
    });
    let quantities = match act.command {
        Command::WorkSubmit(submit) => &submit.quantities[..],
        Command::InspectionSubmit(submit) => &submit.quantities[..],
        _ => &[],
    };
    facts::measure(unit, author, act, assignment, event.epoch, quantities);
}

/// The office had cancelled the order, or cancelled, merged or refused the ticket. Declining it is right already.
fn ended(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, order: &WorkOrder, assignment: &Assignment, event: Event) -> Outcome {
    record(unit, author, act, assignment, event, Standing::Stale);
    if gives_up(event.kind) {
        return Outcome::applied(order.rev);
    }
    let party = ended::Party::holding(assignment, author.account);
    let conflict = ended::report_work(unit, act.received_at, order.id, party);
    late::refer_master(unit, act, order.ticket_id);
    let Some(conflict) = conflict else { return Outcome::applied(order.rev) };
    kept(conflict, OutcomeCode::DeletedEntity, "the office had ended this order; a supervisor decides about your work")
}

fn kept(conflict: bazdid_protocol::ids::ConflictId, code: OutcomeCode, detail: &str) -> Outcome {
    Outcome { conflict: Some(conflict), ..Outcome::of(Status::Conflict, code, detail) }
}

/// An event of an attempt that has passed never changes the state, with one exception: an offer that had expired or that the manager
/// had declined, that was accepted in time and that nobody else has taken since, is reinstated.
fn stale(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    (author, act): (&Author, &Act<'_>),
    mut order: WorkOrder,
    mut assignment: Assignment,
    event: Event,
    by: &Mover<'_>,
) -> Result<Outcome, NotAllowed> {
    let in_time = assignment.expires_at.is_some_and(|end| act.stamp.est < end);
    let given_up = match assignment.answer {
        Some(Answer::Expired) => true,
        // Inside an attempt an acceptance beats a decline, whichever is heard of first. What the office decided stays decided.
        Some(Answer::Declined) => !attempt::decided_by_office(unit, &assignment),
        _ => false,
    };
    if event.kind == WorkEventKind::Accept && given_up && in_time && is_free(unit, &order) {
        reinstate(unit, &mut order, &mut assignment, act.received_at, by)?;
        attempt::revive(unit, &order, &assignment);
        unit.work_orders.put(order.clone());
        return current(unit, context, (author, act), order, assignment, event, by);
    }
    record(unit, author, act, &assignment, event, Standing::Stale);
    // Who declines what they no longer have is right already.
    if gives_up(event.kind) {
        return Ok(Outcome::applied(order.rev));
    }
    let Some(conflict) = late::report_stale(unit, act.received_at, order.id, event.epoch) else {
        return Ok(Outcome::applied(order.rev));
    };
    Ok(kept(conflict, OutcomeCode::StaleEpoch, "the order had gone on without you; a supervisor decides about your work"))
}

/// Whether nobody has taken an order: it waits for an answer, or for the office.
fn is_free(unit: &UnitOfWork, order: &WorkOrder) -> bool {
    use WorkOrderState::{Declined, Draft, Expired, Offered};
    let asked = order.assignment_id.and_then(|a| unit.assignments.get(a));
    matches!(order.state, Draft | Offered | Declined | Expired) && asked.is_none_or(|a| a.answer != Some(Answer::Accepted))
}

/// An event of the attempt that is going on: it counts, and the stage is folded anew from all of the attempt's events.
fn current(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    (author, act): (&Author, &Act<'_>),
    mut order: WorkOrder,
    assignment: Assignment,
    event: Event,
    by: &Mover<'_>,
) -> Result<Outcome, NotAllowed> {
    if order.state == WorkOrderState::Expired && assignment.expires_at.is_some_and(|end| act.stamp.est >= end) {
        // Work that was done is seen, and a late yes is heard, though nobody had the right to it any more.
        if !gives_up(event.kind) {
            return stale(unit, context, (author, act), order, assignment, event, by);
        }
    }
    if let Some(refusal) = refuse(unit, context, (author, act), &order, &assignment) {
        return Ok(refusal);
    }
    let done = matches!(order.state, WorkOrderState::Verified | WorkOrderState::Closed);
    record(unit, author, act, &assignment, event, Standing::Effective);
    let hold = Hold::after(event.kind);
    order.stamp = order.stamp.max(act.stamp.eff);
    order.updated_at = order.updated_at.max(act.received_at);
    let was_expired = order.state == WorkOrderState::Expired;
    let mut order = refold(unit, order, assignment.clone(), hold, by)?;
    if was_expired && order.state != WorkOrderState::Expired {
        attempt::revive(unit, &order, &assignment);
        order = refold(unit, order, assignment.clone(), hold, by)?;
    }
    Ok(answer(unit, author, act, &order, &assignment, event.kind, done))
}

/// What the author is told of an event that counts.
fn answer(
    unit: &mut UnitOfWork,
    author: &Author,
    act: &Act<'_>,
    order: &WorkOrder,
    assignment: &Assignment,
    kind: WorkEventKind,
    done: bool,
) -> Outcome {
    let disputes = disputes::report(unit, act.received_at, order, assignment);
    if let Some(conflict) = disputes.relief.filter(|_| kind == WorkEventKind::RequestRelief) {
        let detail = "only your manager can decline; the office was asked to relieve you, until then the order stays yours";
        return kept(conflict, OutcomeCode::InvalidTransition, detail);
    }
    if let Some(conflict) = disputes.declined {
        return kept(conflict, OutcomeCode::ConcurrentEdit, "one of your colleagues declined what another submitted");
    }
    if matches!(act.command, Command::InspectionSubmit(_)) {
        if let Some(conflict) = disputes.findings {
            return kept(conflict, OutcomeCode::AlreadySubmitted, "somebody else submitted other findings; a supervisor decides");
        }
        let events = attempt::events(unit, order, assignment);
        let first = events.iter().find(|e| e.findings().is_some());
        if first.is_some_and(|f| f.actor == author.account && f.args != *act.args) {
            let detail = "your first findings are in force; these are kept beside them";
            return Outcome { v: Some(order.rev), ..Outcome::of(Status::Merged, OutcomeCode::AlreadySubmitted, detail) };
        }
    }
    if done {
        let detail = "the order is verified; your report is kept and changes nothing";
        return Outcome { v: Some(order.rev), ..Outcome::of(Status::Applied, OutcomeCode::TerminalState, detail) };
    }
    Outcome::applied(order.rev)
}

/// What an event of the current attempt is refused or held for.
fn refuse(
    unit: &UnitOfWork,
    context: &MergeContext<'_>,
    (author, act): (&Author, &Act<'_>),
    order: &WorkOrder,
    assignment: &Assignment,
) -> Option<Outcome> {
    let needs = &order.evidence;
    let (step, brings_quantities) = match act.command {
        Command::WorkStart(WorkStart { visit: Some(visit) }) => return refuse_visit(unit, *visit, order),
        Command::WorkStart(WorkStart { visit: None }) => (Step::Start, false),
        Command::WorkSubmit(submit) => (Step::Submit, !submit.quantities.is_empty()),
        Command::WorkFailVisit(_) => (Step::FailVisit, false),
        Command::InspectionSubmit(submit) => (Step::Inspect, !submit.quantities.is_empty()),
        _ => return None,
    };
    // Whom a person has let in does not wait: a verifier is told what is missing.
    if author.authority == Authority::Adopted {
        return None;
    }
    let party = needs::Party { organisation: assignment.organisation_id, account: author.account };
    let report = Report { unit, reference: context.reference, order, needs, step, party, brings_quantities };
    let detail = awaited(&report)?;
    Some(Outcome::held(OutcomeCode::Dependency, detail, order.id.uuid()))
}

/// A visit that is named must be known and at the ticket.
fn refuse_visit(unit: &UnitOfWork, visit: VisitId, order: &WorkOrder) -> Option<Outcome> {
    match unit.visits.get(visit) {
        None => Some(Outcome::held(OutcomeCode::Dependency, "/args/visit: the server does not know this visit yet", visit.uuid())),
        Some(known) if known.ticket_id != order.ticket_id => {
            Some(Outcome::rejected(OutcomeCode::Validation, "/args/visit: this visit was at another ticket"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;

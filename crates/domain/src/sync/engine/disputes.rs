//! What people of one party said against each other in one attempt: declined against submitted, findings against findings; and
//! what their crew ask the office for. They are looked for anew after every event, so that what was taken back leaves nothing behind.

use crate::{
    conflict::{Cause, Conflict, ConflictKind, ConflictStatus, Resolution},
    sync::engine::{
        attempt::{events, first_epoch},
        clash::{Clash, raise, withdraw},
    },
    unit_of_work::UnitOfWork,
    work_order::{Assignment, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    ids::ConflictId,
    sides::{DeclineSide, Epoch, FindingsSide, ReliefSide, ReliefState, Sides, SubmissionSide},
    time::Timestamp,
};

/// The disputes of an attempt.
pub(super) struct Disputes {
    /// Somebody declined what another submitted: the submission stands.
    pub declined: Option<ConflictId>,
    /// Two people submitted different findings: the first are in force.
    pub findings: Option<ConflictId>,
    /// Crew ask to be relieved: nothing changes until somebody decides.
    pub relief: Option<ConflictId>,
}

/// Raises the disputes of the current attempt, brings them up to date or withdraws them.
pub(super) fn report(unit: &mut UnitOfWork, now: Timestamp, order: &WorkOrder, assignment: &Assignment) -> Disputes {
    let events = events(unit, order, assignment);
    let what = order.epoch.to_string();
    let declined = settle(unit, now, declined(order, &events, &what), ConflictKind::DeclinedVsSubmitted, order, &what);
    let findings = settle(unit, now, findings(order, &events, &what), ConflictKind::AlreadySubmitted, order, &what);
    let relief = refresh_relief(unit, now, order);
    Disputes { declined, findings, relief }
}

/// The requests for relief that nobody has answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Relief {
    /// First epoch of the attempt in which they were made.
    pub epoch: i64,
    /// The requests, by stamp; at least one.
    pub requests: Vec<WorkEvent>,
}

/// What an order's holder asks to be relieved of in the attempt that is going on; nothing once the work was judged, the order has
/// gone on, or the office has ended the order or its ticket.
#[must_use]
pub fn relief(unit: &UnitOfWork, order: &WorkOrder) -> Option<Relief> {
    use WorkOrderState::{Accepted, FailedVisit, InProgress, Offered, OnHold, Rework, Submitted};
    let shut = unit.tickets.get(order.ticket_id).is_none_or(|t| t.status.is_shut_by_office());
    if shut || !matches!(order.state, Offered | Accepted | InProgress | OnHold | FailedVisit | Rework | Submitted) {
        return None;
    }
    let assignment = order.assignment_id.and_then(|a| unit.assignments.get(a))?;
    let mut requests = events(unit, order, assignment);
    requests.retain(|e| e.kind == WorkEventKind::RequestRelief && e.standing == Standing::Effective);
    (!requests.is_empty()).then(|| Relief { epoch: first_epoch(unit, order, assignment), requests })
}

/// Raises the conflict of what an order's crew ask for, or brings it up to date; withdraws what became pointless.
pub(super) fn refresh_relief(unit: &mut UnitOfWork, now: Timestamp, order: &WorkOrder) -> Option<ConflictId> {
    let asked = relief(unit, order);
    let what = asked.as_ref().map_or(0, |r| r.epoch).to_string();
    let raised = asked.map(|asked| {
        let side = |e: &WorkEvent| ReliefSide { event: e.id, actor: e.actor, at: e.at, reason: e.reason().map(str::to_owned) };
        let clash = Clash {
            sides: Sides::Relief {
                base: Epoch { epoch: asked.epoch },
                theirs: ReliefState { epoch: order.epoch, state: order.state },
                mine: asked.requests.iter().map(side).collect(),
            },
            parties: asked.requests.iter().map(|e| Cause::Event(e.id)).collect(),
            default_in_force: "the order stays where it is until the office decides",
            ..Clash::hard(ConflictKind::ReliefRequested, order.ticket_id, Some(order.id), &what)
        };
        raise(unit, now, clash)
    });
    let is_over = |c: &&Conflict| {
        c.kind == ConflictKind::ReliefRequested
            && c.work_order_id == Some(order.id)
            && c.status == ConflictStatus::Open
            && Some(c.id) != raised
    };
    let over: Vec<ConflictId> = unit.conflicts.iter().filter(is_over).map(|c| c.id).collect();
    for conflict in over {
        withdraw(unit, conflict, Resolution::Keep, now);
    }
    raised
}

fn settle(
    unit: &mut UnitOfWork,
    now: Timestamp,
    clash: Option<Clash<'_>>,
    kind: ConflictKind,
    order: &WorkOrder,
    what: &str,
) -> Option<ConflictId> {
    let Some(clash) = clash else {
        withdraw(unit, Clash::hard(kind, order.ticket_id, Some(order.id), what).id(), Resolution::Keep, now);
        return None;
    };
    Some(raise(unit, now, clash))
}

fn declined<'a>(order: &WorkOrder, events: &[WorkEvent], what: &'a str) -> Option<Clash<'a>> {
    let of = |kind| events.iter().filter(move |e| e.kind == kind);
    let (declined, submitted) = (of(WorkEventKind::Decline).next()?, of(WorkEventKind::Submit).next()?);
    Some(Clash {
        sides: Sides::Declined {
            base: Epoch { epoch: order.epoch },
            theirs: DeclineSide { declined: declined.at, actor: declined.actor },
            mine: SubmissionSide { submitted: submitted.at, actor: submitted.actor },
        },
        parties: of(WorkEventKind::Decline).chain(of(WorkEventKind::Submit)).map(|e| Cause::Event(e.id)).collect(),
        default_in_force: "the submission stands",
        ..Clash::hard(ConflictKind::DeclinedVsSubmitted, order.ticket_id, Some(order.id), what)
    })
}

fn findings<'a>(order: &WorkOrder, events: &[WorkEvent], what: &'a str) -> Option<Clash<'a>> {
    let all: Vec<&WorkEvent> = events.iter().filter(|e| e.findings().is_some()).collect();
    let (first, others) = all.split_first()?;
    let differ = |a: &WorkEvent, b: &WorkEvent| a.actor != b.actor && a.findings() != b.findings();
    if !all.iter().any(|a| all.iter().any(|b| differ(a, b))) {
        return None;
    }
    let side = |e: &WorkEvent| FindingsSide { event: e.id, actor: e.actor, at: e.at, findings: e.args.clone() };
    Some(Clash {
        sides: Sides::Findings { base: Epoch { epoch: order.epoch }, theirs: side(first), mine: others.iter().map(|e| side(e)).collect() },
        parties: all.iter().map(|e| Cause::Event(e.id)).collect(),
        default_in_force: "the first findings are in force",
        ..Clash::hard(ConflictKind::AlreadySubmitted, order.ticket_id, Some(order.id), what)
    })
}

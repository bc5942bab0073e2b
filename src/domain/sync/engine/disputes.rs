//! What people of one party said against each other in one attempt: declined against submitted, findings against findings. They are
//! looked for anew after every event, so that what was taken back leaves nothing behind.

use serde_json::json;

use crate::domain::{
    conflict::{ConflictKind, Resolution},
    ids::{ConflictId, Id},
    sync::engine::{
        attempt::events,
        clash::{Clash, raise, withdraw},
    },
    time::Timestamp,
    work_order::{Assignment, WorkEvent, WorkEventKind, WorkOrder},
    world::World,
};

/// The disputes of an attempt.
pub(super) struct Disputes {
    /// Somebody declined what another submitted: the submission stands.
    pub declined: Option<ConflictId>,
    /// Two people submitted different findings: the first are in force.
    pub findings: Option<ConflictId>,
}

/// Raises the disputes of the current attempt, brings them up to date or withdraws them.
pub(super) fn report(world: &mut World, now: Timestamp, order: &WorkOrder, assignment: &Assignment) -> Disputes {
    let events = events(world, order, assignment);
    let what = order.epoch.to_string();
    let declined = settle(world, now, declined(order, &events, &what), ConflictKind::DeclinedVsSubmitted, order, &what);
    let findings = settle(world, now, findings(order, &events, &what), ConflictKind::AlreadySubmitted, order, &what);
    Disputes { declined, findings }
}

fn settle(
    world: &mut World,
    now: Timestamp,
    clash: Option<Clash<'_>>,
    kind: ConflictKind,
    order: &WorkOrder,
    what: &str,
) -> Option<ConflictId> {
    let Some(clash) = clash else {
        withdraw(world, Clash::hard(kind, order.ticket_id, Some(order.id), what).id(), Resolution::Keep, now);
        return None;
    };
    Some(raise(world, now, clash))
}

fn declined<'a>(order: &WorkOrder, events: &[WorkEvent], what: &'a str) -> Option<Clash<'a>> {
    let of = |kind| events.iter().filter(move |e| e.kind == kind);
    let (declined, submitted) = (of(WorkEventKind::Decline).next()?, of(WorkEventKind::Submit).next()?);
    Some(Clash {
        base: json!({ "epoch": order.epoch }),
        theirs: json!({ "declined": declined.at, "actor": declined.actor }),
        mine: json!({ "submitted": submitted.at, "actor": submitted.actor }),
        parties: of(WorkEventKind::Decline).chain(of(WorkEventKind::Submit)).map(|e| Id::new(e.id.uuid())).collect(),
        default_in_force: "the submission stands",
        ..Clash::hard(ConflictKind::DeclinedVsSubmitted, order.ticket_id, Some(order.id), what)
    })
}

fn findings<'a>(order: &WorkOrder, events: &[WorkEvent], what: &'a str) -> Option<Clash<'a>> {
    let all: Vec<&WorkEvent> = events.iter().filter(|e| e.kind == WorkEventKind::Submit && e.args.get("findings").is_some()).collect();
    let (first, others) = all.split_first()?;
    let differ = |a: &WorkEvent, b: &WorkEvent| a.actor != b.actor && a.args != b.args;
    if !all.iter().any(|a| all.iter().any(|b| differ(a, b))) {
        return None;
    }
    let side = |e: &WorkEvent| json!({ "event": e.id, "actor": e.actor, "at": e.at, "findings": e.args });
    Some(Clash {
        base: json!({ "epoch": order.epoch }),
        theirs: side(first),
        mine: others.iter().map(|e| side(e)).collect(),
        parties: all.iter().map(|e| Id::new(e.id.uuid())).collect(),
        default_in_force: "the first findings are in force",
        ..Clash::hard(ConflictKind::AlreadySubmitted, order.ticket_id, Some(order.id), what)
    })
}

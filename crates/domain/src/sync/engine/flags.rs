//! What a verifier must know of an order, as words: derived from the rows, never set by hand.

use std::collections::BTreeSet;

use crate::{
    category::Need,
    evidence::needs::{has_unread_quantities, missing_of},
    photo::VerdictResult,
    sync::{
        engine::{
            disputes,
            ended::refresh_evidence,
            late::{DoubleWork, refresh},
            overtaken,
        },
        merge_context::MergeContext,
    },
    unit_of_work::UnitOfWork,
    work_order::{Standing, WorkEventKind, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    ids::{TicketId, WorkOrderId},
    time::Timestamp,
};

/// What was reported lacks something that the category asks for; such a round is never verified by the system. Beside it stands a flag
/// for each thing that is missing.
pub const MISSING_EVIDENCE: &str = "missing_evidence";
/// A quantity of the submission cannot be used.
pub const UNREAD_QUANTITIES: &str = "unread_quantities";
/// A photo of the order does not agree with what is claimed of it.
pub const EVIDENCE_MISMATCH: &str = "evidence_mismatch";
/// Two parties did the same work.
pub const DOUBLE_WORK: &str = "double_work";
/// The holder asks for a pause.
pub const HOLD_REQUESTED: &str = "hold_requested";

/// Every flag.
pub const ALL: [&str; 10] = [
    MISSING_EVIDENCE,
    missing(Need::Visit),
    missing(Need::Start),
    missing(Need::Photos),
    missing(Need::Checklist),
    missing(Need::Quantities),
    UNREAD_QUANTITIES,
    EVIDENCE_MISMATCH,
    DOUBLE_WORK,
    HOLD_REQUESTED,
];

/// The flag of something that is missing.
const fn missing(need: Need) -> &'static str {
    match need {
        Need::Visit => "missing_visit",
        Need::Start => "missing_start",
        Need::Photos => "missing_photos",
        Need::Checklist => "missing_checklist",
        Need::Quantities => "missing_quantities",
    }
}

/// The tickets at which something derived may have changed, whoever changed something: an order went to somebody else, bytes were
/// judged, a ticket that late work is told of was merged.
pub fn concerned(unit: &UnitOfWork) -> BTreeSet<TicketId> {
    let tickets = unit.tickets.changed().map(|(_, ticket)| ticket.id);
    let by_orders = unit.work_orders.changed().map(|(_, order)| order.ticket_id);
    let by_facts = unit.photos.changed().map(|(_, photo)| photo.ticket_id).chain(unit.visits.changed().map(|(_, visit)| visit.ticket_id));
    tickets.chain(by_orders).chain(by_facts).collect()
}

/// Derives the flags of the orders of some tickets, and brings the conflicts of late work and evidence up to date.
pub fn derive(unit: &mut UnitOfWork, context: &MergeContext<'_>, tickets: &BTreeSet<TicketId>, now: Timestamp) {
    overtaken::withdraw(unit, now, tickets);
    let disputed: BTreeSet<WorkOrderId> = unit.conflicts.iter().filter_map(|c| c.work_order_id).collect();
    let orders = unit.work_orders.iter().filter(|o| tickets.contains(&o.ticket_id));
    let mut double_work = BTreeSet::new();
    let disputed: Vec<WorkOrder> = orders.filter(|o| disputed.contains(&o.id)).cloned().collect();
    for order in disputed {
        if refresh(unit, now, &order) == DoubleWork::Yes {
            double_work.insert(order.id);
        }
        disputes::refresh_relief(unit, now, &order);
    }
    refresh_evidence(unit, now, tickets);
    let changed: Vec<WorkOrder> = unit
        .work_orders
        .iter()
        .filter(|o| tickets.contains(&o.ticket_id))
        .filter_map(|order| {
            let flags = flags_of(unit, context, order, double_work.contains(&order.id));
            (flags != order.flags).then(|| WorkOrder { flags, ..order.clone() })
        })
        .collect();
    for order in changed {
        unit.work_orders.put(order);
    }
}

/// The flags of an order: ours, and what others set.
fn flags_of(unit: &UnitOfWork, context: &MergeContext<'_>, order: &WorkOrder, double_work: bool) -> Vec<String> {
    let lacks = missing_of(unit, context.reference, order);
    let found = [
        (MISSING_EVIDENCE, !lacks.is_empty()),
        (UNREAD_QUANTITIES, has_unread_quantities(unit, order)),
        (EVIDENCE_MISMATCH, has_mismatch(unit, order)),
        (DOUBLE_WORK, double_work),
        (HOLD_REQUESTED, asks_for_hold(unit, order)),
    ];
    let ours = found.into_iter().filter(|(_, there)| *there).map(|(flag, _)| flag.to_owned());
    let others = order.flags.iter().filter(|f| !ALL.contains(&f.as_str())).cloned();
    ours.chain(lacks.into_iter().map(|need| missing(need).to_owned())).chain(others).collect::<BTreeSet<String>>().into_iter().collect()
}

fn has_mismatch(unit: &UnitOfWork, order: &WorkOrder) -> bool {
    unit.photos
        .iter()
        .filter(|p| p.work_order_id == Some(order.id) && p.organisation_id == order.organisation_id && p.removed_at.is_none())
        .any(|p| p.verdicts.iter().any(|v| v.result == VerdictResult::Mismatch))
}

/// The newest word of the current holder on a pause is a request, and nobody has answered it by a hold, nor is the work done.
fn asks_for_hold(unit: &UnitOfWork, order: &WorkOrder) -> bool {
    use WorkEventKind::{RequestHold, Resume};
    if !matches!(order.state, WorkOrderState::Accepted | WorkOrderState::InProgress | WorkOrderState::Rework) {
        return false;
    }
    let newest = unit
        .work_events
        .iter()
        .filter(|e| e.work_order_id == order.id && e.epoch == order.epoch && e.standing == Standing::Effective)
        .filter(|e| matches!(e.kind, RequestHold | Resume))
        .max_by_key(|e| (e.eff, e.id));
    newest.is_some_and(|e| e.kind == RequestHold)
}

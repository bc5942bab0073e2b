//! Who is asked for an order: of all those who may be, without those who were asked before.

use std::collections::BTreeSet;

use crate::{
    assigning::{CORRECTED, NOT_IN_FORCE},
    dispatch::{
        Decision, Question,
        inspector::{InspectorCandidate, InspectorDecision, choose_inspector},
    },
    follow_up::{FollowUpContext, Inspector},
    ticket::Ticket,
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment},
};
use bazdid_protocol::ids::{AccountId, WorkOrderId};

/// Which inspector is asked for an order, of those who were not asked before.
pub(super) fn inspector_for(unit: &UnitOfWork, context: &FollowUpContext<'_>, ticket: &Ticket, order: WorkOrderId) -> InspectorDecision {
    let had: BTreeSet<AccountId> = asked(unit, order).filter_map(|a| a.account_id).collect();
    let reach = |i: &Inspector| {
        let here = i.areas.iter().filter(|a| ticket.areas.contains(a));
        here.filter_map(|a| context.reference.areas.area(*a)).map(|a| a.kind).max()
    };
    let candidates: Vec<InspectorCandidate> = context
        .inspectors
        .iter()
        .filter(|i| !had.contains(&i.account))
        .map(|i| InspectorCandidate {
            account: i.account,
            area: reach(i),
            load: i.load,
            distance_m: i.position.and_then(|p| p.fix()).map(|p| p.distance_m(&ticket.point)),
        })
        .collect();
    choose_inspector(&candidates)
}

/// Who is asked for an order under a contract, of those who were not asked before.
pub(super) fn contractor_for(unit: &UnitOfWork, context: &FollowUpContext<'_>, ticket: &Ticket, order: WorkOrderId) -> Decision {
    let asked: Vec<_> = asked(unit, order).filter_map(|a| a.coverage_id).collect();
    let question =
        Question { areas: &ticket.areas, category: ticket.category_id, at: context.now, boundary: ticket.boundary, already_asked: &asked };
    context.reference.book.decide(&question, &context.usage)
}

/// The assignments of an order whose parties count as asked.
fn asked(unit: &UnitOfWork, order: WorkOrderId) -> impl Iterator<Item = &Assignment> {
    unit.assignments.iter().filter(move |a| a.work_order_id == order && is_asked(a))
}

/// Whether an assignment counts as asked: who lost an order to a correction or to the end of a contract may be asked for it again.
pub(super) fn is_asked(assignment: &Assignment) -> bool {
    assignment.answer != Some(Answer::Withdrawn) || !assignment.reason.as_deref().is_some_and(|r| [CORRECTED, NOT_IN_FORCE].contains(&r))
}

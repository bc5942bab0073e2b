//! What was decided before contracts, coverages or the day changed, decided again.

use crate::{
    assigning::{NOT_IN_FORCE, release},
    follow_up::{
        FollowUpContext,
        choice::{contractor_for, inspector_for},
        is_undecided,
    },
    organisation::ActiveState,
    reference::Reference,
    unit_of_work::UnitOfWork,
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
    work_order_graph::Mover,
};
use bazdid_protocol::{
    document::Document,
    ids::{ContractId, OrganisationId, WorkOrderId},
    time::Timestamp,
};

/// Has drafts that waited for the office decided again, for which somebody can be asked by now: a contract or coverage has come into force, a
/// suspension has ended, a day's capacity is free again, an inspector has come. Which; the others stay as they are.
pub fn wake(unit: &mut UnitOfWork, context: &FollowUpContext<'_>, orders: &[WorkOrderId]) -> Vec<WorkOrderId> {
    let mut woken = Vec::new();
    for id in orders {
        let Some(order) = unit.work_orders.get(*id).filter(|o| o.state == WorkOrderState::Draft && !is_undecided(o)).cloned() else {
            continue;
        };
        let Some(ticket) = unit.tickets.get(order.ticket_id).filter(|t| !t.status.is_shut_by_office()).cloned() else { continue };
        let can_be_asked = if order.kind == WorkOrderKind::Inspection {
            inspector_for(unit, context, &ticket, order.id).chosen.is_some()
        } else {
            contractor_for(unit, context, &ticket, order.id).chosen.is_some()
        };
        if can_be_asked {
            unit.work_orders.put(WorkOrder { explanation: Document::default(), ..order });
            woken.push(*id);
        }
    }
    woken
}

/// Whether an offer stands under a contract that is in force, with an organisation that is in use; or under none at all, given by hand.
#[must_use]
pub fn is_offer_in_force(
    reference: &Reference,
    contract: Option<ContractId>,
    organisation: Option<OrganisationId>,
    now: Timestamp,
) -> bool {
    let contract = contract.and_then(|c| reference.contracts.get(&c));
    let organisation = organisation.and_then(|o| reference.organisations.get(&o));
    contract.is_none_or(|c| c.in_force_at(now)) && organisation.is_none_or(|o| o.state == ActiveState::Active)
}

/// Takes an unanswered offer back whose contract is not in force any more; the system asks the next. Whether it did.
pub fn take_offer_back(unit: &mut UnitOfWork, reference: &Reference, id: WorkOrderId, now: Timestamp) -> bool {
    let offered = unit.work_orders.get(id).filter(|o| o.state == WorkOrderState::Offered);
    let Some(mut order) = offered.filter(|o| !is_offer_in_force(reference, o.contract_id, o.organisation_id, now)).cloned() else {
        return false;
    };
    release(unit, &mut order, now, NOT_IN_FORCE, &Mover::system(&reference.transitions)).is_ok()
}

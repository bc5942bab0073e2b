//! Work at a ticket that was corrected meanwhile: a person decides whether it goes on with its holder.

use crate::{
    conflict::{ConflictKind, Resolution},
    sync::engine::clash::{Clash, raise, withdraw},
    unit_of_work::UnitOfWork,
    work_order::WorkOrder,
};
use bazdid_protocol::{ids::TicketId, sides::Sides, time::Timestamp};

/// Brings the question whether an order goes on with its holder up to date: absent sides say that nothing is to be asked.
pub fn settle(unit: &mut UnitOfWork, now: Timestamp, ticket: TicketId, order: &WorkOrder, sides: Option<Sides>) {
    let what = order.epoch.to_string();
    let clash = Clash {
        default_in_force: "the holder goes on, with the evidence that was asked for when the order was made",
        ..Clash::soft(ConflictKind::AssignmentOutdated, ticket, Some(order.id), &what)
    };
    match sides {
        Some(sides) => drop(raise(unit, now, Clash { sides, ..clash })),
        None => withdraw(unit, clash.id(), Resolution::Keep, now),
    }
}

//! Events of an epoch that this server has not issued. They wait; but somebody must hear of them at once, because it means that the
//! server lost what it had told a device: it was put back to an earlier state.

use crate::{
    conflict::{Cause, Conflict, ConflictKind, Resolution},
    sync::{
        engine::clash::{self, Clash, withdraw},
        journal::Journaled,
    },
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    ids::{ConflictId, MutationId, WorkOrderId},
    sides::{Epoch, OrderState, Sides, WaitingSide},
    time::Timestamp,
};

/// Tells the office of a mutation that waits for an epoch: one conflict for all that one person sent of one order. Nothing if the
/// order is not known.
pub fn raise(unit: &mut UnitOfWork, now: Timestamp, row: &Journaled) -> Option<ConflictId> {
    let order = unit.work_orders.get(WorkOrderId::new(row.entity)).cloned()?;
    let what = row.actor.to_string();
    let clash = Clash::hard(ConflictKind::EpochUnknown, order.ticket_id, Some(order.id), &what);
    let mut mine = others(unit, clash.id(), row.id);
    mine.push(WaitingSide { mutation: row.id, cmd: row.cmd.clone(), at: row.est, epoch: row.epoch, actor: row.actor });
    mine.sort_by_key(|waiting| (waiting.at, waiting.mutation));
    let clash = Clash {
        sides: Sides::EpochUnknown { base: Epoch { epoch: order.epoch }, theirs: OrderState { state: order.state }, mine },
        parties: vec![Cause::Command(row.id)],
        cumulative: true,
        default_in_force: "nothing of it counts; it waits for the epoch, for five days",
        ..clash
    };
    Some(clash::raise(unit, now, clash))
}

/// Tells the office that a mutation waits no longer; the conflict goes away with the last of them.
pub fn lower(unit: &mut UnitOfWork, now: Timestamp, id: ConflictId, mutation: MutationId) {
    let Some(conflict) = unit.conflicts.get(id).filter(|c| c.kind == ConflictKind::EpochUnknown).cloned() else { return };
    let Sides::EpochUnknown { base, theirs, mine: before } = &conflict.sides else { return };
    let mine = others(unit, id, mutation);
    if mine.is_empty() {
        withdraw(unit, id, Resolution::Adopt, now);
    } else if *before != mine {
        let sides = Sides::EpochUnknown { base: base.clone(), theirs: theirs.clone(), mine };
        unit.conflicts.put(Conflict { sides, ..conflict });
    }
}

/// What a conflict names beside a mutation.
fn others(unit: &UnitOfWork, id: ConflictId, mutation: MutationId) -> Vec<WaitingSide> {
    match unit.conflicts.get(id).map(|c| &c.sides) {
        Some(Sides::EpochUnknown { mine, .. }) => mine.iter().filter(|waiting| waiting.mutation != mutation).cloned().collect(),
        _ => Vec::new(),
    }
}

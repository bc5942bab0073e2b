//! Work that comes too late: after the order went to somebody else or on to another round. It changes nothing by itself; a
//! supervisor decides. What came after the office had ended the order stands in [`super::ended`].

use crate::{
    conflict::{Cause, Conflict, ConflictKind, ConflictStatus, Resolution},
    sync::engine::{
        Act,
        clash::{Clash, raise, withdraw},
        ended,
    },
    unit_of_work::UnitOfWork,
    visit::{Audience, Note},
    work_order::{Standing, WorkEvent, WorkEventKind, WorkOrder},
};
use bazdid_protocol::{
    ids::{ConflictId, NoteId, TicketId, WorkOrderId, name_uuid},
    sides::{Epoch, LateSide, LateState, Sides},
    time::Timestamp,
};

/// The late events of an order that ask for a decision, in the order of their stamps: not those that give the order up, which are
/// right already.
pub(super) fn late_events(unit: &UnitOfWork, order: WorkOrderId, which: impl Fn(&WorkEvent) -> bool) -> Vec<&WorkEvent> {
    use WorkEventKind::{Decline, RequestRelief, Retract};
    let mut events: Vec<&WorkEvent> = unit
        .work_events
        .iter()
        .filter(|e| e.work_order_id == order && e.standing == Standing::Stale && !matches!(e.kind, Decline | RequestRelief | Retract))
        .filter(|e| which(e))
        .collect();
    events.sort_by_key(|e| (e.eff, e.id));
    events
}

pub(super) fn listed(events: &[&WorkEvent]) -> Vec<LateSide> {
    events.iter().map(|e| LateSide { event: e.id, kind: e.kind, at: e.at, actor: e.actor }).collect()
}

pub(super) fn parties(events: &[&WorkEvent]) -> Vec<Cause> {
    events.iter().map(|e| Cause::Event(e.id)).collect()
}

/// Whether somebody else has done the late work too: the late party began or submitted, and another has submitted.
pub(super) fn is_double(order: &WorkOrder, late: &[&WorkEvent]) -> bool {
    let another = |e: &WorkEvent| match e.organisation_id {
        Some(_) => e.organisation_id != order.submitted_org,
        None => order.submitted_by.is_some_and(|by| by != e.actor),
    };
    let worked = |e: &WorkEvent| matches!(e.kind, WorkEventKind::Start | WorkEventKind::Submit);
    order.submitted_by.is_some() && late.iter().any(|e| worked(e) && another(e))
}

/// The conflict of the late work of an epoch as it is now; `None` if there is no such work (any more).
fn stale_clash<'a>(unit: &UnitOfWork, order: &WorkOrder, epoch: i64, what: &'a str) -> Option<Clash<'a>> {
    // Of whose work the office's end tells already, it is one item for the supervisor, not two.
    let late = late_events(unit, order.id, |e| e.epoch == epoch && !ended::tells_of(unit, e));
    if late.is_empty() {
        return None;
    }
    let submitted_at = unit.rounds.iter().filter(|r| r.work_order_id == order.id && r.epoch == order.epoch).map(|r| r.submitted_at).max();
    Some(Clash {
        sides: Sides::Late {
            base: Epoch { epoch },
            theirs: LateState { epoch: order.epoch, state: order.state, double_work: is_double(order, &late), submitted_at },
            mine: listed(&late),
        },
        parties: parties(&late),
        default_in_force: "the current assignment stands; the late work and its evidence are kept",
        ..Clash::hard(ConflictKind::StaleEpoch, order.ticket_id, Some(order.id), what)
    })
}

/// Raises the conflict of the late work of an epoch, or brings the one that tells of it up to date.
pub(super) fn report_stale(unit: &mut UnitOfWork, now: Timestamp, order: WorkOrderId, epoch: i64) -> Option<ConflictId> {
    let what = epoch.to_string();
    let order = unit.work_orders.get(order)?;
    let clash = stale_clash(unit, order, epoch, &what)?;
    Some(raise(unit, now, clash))
}

/// Whether a supervisor has decided about a late event as work of its epoch.
pub(super) fn is_decided(unit: &UnitOfWork, event: &WorkEvent) -> bool {
    let what = event.epoch.to_string();
    let id = Clash::hard(ConflictKind::StaleEpoch, event.ticket_id, Some(event.work_order_id), &what).id();
    unit.conflicts.get(id).is_some_and(|c| c.resolved_by.is_some() && c.sides.late_events().contains(&event.id))
}

/// Brings the open conflicts of late work at an order up to date with what has happened since: the other has submitted too, or the
/// work was taken back. Answers whether one of them is about double work, or was decided to be paid to both.
pub(super) fn refresh(unit: &mut UnitOfWork, now: Timestamp, order: &WorkOrder) -> DoubleWork {
    let open: Vec<Conflict> = unit
        .conflicts
        .iter()
        .filter(|c| {
            matches!(c.kind, ConflictKind::StaleEpoch | ConflictKind::DeletedEntity)
                && c.work_order_id == Some(order.id)
                && c.status == ConflictStatus::Open
        })
        .cloned()
        .collect();
    let paid = |c: &Conflict| c.work_order_id == Some(order.id) && c.resolution == Some(Resolution::PayBoth);
    let mut double = if unit.conflicts.iter().any(paid) { DoubleWork::Yes } else { DoubleWork::No };
    for conflict in open {
        let what = conflict.key.rsplit('|').next().unwrap_or_default();
        let clash = match conflict.kind {
            ConflictKind::DeletedEntity => ended::clash_again(unit, &conflict, what),
            // Of a late verdict nothing is to be brought up to date.
            _ => {
                let Ok(epoch) = what.parse::<i64>() else { continue };
                stale_clash(unit, order, epoch, what)
            }
        };
        match clash {
            Some(clash) => {
                if clash.sides.is_double_work() {
                    double = DoubleWork::Yes;
                }
                raise(unit, now, clash);
            }
            None => withdraw(unit, conflict.id, Resolution::Keep, now),
        }
    }
    double
}

/// Whether two parties did the same work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DoubleWork {
    /// They did.
    Yes,
    /// Not as far as is known.
    No,
}

/// Evidence at a duplicate is not copied: it stays where it was taken, and a note for the office at the master says that it is
/// there. The master must be loaded.
pub(super) fn refer_master(unit: &mut UnitOfWork, act: &Act<'_>, duplicate: TicketId) {
    let Some(ticket) = unit.tickets.get(duplicate) else { return };
    let Some(master) = ticket.duplicate_of.filter(|m| unit.tickets.get(*m).is_some()) else { return };
    let id = NoteId::new(name_uuid(&format!("evidence at duplicate|{duplicate}|{master}")));
    let before = unit.all_notes().get(id).cloned();
    let note = Note {
        id,
        rev: before.as_ref().map_or(0, |b| b.rev),
        ticket_id: master,
        work_order_id: None,
        actor: None,
        organisation_id: None,
        audience: Audience::Office,
        text: format!("evidence at duplicate {}", ticket.code),
        eff: before.as_ref().map_or(act.stamp.eff, |b| b.eff.min(act.stamp.eff)),
        removed_at: None,
        writes: Vec::new(),
    };
    if before.as_ref() != Some(&note) {
        unit.notes.put(note);
    }
}

#[cfg(test)]
mod tests;

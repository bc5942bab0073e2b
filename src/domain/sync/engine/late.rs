//! Work that comes too late: after the order went to somebody else or on to another round, or after the office had ended it. It
//! changes nothing by itself; a supervisor decides, and reads here who came first.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::domain::{
    conflict::{Conflict, ConflictKind, ConflictStatus, Resolution},
    ids::{ConflictId, Id, MutationId, NoteId, TicketId, WorkOrderId, name_uuid},
    sync::engine::{
        Act,
        clash::{Clash, raise, withdraw},
    },
    ticket::{Ticket, TicketStatus},
    time::Timestamp,
    visit::{Audience, Note},
    work_order::{Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
    world::World,
};

/// The late events of an epoch but the declines, which are right already, in the order of their stamps.
fn late_events(world: &World, order: WorkOrderId, epoch: i64) -> Vec<&WorkEvent> {
    let mut events: Vec<&WorkEvent> = world
        .work_events
        .iter()
        .filter(|e| e.work_order_id == order && e.epoch == epoch && e.standing == Standing::Stale)
        .filter(|e| !matches!(e.kind, WorkEventKind::Decline | WorkEventKind::Retract))
        .collect();
    events.sort_by_key(|e| (e.eff, e.id));
    events
}

fn listed(events: &[&WorkEvent]) -> Value {
    events.iter().map(|e| json!({ "event": e.id, "kind": e.kind, "at": e.at, "actor": e.actor })).collect()
}

fn parties(events: &[&WorkEvent]) -> Vec<MutationId> {
    events.iter().map(|e| Id::new(e.id.uuid())).collect()
}

/// Whether somebody else has done the late work too: the late party began or submitted, and another has submitted.
fn is_double(order: &WorkOrder, late: &[&WorkEvent]) -> bool {
    let another = |e: &WorkEvent| match e.organisation_id {
        Some(_) => e.organisation_id != order.submitted_org,
        None => order.submitted_by.is_some_and(|by| by != e.actor),
    };
    let worked = |e: &WorkEvent| matches!(e.kind, WorkEventKind::Start | WorkEventKind::Submit);
    order.submitted_by.is_some() && late.iter().any(|e| worked(e) && another(e))
}

/// The conflict of the late work of an epoch as it is now; `None` if there is no such work (any more).
fn stale_clash<'a>(world: &World, order: &WorkOrder, epoch: i64, what: &'a str) -> Option<Clash<'a>> {
    let late = late_events(world, order.id, epoch);
    if late.is_empty() {
        return None;
    }
    let submitted_at = world.rounds.iter().filter(|r| r.work_order_id == order.id && r.epoch == order.epoch).map(|r| r.submitted_at).max();
    Some(Clash {
        base: json!({ "epoch": epoch }),
        theirs: json!({
            "epoch": order.epoch, "state": order.state, "double_work": is_double(order, &late), "submitted_at": submitted_at,
        }),
        mine: listed(&late),
        parties: parties(&late),
        default_in_force: "the current assignment stands; the late work and its evidence are kept",
        ..Clash::hard(ConflictKind::StaleEpoch, order.ticket_id, Some(order.id), what)
    })
}

/// Raises the conflict of the late work of an epoch, or brings the one that tells of it up to date.
pub(super) fn report_stale(world: &mut World, now: Timestamp, order: WorkOrderId, epoch: i64) -> Option<ConflictId> {
    let what = epoch.to_string();
    let order = world.work_orders.get(order)?;
    let clash = if is_told_as_ended(world, order, &what) {
        ended_clash(world, order, epoch, &what)
    } else {
        stale_clash(world, order, epoch, &what)
    };
    clash.map(|clash| raise(world, now, clash))
}

/// Whether the open conflict of an office's end tells of the late work of an epoch already: one item for the supervisor, not two.
fn is_told_as_ended(world: &World, order: &WorkOrder, what: &str) -> bool {
    let id = Clash::hard(ConflictKind::DeletedEntity, order.ticket_id, Some(order.id), what).id();
    world.conflicts.get(id).is_some_and(|c| c.status == ConflictStatus::Open)
}

/// Brings the open conflicts of late work at an order up to date with what has happened since: the other has submitted too, or the
/// work was taken back. Answers whether one of them is about double work, or was decided to be paid to both.
pub(super) fn refresh(world: &mut World, now: Timestamp, order: &WorkOrder) -> DoubleWork {
    let open: Vec<Conflict> = world
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
    let mut double = if world.conflicts.iter().any(paid) { DoubleWork::Yes } else { DoubleWork::No };
    for conflict in open {
        let Some(epoch) = conflict.key.rsplit('|').next().and_then(|e| e.parse::<i64>().ok()) else { continue };
        let what = epoch.to_string();
        let clash = match conflict.kind {
            ConflictKind::DeletedEntity => ended_clash(world, order, epoch, &what),
            _ => stale_clash(world, order, epoch, &what).filter(|_| !is_told_as_ended(world, order, &what)),
        };
        match clash {
            Some(clash) => {
                if clash.theirs.get("double_work") == Some(&Value::Bool(true)) {
                    double = DoubleWork::Yes;
                }
                raise(world, now, clash);
            }
            None => withdraw(world, conflict.id, Resolution::Keep, now),
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

/// When the office ended an order or its ticket, as far as it is known.
fn ended_at(world: &World, ticket: &Ticket, order: Option<&WorkOrder>) -> Option<Timestamp> {
    if ticket.status.is_shut_by_office() {
        let shut = |s: &TicketStatus| s.is_shut_by_office();
        return world.status_changes.iter().filter(|s| s.ticket_id == ticket.id && shut(&s.to)).map(|s| s.at).max();
    }
    order.filter(|o| o.state == WorkOrderState::Cancelled).map(|o| o.updated_at)
}

/// Which came first decides the pay.
fn came_first(work: Option<Timestamp>, ended: Option<Timestamp>) -> &'static str {
    match (work, ended) {
        (Some(work), Some(ended)) if work < ended => "work",
        (Some(_), Some(_)) => "office",
        _ => "unknown",
    }
}

/// The conflict of the work of an epoch that was reported after the office had ended the order, as it is now. Of the work the
/// submission counts, and without one the last report.
fn ended_clash<'a>(world: &World, order: &WorkOrder, epoch: i64, what: &'a str) -> Option<Clash<'a>> {
    let late = late_events(world, order.id, epoch);
    if late.is_empty() {
        return None;
    }
    let submitted = late.iter().filter(|e| e.kind == WorkEventKind::Submit).map(|e| e.at).min();
    let worked_at = submitted.or_else(|| late.iter().map(|e| e.at).max());
    let ticket = world.tickets.get(order.ticket_id);
    let ended = ticket.and_then(|t| ended_at(world, t, Some(order)));
    Some(Clash {
        base: json!({ "epoch": epoch }),
        theirs: json!({
            "ticket": ticket.map(|t| t.status), "work_order": order.state, "duplicate_of": ticket.and_then(|t| t.duplicate_of),
            "ended_at": ended, "came_first": came_first(worked_at, ended), "double_work": is_double(order, &late),
        }),
        mine: listed(&late),
        parties: parties(&late),
        default_in_force: "the office's decision stands; the work and its evidence are kept",
        ..Clash::hard(ConflictKind::DeletedEntity, order.ticket_id, Some(order.id), what)
    })
}

/// Raises the conflict of work that was reported after the office had ended the order, or brings it up to date.
pub(super) fn report_ended(world: &mut World, act: &Act<'_>, order: &WorkOrder, epoch: i64) -> Option<ConflictId> {
    let what = epoch.to_string();
    let clash = ended_clash(world, order, epoch, &what)?;
    Some(raise(world, act.received_at, clash))
}

/// Raises the conflict of facts and edits that one person recorded at a ticket which the office had ended.
pub(super) fn report_evidence(world: &mut World, act: &Act<'_>, ticket: TicketId, order: Option<WorkOrderId>, by: &str) -> ConflictId {
    let clash = Clash::hard(ConflictKind::DeletedEntity, ticket, order, by);
    // The earliest that he recorded: the same whatever came first.
    let before = world.conflicts.get(clash.id()).and_then(|c| c.mine.get("from")).and_then(|v| serde_json::from_value(v.clone()).ok());
    let from = before.map_or(act.stamp.est, |b: Timestamp| b.min(act.stamp.est));
    let clash = Clash {
        theirs: end_beside_evidence(world, ticket, order, from),
        mine: json!({ "evidence_by": by, "from": from }),
        parties: vec![act.id],
        cumulative: true,
        default_in_force: "the office's decision stands; the evidence is kept",
        ..clash
    };
    let conflict = raise(world, act.received_at, clash);
    refer_master(world, act, ticket);
    conflict
}

/// What the office has decided about a ticket, beside evidence whose first was recorded at an instant.
fn end_beside_evidence(world: &World, ticket: TicketId, order: Option<WorkOrderId>, from: Timestamp) -> Value {
    let row = world.tickets.get(ticket);
    let ended = row.and_then(|t| ended_at(world, t, order.and_then(|o| world.work_orders.get(o))));
    json!({
        "ticket": row.map(|t| t.status), "duplicate_of": row.and_then(|t| t.duplicate_of), "ended_at": ended,
        "came_first": came_first(Some(from), ended),
    })
}

/// Brings the open conflicts of evidence at some tickets up to date with what the office has decided since.
pub(super) fn refresh_evidence(world: &mut World, tickets: &BTreeSet<TicketId>) {
    let from = |c: &Conflict| c.mine.get("from").and_then(|v| serde_json::from_value(v.clone()).ok());
    let old: Vec<Conflict> = world
        .conflicts
        .iter()
        .filter(|c| c.kind == ConflictKind::DeletedEntity && c.status == ConflictStatus::Open && tickets.contains(&c.ticket_id))
        .filter_map(|c| Some(Conflict { theirs: end_beside_evidence(world, c.ticket_id, c.work_order_id, from(c)?), ..c.clone() }))
        .collect();
    for conflict in old {
        if world.conflicts.get(conflict.id) != Some(&conflict) {
            world.conflicts.put(conflict);
        }
    }
}

/// Evidence at a duplicate is not copied: it stays where it was taken, and a note for the office at the master says that it is
/// there. The master must be loaded.
pub(super) fn refer_master(world: &mut World, act: &Act<'_>, duplicate: TicketId) {
    let Some(ticket) = world.tickets.get(duplicate) else { return };
    let Some(master) = ticket.duplicate_of.filter(|m| world.tickets.get(*m).is_some()) else { return };
    let id = NoteId::new(name_uuid(&format!("evidence at duplicate|{duplicate}|{master}")));
    let before = world.all_notes().get(id).cloned();
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
    };
    if before.as_ref() != Some(&note) {
        world.notes.put(note);
    }
}

#[cfg(test)]
mod tests;

//! What people recorded is there as they recorded it, and nothing else is.

use std::collections::BTreeSet;

use bazdid_domain::{
    conflict::{Conflict, ConflictKind, Resolution},
    sync::journal::Journaled,
    unit_of_work::UnitOfWork,
    work_order::WorkEventKind,
};
use bazdid_protocol::{
    ids::{AnswerId, Id, TicketId, WorkEventId, WorkOrderId},
    outcome::{OutcomeCode, Status},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::city::{SUPERVISOR, id};

/// Whether the server took a mutation: what was set aside or waits has no effect.
fn taken(row: &Journaled) -> bool {
    matches!(row.status, Status::Applied | Status::Merged | Status::Conflict)
        && !matches!(
            row.code,
            Some(OutcomeCode::Quarantined | OutcomeCode::UnknownEntity | OutcomeCode::Dependency | OutcomeCode::EpochUnknown)
        )
}

/// Whether something lies where its author said: at the ticket, or at the order and its ticket.
fn lies(unit: &UnitOfWork, row: &Journaled, ticket: TicketId, order: Option<WorkOrderId>) -> bool {
    match order {
        Some(order) => order.uuid() == row.entity && unit.work_orders.get(order).is_some_and(|o| o.ticket_id == ticket),
        None => ticket.uuid() == row.entity,
    }
}

/// Holds every fact against the mutation that made it and those that changed it.
pub fn check(journal: &[Journaled], unit: &UnitOfWork) {
    let taken: Vec<&Journaled> = journal.iter().filter(|row| taken(row)).collect();
    let mut made: BTreeSet<Uuid> = BTreeSet::new();
    for row in &taken {
        let named = |name: &str| row.args[name].as_str().and_then(|text| text.parse::<Uuid>().ok());
        let (fact, holds) = match row.cmd.as_str() {
            "note.add" => (named("note"), note(unit, &taken, row)),
            "visit.record" => (named("visit"), visit(unit, &taken, row)),
            "photo.add" => (named("photo"), photo(unit, &taken, row)),
            "measurement.add" => (named("measurement"), measurement(unit, row)),
            "checklist.answer" => (Some(row.id.uuid()), answer(unit, row)),
            "work.accept" | "work.decline" | "work.start" | "work.submit" | "work.fail_visit" => (None, event(unit, row)),
            _ => continue,
        };
        assert!(
            holds == Some(true),
            "{} than was recorded: {row:?}",
            if holds.is_some() { "something else stands" } else { "less is there" }
        );
        made.extend(fact);
    }
    // What the office settles a dispute with is its own.
    let office = id(SUPERVISOR);
    let there = (unit.notes.iter().filter(|n| n.actor.is_some()).map(|n| n.id.uuid()))
        .chain(unit.visits.iter().map(|v| v.id.uuid()))
        .chain(unit.photos.iter().map(|p| p.id.uuid()))
        .chain(unit.measurements.iter().filter(|m| m.actor != office).map(|m| m.id.uuid()))
        .chain(unit.answers.iter().filter(|a| a.actor != office).map(|a| a.id.uuid()));
    let foreign: Vec<Uuid> = there.filter(|id| !made.contains(id)).collect();
    assert!(foreign.is_empty(), "nobody recorded {foreign:?}");
}

/// What was done about a thing later, by its author.
fn about<'a>(taken: &'a [&Journaled], row: &'a Journaled, cmd: &'static str, name: &'static str) -> impl Iterator<Item = &'a Journaled> {
    taken.iter().copied().filter(move |r| r.cmd == cmd && r.args[name] == row.args[name] && r.actor == row.actor)
}

fn fact<K>(row: &Journaled, name: &str) -> Option<Id<K>> {
    row.args[name].as_str()?.parse().ok()
}

fn note(unit: &UnitOfWork, taken: &[&Journaled], row: &Journaled) -> Option<bool> {
    let note = unit.notes.get(fact(row, "note")?)?;
    let texts = about(taken, row, "note.edit", "note").chain([row]).map(|r| (r.eff, r.id, r.args["text"].as_str()));
    let removed = about(taken, row, "note.remove", "note").map(|r| r.est).min();
    let stands = texts.max().map(|(eff, _, text)| (eff, text)) == Some((note.eff, Some(note.text.as_str()))) && note.removed_at == removed;
    Some(stands && note.actor == Some(row.actor) && lies(unit, row, note.ticket_id, note.work_order_id))
}

fn visit(unit: &UnitOfWork, taken: &[&Journaled], row: &Journaled) -> Option<bool> {
    let visit = unit.visits.get(fact(row, "visit")?)?;
    let left = about(taken, row, "visit.leave", "visit").map(|r| r.est).min();
    let recorded = json!([visit.kind, visit.arrived_at, visit.point]) == said(row, ["kind", "arrived_at", "point"]);
    Some(recorded && visit.left_est == left && visit.actor == row.actor && lies(unit, row, visit.ticket_id, visit.work_order_id))
}

fn photo(unit: &UnitOfWork, taken: &[&Journaled], row: &Journaled) -> Option<bool> {
    let photo = unit.photos.get(fact(row, "photo")?)?;
    // By its author; or by the office, which gave up waiting for the bytes.
    let given_up = |c: &&Conflict| c.mutation_id.uuid() == photo.id.uuid() && c.resolution == Some(Resolution::Discard);
    let discarded = unit.conflicts.iter().filter(|c| c.kind == ConflictKind::PhotoMissing).find(given_up).and_then(|c| c.resolved_at);
    let removed = about(taken, row, "photo.remove", "photo").map(|r| r.est).chain(discarded).min();
    let shot = json!([photo.visit_id, photo.kind, photo.sha256, photo.bytes, photo.mime, photo.captured_at, photo.point]);
    let recorded = shot == said(row, ["visit", "kind", "sha256", "bytes", "mime", "captured_at", "point"]);
    Some(recorded && photo.removed_at == removed && photo.actor == row.actor && lies(unit, row, photo.ticket_id, photo.work_order_id))
}

fn measurement(unit: &UnitOfWork, row: &Journaled) -> Option<bool> {
    let measured = unit.measurements.get(fact(row, "measurement")?)?;
    let recorded = json!([measured.item, measured.quantity, measured.unit]) == said(row, ["item", "quantity", "unit"]);
    Some(
        recorded
            && measured.epoch == row.epoch
            && measured.actor == row.actor
            && lies(unit, row, measured.ticket_id, measured.work_order_id),
    )
}

fn answer(unit: &UnitOfWork, row: &Journaled) -> Option<bool> {
    let answer = unit.answers.get(AnswerId::of(row.id))?;
    let recorded =
        json!([answer.visit_id, answer.checklist_id, answer.item, answer.value]) == said(row, ["visit", "checklist", "item", "value"]);
    Some(recorded && answer.actor == row.actor)
}

/// What was reported about work is among the events of its order, whatever came of it.
fn event(unit: &UnitOfWork, row: &Journaled) -> Option<bool> {
    let event = unit.work_events.get(WorkEventId::of(row.id))?;
    // A crew's decline is a request.
    let kind = if event.kind == WorkEventKind::RequestRelief { WorkEventKind::Decline } else { event.kind };
    Some(format!("work.{kind}") == row.cmd && event.actor == row.actor && event.work_order_id.uuid() == row.entity)
}

/// What a mutation said under these names.
fn said<const N: usize>(row: &Journaled, names: [&str; N]) -> Value {
    names.iter().map(|name| row.args[*name].clone()).collect()
}

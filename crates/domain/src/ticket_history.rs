//! Every value that a ticket and what lies below it had: which stands, and what stands instead of those that do not. Pure over a
//! unit of work.
//!
//! A value that was never written again has no history: it is in its row.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    sync::register,
    ticket::{FieldEdit, TicketField},
    unit_of_work::UnitOfWork,
    visit::{ChecklistAnswer, Write},
    work_order::{Standing, WorkEvent},
};
use bazdid_protocol::{
    ids::{AccountId, DeviceId, TicketId, WriteId},
    text_enum::TextEnum as _,
    time::Timestamp,
};

/// Who wrote a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// What wrote it; absent: from before writes were kept.
    pub mutation: Option<WriteId>,
    /// The person; absent: nobody that may be named.
    pub actor: Option<AccountId>,
    /// The device; absent: the office, or unknown.
    pub device: Option<DeviceId>,
    /// Effective stamp.
    pub at: Timestamp,
}

/// One value that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What: a field of the ticket, or `note`, `visit_outcome`, `answer`, `findings`.
    pub field: &'static str,
    /// The row, if it is not the ticket: its kind in the sync and its id.
    pub row: Option<(&'static str, Uuid)>,
    /// The value, as on the wire.
    pub value: Value,
    /// Who wrote it.
    pub writer: Writer,
    /// Who wrote the value that stands instead; absent: this one stands.
    pub overruled_by: Option<Writer>,
}

/// The values of a ticket that were written more than once, oldest first.
#[must_use]
pub fn values(unit: &UnitOfWork, ticket: TicketId) -> Vec<Written> {
    let mut all = Vec::new();
    fields(unit, ticket, &mut all);
    for note in unit.notes.iter().filter(|n| n.ticket_id == ticket) {
        kept("note", ("note", note.id.uuid()), note.actor, &json!(note.text), &note.writes, &mut all);
    }
    for visit in unit.visits.iter().filter(|v| v.ticket_id == ticket) {
        kept("visit_outcome", ("visit", visit.id.uuid()), Some(visit.actor), &json!(visit.outcome), &visit.writes, &mut all);
    }
    answers(unit, ticket, &mut all);
    findings(unit, ticket, &mut all);
    all.sort_by_key(|w| (w.writer.at, w.writer.mutation, w.field, w.row));
    all
}

/// Adds the values of one thing, if there are several; `stands` is the place of the one that stands.
fn add(several: Vec<Written>, stands: Option<usize>, all: &mut Vec<Written>) {
    if several.len() < 2 {
        return;
    }
    let writer = stands.and_then(|n| several.get(n)).map(|w| w.writer.clone());
    all.extend(several.into_iter().enumerate().map(|(n, w)| Written { overruled_by: writer.clone().filter(|_| Some(n) != stands), ..w }));
}

fn fields(unit: &UnitOfWork, ticket: TicketId, all: &mut Vec<Written>) {
    for field in TicketField::ALL {
        let edits: Vec<&FieldEdit> = unit.field_edits.iter().filter(|e| e.ticket_id == ticket && e.field == *field).collect();
        let stands = register::standing(*field, &edits).map(|e| e.id);
        let writer = |e: &FieldEdit| Writer { mutation: Some(e.mutation_id), actor: Some(e.actor), device: e.device_id, at: e.eff };
        let written =
            |e: &&FieldEdit| Written { field: field.as_str(), row: None, value: e.value.clone(), writer: writer(e), overruled_by: None };
        add(edits.iter().map(written).collect(), edits.iter().position(|e| Some(e.id) == stands), all);
    }
}

fn kept(
    field: &'static str,
    row: (&'static str, Uuid),
    actor: Option<AccountId>,
    stands: &Value,
    writes: &[Write],
    all: &mut Vec<Written>,
) {
    let written = |w: &Write| Written {
        field,
        row: Some(row),
        value: w.value.clone().unwrap_or_else(|| stands.clone()),
        writer: Writer { mutation: w.mutation.map(WriteId::of_command), actor, device: w.device, at: w.at },
        overruled_by: None,
    };
    add(writes.iter().map(written).collect(), writes.iter().position(|w| w.value.is_none()), all);
}

fn answers(unit: &UnitOfWork, ticket: TicketId, all: &mut Vec<Written>) {
    let mut items: BTreeMap<_, Vec<&ChecklistAnswer>> = BTreeMap::new();
    for answer in unit.answers.iter().filter(|a| a.ticket_id == ticket) {
        items.entry((answer.visit_id, &answer.item)).or_default().push(answer);
    }
    for same in items.into_values() {
        let written = |a: &&ChecklistAnswer| Written {
            field: "answer",
            row: Some(("answer", a.id.uuid())),
            value: json!({ "visit": a.visit_id, "item": a.item, "value": a.value }),
            writer: Writer { mutation: Some(WriteId::of_command(a.mutation_id)), actor: Some(a.actor), device: None, at: a.eff },
            overruled_by: None,
        };
        add(same.iter().map(written).collect(), same.iter().position(|a| a.standing == Standing::Effective), all);
    }
}

fn findings(unit: &UnitOfWork, ticket: TicketId, all: &mut Vec<Written>) {
    for order in unit.work_orders.iter().filter(|o| o.ticket_id == ticket) {
        let said: Vec<&WorkEvent> = unit.work_events.iter().filter(|e| e.work_order_id == order.id && e.findings().is_some()).collect();
        let written = |e: &&WorkEvent| Written {
            field: "findings",
            row: Some(("work_event", e.id.uuid())),
            value: e.args.clone(),
            writer: Writer { mutation: Some(WriteId::of_event(e.id)), actor: Some(e.actor), device: e.device_id, at: e.eff },
            overruled_by: None,
        };
        let stands = said.iter().position(|e| e.standing == Standing::Effective && e.findings() == order.findings.as_ref());
        add(said.iter().map(written).collect(), stands, all);
    }
}

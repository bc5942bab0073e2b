//! Edits of a ticket's fields, and proposals of what only the office may set. The law of the merge stands in
//! [`crate::sync::register`]; here its outcome is written down.

use serde_json::{Value, json};

use crate::{
    conflict::{Cause, ConflictKind, Severity},
    intake::{self, Written, ensure_origin, point_source},
    personal::restored,
    policy::Permission,
    sync::{
        engine::{
            Act, Author,
            clash::{Clash, raise},
            ended, target, unknown,
        },
        merge_context::MergeContext,
        register,
    },
    ticket::{FieldEdit, Register, Ticket, TicketField},
    unit_of_work::UnitOfWork,
    visit::{Audience, Note},
};
use bazdid_protocol::{
    command::{TicketPropose, TicketSet},
    fold::is_blank,
    ids::{ConflictId, NoteId, TicketId, WriteId, name_uuid},
    outcome::{Outcome, OutcomeCode, Status},
    proposal::Proposal,
    sides::{Deferred, EmptySide, FieldBase, FieldSide, ProposalSide, Sides, StandingValues},
};

/// `ticket.edit`, in the field and in the office: the same merge. A ticket that the office has ended takes the edit too, so that
/// the fields follow from the set of edits alone, and a supervisor hears of it.
pub(super) fn edit(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>, set: &TicketSet) -> Outcome {
    let Some((ticket, None)) = target(unit, context, author, act.entity) else {
        return unknown(act.entity);
    };
    if set.category.is_some_and(|c| context.category(c).is_none()) {
        return Outcome::rejected(OutcomeCode::Validation, "/args/set/category: the server does not know this category");
    }
    let write = WriteId::of_command(act.id);
    if unit.field_edits.iter().any(|e| e.mutation_id == write) {
        return Outcome::applied(ticket.rev);
    }
    let (id, shut) = (ticket.id, ticket.status.is_shut_by_office());
    // Nobody has seen a revision that was not there when the transaction began.
    let base = act.base.unwrap_or_default().min(unit.tickets.before(id).map_or(0, |t| t.rev));
    // Every edit is a revision of its own, also one that does not stand: whoever sees it later has seen the edit.
    let v = unit.tickets.before(id).map_or(1, |t| t.rev + 1);
    let office = act.office || author.may(Permission::TicketManage);
    let values = match fields(set).into_iter().map(|(field, value)| with_numbers(field, value, ticket)).collect::<Result<Vec<_>, _>>() {
        Ok(values) => values,
        Err(refused) => return refused,
    };
    let mut overruled = None;
    let mut raised = None;
    for (field, value) in values {
        ensure_origin(unit, id, field);
        let edits = edits_of(unit, id, field);
        // What the author had seen came before, whatever their clock says.
        let seen = edits.iter().filter(|e| e.v <= base).map(|e| e.eff.plus_micros(1)).max();
        let eff = seen.map_or(act.stamp.eff, |s| s.max(act.stamp.eff).min(act.received_at.max(act.stamp.eff)));
        let written = Written { by: author.account, device: author.device, office, at: eff, base, v };
        let Some(ticket) = unit.tickets.get(id) else { continue };
        let mine = FieldEdit { value, ..intake::edit(write, ticket, field, &written) };
        unit.field_edits.put(mine.clone());
        for other in edits.iter().filter(|e| e.mutation_id != write) {
            raised = report(unit, act, field, &mine, other).or(raised);
        }
        let all = edits_of(unit, id, field);
        if let Some(stands) = register::standing(field, &all.iter().collect::<Vec<_>>()) {
            if stands.mutation_id != write && stands.value != mine.value {
                overruled = Some(field);
            }
            apply(unit, context, id, stands);
        }
    }
    let Some(mut ticket) = unit.tickets.get(id).cloned() else { return unknown(act.entity) };
    ticket.stamp = ticket.stamp.max(act.stamp.eff);
    ticket.updated_at = ticket.updated_at.max(act.received_at);
    let v = unit.tickets.put(ticket);
    if shut {
        let conflict = ended::report_evidence(unit, author, act, id, None);
        let detail = "the office had ended this ticket; what you wrote is kept";
        return Outcome { conflict, v: Some(v), ..Outcome::of(Status::Conflict, OutcomeCode::DeletedEntity, detail) };
    }
    match overruled {
        None => Outcome { conflict: raised, ..Outcome::applied(v) },
        Some(field) => {
            let code = if field == TicketField::Category { OutcomeCode::ConcurrentEdit } else { OutcomeCode::ParallelUpdate };
            let detail = format!("/args/set/{field}: another value stands; yours is kept in the history of the ticket");
            Outcome { conflict: raised, v: Some(v), ..Outcome::of(Status::Merged, code, detail) }
        }
    }
}

fn fields(set: &TicketSet) -> Vec<(TicketField, Value)> {
    let all = [
        (TicketField::Text, set.text.as_ref().map(|t| json!(t))),
        (TicketField::AddressText, set.address_text.as_ref().map(|a| json!(Some(a).filter(|a| !is_blank(a.as_str()))))),
        (TicketField::Point, set.point.map(|p| json!(p))),
        (TicketField::Category, set.category.map(|c| json!(c))),
    ];
    all.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
}

/// A field as it was written; a text with the numbers that its author could not see.
fn with_numbers(field: TicketField, value: Value, ticket: &Ticket) -> Result<(TicketField, Value), Outcome> {
    let standing = match field {
        TicketField::Text => Some(ticket.text.as_str()),
        TicketField::AddressText => ticket.address_text.as_deref(),
        TicketField::Point | TicketField::Category => None,
    };
    let (Value::String(written), Some(standing)) = (&value, standing) else { return Ok((field, value)) };
    match restored(written, standing) {
        Ok(text) => Ok((field, Value::String(text.into_owned()))),
        Err(why) => Err(Outcome::rejected(OutcomeCode::Validation, format!("/args/set/{field}: {}", why.detail()))),
    }
}

fn edits_of(unit: &UnitOfWork, ticket: TicketId, field: TicketField) -> Vec<FieldEdit> {
    unit.field_edits.iter().filter(|e| e.ticket_id == ticket && e.field == field).cloned().collect()
}

/// Brings the value that stands into the row.
fn apply(unit: &mut UnitOfWork, context: &MergeContext<'_>, id: TicketId, stands: &FieldEdit) {
    let Some(mut ticket) = unit.tickets.get(id).cloned() else { return };
    let before = ticket.clone();
    match stands.field {
        TicketField::Text => read(&stands.value, &mut ticket.text),
        TicketField::AddressText => read(&stands.value, &mut ticket.address_text),
        TicketField::Point => {
            read(&stands.value, &mut ticket.point);
            if ticket.point != before.point {
                ticket.point_source = point_source(&ticket.point);
                let place = context.locate(&ticket.point);
                ticket.areas = place.areas;
                ticket.leaf_areas = place.leaf_areas;
                ticket.boundary = place.boundary;
            }
        }
        TicketField::Category => {
            read(&stands.value, &mut ticket.category_id);
            // Priority stays the office's; the hazard is the category's own.
            if let Some(category) = context.category(ticket.category_id).filter(|_| ticket.category_id != before.category_id) {
                ticket.hazard = category.hazard;
            }
        }
    }
    let register = Register { eff: stands.eff.micros(), by: stands.mutation_id, actor: stands.actor, v: stands.v };
    ticket.registers.insert(stands.field.to_string(), register);
    if ticket != before {
        unit.tickets.put(ticket);
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value, into: &mut T) {
    if let Ok(value) = serde_json::from_value(value.clone()) {
        *into = value;
    }
}

/// Two concurrent edits by different people with different values: one soft conflict. Its two sides follow from the two edits
/// alone: `theirs` is the one that stands of them, `mine` the one that does not. A text that does not stand is kept as a note.
fn report(unit: &mut UnitOfWork, act: &Act<'_>, field: TicketField, one: &FieldEdit, other: &FieldEdit) -> Option<ConflictId> {
    let kind = register::conflict(field, one, other)?;
    let wins = register::standing(field, &[one, other]).map(|e| e.mutation_id);
    let (winner, loser) = if wins == Some(one.mutation_id) { (one, other) } else { (other, one) };
    let (first, second) = (one.mutation_id.min(other.mutation_id), one.mutation_id.max(other.mutation_id));
    let side = |e: &FieldEdit| FieldSide { value: e.value.clone(), actor: e.actor, at: e.eff, office: e.office, mutation: e.mutation_id };
    let base_v = one.base.min(other.base);
    let seen = edits_of(unit, one.ticket_id, field);
    let seen: Vec<&FieldEdit> = seen.iter().filter(|e| e.v <= base_v).collect();
    let what = format!("{field}|{first}|{second}");
    let clash = Clash {
        sides: Sides::Field {
            base: FieldBase { field, value: register::standing(field, &seen).map(|e| e.value.clone()) },
            theirs: side(winner),
            mine: side(loser),
        },
        parties: vec![Cause::Write(first), Cause::Write(second)],
        default_in_force: match kind {
            ConflictKind::CategoryProposal => "the office's category stands; the field's is a proposal",
            ConflictKind::PointMoved => "the newest of the good fixes stands",
            _ => "the newest value stands",
        },
        severity: Severity::Soft,
        ..Clash::hard(kind, one.ticket_id, None, &what)
    };
    if matches!(field, TicketField::Text | TicketField::AddressText) {
        keep_loser(unit, loser);
    }
    Some(raise(unit, act.received_at, clash))
}

/// The system's note of a text that did not stand.
fn keep_loser(unit: &mut UnitOfWork, loser: &FieldEdit) {
    let id = NoteId::new(name_uuid(&format!("overruled|{}|{}", loser.mutation_id, loser.field)));
    if unit.all_notes().get(id).is_some() {
        return;
    }
    let text = loser.value.as_str().unwrap_or_default();
    unit.notes.put(Note {
        id,
        rev: 0,
        ticket_id: loser.ticket_id,
        work_order_id: None,
        actor: None,
        organisation_id: None,
        audience: Audience::Field,
        text: format!("overruled {}: {text}", loser.field),
        eff: loser.eff,
        removed_at: None,
        writes: Vec::new(),
    });
}

/// `ticket.propose`: priority, category or deferral. Nothing changes; the office finds the proposal among the conflicts of its area
/// and decides.
pub(super) fn propose(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>, args: &TicketPropose) -> Outcome {
    let Some((ticket, None)) = target(unit, context, author, act.entity) else {
        return unknown(act.entity);
    };
    if args.propose.category.is_some_and(|c| context.category(c).is_none()) {
        return Outcome::rejected(OutcomeCode::Validation, "/args/propose/category: the server does not know this category");
    }
    let (id, rev) = (ticket.id, ticket.rev);
    let theirs = standing_values(ticket, &args.propose);
    let what = act.id.to_string();
    let clash = Clash {
        sides: Sides::Proposal {
            base: EmptySide {},
            theirs,
            mine: ProposalSide { propose: args.propose.clone(), reason: args.reason.clone(), by: author.account, at: act.stamp.est },
        },
        parties: vec![Cause::Command(act.id)],
        default_in_force: "nothing changes until the office decides",
        ..Clash::soft(ConflictKind::Proposal, id, None, &what)
    };
    let conflict = raise(unit, act.received_at, clash);
    Outcome { conflict: Some(conflict), ..Outcome::applied(rev) }
}

/// What holds now of what is proposed and the office alone sets; the category that stands is in the ticket.
fn standing_values(ticket: &Ticket, proposed: &Proposal) -> StandingValues {
    StandingValues {
        priority: proposed.priority.map(|_| ticket.priority),
        deferral: proposed.deferral.as_ref().map(|_| Deferred { status: ticket.status, reason: ticket.status_reason.clone() }),
    }
}

#[cfg(test)]
mod tests;

//! Values of a ticket's fields, and proposals: what is chosen comes into force as an edit of the office, by the law of every edit.

use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::{
    conflict::{Conflict, Resolution},
    office::{
        resolution::{Decision, Refusal},
        ticket::put_off,
    },
    sync::{
        engine::{self, Act},
        merge_context::MergeContext,
        stamp::{Skew, Stamp},
    },
    ticket::{Register, SetByHand, TicketField},
    ticket_flow::Because,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{command::Command, ids::WriteId, outcome::Status, proposal::Proposal, sides::Sides};

const ENDED: Refusal = Refusal::State("the office has ended this ticket; keep what is in force");

/// The other value, or a third one, comes into force.
pub(super) fn choose(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let Sides::Field { base, mine, .. } = &conflict.sides else {
        return Err(Refusal::State("this conflict names no field; keep what is in force"));
    };
    let value = match decision.resolution {
        Resolution::Set => third(decision)?.clone(),
        _ => mine.value.clone(),
    };
    write(unit, context, conflict, decision, base.field, value)
}

fn third<'a>(decision: &Decision<'a>) -> Result<&'a Value, Refusal> {
    decision.value.ok_or_else(|| Refusal::argument("/value", "say which value is to be set"))
}

/// Writes a value as an edit of the office that has seen all others.
fn write(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
    field: TicketField,
    mut value: Value,
) -> Result<(), Refusal> {
    let ticket = unit.tickets.get(conflict.ticket_id).ok_or(Refusal::Unknown)?;
    if ticket.status.is_shut_by_office() {
        return Err(ENDED);
    }
    match (field, &mut value) {
        // What a person in the office puts on the map is right, however poor the fix was that it comes from.
        (TicketField::Point, Value::Object(point)) => drop(point.remove("accuracy_m")),
        // No address is an empty one in an edit.
        (TicketField::AddressText, Value::Null) => value = json!(""),
        _ => {}
    }
    let args = json!({ "set": { field.to_string(): value } });
    let command = Command::parse("ticket.edit", 1, &args).map_err(|f| Refusal::argument("/value", f.detail))?;
    let act = Act {
        id: decision.command,
        entity: conflict.ticket_id.uuid(),
        base: Some(ticket.rev),
        epoch: None,
        command: &command,
        args: &args,
        stamp: Stamp { est: decision.now, eff: decision.now.max(ticket.stamp.plus_micros(1)), skew_us: 0, skew: Skew::Fine },
        received_at: decision.now,
        office: true,
    };
    let outcome = engine::decide(unit, context, decision.by, &act);
    match outcome.status {
        Status::Applied => Ok(()),
        Status::Rejected => Err(Refusal::argument("/value", outcome.detail.unwrap_or_default())),
        _ => Err(Refusal::State("the value would not come into force; look at the ticket again")),
    }
}

/// What somebody in the field proposed comes into force, as they meant it or as `value` says.
pub(super) fn follow_proposal(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let Sides::Proposal { mine, .. } = &conflict.sides else { return Err(Refusal::Unknown) };
    let proposal = match decision.resolution {
        Resolution::Set => Proposal::deserialize(third(decision)?).map_err(|e| Refusal::argument("/value", e.to_string()))?,
        _ => mine.propose.clone(),
    };
    if proposal.names().is_empty() {
        return Err(Refusal::argument("/value", "name a priority, a category or a deferral"));
    }
    if let Some(category) = proposal.category {
        write(unit, context, conflict, decision, TicketField::Category, json!(category))?;
    }
    let mut ticket = unit.tickets.get(conflict.ticket_id).cloned().ok_or(Refusal::Unknown)?;
    if ticket.status.is_shut_by_office() {
        return Err(ENDED);
    }
    if let Some(priority) = proposal.priority {
        ticket.priority = priority;
        let (eff, by) = (decision.now.micros(), WriteId::of_command(decision.command));
        ticket.set_by_hand(SetByHand::Priority, Register { eff, by, actor: decision.by.account, v: ticket.rev + 1 });
    }
    ticket.stamp = ticket.stamp.max(decision.now);
    ticket.updated_at = ticket.updated_at.max(decision.now);
    unit.tickets.put(ticket.clone());
    if let Some(deferral) = &proposal.deferral {
        let Some(until) = deferral.until else {
            return Err(Refusal::argument("/value/deferral/until", "the proposal names no time: decide with set, and say until when"));
        };
        if until <= decision.now {
            return Err(Refusal::argument("/value/deferral/until", "must lie in the future"));
        }
        let reason = decision.note.or(mine.reason.as_deref());
        let because = Because { actor: Some(decision.by.account), reason, at: decision.now };
        put_off(unit, ticket, until, because, &decision.mover(context)).map_err(Refusal::State)?;
    }
    Ok(())
}

//! A ticket that the office registers: rules of the text, areas by the point, hazard and priority by the category.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    organisation::ActiveState,
    reference::Reference,
    ticket::{FieldEdit, PointSource, Ticket, TicketField, TicketOrigin, TicketStatus},
    ticket_code::code_for,
    world::World,
};
use bazdid_protocol::{
    command::MAX_TEXT,
    geo::Point,
    ids::{AccountId, CategoryId, MutationId, NoteId, OrganisationId, TicketId, name_uuid},
    time::Timestamp,
};

/// Longest name of a ticket in another system, characters.
const MAX_SOURCE: usize = 200;

/// What is registered.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// The new ticket's id.
    pub id: TicketId,
    /// What it is about.
    pub category: CategoryId,
    /// The citizen's words.
    pub text: String,
    /// Where, in words.
    pub address_text: Option<String>,
    /// Where.
    pub point: Point,
    /// Where the point came from.
    pub point_source: PointSource,
    /// Where the ticket came from.
    pub origin: TicketOrigin,
    /// Who registers it.
    pub created_by: AccountId,
    /// For which contractor, if one of its people does.
    pub created_org: Option<OrganisationId>,
    /// When the citizen asked.
    pub created_at: Timestamp,
    /// Identity in the system that it was imported from.
    pub source_ref: Option<String>,
    /// When it is registered.
    pub now: Timestamp,
}

/// A field that cannot be accepted: JSON pointer, and what would be right.
pub type Fault = (String, String);

/// What is wrong with an intake; empty: nothing.
#[must_use]
pub fn faults(intake: &Intake, reference: &Reference) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, why: &str| faults.push((pointer.to_owned(), why.to_owned()));
    if let Some(why) = text_fault(&intake.text) {
        fault("/text", why);
    }
    if intake.text.trim().is_empty() {
        fault("/text", "say what is asked for");
    }
    if let Some(why) = intake.address_text.as_deref().and_then(text_fault) {
        fault("/address_text", why);
    }
    if let Some((field, why)) = intake.point.fault() {
        fault(&format!("/point/{field}"), why);
    }
    if intake.source_ref.as_ref().is_some_and(|s| s.is_empty() || s.contains('\0') || s.chars().count() > MAX_SOURCE) {
        fault("/source_ref", "must have 1 to 200 characters");
    }
    match reference.categories.get(&intake.category) {
        None => fault("/category", "there is no such category"),
        Some(category) if category.state != ActiveState::Active => fault("/category", "this category is out of use"),
        Some(_) => {}
    }
    faults
}

/// What is wrong with a text that may be long, if anything.
#[must_use]
pub fn text_fault(text: &str) -> Option<&'static str> {
    if text.contains('\0') {
        Some("must not contain the character NUL")
    } else if text.chars().count() > MAX_TEXT {
        Some("must have at most 4000 characters")
    } else {
        None
    }
}

/// The ticket of an intake without faults, put into the world. Its fields have no history yet: the first one that is written
/// over is kept then ([`origin`]).
pub fn register(world: &mut World, reference: &Reference, intake: Intake) {
    let Some(category) = reference.categories.get(&intake.category) else { return };
    let place = reference.locate(&intake.point);
    world.tickets.put(Ticket {
        id: intake.id,
        rev: 0,
        stamp: intake.now,
        code: code_for(intake.id, 0),
        category_id: intake.category,
        text: intake.text,
        address_text: intake.address_text.filter(|a| !a.trim().is_empty()),
        point: intake.point,
        point_source: intake.point_source,
        areas: place.areas,
        leaf_areas: place.leaf_areas,
        boundary: place.boundary,
        priority: category.default_priority,
        hazard: category.hazard,
        status: TicketStatus::New,
        status_reason: None,
        origin: intake.origin,
        created_by: intake.created_by,
        created_device: None,
        created_org: intake.created_org,
        created_at: intake.created_at,
        promise_at: Some(intake.created_at.plus_minutes(category.resolve_minutes)),
        duplicate_of: None,
        supporters: 1,
        source_ref: intake.source_ref,
        registers: BTreeMap::new(),
        updated_at: intake.now,
    });
}

/// The line of the history that says how a field was when the ticket was made: for tickets whose fields have none yet.
#[must_use]
pub fn origin(ticket: &Ticket, field: TicketField) -> FieldEdit {
    let written = Written { by: ticket.created_by, at: ticket.created_at, base: 0, v: 1 };
    let command = MutationId::new(ticket.id.uuid());
    FieldEdit { office: ticket.origin != TicketOrigin::Field, ..edit(command, ticket, field, &written) }
}

/// Who wrote a field, when, on which revision.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// The revision that the writer had seen.
    pub base: i64,
    /// The revision that the write produces.
    pub v: i64,
}

/// The line of the history that says that the office wrote a field of a ticket as it is now.
#[must_use]
pub fn edit(command: MutationId, ticket: &Ticket, field: TicketField, written: &Written) -> FieldEdit {
    FieldEdit {
        id: NoteId::new(name_uuid(&format!("edit|{command}|{field}"))),
        mutation_id: command,
        ticket_id: ticket.id,
        field,
        value: value_of(ticket, field),
        actor: written.by,
        office: true,
        base: written.base,
        v: written.v,
        eff: written.at,
        device_id: None,
    }
}

/// The value of a field, as on the wire.
#[must_use]
pub fn value_of(ticket: &Ticket, field: TicketField) -> Value {
    match field {
        TicketField::Text => json!(ticket.text),
        TicketField::AddressText => json!(ticket.address_text),
        TicketField::Point => json!(ticket.point),
        TicketField::Category => json!(ticket.category_id),
    }
}

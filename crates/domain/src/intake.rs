//! A new ticket, whoever registers it: by phone, from a file or in the field. Areas follow from the point; hazard, priority and
//! promise from the category.

use serde_json::{Value, json};

use crate::{
    account::Role,
    organisation::ActiveState,
    reference::Reference,
    ticket::{FieldEdit, PointSource, Ticket, TicketField, TicketOrigin},
    ticket_code::code_for,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    command::MAX_TEXT,
    fold::is_blank,
    geo::Point,
    ids::{AccountId, CategoryId, DeviceId, FieldEditId, MutationId, OrganisationId, TicketId, WriteId},
    phrase::Phrase,
    text_enum::TextEnum as _,
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
    /// When the server registers it.
    pub now: Timestamp,
    /// The first code to try; absent: the one that follows from the id.
    pub code: Option<String>,
    /// The mutation of a device that registers it; absent: a request of the office.
    pub mutation: Option<CreatingMutation>,
}

/// The mutation of a device that makes a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatingMutation {
    /// Its id.
    pub id: MutationId,
    /// The device.
    pub device: Option<DeviceId>,
    /// Effective stamp.
    pub eff: Timestamp,
    /// Whether its author belongs to the office.
    pub office: bool,
}

/// The organisation for which somebody registers a ticket: that of people who act for a contractor and for nobody else. Who has
/// another role as well registers for the municipality.
#[must_use]
pub fn contractor_of(roles: &[Role], organisations: &[OrganisationId]) -> Option<OrganisationId> {
    let only_field = roles.iter().all(|role| matches!(role, Role::Crew | Role::ContractorManager));
    organisations.first().copied().filter(|_| only_field)
}

/// A point with an accuracy is a device's fix; one without was set by hand.
#[must_use]
pub const fn point_source(point: &Point) -> PointSource {
    if point.accuracy_m.is_some() { PointSource::Gps } else { PointSource::Map }
}

/// A field that cannot be accepted: JSON pointer, and what would be right.
pub type Fault = (String, Phrase);

/// What is wrong with an intake; empty: nothing.
#[must_use]
pub fn faults(intake: &Intake, reference: &Reference) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, why: &'static str| faults.push((pointer.to_owned(), Phrase::from(why)));
    if let Some(why) = text_fault(&intake.text) {
        fault("/text", why);
    }
    if is_blank(&intake.text) {
        fault("/text", "say what is asked for");
    }
    if let Some(why) = intake.address_text.as_deref().and_then(text_fault) {
        fault("/address_text", why);
    }
    if let Some((field, why)) = intake.point.fault() {
        fault(&format!("/point/{field}"), why);
    }
    if intake.source_ref.as_ref().is_some_and(|s| is_blank(s) || s.contains('\0') || s.chars().count() > MAX_SOURCE) {
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

/// Puts the ticket of an intake into the unit of work; nothing if its category is not known. What its text, address, point and category
/// were at first is kept when one of them is written over ([`ensure_origin`]); what a mutation wrote is kept at once, because
/// the ticket does not name the mutation.
pub fn register(unit: &mut UnitOfWork, reference: &Reference, intake: Intake) {
    let Some(category) = reference.categories.get(&intake.category) else { return };
    let place = reference.locate(&intake.point);
    let mutation = intake.mutation;
    let code = intake.code.unwrap_or_else(|| code_for(intake.id, 0));
    let ticket = Ticket {
        stamp: mutation.map_or(intake.now, |m| m.eff),
        address_text: intake.address_text.filter(|a| !is_blank(a)),
        point_source: intake.point_source,
        areas: place.areas,
        leaf_areas: place.leaf_areas,
        boundary: place.boundary,
        priority: category.default_priority,
        hazard: category.hazard,
        origin: intake.origin,
        created_device: mutation.and_then(|m| m.device),
        created_org: intake.created_org,
        created_at: intake.created_at,
        promise_at: Some(category.promise_of(intake.created_at)),
        source_ref: intake.source_ref,
        ..Ticket::new(intake.id, code, intake.category, intake.text, intake.point, intake.created_by, intake.now)
    };
    if let Some(mutation) = mutation {
        for field in TicketField::ALL {
            let written = Written { at: mutation.eff, office: mutation.office, ..Written::at_creation(&ticket) };
            unit.field_edits.put(edit(WriteId::of_command(mutation.id), &ticket, *field, &written));
        }
    }
    unit.tickets.put(ticket);
}

/// Keeps how a field was when the ticket was made, if nothing of the field is kept yet.
pub fn ensure_origin(unit: &mut UnitOfWork, id: TicketId, field: TicketField) {
    if unit.field_edits.iter().any(|e| e.ticket_id == id && e.field == field) {
        return;
    }
    let Some(ticket) = unit.tickets.get(id) else { return };
    let origin = edit(WriteId::of_registration(id), ticket, field, &Written::at_creation(ticket));
    unit.field_edits.put(origin);
}

/// Who wrote a field, when, on which revision.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// Who.
    pub by: AccountId,
    /// On which device; absent: the office.
    pub device: Option<DeviceId>,
    /// Whether the office wrote it.
    pub office: bool,
    /// When.
    pub at: Timestamp,
    /// The revision that the writer had seen.
    pub base: i64,
    /// The revision that the write produces.
    pub v: i64,
}

impl Written {
    /// The first values of a ticket, as far as the ticket tells.
    fn at_creation(ticket: &Ticket) -> Self {
        Self {
            by: ticket.created_by,
            device: ticket.created_device,
            office: ticket.origin != TicketOrigin::Field,
            at: ticket.created_at,
            base: 0,
            v: 1,
        }
    }
}

/// The line of the history that says that a command wrote a field of a ticket as it is now.
#[must_use]
pub fn edit(write: WriteId, ticket: &Ticket, field: TicketField, written: &Written) -> FieldEdit {
    FieldEdit {
        id: FieldEditId::of(write, field),
        mutation_id: write,
        ticket_id: ticket.id,
        field,
        value: value_of(ticket, field),
        actor: written.by,
        office: written.office,
        base: written.base,
        v: written.v,
        eff: written.at,
        device_id: written.device,
    }
}

/// The value of a field, as on the wire.
fn value_of(ticket: &Ticket, field: TicketField) -> Value {
    match field {
        TicketField::Text => json!(ticket.text),
        TicketField::AddressText => json!(ticket.address_text),
        TicketField::Point => json!(ticket.point),
        TicketField::Category => json!(ticket.category_id),
    }
}

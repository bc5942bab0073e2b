//! Tickets that people in the field register.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    conflict::ConflictKind,
    duplicate::{SAME_PLACE_M, SAME_TIME_US},
    policy::Permission,
    sync::{
        engine::{
            Act, Author,
            clash::{Clash, raise},
        },
        surroundings::{CODE_ATTEMPTS, Neighbour, Surroundings},
    },
    ticket::{FieldEdit, PointSource, Register, StatusChange, Ticket, TicketField, TicketOrigin, TicketStatus},
    ticket_code::code_for,
    world::World,
};
use bazdid_protocol::{
    command::TicketCreate,
    geo::Point,
    ids::{CategoryId, ConflictId, Id, NoteId, StatusChangeId, TicketId, name_uuid},
    outcome::{Outcome, OutcomeCode},
    text_enum::TextEnum as _,
    time::Timestamp,
};

/// `ticket.create`. The device made the id; the server finds the areas, makes the code and takes hazard and priority from the
/// category. A point outside every area is accepted all the same: nothing that somebody saw is lost, and the office finds out
/// where it belongs. So is a category that went out of use while the device was away.
pub(super) fn create(world: &mut World, around: &Surroundings<'_>, author: &Author, act: &Act<'_>, args: &TicketCreate) -> Outcome {
    if !author.may(Permission::TicketCreate) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "your roles do not allow this");
    }
    let id = TicketId::new(act.entity);
    let Some(category) = around.category(args.category) else {
        return Outcome::rejected(OutcomeCode::Validation, "/args/category: the server does not know this category");
    };
    let Some(code) = free_code(world, around, id) else {
        return Outcome::rejected(OutcomeCode::IdReuse, "/entity: no code is free for this id, make another");
    };
    let place = around.locate(&args.point);
    let (eff, actor) = (act.stamp.eff, author.account);
    let register = Register { eff: eff.micros(), by: act.id, actor, v: 1 };
    let office = act.office || author.may(Permission::TicketManage);
    let ticket = Ticket {
        id,
        rev: 0,
        stamp: eff,
        code,
        category_id: args.category,
        text: args.text.clone(),
        address_text: args.address_text.clone().filter(|a| !a.trim().is_empty()),
        point: args.point,
        point_source: point_source(&args.point),
        areas: place.areas,
        leaf_areas: place.leaf_areas,
        boundary: place.boundary,
        priority: category.default_priority,
        hazard: category.hazard,
        status: TicketStatus::New,
        status_reason: None,
        origin: TicketOrigin::Field,
        created_by: actor,
        created_device: author.device,
        created_org: if office { None } else { author.organisations.first().copied().filter(|_| author.is_contractor()) },
        created_at: act.stamp.est,
        promise_at: None,
        duplicate_of: None,
        supporters: 1,
        source_ref: None,
        registers: TicketField::ALL.iter().map(|f| (f.to_string(), register.clone())).collect::<BTreeMap<_, _>>(),
        updated_at: act.received_at,
    };
    for field in TicketField::ALL {
        world.field_edits.put(FieldEdit {
            id: edit_id(act.id.uuid(), *field),
            mutation_id: act.id,
            ticket_id: id,
            field: *field,
            value: value_of(&ticket, *field),
            actor,
            office,
            base: 0,
            v: 1,
            eff,
            device_id: author.device,
        });
    }
    world.status_changes.put(StatusChange {
        id: StatusChangeId::new(name_uuid(&format!("status|{id}|1|{}", TicketStatus::New))),
        ticket_id: id,
        from: None,
        to: TicketStatus::New,
        actor: Some(actor),
        reason: None,
        at: act.stamp.est,
    });
    let me = Neighbour::from(&ticket);
    let v = world.tickets.put(ticket);
    Outcome { conflict: report_duplicates(world, around, author, act, &me), ..Outcome::applied(v) }
}

/// The first code of a new ticket that no other ticket has.
fn free_code(world: &World, around: &Surroundings<'_>, id: TicketId) -> Option<String> {
    (0..CODE_ATTEMPTS)
        .map(|attempt| code_for(id, attempt))
        .find(|code| !around.codes_taken.contains(code) && !world.tickets.iter().any(|t| t.code == *code && t.id != id))
}

/// A point with an accuracy is a device's fix; one without was set by hand.
pub(super) const fn point_source(point: &Point) -> PointSource {
    if point.accuracy_m.is_some() { PointSource::Gps } else { PointSource::Map }
}

/// The id of the edit that a command made of a field.
pub(super) fn edit_id(command: uuid::Uuid, field: TicketField) -> NoteId {
    NoteId::new(name_uuid(&format!("edit|{command}|{field}")))
}

/// The value of a field, as on the wire.
pub(super) fn value_of(ticket: &Ticket, field: TicketField) -> Value {
    match field {
        TicketField::Text => json!(ticket.text),
        TicketField::AddressText => json!(ticket.address_text),
        TicketField::Point => json!(ticket.point),
        TicketField::Category => json!(ticket.category_id),
    }
}

/// Every pair of a new ticket and one near it is a soft conflict at the younger of the two, whichever arrived first. Both stay;
/// only a person merges them. What counts is where and what the other is when the later of the two arrives. The author hears of a pair whose other ticket he may see.
fn report_duplicates(world: &mut World, around: &Surroundings<'_>, author: &Author, act: &Act<'_>, me: &Neighbour) -> Option<ConflictId> {
    let is_same = |ticket: TicketId, category: CategoryId, created_at: Timestamp, point: &Point| {
        let apart_us = (created_at - me.created_at).saturating_abs();
        ticket != me.ticket && category == me.category && apart_us <= SAME_TIME_US && point.distance_m(&me.point) <= SAME_PLACE_M
    };
    // What was loaded is newer than what was fetched beforehand.
    let fetched: BTreeMap<TicketId, &Neighbour> =
        around.neighbours.iter().filter(|n| world.tickets.get(n.ticket).is_none()).map(|n| (n.ticket, n)).collect();
    let mut same: BTreeMap<TicketId, Neighbour> =
        fetched.into_values().filter(|n| is_same(n.ticket, n.category, n.created_at, &n.point)).map(|n| (n.ticket, n.clone())).collect();
    let loaded = world.tickets.iter().filter(|t| is_same(t.id, t.category_id, t.created_at, &t.point));
    same.extend(loaded.map(|t| (t.id, Neighbour::from(t))));
    let mut told = None;
    for other in same.values() {
        let distance_m = other.point.distance_m(&me.point);
        let (older, younger) = if (other.created_at, other.ticket) < (me.created_at, me.ticket) { (other, me) } else { (me, other) };
        let side = |n: &Neighbour| json!({ "ticket": n.ticket, "created_at": n.created_at, "distance_m": distance_m });
        let (first, second) = (older.ticket.min(younger.ticket), older.ticket.max(younger.ticket));
        let what = second.to_string();
        let clash = Clash {
            subject: Some(first.uuid()),
            theirs: side(older),
            mine: side(younger),
            parties: vec![Id::new(older.ticket.uuid()), Id::new(younger.ticket.uuid())],
            default_in_force: "both tickets stand until a person says that they are one",
            areas: &younger.leaf_areas,
            ..Clash::soft(ConflictKind::PossibleDuplicate, younger.ticket, None, &what)
        };
        let conflict = raise(world, act.received_at, clash);
        if other.leaf_areas.iter().any(|a| author.areas.contains(a)) {
            told = Some(conflict);
        }
    }
    told
}

use super::*;
use crate::{
    account::Role,
    sync::engine::tests::{NEW, NOW, REFERENCE, crew, go, id, inspector, key, new_ticket},
    test_city::follow,
    ticket::{Ticket, TicketStatus},
};
use bazdid_protocol::outcome::Status;

const TICKET: u128 = 600;

/// The ticket that a device registers half an hour before the server hears of it.
fn from_the_field(author: &Author) -> (UnitOfWork, Ticket) {
    let mut unit = UnitOfWork::default();
    assert_eq!(go(&mut unit, author, 1, TICKET, 0, 30, "ticket.create", new_ticket(2, 36.1)).status, Status::Applied);
    let ticket = unit.tickets.get(id(TICKET)).unwrap().clone();
    (unit, ticket)
}

/// The same, registered in the office.
fn from_the_office(by: &Ticket) -> Ticket {
    let mut unit = UnitOfWork::default();
    let intake = Intake {
        id: by.id,
        category: by.category_id,
        text: by.text.clone(),
        address_text: None,
        point: by.point,
        point_source: by.point_source,
        origin: TicketOrigin::Call,
        created_by: by.created_by,
        created_org: by.created_org,
        created_at: by.created_at,
        source_ref: None,
        now: by.updated_at,
        code: None,
        mutation: None,
    };
    register(&mut unit, &REFERENCE, intake);
    unit.tickets.get(id(TICKET)).unwrap().clone()
}

#[test]
fn a_ticket_from_the_field_has_the_promise_and_all_else_that_the_office_gives_it() {
    let (_, field) = from_the_field(&inspector(50));
    assert_eq!(field.promise_at, Some(NOW.plus_minutes(-30 + 600)), "counted from when it was seen");
    let office = from_the_office(&field);
    let differs =
        Ticket { origin: TicketOrigin::Field, created_device: field.created_device, stamp: field.stamp, rev: field.rev, ..office };
    assert_eq!(field, differs, "only where it came from differs");
}

#[test]
fn the_history_of_a_ticket_from_the_field_begins_once() {
    let (mut unit, _) = from_the_field(&inspector(50));
    follow(&mut unit, &REFERENCE, NOW);
    let lines: Vec<_> = unit.status_changes.iter().map(|s| (s.from, s.to, s.actor, s.at)).collect();
    assert_eq!(lines, [(None, TicketStatus::New, Some(id(50)), NOW.plus_minutes(-30))]);
}

#[test]
fn who_has_a_role_of_the_municipality_too_registers_for_no_contractor() {
    let organisation = |roles: &[Role]| from_the_field(&Author { roles: roles.to_vec(), ..crew(5, NEW) }).1.created_org;
    assert_eq!(organisation(&[Role::Crew]), Some(id(NEW)));
    assert_eq!(organisation(&[Role::Crew, Role::Inspector]), None);
    assert_eq!(organisation(&[Role::Crew, Role::Operator]), None);
}

#[test]
fn the_first_values_of_a_ticket_are_kept_under_the_mutation_that_wrote_them() {
    let (unit, ticket) = from_the_field(&inspector(50));
    let kept: Vec<_> = unit.field_edits.iter().map(|e| (e.mutation_id.uuid(), e.office, e.device_id, e.base, e.v, e.eff)).collect();
    assert_eq!(kept, [(key(1), false, ticket.created_device, 0, 1, ticket.stamp); 4]);
    assert!(ticket.registers.is_empty(), "nobody has written over them");
}

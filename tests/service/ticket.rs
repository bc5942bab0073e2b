//! Tickets: registered, given to somebody, found again.

use std::thread;

use bazdid_domain::{
    duplicate::Likeness,
    ticket::{Boundary, TicketStatus},
    ticket_code,
    work_order::{WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    error::{Code, Result},
    geo::Point,
    ids::{AccountId, TicketId},
};
use bazdid_service::ticket::{NewTicket, batch::create_batch, feature, get, search};
use bazdid_store::{listing::PageKey, ticket::search::TicketFilter};

use crate::{
    city::id,
    town::{COLLAPSE, EAST, PHONE, POTHOLE, TREE, Town, WEST, area, east, new_ticket, west},
};

fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    result.unwrap_err().code
}

fn found(town: &Town, by: AccountId, filter: TicketFilter) -> Vec<TicketId> {
    let filter = TicketFilter { limit: if filter.limit == 0 { 50 } else { filter.limit }, ..filter };
    town.look(by, |tx, ctx| search(tx, ctx, &filter)).unwrap().into_iter().map(|t| t.id).collect()
}

#[test]
fn a_ticket_is_given_to_the_contractor_of_its_district_with_the_reasons() {
    for town in Town::both(None) {
        let made = town.create(POTHOLE, west());
        assert_eq!(made.ticket.areas.len(), 2);
        assert_eq!((made.ticket.leaf_areas.clone(), made.ticket.boundary), (vec![area(WEST)], Boundary::Clear));
        assert_eq!(ticket_code::parse(&made.ticket.code).as_deref(), Some(made.ticket.code.as_str()));
        let order = town.order(made.ticket.id);
        assert_eq!((order.kind, order.state, order.organisation_id), (WorkOrderKind::Repair, WorkOrderState::Offered, Some(town.first)));
        assert_eq!(order.explanation.value()["considered"][1]["reason"], "lower_rank");
        assert_eq!(town.assignment(&order).epoch, 1);
        assert_eq!(town.ticket(made.ticket.id).status, TicketStatus::Triaged);
        let detail = town.look(town.operator, |tx, ctx| get(tx, ctx, made.ticket.id)).unwrap();
        let history: Vec<_> = detail.history.iter().map(|h| (h.from, h.to)).collect();
        assert_eq!(history, [(None, TicketStatus::New), (Some(TicketStatus::New), TicketStatus::Triaged)]);
        assert_eq!(town.city.audit(), ["ticket.create"]);

        assert_eq!(town.order(town.create(TREE, west()).ticket.id).account_id, Some(town.inspector));
        let hazard = town.order(town.create(COLLAPSE, west()).ticket.id);
        assert_eq!((hazard.state, hazard.organisation_id), (WorkOrderState::Accepted, Some(town.emergency)));
        let nobody = town.order(town.create(POTHOLE, east()).ticket.id);
        assert_eq!((nobody.state, nobody.organisation_id), (WorkOrderState::Draft, None), "nobody covers the east");
    }
}

#[test]
fn borders_and_the_outside_have_an_answer() {
    for town in Town::both(None) {
        let border = town.create(POTHOLE, Point { lat: 36.25, lon: 50.1, accuracy_m: Some(30.0) }).ticket;
        assert_eq!((border.boundary, border.leaf_areas.len()), (Boundary::Ambiguous, 2));
        assert_eq!(town.order(border.id).organisation_id, Some(town.first));
        let outside = town.create(POTHOLE, Point { lat: 30.0, lon: 50.0, accuracy_m: None }).ticket;
        assert_eq!((outside.boundary, outside.status), (Boundary::Outside, TicketStatus::New));
        assert_eq!(outside.status_reason.as_deref(), Some("outside_areas"));
        assert!(town.unit(outside.id).work_orders.iter().next().is_none());
        let lost = TicketFilter { unassigned: true, ..TicketFilter::default() };
        assert_eq!(found(&town, town.east_operator, lost.clone()), [outside.id], "every office looks after what lies nowhere");
        assert!(found(&town, town.crew, lost).is_empty());
    }
}

#[test]
fn what_cannot_be_accepted_names_its_fields() {
    for town in Town::both(None) {
        let wrong = NewTicket { text: " ".into(), category: id(1), point: Point { lat: 91.0, ..west() }, ..new_ticket(POTHOLE, west()) };
        let refusal = town.try_create(town.operator, wrong).unwrap_err();
        let pointers: Vec<_> = refusal.fields.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(pointers, ["/text", "/point/lat", "/category"]);
        let phone = NewTicket { caller_phone: Some("0912".into()), ..new_ticket(POTHOLE, west()) };
        assert_eq!(town.try_create(town.operator, phone).unwrap_err().fields[0].pointer, "/caller_phone");
        assert_eq!(code(town.try_create(town.east_operator, new_ticket(POTHOLE, west()))), Code::Forbidden);
        let twice = NewTicket { id: Some(id(5)), ..new_ticket(POTHOLE, west()) };
        let made = town.try_create(town.operator, twice.clone()).unwrap();
        let refused = town.try_create(town.operator, twice).unwrap_err();
        // The same of the id of anything else: nothing is told of it.
        let order = made.orders[0].clone();
        for taken in [order.id.uuid(), order.assignment_id.unwrap().uuid()] {
            let other = NewTicket { id: Some(TicketId::new(taken)), ..new_ticket(POTHOLE, west()) };
            let again = town.try_create(town.operator, other).unwrap_err();
            assert_eq!((again.code, &again.detail), (Code::AlreadyExists, &refused.detail));
        }
        assert_eq!(refused.code, Code::AlreadyExists);
        assert_eq!(town.city.audit().len(), 1, "a refused ticket leaves nothing");
    }
}

#[test]
fn a_full_day_goes_to_the_next_and_many_at_once_never_overfill_it() {
    for town in Town::both(Some(3)) {
        let town = &town;
        thread::scope(|s| {
            for _ in 0..8 {
                s.spawn(|| town.create(POTHOLE, west()));
            }
        });
        let tickets = found(town, town.operator, TicketFilter::default());
        let held = |o| tickets.iter().filter(|t| town.order(**t).organisation_id == Some(o)).count();
        assert_eq!((held(town.first), held(town.second)), (3, 5));
        town.city.clock.advance_minutes(24 * 60);
        assert_eq!(town.order(town.create(POTHOLE, west()).ticket.id).organisation_id, Some(town.first), "another day");
    }
}

#[test]
fn the_operator_is_told_what_may_be_the_same() {
    for town in Town::both(None) {
        let old = town.create(POTHOLE, west()).ticket;
        let near = town.create(POTHOLE, Point { lat: west().lat + 0.0001, ..west() });
        let told: Vec<_> = near.duplicates.iter().map(|d| (d.ticket, d.likeness)).collect();
        assert_eq!(told, [(old.id, Likeness::Likely)]);
        assert!((near.duplicates[0].words_in_common - 1.0).abs() < 1e-9);
        town.city.clock.advance_minutes(25 * 60);
        let later = town.create(POTHOLE, west());
        assert!(later.duplicates.iter().all(|d| d.likeness == Likeness::Possible) && later.duplicates.len() == 2);
        let other = town.try_create(town.second_crew, NewTicket { caller_phone: None, ..new_ticket(POTHOLE, west()) }).unwrap();
        assert!(other.duplicates.is_empty(), "a contractor is not told of others' tickets");
        let seen = found(&town, town.crew, TicketFilter::default());
        let crew = town.try_create(town.crew, NewTicket { caller_phone: None, ..new_ticket(POTHOLE, west()) }).unwrap();
        assert!(!crew.duplicates.is_empty() && crew.duplicates.iter().all(|d| seen.contains(&d.ticket)), "of those that it sees anyway");
        assert_eq!(crew.ticket.created_org, Some(town.first));
    }
}

#[test]
fn tickets_are_found_by_area_category_words_code_place_and_page() {
    for town in Town::both(None) {
        let pothole = town.create(POTHOLE, west()).ticket;
        town.city.clock.advance_minutes(1);
        let tree = town.try_create(town.operator, NewTicket { text: "شاخه 100% شكسته".into(), ..new_ticket(TREE, east()) }).unwrap().ticket;
        let by = |filter| found(&town, town.operator, filter);
        let base = TicketFilter::default;
        assert_eq!(by(base()), [tree.id, pothole.id], "newest first");
        assert_eq!(by(TicketFilter { limit: 1, ..base() }), [tree.id]);
        assert_eq!(by(TicketFilter { before: Some(PageKey::Stored { stored_at: town.city.now(), id: tree.id }), ..base() }), [pothole.id]);
        assert_eq!(by(TicketFilter { area: Some(id(70)), ..base() }).len(), 2, "with those below");
        assert_eq!(by(TicketFilter { area: Some(area(EAST)), ..base() }), [tree.id]);
        assert_eq!(by(TicketFilter { categories: Some(vec![id(TREE)]), ..base() }), [tree.id]);
        assert_eq!(by(TicketFilter { statuses: vec![TicketStatus::New], ..base() }), [tree.id], "nobody inspects the east");
        let words = |q: &str| by(TicketFilter { words: bazdid_domain::fold::fold(q).split(' ').map(str::to_owned).collect(), ..base() });
        assert_eq!(words("شکسته"), [tree.id], "Arabic kaf is found by the Persian one");
        assert_eq!(words("۱۰۰%"), [tree.id]);
        assert_eq!(words("شاخه_"), []);
        assert_eq!(words("خیابان ۱۲").len(), 2);
        assert_eq!(by(TicketFilter { code: Some(tree.code.clone()), ..base() }), [tree.id]);
        assert_eq!(by(TicketFilter { bbox: Some([36.2, 50.0, 36.3, 50.1]), ..base() }), [pothole.id]);
        let later = town.city.now().plus_minutes(1);
        assert_eq!(by(TicketFilter { created_from: Some(later), ..base() }), []);
        assert_eq!(by(TicketFilter { created_to: Some(later), ..base() }).len(), 2);
        assert_eq!(feature(&pothole)["geometry"]["coordinates"], serde_json::json!([50.05, 36.25]));
    }
}

#[test]
fn nobody_sees_beyond_his_reach_and_a_contractor_never_the_caller() {
    for town in Town::both(None) {
        let mine = town.create(POTHOLE, west()).ticket;
        let other = town.create(TREE, west()).ticket;
        town.create(POTHOLE, east());
        assert_eq!(found(&town, town.crew, TicketFilter::default()), [mine.id]);
        assert!(found(&town, town.second_crew, TicketFilter::default()).is_empty());
        assert_eq!(found(&town, town.inspector, TicketFilter::default()).len(), 2);
        assert_eq!(found(&town, town.east_operator, TicketFilter::default()).len(), 1);
        assert_eq!(code(town.look(town.crew, |tx, ctx| get(tx, ctx, other.id))), Code::NotFound);
        assert_eq!(code(town.look(town.crew, |tx, ctx| get(tx, ctx, id(999)))), Code::NotFound);
        let seen = town.look(town.crew, |tx, ctx| get(tx, ctx, mine.id)).unwrap();
        assert!(!seen.is_office() && seen.shows("ticket", mine.id.uuid()));
        assert!(seen.history.iter().all(|h| h.actor.is_none()));
        let everything = format!("{seen:?}");
        assert!(!everything.contains(PHONE) && !everything.contains(&PHONE[1..]));
    }
}

#[test]
fn an_import_is_safe_to_run_twice_and_answers_each_row() {
    for town in Town::both(None) {
        let row = |n: u32, point| NewTicket {
            source_ref: Some(format!("baltimore:{n}")),
            caller_phone: None,
            created_at: Some(town.city.now().plus_days(-3)),
            ..new_ticket(POTHOLE, point)
        };
        let mut rows = vec![row(1, west()), row(2, east()), row(1, west())];
        rows.push(NewTicket { text: String::new(), ..row(3, west()) });
        let ctx = town.city.ctx();
        let run = || {
            let (ctx, rows) = (ctx.clone(), rows.clone());
            town.city.write(move |tx| create_batch(tx, &ctx, &rows.iter().cloned().map(Into::into).collect::<Vec<_>>()))
        };
        let first: Vec<_> = run().into_iter().map(Result::ok).collect();
        assert!(first[0].is_some() && first[0] == first[2] && first[3].is_none());
        let second: Vec<_> = run().into_iter().map(Result::ok).collect();
        assert_eq!(first, second);
        assert_eq!(found(&town, town.operator, TicketFilter::default()).len(), 2);
        assert_eq!(town.order(first[0].unwrap()).organisation_id, Some(town.first));
    }
}

//! What people in the field do with their phones.

use bazdid_client::acts::Shot;
use bazdid_domain::{
    photo::PhotoKind,
    visit::{VisitKind, VisitOutcome},
};
use bazdid_protocol::{channel::Channel, geo::Point, ids::TicketId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{CREW_NEW, CREW_OLD, CREW_OLD_2, EAST, Phone, WEST, category, id, tree},
    simulation::dice::Dice,
};

/// The rows of a kind on the screen.
fn rows(phone: &Phone, kind: &str) -> Vec<Uuid> {
    phone.state.copy.list(kind).map(|(id, _)| id).collect()
}

/// One of the first few rows of a kind: where people meet.
fn meet(phone: &Phone, kind: &str, dice: &mut Dice) -> Option<Uuid> {
    let rows = rows(phone, kind);
    dice.pick(&rows[..rows.len().min(3)])
}

/// The rows of a kind that this person made.
fn own(phone: &Phone, kind: &str) -> Vec<Uuid> {
    let me = phone.state.account.to_string();
    phone.state.copy.list(kind).filter(|(_, r)| r.row["actor"] == me.as_str()).map(|(id, _)| id).collect()
}

/// One of a few places in either district: some are near each other, some are not.
pub fn place(dice: &mut Dice) -> Point {
    let district = if dice.below(2) == 0 { WEST } else { EAST };
    let steps = [0.0, 0.0001, 0.001, -0.001, 0.002, -0.002];
    Point { lat: district.lat + steps[dice.below(6)], lon: district.lon + steps[dice.below(6)], accuracy_m: Some(5.0) }
}

/// Somebody does something with what is on the screen; says what.
pub fn act(phone: &mut Phone, who: u128, dice: &mut Dice) -> String {
    let before = phone.state.outbox.journal().count();
    // Who goes by more than one role sees orders and rounds alike.
    let crew = phone.state.copy.channels().iter().any(|c| matches!(c, Channel::Org(_))) || matches!(who, CREW_OLD | CREW_OLD_2 | CREW_NEW);
    match dice.below(if crew { 22 } else { 15 }) {
        0 => {
            let category = if dice.below(3) == 0 { tree() } else { category() };
            phone.create_ticket(category, "چاله تازه", place(dice), None);
        }
        1 => note(phone, dice),
        2..=4 => edit(phone, dice),
        5 => propose(phone, dice),
        6 | 7 => judge(phone, dice),
        8 => wrong(phone, dice),
        9 => look(phone, dice),
        10 | 11 => record(phone, dice),
        12 => inspect(phone, dice),
        _ => work(phone, dice),
    }
    let did: Vec<String> = phone.state.outbox.journal().skip(before).map(|e| format!("{} {} {}", e.cmd, e.entity, e.args)).collect();
    if did.is_empty() { "nothing".to_owned() } else { did.join("; ") }
}

fn note(phone: &mut Phone, dice: &mut Dice) {
    let (tickets, notes) = (rows(phone, "ticket"), rows(phone, "note"));
    let Some(ticket) = dice.pick(&tickets) else { return };
    match dice.below(4) {
        0 | 1 => drop(phone.add_note(ticket, "یادداشت")),
        2 => {
            // Also one that is somebody else's.
            if let Some(note) = dice.pick(&notes) {
                phone.act("note.edit", ticket, json!({"note": note, "text": "بهتر"}));
            }
        }
        _ => {
            if let Some(note) = dice.pick(&own(phone, "note")) {
                phone.act("note.remove", ticket, json!({ "note": note }));
            }
        }
    }
}

fn edit(phone: &mut Phone, dice: &mut Dice) {
    // Everybody edits the same few.
    let tickets = rows(phone, "ticket");
    let Some(ticket) = dice.pick(&tickets[..tickets.len().min(2)]) else { return };
    let words = ["الف", "ب", "پ"];
    let (place, accuracy) = (place(dice), dice.pick(&[4.0, 6.0, 40.0]));
    let set = match dice.below(4) {
        0 => json!({"text": words[dice.below(3)]}),
        1 => json!({"address_text": words[dice.below(3)]}),
        2 => json!({"category": if dice.below(2) == 0 { category() } else { tree() }}),
        _ => json!({"point": {"lat": place.lat + 0.001, "lon": place.lon, "accuracy_m": accuracy}}),
    };
    phone.edit_ticket(TicketId::new(ticket), set);
}

fn propose(phone: &mut Phone, dice: &mut Dice) {
    if let Some(ticket) = dice.pick(&rows(phone, "ticket")) {
        phone.act("ticket.propose", ticket, json!({"propose": {"priority": "urgent"}}));
    }
}

/// A verdict on a round that is on the screen.
fn judge(phone: &mut Phone, dice: &mut Dice) {
    let Some(round) = meet(phone, "round", dice) else { return };
    let order: Uuid = phone.state.copy.text("round", round, "work_order").unwrap().parse().unwrap();
    if dice.below(2) == 0 {
        phone.verify(order, round, "ok");
    } else {
        phone.rework(order, round, "not_finished", "again");
    }
}

/// What no good app sends.
fn wrong(phone: &mut Phone, dice: &mut Dice) {
    let (tickets, orders) = (rows(phone, "ticket"), rows(phone, "work_order"));
    let (Some(ticket), Some(order)) = (dice.pick(&tickets), dice.pick(&orders)) else { return };
    match dice.below(9) {
        6 | 7 => strange(phone, ticket, order, dice),
        8 => drop(phone.decline(order, &"x".repeat(1_000))),
        0 => drop(phone.act("work.teleport", order, json!({}))),
        1 => drop(phone.add_note(ticket, &"x".repeat(70_000))),
        2 => drop(phone.decline(order, " ")),
        3 => drop(phone.submit_inspection(order, "confirmed")),
        // Somebody takes what was never theirs.
        4 => drop(phone.accept(order)),
        _ => {
            let thing = id::<()>(u128::from(dice.next())).uuid();
            phone.grouped(|p| {
                p.act("note.add", thing, json!({"note": p.new_id::<()>(), "text": "نیست"}));
                p.add_note(ticket, "هست");
            });
        }
    }
}

/// Facts with values that a fact can do without and that nobody can use.
fn strange(phone: &mut Phone, ticket: Uuid, order: Uuid, dice: &mut Dice) {
    let unusable = [json!(-1.0), json!("wide"), json!({"a": 1}), json!(1.0e30), json!([true])];
    let mut value = || unusable[dice.below(unusable.len())].clone();
    let (a, b, c, d) = (value(), value(), value(), value());
    let entity = if dice.below(2) == 0 { ticket } else { order };
    match dice.below(3) {
        0 => {
            let (photo, hash) = (phone.new_id::<()>(), format!("{:064x}", dice.next()));
            let bytes = [1_000, 1_000_000_000_000_i64][dice.below(2)];
            let args = json!({"photo": photo, "kind": "during", "sha256": hash, "bytes": bytes, "mime": "image/jpeg", "width": a, "height": b,
                "captured_at": phone.clock.wall(), "heading_deg": c, "mock": d});
            phone.act("photo.add", entity, args);
        }
        1 => {
            let args = json!({"visit": phone.new_id::<()>(), "kind": "patrol", "arrived_at": phone.clock.wall(), "mock": a});
            phone.act("visit.record", entity, args);
        }
        _ => {
            let args =
                json!({"measurement": phone.new_id::<()>(), "item": "kerb", "quantity": 1.0, "unit": "m", "visit": a, "supersedes": b});
            phone.act("measurement.add", entity, args);
        }
    }
}

fn look(phone: &mut Phone, dice: &mut Dice) {
    let (tickets, place) = (rows(phone, "ticket"), place(dice));
    let Some(ticket) = dice.pick(&tickets) else { return };
    phone.grouped(|p| {
        let visit = p.arrive(ticket, VisitKind::Inspection, place);
        p.add_photo(ticket, Some(visit), &Shot::of(PhotoKind::Defect, place));
    });
}

/// Measurements, answers, departures, photos that are taken back.
fn record(phone: &mut Phone, dice: &mut Dice) {
    let (visits, place) = (rows(phone, "visit"), place(dice));
    let Some(order) = meet(phone, "work_order", dice) else { return };
    match dice.below(6) {
        0 | 1 => drop(phone.measure(order, None, "asphalt", f64::from(u8::try_from(1 + dice.below(3)).unwrap()), "m2")),
        2 | 3 => {
            let ticket = phone.state.copy.text("work_order", order, "ticket").unwrap().to_owned();
            let here: Vec<Uuid> =
                visits.into_iter().filter(|v| phone.state.copy.text("visit", *v, "ticket") == Some(ticket.as_str())).collect();
            if let Some(visit) = here.first() {
                let value = json!(dice.below(2));
                phone.act(
                    "checklist.answer",
                    order,
                    json!({"visit": visit, "checklist": Uuid::from_u128(9), "item": "barrier", "value": value}),
                );
            }
        }
        4 => {
            if let Some(visit) = dice.pick(&own(phone, "visit")) {
                phone.leave(order, visit.into_typed(), VisitOutcome::Done);
            }
        }
        _ => match dice.pick(&own(phone, "photo")) {
            Some(photo) if dice.below(2) == 0 => drop(phone.act("photo.remove", order, json!({ "photo": photo }))),
            _ => drop(phone.add_photo(order, None, &Shot::of(PhotoKind::After, place))),
        },
    }
}

fn inspect(phone: &mut Phone, dice: &mut Dice) {
    let inspections: Vec<Uuid> =
        phone.state.copy.list("work_order").filter(|(_, r)| r.row["kind"] == "inspection").map(|(id, _)| id).collect();
    if let Some(order) = dice.pick(&inspections) {
        phone.submit_inspection(order, ["confirmed", "not_found", "not_ours"][dice.below(3)]);
    }
}

fn work(phone: &mut Phone, dice: &mut Dice) {
    let place = place(dice);
    let Some(order) = meet(phone, "work_order", dice) else { return };
    match dice.below(11) {
        0 | 1 => drop(phone.accept(order)),
        2 => drop(phone.decline(order, "no_capacity")),
        3 => {
            let visit = phone.arrive(order, VisitKind::Work, place);
            phone.start(order, visit);
        }
        4 => {
            // On a visit that a colleague may have made, or nobody.
            let visit = dice.pick(&rows(phone, "visit")).unwrap_or_else(|| phone.new_id::<()>().uuid());
            phone.start(order, visit.into_typed());
        }
        5 => drop(phone.submit(order, "done")),
        6 => drop(phone.act("work.request_hold", order, json!({"reason": "rain"}))),
        7 => drop(phone.act("work.resume", order, json!({}))),
        8 => match retractable(phone).pop() {
            Some((order, event)) => drop(phone.act("work.retract", order, json!({ "event": event }))),
            None => drop(phone.act("work.fail_visit", order, json!({"reason": "no_access"}))),
        },
        _ => {
            phone.add_photo(order, None, &Shot::of(PhotoKind::After, place));
            phone.submit(order, "done, with a photo");
        }
    }
}

/// A whole job: there, begun, shown, submitted.
pub fn finish(phone: &mut Phone, dice: &mut Dice) {
    let place = place(dice);
    let Some(order) = rows(phone, "work_order").first().copied() else { return };
    let visit = phone.arrive(order, VisitKind::Work, place);
    phone.start(order, visit);
    phone.add_photo(order, Some(visit), &Shot::of(PhotoKind::After, place));
    phone.submit(order, "done in the morning");
}

/// Own work events, by their order.
fn retractable(phone: &Phone) -> Vec<(Uuid, Value)> {
    let event = |cmd: &str| cmd.starts_with("work.") && cmd != "work.retract" && cmd != "work.teleport";
    phone.state.outbox.journal().filter(|e| event(&e.cmd)).map(|e| (e.entity, json!(e.id))).collect()
}

/// A bare id under the name that a method asks for.
trait Typed {
    fn into_typed<K>(self) -> bazdid_protocol::ids::Id<K>;
}

impl Typed for Uuid {
    fn into_typed<K>(self) -> bazdid_protocol::ids::Id<K> {
        bazdid_protocol::ids::Id::new(self)
    }
}

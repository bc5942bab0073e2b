//! What a person sees while their phone and the server are of two minds, on the real services: pages cut small, lines cut anywhere, answers lost.

use std::{cell::Cell, collections::BTreeSet};

use bazdid_client::{
    ClientError, Device,
    acts::Shot,
    transport::{Reply, Transport},
};
use bazdid_domain::{photo::PhotoKind, visit::VisitKind};
use bazdid_protocol::ids::{TicketId, WorkOrderId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{CREW_OLD, City, INSPECTOR_E, INSPECTOR_W, Line, SUPERVISOR, WEST, category, ticket_with_order},
    common::TestDb,
    simulation::dice::Dice,
};

/// A line that carries small pages and goes dead after some requests; the last answer may be lost with it.
struct Thin {
    line: Line,
    requests: Cell<usize>,
    lose_last: bool,
}

impl Transport for Thin {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> bazdid_client::Result<Reply> {
        let left = self.requests.get();
        if left == 0 {
            return Err(ClientError::Lost("no network".into()));
        }
        self.requests.set(left - 1);
        let mut body = body.cloned();
        if path == "/v1/sync/pull" {
            body.as_mut().unwrap()["limit"] = json!(1);
        }
        let reply = self.line.call(method, path, body.as_ref());
        if left == 1 && self.lose_last { Err(ClientError::Lost("with its answer".into())) } else { reply }
    }
}

type Phone = Device<Thin>;

fn phone(city: &crate::city::SharedCity, account: u128) -> Phone {
    let phone = city.device(account);
    let line = Thin { line: phone.transport, requests: Cell::new(usize::MAX), lose_last: false };
    let mut phone = Device::restored(phone.state, line, phone.clock, city.ids.clone());
    phone.sync().unwrap();
    phone
}

/// A sync that goes as far as it goes.
fn thin_sync(phone: &mut Phone, dice: &mut Dice) {
    phone.transport.requests.set(dice.below(7));
    phone.transport.lose_last = dice.below(2) == 0;
    match phone.sync() {
        Ok(_) | Err(ClientError::Lost(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

/// How far the work is.
fn rank(state: &str) -> usize {
    ["offered", "accepted", "in_progress", "submitted"].iter().position(|s| *s == state).unwrap()
}

/// What somebody does, or what a line lets through.
fn step(city: &City, dice: &mut Dice, day: &mut Day) {
    city.pass(1);
    match dice.below(8) {
        0 => {
            day.words += 1;
            day.inspector.edit_ticket(day.ticket, json!({"text": format!("inspector {}", day.words)}));
        }
        1 => {
            day.words += 1;
            day.office.edit_ticket(day.ticket, json!({"text": format!("office {}", day.words)}));
            day.office.sync().unwrap();
        }
        2 => {
            let (crew, order) = (&mut day.crew, day.order.uuid());
            match day.done {
                0 => drop(crew.accept(order)),
                1 => {
                    let visit = crew.arrive(order, VisitKind::Work, WEST);
                    crew.start(order, visit);
                }
                2 => {
                    crew.add_photo(order, None, &Shot::of(PhotoKind::After, WEST));
                    crew.submit(order, "done");
                }
                _ => {}
            }
            day.done += 1;
        }
        3 | 4 => thin_sync(&mut day.crew, dice),
        _ => thin_sync(&mut day.inspector, dice),
    }
}

/// A ticket that two people edit, and its order that a crew works on.
struct Day {
    ticket: TicketId,
    order: WorkOrderId,
    inspector: Phone,
    crew: Phone,
    office: crate::city::Phone,
    words: usize,
    done: usize,
}

impl Day {
    fn text(&self) -> String {
        self.inspector.view().text("ticket", self.ticket.uuid(), "text").unwrap().to_owned()
    }

    fn stage(&self) -> usize {
        rank(self.crew.view().text("work_order", self.order.uuid(), "state").unwrap())
    }
}

/// How often what is seen changed.
fn play(t: &TestDb, seed: u64) -> usize {
    let (city, mut dice) = (City::build(t, seed), Dice(seed));
    let (ticket, order) = ticket_with_order(&city);
    let (inspector, crew) = (phone(&city, INSPECTOR_W), phone(&city, CREW_OLD));
    let mut day = Day { ticket, order, inspector, crew, office: city.device(SUPERVISOR), words: 0, done: 0 };
    day.office.sync().unwrap();
    let (mut left, mut text, mut stage) = (BTreeSet::new(), day.text(), 0);
    for _ in 0..40 {
        step(&city, &mut dice, &mut day);
        let (now, reached) = (day.text(), day.stage());
        if now != text {
            assert!(!left.contains(&now), "seed {seed}: {now} comes back after {text}");
            left.insert(std::mem::replace(&mut text, now));
        }
        assert!(reached >= stage && reached >= day.done.min(3), "seed {seed}: the stage falls from {stage} to {reached} of {}", day.done);
        stage = reached;
    }
    for phone in [&mut day.inspector, &mut day.crew] {
        phone.transport.requests.set(usize::MAX);
        phone.transport.lose_last = false;
        phone.sync().unwrap();
        let view = phone.view();
        assert!(view.rows().values().all(|seen| seen.open.is_empty()), "seed {seed}: all is decided");
        let shown: Vec<_> = view.rows().into_iter().map(|((kind, id), seen)| (kind.to_owned(), id, seen.row.into_owned())).collect();
        let held: Vec<_> = phone.state.copy.rows().map(|(kind, id, held)| (kind.to_owned(), id, held.row.clone())).collect();
        assert_eq!(shown, held);
    }
    left.len()
}

#[test]
fn however_answers_and_rows_come_a_text_that_was_left_never_comes_back_and_a_stage_never_falls() {
    let mut moved = 0;
    for seed in 1..=30 {
        let databases = if seed <= 6 { TestDb::both() } else { vec![TestDb::sqlite()] };
        moved += databases.iter().map(|t| play(t, seed)).sum::<usize>();
    }
    assert!(moved > 100, "hardly anything was seen to change: {moved}");
}

/// What only the server knows of a row that a device made.
fn is_the_servers(kind: &str, field: &str) -> bool {
    match kind {
        "ticket" => matches!(field, "code" | "areas" | "boundary" | "priority" | "hazard" | "promise_at" | "status"),
        "visit" => field == "distance_m",
        "photo" => field == "verdicts",
        _ => false,
    }
}

#[test]
fn what_is_seen_of_a_new_row_is_what_arrives_as_far_as_a_device_can_know_it() {
    for t in TestDb::both() {
        let city = City::build(&t, 3);
        let (_, order) = ticket_with_order(&city);
        let mut inspector = city.device(INSPECTOR_E);
        let mut crew = city.device(CREW_OLD);
        for phone in [&mut inspector, &mut crew] {
            phone.sync().unwrap();
        }
        inspector.create_ticket(category(), "چاله تازه", crate::city::EAST, Some("کوچه"));
        let (order, visit) = (order.uuid(), crew.arrive(order.uuid(), VisitKind::Work, WEST));
        crew.accept(order);
        crew.start(order, visit);
        crew.add_note(order, "یادداشت");
        crew.add_photo(order, Some(visit), &Shot::of(PhotoKind::After, WEST));
        crew.measure(order, Some(visit), "asphalt", 3.25, "m2");
        crew.act("checklist.answer", order, json!({"visit": visit, "checklist": Uuid::from_u128(9), "item": "barrier", "value": 1}));
        crew.submit(order, "done");
        let mut kinds = BTreeSet::new();
        for phone in [&mut inspector, &mut crew] {
            let seen: Vec<(String, Uuid, Value)> = phone
                .view()
                .rows()
                .into_iter()
                .filter(|(_, seen)| !seen.open.is_empty())
                .map(|((kind, id), seen)| (kind.to_owned(), id, seen.row.into_owned()))
                .collect();
            phone.sync().unwrap();
            for (kind, id, before) in seen {
                let arrived = &phone.state.copy.get(&kind, id).unwrap_or_else(|| panic!("{kind} {id} did not arrive")).row;
                let (before, arrived) = (before.as_object().unwrap(), arrived.as_object().unwrap());
                assert_eq!(before.keys().collect::<Vec<_>>(), arrived.keys().collect::<Vec<_>>(), "{kind}");
                for (field, value) in before.iter().filter(|(field, _)| !is_the_servers(&kind, field)) {
                    assert_eq!(Some(value), arrived.get(field), "{kind}.{field}");
                }
                kinds.insert(kind);
            }
        }
        let all = ["answer", "measurement", "note", "photo", "ticket", "visit", "work_event", "work_order"];
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all);
    }
}

//! A seeded simulation: people with phones, an office that decides between them, hours without network, answers that are lost.
//! The same history on both databases gives the same answers, rows, conflicts and digests.
//!
//! `BAZDID_SEEDS=200 cargo test --test sync simulation` runs more; a failing seed is printed.

use std::collections::BTreeMap;

use bazdid::{
    client::{acts::Shot, copy::LocalCopy},
    domain::{
        geo::Point,
        ids::TicketId,
        photo::PhotoKind,
        sync::{channel::Channel, envelope::PullResponse, outcome::Status},
        ticket::{Ticket, TicketStatus},
        visit::VisitKind,
        work_order::WorkOrderState,
    },
    store::{self, feed::list_channels},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    city::{CREW_NEW, CREW_OLD, CREW_OLD_2, City, EAST, INSPECTOR_E, INSPECTOR_W, NEW, OLD, Phone, SUPERVISOR, SharedCity, WEST, category},
    common::TestDb,
};

/// SplitMix64: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.below(from.len())]) }
    }
}

const PEOPLE: [u128; 6] = [INSPECTOR_W, INSPECTOR_E, CREW_OLD, CREW_OLD_2, CREW_NEW, SUPERVISOR];

fn rows_of(phone: &Phone, kind: &str) -> Vec<Uuid> {
    phone.state.copy.list(kind).map(|(id, _)| id).collect()
}

/// One of a few places in either district: some are near each other, some are not.
fn place(dice: &mut Dice) -> Point {
    let district = if dice.below(2) == 0 { WEST } else { EAST };
    let steps = [0.0, 0.0001, 0.001, -0.001, 0.002, -0.002];
    Point { lat: district.lat + steps[dice.below(6)], lon: district.lon + steps[dice.below(6)], accuracy_m: Some(5.0) }
}

/// Somebody does something with what is on the screen.
fn act(phone: &mut Phone, who: u128, dice: &mut Dice) {
    let place = place(dice);
    let tickets = rows_of(phone, "ticket");
    let orders = rows_of(phone, "work_order");
    let crew = matches!(who, CREW_OLD | CREW_OLD_2 | CREW_NEW);
    match dice.below(if crew { 10 } else { 8 }) {
        0 if who != SUPERVISOR => {
            phone.create_ticket(category(), "چاله تازه", place, None);
        }
        1 => {
            if let Some(ticket) = dice.pick(&tickets) {
                phone.add_note(ticket, "یادداشت");
            }
        }
        2 | 3 if !crew => {
            // Everybody edits the same few.
            if let Some(ticket) = dice.pick(&tickets[..tickets.len().min(2)]) {
                let words = ["الف", "ب", "پ"];
                let set = match dice.below(3) {
                    0 => json!({"text": words[dice.below(3)]}),
                    1 => json!({"address_text": words[dice.below(3)]}),
                    _ => json!({"point": {"lat": place.lat + 0.001, "lon": place.lon, "accuracy_m": 4.0}}),
                };
                phone.edit_ticket(TicketId::new(ticket), set);
            }
        }
        6 if !crew && dice.below(2) == 0 => {
            // Somebody takes what was never his.
            if let Some(order) = dice.pick(&orders) {
                phone.accept(order);
            }
        }
        4 | 5 if !crew => {
            // A verdict on a round that is on the screen.
            let rounds = rows_of(phone, "round");
            if let Some(round) = dice.pick(&rounds) {
                let order: Uuid = phone.state.copy.text("round", round, "work_order").unwrap().parse().unwrap();
                if dice.below(2) == 0 {
                    phone.verify(order, round, "ok");
                } else {
                    phone.rework(order, round, "not_finished", "again");
                }
            }
        }
        2..=8 if crew => {
            if let Some(order) = dice.pick(&orders) {
                work(phone, order, dice, place);
            }
        }
        _ => {
            if let Some(ticket) = dice.pick(&tickets) {
                phone.together(|d| {
                    let visit = d.arrive(ticket, VisitKind::Inspection, place);
                    d.add_photo(ticket, Some(visit), &Shot::of(PhotoKind::Defect, place));
                });
            }
        }
    }
}

fn work(phone: &mut Phone, order: Uuid, dice: &mut Dice, place: Point) {
    match dice.below(5) {
        0 => drop(phone.accept(order)),
        1 => drop(phone.decline(order, "no_capacity")),
        2 => {
            let visit = phone.arrive(order, VisitKind::Work, place);
            phone.start(order, visit);
        }
        3 => drop(phone.submit(order, "done")),
        _ => {
            phone.add_photo(order, None, &Shot::of(PhotoKind::After, place));
            phone.submit(order, "done, with a photo");
        }
    }
}

/// The office decides something about a ticket.
fn decide(city: &SharedCity, phones: &[Phone], dice: &mut Dice) {
    let known: Vec<Uuid> = rows_of(phones.last().unwrap(), "ticket");
    let Some(ticket) = dice.pick(&known) else { return };
    let ticket = TicketId::new(ticket);
    if dice.below(5) == 0 {
        city.office(ticket, |w| {
            let row = w.tickets.iter().next().unwrap().clone();
            w.tickets.put(Ticket { status: TicketStatus::Cancelled, status_reason: Some("test".into()), ..row });
        });
        return;
    }
    let world = city.world(ticket);
    let open = |s| !matches!(s, WorkOrderState::Verified | WorkOrderState::Closed | WorkOrderState::Cancelled | WorkOrderState::Draft);
    if world.work_orders.iter().next().is_some_and(|o| open(o.state) && o.assignment_id.is_some()) {
        city.reassign(ticket, if dice.below(2) == 0 { NEW } else { OLD });
    }
}

/// What a history came to.
#[derive(Debug, PartialEq)]
struct Outcome {
    answers: Vec<String>,
    rows: Vec<String>,
    digests: Vec<String>,
    statuses: BTreeMap<String, usize>,
}

fn play(t: &TestDb, seed: u64) -> Outcome {
    let city = City::build(t, seed);
    let mut dice = Dice(seed);
    let mut phones: Vec<Phone> = PEOPLE.iter().map(|p| city.device(*p)).collect();
    for (n, phone) in phones.iter_mut().enumerate() {
        // Some clocks are wrong.
        phone.clock.set_skew(if n % 3 == 0 { 7 * 3_600_000_000 } else { 0 });
    }
    // A day begins with some work and everybody in touch.
    for n in 0..4 {
        let place = place(&mut dice);
        phones[n % 2].create_ticket(category(), "چاله", place, None);
    }
    for _ in 0..2 {
        phones.iter_mut().for_each(|phone| drop(phone.sync().unwrap()));
    }
    // Two more devices are always in the midst of a long pull.
    let mut slow: Vec<(Phone, LocalCopy)> = [SUPERVISOR, CREW_OLD].map(|p| (city.device(p), LocalCopy::default())).into();
    for (phone, _) in &mut slow {
        phone.register().unwrap();
    }
    for _ in 0..if cfg!(debug_assertions) { 120 } else { 300 } {
        let (phone, copy) = &mut slow[dice.below(2)];
        read_page(phone, copy, 1 + dice.below(3));
        city.pass(1 + i64::try_from(dice.below(20)).unwrap());
        let n = dice.below(phones.len());
        match dice.below(12) {
            0..=8 => act(&mut phones[n], PEOPLE[n], &mut dice),
            9 if dice.below(3) == 0 => phones[n].clock.reboot(),
            9 => decide(&city, &phones, &mut dice),
            _ => {
                phones[n].transport.lose.set(dice.below(3));
                // The network may go for good in the midst of a sync.
                drop(phones[n].sync());
                phones[n].transport.lose.set(0);
            }
        }
    }
    // Everybody comes home; what was held may go through when the last has come.
    for _ in 0..3 {
        for phone in &mut phones {
            let (_, pulled) = phone.sync().unwrap();
            assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "seed {seed}: {pulled:?}");
            phone.refresh_results().unwrap();
        }
    }
    check(&city, &phones, seed);
    for (phone, copy) in &mut slow {
        while !read_page(phone, copy, 5) {}
        let mut fresh = LocalCopy::default();
        while !read_page(phone, &mut fresh, 500) {}
        assert_eq!(held(copy), held(&fresh), "seed {seed}: a slow reader");
    }
    harvest(&city, &phones)
}

/// Reads one page into a copy; whether it was the last. A complete page must leave what the server says.
fn read_page(phone: &Phone, copy: &mut LocalCopy, limit: usize) -> bool {
    let body = json!({"device": phone.state.device, "cursor": copy.cursor(), "limit": limit});
    let page: PullResponse = serde_json::from_value(phone.transport.pull(&body).unwrap()).unwrap();
    copy.apply(&page).unwrap();
    if page.complete {
        assert_eq!(copy.differing(&page).unwrap(), Vec::<Channel>::new());
    }
    page.complete
}

fn held(copy: &LocalCopy) -> Vec<String> {
    copy.rows().map(|(t, id, r)| format!("{t} {id} {} {} {:?} {:?}", r.v, r.row, r.ts, r.channels)).collect()
}

/// Every device holds what a new one of the same person would get, everything was answered, and nothing that anybody saw is lost.
fn check(city: &SharedCity, phones: &[Phone], seed: u64) {
    for phone in phones {
        let mut fresh = LocalCopy::default();
        while !read_page(phone, &mut fresh, 13) {}
        assert_eq!(held(&phone.state.copy), held(&fresh), "seed {seed}");
        assert_eq!(phone.state.outbox.pending(), 0, "seed {seed}");
        for entry in phone.state.outbox.journal() {
            let result = entry.result.as_ref().unwrap();
            let made = ["note", "visit", "photo"].into_iter().find(|k| entry.args.get(*k).is_some() && entry.cmd.starts_with(k));
            if let (Some(kind), true) = (made, matches!(result.status, Status::Applied | Status::Merged)) {
                let id: Uuid = entry.args[kind].as_str().unwrap().parse().unwrap();
                let roots = city.read(|tx| store::aggregate::find_roots(tx, &[id]));
                assert_eq!(roots.len(), 1, "seed {seed}: {entry:?}");
            }
        }
    }
}

fn harvest(city: &SharedCity, phones: &[Phone]) -> Outcome {
    let mut answers = Vec::new();
    let mut statuses = BTreeMap::new();
    for phone in phones {
        for entry in phone.state.outbox.journal() {
            let result = entry.result.as_ref().unwrap();
            *statuses.entry(result.status.to_string()).or_default() += 1;
            answers.push(format!("{} {} {} {:?} {:?} {:?}", entry.cmd, entry.id, result.status, result.code, result.conflict, result.v));
        }
    }
    let names: Vec<String> = phones.iter().flat_map(|p| p.state.copy.channels().iter().map(Channel::to_string)).collect();
    let channels = city.read(|tx| list_channels(tx, &names));
    let digests = channels.iter().map(|c| format!("{} {} {} {:016x}", c.name, c.head, c.count, c.digest)).collect();
    let mut tickets: Vec<TicketId> = phones.iter().flat_map(|p| rows_of(p, "ticket")).map(TicketId::new).collect();
    tickets.sort_unstable();
    tickets.dedup();
    let world = city.write(move |tx| store::aggregate::load_world(tx, &tickets));
    let mut rows: Vec<String> = world.tickets.iter().map(|r| format!("{r:?}")).collect();
    rows.extend(world.work_orders.iter().map(|r| format!("{r:?}")));
    rows.extend(world.assignments.iter().map(|r| format!("{r:?}")));
    rows.extend(world.work_events.iter().map(|r| format!("{r:?}")));
    rows.extend(world.rounds.iter().map(|r| format!("{r:?}")));
    rows.extend(world.photos.iter().map(|r| format!("{r:?}")));
    rows.extend(world.visits.iter().map(|r| format!("{r:?}")));
    rows.extend(world.notes.iter().map(|r| format!("{r:?}")));
    rows.extend(world.conflicts.iter().map(|r| format!("{r:?}")));
    Outcome { answers, rows, digests, statuses }
}

#[test]
fn the_same_history_gives_the_same_on_both_databases() {
    crate::load::count_statements();
    let seeds: u64 = std::env::var("BAZDID_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    let mut conflicts = 0;
    for seed in 1..=seeds {
        println!("seed {seed}");
        let outcomes: Vec<Outcome> = TestDb::both().iter().map(|t| play(t, seed)).collect();
        for outcome in &outcomes {
            assert_eq!(outcome, &outcomes[0], "seed {seed}");
        }
        conflicts += outcomes[0].rows.iter().filter(|r| r.starts_with("Conflict")).count();
        for (status, n) in &outcomes[0].statuses {
            *statuses.entry(status.clone()).or_default() += n;
        }
    }
    println!("{statuses:?}, {conflicts} conflicts");
    // The histories are hard ones.
    assert!(
        conflicts > 20
            && statuses.get("conflict").is_some_and(|n| *n > 20)
            && statuses.get("merged").is_some_and(|n| *n > 0)
            && statuses.get("rejected").is_some_and(|n| *n > 0),
        "{statuses:?} {conflicts}"
    );
}

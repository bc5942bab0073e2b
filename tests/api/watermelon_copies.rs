//! Whatever snapshot an app names, and whatever an earlier answer has made of its copy, it has the rows of a fresh pull afterwards.

use std::collections::BTreeMap;

use bazdid_domain::{account::Role, watermelon::Table};
use bazdid_protocol::ids::{AccountId, AreaId, Id};
use proptest::{
    prelude::any,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    town::Town,
    town_rows::{EAST, TOWN, TREE, WEST},
    watermelon::{App, id},
};

fn area(n: u128) -> AreaId {
    Id::new(Uuid::from_u128(n))
}

fn inspector(town: &Town) -> AccountId {
    town.get("inspector", "/v1/me")["id"].as_str().unwrap().parse().unwrap()
}

/// A tree in a district: no work order, so the office can move it.
pub fn tree(town: &Town, lon: f64) -> Value {
    let body = json!({ "category": Uuid::from_u128(TREE), "text": "درخت", "point": { "lat": 36.25, "lon": lon, "accuracy_m": 8.0 } });
    town.call("operator", "POST", "/v1/tickets").json(&body).send().ok()["id"].clone()
}

/// What the office knows of a place: moves a ticket to it.
pub fn move_to(town: &Town, ticket: &Value, lon: f64) {
    let path = format!("/v1/tickets/{}", ticket.as_str().unwrap());
    let rev = town.get("operator", &path)["rev"].as_i64().unwrap();
    let body = json!({ "point": { "lat": 36.25, "lon": lon } });
    town.call("operator", "POST", &format!("{path}/triage")).if_match(rev).json(&body).send().ok();
}

/// The rows of a copy, without the messages, which are each device's own.
fn rows(app: &App<'_>) -> BTreeMap<(Table, String), Value> {
    app.copy.iter().filter(|((table, _), _)| *table != Table::SyncMessages).map(|(key, row)| (key.clone(), row.clone())).collect()
}

/// What somebody sees who has nothing.
fn fresh(app: &App<'_>, other: &App<'_>) -> BTreeMap<(Table, String), Value> {
    let mut fresh = App { last: None, copy: BTreeMap::new(), ..other.clone() };
    assert_eq!(fresh.who, app.who);
    fresh.pull();
    rows(&fresh)
}

/// Pulls and applies, and does not store the number: the app was ended between the library's two writes.
fn pull_without_number(app: &mut App<'_>) {
    let last = app.last;
    app.pull();
    app.last = last;
}

#[test]
fn what_left_a_channel_that_was_empty_at_the_snapshot_leaves_the_copy() {
    for town in Town::both() {
        let (mut app, other) = (App::of(&town, "inspector"), App::named(&town, "inspector", "other"));
        app.pull();
        let ticket = tree(&town, 50.05);
        pull_without_number(&mut app);
        assert_eq!(app.rows(Table::Tickets).len(), 1);
        move_to(&town, &ticket, 50.15);
        app.pull();
        assert_eq!(rows(&app), fresh(&app, &other));
        assert!(app.rows(Table::Tickets).is_empty());
    }
}

#[test]
fn a_district_that_was_lost_and_came_back_is_there_again() {
    for town in Town::both() {
        let person = inspector(&town);
        let (mut app, other) = (App::of(&town, "inspector"), App::named(&town, "inspector", "other"));
        tree(&town, 50.05);
        tree(&town, 50.15);
        app.pull();
        let before = rows(&app);
        for between in [EAST, WEST] {
            town.app.clock.advance_micros(1_000_000);
            town.app.regrant(person, Role::Inspector, &[area(between)]);
            if between == EAST {
                pull_without_number(&mut app);
                assert_ne!(rows(&app), before);
            }
        }
        app.pull();
        assert_eq!((rows(&app), before.clone()), (before.clone(), fresh(&app, &other)));
    }
}

#[test]
fn an_app_without_a_number_may_have_rows() {
    for town in Town::both() {
        let ticket = tree(&town, 50.05);
        let mut app = App::of(&town, "inspector");
        pull_without_number(&mut app);
        move_to(&town, &ticket, 50.15);
        app.pull();
        assert!(app.rows(Table::Tickets).is_empty());
    }
}

/// A history: what others do, how the app's scope changes, and what becomes of its pulls.
fn play(town: &Town, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let person = inspector(town);
    let (mut app, other) = (App::of(town, "inspector"), App::named(town, "inspector", "other"));
    let mut office = App::of(town, "supervisor");
    office.pull();
    let (mut tickets, mut notes, mut numbers) = (Vec::<Value>::new(), Vec::<Value>::new(), vec![None]);
    let mut history = Vec::new();
    for step in 0..40_u128 {
        town.app.clock.advance_micros(5_000_000);
        let act = rng.random_range(0..14);
        let some = rng.random_range(0..1_000_usize);
        let lon = if rng.random_bool(0.5) { 50.05 } else { 50.15 };
        history.push((act, some, lon));
        match act {
            0..=2 => {
                let scopes: [&[u128]; 5] = [&[WEST], &[EAST], &[WEST, EAST], &[TOWN], &[]];
                let areas: Vec<AreaId> = scopes[some % scopes.len()].iter().map(|n| area(*n)).collect();
                town.app.regrant(person, Role::Inspector, &areas);
            }
            3 => tickets.push(tree(town, lon)),
            4 | 5 if !tickets.is_empty() => move_to(town, &tickets[some % tickets.len()], lon),
            6 if !tickets.is_empty() => {
                let note = id(10_000 + step);
                office.pull();
                office.push(Table::Notes, &[json!({ "id": note, "ticket_id": tickets[some % tickets.len()], "text": "x" })]);
                notes.push(note);
            }
            7 if !notes.is_empty() => {
                let note = notes.swap_remove(some % notes.len());
                office.pull();
                office.send(&json!({ "notes": { "created": [], "updated": [], "deleted": [note] } })).ok();
            }
            8 if app.last.is_some() && !app.rows(Table::Tickets).is_empty() => {
                let ticket = app.rows(Table::Tickets)[0]["id"].clone();
                let (note, text) = (id(20_000 + step), if some % 2 == 0 { "mine" } else { " " });
                let row = json!({ "id": note, "ticket_id": ticket, "text": text });
                let sent = app.send(&json!({ "notes": { "created": [row.clone()], "updated": [], "deleted": [] } }));
                // What was sent lies in the copy, whatever became of it.
                if sent.status == 200 {
                    app.copy.insert((Table::Notes, note.as_str().unwrap().to_owned()), row);
                }
            }
            _ => {
                let before = app.last;
                // An older number again, or none: the second write was lost, or an older one stands.
                if some % 5 == 0 {
                    app.last = numbers[some % numbers.len()];
                }
                let asked = app.last;
                if some % 7 == 0 {
                    app.ask(&asked.map_or("null".to_owned(), |n| n.to_string()), "null").ok();
                }
                app.pull();
                assert_eq!(rows(&app), fresh(&app, &other), "seed {seed}: asked with {asked:?} after {before:?}: {history:?}");
                numbers.push(app.last);
                if some % 3 == 0 {
                    app.last = asked;
                }
            }
        }
    }
    app.pull();
    app.is_whole();
}

#[test]
fn a_copy_is_what_a_fresh_pull_is_whatever_number_is_named() {
    let mut runner = TestRunner::default();
    let mut new = || any::<u64>().new_tree(&mut runner).unwrap().current();
    // The first histories are the same at each run, the others are new.
    let seeds = [1, 2, 3, new(), new(), new(), new(), new(), new()];
    for seed in seeds {
        for town in Town::both() {
            play(&town, seed);
        }
    }
}

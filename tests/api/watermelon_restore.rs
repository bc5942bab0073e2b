//! A backup is put back: what an app of WatermelonDB holds of its own work stays on it, and comes back if the app sends it again.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_domain::{account::Role, watermelon::Table};
use bazdid_protocol::text_enum::TextEnum as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    town::Town,
    town_rows::TREE,
    watermelon::{App, id, office, statuses, work},
};

/// An app without what belongs to its server.
struct Parked {
    who: &'static str,
    device: String,
    last: Option<i64>,
    copy: BTreeMap<(Table, String), Value>,
}

fn park(app: App<'_>) -> Parked {
    let App { who, device, last, copy, .. } = app;
    Parked { who, device, last, copy }
}

fn unpark(town: &Town, parked: Parked) -> App<'_> {
    let Parked { who, device, last, copy } = parked;
    App { town, who, device, last, copy }
}

/// The rows of a copy of the tables that apps write.
fn own(app: &App<'_>) -> BTreeSet<(Table, String)> {
    app.copy.keys().filter(|(table, _)| !table.is_servers() && *table != Table::Tickets).cloned().collect()
}

/// What the app sends again when it is asked to: its own rows that are not in the answer.
fn lost_rows(app: &App<'_>, answer: &Value) -> Value {
    let me = app.town.get(app.who, "/v1/me")["id"].clone();
    let mut changes = json!({});
    for ((table, row), columns) in &app.copy {
        let told = answer["changes"][table.as_str()]["updated"].as_array().unwrap();
        if table.is_servers() || columns["actor_id"] != me || told.iter().any(|r| r["id"] == json!(row)) {
            continue;
        }
        let lists = changes.as_object_mut().unwrap().entry(table.as_str());
        let lists = lists.or_insert_with(|| json!({ "created": [], "updated": [], "deleted": [] }));
        lists["updated"].as_array_mut().unwrap().push(columns.clone());
    }
    changes
}

fn audited(town: &Town) -> usize {
    let admin = town.app.token("chief");
    let found = town.app.call("GET", "/v1/audit?action=device.snapshot_lost").token(&admin).send().ok();
    found["items"].as_array().unwrap().len()
}

#[test]
fn acknowledged_work_that_a_restored_server_lacks_stays_and_comes_back() {
    for town in Town::both() {
        let mut town = town;
        town.app.person("chief", Role::Admin, None, &[]);
        let made = town.pothole();
        let (order, ticket) = (made["work_orders"][0]["id"].clone(), made["id"].clone());
        let mut parked = Vec::new();
        for who in ["crew", "inspector"] {
            let mut app = App::of(&town, who);
            app.pull();
            parked.push(park(app));
        }
        let backup = town.app.back_up();
        town.app.clock.advance_minutes(12);
        let mut apps: Vec<App<'_>> = parked.into_iter().map(|p| unpark(&town, p)).collect();
        // Three events, a visit, two photos, a note, a measurement; a ticket of the field.
        let mut changes = work(&apps[0], &order, &ticket, 0, 1);
        changes["notes"]["created"][0]["work_order_id"] = order.clone();
        let mut photo = changes["photos"]["created"][0].clone();
        photo["id"] = id(8);
        photo["kind"] = json!("before");
        changes["photos"]["created"].as_array_mut().unwrap().push(photo);
        let sent = apps[0].send(&changes).ok()["results"].clone();
        assert!(statuses(&sent).iter().all(|s| *s == "applied"), "{sent}");
        let found =
            json!({ "id": id(20), "category_id": Uuid::from_u128(TREE), "text": "درخت", "lat": 36.21, "lon": 50.01, "accuracy_m": 4 });
        assert_eq!(statuses(&apps[1].push(Table::Tickets, &[found])), ["applied"]);
        // What the office enters in the lost time is lost, and no phone keeps its orders.
        let lost_order = town.pothole()["work_orders"][0]["id"].clone();
        for app in &mut apps {
            app.pull();
        }
        let work_of_crew = own(&apps[0]);
        assert_eq!(work_of_crew.len(), 8, "{work_of_crew:?}");
        let parked: Vec<Parked> = apps.into_iter().map(park).collect();
        town.app.clock.advance_minutes(1);
        town.app.put_back(&backup);

        let mut apps: Vec<App<'_>> = parked.into_iter().map(|p| unpark(&town, p)).collect();
        assert_eq!(audited(&town), 0);
        let crew = &mut apps[0];
        // An app that does nothing of its own: the first answer comes twice, because its number was not stored.
        let last = crew.last;
        let answer = crew.ask(&last.unwrap().to_string(), "null").ok();
        assert_eq!(
            (&answer["send_again"], &answer["experimentalStrategy"]),
            (
                &json!(true),
                &json!({ "default": "incremental", "override": { "work_orders": "replacement", "sync_messages": "replacement" } })
            )
        );
        crew.apply(&answer);
        crew.last = last;
        for _ in 0..2 {
            crew.pull();
            assert_eq!(own(crew), work_of_crew, "its own work stays");
        }
        assert_eq!(audited(&town), 1, "the operators see the device, once");
        assert!(!crew.copy.contains_key(&(Table::WorkOrders, lost_order.as_str().unwrap().to_owned())));
        // A new shape of the tables takes nothing away either.
        let migrated = crew.ask(&crew.last.unwrap().to_string(), "%7B%22from%22%3A1%7D").ok();
        assert_eq!(migrated["send_again"], Value::Null);
        crew.apply(&migrated);
        assert_eq!(own(crew), work_of_crew);
        // One that does as it is asked.
        let changes = lost_rows(crew, &answer);
        let sent = crew.send(&changes).ok()["results"].clone();
        assert!(statuses(&sent).iter().all(|s| *s == "applied"), "{sent}");
        crew.pull();
        assert_eq!(crew.row(Table::WorkOrders, &order)["state"], "submitted");
        assert_eq!(own(crew), work_of_crew);
        let inspector = &mut apps[1];
        let answer = inspector.ask(&inspector.last.unwrap().to_string(), "null").ok();
        inspector.apply(&answer);
        let changes = lost_rows(inspector, &answer);
        assert_eq!(statuses(&inspector.send(&changes).ok()["results"]), ["applied"], "their ticket, and not the office's: {changes}");
        inspector.pull();
        assert_eq!(town.get("operator", &format!("/v1/tickets/{}", id(20).as_str().unwrap()))["text"], "درخت");
        for (n, kind) in [(1, "accept"), (2, "start"), (3, "submit")] {
            let event = apps[0].row(Table::WorkEvents, &id(n));
            assert_eq!((&event["kind"], &event["standing"]), (&json!(kind), &json!("effective")));
        }
    }
}

#[test]
fn rows_that_left_while_their_number_is_of_a_lost_time_leave_the_copy() {
    for town in Town::both() {
        let mut town = town;
        let made = town.pothole();
        let order = made["work_orders"][0]["id"].clone();
        let mut crew = App::of(&town, "crew");
        crew.pull();
        let note = json!({ "id": id(1), "work_order_id": order, "text": "before the backup" });
        crew.push(Table::Notes, &[note]);
        crew.pull();
        let parked = park(crew);
        let backup = town.app.back_up();
        town.app.clock.advance_minutes(1);
        town.pothole();
        let mut crew = unpark(&town, parked);
        crew.pull();
        let parked = park(crew);
        town.app.put_back(&backup);
        office(&town, &order, "reassign", &json!({ "reason": "دیر شد" }));
        let mut crew = unpark(&town, parked);
        crew.pull();
        assert!(!own(&crew).is_empty(), "what they recorded stays with them");
        assert!(crew.rows(Table::WorkOrders).is_empty());
    }
}

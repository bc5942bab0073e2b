//! Lists are in the order in which the server first stored their rows, whatever clock made an id or an instant.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_types::Text};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    evidence::{Phone, at_work},
    town::{Town, pothole},
    town_rows::POTHOLE,
};

/// A list, who reads it, its table, and the members of a row by which the former version ordered it.
const LISTS: [(&str, &str, &str, &[&str]); 6] = [
    ("tickets", "supervisor", "tickets", &["id"]),
    ("work-orders", "supervisor", "work_orders", &["created_at", "id"]),
    ("rounds", "supervisor", "rounds", &["submitted_at", "id"]),
    ("photos", "supervisor", "photos", &["id"]),
    ("conflicts", "supervisor", "conflicts", &["raised_at", "id"]),
    ("calls", "operator", "calls", &["id"]),
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Reads ids by SQL; what differs between the databases is written `[SQLite|PostgreSQL]`.
fn ids(app: &TestApp, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = match app.db.url.strip_prefix("sqlite://") {
        Some(path) => diesel::sql_query(crate::common::dialect(sql, 0)).load(&mut SqliteConnection::establish(path).unwrap()),
        None => diesel::sql_query(crate::common::dialect(sql, 1)).load(&mut PgConnection::establish(&app.db.url).unwrap()),
    }
    .unwrap();
    rows.into_iter().map(|r| r.id.replace('-', "").to_lowercase()).collect()
}

fn run(app: &TestApp, sql: &str) {
    app.db.run_sql(sql);
}

/// All rows of a list, page by page, and the last cursor that was used.
fn pages(town: &Town, who: &str, list: &str, limit: usize, mut cursor: Option<String>) -> (Vec<Value>, Option<String>) {
    let mut rows = Vec::new();
    loop {
        let from = cursor.as_ref().map(|c| format!("&cursor={c}")).unwrap_or_default();
        let page = town.get(who, &format!("/v1/{list}?limit={limit}{from}"));
        rows.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return (rows, cursor),
        }
    }
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().replace('-', "")
}

/// A ticket by a phone whose clock is in 2019, as it stood in the phone's outbox.
fn of_2019(town: &Town) -> Value {
    let phone = json!({ "nonce": "the phone of 2019", "name": "phone", "platform": "android", "app_version": "1.0" });
    let device = town.call("inspector", "POST", "/v1/sync/devices").json(&phone).send().ok()["id"].clone();
    json!({
        "device": device, "schema": 1, "sent_at": "2019-03-01T10:00:05Z",
        "mutations": [{
            "seq": 1, "id": "01920000-0000-7000-8000-000000000001", "cmd": "ticket.create", "v": 1,
            "entity": "0169384f-0000-7000-8000-000000000001", "at": "2019-03-01T10:00:00Z",
            "args": { "category": uuid::Uuid::from_u128(POTHOLE), "text": "چاله از گوشی با ساعت ۲۰۱۹",
                      "point": { "lat": 36.25, "lon": 50.05, "accuracy_m": 5.0 } },
        }],
    })
}

/// Rows of every list; the ids of the tickets say nothing of their age.
fn filled(town: Town) -> Town {
    {
        let mut crew = Phone::of(&town, "crew");
        for _ in 0..2 {
            let order = at_work(&town, &mut crew);
            for n in 0..2 {
                crew.shoot("after", &order, &[n; 40]);
            }
            crew.applied("work.submit", &order, Some(1), &json!({}));
        }
    }
    // The access tokens have expired by now.
    let town = town.again(&["operator", "supervisor", "inspector", "crew"]);
    for n in [5, 1, 4, 2, 3] {
        town.app.clock.advance_minutes(1);
        let mut body = pothole();
        body["id"] = json!(uuid::Uuid::from_u128((n << 100) + 0x7000_8000_0000_0000_0000));
        town.call("operator", "POST", "/v1/tickets").json(&body).send().ok();
    }
    town.app.clock.advance_minutes(1);
    push_of_2019(&town);
    town
}

fn push_of_2019(town: &Town) {
    let answer = town.call("inspector", "POST", "/v1/sync/push").json(&of_2019(town)).send().ok();
    assert_eq!(answer["results"][0]["status"], "applied", "{answer}");
}

#[test]
fn a_ticket_of_a_phone_whose_clock_is_in_2019_is_the_newest() {
    for town in Town::both() {
        for _ in 0..3 {
            town.pothole();
            town.app.clock.advance_minutes(1);
        }
        push_of_2019(&town);
        assert_eq!(town.get("supervisor", "/v1/tickets?limit=1")["items"][0]["id"], "0169384f-0000-7000-8000-000000000001");
        town.app.clock.advance_minutes(1);
        let later = town.pothole();
        let listed = town.get("supervisor", "/v1/tickets?limit=2");
        assert_eq!((&listed["items"][0]["id"], &listed["items"][1]["id"]), (&later["id"], &json!("0169384f-0000-7000-8000-000000000001")));
    }
}

#[test]
fn every_list_is_ordered_by_when_its_rows_were_stored() {
    for town in Town::both() {
        let town = filled(town);
        for (list, who, table, former) in LISTS {
            let stored = ids(&town.app, &format!("SELECT [hex(id)|id::text] AS id FROM {table} ORDER BY stored_at DESC, id DESC"));
            let (all, _) = pages(&town, who, list, 200, None);
            assert!(all.len() >= 2, "{list}");
            assert_eq!(all.iter().map(id).collect::<Vec<_>>(), stored, "{list}");
            for limit in [1, 2, 3] {
                assert_eq!(pages(&town, who, list, limit, None).0, all, "{list} in pages of {limit}");
            }
            // A cursor of the former version goes on in the order of that version.
            let key = |row: &Value| former.iter().map(|name| row[name].as_str().unwrap().to_owned()).collect::<Vec<_>>();
            let mut by_former = all.clone();
            by_former.sort_by_key(|row| std::cmp::Reverse(key(row)));
            let first = key(&by_former[0]);
            let text = if first.len() == 1 { json!(first[0]) } else { json!(first) };
            let cursor = BASE64_URL_SAFE_NO_PAD.encode(text.to_string());
            assert_eq!(pages(&town, who, list, 1, Some(cursor)).0, by_former[1..], "{list} from a former cursor");
        }
        for cursor in ["%22x%22", "eyJzdG9yZWRfYXQiOjF9", "W10", "bnVsbA"] {
            town.call("supervisor", "GET", &format!("/v1/tickets?cursor={cursor}")).send().problem("validation");
        }
    }
}

#[test]
fn a_later_change_of_a_row_does_not_move_it() {
    for town in Town::both() {
        let town = filled(town);
        let order = |town: &Town| pages(town, "supervisor", "tickets", 200, None).0.iter().map(id).collect::<Vec<_>>();
        let before = order(&town);
        let oldest = town.get("supervisor", "/v1/tickets?limit=200")["items"].as_array().unwrap().last().unwrap().clone();
        town.app.clock.advance_minutes(5);
        let answer = Phone::of(&town, "inspector").push("ticket.edit", &oldest["id"], None, &json!({ "set": { "text": "another text" } }));
        assert_ne!(answer["status"], "rejected", "{answer}");
        assert_eq!(order(&town), before);
    }
}

#[test]
fn rows_of_a_former_version_are_dated_in_batches() {
    for town in Town::both() {
        let town = filled(town);
        town.app.tick();
        let stored =
            |table: &str| ids(&town.app, &format!("SELECT [hex(id)|id::text] AS id FROM {table} ORDER BY stored_at DESC, id DESC"));
        let rows: usize = LISTS.iter().map(|(_, _, table, _)| stored(table).len()).sum();
        let before: Vec<_> = LISTS.iter().map(|(_, _, table, _)| stored(table)).collect();
        for (_, _, table, _) in LISTS {
            run(&town.app, &format!("UPDATE {table} SET stored_at = [0|'1970-01-01 00:00:00+00']"));
        }
        // One that is stored meanwhile is the newest, and stays so.
        town.app.clock.advance_minutes(1);
        let new = town.pothole();
        let first = |town: &Town| town.get("supervisor", "/v1/tickets?limit=1")["items"][0]["id"].clone();
        assert_eq!(first(&town), new["id"]);
        assert_eq!(town.app.tick().dated_rows, rows);
        assert_eq!(town.app.tick().dated_rows, 0);
        assert_eq!(first(&town), new["id"]);
        for ((_, _, table, _), before) in LISTS.iter().zip(before) {
            let now: Vec<String> = stored(table).into_iter().filter(|id| before.contains(id)).collect();
            assert_eq!(now, before, "{table}");
        }
    }
}

//! Numbers in the text of a request that look like phones or national ids: marked for the office, masked outside it and on devices.

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use bazdid_protocol::ids::Id;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    town::{Town, pothole},
    town_rows::{EAST, WEST},
};

const NUMBER: &str = "۰۹۱۲ ۱۲۳ ۴۵۶۷";
const MASK: &str = "•••••••";

fn texts(row: &Value) -> [&str; 2] {
    [row["text"].as_str().unwrap(), row["address_text"].as_str().unwrap()]
}

/// A request whose texts hold a phone and a national id.
fn registered(town: &Town) -> (String, [String; 2], [String; 2]) {
    let mut body = pothole();
    let with = |number: &str, id: &str| [format!("چاله؛ تماس {number}"), format!("کوچهٔ ۷، کد ملی {id}")];
    let (real, shown) = (with(NUMBER, "1234567891"), with(MASK, MASK));
    body["text"] = json!(real[0]);
    body["address_text"] = json!(real[1]);
    let made = town.call("operator", "POST", "/v1/tickets").json(&body).send().ok();
    assert_eq!((texts(&made), &made["personal_numbers"]), ([real[0].as_str(), &real[1]], &json!(true)), "marked for who registers it");
    (made["id"].as_str().unwrap().to_owned(), real, shown)
}

#[test]
fn the_office_sees_what_was_written_and_nobody_else() {
    for town in Town::both() {
        assert_eq!(town.pothole()["personal_numbers"], false);
        let (id, real, shown) = registered(&town);
        let path = format!("/v1/tickets/{id}");
        for (who, expected) in [("operator", &real), ("supervisor", &real), ("inspector", &shown), ("crew", &shown)] {
            let one = town.get(who, &path);
            let list = town.get(who, "/v1/tickets");
            let listed = list["items"].as_array().unwrap().iter().find(|t| t["id"] == id.as_str()).unwrap();
            let map: Value = serde_json::from_str(&town.call(who, "GET", "/v1/tickets?format=geojson").send().text).unwrap();
            let feature = map["features"].as_array().unwrap().iter().find(|f| f["id"] == id.as_str()).unwrap();
            for row in [&one, listed, &feature["properties"]] {
                assert_eq!(texts(row), [expected[0].as_str(), &expected[1]], "{who}");
            }
            assert_eq!((&one["personal_numbers"], &listed["personal_numbers"]), (&json!(true), &json!(true)), "{who}");
        }
    }
}

#[test]
fn a_masked_number_is_not_found_out_by_searching() {
    for town in Town::both() {
        let (id, ..) = registered(&town);
        for query in ["q=0912", "q=%DB%B9%DB%B1%DB%B2", "q=%DA%86%D8%A7%D9%84%D9%87%205"] {
            for who in ["crew", "inspector"] {
                let refused = town.call(who, "GET", &format!("/v1/tickets?{query}")).send().problem("validation");
                assert_eq!(refused["errors"][0]["pointer"], "?q", "{who} {query}");
            }
        }
        assert_eq!(town.get("operator", "/v1/tickets?q=0912")["items"][0]["id"], id.as_str());
        assert_eq!(town.get("crew", "/v1/tickets?q=%DA%86%D8%A7%D9%84%D9%87")["items"].as_array().unwrap().len(), 1, "words are found");
    }
}

#[test]
fn an_office_elsewhere_unmasks_nothing_here() {
    for town in Town::both() {
        let (id, _, shown) = registered(&town);
        let both = town.app.person("both", Role::Operator, None, &[Id::new(Uuid::from_u128(EAST))]);
        town.app.grant_too(both, Role::Inspector, &[Id::new(Uuid::from_u128(WEST))]);
        let list = town.app.call("GET", "/v1/tickets").token(&town.app.token("both")).send().ok();
        let listed = list["items"].as_array().unwrap().iter().find(|t| t["id"] == id.as_str()).unwrap();
        assert_eq!(texts(listed), [shown[0].as_str(), &shown[1]]);
    }
}

#[test]
fn on_devices_it_is_masked_and_who_corrects_a_word_loses_no_number() {
    for town in Town::both() {
        let (id, real, shown) = registered(&town);
        let body = json!({ "nonce": "nonce of the crew", "name": "phone", "platform": "android", "app_version": "1.0" });
        let device = town.call("crew", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
        let pulled = town.call("crew", "POST", "/v1/sync/pull").json(&json!({ "device": device })).send().ok();
        let changes = pulled["changes"].as_array().unwrap();
        let row = |changes: &[Value]| changes.iter().find(|c| c["id"] == id.as_str()).unwrap()["row"].clone();
        assert_eq!(texts(&row(changes)), [shown[0].as_str(), &shown[1]]);
        assert!(!pulled.to_string().contains("1234567891"));
        let other =
            town.call("crew", "POST", "/v1/sync/devices").json(&json!({ "nonce": "nonce of the app", "name": "app", "platform": "android",
            "app_version": "1.0" }));
        let other = other.send().ok()["id"].as_str().unwrap().to_owned();
        let app = town.get("crew", &format!("/v1/watermelon/sync?device={other}"));
        assert!(app.to_string().contains(MASK) && !app.to_string().contains("1234567891"));

        let edit = |seq: u32, set: Value| {
            let mutation = json!({ "seq": seq, "id": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + u128::from(seq)), "cmd": "ticket.edit",
                "entity": id, "at": town.app.clock.now(), "args": { "set": set } });
            let push = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": [mutation] });
            town.call("crew", "POST", "/v1/sync/push").json(&push).send().ok()["results"][0].clone()
        };
        town.app.clock.advance_minutes(5);
        assert_eq!(edit(1, json!({ "text": shown[0].replace("چاله", "چالهٔ بزرگ") }))["status"], "applied");
        let path = format!("/v1/tickets/{id}");
        assert_eq!(town.get("operator", &path)["text"], real[0].replace("چاله", "چالهٔ بزرگ"));
        let history = town.get("crew", &path)["history"].to_string();
        assert!(history.contains(MASK) && !history.contains(NUMBER), "{history}");
        // An app of WatermelonDB that sends the row back with another column changed overwrites nothing.
        let pulled = town.get("crew", &format!("/v1/watermelon/sync?device={other}&last_pulled_at={}", app["timestamp"]));
        let mut row = pulled["changes"]["tickets"]["updated"][0].clone();
        assert_eq!(row["text"], shown[0].replace("چاله", "چالهٔ بزرگ"));
        row["address_text"] = json!("کوچهٔ ۸");
        row["_status"] = json!("updated");
        row["_changed"] = json!("address_text");
        let sent = json!({ "tickets": { "created": [], "updated": [row], "deleted": [] } });
        let to = format!("/v1/watermelon/sync?device={other}&last_pulled_at={}", pulled["timestamp"]);
        town.call("crew", "POST", &to).json(&sent).send().ok();
        let stands = town.get("operator", &path);
        assert_eq!((&stands["address_text"], &stands["text"]), (&json!("کوچهٔ ۸"), &json!(real[0].replace("چاله", "چالهٔ بزرگ"))));
        // A number that it corrects is taken as it is, and so is its own number that was sent again.
        let correct = |number: &str, code: &str| {
            town.app.clock.advance_minutes(1);
            let pulled = town.get("crew", &format!("/v1/watermelon/sync?device={other}&last_pulled_at={}", pulled["timestamp"]));
            let mut row = pulled["changes"]["tickets"]["updated"][0].clone();
            assert_eq!(row["address_text"], "کوچهٔ ۸");
            row["text"] = json!(format!("چالهٔ بزرگ؛ تماس {number}"));
            row["_status"] = json!("updated");
            row["_changed"] = json!("text");
            let sent = json!({ "tickets": { "created": [], "updated": [row], "deleted": [] } });
            let to = format!("/v1/watermelon/sync?device={other}&last_pulled_at={}", pulled["timestamp"]);
            for _ in 0..2 {
                town.call("crew", "POST", &to).json(&sent).send().ok();
                assert_eq!(town.get("operator", &path)["text"], format!("چالهٔ بزرگ؛ تماس {code}"));
            }
        };
        correct("09351112233", "09351112233");
        correct(MASK, "09351112233");
        town.app.clock.advance_minutes(1);
        let moved = edit(2, json!({ "text": format!("{MASK} یا {MASK}") }));
        assert_eq!((&moved["status"], &moved["code"]), (&json!("rejected"), &json!("validation")), "{moved}");
        town.app.clock.advance_minutes(1);
        assert_eq!(edit(3, json!({ "text": "چالهٔ بزرگ" }))["status"], "applied");
        assert_eq!(town.get("operator", &path)["text"], "چالهٔ بزرگ", "who takes it out takes it out");
    }
}

#[test]
fn numbers_in_notes_are_masked_as_those_in_the_text_of_a_request() {
    for town in Town::both() {
        let (id, ..) = registered(&town);
        let path = format!("/v1/tickets/{id}");
        let body = json!({ "nonce": "nonce of the crew", "name": "phone", "platform": "android", "app_version": "1.0" });
        let device = town.call("crew", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].as_str().unwrap().to_owned();
        let note = Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_1000);
        let push = |seq: u32, cmd: &str, text: &str| {
            town.app.clock.advance_minutes(1);
            let mutation = json!({ "seq": seq, "id": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + u128::from(seq)), "cmd": cmd,
                "entity": id, "at": town.app.clock.now(), "args": { "note": note, "text": text } });
            let push = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": [mutation] });
            town.call("crew", "POST", "/v1/sync/push").json(&push).send().ok()["results"][0].clone()
        };
        let read = |who: &str| town.get(who, &path)["notes"][0]["text"].as_str().unwrap().to_owned();
        assert_eq!(push(1, "note.add", &format!("همسایه {NUMBER}"))["status"], "applied");
        assert_eq!((read("operator"), read("crew")), (format!("همسایه {NUMBER}"), format!("همسایه {MASK}")));
        let pulled = town.call("crew", "POST", "/v1/sync/pull").json(&json!({ "device": device })).send().ok();
        let app = town.get("crew", &format!("/v1/watermelon/sync?device={device}"));
        for told in [pulled.to_string(), app.to_string()] {
            assert!(told.contains(&format!("همسایه {MASK}")) && !told.contains(NUMBER), "{told}");
        }
        assert_eq!(push(2, "note.edit", &format!("همسایهٔ روبه‌رو {MASK}"))["status"], "applied");
        assert_eq!(read("operator"), format!("همسایهٔ روبه‌رو {NUMBER}"));
        let refused = push(3, "note.edit", &format!("{MASK}{MASK}"));
        assert_eq!((&refused["status"], &refused["code"]), (&json!("rejected"), &json!("validation")), "{refused}");
        assert!(refused["detail"].as_str().unwrap().starts_with("/args/text: "), "{refused}");
    }
}

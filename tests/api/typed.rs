//! What people type into fields, on whatever keyboard.

use serde_json::{Value, json};
use uuid::Uuid;

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;

use crate::town::{Town, pothole};

/// Texts in which there is nothing to read.
const INVISIBLE: [&str; 6] = ["\u{200c}", "\u{2060}", "\u{2800}", "\u{200c}\u{200b}", "\u{ad}\u{feff} ", "\u{64b}"];

/// Every field of a body that is a text, with a request that would be fine but for it.
fn bodies(id: &str) -> Vec<(&'static str, String, &'static str, Value)> {
    let ticket = |verb: &str| format!("/v1/tickets/{id}/{verb}");
    let order = |verb: &str| format!("/v1/work-orders/{id}/{verb}");
    let round = |verb: &str| format!("/v1/rounds/{id}/{verb}");
    let window = json!({ "reason": "x", "planned_from": "2027-01-01T00:00:00Z", "planned_to": "2027-02-01T00:00:00Z" });
    let account =
        json!({ "login": "nobody.yet", "display_name": "x", "locale": "fa", "phone": "0912 123 4567", "password": "a long password" });
    let device = json!({ "nonce": "a nonce of a device", "name": "x", "platform": "android", "app_version": "1" });
    vec![
        ("operator", "/v1/tickets".into(), "/text", pothole()),
        ("operator", "/v1/tickets".into(), "/address_text", pothole()),
        ("operator", "/v1/tickets".into(), "/source_ref", pothole()),
        ("operator", "/v1/tickets".into(), "/caller_phone", pothole()),
        ("operator", ticket("triage"), "/text", json!({})),
        ("operator", ticket("triage"), "/address_text", json!({})),
        ("operator", ticket("defer"), "/reason", window),
        ("operator", ticket("reject"), "/code", json!({})),
        ("operator", ticket("reject"), "/note", json!({ "code": "not_ours" })),
        ("operator", ticket("reopen"), "/reason", json!({})),
        ("operator", order("reassign"), "/reason", json!({})),
        ("operator", order("cancel"), "/note", json!({ "code": "not_needed" })),
        ("supervisor", round("verify"), "/without_bytes", json!({})),
        ("supervisor", round("verify"), "/note", json!({ "share": "part" })),
        ("supervisor", round("rework"), "/note", json!({ "defects": [{ "code": "crooked" }] })),
        ("supervisor", round("rework"), "/defects/0/code", json!({ "defects": [{}] })),
        ("operator", "/v1/calls".into(), "/phone", json!({ "outcome": "information" })),
        ("admin", "/v1/accounts".into(), "/display_name", account.clone()),
        ("admin", "/v1/accounts".into(), "/login", account.clone()),
        ("admin", "/v1/accounts".into(), "/password", account),
        ("crew", "/v1/sync/devices".into(), "/name", device),
    ]
}

/// Puts a text at a place of a body.
fn with(mut body: Value, pointer: &str, text: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), json!(text));
    body
}

#[test]
fn an_invisible_text_is_a_text_in_no_field() {
    for town in Town::both() {
        let made = town.pothole();
        town.app.person("admin", Role::Admin, None, &[]);
        let admin = town.app.token("admin");
        for (who, path, pointer, body) in bodies(made["id"].as_str().unwrap()) {
            for text in INVISIBLE {
                let call = if who == "admin" { town.app.call("POST", &path).token(&admin) } else { town.call(who, "POST", &path) };
                let call = call.if_match(1).json(&with(body.clone(), pointer, text));
                let problem = call.send().problem("validation");
                assert_eq!(problem["errors"][0]["pointer"], pointer, "{path}: {text:?}: {problem}");
            }
        }
        assert_eq!(town.get("operator", "/v1/tickets")["items"].as_array().unwrap().len(), 1, "nothing was kept");
    }
}

#[test]
fn in_commands_an_invisible_text_is_refused_where_one_is_needed_and_unknown_where_not() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let phone = json!({ "nonce": "what is typed on a phone", "name": "phone", "platform": "android", "app_version": "1.0" });
        let device = town.call("inspector", "POST", "/v1/sync/devices").json(&phone).send().ok()["id"].clone();
        let now = town.app.clock.now();
        let id = |n: u64| Uuid::from_u128(u128::from(n) << 64);
        let mutation = |seq: u64, cmd: &str, entity: &Value, args: Value| json!({ "seq": seq, "id": id(seq), "cmd": cmd, "entity": entity, "at": now, "args": args });
        let mut mutations = Vec::new();
        for (n, text) in (1_u64..).step_by(2).zip(INVISIBLE) {
            mutations.push(mutation(n, "note.add", &ticket, json!({ "note": id(n + 1_000), "text": text })));
            mutations.push(mutation(
                n + 1,
                "ticket.create",
                &json!(id(n + 1_001)),
                json!({
                    "category": pothole()["category"], "text": text, "point": { "lat": 36.25, "lon": 50.05, "accuracy_m": 5.0 },
                }),
            ));
        }
        let last = 2 * u64::try_from(INVISIBLE.len()).unwrap() + 1;
        mutations.push(mutation(last, "ticket.edit", &ticket, json!({ "set": { "address_text": "\u{200c}", "text": "چاله" } })));
        mutations.push(mutation(last + 1, "note.add", &ticket, json!({ "note": id(9_999), "text": "می\u{200c}ریزد" })));
        let push = json!({ "device": device, "schema": 1, "sent_at": now, "mutations": mutations });
        let answer = town.call("inspector", "POST", "/v1/sync/push").json(&push).send().ok();
        let results = answer["results"].as_array().unwrap();
        let (refused, rest) = results.split_at(results.len() - 2);
        assert!(refused.iter().all(|r| r["status"] == "rejected"), "{refused:?}");
        assert_eq!(rest[0]["warnings"][0]["pointer"], "/args/set/address_text", "{}", rest[0]);
        assert_eq!(rest[1]["status"], "applied", "a half-space inside of a word is one");
    }
}

#[test]
fn a_caller_is_found_however_the_number_is_said() {
    for town in Town::both() {
        let mut body = pothole();
        body["caller_phone"] = json!("۰۹۱۲ ۱۲۳ ۴۵۶۷");
        let ticket = town.call("operator", "POST", "/v1/tickets").json(&body).send().ok()["id"].clone();
        for typed in ["09121234567", "+98 912 123 4567", "00989121234567", "989121234567", "9121234567", "\u{202a}+98 912 123 4567\u{202c}"]
        {
            let found = town.call("operator", "POST", "/v1/calls/find").json(&json!({ "phone": typed })).send().ok();
            assert_eq!(found["items"][0]["ticket"], ticket, "{typed}: {found}");
        }
        for wrong in ["ندارد", "9.12E+09", "-", "0912123"] {
            body["caller_phone"] = json!(wrong);
            let problem = town.call("operator", "POST", "/v1/tickets").json(&body).send().problem("validation");
            assert_eq!(problem["errors"][0]["pointer"], "/caller_phone", "{wrong}");
        }
    }
}

#[test]
fn a_ticket_is_found_by_its_words_in_each_spelling() {
    for town in Town::both() {
        let mut ids = Vec::new();
        for text in ["مشکل آب‌رسانی کوچه یاس", "مشکل آب رسانی کوچه یاس", "مشکل آبرسانی کوچه یاس"]
        {
            let mut body = pothole();
            body["text"] = json!(text);
            ids.push(town.call("operator", "POST", "/v1/tickets").json(&body).send().ok()["id"].clone());
        }
        let sorted = |mut ids: Vec<Value>| {
            ids.sort_by_key(Value::to_string);
            ids
        };
        let ids = sorted(ids);
        for typed in ["آبرسانی", "آب‌رسانی", "آب رسانی", "ابرساني", "یاس مشکل"] {
            let query: String = typed.bytes().map(|b| format!("%{b:02X}")).collect();
            let found = town.get("operator", &format!("/v1/tickets?q={query}"));
            let found: Vec<Value> = found["items"].as_array().unwrap().iter().map(|t| t["id"].clone()).collect();
            assert_eq!(sorted(found), ids, "{typed}");
        }
        town.call("operator", "GET", &format!("/v1/tickets?q={}", "x".repeat(201))).send().problem("validation");
    }
}

#[test]
fn a_problem_speaks_the_language_that_was_asked_for() {
    for town in Town::both() {
        let ask = |language: &str| {
            town.call("operator", "GET", "/v1/tickets/01890a5d-ac96-774b-bcce-b302099a8057").header("Accept-Language", language).send()
        };
        let persian = ask("fa-IR,fa;q=0.9,en;q=0.8");
        assert_eq!((persian.json()["title"].as_str(), persian.header("content-language")), (Some("یافت نشد یا به آن دسترسی ندارید"), "fa"));
        let english = ask("de,en;q=0.1");
        assert_eq!(
            (english.json()["title"].as_str(), english.header("content-language")),
            (Some("Not found, or you do not have access"), "en")
        );
        assert_eq!(persian.json()["code"], english.json()["code"], "a code is for programs");
        assert_eq!(persian.header("vary"), "Accept-Language, Authorization");
        // Who asks for neither is told in the language of their account; who has none in English.
        let of_account = ask("");
        assert_eq!((of_account.header("content-language"), &of_account.json()["title"]), ("fa", &persian.json()["title"]));
        let words = town.call("operator", "GET", "/v1/vocabulary").header("Accept-Language", "de").send();
        assert_eq!((words.header("content-language"), words.header("vary")), ("fa", "Accept-Language, Authorization"));
        let stranger = town.app.call("GET", "/v1/tickets").header("Accept-Language", "").send();
        assert_eq!((stranger.status, stranger.header("content-language")), (401, "en"));
        town.app.person("anna", Role::Operator, None, &[]);
        let anna = town.app.token("anna");
        let id = town.app.call("GET", "/v1/me").token(&anna).send().ok()["id"].as_str().unwrap().to_owned();
        town.app.person("chief", Role::Admin, None, &[]);
        let chief = town.app.token("chief");
        let rev = town.app.call("GET", &format!("/v1/accounts/{id}")).token(&chief).send().ok()["rev"].as_i64().unwrap();
        let path = format!("/v1/accounts/{id}");
        town.app.call("PATCH", &path).token(&chief).if_match(rev).json(&json!({ "locale": "en" })).send().ok();
        assert_eq!(
            town.app.call("GET", "/v1/vocabulary").token(&anna).header("Accept-Language", "").send().header("content-language"),
            "en"
        );
        // Details too, those of fields among them.
        assert_eq!((&persian.json()["detail"], &english.json()["detail"]), (&json!("درخواست یافت نشد"), &json!("no such ticket")));
        let body = json!({ "outcome": "information_only", "phone": "ندارد" });
        let refused = town.call("operator", "POST", "/v1/calls").header("Accept-Language", "fa").json(&body).send();
        let detail = refused.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("شمارهٔ تلفن نیست"), "{detail}");
        let catalogue = town.call("operator", "GET", "/v1/errors").header("Accept-Language", "fa").send().ok();
        let vocabulary = town.app.call("GET", "/v1/vocabulary").header("Accept-Language", "fa").send();
        assert_eq!(vocabulary.header("content-language"), "fa");
        let states = vocabulary.ok()["items"].as_array().unwrap().iter().find(|k| k["kind"] == "work_order_state").unwrap().clone();
        assert_eq!(states["words"][0], json!({ "word": "draft", "label": "پیش‌نویس" }));
        assert!(catalogue["items"].as_array().unwrap().iter().all(|e| !e["title"].as_str().unwrap().is_ascii()), "{catalogue}");
    }
}

#[test]
fn an_array_is_no_object_and_nobody_is_told_a_type_of_rust() {
    for town in Town::both() {
        let told = |body: Value| {
            let problem = town.call("operator", "POST", "/v1/tickets").json(&body).send().problem("validation");
            let error = problem["errors"][0].clone();
            (error["pointer"].as_str().unwrap().to_owned(), error["detail"].as_str().unwrap().to_owned())
        };
        let mut nested = pothole();
        nested["point"] = json!([36.25, 50.05]);
        let mut missing = pothole();
        missing.as_object_mut().unwrap().remove("text");
        let mut wrong = pothole();
        wrong["text"] = json!(7);
        for (body, pointer, detail) in [
            (json!([]), "", "must be an object, not an array"),
            (nested, "/point", "must be an object, not an array"),
            (missing, "/text", "is missing"),
            (wrong, "/text", "must be a text, not the number 7"),
        ] {
            assert_eq!(told(body), (pointer.to_owned(), detail.to_owned()));
        }
    }
}

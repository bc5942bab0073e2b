//! What phones send that nobody expects: it costs what is wrong and nothing else, on both databases and in both protocols.

use bazdid_clock::Clock as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{app::Reply, evidence::ask_for, town::Town, upload::metadata};

/// A registered device of somebody.
struct Line<'t> {
    town: &'t Town,
    who: &'static str,
    device: Value,
}

impl<'t> Line<'t> {
    fn of(town: &'t Town, who: &'static str) -> Self {
        let body = json!({ "nonce": format!("a strange phone of {who}"), "name": "phone", "platform": "ios", "app_version": "1.0" });
        let device = town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
        Self { town, who, device }
    }

    fn send(&self, body: impl Into<Vec<u8>>) -> Reply {
        self.town.call(self.who, "POST", "/v1/sync/push").bytes("application/json", body).send()
    }

    /// Sends items; `more` are fields of the envelope.
    fn push(&self, items: &[String], more: &str) -> Reply {
        let sent_at = self.town.app.clock.now();
        self.send(format!(r#"{{"device": {}, "sent_at": "{sent_at}", {more} "mutations": [{}]}}"#, self.device, items.join(",")))
    }

    #[track_caller]
    fn results(&self, items: &[Value], more: &str) -> Vec<Value> {
        let items: Vec<String> = items.iter().map(Value::to_string).collect();
        self.push(&items, more).ok()["results"].as_array().unwrap().clone()
    }

    fn mutation(&self, seq: u64, cmd: &str, entity: &Value, args: Value) -> Value {
        let now = self.town.app.clock.now();
        json!({ "seq": seq, "id": Uuid::from_u128(u128::from(seq) << 64), "cmd": cmd, "entity": entity, "at": now, "args": args })
    }

    fn note(&self, seq: u64, ticket: &Value, text: &str) -> Value {
        self.mutation(seq, "note.add", ticket, json!({ "note": note_id(seq), "text": text }))
    }

    /// The rows that the server has for the device.
    fn rows(&self, kind: &str) -> Vec<Value> {
        let body = json!({ "device": self.device, "cursor": null, "limit": 1000 });
        let page = self.town.call(self.who, "POST", "/v1/sync/pull").json(&body).send().ok();
        page["changes"].as_array().unwrap().iter().filter(|c| c["t"] == kind && c["op"] == "put").map(|c| c["row"].clone()).collect()
    }
}

fn note_id(seq: u64) -> Uuid {
    Uuid::from_u128((1 << 100) | u128::from(seq))
}

fn words(results: &[Value]) -> Vec<(&str, &str)> {
    results.iter().map(|r| (r["status"].as_str().unwrap(), r["code"].as_str().unwrap_or(""))).collect()
}

fn pointers(result: &Value) -> Vec<(&str, &str)> {
    let told = result["warnings"].as_array().map_or(&[][..], |w| w);
    told.iter().map(|w| (w["pointer"].as_str().unwrap(), w["code"].as_str().unwrap())).collect()
}

#[test]
fn one_item_that_no_parser_reads_costs_no_other() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let line = Line::of(&town, "inspector");
        // The text stands in the JSON as it is written here.
        let raw = |seq: u64, text: &str| line.note(seq, &ticket, "TEXT").to_string().replace("TEXT", text);
        let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
        let items = [
            raw(1, "before"),
            raw(2, r"half an emoji \ud83d"),
            raw(3, r"the other half \ude00, a whole one \ud83d\ude00, none \\ud83d"),
            raw(4, r"no such escape \q"),
            raw(5, "a\nline"),
            raw(6, "x").replace(r#""x""#, "1e999"),
            raw(7, "x").replace(r#""x""#, &deep),
            raw(8, "x").replace(r#""x""#, "NaN"),
            r#"{"seq": 9}"#.to_owned(),
            "7".to_owned(),
            "undefined".to_owned(),
            raw(12, "after"),
        ];
        let answer = line.push(&items, "").ok();
        let results = answer["results"].as_array().unwrap();
        let (good, bad) = (("applied", ""), ("rejected", "malformed"));
        assert_eq!(words(results), [good, good, good, bad, bad, bad, bad, bad, bad, bad, bad, good]);
        for result in &results[3..8] {
            assert!(result["id"].is_string() && result["seq"].is_u64(), "its id and place can be read: {result}");
        }
        let texts: std::collections::BTreeMap<String, String> =
            line.rows("note").iter().map(|n| (n["id"].as_str().unwrap().to_owned(), n["text"].as_str().unwrap().to_owned())).collect();
        let text = |seq| texts[&note_id(seq).to_string()].as_str();
        assert_eq!(text(2), "half an emoji \u{fffd}");
        assert_eq!(text(3), "the other half \u{fffd}, a whole one 😀, none \\ud83d");
        assert_eq!(texts.len(), 4);
        // The same bytes again are known again; and the chain goes on from what could be read.
        let again = line.push(&items, "").ok();
        assert!(again["results"].as_array().unwrap().iter().all(|r| r["replayed"] == true), "{again}");
        assert_eq!(again["device"], answer["device"]);
        let more = format!(r#""prev_chain": {},"#, answer["device"]["chain"]);
        assert_eq!(words(&line.results(&[line.note(13, &ticket, "on")], &more)), [good]);
    }
}

#[test]
fn bytes_that_are_no_text_cost_at_most_their_item() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let line = Line::of(&town, "inspector");
        let items = [line.note(1, &ticket, "good"), line.note(2, &ticket, "TEXT"), line.note(3, &ticket, "good")].map(|m| m.to_string());
        let body = format!(r#"{{"device": {}, "mutations": [{}]}}"#, line.device, items.join(","));
        for (at, bytes) in [(0, &b"\xed\xa0\xbd"[..]), (1, b"\xd9"), (2, b"\xff\xfe")] {
            let (front, back) = body.split_once("TEXT").unwrap();
            let answer = line.send([front.as_bytes(), bytes, back.as_bytes()].concat()).ok();
            let results = answer["results"].as_array().unwrap();
            // Other bytes under the id are other content.
            let second = if at == 1 { ("rejected", "id_reuse") } else { ("applied", "") };
            assert_eq!(words(results)[0], ("applied", ""));
            assert!(words(results)[1] == second || at > 0, "{results:?}");
            assert_eq!(words(results)[2], ("applied", ""));
        }
        assert_eq!(line.rows("note").len(), 3);
    }
}

#[test]
fn what_the_envelope_can_do_without_is_in_nobodys_way_and_what_it_cannot_is_named() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let line = Line::of(&town, "inspector");
        for (seq, more) in (1_u64..).zip([
            r#""uptime_ms": "long", "boot": {}, "pending": -1.5, "acked_through": "all", "prev_chain": 7, "schema": "new","#,
            r#""uptime_ms": 1e999, "pending": 9223372036854775807, "acked_through": 9223372036854775807,"#,
            r#""schema": null, "boot": "b", "uptime_ms": -9223372036854775808,"#,
        ]) {
            assert_eq!(words(&line.results(&[line.note(seq, &ticket, "x")], more)), [("applied", "")], "{more}");
        }
        for (seq, sent_at) in (4_u64..).zip([r#""yesterday""#, "null", "7", r#""0000-01-01T00:00:00+23:59""#, r#""\q""#]) {
            let body = format!(r#"{{"device": {}, "sent_at": {sent_at}, "mutations": [{}]}}"#, line.device, line.note(seq, &ticket, "x"));
            assert_eq!(words(line.send(body).ok()["results"].as_array().unwrap()), [("applied", "")], "{sent_at}");
        }
        let device = &line.device;
        for (body, pointer, detail) in [
            (String::new(), Value::Null, "no body"),
            (format!(r#"{{"device": {device}, "mutations": [{{"seq": 1]}}"#), json!(""), "byte "),
            (format!(r#"{{"device": {device}, "mutations": [1,,2]}}"#), json!("/mutations"), "byte 3"),
            (format!(r#"{{"device": {device}, "mutations": {{}}}}"#), json!("/mutations"), "expected an array"),
            (r#"{"device": "a phone", "mutations": []}"#.to_owned(), json!("/device"), "UUID"),
        ] {
            let problem = line.send(body.clone()).problem("bad_envelope");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
            let told = if pointer.is_null() { &problem["detail"] } else { &problem["errors"][0]["detail"] };
            assert!(told.as_str().unwrap().contains(detail), "{body}: {problem}");
        }
    }
}

#[test]
fn figures_of_any_size_are_decided_and_alike_on_both_databases() {
    let mut seen = Vec::new();
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let line = Line::of(&town, "inspector");
        let mut seq = 0;
        let mut told = Vec::new();
        for more in [r#""uptime_ms": 1000000000000000, "boot": "b","#, r#""uptime_ms": 9223372036854775807, "boot": "b","#, ""] {
            for (name, value) in [
                ("up", json!(0)),
                ("up", json!(i64::MIN)),
                ("up", json!(i64::MAX)),
                ("base", json!(i64::MAX)),
                ("base", json!(i64::MIN)),
                ("seen_ts", json!(i64::MAX)),
                ("seen_ts", json!(i64::MIN)),
                ("epoch", json!(i64::MAX)),
                ("epoch", json!(-1)),
                ("at", json!("2199-12-31T23:59:59.999999Z")),
                ("at", json!("1970-01-01T00:00:00Z")),
            ] {
                seq += 1;
                let mut visit = line.mutation(
                    seq,
                    "visit.record",
                    &ticket,
                    json!({ "visit": note_id(seq), "kind": "inspection", "arrived_at": "2199-12-31T23:59:59Z" }),
                );
                visit["boot"] = json!("b");
                visit["up"] = json!(1);
                visit[name] = value.clone();
                seq += 1;
                let mut edit = line.mutation(seq, "ticket.edit", &ticket, json!({ "set": { "address_text": format!("{seq}") } }));
                edit[name] = value;
                for result in line.results(&[visit, edit], more) {
                    assert!(!matches!(result["status"].as_str().unwrap(), "held" | "deferred"), "{name}: {result}");
                    told.push((result["status"].clone(), result["code"].clone()));
                }
            }
        }
        for visit in line.rows("visit") {
            let year: i32 = visit["arrived_at"].as_str().unwrap()[..4].parse().unwrap();
            assert!((1970..2200).contains(&year), "{visit}");
        }
        let photo = |bytes: i64| json!({ "photo": Uuid::from_u128(77), "kind": "during", "sha256": "ab".repeat(32), "bytes": bytes, "mime": "image/jpeg" });
        let results = line.results(&[line.mutation(seq + 1, "photo.add", &ticket, photo(i64::MAX))], "");
        told.push((results[0]["status"].clone(), results[0]["code"].clone()));
        let gap = line.push(&[line.mutation(u64::try_from(i64::MAX).unwrap(), "note.add", &ticket, json!({})).to_string()], "");
        assert_eq!(gap.problem("seq_gap")["expected_seq"], seq + 2);
        seen.push(told);
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn instants_are_read_in_three_scripts_and_what_is_none_is_told_and_flagged() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let line = Line::of(&town, "inspector");
        let now = town.app.clock.now().to_string();
        let persian: String = now.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0x6f0 + d)).unwrap_or(c)).collect();
        let with_at = |seq: u64, at: Value| {
            let mut note = line.note(seq, &ticket, "ارقام");
            note["at"] = at;
            note
        };
        let mut missing = line.note(8, &ticket, "x");
        missing.as_object_mut().unwrap().remove("at");
        let visit = |arrived_at: &str| json!({ "visit": note_id(90), "kind": "inspection", "arrived_at": arrived_at });
        let batch = [
            line.mutation(1, "visit.record", &ticket, visit(&persian)),
            with_at(2, json!(persian)),
            with_at(3, json!(now.replace('Z', "+0000"))),
            with_at(4, json!("0000-01-01T00:00:00+23:59")),
            with_at(5, json!("۱۴۰۵/۰۹/۰۹ ۰۹:۱۲")),
            with_at(6, json!(1_790_000_000)),
            with_at(7, Value::Null),
            missing,
        ];
        let results = line.results(&batch, "");
        for (place, result) in results.iter().enumerate() {
            let (code, told): (_, &[_]) = if place < 3 { ("", &[]) } else { ("clock_suspect", &[("/at", "unreadable_instant")]) };
            assert_eq!((words(std::slice::from_ref(result))[0], pointers(result)), (("applied", code), told.to_vec()), "{place}: {result}");
        }
        let again = line.results(&batch, "");
        for (first, again) in results.iter().zip(&again) {
            assert_eq!((&again["replayed"], &again["warnings"]), (&json!(true), &first["warnings"]));
        }
        let path = format!("/v1/sync/results?device={}", line.device.as_str().unwrap());
        let kept = town.get("inspector", &path)["items"].as_array().unwrap().clone();
        assert_eq!(kept.iter().filter(|r| pointers(r) == [("/at", "unreadable_instant")]).count(), 5, "{kept:?}");
        // The office is told what is wrong, and where.
        let order = town.pothole()["work_orders"][0].clone();
        let hold = format!("/v1/work-orders/{}/hold", order["id"].as_str().unwrap());
        for (review_at, pointer) in
            [("9999-12-31T00:00:00Z", "/review_at"), ("0000-01-01T00:00:00+23:59", "/review_at"), ("soon", "/review_at")]
        {
            let body = json!({ "reason": "x", "review_at": review_at });
            let call = town.call("supervisor", "POST", &hold).if_match(order["rev"].as_i64().unwrap()).json(&body);
            let problem = call.send().problem("validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{review_at}");
            assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("from 1970 to 2199"), "{problem}");
        }
    }
}

/// A job of a phone whose compass says −1 for "unknown", as iOS does.
#[test]
fn a_job_with_a_broken_compass_is_handed_in() {
    for town in Town::both() {
        ask_for(&town, &json!({ "photos": [{ "kind": "before", "min": 1 }, { "kind": "after", "min": 1 }], "stored": false }));
        let order = town.pothole()["work_orders"][0]["id"].clone();
        let line = Line::of(&town, "crew");
        let now = town.app.clock.now();
        let visit = Uuid::from_u128(0xe1);
        let point = json!({ "lat": 36.25, "lon": 50.05, "accuracy_m": 6.0 });
        let photo = |n: u128, kind: &str| {
            json!({ "photo": Uuid::from_u128(n), "visit": visit, "kind": kind, "sha256": format!("{n:064x}"), "bytes": 1000, "mime": "image/jpeg",
                "captured_at": now, "point": point, "heading_deg": -1.0 })
        };
        let mut batch = vec![
            line.mutation(1, "visit.record", &order, json!({ "visit": visit, "kind": "work", "arrived_at": now, "point": point })),
            line.mutation(2, "photo.add", &order, photo(0xf1, "before")),
            line.mutation(3, "work.start", &order, json!({ "visit": visit })),
            line.mutation(4, "photo.add", &order, photo(0xf2, "after")),
            line.mutation(5, "work.submit", &order, json!({ "summary": "انجام شد" })),
            line.mutation(6, "visit.leave", &order, json!({ "visit": visit, "outcome": "done" })),
        ];
        batch.iter_mut().for_each(|m| m["epoch"] = json!(1));
        let results = line.results(&batch, "");
        assert_eq!(words(&results), [("applied", ""); 6], "{results:?}");
        for n in [1, 3] {
            assert_eq!(pointers(&results[n]), [("/args/heading_deg", "unusable_value")]);
        }
        let photos = line.rows("photo");
        assert!(photos.len() == 2 && photos.iter().all(|p| p["heading_deg"].is_null() && p["point"]["lat"] == 36.25), "{photos:?}");
        assert_eq!(line.rows("work_order")[0]["state"], "submitted");
    }
}

#[test]
fn facts_are_kept_without_what_of_them_cannot_be_used() {
    for town in Town::both() {
        let made = town.pothole();
        let (ticket, order) = (made["id"].clone(), made["work_orders"][0]["id"].clone());
        town.app.clock.advance_minutes(1);
        let line = Line::of(&town, "inspector");
        let strange = json!({
            "photo": Uuid::from_u128(0xf1), "visit": "the first", "kind": "selfie", "sha256": "cd".repeat(32), "bytes": 10, "mime": "photo",
            "width": -4, "height": 1.0e30, "captured_at": "today", "point": { "lat": "north", "lon": 50.0 }, "heading_deg": [], "mock": 7,
        });
        let edit = line.mutation(6, "ticket.edit", &ticket, json!({ "set": { "address_text": "نو", "point": 4, "colour": "red" } }));
        let batch = [
            line.mutation(
                1,
                "visit.record",
                &ticket,
                json!({ "visit": note_id(1), "kind": 5, "arrived_at": null, "point": 0, "mock": "real" }),
            ),
            line.mutation(2, "visit.leave", &ticket, json!({ "visit": note_id(1), "outcome": "eaten" })),
            line.mutation(3, "photo.add", &ticket, strange),
            line.mutation(
                4,
                "measurement.add",
                &ticket,
                json!({ "measurement": note_id(4), "item": "asphalt", "quantity": 2, "unit": "m2", "visit": 1, "supersedes": "x" }),
            ),
            line.note(5, &ticket, &"ن".repeat(5_000)),
            edit,
        ];
        let results = line.results(&batch, "");
        assert_eq!(words(&results), [("applied", ""); 6], "{results:?}");
        let told: Vec<usize> = results.iter().map(|r| pointers(r).len()).collect();
        assert_eq!(told, [3, 1, 9, 2, 1, 2], "{results:?}");
        let visit = &line.rows("visit")[0];
        assert_eq!(
            (&visit["kind"], &visit["point"], &visit["mock"], &visit["outcome"]),
            (&json!("patrol"), &Value::Null, &json!("real"), &Value::Null)
        );
        assert!(visit["arrived_at"].is_string());
        let photo = &line.rows("photo")[0];
        assert_eq!(
            (&photo["kind"], &photo["mime"], &photo["state"]),
            (&json!("during"), &json!("application/octet-stream"), &json!("promised"))
        );
        for name in ["visit", "width", "height", "point", "heading_deg"] {
            assert!(photo[name].is_null(), "{name}");
        }
        assert_eq!(line.rows("note")[0]["text"].as_str().unwrap().chars().count(), 4_000);
        // A decline is heard however much somebody wrote.
        let crew = Line::of(&town, "crew");
        let mut decline = crew.mutation(1, "work.decline", &order, json!({ "reason": "ز".repeat(5_000) }));
        decline["epoch"] = json!(1);
        decline["id"] = json!(note_id(1_000));
        let results = crew.results(&[decline], "");
        assert_eq!((words(&results)[0], pointers(&results[0])), (("conflict", "invalid_transition"), vec![("/args/reason", "too_long")]));
    }
}

#[test]
fn a_photo_over_the_limit_is_kept_as_failed_and_nobody_waits_for_its_bytes() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let line = Line::of(&town, "inspector");
        let limits = town.get("inspector", "/v1/sync/config")["limits"].clone();
        let most = limits["max_photo_bytes"].as_i64().unwrap();
        assert_eq!((most, &limits["max_text"], &limits["max_short"]), (64 << 20, &json!(4_000), &json!(400)));
        let photo = |n: u128, bytes: i64| {
            json!({ "photo": Uuid::from_u128(n), "kind": "during", "sha256": format!("{n:064x}"), "bytes": bytes, "mime": "image/jpeg",
                "captured_at": town.app.clock.now() })
        };
        let batch =
            [line.mutation(1, "photo.add", &ticket, photo(0xf1, most)), line.mutation(2, "photo.add", &ticket, photo(0xf2, most + 1))];
        let results = line.results(&batch, "");
        assert_eq!(words(&results), [("applied", ""); 2]);
        assert_eq!((pointers(&results[0]), pointers(&results[1])), (vec![], vec![("/args/bytes", "too_many_bytes")]));
        assert_eq!(pointers(&line.results(&batch, "")[1]), [("/args/bytes", "too_many_bytes")], "a replay says so, too");
        let states: Vec<Value> =
            [0xf1, 0xf2].map(|n| line.rows("photo").iter().find(|p| p["id"] == json!(Uuid::from_u128(n))).unwrap()["state"].clone()).into();
        assert_eq!(states, ["promised", "failed"]);
        for length in [1000, most + 1] {
            let call = town.call("inspector", "POST", "/v1/uploads").header("Tus-Resumable", "1.0.0").header("Upload-Length", length);
            let problem = call.header("Upload-Metadata", metadata(Uuid::from_u128(0xf2))).send().problem("too_large");
            assert_eq!(problem["limit_bytes"], most);
            assert!(problem["detail"].as_str().unwrap().contains(&(most + 1).to_string()), "{problem}");
        }
        town.app.clock.advance_minutes(8 * 24 * 60);
        town.app.tick();
        let town = town.again(&["supervisor"]);
        let asked = town.get("supervisor", "/v1/conflicts?kind=photo_missing")["items"].as_array().unwrap().len();
        assert_eq!(asked, 1, "only after the one that may come");
    }
}

#[test]
fn a_row_of_the_library_that_no_parser_reads_costs_that_row() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let body = json!({ "nonce": "a strange library", "name": "app", "platform": "ios", "app_version": "1.0" });
        let device = town.call("inspector", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].as_str().unwrap().to_owned();
        let pull = |last: &Value| town.get("inspector", &format!("/v1/watermelon/sync?device={device}&last_pulled_at={last}"));
        let last = pull(&Value::Null)["timestamp"].clone();
        let row = |n: u32, text: &str| format!(r#"{{"id": "strange00000000{n}", "ticket_id": {ticket}, "text": {text}}}"#);
        let rows = [
            row(1, r#""x\ud83d""#),
            row(2, "1e999"),
            row(3, r#""\q""#),
            row(4, &format!("{}{}", "[".repeat(500), "]".repeat(500))),
            row(5, r#""good""#),
        ];
        let photo = format!(
            r#"{{"id": "strange000000009", "ticket_id": {ticket}, "kind": "during", "sha256": "{}", "bytes": 9, "mime": "image/jpeg", "captured_at": 1e300, "heading_deg": -1}}"#,
            "ef".repeat(32)
        );
        let changes = format!(
            r#"{{"notes": {{"created": [{}], "updated": [], "deleted": []}}, "photos": {{"created": [{photo}]}}}}"#,
            rows.join(",")
        );
        let path = |last: &Value| format!("/v1/watermelon/sync?device={device}&last_pulled_at={last}&sent_at=99999999999999999999");
        let send = |last: &Value| {
            town.call("inspector", "POST", &path(last)).bytes("application/json", changes.clone()).send().ok()["results"].clone()
        };
        let results = send(&last);
        let of = |n: u32| results.as_array().unwrap().iter().find(|r| r["id"] == format!("strange00000000{n}")).unwrap();
        for n in [1, 5, 9] {
            assert_eq!(of(n)["status"], "applied", "{}", of(n));
        }
        for n in [2, 3, 4] {
            assert_eq!((&of(n)["status"], &of(n)["code"]), (&json!("rejected"), &json!("malformed")), "{}", of(n));
        }
        assert_eq!(pointers(of(9)), [("/args/captured_at", "unreadable_instant"), ("/args/heading_deg", "unusable_value")]);
        let page = pull(&last);
        let again = send(&page["timestamp"]);
        assert!(again.as_array().unwrap().iter().all(|r| r["replayed"] == true), "known again: {again}");
        let notes = page["changes"]["notes"].clone();
        let texts: Vec<&str> = notes["updated"].as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap()).collect();
        assert!(texts.len() == 2 && texts.contains(&"x\u{fffd}") && texts.contains(&"good"), "{notes}");
        assert_eq!(notes["deleted"].as_array().unwrap().len(), 3, "what was refused leaves the app");
        let messages = page["changes"]["sync_messages"]["updated"].as_array().unwrap();
        let subjects: Vec<&Value> = messages.iter().filter(|m| m["code"] == "malformed").map(|m| &m["subject_id"]).collect();
        assert_eq!(subjects.len(), 3, "{messages:?}");
        assert!(subjects.iter().all(|s| s.is_string()), "{messages:?}");
    }
}

#[test]
fn a_text_of_the_office_that_is_none_is_named() {
    for town in Town::both() {
        let body = crate::town::pothole().to_string().replace("۱۲", r"\ud83d");
        let problem = town.call("operator", "POST", "/v1/tickets").bytes("application/json", body).send().problem("malformed");
        assert_eq!(problem["errors"][0]["pointer"], "/address_text", "{problem}");
    }
}

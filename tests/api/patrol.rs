//! `GET /v1/patrols` and `patrol.record` over HTTP, on both databases.

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use bazdid_protocol::event::EventKind;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{events::EventWatch, evidence::Phone, town::Town};

fn patrols(town: &Town, who: &str, filter: &str) -> Vec<Value> {
    town.get(who, &format!("/v1/patrols{filter}"))["items"].as_array().unwrap().clone()
}

fn new_id(town: &Town) -> Value {
    let id: Uuid = town.app.ids.uuid(town.app.clock.now());
    json!(id)
}

#[test]
fn the_office_sees_the_rounds_of_its_areas_and_is_told_of_them() {
    for town in Town::both() {
        let told = EventWatch::in_town(town, &Value::Null);
        let town = &told.town;
        let mut inspector = Phone::of(town, "inspector");
        told.news();
        let (one, two) = (new_id(town), new_id(town));
        let args =
            json!({ "outcome": "nothing_found", "end_point": { "lat": 36.25, "lon": 50.05, "accuracy_m": 7.5 }, "note": "آرام بود" });
        inspector.applied("patrol.record", &one, None, &args);
        inspector.applied("patrol.record", &two, None, &json!({ "outcome": "cut_short" }));
        let news = told.news();
        assert_eq!(news.iter().map(|e| e.kind).collect::<Vec<_>>(), [EventKind::PatrolRecorded; 2]);
        let seen = patrols(town, "supervisor", "");
        let data = json!({
            "patrol": one, "account": town.get("inspector", "/v1/me")["id"], "organisation": null, "area": seen[1]["area"],
            "outcome": "nothing_found", "tickets": [], "finished_at": seen[1]["finished_at"],
        });
        assert_eq!(serde_json::to_value(&news[0].data).unwrap(), data, "no free text");

        assert_eq!(seen.iter().map(|p| &p["id"]).collect::<Vec<_>>(), [&two, &one], "newest first");
        let first = &seen[1];
        assert_eq!(
            (&first["outcome"], &first["note"], &first["end_point"]["accuracy_m"]),
            (&json!("nothing_found"), &json!("آرام بود"), &json!(7.5))
        );
        assert!(first["area"].is_string() && seen[0]["area"].is_null(), "{seen:?}");
        assert_eq!(first["started_at"], Value::Null);
        let area = first["area"].as_str().unwrap();
        assert_eq!(patrols(town, "supervisor", &format!("?area={area}")).len(), 1);
        assert_eq!(patrols(town, "supervisor", "?outcome=cut_short&limit=1").len(), 1);
        let to = first["finished_at"].as_str().unwrap();
        assert_eq!(patrols(town, "supervisor", &format!("?from={to}")).len(), 2);
        assert_eq!(patrols(town, "supervisor", &format!("?to={to}")).len(), 0);
        assert_eq!(patrols(town, "inspector", "").len(), 2, "their own");
        assert_eq!(patrols(town, "crew", "").len(), 0, "somebody else's");
        town.app.person("elsewhere", Role::Inspector, None, &[]);
        let page = town.app.call("GET", "/v1/patrols").token(&town.app.token("elsewhere")).send().ok();
        assert_eq!(page["items"], json!([]));
        let backwards = format!("?from={to}&to={to}");
        for (query, pointer) in [
            (backwards.as_str(), "?to"),
            ("?outcome=nothing", "?outcome"),
            ("?limit=0", "?limit"),
            ("?area=x", "?area"),
            ("?colour=x", "?colour"),
        ] {
            let refused = town.call("supervisor", "GET", &format!("/v1/patrols{query}")).send();
            assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)), "{refused:?}");
        }
    }
}

#[test]
fn what_a_round_must_say_is_named() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        for (args, detail) in [
            (json!({}), "/args/outcome: is missing"),
            (json!({ "outcome": "fine" }), "/args/outcome: must be one of nothing_found, reported, cut_short"),
            (json!({ "outcome": "reported" }), "/args/tickets: name at least one ticket that was registered, or say another outcome"),
        ] {
            let answer = crew.push("patrol.record", &new_id(&town), None, &args);
            assert_eq!((&answer["code"], &answer["detail"]), (&json!("validation"), &json!(detail)));
        }
        // In the language of the account, who asks for none.
        let answer = crew.push_in("", "patrol.record", &new_id(&town), None, &json!({ "outcome": "reported" }));
        assert_eq!(answer["detail"], "/args/tickets: دست‌کم یک درخواست ثبت‌شده را نام ببرید یا نتیجهٔ دیگری بگویید");
        // An invisible note is no note; of more tickets than are taken the first are.
        let many: Vec<Uuid> = (1..=101).map(Uuid::from_u128).collect();
        let id = new_id(&town);
        let answer = crew.push("patrol.record", &id, None, &json!({ "outcome": "reported", "tickets": many, "note": "\u{200c}\u{2060}" }));
        let warned: Vec<&Value> = answer["warnings"].as_array().unwrap().iter().map(|w| &w["pointer"]).collect();
        assert_eq!(
            (&answer["status"], warned),
            (&json!("applied"), vec![&json!("/args/tickets"), &json!("/args/finished_at"), &json!("/args/note")])
        );
        let kept = patrols(&town, "crew", "").remove(0);
        assert_eq!((&kept["id"], &kept["note"], kept["tickets"].as_array().unwrap().len()), (&id, &Value::Null, 100));
        assert!(kept["organisation"].is_string() && kept["device"].is_string(), "{kept}");
    }
}

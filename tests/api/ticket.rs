//! Tickets over HTTP.

use bazdid_server::http::document;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    town::{PHONE, Town, pothole},
    town_rows::TREE,
};

#[test]
fn a_ticket_is_registered_once_for_each_key_and_found_again() {
    for town in Town::both() {
        let call = || town.call("operator", "POST", "/v1/tickets").header("Idempotency-Key", "k-1").json(&pothole()).send();
        let (first, again) = (call(), call());
        assert_eq!((first.status, again.status), (201, 201));
        let made = first.ok();
        assert_eq!(made["id"], again.ok()["id"]);
        assert_eq!(made["status"], "triaged");
        assert_eq!(made["work_orders"][0]["state"], "offered");
        let path = format!("/v1/tickets/{}", made["id"].as_str().unwrap());
        let detail = town.call("operator", "GET", &path).send();
        assert_eq!(detail.header("etag"), format!("\"{}\"", made["rev"]));
        let detail = detail.ok();
        assert_eq!(detail["history"].as_array().unwrap().len(), 2);
        assert_eq!(detail["work_orders"][0]["explanation"]["considered"][0]["verdict"], "chosen");
        assert!(detail["work_orders"][0]["explanation"]["considered"][0]["fa"].is_string());

        let code = made["code"].as_str().unwrap();
        assert_eq!(town.get("operator", &format!("/v1/tickets?code={code}"))["items"][0]["id"], made["id"]);
        let near = town.get("operator", "/v1/tickets?area=area71&category=c81&status=triaged&q=%D8%A8%D8%B2%D8%B1%DA%AF&bbox=50,36,51,37");
        assert_eq!(near["items"].as_array().unwrap().len(), 1);
        let features = town.call("operator", "GET", "/v1/tickets?format=geojson").send();
        assert_eq!(features.header("content-type"), "application/geo+json");
        assert_eq!(features.ok()["features"][0]["geometry"]["coordinates"], json!([50.05, 36.25]));
        for (query, pointer) in [("area=x", "?area"), ("status=old", "?status"), ("code=1", "?code"), ("bbox=1", "?bbox")] {
            let refusal = town.call("operator", "GET", &format!("/v1/tickets?{query}")).send().problem("validation");
            assert_eq!(refusal["errors"][0]["pointer"], pointer);
        }
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_double() {
    for town in Town::both() {
        let mut made: Vec<_> = (0..5)
            .map(|_| {
                town.app.clock.advance_minutes(1);
                town.pothole()["id"].clone()
            })
            .collect();
        made.reverse();
        let mut seen = Vec::new();
        let mut path = "/v1/tickets?limit=2".to_owned();
        loop {
            let page = town.get("operator", &path);
            seen.extend(page["items"].as_array().unwrap().iter().map(|t| t["id"].clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/tickets?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, made);
    }
}

/// What is kept has no sentences; the office reads it with those of inspectors.
#[test]
fn why_an_inspector_was_chosen_is_told_in_both_languages() {
    for town in Town::both() {
        let mut tree = pothole();
        tree["category"] = json!(Uuid::from_u128(TREE));
        let made = town.call("operator", "POST", "/v1/tickets").json(&tree).send().ok();
        let detail = town.get("operator", &format!("/v1/tickets/{}", made["id"].as_str().unwrap()));
        let explanation = &detail["work_orders"][0]["explanation"];
        assert_eq!(explanation["how"], "inspector");
        let first = &explanation["considered"][0];
        assert_eq!((&first["account"], &first["verdict"], &first["reason"]), (&explanation["chosen"], &json!("chosen"), &Value::Null));
        assert_eq!(first["en"], "This inspector is the first by area, load and nearness.");
        assert_eq!(first["fa"], "به ترتیب محدوده، کار در دست و نزدیکی، نخستین است.");
    }
}

#[test]
fn a_contractor_reads_its_own_tickets_and_nothing_of_the_caller() {
    for town in Town::both() {
        let made = town.pothole();
        let path = format!("/v1/tickets/{}", made["id"].as_str().unwrap());
        let mine = town.call("crew", "GET", &path).send();
        assert!(mine.ok()["work_orders"][0].get("explanation").is_none(), "who else was considered is the office's to know");
        let all = [mine.text, town.call("crew", "GET", "/v1/tickets").send().text, town.call("operator", "GET", &path).send().text];
        assert!(all.iter().all(|text| !text.contains(&PHONE[1..])));
        town.call("second_crew", "GET", &path).send().problem("not_found");
        assert_eq!(town.get("second_crew", "/v1/tickets")["items"], json!([]));
        town.call("crew", "GET", &format!("{path}/duplicates")).send().problem("forbidden");
    }
}

#[test]
fn no_answer_to_anybody_but_a_reveal_holds_the_callers_phone() {
    for town in Town::both() {
        let made = town.pothole();
        let (ticket, order) = (made["id"].as_str().unwrap(), made["work_orders"][0]["id"].as_str().unwrap());
        let mut walked = 0;
        for (path, operations) in document::operations() {
            if !operations.iter().any(|o| o.method == "GET") || path.contains("{code}") {
                continue;
            }
            for id in [ticket, order] {
                for who in ["operator", "supervisor", "inspector", "crew", "second_crew"] {
                    let text = town.call(who, "GET", &path.replace("{id}", id)).send().text;
                    assert!(!text.contains(&PHONE[1..]), "GET {path} as {who}: {text}");
                    walked += 1;
                }
            }
        }
        assert!(walked > 100);
    }
}

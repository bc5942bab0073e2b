//! What a person reads: names in the place of ids, and what a registration would make.

use serde_json::{Value, json};

use crate::{
    evidence::{Phone, at_work},
    town::{Town, pothole},
    upload::picture,
};

#[test]
fn orders_and_rounds_name_the_ticket_and_who_holds_them() {
    for town in Town::both() {
        let ticket = town.pothole();
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        crew.applied("work.submit", &order, Some(1), &json!({}));
        for who in ["supervisor", "crew"] {
            let shown = town.get(who, &format!("/v1/work-orders/{}", order.as_str().unwrap()));
            let summary = &shown["ticket"];
            assert_eq!(summary["code"].as_str().unwrap().len(), 10, "{who}");
            assert_eq!(summary["category"]["id"], ticket["category"]);
            assert_eq!((&summary["category"]["name_fa"], &summary["place"]["address"]), (&json!("چاله"), &json!("خیابان ۱۲")), "{shown}");
            assert_eq!(summary["place"]["areas"].as_array().unwrap().len(), 2);
            assert!(!shown["organisation"]["name"].as_str().unwrap().is_empty());
            assert_eq!(shown["assignments"][0]["organisation"], shown["organisation"]);
            let round = &town.get(who, "/v1/rounds?verdict=pending")["items"][0];
            assert_eq!((&round["ticket"], &round["submitted_org"]), (summary, &shown["organisation"]));
            assert_eq!(round["submitted_by"], json!({ "id": town.get("crew", "/v1/me")["id"], "name": "خانم crew" }));
            assert_eq!(town.get(who, "/v1/work-orders?limit=200")["items"].as_array().unwrap().len(), 2);
        }
    }
}

#[test]
fn an_address_in_short_has_no_number_of_a_person() {
    for town in Town::both() {
        let mut body = pothole();
        body["address_text"] = json!("خیابان ۱۲، تلفن ۰۹۱۲۳۴۵۶۷۸۹");
        let made = town.call("operator", "POST", "/v1/tickets").json(&body).send().ok();
        let path = format!("/v1/work-orders/{}", made["work_orders"][0]["id"].as_str().unwrap());
        assert_eq!(town.get("crew", &path)["ticket"]["place"]["address"], "خیابان ۱۲، تلفن •••••••");
        assert_eq!(made["address_text"], body["address_text"], "the office reads it at the ticket");
    }
}

#[test]
fn people_learn_what_they_may_do() {
    for town in Town::both() {
        let may = |who: &str, permission: &str| town.get(who, "/v1/me")["permissions"].as_array().unwrap().contains(&json!(permission));
        assert!(may("supervisor", "round.verify") && may("operator", "call.manage") && may("crew", "work.perform"));
        assert!(!may("operator", "round.verify") && !may("crew", "work.manage"));
    }
}

#[test]
fn names_are_in_the_language_of_the_reader() {
    for town in Town::both() {
        let order = town.pothole()["work_orders"][0].clone();
        let path = format!("/v1/work-orders/{}", order["id"].as_str().unwrap());
        let area = |language: &str| {
            let reply = town.call("operator", "GET", &path).header("accept-language", language).send();
            reply.ok()["ticket"]["place"]["areas"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect::<Vec<_>>()
        };
        let (persian, english) = (area("fa-IR"), area("en"));
        assert_ne!(persian, english);
        let areas = town.get("operator", "/v1/areas")["items"].clone();
        let named = |field: &str, name: &Value| areas.as_array().unwrap().iter().any(|a| &a[field] == name);
        assert!(persian.iter().all(|name| named("name_fa", name)) && english.iter().all(|name| named("name_en", name)), "{areas}");
    }
}

#[test]
fn a_photo_names_its_ticket_to_those_who_see_it() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        let photo = crew.shoot("after", &order, b"bytes");
        let path = format!("/v1/photos/{photo}");
        let seen = |who: &str| town.get(who, &path);
        assert_eq!(seen("crew")["ticket"]["id"], seen("crew")["ticket_id"]);
        assert_eq!(seen("crew")["actor"]["name"], "خانم crew");
        let now = town.get("operator", &format!("/v1/work-orders/{}", order.as_str().unwrap()));
        let reassign = format!("/v1/work-orders/{}/reassign", order.as_str().unwrap());
        let moved = town.call("operator", "POST", &reassign).if_match(now["rev"].as_i64().unwrap());
        moved.json(&json!({ "reason": "جای دیگر" })).send().ok();
        assert_eq!(seen("crew")["ticket"], Value::Null, "the photo is theirs, the ticket another's");
        assert_eq!(seen("supervisor")["ticket"]["id"], seen("crew")["ticket_id"]);
    }
}

#[test]
fn a_likely_duplicate_shows_its_newest_photo_that_can_be_seen() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        let ticket = town.get("operator", &format!("/v1/work-orders/{}", order.as_str().unwrap()))["ticket"]["id"].clone();
        let body = json!({ "category": pothole()["category"], "point": pothole()["point"] });
        let photo = || {
            let found = town.call("operator", "POST", "/v1/tickets/preview").json(&body).send().ok();
            let found = found["duplicates"].as_array().unwrap().iter().find(|d| d["ticket"] == ticket).unwrap().clone();
            found["photo"].clone()
        };
        let bytes = picture(1, 5_000);
        let shot = crew.shoot("before", &order, &bytes);
        assert_eq!(photo(), Value::Null, "its bytes have not come");
        crew.upload(shot, &bytes);
        assert_eq!(photo(), json!(shot));
        crew.applied("photo.remove", &ticket, None, &json!({ "photo": shot }));
        assert_eq!(photo(), Value::Null, "it was removed");
    }
}

#[test]
fn people_of_a_contractor_learn_the_names_of_their_own_only() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        crew.applied("work.submit", &order, Some(1), &json!({}));
        let round = town.get("supervisor", "/v1/rounds?verdict=pending")["items"][0].clone();
        let verify = format!("/v1/rounds/{}/verify", round["id"].as_str().unwrap());
        let verdict = town.call("supervisor", "POST", &verify).if_match(round["rev"].as_i64().unwrap()).json(&json!({})).send().ok();
        assert_eq!(verdict["verdict_by"]["name"], "خانم supervisor");
        let seen = town.get("crew", &format!("/v1/rounds/{}", round["id"].as_str().unwrap()));
        assert_eq!((&seen["submitted_by"]["name"], &seen["verdict_by"]["name"]), (&json!("خانم crew"), &Value::Null));
    }
}

#[test]
fn a_preview_says_what_a_registration_then_makes_and_keeps_nothing() {
    for town in Town::both() {
        let mut body = pothole();
        let phone = body.as_object_mut().unwrap().remove("caller_phone").unwrap();
        let preview = |body: &Value| town.call("operator", "POST", "/v1/tickets/preview").json(body).send();
        let first = preview(&body).ok();
        assert_eq!(first["duplicates"], json!([]));
        assert_eq!(town.get("operator", "/v1/tickets")["items"], json!([]), "nothing is kept");
        body["caller_phone"] = phone;
        let made = town.call("operator", "POST", "/v1/tickets").json(&body).send().ok();
        for (seen, kept) in [("priority", "priority"), ("hazard", "hazard"), ("promise_at", "promise_at"), ("boundary", "boundary")] {
            assert_eq!(first[seen], made[kept], "{seen}");
        }
        let (foreseen, order) = (&first["work_orders"][0], &made["work_orders"][0]);
        for field in ["kind", "organisation", "account", "accept_due", "resolve_due"] {
            assert_eq!(foreseen[field], order[field], "{field}");
        }
        assert_eq!(foreseen["explanation"]["chosen"]["organisation"], order["organisation"]["id"]);
        let again = preview(&json!({ "category": made["category"], "point": made["point"] })).ok();
        assert_eq!((&again["duplicates"][0]["ticket"], &again["duplicates"][0]["photo"]), (&made["id"], &Value::Null), "without a text");
        preview(&json!({ "category": "no.such", "point": made["point"] })).problem("validation");
        preview(&json!({ "category": made["category"], "point": { "lat": 95, "lon": 50 } })).problem("validation");
        body.as_object_mut().unwrap().remove("caller_phone");
        let as_seen_by = |who: &str| town.call(who, "POST", "/v1/tickets/preview").json(&body).send().ok();
        let (own, other) = (as_seen_by("crew"), as_seen_by("second_crew"));
        assert_eq!((&own["place"], own["work_orders"][0].get("explanation")), (&first["place"], None), "for the office only");
        assert_eq!(own["work_orders"][0]["organisation"], order["organisation"], "it is they who would be asked");
        assert_eq!(other["work_orders"][0]["organisation"], Value::Null, "who else would be asked is not theirs to know");
        body["point"] = json!({ "lat": 36.25, "lon": 50.15 });
        town.call("inspector", "POST", "/v1/tickets/preview").json(&body).send().problem("forbidden");
    }
}

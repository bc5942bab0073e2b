//! The office's lists: what is late, in which order, how many there are.

use serde_json::{Value, json};

use crate::{
    evidence::{Phone, at_work},
    town::{Town, pothole},
};

fn ids(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
}

/// Every page of a list, of two rows each.
fn all(town: &Town, path: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = town.get("supervisor", &format!("{path}&limit=2{cursor}"));
        found.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn what_is_due_first_comes_first_and_what_is_late_is_found() {
    for town in Town::both() {
        let tickets: Vec<Value> = (0..5)
            .map(|_| {
                town.app.clock.advance_minutes(2);
                town.pothole()
            })
            .collect();
        let registered: Vec<Value> = tickets.iter().map(|t| t["id"].clone()).collect();
        let reversed: Vec<Value> = registered.iter().rev().cloned().collect();
        assert_eq!(all(&town, "/v1/tickets?sort=due"), registered);
        assert_eq!(all(&town, "/v1/tickets?sort=-due"), reversed);
        assert_eq!(all(&town, "/v1/tickets?sort=age"), reversed);
        assert_eq!(all(&town, "/v1/tickets?sort=-age"), registered);
        let orders: Vec<Value> = tickets.iter().map(|t| t["work_orders"][0]["id"].clone()).collect();
        assert_eq!(all(&town, "/v1/work-orders?sort=due"), orders);
        assert!(all(&town, "/v1/tickets?late=true").is_empty());
        let promised = tickets[2]["promise_at"].as_str().unwrap();
        assert_eq!(all(&town, &format!("/v1/tickets?sort=due&due_before={promised}")), registered[..2]);
        town.app.clock.advance_minutes(60 * 24 * 365);
        let town = town.again(&["supervisor"]);
        assert_eq!(all(&town, "/v1/tickets?sort=due&late=true"), registered);
        let close = format!("/v1/tickets/{}/cancel", registered[0].as_str().unwrap());
        let rev = town.get("supervisor", &format!("/v1/tickets/{}", registered[0].as_str().unwrap()))["rev"].as_i64().unwrap();
        town.call("supervisor", "POST", &close).if_match(rev).json(&json!({ "code": "not_needed" })).send().ok();
        assert_eq!(all(&town, "/v1/tickets?sort=due&late=true"), registered[1..], "a cancelled ticket is not late");
        let page = town.get("supervisor", "/v1/tickets?sort=due&limit=2");
        let cursor = page["next_cursor"].as_str().unwrap();
        let other = town.call("supervisor", "GET", &format!("/v1/tickets?sort=age&cursor={cursor}")).send();
        assert_eq!(other.problem("validation")["errors"][0]["pointer"], "?cursor");
        town.call("supervisor", "GET", "/v1/tickets?sort=rank").send().problem("validation");
    }
}

#[test]
fn lists_are_filtered_by_what_the_office_asks_for_and_counted() {
    for town in Town::both() {
        let (one, two) = (town.pothole(), town.pothole());
        let triage = format!("/v1/tickets/{}/triage", two["id"].as_str().unwrap());
        let urgent = town.call("operator", "POST", &triage).if_match(two["rev"].as_i64().unwrap());
        urgent.json(&json!({ "priority": "urgent" })).send().ok();
        let found = |path: &str| town.get("supervisor", path);
        assert_eq!(ids(&found("/v1/tickets?priority=urgent,high")), [two["id"].clone()]);
        assert_eq!(ids(&found("/v1/work-orders?priority=urgent")), [two["work_orders"][0]["id"].clone()]);
        let holder = one["work_orders"][0]["organisation"]["id"].as_str().unwrap();
        assert_eq!(ids(&found(&format!("/v1/tickets?held_by={holder}"))).len(), 2);
        assert_eq!(ids(&found(&format!("/v1/work-orders?held_by={holder}"))).len(), 2);
        assert!(ids(&found(&format!("/v1/tickets?held_by={}", one["id"].as_str().unwrap()))).is_empty());
        let hazard = one["hazard"].as_str().unwrap();
        let other = if hazard == "low" { "high" } else { "low" };
        for list in ["tickets", "work-orders"] {
            assert_eq!(ids(&found(&format!("/v1/{list}?hazard={hazard}"))).len(), 2, "{list}");
            assert!(ids(&found(&format!("/v1/{list}?hazard={other}"))).is_empty(), "{list}");
        }
        let second = town.get("second_crew", "/v1/me")["grants"][0]["organisation_id"].clone();
        let second = second.as_str().unwrap();
        assert!(ids(&found(&format!("/v1/work-orders?held_by={second}"))).is_empty());
        let counted = found("/v1/tickets?total=true&limit=1");
        assert_eq!((&counted["total"], ids(&counted).len()), (&json!({ "count": 2, "is_exact": true }), 1));
        assert_eq!(found("/v1/tickets?total=true&priority=urgent")["total"]["count"], 1);
        assert_eq!(found("/v1/work-orders?total=true&state=offered")["total"]["count"], 2);
        assert_eq!(found("/v1/tickets")["total"], Value::Null);
        assert_eq!(found("/v1/tickets?total=true&format=geojson")["total"]["count"], 2);
        assert!(ids(&found("/v1/tickets?unassigned=true")).is_empty());
        let mut far = pothole();
        far["point"] = json!({ "lat": 35.0, "lon": 51.0 });
        let nobodys = town.call("operator", "POST", "/v1/tickets").json(&far).send().ok();
        assert_eq!(ids(&found("/v1/tickets?unassigned=true")), [nobodys["id"].clone()]);
        assert!(ids(&found("/v1/work-orders?flag=hold_requested")).is_empty());
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        crew.applied("work.request_hold", &order, Some(1), &json!({ "reason": "باران" }));
        assert_eq!(ids(&found("/v1/work-orders?flag=hold_requested")), [order]);
        for wrong in [
            "tickets?q=a&total=true",
            "tickets?held_by=crew",
            "work-orders?flag=%25",
            "work-orders?priority=x",
            "work-orders?total=true&evidence=pending",
        ] {
            town.call("supervisor", "GET", &format!("/v1/{wrong}")).send().problem("validation");
        }
        town.call("supervisor", "GET", "/v1/organisations?late=true").send().problem("validation");
    }
}

#[test]
fn a_holder_whose_order_one_may_not_see_is_not_found_out() {
    for town in Town::both() {
        let mut body = pothole();
        body.as_object_mut().unwrap().remove("caller_phone");
        let found = town.call("crew", "POST", "/v1/tickets").json(&body).send().ok()["id"].clone();
        let path = format!("/v1/tickets/{}", found.as_str().unwrap());
        let ticket = town.get("supervisor", &path);
        let order = &ticket["work_orders"][0];
        let second = town.get("second_crew", "/v1/me")["grants"][0]["organisation_id"].clone();
        let offer = format!("/v1/work-orders/{}/reassign", order["id"].as_str().unwrap());
        let body = json!({ "organisation": second, "reason": "نزدیک‌تر است" });
        town.call("supervisor", "POST", &offer).if_match(order["rev"].as_i64().unwrap()).json(&body).send().ok();
        let held = format!("/v1/tickets?held_by={}", second.as_str().unwrap());
        assert_eq!(ids(&town.get("supervisor", &held)), std::slice::from_ref(&found));
        assert_eq!(ids(&town.get("second_crew", &held)), std::slice::from_ref(&found));
        assert_eq!(ids(&town.get("crew", "/v1/tickets")), std::slice::from_ref(&found), "they found it");
        assert!(ids(&town.get("crew", &held)).is_empty(), "who holds it is not theirs to know");
    }
}

#[test]
fn a_total_by_due_counts_what_is_listed() {
    for town in Town::both() {
        let (one, _) = (town.pothole(), town.pothole());
        let cancel = format!("/v1/tickets/{}/cancel", one["id"].as_str().unwrap());
        town.call("supervisor", "POST", &cancel).if_match(one["rev"].as_i64().unwrap()).json(&json!({ "code": "not_needed" })).send().ok();
        for (list, sort, count) in [("tickets", "age", 2), ("tickets", "due", 1), ("work-orders", "-age", 2), ("work-orders", "-due", 1)] {
            let page = town.get("supervisor", &format!("/v1/{list}?total=true&sort={sort}"));
            assert_eq!((&page["total"]["count"], ids(&page).len()), (&json!(count), count), "{list} by {sort}");
        }
    }
}

//! The office's commands over HTTP.

use serde_json::{Value, json};

use crate::town::{PHONE, Town};

fn path(kind: &str, thing: &Value, verb: &str) -> String {
    format!("/v1/{kind}/{}/{verb}", thing["id"].as_str().unwrap())
}

fn rev(thing: &Value) -> i64 {
    thing["rev"].as_i64().unwrap()
}

#[test]
fn an_order_is_reassigned_on_the_revision_that_was_read() {
    for town in Town::both() {
        let order = town.pothole()["work_orders"][0].clone();
        let to = path("work-orders", &order, "reassign");
        let body = json!({ "reason": "پاسخ نمی‌دهد" });
        town.call("operator", "POST", &to).json(&body).send().problem("precondition_required");
        town.call("operator", "POST", &to).if_match(99).json(&body).send().problem("precondition_failed");
        town.call("crew", "POST", &to).if_match(1).json(&body).send().problem("forbidden");
        let moved = town.call("operator", "POST", &to).if_match(rev(&order)).json(&body).send();
        let body = moved.ok();
        assert_eq!((body["epoch"].as_i64(), body["state"].as_str()), (Some(2), Some("offered")));
        assert_ne!(body["organisation"], order["organisation"]);
        assert_eq!(moved.header("etag"), format!("\"{}\"", rev(&body)));
        let refused = town.call("supervisor", "POST", &path("work-orders", &order, "close")).if_match(rev(&body)).send();
        assert_eq!(refused.problem("invalid_transition")["from"], "offered");
        let detail = town.get("operator", &format!("/v1/work-orders/{}", order["id"].as_str().unwrap()));
        assert_eq!(detail["assignments"][0]["answer"], "withdrawn");
        let offered = town.get("operator", "/v1/work-orders?state=offered&kind=repair&area=area71&limit=1");
        assert_eq!(offered["items"][0]["id"], order["id"]);
        assert_eq!(town.get("crew", "/v1/work-orders")["items"], json!([]));
        assert_eq!(town.get("second_crew", "/v1/work-orders")["items"].as_array().unwrap().len(), 1);
        let cancel = town.call("operator", "POST", &path("work-orders", &order, "cancel")).if_match(rev(&body));
        let cancelled = cancel.json(&json!({ "code": "not_needed" })).send().ok();
        assert_eq!((cancelled["state"].as_str(), cancelled["reason"].as_str()), (Some("cancelled"), Some("not_needed")));
    }
}

#[test]
fn a_ticket_is_decided_about() {
    for town in Town::both() {
        let (one, two) = (town.pothole(), town.pothole());
        assert_eq!(two["duplicates"][0]["ticket"], one["id"]);
        assert_eq!(two["duplicates"][0]["likeness"], "likely");
        let act = |ticket: &Value, verb: &str, body: &Value| {
            let now = town.get("operator", &format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()));
            town.call("operator", "POST", &path("tickets", ticket, verb)).if_match(rev(&now)).json(body).send()
        };
        assert_eq!(act(&two, "triage", &json!({ "priority": "urgent" })).ok()["priority"], "urgent");
        assert_eq!(act(&two, "merge", &json!({ "into": one["id"] })).ok()["status"], "duplicate");
        assert_eq!(act(&two, "merge", &json!({ "into": one["id"] })).problem("invalid_transition")["from"], "duplicate");
        assert_eq!(act(&two, "reopen", &json!({ "reason": "دو چیز" })).ok()["status"], "triaged");
        let window = json!({ "reason": "بودجه", "planned_from": "2027-01-01T00:00:00Z", "planned_to": "2027-02-01T00:00:00Z" });
        assert_eq!(act(&two, "defer", &window).ok()["promise_at"], "2027-02-01T00:00:00.000000Z");
        assert_eq!(act(&one, "reject", &json!({ "code": "Not Ours" })).problem("validation")["errors"][0]["pointer"], "/code");
        assert_eq!(act(&one, "reject", &json!({ "code": "not_ours" })).ok()["status"], "rejected");
    }
}

#[test]
fn a_call_is_recorded_found_and_revealed() {
    for town in Town::both() {
        let ticket = town.pothole();
        let calls = town.get("operator", &format!("/v1/calls?ticket={}", ticket["id"].as_str().unwrap()));
        assert_eq!(calls["items"][0]["has_phone"], true);
        let found = town.call("operator", "POST", "/v1/calls/find").json(&json!({ "phone": PHONE })).send().ok();
        assert_eq!(found["items"][0]["id"], calls["items"][0]["id"]);
        let reveal = path("calls", &calls["items"][0], "reveal");
        let body = json!({ "reason": "تماس دوباره" });
        assert_eq!(town.call("operator", "POST", &reveal).json(&body).send().ok()["phone"], PHONE);
        town.call("supervisor", "POST", &reveal).json(&body).send().problem("forbidden");
        let recorded = town.call("operator", "POST", "/v1/calls").json(&json!({ "outcome": "not_municipal" })).send();
        assert_eq!(recorded.status, 201);
        assert_eq!(town.get("operator", "/v1/calls")["items"].as_array().unwrap().len(), 2);
    }
}

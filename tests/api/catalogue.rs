//! Organisations, categories and areas over HTTP, and what creates with an idempotency key.

use bazdid_domain::{account::Role, organisation::OrganisationKind};
use serde_json::{Value, json};

use crate::app::{Reply, TestApp};

fn organisation(code: &str) -> Value {
    json!({ "code": code, "kind": "contractor", "name_fa": "پیمانکار", "name_en": "Contractor" })
}

#[test]
fn what_creates_is_done_once_for_each_key() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        app.person("second", Role::Admin, None, &[]);
        let (admin, second) = (app.token("admin"), app.token("second"));
        let create = |token: &str, key: &str, body: &Value| -> Reply {
            app.call("POST", "/v1/organisations").token(token).header("Idempotency-Key", key).json(body).send()
        };
        let first = create(&admin, "k1", &organisation("c1"));
        let again = create(&admin, "k1", &organisation("c1"));
        assert_eq!((first.status, &first.text, first.header("etag")), (201, &again.text, again.header("etag")));
        create(&admin, "k1", &organisation("c2")).problem("idempotency_mismatch");
        // A key is its person's own; and what failed may be tried again.
        create(&second, "k1", &organisation("c1")).problem("validation");
        assert_eq!(create(&second, "k1", &organisation("c2")).status, 201);
        create(&admin, &"k".repeat(201), &organisation("c3")).problem("malformed");
        let list = app.call("GET", "/v1/organisations?kind=contractor").token(&admin).send().ok();
        assert_eq!(list["items"].as_array().unwrap().len(), 2);

        let at_once: Vec<Value> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| create(&admin, "k2", &organisation("c4")).ok())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(at_once.iter().all(|body| body["id"] == at_once[0]["id"]), "{at_once:?}");
    }
}

#[test]
fn an_organisation_changes_by_revision_and_keeps_its_code() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        let admin = app.token("admin");
        let made = app.call("POST", "/v1/organisations").token(&admin).json(&organisation("c1")).send().ok();
        let path = format!("/v1/organisations/{}", made["id"].as_str().unwrap());
        let put = |rev: i64, body: Value| app.call("PUT", &path).token(&admin).if_match(rev).json(&body).send();
        let changed = put(1, json!({ "code": "c1", "kind": "contractor", "name_fa": "نو", "name_en": "New" })).ok();
        assert_eq!((&changed["rev"], &changed["name_en"]), (&json!(2), &json!("New")));
        put(1, organisation("c1")).problem("precondition_failed");
        assert_eq!(put(2, organisation("c9")).problem("validation")["errors"][0]["pointer"], "/code");
        let read = app.call("GET", &path).token(&admin).send();
        assert_eq!((read.header("etag"), read.json()), ("\"2\"", changed));
    }
}

#[test]
fn a_category_is_made_and_read() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        let admin = app.token("admin");
        let mut body = json!({
            "code": "roads", "name_fa": "معابر", "name_en": "Roads", "hazard": "low", "default_priority": "normal",
            "needs_inspection": false, "accept_minutes": 60, "resolve_minutes": 600, "evidence_radius_m": 50.0,
            "evidence": { "photos": [] },
        });
        let create = |body: &Value| app.call("POST", "/v1/categories").token(&admin).json(body).send();
        let group = create(&body).ok();
        body["code"] = json!("roads.pothole");
        body["parent_id"] = group["id"].clone();
        body["evidence"] = json!({ "photos": [{ "kind": "before", "min": 1 }, { "kind": "after", "min": 1 }], "stored": true });
        let made = create(&body).ok();
        assert_eq!(made["evidence"], body["evidence"]);
        let list = app.call("GET", "/v1/categories").token(&admin).send().ok();
        assert_eq!(list["items"], json!([group, made]));
        let path = format!("/v1/categories/{}", made["id"].as_str().unwrap());
        let put = |rev: i64, body: &Value| app.call("PUT", &path).token(&admin).if_match(rev).json(body).send();
        body["evidence_thresholds"] = json!({ "similar_bits": 13, "speed_kmh": 0, "exif_time_s": 600 });
        let faults = put(1, &body).problem("validation")["errors"].clone();
        let pointers: Vec<_> = faults.as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/evidence_thresholds/similar_bits", "/evidence_thresholds/speed_kmh"]);
        body["evidence_thresholds"] = json!({ "fog_m": 1 });
        put(1, &body).problem("validation");
        body["evidence_thresholds"] = json!({ "speed_kmh": 90.0, "exif_time_s": 600 });
        assert_eq!(put(1, &body).ok()["evidence_thresholds"], body["evidence_thresholds"]);
        // Who takes the photos is not told how far they may go.
        app.person("manager", Role::ContractorManager, Some(app.organisation("c7", OrganisationKind::Contractor)), &[]);
        let (manager, auditor) = (app.token("manager"), {
            app.person("auditor", Role::Auditor, None, &[]);
            app.token("auditor")
        });
        let seen = |token: &str, path: &str| app.call("GET", path).token(token).send().ok();
        assert_eq!(seen(&auditor, &path)["evidence_thresholds"], body["evidence_thresholds"]);
        assert_eq!(seen(&manager, &path)["evidence_thresholds"], json!({}));
        assert!(seen(&manager, "/v1/categories")["items"].as_array().unwrap().iter().all(|c| c["evidence_thresholds"] == json!({})));
        body["hazard"] = json!("deadly");
        assert_eq!(create(&body).problem("validation")["errors"][0]["pointer"], "/hazard");
    }
}

#[test]
fn a_point_without_areas_lies_outside_everything() {
    let app = TestApp::with(|_| {});
    app.person("crew", Role::Crew, None, &[]);
    let crew = app.token("crew");
    let locate = |query: &str| app.call("GET", &format!("/v1/areas/locate?{query}")).token(&crew).send();
    let answer = locate("lat=36.27&lon=50.0&accuracy_m=8").ok();
    assert_eq!((&answer["areas"], &answer["leaf_areas"]), (&json!([]), &json!([])));
    assert_eq!(locate("lat=136.27&lon=50.0").problem("validation")["errors"][0]["pointer"], "?lat");
    locate("lat=36.27").problem("validation");
}

#[test]
fn a_contract_is_written_activated_and_ended() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        let admin = app.token("admin");
        let contractor = app.call("POST", "/v1/organisations").token(&admin).json(&organisation("c1")).send().ok();
        let body = json!({
            "number": "1405/17", "organisation_id": contractor["id"], "valid_from": "2026-01-01T00:00:00+03:30",
            "valid_to": "2028-01-01T00:00:00+03:30", "daily_capacity": 40,
        });
        let made = app.call("POST", "/v1/contracts").token(&admin).json(&body).send().ok();
        assert_eq!((&made["status"], &made["valid_from"]), (&json!("draft"), &json!("2025-12-31T20:30:00.000000Z")));
        let command = |verb: &str, rev: i64| {
            let path = format!("/v1/contracts/{}/{verb}", made["id"].as_str().unwrap());
            app.call("POST", &path).token(&admin).if_match(rev).send()
        };
        assert_eq!(command("activate", 1).ok()["status"], "active");
        command("suspend", 1).problem("precondition_failed");
        assert_eq!(command("end", 2).ok()["status"], "ended");
        command("activate", 3).problem("invalid_transition");

        let id: bazdid_protocol::ids::OrganisationId = contractor["id"].as_str().unwrap().parse().unwrap();
        app.person("manager", Role::ContractorManager, Some(id), &[]);
        app.person("stranger", Role::ContractorManager, Some(app.organisation("c2", OrganisationKind::Contractor)), &[]);
        let seen = |login: &str| {
            let list = app.call("GET", "/v1/contracts").token(&app.token(login)).send().ok();
            list["items"].as_array().unwrap().len()
        };
        assert_eq!((seen("manager"), seen("stranger")), (1, 0));
        let report = app.call("GET", "/v1/contracts/report?days=10").token(&admin).send().ok();
        assert_eq!(report, json!({ "gaps": [], "overlaps": [], "ending": [] }));
    }
}

#[test]
fn a_device_is_registered_once_and_taken_out_of_service() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        app.person("crew", Role::Crew, None, &[]);
        let (admin, crew) = (app.token("admin"), app.token("crew"));
        let new =
            json!({ "nonce": "0123456789abcdef", "name": "Phone", "platform": "android", "app_version": "1.2.0", "model": "ignored" });
        let register = || app.call("POST", "/v1/sync/devices").token(&crew).json(&new).send().ok();
        let device = register();
        assert_eq!(register(), device);
        let mine = app.call("GET", "/v1/sync/devices").token(&crew).send().ok();
        assert_eq!((mine["items"].as_array().unwrap().len(), &mine["items"][0]["id"]), (1, &device["id"]));
        let revoke = || app.call("POST", &format!("/v1/devices/{}/revoke", device["id"].as_str().unwrap())).token(&admin).send();
        assert!(revoke().ok()["revoked_at"].is_string());
        revoke().problem("invalid_transition");
        assert_eq!(app.call("GET", "/v1/devices?limit=1").token(&admin).send().ok()["items"].as_array().unwrap().len(), 1);
    }
}

//! Organisations, categories and areas over HTTP, and what creates with an idempotency key.

use bazdid::domain::account::Role;
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
        body["evidence"] = json!({ "photos": [{ "kind": "before", "min": 1 }, { "kind": "after", "min": 1 }] });
        let made = create(&body).ok();
        assert_eq!(made["evidence"], body["evidence"]);
        let list = app.call("GET", "/v1/categories").token(&admin).send().ok();
        assert_eq!(list["items"], json!([group, made]));
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

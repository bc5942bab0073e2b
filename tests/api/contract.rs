//! Contracts and coverages over HTTP.

use bazdid_domain::{account::Role, organisation::OrganisationKind};
use serde_json::{Value, json};

use crate::app::TestApp;

/// An area and a category to cover.
fn place(app: &TestApp, admin: &str) -> (Value, Value) {
    let category = json!({
        "code": "roads", "name_fa": "معابر", "name_en": "Roads", "hazard": "low", "default_priority": "normal",
        "evidence": { "photos": [] }, "needs_inspection": false, "accept_minutes": 60, "resolve_minutes": 600, "evidence_radius_m": 30.0,
    });
    let category = app.call("POST", "/v1/categories").token(admin).json(&category).send().ok();
    let id = bazdid_protocol::ids::Id::new(uuid::Uuid::from_u128(77));
    let area = bazdid_domain::area::Area {
        id,
        rev: 1,
        code: "q1".into(),
        kind: bazdid_domain::area::AreaKind::District,
        parent_id: None,
        name_fa: "ناحیه".into(),
        name_en: "District".into(),
        updated_at: crate::app::START,
    };
    app.db.db().write_blocking(move |tx| bazdid_store::area::save_areas(tx, std::slice::from_ref(&area))).unwrap();
    (json!(id), category["id"].clone())
}

#[test]
fn a_contract_is_written_with_its_coverages_and_put_in_force() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        let admin = app.token("admin");
        let (area, category) = place(&app, &admin);
        let org = app.organisation("pars", OrganisationKind::Contractor);
        let body = |number: &str| {
            json!({
                "number": number, "organisation_id": org, "valid_from": "2020-01-01T00:00:00Z", "valid_to": "2030-01-01T00:00:00+03:30",
            })
        };
        let create = |body: &Value| app.call("POST", "/v1/contracts").token(&admin).json(body).send();
        let cover = |contract: &Value, rank: i64| {
            let body = json!({
                "contract_id": contract["id"], "area_id": area, "category_id": category, "rank": rank, "descent": "with_descendants",
                "valid_from": contract["valid_from"],
            });
            app.call("POST", "/v1/coverages").token(&admin).json(&body).send()
        };
        let made = create(&body("17")).ok();
        assert_eq!(cover(&made, 0).problem("validation")["errors"][0]["pointer"], "/rank");
        assert_eq!((&made["status"], &cover(&made, 1).ok()["rank"]), (&json!("draft"), &json!(1)));

        let path = format!("/v1/contracts/{}", made["id"].as_str().unwrap());
        let report = || app.call("GET", "/v1/contracts/report").token(&admin).send().ok();
        assert_eq!(report()["gaps"].as_array().unwrap().len(), 1);
        app.call("POST", &format!("{path}/activate")).token(&admin).send().problem("precondition_required");
        let active = app.call("POST", &format!("{path}/activate")).token(&admin).if_match(1).send();
        assert_eq!((active.ok()["status"].clone(), active.header("etag")), (json!("active"), "\"2\""));
        assert_eq!(report()["gaps"], json!([]));
        app.call("POST", &format!("{path}/activate")).token(&admin).if_match(2).send().problem("invalid_transition");
        app.call("GET", "/v1/contracts/report?days=x").token(&admin).send().problem("validation");

        let second = create(&body("18")).ok();
        cover(&second, 1).ok();
        let path = format!("/v1/contracts/{}", second["id"].as_str().unwrap());
        app.call("POST", &format!("{path}/activate")).token(&admin).if_match(1).send().ok();
        assert_eq!(report()["overlaps"][0]["coverages"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn contractor_people_see_their_own_contracts_and_change_none() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        let admin = app.token("admin");
        let (area, category) = place(&app, &admin);
        let (org, other) = (app.organisation("pars", OrganisationKind::Contractor), app.organisation("rah", OrganisationKind::Contractor));
        app.person("manager", Role::ContractorManager, Some(org), &[]);
        app.person("rival", Role::ContractorManager, Some(other), &[]);
        let body =
            json!({ "number": "17", "organisation_id": org, "valid_from": "2020-01-01T00:00:00Z", "valid_to": "2030-01-01T00:00:00Z" });
        let made = app.call("POST", "/v1/contracts").token(&admin).json(&body).send().ok();
        let coverage =
            json!({ "contract_id": made["id"], "area_id": area, "category_id": category, "rank": 1, "valid_from": "2020-01-01T00:00:00Z" });
        let covered = app.call("POST", "/v1/coverages").token(&admin).json(&coverage).send().ok();
        let coverage_path = format!("/v1/coverages/{}", covered["id"].as_str().unwrap());
        let mut second = coverage.clone();
        second["rank"] = json!(2);
        let changed = app.call("PUT", &coverage_path).token(&admin).if_match(1).json(&second).send().ok();
        assert_eq!((&changed["rank"], &changed["rev"]), (&json!(2), &json!(2)));

        let path = format!("/v1/contracts/{}", made["id"].as_str().unwrap());
        for (login, seen) in [("manager", 1), ("rival", 0)] {
            let token = app.token(login);
            for list in ["/v1/contracts", "/v1/coverages"] {
                assert_eq!(app.call("GET", list).token(&token).send().ok()["items"].as_array().unwrap().len(), seen, "{login} {list}");
            }
            for one in [&path, &coverage_path] {
                let reply = app.call("GET", one).token(&token).send();
                if seen == 1 { drop(reply.ok()) } else { drop(reply.problem("not_found")) }
            }
            app.call("POST", "/v1/contracts").token(&token).json(&body).send().problem("forbidden");
        }
    }
}

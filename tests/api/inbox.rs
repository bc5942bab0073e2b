//! The inbox: what waits, who looks after it, and what may be done about it.

use serde_json::{Value, json};

use crate::town::Town;

fn items(town: &Town, who: &str, query: &str) -> Vec<Value> {
    town.get(who, &format!("/v1/inbox{query}"))["items"].as_array().unwrap().clone()
}

fn kinds(items: &[Value]) -> Vec<&str> {
    items.iter().map(|i| i["kind"].as_str().unwrap()).collect()
}

/// Two orders that nobody is left to do, of tickets whose promise is over.
fn neglected() -> Vec<Town> {
    let neglect = |town: Town| {
        let codes = [0, 1].map(|_| {
            town.app.clock.advance_minutes(1);
            town.pothole()["code"].clone()
        });
        for _ in 0..3 {
            town.app.clock.advance_minutes(60 * 24 * 20);
            town.app.tick();
        }
        let town = town.again(&["operator", "supervisor", "crew"]);
        let found = items(&town, "operator", "");
        assert_eq!(kinds(&found), ["draft", "draft", "overdue", "overdue"]);
        assert_eq!([&found[0]["ticket"]["code"], &found[1]["ticket"]["code"]], [&codes[0], &codes[1]], "what waits longest comes first");
        town
    };
    Town::both().into_iter().map(neglect).collect()
}

#[test]
fn what_waits_is_one_list_with_what_may_be_done_about_it() {
    for town in neglected() {
        let all = town.get("operator", "/v1/inbox");
        let found = all["items"].as_array().unwrap();
        let count = |kind: &str| all["counts"].as_array().unwrap().iter().find(|c| c["kind"] == kind).unwrap().clone();
        assert_eq!(count("draft"), json!({ "kind": "draft", "count": 2, "is_exact": true }));
        assert_eq!((count("overdue")["count"].as_i64(), count("round")["count"].as_i64()), (Some(2), Some(0)));
        let (draft, late) = (&found[0], &found[2]);
        let order = &draft["subject"]["value"];
        assert_eq!((&draft["subject"]["type"], &order["state"]), (&json!("work_order"), &json!("draft")));
        assert!(order["explanation"]["considered"].as_array().is_some_and(|c| !c.is_empty()), "why nobody has it: {order}");
        assert_eq!((&late["subject"]["type"], &late["since"]), (&json!("ticket"), &late["due_at"]));

        // Page by page it is the same list, also of one kind.
        let mut cursor = String::new();
        let mut paged = Vec::new();
        loop {
            let page = town.get("operator", &format!("/v1/inbox?limit=1{cursor}"));
            paged.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(&paged, found);
        assert_eq!(items(&town, "operator", "?kind=overdue"), found[2..]);
        let wrong = town.call("operator", "GET", "/v1/inbox?kind=late").send().problem("validation");
        assert_eq!(wrong["errors"][0]["pointer"], "?kind");

        // What may be done is what is done, on the revision that was read; then it waits no more.
        let names = |item: &Value| item["actions"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect::<Vec<_>>();
        assert_eq!((names(draft), names(late)), (vec![json!("offer"), json!("cancel")], vec![json!("defer")]));
        let cancel = &draft["actions"][1];
        let rev = cancel["if_match"].as_str().unwrap().trim_matches('"').parse().unwrap();
        town.call("operator", "POST", cancel["href"].as_str().unwrap()).if_match(rev).json(&json!({ "code": "not_needed" })).send().ok();
        let left = items(&town, "operator", "?kind=draft");
        assert_eq!(left.iter().map(|i| &i["id"]).collect::<Vec<_>>(), [&found[1]["id"]]);
        town.call("crew", "GET", "/v1/inbox").send().problem("forbidden");
    }
}

#[test]
fn somebody_looks_after_an_item_until_they_release_it_or_half_an_hour_is_over() {
    for town in neglected() {
        let id = items(&town, "operator", "?kind=draft")[0]["id"].as_str().unwrap().to_owned();
        let owner = |town: &Town, who: &str| items(town, who, "?kind=draft")[0]["owner"].clone();
        let ask = |who: &str, verb: &str| town.call(who, "POST", &format!("/v1/inbox/{id}/{verb}")).json(&json!({})).send();
        assert_eq!(owner(&town, "supervisor"), Value::Null);
        let mine = ask("operator", "claim").ok();
        assert_eq!(owner(&town, "supervisor"), mine);
        let taken = ask("supervisor", "claim").problem("conflict");
        assert_eq!((&taken["owner"], &taken["until"]), (&mine["person"]["id"], &mine["until"]));
        assert_eq!(ask("supervisor", "release").status, 204, "it is not theirs, so there is nothing to give up");
        assert_eq!(owner(&town, "operator"), mine);
        town.app.clock.advance_minutes(10);
        assert!(ask("operator", "claim").ok()["until"].as_str() > mine["until"].as_str(), "claimed again it lasts longer");
        assert_eq!(ask("operator", "release").status, 204);
        let theirs = ask("supervisor", "claim").ok();
        assert_eq!(owner(&town, "operator")["person"], theirs["person"]);

        town.app.clock.advance_minutes(30);
        let town = town.again(&["operator", "supervisor", "crew"]);
        assert_eq!(owner(&town, "operator"), Value::Null, "a claim ends by itself");
        assert_eq!(town.app.tick().forgotten_claims, 1);
        let gone = |path: &str| town.call("operator", "POST", path).json(&json!({})).send().problem("not_found");
        gone("/v1/inbox/draft-0192f000-0000-7000-8000-000000000001/claim");
        gone(&format!("/v1/inbox/{}/claim", id.replace("draft", "failed_visit")));
        gone("/v1/inbox/nothing/claim");
        town.call("crew", "POST", &format!("/v1/inbox/{id}/claim")).json(&json!({})).send().problem("forbidden");
    }
}

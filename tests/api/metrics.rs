//! The figures: who may read them, and that they count what happened.

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use bazdid_server::config::Secret;
use serde_json::json;
use uuid::Uuid;

use crate::{app::TestApp, town::Town};

const TOKEN: &str = "a token of the scraper";

/// The sum of a figure's series that have all these labels.
fn value(text: &str, name: &str, labels: &[&str]) -> f64 {
    let ours = |line: &&str| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['{', ' '])) && labels.iter().all(|label| line.contains(label))
    };
    text.lines().filter(ours).map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum()
}

#[test]
fn without_a_token_this_machine_may_ask_but_nothing_that_a_proxy_passes_on() {
    let app = TestApp::with(|_| {});
    let reply = app.get("/metrics");
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-type").starts_with("text/plain; version=0.0.4"), "{}", reply.header("content-type"));
    for header in ["X-Forwarded-For", "Forwarded", "Via"] {
        app.call("GET", "/metrics").header(header, "127.0.0.1").send().problem("unauthenticated");
    }
}

#[test]
fn with_a_token_nothing_else_opens_them() {
    let token = TOKEN.replace(' ', "-");
    let app = TestApp::with(|config| config.telemetry.metrics_token = Secret::new(&token));
    app.person("admin", Role::Admin, None, &[]);
    app.get("/metrics").problem("unauthenticated");
    for wrong in ["nonsense".to_owned(), token[1..].to_owned(), app.token("admin")] {
        app.call("GET", "/metrics").token(&wrong).send().problem("unauthenticated");
    }
    assert_eq!(app.call("GET", "/metrics").token(&token).header("X-Forwarded-For", "192.0.2.7").send().status, 200);
}

#[test]
fn they_count_what_happened() {
    for town in Town::both() {
        let figures = || town.app.get("/metrics").text;
        let before = figures();
        let ticket = town.pothole()["id"].clone();
        let body = json!({ "nonce": "nonce of metrics", "name": "x", "platform": "android", "app_version": "1.0" });
        let device = town.call("inspector", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
        let note = |seq: u128, cmd: &str| {
            json!({ "seq": seq, "id": Uuid::from_u128(seq), "cmd": cmd, "entity": ticket, "at": town.app.clock.now(),
                    "args": { "note": Uuid::from_u128(seq + 1000), "text": "x" } })
        };
        let mutations = [note(1, "note.add"), note(2, "note.add"), note(3, "nonsense.do")];
        let push = json!({ "device": device, "sent_at": town.app.clock.now(), "pending": 10, "mutations": mutations });
        town.call("inspector", "POST", "/v1/sync/push").json(&push).send().ok();
        assert_eq!(town.app.get("/nonsense").status, 404);
        let after = figures();
        // Other servers of this process count into the same figures, so they grow at least by this.
        let grew = |name: &str, labels: &[&str]| value(&after, name, labels) - value(&before, name, labels);
        let push = r#"route="/v1/sync/push""#;
        assert!(grew("bazdid_http_requests_total", &[push, r#"method="POST""#, r#"status="200""#]) >= 1.0, "{after}");
        assert!(grew("bazdid_http_request_duration_seconds_count", &[push]) >= 1.0);
        assert!(grew("bazdid_http_requests_total", &[r#"status="404""#]) >= 1.0);
        assert!(!after.contains("nonsense"), "a path that nobody serves makes no series");
        assert!(grew("bazdid_sync_push_results_total", &[r#"status="applied""#]) >= 2.0);
        assert!(grew("bazdid_sync_push_results_total", &[r#"status="rejected""#]) >= 1.0);
        assert!(grew("bazdid_store_statements_total", &[]) >= 20.0);
        for kind in [r#"kind="read""#, r#"kind="write""#] {
            assert!(grew("bazdid_store_wait_seconds_count", &[kind]) >= 1.0, "{kind}");
        }
        // These are sums over this town's database, read with the figures themselves.
        let sums = town.app.db.db().read_blocking(bazdid_store::totals::totals).unwrap();
        assert!(sums.channels > 0 && sums.heads >= sums.rows && sums.rows > 0, "{sums:?}");
        assert_eq!((sums.devices, sums.pending), (1, 7), "ten waited, three were answered");
        for name in ["bazdid_feed_channels", "bazdid_feed_rows", "bazdid_devices_pending_mutations", "bazdid_sync_turned_away_total"] {
            assert!(after.contains(&format!("\n{name} ")), "{name} is not told: {after}");
        }
    }
}

//! Waking over HTTP: the long poll, the stream, and a server that stops.

use std::io::{BufRead as _, BufReader};

use serde_json::{Value, json};

use crate::town::Town;

/// A registered device that has pulled everything: its id and its cursor.
fn level(town: &Town, who: &str) -> (String, String) {
    let body = json!({ "nonce": format!("phone of {who}"), "name": "phone", "platform": "android", "app_version": "1.0.0" });
    let device = town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].as_str().unwrap().to_owned();
    let mut cursor = Value::Null;
    loop {
        let page = town.call(who, "POST", "/v1/sync/pull").json(&json!({ "device": device, "cursor": cursor })).send().ok();
        cursor = page["cursor"].clone();
        if page["complete"] == true {
            return (device, cursor.as_str().unwrap().to_owned());
        }
    }
}

fn path(what: &str, (device, cursor): &(String, String), rest: &str) -> String {
    format!("/v1/sync/{what}?device={device}&cursor={cursor}{rest}")
}

#[test]
fn a_wait_ends_with_a_change_or_with_its_time() {
    for town in Town::both() {
        let at = level(&town, "inspector");
        let wait = |seconds: u64| town.get("inspector", &path("wait", &at, &format!("&timeout_s={seconds}")));
        assert_eq!(wait(0), json!({ "changed": false }));
        assert_eq!(wait(1), json!({ "changed": false }));
        std::thread::scope(|scope| {
            let waits: Vec<_> = (0..2).map(|_| scope.spawn(|| wait(55))).collect();
            while town.app.waiting() < 2 {
                std::thread::yield_now();
            }
            town.pothole();
            for wait in waits {
                assert_eq!(wait.join().unwrap(), json!({ "changed": true }));
            }
        });
        assert_eq!(wait(55), json!({ "changed": true }), "at once, as there is something already");
        assert_eq!(town.get("inspector", &format!("/v1/sync/wait?device={}", at.0)), json!({ "changed": true }));
        let forged = town.call("crew", "GET", &path("wait", &at, "")).send();
        forged.problem("forbidden");
        let odd = town.call("inspector", "GET", &path("wait", &at, "&timeout_s=-1")).send();
        assert_eq!(odd.problem("validation")["errors"][0]["pointer"], "?timeout_s");
    }
}

#[test]
fn a_stream_tells_of_changes_and_carries_nothing_else() {
    for town in Town::both() {
        let at = level(&town, "inspector");
        let mut lines =
            BufReader::new(town.call("inspector", "GET", &path("events", &at, "")).header("Accept-Encoding", "gzip").open()).lines();
        let mut next = || lines.find_map(|line| line.ok().filter(|l| !l.is_empty() && !l.starts_with(':'))).unwrap();
        assert_eq!(next(), "retry: 5000");
        for _ in 0..2 {
            while town.app.waiting() == 0 {
                std::thread::yield_now();
            }
            town.pothole();
            assert_eq!((next(), next()), ("event: changed".to_owned(), "data: {}".to_owned()));
        }
        // Who is behind hears it at once.
        let mut late = BufReader::new(town.call("inspector", "GET", &path("events", &at, "")).open()).lines();
        let first: Vec<String> = late.by_ref().map_while(Result::ok).filter(|l| !l.is_empty()).take(3).collect();
        assert_eq!(first, ["retry: 5000", "event: changed", "data: {}"]);
    }
}

#[test]
fn a_server_that_stops_answers_those_who_wait() {
    for mut town in Town::both() {
        let at = level(&town, "inspector");
        let wait = town.call("inspector", "GET", &path("wait", &at, "")).detached();
        let stream = town.call("inspector", "GET", &path("events", &at, "")).open();
        let waiting = std::thread::spawn(wait);
        while town.app.waiting() < 2 {
            std::thread::yield_now();
        }
        town.app.stop();
        assert_eq!(waiting.join().unwrap().ok(), json!({ "changed": false }));
        let rest: Vec<String> = BufReader::new(stream).lines().map_while(Result::ok).filter(|l| !l.is_empty()).collect();
        assert_eq!(rest, ["retry: 5000"], "the stream has come to its end");
    }
}

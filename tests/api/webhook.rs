//! Webhooks: administration, and delivery to a real receiver that fails, hangs, breaks off and repeats.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bazdid_clock::{Clock as _, SystemClock};
use bazdid_domain::account::Role;
use bazdid_server::worker::webhooks::Delivered;
use serde_json::{Value, json};

use crate::{app::TestApp, town::Town};

/// What the receiver does with a request.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Answers with a status.
    Status(u16),
    /// Answers with a status and a header.
    Header(u16, String),
    /// Takes the request and never answers.
    Hang,
    /// Takes the request and closes the connection.
    Disconnect,
    /// Answers 200 and a body that does not end.
    Flood,
    /// Answers 200 with headers that do not end.
    Headers,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim()).next().unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether a secret signed it.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let mut text = format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp")).into_bytes();
        text.extend(&self.body);
        self.header("webhook-signature").split(' ').any(|signature| {
            let bytes = BASE64_STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
            hmac::verify(&key, &text, &bytes).is_ok()
        })
    }
}

/// A receiver on a loopback port.
pub struct Receiver {
    pub url: String,
    plan: Arc<Mutex<VecDeque<Behaviour>>>,
    seen: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (plan, seen) = (Arc::<Mutex<VecDeque<_>>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let (plans, sees) = (Arc::clone(&plan), Arc::clone(&seen));
        thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                sees.lock().unwrap().push(request);
                let behaviour = plans.lock().unwrap().pop_front().unwrap_or(Behaviour::Status(204));
                // Whoever has enough of us goes.
                match behaviour {
                    Behaviour::Status(status) => {
                        drop(write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"))
                    }
                    Behaviour::Header(status, header) => {
                        drop(write!(stream, "HTTP/1.1 {status} x\r\n{header}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
                    }
                    Behaviour::Hang => hanging.push(stream),
                    Behaviour::Disconnect => {}
                    Behaviour::Flood => {
                        drop(write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"));
                        while stream.write_all(&[b'x'; 4096]).is_ok() {}
                    }
                    Behaviour::Headers => {
                        drop(write!(stream, "HTTP/1.1 200 OK\r\n"));
                        while stream.write_all(b"x-more: of this\r\n").is_ok() {}
                    }
                }
            }
        });
        Self { url, plan, seen }
    }

    pub fn plan(&self, behaviours: &[Behaviour]) {
        self.plan.lock().unwrap().extend(behaviours.iter().cloned());
    }

    /// What has arrived since it was last asked.
    pub fn seen(&self) -> Vec<Received> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

fn read(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let received = Received { head, body: Vec::new() };
    let mut body = vec![0; received.header("content-length").parse().unwrap_or_default()];
    reader.read_exact(&mut body).ok()?;
    Some(Received { body, ..received })
}

/// An administrator of a town that may send to this machine.
pub struct Hooks {
    pub town: Town,
    token: String,
}

impl Hooks {
    pub fn both() -> Vec<Self> {
        Self::both_giving_up_after(5)
    }

    fn both_giving_up_after(days: i64) -> Vec<Self> {
        Town::both_with(|config| {
            config.webhooks.allow_private = true;
            config.webhooks.timeout_s = 1;
            config.webhooks.give_up_days = days;
        })
        .into_iter()
        .map(Self::of)
        .collect()
    }

    pub fn of(town: Town) -> Self {
        town.app.person("chief", Role::Admin, None, &[]);
        let token = town.app.token("chief");
        Self { town, token }
    }

    fn app(&self) -> &TestApp {
        &self.town.app
    }

    pub fn call(&self, method: &str, path: &str) -> crate::app::Call<'_> {
        self.app().call(method, path).token(&self.token)
    }

    /// Adds a receiver; its id and secret.
    #[track_caller]
    pub fn add(&self, url: &str, events: Value) -> (String, String) {
        let made = self.call("POST", "/v1/webhooks").json(&json!({ "url": url, "events": events })).send().ok();
        (made["webhook"]["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
    }

    #[track_caller]
    pub fn get(&self, id: &str) -> Value {
        self.call("GET", &format!("/v1/webhooks/{id}")).send().ok()
    }

    #[track_caller]
    pub fn deliveries(&self, id: &str, query: &str) -> Vec<Value> {
        self.call("GET", &format!("/v1/webhooks/{id}/deliveries{query}")).send().ok()["items"].as_array().unwrap().clone()
    }

    /// Lets time pass, and the administrator log in anew: their token is over by then.
    pub fn pass(&mut self, minutes: i64) {
        self.app().clock.advance_minutes(minutes);
        self.token = self.app().token("chief");
    }

    /// The same today: libraries compare times with the machine's clock.
    pub fn today(mut self) -> Self {
        self.app().clock.set(SystemClock.now());
        self.town = self.town.again(&["operator"]);
        self.pass(0);
        self
    }

    fn audit(&self) -> Vec<String> {
        let found = self.call("GET", "/v1/audit?entity_kind=webhook").send().ok();
        found["items"].as_array().unwrap().iter().rev().map(|e| e["action"].as_str().unwrap().to_owned()).collect()
    }
}

fn sent(confirmed: usize, failed: usize) -> (usize, usize) {
    (confirmed, failed)
}

fn outcome(delivered: Delivered) -> (usize, usize) {
    (delivered.confirmed, delivered.failed)
}

#[test]
fn an_event_is_delivered_signed_once() {
    for hooks in Hooks::both() {
        let receiver = Receiver::start();
        let (id, secret) = hooks.add(&receiver.url, json!(["ticket.created"]));
        let ticket = hooks.town.pothole();
        hooks.app().clock.advance_minutes(2);
        let waits =
            |seconds: i64| hooks.app().call("GET", "/metrics").send().text.contains(&format!("bazdid_outbox_waiting_seconds {seconds}\n"));
        assert!(waits(120));
        assert_eq!(hooks.app().deliver(), Delivered { relayed: 1, confirmed: 1, failed: 0 });
        assert!(waits(0));
        let seen = receiver.seen();
        assert_eq!(seen.len(), 1);
        let (request, body) = (&seen[0], seen[0].json());
        assert!(request.head.starts_with("POST /hook HTTP/1.1"), "{}", request.head);
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("webhook-id"), body["id"]);
        assert_eq!(request.header("webhook-timestamp"), (hooks.app().clock.now().micros() / 1_000_000).to_string());
        assert!(request.is_signed_by(&secret) && !request.is_signed_by("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!((&body["type"], &body["ticket"], &body["data"]["code"]), (&json!("ticket.created"), &ticket["id"], &ticket["code"]));
        assert_eq!(hooks.app().deliver(), Delivered::default(), "nothing is sent twice");
        let listed = hooks.deliveries(&id, "");
        assert_eq!((listed.len(), &listed[0]["state"], &listed[0]["status"]), (1, &json!("delivered"), &json!(204)));
        assert_eq!(listed[0]["event"], body["id"]);
        let schema = std::fs::read_to_string(format!("{}/api-spec/schemas/events/ticket.created.json", env!("CARGO_MANIFEST_DIR")));
        let schema: Value = serde_json::from_str(&schema.unwrap()).unwrap();
        assert!(jsonschema::options().should_validate_formats(true).build(&schema).unwrap().is_valid(&body), "{body}");
    }
}

#[test]
fn what_fails_is_tried_again_and_nothing_of_its_ticket_overtakes_it() {
    for mut hooks in Hooks::both() {
        let receiver = Receiver::start();
        let (id, secret) = hooks.add(&receiver.url, json!(["ticket.created", "ticket.changed", "ticket.status_changed"]));
        let ticket = hooks.town.pothole();
        let path = format!("/v1/tickets/{}/triage", ticket["id"].as_str().unwrap());
        let triage = hooks.town.call("operator", "POST", &path).if_match(ticket["rev"].as_i64().unwrap());
        triage.json(&json!({ "priority": "urgent" })).send().ok();
        let failures = [
            Behaviour::Status(500),
            Behaviour::Disconnect,
            Behaviour::Hang,
            Behaviour::Header(302, "location: http://127.0.0.1:9/".into()),
            Behaviour::Headers,
        ];
        let faults = ["status", "connection", "timeout", "status", "connection"];
        receiver.plan(&failures);
        for (n, fault) in faults.into_iter().enumerate() {
            assert_eq!(outcome(hooks.app().deliver()), sent(0, 1), "{fault}: one fails, the other waits");
            assert_eq!(outcome(hooks.app().deliver()), sent(0, 0), "not before its time");
            let waiting = hooks.deliveries(&id, "?state=pending");
            assert_eq!(waiting.len(), 2);
            assert_eq!((&waiting[1]["attempts"], &waiting[1]["fault"]), (&json!(n + 1), &json!(fault)));
            assert_eq!((&waiting[0]["attempts"], &waiting[0]["type"]), (&json!(0), &json!("ticket.changed")));
            hooks.pass(1);
            if n >= 2 {
                // The pauses grow.
                hooks.pass(if n == 2 { 1 } else { 30 });
            }
        }
        hooks.pass(30);
        let health = hooks.get(&id);
        assert_eq!((&health["failures"], &health["state"]), (&json!(5), &json!("active")));
        assert_eq!(outcome(hooks.app().deliver()), sent(2, 0));
        let seen = receiver.seen();
        let types: Vec<String> = seen.iter().map(|r| r.json()["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(types[..6], ["ticket.created"; 6]);
        assert_eq!(types[6..], ["ticket.changed"]);
        assert!(
            seen[..6].iter().all(|r| r.body == seen[0].body && r.header("webhook-id") == seen[0].header("webhook-id")),
            "the same message"
        );
        let times: std::collections::BTreeSet<_> = seen[..6].iter().map(|r| r.header("webhook-timestamp").to_owned()).collect();
        assert_eq!(times.len(), 6, "each attempt has its own time");
        assert!(seen.iter().all(|r| r.is_signed_by(&secret)));
        let health = hooks.get(&id);
        assert_eq!((&health["failures"], &health["failing_since"], &health["pending"]), (&json!(0), &Value::Null, &json!(0)));
    }
}

#[test]
fn a_receiver_that_hangs_or_floods_keeps_nobody_else_waiting() {
    for hooks in Hooks::both() {
        let receivers: Vec<Receiver> = (0..5).map(|_| Receiver::start()).collect();
        for receiver in &receivers {
            hooks.add(&receiver.url, json!(["ticket.created"]));
        }
        receivers[0].plan(&[Behaviour::Hang]);
        receivers[1].plan(&[Behaviour::Hang]);
        receivers[2].plan(&[Behaviour::Flood]);
        hooks.town.pothole();
        let watch = bazdid_clock::Stopwatch::start();
        assert_eq!(outcome(hooks.app().deliver()), sent(3, 2), "a body without an end is an answer");
        assert!(watch.elapsed().as_secs() < 5, "{:?}", watch.elapsed());
        assert!(receivers.iter().all(|r| r.seen().len() == 1));
    }
}

#[test]
fn while_a_receiver_hangs_what_happens_is_passed_on_and_sent_to_the_others() {
    let towns = Town::both_with(|config| {
        config.webhooks.allow_private = true;
        config.webhooks.timeout_s = 60;
    });
    for hooks in towns.into_iter().map(Hooks::of) {
        let (slow, quick) = (Receiver::start(), Receiver::start());
        hooks.add(&slow.url, json!(["ticket.created"]));
        hooks.add(&quick.url, json!(["ticket.created"]));
        slow.plan(&[Behaviour::Hang]);
        let running = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        running.spawn(hooks.app().deliverer().run());
        for n in 0..2 {
            hooks.town.pothole();
            let watch = bazdid_clock::Stopwatch::start();
            while quick.seen().is_empty() {
                assert!(watch.elapsed().as_secs() < 30, "event {n} waits for the receiver that hangs");
                thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        assert_eq!(slow.seen().len(), 1, "it has the first and does not answer");
        running.shutdown_background();
    }
}

#[test]
fn an_event_that_is_refused_holds_up_no_other_ticket() {
    for mut hooks in Hooks::both() {
        let receiver = Receiver::start();
        let (id, _) = hooks.add(&receiver.url, json!(["ticket.created"]));
        for n in 0..3 {
            let refused = hooks.town.pothole();
            receiver.plan(&[Behaviour::Status(422)]);
            assert_eq!(outcome(hooks.app().deliver()), sent(0, 1), "{n}");
            assert_eq!(receiver.seen()[0].json()["ticket"], refused["id"]);
            assert_eq!((hooks.get(&id)["retry_at"].clone(), hooks.get(&id)["failures"].clone()), (Value::Null, json!(1)), "{n}");
            hooks.town.pothole();
            assert_eq!(outcome(hooks.app().deliver()), sent(1, 0), "at once");
            assert_eq!(receiver.seen().len(), 1);
        }
        // All that was refused is due, and something new has happened: that comes first.
        hooks.pass(1);
        hooks.town = hooks.town.again(&["operator"]);
        let new = hooks.town.pothole();
        receiver.plan(&vec![Behaviour::Status(503); 4]);
        assert_eq!(outcome(hooks.app().deliver()), sent(0, 1), "an overloaded receiver rests");
        assert_eq!(receiver.seen()[0].json()["ticket"], new["id"]);
    }
}

#[test]
fn what_waits_for_its_next_attempt_is_sent_now_when_somebody_asks_or_the_receiver_moves() {
    for mut hooks in Hooks::both() {
        let (broken, repaired) = (Receiver::start(), Receiver::start());
        let (id, _) = hooks.add(&broken.url, json!(["ticket.created"]));
        hooks.town.pothole();
        broken.plan(&vec![Behaviour::Status(500); 9]);
        for _ in 0..5 {
            assert_eq!(outcome(hooks.app().deliver()), sent(0, 1));
            hooks.pass(60);
        }
        assert_eq!(outcome(hooks.app().deliver()), sent(0, 1));
        assert_eq!(outcome(hooks.app().deliver()), sent(0, 0), "for more than an hour");
        let waiting = hooks.deliveries(&id, "?state=pending").remove(0);
        let retry = format!("/v1/webhooks/{id}/retry");
        let body = json!({ "seq": waiting["seq"] });
        assert_eq!(hooks.call("POST", &retry).json(&body).send().ok(), json!({ "deliveries": 1 }));
        hooks.call("POST", &retry).json(&body).send().problem("invalid_transition");
        assert_eq!(outcome(hooks.app().deliver()), sent(0, 1), "now, though the receiver rested");
        assert_eq!(hooks.deliveries(&id, "")[0]["attempts"], 7, "its attempts count on");
        let health = hooks.get(&id);
        assert!(health["failures"] == 7 && health["failing_since"].is_string(), "it has failed all the same: {health}");

        let moved = json!({ "url": repaired.url, "events": ["ticket.created"] });
        let moved = hooks.call("PUT", &format!("/v1/webhooks/{id}")).if_match(1).json(&moved).send().ok();
        assert_eq!((&moved["failures"], &moved["retry_at"]), (&json!(0), &Value::Null));
        assert_eq!(outcome(hooks.app().deliver()), sent(1, 0), "at once");
        assert_eq!((broken.seen().len(), repaired.seen().len()), (7, 1));
    }
}

#[test]
fn what_was_tried_for_days_is_dead_until_it_is_asked_for() {
    for mut hooks in Hooks::both_giving_up_after(60) {
        let receiver = Receiver::start();
        let (id, _) = hooks.add(&receiver.url, json!(["ticket.created"]));
        hooks.town.pothole();
        receiver.plan(&vec![Behaviour::Status(503); 14]);
        for _ in 0..14 {
            assert_eq!(outcome(hooks.app().deliver()), sent(0, 1));
            hooks.pass(16 * 60);
        }
        let dead = hooks.deliveries(&id, "?state=dead");
        assert_eq!((dead.len(), &dead[0]["attempts"], &dead[0]["status"]), (1, &json!(14), &json!(503)));
        assert_eq!((hooks.get(&id)["dead"].clone(), hooks.get(&id)["pending"].clone()), (json!(1), json!(0)));
        assert_eq!(outcome(hooks.app().deliver()), sent(0, 0), "nobody sends it any more");
        let retry = format!("/v1/webhooks/{id}/retry");
        hooks.call("POST", &retry).json(&json!({ "seq": 999_999 })).send().problem("invalid_transition");
        let again = hooks.call("POST", &retry).json(&json!({ "seq": dead[0]["seq"] })).send().ok();
        assert_eq!(again, json!({ "deliveries": 1 }));
        assert_eq!(outcome(hooks.app().deliver()), sent(1, 0));
        assert_eq!(hooks.call("POST", &retry).json(&json!({})).send().ok(), json!({ "deliveries": 0 }));
    }
}

#[test]
fn a_receiver_that_only_fails_or_is_gone_is_given_up_and_taken_up_again() {
    for mut hooks in Hooks::both() {
        let receiver = Receiver::start();
        let (id, _) = hooks.add(&receiver.url, Value::Null);
        receiver.plan(&vec![Behaviour::Status(500); 40]);
        for _ in 0..16 {
            hooks.town.pothole();
            hooks.app().deliver();
            hooks.pass(8 * 60);
            hooks.town = hooks.town.again(&["operator"]);
        }
        let given_up = hooks.get(&id);
        assert_eq!(given_up["rev"], 2, "who has read it before does not switch it on unawares");
        assert_eq!(given_up["state"], "failed", "after five days: {given_up}");
        let before = receiver.seen().len();
        hooks.town.pothole();
        assert_eq!(hooks.app().deliver(), Delivered::default(), "what happens from now on is not for it");
        assert_eq!(receiver.seen().len(), 0, "{before}");
        assert_eq!(hooks.audit(), ["webhook.create", "webhook.give_up"]);

        receiver.plan.lock().unwrap().clear();
        let body = json!({ "url": receiver.url, "events": null });
        let back = hooks.call("PUT", &format!("/v1/webhooks/{id}")).if_match(2).json(&body).send().ok();
        assert_eq!((&back["state"], &back["failures"], &back["rev"]), (&json!("active"), &json!(0), &json!(3)));
        let pending = given_up["pending"].as_u64().unwrap();
        assert_eq!(u64::try_from(hooks.app().deliver().confirmed).unwrap(), pending, "what is pending for it is sent at once");

        receiver.plan(&[Behaviour::Status(410)]);
        hooks.call("POST", &format!("/v1/webhooks/{id}/ping")).send().ok();
        hooks.pass(13 * 60);
        hooks.app().deliver();
        assert_eq!(hooks.get(&id)["state"], "failed", "it says that it is gone");
        hooks.call("POST", &format!("/v1/webhooks/{id}/ping")).send().problem("invalid_transition");
    }
}

#[test]
fn both_secrets_sign_for_the_time_of_the_overlap() {
    for mut hooks in Hooks::both() {
        let receiver = Receiver::start();
        let (id, old) = hooks.add(&receiver.url, json!(["ticket.created"]));
        hooks.pass(1);
        let rotate = format!("/v1/webhooks/{id}/rotate");
        hooks.call("POST", &rotate).if_match(1).json(&json!({ "overlap_hours": 337 })).send().problem("validation");
        hooks.call("POST", &rotate).json(&json!({ "overlap_hours": 2 })).send().problem("precondition_required");
        let made = hooks.call("POST", &rotate).if_match(1).json(&json!({ "overlap_hours": 2 })).send().ok();
        // The old secret would be lost by a repetition.
        hooks.call("POST", &rotate).if_match(1).json(&json!({ "overlap_hours": 2 })).send().problem("precondition_failed");
        let new = made["secret"].as_str().unwrap().to_owned();
        assert_ne!(new, old);
        let mut ping = |minutes: i64| {
            hooks.pass(minutes);
            hooks.call("POST", &format!("/v1/webhooks/{id}/ping")).send().ok();
            assert_eq!(outcome(hooks.app().deliver()), sent(1, 0));
            let seen = receiver.seen().remove(0);
            assert_eq!((seen.json()["type"].clone(), seen.json()["data"]["webhook"].clone()), (json!("webhook.ping"), json!(id)));
            (seen.is_signed_by(&old), seen.is_signed_by(&new))
        };
        assert_eq!(ping(119), (true, true));
        assert_eq!(ping(1), (false, true));
        let text = hooks.call("GET", "/v1/webhooks").send().text;
        assert!(!text.contains("whsec_") && !text.contains(new.trim_start_matches("whsec_")), "a secret is shown once");
        hooks.pass(1);
        let again = hooks.call("POST", &rotate).if_match(2).json(&json!({})).send().ok();
        assert_ne!(again["secret"], made["secret"]);
        assert_eq!(hooks.audit(), ["webhook.create", "webhook.rotate", "webhook.ping", "webhook.ping", "webhook.rotate"]);
    }
}

#[test]
fn receivers_are_added_changed_and_removed_and_there_are_at_most_64() {
    for app in TestApp::both() {
        app.person("chief", Role::Admin, None, &[]);
        let token = app.token("chief");
        let call = |method: &str, path: &str| app.call(method, path).token(&token);
        let add = |body: Value| call("POST", "/v1/webhooks").json(&body).send();
        for (body, pointer) in [
            (json!({ "url": "http://hooks.example.org/" }), "/url"),
            (json!({ "url": "https://127.0.0.1/" }), "/url"),
            (json!({ "url": "https://[::ffff:10.0.0.1]/" }), "/url"),
            (json!({ "url": "https://user:secret@hooks.example.org/" }), "/url"),
            (json!({ "url": "https://hooks.example.org/", "events": [] }), "/events"),
            (json!({ "url": "https://hooks.example.org/", "events": ["webhook.ping"] }), "/events"),
            (json!({ "url": "https://hooks.example.org/", "description": "a\nb" }), "/description"),
        ] {
            let problem = add(body.clone()).problem("validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        add(json!({ "url": "https://hooks.example.org/", "events": ["ticket.exploded"] })).problem("validation");
        let made =
            add(json!({ "url": "https://hooks.example.org/0", "description": "a", "events": ["ticket.merged", "ticket.created"] })).ok();
        let first = made["webhook"].clone();
        assert_eq!(first["events"], json!(["ticket.created", "ticket.merged"]));
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
        let path = format!("/v1/webhooks/{}", first["id"].as_str().unwrap());
        let got = call("GET", &path).send();
        assert_eq!((got.ok(), got.header("etag")), (first.clone(), "\"1\""));
        for n in 1..64 {
            assert_eq!(add(json!({ "url": format!("https://hooks.example.org/{n}") })).status, 201);
        }
        add(json!({ "url": "https://hooks.example.org/64" })).problem("conflict");
        let listed = call("GET", "/v1/webhooks").send().ok();
        let listed = listed["items"].as_array().unwrap();
        assert!(listed.len() == 64 && listed.contains(&first));

        let change = json!({ "url": "https://hooks.example.org/new", "active": false });
        call("PUT", &path).if_match(7).json(&change).send().problem("precondition_failed");
        let changed = call("PUT", &path).if_match(1).json(&change).send().ok();
        assert_eq!((&changed["state"], &changed["events"], &changed["rev"]), (&json!("disabled"), &Value::Null, &json!(2)));
        assert_eq!(call("DELETE", &path).send().status, 204);
        call("DELETE", &path).send().problem("not_found");
        call("GET", &path).send().problem("not_found");
        call("GET", &format!("{path}/deliveries")).send().problem("not_found");
        assert_eq!(add(json!({ "url": "https://hooks.example.org/64" })).status, 201, "there is room again");
    }
}

#[test]
fn a_name_that_stands_for_this_machine_is_not_connected_to() {
    let receiver = Receiver::start();
    let port = receiver.url.rsplit(':').next().unwrap().trim_end_matches("/hook").to_owned();
    let town = Town::with(|config| config.webhooks.allow_private = true);
    let mut hooks = Hooks::of(town);
    let (id, _) = hooks.add(&format!("http://2130706433:{port}/"), json!(["ticket.created"]));
    let encrypted = json!({ "url": format!("https://2130706433:{port}/"), "events": ["ticket.created"] });
    hooks.call("PUT", &format!("/v1/webhooks/{id}")).if_match(1).json(&encrypted).send().ok();
    // The same row under a configuration that does not allow it any more.
    hooks.town.app.reconfigure(|config| config.webhooks.allow_private = false);
    hooks.pass(0);
    hooks.town.pothole();
    assert_eq!(outcome(hooks.app().deliver()), sent(0, 1));
    let fault = hooks.deliveries(&id, "")[0]["fault"].clone();
    assert!(fault == "private_address" || fault == "dns", "{fault}");
    assert!(receiver.seen().is_empty());
}

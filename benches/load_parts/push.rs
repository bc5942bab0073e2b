//! What phones send, batch by batch, against the same rows written by plain batched SQL.

use std::{
    sync::Barrier,
    time::{Duration, Instant},
};

use bazdid::{
    client::{Device, clocks::DeviceClock, http::HttpTransport},
    clock::{SharedClock, SharedIds, SystemClock, SystemIds},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    bench::{Bench, Served, percentile_ms},
    import, plain,
};

/// Mutations in a push.
const BATCH: usize = 100;
/// Pushes of all devices together.
const BATCHES: usize = 240;

/// Tickets in the city beside the demonstration's.
const TICKETS: u64 = 20_000;

/// What a phone records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Notes of about 300 bytes: a document each.
    Notes,
    /// A field day's facts: visit, photo, measurement and note in turn.
    Facts,
}

impl Mix {
    const fn word(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Facts => "facts",
        }
    }
}

/// A device with its pushes ready to be sent.
pub struct Loaded {
    pub token: String,
    pub bodies: Vec<String>,
}

pub fn run(bench: &Bench) {
    // Something to report about, as much as a city has open.
    import::import(bench, "open", TICKETS);
    let before = plain::copy_of(bench, "before");
    let server = bench.serve();
    // Who reads every area of the city; each device reports about tickets of its own.
    let people = bench.logins("supervisor");
    let tickets = tickets_of(&server, &people[0]);
    for (mix, devices) in [(Mix::Notes, 1), (Mix::Notes, 8), (Mix::Facts, 1), (Mix::Facts, 8)] {
        let share = |n: usize| tickets.iter().skip(n).step_by(devices).collect::<Vec<_>>();
        let mut loaded: Vec<Loaded> =
            (0..devices).map(|n| load(&server, &people[n % people.len()], &share(n), mix, BATCHES / devices)).collect();
        let bytes: usize = loaded.iter().flat_map(|l| &l.bodies).map(String::len).sum();
        let began = Instant::now();
        let (mut times, replies) = send_all(&server.base, &mut loaded);
        let took = began.elapsed();
        let applied: usize = replies.iter().map(|r| r.matches("\"status\":\"applied\"").count()).sum();
        let sent = BATCHES * BATCH;
        assert_eq!(applied, sent, "not all were applied: {}", replies.iter().find(|r| r.matches("\"applied\"").count() < BATCH).unwrap());
        println!(
            "push {} by {devices}: {sent} mutations in batches of {BATCH}: {:.0}/s, a batch p50 {:.1} ms, p99 {:.1} ms, {} bytes a mutation, server {:.0} MiB",
            mix.word(),
            sent as f64 / took.as_secs_f64(),
            percentile_ms(&mut times, 0.5),
            percentile_ms(&mut times, 0.99),
            bytes / sent,
            server.resident_mib().unwrap_or(f64::NAN),
        );
    }
    drop(server);
    plain::run(bench, &before, BATCH);
}

/// Sends every body, the devices at once; the durations and the answers.
fn send_all(base: &str, loaded: &mut [Loaded]) -> (Vec<Duration>, Vec<String>) {
    let barrier = Barrier::new(loaded.len());
    std::thread::scope(|scope| {
        let workers: Vec<_> = loaded
            .iter()
            .map(|device| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
                    barrier.wait();
                    let mut done = (Vec::new(), Vec::new());
                    for body in &device.bodies {
                        let sent = Instant::now();
                        done.1.push(send(&agent, base, &device.token, body));
                        done.0.push(sent.elapsed());
                    }
                    done
                })
            })
            .collect();
        let mut all = (Vec::new(), Vec::new());
        for worker in workers {
            let (times, replies) = worker.join().unwrap();
            all.0.extend(times);
            all.1.extend(replies);
        }
        all
    })
}

/// Sends one push; the answer.
pub fn send(agent: &ureq::Agent, base: &str, token: &str, body: &str) -> String {
    let request = agent.post(format!("{base}/v1/sync/push")).header("authorization", token);
    let mut reply = request.content_type("application/json").send(body).unwrap();
    let text = reply.body_mut().read_to_string().unwrap();
    assert_eq!(reply.status(), 200, "{text}");
    text
}

/// The tickets that somebody reads, with their places.
pub fn tickets_of(server: &Served, login: &(String, String)) -> Vec<(Uuid, Value)> {
    let (transport, account) = server.login(login);
    let (clock, ids): (SharedClock, SharedIds) = (std::sync::Arc::new(SystemClock), std::sync::Arc::new(SystemIds));
    let mut device = Device::new(transport, account, "bench", DeviceClock::new(clock, ids.clone()), ids);
    device.pull().unwrap();
    let tickets: Vec<(Uuid, Value)> = device.state.copy.list("ticket").map(|(id, r)| (id, r.row["point"].clone())).collect();
    assert!(!tickets.is_empty(), "{} reads no ticket", login.0);
    tickets
}

/// Registers a device and writes down what it will push about the tickets.
pub fn load(server: &Served, login: &(String, String), tickets: &[&(Uuid, Value)], mix: Mix, batches: usize) -> Loaded {
    let (mut transport, _) = server.login(login);
    let id = register(&mut transport);
    let token = format!("Bearer {}", transport.access_token().unwrap());
    let mut seq = 0_usize;
    let bodies = (0..batches)
        .map(|_| {
            let now = chrono::Utc::now().to_rfc3339();
            let mutations: Vec<Value> = (0..BATCH)
                .map(|_| {
                    seq += 1;
                    let (ticket, point) = tickets[(seq / 4) % tickets.len()];
                    let (cmd, args) = fact(mix, seq, point, &now);
                    json!({ "seq": seq, "id": Uuid::now_v7(), "cmd": cmd, "v": 1, "entity": ticket, "base": 1, "at": now, "up": seq, "boot": "bench", "args": args })
                })
                .collect();
            json!({ "device": id, "schema": 1, "sent_at": now, "uptime_ms": seq + 1000, "boot": "bench", "pending": 0, "acked_through": 0, "mutations": mutations })
                .to_string()
        })
        .collect();
    Loaded { token, bodies }
}

/// A new device of who is logged in.
pub fn register(transport: &mut HttpTransport) -> Value {
    let body = json!({ "nonce": Uuid::new_v4().to_string(), "name": "bench", "platform": "bench", "app_version": "1" });
    transport.request("POST", "/v1/sync/devices", &[], Some(&body)).unwrap().ok().unwrap()["id"].clone()
}

fn fact(mix: Mix, n: usize, point: &Value, now: &str) -> (&'static str, Value) {
    let id = Uuid::now_v7();
    match if mix == Mix::Notes { 3 } else { n % 4 } {
        0 => ("visit.record", json!({ "visit": id, "kind": "patrol", "arrived_at": now, "point": point })),
        1 => (
            "photo.add",
            json!({ "photo": id, "kind": "before", "sha256": format!("{:0>32}{:032x}", n, id.as_u128()), "bytes": 2_100_000, "mime": "image/jpeg",
                    "width": 4000, "height": 3000, "captured_at": now, "point": point }),
        ),
        2 => ("measurement.add", json!({ "measurement": id, "item": "depth", "quantity": n % 50, "unit": "cm" })),
        _ => ("note.add", json!({ "note": id, "text": format!("بازدید {n}: {}", "آسفالت ریزش کرده و آب جمع شده است. ".repeat(3)) })),
    }
}

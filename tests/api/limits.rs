//! Limits before memory: packed bodies, storms.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
};

use bazdid_clock::Clock as _;
use flate2::{Compression, read::GzDecoder, write::GzEncoder, write::ZlibEncoder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{app::TestApp, town::Town};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;
const PACKINGS: [(&str, Pack); 3] = [("gzip", gzip), ("deflate", deflate), ("zstd", zstd)];

fn device(town: &Town, who: &str) -> Value {
    let body = json!({ "nonce": format!("nonce of {who}"), "name": who, "platform": "android", "app_version": "1.0" });
    town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
}

fn note(town: &Town, seq: i64, n: u128, ticket: &Value) -> Value {
    json!({ "seq": seq, "id": Uuid::from_u128(n), "cmd": "note.add", "entity": ticket, "at": town.app.clock.now(),
            "args": { "note": Uuid::from_u128(n + 1_000_000), "text": "x".repeat(200) } })
}

#[test]
fn packed_bodies_are_read_and_bombs_are_refused() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let device = device(&town, "inspector");
        for (seq, (encoding, pack)) in (1_i64..).zip(PACKINGS) {
            let body = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": [note(&town, seq, u128::try_from(seq).unwrap(), &ticket)] });
            let sent = |bytes: Vec<u8>| {
                town.call("inspector", "POST", "/v1/sync/push").header("Content-Encoding", encoding).bytes("application/json", bytes).send()
            };
            let answer = sent(pack(body.to_string().as_bytes())).ok();
            assert_eq!(answer["results"][0]["status"], "applied", "{encoding}");
            // 64 MiB of blanks in some kilobytes: the push may have 8 MiB.
            let bomb = pack(&vec![b' '; 64 << 20]);
            assert!(bomb.len() < 100 << 10, "{encoding}");
            assert_eq!(sent(bomb.clone()).problem("batch_too_large")["limit_bytes"], 8 << 20, "{encoding}");
            let other = town.call("inspector", "POST", "/v1/sync/devices").header("Content-Encoding", encoding);
            assert_eq!(other.bytes("application/json", bomb).send().problem("too_large")["limit_bytes"], 1 << 20, "{encoding}");
            sent(b"no such bytes".to_vec()).problem("bad_envelope");
        }
    }
}

/// The raw answer to a GET: head and body, chunks put together.
fn raw_get(app: &TestApp, path: &str, accept: &str) -> (String, Vec<u8>) {
    let mut line = TcpStream::connect(app.address()).unwrap();
    write!(line, "GET {path} HTTP/1.1\r\nHost: test\r\nAccept-Encoding: {accept}\r\nConnection: close\r\n\r\n").unwrap();
    let mut all = Vec::new();
    line.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(all[..end].to_vec()).unwrap().to_ascii_lowercase();
    let mut rest = &all[end + 4..];
    if !head.contains("transfer-encoding: chunked") {
        return (head, rest.to_vec());
    }
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap().trim(), 16).unwrap();
        if length == 0 {
            return (head, body);
        }
        body.extend_from_slice(&rest[line + 2..line + 2 + length]);
        rest = &rest[line + 2 + length + 2..];
    }
}

#[test]
fn answers_are_packed_as_the_client_asks() {
    let app = TestApp::with(|_| {});
    let (head, plain) = raw_get(&app, "/openapi.json", "identity");
    assert!(!head.contains("content-encoding"), "{head}");
    let (head, packed) = raw_get(&app, "/openapi.json", "gzip");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain && packed.len() * 4 < plain.len());
    let (head, packed) = raw_get(&app, "/openapi.json", "zstd");
    assert!(head.contains("content-encoding: zstd"), "{head}");
    assert!(zstd::decode_all(packed.as_slice()).unwrap() == plain && packed.len() * 4 < plain.len());
}

/// Begins a push and does not end it.
fn slow_push(app: &TestApp, token: &str, announced: usize) -> TcpStream {
    let mut line = TcpStream::connect(app.address()).unwrap();
    write!(
        line,
        "POST /v1/sync/push HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {announced}\r\n\r\n{{"
    )
    .unwrap();
    line.flush().unwrap();
    line
}

/// Waits until one of the lines was turned away: the others fill the gate.
fn wait_for_refusal(lines: &[TcpStream]) {
    let mut head = [0_u8; 12];
    for _ in 0..3_000 {
        for line in lines {
            line.set_nonblocking(true).unwrap();
            if line.peek(&mut head).is_ok_and(|n| n == head.len()) {
                assert_eq!(&head, b"HTTP/1.1 503");
                return;
            }
        }
        thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("nobody was turned away");
}

#[test]
fn beyond_the_limits_of_number_and_bytes_a_sync_is_told_to_come_back_later() {
    for (slow, announced) in [(3, 1000), (2, 4 << 20)] {
        let town = Town::with(|c| {
            c.server.sync_requests = 3;
            c.server.sync_bytes = 8 << 20;
        });
        let device = device(&town, "inspector");
        let body = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": [] });
        town.call("inspector", "POST", "/v1/sync/push").json(&body).send().ok();
        let token = town.app.token("inspector");
        let lines: Vec<TcpStream> = (0..=slow).map(|_| slow_push(&town.app, &token, announced)).collect();
        wait_for_refusal(&lines);
        let reply = town.call("inspector", "POST", "/v1/sync/push").json(&body).send();
        reply.problem("overloaded");
        let wait: u64 = reply.header("retry-after").parse().unwrap();
        assert!((2..=30).contains(&wait), "{wait}");
        // Everything else goes on.
        town.get("operator", "/v1/tickets");
        town.get("inspector", "/v1/sync/config");
        drop(lines);
        let freed = (0..3_000).any(|_| {
            thread::sleep(std::time::Duration::from_millis(20));
            town.call("inspector", "POST", "/v1/sync/push").json(&body).send().status == 200
        });
        assert!(freed, "room is given back");
    }
}

#[test]
fn every_sync_passes_the_gate_and_nobody_who_waits_is_in_its_way() {
    let town = Town::with(|c| c.server.sync_requests = 1);
    let device = device(&town, "inspector");
    let name = device.as_str().unwrap();
    let page = town.call("inspector", "POST", "/v1/sync/pull").json(&json!({ "device": device })).send().ok();
    let cursor = page["cursor"].as_str().unwrap();
    let of_device = format!("device={name}&cursor={cursor}");
    let (snapshot, waits) = (format!("/v1/watermelon/sync?device={name}"), format!("/v1/sync/wait?{of_device}&timeout_s="));
    let number = town.get("inspector", &snapshot)["timestamp"].as_i64().unwrap();
    let push = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": [] });
    let asks = json!({ "device": device, "channel": "ref", "rows": [] });
    let rows = format!("{snapshot}&last_pulled_at={number}");
    let syncs = [
        ("POST", "/v1/sync/push", Some(&push)),
        ("POST", "/v1/sync/pull", Some(&asks)),
        ("POST", "/v1/sync/manifest", Some(&asks)),
        ("POST", "/v1/sync/fetch", Some(&asks)),
        ("GET", snapshot.as_str(), None),
        ("POST", rows.as_str(), Some(&asks)),
    ];
    let sync = |(method, path, body): (&str, &str, Option<&Value>)| {
        let call = town.call("inspector", method, path);
        body.into_iter().fold(call, |call, body| call.json(body)).send()
    };
    // Those who wait take no room.
    let streams: Vec<_> = (0..2).map(|_| town.call("inspector", "GET", &format!("/v1/sync/events?{of_device}")).open()).collect();
    assert_eq!(town.app.waiting(), 2);
    for what in syncs {
        sync(what).ok();
    }
    let token = town.app.token("inspector");
    let lines: Vec<TcpStream> = (0..=1).map(|_| slow_push(&town.app, &token, 1000)).collect();
    wait_for_refusal(&lines);
    for what in syncs {
        let reply = sync(what);
        reply.problem("overloaded");
        let wait: u64 = reply.header("retry-after").parse().unwrap();
        assert!((2..=30).contains(&wait), "{what:?}: {wait}");
    }
    // A full gate is in the way of nobody who waits either.
    assert_eq!(town.get("inspector", &format!("{waits}0")), json!({ "changed": false }));
    drop((lines, streams));
}

#[test]
fn of_one_device_two_wait_and_at_a_full_server_nobody_more() {
    for town in Town::both() {
        let device = device(&town, "inspector");
        let page = town.call("inspector", "POST", "/v1/sync/pull").json(&json!({ "device": device })).send().ok();
        let of_device = format!("device={}&cursor={}", device.as_str().unwrap(), page["cursor"].as_str().unwrap());
        let path = |what: &str| format!("/v1/sync/{what}?{of_device}");
        let first = thread::spawn(town.call("inspector", "GET", &path("wait")).detached());
        while town.app.waiting() < 1 {
            thread::yield_now();
        }
        let others: Vec<_> = (0..2).map(|_| town.call("inspector", "GET", &path("events")).open()).collect();
        assert_eq!(first.join().unwrap().ok(), json!({ "changed": false }), "the oldest is answered");
        assert_eq!(town.app.waiting(), 2);
        let seats = town.app.take_every_seat();
        for what in ["wait", "events"] {
            let reply = town.call("inspector", "GET", &path(what)).send();
            reply.problem("overloaded");
            assert_eq!(reply.header("retry-after"), "30");
        }
        town.call("inspector", "POST", "/v1/sync/pull").json(&json!({ "device": device })).send().ok();
        drop(seats);
        assert_eq!(town.get("inspector", &format!("{}&timeout_s=0", path("wait"))), json!({ "changed": false }));
        drop(others);
    }
}

#[test]
fn in_a_storm_everybody_comes_through_in_the_end_and_once() {
    let town = Town::with(|c| c.server.sync_requests = 2);
    let ticket = town.pothole()["id"].clone();
    let devices: Vec<Value> = (0..12)
        .map(|n| {
            let body = json!({ "nonce": format!("nonce number {n}"), "name": "phone", "platform": "android", "app_version": "1.0" });
            town.call("inspector", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
        })
        .collect();
    let turned_away = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        for (n, device) in (0_u128..).zip(&devices) {
            let (town, ticket, turned_away) = (&town, &ticket, &turned_away);
            scope.spawn(move || {
                let mutations: Vec<Value> = (1..=50).map(|seq| note(town, seq, n * 1000 + u128::try_from(seq).unwrap(), ticket)).collect();
                let body = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": mutations });
                for _ in 0..10_000 {
                    let reply = town.call("inspector", "POST", "/v1/sync/push").json(&body).send();
                    if reply.status == 200 {
                        return;
                    }
                    reply.problem("overloaded");
                    turned_away.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    thread::sleep(std::time::Duration::from_millis(5));
                }
                panic!("never let in");
            });
        }
    });
    assert!(turned_away.load(std::sync::atomic::Ordering::Relaxed) > 0, "the storm was none");
    let ticket = ticket.as_str().unwrap().parse().unwrap();
    let unit = town.app.db.db().read_blocking(|tx| bazdid_store::aggregate::read_unit(tx, &[ticket])).unwrap();
    assert_eq!(unit.notes.iter().count(), 12 * 50);
}

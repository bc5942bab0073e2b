//! Nobody can stop the others: each flood is played by one party, and another one works on meanwhile.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
};

use bazdid_clock::Clock as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{PASSWORD, Reply, TestApp},
    town::Town,
    upload::{Field, begin, picture, wait_for},
};

/// A registered device of somebody.
fn device(town: &Town, who: &str) -> Value {
    let body = json!({ "nonce": format!("nonce of {who}"), "name": who, "platform": "android", "app_version": "1.0" });
    town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
}

fn push(town: &Town, who: &str, device: &Value, mutations: &[Value]) -> Reply {
    let body = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": mutations });
    town.call(who, "POST", "/v1/sync/push").json(&body).send()
}

/// A request that announces a body, of which so much comes.
fn announced(app: &TestApp, path: &str, token: &str, length: usize, body: &str) -> TcpStream {
    let mut connection = TcpStream::connect(app.address()).unwrap();
    write!(
        connection,
        "POST {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    connection
}

/// The status of the next answer of a connection.
fn status(connection: &mut TcpStream) -> u16 {
    let mut head = [0_u8; 12];
    connection.read_exact(&mut head).unwrap();
    std::str::from_utf8(&head[9..]).unwrap().parse().unwrap()
}

fn notes(town: &Town, ticket: &Value, seqs: std::ops::RangeInclusive<u32>) -> Vec<Value> {
    let note = |seq: u32| {
        json!({ "seq": seq, "id": Uuid::from_u128(u128::from(seq)), "cmd": "note.add", "entity": ticket, "at": town.app.clock.now(),
                "args": { "note": Uuid::from_u128(1_000_000 + u128::from(seq)), "text": "x" } })
    };
    seqs.map(note).collect()
}

#[test]
fn silent_connections_with_announced_bodies_take_no_room_and_stop_nobody() {
    for disabled in [false, true] {
        let town = Town::with(|c| {
            c.server.sync_bytes = 16 << 20;
            c.server.sync_requests = 100;
        });
        let inspector = device(&town, "inspector");
        let token = town.app.token("crew");
        if disabled {
            town.app.disable("crew");
        }
        // Far more than both limits, if announcements counted.
        let mut connections: Vec<TcpStream> = (0..150).map(|_| announced(&town.app, "/v1/sync/push", &token, 8 << 20, "{")).collect();
        // Those beyond the party's part are answered, whichever they are: then the others are in.
        let refused = connections.iter_mut().rev().take(100).map(status).filter(|s| *s == 503).count();
        assert!(refused >= 80, "one party takes a fifth of what there is: {refused}");
        let token = town.app.token("inspector");
        push(&town, "inspector", &inspector, &[]).ok();
        let pull = town.call("inspector", "POST", "/v1/sync/pull").json(&json!({ "device": inspector })).send();
        pull.ok();
        // A large body has room too.
        let body = format!("{{\"device\":{inspector},\"mutations\":[],\"pad\":\"{}\"}}", "x".repeat(7 << 20));
        let mut large = announced(&town.app, "/v1/sync/push", &token, body.len(), &body);
        assert_ne!(status(&mut large), 503);
        drop(connections);
    }
}

#[test]
fn a_body_that_does_not_come_is_let_go() {
    let town = Town::with(|c| {
        c.load.first_byte_s = 1;
        c.load.window_s = 1;
    });
    let token = town.app.token("crew");
    for (path, sent) in [("/v1/sync/push", ""), ("/v1/sync/push", "{"), ("/v1/sync/devices", "{\"nonce\":")] {
        assert_eq!(status(&mut announced(&town.app, path, &token, 1_000, sent)), 408, "{path} {sent}");
    }
}

#[test]
fn strangers_have_nothing_long_to_say() {
    let app = TestApp::with(|_| {});
    let body = json!({ "login": "x".repeat(20_000), "password": "x" });
    assert_eq!(app.post("/v1/auth/login", &body).problem("too_large")["limit_bytes"], 16 << 10);
}

#[test]
fn slow_uploads_of_one_account_leave_room_for_the_others() {
    let town = Town::with(|c| c.evidence.uploads_at_once = 10);
    let field = Field::of(&town);
    let (slow, other) = (picture(1, 300_000), picture(2, 1_000));
    let token = town.app.token("inspector");
    let uploads: Vec<String> = (1..=3).map(|n| field.create(field.declare(n, &slow), slow.len())).collect();
    let mut connections: Vec<TcpStream> = Vec::new();
    for upload in &uploads {
        connections.push(begin(&field, &token, upload, 0, slow.len(), &slow[..400]));
        if connections.len() < 3 {
            wait_for(&town.app, upload, 0);
        }
    }
    assert_eq!(status(&mut connections[2]), 503, "two of ten are a party's part");
    // Another account of the same town sends its own.
    let photo = Uuid::from_u128(77);
    let declare = crate::upload::photo_add(&town, 1, photo, &field.ticket, &other);
    let second = device(&town, "supervisor");
    push(&town, "supervisor", &second, &[declare]).ok();
    let tus = |method: &str, path: &str| town.call("supervisor", method, path).header("Tus-Resumable", "1.0.0");
    let made =
        tus("POST", "/v1/uploads").header("Upload-Length", other.len()).header("Upload-Metadata", crate::upload::metadata(photo)).send();
    assert_eq!(made.status, 201, "{made:?}");
    let sent = tus("PATCH", made.header("location")).header("Upload-Offset", 0).bytes(crate::upload::STREAM, &*other).send();
    assert_eq!(sent.status, 204, "{sent:?}");
}

#[test]
fn a_reader_that_reads_nothing_is_cut() {
    let app = TestApp::with(|c| c.load.window_s = 1);
    let mut connection = TcpStream::connect(app.address()).unwrap();
    let ask = "GET /openapi.json HTTP/1.1\r\nHost: test\r\nAccept-Encoding: identity\r\n\r\n";
    // Together far more than any system keeps for a connection.
    let asked = (0..400).take_while(|_| connection.write_all(ask.as_bytes()).is_ok()).count();
    // Ends when the server has let go of the connection: without that nothing would come to an end here, neither bytes nor the connection.
    thread::sleep(std::time::Duration::from_secs(3));
    let mut got = Vec::new();
    drop(connection.read_to_end(&mut got));
    let whole = app.get("/openapi.json").text.len();
    assert!(got.len() < asked * whole, "all {asked} answers came");
}

#[test]
fn logins_at_once_wait_in_a_short_queue_and_everything_else_goes_on() {
    let town = Town::with(|c| {
        c.load.hashes_at_once = 1;
        c.load.hashes_waiting = 9;
        c.security.password_memory_kib = 64 * 1024;
        c.security.password_passes = 4;
    });
    let attempts: Vec<_> = (0..40)
        .map(|n| {
            let body = json!({ "login": format!("nobody {n}"), "password": PASSWORD });
            thread::spawn(town.app.call("POST", "/v1/auth/login").json(&body).detached())
        })
        .collect();
    while !attempts.iter().any(thread::JoinHandle::is_finished) {
        town.app.get("/livez").ok();
        town.get("inspector", "/v1/me");
    }
    let replies: Vec<Reply> = attempts.into_iter().map(|a| a.join().unwrap()).collect();
    let refused: Vec<&Reply> = replies.iter().filter(|r| r.status == 503).collect();
    assert!(!refused.is_empty(), "nobody was sent away");
    for reply in refused {
        reply.problem("overloaded");
        assert!(reply.header("retry-after").parse::<u64>().unwrap() >= 2);
    }
    assert!(replies.iter().any(|r| r.status == 401), "nobody was looked at");
}

#[test]
fn requests_over_a_share_are_told_when_to_go_on_and_others_go_on_now() {
    for town in Town::both_with(|c| {
        c.load.account_requests = 60;
        c.load.address_requests = 120;
    }) {
        let ask = || town.call("crew", "GET", "/v1/me").send();
        let first = ask();
        first.ok();
        assert_eq!(first.header("ratelimit-policy"), "\"requests\";q=60;w=60");
        assert_eq!(first.header("ratelimit"), "\"requests\";r=59;t=1");
        let refused = (0..60).map(|_| ask()).find(|r| r.status == 429).unwrap();
        let problem = refused.problem("rate_limited");
        assert_eq!((&problem["retryable"], refused.header("retry-after")), (&json!(true), "1"));
        assert_eq!(refused.header("ratelimit"), "\"requests\";r=0;t=1");
        let persian = town.call("crew", "GET", "/v1/me").header("Accept-Language", "fa").send().problem("rate_limited");
        assert!(persian["detail"].as_str().unwrap().contains("چیزی انجام نشد"), "{persian}");
        town.get("inspector", "/v1/me");
        town.app.get("/livez").ok();
        town.app.clock.advance_micros(1_000_000);
        ask().ok();
        // Who is not logged in shares with everybody at the address, and with nobody who is.
        let strangers = (0..130).map(|_| town.app.get("/v1/vocabulary")).filter(|r| r.status == 429).count();
        assert!(strangers > 0);
        town.get("inspector", "/v1/me");
    }
}

#[test]
fn an_outbox_of_days_goes_through_after_waits_and_nothing_is_refused_for_good() {
    for mut town in Town::both_with(|c| {
        c.load.device_mutations = 500;
        c.load.account_mutations = 600;
    }) {
        let ticket = town.pothole()["id"].clone();
        let (phone, other) = (device(&town, "inspector"), device(&town, "supervisor"));
        let (mut next, mut waits) = (1, 0);
        while next <= 1_200 {
            let reply = push(&town, "inspector", &phone, &notes(&town, &ticket, next..=next + 199));
            if reply.status == 429 {
                reply.problem("rate_limited");
                assert!(reply.header("ratelimit").contains("\"mutations\";r=0"), "{reply:?}");
                waits += 1;
                assert!(waits < 20, "it does not come through");
                town.app.clock.advance_micros(reply.header("retry-after").parse::<i64>().unwrap() * 1_000_000);
                // An access token may not live as long.
                town = town.again(&["inspector", "supervisor"]);
                continue;
            }
            let answer = reply.ok();
            assert!(answer["results"].as_array().unwrap().iter().all(|r| r["status"] == "applied"), "{answer}");
            next += 200;
        }
        assert!(waits > 0);
        push(&town, "supervisor", &other, &[]).ok();
    }
}

#[test]
fn photos_of_one_order_have_a_limit_a_day() {
    for town in Town::both_with(|c| c.load.order_uploads = 10) {
        let field = Field::of(&town);
        let photos: Vec<(Uuid, Vec<u8>)> = (1..=11).map(|n| (n, picture(n, 100))).map(|(n, b)| (field.declare(n, &b), b)).collect();
        for (photo, bytes) in &photos[..10] {
            field.create(*photo, bytes.len());
        }
        let (photo, bytes) = &photos[10];
        let reply = field.creation(*photo, bytes.len()).send();
        assert_eq!(reply.problem("upload_quota")["limit_uploads"], 10);
        assert_eq!(reply.header("retry-after"), "3600");
        town.app.clock.advance_minutes(24 * 60 + 1);
        let ticket = field.ticket.clone();
        let town = town.again(&["inspector"]);
        Field { town: &town, ticket }.create(*photo, bytes.len());
    }
}

#[test]
fn documents_are_kept_ready_and_sent_once() {
    let app = TestApp::with(|_| {});
    for path in ["/openapi.json", "/v1/vocabulary", "/console/"] {
        let whole = app.get(path);
        let tag = whole.header("etag").to_owned();
        assert!(whole.status == 200 && tag.starts_with("W/\""), "{path}: {tag}");
        let again = app.call("GET", path).header("If-None-Match", &tag).send();
        assert_eq!((again.status, again.text.as_str()), (304, ""), "{path}");
    }
    let persian = app.call("GET", "/v1/vocabulary").header("Accept-Language", "fa").send();
    assert_ne!(persian.header("etag"), app.get("/v1/vocabulary").header("etag"));
}

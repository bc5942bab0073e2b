//! What devices read: first sync, changes, nothing new.

use std::{
    io::Read as _,
    sync::Barrier,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    bench::{Bench, Served, percentile_ms},
    import,
    push::{Loaded, Mix, load, register, send, tickets_of},
};

/// Devices that ask at once whether there is anything new.
const DEVICES: usize = 64;
/// How often each of them asks.
const ASKS: usize = 40;
/// Rounds of "somebody sends 100 changes, somebody else reads them".
const ROUNDS: usize = 60;

/// A device that only reads; it looks at no more of an answer than it must, to leave the processor to the server.
struct Reader {
    agent: ureq::Agent,
    url: String,
    token: String,
    device: Value,
    cursor: Value,
}

/// A page as it came.
struct Page {
    took: Duration,
    /// Bytes on the wire.
    wire: usize,
    rows: usize,
    complete: bool,
}

impl Reader {
    fn new(server: &Served, login: &(String, String)) -> Self {
        let (mut transport, _) = server.login(login);
        let device = register(&mut transport);
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let token = format!("Bearer {}", transport.access_token().unwrap());
        Self { agent, url: format!("{}/v1/sync/pull", server.base), token, device, cursor: Value::Null }
    }

    fn page(&mut self, limit: usize, encoding: &str) -> Page {
        let body = json!({ "device": self.device, "schema": 1, "cursor": self.cursor, "limit": limit, "reset": [] }).to_string();
        let sent = Instant::now();
        let request = self.agent.post(&self.url).header("authorization", &self.token).header("accept-encoding", encoding);
        let mut reply = request.content_type("application/json").send(body).unwrap();
        let compressed = reply.headers().get("content-encoding").is_some_and(|e| e == "zstd");
        let mut bytes = Vec::new();
        reply.body_mut().as_reader().read_to_end(&mut bytes).unwrap();
        let took = sent.elapsed();
        let wire = bytes.len();
        let text = if compressed { zstd_text(&bytes) } else { String::from_utf8(bytes).unwrap() };
        assert_eq!(reply.status(), 200, "{text}");
        self.cursor = json!(between(&text, "\"cursor\":\"", "\"").expect("a page has a cursor"));
        Page { took, wire, rows: text.matches("\"op\":\"put\"").count(), complete: text.contains("\"complete\":true") }
    }

    /// Reads to the end: pages, rows, bytes on the wire and the time of all.
    fn all(&mut self, limit: usize, encoding: &str) -> (usize, usize, usize, Duration) {
        let mut sum = (0, 0, 0, Duration::ZERO);
        loop {
            let page = self.page(limit, encoding);
            sum = (sum.0 + 1, sum.1 + page.rows, sum.2 + page.wire, sum.3 + page.took);
            if page.complete {
                return sum;
            }
        }
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let rest = text.split_once(before)?.1;
    rest.split_once(after).map(|(inside, _)| inside)
}

fn zstd_text(bytes: &[u8]) -> String {
    String::from_utf8(zstd::stream::decode_all(bytes).unwrap()).unwrap()
}

pub fn run(bench: &Bench, tickets: u64) {
    import::import(bench, "open", tickets);
    let server = bench.serve();
    first_sync(bench, &server);
    nothing_new(bench, &server);
    changes(bench, &server);
}

fn first_sync(bench: &Bench, server: &Served) {
    for (role, encoding) in [("supervisor", "identity"), ("supervisor", "zstd"), ("crew", "identity"), ("crew", "zstd")] {
        let login = bench.logins(role).remove(0);
        let mut runs: Vec<_> = (0..3).map(|_| Reader::new(server, &login).all(1000, encoding)).collect();
        runs.sort_by_key(|r| r.3);
        let (pages, rows, bytes, took) = runs[1];
        println!(
            "first sync of a {role} ({encoding}): {rows} rows in {pages} pages, {:.0} ms: {:.0} rows/s, {} bytes a row, {} KiB (median of 3)",
            took.as_secs_f64() * 1000.0,
            rows as f64 / took.as_secs_f64(),
            bytes / rows.max(1),
            bytes / 1024,
        );
    }
}

fn nothing_new(bench: &Bench, server: &Served) {
    // An account has at most so many devices, so all field people of the city take part.
    let people: Vec<_> = ["inspector", "crew", "contractor_manager"].into_iter().flat_map(|role| bench.logins(role)).collect();
    let mut readers: Vec<Reader> = (0..DEVICES).map(|n| Reader::new(server, &people[n % people.len()])).collect();
    for reader in &mut readers {
        reader.all(1000, "identity");
    }
    for at_once in [1, DEVICES] {
        let barrier = Barrier::new(at_once);
        let began = Instant::now();
        let mut times: Vec<Duration> = std::thread::scope(|scope| {
            let workers: Vec<_> = readers
                .iter_mut()
                .take(at_once)
                .zip(0_u64..)
                .map(|(reader, nth)| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        // Nobody asks at the same instant as all others.
                        std::thread::sleep(Duration::from_millis(nth * 3));
                        (0..ASKS)
                            .map(|_| {
                                // A device asks now and then: 64 of them make some 300 requests a second.
                                std::thread::sleep(Duration::from_millis(if at_once == 1 { 0 } else { 200 }));
                                reader.page(500, "identity").took
                            })
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
        });
        let asked = times.len() as f64;
        println!(
            "pull with nothing new, {at_once} devices: p50 {:.2} ms, p99 {:.2} ms, {:.0}/s",
            percentile_ms(&mut times, 0.5),
            percentile_ms(&mut times, 0.99),
            asked / began.elapsed().as_secs_f64(),
        );
    }
}

/// Somebody sends 100 changes; as soon as they are acknowledged somebody else reads them.
fn changes(bench: &Bench, server: &Served) {
    let login = bench.logins("inspector").remove(0);
    let tickets = tickets_of(server, &login);
    let Loaded { token, bodies } = load(server, &login, &tickets.iter().collect::<Vec<_>>(), Mix::Notes, ROUNDS);
    let mut reader = Reader::new(server, &login);
    reader.all(1000, "identity");
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut times = Vec::new();
    for body in &bodies {
        send(&agent, &server.base, &token, body);
        let page = reader.page(500, "identity");
        assert_eq!(page.rows, 100, "what was acknowledged is not there");
        times.push(page.took);
    }
    println!(
        "delta of 100 changes, acknowledged → read by a second device: p50 {:.1} ms, p99 {:.1} ms ({ROUNDS} rounds)",
        percentile_ms(&mut times, 0.5),
        percentile_ms(&mut times, 0.99),
    );
}

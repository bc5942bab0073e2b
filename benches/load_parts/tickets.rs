//! Tickets registered over HTTP, each with its area, its duplicate candidates and its assignment.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::bench::{Bench, percentile_ms};

const TICKETS: u64 = 4_000;
const CONNECTIONS: usize = 32;

pub fn run(bench: &Bench) {
    let server = bench.serve();
    let operator = bench.logins("operator").remove(0);
    let (mut transport, _) = server.login(&operator);
    let reply = transport.request("GET", "/v1/categories", &[], None).unwrap().ok().unwrap();
    // What a contractor does at once: neither groups nor what an inspector looks at first.
    let fit = |c: &&Value| !c["parent_id"].is_null() && c["needs_inspection"] == false && c["hazard"] != "critical";
    let categories: Vec<Value> = reply["items"].as_array().unwrap().iter().filter(fit).map(|c| c["id"].clone()).collect();
    assert!(
        !categories.is_empty(),
        "no category to register tickets under among {} categories",
        reply["items"].as_array().map_or(0, Vec::len)
    );
    let next = AtomicU64::new(0);
    let began = Instant::now();
    let mut times: Vec<(Duration, bool)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                // Connections of one operator's login: tokens are shared, connections are not.
                let (mut transport, next, categories) = (transport.clone(), &next, &categories);
                scope.spawn(move || {
                    let mut times = Vec::new();
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= TICKETS {
                            return times;
                        }
                        let (lat, lon) = bench.place(n);
                        let body = json!({
                            "category": categories[n as usize % categories.len()], "text": format!("چالهٔ شمارهٔ {n} در مسیر"),
                            "point": { "lat": lat, "lon": lon, "accuracy_m": 8.0 }, "address_text": "خیابان نمونه",
                        });
                        let sent = Instant::now();
                        let key = format!("bench-{n}");
                        let reply = transport.request("POST", "/v1/tickets", &[("Idempotency-Key", &key)], Some(&body)).unwrap();
                        let reply = reply.ok().unwrap();
                        let assigned = reply["work_orders"].as_array().is_some_and(|o| o.iter().any(|o| o["state"] != "draft"));
                        times.push((sent.elapsed(), assigned));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    });
    let took = began.elapsed();
    let assigned = times.iter().filter(|(_, assigned)| *assigned).count();
    let mut durations: Vec<Duration> = times.drain(..).map(|(t, _)| t).collect();
    println!(
        "tickets: {TICKETS} registered by {CONNECTIONS} connections: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms, {assigned} of them given to somebody, server {:.0} MiB",
        TICKETS as f64 / took.as_secs_f64(),
        percentile_ms(&mut durations, 0.5),
        percentile_ms(&mut durations, 0.99),
        server.resident_mib().unwrap_or(f64::NAN),
    );
}

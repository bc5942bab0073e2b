//! Tickets registered over HTTP, each with its area, its likely duplicates and its assignment.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, float, rate},
    people::Login,
    wire::at_once,
};
use bazdid_client::http::HttpTransport;
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;

/// Connections of the operator.
const CONNECTIONS: usize = 32;

/// Measures.
///
/// # Errors
/// The server refuses a ticket.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let many = sizes.tickets.div_ceil(5);
    figures.part("tickets", &format!("{many} registered over HTTP by {CONNECTIONS} connections"));
    let server = bench.serve()?;
    register(bench, &server, figures, "bench", many)?;
    figures.say("memory of the server", server.resident_mib(), "MiB");
    Ok(())
}

/// Registers so many tickets by all connections of the operator. A name makes them other tickets than those of another call.
///
/// # Errors
/// The server refuses a ticket.
pub fn register(bench: &BenchEnv, server: &Served, figures: &mut Figures, name: &str, many: usize) -> BenchResult<f64> {
    let mut http = Login::of(server, &bench.person(Role::Operator)?)?.http;
    let categories = categories(&mut http)?;
    let next = AtomicUsize::new(0);
    let watch = Stopwatch::start();
    // Connections of one operator's login: tokens are shared, connections are not.
    let done = at_once(vec![http; CONNECTIONS], |_, mut http| {
        let mut times: Vec<(Duration, bool)> = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= many {
                return Ok(times);
            }
            let (lat, lon) = bench.place(u64::try_from(n).unwrap_or_default());
            let body = json!({
                "category": categories.iter().cycle().nth(n % categories.len().max(1)), "text": format!("چالهٔ شمارهٔ {n} در مسیر"),
                "point": { "lat": lat, "lon": lon, "accuracy_m": 8.0 }, "address_text": "خیابان نمونه",
            });
            let sent = Stopwatch::start();
            let key = format!("{name}-{n}");
            let ticket = http.request("POST", "/v1/tickets", &[("Idempotency-Key", &key)], Some(&body))?.ok()?;
            let orders = ticket.get("work_orders").and_then(Value::as_array).into_iter().flatten();
            let assigned = orders.filter_map(|o| o.get("state")?.as_str()).any(|state| state != "draft");
            times.push((sent.elapsed(), assigned));
        }
    })?;
    let took = watch.elapsed();
    let (mut times, assigned): (Vec<Duration>, Vec<bool>) = done.into_iter().flatten().unzip();
    let registered = rate(times.len(), took);
    figures.say("registered", registered, "tickets/s");
    figures.times("a ticket", &mut times, Wanted::Open);
    figures.say("of them given to somebody", float(assigned.iter().filter(|a| **a).count()), "tickets");
    Ok(registered)
}

/// What a contractor does at once: neither groups nor what an inspector looks at first.
fn categories(http: &mut HttpTransport) -> BenchResult<Vec<Value>> {
    let reply = http.request("GET", "/v1/categories", &[], None)?.ok()?;
    let items = reply.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let is = |c: &Value, field: &str, value: &Value| c.get(field) == Some(value);
    let fit =
        |c: &&Value| !is(c, "parent_id", &Value::Null) && is(c, "needs_inspection", &json!(false)) && !is(c, "hazard", &json!("critical"));
    let ids: Vec<Value> = items.iter().filter(fit).filter_map(|c| c.get("id").cloned()).collect();
    if ids.is_empty() { Err(Failure::said("the city has no category to register tickets under")) } else { Ok(ids) }
}

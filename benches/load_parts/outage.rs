//! After an outage: many devices send what was done meanwhile, all at once.

use std::{
    collections::BTreeSet,
    sync::{Arc, Barrier},
    time::{Duration, Instant},
};

use bazdid::{
    client::{ClientError, Device, clocks::DeviceClock, http::HttpTransport},
    clock::{SharedClock, SharedIds, SystemClock, SystemIds},
    domain::geo::Point,
};

use super::bench::{Bench, percentile_ms};

const DEVICES: usize = 300;
const MUTATIONS: usize = 20;

pub fn run(bench: &Bench) {
    let server = bench.serve();
    let (clock, ids): (SharedClock, SharedIds) = (Arc::new(SystemClock), Arc::new(SystemIds));
    // An account has at most so many devices, so all field people of the city take part.
    let people: Vec<_> = ["inspector", "crew"].into_iter().flat_map(|role| bench.logins(role)).collect();
    let logins: Vec<_> = people.iter().map(|p| server.login(p)).collect();
    // One category is all that the devices must know before they go offline.
    let mut first = Device::new(logins[0].0.clone(), logins[0].1, "bench", DeviceClock::new(clock.clone(), ids.clone()), ids.clone());
    first.pull().unwrap();
    let category = first.state.copy.list("category").find(|(_, r)| r.row["parent"].is_string()).map(|(id, _)| id).unwrap();

    let mut devices: Vec<Device<HttpTransport>> = (0..DEVICES)
        .map(|n| {
            let (transport, account) = logins[n % logins.len()].clone();
            let mut device =
                Device::new(transport, account, &format!("bench {n}"), DeviceClock::new(clock.clone(), ids.clone()), ids.clone());
            device.register().unwrap();
            for t in 0..MUTATIONS / 4 {
                let (lat, lon) = bench.place((n * 1000 + t) as u64);
                let point = Point { lat, lon, accuracy_m: Some(6.0) };
                let ticket = device.create_ticket(category.into(), &format!("یافته {n}-{t}"), point, None);
                let visit = device.arrive(ticket.uuid(), bazdid::domain::visit::VisitKind::Patrol, point);
                device.add_note(ticket.uuid(), "دیده شد");
                device.leave(ticket.uuid(), visit, bazdid::domain::visit::VisitOutcome::Done);
            }
            assert_eq!(device.state.outbox.pending(), MUTATIONS);
            device
        })
        .collect();

    let barrier = Barrier::new(DEVICES);
    let began = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = devices
            .iter_mut()
            .map(|device| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    let sent = Instant::now();
                    // A busy server says when to come back.
                    while device.state.outbox.pending() > 0 {
                        match device.push() {
                            Ok(_) | Err(ClientError::Lost(_)) => {}
                            Err(ClientError::Later(seconds)) => std::thread::sleep(Duration::from_secs(seconds.min(5))),
                            Err(other) => panic!("{other}"),
                        }
                        assert!(sent.elapsed() < Duration::from_secs(120), "not answered within two minutes");
                    }
                    sent.elapsed()
                })
            })
            .collect();
        workers.into_iter().map(|w| w.join().unwrap()).collect()
    });
    let took = began.elapsed();
    let memory = server.resident_mib().unwrap_or(f64::NAN);

    // What the server holds, seen by fresh devices of the same people.
    let mut held = BTreeSet::new();
    for (transport, account) in &logins {
        let mut fresh = Device::new(transport.clone(), *account, "fresh", DeviceClock::new(clock.clone(), ids.clone()), ids.clone());
        fresh.pull().unwrap();
        for kind in ["ticket", "visit", "note"] {
            held.extend(fresh.state.copy.list(kind).map(|(id, _)| id));
        }
    }
    let mut made = BTreeSet::new();
    let mut statuses = std::collections::BTreeMap::<String, usize>::new();
    for device in &devices {
        for (status, n) in device.tally() {
            *statuses.entry(status).or_default() += n;
        }
        for entry in device.state.outbox.journal() {
            match entry.cmd.as_str() {
                "ticket.create" => drop(made.insert(entry.entity)),
                "visit.record" => drop(made.insert(entry.args["visit"].as_str().unwrap().parse().unwrap())),
                "note.add" => drop(made.insert(entry.args["note"].as_str().unwrap().parse().unwrap())),
                _ => {}
            }
        }
    }
    let lost = made.difference(&held).count();
    println!(
        "outage: {DEVICES} devices × {MUTATIONS} mutations at once: all answered in {:.2} s ({:.0} mutations/s), a device p50 {:.0} ms, p99 {:.0} ms; \
         {} rows made, {lost} lost, {statuses:?}, server {memory:.0} MiB",
        took.as_secs_f64(),
        (DEVICES * MUTATIONS) as f64 / took.as_secs_f64(),
        percentile_ms(&mut times, 0.5),
        percentile_ms(&mut times, 0.99),
        made.len(),
    );
    assert_eq!(lost, 0);
}

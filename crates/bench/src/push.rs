//! What devices send, batch by batch, against the same rows written by plain batched SQL.

use std::time::Duration;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, each, float, percentile_ms, rate},
    import,
    people::{Office, Reach},
    wire::{Loaded, Mix, agent, applied, at_once, first_other, load, push_now, tickets_of},
};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;
use bazdid_store::bench_rows;

/// Mutations in a push.
const BATCH: usize = 100;
/// The same rows are written by plain SQL into as many copies: how fast that goes scatters more than the pushes do.
const PLAIN: [&str; 3] = ["first", "second", "third"];
/// What is sent, by how many devices at once.
const RUNS: [(Mix, usize); 4] = [(Mix::Notes, 1), (Mix::Notes, 8), (Mix::Facts, 1), (Mix::Facts, 8)];

/// Measures.
///
/// # Errors
/// A mutation was not applied, or the database refuses.
pub fn run(bench: &mut BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    // Something to report about, as much as a city has open.
    import::import(bench, "push", 0..sizes.tickets)?;
    let before = PLAIN.into_iter().map(|name| bench.copy_database(name)).collect::<BenchResult<Vec<_>>>()?;
    let server = bench.serve()?;
    let sent = send(bench, &server, figures, sizes)?;
    drop(server);
    let rows = bench_rows::rows_since(bench.url(), before.first().ok_or_else(|| Failure::said("no copy"))?)?;
    figures.say("plain SQL, rows a mutation", each(rows.count(), rows.mutations()), "rows");
    let mut whole = Vec::with_capacity(PLAIN.len());
    for (copy, name) in before.iter().zip(PLAIN) {
        let mut times = bench_rows::write_plain(copy, &rows, BATCH)?;
        let took: Duration = times.iter().sum();
        figures.say(&format!("plain SQL, {name}, the same rows by one connection"), rate(rows.mutations(), took), "mutations/s");
        figures.times(&format!("plain SQL, {name}, a batch"), &mut times, Wanted::Open);
        whole.push(took);
    }
    let plain = float(rows.mutations()) / percentile_ms(&mut whole, 0.5) * 1000.0;
    // What one device reaches alone is how long it waits for its own answers, not what the server can take.
    let against = |(mutations, took)| rate(mutations, took) / plain * 100.0;
    figures.judge("pushes by 8 devices against plain SQL, the median", against(sent.by_many), "%", Wanted::Least(50.0));
    figures.say("all pushes, by one device and by 8, against plain SQL", against(sent.all), "%");
    Ok(())
}

/// What was sent: mutations, and how long they took.
#[derive(Debug, Default)]
struct Sent {
    /// By all runs.
    all: (usize, Duration),
    /// By those of several devices at once. Notes and facts are as many in these as in all.
    by_many: (usize, Duration),
}

fn send(bench: &BenchEnv, server: &Served, figures: &mut Figures, sizes: &Sizes) -> BenchResult<Sent> {
    let wanted = Wanted::Least(if bench.database() == "sqlite" { 10_000.0 } else { 8_000.0 });
    let mut office = Office::open(bench, server)?;
    figures.part("push", &format!("batches of {BATCH} about {} tickets in {} districts", sizes.tickets, office.districts()));
    // Who reads every area of the city; each device reports about tickets of its own.
    let devices: usize = RUNS.iter().map(|(_, devices)| devices).sum();
    let mut logins = office.logins(Role::Supervisor, Reach::City, devices)?;
    let reader = logins.first().ok_or_else(|| Failure::said("no login"))?;
    let tickets = tickets_of(bench, reader)?;
    let mut sent = Sent::default();
    for (mix, devices) in RUNS {
        let share = |n: usize| tickets.iter().skip(n).step_by(devices).collect::<Vec<_>>();
        let loaded = logins.drain(..devices).enumerate();
        let loaded = loaded.map(|(n, login)| load(bench, &login, &share(n), mix, sizes.batches / devices, BATCH));
        let loaded = loaded.collect::<BenchResult<Vec<Loaded>>>()?;
        let bodies: Vec<&String> = loaded.iter().flat_map(|l| &l.bodies).collect();
        let mutations = bodies.len() * BATCH;
        let (bytes, packed) = (bodies.iter().map(|b| b.len()).sum::<usize>(), packed(&bodies)?);
        let batches = bodies.len();
        let statements = server.count_statements()?;
        let watch = Stopwatch::start();
        let done = at_once(loaded, |_, device| send_all(&server.base, &device))?;
        let took = watch.elapsed();
        let mut times: Vec<Duration> = done.into_iter().flatten().collect();
        let name = format!("{} by {devices}", mix.word());
        figures.judge(&name, rate(mutations, took), "mutations/s", if devices > 1 { wanted } else { Wanted::Open });
        figures.times(&format!("{name}, a batch"), &mut times, Wanted::Open);
        figures.say(&format!("{name}, a batch"), statements.each(batches)?, "statements");
        figures.say(&format!("{name}, size"), each(bytes, mutations), "bytes a mutation");
        figures.say(
            &format!("{name}, size with zstd"),
            packed / f64::from(u32::try_from(mutations).unwrap_or(u32::MAX)),
            "bytes a mutation",
        );
        for (sum, counts) in [(&mut sent.all, true), (&mut sent.by_many, devices > 1)] {
            if counts {
                sum.0 += mutations;
                sum.1 += took;
            }
        }
    }
    figures.say("memory of the server", server.resident_mib(), "MiB");
    Ok(sent)
}

/// Sends every push of a device; how long each took.
fn send_all(base: &str, device: &Loaded) -> BenchResult<Vec<Duration>> {
    let agent = agent();
    let mut times = Vec::with_capacity(device.bodies.len());
    for body in &device.bodies {
        let sent = Stopwatch::start();
        let answer = push_now(&agent, base, &device.bearer, body)?;
        times.push(sent.elapsed());
        let applied = applied(&answer);
        if applied != BATCH {
            return Err(Failure::said(format!("{applied} of {BATCH} mutations were applied: {}", first_other(&answer))));
        }
    }
    Ok(times)
}

/// Bytes of the bodies as a device would pack them; of every eighth one, for all.
fn packed(bodies: &[&String]) -> BenchResult<f64> {
    let (mut plain, mut packed) = (0_usize, 0_usize);
    for body in bodies.iter().step_by(8) {
        plain += body.len();
        packed += zstd::encode_all(body.as_bytes(), 3).map_err(|e| Failure::said(format!("zstd: {e}")))?.len();
    }
    let all: usize = bodies.iter().map(|b| b.len()).sum();
    Ok(each(packed, plain) * f64::from(u32::try_from(all).unwrap_or(u32::MAX)))
}

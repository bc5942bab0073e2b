//! What pulls cost with few tickets in the store and with a hundred times as many: they must cost what changed, not what is there.

use std::time::Duration;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, percentile_ms},
    import,
    people::{Office, Reach},
    pull::{CHANGES, LARGE, ask, delta},
    wire::{Loaded, Mix, Reader, Ticket, load, tickets_of},
};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;

/// The small store has this part of the large one's tickets.
const PART: usize = 100;
/// Requests of one file: progress is told after each.
const CHUNK: usize = 50_000;
/// Nothing came for so long: the server is at rest.
const PAUSE: Duration = Duration::from_secs(2);
/// It is at rest after this.
const PATIENCE: Duration = Duration::from_secs(600);
/// How much more the large store may cost.
const MOST: f64 = 1.3;

/// Measures.
///
/// # Errors
/// The server refuses.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let (small, large) = (sizes.large.div_ceil(PART), sizes.large);
    figures.part("size", &format!("pulls with {small} tickets in the store and with {large}"));
    import::import(bench, "size", 0..small)?;
    let server = bench.serve()?;
    let mut office = Office::open(bench, &server)?;
    let mut logins = office.logins(Role::Inspector, Reach::OneDistrict, 2)?;
    let (writer, reader) = logins.pop().zip(logins.pop()).ok_or_else(|| Failure::said("no login"))?;
    let tickets = tickets_of(bench, &writer)?;
    let tickets: Vec<&Ticket> = tickets.iter().collect();
    let mut pushes = Vec::new();
    for _ in 0..2 {
        pushes.push(load(bench, &writer, &tickets, Mix::Notes, sizes.rounds, CHANGES)?);
    }
    let (second, first) = pushes.pop().zip(pushes.pop()).ok_or_else(|| Failure::said("no pushes"))?;
    let mut phone = Reader::new(bench, &server, &reader)?;
    let before = measure(bench, &server, &mut phone, &first, figures, sizes, &format!("{small} tickets"))?;
    drop(server);
    grow(bench, small..large)?;
    let server = bench.serve()?;
    phone.move_to(&server.base);
    let after = measure(bench, &server, &mut phone, &second, figures, sizes, &format!("{large} tickets"))?;
    figures.judge("nothing new, p50, large against small", after.0 / before.0, "times", Wanted::Below(MOST));
    figures.judge("100 changes, p50, large against small", after.1 / before.1, "times", Wanted::Below(MOST));
    if let Some(size) = bench.file_mib() {
        figures.say("database file", size, "MiB");
    }
    Ok(())
}

/// Registers requests, file after file.
fn grow(bench: &BenchEnv, rows: std::ops::Range<usize>) -> BenchResult<()> {
    let watch = Stopwatch::start();
    for from in rows.clone().step_by(CHUNK) {
        bench.watch.go_on()?;
        let to = from.saturating_add(CHUNK).min(rows.end);
        let rate = import::import(bench, "size", from..to)?;
        bazdid_command::out(format_args!("  … {to} of {} tickets, {rate:.0} a second, {:.0} s", rows.end, watch.elapsed().as_secs_f64()));
    }
    Ok(())
}

/// Reads until the server has come to rest: what so many new orders bring with them is followed up in the background.
fn settle(bench: &BenchEnv, reader: &mut Reader) -> BenchResult<()> {
    let watch = Stopwatch::start();
    while reader.all(LARGE, "identity")?.rows > 0 {
        bench.watch.go_on()?;
        if watch.elapsed() > PATIENCE {
            return Err(Failure::said("the server did not come to rest"));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Medians of nothing new and of a hundred changes, milliseconds. The reader first reads all that is there.
fn measure(
    bench: &BenchEnv,
    server: &Served,
    reader: &mut Reader,
    pushes: &Loaded,
    figures: &mut Figures,
    sizes: &Sizes,
    name: &str,
) -> BenchResult<(f64, f64)> {
    bench.watch.go_on()?;
    settle(bench, reader)?;
    // Caches are warm after the first few.
    ask(reader, 5, Duration::ZERO)?;
    let mut quiet = ask(reader, sizes.rounds.saturating_mul(5), Duration::ZERO)?;
    let mut changes = delta(server, pushes, reader, CHANGES)?;
    figures.times(&format!("nothing new, {name}"), &mut quiet, Wanted::Open);
    figures.times(&format!("100 changes, {name}"), &mut changes, Wanted::Open);
    Ok((percentile_ms(&mut quiet, 0.5), percentile_ms(&mut changes, 0.5)))
}

//! What devices read: first sync, nothing new, a hundred changes.

use std::time::Duration;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, each, millis, rate},
    import,
    people::{Login, Office, Reach},
    wire::{Loaded, Mix, Pages, Reader, Ticket, agent, at_once, load, push_now, tickets_of},
};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;

/// Devices that ask now and then whether there is anything new.
const DEVICES: usize = 64;
/// From one question of one of them to the next: together they ask 320 times a second.
const EVERY: Duration = Duration::from_millis(200);
/// Memory that is not needed is given back within so long.
const REST: Duration = Duration::from_secs(3);
/// Nobody asks at the same instant as all others.
const STAGGER: Duration = Duration::from_millis(3);
/// Changes of a delta.
pub const CHANGES: usize = 100;
/// Rows of a page of a first sync.
pub const LARGE: usize = 1000;
/// Rows of a page of a later one.
pub const USUAL: usize = 500;

/// Measures.
///
/// # Errors
/// The server refuses, or what was acknowledged is not there.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    figures.part("pull", &format!("what devices read of {} tickets", sizes.tickets));
    import::import(bench, "pull", 0..sizes.tickets)?;
    let server = bench.serve()?;
    let mut office = Office::open(bench, &server)?;
    first_sync(bench, &server, &mut office, figures)?;
    figures.say("memory of the server right after first syncs", server.resident_mib(), "MiB");
    std::thread::sleep(REST);
    figures.say("memory of the server after a rest", server.resident_mib(), "MiB");
    nothing_new(bench, &server, &mut office, figures, sizes)?;
    changes(bench, &server, &mut office, figures, sizes)?;
    figures.say("memory of the server", server.resident_mib(), "MiB");
    Ok(())
}

fn first_sync(bench: &BenchEnv, server: &Served, office: &mut Office<'_>, figures: &mut Figures) -> BenchResult<()> {
    for (role, reach) in [(Role::Supervisor, Reach::City), (Role::Inspector, Reach::Districts)] {
        let login = office.logins(role, reach, 1)?.pop().ok_or_else(|| Failure::said("no login"))?;
        for encoding in ["identity", "zstd"] {
            let pages = median_sync(bench, server, &login, encoding)?;
            let who = if role == Role::Inspector { "an inspector" } else { "a supervisor" };
            let name = format!("first sync of {who} ({encoding})");
            let wanted = if encoding == "identity" { Wanted::Least(50_000.0) } else { Wanted::Open };
            figures.judge(&name, rate(pages.rows, pages.took), "rows/s", wanted);
            figures.say(&format!("{name}, all of it"), millis(pages.took), "ms");
            figures.say(&format!("{name}, size"), each(pages.wire, pages.rows), "bytes a row");
        }
    }
    Ok(())
}

/// A first sync: that with the median time of three.
///
/// # Errors
/// The server refuses.
pub fn median_sync(bench: &BenchEnv, server: &Served, login: &Login, encoding: &str) -> BenchResult<Pages> {
    let runs = (0..3).map(|_| Reader::new(bench, server, login)?.all(LARGE, encoding));
    let mut runs = runs.collect::<BenchResult<Vec<Pages>>>()?;
    runs.sort_by_key(|pages| pages.took);
    runs.get(1).copied().ok_or_else(|| Failure::said("no first sync"))
}

fn nothing_new(bench: &BenchEnv, server: &Served, office: &mut Office<'_>, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let logins = office.logins(Role::Inspector, Reach::Districts, DEVICES)?;
    let mut readers = Vec::with_capacity(DEVICES);
    for login in &logins {
        let mut reader = Reader::new(bench, server, login)?;
        reader.all(LARGE, "identity")?;
        readers.push(reader);
    }
    let statements = server.count_statements()?;
    let mut times = readers.last_mut().map_or(Ok(Vec::new()), |reader| ask(reader, sizes.rounds, Duration::ZERO))?;
    figures.say("nothing new, a request", statements.each(times.len())?, "statements");
    figures.times("nothing new, one device", &mut times, Wanted::Open);
    let watch = Stopwatch::start();
    let times = at_once(readers, |nth, mut reader| {
        std::thread::sleep(STAGGER.saturating_mul(u32::try_from(nth).unwrap_or_default()));
        ask(&mut reader, sizes.rounds, EVERY)
    })?;
    let took = watch.elapsed();
    let mut times: Vec<Duration> = times.into_iter().flatten().collect();
    let name = format!("nothing new, {DEVICES} devices");
    figures.say(&name, rate(times.len(), took), "requests/s");
    figures.times(&name, &mut times, Wanted::Below(5.0));
    Ok(())
}

/// Asks so often whether there is anything new, at fixed times: who paused after each answer would fall in step with all whom the
/// same hiccup held up, and the crowd would stay. How long each answer took.
///
/// # Errors
/// The server refuses, or there is something new.
pub fn ask(reader: &mut Reader, often: usize, every: Duration) -> BenchResult<Vec<Duration>> {
    let mut times = Vec::with_capacity(often);
    let (watch, mut due) = (Stopwatch::start(), Duration::ZERO);
    for _ in 0..often {
        std::thread::sleep(due.saturating_sub(watch.elapsed()));
        due = due.saturating_add(every);
        let page = reader.page_now(USUAL, "identity")?;
        if page.rows > 0 || !page.complete {
            return Err(Failure::said(format!("{} rows came though nothing was written", page.rows)));
        }
        times.push(page.took);
    }
    Ok(times)
}

fn changes(bench: &BenchEnv, server: &Served, office: &mut Office<'_>, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let mut logins = office.logins(Role::Inspector, Reach::OneDistrict, 2)?;
    let (writer, reader) = logins.pop().zip(logins.pop()).ok_or_else(|| Failure::said("no login"))?;
    let tickets = tickets_of(bench, &writer)?;
    let tickets: Vec<&Ticket> = tickets.iter().collect();
    for (many, wanted, what) in [(CHANGES, 30.0, "delta of 100 changes"), (1, 50.0, "one change, acknowledged → read by a second device")]
    {
        let mut reader = Reader::new(bench, server, &reader)?;
        reader.all(LARGE, "identity")?;
        let loaded = load(bench, &writer, &tickets, Mix::Notes, sizes.rounds, many)?;
        let statements = server.count_statements()?;
        let mut times = delta(server, &loaded, &mut reader, many)?;
        figures.say(&format!("{what}, a push and a pull"), statements.each(times.len())?, "statements");
        figures.times(what, &mut times, Wanted::Below(wanted));
    }
    Ok(())
}

/// Somebody sends so many changes; as soon as they are acknowledged somebody else reads them. How long they took, each time.
///
/// # Errors
/// The server refuses, or what was acknowledged is not there.
pub fn delta(server: &Served, loaded: &Loaded, reader: &mut Reader, many: usize) -> BenchResult<Vec<Duration>> {
    let agent = agent();
    let mut times = Vec::with_capacity(loaded.bodies.len());
    for body in &loaded.bodies {
        push_now(&agent, &server.base, &loaded.bearer, body)?;
        let page = reader.page_now(USUAL, "identity")?;
        if page.rows != many || !page.complete {
            return Err(Failure::said(format!("{many} changes were acknowledged and {} were read: {}", page.rows, reader.kinds())));
        }
        times.push(page.took);
    }
    Ok(times)
}

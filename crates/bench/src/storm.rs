//! The morning storm: overnight the city registered requests; then all devices are switched on at once. Each reads what changed, sends
//! something, and looks whether there is more.

use std::time::Duration;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, float, rate},
    import,
    people::{Login, Office, Reach},
    pull::USUAL,
    wire::{Loaded, Mix, Pages, Pushed, Reader, agent, applied, at_once, device, first_other, load_on, push, tickets_of},
};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;

/// Mutations that a device sends in the morning.
const SENT: usize = 2;

/// Measures.
///
/// # Errors
/// Something was refused or lost.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let (many, overnight) = (sizes.devices, sizes.tickets.div_ceil(20));
    figures.part("storm", &format!("{many} devices at once, after a night of {overnight} requests"));
    let server = bench.serve()?;
    let mut office = Office::open(bench, &server)?;
    let logins = office.logins(Role::Inspector, Reach::Districts, many)?;
    let phones = evening(bench, &server, &logins)?;
    let mut reader = office.logins(Role::Supervisor, Reach::City, 1)?.pop().ok_or_else(|| Failure::said("no login"))?;
    let before = notes(bench, &reader)?;
    drop(server);
    import::import(bench, "storm", 0..overnight)?;
    let server = bench.serve()?;
    let watch = Stopwatch::start();
    let done = at_once(phones, |_, phone| phone.moved_to(&server).wake_up(bench))?;
    let took = watch.elapsed();
    let memory = server.resident_mib();
    let rows: usize = done.iter().map(|d| d.read.rows).sum();
    figures.say("all done after", took.as_secs_f64(), "s");
    figures.say("rows served", rate(rows, took), "rows/s");
    figures.say("rows that a device had to read", float(rows) / float(many), "rows");
    let mut times: Vec<Duration> = done.iter().map(|d| d.took).collect();
    figures.times("a device until it is done", &mut times, Wanted::Open);
    figures.say("asked to come back later", float(done.iter().map(|d| d.later).sum()), "times");
    figures.say("memory of the server", memory, "MiB");
    reader.http.move_to(&server.base);
    let lost = (many * SENT).saturating_sub(notes(bench, &reader)?.saturating_sub(before));
    figures.say("mutations lost", float(lost), "mutations");
    if lost == 0 { Ok(()) } else { Err(Failure::said(format!("{lost} notes that were acknowledged are not on the server"))) }
}

/// How many notes the city has.
fn notes(bench: &BenchEnv, reader: &Login) -> BenchResult<usize> {
    let mut device = device(bench, reader, "bench");
    device.pull()?;
    Ok(device.state.copy.list("note").count())
}

/// A device with what it read in the evening.
struct Phone {
    reader: Reader,
    base: String,
    loaded: Loaded,
}

/// Devices that have read everything, each with something to send in the morning.
fn evening(bench: &BenchEnv, server: &Served, logins: &[Login]) -> BenchResult<Vec<Phone>> {
    let mut phones: Vec<Phone> = Vec::with_capacity(logins.len());
    let mut known = std::collections::BTreeMap::new();
    for login in logins {
        bench.watch.go_on()?;
        let tickets = match known.remove(&login.account) {
            Some(tickets) => tickets,
            None => tickets_of(bench, login)?,
        };
        let mut reader = Reader::new(bench, server, login)?;
        reader.all(USUAL, "zstd")?;
        // The same device reads and sends.
        let own = tickets.iter().skip(phones.len() % tickets.len()).collect::<Vec<_>>();
        let loaded = load_on(bench, login, &reader.device, &own, Mix::Notes, 1, SENT)?;
        known.insert(login.account, tickets);
        phones.push(Phone { reader, base: server.base.clone(), loaded });
    }
    Ok(phones)
}

/// What a device did in the morning.
struct Done {
    took: Duration,
    read: Pages,
    later: usize,
}

impl Phone {
    fn moved_to(mut self, server: &Served) -> Self {
        self.base.clone_from(&server.base);
        self.reader.move_to(&server.base);
        self
    }

    fn wake_up(mut self, bench: &BenchEnv) -> BenchResult<Done> {
        let watch = Stopwatch::start();
        let mut read = self.reader.all(USUAL, "zstd")?;
        let mut later = read.later;
        let agent = agent();
        for body in &self.loaded.bodies {
            loop {
                bench.watch.go_on()?;
                match push(&agent, &self.base, &self.loaded.bearer, body)? {
                    Pushed::Answered(answer) if applied(&answer) == SENT => break,
                    Pushed::Answered(answer) => return Err(Failure::said(format!("a note was not applied: {}", first_other(&answer)))),
                    Pushed::Later(seconds) => {
                        later += 1;
                        std::thread::sleep(Duration::from_secs(seconds));
                    }
                }
            }
        }
        let more = self.reader.all(USUAL, "zstd")?;
        read.rows += more.rows;
        later += more.later;
        Ok(Done { took: watch.elapsed(), read, later })
    }
}

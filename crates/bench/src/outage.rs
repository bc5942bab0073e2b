//! After an outage: many devices send what was done meanwhile, all at once; then what they did is compared with what the server holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, float, rate},
    people::{Login, Office, Reach},
    wire::{at_once, device},
};
use bazdid_client::{ClientError, Device, http::HttpTransport};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::{
    account::Role,
    visit::{VisitKind, VisitOutcome},
};
use bazdid_protocol::{geo::Point, ids::CategoryId};

/// Mutations of a device: so many findings of a ticket, a visit, a note and leaving.
const FINDINGS: usize = 5;
/// Mutations of a finding.
const EACH: usize = 4;
/// Whoever is not answered after so long is not answered.
const PATIENCE: Duration = Duration::from_secs(180);
/// The longest wait of a device that the server asks to come back later.
const LONGEST_WAIT_S: u64 = 5;

/// Measures.
///
/// # Errors
/// Something was refused or lost.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let many = sizes.devices;
    figures.part("outage", &format!("{many} devices send {} mutations each, all at once", FINDINGS * EACH));
    let server = bench.serve()?;
    let mut office = Office::open(bench, &server)?;
    let logins = office.logins(Role::Inspector, Reach::Districts, many)?;
    let category = category(&mut office)?;
    let devices = prepare(bench, &logins, category)?;
    let watch = Stopwatch::start();
    let done = at_once(devices, |_, device| send(bench, device))?;
    let took = watch.elapsed();
    let memory = server.resident_mib();
    let mutations = many * FINDINGS * EACH;
    figures.judge("all answered after", took.as_secs_f64(), "s", Wanted::Below(10.0));
    figures.say("throughput", rate(mutations, took), "mutations/s");
    let mut times: Vec<Duration> = done.iter().map(|d| d.took).collect();
    figures.times("a device until it is done", &mut times, Wanted::Open);
    figures.say("asked to come back later", float(done.iter().map(|d| d.later).sum()), "times");
    figures.say("answers that did not come", float(done.iter().map(|d| d.lost).sum()), "answers");
    figures.judge("memory of the server", memory, "MiB", Wanted::Below(400.0));
    let reader = office.logins(Role::Supervisor, Reach::City, 1)?.pop().ok_or_else(|| Failure::said("no login"))?;
    account_for(bench, &server, &reader, &done, figures)
}

/// A category at which an inspector looks first: the system chooses one for every new ticket, which costs the most that can follow.
fn category(office: &mut Office<'_>) -> BenchResult<CategoryId> {
    let all = office.admin.list("/v1/categories")?;
    let first = all.into_iter().find(|c| c.get("needs_inspection") == Some(&json!(true)));
    let id = first.and_then(|c| serde_json::from_value(c.get("id")?.clone()).ok());
    id.ok_or_else(|| Failure::said("the city has no category at which an inspector looks first"))
}

/// The devices, offline with their work in the outbox.
fn prepare(bench: &BenchEnv, logins: &[Login], category: CategoryId) -> BenchResult<Vec<Device<HttpTransport>>> {
    let made = logins.iter().zip(0_u64..).map(|(login, n)| {
        let mut device = device(bench, login, &format!("bench {n}"));
        device.register()?;
        for t in 0..FINDINGS {
            let (lat, lon) = bench.place(n * 1000 + u64::try_from(t).unwrap_or_default());
            let point = Point { lat, lon, accuracy_m: Some(6.0) };
            let ticket = device.create_ticket(category, &format!("یافته {n}-{t}"), point, None);
            let visit = device.arrive(ticket.uuid(), VisitKind::Patrol, point);
            device.add_note(ticket.uuid(), "دیده شد");
            device.leave(ticket.uuid(), visit, VisitOutcome::Done);
        }
        Ok(device)
    });
    made.collect()
}

/// What became of a device.
struct Done {
    device: Device<HttpTransport>,
    took: Duration,
    later: usize,
    lost: usize,
}

/// Sends until everything is answered; comes back when the server says so.
fn send(bench: &BenchEnv, mut device: Device<HttpTransport>) -> BenchResult<Done> {
    let watch = Stopwatch::start();
    let (mut later, mut lost) = (0, 0);
    while device.state.outbox.pending() > 0 {
        bench.watch.go_on()?;
        match device.push() {
            Ok(report) => lost += report.lost_replies,
            Err(ClientError::Lost(_)) => lost += 1,
            Err(ClientError::Later(seconds)) => {
                later += 1;
                std::thread::sleep(Duration::from_secs(seconds.min(LONGEST_WAIT_S)));
            }
            Err(other) => return Err(other.into()),
        }
        if watch.elapsed() > PATIENCE {
            return Err(Failure::said("a device was not answered within three minutes"));
        }
    }
    Ok(Done { device, took: watch.elapsed(), later, lost })
}

/// Compares what the devices made with what a new device reads that may read all of the city.
fn account_for(bench: &BenchEnv, server: &Served, reader: &Login, done: &[Done], figures: &mut Figures) -> BenchResult<()> {
    let mut fresh = device(bench, reader, "fresh");
    fresh.pull()?;
    let held: BTreeSet<Uuid> =
        ["ticket", "visit", "note"].into_iter().flat_map(|kind| fresh.state.copy.list(kind).map(|(id, _)| id)).collect();
    let mut made = BTreeSet::new();
    let mut statuses = BTreeMap::<String, usize>::new();
    for Done { device, .. } in done {
        for (status, n) in device.tally() {
            *statuses.entry(status).or_default() += n;
        }
        for entry in device.state.outbox.journal() {
            let argument = |name: &str| entry.args.get(name).and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
            made.extend(match entry.cmd.as_str() {
                "ticket.create" => Some(entry.entity),
                "visit.record" => argument("visit"),
                "note.add" => argument("note"),
                _ => None,
            });
        }
    }
    let lost: Vec<&Uuid> = made.difference(&held).collect();
    for (status, n) in &statuses {
        figures.say(&format!("answered {status}"), float(*n), "mutations");
    }
    figures.say("rows made by the devices", float(made.len()), "rows");
    figures.say("rows lost", float(lost.len()), "rows");
    figures.say("memory of the server after reading", server.resident_mib(), "MiB");
    match lost.first() {
        None => Ok(()),
        Some(id) => Err(Failure::said(format!("{} rows that were answered are not on the server, such as {id}", lost.len()))),
    }
}

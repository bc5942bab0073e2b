//! Floods: one party asks for all it can while four others work as ever. How much slower do they get, and how much memory does it take?
//!
//! Who floods is a process of its own with the least priority, so that the processors which it shares with the server distort little; its processor
//! time stands beside the figures. Each flood ends by itself after a few seconds.

pub mod flood;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, float, percentile_ms},
    hostile::flood::{Flood, Hostile},
    people::{Login, Office, Reach},
    wire::{Mix, Reader, agent, load_on, tickets_of},
};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;

/// People who work meanwhile, each with an account of their own.
const PEOPLE: usize = 4;
/// Logins of one account before the next one is made.
const OF_ONE_ACCOUNT: usize = 18;
/// What they wait between two rounds.
const REST: Duration = Duration::from_millis(50);
/// A flood is there after so long.
const SETTLE: Duration = Duration::from_millis(500);
/// Memory is looked at so often.
const LOOK: Duration = Duration::from_millis(50);
/// How long a flood lasts for so many rounds of the bench, seconds.
const ROUNDS_A_SECOND: usize = 12;

/// Measures.
///
/// # Errors
/// Ordinary work was refused, or the server went away.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let seconds = (sizes.rounds / ROUNDS_A_SECOND).clamp(1, 30);
    figures.part("hostile", &format!("{PEOPLE} people work, and one party floods the server, {seconds} s each"));
    let lasts = Duration::from_secs(u64::try_from(seconds).unwrap_or(1));
    let server = bench.serve_as_installed()?;
    let mut office = Office::open(bench, &server)?;
    let logins = office.logins(Role::Inspector, Reach::Districts, PEOPLE * OF_ONE_ACCOUNT)?;
    let logins: Vec<Login> = logins.into_iter().take(PEOPLE).collect();
    let crew = office.logins(Role::Supervisor, Reach::City, 1)?.pop().ok_or_else(|| Failure::said("no login"))?;
    let hostile = Hostile::new(bench, &server, &crew, sizes)?;
    let mut refused = 0;
    let quiet = phase(bench, &server, &logins, lasts, None)?;
    let base = tell(figures, "without a flood", quiet, None, &mut refused);
    for flood in Flood::ALL {
        bench.watch.go_on()?;
        let worked = phase(bench, &server, &logins, lasts, Some((flood, &hostile)))?;
        tell(figures, flood.name(), worked, Some(base), &mut refused);
    }
    figures.judge("ordinary requests refused in all floods", float(refused), "requests", Wanted::Below(1.0));
    if refused > 0 { Err(Failure::said("ordinary work was refused while another party flooded the server")) } else { Ok(()) }
}

/// What came of a phase.
struct Worked {
    times: Vec<Duration>,
    alive: Vec<Duration>,
    refused: usize,
    memory_mib: f64,
    flooder_s: f64,
    asked: usize,
    turned_away: usize,
}

fn tell(figures: &mut Figures, name: &str, mut worked: Worked, base: Option<f64>, refused: &mut usize) -> f64 {
    let p99 = percentile_ms(&mut worked.times, 0.99);
    figures.times(&format!("{name}, ordinary"), &mut worked.times, Wanted::Open);
    if let Some(base) = base {
        figures.judge(&format!("{name}, ordinary p99 against without"), p99 / base, "times", Wanted::Below(2.0));
        figures.say(&format!("{name}, asked"), float(worked.asked), "times");
        figures.say(&format!("{name}, turned away or cut"), float(worked.turned_away), "times");
        figures.say(&format!("{name}, processor time of who floods"), worked.flooder_s, "s");
    }
    figures.say(&format!("{name}, /livez, p99"), percentile_ms(&mut worked.alive, 0.99), "ms");
    figures.judge(&format!("{name}, memory of the server at most"), worked.memory_mib, "MiB", Wanted::Below(400.0));
    *refused += worked.refused;
    p99
}

/// Lets people work for a time, with or without a flood.
fn phase(bench: &BenchEnv, server: &Served, logins: &[Login], lasts: Duration, flood: Option<(Flood, &Hostile)>) -> BenchResult<Worked> {
    let people = logins.iter().map(|login| Person::new(bench, server, login, lasts)).collect::<BenchResult<Vec<_>>>()?;
    let (ends, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    let (ends, ended) = (&ends, &ended);
    std::thread::scope(|scope| {
        let flooding = flood.map(|(flood, hostile)| scope.spawn(move || hostile.play(flood, ends)));
        if flooding.is_some() {
            std::thread::sleep(SETTLE);
        }
        let memory = scope.spawn(move || {
            let mut most = 0.0_f64;
            while !ended.load(Ordering::Relaxed) {
                most = most.max(server.resident_mib());
                std::thread::sleep(LOOK);
            }
            most
        });
        let alive = scope.spawn(move || ask_livez(server, ended));
        let working: Vec<_> = people.into_iter().map(|person| scope.spawn(move || person.work(lasts))).collect();
        let worked: Vec<_> = working.into_iter().map(|w| w.join().map_err(|_| Failure::said("a person broke down"))).collect();
        ends.store(true, Ordering::Relaxed);
        let flooded = flooding.map(|f| f.join().map_err(|_| Failure::said("the flood broke down")));
        ended.store(true, Ordering::Relaxed);
        let memory_mib = memory.join().unwrap_or(f64::NAN);
        let alive = alive.join().map_err(|_| Failure::said("nobody asked whether the server lives"))??;
        let flooded = flooded.transpose()?.transpose()?.unwrap_or_default();
        let (mut times, mut refused) = (Vec::new(), 0);
        for person in worked {
            let done = person??;
            times.extend(done.times);
            refused += done.refused;
        }
        Ok(Worked { times, alive, refused, memory_mib, flooder_s: flooded.seconds, asked: flooded.asked, turned_away: flooded.turned_away })
    })
}

fn ask_livez(server: &Served, ended: &AtomicBool) -> BenchResult<Vec<Duration>> {
    let (agent, url, mut times) = (agent(), format!("{}/livez", server.base), Vec::new());
    while !ended.load(Ordering::Relaxed) {
        let watch = Stopwatch::start();
        agent.get(&url).call().map_err(|e| Failure::said(format!("the server does not live: {e}")))?;
        times.push(watch.elapsed());
        std::thread::sleep(REST);
    }
    Ok(times)
}

/// Somebody who works as ever: looks for news, sends a note, looks at their own account.
struct Person {
    agent: Agent,
    base: String,
    bearer: String,
    reader: Reader,
    bodies: Vec<String>,
}

#[derive(Default)]
struct Done {
    times: Vec<Duration>,
    refused: usize,
}

impl Person {
    fn new(bench: &BenchEnv, server: &Served, login: &Login, lasts: Duration) -> BenchResult<Self> {
        let tickets = tickets_of(bench, login)?;
        let mut reader = Reader::new(bench, server, login)?;
        reader.all(500, "identity")?;
        let rounds = usize::try_from(lasts.as_millis() / REST.as_millis()).unwrap_or(1) + 1;
        let few: Vec<_> = tickets.iter().take(20).collect();
        let loaded = load_on(bench, login, &reader.device, &few, Mix::Notes, rounds, 1)?;
        Ok(Self { agent: agent(), base: server.base.clone(), bearer: loaded.bearer, reader, bodies: loaded.bodies })
    }

    fn work(mut self, lasts: Duration) -> BenchResult<Done> {
        let (watch, mut done) = (Stopwatch::start(), Done::default());
        for body in std::mem::take(&mut self.bodies) {
            if watch.elapsed() > lasts {
                break;
            }
            let pull = json!({ "device": self.reader.device, "schema": 1, "cursor": self.reader.cursor, "limit": 100, "reset": [] });
            self.ask(&mut done, "POST", "/v1/sync/push", Some(body))?;
            self.ask(&mut done, "POST", "/v1/sync/pull", Some(pull.to_string()))?;
            self.ask(&mut done, "GET", "/v1/me", None)?;
            std::thread::sleep(REST);
        }
        Ok(done)
    }

    fn ask(&self, done: &mut Done, method: &str, path: &str, body: Option<String>) -> BenchResult<()> {
        let lost = |e: &dyn std::fmt::Display| Failure::said(format!("ordinary work got no answer: {e}"));
        let watch = Stopwatch::start();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header("authorization", &self.bearer).header("content-type", "application/json");
        let mut answer = match body {
            Some(body) => self.agent.run(request.body(body).map_err(|e| lost(&e))?),
            None => self.agent.run(request.body(()).map_err(|e| lost(&e))?),
        }
        .map_err(|e| lost(&e))?;
        let text = answer.body_mut().read_to_string().map_err(|e| lost(&e))?;
        done.times.push(watch.elapsed());
        match answer.status().as_u16() {
            200 => Ok(()),
            429 | 503 => {
                done.refused += 1;
                Ok(())
            }
            other => {
                let answer: Value = serde_json::from_str(&text).unwrap_or_default();
                Err(Failure::said(format!("{path} answered {other}: {answer}")))
            }
        }
    }
}

//! What one party can do to others.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use ureq::Agent;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    people::Login,
    uploads::{PHOTO, Sender},
    wire::{Mix, Ticket, load, tickets_of},
};
use bazdid_command::Failure;

/// Uploads of one account that trickle, or as many as there are devices.
const UPLOADS: usize = 522;
/// Pushes of 100 notes each that the writing flood has ready, for each of its threads.
const PUSHES: usize = 60;
/// Threads that write.
const WRITERS: usize = 16;
/// Whoever is not answered after so long asks again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at lines that wait.
const LOOK: Duration = Duration::from_millis(100);
/// The lowest priority.
const LEAST_PRIORITY: i32 = 19;
/// Ticks of the system's clock for the time of threads, as Linux tells them.
const TICKS_A_SECOND: f64 = 100.0;

/// A flood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flood {
    /// Lines announce large pushes and send a byte.
    Announced,
    /// More slow uploads of one account than a server takes.
    Uploads,
    /// Clients ask for the largest document, packed.
    Documents,
    /// Logins at once.
    Logins,
    /// Clients ask for much and read nothing.
    Readers,
    /// One account writes as fast as it can.
    Writes,
    /// One account asks as fast as it can.
    Requests,
}

impl Flood {
    /// Every flood.
    pub const ALL: [Self; 7] = [Self::Announced, Self::Uploads, Self::Documents, Self::Logins, Self::Readers, Self::Writes, Self::Requests];

    /// Its name among the figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced bodies",
            Self::Uploads => "slow uploads",
            Self::Documents => "documents",
            Self::Logins => "logins",
            Self::Readers => "readers that read nothing",
            Self::Writes => "writes of one account",
            Self::Requests => "requests of one account",
        }
    }
}

/// What came of a flood.
#[derive(Debug, Default)]
pub struct Flooded {
    /// Processor time of the threads that flooded.
    pub seconds: f64,
    /// Requests.
    pub asked: usize,
    /// Those that were refused, cut or not answered.
    pub turned_away: usize,
}

/// Who floods.
pub struct Hostile<'a> {
    server: &'a Served,
    address: SocketAddr,
    bearer: String,
    /// Connections at most.
    lines: usize,
    uploads: Vec<String>,
    bodies: Vec<Vec<String>>,
}

/// What the threads of a flood count together.
#[derive(Default)]
struct Counts {
    asked: AtomicUsize,
    turned_away: AtomicUsize,
    seconds: Mutex<f64>,
}

impl<'a> Hostile<'a> {
    /// Prepares the floods of a login.
    ///
    /// # Errors
    /// The server refuses.
    pub fn new(bench: &BenchEnv, server: &'a Served, login: &Login, sizes: &Sizes) -> BenchResult<Self> {
        let address = server.base.trim_start_matches("http://").parse();
        let address = address.map_err(|e| Failure::said(format!("{}: {e}", server.base)))?;
        let tickets: Vec<Ticket> = tickets_of(bench, login)?;
        let few: Vec<&Ticket> = tickets.iter().take(50).collect();
        let loads = (0..WRITERS).map(|_| Ok(load(bench, login, &few, Mix::Notes, PUSHES, 100)?.bodies));
        let bodies = loads.collect::<BenchResult<Vec<_>>>()?;
        let bearer = login.bearer()?;
        let sender = Sender { bench, server, bearer: bearer.clone(), login, tickets: &tickets };
        let photos = sender.declare(UPLOADS.min(sizes.devices))?;
        let uploads = sender.begin(&photos)?.into_iter().map(|(_, path)| path).collect();
        Ok(Self { server, address, bearer, lines: sizes.waiters, uploads, bodies })
    }

    /// Floods until it is to end.
    ///
    /// # Errors
    /// Threads cannot be started.
    pub fn play(&self, flood: Flood, ends: &AtomicBool) -> BenchResult<Flooded> {
        let counts = Counts::default();
        let (counts, threads) = (
            &counts,
            match flood {
                Flood::Announced | Flood::Uploads | Flood::Readers => 1,
                Flood::Documents | Flood::Writes => WRITERS,
                Flood::Requests => 64,
                Flood::Logins => 200,
            },
        );
        std::thread::scope(|scope| {
            let spawn = |n: usize| {
                let play = move || {
                    give_way();
                    self.flood(flood, n, ends, counts);
                    *counts.seconds.lock().unwrap_or_else(PoisonError::into_inner) += thread_seconds();
                };
                std::thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, play)
            };
            let started: std::io::Result<Vec<_>> = (0..threads).map(spawn).collect();
            if started.is_err() {
                ends.store(true, Ordering::Relaxed);
            }
            started.map(drop).map_err(|e| Failure::said(format!("no threads for a flood: {e}")))
        })?;
        let seconds = *counts.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Flooded { seconds, asked: counts.asked.load(Ordering::Relaxed), turned_away: counts.turned_away.load(Ordering::Relaxed) })
    }

    fn flood(&self, flood: Flood, n: usize, ends: &AtomicBool, counts: &Counts) {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
        let url = |path: &str| format!("{}{path}", self.server.base);
        let go_on = || !ends.load(Ordering::Relaxed);
        match flood {
            Flood::Announced => self.hold(self.lines, ends, counts, |_| {
                format!(
                    "POST /v1/sync/push HTTP/1.1\r\nhost: bench\r\nauthorization: {}\r\ncontent-type: application/json\r\n\
                     content-length: 8000000\r\n\r\n{{",
                    self.bearer
                )
            }),
            Flood::Uploads => self.hold(self.uploads.len(), ends, counts, |n| {
                let path = self.uploads.get(n).map(String::as_str).unwrap_or_default();
                format!(
                    "PATCH {path} HTTP/1.1\r\nhost: bench\r\nauthorization: {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
                     content-type: application/offset+octet-stream\r\ncontent-length: {PHOTO}\r\n\r\nx",
                    self.bearer
                )
            }),
            // Sixteen answers for each line: more than the system keeps for it.
            Flood::Readers => self.hold(100, ends, counts, |_| "GET /openapi.json HTTP/1.1\r\nhost: bench\r\n\r\n".repeat(16)),
            Flood::Documents => {
                while go_on() {
                    let request = agent.get(url("/openapi.json")).header("accept-encoding", "zstd");
                    counts.note(
                        request
                            .call()
                            .ok()
                            .map(|mut r| (r.status().as_u16(), std::io::copy(&mut r.body_mut().as_reader(), &mut std::io::sink()))),
                    );
                }
            }
            Flood::Logins => {
                let body = json!({ "login": format!("nobody {n}"), "password": "not the password" }).to_string();
                while go_on() {
                    let request = agent.post(url("/v1/auth/login")).content_type("application/json");
                    counts.note(request.send(&body).ok().map(|r| (r.status().as_u16(), Ok(0))));
                }
            }
            Flood::Writes => {
                for body in self.bodies.get(n).into_iter().flatten().take_while(|_| go_on()) {
                    let request = agent.post(url("/v1/sync/push")).header("authorization", &self.bearer).content_type("application/json");
                    counts.note(request.send(body).ok().map(|r| (r.status().as_u16(), Ok(0))));
                }
            }
            Flood::Requests => {
                while go_on() {
                    let request = agent.get(url("/v1/tickets?limit=200")).header("authorization", &self.bearer);
                    counts.note(
                        request
                            .call()
                            .ok()
                            .map(|mut r| (r.status().as_u16(), std::io::copy(&mut r.body_mut().as_reader(), &mut std::io::sink()))),
                    );
                }
            }
        }
    }

    /// Holds so many lines on which a request has begun; one that the server lets go is begun again.
    fn hold(&self, many: usize, ends: &AtomicBool, counts: &Counts, request: impl Fn(usize) -> String) {
        let begin = |n: usize| {
            counts.asked.fetch_add(1, Ordering::Relaxed);
            let mut line = TcpStream::connect_timeout(&self.address, PATIENCE).ok()?;
            line.set_write_timeout(Some(PATIENCE)).ok()?;
            line.write_all(request(n).as_bytes()).ok()?;
            line.set_nonblocking(true).ok()?;
            Some(line)
        };
        let mut lines = Vec::with_capacity(many);
        for n in 0..many {
            if ends.load(Ordering::Relaxed) {
                return;
            }
            lines.push(begin(n));
        }
        while !ends.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
            for (n, line) in lines.iter_mut().enumerate() {
                // Who reads nothing looks at one byte, which tells whether the line has ended.
                let is_open =
                    line.as_mut().is_some_and(|l| l.peek(&mut [0]).map_or_else(|e| e.kind() == std::io::ErrorKind::WouldBlock, |n| n > 0));
                let answered = is_open && request(n).starts_with('P') && line.as_mut().is_some_and(|l| l.read(&mut [0; 512]).is_ok());
                if (!is_open || answered) && !ends.load(Ordering::Relaxed) {
                    counts.turned_away.fetch_add(1, Ordering::Relaxed);
                    *line = begin(n);
                }
            }
        }
    }
}

impl Counts {
    /// Counts an answer that was read, or that none came.
    fn note(&self, answer: Option<(u16, std::io::Result<u64>)>) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if !matches!(answer, Some((200 | 401, Ok(_)))) {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Gives this thread the least priority. Where the system has it for whole processes only, nobody floods with less.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(LEAST_PRIORITY);
}

/// Processor time of this thread; not a number where the system does not tell.
fn thread_seconds() -> f64 {
    let read = || {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |n: usize| fields.get(n)?.parse::<f64>().ok();
        Some((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
    };
    read().unwrap_or(f64::NAN)
}

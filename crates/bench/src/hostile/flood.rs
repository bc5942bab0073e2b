//! What one party can do to others.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::json;
use ureq::Agent;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    people::Login,
    uploads::{PHOTO, Sender},
    wire::{Mix, Ticket, load, tickets_of},
};
use bazdid_command::{Failure, out};
use bazdid_server::config;

/// Uploads of one account that trickle, or as many as there are devices.
const UPLOADS: usize = 522;
/// Pushes of 100 notes each that the writing flood has ready, for each of its threads.
const PUSHES: usize = 60;
/// Threads that write.
const WRITERS: usize = 16;
/// Whoever is not answered after so long asks again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at connections that wait.
const LOOK: Duration = Duration::from_millis(100);
/// The lowest priority.
const LEAST_PRIORITY: i32 = 19;
/// Ticks of the system's clock in which Linux tells the time of a process.
const TICKS_A_SECOND: f64 = 100.0;

/// The option with which this program is started to flood.
const FLOOD: &str = "--flood";

/// A flood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flood {
    /// Connections announce large pushes and send a byte.
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
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Flooded {
    /// Processor time of the process that flooded.
    pub seconds: f64,
    /// Requests.
    pub asked: usize,
    /// Those that were refused, cut or not answered.
    pub turned_away: usize,
}

/// Who floods.
pub struct Hostile {
    plan: Plan,
    uploads: Vec<String>,
    bodies: Vec<Vec<String>>,
}

/// What the process of a flood has to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Plan {
    flood: Flood,
    base: String,
    address: SocketAddr,
    bearer: String,
    /// Connections at most.
    connections: usize,
    uploads: Vec<String>,
    bodies: Vec<Vec<String>>,
}

/// What the threads of a flood count together.
#[derive(Default)]
struct Counts {
    asked: AtomicUsize,
    turned_away: AtomicUsize,
}

impl Hostile {
    /// Prepares the floods of a login.
    ///
    /// # Errors
    /// The server refuses.
    pub fn new(bench: &BenchEnv, server: &Served, login: &Login, sizes: &Sizes) -> BenchResult<Self> {
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
        let (base, connections) = (server.base.clone(), sizes.waiters);
        let plan = Plan { flood: Flood::Announced, base, address, bearer, connections, uploads: Vec::new(), bodies: Vec::new() };
        Ok(Self { plan, uploads, bodies })
    }

    /// Floods from a process of its own until it is to end: nothing that it holds can be in the way of the process that measures.
    ///
    /// # Errors
    /// The process cannot be started, or broke down.
    pub fn play(&self, flood: Flood, ends: &AtomicBool) -> BenchResult<Flooded> {
        let failed = |e: std::io::Error| Failure::said(format!("no process for a flood: {e}"));
        let mut plan = Plan { flood, ..self.plan.clone() };
        match flood {
            Flood::Uploads => plan.uploads.clone_from(&self.uploads),
            Flood::Writes => plan.bodies.clone_from(&self.bodies),
            Flood::Announced | Flood::Documents | Flood::Logins | Flood::Readers | Flood::Requests => {}
        }
        let program = config::program().map_err(failed)?;
        let mut child =
            Command::new(program).args(["bench", FLOOD]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        // Its end says that the flood is to end, also if this process is no more.
        let mut pipe = child.stdin.take().ok_or_else(|| Failure::said("a process without an input"))?;
        writeln!(pipe, "{}", json!(plan)).map_err(failed)?;
        while !ends.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
        }
        drop(pipe);
        let output = child.wait_with_output().map_err(failed)?;
        serde_json::from_slice(&output.stdout).map_err(|e| Failure::said(format!("the flood \"{}\" broke down: {e}", flood.name())))
    }
}

/// What a process of a flood does: reads its plan from the first line of its input, floods with the least priority until the input ends, and
/// writes what came of it.
///
/// # Errors
/// The plan cannot be read, or threads cannot be started.
pub fn play_here() -> BenchResult<()> {
    give_way();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|e| Failure::said(format!("no plan of a flood: {e}")))?;
    let plan: Plan = serde_json::from_str(&line).map_err(|e| Failure::said(format!("no plan of a flood: {e}")))?;
    drop(line);
    let (ends, counts) = (AtomicBool::new(false), Counts::default());
    let threads = match plan.flood {
        Flood::Announced | Flood::Uploads | Flood::Readers => 1,
        Flood::Documents | Flood::Writes => WRITERS,
        Flood::Requests => 64,
        Flood::Logins => 200,
    };
    std::thread::scope(|scope| {
        let (plan, ends, counts) = (&plan, &ends, &counts);
        scope.spawn(|| {
            std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap_or_default();
            ends.store(true, Ordering::Relaxed);
        });
        let spawn = |n: usize| std::thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, move || plan.flood(n, ends, counts));
        let started: std::io::Result<Vec<_>> = (0..threads).map(spawn).collect();
        if started.is_err() {
            ends.store(true, Ordering::Relaxed);
        }
        started.map(drop).map_err(|e| Failure::said(format!("no threads for a flood: {e}")))
    })?;
    let done = Flooded { seconds: process_seconds(), asked: counts.asked.into_inner(), turned_away: counts.turned_away.into_inner() };
    out(json!(done));
    Ok(())
}

impl Plan {
    fn flood(&self, n: usize, ends: &AtomicBool, counts: &Counts) {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
        let url = |path: &str| format!("{}{path}", self.base);
        let go_on = || !ends.load(Ordering::Relaxed);
        match self.flood {
            Flood::Announced => self.hold(self.connections, ends, counts, |_| {
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
            // Sixteen answers for each connection: more than the system keeps for it.
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

    /// Holds so many connections on which a request has begun; one that the server lets go is begun again.
    fn hold(&self, many: usize, ends: &AtomicBool, counts: &Counts, request: impl Fn(usize) -> String) {
        let begin = |n: usize| {
            counts.asked.fetch_add(1, Ordering::Relaxed);
            let mut connection = TcpStream::connect_timeout(&self.address, PATIENCE).ok()?;
            connection.set_write_timeout(Some(PATIENCE)).ok()?;
            connection.write_all(request(n).as_bytes()).ok()?;
            connection.set_nonblocking(true).ok()?;
            Some(connection)
        };
        let mut connections = Vec::with_capacity(many);
        for n in 0..many {
            if ends.load(Ordering::Relaxed) {
                return;
            }
            connections.push(begin(n));
        }
        while !ends.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
            for (n, connection) in connections.iter_mut().enumerate() {
                // Who reads nothing looks at one byte, which tells whether the connection has ended.
                let is_open = connection
                    .as_mut()
                    .is_some_and(|l| l.peek(&mut [0]).map_or_else(|e| e.kind() == std::io::ErrorKind::WouldBlock, |n| n > 0));
                let answered = is_open && request(n).starts_with('P') && connection.as_mut().is_some_and(|l| l.read(&mut [0; 512]).is_ok());
                if (!is_open || answered) && !ends.load(Ordering::Relaxed) {
                    counts.turned_away.fetch_add(1, Ordering::Relaxed);
                    *connection = begin(n);
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

/// Gives this thread and those that it starts the least priority, where the system has one for threads.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(LEAST_PRIORITY);
}

/// Processor time of this process; not a number where the system does not tell.
fn process_seconds() -> f64 {
    let read = || {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |n: usize| fields.get(n)?.parse::<f64>().ok();
        Some((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
    };
    read().unwrap_or(f64::NAN)
}

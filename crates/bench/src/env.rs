//! The ground of a bench: a folder, a city in a database of its own, the program and its logins. All of it is gone at the end.

use std::{
    io::{BufRead as _, BufReader},
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;

use crate::{
    BenchResult,
    figures::{float, scramble},
};
use bazdid_clock::{SharedClock, SharedIds, Stopwatch};
use bazdid_command::{Env, Failure};
use bazdid_demo::{CityWord, people::Person};
use bazdid_domain::account::Role;
use bazdid_protocol::text_enum::TextEnum as _;
use bazdid_server::config;
use bazdid_store::bench_rows::{self, Scratch};

/// How long a server may take until it is ready.
const READY: Duration = Duration::from_secs(60);
/// A look at a child or at a server that is not ready yet comes after so long.
const LOOK: Duration = Duration::from_millis(5);

/// Shares of a server whose speed is measured: few accounts play a whole city here. `hostile` leaves them as they are installed.
const WIDE: &[(&str, &str)] = &[
    ("BAZDID_LOAD__ACCOUNT_REQUESTS", "1000000"),
    ("BAZDID_LOAD__ADDRESS_REQUESTS", "1000000"),
    ("BAZDID_LOAD__ACCOUNT_AT_ONCE", "100000"),
    ("BAZDID_LOAD__ADDRESS_AT_ONCE", "100000"),
    ("BAZDID_LOAD__WAITING", "100000"),
    ("BAZDID_LOAD__ACCOUNT_MIB", "1048576"),
    ("BAZDID_LOAD__ACCOUNT_MUTATIONS", "100000000"),
    ("BAZDID_LOAD__DEVICE_MUTATIONS", "100000000"),
    ("BAZDID_LOAD__ACCOUNT_TICKETS", "100000000"),
    ("BAZDID_LOAD__ORDER_UPLOADS", "1000000"),
    ("BAZDID_EVIDENCE__UPLOADS_AT_ONCE", "4096"),
];

/// Where the bench's database is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// A file in the bench's folder.
    Sqlite,
    /// A database of its own on a PostgreSQL server of this machine, by the URL of any of its databases.
    Postgres(String),
}

impl std::str::FromStr for Where {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "sqlite" {
            return Ok(Self::Sqlite);
        }
        let Some(("postgres" | "postgresql", rest)) = text.split_once("://") else {
            return Err("say sqlite, or postgres://USER@127.0.0.1:5432/postgres".to_owned());
        };
        let (address, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let host = address.split_once('/').map_or(address, |(host, _)| host);
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        // The driver takes hosts from the parameters too, and they win.
        if parameters.split('&').any(|p| p.starts_with("host") || p.starts_with("service")) || !is_loopback(host) {
            return Err("the bench loads this machine only: name the server by 127.0.0.1, ::1 or localhost".to_owned());
        }
        Ok(Self::Postgres(text.to_owned()))
    }
}

/// Whether a host, with or without a port, is this machine's loopback.
fn is_loopback(host: &str) -> bool {
    if let Ok(addr) = host.parse::<SocketAddr>() {
        return addr.ip().is_loopback();
    }
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether somebody wants the bench to end, and the server that then ends first.
#[derive(Debug, Default)]
pub struct Watch {
    interrupted: AtomicBool,
    server: Mutex<Option<Child>>,
}

impl Watch {
    /// Listens for signals from here on: the bench ends with an error, and cleans up behind it.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start() -> BenchResult<Arc<Self>> {
        let watch = Arc::new(Self::default());
        let told = Arc::clone(&watch);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Failure::said(format!("signals cannot be heard: {e}")))?;
        let listen = move || {
            if runtime.block_on(signal()) {
                told.interrupted.store(true, Ordering::SeqCst);
                told.kill();
            }
        };
        std::thread::Builder::new().name("bench-signals".into()).spawn(listen).map_err(|e| Failure::said(format!("no thread: {e}")))?;
        Ok(watch)
    }

    /// Fails once somebody wants the bench to end.
    ///
    /// # Errors
    /// Somebody does.
    pub fn go_on(&self) -> BenchResult<()> {
        if self.interrupted.load(Ordering::SeqCst) { Err(Failure::said("interrupted; what was made is removed")) } else { Ok(()) }
    }

    fn kill(&self) {
        let child = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = child {
            // It may have ended by itself.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Ends with true when a signal wants the program to end.
#[cfg(unix)]
async fn signal() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else { return false };
    tokio::select! { _ = interrupt.recv() => true, _ = terminate.recv() => true }
}

/// Ends with true when a signal wants the program to end.
#[cfg(not(unix))]
async fn signal() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}

/// A city that is ready to be loaded: the demonstration's, after its field day.
pub struct BenchEnv {
    folder: tempfile::TempDir,
    url: String,
    scratch: Option<Scratch>,
    summary: Value,
    city: CityWord,
    /// Whether to end early.
    pub watch: Arc<Watch>,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: SharedIds,
}

impl BenchEnv {
    /// Plays the demonstration's day into a database of its own.
    ///
    /// # Errors
    /// The database cannot be made, or the demonstration fails.
    pub fn prepare(place: &Where, city: CityWord, requests: Option<usize>, env: &Env) -> BenchResult<Self> {
        let folder = tempfile::Builder::new().prefix("bazdid-bench-").tempdir();
        let folder = folder.map_err(|e| Failure::said(format!("no temporary folder: {e}")))?;
        let (url, scratch) = match place {
            Where::Sqlite => (format!("sqlite://{}", folder.path().join("data/bazdid.db").display()), None),
            Where::Postgres(server) => {
                let scratch = Scratch::create(server, &format!("bazdid_bench_{}", std::process::id()))?;
                (scratch.url(), Some(scratch))
            }
        };
        let watch = Watch::start()?;
        let mut bench = Self { folder, url, scratch, summary: Value::Null, city, watch, clock: env.clock.clone(), ids: env.ids.clone() };
        let (data, summary) = (bench.data(), bench.file("summary.json"));
        let word = clap::ValueEnum::to_possible_value(&city).map(|v| v.get_name().to_owned()).unwrap_or_default();
        let mut demo = bench.program()?;
        demo.args(["demo", "--exit", "--port", "0", "--city", &word, "--database", &bench.url, "--data"]).arg(data);
        // Its pictures are not what is measured.
        demo.args(["--photo-pixels", "160", "--summary-file"]).arg(&summary);
        if let Some(requests) = requests {
            demo.args(["--requests", &requests.to_string()]);
        }
        bench.finish(demo, "bazdid demo")?;
        let text = std::fs::read(&summary).map_err(|e| Failure::said(format!("the demonstration left no summary: {e}")))?;
        bench.summary = serde_json::from_slice(&text).map_err(|e| Failure::said(format!("the demonstration's summary: {e}")))?;
        Ok(bench)
    }

    /// A place in the city that a number determines.
    #[must_use]
    pub fn place(&self, n: u64) -> (f64, f64) {
        let (south, west, height, width) = match self.city {
            CityWord::Qazvin => (36.25, 49.98, 0.04, 0.05),
            CityWord::Tehran => (35.62, 51.2, 0.16, 0.3),
            CityWord::Nyc => (40.66, -73.98, 0.14, 0.12),
        };
        let share = |n: u64| f64::from(u32::try_from(scramble(n) % 100_000).unwrap_or_default()) / 100_000.0;
        (south + share(n) * height, west + share(n ^ 0x5555) * width)
    }

    /// The database's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub const fn database(&self) -> &'static str {
        if self.scratch.is_some() { "postgres" } else { "sqlite" }
    }

    /// The folder of the server's data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A file of the bench.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Copies the database, by name; nobody may be connected. The copy's URL.
    ///
    /// # Errors
    /// The database refuses.
    pub fn copy_database(&mut self, name: &str) -> BenchResult<String> {
        let file = self.file(&format!("{name}.db"));
        Ok(match &mut self.scratch {
            Some(scratch) => scratch.copy(name)?,
            None => bench_rows::copy_file(&self.url, &file)?,
        })
    }

    /// Size of the database file, MiB; nothing on PostgreSQL.
    #[must_use]
    pub fn file_mib(&self) -> Option<f64> {
        let bytes = std::fs::metadata(self.data().join("bazdid.db")).ok()?.len();
        Some(f64::from(u32::try_from(bytes / 1024).ok()?) / 1024.0)
    }

    /// The program with the bench's configuration. Other keys of the configuration may be set by variables, to see what they do.
    ///
    /// # Errors
    /// The system does not tell which program runs.
    pub fn program(&self) -> BenchResult<Command> {
        let program = config::program().map_err(|e| Failure::said(format!("the program's own file is not known: {e}")))?;
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_remove("BAZDID_CONFIG")
            .env("BAZDID_DATABASE__URL", &self.url)
            .env("BAZDID_SECURITY__KEY_FILE", self.data().join("bazdid.key"))
            .env("BAZDID_SERVER__BIND", "127.0.0.1")
            .env("BAZDID_SERVER__PORT", "0")
            .env("BAZDID_TELEMETRY__LEVEL", "error")
            .env_remove("BAZDID_TELEMETRY__METRICS_TOKEN");
        Ok(command)
    }

    /// Runs a command to its end; what it says is told only if it fails.
    ///
    /// # Errors
    /// It fails, or somebody wants the bench to end.
    pub fn finish(&self, mut command: Command, what: &str) -> BenchResult<()> {
        let log = self.file("command.log");
        let open = || std::fs::File::create(&log).map_err(|e| Failure::said(format!("cannot write {}: {e}", log.display())));
        let file = open()?;
        let copy = file.try_clone().map_err(|e| Failure::said(e.to_string()))?;
        let mut child = command.stdout(file).stderr(copy).spawn().map_err(|e| Failure::said(format!("{what} cannot be started: {e}")))?;
        loop {
            if let Some(status) = child.try_wait().map_err(|e| Failure::said(format!("{what}: {e}")))? {
                if status.success() {
                    return Ok(());
                }
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                let last: Vec<&str> = said.lines().rev().take(12).collect();
                let last: Vec<&str> = last.into_iter().rev().collect();
                return Err(Failure::said(format!("{what} failed ({status}); its last words:\n  {}", last.join("\n  "))));
            }
            if let Err(stop) = self.watch.go_on() {
                drop(child.kill());
                drop(child.wait());
                return Err(stop);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Starts the server with wide shares; returns when it is ready.
    ///
    /// # Errors
    /// It does not become ready within a minute.
    pub fn serve(&self) -> BenchResult<Served> {
        let mut program = self.program()?;
        program.envs(WIDE.iter().copied());
        self.start(program)
    }

    /// Starts the server as it is installed; returns when it is ready.
    ///
    /// # Errors
    /// It does not become ready within a minute.
    pub fn serve_as_installed(&self) -> BenchResult<Served> {
        self.start(self.program()?)
    }

    fn start(&self, mut program: Command) -> BenchResult<Served> {
        self.watch.go_on()?;
        let watch = Stopwatch::start();
        let said = |e: std::io::Error| Failure::said(format!("the server cannot be started: {e}"));
        let mut child = program.arg("serve").stdout(Stdio::piped()).spawn().map_err(said)?;
        let pipe = child.stdout.take();
        let pid = child.id();
        *self.watch.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let mut served = Served { watch: Arc::clone(&self.watch), pid, base: String::new(), ready_after: Duration::ZERO };
        let mut output = BufReader::new(pipe.ok_or_else(|| Failure::said("the server has no output"))?);
        served.base = loop {
            let mut line = String::new();
            if output.read_line(&mut line).map_err(said)? == 0 {
                return Err(Failure::said("the server ended before it served"));
            }
            if let Some(base) = line.split_whitespace().find(|word| word.starts_with("http://")) {
                break base.to_owned();
            }
        };
        if !served.base.strip_prefix("http://").is_some_and(is_loopback) {
            return Err(Failure::said(format!("the server listens on {}, which is not this machine's loopback", served.base)));
        }
        // Whatever the server still prints must not fill the pipe.
        std::thread::spawn(move || output.lines().for_each(drop));
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("{}/readyz", served.base);
        while agent.get(&url).call().map_or(true, |r| r.status() != 200) {
            self.watch.go_on()?;
            if watch.elapsed() > READY {
                return Err(Failure::said("the server was not ready after a minute"));
            }
            std::thread::sleep(LOOK);
        }
        served.ready_after = watch.elapsed();
        Ok(served)
    }

    /// Removes what was made.
    ///
    /// # Errors
    /// Something stays behind.
    pub fn close(mut self) -> BenchResult<()> {
        self.watch.kill();
        if let Some(scratch) = &mut self.scratch {
            scratch.drop_all()?;
        }
        self.folder.close().map_err(|e| Failure::said(format!("the bench's folder stays behind: {e}")))
    }

    /// Who holds a role in the demonstration.
    ///
    /// # Errors
    /// Nobody does.
    pub fn person(&self, role: Role) -> BenchResult<Person> {
        let logins = self.summary.get("logins").and_then(Value::as_array).into_iter().flatten();
        let text = |login: &Value, name: &str| login.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut fits = logins.filter(|l| l.get("role").and_then(Value::as_str) == Some(role.as_str()));
        let login = fits.next().ok_or_else(|| Failure::said(format!("the demonstration has no {role}")))?;
        let (login, password) = (text(login, "login"), text(login, "password"));
        Ok(Person { name: login.clone(), login, password, role, organisation: None, areas: Vec::new() })
    }
}

/// A running server; it ends when this is dropped.
pub struct Served {
    watch: Arc<Watch>,
    pid: u32,
    /// Where it is reached.
    pub base: String,
    /// How long its start took.
    pub ready_after: Duration,
}

impl Served {
    /// Resident memory of the server, MiB; not a number where the system does not tell.
    #[must_use]
    pub fn resident_mib(&self) -> f64 {
        let read = || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
            let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
            Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
        };
        read().unwrap_or(f64::NAN)
    }
}

/// Statements that a server sent to its database, between two looks.
pub struct Statements<'s> {
    server: &'s Served,
    before: f64,
}

impl Served {
    /// Begins to count statements.
    ///
    /// # Errors
    /// The server does not tell.
    pub fn count_statements(&self) -> BenchResult<Statements<'_>> {
        Ok(Statements { server: self, before: self.statements()? })
    }

    fn statements(&self) -> BenchResult<f64> {
        let url = format!("{}/metrics", self.base);
        let said = |e: ureq::Error| Failure::said(format!("the server does not tell its figures: {e}"));
        let text = ureq::get(url).call().map_err(said)?.body_mut().read_to_string().map_err(said)?;
        let count = text.lines().find_map(|line| line.strip_prefix("bazdid_store_statements_total ")?.trim().parse().ok());
        count.ok_or_else(|| Failure::said("the server's figures do not tell its statements"))
    }
}

impl Statements<'_> {
    /// How many there were for each of so many requests. Few of them are of the background work and of the looks themselves.
    ///
    /// # Errors
    /// The server does not tell.
    pub fn each(&self, requests: usize) -> BenchResult<f64> {
        Ok((self.server.statements()? - self.before) / float(requests))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.watch.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loaded() {
        let fine = [
            "sqlite",
            "postgres://postgres@127.0.0.1:5432/postgres",
            "postgresql://localhost",
            "postgres://u:p%40x@localhost/db?sslmode=disable",
            "postgres://u@[::1]:5432/db",
            "postgres://u@127.9.9.9/db",
        ];
        for text in fine {
            assert!(text.parse::<Where>().is_ok(), "{text}");
        }
        let refused = [
            "postgres://db.example/bazdid",
            "postgres://u@10.0.0.1:5432/db",
            "postgres://127.0.0.1@db.example/bazdid",
            "postgres://u@127.0.0.1.example.org/db",
            "postgres://u@localhost/db?host=db.example",
            "postgres://u@localhost/db?hostaddr=10.0.0.1",
            "postgres://u@localhost/db?service=far",
            "postgres:///db",
            "postgres://u@0.0.0.0/db",
            "mysql://localhost/db",
            "",
        ];
        for text in refused {
            assert!(text.parse::<Where>().is_err(), "{text}");
        }
    }
}

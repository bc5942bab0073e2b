//! A folder, a city in a database, the program and its logins.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bazdid::client::http::HttpTransport;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};
use serde_json::Value;

/// The program under load.
const PROGRAM: &str = env!("CARGO_BIN_EXE_bazdid");

/// A city ready to be loaded: the demonstration's, after its field day.
pub struct Bench {
    folder: tempfile::TempDir,
    url: String,
    admin: Option<(String, String)>,
    summary: Value,
    city: String,
}

impl Bench {
    /// `city` is a word that `bazdid demo --city` knows.
    pub fn new(postgres: bool, city: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (url, admin) = if postgres { Self::make_database() } else { (String::new(), None) };
        let url = if postgres { url } else { format!("sqlite://{}", folder.path().join("data/bazdid.db").display()) };
        let mut bench = Self { folder, url, admin, summary: Value::Null, city: city.to_owned() };
        let (data, summary) = (bench.data(), bench.folder.path().join("summary.json"));
        let mut demo = Command::new(PROGRAM);
        demo.args(["demo", "--exit", "--city", city, "--port", "0", "--database", &bench.url, "--data"])
            .arg(data)
            .arg("--summary-file")
            .arg(&summary);
        let done = demo.stdout(Stdio::null()).status().unwrap();
        assert!(done.success(), "the demonstration failed: run `bazdid demo --exit` to see why");
        bench.summary = serde_json::from_slice(&std::fs::read(summary).unwrap()).unwrap();
        bench
    }

    fn make_database() -> (String, Option<(String, String)>) {
        let server = std::env::var("BAZDID_TEST_POSTGRES").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".into());
        let name = format!("bazdid_bench_{}", std::process::id());
        let mut admin = PgConnection::establish(&server).expect("a PostgreSQL server at BAZDID_TEST_POSTGRES");
        diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut admin).unwrap();
        (format!("{}/{name}", server.rsplit_once('/').unwrap().0), Some((server, name)))
    }

    /// A place in the city that a number determines.
    pub fn place(&self, n: u64) -> (f64, f64) {
        let (south, west, height, width) = if self.city == "tehran" { (35.62, 51.2, 0.16, 0.3) } else { (36.25, 49.98, 0.04, 0.05) };
        let share = |n: u64| (scramble(n) % 100_000) as f64 / 100_000.0;
        (south + share(n) * height, west + share(n ^ 0x5555) * width)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A copy of the database on the same server, by its URL; nothing if it is a file. Nobody may be connected.
    pub fn copy_database(&self, name: &str) -> Option<String> {
        let (server, of) = self.admin.as_ref()?;
        let mut admin = PgConnection::establish(server).unwrap();
        diesel::sql_query(format!("CREATE DATABASE {of}_{name} TEMPLATE {of}")).execute(&mut admin).unwrap();
        Some(format!("{}_{name}", self.url))
    }

    pub const fn database(&self) -> &str {
        if self.admin.is_some() { "postgres" } else { "sqlite" }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with the bench's configuration.
    pub fn program(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(self.folder.path())
            .env("BAZDID_DATABASE__URL", &self.url)
            .env("BAZDID_SECURITY__KEY_FILE", self.data().join("bazdid.key"))
            .env("BAZDID_SERVER__PORT", "0")
            .env("BAZDID_TELEMETRY__LEVEL", "warn");
        command
    }

    /// Starts the server; returns when it is ready, with the time that took.
    pub fn serve(&self) -> Served {
        let began = Instant::now();
        let mut child = self.program().arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let base = loop {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the server ended");
            if let Some(at) = line.find("http://") {
                break line[at..].split_whitespace().next().unwrap().to_owned();
            }
        };
        // Whatever the server still prints must not fill the pipe.
        std::thread::spawn(move || output.lines().for_each(drop));
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        while agent.get(format!("{base}/readyz")).call().map_or(true, |r| r.status() != 200) {
            assert!(began.elapsed() < Duration::from_secs(60), "not ready after a minute");
            std::thread::sleep(Duration::from_millis(2));
        }
        Served { child, base, ready_after: began.elapsed() }
    }

    /// Logins of a role: (login, password).
    pub fn logins(&self, role: &str) -> Vec<(String, String)> {
        let logins = self.summary["logins"].as_array().unwrap().iter().filter(|l| l["role"] == role);
        logins.map(|l| (l["login"].as_str().unwrap().to_owned(), l["password"].as_str().unwrap().to_owned())).collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.admin {
            let mut admin = PgConnection::establish(server).unwrap();
            for name in [name.clone(), format!("{name}_before")] {
                drop(diesel::sql_query(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).execute(&mut admin));
            }
        }
    }
}

/// A running server; killed when dropped.
pub struct Served {
    child: Child,
    pub base: String,
    pub ready_after: Duration,
}

impl Served {
    pub fn login(&self, (login, password): &(String, String)) -> (HttpTransport, bazdid::domain::ids::AccountId) {
        let mut transport = HttpTransport::new(&self.base);
        let account = transport.login(login, password).unwrap().id;
        (transport, account)
    }

    /// Resident memory of the server, MiB; absent where the system does not tell.
    pub fn resident_mib(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The value below which a share of the durations lies, milliseconds.
pub fn percentile_ms(durations: &mut [Duration], share: f64) -> f64 {
    durations.sort_unstable();
    let last = durations.len().saturating_sub(1);
    durations.get((last as f64 * share).round() as usize).map_or(f64::NAN, |d| d.as_secs_f64() * 1000.0)
}

/// A number that a number determines (SplitMix64), for places and texts that differ.
pub const fn scramble(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^ (z >> 27)
}

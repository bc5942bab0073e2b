//! The program as an operator starts it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

/// A folder of its own with a configuration for it.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let toml = "[server]\nport = 0\ngrace_s = 5\n[telemetry]\nlevel = \"warn\"\n";
    std::fs::write(folder.path().join("bazdid.toml"), toml).unwrap();
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bazdid"));
    command.args(args).current_dir(folder).env_remove("BAZDID_TEST_POSTGRES").env_remove("BAZDID_REQUIRE_POSTGRES");
    command
}

fn run(folder: &Path, args: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = command(folder, args).output().unwrap();
    (status.code().unwrap_or(-1), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

#[test]
fn help_teaches_by_example() {
    let folder = installed();
    for args in [&["--help"][..], &["serve", "--help"], &["migrate", "--help"], &["openapi", "--help"], &["webhook", "--help"]] {
        let (code, said) = run(folder.path(), args);
        assert!(code == 0 && said.contains("Examples:"), "{args:?}: {said}");
    }
    assert_eq!(run(folder.path(), &["srve"]).0, 2);
}

#[test]
fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let folder = installed();
    let (code, said) = run(folder.path(), &["doctor"]);
    assert!(code == 0 && said.contains("note  database: data/bazdid.db is not there"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the doctor changes nothing");

    assert_eq!(run(folder.path(), &["migrate", "up"]).0, 0);
    let (code, said) = run(folder.path(), &["doctor"]);
    assert!(code == 0 && said.contains("ok    migrations: up to date") && said.contains("SQLite 3."), "{said}");
    assert!(said.contains("ok    search: indexed in 0 blocks; 0 tickets wait"), "{said}");

    let (code, said) = run(folder.path(), &["--config", "nowhere.toml", "doctor"]);
    assert!(code == 1 && said.contains("FAULT configuration: nowhere.toml: there is no such file"), "{said}");
    let output = command(folder.path(), &["doctor"]).env("BAZDID_DATABASE__URL", "postgres://u:hunter2@127.0.0.1:1/none").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success() && said.contains("FAULT database: postgres://u:***@127.0.0.1:1/none cannot be reached"), "{said}");
    assert!(!said.contains("hunter2"));
}

#[cfg(unix)]
#[test]
fn what_the_program_makes_belongs_to_who_runs_it() {
    use std::os::unix::fs::PermissionsExt as _;
    fn modes(folder: &Path, found: &mut Vec<(std::path::PathBuf, u32)>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let meta = entry.metadata().unwrap();
            found.push((entry.path(), meta.permissions().mode() & 0o777));
            if meta.is_dir() {
                modes(&entry.path(), found);
            }
        }
    }
    let folder = installed();
    assert_eq!(run(folder.path(), &["user", "add", "maryam", "--role", "admin", "--no-password"]).0, 0);
    let mut running = Busy::serve(folder.path());
    let mut found = Vec::new();
    modes(&folder.path().join("data"), &mut found);
    assert!(found.len() >= 4, "database, key and photos: {found:?}");
    for (path, mode) in &found {
        assert_eq!(*mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let said = run(folder.path(), &["doctor"]).1;
    for looked_at in ["ok    files: nobody else may read data/bazdid.db, ", "data/bazdid.key, data/evidence; bazdid.toml holds no secret"] {
        assert!(said.contains(looked_at), "{said}");
    }
    let config = folder.path().join("bazdid.toml");
    let toml = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, toml.replace("[telemetry]", "[telemetry]\nmetrics_token = \"a-token-of-the-metrics\"")).unwrap();
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o640)).unwrap();
    let said = run(folder.path(), &["doctor"]).1;
    assert!(said.contains("data/evidence, bazdid.toml\n"), "the group of the program may read what an administrator has written: {said}");
    for (path, wide, right) in
        [("data/bazdid.db", 0o640, "600"), ("data/bazdid.key", 0o604, "600"), ("data/evidence", 0o750, "700"), ("bazdid.toml", 0o644, "o=")]
    {
        let file = folder.path().join(path);
        let before = std::fs::metadata(&file).unwrap().permissions();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(wide)).unwrap();
        let (code, said) = run(folder.path(), &["doctor"]);
        assert!(code == 1 && said.contains("FAULT files") && said.contains(&format!("chmod {right} {path}")), "{said}");
        std::fs::set_permissions(&file, before).unwrap();
    }
}

#[test]
fn a_log_in_a_file_has_no_colours_and_no_faults_of_clients() {
    let folder = installed();
    let log = folder.path().join("log");
    let mut child = command(folder.path(), &["serve"])
        .env("BAZDID_TELEMETRY__LEVEL", "debug")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    for sent in ["\0\0nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /v1/me HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n"] {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer));
        assert!(answer.starts_with("HTTP/1.1 400"), "{sent:?}: {answer}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("serving") && !said.contains('\u{1b}'), "{said}");
    assert!(!said.contains("ERROR"), "{said}");
}

#[test]
fn receivers_of_webhooks_are_run_from_the_command_line() {
    let folder = installed();
    let webhook = |args: &[&str]| run(folder.path(), &[&["webhook"][..], args].concat());
    let (code, said) = webhook(&["add", "http://127.0.0.1/"]);
    assert!(code == 1 && said.contains("/url: must begin with https://"), "{said}");
    assert_eq!(webhook(&["add", "https://hooks.example.org/x", "--event", "ticket.exploded"]).0, 2);
    let add = ["add", "https://hooks.example.org/x", "--event", "ticket.created", "--event", "ticket.merged", "--description", "for us"];
    let (code, said) = webhook(&add);
    let word = |said: &str, of: &str| {
        let line = said.lines().find_map(|l| l.strip_prefix(of)).unwrap_or_else(|| panic!("{said}"));
        line.trim().to_owned()
    };
    assert_eq!(code, 0, "{said}");
    let (id, secret) = (word(&said, "webhook "), word(&said, "secret "));
    assert!(secret.starts_with("whsec_"), "{said}");
    let (_, listed) = webhook(&["list"]);
    assert!(listed.contains(&format!("{id}  active  https://hooks.example.org/x")), "{listed}");
    assert!(listed.contains("for us") && listed.contains("ticket.created, ticket.merged; 0 pending, 0 dead"), "{listed}");
    assert!(!listed.contains("whsec_"));
    let (code, said) = webhook(&["rotate", &id, "--overlap-hours", "0"]);
    assert!(code == 0 && word(&said, "secret ") != secret, "{said}");
    assert_eq!(webhook(&["ping", &id]).0, 0);
    assert!(webhook(&["list"]).1.contains("1 pending"));
    assert!(webhook(&["retry", &id]).1.contains("sends 0 deliveries again"));
    assert_eq!(webhook(&["disable", &id]), (0, format!("{id} is disabled\n")));
    assert_eq!(webhook(&["ping", &id]).0, 1, "it is switched off");
    assert_eq!(webhook(&["enable", &id]), (0, format!("{id} is active\n")));
    assert_eq!(webhook(&["remove", &id]).0, 0);
    assert_eq!(webhook(&["list"]), (0, String::new()));
    let (code, said) = webhook(&["remove", &id]);
    assert!(code == 1 && said.contains("webhook"), "{said}");
}

#[test]
fn migrations_go_up_and_down_when_one_means_it() {
    let folder = installed();
    let (_, said) = run(folder.path(), &["migrate", "status"]);
    assert!(said.contains("waits: "), "{said}");
    assert!(run(folder.path(), &["migrate", "up"]).1.contains("run: "));
    assert!(run(folder.path(), &["migrate", "status"]).1.contains("nothing waits"));
    let (code, said) = run(folder.path(), &["migrate", "down"]);
    assert!(code == 1 && said.contains("say --yes"), "{said}");
    assert_eq!(run(folder.path(), &["migrate", "down", "--yes"]).0, 0);
    assert!(run(folder.path(), &["migrate", "status"]).1.contains("waits: "));
}

#[test]
fn faults_of_the_configuration_are_told_at_once() {
    let folder = installed();
    std::fs::write(folder.path().join("bazdid.toml"), "[server]\nprot = 1\nworkers = 0\n").unwrap();
    let (code, said) = run(folder.path(), &["serve"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("2 fault(s)") && said.contains("did you mean `server.port`?") && said.contains("server.workers"), "{said}");
}

#[test]
fn the_configuration_in_force_is_printed_and_the_documentation_shows_the_defaults() {
    let folder = installed();
    let output = command(folder.path(), &["config"]).env("BAZDID_CITY__MAX_OFFLINE_DAYS", "9").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("port = 0\n") && said.contains("max_offline_days = 9\n"), "{said}");
    let documented = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    for line in bazdid_server::config::Config::default().to_toml().lines().filter(|l| !l.starts_with("workers = ")) {
        assert!(documented.contains(line), "docs/configuration.md lacks: {line}");
    }
}

/// A server of a folder that has a request under way: its head is read, its body is not sent yet.
#[cfg(unix)]
struct Busy {
    child: Child,
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

#[cfg(unix)]
const BODY: &str = r#"{"login":"nobody","password":"wrong"}"#;

#[cfg(unix)]
impl Busy {
    fn serve(folder: &Path) -> Self {
        let mut child = command(folder, &["serve"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        assert!(ureq::get(format!("{base}/readyz")).call().unwrap().status() == 200);
        // The server's word to go on with the body says that the request is under way.
        let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
        let head =
            "POST /v1/auth/login HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n";
        write!(stream, "{head}Content-Length: {}\r\n\r\n", BODY.len()).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut word = String::new();
        reader.read_line(&mut word).unwrap();
        assert!(word.starts_with("HTTP/1.1 100"), "{word}");
        Self { child, stream, reader }
    }

    fn signal(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Whether the program ends within some seconds.
    fn ends_within(&mut self, seconds: u64) -> bool {
        for _ in 0..seconds * 50 {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

#[cfg(unix)]
#[test]
fn a_server_stops_at_a_signal_and_lets_requests_under_way_finish() {
    let folder = installed();
    let mut busy = Busy::serve(folder.path());
    assert!(folder.path().join("data/bazdid.key").exists() && folder.path().join("data/bazdid.db").exists());
    busy.signal();
    busy.stream.write_all(BODY.as_bytes()).unwrap();
    let mut answer = String::new();
    busy.reader.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 401") && answer.contains("bad_credentials"), "{answer}");
    assert!(busy.child.wait().unwrap().success());
}

/// SQLite's journal belongs to whoever has the database open: who takes themselves for the last one removes it.
#[cfg(unix)]
#[test]
fn a_command_beside_a_server_leaves_its_journal_alone() {
    let folder = installed();
    let mut busy = Busy::serve(folder.path());
    let journal = folder.path().join("data/bazdid.db-wal");
    assert!(journal.exists());
    for args in [&["user", "add", "maryam", "--role", "admin", "--no-password"][..], &["doctor"]] {
        let (code, said) = run(folder.path(), args);
        assert_eq!(code, 0, "{said}");
        assert!(journal.exists(), "{args:?} removed it");
    }
    busy.stream.write_all(BODY.as_bytes()).unwrap();
    let mut answer = String::new();
    busy.reader.read_to_string(&mut answer).unwrap();
    busy.signal();
    assert!(busy.child.wait().unwrap().success() && answer.contains("bad_credentials"), "{answer}");
}

#[cfg(unix)]
#[test]
fn the_second_signal_stops_at_once() {
    let folder = installed();
    // Far longer than the test waits: only the second signal can end it.
    std::fs::write(folder.path().join("bazdid.toml"), "[server]\nport = 0\ngrace_s = 300\nrequest_timeout_s = 300\n").unwrap();
    let mut busy = Busy::serve(folder.path());
    busy.signal();
    assert!(!busy.ends_within(2), "the first signal did not wait for the request under way");
    busy.signal();
    assert!(busy.ends_within(30), "the second signal did not stop the server");
    assert!(busy.child.wait().unwrap().success());
    let mut answer = String::new();
    // The connection ends without an answer: closed, or reset.
    assert!(busy.reader.read_to_string(&mut answer).is_err() || !answer.contains("401"), "{answer}");
}

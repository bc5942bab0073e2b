//! `bazdid bench` in tiny sizes on both databases: every figure is there, nothing is lost, nothing stays behind. Times are not looked at.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_types::BigInt};
use serde_json::Value;

use crate::common::TestDb;

const TINY: &[&str] = &[
    "--requests",
    "60",
    "--tickets",
    "150",
    "--batches",
    "8",
    "--devices",
    "20",
    "--waiters",
    "30",
    "--photos",
    "8",
    "--orders",
    "5",
    "--large",
    "1000",
];

/// A bench whose temporary files go to a folder of the test's.
fn bench(folder: &Path, database: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bazdid"));
    command.current_dir(folder).env("TMPDIR", folder).args(["bench", "--database", database]).args(TINY).args(more);
    command
}

/// The databases under load: `sqlite`, and where one is reachable the URL of a PostgreSQL database.
fn both() -> Vec<(String, Option<TestDb>)> {
    let postgres = TestDb::postgres().map(|db| (db.url.clone(), Some(db)));
    [Some(("sqlite".to_owned(), None)), postgres].into_iter().flatten().collect()
}

/// How many databases a bench has on the server of a test's database.
fn left_behind(db: &TestDb, pid: u32) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut conn = PgConnection::establish(&db.url).unwrap();
    let sql = format!("SELECT count(*) AS n FROM pg_database WHERE datname LIKE 'bazdid_bench_{pid}%'");
    diesel::sql_query(sql).get_result::<Count>(&mut conn).unwrap().n
}

/// What must be told, as the beginning of a figure's name.
const FIGURES: &[(&str, &[&str])] = &[
    ("storm", &["all done after", "rows served", "a device until it is done, p99", "memory", "mutations lost"]),
    ("crew", &["first sync (identity), size", "first sync (zstd)", "first sync (zstd), size"]),
    ("waiters", &["acknowledged → woken, p99", "acknowledged → woken and read by all, p99", "wakings"]),
    ("size", &["nothing new, 1000 tickets, p99", "nothing new, p50, large against small", "100 changes, p50, large against small"]),
    ("tickets", &["registered", "a ticket, p50", "a ticket, p99", "of them given to somebody", "memory"]),
    (
        "push",
        &[
            "notes by 1",
            "notes by 8",
            "facts by 1",
            "facts by 8",
            "facts by 8, a batch, p50",
            "facts by 8, a batch, p99",
            "facts by 8, a batch",
            "facts by 8, size",
            "facts by 8, size with zstd",
            "plain SQL, first, the same rows by one connection",
            "plain SQL, third, a batch, p99",
            "pushes by 8 devices against plain SQL, the median",
        ],
    ),
    (
        "pull",
        &[
            "first sync of a supervisor (identity)",
            "first sync of a supervisor (zstd), size",
            "first sync of an inspector (identity), size",
            "nothing new, a request",
            "delta of 100 changes, a push and a pull",
            "nothing new, one device, p99",
            "nothing new, 64 devices, p99",
            "delta of 100 changes, p99",
            "one change, acknowledged → read by a second device, p99",
        ],
    ),
    (
        "outage",
        &["all answered after", "throughput", "a device until it is done, p99", "answered applied", "rows made", "rows lost", "memory"],
    ),
    (
        "uploads",
        &[
            "in one piece by 8",
            "in one piece by 8, beginning",
            "in pieces of 256 KiB by 8",
            "in pieces of 256 KiB by 8, a request, p99",
            "in pieces of 256 KiB by many, memory",
        ],
    ),
    ("import", &["rows, the whole command"]),
    (
        "hostile",
        &[
            "without a flood, ordinary, p99",
            "announced bodies, asked",
            "slow uploads, asked",
            "documents, ordinary p99 against without",
            "logins, turned away or cut",
            "readers that read nothing, /livez, p99",
            "writes of one account, memory of the server at most",
            "requests of one account, asked",
        ],
    ),
    ("start", &["ready after", "memory of the server at rest"]),
];

fn figure(report: &Value, part: &str, name: &str) -> f64 {
    let figures = report["figures"].as_array().unwrap();
    let found = figures.iter().find(|f| f["part"] == part && f["name"].as_str().unwrap().starts_with(name));
    let found = found.unwrap_or_else(|| panic!("{part} does not tell: {name}"));
    found["value"].as_f64().unwrap_or_else(|| panic!("{part}, {name} has no value: {found}"))
}

#[test]
fn every_part_tells_its_figures_and_nothing_is_lost_or_left_behind() {
    for (database, db) in both() {
        let folder = tempfile::tempdir().unwrap();
        let every: Vec<&str> = FIGURES.iter().map(|(part, _)| *part).collect();
        let more = [&["--rounds", "2", "--figures", "figures.json"], every.as_slice()].concat();
        let mut child = bench(folder.path(), &database, &more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let printed = std::io::read_to_string(child.stdout.take().unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&std::fs::read(folder.path().join("figures.json")).unwrap()).unwrap();
        assert_eq!(report["database"], if db.is_some() { "postgres" } else { "sqlite" });
        for (part, names) in FIGURES {
            for name in *names {
                let value = figure(&report, part, name);
                // What nothing is told of by the demonstration's machine may be nothing; all else is measured.
                assert!(value > 0.0 || name.contains("lost"), "{part}, {name}: {value}");
                assert!(printed.contains(name), "{name} is not printed");
            }
        }
        assert_eq!(figure(&report, "outage", "rows lost"), 0.0);
        assert_eq!(figure(&report, "storm", "mutations lost"), 0.0);
        assert_eq!(figure(&report, "waiters", "wakings"), 150.0);
        assert_eq!(figure(&report, "outage", "answered applied"), 400.0);
        assert_eq!(figure(&report, "outage", "rows made"), 300.0);
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(left, ["figures.json"]);
        assert_eq!(db.map_or(0, |db| left_behind(&db, pid)), 0);
    }
}

#[test]
fn after_an_error_nothing_stays_behind() {
    for (database, db) in both() {
        let folder = tempfile::tempdir().unwrap();
        let child =
            bench(folder.path(), &database, &["start"]).env("BAZDID_SERVER__WORKERS", "none").stderr(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("server.workers"), "{said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(db.map_or(0, |db| left_behind(&db, pid)), 0);
    }
}

#[cfg(unix)]
#[test]
fn who_ends_it_leaves_nothing_behind() {
    for (database, db) in both() {
        let folder = tempfile::tempdir().unwrap();
        // Far longer than the test waits: only the signal can end it.
        let mut child =
            bench(folder.path(), &database, &["--rounds", "10000", "pull"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with("  first sync")), "it ended before");
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        lines.for_each(drop);
        let pid = child.id();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(db.map_or(0, |db| left_behind(&db, pid)), 0);
    }
}

#[test]
fn it_is_not_in_the_list_teaches_by_example_and_loads_nobody_else() {
    let program = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_bazdid")).args(args).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    assert!(!program(&["--help"]).1.contains("bench"));
    let (code, help) = program(&["bench", "--help"]);
    assert!(code == Some(0) && help.contains("Examples:") && help.contains("127.0.0.1"), "{help}");
    let (code, said) = program(&["bench", "--database", "postgres://bazdid@db.example/bazdid"]);
    assert!(code == Some(2) && said.contains("this machine only"), "{said}");
}

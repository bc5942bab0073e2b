use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn load(toml: &str, pairs: &[(&str, &str)]) -> Result<Config, Faults> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bazdid.toml");
    std::fs::write(&file, toml).unwrap();
    Config::read(Some(&file), env(pairs))
}

#[test]
fn the_defaults_stand_without_file_and_environment() {
    assert_eq!(load("", &[]).unwrap(), Config::default());
    assert_eq!(Config::default().database.url.reveal(), "sqlite://data/bazdid.db");
}

#[test]
fn the_environment_stands_over_the_file() {
    let key = "1".repeat(64);
    let config = load(
        "[server]\nport = 1\nworkers = 3\n[city]\nborder_tolerance_m = 30\ntime_zone = \"Europe/Berlin\"\n[telemetry]\nformat = \"json\"",
        &[("BAZDID_SERVER__PORT", "9000"), ("BAZDID_SECURITY__MASTER_KEY", &key), ("BAZDID_TEST_POSTGRES", "not ours")],
    )
    .unwrap();
    assert_eq!((config.server.port, config.server.workers), (9000, 3));
    assert_eq!((config.city.border_tolerance_m, config.city.time_zone), (30.0, chrono_tz::Europe::Berlin));
    assert_eq!(config.telemetry.format, LogFormat::Json);
    assert_eq!(config.security.master_key, Some(MasterKey::new([0x11; 32])), "a key of digits is no number");
}

/// (file, environment, what the one fault must say)
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

#[test]
fn each_fault_names_its_key_its_origin_and_what_would_be_right() {
    let cases: &[Case] = &[
        ("[server]\nport = 70000", &[], &["server.port (", "bazdid.toml)", "from 0 to 65535"]),
        ("[server]\nport = \"many\"", &[], &["server.port", "whole number"]),
        ("[server]\nprot = 1", &[], &["server.prot", "did you mean `server.port`?"]),
        ("[sever]\nport = 1", &[], &["sever.port", "did you mean `server.port`?"]),
        ("city = 3", &[], &["city (", "must be a section"]),
        ("databse = 3", &[], &["databse (", "did you mean `database`?"]),
        ("[server]\nbind = \"localhost\"", &[], &["server.bind", "IP address"]),
        ("[city]\ntime_zone = \"Tehran\"", &[], &["city.time_zone"]),
        ("[city]\nborder_tolerance_m = nan", &[], &["city.border_tolerance_m", "metres"]),
        ("[telemetry]\nformat = \"xml\"", &[], &["telemetry.format", "pretty, json"]),
        ("[telemetry]\nlevel = \"x=y=z\"", &[], &["telemetry.level"]),
        ("[server\n", &[], &["bazdid.toml"]),
        ("", &[("BAZDID_SERVER__WORKERS", "0")], &["server.workers (environment variable BAZDID_SERVER__WORKERS)", "from 1 to 64"]),
        ("", &[("BAZDID_PORT", "1")], &["BAZDID_PORT", "two underscores"]),
        ("", &[("BAZDID_SERVER__PROT", "1")], &["BAZDID_SERVER__PROT", "did you mean `server.port`?"]),
        ("", &[("BAZDID_DATABASE__URL", "mysql://u:secret@h/d")], &["database.url", "sqlite:// or postgres://"]),
        ("", &[("BAZDID_SECURITY__MASTER_KEY", "secret")], &["security.master_key", "64 hex digits"]),
    ];
    for (toml, environment, expected) in cases {
        let faults = load(toml, environment).unwrap_err();
        let said = faults.to_string();
        assert_eq!(faults.0.len(), 1, "{toml} {environment:?}: {said}");
        for part in *expected {
            assert!(said.contains(part), "{toml} {environment:?}: {said} does not say {part}");
        }
        assert!(!said.contains("secret"), "a secret is not repeated: {said}");
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let faults = load("[server]\nport = -1\nx = 2\n[city]\nmax_offline_days = 0", &[("BAZDID_DATABASE__CONNECTIONS", "all")]).unwrap_err();
    let keys: Vec<&str> = faults.0.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(keys, ["city.max_offline_days", "server.port", "server.x", "database.connections"]);
}

#[test]
fn a_named_file_must_be_there() {
    let faults = Config::read(Some(Path::new("/nowhere/bazdid.toml")), []).unwrap_err();
    assert!(faults.to_string().contains("no such file"));
}

#[test]
fn secrets_do_not_show() {
    let key = "ab".repeat(32);
    for url in ["postgres://u:hunter2@db:5432/b", "postgres://u@db/b?password=hunter2", "postgres://u:hun@hunter2@db/b"] {
        let config = load("", &[("BAZDID_DATABASE__URL", url), ("BAZDID_SECURITY__MASTER_KEY", &key)]).unwrap();
        let shown = format!("{config:?} {}", config.database.url);
        assert!(!shown.contains("hunter2") && !shown.contains("abab") && !shown.contains("171, 171"), "{shown}");
        assert!(shown.contains("db"));
        assert_eq!(config.security.master_key.unwrap().to_hex(), key);
    }
}

#[test]
fn what_is_written_is_read_again_and_holds_no_secret() {
    let url = "postgres://u:hunter2@db/b";
    let config = load("[server]\nport = 9\n", &[("BAZDID_DATABASE__URL", url), ("BAZDID_SECURITY__MASTER_KEY", &"ab".repeat(32))]).unwrap();
    let text = config.to_toml();
    assert!(!text.contains("hunter2") && !text.contains("abab") && text.contains("# master_key = "), "{text}");
    let again = load(&text, &[("BAZDID_DATABASE__URL", url), ("BAZDID_SECURITY__MASTER_KEY", &"ab".repeat(32))]).unwrap();
    assert_eq!(again, config);
}

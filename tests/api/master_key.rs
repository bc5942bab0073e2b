//! The master key belongs to the database: nothing works with another one, none is made for data that has one, and a lost one is replaced.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use bazdid_domain::account::Role;
use bazdid_server::config::{Config, MasterKey};
use bazdid_store as store;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    app::{PASSWORD, TestApp},
    common::TestDb,
    town::{PHONE, Town},
};

/// The program on a database, with the key file of a folder.
fn run(folder: &Path, url: &str, args: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_bazdid"))
        .args(args)
        .current_dir(folder)
        .env("BAZDID_DATABASE__URL", url)
        .env("BAZDID_SECURITY__KEY_FILE", folder.join("bazdid.key"))
        .env("BAZDID_SERVER__PORT", "0")
        .env("BAZDID_TELEMETRY__LEVEL", "error")
        .output()
        .unwrap();
    (status.code().unwrap_or(-1), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

#[test]
fn no_program_works_with_another_key_and_none_is_made_for_a_database_with_data() {
    for db in TestDb::both() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bazdid.key");
        let bazdid = |args: &[&str]| run(folder.path(), &db.url, args);
        let (code, said) = bazdid(&["user", "add", "maryam", "--role", "admin", "--no-password"]);
        assert!(code == 0 && file.exists(), "the first command makes the key: {said}");
        assert!(bazdid(&["doctor"]).1.contains("ok    key of the database: it is the configured one, version 1"));
        let right = fs::read_to_string(&file).unwrap();

        fs::remove_file(&file).unwrap();
        for args in [["serve"].as_slice(), &["user", "list"], &["restored"], &["user", "rotate-keys"]] {
            let (code, said) = bazdid(args);
            assert!(code == 1 && said.contains("no new key was made") && said.contains("reset-keys"), "{args:?}: {said}");
            assert!(!file.exists(), "{args:?}");
        }
        let (code, said) = bazdid(&["doctor"]);
        assert!(code == 1 && said.contains("FAULT key of the database: the database has data"), "{said}");

        fs::write(&file, format!("{}\n", "22".repeat(32))).unwrap();
        for args in [["serve"].as_slice(), &["serve", "--no-migrate"], &["user", "list"], &["restored"]] {
            let (code, said) = bazdid(args);
            assert!(code == 1 && said.contains("is not that of the database"), "{args:?}: {said}");
        }
        let (code, said) = bazdid(&["doctor"]);
        assert!(code == 1 && said.contains("FAULT key of the database: it is another one"), "{said}");

        fs::write(&file, &right).unwrap();
        assert_eq!(bazdid(&["user", "list"]).0, 0);
        let (code, said) = bazdid(&["user", "reset-keys", "--accept-loss"]);
        assert!(code == 1 && said.contains("nothing is lost"), "{said}");

        fs::remove_file(&file).unwrap();
        assert_eq!(bazdid(&["user", "reset-keys"]).0, 2, "the loss is to be accepted");
        let (code, said) = bazdid(&["user", "reset-keys", "--accept-loss"]);
        assert!(code == 0 && said.contains("has a new master key"), "{said}");
        assert!(bazdid(&["doctor"]).1.contains("version 2"));
        assert_eq!(bazdid(&["user", "list"]).0, 0);
        fs::write(&file, &right).unwrap();
        assert_eq!(bazdid(&["user", "list"]).0, 1, "the old one is no longer the database's");
    }
}

#[test]
fn a_key_that_the_first_start_made_is_found_again_by_what_it_sealed() {
    for db in TestDb::both() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), &db.url, &["user", "rotate-keys"]).0, 0);
        // As a former version left it: with sealed keys and without a check value.
        db.run_sql("DELETE FROM server_state WHERE name = 'master_key'");
        let file = folder.path().join("bazdid.key");
        let right = fs::read_to_string(&file).unwrap();
        fs::write(&file, "22".repeat(32)).unwrap();
        assert!(run(folder.path(), &db.url, &["user", "list"]).1.contains("is not that of the database"));
        fs::write(&file, right).unwrap();
        assert_eq!(run(folder.path(), &db.url, &["user", "list"]).0, 0);
        assert!(run(folder.path(), &db.url, &["doctor"]).1.contains("version 1"), "and is noted now");
    }
}

#[test]
fn a_server_whose_key_is_replaced_meanwhile_is_not_ready_and_seals_nothing() {
    for app in TestApp::both() {
        app.account("op-1");
        let login = json!({ "login": "op-1", "password": PASSWORD });
        app.post("/v1/auth/login", &login).ok();
        assert_eq!(app.get("/readyz").status, 200);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), &app.db.url, &["user", "reset-keys", "--accept-loss"]).0, 0);
        let reply = app.get("/readyz");
        assert!(reply.problem("unavailable")["detail"].as_str().unwrap().contains("master key"));
        assert_eq!(reply.header("retry-after"), "30");
        // Its keys are remembered for half a minute.
        app.clock.advance_minutes(1);
        app.post("/v1/auth/login", &login).problem("unavailable");
        assert_eq!(app.get("/livez").status, 200);
    }
}

#[test]
fn a_server_is_not_ready_while_its_key_file_holds_another_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bazdid.key");
    let keyed = |config: &mut Config| {
        config.security.master_key = None;
        config.security.key_file.clone_from(&file);
    };
    for app in TestApp::both_with(keyed) {
        let right = fs::read_to_string(&file).unwrap();
        for (held, status) in [("22".repeat(32), 503), ("nonsense".into(), 503), (right.clone(), 200)] {
            fs::write(&file, &held).unwrap();
            assert_eq!(app.get("/readyz").status, status, "{held}");
        }
        fs::remove_file(&file).unwrap();
        assert_eq!(app.get("/readyz").status, 200, "the file may be there for the start only");
        fs::write(&file, right).unwrap();
    }
}

#[test]
fn with_a_new_key_people_log_in_as_ever_and_what_was_sealed_is_lost_and_says_so() {
    for mut town in Town::both() {
        town.pothole();
        let listed = town.call("operator", "POST", "/v1/calls/find").json(&json!({ "phone": PHONE })).send().ok();
        let call = format!("/v1/calls/{}/reveal", listed["items"][0]["id"].as_str().unwrap());
        let reveal = |town: &Town, path: &str| town.call("operator", "POST", path).json(&json!({ "reason": "calling back" })).send();
        assert_eq!(reveal(&town, &call).ok()["phone"], PHONE);
        let url = town.app.db.url.clone();
        town.app.reconfigure(|config| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("bazdid.key"), "22".repeat(32)).unwrap();
            let (code, said) = run(folder.path(), &url, &["user", "reset-keys", "--accept-loss"]);
            assert!(code == 0 && said.contains("1 phone number(s) cannot be read any more"), "{said}");
            config.security.master_key = Some(MasterKey::new([0x22; 32]));
        });
        town.call("operator", "GET", "/v1/me").send().problem("unauthenticated");
        let town = town.again(&["operator"]);
        assert!(reveal(&town, &call).problem("not_found")["detail"].as_str().unwrap().contains("master key that was lost"));
        let found = |town: &Town| town.call("operator", "POST", "/v1/calls/find").json(&json!({ "phone": PHONE })).send().ok();
        assert_eq!(found(&town)["items"], json!([]));
        town.pothole();
        let fresh = format!("/v1/calls/{}/reveal", found(&town)["items"][0]["id"].as_str().unwrap());
        assert_eq!(reveal(&town, &fresh).ok()["phone"], PHONE, "what is sealed from now on is read");
        town.app.person("admin", Role::Admin, None, &[]);
        let entries = town.app.call("GET", "/v1/audit?action=master_key.reset").token(&town.app.token("admin")).send().ok();
        assert_eq!(entries["items"][0]["detail"]["version"], 2);
    }
}

#[test]
fn no_phone_can_be_found_out_from_what_is_kept_of_a_request() {
    for town in Town::both() {
        let body = json!({ "outcome": "information_only", "phone": PHONE });
        let create = || town.call("operator", "POST", "/v1/calls").header("Idempotency-Key", "the-key-1").json(&body).send();
        let first = create();
        assert_eq!(first.status, 201, "{first:?}");
        assert_eq!(create().ok(), first.ok(), "the repetition gets the first answer");
        let operator = town.get("operator", "/v1/me")["id"].as_str().unwrap().parse().unwrap();
        let kept = town.app.db.db().read_blocking(|tx| store::idempotency::find_answer(tx, operator, "the-key-1")).unwrap().unwrap();
        // What somebody with a copy of the database can compute for a number that they try.
        let plain = Sha256::new().chain_update("POST\0/v1/calls\0").chain_update(body.to_string()).finalize();
        assert_eq!(kept.request_hash.len(), 34);
        assert!(!kept.request_hash.windows(32).any(|w| w == plain.as_slice()));
        let vault = |master: u8| bazdid_security::vault::Vault::new(&[master; 32]).request_hash(&plain.into());
        assert!(kept.request_hash == vault(7) && kept.request_hash != vault(8), "a keyed hash");
    }
}

//! `bazdid user`, run as a person runs it.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use bazdid_domain::{account::Role, organisation::OrganisationKind};
use bazdid_service::device::{self, NewDevice};
use bazdid_store as store;

use crate::city::City;

/// Runs the program on a city's database with something on standard input.
fn run(city: &City, args: &[&str], input: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bazdid"))
        .args(args)
        .current_dir(folder.path())
        .env("BAZDID_DATABASE__URL", &city.test_db.url)
        .env("BAZDID_SECURITY__MASTER_KEY", "07".repeat(32))
        .env("BAZDID_TELEMETRY__LEVEL", "error")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn bazdid(city: &City, args: &[&str], input: &str) -> Output {
    run(city, &[&["user"], args].concat(), input)
}

#[track_caller]
fn fine(city: &City, args: &[&str], input: &str) -> String {
    let output = bazdid(city, args, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(city: &City, args: &[&str], input: &str) -> String {
    let output = bazdid(city, args, input);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn an_installation_gets_its_people_from_the_command_line() {
    for city in City::both() {
        city.organisation("c-1", OrganisationKind::Contractor);
        let added = fine(&city, &["add", "Maryam", "--name", "مریم", "--role", "admin", "--password-stdin"], "a long password\n");
        assert!(added.contains("maryam") && added.contains("admin") && added.contains("in force"), "{added}");
        fine(&city, &["add", "crew-1", "--no-password"], "");
        fine(&city, &["grant", "crew-1", "crew", "--organisation", "c-1", "--to", "2099-03-21"], "");
        fine(&city, &["passwd", "crew-1", "--password-stdin"], "another long one");
        fine(&city, &["disable", "crew-1"], "");
        let listed = fine(&city, &["list", "crew"], "");
        assert!(listed.contains("(disabled)") && listed.contains("c-1") && !listed.contains("maryam"), "{listed}");
        assert!(listed.contains("to 2099-03-20T20:30:00"), "the day begins in the city's time zone: {listed}");
        fine(&city, &["enable", "crew-1"], "");
        assert!(fine(&city, &["revoke", "crew-1", "crew"], "").contains("1 ended"));
        fine(&city, &["rotate-keys"], "");
        fine(&city, &["add", "owner", "--own", "--password-stdin"], "a long password\n");
        let must_change = |login: &str| {
            let account = city.read(|tx| store::account::find_account_by_login(tx, login)).unwrap();
            city.read(|tx| store::credential::find_credential(tx, account.id)).unwrap().must_change
        };
        assert_eq!(["maryam", "crew-1", "owner"].map(must_change), [true, true, false], "who did not type it chooses another one");
        fine(&city, &["passwd", "maryam", "--own", "--password-stdin"], "typed by maryam");
        assert!(!must_change("maryam"));

        for (args, input, said) in [
            (["add", "maryam", "--no-password", "--locale", "fa"].as_slice(), "", "taken"),
            (&["add", "x y", "--no-password"], "", "/login"),
            (&["add", "op-1", "--password-stdin"], "short\n", "at least 10"),
            (&["add", "op-1"], "a long password\n", "--password-stdin"),
            (&["add", "op-1", "--no-password", "--own"], "", "cannot be used with"),
            (&["add", "op-1", "--no-password", "--role", "operator"], "", "/areas"),
            (&["add", "op-1", "--no-password", "--area", "x", "--role", "operator"], "", "no such area: x"),
            (&["grant", "crew-1", "crew", "--organisation", "c-2"], "", "no such organisation: c-2"),
            (&["grant", "crew-1", "crew", "--organisation", "c-1", "--from", "tomorrow"], "", "is no date"),
            (&["grant", "nobody", "admin"], "", "no such account: nobody"),
            (&["grant", "crew-1", "king"], "", "admin"),
            (&["revoke", "crew-1", "crew"], "", "no such grant"),
            (&["revoke", "maryam", "admin"], "", "another administrator"),
            (&["disable", "maryam"], "", "another administrator"),
            (&["passwd", "maryam", "a password here"], "", "unexpected argument"),
        ] {
            let told = refused(&city, args, input);
            assert!(told.contains(said), "{args:?}: {told}");
        }
        assert_eq!(fine(&city, &["list", "op-1"], ""), "", "a refused account leaves nothing");
        assert!(!city.audit().is_empty());
    }
}

#[test]
fn a_lost_phone_is_one_command() {
    for city in City::both() {
        let area = city.ids.id(city.now());
        let id = city.person("crew-1", Role::Inspector, None, &[area]);
        let register = |nonce: &str| {
            let (ctx, nonce) = (city.ctx_of(id), nonce.to_owned());
            let new = move || NewDevice { nonce: nonce.clone(), name: nonce.clone(), platform: "android".into(), app_version: "1".into() };
            city.write(move |tx| device::register(tx, &ctx, &new())).id.to_string()
        };
        let lost = |args: &[&str]| {
            let output = run(&city, &[&["device", "lost", "crew-1"], args].concat(), "");
            (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
        };
        let phone = register("the phone");
        let (done, said) = lost(&[]);
        assert!(done && said.contains(&phone) && said.contains("is revoked"), "{said}");
        let (tablet, other) = (register("the tablet"), register("the other"));
        let (done, said) = lost(&[]);
        assert!(!done && said.contains(&tablet) && said.contains(&other) && said.contains("--device"), "it asks which one: {said}");
        assert!(!lost(&["--device", &phone]).0, "it is revoked already");
        assert!(lost(&["--device", &tablet]).0);
        assert!(lost(&["--all"]).1.contains(&other));
        assert!(!lost(&["--all"]).0);
        let listed = run(&city, &["device", "list", "crew-1"], "");
        assert_eq!(String::from_utf8(listed.stdout).unwrap().matches("revoked").count(), 3);
    }
}

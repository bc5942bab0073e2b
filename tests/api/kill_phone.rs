//! A phone as a process of its own, killed without a word (SIGKILL) while it records and syncs over HTTP, and started again on its file:
//! what it had said was recorded is there, goes to the server and counts once.
//!
//! `BAZDID_KILLS` and `BAZDID_KILL_SEED` are those of the test that kills the server.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "tests")]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use bazdid_client::{Device, clocks::DeviceClock, http::HttpTransport};
use bazdid_clock::{SharedIds, SystemClock, SystemIds};
use bazdid_domain::{photo::PhotoKind, visit::VisitKind};
use uuid::Uuid;

use crate::{
    common::TestDb,
    kill::{Dice, PASSWORD, configure, found, id, number, start},
};

const LOGIN: &str = "inspector";
/// The name of [`a_phone_that_somebody_kills`] as the test runner knows it.
const CHILD: &str = "kill_phone::a_phone_that_somebody_kills";

fn open(file: &Path, base: &str) -> Device<HttpTransport> {
    let ids: SharedIds = Arc::new(SystemIds);
    let mut http = HttpTransport::new(base);
    let account = http.login(LOGIN, PASSWORD).unwrap().id;
    let clock = DeviceClock::new(Arc::new(SystemClock), Arc::clone(&ids));
    Device::open(file, http, account, "phone", clock, ids).unwrap()
}

/// What stands in the notes of a copy, and how often.
fn notes(device: &Device<HttpTransport>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (_, row) in device.state.copy.list("note") {
        *found.entry(row.row["text"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    found
}

/// Not a test but the process of the one below: records, says what it recorded, syncs, until it is killed.
#[test]
#[ignore = "runs as a process of the test below"]
fn a_phone_that_somebody_kills() {
    let told = |name: &str| std::env::var(name).unwrap();
    let (file, base, round) = (told("PHONE_FILE"), told("PHONE_SERVER"), told("PHONE_ROUND"));
    let mut phone = open(Path::new(&file), &base);
    let mut dice = Dice(round.parse().unwrap());
    let place = bazdid_protocol::geo::Point { lat: 36.25, lon: 50.05, accuracy_m: Some(5.0) };
    let known = phone.state.copy.list("ticket").next().map(|(ticket, _)| ticket);
    let ticket = known.unwrap_or_else(|| phone.create_ticket(id(crate::town_rows::POTHOLE), "چاله", place, None).uuid());
    for n in 0_u64.. {
        if dice.below(2) == 0 {
            phone.add_note(ticket, &format!("{round} {n}"));
            println!("recorded {round} {n}");
        } else {
            phone.grouped(|p| {
                let visit = p.arrive(ticket, VisitKind::Inspection, place);
                p.add_photo(ticket, Some(visit), &bazdid_client::acts::Shot::of(PhotoKind::Defect, place));
                p.add_note(ticket, &format!("{round} {n}"));
            });
            println!("recorded {round} {n}");
        }
        if dice.below(3) == 0 {
            println!("sync");
            phone.sync().unwrap();
            println!("synced");
        }
    }
}

/// Lets a phone live for a while and kills it; the last lines that it said.
fn one_life(file: &Path, base: &str, round: u64, dice: &mut Dice) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([CHILD, "--exact", "--ignored", "--nocapture"])
        .envs([("PHONE_FILE", file.to_str().unwrap()), ("PHONE_SERVER", base), ("PHONE_ROUND", &round.to_string())])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).filter(|l| {
        // The runner says things of its own before and on the same line.
        l.contains("recorded") || l.ends_with("sync") || l.ends_with("synced")
    });
    let mut lines: Vec<String> = out.by_ref().take(usize::try_from(1 + dice.below(12)).unwrap()).collect();
    std::thread::park_timeout(Duration::from_micros(dice.below(20_000)));
    child.kill().unwrap();
    let rest = child.wait_with_output().unwrap();
    assert!(!lines.is_empty(), "the phone did not live: {}", String::from_utf8_lossy(&rest.stderr));
    lines.extend(out);
    lines
}

#[test]
fn a_phone_that_is_killed_at_any_moment_has_what_it_recorded_and_sends_it_once() {
    let mut t = TestDb::sqlite();
    found(t.db());
    t.db = None;
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path(), &t.url);
    let mut server = start(folder.path());
    let file = folder.path().join("phone.db");
    let (mut dice, mut recorded, mut in_sync) = (Dice(number("BAZDID_KILL_SEED", 1)), Vec::new(), 0);
    let kills = number("BAZDID_KILLS", 12);
    for round in 0..kills {
        let lines = one_life(&file, &server.base, round, &mut dice);
        in_sync += usize::from(lines.last().is_some_and(|l| l.ends_with("sync")));
        recorded.extend(lines.iter().filter_map(|l| l.split_once("recorded ")).map(|(_, what)| what.to_owned()));
    }
    let mut phone = open(&file, &server.base);
    let journal: Vec<String> =
        phone.state.outbox.journal().filter(|e| e.cmd == "note.add").map(|e| e.args["text"].as_str().unwrap().to_owned()).collect();
    let mut rest = journal.iter();
    assert!(recorded.iter().all(|what| rest.any(|there| there == what)), "something that was recorded is gone: {recorded:?} {journal:?}");
    // A kill may come between the recording and the word of it, and at no other moment.
    assert!(journal.len() - recorded.len() <= usize::try_from(kills).unwrap());
    assert!(whole_groups(&phone), "of a group a part is there");
    for _ in 0..2 {
        let (_, pulled) = phone.sync().unwrap();
        assert!(pulled.repaired.is_empty() && pulled.diverged.is_empty(), "{pulled:?}");
    }
    assert_eq!((phone.state.outbox.pending(), phone.state.forks), (0, 0));
    let mut fresh = open(&folder.path().join("fresh.db"), &server.base);
    fresh.pull().unwrap();
    assert_eq!(fresh.state.copy.rows().collect::<Vec<_>>(), phone.state.copy.rows().collect::<Vec<_>>());
    let expected: BTreeMap<String, usize> = journal.iter().map(|what| (what.clone(), 1)).collect();
    assert_eq!(notes(&fresh), expected, "each note is on the server, once");
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    println!("{} recorded, {kills} kills, {in_sync} of them in a sync", recorded.len());
    assert!(recorded.len() > 20, "the phone hardly worked");
}

/// Each group was a visit, a photo and a note.
fn whole_groups(phone: &Device<HttpTransport>) -> bool {
    let mut groups: BTreeMap<Uuid, usize> = BTreeMap::new();
    for group in phone.state.outbox.journal().filter_map(|e| e.group) {
        *groups.entry(group.uuid()).or_default() += 1;
    }
    groups.values().all(|n| *n == 3)
}

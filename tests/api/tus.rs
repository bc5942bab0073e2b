//! The real `tus-js-client` against the server: what happens in the field happens to it, and every photo arrives.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    node,
    town::Town,
    upload::{Field, files, photo_add, picture, sha256},
};

/// What is played, with the bytes of its photo.
const SCENES: [(&str, usize); 11] = [
    ("whole", 2_100_000),
    ("pieces", 500_001),
    ("cut", 1_500_000),
    ("offsets", 300_000),
    ("twice", 1_000_000),
    ("lost", 700_000),
    ("known", 300_000),
    ("restart", 600_000),
    ("mismatch", 200_000),
    ("early", 100_000),
    // Last: the clock moves on for a week.
    ("expiry", 200_000),
];

/// The id of the photo of a scene.
fn photo(n: u64) -> Uuid {
    Uuid::from_u128(0x0193_f000_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

/// Declares the photos of all scenes but the one that sends too early, and lays their bytes down.
fn prepare(field: &Field<'_>, folder: &Path) -> Value {
    let mut photos = Vec::new();
    for (n, (name, length)) in (1..).zip(SCENES) {
        let bytes = picture(n, length);
        let (file, other) = (folder.join(name), folder.join(format!("{name}.other")));
        fs::write(&file, &bytes).unwrap();
        fs::write(&other, picture(n + 1_000, length)).unwrap();
        if name != "early" {
            assert_eq!(field.declare(n, &bytes), photo(n));
        }
        photos.push(json!({ "scene": name, "id": photo(n), "file": file, "other": other }));
    }
    photos.into()
}

/// Plays all scenes on a town; gives the town back.
fn play(folder: &Path, mut town: Town) -> Town {
    let bytes = tempfile::tempdir().unwrap();
    let (photos, ticket) = {
        let field = Field::of(&town);
        (prepare(&field, bytes.path()), field.ticket.clone())
    };
    let mut child = node::start(folder, "play.js", &[]);
    let mut to = child.stdin.take().unwrap();
    let port: u16 = town.app.address().rsplit(':').next().unwrap().parse().unwrap();
    writeln!(to, "{}", json!({ "port": port, "token": town.tokens()["inspector"], "photos": photos })).unwrap();
    let mut played = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let said: Value = serde_json::from_str(&line.unwrap()).unwrap();
        match said["ask"].as_str() {
            Some("restart") => {
                town.app.restart();
                writeln!(to, "{{}}").unwrap();
            }
            Some("push") => {
                let n = 1 + u64::try_from(SCENES.iter().position(|(name, _)| *name == "early").unwrap()).unwrap();
                let field = Field { town: &town, ticket: ticket.clone() };
                let add = photo_add(&town, 1, photo(n), &ticket, &fs::read(bytes.path().join("early")).unwrap());
                let body = json!({ "device": field.device(n), "sent_at": add["at"], "mutations": [add] });
                let answer = town.call("inspector", "POST", "/v1/sync/push").json(&body).send().ok();
                assert_eq!(answer["results"][0]["status"], "applied", "{answer}");
                writeln!(to, "{{}}").unwrap();
            }
            Some("a week") => {
                town.app.clock.advance_minutes(7 * 24 * 60 + 1);
                town = town.again(&["inspector", "supervisor"]);
                assert_eq!(town.app.sweep().expired, 1);
                writeln!(to, "{}", json!({ "token": town.tokens()["inspector"] })).unwrap();
            }
            _ => played.push(said["played"].as_str().unwrap().to_owned()),
        }
    }
    assert!(child.wait().unwrap().success(), "the client broke down after {played:?}");
    assert_eq!(played, SCENES.map(|(name, _)| name));
    town
}

#[test]
fn the_library_brings_every_photo_through_whatever_happens() {
    let folder = node::installed(
        "tus",
        "skipped: tus-js-client needs node and npm",
        "skipped: npm could not fetch tus-js-client (BAZDID_REQUIRE_NODE=1 shows why)",
    );
    let Some(folder) = folder else { return };
    for town in Town::both() {
        let town = play(&folder, town);
        let stored: Vec<String> = files(&town.app, "sha256").iter().map(|f| sha256(&fs::read(f).unwrap())).collect();
        assert_eq!(stored.len(), SCENES.len());
        for (n, (name, length)) in (1..).zip(SCENES) {
            assert_eq!(town.get("supervisor", &format!("/v1/photos/{}", photo(n)))["state"], "stored", "{name}");
            assert!(stored.contains(&sha256(&picture(n, length))), "{name}");
        }
        town.app.sweep();
        assert!(files(&town.app, "parts").is_empty());
        assert_eq!(files(&town.app, "mismatch").len(), 1);
    }
}

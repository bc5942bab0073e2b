//! Stored photos are read and judged: what the office sees of them, what another device is told, and what hostile bytes come to. On both
//! databases, with pictures that the tests draw.

use std::{collections::BTreeMap, fs, sync::Arc, time::Duration};

use bazdid_clock::{Clock as _, ManualClock};
use bazdid_domain::picture::{LEASE_US, MAX_ATTEMPTS};
use bazdid_protocol::time::Timestamp;
use bazdid_server::worker::pictures::{Look, Looked, look};
use bazdid_store as store;
use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    evidence::set_category,
    fixture::{ascii, block, encoded, jpeg_with, phone, rationals, scene},
    town::Town,
    town_rows::TREE,
    upload::{STREAM, files, metadata, sha256},
};

/// A photo to be declared and sent.
pub struct Shot {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    pub at: Timestamp,
    pub lat: f64,
    pub device: u64,
}

/// People with phones, and what they did so far.
pub struct Crowd<'a> {
    town: &'a Town,
    seqs: BTreeMap<u64, u64>,
    pub made: u64,
}

impl<'a> Crowd<'a> {
    pub fn of(town: &'a Town) -> Self {
        Self { town, seqs: BTreeMap::new(), made: 0 }
    }

    fn device(&self, n: u64) -> Value {
        let body = json!({ "nonce": format!("nonce of phone {n}"), "name": "phone", "platform": "android", "app_version": "1.0" });
        self.town.call("inspector", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
    }

    pub fn push(&mut self, n: u64, entity: &Value, cmd: &str, args: Value) {
        let seq = self.seqs.entry(n).or_default();
        *seq += 1;
        let now = self.town.app.clock.now();
        let id = Uuid::from_u128(0x0193_f100_0000_7000_8000_0000_0000_0000 + u128::from(n * 1000 + *seq));
        let mutation = json!({ "seq": *seq, "id": id, "cmd": cmd, "entity": entity, "at": now, "args": args });
        let body = json!({ "device": self.device(n), "sent_at": now, "mutations": [mutation] });
        let answer = self.town.call("inspector", "POST", "/v1/sync/push").json(&body).send().ok();
        assert_eq!(answer["results"][0]["status"], "applied", "{answer}");
    }

    pub fn declare(&mut self, ticket: &Value, shot: &Shot) -> Uuid {
        self.made += 1;
        let photo = Uuid::from_u128(0x0193_f000_0000_7000_8000_0000_0000_0000 + u128::from(self.made));
        let args = json!({ "photo": photo, "kind": "during", "sha256": sha256(&shot.bytes), "bytes": shot.bytes.len(), "mime": shot.mime,
            "captured_at": shot.at, "point": { "lat": shot.lat, "lon": 50.05, "accuracy_m": 5.0 } });
        self.push(shot.device, ticket, "photo.add", args);
        photo
    }

    pub fn send(&self, photo: Uuid, shot: &Shot) {
        let creation = self.town.call("inspector", "POST", "/v1/uploads").header("Tus-Resumable", "1.0.0");
        let creation = creation.header("Upload-Length", shot.bytes.len()).header("Upload-Metadata", metadata(photo));
        let reply = creation.bytes(STREAM, shot.bytes.clone()).send();
        assert_eq!((reply.status, reply.header("upload-offset")), (201, shot.bytes.len().to_string().as_str()), "{reply:?}");
    }

    pub fn take(&mut self, ticket: &Value, shot: &Shot) -> Uuid {
        let photo = self.declare(ticket, shot);
        self.send(photo, shot);
        photo
    }

    pub fn photo(&self, photo: Uuid) -> Value {
        self.town.get("supervisor", &format!("/v1/photos/{photo}"))
    }

    pub fn verdict(&self, photo: Uuid, check: &str) -> Value {
        let photo = self.photo(photo);
        photo["verdicts"].as_array().unwrap().iter().find(|v| v["check"] == check).unwrap_or_else(|| panic!("{check}: {photo}")).clone()
    }

    #[track_caller]
    fn expect(&self, photo: Uuid, expected: &[(&str, &str)]) {
        for (check, result) in expected {
            let verdict = self.verdict(photo, check);
            assert_eq!(verdict["result"], *result, "{verdict}");
        }
    }

    /// What another device is told since a cursor.
    fn pull(&self, device: u64, cursor: &Value) -> Value {
        let body = json!({ "device": self.device(device), "cursor": cursor });
        self.town.call("inspector", "POST", "/v1/sync/pull").json(&body).send().ok()
    }
}

pub fn drawing(seed: u32) -> DynamicImage {
    scene(640, 480, seed)
}

fn shot(town: &Town, bytes: Vec<u8>) -> Shot {
    Shot { bytes, mime: "image/jpeg", at: town.app.clock.now(), lat: 36.25, device: 1 }
}

/// A JPEG whose EXIF says a place and the time of the test.
pub fn located(town: &Town, picture: &DynamicImage, minutes_north: u32) -> Vec<u8> {
    use exif::Tag;
    let local = town.app.clock.now().plus_minutes(210).to_chrono().format("%Y:%m:%d %H:%M:%S").to_string();
    let mut fields = phone();
    fields.retain(|f| ![Tag::DateTimeOriginal, Tag::GPSLatitude, Tag::GPSLongitude].contains(&f.tag));
    fields.push(ascii(Tag::DateTimeOriginal, &local));
    fields.push(rationals(Tag::GPSLatitude, &[(36, 1), (minutes_north, 1), (0, 1)]));
    fields.push(rationals(Tag::GPSLongitude, &[(50, 1), (3, 1), (0, 1)]));
    jpeg_with(&encoded(picture, ImageFormat::Jpeg), &block(&fields))
}

#[test]
fn a_stored_photo_is_read_and_judged_and_devices_hear_of_it() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let shot = shot(&town, located(&town, &drawing(1), 15));
        let photo = crowd.take(&ticket, &shot);
        let before = crowd.photo(photo);
        assert_eq!((&before["state"], &before["reading"]), (&json!("stored"), &json!({ "state": "waiting" })));
        let first = crowd.pull(2, &Value::Null);

        assert_eq!(town.app.read_pictures(), Looked { read: 1, judged: 1, ..Looked::default() });
        assert_eq!(town.app.read_pictures(), Looked::default(), "there is nothing more to do");
        crowd.expect(
            photo,
            &[("format", "ok"), ("exif_position", "ok"), ("exif_time", "ok"), ("similar_picture", "ok"), ("speed", "unknown")],
        );
        let shown = crowd.photo(photo);
        assert_eq!(shown["reading"]["state"], "read");
        assert_eq!(shown["reading"]["found"]["model"], json!({ "value": "Field phone 3" }));
        let sentence = &crowd.verdict(photo, "exif_position")["sentence"];
        assert_eq!(sentence["en"], "The position inside the file lies less than 1 m from the declared one; up to 60 m is accepted.");
        assert!(sentence["fa"].as_str().unwrap().contains("موقعیت درون فایل"), "{sentence}");
        assert!(shown["verdicts"].as_array().unwrap().iter().all(|v| v["sentence"]["fa"].as_str().is_some_and(|s| s.ends_with('.'))));

        // Another device is told what the checks say, and nothing that they rest on.
        let changes = crowd.pull(2, &first["cursor"])["changes"].clone();
        let row = changes.as_array().unwrap().iter().find(|c| c["t"] == "photo").unwrap()["row"].clone();
        assert!(row["verdicts"].as_array().unwrap().contains(&json!({ "check": "exif_time", "result": "ok" })), "{row}");

        // The smaller pictures lie beside the original, upright and without EXIF.
        for (folder, side) in [("screen", 640), ("thumb", 320)] {
            let found = files(&town.app, folder);
            assert_eq!(found.len(), 1);
            assert!(found[0].ends_with(format!("{}.jpg", sha256(&shot.bytes))));
            let bytes = fs::read(&found[0]).unwrap();
            let small = image::load_from_memory(&bytes).unwrap();
            assert_eq!((small.width().max(small.height()), small.width() < small.height()), (side, true), "turned by its EXIF");
            assert!(!bytes.windows(4).any(|w| w == b"Exif"));
            let shown = town.call("inspector", "GET", &format!("/v1/photos/{photo}/content?size={folder}")).fetch();
            assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
            assert_eq!(shown.body, bytes, "what the reader has put there is what people see");
        }

        // What comes to the ticket later takes nothing of it away.
        crowd.push(3, &ticket, "note.add", json!({ "note": Uuid::from_u128(99), "text": "x" }));
        crowd.expect(photo, &[("format", "ok"), ("exif_position", "ok")]);
        let metrics = town.app.get("/metrics").text;
        assert!(metrics.contains("bazdid_pictures_waiting 0") && metrics.contains("bazdid_pictures_total{outcome=\"read\"}"), "{metrics}");
        assert!(metrics.contains("bazdid_picture_look_seconds_count"));
    }
}

#[test]
fn a_picture_that_says_another_place_and_time_is_a_mismatch_with_figures() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let shot = Shot { at: town.app.clock.now().plus_minutes(-60), ..shot(&town, located(&town, &drawing(2), 16)) };
        let photo = crowd.take(&ticket, &shot);
        town.app.read_pictures();
        crowd.expect(photo, &[("format", "ok"), ("exif_position", "mismatch"), ("exif_time", "mismatch")]);
        let metres = crowd.verdict(photo, "exif_position")["figures"]["distance_m"].as_f64().unwrap();
        assert!((metres - 1_849.0).abs() < 3.0, "a minute of latitude: {metres}");
        assert_eq!(crowd.verdict(photo, "exif_time")["figures"]["difference_s"], 3_600);
    }
}

#[test]
fn a_ticket_of_another_category_has_its_photos_judged_by_that_one_s_thresholds() {
    for town in Town::both() {
        set_category(&town, TREE, "evidence_thresholds", &json!({ "exif_time_s": 7_200 }));
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let shot = Shot { at: town.app.clock.now().plus_minutes(-60), ..shot(&town, located(&town, &drawing(5), 15)) };
        let photo = crowd.take(&ticket, &shot);
        town.app.read_pictures();
        let path = format!("/v1/tickets/{}", ticket.as_str().unwrap());
        for (category, verdict) in [(None, "mismatch"), (Some("c82"), "ok"), (Some("c81"), "mismatch")] {
            if let Some(category) = category {
                let rev = town.get("operator", &path)["rev"].as_i64().unwrap();
                let triage = town.call("operator", "POST", &format!("{path}/triage")).if_match(rev);
                triage.json(&json!({ "category": category })).send().ok();
                assert_eq!(town.app.read_pictures(), Looked { judged: 1, ..Looked::default() }, "judged, and not read again");
            }
            crowd.expect(photo, &[("exif_time", verdict)]);
        }
    }
}

#[test]
fn nearly_the_same_picture_on_another_ticket_is_told_on_both_sides_and_forgotten_when_it_is_removed() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let (here, there) = (town.pothole()["id"].clone(), town.pothole()["id"].clone());
        let picture = drawing(3);
        let first = crowd.take(&here, &shot(&town, encoded(&picture, ImageFormat::Jpeg)));
        town.app.read_pictures();
        crowd.expect(first, &[("similar_picture", "ok")]);
        // Saved again, smaller and as another format; and once more on the same ticket, where that is no wonder.
        let again = encoded(&picture.resize(500, 375, image::imageops::FilterType::Triangle), ImageFormat::Png);
        let other = crowd.take(&there, &Shot { mime: "image/png", device: 2, ..shot(&town, again) });
        let beside = crowd.take(&here, &Shot { device: 3, ..shot(&town, encoded(&picture.brighten(5), ImageFormat::Jpeg)) });
        let unlike = crowd.take(&there, &Shot { device: 4, ..shot(&town, encoded(&drawing(77), ImageFormat::Jpeg)) });
        town.app.read_pictures();
        let also = |photo| crowd.verdict(photo, "similar_picture")["figures"]["also_in"].clone();
        let ids = |photo| also(photo).as_array().unwrap().iter().map(|a| a["photo"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(first), [json!(other)], "{}", also(first));
        assert_eq!(ids(beside), [json!(other)]);
        let mut both = ids(other);
        both.sort_by_key(ToString::to_string);
        assert_eq!(both, [json!(first), json!(beside)]);
        crowd.expect(unlike, &[("similar_picture", "ok")]);

        crowd.push(2, &there, "photo.remove", json!({ "photo": other }));
        town.app.read_pictures();
        crowd.expect(first, &[("similar_picture", "ok")]);
        crowd.expect(beside, &[("similar_picture", "ok")]);
    }
}

#[test]
fn the_same_bytes_are_read_once_and_judged_for_each_photo() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let (here, there) = (town.pothole()["id"].clone(), town.pothole()["id"].clone());
        let bytes = located(&town, &drawing(4), 15);
        let first = crowd.take(&here, &shot(&town, bytes.clone()));
        town.app.read_pictures();
        let far = Shot { lat: 36.28, device: 2, ..shot(&town, bytes) };
        let second = crowd.take(&there, &far);
        assert_eq!(town.app.read_pictures(), Looked { judged: 1, ..Looked::default() }, "it is not read again");
        crowd.expect(first, &[("exif_position", "ok"), ("similar_picture", "mismatch"), ("unique_bytes", "mismatch")]);
        crowd.expect(second, &[("exif_position", "mismatch"), ("similar_picture", "mismatch"), ("unique_bytes", "mismatch")]);
        assert_eq!(crowd.verdict(second, "similar_picture")["figures"]["nearest_bits"], 0);
    }
}

#[test]
fn a_phone_that_flies_is_told_whatever_arrives_first() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        // 0.04° of latitude are 4.4 km: in a minute nobody goes there, in an hour everybody does.
        let shots: Vec<Shot> = [(-61, 36.25, 50), (-60, 36.29, 51), (0, 36.25, 52)]
            .into_iter()
            .map(|(minutes, lat, seed)| Shot {
                lat,
                at: town.app.clock.now().plus_minutes(minutes),
                ..shot(&town, encoded(&drawing(seed), ImageFormat::Jpeg))
            })
            .collect();
        let photos: Vec<Uuid> = shots.iter().map(|shot| crowd.declare(&ticket, shot)).collect();
        for (n, expected) in [(2, ["", "", "unknown"]), (0, ["ok", "", "ok"]), (1, ["mismatch", "mismatch", "ok"])] {
            crowd.send(photos[n], &shots[n]);
            town.app.read_pictures();
            for (photo, expected) in photos.iter().zip(expected).filter(|(_, expected)| !expected.is_empty()) {
                crowd.expect(*photo, &[("speed", expected)]);
            }
        }
        crowd.push(1, &ticket, "photo.remove", json!({ "photo": photos[1] }));
        town.app.read_pictures();
        crowd.expect(photos[0], &[("speed", "ok")]);
    }
}

#[test]
fn hostile_bytes_are_unknown_with_a_reason_and_stop_nobody() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let jpeg = encoded(&drawing(5), ImageFormat::Jpeg);
        let truncated = |format| {
            let whole = encoded(&drawing(9), format);
            whole[..whole.len() / 3].to_vec()
        };
        // Announces 60,000 × 60,000 pixels.
        let mut bomb = encoded(&scene(32, 24, 6), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let polyglot = [encoded(&drawing(6), ImageFormat::Png), jpeg.clone()].concat();
        let cases = [
            // Of a JPEG there is a picture as far as it goes.
            ("truncated JPEG", truncated(ImageFormat::Jpeg), "ok", None),
            ("truncated PNG", truncated(ImageFormat::Png), "mismatch", Some("damaged")),
            ("bomb", bomb, "mismatch", Some("damaged")),
            ("text", b"<?php system($_GET[0]); ?>".to_vec(), "mismatch", Some("unknown_format")),
            ("polyglot", polyglot, "mismatch", None),
            ("empty picture", b"\xFF\xD8\xFF\xE0".to_vec(), "ok", Some("damaged")),
            ("good", jpeg, "ok", None),
        ];
        let mut photos = Vec::new();
        for (device, (name, bytes, format, gap)) in (10..).zip(cases) {
            let photo = crowd.take(&ticket, &Shot { device, ..shot(&town, bytes) });
            photos.push((name, photo, format, gap));
        }
        let done = town.app.read_pictures();
        assert_eq!((done.read, done.faults), (photos.len(), 0));
        for (name, photo, format, gap) in photos {
            crowd.expect(photo, &[("format", format), ("exif_position", "unknown"), ("exif_time", "unknown")]);
            let similar = crowd.verdict(photo, "similar_picture");
            let expected = if gap.is_some() { "unknown" } else { "ok" };
            assert_eq!((similar["result"].as_str(), similar["figures"]["gap"].as_str()), (Some(expected), gap), "{name}: {similar}");
        }
    }
}

fn panics(bytes: &[u8]) -> Look {
    assert!(bytes.len() % 2 == 1, "the decoder breaks down at an even number of bytes");
    look(bytes)
}

fn sleeps(bytes: &[u8]) -> Look {
    if bytes.len().is_multiple_of(2) {
        std::thread::sleep(Duration::from_secs(4));
    }
    look(bytes)
}

/// A small picture with an odd or even number of bytes.
fn padded(seed: u32, odd: usize) -> Vec<u8> {
    let mut bytes = encoded(&scene(48, 32, seed), ImageFormat::Jpeg);
    if bytes.len() % 2 != odd {
        bytes.push(0);
    }
    bytes
}

#[test]
fn a_picture_that_breaks_its_reader_is_given_up_after_some_tries_and_the_others_are_read() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let bad = crowd.take(&ticket, &shot(&town, padded(30, 0)));
        let good = crowd.take(&ticket, &Shot { device: 2, ..shot(&town, padded(31, 1)) });
        let clock = Arc::new(ManualClock::at(town.app.clock.now()));
        let reader = town.app.reader(|setup| {
            setup.look = panics;
            setup.clock = clock.clone();
        });
        for attempt in 1..=MAX_ATTEMPTS {
            let done = town.app.read_with(&reader);
            assert_eq!((done.faults, done.read), (1, usize::from(attempt == 1)), "attempt {attempt}");
            assert_eq!(town.app.read_with(&reader), Looked::default(), "it is not tried again before its pause is over");
            assert_eq!(crowd.photo(good)["reading"]["state"], "read");
            let reading = crowd.photo(bad)["reading"].clone();
            let state = if attempt == MAX_ATTEMPTS { "failed" } else { "waiting" };
            assert_eq!((&reading["state"], &reading["fault"]), (&json!(state), &json!("panicked")));
            clock.advance_minutes(9);
        }
        crowd.expect(bad, &[("format", "unknown"), ("exif_position", "unknown"), ("exif_time", "unknown"), ("similar_picture", "unknown")]);
        assert_eq!(crowd.verdict(bad, "format")["figures"]["gap"], "unread");
    }
}

#[test]
fn nobody_waits_for_a_picture_that_takes_too_long() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let slow = crowd.take(&ticket, &shot(&town, padded(32, 0)));
        let good = crowd.take(&ticket, &Shot { device: 2, ..shot(&town, padded(33, 1)) });
        let reader = town.app.reader(|setup| {
            setup.look = sleeps;
            setup.budget = Duration::from_millis(1_500);
        });
        let done = town.app.read_with(&reader);
        assert_eq!((done.faults, done.read), (1, 1));
        assert_eq!(crowd.photo(good)["reading"]["state"], "read");
        assert_eq!(crowd.photo(slow)["reading"], json!({ "state": "waiting", "fault": "too_slow" }));
    }
}

#[test]
fn what_a_process_that_died_had_taken_is_read_by_another_one() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let picture = shot(&town, located(&town, &drawing(7), 15));
        let photo = crowd.take(&ticket, &picture);
        // Taken, and even put into its place, but the row was never written.
        let now = town.app.clock.now();
        let claimed = town.app.db.db().write_blocking(move |tx| store::picture::claim_pictures(tx, now, 9)).unwrap();
        assert_eq!(claimed.len(), 1);
        let hash = sha256(&picture.bytes);
        let half = town.app.db.folder().join("evidence/screen").join(&hash[..2]).join(&hash[2..4]);
        fs::create_dir_all(&half).unwrap();
        fs::write(half.join(format!("{hash}.jpg")), b"half").unwrap();
        assert_eq!(town.app.read_pictures(), Looked::default(), "somebody has it");
        assert_eq!(crowd.photo(photo)["reading"]["state"], "waiting");
        town.app.clock.advance_minutes(LEASE_US / 60_000_000);
        assert_eq!(town.app.read_pictures().read, 1);
        crowd.expect(photo, &[("format", "ok"), ("exif_position", "ok")]);
        assert!(fs::read(half.join(format!("{hash}.jpg"))).unwrap().starts_with(b"\xFF\xD8"), "what lay there is replaced");
    }
}

#[test]
fn bytes_that_are_gone_are_looked_for_some_times_and_read_when_they_come_again() {
    for town in Town::both() {
        let mut crowd = Crowd::of(&town);
        let ticket = town.pothole()["id"].clone();
        let picture = shot(&town, encoded(&drawing(8), ImageFormat::Jpeg));
        let photo = crowd.take(&ticket, &picture);
        fs::remove_file(&files(&town.app, "sha256")[0]).unwrap();
        let clock = Arc::new(ManualClock::at(town.app.clock.now()));
        let reader = town.app.reader(|setup| setup.clock = clock.clone());
        for _ in 0..MAX_ATTEMPTS {
            assert_eq!(town.app.read_with(&reader).faults, 1);
            clock.advance_minutes(9);
        }
        assert_eq!(crowd.photo(photo)["reading"]["fault"], "missing");
        crowd.expect(photo, &[("format", "unknown")]);
        let again = crowd.take(&ticket, &Shot { device: 2, ..picture });
        assert_eq!(town.app.read_pictures().read, 1);
        crowd.expect(photo, &[("format", "ok")]);
        crowd.expect(again, &[("format", "ok")]);
    }
}

//! Many uploads, each cut at random bytes and resumed: all are stored, each once, every hash is right, and the worker, who cleans
//! up all the while, takes nothing that anybody needs.

use std::{collections::BTreeSet, fs, io::Write as _, net::TcpStream, thread};

use serde_json::json;
use uuid::Uuid;

use crate::{
    town::Town,
    upload::{Field, STREAM, files, photo_add, picture, sha256},
};

/// A generator of small numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(n).unwrap()).unwrap()
    }
}

/// How many uploads: few as a rule, `BAZDID_UPLOADS` for a long run.
fn uploads() -> usize {
    std::env::var_os("BAZDID_UPLOADS").map_or(40, |n| n.to_str().unwrap().parse().unwrap())
}

/// Bytes of a photo; every seventh one is the same picture as the one before it.
fn bytes(n: usize) -> Vec<u8> {
    let n = if n % 7 == 6 { n - 1 } else { n };
    let length = 1_000 + Dice(u64::try_from(n).unwrap() + 99).below(300_000);
    picture(u64::try_from(n).unwrap(), length)
}

/// Declares all photos in pushes of a hundred, by one device.
fn declare(field: &Field<'_>, count: usize) -> Vec<Uuid> {
    let device = field.device(0);
    let photos: Vec<Uuid> =
        (0..count).map(|n| Uuid::from_u128(0x0193_f000_0000_7000_8000_0001_0000_0000 + u128::try_from(n).unwrap())).collect();
    for chunk in (0..count).collect::<Vec<_>>().chunks(100) {
        let mutations: Vec<_> =
            chunk.iter().map(|n| photo_add(field.town, u64::try_from(n + 1).unwrap(), photos[*n], &field.ticket, &bytes(*n))).collect();
        let body = json!({ "device": device, "sent_at": mutations[0]["at"], "mutations": mutations });
        let answer = field.town.call("inspector", "POST", "/v1/sync/push").json(&body).send().ok();
        assert!(answer["results"].as_array().unwrap().iter().all(|r| r["status"] == "applied"), "{answer}");
    }
    photos
}

/// Sends one photo over lines that break at any byte; sometimes an answer is lost, sometimes the photo is begun anew.
fn bring(field: &Field<'_>, token: &str, n: usize, photo: Uuid) {
    let bytes = bytes(n);
    let mut dice = Dice(u64::try_from(n).unwrap());
    let mut upload = field.create(photo, bytes.len());
    if dice.below(8) == 0 {
        field.patch(&upload, 0, &bytes[..dice.below(bytes.len())]);
        upload = field.create(photo, bytes.len());
    }
    for _ in 0..1 + dice.below(3) {
        let at = field.offset(&upload);
        if at == bytes.len() {
            break;
        }
        let cut = at + dice.below(bytes.len() - at + 1);
        let mut line = TcpStream::connect(field.town.app.address()).unwrap();
        let head = format!(
            "PATCH {upload} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {at}\r\n\
             Content-Type: {STREAM}\r\nContent-Length: {}\r\n\r\n",
            bytes.len() - at
        );
        line.write_all(head.as_bytes()).unwrap();
        // The server may answer before all of it was read.
        drop(line.write_all(&bytes[at..cut]));
    }
    // What a broken line still had under way may come in between: then it is asked again, as the protocol says.
    for _ in 0..50 {
        let at = field.offset(&upload);
        if at == bytes.len() {
            break;
        }
        let reply = field.patch(&upload, at, &bytes[at..]);
        assert!([204, 409, 423].contains(&reply.status), "{n}: {reply:?}");
    }
    assert_eq!(field.offset(&upload), bytes.len());
}

#[test]
fn uploads_that_are_cut_anywhere_are_all_stored_once() {
    for town in Town::both() {
        let field = Field::of(&town);
        let count = uploads();
        let photos = declare(&field, count);
        let token = town.app.token("inspector");
        thread::scope(|scope| {
            for worker in 0..8 {
                let (field, photos, token) = (&field, &photos, &token);
                scope.spawn(move || {
                    for n in (worker..count).step_by(8) {
                        bring(field, token, n, photos[n]);
                        if n % 16 == 0 {
                            field.town.app.sweep();
                        }
                    }
                });
            }
        });
        let expected: BTreeSet<String> = (0..count).map(|n| sha256(&bytes(n))).collect();
        let stored: Vec<String> =
            files(&town.app, "sha256").iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(stored.len(), expected.len(), "each once");
        for file in files(&town.app, "sha256") {
            let hash = sha256(&fs::read(&file).unwrap());
            assert!(file.ends_with(&hash) && expected.contains(&hash));
        }
        for photo in &photos {
            assert_eq!(field.state(*photo), "stored");
        }
        // Of those that were begun twice the first one is still open; nothing else is.
        town.app.clock.advance_minutes(7 * 24 * 60);
        let abandoned = town.app.sweep();
        assert!(abandoned.expired > 0 && files(&town.app, "parts").is_empty(), "{abandoned:?}");
        town.app.clock.advance_minutes(400 * 24 * 60);
        town.app.sweep();
        assert_eq!(files(&town.app, "sha256").len(), expected.len(), "what is stored stays");
    }
}

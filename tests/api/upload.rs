//! Uploads of photos' bytes as a client sees them: every extension of tus that is spoken, every refusal, on both databases.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    thread,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bazdid_clock::Clock as _;
use bazdid_protocol::hex::hex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    app::{Call, Reply, TestApp},
    town::Town,
};

pub const STREAM: &str = "application/offset+octet-stream";

/// Bytes that no other number gives.
pub fn picture(n: u64, length: usize) -> Vec<u8> {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(next).take(length / 8 + 1).flatten().collect();
    bytes.truncate(length);
    bytes
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The mutation that declares a photo.
pub fn photo_add(town: &Town, seq: u64, photo: Uuid, ticket: &Value, bytes: &[u8]) -> Value {
    json!({ "seq": seq, "id": Uuid::from_u128(photo.as_u128() + 1_000_000), "cmd": "photo.add", "entity": ticket, "at": town.app.clock.now(),
        "args": { "photo": photo, "kind": "before", "sha256": sha256(bytes), "bytes": bytes.len(), "mime": "image/jpeg",
                  "captured_at": town.app.clock.now() } })
}

/// An inspector with a ticket; each photo is declared by a device of its own.
pub struct Field<'a> {
    pub town: &'a Town,
    pub ticket: Value,
}

impl<'a> Field<'a> {
    pub fn of(town: &'a Town) -> Self {
        Self { town, ticket: town.pothole()["id"].clone() }
    }

    pub fn device(&self, n: u64) -> Value {
        let body = json!({ "nonce": format!("nonce of photo {n}"), "name": "phone", "platform": "android", "app_version": "1.0" });
        self.town.call("inspector", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
    }

    pub fn declare(&self, n: u64, bytes: &[u8]) -> Uuid {
        let photo = Uuid::from_u128(0x0193_f000_0000_7000_8000_0000_0000_0000 + u128::from(n));
        let body = json!({ "device": self.device(n), "sent_at": self.town.app.clock.now(),
            "mutations": [photo_add(self.town, 1, photo, &self.ticket, bytes)] });
        let answer = self.town.call("inspector", "POST", "/v1/sync/push").json(&body).send().ok();
        assert_eq!(answer["results"][0]["status"], "applied", "{answer}");
        photo
    }

    pub fn tus(&self, method: &str, path: &str) -> Call<'_> {
        self.town.call("inspector", method, path).header("Tus-Resumable", "1.0.0")
    }

    pub fn creation(&self, photo: Uuid, length: usize) -> Call<'_> {
        self.tus("POST", "/v1/uploads").header("Upload-Length", length).header("Upload-Metadata", metadata(photo))
    }

    #[track_caller]
    pub fn create(&self, photo: Uuid, length: usize) -> String {
        let reply = self.creation(photo, length).send();
        assert_eq!((reply.status, reply.header("upload-offset")), (201, "0"), "{reply:?}");
        reply.header("location").to_owned()
    }

    pub fn patch(&self, upload: &str, offset: usize, bytes: &[u8]) -> Reply {
        self.tus("PATCH", upload).header("Upload-Offset", offset).bytes(STREAM, bytes).send()
    }

    #[track_caller]
    pub fn offset(&self, upload: &str) -> usize {
        let reply = self.tus("HEAD", upload).send();
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.header("cache-control"), "no-store");
        reply.header("upload-offset").parse().unwrap()
    }

    pub fn photo(&self, photo: Uuid) -> Value {
        self.town.get("supervisor", &format!("/v1/photos/{photo}"))
    }

    pub fn state(&self, photo: Uuid) -> String {
        self.photo(photo)["state"].as_str().unwrap().to_owned()
    }
}

pub fn metadata(photo: Uuid) -> String {
    format!("filename YS5qcGc=,photo_id {}", BASE64_STANDARD.encode(photo.to_string()))
}

/// Every file of the evidence below a folder of it, by its name.
pub fn files(app: &TestApp, below: &str) -> Vec<PathBuf> {
    fn walk(folder: PathBuf, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(app.db.folder().join("evidence").join(below), &mut found);
    found.sort();
    found
}

fn is_stored(app: &TestApp, bytes: &[u8]) -> bool {
    let hash = sha256(bytes);
    let path = app.db.folder().join("evidence/sha256").join(&hash[..2]).join(&hash[2..4]).join(&hash);
    fs::read(path).is_ok_and(|found| found == bytes)
}

#[test]
fn the_server_says_what_it_speaks() {
    for town in Town::both() {
        for path in ["/v1/uploads", "/v1/uploads/0191f000-0000-7000-8000-000000000001"] {
            let reply = town.app.call("OPTIONS", path).send();
            assert_eq!(reply.status, 204);
            for (name, value) in [
                ("tus-resumable", "1.0.0"),
                ("tus-version", "1.0.0"),
                ("tus-extension", "creation,creation-with-upload,checksum,expiration,termination"),
                ("tus-max-size", "67108864"),
                ("tus-checksum-algorithm", "sha256,sha1"),
            ] {
                assert_eq!(reply.header(name), value, "{name}");
            }
        }
    }
}

#[test]
fn a_photo_arrives_in_one_piece_or_in_many_and_devices_hear_of_it() {
    for town in Town::both() {
        let field = Field::of(&town);
        let bytes = picture(1, 300_000);
        let photo = field.declare(1, &bytes);
        let upload = field.create(photo, bytes.len());
        assert_eq!((field.offset(&upload), field.state(photo).as_str()), (0, "promised"));
        let device = field.device(1);
        let pull = |cursor: &Value| {
            town.call("inspector", "POST", "/v1/sync/pull").json(&json!({ "device": device, "cursor": cursor })).send().ok()
        };
        let first = pull(&Value::Null);

        let reply = field.patch(&upload, 0, &bytes[..100_000]);
        assert_eq!((reply.status, reply.header("upload-offset"), reply.header("tus-resumable")), (204, "100000", "1.0.0"), "{reply:?}");
        assert_eq!(reply.header("upload-expires"), "Mon, 28 Sep 2026 14:13:20 GMT", "a week");
        assert_eq!((field.offset(&upload), field.state(photo).as_str()), (100_000, "partial"));
        for at in [100_000, 100_001, 200_001] {
            let (start, end) = (at, [100_001, 200_001, 300_000].into_iter().find(|e| *e > at).unwrap());
            assert_eq!(field.patch(&upload, start, &bytes[start..end]).header("upload-offset"), end.to_string());
        }
        assert!(is_stored(&town.app, &bytes));
        assert!(files(&town.app, "parts").is_empty());
        let shown = field.photo(photo);
        assert_eq!(shown["state"], "stored");
        let verdicts = shown["verdicts"].as_array().unwrap();
        let verdict = verdicts.iter().find(|v| v["check"] == "bytes").unwrap();
        assert_eq!((&verdict["result"], &verdict["figures"]["received_bytes"]), (&json!("ok"), &json!(300_000)));
        let changes = pull(&first["cursor"])["changes"].clone();
        let row = changes.as_array().unwrap().iter().find(|c| c["t"] == "photo").unwrap();
        assert_eq!((&row["row"]["state"], &row["id"]), (&json!("stored"), &json!(photo)));

        // The answer to the last piece was lost: the client learns that it is done.
        let reply = field.tus("HEAD", &upload).send();
        assert_eq!((reply.header("upload-offset"), reply.header("upload-length")), ("300000", "300000"));
        assert_eq!(reply.header("upload-metadata"), metadata(photo));
        assert_eq!(field.patch(&upload, 300_000, &[]).status, 204);
        assert_eq!(field.patch(&upload, 0, &bytes).problem("offset_mismatch")["upload_offset"], 300_000);
        field.creation(photo, bytes.len() + 1).send().problem("already_stored");
        field.tus("DELETE", &upload).send().problem("invalid_transition");

        // The same bytes for another photo: sent again, kept once.
        let other = field.declare(2, &bytes);
        let reply = field.creation(other, bytes.len()).bytes(STREAM, bytes.clone()).send();
        assert_eq!((reply.status, reply.header("upload-offset"), reply.header("upload-expires")), (201, "300000", ""), "{reply:?}");
        assert_eq!((field.state(other).as_str(), files(&town.app, "sha256").len()), ("stored", 1));

        // What is decided about the ticket later does not make the bytes forgotten.
        field.declare(3, &picture(3, 10));
        assert!(field.photo(photo)["verdicts"].as_array().unwrap().iter().any(|v| v["check"] == "bytes"));
    }
}

#[test]
fn a_creation_whose_answer_was_lost_gives_the_finished_upload() {
    for town in Town::both() {
        let field = Field::of(&town);
        for (n, length) in [(1, 400), (2, 700_000)] {
            let bytes = picture(n, length);
            let photo = field.declare(n, &bytes);
            let first = field.creation(photo, length).bytes(STREAM, bytes.clone()).send();
            assert_eq!((first.status, first.header("upload-offset")), (201, length.to_string().as_str()));
            let upload = first.header("location");
            // With the bytes again, and without.
            for again in [field.creation(photo, length).bytes(STREAM, bytes.clone()), field.creation(photo, length)] {
                let again = again.send();
                assert_eq!((again.status, again.header("location")), (201, upload), "{again:?}");
                assert_eq!((again.header("upload-offset"), again.header("upload-expires")), (length.to_string().as_str(), ""));
            }
            assert_eq!(field.offset(upload), length);
            assert_eq!(field.state(photo), "stored");
            // Another declaration, and another sender.
            field.creation(photo, length - 1).bytes(STREAM, &bytes[1..]).send().problem("already_stored");
            let other = town.call("supervisor", "POST", "/v1/uploads").header("Tus-Resumable", "1.0.0");
            other.header("Upload-Length", length).header("Upload-Metadata", metadata(photo)).send().problem("already_stored");
        }
        assert!(files(&town.app, "parts").is_empty());
    }
}

#[test]
fn the_first_bytes_may_come_with_the_creation_and_a_post_may_stand_for_a_patch() {
    let town = Town::with(|_| {});
    let field = Field::of(&town);
    let bytes = picture(4, 1_000);
    let photo = field.declare(1, &bytes);
    let reply = field.creation(photo, 1_000).bytes(STREAM, &bytes[..400]).send();
    assert_eq!((reply.status, reply.header("upload-offset")), (201, "400"), "{reply:?}");
    assert!(!reply.header("upload-expires").is_empty());
    let upload = reply.header("location").to_owned();
    let post = |verb: &str| field.tus("POST", &upload).header("X-HTTP-Method-Override", verb);
    assert_eq!(post("PUT").send().problem("method_not_allowed")["allow"], "HEAD, PATCH, DELETE");
    let reply = post("PATCH").header("Upload-Offset", 400).bytes(STREAM, &bytes[400..]).send();
    assert_eq!((reply.status, reply.header("upload-offset")), (204, "1000"));
    assert_eq!(field.state(photo), "stored");
}

#[test]
fn a_piece_with_another_checksum_does_not_count() {
    // Gathered before it is written, and written as it comes.
    for (piece, town) in [200_000, 300_000].into_iter().flat_map(|piece| Town::both().into_iter().map(move |town| (piece, town))) {
        let field = Field::of(&town);
        let bytes = picture(5, 2 * piece);
        let photo = field.declare(1, &bytes);
        let upload = field.create(photo, bytes.len());
        let sha256 = |b: &[u8]| format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(b)));
        let sha1 = |b: &[u8]| {
            use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
            format!("sha1 {}", BASE64_STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, b)))
        };
        let send = |at: usize, part: &[u8], checksum: String| {
            field.tus("PATCH", &upload).header("Upload-Offset", at).header("Upload-Checksum", checksum).bytes(STREAM, part).send()
        };
        assert_eq!(send(0, &bytes[..piece], sha256(&bytes[..piece])).header("upload-offset"), piece.to_string());
        for wrong in [sha256(b"other"), sha1(b"other")] {
            let reply = send(piece, &bytes[piece..], wrong);
            assert_eq!((reply.status, reply.problem("checksum_mismatch")["upload_offset"].as_u64()), (460, u64::try_from(piece).ok()));
            assert_eq!((field.offset(&upload), files(&town.app, "parts").len()), (piece, 1));
        }
        for unread in ["md5 AAAA", "sha1", "sha256 !"] {
            send(piece, &bytes[piece..], unread.to_owned()).problem("malformed");
        }
        assert_eq!(send(piece, &bytes[piece..], sha1(&bytes[piece..])).status, 204);
        assert!(is_stored(&town.app, &bytes));
        // With the creation: nothing is left of it.
        let other = picture(6, 1_000);
        let photo = field.declare(2, &other);
        field.creation(photo, 1_000).header("Upload-Checksum", sha1(b"x")).bytes(STREAM, other).send().problem("checksum_mismatch");
        assert!(files(&town.app, "parts").is_empty());
        assert_eq!(field.state(photo), "promised");
    }
}

#[test]
fn what_cannot_be_taken_is_refused_with_what_would_be_right() {
    for town in Town::both() {
        let field = Field::of(&town);
        let bytes = picture(7, 1_000);
        let photo = field.declare(1, &bytes);
        let upload = field.create(photo, 1_000);
        for (method, path) in [("POST", "/v1/uploads"), ("HEAD", &*upload), ("PATCH", &*upload), ("DELETE", &*upload)] {
            for version in ["", "0.2.2"] {
                let reply = town.call("inspector", method, path).header("Tus-Resumable", version).send();
                assert_eq!((reply.status, reply.header("tus-version"), reply.header("tus-resumable")), (412, "1.0.0", "1.0.0"), "{method}");
            }
        }
        // The metadata has not been pushed yet, or is not for this person's eyes: the same answer, to be tried again.
        let unknown = Uuid::from_u128(77);
        assert_eq!(field.creation(unknown, 10).send().problem("photo_unknown")["retryable"], true);
        let as_crew = |call: Call<'_>| {
            call.header("Tus-Resumable", "1.0.0").header("Upload-Length", 1_000).header("Upload-Metadata", metadata(photo)).send()
        };
        as_crew(town.call("second_crew", "POST", "/v1/uploads")).problem("photo_unknown");
        assert_eq!(as_crew(town.call("supervisor", "POST", "/v1/uploads")).status, 201, "who manages the ticket may help out");
        let other = |method: &str| town.call("supervisor", method, &upload).header("Tus-Resumable", "1.0.0").header("Upload-Offset", 0);
        assert_eq!(other("HEAD").send().status, 404, "an upload is its maker's");
        other("PATCH").bytes(STREAM, bytes.clone()).send().problem("not_found");
        other("DELETE").send().problem("not_found");

        for (name, value) in
            [("Upload-Length", "0"), ("Upload-Length", "x"), ("Upload-Length", "-1"), ("Upload-Defer-Length", "1"), ("X", "")]
        {
            let reply = field.tus("POST", "/v1/uploads").header("Upload-Metadata", metadata(photo)).header(name, value).send();
            reply.problem("malformed");
        }
        field.tus("POST", "/v1/uploads").header("Upload-Length", 10).header("Upload-Metadata", "photo_id eA==").send().problem("malformed");
        assert_eq!(field.creation(photo, (64 << 20) + 1).send().problem("too_large")["limit_bytes"], 64 << 20);
        field.creation(photo, 1_000).bytes("image/jpeg", bytes.clone()).send().problem("unsupported_media_type");

        let patch = |offset: &str| field.tus("PATCH", &upload).header("Upload-Offset", offset);
        patch("0").bytes("image/jpeg", bytes.clone()).send().problem("unsupported_media_type");
        patch("0").header("Content-Encoding", "gzip").bytes(STREAM, bytes.clone()).send().problem("unsupported_media_type");
        patch("x").bytes(STREAM, bytes.clone()).send().problem("malformed");
        for offset in ["1", "999"] {
            let reply = patch(offset).bytes(STREAM, vec![1]).send();
            assert_eq!((reply.status, reply.problem("offset_mismatch")["upload_offset"].as_u64()), (409, Some(0)));
        }
        assert_eq!(field.patch(&upload, 7, &bytes).problem("offset_mismatch")["upload_offset"], 0, "not: too large");
        assert_eq!(patch("0").bytes(STREAM, vec![0; 1_001]).send().problem("too_large")["limit_bytes"], 1_000);
        assert_eq!(field.patch(&upload, 0, &bytes[..10]).status, 204);
        assert_eq!(field.patch(&upload, 0, &bytes[..10]).problem("offset_mismatch")["upload_offset"], 10);
        other("PATCH").bytes(STREAM, bytes.clone()).send().problem("not_found");
        let open = [upload.clone(), field.create(photo, 1_000)];
        let problem = field.creation(photo, 1_000).send().problem("too_many_uploads");
        for one in open {
            assert!(problem["uploads"].as_array().unwrap().iter().any(|u| one.ends_with(u.as_str().unwrap())), "{problem}");
        }
        let reply = town.app.call("POST", "/v1/uploads").send();
        assert_eq!((reply.status, reply.header("tus-resumable")), (401, "1.0.0"), "also who may not ask is told");
    }
}

#[test]
fn limits_of_the_day_and_of_the_disk_hold() {
    let town = Town::with(|c| c.evidence.device_day_bytes = 2_000);
    let field = Field::of(&town);
    let photo = field.declare(1, &picture(8, 1_000));
    field.create(photo, 1_000);
    field.create(photo, 1_000);
    let reply = field.creation(photo, 1).send();
    assert_eq!(reply.problem("upload_quota")["limit_bytes"], 2_000);
    assert_eq!(reply.header("retry-after"), "3600");
    let other = field.declare(2, &picture(9, 1_000));
    field.create(other, 1_000);
    town.app.clock.advance_minutes(24 * 60 + 1);
    let town = town.again(&["inspector"]);
    Field { town: &town, ticket: Value::Null }.create(photo, 1_000);

    let town = Town::with(|c| c.evidence.disk_reserve_bytes = 1 << 60);
    let field = Field::of(&town);
    let photo = field.declare(1, &picture(8, 1_000));
    let reply = field.creation(photo, 1_000).send();
    reply.problem("insufficient_storage");
    assert_eq!((reply.status, reply.header("retry-after")), (507, "300"));
}

#[test]
fn an_upload_ends_when_its_time_is_over_or_its_maker_says_so() {
    for town in Town::both() {
        let field = Field::of(&town);
        let bytes = picture(10, 1_000);
        let photo = field.declare(1, &bytes);
        let (first, second) = (field.create(photo, 1_000), field.create(photo, 1_000));
        assert_eq!(field.patch(&first, 0, &bytes[..500]).status, 204);
        assert_eq!(field.patch(&second, 0, &bytes[..600]).status, 204);
        assert_eq!(field.tus("DELETE", &first).send().status, 204);
        assert_eq!((files(&town.app, "parts").len(), field.state(photo).as_str()), (1, "partial"), "the other one goes on");
        assert_eq!(field.tus("HEAD", &first).send().status, 410);
        assert_eq!(field.patch(&first, 500, &bytes[500..]).problem("upload_gone")["state"], "terminated");
        assert_eq!(town.app.sweep(), Default::default(), "nothing is due");

        town.app.clock.advance_minutes(7 * 24 * 60);
        let ticket = field.ticket.clone();
        let town = town.again(&["inspector", "supervisor"]);
        let field = Field { town: &town, ticket };
        field.patch(&second, 600, &bytes[600..]).problem("upload_gone");
        let swept = town.app.sweep();
        assert_eq!((swept.expired, swept.finished, swept.orphans), (1, 0, 0));
        assert!(files(&town.app, "parts").is_empty());
        assert_eq!(field.state(photo), "promised", "it is asked for again");
        assert_eq!(field.patch(&second, 600, &bytes[600..]).problem("upload_gone")["state"], "expired");

        // What ended long ago is forgotten; what came to nothing leaves no file.
        town.app.clock.advance_minutes(31 * 24 * 60);
        assert_eq!(town.app.sweep().forgotten, 2);
        let orphan = town.app.db.folder().join("evidence/parts").join(Uuid::from_u128(5).to_string());
        fs::write(&orphan, b"left").unwrap();
        assert_eq!((town.app.sweep().orphans, orphan.exists()), (1, false));
    }
}

#[test]
fn bytes_that_were_not_declared_are_kept_told_and_asked_for_again() {
    for town in Town::both() {
        let field = Field::of(&town);
        let bytes = picture(11, 1_000);
        let photo = field.declare(1, &bytes);
        for n in 0_u8..4 {
            // Other bytes, and a file of another length.
            let wrong = picture(100 + u64::from(n), 1_000 + usize::from(n));
            let upload = field.create(photo, wrong.len());
            let reply = field.patch(&upload, 0, &wrong);
            let problem = reply.problem("bytes_mismatch");
            let kept = n < 3;
            assert_eq!((reply.status, &problem["received_sha256"], &problem["kept"]), (422, &json!(sha256(&wrong)), &json!(kept)));
            assert_eq!(files(&town.app, "mismatch").len(), usize::from(n.min(2)) + 1);
            let shown = field.photo(photo);
            let verdict = shown["verdicts"].as_array().unwrap().iter().find(|v| v["check"] == "bytes").unwrap().clone();
            assert_eq!((&shown["state"], &verdict["result"]), (&json!("failed"), &json!("mismatch")));
            let figures = &verdict["figures"];
            assert_eq!((&figures["declared_sha256"], &figures["received_sha256"]), (&json!(sha256(&bytes)), &json!(sha256(&wrong))));
            assert_eq!((&figures["received_bytes"], &figures["kept"]), (&json!(wrong.len()), &json!(kept)));
            assert_eq!(field.tus("HEAD", &upload).send().status, 410);
        }
        assert!(files(&town.app, "mismatch").iter().any(|file| fs::read(file).unwrap() == picture(100, 1_000)));
        let upload = field.create(photo, 1_000);
        assert_eq!(field.patch(&upload, 0, &bytes[..500]).status, 204);
        assert_eq!(field.state(photo), "failed", "until the right bytes are there");
        assert_eq!(field.patch(&upload, 500, &bytes[500..]).status, 204);
        assert_eq!(field.state(photo), "stored");
        town.app.clock.advance_minutes(89 * 24 * 60);
        town.app.sweep();
        assert_eq!(files(&town.app, "mismatch").len(), 3);
        town.app.clock.advance_minutes(2 * 24 * 60);
        town.app.sweep();
        assert!(files(&town.app, "mismatch").is_empty() && is_stored(&town.app, &bytes));
    }
}

/// Begins to send and holds the line.
pub fn begin(field: &Field<'_>, token: &str, upload: &str, offset: usize, announced: usize, bytes: &[u8]) -> TcpStream {
    let mut line = TcpStream::connect(field.town.app.address()).unwrap();
    write!(
        line,
        "PATCH {upload} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n\
         Content-Type: {STREAM}\r\nContent-Length: {announced}\r\n\r\n"
    )
    .unwrap();
    line.write_all(bytes).unwrap();
    line.flush().unwrap();
    line
}

/// Waits until so much of an upload stands in its part file.
pub fn wait_for(app: &TestApp, upload: &str, length: u64) {
    let path = app.db.folder().join("evidence/parts").join(upload.rsplit('/').next().unwrap());
    for _ in 0..3_000 {
        if fs::metadata(&path).is_ok_and(|m| m.len() >= length) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the bytes did not arrive");
}

#[test]
fn a_cut_line_keeps_what_arrived_and_the_upload_goes_on_even_after_a_restart() {
    for mut town in Town::both() {
        let bytes = picture(12, 700_000);
        let (photo, upload, ticket, at) = {
            let field = Field::of(&town);
            let photo = field.declare(1, &bytes);
            let upload = field.create(photo, bytes.len());
            let token = town.app.token("inspector");
            let mut at = 0;
            for sent in [200_001, 400_001] {
                let line = begin(&field, &token, &upload, at, bytes.len() - at, &bytes[at..sent]);
                let written = at + (64 << 10);
                wait_for(&town.app, &upload, u64::try_from(written).unwrap());
                drop(line);
                // More may have been on its way than was read.
                at = field.offset(&upload);
                assert!((written..=sent).contains(&at), "{at}");
            }
            (photo, upload, field.ticket, at)
        };
        town.app.restart();
        let field = Field { town: &town, ticket };
        assert_eq!((field.offset(&upload), field.state(photo).as_str()), (at, "partial"));
        assert_eq!(field.patch(&upload, at, &bytes[at..]).status, 204, "hashed again from the part file");
        assert_eq!(field.state(photo), "stored");
        assert!(is_stored(&town.app, &bytes));
    }
}

#[test]
fn a_server_that_died_between_the_last_byte_and_the_answer_goes_on() {
    for mut town in Town::both() {
        let (bytes, other) = (picture(13, 5_000), picture(14, 5_000));
        let (photos, uploads, ticket) = {
            let field = Field::of(&town);
            let photos = [field.declare(1, &bytes), field.declare(2, &other)];
            let uploads = photos.map(|p| field.create(p, 5_000));
            (photos, uploads, field.ticket)
        };
        // As it is left: all bytes are there, nothing else was done. And one piece that was never checked.
        let parts = town.app.db.folder().join("evidence/parts");
        let part = |upload: &str| parts.join(upload.rsplit('/').next().unwrap());
        fs::write(part(&uploads[0]), &bytes).unwrap();
        fs::write(part(&uploads[1]), [&other[..2_000], &[0; 1_000]].concat()).unwrap();
        fs::write(part(&uploads[1]).with_extension("from"), "2000").unwrap();
        town.app.restart();
        let field = Field { town: &town, ticket };
        assert_eq!((field.offset(&uploads[0]), field.state(photos[0]).as_str()), (5_000, "stored"), "asking is enough");
        assert_eq!(field.offset(&uploads[1]), 2_000);
        fs::write(part(&uploads[1]), &other).unwrap();
        assert_eq!(town.app.sweep().finished, 1, "nobody asks: the worker does it");
        assert_eq!(field.state(photos[1]), "stored");
        assert!(files(&town.app, "parts").is_empty());
    }
}

#[test]
fn of_two_clients_at_once_the_newer_one_goes_on() {
    for town in Town::both() {
        let field = Field::of(&town);
        let bytes = picture(15, 600_000);
        let photo = field.declare(1, &bytes);
        let upload = field.create(photo, bytes.len());
        let token = town.app.token("inspector");
        let mut stale = begin(&field, &token, &upload, 0, bytes.len(), &bytes[..300_000]);
        wait_for(&town.app, &upload, 64 << 10);
        // The phone is on another network now; the old line still seems open.
        let at = field.offset(&upload);
        assert!((64 << 10..=300_000).contains(&at), "{at}");
        let mut answer = [0_u8; 12];
        stale.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 423");
        drop(stale);
        assert_eq!(field.patch(&upload, at, &bytes[at..]).status, 204);
        assert!(is_stored(&town.app, &bytes) && field.state(photo) == "stored");
    }
}

#[test]
fn a_silent_line_and_too_many_lines_are_let_go() {
    let town = Town::with(|c| {
        c.evidence.idle_s = 1;
        c.evidence.uploads_at_once = 1;
    });
    let field = Field::of(&town);
    // More than is gathered before it is written: the part file tells that the line is there.
    let bytes = picture(16, 300_000);
    let upload = field.create(field.declare(1, &bytes), 300_000);
    let small = picture(17, 1_000);
    let other = field.create(field.declare(2, &small), 1_000);
    let token = town.app.token("inspector");
    let mut silent = begin(&field, &token, &upload, 0, 300_000, &bytes[..400]);
    wait_for(&town.app, &upload, 0);
    field.patch(&other, 0, &small).problem("overloaded");
    let mut answer = [0_u8; 12];
    silent.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert_eq!(field.offset(&upload), 400, "what came before is kept");
    assert_eq!(field.patch(&other, 0, &small).status, 204);
    // A small piece is kept as far as it came, too.
    let bytes = picture(18, 1_000);
    let third = field.create(field.declare(3, &bytes), 1_000);
    let mut silent = begin(&field, &token, &third, 0, 1_000, &bytes[..400]);
    silent.read_exact(&mut answer).unwrap();
    assert_eq!((&answer, field.offset(&third)), (b"HTTP/1.1 408", 400));
    assert_eq!(field.patch(&third, 400, &bytes[400..]).status, 204);
    assert!(is_stored(&town.app, &bytes));
}

//! Pictures for people over HTTP, with real pictures, on both databases.

use std::io::Cursor;

use bazdid_clock::Clock as _;
use bazdid_domain::{
    account::Role,
    evidence::reading::{Format, Gap, Reading},
    picture::{Found, Size, Small},
};
use bazdid_picture::render::render;
use bazdid_store as store;
use diesel::{Connection as _, connection::SimpleConnection as _, sqlite::SqliteConnection};
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::Fetched,
    evidence::{Phone, ask_for, at_work},
    kill,
    town::Town,
    upload::sha256,
};

/// What the EXIF of a drawing says, and no smaller picture may.
const SECRET: &str = "taken at home";

/// A drawing of 2000 × 1500 that its EXIF says is to be turned by a quarter.
fn drawing(n: u8) -> Vec<u8> {
    let colour = |x: u32, y: u32| image::Rgb([x / 8, y / 6, x * y / 4_000].map(|c| c.to_le_bytes()[0] ^ n));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_fn(2_000, 1_500, colour)).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let text = format!("{SECRET}\0");
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x0E, 0x01, 2, 0]);
    tiff.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    tiff.extend(38_u32.to_le_bytes());
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(text.as_bytes());
    let mut out = vec![0xFF, 0xD8, 0xFF, 0xE1];
    out.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out.extend(&bytes.into_inner()[2..]);
    out
}

/// What the worker makes of stored bytes.
fn read(town: &Town, bytes: &[u8]) {
    let (hash, now) = (sha256(bytes), town.app.clock.now());
    let rendered = render(bytes, Format::Jpeg, Ok(6));
    if let Ok(made) = &rendered {
        town.app.put_small(&hash, Size::Screen, made.screen.clone());
        town.app.put_small(&hash, Size::Thumb, made.thumb.clone());
    }
    let small = rendered
        .as_ref()
        .ok()
        .map(|m| Small { screen_bytes: i64::try_from(m.screen.len()).unwrap(), thumb_bytes: i64::try_from(m.thumb.len()).unwrap() });
    let format = if rendered.is_ok() { Ok(Format::Jpeg) } else { Err(Gap::UnknownFormat) };
    let fingerprint = rendered.as_ref().map(|_| 1).map_err(|gap| *gap);
    let found = Found { reading: Reading { format, ..Reading::unknown(Gap::NoExif) }, fingerprint, small };
    let write = move |tx: &mut store::Tx<'_>| {
        let picture = store::picture::find_picture(tx, &hash)?.unwrap();
        store::picture::save_picture(tx, &picture.read(found.clone(), now))
    };
    town.app.db.db().write_blocking(write).unwrap();
}

fn path(photo: Uuid, size: &str) -> String {
    format!("/v1/photos/{photo}/content?size={size}")
}

fn fetch(town: &Town, who: &str, photo: Uuid, size: &str) -> Fetched {
    town.call(who, "GET", &path(photo, size)).fetch()
}

/// A stored photo of the crew, read by the worker.
fn stored(town: &Town, crew: &mut Phone<'_>, bytes: &[u8]) -> Uuid {
    let order = at_work(town, crew);
    let photo = crew.shoot("after", &order, bytes);
    crew.upload(photo, bytes);
    read(town, bytes);
    photo
}

#[test]
fn a_picture_is_shown_in_the_size_that_one_may_see() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        let bytes = drawing(1);
        let photo = crew.shoot("after", &order, &bytes);
        let early = fetch(&town, "supervisor", photo, "thumb");
        assert_eq!((early.status, early.header("retry-after")), (409, "60"));
        assert_eq!((&early.json()["code"], &early.json()["state"]), (&json!("photo_not_stored"), &json!("promised")));
        crew.upload(photo, &bytes);
        let unread = fetch(&town, "supervisor", photo, "screen");
        assert_eq!((&unread.json()["code"], unread.header("retry-after")), (&json!("picture_not_ready"), "5"));
        let original = fetch(&town, "supervisor", photo, "original");
        assert_eq!((original.status, original.header("content-type")), (200, "image/jpeg"), "by its first bytes, before it was read");
        assert!(original.body == bytes, "byte for byte");
        fetch(&town, "supervisor", photo, "original");
        let auditor = {
            town.app.person("auditor_of_photos", Role::Auditor, None, &[]);
            town.app.token("auditor_of_photos")
        };
        let looks = || town.app.call("GET", "/v1/audit?action=photo.original").token(&auditor).send().ok()["items"].clone();
        assert_eq!(looks().as_array().unwrap().len(), 1, "several requests are one look");
        assert_eq!((&looks()[0]["entity"], &looks()[0]["actor"]), (&json!(photo), &town.get("supervisor", "/v1/me")["id"]));
        read(&town, &bytes);
        for (size, width, height) in [("screen", 1_200, 1_600), ("thumb", 240, 320)] {
            let small = fetch(&town, "crew", photo, size);
            assert_eq!(small.status, 200);
            let seen = image::load_from_memory_with_format(&small.body, ImageFormat::Jpeg).unwrap();
            assert_eq!((seen.width(), seen.height()), (width, height), "upright");
            let has = |text: &[u8]| small.body.windows(text.len()).any(|w| w == text);
            assert!(!has(SECRET.as_bytes()) && !has(b"Exif"), "{size} says nothing of the camera");
            assert_eq!(small.header("content-disposition"), format!("inline; filename=\"{photo}-{size}.jpg\""));
        }
        for header in ["x-content-type-options", "cache-control", "accept-ranges", "content-security-policy", "vary"] {
            assert!(!original.header(header).is_empty(), "{header}");
        }
        assert_eq!(original.header("cache-control"), "private, max-age=31536000, immutable");

        town.app.person("admin", Role::Admin, None, &[]);
        town.app.person("auditor", Role::Auditor, None, &[]);
        let crowd =
            [("supervisor", 200, 200), ("inspector", 200, 200), ("crew", 200, 200), ("operator", 403, 200), ("second_crew", 404, 404)];
        for (who, of_original, of_thumb) in crowd {
            let seen = ["original", "thumb"].map(|size| fetch(&town, who, photo, size).status);
            assert_eq!(seen, [of_original, of_thumb], "{who}");
        }
        for who in ["admin", "auditor"] {
            let token = town.app.token(who);
            let seen = ["original", "thumb"].map(|size| town.app.call("GET", &path(photo, size)).token(&token).fetch().status);
            assert_eq!(seen, [403, 200], "{who}");
        }
        assert_eq!(town.app.call("GET", &path(photo, "thumb")).fetch().status, 401);
        assert_eq!(fetch(&town, "crew", photo, "huge").json()["errors"][0]["pointer"], "?size");

        // What is no picture is not passed off as one, whatever was declared.
        let nonsense = b"<html><script>alert(1)</script></html>".repeat(50);
        let other = crew.shoot("after", &order, &nonsense);
        crew.upload(other, &nonsense);
        let raw = fetch(&town, "supervisor", other, "original");
        assert_eq!((raw.status, raw.header("content-type")), (200, "application/octet-stream"));
        assert!(raw.header("content-disposition").starts_with("attachment"));
        read(&town, &nonsense);
        let none = fetch(&town, "supervisor", other, "thumb");
        assert_eq!((none.status, &none.json()["code"]), (404, &json!("no_picture")));
        assert!(!none.json()["reason"].as_str().unwrap().is_empty(), "{:?}", none.json());
        assert_eq!(
            fetch(&town, "supervisor", other, "original").header("content-type"),
            "application/octet-stream",
            "once it was read, too"
        );
    }
}

/// A viewer reads an original in many parts: only the first of them writes. While somebody else holds the write lock of SQLite the others are answered.
#[test]
fn a_range_that_continues_waits_for_nobody_who_writes() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let bytes = drawing(3);
        let photo = stored(&town, &mut crew, &bytes);
        let part = |range: &str| town.call("crew", "GET", &path(photo, "original")).header("Range", range).fetch();
        assert_eq!(part("bytes=5-9").status, 206, "wherever it begins");
        let held = town.app.db.url.strip_prefix("sqlite://").map(|path| {
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute("BEGIN IMMEDIATE").unwrap();
            connection
        });
        for range in ["bytes=0-99", "bytes=100-199", "bytes=200-"] {
            assert_eq!(part(range).status, 206, "{range}");
        }
        drop(held);
        town.app.person("auditor", Role::Auditor, None, &[]);
        let looks = town.app.call("GET", "/v1/audit?action=photo.original").token(&town.app.token("auditor")).send().ok();
        assert_eq!(looks["items"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_part_of_a_picture_and_one_that_is_there_already() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let bytes = drawing(2);
        let photo = stored(&town, &mut crew, &bytes);
        let all = bytes.len();
        let etag = fetch(&town, "crew", photo, "original").header("etag").to_owned();
        assert_eq!(etag, format!("\"{}-original\"", sha256(&bytes)));
        let ask = |method: &str, headers: &[(&str, &str)]| {
            let call = town.call("crew", method, &path(photo, "original"));
            headers.iter().fold(call, |call, (name, value)| call.header(name, value)).fetch()
        };
        let last = format!("bytes {}-{}/{all}", all - 10, all - 1);
        for (range, from, to, told) in [
            ("bytes=0-99", 0, 100, format!("bytes 0-99/{all}")),
            ("bytes=1000-1000", 1_000, 1_001, format!("bytes 1000-1000/{all}")),
            ("bytes=-10", all - 10, all, last.clone()),
            (&format!("bytes={}-", all - 10), all - 10, all, last),
        ] {
            let part = ask("GET", &[("Range", range), ("If-Range", &etag)]);
            assert_eq!((part.status, part.header("content-range"), part.header("etag")), (206, told.as_str(), etag.as_str()), "{range}");
            assert!(part.body == bytes[from..to] && part.header("content-length") == (to - from).to_string(), "{range}");
        }
        for headers in [
            &[("Range", "bytes=0-99"), ("If-Range", "\"another\"")][..],
            &[("Range", "bytes=0-99"), ("If-Range", "Mon, 28 Sep 2026 14:13:20 GMT")],
            &[("Range", "bytes=0-1,5-6")],
            &[("Range", "bytes=9-1")],
            &[("Accept-Encoding", "gzip")],
        ] {
            let whole = ask("GET", headers);
            assert!(whole.status == 200 && whole.body == bytes, "{headers:?}");
        }
        let beyond = ask("GET", &[("Range", &format!("bytes={all}-"))]);
        assert_eq!((beyond.status, beyond.header("content-range")), (416, format!("bytes */{all}").as_str()));
        assert_eq!(beyond.json()["code"], "range_not_satisfiable");
        for known in [etag.as_str(), "*", &format!("\"x\", W/{etag}")] {
            let same = ask("GET", &[("If-None-Match", known)]);
            assert_eq!((same.status, same.header("etag"), same.body.len()), (304, etag.as_str(), 0), "{known}");
        }
        assert_eq!(ask("GET", &[("If-None-Match", "\"x\"")]).status, 200);
        let head = ask("HEAD", &[("Range", "bytes=0-9")]);
        assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, all.to_string().as_str(), 0));
        assert_eq!((head.header("etag"), head.header("content-type")), (etag.as_str(), "image/jpeg"));
        assert_ne!(fetch(&town, "crew", photo, "thumb").header("etag"), etag, "a size has a name of its own");
    }
}

#[test]
fn a_link_shows_one_picture_for_a_while_and_stands_for_who_made_it() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let bytes = drawing(3);
        let photo = stored(&town, &mut crew, &bytes);
        let other = stored(&town, &mut crew, &drawing(4));
        let link_of = |token: &str, size: &str| {
            town.app.call("POST", &format!("/v1/photos/{photo}/links")).token(token).json(&json!({ "size": size })).send()
        };
        let token = town.app.token("supervisor");
        let made = link_of(&token, "thumb").ok();
        assert_eq!(made["expires_at"], json!(town.app.clock.now().plus_minutes(5)));
        let url = made["url"].as_str().unwrap();
        let open = |url: &str| town.app.call("GET", url).fetch();
        let seen = open(url);
        assert_eq!((seen.status, seen.header("content-type")), (200, "image/jpeg"));
        assert!(seen.body == fetch(&town, "crew", photo, "thumb").body);
        assert_eq!(town.app.call("HEAD", url).fetch().status, 200);
        assert_eq!(town.app.call("GET", url).header("Range", "bytes=0-9").fetch().body.len(), 10);

        // For nothing else, and not changed by a letter.
        let code = |url: &str| open(url).json()["code"].clone();
        assert_eq!(code(&url.replace("size=thumb", "size=screen")), "link_invalid");
        assert_eq!(code(&url.replace("size=thumb", "size=original")), "link_invalid");
        assert_eq!(code(&url.replace(&photo.to_string(), &other.to_string())), "link_invalid");
        let sign = url.split("link=").nth(1).unwrap();
        for at in (0..sign.len()).step_by(7) {
            let letter = if &sign[at..=at] == "A" { "B" } else { "A" };
            let forged = format!("{}{letter}{}", &sign[..at], &sign[at + 1..]);
            assert_eq!(code(&url.replace(sign, &forged)), "link_invalid", "{at}");
        }
        assert_eq!(open(&url.replace("size=thumb", "size=thumb&size=original")).status, 401, "said twice");
        for broken in ["", "AAAA", "%00", &sign[..sign.len() - 4]] {
            assert_ne!(open(&url.replace(sign, broken)).status, 200, "{broken}");
        }
        for elsewhere in
            [format!("/v1/me?link={sign}"), format!("/v1/photos/{photo}?size=thumb&link={sign}"), format!("/v1/photos?link={sign}")]
        {
            assert_eq!(open(&elsewhere).status, 401, "{elsewhere}");
        }
        assert_eq!(
            town.app
                .call("POST", &format!("/v1/photos/{photo}/links?size=thumb&link={sign}"))
                .json(&json!({ "size": "thumb" }))
                .send()
                .status,
            401
        );

        link_of(&town.app.token("operator"), "original").problem("forbidden");
        link_of(&town.app.token("second_crew"), "thumb").problem("not_found");
        assert_eq!(open(link_of(&town.app.token("crew"), "original").ok()["url"].as_str().unwrap()).body.len(), bytes.len());

        // It ends with its time, with the login that it was made in, and with the account.
        let by_operator = link_of(&town.app.token("operator"), "thumb").ok();
        town.app.clock.advance_minutes(4);
        assert_eq!(open(url).status, 200);
        town.app.clock.advance_minutes(1);
        assert_eq!(code(url), "link_expired");
        let fresh = link_of(&token, "thumb").ok();
        assert_eq!(town.app.call("POST", "/v1/auth/logout").token(&token).send().status, 204);
        assert_eq!(code(fresh["url"].as_str().unwrap()), "link_expired");
        assert_eq!(code(by_operator["url"].as_str().unwrap()), "link_expired");
        let leaving = town.app.token("second_supervisor");
        let link = link_of(&leaving, "thumb").ok();
        assert_eq!(open(link["url"].as_str().unwrap()).status, 200);
        town.app.disable("second_supervisor");
        assert_eq!(open(link["url"].as_str().unwrap()).status, 403, "with the account its logins end");

        // It shows what who made it may see at the time: an inspector whose district is taken from them shows no picture of it any more.
        let link = link_of(&town.app.token("inspector"), "thumb").ok();
        assert_eq!(open(link["url"].as_str().unwrap()).status, 200);
        town.app.end_grants("inspector");
        assert_eq!(open(link["url"].as_str().unwrap()).status, 403, "and nothing is said of the photo");
    }
}

#[test]
fn the_evidence_of_an_order_is_seen_pair_by_pair() {
    for town in Town::both() {
        let needs = json!({ "photos": [{ "kind": "before", "min": 1 }, { "kind": "after", "min": 2 }], "stored": true });
        ask_for(&town, &needs);
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        let [before, after, more] =
            ["before", "after", "after"].map(|kind| crew.shoot(kind, &order, &[u8::try_from(kind.len()).unwrap(); 20]));
        crew.upload(after, &[5; 20]);
        let at = format!("/v1/work-orders/{}/evidence", order.as_str().unwrap());
        let seen = town.get("supervisor", &at);
        assert_eq!((&seen["evidence"], &seen["evidence_needs"]), (&json!("pending"), &needs));
        let kinds = json!([{ "kind": "before", "min": 1, "declared": 1, "stored": 0, "evidence": "pending" },
                           { "kind": "after", "min": 2, "declared": 2, "stored": 1, "evidence": "pending" }]);
        assert_eq!(seen["kinds"], kinds);
        let ids = |seen: &Value| -> Vec<[Value; 2]> {
            let pairs = seen["attempts"][0]["pairs"].as_array().unwrap().clone();
            pairs.iter().map(|p| [p["before"]["id"].clone(), p["after"]["id"].clone()]).collect()
        };
        assert_eq!(ids(&seen), [[json!(before), json!(after)], [Value::Null, json!(more)]]);
        assert_eq!(seen["attempts"][0]["round"], Value::Null, "nothing is handed in");
        let first = &seen["attempts"][0]["pairs"][0]["after"];
        assert_eq!((&first["state"], &first["content"]["thumb"]), (&json!("stored"), &json!(path(after, "thumb"))));
        assert!(first["verdicts"].as_array().unwrap().iter().any(|v| v["check"] == "bytes" && v["result"] == "ok"), "{first}");
        crew.applied("work.submit", &order, Some(1), &json!({}));
        let seen = town.get("crew", &at);
        assert_eq!((&seen["attempts"][0]["round"]["number"], ids(&seen).len()), (&json!(1), 2));
        assert!(seen["attempts"][0]["pairs"][0]["after"]["verdicts"][0].get("figures").is_none(), "what they rest on is the office's");
        town.call("second_crew", "GET", &at).send().problem("not_found");
    }
}

#[test]
fn a_link_is_in_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let toml = "[server]\nport = 0\n[telemetry]\nlevel = \"trace\"\n";
    std::fs::write(folder.path().join("bazdid.toml"), toml).unwrap();
    let mut server = kill::start(folder.path());
    let token = "c2VjcmV0c2lnbmF0dXJl".repeat(4);
    let url = format!("{}/v1/photos/0191f000-0000-7000-8000-000000000001/content?size=thumb&link={token}", server.base);
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    assert_eq!(agent.get(&url).call().unwrap().status(), 403);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let log = std::fs::read_to_string(folder.path().join("errors")).unwrap();
    assert!(log.contains("request answered") && log.contains("/v1/photos/{id}/content"), "{log}");
    assert!(!log.contains(&token) && !log.contains(&token[..40]), "at the most talkative level");
}

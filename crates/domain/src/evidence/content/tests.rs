use chrono::NaiveDateTime;
use chrono_tz::Asia::Tehran;
use proptest::prelude::*;

use super::*;
use crate::{
    evidence::{
        reading::{CameraTime, Pixels},
        tests::{photo, point},
    },
    photo::PhotoKind,
};
use VerdictResult::{Mismatch, Ok as Agrees, Unknown};
use bazdid_protocol::{
    ids::{DeviceId, PhotoId},
    time::Timestamp,
};

const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn nothing() -> Reading {
    Reading::unknown(Gap::NoExif)
}

fn content(reading: &Reading) -> Content<'_> {
    Content { reading, similar: Err(Gap::Featureless), same_device: &[], zone: Tehran }
}

fn found(photo: &Photo, content: &Content<'_>, check: &str) -> Verdict {
    judge_content(photo, content, &Thresholds::default()).into_iter().find(|v| v.check == check).unwrap()
}

#[test]
fn the_declared_type_and_size_are_those_of_the_bytes() {
    let mut reading = nothing();
    reading.format = Ok(Format::Jpeg);
    reading.pixels = Ok(Pixels { width: 4000, height: 3000 });
    for (mime, size, expected) in [
        ("image/jpeg", None, Agrees),
        ("image/jpg", Some((4000, 3000)), Agrees),
        ("image/jpeg", Some((3000, 4000)), Agrees),
        ("image/jpeg", Some((4000, 2999)), Mismatch),
        ("image/png", None, Mismatch),
    ] {
        let mut p = photo(1, PhotoKind::During, NOON);
        p.mime = mime.to_owned();
        (p.width, p.height) = size.unzip();
        assert_eq!(found(&p, &content(&reading), "format").result, expected, "{mime} {size:?}");
    }
    for (mime, format, expected) in [
        ("image/avif", Format::Avif, Agrees),
        ("image/heif", Format::Avif, Agrees),
        ("image/heif-sequence", Format::Heic, Agrees),
        ("image/heic-sequence", Format::Heic, Agrees),
        ("image/heic-sequence", Format::Avif, Mismatch),
        ("image/pjpeg", Format::Jpeg, Agrees),
        ("image/jpeg; charset=binary", Format::Jpeg, Agrees),
        ("image/heif", Format::Heic, Agrees),
        ("image/heic", Format::Avif, Mismatch),
        ("image/avif", Format::Heic, Mismatch),
    ] {
        let (reading, p) =
            (Reading { format: Ok(format), ..nothing() }, Photo { mime: mime.to_owned(), ..photo(1, PhotoKind::During, NOON) });
        assert_eq!(found(&p, &content(&reading), "format").result, expected, "{mime} {format}");
    }
    let p = photo(1, PhotoKind::During, NOON);
    assert_eq!(found(&p, &content(&Reading::unknown(Gap::UnknownFormat)), "format").result, Mismatch);
    assert_eq!(found(&p, &content(&Reading::unknown(Gap::TooLarge)), "format").result, Unknown);
}

#[test]
fn a_position_that_no_accuracy_explains_is_a_mismatch() {
    // A thousandth of a degree of latitude is 111 m on the ellipsoid at 36° north; 50 m are allowed beside the accuracies.
    for (lat, declared, exif, expected) in [
        (36.0004, Some(5.0), Some(5.0), Agrees),
        (36.0006, Some(5.0), Some(5.0), Mismatch),
        (36.0006, Some(5.0), Some(20.0), Agrees),
        (36.0006, Some(5.0), None, Unknown),
        (36.0006, None, Some(5.0), Unknown),
        (36.02, Some(5.0), None, Mismatch),
        (36.015, None, None, Unknown),
    ] {
        let mut p = photo(1, PhotoKind::During, NOON);
        p.point = Some(point(36.0, declared));
        let mut reading = nothing();
        reading.point = Ok(point(lat, exif));
        assert_eq!(found(&p, &content(&reading), "exif_position").result, expected, "{lat} {declared:?} {exif:?}");
        p.point = None;
        assert_eq!(found(&p, &content(&reading), "exif_position").result, Unknown);
    }
}

#[test]
fn the_cameras_clock_against_the_devices() {
    let local = |t: Timestamp, minutes: i64| t.plus_minutes(minutes).to_chrono().naive_utc();
    let p = photo(1, PhotoKind::During, NOON);
    for (local, offset_minutes, expected, zone) in [
        (local(NOON, 210), Some(210), Agrees, None),
        (local(NOON, 212), Some(210), Agrees, None),
        (local(NOON, 213), Some(210), Mismatch, None),
        (local(NOON, -300), Some(-300), Agrees, None),
        (local(NOON, 210), None, Agrees, Some("Asia/Tehran")),
        (local(NOON, 0), None, Unknown, Some("Asia/Tehran")),
        (local(NOON, 37), None, Mismatch, Some("Asia/Tehran")),
    ] {
        let mut reading = nothing();
        reading.time = Ok(CameraTime { local, offset_minutes });
        let verdict = found(&p, &content(&reading), "exif_time");
        assert_eq!((verdict.result, verdict.figures["assumed_zone"].as_str()), (expected, zone), "{local} {offset_minutes:?}");
    }
}

#[test]
fn an_hour_that_is_lived_twice_is_the_nearer_one_and_a_skipped_one_is_unknown() {
    // In Tehran clocks went back at midnight before 22 September 2021, and forward in the night to 22 March 2021.
    let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    for captured in ["2021-09-21T19:00:00Z", "2021-09-21T20:00:00Z"] {
        let mut p = photo(1, PhotoKind::During, NOON);
        p.captured_at = Timestamp::parse(captured).unwrap();
        let mut reading = nothing();
        reading.time = Ok(CameraTime { local: at("2021-09-21 23:30"), offset_minutes: None });
        assert_eq!(found(&p, &content(&reading), "exif_time").result, Agrees, "{captured}");
        reading.time = Ok(CameraTime { local: at("2021-03-22 00:30"), offset_minutes: None });
        assert_eq!(found(&p, &content(&reading), "exif_time").result, Unknown);
    }
}

#[test]
fn a_picture_that_looks_like_another_names_it() {
    let (reading, p) = (nothing(), photo(1, PhotoKind::During, NOON));
    let all = [Similar { photo: Uuid::from_u128(7), bits: 3 }, Similar { photo: Uuid::from_u128(8), bits: 7 }];
    let verdict = found(&p, &Content { similar: Ok(&all), ..content(&reading) }, "similar_picture");
    assert_eq!(verdict.result, Mismatch);
    assert_eq!(verdict.figures["also_in"], json!([{ "photo": Uuid::from_u128(7), "bits": 3 }]));
    assert_eq!(found(&p, &Content { similar: Ok(&all[1..]), ..content(&reading) }, "similar_picture").result, Agrees);
    assert_eq!(found(&p, &Content { similar: Ok(&[]), ..content(&reading) }, "similar_picture").result, Agrees);
    assert_eq!(found(&p, &content(&reading), "similar_picture").result, Unknown);
}

#[test]
fn nobody_flies() {
    // 0.1° of latitude are 11.1 km.
    for (minutes, accuracy, expected) in
        [(10, Some(10.0), Agrees), (4, Some(10.0), Mismatch), (-4, Some(10.0), Mismatch), (4, None, Unknown), (1, None, Mismatch)]
    {
        let mut p = photo(1, PhotoKind::During, NOON);
        p.point = Some(point(36.0, Some(10.0)));
        let mut other = photo(2, PhotoKind::During, NOON.plus_minutes(minutes));
        other.point = Some(point(36.1, accuracy));
        let mut slow = photo(3, PhotoKind::During, NOON.plus_minutes(300));
        slow.point = Some(point(36.0, Some(10.0)));
        let reading = nothing();
        let verdict = found(&p, &Content { same_device: &[&slow, &other], ..content(&reading) }, "speed");
        assert_eq!(verdict.result, expected, "{minutes} min, {accuracy:?}: {}", verdict.figures);
        assert_eq!(verdict.figures["other"], json!(PhotoId::new(Uuid::from_u128(2)).uuid()));
    }
    let (reading, p, twin) = (nothing(), photo(1, PhotoKind::During, NOON), photo(2, PhotoKind::During, NOON));
    assert_eq!(found(&p, &Content { same_device: &[&twin], ..content(&reading) }, "speed").result, Agrees, "two shots in one second");
    assert_eq!(found(&p, &content(&reading), "speed").result, Unknown);
}

#[test]
fn who_has_no_fix_or_another_clock_is_no_partner() {
    let device = Some(DeviceId::new(Uuid::from_u128(1)));
    let at = |n, minutes, lat, accuracy| {
        let taken = photo(n, PhotoKind::During, NOON.plus_minutes(minutes));
        Photo { device_id: device, point: Some(point(lat, accuracy)), ..taken }
    };
    let reading = nothing();
    let speed = |p: &Photo, others: &[&Photo]| found(p, &Content { same_device: others, ..content(&reading) }, "speed").result;
    let (honest, neighbour) = (at(1, 0, 36.0, Some(6.0)), at(3, 1, 36.0, Some(6.0)));
    let nowhere = Photo { point: Some(Point { lat: 0.0, lon: 0.0, accuracy_m: None }), ..at(2, 0, 0.0, None) };
    assert_eq!(speed(&nowhere, &[&honest]), Unknown);
    assert_eq!(speed(&honest, &[&nowhere]), Unknown);
    assert_eq!(speed(&honest, &[&nowhere, &neighbour]), Agrees);

    // Taken an hour later, 11 km away; the clock was put back by 55 minutes meanwhile.
    let far = Photo { captured_at: NOON.plus_minutes(5), ..at(4, 60, 36.1, Some(6.0)) };
    assert_eq!(speed(&honest, &[&far]), Unknown);
    assert_eq!(speed(&honest, &[&Photo { captured_est: far.captured_at, ..far.clone() }]), Agrees, "as if it had been five minutes");
    assert_eq!(speed(&honest, &[&Photo { captured_at: NOON.plus_minutes(4), captured_est: NOON.plus_minutes(4), ..far }]), Mismatch);

    // An accuracy of 0 is none that is stated.
    let mut p = photo(1, PhotoKind::During, NOON);
    p.point = Some(point(36.0, Some(0.0)));
    let reading = Reading { point: Ok(point(36.005, Some(5.0))), ..nothing() };
    assert_eq!(found(&p, &content(&reading), "exif_position").result, Unknown);
    p.point = Some(Point { lat: 0.0, lon: 0.0, accuracy_m: Some(5.0) });
    assert_eq!(found(&p, &content(&reading), "exif_position").result, Unknown);
}

proptest! {
    #[test]
    fn what_is_missing_is_never_a_mismatch(captured in -4_000_000_000_000_000_i64..4_000_000_000_000_000, located in any::<bool>(), kind in 0..5_usize) {
        use bazdid_protocol::text_enum::TextEnum as _;
        let mut p = photo(1, PhotoKind::ALL[kind], Timestamp::from_micros(captured));
        if !located {
            p.point = None;
        }
        let mut reading = nothing();
        reading.format = Ok(Format::Jpeg);
        for verdict in judge_content(&p, &content(&reading), &Thresholds::default()) {
            let expected = if verdict.check == "format" { Agrees } else { Unknown };
            prop_assert_eq!(verdict.result, expected, "{}", verdict.check);
        }
    }
}

use super::*;
use bazdid_domain::evidence::reading::{Format, Gap};
use bazdid_picture::{
    fingerprint::Fingerprint,
    read::read,
    render::{Rendered, render},
};

const CAMERA: Camera = Camera { pixels: 320, zone: chrono_tz::Asia::Tehran };

fn exposure(minutes: i64) -> Exposure {
    let at = Timestamp::from_micros(1_790_000_000_250_000).plus_minutes(minutes);
    Exposure { at, point: Point { lat: 36.268_812, lon: 50.004_117, accuracy_m: Some(5.0) }, heading_deg: 271.5 }
}

fn before(place: u64) -> View {
    View { place, done: false }
}

fn taken(view: View, minutes: i64) -> Vec<u8> {
    CAMERA.take(view, &exposure(minutes), &Oddity::None).unwrap().bytes
}

fn looks(bytes: &[u8]) -> Fingerprint {
    let Rendered { fingerprint, .. } = render(bytes, Format::Jpeg, read(bytes).orientation).unwrap();
    fingerprint.unwrap()
}

#[test]
fn the_file_says_what_the_phone_claims_in_words_that_the_server_reads() {
    for (place, size, orientation) in [(4, (320, 240), 1), (5, (320, 240), 6)] {
        let picture = CAMERA.take(before(place), &exposure(0), &Oddity::None).unwrap();
        assert_eq!((picture.width, picture.height), size);
        let reading = read(&picture.bytes);
        let pixels = reading.pixels.unwrap();
        assert_eq!((reading.format, (pixels.width, pixels.height)), (Ok(Format::Jpeg), size));
        assert_eq!((reading.make, reading.model), (Ok("Bazdid".to_owned()), Ok("Demonstration phone".to_owned())));
        assert_eq!(reading.orientation, Ok(orientation));
        let point = reading.point.unwrap();
        assert!((point.lat - 36.268_812).abs() < 1e-7 && (point.lon - 50.004_117).abs() < 1e-7, "{point:?}");
        assert_eq!(point.accuracy_m, Some(5.0));
        let time = reading.time.unwrap();
        assert_eq!(time.offset_minutes, Some(210));
        assert_eq!(Timestamp::from(time.local.and_utc()).plus_minutes(-210), exposure(0).at);
        let direction = reading.direction.unwrap();
        assert!((direction.degrees - 271.5).abs() < 1e-9 && !direction.magnetic);
        assert_eq!(reading.gps_time.unwrap() - exposure(0).at, -250_000, "the satellites' time has whole seconds");
    }
    // South of the equator and west of Greenwich.
    let west = Exposure { point: Point { lat: -0.000_1, lon: -73.999_999, accuracy_m: None }, ..exposure(0) };
    let point = read(&CAMERA.take(before(1), &west, &Oddity::None).unwrap().bytes).point.unwrap();
    assert!((point.lat + 0.000_1).abs() < 1e-7 && (point.lon + 73.999_999).abs() < 1e-7, "{point:?}");
}

#[test]
fn a_picture_is_the_same_for_the_same_place_and_moment_and_no_other() {
    assert_eq!(taken(before(7), 0), taken(before(7), 0));
    assert_ne!(taken(before(7), 0), taken(before(7), 1));
    assert_ne!(taken(before(7), 0), taken(View { place: 7, done: true }, 0));
    assert_ne!(taken(before(7), 0), taken(before(8), 0));
}

#[test]
fn places_look_different_and_a_picture_packed_again_looks_the_same() {
    let all: Vec<Fingerprint> = (0..60).map(|place| looks(&taken(before(place), 0))).collect();
    let nearest = all.iter().enumerate().flat_map(|(n, a)| all.iter().skip(n + 1).map(|b| a.distance(*b))).min().unwrap();
    assert!(nearest > 10, "two of 60 places differ in {nearest} bits only");
    for place in [2, 3] {
        let original = taken(before(place), 0);
        let oddity = Oddity::ShrunkFrom(original.clone());
        let again = CAMERA.take(before(90), &exposure(40), &oddity).unwrap();
        assert_eq!(again.width.max(again.height), 160);
        let apart = looks(&original).distance(looks(&again.bytes));
        assert!(apart <= 6 && again.bytes != original, "{apart}");
        // What it says of itself is the second claim's.
        assert!(read(&again.bytes).time.is_ok());
        let pair = looks(&original).distance(looks(&taken(View { place, done: true }, 12)));
        assert!((1..25).contains(&pair), "before and after are of one place: {pair}");
    }
}

#[test]
fn odd_files_are_odd_in_one_thing() {
    let original = taken(before(3), 0);
    let odd = |oddity| CAMERA.take(before(3), &exposure(0), &oddity).unwrap();
    assert_eq!(odd(Oddity::FileOf(taken(before(9), 5))).bytes, taken(before(9), 5));
    let bare = odd(Oddity::WithoutExif);
    assert_eq!((read(&bare.bytes).time, read(&bare.bytes).point), (Err(Gap::NoExif), Err(Gap::NoExif)));
    let elsewhere = read(&odd(Oddity::ElsewhereYesterday).bytes);
    let (there, here) = (elsewhere.point.unwrap(), read(&original).point.unwrap());
    assert!(there.distance_m(&here) > 3_000.0);
    assert_eq!(read(&original).time.unwrap().local - elsewhere.time.unwrap().local, chrono::TimeDelta::days(1));
}

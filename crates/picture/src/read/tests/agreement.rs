//! Agreement with exiftool, an independent reader, over real photos.

use std::fs;

use serde_json::Value;

use super::super::read;
use bazdid_domain::evidence::reading::{Gap, Reading};
use bazdid_testkit::real_data;

const ONLY_XMP: &str = "the value is not in the EXIF block, only in XMP, which any program rewrites";
const MAGIC: &str = "the block's head is damaged; exiftool guesses on, this reader says damaged";
const MAKER: &str = "the value is only in the maker's own data, not in a field of EXIF";
const BOTH: &str = "the eXIf chunk has the values, as a third reader finds; the oracle lists fewer";
const PROFILE: &str = "EXIF as hexadecimal text, from before PNG had a chunk for it: not claimed to be read, says no_exif";
const FORMAT_ERROR: &str = "exiftool gives up at a fault of the JPEG; the block before the fault is whole, as a third reader finds";

/// Where the readers differ (end of the file's path, field), and why that is right.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("broken/1cbb1bb37d62c44f67374cd451643dc4.jpg", "time", ONLY_XMP),
    ("jpg/long_description.jpg", "time", ONLY_XMP),
    ("xmp/BlueSquare.jpg", "time", ONLY_XMP),
    ("xmp/no_exif.jpg", "time", ONLY_XMP),
    ("invalid/image01551.jpg", "time", ONLY_XMP),
    ("invalid/image01980.jpg", "time", ONLY_XMP),
    ("invalid/image02206.jpg", "time", ONLY_XMP),
    ("tests/30-type_error.jpg", "time", ONLY_XMP),
    ("invalid/image00971.jpg", "time", ONLY_XMP),
    ("invalid/image00971.jpg", "orientation", ONLY_XMP),
    ("invalid/image01088.jpg", "time", ONLY_XMP),
    ("invalid/image01088.jpg", "orientation", ONLY_XMP),
    ("invalid/image01137.jpg", "time", ONLY_XMP),
    ("invalid/image01137.jpg", "orientation", ONLY_XMP),
    ("invalid/image01713.jpg", "time", ONLY_XMP),
    ("invalid/image01713.jpg", "orientation", ONLY_XMP),
    ("jpg/Canon_DIGITAL_IXUS_400.jpg", "orientation", ONLY_XMP),
    ("broken/c3018ebe53d0046eecb58858ca869a99.jpg", "orientation", MAGIC),
    ("jpg/Reconyx_HC500_Hyperfire.jpg", "time", MAKER),
    ("exif-org/olympus-d320l.jpg", "time", MAKER),
    ("exif-org/sony-powershota5.jpg", "time", MAKER),
    ("testdata/exif-both.png", "position", BOTH),
    ("testdata/exif-both.png", "altitude", BOTH),
    ("testdata/exif-both.png", "gps_time", BOTH),
    ("testdata/exif-legacy-app1.png", "time", PROFILE),
    ("testdata/exif-legacy-app1.png", "offset", PROFILE),
    ("testdata/exif-legacy-app1.png", "position", PROFILE),
    ("testdata/exif-legacy-app1.png", "altitude", PROFILE),
    ("testdata/exif-legacy-app1.png", "gps_time", PROFILE),
    ("testdata/exif-legacy.png", "time", PROFILE),
    ("testdata/exif-legacy.png", "offset", PROFILE),
    ("testdata/exif-legacy.png", "position", PROFILE),
    ("testdata/exif-legacy.png", "altitude", PROFILE),
    ("testdata/exif-legacy.png", "gps_time", PROFILE),
    ("testdata/exif-no-tz.jpg", "time", FORMAT_ERROR),
    ("testdata/exif-no-tz.jpg", "position", FORMAT_ERROR),
    ("testdata/exif-no-tz.jpg", "altitude", FORMAT_ERROR),
    ("testdata/exif-no-tz.jpg", "gps_time", FORMAT_ERROR),
];

fn text<'a>(row: &'a Value, key: &str) -> Option<&'a str> {
    row.get(key).and_then(Value::as_str).filter(|t| !t.trim_matches([' ', ':', '0']).is_empty())
}

/// Time as exiftool writes it, to the second.
fn time(reading: &Reading) -> Option<String> {
    reading.time.as_ref().ok().map(|t| t.local.format("%Y:%m:%d %H:%M:%S").to_string())
}

/// What differs: (field, ours, theirs).
fn differences(reading: &Reading, row: &Value) -> Vec<(&'static str, String, String)> {
    let mut out = Vec::new();
    let mut compare = |field, ours: Option<String>, theirs: Option<String>| {
        if ours != theirs {
            out.push((field, format!("{ours:?}"), format!("{theirs:?}")));
        }
    };
    let theirs = text(row, "DateTimeOriginal").or_else(|| text(row, "CreateDate"));
    compare("time", time(reading), theirs.map(str::to_owned));
    let offset = reading.time.as_ref().ok().and_then(|t| t.offset_minutes);
    let offset = offset.map(|m| format!("{}{:02}:{:02}", if m < 0 { '-' } else { '+' }, m.abs() / 60, m.abs() % 60));
    compare("offset", offset, text(row, "OffsetTimeOriginal").map(str::to_owned));
    let number = |key: &str| row.get(key).and_then(Value::as_f64);
    // A millionth of a degree is 11 cm.
    let place = |lat: f64, lon: f64| format!("{lat:.6} {lon:.6}");
    let theirs = number("GPSLatitude").zip(number("GPSLongitude")).map(|(lat, lon)| place(lat, lon));
    compare("position", reading.point.as_ref().ok().map(|p| place(p.lat, p.lon)), theirs);
    let metres = |m: f64| format!("{m:.2}");
    compare("altitude", reading.altitude_m.ok().map(metres), number("GPSAltitude").map(metres));
    let stamp = text(row, "GPSDateStamp").zip(text(row, "GPSTimeStamp")).map(|(d, t)| format!("{d} {}", t.split('.').next().unwrap_or(t)));
    compare("gps_time", reading.gps_time.ok().map(|t| t.to_chrono().format("%Y:%m:%d %H:%M:%S").to_string()), stamp);
    compare("orientation", reading.orientation.ok().map(|o| o.to_string()), row.get("Orientation").map(Value::to_string));
    out
}

#[test]
fn positions_and_times_are_those_of_an_independent_reader() {
    let Some(photos) = real_data("photos") else { return };
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(photos.join("exiftool-oracle.json")).unwrap()).unwrap();
    let (mut claimed, mut times, mut positions, mut found) = (0, 0, 0, Vec::new());
    for row in &rows {
        let file = row["SourceFile"].as_str().unwrap();
        let reading = read(&fs::read(photos.join(file)).unwrap());
        if reading.format == Err(Gap::UnknownFormat) {
            continue;
        }
        claimed += 1;
        times += usize::from(reading.time.is_ok());
        positions += usize::from(reading.point.is_ok());
        for (field, ours, theirs) in differences(&reading, row) {
            found.push((file.to_owned(), field, ours, theirs));
        }
    }
    let unexplained: Vec<_> = found.iter().filter(|f| !DIFFERENCES.iter().any(|d| f.0.ends_with(d.0) && d.1 == f.1)).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    for (file, field, why) in DIFFERENCES {
        assert!(found.iter().any(|f| f.0.ends_with(file) && f.1 == *field), "{file} does not differ in {field} any more: {why}");
    }
    assert!(claimed >= 172 && times >= 58 && positions >= 18, "{claimed} files, {times} times, {positions} positions");
}

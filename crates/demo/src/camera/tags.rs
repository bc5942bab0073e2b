//! The EXIF of a phone.

use std::io::Cursor;

use chrono::Offset as _;
use chrono_tz::Tz;
use exif::{Field, In, Rational, Tag, Value, experimental::Writer};

use crate::{camera::Exposure, people::DemoResult};
use bazdid_command::Failure;
use bazdid_protocol::time::MICROS_PER_SECOND;

/// Parts of an arc second.
const ARC: f64 = 10_000.0;

/// What a phone writes into its pictures.
///
/// # Errors
/// It cannot be written.
pub fn block(exposure: &Exposure, zone: Tz, upright: bool) -> DemoResult<Vec<u8>> {
    let Exposure { at, point, heading_deg } = exposure;
    let utc = at.to_chrono();
    let local = utc.with_timezone(&zone);
    let offset = local.offset().fix();
    let millis = at.micros().rem_euclid(MICROS_PER_SECOND) / 1000;
    let hour_minute_second = utc.format("%H:%M:%S").to_string();
    let gps_time: Vec<u32> = hour_minute_second.split(':').filter_map(|n| n.parse().ok()).collect();
    let mut fields = vec![
        field(Tag::Make, text("Bazdid")),
        field(Tag::Model, text("Demonstration phone")),
        field(Tag::Orientation, Value::Short(vec![if upright { 6 } else { 1 }])),
        field(Tag::DateTimeOriginal, text(&local.format("%Y:%m:%d %H:%M:%S").to_string())),
        field(Tag::SubSecTimeOriginal, text(&format!("{millis:03}"))),
        field(Tag::OffsetTimeOriginal, text(&offset.to_string())),
        field(Tag::GPSLatitudeRef, text(if point.lat < 0.0 { "S" } else { "N" })),
        field(Tag::GPSLatitude, degrees(point.lat)),
        field(Tag::GPSLongitudeRef, text(if point.lon < 0.0 { "W" } else { "E" })),
        field(Tag::GPSLongitude, degrees(point.lon)),
        field(Tag::GPSImgDirectionRef, text("T")),
        field(Tag::GPSImgDirection, fractions(&[(whole(heading_deg * 10.0), 10)])),
        field(Tag::GPSDateStamp, text(&utc.format("%Y:%m:%d").to_string())),
        field(Tag::GPSTimeStamp, fractions(&gps_time.iter().map(|n| (*n, 1)).collect::<Vec<_>>())),
    ];
    fields.extend(point.accuracy_m.map(|m| field(Tag::GPSHPositioningError, fractions(&[(whole(m * 10.0), 10)]))));
    let mut writer = Writer::new();
    fields.iter().for_each(|f| writer.push_field(f));
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).map_err(|e| Failure::said(format!("EXIF cannot be written: {e}")))?;
    Ok(out.into_inner())
}

const fn field(tag: Tag, value: Value) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value }
}

fn text(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

fn fractions(fractions: &[(u32, u32)]) -> Value {
    Value::Rational(fractions.iter().copied().map(Rational::from).collect())
}

/// Degrees, minutes and seconds. Counted in parts of a second, so that none of the three is ever 60.
fn degrees(value: f64) -> Value {
    let parts = whole(value.abs() * 3600.0 * ARC);
    let unit = whole(ARC);
    fractions(&[(parts / (3600 * unit), 1), (parts / (60 * unit) % 60, 1), (parts % (60 * unit), unit)])
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "f64 to u32 saturates, NaN is 0")]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

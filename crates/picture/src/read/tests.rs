//! Own fixtures, hostile bytes, and agreement with an independent reader over real photos.

mod agreement;
mod hostile;

use exif::{Field, Tag};
use image::ImageFormat;

use super::read;
use crate::fixture::{ascii, block, encoded, heic_with, jpeg_with, phone, png_with, rationals, scene, short, webp_with};
use bazdid_domain::evidence::reading::{Format, Gap, Reading};
use bazdid_protocol::time::Timestamp;

fn jpeg(fields: &[Field]) -> Reading {
    read(&jpeg_with(&encoded(&scene(64, 48, 1), ImageFormat::Jpeg), &block(fields)))
}

/// What a phone writes with some fields in other words; `None` leaves one out.
fn with(changes: &[(Tag, Option<Field>)]) -> Reading {
    let mut fields = phone();
    for (tag, field) in changes {
        fields.retain(|f| f.tag != *tag);
        fields.extend(field.clone());
    }
    jpeg(&fields)
}

#[test]
fn all_four_formats_say_the_same() {
    let (picture, exif) = (scene(64, 48, 1), block(&phone()));
    for (format, bytes, size) in [
        (Format::Jpeg, jpeg_with(&encoded(&picture, ImageFormat::Jpeg), &exif), (64, 48)),
        (Format::Png, png_with(&encoded(&picture, ImageFormat::Png), &exif), (64, 48)),
        (Format::Webp, webp_with(&encoded(&picture, ImageFormat::WebP), &exif), (64, 48)),
        (Format::Heic, heic_with(&exif), (4032, 3024)),
    ] {
        let reading = read(&bytes);
        assert_eq!(reading.format, Ok(format));
        let pixels = reading.pixels.unwrap();
        assert_eq!((pixels.width, pixels.height), size, "{format}");
        let time = reading.time.unwrap();
        assert_eq!((time.local.to_string().as_str(), time.offset_minutes), ("2026-11-23 09:12:05.250", Some(210)), "{format}");
        let point = reading.point.unwrap();
        assert!((point.lat - (36.0 + 16.0 / 60.0 + 7.3 / 3600.0)).abs() < 1e-9 && (point.lon - 50.004).abs() < 1e-9, "{format} {point:?}");
        assert_eq!(point.accuracy_m, Some(4.8));
        assert_eq!(reading.altitude_m, Ok(1278.5));
        let direction = reading.direction.unwrap();
        assert!((direction.degrees - 270.5).abs() < 1e-9 && direction.magnetic);
        assert_eq!(reading.gps_time, Ok(Timestamp::parse("2026-11-23T05:42:04.5Z").unwrap()));
        assert_eq!((reading.make.as_deref(), reading.model.as_deref()), (Ok("Bazdid"), Ok("Field phone 3")));
        assert_eq!(reading.orientation, Ok(6));
        let json = serde_json::to_value(&reading).unwrap();
        assert_eq!(json["altitude_m"]["value"], 1278.5);
        assert_eq!(serde_json::from_value::<Reading>(json).unwrap(), reading);
    }
}

#[test]
fn a_picture_without_exif_says_so() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let reading = read(&encoded(&scene(40, 30, 2), format));
        assert_eq!(reading.pixels.map(|p| (p.width, p.height)), Ok((40, 30)));
        assert_eq!((reading.time, reading.point, reading.orientation), (Err(Gap::NoExif), Err(Gap::NoExif), Err(Gap::NoExif)));
        let json = serde_json::to_value(&reading).unwrap();
        assert_eq!(json["time"]["unknown"], "no_exif");
        assert_eq!(serde_json::from_value::<Reading>(json).unwrap(), reading);
    }
}

#[test]
fn what_is_half_or_nowhere_is_no_position() {
    use Gap::{Absent, Damaged, Incomplete, OutOfRange, ZeroPosition};
    let zero = |tag| (tag, Some(rationals(tag, &[(0, 1), (0, 1), (0, 1)])));
    let gone = |tag| (tag, None);
    for (changes, why) in [
        (vec![zero(Tag::GPSLatitude), zero(Tag::GPSLongitude)], ZeroPosition),
        (vec![gone(Tag::GPSLongitude)], Incomplete),
        (vec![gone(Tag::GPSLatitude)], Incomplete),
        (vec![gone(Tag::GPSLatitudeRef)], Incomplete),
        (vec![gone(Tag::GPSLongitudeRef)], Incomplete),
        (vec![gone(Tag::GPSLatitude), gone(Tag::GPSLongitude)], Absent),
        (vec![(Tag::GPSLatitude, Some(rationals(Tag::GPSLatitude, &[(95, 1), (0, 1), (0, 1)])))], OutOfRange),
        (vec![(Tag::GPSLongitude, Some(rationals(Tag::GPSLongitude, &[(50, 0), (0, 1), (0, 1)])))], Damaged),
        (vec![(Tag::GPSLongitude, Some(ascii(Tag::GPSLongitude, "50.004")))], Damaged),
        (vec![(Tag::GPSLatitudeRef, Some(ascii(Tag::GPSLatitudeRef, "Q")))], Damaged),
    ] {
        assert_eq!(with(&changes).point, Err(why), "{changes:?}");
    }
    let south_west = with(&[
        (Tag::GPSLatitudeRef, Some(ascii(Tag::GPSLatitudeRef, "S"))),
        (Tag::GPSLongitudeRef, Some(ascii(Tag::GPSLongitudeRef, "W"))),
    ]);
    assert!(south_west.point.is_ok_and(|p| p.lat < -36.0 && p.lon < -50.0));
    let no_seconds = with(&[(Tag::GPSLatitude, Some(rationals(Tag::GPSLatitude, &[(36, 1), (1_612, 100), (0, 0)])))]);
    assert!(no_seconds.point.is_ok_and(|p| (p.lat - (36.0 + 16.12 / 60.0)).abs() < 1e-9));
}

#[test]
fn times_of_cameras() {
    let at = |text: &str| with(&[(Tag::DateTimeOriginal, Some(ascii(Tag::DateTimeOriginal, text)))]).time;
    for (text, why) in [
        ("0000:00:00 00:00:00", Gap::Absent),
        ("    :  :     :  :  ", Gap::Absent),
        ("2026:13:23 09:12:05", Gap::OutOfRange),
        ("2026:02:30 09:12:05", Gap::OutOfRange),
        ("2026:11:23 24:12:05", Gap::OutOfRange),
        ("yesterday, at noon!", Gap::Damaged),
        ("2026:11:23", Gap::Damaged),
    ] {
        assert_eq!(at(text), Err(why), "{text}");
    }
    assert!(at("2026-11-23 09:12:05").is_ok());
    let digitized = with(&[
        (Tag::DateTimeOriginal, None),
        (Tag::DateTimeDigitized, Some(ascii(Tag::DateTimeDigitized, "2026:11:23 10:00:00"))),
        (Tag::OffsetTimeOriginal, None),
    ]);
    let time = digitized.time.unwrap();
    assert_eq!((time.local.to_string().as_str(), time.offset_minutes), ("2026-11-23 10:00:00", None));
    for (text, minutes) in [("-05:30", Some(-330)), ("+00:00", Some(0)), ("   :  ", None), ("+25:00", None), ("+03", None)] {
        let reading = with(&[(Tag::OffsetTimeOriginal, Some(ascii(Tag::OffsetTimeOriginal, text)))]);
        assert_eq!(reading.time.unwrap().offset_minutes, minutes, "{text}");
    }
}

#[test]
fn the_rest_has_its_bounds() {
    assert_eq!(with(&[(Tag::Orientation, Some(short(Tag::Orientation, 9)))]).orientation, Err(Gap::OutOfRange));
    assert_eq!(with(&[(Tag::GPSDateStamp, None)]).gps_time, Err(Gap::Incomplete));
    assert_eq!(with(&[(Tag::GPSTimeStamp, Some(rationals(Tag::GPSTimeStamp, &[(25, 1), (0, 1), (0, 1)])))]).gps_time, Err(Gap::OutOfRange));
    assert_eq!(with(&[(Tag::GPSImgDirection, Some(rationals(Tag::GPSImgDirection, &[(400, 1)])))]).direction, Err(Gap::OutOfRange));
    assert_eq!(with(&[(Tag::GPSAltitude, Some(rationals(Tag::GPSAltitude, &[(1, 0)])))]).altitude_m, Err(Gap::Damaged));
    assert_eq!(with(&[(Tag::Model, Some(ascii(Tag::Model, "   ")))]).model, Err(Gap::Absent));
    assert_eq!(with(&[(Tag::Model, Some(ascii(Tag::Model, &"x".repeat(5000))))]).model.unwrap().len(), 100);
}

#[test]
fn how_a_heif_file_is_coded_follows_from_its_brands_and_then_its_items() {
    let named = |brands: &[u8]| [&u32::try_from(brands.len() + 8).unwrap().to_be_bytes(), b"ftyp".as_slice(), brands].concat();
    for (brands, expected) in [
        (&b"heic\0\0\0\0mif1heic"[..], Ok(Format::Heic)),
        (b"avif\0\0\0\0avifmif1miaf", Ok(Format::Avif)),
        (b"avis\0\0\0\0mif1", Ok(Format::Avif)),
        (b"mif1\0\0\0\0mif1avif", Ok(Format::Avif)),
        (b"mif1\0\0\0\0mif1heix", Ok(Format::Heic)),
        (b"mif1\0\0\0\0mif1", Ok(Format::Heic)),
        (b"heic\0\0\0\0avif", Ok(Format::Heic)),
        (b"isom\0\0\0\0mp42", Err(Gap::UnknownFormat)),
        // The minor version is no brand.
        (b"isommif1mp42", Err(Gap::UnknownFormat)),
        (b"hei", Err(Gap::UnknownFormat)),
    ] {
        assert_eq!(crate::container::format(&named(brands)), expected, "{}", String::from_utf8_lossy(brands));
    }
    let mut avif = include_bytes!("../render/tests/heic/plain.avif").to_vec();
    let length = usize::try_from(u32::from_be_bytes(avif[..4].try_into().unwrap())).unwrap();
    for brand in avif[8..length].chunks_exact_mut(4).filter(|b| *b == b"avif") {
        brand.copy_from_slice(b"mif1");
    }
    assert_eq!(read(&avif).format, Ok(Format::Avif), "its picture is coded so");
}

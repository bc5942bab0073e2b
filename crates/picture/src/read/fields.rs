//! The fields of an EXIF block as values of the trade.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use exif::{Exif, Field, In, Tag, Value};

use bazdid_domain::evidence::reading::{CameraTime, Direction, Gap, Known, Reading};
use bazdid_protocol::{geo::Point, time::Timestamp};

/// Longer names of makers and models are cut.
const MAX_NAME: usize = 100;
/// Metres that a fix may be off at most to be called a position.
const MAX_ERROR_M: f64 = 100_000.0;
/// Metres above or below the sea where nobody takes a picture.
const MAX_ALTITUDE_M: f64 = 100_000.0;

/// What a block says; format and pixels are none of its business.
pub fn reading(exif: &Exif) -> Reading {
    Reading {
        time: time(exif),
        point: point(exif),
        altitude_m: altitude(exif),
        direction: direction(exif),
        gps_time: gps_time(exif),
        make: name(exif, Tag::Make),
        model: name(exif, Tag::Model),
        orientation: orientation(exif),
        ..Reading::unknown(Gap::Absent)
    }
}

fn field(exif: &Exif, tag: Tag) -> Known<&Field> {
    exif.get_field(tag, In::PRIMARY).ok_or(Gap::Absent)
}

/// A text without its padding; one of blanks only is absent.
fn text(exif: &Exif, tag: Tag) -> Known<String> {
    let Value::Ascii(lines) = &field(exif, tag)?.value else { return Err(Gap::Damaged) };
    let line = lines.iter().find(|l| !l.is_empty()).ok_or(Gap::Absent)?;
    let text = String::from_utf8_lossy(line);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if text.is_empty() { Err(Gap::Absent) } else { Ok(text.to_owned()) }
}

fn name(exif: &Exif, tag: Tag) -> Known<String> {
    let text = text(exif, tag)?;
    Ok(text.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).take(MAX_NAME).collect())
}

/// Fractions as numbers. A denominator of 0 is none; 0/0 in the seconds of a position is how some say that there are none.
fn numbers(exif: &Exif, tag: Tag) -> Known<Vec<f64>> {
    let numbers: Vec<f64> = match &field(exif, tag)?.value {
        Value::Rational(list) => list.iter().map(exif::Rational::to_f64).collect(),
        Value::SRational(list) => list.iter().map(exif::SRational::to_f64).collect(),
        _ => return Err(Gap::Damaged),
    };
    Ok(numbers)
}

fn number(exif: &Exif, tag: Tag) -> Known<f64> {
    numbers(exif, tag)?.first().copied().filter(|n| n.is_finite()).ok_or(Gap::Damaged)
}

/// The moment of exposure, else the moment of digitizing, which in a digital camera is the same.
fn time(exif: &Exif) -> Known<CameraTime> {
    let original = camera_time(exif, Tag::DateTimeOriginal, Tag::SubSecTimeOriginal, Tag::OffsetTimeOriginal);
    original.or_else(|gap| {
        camera_time(exif, Tag::DateTimeDigitized, Tag::SubSecTimeDigitized, Tag::OffsetTimeDigitized).map_err(|other| match gap {
            Gap::Absent => other,
            _ => gap,
        })
    })
}

fn camera_time(exif: &Exif, at: Tag, fraction: Tag, offset: Tag) -> Known<CameraTime> {
    let local = date_time(&text(exif, at)?)?;
    let micros = text(exif, fraction).ok().and_then(|t| micros(&t)).unwrap_or_default();
    let offset = text(exif, offset).or_else(|_| text(exif, Tag::OffsetTime));
    Ok(CameraTime { local: local + chrono::TimeDelta::microseconds(micros), offset_minutes: offset.ok().and_then(|o| offset_minutes(&o)) })
}

/// `2026:11:24 09:12:00`. Blanks and zeros are how cameras without a set clock write an absent time.
fn date_time(text: &str) -> Known<NaiveDateTime> {
    if text.chars().all(|c| matches!(c, '0' | ':' | ' ' | '-' | '/')) {
        return Err(Gap::Absent);
    }
    let mut parts = text.split([':', ' ', '-', '/', 'T']);
    let mut part = || parts.next().filter(|p| p.bytes().all(|b| b.is_ascii_digit())).and_then(|p| p.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(), part(), part()) else { return Err(Gap::Damaged) };
    let (Some(hour), Some(minute), Some(second)) = (part(), part(), part()) else { return Err(Gap::Damaged) };
    let date = i32::try_from(year).ok().filter(|y| (1900..=9999).contains(y)).and_then(|y| NaiveDate::from_ymd_opt(y, month, day));
    let time = NaiveTime::from_hms_opt(hour, minute, second);
    date.zip(time).map(|(d, t)| d.and_time(t)).ok_or(Gap::OutOfRange)
}

/// Digits after the point of a second, as microseconds.
fn micros(digits: &str) -> Option<i64> {
    let digits: String = digits.chars().take_while(char::is_ascii_digit).take(6).collect();
    let padded = format!("{digits:0<6}");
    if digits.is_empty() { None } else { padded.parse().ok() }
}

/// `+03:30`, as minutes.
fn offset_minutes(text: &str) -> Option<i16> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ if text == "Z" => return Some(0),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then(|| sign * (hours * 60 + minutes))
}

/// Latitude and longitude, both or none. Without its hemisphere a number may be on either side.
fn point(exif: &Exif) -> Known<Point> {
    let (lat, lon) = match (degrees(exif, Tag::GPSLatitude), degrees(exif, Tag::GPSLongitude)) {
        (Ok(lat), Ok(lon)) => (lat, lon),
        (Err(Gap::Absent), Err(Gap::Absent)) => return Err(Gap::Absent),
        (Err(Gap::Absent), _) | (_, Err(Gap::Absent)) => return Err(Gap::Incomplete),
        (Err(gap), _) | (_, Err(gap)) => return Err(gap),
    };
    // Without a hemisphere too: 0,0 is no position on whichever side.
    if lat == 0.0 && lon == 0.0 {
        return Err(Gap::ZeroPosition);
    }
    let lat = lat * sign(exif, Tag::GPSLatitudeRef, 'N', 'S')?;
    let lon = lon * sign(exif, Tag::GPSLongitudeRef, 'E', 'W')?;
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return Err(Gap::OutOfRange);
    }
    let accuracy_m = number(exif, Tag::GPSHPositioningError).ok().filter(|a| (0.0..=MAX_ERROR_M).contains(a));
    Ok(Point { lat, lon, accuracy_m })
}

fn degrees(exif: &Exif, tag: Tag) -> Known<f64> {
    let parts = numbers(exif, tag)?;
    let part = |n: usize| parts.get(n).copied();
    let degrees = part(0).ok_or(Gap::Damaged)?;
    // Minutes and seconds may be left out, by their number or as 0/0.
    let small = |n| part(n).filter(|p: &f64| !p.is_nan()).unwrap_or_default();
    let sum = degrees + small(1) / 60.0 + small(2) / 3600.0;
    if sum.is_finite() { Ok(sum) } else { Err(Gap::Damaged) }
}

fn sign(exif: &Exif, tag: Tag, positive: char, negative: char) -> Known<f64> {
    let text = text(exif, tag).map_err(|_| Gap::Incomplete)?;
    match text.chars().next().map(|c| c.to_ascii_uppercase()) {
        Some(c) if c == positive => Ok(1.0),
        Some(c) if c == negative => Ok(-1.0),
        _ => Err(Gap::Damaged),
    }
}

/// Above the sea where nothing is said.
fn altitude(exif: &Exif) -> Known<f64> {
    let metres = number(exif, Tag::GPSAltitude)?;
    let below = field(exif, Tag::GPSAltitudeRef).ok().and_then(|f| f.value.get_uint(0)) == Some(1);
    let metres = if below { -metres } else { metres };
    if metres.abs() <= MAX_ALTITUDE_M { Ok(metres) } else { Err(Gap::OutOfRange) }
}

fn direction(exif: &Exif) -> Known<Direction> {
    let degrees = number(exif, Tag::GPSImgDirection)?;
    if !(0.0..=360.0).contains(&degrees) {
        return Err(Gap::OutOfRange);
    }
    Ok(Direction { degrees, magnetic: text(exif, Tag::GPSImgDirectionRef).is_ok_and(|t| t.starts_with('M')) })
}

/// Date and time of the satellites, UTC. A time without a date is half of one.
fn gps_time(exif: &Exif) -> Known<Timestamp> {
    let (date, time) = match (text(exif, Tag::GPSDateStamp), numbers(exif, Tag::GPSTimeStamp)) {
        (Ok(date), Ok(time)) => (date, time),
        (Err(Gap::Absent), Err(Gap::Absent)) => return Err(Gap::Absent),
        (Err(Gap::Absent), _) | (_, Err(Gap::Absent)) => return Err(Gap::Incomplete),
        (Err(gap), _) | (_, Err(gap)) => return Err(gap),
    };
    let midnight = date_time(&format!("{date} 00:00:00"))?;
    let [hours, minutes, seconds] = time.as_slice() else { return Err(Gap::Damaged) };
    let in_day = (hours * 60.0 + minutes) * 60.0 + seconds;
    if !in_day.is_finite() {
        return Err(Gap::Damaged);
    }
    if !(0.0..86_401.0).contains(&in_day) {
        return Err(Gap::OutOfRange);
    }
    Ok(Timestamp::from(midnight.and_utc()).plus(std::time::Duration::from_secs_f64(in_day)))
}

fn orientation(exif: &Exif) -> Known<u8> {
    let number = field(exif, Tag::Orientation)?.value.get_uint(0).ok_or(Gap::Damaged)?;
    u8::try_from(number).ok().filter(|n| (1..=8).contains(n)).ok_or(Gap::OutOfRange)
}

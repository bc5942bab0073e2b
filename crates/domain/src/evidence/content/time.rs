//! When the file says that it was taken, against what the device declared.
//!
//! A camera that does not write its offset from UTC is taken to be on the city's time. It may be on another: a phone from abroad, or
//! one whose zone tables are older than a country's last change (Iran's summer time ended in 2022). So a difference of whole quarter
//! hours says nothing, unless the satellites' time in the same file says that the camera was on the city's time.

use chrono::{Datelike as _, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::{
    evidence::{content::Content, reading::Gap, seconds, thresholds::Thresholds, verdict},
    photo::{Photo, Verdict, VerdictResult},
};
use bazdid_protocol::time::{MICROS_PER_HOUR, MICROS_PER_MINUTE, Timestamp};

/// Offsets from UTC are whole quarters of an hour.
const QUARTER_US: i64 = 15 * MICROS_PER_MINUTE;
/// No two zones that people live in are farther apart than that from a city between them.
const FARTHEST_US: i64 = 14 * MICROS_PER_HOUR;
/// A clock that was never set shows a year up to this one: 1970, 1980, 2000.
const UNSET_YEAR: i32 = 2000;

/// The camera's clock says the time that the device declared by its own clock, or the satellites say the time at which the server
/// believes that it was taken.
pub(super) fn time(photo: &Photo, content: &Content<'_>, thresholds: &Thresholds) -> Verdict {
    let declared = photo.captured_at;
    let allowed_us = thresholds.exif_time_us;
    let camera = Camera::of(content, declared);
    // Satellites know the true time; the phone may have been given an older fix, so a difference proves nothing.
    let satellites = content.reading.gps_time.ok();
    let off_us = satellites.map(|t| (t - photo.captured_est).saturating_abs()).filter(|off| *off <= allowed_us);
    let (result, figures) = match (camera, off_us) {
        (Ok(camera), _) if camera.off_us(declared) <= allowed_us => (VerdictResult::Ok, camera.figures(declared)),
        (_, Some(off_us)) => (VerdictResult::Ok, json!({ "gps_difference_s": seconds(off_us) })),
        (Ok(camera), None) => {
            let confirmed = satellites.is_some_and(|t| (t - camera.taken).saturating_abs() <= allowed_us);
            let may_be_zone = camera.assumed.is_some() && !confirmed && is_whole_quarters(camera.off_us(declared), allowed_us);
            (if may_be_zone { VerdictResult::Unknown } else { VerdictResult::Mismatch }, camera.figures(declared))
        }
        (Err(gap), None) => (VerdictResult::Unknown, json!({ "gap": gap })),
    };
    let mut figures = figures;
    if let Value::Object(all) = &mut figures {
        all.insert("allowed_s".into(), json!(seconds(allowed_us)));
        all.insert("gps".into(), json!(satellites));
    }
    verdict("exif_time", result, figures)
}

/// What the camera's clock said, as an instant.
#[derive(Clone, Copy)]
struct Camera {
    taken: Timestamp,
    /// The zone that it is believed to have been set to, where it wrote none.
    assumed: Option<Tz>,
}

impl Camera {
    fn of(content: &Content<'_>, declared: Timestamp) -> Result<Self, Gap> {
        let exif = content.reading.time?;
        if exif.local.year() <= UNSET_YEAR {
            return Err(Gap::OutOfRange);
        }
        if let Some(minutes) = exif.offset_minutes {
            return Ok(Self { taken: Timestamp::from(exif.local.and_utc()).plus_minutes(-i64::from(minutes)), assumed: None });
        }
        // None in the hour that a clock skips in spring.
        let taken = nearest(content.zone, exif.local, declared).ok_or(Gap::OutOfRange)?;
        Ok(Self { taken, assumed: Some(content.zone) })
    }

    fn off_us(&self, declared: Timestamp) -> i64 {
        (self.taken - declared).saturating_abs()
    }

    fn figures(&self, declared: Timestamp) -> Value {
        let assumed = self.assumed.map(|zone| zone.name());
        json!({ "exif": self.taken, "declared": declared, "difference_s": seconds(self.off_us(declared)), "assumed_zone": assumed })
    }
}

/// Whether a difference is one between two zones, give or take what is allowed.
const fn is_whole_quarters(off_us: i64, allowed_us: i64) -> bool {
    let beside = off_us % QUARTER_US;
    let to_nearest = if beside > QUARTER_US / 2 { QUARTER_US - beside } else { beside };
    to_nearest <= allowed_us && off_us <= FARTHEST_US.saturating_add(allowed_us)
}

/// The instant of a local time; of the two in an hour that is lived twice the one nearer to the declared.
fn nearest(zone: Tz, local: NaiveDateTime, declared: Timestamp) -> Option<Timestamp> {
    let found = zone.from_local_datetime(&local);
    let candidates = [found.earliest(), found.latest()];
    candidates.into_iter().flatten().map(|t| Timestamp::from(t.to_utc())).min_by_key(|t| (*t - declared).saturating_abs())
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Tehran;

    use super::*;
    use crate::{
        evidence::{
            reading::{CameraTime, Reading},
            tests::photo,
        },
        photo::PhotoKind,
    };
    use VerdictResult::{Mismatch, Ok as Agrees, Unknown};

    const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    /// Minutes from noon: the camera's clock in Tehran's time and the satellites'.
    fn found(camera: Option<(i64, Option<i16>)>, satellites: Option<i64>) -> Verdict {
        let mut reading = Reading::unknown(Gap::NoExif);
        if let Some((minutes, offset_minutes)) = camera {
            let local = NOON.plus_minutes(210 + minutes).to_chrono().naive_utc();
            reading.time = Ok(CameraTime { local, offset_minutes });
        }
        if let Some(minutes) = satellites {
            reading.gps_time = Ok(NOON.plus_minutes(minutes));
        }
        let content = Content { reading: &reading, similar: Err(Gap::Featureless), same_device: &[], zone: Tehran };
        time(&photo(1, PhotoKind::During, NOON), &content, &Thresholds::default())
    }

    #[test]
    fn without_an_offset_whole_quarter_hours_say_nothing() {
        for (minutes, expected) in [
            (0, Agrees),
            (2, Agrees),
            (7, Mismatch),
            (15, Unknown),
            (60, Unknown),
            (62, Unknown),
            (58, Unknown),
            (64, Mismatch),
            (-60, Unknown),
            (-210, Unknown),
            (14 * 60, Unknown),
            (-14 * 60, Unknown),
            (14 * 60 + 15, Mismatch),
            (3 * 24 * 60, Mismatch),
            (-365 * 24 * 60, Mismatch),
        ] {
            assert_eq!(found(Some((minutes, None)), None).result, expected, "{minutes}");
        }
        // Whoever writes an offset says what time it was.
        assert_eq!(found(Some((60, Some(270))), None).result, Agrees, "the old tables, with their offset");
        assert_eq!(found(Some((60, Some(210))), None).result, Mismatch);
    }

    #[test]
    fn the_satellites_time_speaks_for_a_photo_and_against_it_only_with_the_cameras() {
        for (camera, satellites, expected) in [
            (None, Some(1), Agrees),
            (None, Some(-30), Unknown),
            (None, Some(600), Unknown),
            (Some((60, None)), Some(0), Agrees),
            (Some((33, None)), Some(0), Agrees),
            (Some((33, Some(210))), Some(-1), Agrees),
            // An old fix does not say which zone the camera was in.
            (Some((60, None)), Some(-20), Unknown),
            (Some((-60, None)), Some(-20), Unknown),
            // Both clocks of the file say that it is two hours old.
            (Some((-120, None)), Some(-120), Mismatch),
            (Some((-120, None)), Some(-121), Mismatch),
            (Some((33, None)), Some(-20), Mismatch),
        ] {
            assert_eq!(found(camera, satellites).result, expected, "{camera:?} {satellites:?}");
        }
    }

    #[test]
    fn a_clock_that_was_never_set_says_nothing() {
        for (year, expected) in [(1970, Unknown), (1980, Unknown), (2000, Unknown), (2001, Mismatch)] {
            let local = chrono::NaiveDate::from_ymd_opt(year, 1, 1).and_then(|d| d.and_hms_opt(0, 3, 7)).unwrap();
            for offset_minutes in [None, Some(210)] {
                let reading = Reading { time: Ok(CameraTime { local, offset_minutes }), ..Reading::unknown(Gap::NoExif) };
                let content = Content { reading: &reading, similar: Err(Gap::Featureless), same_device: &[], zone: Tehran };
                let verdict = time(&photo(1, PhotoKind::During, NOON), &content, &Thresholds::default());
                assert_eq!(verdict.result, expected, "{year}");
            }
        }
    }
}

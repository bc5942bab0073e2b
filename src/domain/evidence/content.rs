//! Verdicts that rest on the bytes of a photo: what the picture says of itself against what the device declared, what looks like
//! it elsewhere, and the photos around it. Missing EXIF is unknown, never a mismatch.

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use geo::{Distance as _, Geodesic};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::{
    evidence::{
        agrees,
        reading::{Format, Gap, Known, Reading},
        seconds, verdict,
    },
    geo::Point,
    photo::{Photo, PhotoKind, Verdict, VerdictResult},
    time::{MICROS_PER_MINUTE, Timestamp},
};

/// Names of the checks made here, in the order of [`judge_content`].
pub const CONTENT_CHECKS: [&str; 6] = ["format", "exif_position", "exif_time", "pair", "similar_picture", "speed"];

/// How much is tolerated. A city or a category may want other numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContentThresholds {
    /// EXIF's position may lie so much farther from the declared one than both accuracies allow, metres.
    pub position_m: f64,
    /// A position that does not state its accuracy is off by at most so many metres.
    pub unstated_accuracy_m: f64,
    /// EXIF's time may differ so much from the device's clock, microseconds.
    pub exif_time_us: i64,
    /// Photos before and after the work may lie so much farther apart than both accuracies allow, metres.
    pub pair_m: f64,
    /// Their headings may differ so much, degrees.
    pub pair_heading_deg: f64,
    /// Pictures that differ in at most so many of 64 bits look the same.
    pub similar_bits: u32,
    /// Nobody travels faster, kilometres an hour.
    pub speed_kmh: f64,
}

impl Default for ContentThresholds {
    fn default() -> Self {
        Self {
            position_m: 50.0,
            unstated_accuracy_m: 1_000.0,
            exif_time_us: 2 * MICROS_PER_MINUTE,
            pair_m: 25.0,
            pair_heading_deg: 60.0,
            similar_bits: 6,
            speed_kmh: 160.0,
        }
    }
}

/// A photo elsewhere that looks alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Similar {
    /// Which.
    pub photo: Uuid,
    /// In how many of 64 bits it differs.
    pub bits: u32,
}

/// What is known around a photo whose bytes have been read.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// What the picture says of itself.
    pub reading: &'a Reading,
    /// Photos of other tickets that look alike, the nearest first; unknown if the picture has no fingerprint.
    pub similar: Known<&'a [Similar]>,
    /// The photos of the same work order; the photo itself and removed ones are passed over.
    pub same_order: &'a [&'a Photo],
    /// Photos of the same device, taken just before and just after.
    pub same_device: &'a [&'a Photo],
    /// The city's time zone, for cameras that do not say theirs.
    pub zone: Tz,
}

/// All verdicts on a photo's content, always in the same order; `pair` only for photos before and after the work.
#[must_use]
pub fn judge_content(photo: &Photo, content: &Content<'_>, thresholds: &ContentThresholds) -> Vec<Verdict> {
    let mut verdicts = vec![
        format(photo, content.reading),
        position(photo.point.as_ref(), &content.reading.point, thresholds),
        time(photo.captured_at, content, thresholds),
    ];
    verdicts.extend(pair(photo, content.same_order, thresholds));
    verdicts.push(similar(content.similar, thresholds));
    verdicts.push(speed(photo, content.same_device, thresholds));
    verdicts
}

/// The bytes are a picture of the declared type and size.
fn format(photo: &Photo, reading: &Reading) -> Verdict {
    let declared = photo.mime.to_ascii_lowercase();
    let same_type = |found: Format| match declared.as_str() {
        "image/jpg" => found == Format::Jpeg,
        "image/heif" => found == Format::Heic,
        other => other == found.mime(),
    };
    let sides = |w: i64, h: i64| if w <= h { (w, h) } else { (h, w) };
    // Turned by its orientation or not: the longer and the shorter side are compared.
    let same_size = match (photo.width, photo.height, &reading.pixels) {
        (Some(w), Some(h), Ok(pixels)) => sides(w, h) == sides(pixels.width.into(), pixels.height.into()),
        _ => true,
    };
    let result = match reading.format {
        Ok(found) => agrees(same_type(found) && same_size),
        Err(Gap::UnknownFormat) => VerdictResult::Mismatch,
        Err(_) => VerdictResult::Unknown,
    };
    let pixels = reading.pixels.ok();
    let figures = json!({
        "declared": photo.mime, "found": reading.format.ok().map(Format::mime), "gap": reading.format.err(),
        "declared_width": photo.width, "declared_height": photo.height,
        "width": pixels.map(|p| p.width), "height": pixels.map(|p| p.height),
    });
    verdict("format", result, figures)
}

/// The camera's position is the declared one. A distance that an unstated accuracy may explain is unknown.
fn position(declared: Option<&Point>, exif: &Known<Point>, thresholds: &ContentThresholds) -> Verdict {
    let (Some(declared), Ok(exif)) = (declared, exif) else {
        return verdict("exif_position", VerdictResult::Unknown, json!({ "gap": exif.as_ref().err() }));
    };
    let apart = Apart::of(declared, exif, thresholds.position_m, thresholds.unstated_accuracy_m);
    let mut figures = apart.figures();
    if let Some(figures) = figures.as_object_mut() {
        figures.insert("declared_accuracy_m".into(), json!(declared.accuracy_m));
        figures.insert("exif_accuracy_m".into(), json!(exif.accuracy_m));
    }
    verdict("exif_position", apart.result(), figures)
}

/// How far two positions are from one another, and how far they may be.
struct Apart {
    distance_m: f64,
    /// With the accuracies that are stated.
    allowed_m: f64,
    /// With the worst that the others may be.
    at_most_m: f64,
}

impl Apart {
    fn of(a: &Point, b: &Point, slack_m: f64, unstated_m: f64) -> Self {
        let with = |unstated: f64| slack_m + a.accuracy_m.unwrap_or(unstated) + b.accuracy_m.unwrap_or(unstated);
        Self { distance_m: geodesic_m(a, b), allowed_m: with(0.0), at_most_m: with(unstated_m) }
    }

    fn result(&self) -> VerdictResult {
        if !self.distance_m.is_finite() || !self.at_most_m.is_finite() {
            VerdictResult::Unknown
        } else if self.distance_m <= self.allowed_m {
            VerdictResult::Ok
        } else if self.distance_m <= self.at_most_m {
            VerdictResult::Unknown
        } else {
            VerdictResult::Mismatch
        }
    }

    fn figures(&self) -> Value {
        json!({ "distance_m": self.distance_m, "allowed_m": self.allowed_m, "at_most_m": self.at_most_m })
    }
}

/// Distance along the ellipsoid, metres.
fn geodesic_m(a: &Point, b: &Point) -> f64 {
    Geodesic.distance(geo::Point::new(a.lon, a.lat), geo::Point::new(b.lon, b.lat))
}

/// The camera's clock says the time that the device declared by its own clock. A camera that does not say its offset from UTC is
/// taken to be on the city's time, and the figures say so.
fn time(captured: Timestamp, content: &Content<'_>, thresholds: &ContentThresholds) -> Verdict {
    let allowed_s = seconds(thresholds.exif_time_us);
    let exif = match &content.reading.time {
        Ok(exif) => exif,
        Err(gap) => return verdict("exif_time", VerdictResult::Unknown, json!({ "gap": gap, "allowed_s": allowed_s })),
    };
    let taken = match exif.offset_minutes {
        Some(minutes) => Some(Timestamp::from(exif.local.and_utc()).plus_minutes(-i64::from(minutes))),
        None => nearest(content.zone, exif.local, captured),
    };
    let assumed = exif.offset_minutes.is_none().then(|| content.zone.name());
    let Some(taken) = taken else {
        // The hour that a clock skips in spring.
        return verdict("exif_time", VerdictResult::Unknown, json!({ "gap": Gap::OutOfRange, "allowed_s": allowed_s }));
    };
    let difference = (taken - captured).saturating_abs();
    let figures = json!({
        "exif": taken, "declared": captured, "difference_s": seconds(difference), "allowed_s": allowed_s, "assumed_zone": assumed,
    });
    verdict("exif_time", agrees(difference <= thresholds.exif_time_us), figures)
}

/// The instant of a local time; of the two in an hour that is lived twice the one nearer to the declared.
fn nearest(zone: Tz, local: NaiveDateTime, captured: Timestamp) -> Option<Timestamp> {
    let found = zone.from_local_datetime(&local);
    let candidates = [found.earliest(), found.latest()];
    candidates.into_iter().flatten().map(|t| Timestamp::from(t.to_utc())).min_by_key(|t| (*t - captured).saturating_abs())
}

/// Before and after were taken from about the same place, looking the same way. The counterpart that is nearest counts: a job may
/// have several views.
fn pair(photo: &Photo, same_order: &[&Photo], thresholds: &ContentThresholds) -> Option<Verdict> {
    let counterpart = match photo.kind {
        PhotoKind::Before => PhotoKind::After,
        PhotoKind::After => PhotoKind::Before,
        PhotoKind::During | PhotoKind::Defect | PhotoKind::Document => return None,
    };
    let nearest = photo.point.as_ref().and_then(|here| {
        let others = same_order.iter().filter(|p| p.kind == counterpart && p.id != photo.id && p.removed_at.is_none());
        others
            .filter_map(|p| Some((p, Apart::of(here, p.point.as_ref()?, thresholds.pair_m, thresholds.unstated_accuracy_m))))
            .min_by(|(a, x), (b, y)| x.distance_m.total_cmp(&y.distance_m).then(a.id.cmp(&b.id)))
    });
    let Some((other, apart)) = nearest else {
        return Some(verdict("pair", VerdictResult::Unknown, json!({ "allowed_m": thresholds.pair_m })));
    };
    let turned = photo.heading_deg.zip(other.heading_deg).map(|(a, b)| turn(a, b));
    let result = match (apart.result(), turned) {
        (VerdictResult::Ok, Some(turned)) => agrees(turned <= thresholds.pair_heading_deg),
        (result, _) => result,
    };
    let mut figures = apart.figures();
    if let Some(figures) = figures.as_object_mut() {
        figures.insert("other".into(), json!(other.id.uuid()));
        figures.insert("turned_deg".into(), json!(turned));
        figures.insert("allowed_deg".into(), json!(thresholds.pair_heading_deg));
    }
    Some(verdict("pair", result, figures))
}

/// Degrees between two directions, 0…180.
fn turn(a: f64, b: f64) -> f64 {
    let difference = (a - b).rem_euclid(360.0);
    difference.min(360.0 - difference)
}

/// Nothing elsewhere looks nearly the same.
fn similar(found: Known<&[Similar]>, thresholds: &ContentThresholds) -> Verdict {
    let allowed = thresholds.similar_bits;
    match found {
        Err(gap) => verdict("similar_picture", VerdictResult::Unknown, json!({ "gap": gap, "near_bits": allowed })),
        Ok(all) => {
            let near: Vec<&Similar> = all.iter().filter(|s| s.bits <= allowed).collect();
            let also: Vec<Value> = near.iter().map(|s| json!({ "photo": s.photo, "bits": s.bits })).collect();
            let nearest = near.iter().map(|s| s.bits).min();
            let figures = json!({ "also_in": also, "count": also.len(), "nearest_bits": nearest, "near_bits": allowed });
            verdict("similar_picture", agrees(near.is_empty()), figures)
        }
    }
}

/// The device came from its photo before and went on to its photo after no faster than anybody travels. The accuracies are
/// taken in its favour; one that is not stated may be as bad as it gets.
fn speed(photo: &Photo, same_device: &[&Photo], thresholds: &ContentThresholds) -> Verdict {
    let allowed = thresholds.speed_kmh;
    let fastest = photo.point.as_ref().and_then(|here| {
        let others = same_device.iter().filter(|p| p.id != photo.id && p.removed_at.is_none());
        others
            .filter_map(|other| {
                let apart = Apart::of(here, other.point.as_ref()?, 0.0, thresholds.unstated_accuracy_m);
                // By the device's own clock: both photos are of the same one. Shutters a second apart are no journey.
                let passed_s = seconds((photo.captured_at - other.captured_at).saturating_abs()).max(1);
                let hours = f64::from(i32::try_from(passed_s).unwrap_or(i32::MAX)) / 3600.0;
                let kmh = |least_m: f64| (apart.distance_m - least_m).max(0.0) / 1000.0 / hours;
                Some((kmh(apart.at_most_m), kmh(apart.allowed_m), apart.distance_m, passed_s, other.id))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(b.4.cmp(&a.4)))
    });
    let Some((surely, perhaps, distance_m, passed_s, other)) = fastest else {
        return verdict("speed", VerdictResult::Unknown, json!({ "allowed_kmh": allowed }));
    };
    let result = if surely > allowed {
        VerdictResult::Mismatch
    } else if perhaps > allowed {
        VerdictResult::Unknown
    } else {
        VerdictResult::Ok
    };
    let figures =
        json!({ "speed_kmh": perhaps, "allowed_kmh": allowed, "distance_m": distance_m, "passed_s": passed_s, "other": other.uuid() });
    verdict("speed", result, figures)
}

#[cfg(test)]
mod tests;

//! Verdicts that rest on the bytes of a photo: what the picture says of itself against what the device declared, what looks like
//! it elsewhere, and the photos around it. Missing EXIF is unknown, never a mismatch.

mod time;

use chrono_tz::Tz;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    evidence::{
        agrees,
        apart::Apart,
        reading::{Format, Gap, Known, Reading},
        same_clock, seconds,
        thresholds::Thresholds,
        verdict,
    },
    photo::{Photo, Verdict, VerdictResult},
};
use bazdid_protocol::{geo::Point, words::photo::UNKNOWN_MIME};

/// Names of the checks made here, in the order of [`judge_content`].
pub const CONTENT_CHECKS: [&str; 5] = ["format", "exif_position", "exif_time", "similar_picture", "speed"];

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
    /// Photos of the same device, taken just before and just after.
    pub same_device: &'a [&'a Photo],
    /// The city's time zone, for cameras that do not say theirs.
    pub zone: Tz,
}

/// All verdicts on a photo's content, always in the same order.
#[must_use]
pub fn judge_content(photo: &Photo, content: &Content<'_>, thresholds: &Thresholds) -> Vec<Verdict> {
    vec![
        format(photo, content.reading),
        position(photo.fix(), content.reading.point, thresholds),
        time::time(photo, content, thresholds),
        similar(content.similar, thresholds),
        speed(photo, content.same_device, thresholds),
    ]
}

/// A photo's verdicts with those on its content replaced; they stand at the end.
#[must_use]
pub fn with_content(photo: &Photo, content: Vec<Verdict>) -> Vec<Verdict> {
    let others = photo.verdicts.iter().filter(|v| !CONTENT_CHECKS.contains(&v.check.as_str())).cloned();
    others.chain(content).collect()
}

/// The bytes are a picture of the declared type and size, as far as these were declared.
fn format(photo: &Photo, reading: &Reading) -> Verdict {
    let declared = photo.mime.to_ascii_lowercase();
    // Parameters say nothing of the format.
    let declared = declared.split(';').next().unwrap_or_default().trim();
    let same_type = |found: Format| match declared {
        "image/jpg" | "image/pjpeg" => found == Format::Jpeg,
        "image/heic-sequence" => found == Format::Heic,
        "image/heif" | "image/heif-sequence" => matches!(found, Format::Heic | Format::Avif),
        // The device said nothing usable.
        UNKNOWN_MIME => true,
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
fn position(declared: Option<Point>, exif: Known<Point>, thresholds: &Thresholds) -> Verdict {
    let exif = exif.and_then(|p| p.fix().ok_or(Gap::ZeroPosition));
    let (Some(declared), Ok(exif)) = (declared, exif) else {
        return verdict("exif_position", VerdictResult::Unknown, json!({ "gap": exif.err() }));
    };
    let apart = Apart::of(&declared, &exif, thresholds.position_m, thresholds.unstated_accuracy_m);
    let mut figures = apart.figures();
    if let Some(figures) = figures.as_object_mut() {
        figures.insert("declared_accuracy_m".into(), json!(declared.accuracy_m));
        figures.insert("exif_accuracy_m".into(), json!(exif.accuracy_m));
    }
    verdict("exif_position", apart.result(), figures)
}

/// Nothing elsewhere looks nearly the same.
fn similar(found: Known<&[Similar]>, thresholds: &Thresholds) -> Verdict {
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
/// taken in its favour; one that is not stated may be as bad as it gets. A photo without a position is no partner, nor one between
/// which and this one the clock was changed.
fn speed(photo: &Photo, same_device: &[&Photo], thresholds: &Thresholds) -> Verdict {
    let allowed = thresholds.speed_kmh;
    let fastest = photo.fix().and_then(|here| {
        let comparable = |p: &&&Photo| p.id != photo.id && p.removed_at.is_none() && same_clock(photo, p, thresholds);
        let others = same_device.iter().filter(comparable);
        others
            .filter_map(|other| {
                let apart = Apart::of(&here, &other.fix()?, 0.0, thresholds.unstated_accuracy_m);
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

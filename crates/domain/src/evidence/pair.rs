//! Whether the photos before and after the work are of one place and direction.

use serde_json::json;

use crate::{
    evidence::{agrees, apart::Apart, thresholds::Thresholds, verdict},
    photo::{Photo, PhotoKind, Verdict, VerdictResult},
};

/// What stands against a photo before or after the work; nothing does against the others.
pub(super) const fn counterpart(kind: PhotoKind) -> Option<PhotoKind> {
    match kind {
        PhotoKind::Before => Some(PhotoKind::After),
        PhotoKind::After => Some(PhotoKind::Before),
        PhotoKind::During | PhotoKind::Defect | PhotoKind::Document => None,
    }
}

/// Before and after were taken from about the same place, looking the same way. The counterpart that is nearest counts: a job may
/// have several views.
pub(super) fn pair(photo: &Photo, same_order: &[&Photo], thresholds: &Thresholds) -> Option<Verdict> {
    let counterpart = counterpart(photo.kind)?;
    let nearest = photo.fix().and_then(|here| {
        let others = same_order.iter().filter(|p| p.kind == counterpart && p.id != photo.id && p.removed_at.is_none());
        others
            .filter_map(|p| Some((p, Apart::of(&here, &p.fix()?, thresholds.pair_m, thresholds.unstated_accuracy_m))))
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
        figures.insert("heading_deg".into(), json!(photo.heading_deg));
        figures.insert("other_heading_deg".into(), json!(other.heading_deg));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::tests::{photo, point};
    use VerdictResult::{Mismatch, Ok as Agrees, Unknown};
    use bazdid_protocol::time::Timestamp;

    const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn result(photo: &Photo, same_order: &[&Photo]) -> VerdictResult {
        pair(photo, same_order, &Thresholds::default()).unwrap().result
    }

    #[test]
    fn a_pair_is_of_one_place_and_direction() {
        for (lat, accuracy, heading, expected) in [
            (36.0001, Some(5.0), Some(350.0), Agrees),
            (36.0001, Some(5.0), Some(40.0), Agrees),
            (36.0001, Some(5.0), Some(80.0), Mismatch),
            (36.0001, Some(5.0), None, Agrees),
            (36.0010, Some(5.0), Some(350.0), Mismatch),
            (36.0010, None, Some(350.0), Unknown),
        ] {
            let mut before = photo(1, PhotoKind::Before, NOON);
            (before.point, before.heading_deg) = (Some(point(36.0, Some(5.0))), Some(10.0));
            let mut after = photo(2, PhotoKind::After, NOON);
            (after.point, after.heading_deg) = (Some(point(lat, accuracy)), heading);
            let all = [&before, &after];
            for p in all {
                assert_eq!(result(p, &all), expected, "{lat} {accuracy:?} {heading:?}");
            }
            assert_eq!(result(&before, &[]), Unknown);
            let mut removed = after.clone();
            removed.removed_at = Some(NOON);
            assert_eq!(result(&before, &[&removed]), Unknown);
        }
        assert!(pair(&photo(1, PhotoKind::During, NOON), &[], &Thresholds::default()).is_none());
        assert!((turn(350.0, 10.0) - 20.0).abs() < 1e-9 && (turn(10.0, 190.0) - 180.0).abs() < 1e-9);
    }
}

//! What the metadata of a photo says about it: verdicts with their figures, never a rejection.
//!
//! What is missing makes a verdict `unknown`, never a `mismatch`. Knows nothing of the bytes: what can be read from them is
//! judged when they have arrived.

mod apart;
pub mod arrival;
pub mod content;
pub mod needs;
mod pair;
pub mod pairs;
pub mod reading;
pub mod rounds;
pub mod thresholds;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    account::ClockTrust,
    evidence::{
        pair::{counterpart, pair},
        thresholds::Thresholds,
    },
    photo::{Photo, PhotoKind, Verdict, VerdictResult},
    visit::{MockFlag, Visit},
};
use bazdid_protocol::{geo::Point, time::MICROS_PER_SECOND};

/// The check whether the bytes that arrived are those that were declared; made when they arrive, see [`crate::upload`].
pub const BYTES: &str = "bytes";

/// What is known around a photo.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Where the ticket is; absent if nobody knows.
    pub ticket_point: Option<&'a Point>,
    /// How far beyond both accuracies evidence of the category may be taken, metres.
    pub radius_m: f64,
    /// The visit that the photo names, if it is known.
    pub visit: Option<&'a Visit>,
    /// The photos of the same work order; the photo itself and removed ones are passed over.
    pub same_order: &'a [&'a Photo],
    /// Photos or tickets elsewhere that show the same bytes.
    pub same_bytes: &'a [Uuid],
    /// How far the device's clock was off when it reported the photo, microseconds.
    pub skew_us: Option<i64>,
    /// How far the device's clock is trusted in general.
    pub clock_trust: ClockTrust,
}

/// All verdicts on a photo, always in the same order; `order` and `pair` only for photos before and after the work.
#[must_use]
pub fn judge(photo: &Photo, context: &Circumstances<'_>, thresholds: &Thresholds) -> Vec<Verdict> {
    let mut verdicts = vec![
        distance(photo.fix().as_ref(), context.ticket_point.and_then(Point::fix).as_ref(), context.radius_m),
        mock_location(photo.mock),
        inside_visit(photo, context.visit, thresholds),
    ];
    verdicts.extend(order(photo, context.same_order, thresholds));
    verdicts.extend(pair(photo, context.same_order, thresholds));
    verdicts.push(unique_bytes(&photo.sha256, context.same_bytes));
    verdicts.push(clock(context.skew_us, context.clock_trust, thresholds));
    // What the bytes said does not change with what stands around the photo.
    verdicts.extend(photo.verdicts.iter().filter(|v| v.check == BYTES || content::CONTENT_CHECKS.contains(&v.check.as_str())).cloned());
    verdicts
}

fn verdict(check: &str, result: VerdictResult, figures: Value) -> Verdict {
    Verdict { check: check.to_owned(), result, figures }
}

const fn agrees(yes: bool) -> VerdictResult {
    if yes { VerdictResult::Ok } else { VerdictResult::Mismatch }
}

/// The photo was taken at the ticket: not farther than the radius and both accuracies allow. Too far with an accuracy
/// missing is unknown, because the fix may have been as bad as that.
fn distance(photo: Option<&Point>, ticket: Option<&Point>, radius_m: f64) -> Verdict {
    let (Some(photo), Some(ticket)) = (photo, ticket) else {
        return verdict("distance", VerdictResult::Unknown, json!({ "radius_m": radius_m }));
    };
    let distance_m = photo.geodesic_m(ticket);
    let allowed_m = radius_m + photo.accuracy_m.unwrap_or_default() + ticket.accuracy_m.unwrap_or_default();
    let both_accuracies = photo.accuracy_m.is_some() && ticket.accuracy_m.is_some();
    let result = if !distance_m.is_finite() || !allowed_m.is_finite() {
        VerdictResult::Unknown
    } else if distance_m <= allowed_m {
        VerdictResult::Ok
    } else if both_accuracies {
        VerdictResult::Mismatch
    } else {
        VerdictResult::Unknown
    };
    let figures = json!({
        "distance_m": distance_m, "allowed_m": allowed_m, "radius_m": radius_m,
        "photo_accuracy_m": photo.accuracy_m, "ticket_accuracy_m": ticket.accuracy_m,
    });
    verdict("distance", result, figures)
}

/// The operating system did not say that the position was simulated.
fn mock_location(flag: MockFlag) -> Verdict {
    let result = match flag {
        MockFlag::Real => VerdictResult::Ok,
        MockFlag::Mock => VerdictResult::Mismatch,
        MockFlag::Unknown => VerdictResult::Unknown,
    };
    verdict("mock_location", result, json!({ "flag": flag }))
}

/// The photo was taken while its author was there, by corrected time. Where a clock was put back, and so nobody knows the times of
/// the visit or how they lie to the photo's, what seems to be outside is unknown.
fn inside_visit(photo: &Photo, visit: Option<&Visit>, thresholds: &Thresholds) -> Verdict {
    let captured = photo.captured_est;
    let Some(visit) = visit else {
        return verdict("inside_visit", VerdictResult::Unknown, json!({ "captured": captured }));
    };
    let recorded_alike = visit.device_id.is_none()
        || visit.device_id != photo.device_id
        || is_within(visit.arrived_at - visit.arrived_est, skew_us(photo), thresholds.clock_skew_us);
    let is_sound = !visit.is_contradictory() && recorded_alike;
    let outside = if is_sound { VerdictResult::Mismatch } else { VerdictResult::Unknown };
    let from = visit.arrived_est.plus_micros(-thresholds.before_arrival_us);
    let (until, too_late) = visit.left_est.map_or_else(
        || (visit.arrived_est.plus_micros(thresholds.open_visit_us), VerdictResult::Unknown),
        |left| (left.plus_micros(thresholds.after_departure_us), outside),
    );
    let result = if captured < from {
        outside
    } else if captured <= until {
        VerdictResult::Ok
    } else {
        too_late
    };
    let figures = json!({
        "captured": captured, "from": from, "until": until, "arrived": visit.arrived_est, "left": visit.left_est,
        "clock_changed": (!is_sound).then_some(true),
    });
    verdict("inside_visit", result, figures)
}

/// How far the device's clock was off when the photo was taken, as the server corrected it, microseconds.
fn skew_us(photo: &Photo) -> i64 {
    photo.captured_at - photo.captured_est
}

/// Whether two skews of one clock are so alike that it was not changed in between.
const fn is_within(a: i64, b: i64, allowed_us: i64) -> bool {
    a.saturating_sub(b).unsigned_abs() <= allowed_us.unsigned_abs()
}

/// Whether the clock of a device was the same, as far as is known, when two photos were taken: what lies between them is known then.
/// Of two devices each is corrected by itself.
fn same_clock(a: &Photo, b: &Photo, thresholds: &Thresholds) -> bool {
    a.device_id.is_none() || a.device_id != b.device_id || is_within(skew_us(a), skew_us(b), thresholds.clock_skew_us)
}

/// Before precedes after. One pair in the right order is enough: a later round brings photos of its own. A photo before
/// the work is wrong only if the same visit has a photo after the work that is older, and no clock was changed between them.
fn order(photo: &Photo, same_order: &[&Photo], thresholds: &Thresholds) -> Option<Verdict> {
    let counterpart = counterpart(photo.kind)?;
    let others = || same_order.iter().filter(|p| p.kind == counterpart && p.id != photo.id && p.removed_at.is_none());
    // Microseconds from the photo before the work to the one after it.
    let gap = |other: &Photo| match photo.kind {
        PhotoKind::Before => other.captured_est - photo.captured_est,
        _ => photo.captured_est - other.captured_est,
    };
    let widest = others().map(|other| gap(other)).max();
    let contradicted = others().any(|other| {
        let of_one_visit = photo.kind == PhotoKind::After || (photo.visit_id.is_some() && photo.visit_id == other.visit_id);
        of_one_visit && same_clock(photo, other, thresholds)
    });
    let result = match widest {
        Some(widest) if widest >= thresholds.least_work_us => VerdictResult::Ok,
        Some(_) if contradicted => VerdictResult::Mismatch,
        _ => VerdictResult::Unknown,
    };
    let figures =
        json!({ "counterparts": others().count(), "widest_gap_s": widest.map(seconds), "least_gap_s": seconds(thresholds.least_work_us) });
    Some(verdict("order", result, figures))
}

/// The same bytes prove nothing else.
fn unique_bytes(sha256: &str, same_bytes: &[Uuid]) -> Verdict {
    let result = if sha256.is_empty() { VerdictResult::Unknown } else { agrees(same_bytes.is_empty()) };
    verdict("unique_bytes", result, json!({ "also_in": same_bytes }))
}

/// The device's clock can be relied on. The skew of this very report says more than the device's history.
fn clock(skew_us: Option<i64>, trust: ClockTrust, thresholds: &Thresholds) -> Verdict {
    let result = match (skew_us, trust) {
        (Some(skew), _) => agrees(skew.unsigned_abs() <= thresholds.clock_skew_us.unsigned_abs()),
        (None, ClockTrust::Good) => VerdictResult::Ok,
        (None, ClockTrust::Suspect | ClockTrust::Wrong) => VerdictResult::Mismatch,
        (None, ClockTrust::Unknown) => VerdictResult::Unknown,
    };
    let figures = json!({ "skew_s": skew_us.map(seconds), "allowed_s": seconds(thresholds.clock_skew_us), "trust": trust });
    verdict("clock", result, figures)
}

/// Whole seconds, for people.
const fn seconds(micros: i64) -> i64 {
    micros / MICROS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{photo::PhotoState, visit::VisitKind};
    use bazdid_protocol::{
        ids::{AccountId, DeviceId, PhotoId, TicketId, VisitId},
        time::Timestamp,
    };
    use proptest::prelude::*;

    const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn minutes(n: i64) -> Timestamp {
        NOON.plus_minutes(n)
    }

    pub(super) fn point(lat: f64, accuracy_m: Option<f64>) -> Point {
        Point { lat, lon: 50.0, accuracy_m }
    }

    pub(super) fn photo(n: u128, kind: PhotoKind, captured: Timestamp) -> Photo {
        Photo {
            id: PhotoId::new(Uuid::from_u128(n)),
            rev: 1,
            ticket_id: TicketId::new(Uuid::from_u128(1)),
            work_order_id: None,
            visit_id: Some(VisitId::new(Uuid::from_u128(1))),
            kind,
            actor: AccountId::new(Uuid::from_u128(1)),
            organisation_id: None,
            device_id: None,
            sha256: "ab".repeat(32),
            bytes: 1,
            mime: "image/jpeg".to_owned(),
            width: None,
            height: None,
            captured_at: captured,
            captured_est: captured,
            point: Some(point(36.0, Some(5.0))),
            heading_deg: None,
            mock: MockFlag::Real,
            state: PhotoState::Promised,
            verdicts: Vec::new(),
            eff: captured,
            removed_at: None,
            received_at: captured,
        }
    }

    fn visit(left: Option<Timestamp>) -> Visit {
        Visit {
            id: VisitId::new(Uuid::from_u128(1)),
            rev: 1,
            ticket_id: TicketId::new(Uuid::from_u128(1)),
            work_order_id: None,
            kind: VisitKind::Work,
            actor: AccountId::new(Uuid::from_u128(1)),
            organisation_id: None,
            device_id: None,
            arrived_at: NOON,
            arrived_est: NOON,
            received_at: NOON,
            left_est: left,
            point: None,
            mock: MockFlag::Real,
            distance_m: None,
            outcome: None,
            eff: NOON,
            writes: vec![],
        }
    }

    const NOTHING: Circumstances<'static> = Circumstances {
        ticket_point: None,
        radius_m: 30.0,
        visit: None,
        same_order: &[],
        same_bytes: &[],
        skew_us: None,
        clock_trust: ClockTrust::Unknown,
    };

    fn result(photo: &Photo, context: &Circumstances<'_>, check: &str) -> VerdictResult {
        judge(photo, context, &Thresholds::default()).into_iter().find(|v| v.check == check).unwrap().result
    }

    #[test]
    fn distance_counts_both_accuracies_and_the_radius() {
        use VerdictResult::{Mismatch, Ok, Unknown};
        // 0.0004° of latitude are 44.5 m.
        for (photo_accuracy, ticket_accuracy, expected) in [
            (Some(5.0), Some(5.0), Mismatch),
            (Some(10.0), Some(5.0), Ok),
            (Some(5.0), Some(10.0), Ok),
            (None, Some(20.0), Ok),
            (None, Some(5.0), Unknown),
            (Some(5.0), None, Unknown),
            (Some(0.0), Some(5.0), Unknown),
            (Some(5.0), Some(0.0), Unknown),
            (Some(-1.0), Some(5.0), Unknown),
            (Some(f64::NAN), Some(5.0), Unknown),
            (Some(f64::INFINITY), Some(5.0), Unknown),
        ] {
            let mut p = photo(1, PhotoKind::During, NOON);
            p.point = Some(point(36.0004, photo_accuracy));
            let ticket = point(36.0, ticket_accuracy);
            assert_eq!(result(&p, &Circumstances { ticket_point: Some(&ticket), ..NOTHING }, "distance"), expected);
            for nowhere in [None, Some(Point { lat: 0.0, lon: 0.0, accuracy_m: photo_accuracy })] {
                p.point = nowhere;
                assert_eq!(result(&p, &Circumstances { ticket_point: Some(&ticket), ..NOTHING }, "distance"), Unknown);
            }
        }
        let (here, nowhere) = (photo(1, PhotoKind::During, NOON), Point { lat: 0.0, lon: 0.0, accuracy_m: Some(5.0) });
        assert_eq!(result(&here, &Circumstances { ticket_point: Some(&nowhere), ..NOTHING }, "distance"), Unknown);
        // 0.0009° of latitude at 36° are 99.87 m along the ellipsoid and 100.08 m on a sphere; with both accuracies 100 are allowed.
        let p = Photo { point: Some(point(36.2709, Some(35.0))), ..photo(1, PhotoKind::During, NOON) };
        let ticket = point(36.27, Some(35.0));
        assert_eq!(result(&p, &Circumstances { ticket_point: Some(&ticket), ..NOTHING }, "distance"), Ok);
    }

    #[test]
    fn a_photo_belongs_to_its_visit_with_five_minutes_before_and_fifteen_after() {
        use VerdictResult::{Mismatch, Ok, Unknown};
        for (captured, left, expected) in [
            (minutes(-6), Some(minutes(60)), Mismatch),
            (minutes(-5), Some(minutes(60)), Ok),
            (minutes(75), Some(minutes(60)), Ok),
            (minutes(76), Some(minutes(60)), Mismatch),
            (minutes(-6), None, Mismatch),
            (minutes(700), None, Ok),
            (minutes(800), None, Unknown),
        ] {
            let visit = visit(left);
            let context = Circumstances { visit: Some(&visit), ..NOTHING };
            assert_eq!(result(&photo(1, PhotoKind::During, captured), &context, "inside_visit"), expected, "{captured} {left:?}");
        }
    }

    #[test]
    fn a_clock_that_was_changed_during_a_visit_accuses_nobody() {
        use VerdictResult::{Mismatch, Ok, Unknown};
        let device = Some(DeviceId::new(Uuid::from_u128(1)));
        let inside = |photo: &Photo, visit: &Visit| result(photo, &Circumstances { visit: Some(visit), ..NOTHING }, "inside_visit");
        // The phone reported the arrival by a clock that it put back by 49 minutes afterwards: the arrival counts as done at its receipt.
        let taken = |n| Photo { device_id: device, captured_at: minutes(n - 49), ..photo(1, PhotoKind::During, minutes(n)) };
        let put_back = |left| Visit { device_id: device, ..visit(left) };
        for (captured, left, expected) in [
            (-6, Some(minutes(-1)), Unknown),
            (-6, Some(NOON), Unknown),
            (-6, Some(minutes(9)), Unknown),
            (-6, None, Unknown),
            (-3, Some(minutes(-1)), Ok),
            (30, Some(minutes(-1)), Unknown),
            (30, Some(minutes(9)), Unknown),
        ] {
            assert_eq!(inside(&taken(captured), &put_back(left)), expected, "{captured} {left:?}");
        }
        // By one clock, or by two that are each corrected by themselves, the times are known.
        let unchanged = Photo { captured_at: minutes(-6), ..taken(-6) };
        assert_eq!(inside(&unchanged, &put_back(None)), Mismatch);
        assert_eq!(inside(&Photo { device_id: None, ..taken(-6) }, &put_back(None)), Mismatch);
        let wrong_all_along = Visit { arrived_at: minutes(-49), ..put_back(None) };
        assert_eq!(inside(&taken(-6), &wrong_all_along), Mismatch);

        // A photo after the work that seems to be older than the one before it.
        let before = Photo { device_id: device, ..photo(1, PhotoKind::Before, NOON) };
        let after = Photo { kind: PhotoKind::After, id: PhotoId::new(Uuid::from_u128(2)), ..taken(-20) };
        let order = |photo: &Photo, other: &Photo| result(photo, &Circumstances { same_order: &[other], ..NOTHING }, "order");
        assert_eq!((order(&before, &after), order(&after, &before)), (Unknown, Unknown));
        let after = Photo { captured_at: after.captured_est, ..after };
        assert_eq!((order(&before, &after), order(&after, &before)), (Mismatch, Mismatch));
    }

    #[test]
    fn before_precedes_after() {
        use VerdictResult::{Mismatch, Ok, Unknown};
        let pair = |before, after| {
            let (before, after) = (photo(1, PhotoKind::Before, minutes(before)), photo(2, PhotoKind::After, minutes(after)));
            let all = [&before, &after];
            let context = Circumstances { same_order: &all, ..NOTHING };
            (result(&before, &context, "order"), result(&after, &context, "order"))
        };
        assert_eq!(pair(0, 40), (Ok, Ok));
        assert_eq!(pair(40, 0), (Mismatch, Mismatch));
        assert_eq!(pair(0, 0), (Mismatch, Mismatch), "no work takes no time");
        assert_eq!(result(&photo(1, PhotoKind::After, NOON), &NOTHING, "order"), Unknown);

        // The photo before the second round is younger than the one after the first.
        let first = photo(1, PhotoKind::After, minutes(0));
        let mut second = photo(2, PhotoKind::Before, minutes(500));
        second.visit_id = Some(VisitId::new(Uuid::from_u128(2)));
        assert_eq!(result(&second, &Circumstances { same_order: &[&first], ..NOTHING }, "order"), Unknown);

        let mut removed = photo(3, PhotoKind::Before, minutes(9));
        removed.removed_at = Some(NOON);
        assert_eq!(result(&first, &Circumstances { same_order: &[&removed], ..NOTHING }, "order"), Unknown);
        let during = judge(&photo(4, PhotoKind::During, NOON), &NOTHING, &Thresholds::default());
        assert!(during.iter().all(|v| v.check != "order"));
    }

    #[test]
    fn mock_bytes_and_clock() {
        use VerdictResult::{Mismatch, Ok, Unknown};
        for (flag, expected) in [(MockFlag::Real, Ok), (MockFlag::Mock, Mismatch), (MockFlag::Unknown, Unknown)] {
            let mut p = photo(1, PhotoKind::During, NOON);
            p.mock = flag;
            assert_eq!(result(&p, &NOTHING, "mock_location"), expected);
        }
        let p = photo(1, PhotoKind::During, NOON);
        assert_eq!(result(&p, &NOTHING, "unique_bytes"), Ok);
        assert_eq!(result(&p, &Circumstances { same_bytes: &[Uuid::from_u128(9)], ..NOTHING }, "unique_bytes"), Mismatch);
        for (skew_us, clock_trust, expected) in [
            (Some(-120_000_000), ClockTrust::Unknown, Ok),
            (Some(120_000_000), ClockTrust::Suspect, Ok),
            (Some(120_000_001), ClockTrust::Good, Mismatch),
            (Some(i64::MIN), ClockTrust::Good, Mismatch),
            (None, ClockTrust::Good, Ok),
            (None, ClockTrust::Wrong, Mismatch),
            (None, ClockTrust::Unknown, Unknown),
        ] {
            assert_eq!(result(&p, &Circumstances { skew_us, clock_trust, ..NOTHING }, "clock"), expected, "{skew_us:?} {clock_trust}");
        }
    }

    proptest! {
        #[test]
        fn missing_data_is_never_a_mismatch(captured in any::<i64>(), kind in 0..5_usize, located in any::<bool>()) {
            use bazdid_protocol::text_enum::TextEnum as _;
            let mut p = photo(1, PhotoKind::ALL[kind], Timestamp::from_micros(captured));
            p.mock = MockFlag::Unknown;
            if !located {
                p.point = None;
            }
            for verdict in judge(&p, &NOTHING, &Thresholds::default()) {
                // Nothing else has these bytes: that is known.
                let expected = if verdict.check == "unique_bytes" { VerdictResult::Ok } else { VerdictResult::Unknown };
                prop_assert_eq!(verdict.result, expected, "{}", verdict.check);
            }
        }
    }
}

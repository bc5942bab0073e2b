//! How much evidence may deviate before a verdict says so. A category may want other numbers than the usual ones.

use serde::{Deserialize, Serialize};

use bazdid_protocol::time::{MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND};

/// How much is tolerated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// A photo may be older than the arrival by so many microseconds.
    pub before_arrival_us: i64,
    /// A photo may be younger than the departure by so many microseconds.
    pub after_departure_us: i64,
    /// A visit whose end was not reported is believed to last so many microseconds; what is later is unknown.
    pub open_visit_us: i64,
    /// Between a photo before the work and one after it lie at least so many microseconds.
    pub least_work_us: i64,
    /// A device's clock may be off by so many microseconds.
    pub clock_skew_us: i64,
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

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            before_arrival_us: 5 * MICROS_PER_MINUTE,
            after_departure_us: 15 * MICROS_PER_MINUTE,
            open_visit_us: 12 * MICROS_PER_HOUR,
            least_work_us: MICROS_PER_MINUTE,
            clock_skew_us: 120 * MICROS_PER_SECOND,
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

/// Declares what a category may set, with the range of each field.
macro_rules! settable {
    ($($(#[$doc:meta])* $field:ident: $ty:ty, $from:literal, $to:literal, $unit:literal;)+) => {
        /// What a category tolerates; what is absent is as usual.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct EvidenceThresholds {
            $($(#[$doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$ty>,)+
        }

        impl EvidenceThresholds {
            /// The fields that are outside of what can be: (name, what it must be).
            #[must_use]
            pub fn faults(&self) -> Vec<(&'static str, String)> {
                let mut faults = Vec::new();
                $(if self.$field.is_some_and(|v| !f64::from(v).is_finite() || !($from..=$to).contains(&f64::from(v))) {
                    faults.push((stringify!($field), format!("must be {}, from {} to {}", $unit, $from, $to)));
                })+
                faults
            }
        }
    };
}

settable! {
    /// A photo may be older than the arrival by so many seconds.
    before_arrival_s: i32, 0.0, 86_400.0, "seconds";
    /// A photo may be younger than the departure by so many seconds.
    after_departure_s: i32, 0.0, 86_400.0, "seconds";
    /// A visit whose end was not reported is believed to last so many seconds.
    open_visit_s: i32, 60.0, 604_800.0, "seconds";
    /// Between a photo before the work and one after it lie at least so many seconds.
    least_work_s: i32, 0.0, 86_400.0, "seconds";
    /// A device's clock may be off by so many seconds.
    clock_skew_s: i32, 0.0, 86_400.0, "seconds";
    /// The position in the file may lie so much farther from the declared one than both accuracies allow, metres.
    position_m: f64, 0.0, 10_000.0, "metres";
    /// A position that does not state its accuracy is off by at most so many metres.
    unstated_accuracy_m: f64, 0.0, 100_000.0, "metres";
    /// The time in the file may differ from the device's clock by so many seconds.
    exif_time_s: i32, 0.0, 86_400.0, "seconds";
    /// Photos before and after the work may lie so much farther apart than both accuracies allow, metres.
    pair_m: f64, 0.0, 10_000.0, "metres";
    /// Their headings may differ by so many degrees.
    pair_heading_deg: f64, 0.0, 180.0, "degrees";
    /// Pictures that differ in at most so many of 64 bits look the same.
    similar_bits: u32, 0.0, 12.0, "bits";
    /// Nobody travels faster, kilometres an hour.
    speed_kmh: f64, 1.0, 2_000.0, "kilometres an hour";
}

impl EvidenceThresholds {
    /// All of them, the usual ones where the category says nothing.
    #[must_use]
    pub fn all(&self) -> Thresholds {
        let usual = Thresholds::default();
        let micros = |seconds: Option<i32>, usual: i64| seconds.map_or(usual, |s| i64::from(s) * MICROS_PER_SECOND);
        Thresholds {
            before_arrival_us: micros(self.before_arrival_s, usual.before_arrival_us),
            after_departure_us: micros(self.after_departure_s, usual.after_departure_us),
            open_visit_us: micros(self.open_visit_s, usual.open_visit_us),
            least_work_us: micros(self.least_work_s, usual.least_work_us),
            clock_skew_us: micros(self.clock_skew_s, usual.clock_skew_us),
            position_m: self.position_m.unwrap_or(usual.position_m),
            unstated_accuracy_m: self.unstated_accuracy_m.unwrap_or(usual.unstated_accuracy_m),
            exif_time_us: micros(self.exif_time_s, usual.exif_time_us),
            pair_m: self.pair_m.unwrap_or(usual.pair_m),
            pair_heading_deg: self.pair_heading_deg.unwrap_or(usual.pair_heading_deg),
            similar_bits: self.similar_bits.unwrap_or(usual.similar_bits),
            speed_kmh: self.speed_kmh.unwrap_or(usual.speed_kmh),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_category_does_not_say_is_as_usual() {
        assert_eq!(EvidenceThresholds::default().all(), Thresholds::default());
        let own: EvidenceThresholds = serde_json::from_value(json!({ "speed_kmh": 90, "exif_time_s": 600 })).unwrap();
        let expected = Thresholds { speed_kmh: 90.0, exif_time_us: 600 * MICROS_PER_SECOND, ..Thresholds::default() };
        assert_eq!(own.all(), expected);
        assert_eq!(serde_json::to_value(own).unwrap(), json!({ "speed_kmh": 90.0, "exif_time_s": 600 }));
    }

    #[test]
    fn every_fault_is_named() {
        let own = EvidenceThresholds { similar_bits: Some(13), pair_m: Some(f64::NAN), least_work_s: Some(-1), ..Default::default() };
        let faults: Vec<_> = own.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!(faults, ["least_work_s", "pair_m", "similar_bits"]);
        assert_eq!(own.faults()[2].1, "must be bits, from 0 to 12");
        assert!(EvidenceThresholds { similar_bits: Some(12), ..Default::default() }.faults().is_empty());
    }
}

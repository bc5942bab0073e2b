//! How much evidence of a category may deviate, as it stands on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use bazdid_domain::evidence::thresholds::EvidenceThresholds;

macro_rules! view {
    ($($(#[$doc:meta])* $field:ident: $ty:ty),+ $(,)?) => {
        /// How much evidence may deviate; what is absent is as usual.
        #[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(as = EvidenceThresholds)]
        pub struct ThresholdsView {
            $($(#[$doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$ty>),+
        }

        impl From<EvidenceThresholds> for ThresholdsView {
            fn from(t: EvidenceThresholds) -> Self {
                Self { $($field: t.$field),+ }
            }
        }

        impl From<ThresholdsView> for EvidenceThresholds {
            fn from(t: ThresholdsView) -> Self {
                Self { $($field: t.$field),+ }
            }
        }
    };
}

view! {
    /// A photo may be older than the arrival by so many seconds; usually 300.
    #[schema(minimum = 0, maximum = 86_400)]
    before_arrival_s: i32,
    /// A photo may be younger than the departure by so many seconds; usually 900.
    #[schema(minimum = 0, maximum = 86_400)]
    after_departure_s: i32,
    /// A visit whose end was not reported is believed to last so many seconds; usually 43,200.
    #[schema(minimum = 60, maximum = 604_800)]
    open_visit_s: i32,
    /// Between a photo before the work and one after it lie at least so many seconds; usually 60.
    #[schema(minimum = 0, maximum = 86_400)]
    least_work_s: i32,
    /// A device's clock may be off by so many seconds; usually 120.
    #[schema(minimum = 0, maximum = 86_400)]
    clock_skew_s: i32,
    /// The position in the file may lie so much farther from the declared one than both accuracies allow, metres; usually 50.
    #[schema(minimum = 0, maximum = 10_000)]
    position_m: f64,
    /// A position that does not state its accuracy is off by at most so many metres; usually 1,000.
    #[schema(minimum = 0, maximum = 100_000)]
    unstated_accuracy_m: f64,
    /// The time in the file may differ from the device's clock by so many seconds; usually 120.
    #[schema(minimum = 0, maximum = 86_400)]
    exif_time_s: i32,
    /// Photos before and after the work may lie so much farther apart than both accuracies allow, metres; usually 25.
    #[schema(minimum = 0, maximum = 10_000)]
    pair_m: f64,
    /// Their headings may differ by so many degrees; usually 60.
    #[schema(minimum = 0, maximum = 180)]
    pair_heading_deg: f64,
    /// Pictures that differ in at most so many of 64 bits look the same; usually 6.
    #[schema(minimum = 0, maximum = 12)]
    similar_bits: u32,
    /// Nobody travels faster, kilometres an hour; usually 160.
    #[schema(minimum = 1, maximum = 2_000)]
    speed_kmh: f64,
}

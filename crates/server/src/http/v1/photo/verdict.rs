//! What the checks of a photo found.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use bazdid_domain::{
    account::ClockTrust,
    evidence::reading::Gap,
    photo::{Verdict, VerdictResult},
    visit::MockFlag,
};
use bazdid_protocol::time::Timestamp;
use bazdid_texts::{Language, verdict::sentence};

/// One check of one photo.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerdictView {
    /// Which check.
    #[schema(example = "distance")]
    pub check: String,
    /// What it found.
    pub result: VerdictResult,
    /// The figures it rests on; for those who judge the evidence only.
    #[serde(skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Option<VerdictFigures>)]
    pub figures: Value,
    /// The same in one sentence; with the figures for those who judge the evidence only.
    pub sentence: SentenceView,
}

/// A sentence in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentenceView {
    /// Persian.
    pub fa: String,
    /// English.
    pub en: String,
}

impl From<Verdict> for VerdictView {
    fn from(v: Verdict) -> Self {
        let sentence = SentenceView {
            fa: sentence(Language::Persian, &v.check, v.result, &v.figures),
            en: sentence(Language::English, &v.check, v.result, &v.figures),
        };
        let Verdict { check, result, figures } = v;
        Self { check, result, figures, sentence }
    }
}

/// The figures of a verdict. Each check has some of them; `docs/evidence.md` says what each compares. Distances are in metres (`_m`), times
/// in seconds (`_s`), directions in degrees (`_deg`), speeds in kilometres an hour (`_kmh`). A figure that is not known is `null` or absent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct VerdictFigures {
    /// `distance`, `exif_position`, `pair`, `speed`: how far apart.
    distance_m: Option<f64>,
    /// How far apart is accepted.
    allowed_m: Option<f64>,
    /// How far apart the worst accuracy would allow.
    at_most_m: Option<f64>,
    /// `distance`: the radius of the category.
    radius_m: Option<f64>,
    /// `distance`: accuracy of the photo's position.
    photo_accuracy_m: Option<f64>,
    /// `distance`: accuracy of the ticket's position.
    ticket_accuracy_m: Option<f64>,
    /// `exif_position`: accuracy of the declared position.
    declared_accuracy_m: Option<f64>,
    /// `exif_position`: accuracy of the position in the file.
    exif_accuracy_m: Option<f64>,
    /// `mock_location`: what the operating system said.
    flag: Option<MockFlag>,
    /// `inside_visit`: capture, corrected.
    captured: Option<Timestamp>,
    /// `inside_visit`: first instant that is accepted.
    from: Option<Timestamp>,
    /// `inside_visit`: last instant that is accepted.
    until: Option<Timestamp>,
    /// `inside_visit`: arrival.
    arrived: Option<Timestamp>,
    /// `inside_visit`: departure, if it was reported.
    left: Option<Timestamp>,
    /// `inside_visit`: true if the clock was changed in the meantime, so that nobody knows what was first.
    clock_changed: Option<bool>,
    /// `order`: photos of the other kind at the same order.
    counterparts: Option<u64>,
    /// `order`: the longest time from a photo before the work to one after it; negative if it is the other way round.
    widest_gap_s: Option<i64>,
    /// `order`: how long it has to be.
    least_gap_s: Option<i64>,
    /// `unique_bytes`: the photos with the same bytes. `similar_picture`: those that look alike.
    also_in: Option<Vec<AlsoIn>>,
    /// `similar_picture`: how many look alike.
    count: Option<u64>,
    /// `similar_picture`: bits of 64 in which the nearest differs.
    nearest_bits: Option<u32>,
    /// `similar_picture`: bits up to which two look alike.
    near_bits: Option<u32>,
    /// `clock`: how far the device's clock was off.
    skew_s: Option<i64>,
    /// `clock`, `exif_time`: how far off is accepted.
    allowed_s: Option<i64>,
    /// `clock`: how far the clock is trusted.
    trust: Option<ClockTrust>,
    /// `bytes`: number of bytes that were declared.
    declared_bytes: Option<i64>,
    /// `bytes`: number of bytes that arrived.
    received_bytes: Option<i64>,
    /// `bytes`: SHA-256 that was declared.
    declared_sha256: Option<String>,
    /// `bytes`: SHA-256 of what arrived.
    received_sha256: Option<String>,
    /// `bytes`: whether the bytes that arrived are kept though they are not those that were declared.
    kept: Option<bool>,
    /// `format`: media type that was declared. `exif_time`: capture that was declared.
    declared: Option<String>,
    /// `format`: media type by content.
    found: Option<String>,
    /// `format`, `exif_position`, `exif_time`, `similar_picture`: why a value of the file is not known.
    gap: Option<Gap>,
    /// `format`: pixels across that were declared.
    declared_width: Option<i64>,
    /// `format`: pixels down that were declared.
    declared_height: Option<i64>,
    /// `format`: pixels across.
    width: Option<u32>,
    /// `format`: pixels down.
    height: Option<u32>,
    /// `exif_time`: capture by the camera's clock.
    exif: Option<Timestamp>,
    /// `exif_time`: how far the two differ.
    difference_s: Option<i64>,
    /// `exif_time`: the zone that the camera's clock is believed to have had, where it wrote none.
    assumed_zone: Option<String>,
    /// `exif_time`: the satellites' time in the file.
    gps: Option<Timestamp>,
    /// `exif_time`: how far it differs from the capture, corrected; where the verdict rests on it.
    gps_difference_s: Option<i64>,
    /// `pair`, `speed`: the photo that this one is compared with.
    other: Option<Uuid>,
    /// `pair`: where the camera looked, degrees from north.
    heading_deg: Option<f64>,
    /// `pair`: where it looked in the other photo.
    other_heading_deg: Option<f64>,
    /// `pair`: how far the camera was turned between the two.
    turned_deg: Option<f64>,
    /// `pair`: how far is accepted.
    allowed_deg: Option<f64>,
    /// `speed`: how fast the device must have travelled.
    speed_kmh: Option<f64>,
    /// `speed`: how fast is plausible.
    allowed_kmh: Option<f64>,
    /// `speed`: time between the two photos.
    passed_s: Option<i64>,
}

/// Another photo.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only described, never made")]
enum AlsoIn {
    /// With the same bytes.
    Same(Uuid),
    /// That looks alike.
    Similar {
        /// Which.
        photo: Uuid,
        /// Bits of 64 in which the two differ.
        bits: u32,
    },
}

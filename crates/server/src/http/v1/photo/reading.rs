//! What the bytes of a photo say of themselves.

use serde::Serialize;
use utoipa::ToSchema;

use bazdid_domain::{
    evidence::reading::{Format, Gap, Reading},
    picture::{Picture, PictureState, ReadFault},
};
use bazdid_protocol::{geo::Point, time::Timestamp};

/// How far the reading of a photo's bytes is, and what they say of themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingView {
    /// How far it is.
    pub state: PictureState,
    /// Why it could not be read the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<ReadFault>,
    /// What they say. Absent while the bytes wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ReadingFields>)]
    pub found: Option<Reading>,
}

impl From<Picture> for ReadingView {
    fn from(p: Picture) -> Self {
        Self { state: p.state, fault: p.fault, found: p.found.map(|f| f.reading) }
    }
}

/// Everything that is read of a picture: each value, or why it is not known.
#[derive(ToSchema)]
#[schema(as = Reading)]
#[expect(dead_code, reason = "only described, never made")]
struct ReadingFields {
    /// Format by content, whatever was declared.
    format: KnownFormat,
    /// Width and height as they are stored, before the orientation is applied.
    pixels: KnownPixels,
    /// When it was taken, as the camera wrote it.
    time: KnownTime,
    /// Where; the accuracy is there if the camera wrote one.
    point: KnownPoint,
    /// Metres above sea level.
    altitude_m: KnownNumber,
    /// Where the camera looked.
    direction: KnownDirection,
    /// The satellites' date and time.
    gps_time: KnownInstant,
    /// Maker of the camera.
    make: KnownText,
    /// Model of the camera.
    model: KnownText,
    /// EXIF orientation, 1…8.
    orientation: KnownOrientation,
}

macro_rules! known {
    ($($name:ident($value:ty)),+ $(,)?) => {$(
        /// A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`.
        #[derive(ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[expect(dead_code, reason = "only described, never made")]
        enum $name {
            /// The value.
            Value($value),
            /// Why it is not known.
            Unknown(Gap),
        }
    )+};
}

known! {
    KnownFormat(Format),
    KnownPixels(Pixels),
    KnownTime(CameraTime),
    KnownPoint(Point),
    KnownNumber(f64),
    KnownDirection(Direction),
    KnownInstant(Timestamp),
    KnownText(String),
    KnownOrientation(u8),
}

/// Width and height.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct Pixels {
    /// Across.
    width: u32,
    /// Down.
    height: u32,
}

/// When a picture was taken, as the camera wrote it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct CameraTime {
    /// Date and time on the camera's clock, without a zone.
    #[schema(example = "2026-11-23T09:12:00")]
    local: String,
    /// Minutes that the camera's clock was ahead of UTC; `null` if it does not say so.
    #[schema(required = true)]
    offset_minutes: Option<i16>,
}

/// Direction that the camera looked in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct Direction {
    /// Degrees from north, 0…360.
    degrees: f64,
    /// Whether north is the magnetic one; otherwise the true one, or it is not said.
    magnetic: bool,
}

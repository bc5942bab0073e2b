//! What a picture says of itself: each value, or that it is unknown and why. Knows nothing of how it was read.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use bazdid_protocol::{geo::Point, time::Timestamp};

bazdid_protocol::text_enum! {
    /// Why a value of a picture is not known.
    Gap {
        /// The picture has no EXIF at all.
        NoExif = "no_exif",
        /// The picture has EXIF, this value is not in it.
        Absent = "absent",
        /// It is there and cannot be read.
        Damaged = "damaged",
        /// It lacks its other half: a latitude without a longitude or without its hemisphere.
        Incomplete = "incomplete",
        /// It is none that exists: latitude 95, month 13.
        OutOfRange = "out_of_range",
        /// Latitude and longitude are both 0: what software writes that has no fix.
        ZeroPosition = "zero_position",
        /// The file, its EXIF or its picture is larger than is read.
        TooLarge = "too_large",
        /// The bytes are none of the formats that are read.
        UnknownFormat = "unknown_format",
        /// The format is known and its pixels cannot be decoded here.
        NotDecodable = "not_decodable",
        /// It looks like too many others: a wall, the sky, a finger.
        Featureless = "featureless",
        /// The bytes could not be read at all: the reader failed at them, or they are gone.
        Unread = "unread",
    }
}

bazdid_protocol::text_enum! {
    /// Format of a picture, by its content.
    Format {
        /// JPEG.
        Jpeg = "jpeg",
        /// PNG.
        Png = "png",
        /// WebP.
        Webp = "webp",
        /// HEIC: a HEIF file with pictures in HEVC, or that does not say in what.
        Heic = "heic",
        /// AVIF: a HEIF file with pictures in AV1.
        Avif = "avif",
    }
}

impl Format {
    /// Its media type.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
        }
    }
}

/// A value, or why there is none.
pub type Known<T> = Result<T, Gap>;

/// `{"value": …}` or `{"unknown": "no_exif"}`.
mod known {
    use super::{Gap, Known};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Wire<T> {
        Value(T),
        Unknown(Gap),
    }

    pub fn serialize<T: Serialize, S: Serializer>(value: &Known<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Ok(value) => Wire::Value(value),
            Err(gap) => Wire::Unknown(*gap),
        }
        .serialize(serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Known<T>, D::Error> {
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Value(value) => Ok(value),
            Wire::Unknown(gap) => Err(gap),
        })
    }
}

/// Width and height as they are stored, before the orientation is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
}

/// When the picture was taken, as the camera wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraTime {
    /// Date and time on the camera's clock.
    pub local: NaiveDateTime,
    /// Minutes that the camera's clock was ahead of UTC, if it says so.
    pub offset_minutes: Option<i16>,
}

/// Direction that the camera looked in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    /// Degrees from north, 0…360.
    pub degrees: f64,
    /// Whether north is the magnetic one; otherwise the true one, or it is not said.
    pub magnetic: bool,
}

/// Everything that is read of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Format by content, whatever was declared.
    #[serde(with = "known")]
    pub format: Known<Format>,
    /// Width and height.
    #[serde(with = "known")]
    pub pixels: Known<Pixels>,
    /// When it was taken.
    #[serde(with = "known")]
    pub time: Known<CameraTime>,
    /// Where; the accuracy is there if the camera wrote one.
    #[serde(with = "known")]
    pub point: Known<Point>,
    /// Metres above sea level.
    #[serde(with = "known")]
    pub altitude_m: Known<f64>,
    /// Where the camera looked.
    #[serde(with = "known")]
    pub direction: Known<Direction>,
    /// The satellites' date and time.
    #[serde(with = "known")]
    pub gps_time: Known<Timestamp>,
    /// Maker of the camera.
    #[serde(with = "known")]
    pub make: Known<String>,
    /// Model of the camera.
    #[serde(with = "known")]
    pub model: Known<String>,
    /// EXIF orientation, 1…8.
    #[serde(with = "known")]
    pub orientation: Known<u8>,
}

impl Reading {
    /// A reading of which nothing is known, for one reason.
    #[must_use]
    pub const fn unknown(why: Gap) -> Self {
        Self {
            format: Err(why),
            pixels: Err(why),
            time: Err(why),
            point: Err(why),
            altitude_m: Err(why),
            direction: Err(why),
            gps_time: Err(why),
            make: Err(why),
            model: Err(why),
            orientation: Err(why),
        }
    }
}

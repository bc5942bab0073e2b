//! Words of photos, and what checks found.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The media type of a photo whose device did not say a usable one.
pub const UNKNOWN_MIME: &str = "application/octet-stream";

crate::text_enum! {
    /// What a photo is meant to show.
    PhotoKind {
        /// Before the work.
        Before = "before",
        /// During the work.
        During = "during",
        /// After the work.
        After = "after",
        /// A defect.
        Defect = "defect",
        /// A paper.
        Document = "document",
    }
}

crate::text_enum! {
    /// Where the bytes are.
    PhotoState {
        /// Declared; nothing arrived.
        Promised = "promised",
        /// Some of them arrived.
        Partial = "partial",
        /// All arrived and agree with the declaration.
        Stored = "stored",
        /// They arrived and do not agree; or more were declared than the server takes.
        Failed = "failed",
    }
}

crate::text_enum! {
    /// Which file of a photo is shown.
    ContentSize {
        /// What was sent, byte for byte.
        Original = "original",
        /// Upright, without EXIF, as large as a screen.
        Screen = "screen",
        /// The same, for a list.
        Thumb = "thumb",
    }
}

crate::text_enum! {
    /// What a check of evidence found. Nothing rejects a photo.
    VerdictResult {
        /// Agrees.
        Ok = "ok",
        /// Does not agree.
        Mismatch = "mismatch",
        /// Cannot be known.
        Unknown = "unknown",
    }
}

/// One check of one photo, with its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verdict {
    /// Which check: `distance`, `inside_visit`, `order`, `unique_bytes`, `mock_location`, `clock`, and of the bytes `bytes`.
    pub check: String,
    /// What it found.
    pub result: VerdictResult,
    /// The figures it rests on, by name with unit, such as `{"distance_m": 12.5, "allowed_m": 40.0}`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub figures: Value,
}

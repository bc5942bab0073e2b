//! Words of categories, and what a submission must bring.

use serde::{Deserialize, Serialize};

use crate::words::photo::PhotoKind;

crate::text_enum! {
    /// How dangerous a thing of this category is while it waits.
    Hazard {
        /// Nobody can be hurt.
        None = "none",
        /// Somebody could be hurt.
        Low = "low",
        /// Somebody may well be hurt.
        High = "high",
        /// Minutes count.
        Critical = "critical",
    }
}

crate::text_enum! {
    /// How soon something is to be done.
    Priority {
        /// When there is time.
        Low = "low",
        /// In turn.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
}

/// Photos of one kind that a submission needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceRule {
    /// Kind of photo.
    pub kind: PhotoKind,
    /// At least so many.
    pub min: u32,
}

/// What a submission of work in a category must bring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceNeeds {
    /// Photos by kind.
    pub photos: Vec<EvidenceRule>,
    /// Whether the bytes of these photos must be stored before a round is accepted.
    #[serde(default)]
    pub stored: bool,
}

//! Photos, by the metadata of their capture. The bytes follow when the network allows.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{
    actor::Actor,
    geo::Point,
    ids::{AccountId, DeviceId, OrganisationId, PhotoId, TicketId, VisitId, WorkOrderId},
    time::Timestamp,
    visit::MockFlag,
};

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
pub struct Verdict {
    /// Which check: `distance`, `inside_visit`, `order`, `unique_bytes`, `mock_location`, `clock`, and of the bytes `bytes`.
    pub check: String,
    /// What it found.
    pub result: VerdictResult,
    /// The figures it rests on, by name with unit, such as `{"distance_m": 12.5, "allowed_m": 40.0}`.
    pub figures: Value,
}

/// A photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Identity.
    pub id: PhotoId,
    /// Revision.
    pub rev: i64,
    /// Of which ticket.
    pub ticket_id: TicketId,
    /// For which work order.
    pub work_order_id: Option<WorkOrderId>,
    /// On which visit.
    pub visit_id: Option<VisitId>,
    /// What it is meant to show.
    pub kind: PhotoKind,
    /// Who took it.
    pub actor: AccountId,
    /// For which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// With which device.
    pub device_id: Option<DeviceId>,
    /// SHA-256 of the bytes, 64 hex digits.
    pub sha256: String,
    /// Number of bytes.
    pub bytes: i64,
    /// Media type.
    pub mime: String,
    /// Pixels across.
    pub width: Option<i64>,
    /// Pixels down.
    pub height: Option<i64>,
    /// Capture by the device's clock.
    pub captured_at: Timestamp,
    /// Capture as the server corrects it.
    pub captured_est: Timestamp,
    /// Where.
    pub point: Option<Point>,
    /// Compass direction of the camera, degrees from north, 0…360.
    pub heading_deg: Option<f64>,
    /// Whether the fix was simulated.
    pub mock: MockFlag,
    /// Where the bytes are.
    pub state: PhotoState,
    /// What the checks found.
    pub verdicts: Vec<Verdict>,
    /// Effective stamp.
    pub eff: Timestamp,
    /// When it was removed by its author or the office; the declaration is kept.
    pub removed_at: Option<Timestamp>,
    /// When the server heard of it.
    pub received_at: Timestamp,
}

impl Photo {
    /// Whether its bytes are still to come.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.state != PhotoState::Stored && self.removed_at.is_none()
    }

    /// Whether somebody is its author, or of the organisation that it was taken for.
    #[must_use]
    pub fn is_of_side(&self, actor: &Actor) -> bool {
        self.actor == actor.account_id || self.organisation_id.is_some_and(|o| actor.organisations().contains(&o))
    }
}

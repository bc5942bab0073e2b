//! Photos, by the metadata of their capture. The bytes follow when the network allows.

use crate::{actor::Actor, visit::MockFlag};
pub use bazdid_protocol::words::photo::{ContentSize, PhotoKind, PhotoState, Verdict, VerdictResult};
use bazdid_protocol::{
    geo::Point,
    ids::{AccountId, DeviceId, OrganisationId, PhotoId, TicketId, VisitId, WorkOrderId},
    time::Timestamp,
};

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
    /// Where it was taken, as far as that is known: see [`Point::fix`].
    #[must_use]
    pub fn fix(&self) -> Option<Point> {
        self.point.and_then(|p| p.fix())
    }

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

//! Organisations: who owns categories, holds contracts and employs people.

pub use bazdid_protocol::words::organisation::{ActiveState, OrganisationKind};
use bazdid_protocol::{ids::OrganisationId, time::Timestamp};

/// Whether organisations of a kind do work under a contract. The municipality and its offices give work out, and to a partner a ticket
/// is referred.
#[must_use]
pub const fn does_contract_work(kind: OrganisationKind) -> bool {
    match kind {
        OrganisationKind::Contractor | OrganisationKind::EmergencyGroup => true,
        OrganisationKind::Municipality | OrganisationKind::RegionOffice | OrganisationKind::Partner => false,
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    /// Identity.
    pub id: OrganisationId,
    /// Revision, raised with each change.
    pub rev: i64,
    /// Short code, unique.
    pub code: String,
    /// What it is to the city.
    pub kind: OrganisationKind,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// The organisation it belongs to.
    pub parent_id: Option<OrganisationId>,
    /// In use or not.
    pub state: ActiveState,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Organisation {
    /// Whether it can be asked to do work under a contract.
    #[must_use]
    pub fn can_be_asked(&self) -> bool {
        does_contract_work(self.kind) && self.state == ActiveState::Active
    }
}

//! Organisations: who owns categories, holds contracts and employs people.

use crate::domain::{ids::OrganisationId, time::Timestamp};

crate::text_enum! {
    /// What an organisation is to the city.
    OrganisationKind {
        /// The municipality itself.
        Municipality = "municipality",
        /// An office of a region of the city.
        RegionOffice = "region_office",
        /// A partner organisation, such as waste management or traffic.
        Partner = "partner",
        /// An independent contractor.
        Contractor = "contractor",
        /// A region's executive emergency group.
        EmergencyGroup = "emergency_group",
    }
}

crate::text_enum! {
    /// Whether something that is kept for ever is in use.
    ActiveState {
        /// In use.
        Active = "active",
        /// Kept for the record only.
        Disabled = "disabled",
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

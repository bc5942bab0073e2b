//! Contracts and what they cover.

use bazdid_protocol::{
    ids::{AreaId, CategoryId, ContractId, CoverageId, OrganisationId},
    time::Timestamp,
};

bazdid_protocol::text_enum! {
    /// The life of a contract.
    ContractStatus {
        /// Being written; covers nothing.
        Draft = "draft",
        /// In force during its validity.
        Active = "active",
        /// Set aside for now; covers nothing.
        Suspended = "suspended",
        /// Ended before its time.
        Ended = "ended",
    }
}

/// A contract with an organisation, valid during `[valid_from, valid_to)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// Identity.
    pub id: ContractId,
    /// Revision.
    pub rev: i64,
    /// Number, unique; the last tie-break of assignment.
    pub number: String,
    /// With whom.
    pub organisation_id: OrganisationId,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Timestamp,
    /// Status.
    pub status: ContractStatus,
    /// At most so many assignments a civil day over all coverages.
    pub daily_capacity: Option<i64>,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Contract {
    /// Whether it covers anything at an instant.
    #[must_use]
    pub fn in_force_at(&self, at: Timestamp) -> bool {
        self.status == ContractStatus::Active && self.valid_from <= at && at < self.valid_to
    }

    /// The first instant at which nothing is done under it any more: of one that was ended before its time the last change.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        if self.status == ContractStatus::Ended { self.valid_to.min(self.updated_at) } else { self.valid_to }
    }
}

bazdid_protocol::text_enum! {
    /// Whether a coverage of a category includes the categories below it.
    Descent {
        /// With all that lie below.
        WithDescendants = "with_descendants",
        /// This category only.
        Exact = "exact",
    }
}

/// Area × category × rank of a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Identity.
    pub id: CoverageId,
    /// Revision.
    pub rev: i64,
    /// Of which contract.
    pub contract_id: ContractId,
    /// Where.
    pub area_id: AreaId,
    /// What; all categories if absent.
    pub category_id: Option<CategoryId>,
    /// Whether the categories below count.
    pub descent: Descent,
    /// 1 is asked first.
    pub rank: i64,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Option<Timestamp>,
    /// At most so many assignments a civil day.
    pub daily_capacity: Option<i64>,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Coverage {
    /// Whether the coverage itself is valid at an instant (its contract is asked separately).
    #[must_use]
    pub fn in_force_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }
}

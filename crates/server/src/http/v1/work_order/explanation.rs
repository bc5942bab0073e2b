//! Why somebody was asked to do an order, as it stands in the document. The domain keeps it as a document of its own
//! (`dispatch/explanation.rs`), which is answered as it is.

#![expect(dead_code, reason = "these types are only described, never made")]

use std::collections::BTreeMap;

use utoipa::ToSchema;
use uuid::Uuid;

use bazdid_domain::{
    area::AreaKind,
    dispatch::{Outcome, Reason, inspector::InspectorReason},
    ticket::Boundary,
};
use bazdid_protocol::{
    ids::{AccountId, ContractId, CoverageId, OrganisationId},
    time::Timestamp,
};

/// Why somebody was asked and everybody else was not.
#[derive(ToSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
#[schema(as = Explanation)]
pub(in crate::http::v1) enum ExplanationView {
    /// By contract and coverage.
    #[schema(title = "ByContract")]
    Contract {
        /// When it was decided.
        decided_at: Timestamp,
        /// How clearly the point lies in the areas.
        boundary: Boundary,
        /// Who is asked; `null`: nobody can be.
        #[schema(required = true)]
        chosen: Option<Chosen>,
        /// The coverages of the category, in the order in which they would be asked, at most 20. Where nobody can be asked, the coverages of
        /// the place for other categories as well.
        considered: Vec<ConsideredCoverage>,
        /// Where somebody is asked: how many coverages of other categories there are; they are not listed.
        other_categories: usize,
        /// How many more were passed over, by reason; absent: all are listed.
        #[schema(inline, value_type = Option<BTreeMap<Reason, usize>>)]
        not_listed: Option<BTreeMap<Reason, usize>>,
    },
    /// Among the city's inspectors.
    #[schema(title = "ByInspector")]
    Inspector {
        /// When it was decided.
        decided_at: Timestamp,
        /// Who is asked; `null`: nobody can be.
        #[schema(required = true)]
        chosen: Option<AccountId>,
        /// The inspectors, in the order in which they would be asked, at most 20.
        considered: Vec<ConsideredInspector>,
        /// How many more were passed over, by reason; absent: all are listed.
        #[schema(value_type = Option<BTreeMap<InspectorReason, usize>>)]
        not_listed: Option<BTreeMap<InspectorReason, usize>>,
    },
    /// By a person of the office.
    #[schema(title = "ByHand")]
    ByHand {
        /// When it was decided.
        decided_at: Timestamp,
        /// By whom.
        by: AccountId,
        /// The organisation or the inspector; `null`: the next candidate.
        #[schema(required = true)]
        chosen: Option<Uuid>,
        /// Why, in words.
        reason: String,
    },
}

/// The coverage that was chosen.
#[derive(ToSchema)]
#[schema(as = ChosenCoverage)]
pub(in crate::http::v1) struct Chosen {
    /// Under which contract.
    contract: ContractId,
    /// By which coverage.
    coverage: CoverageId,
    /// Which organisation.
    organisation: OrganisationId,
    /// Rank of the coverage.
    rank: i64,
}

/// A coverage that was considered.
#[derive(ToSchema)]
pub(in crate::http::v1) struct ConsideredCoverage {
    /// Its contract.
    contract: ContractId,
    /// The contract's number.
    number: String,
    /// The coverage.
    coverage: CoverageId,
    /// The contract's organisation.
    organisation: OrganisationId,
    /// The coverage's rank.
    rank: i64,
    /// How many more assignments it could take that day; absent: no cap.
    free: Option<i64>,
    /// Chosen or not.
    verdict: Outcome,
    /// Why not; absent for the chosen one.
    // Inline: `Reason` is another component.
    #[schema(inline)]
    reason: Option<Reason>,
    /// The same in a Persian sentence.
    fa: String,
    /// The same in an English sentence.
    en: String,
}

/// An inspector who was considered.
#[derive(ToSchema)]
pub(in crate::http::v1) struct ConsideredInspector {
    /// Who.
    account: AccountId,
    /// The area by which the grant reaches the ticket.
    #[schema(required = true)]
    area: Option<AreaKind>,
    /// Open orders in hand.
    load: i64,
    /// Metres to the ticket, if known.
    #[schema(required = true)]
    distance_m: Option<f64>,
    /// Chosen or not.
    verdict: Outcome,
    /// Why not; `null` for the chosen one.
    #[schema(required = true)]
    reason: Option<InspectorReason>,
    /// The same in a Persian sentence.
    fa: String,
    /// The same in an English sentence.
    en: String,
}

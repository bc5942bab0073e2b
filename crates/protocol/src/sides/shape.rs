//! What one side of a conflict says.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    ids::{
        AccountId, AnswerId, CategoryId, ContractId, CoverageId, DeviceId, MeasurementId, MutationId, OrganisationId, PhotoId, RoundId,
        TicketId, WorkEventId, WriteId,
    },
    proposal::Proposal,
    time::Timestamp,
    words::{
        category::Priority,
        conflict::CameFirst,
        photo::PhotoKind,
        ticket::{TicketField, TicketStatus},
        work_order::{Defect, RoundVerdict, WorkEventKind, WorkOrderState},
    },
};

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    )+};
}

/// Nothing is said.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmptySide {}

/// `null` too: an earlier version wrote it for duplicates that an inspection had found.
impl<'de> Deserialize<'de> for EmptySide {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<serde_json::Map<String, Value>>::deserialize(deserializer)? {
            Some(members) if !members.is_empty() => Err(D::Error::custom("members where none are expected")),
            _ => Ok(Self {}),
        }
    }
}

shapes! {
    /// Two people wrote a field: what both had seen of it.
    FieldBase {
        /// The field.
        field: TicketField,
        /// Its value then; `null` if it had none.
        value: Option<Value>,
    }
    /// A value that was written to a field of a ticket.
    FieldSide {
        /// The value, as the field has it.
        value: Value,
        /// By whom.
        actor: AccountId,
        /// Effective stamp.
        at: Timestamp,
        /// Whether the office wrote it.
        office: bool,
        /// By which write.
        mutation: WriteId,
    }
    /// An answer to an item of a checklist.
    AnswerSide {
        /// The answer's row.
        answer: AnswerId,
        /// By whom.
        actor: AccountId,
        /// The answer.
        value: Value,
        /// Effective stamp.
        at: Timestamp,
    }
    /// What an inspection came to.
    FindingsSide {
        /// The report.
        event: WorkEventId,
        /// By whom.
        actor: AccountId,
        /// When, as the server estimates it.
        at: Timestamp,
        /// The arguments of `inspection.submit`.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::InspectionFindings))]
        findings: Value,
    }
    /// A measurement.
    MeasurementSide {
        /// Its row.
        measurement: MeasurementId,
        /// How much.
        quantity: f64,
        /// By whom.
        actor: AccountId,
        /// Effective stamp.
        at: Timestamp,
    }
    /// The epoch that the author knew.
    KnownEpoch {
        /// `null` of what is about no work order.
        epoch: Option<i64>,
    }
    /// An epoch of the order.
    Epoch {
        /// The epoch.
        epoch: i64,
    }
    /// The epoch of late work, if there is some.
    EndedEpoch {
        /// The last epoch of the late reports.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<i64>,
    }
    /// Where the order is now.
    LateState {
        /// Its epoch.
        epoch: i64,
        /// Its state.
        state: WorkOrderState,
        /// Whether another party has done the work too.
        double_work: bool,
        /// When the current party submitted.
        submitted_at: Option<Timestamp>,
    }
    /// A late report.
    LateSide {
        /// The report.
        event: WorkEventId,
        /// What was done.
        kind: WorkEventKind,
        /// When, as the server estimates it.
        at: Timestamp,
        /// By whom.
        actor: AccountId,
    }
    /// What one person recorded at what the office had ended.
    EvidenceSide {
        /// Who.
        evidence_by: AccountId,
        /// Since when.
        from: Timestamp,
        /// The first of the commands, by id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mutation: Option<MutationId>,
    }
    /// What the office has ended.
    EndedState {
        /// The ticket's status.
        ticket: Option<TicketStatus>,
        /// The order's state.
        work_order: Option<WorkOrderState>,
        /// The ticket that it was merged into.
        duplicate_of: Option<TicketId>,
        /// When it ended.
        ended_at: Option<Timestamp>,
        /// Which came first decides the pay.
        came_first: CameFirst,
        /// Whether another party has done the work too; absent without late reports.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        double_work: Option<bool>,
    }
    /// The round that was judged.
    RoundBase {
        /// The round.
        round: RoundId,
        /// The epoch in which it was submitted.
        epoch: i64,
    }
    /// Where the order has gone on to.
    EpochRound {
        /// Its epoch.
        epoch: i64,
        /// The number of its round.
        round: i64,
    }
    /// A verdict on a round.
    VerdictSide {
        /// The verdict.
        verdict: RoundVerdict,
        /// By whom.
        by: Option<AccountId>,
        /// When.
        at: Timestamp,
        /// By which command.
        mutation: MutationId,
    }
    /// A verdict on a round that the order had left behind.
    LateVerdict {
        /// The verdict.
        verdict: RoundVerdict,
        /// By whom.
        by: AccountId,
        /// When, as the server estimates it.
        at: Timestamp,
        /// By which command.
        mutation: MutationId,
        /// What was found to be wrong.
        defects: Vec<Defect>,
    }
    /// Who declined.
    DeclineSide {
        /// When.
        declined: Timestamp,
        /// Who.
        actor: AccountId,
    }
    /// Who submitted.
    SubmissionSide {
        /// When.
        submitted: Timestamp,
        /// Who.
        actor: AccountId,
    }
    /// Who works at a ticket of a category, or would be asked to.
    PartySide {
        /// The category of the ticket.
        category: CategoryId,
        /// The organisation; `null`: nobody.
        organisation: Option<OrganisationId>,
        /// Under which contract; `null`: none.
        contract: Option<ContractId>,
        /// By which coverage; `null`: none.
        coverage: Option<CoverageId>,
    }
    /// Where the order is that somebody wants to be relieved of.
    ReliefState {
        /// Its epoch.
        epoch: i64,
        /// Its state.
        state: WorkOrderState,
    }
    /// A request to be relieved.
    ReliefSide {
        /// The report.
        event: WorkEventId,
        /// By whom.
        actor: AccountId,
        /// When, as the server estimates it.
        at: Timestamp,
        /// Why.
        reason: Option<String>,
    }
    /// Where the order is.
    OrderState {
        /// Its state.
        state: WorkOrderState,
    }
    /// A mutation that waits for an epoch.
    WaitingSide {
        /// Which.
        mutation: MutationId,
        /// Its command.
        cmd: String,
        /// When, as the server estimates it.
        at: Timestamp,
        /// The epoch that its author knew.
        epoch: Option<i64>,
        /// By whom.
        actor: AccountId,
    }
    /// A mutation that has waited too long.
    HeldSide {
        /// Which.
        mutation: MutationId,
        /// Its command.
        cmd: String,
        /// When, as the server estimates it.
        at: Timestamp,
        /// By whom.
        actor: AccountId,
        /// The thing that it waits for.
        waits_for: Option<Uuid>,
    }
    /// Why work was set aside: one of the two.
    QuarantineReason {
        /// The grant had been revoked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revoked: Option<bool>,
        /// When the contract had ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contract_ended_at: Option<Timestamp>,
    }
    /// A mutation that was set aside.
    QuarantinedSide {
        /// Which.
        mutation: MutationId,
        /// When, as the server estimates it.
        at: Timestamp,
    }
    /// A photo whose bytes have not come.
    PhotoSide {
        /// Which.
        photo: PhotoId,
        /// What it shows.
        kind: PhotoKind,
        /// By whom.
        actor: AccountId,
        /// For which organisation.
        organisation: Option<OrganisationId>,
        /// With which device.
        device: Option<DeviceId>,
        /// When it was taken, as the server estimates it.
        captured_at: Timestamp,
        /// When the server heard of it.
        received_at: Timestamp,
    }
    /// What holds now of what is proposed.
    StandingValues {
        /// The priority.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        priority: Option<Priority>,
        /// Whether it is put off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deferral: Option<Deferred>,
    }
    /// Whether a ticket is put off.
    Deferred {
        /// Its status.
        status: TicketStatus,
        /// Why it has it.
        reason: Option<String>,
    }
    /// What somebody in the field proposes.
    ProposalSide {
        /// What.
        propose: Proposal,
        /// Why.
        reason: Option<String>,
        /// Who.
        by: AccountId,
        /// When, as the server estimates it.
        at: Timestamp,
    }
    /// One of two tickets that may be one.
    TicketSide {
        /// Which.
        ticket: TicketId,
        /// When it was made, if the two were found by place and time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        created_at: Option<Timestamp>,
        /// Metres between the two, if they were found by place and time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        distance_m: Option<f64>,
        /// The inspector who says so, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AccountId>,
    }
}

/// What was recorded at what the office had ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Recorded {
    /// What one person recorded.
    Evidence(EvidenceSide),
    /// A late report.
    Late(LateSide),
}

impl Recorded {
    /// By whom.
    #[must_use]
    pub const fn person(&self) -> AccountId {
        match self {
            Self::Evidence(evidence) => evidence.evidence_by,
            Self::Late(late) => late.actor,
        }
    }

    /// The late report.
    #[must_use]
    pub const fn event(&self) -> Option<WorkEventId> {
        match self {
            Self::Evidence(_) => None,
            Self::Late(late) => Some(late.event),
        }
    }
}

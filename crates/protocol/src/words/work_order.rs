//! Words of work orders, their events and rounds.

use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// What is to be done.
    WorkOrderKind {
        /// Look and report.
        Inspection = "inspection",
        /// Mend it.
        Repair = "repair",
        /// Mend it at once.
        Emergency = "emergency",
    }
}

crate::text_enum! {
    /// Where a work order stands. The graph stands in `work_order_graph` of the domain.
    WorkOrderState {
        /// Nobody was asked yet.
        Draft = "draft",
        /// Somebody was asked.
        Offered = "offered",
        /// Somebody said yes.
        Accepted = "accepted",
        /// Somebody said no.
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
        /// Somebody is at it.
        InProgress = "in_progress",
        /// Paused by leave of the office.
        OnHold = "on_hold",
        /// The holder says it is done.
        Submitted = "submitted",
        /// Somebody was there and could not do it.
        FailedVisit = "failed_visit",
        /// The office agrees that it is done.
        Verified = "verified",
        /// The office does not agree.
        Rework = "rework",
        /// Done with.
        Closed = "closed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// What became of an offer.
    Answer {
        /// Taken.
        Accepted = "accepted",
        /// Refused, with a reason.
        Declined = "declined",
        /// Not answered in time.
        Expired = "expired",
        /// Taken back by the office.
        Withdrawn = "withdrawn",
    }
}

crate::text_enum! {
    /// What somebody in the field did with a work order.
    WorkEventKind {
        /// Said yes.
        Accept = "accept",
        /// Said no.
        Decline = "decline",
        /// Crew asked to be relieved of the order: only their manager declines.
        RequestRelief = "request_relief",
        /// Began.
        Start = "start",
        /// Asked to pause.
        RequestHold = "request_hold",
        /// Went on.
        Resume = "resume",
        /// Reported it done.
        Submit = "submit",
        /// Was there and could not do it.
        FailVisit = "fail_visit",
        /// Took an own event back.
        Retract = "retract",
    }
}

crate::text_enum! {
    /// Whether an event counts.
    Standing {
        /// It counts in its epoch.
        Effective = "effective",
        /// Its epoch had passed; evidence for a supervisor.
        Stale = "stale",
        /// Another event had done the same.
        Redundant = "redundant",
        /// Its author took it back.
        Retracted = "retracted",
        /// It does not count: refused by a rule, kept for the record.
        Overruled = "overruled",
    }
}

crate::text_enum! {
    /// What the office says of a round.
    RoundVerdict {
        /// Nothing yet.
        Pending = "pending",
        /// All accepted.
        Accepted = "accepted",
        /// Part of the quantity accepted.
        Partly = "partly",
        /// Returned with defects.
        Rework = "rework",
        /// Taken back by its author, or left behind by the order, before anybody had judged it.
        Withdrawn = "withdrawn",
    }
}

/// A coded defect that a verifier found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Defect {
    /// Code, such as `not_finished`, `wrong_place`, `poor_quality`, `unsafe`, `evidence_missing`, `debris_left`, `other`.
    pub code: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

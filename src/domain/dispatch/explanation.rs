//! Why somebody was asked, as it is kept with the order: without the sentences, which follow from the reasons when it is read.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CHOSEN, Choice, Considered, Decision, Outcome, Reason, inspector::InspectorDecision};
use crate::domain::{
    ids::{AccountId, ContractId, CoverageId, OrganisationId},
    ticket::Boundary,
    time::Timestamp,
};

/// A coverage that was considered, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    contract: ContractId,
    number: String,
    coverage: CoverageId,
    organisation: OrganisationId,
    rank: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    free: Option<i64>,
    verdict: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl From<&Considered> for Line {
    fn from(c: &Considered) -> Self {
        Self {
            contract: c.contract,
            number: c.number.clone(),
            coverage: c.coverage,
            organisation: c.organisation,
            rank: c.rank,
            free: c.free,
            verdict: c.verdict,
            reason: c.reason,
        }
    }
}

/// A choice by contract, as it is kept. Coverages of other categories are counted, not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    how: How,
    decided_at: Timestamp,
    boundary: Boundary,
    chosen: Option<Choice>,
    considered: Vec<Line>,
    other_categories: usize,
}

crate::text_enum! {
    /// How somebody was chosen.
    How {
        /// By contract and coverage.
        Contract = "contract",
        /// Among the city's inspectors.
        Inspector = "inspector",
        /// By a person of the office.
        ByHand = "by_hand",
    }
}

impl Explanation {
    /// Of a decision at an instant.
    #[must_use]
    pub fn of(decision: &Decision, at: Timestamp) -> Self {
        let other = |c: &&Considered| c.reason == Some(Reason::CategoryDiffers);
        Self {
            how: How::Contract,
            decided_at: at,
            boundary: decision.boundary,
            chosen: decision.chosen,
            considered: decision.considered.iter().filter(|c| !other(c)).map(Line::from).collect(),
            other_categories: decision.considered.iter().filter(other).count(),
        }
    }

    /// As it is kept.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!(self)
    }
}

/// A choice among inspectors, as it is kept.
#[must_use]
pub fn by_inspector(decision: &InspectorDecision, at: Timestamp) -> Value {
    json!({ "how": How::Inspector, "decided_at": at, "chosen": decision.chosen, "considered": decision.considered })
}

/// A choice by a person: an organisation or an inspector, with a reason.
#[must_use]
pub fn by_hand(by: AccountId, chosen: Option<Uuid>, reason: &str, at: Timestamp) -> Value {
    json!({ "how": How::ByHand, "decided_at": at, "by": by, "chosen": chosen, "reason": reason })
}

/// An explanation as a person of the office reads it: each line of a choice by contract with its sentences.
#[must_use]
pub fn spelled_out(kept: &Value) -> Value {
    let mut out = kept.clone();
    let Some(lines) = out.get_mut("considered").and_then(Value::as_array_mut) else { return out };
    for line in lines {
        let Some(line) = line.as_object_mut().filter(|l| !l.contains_key("fa")) else { continue };
        let reason: Option<Reason> = line.get("reason").and_then(|r| serde_json::from_value(r.clone()).ok());
        let (fa, en) = reason.map_or(CHOSEN, Reason::sentences);
        line.insert("fa".into(), fa.into());
        line.insert("en".into(), en.into());
    }
    out
}

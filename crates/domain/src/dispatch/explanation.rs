//! Why somebody was asked, as it is kept with the order: without the sentences, which follow from the reasons when it is read.
//!
//! - At most [`MAX_LINES`] of those who were considered are listed, in the order in which they would be asked. Of the others it is kept how
//!   many were passed over for each reason, so that an explanation stays small in a city with hundreds of inspectors.
//! - Where somebody is asked, coverages of other categories are counted only. Where nobody can be, every coverage of the place counts as
//!   considered: each has its reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    CHOSEN, Choice, Considered, Decision, Outcome, Reason,
    inspector::{self, InspectorDecision, InspectorReason},
};
use crate::ticket::Boundary;
use bazdid_protocol::{
    ids::{AccountId, ContractId, CoverageId, OrganisationId},
    text_enum::TextEnum as _,
    time::Timestamp,
};

/// How many of those who were considered are listed.
pub const MAX_LINES: usize = 20;

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

/// A choice by contract, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    how: How,
    decided_at: Timestamp,
    boundary: Boundary,
    chosen: Option<Choice>,
    considered: Vec<Line>,
    other_categories: usize,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    not_listed: BTreeMap<Reason, usize>,
}

bazdid_protocol::text_enum! {
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

impl How {
    /// Whether a kept explanation says so.
    #[must_use]
    pub fn chose(self, kept: &Value) -> bool {
        kept.get("how").and_then(Value::as_str).map(Self::parse) == Some(Ok(self))
    }
}

impl Explanation {
    /// Of a decision at an instant.
    #[must_use]
    pub fn of(decision: &Decision, at: Timestamp) -> Self {
        let other = |c: &&Considered| decision.chosen.is_some() && c.reason == Some(Reason::CategoryDiffers);
        let counted: Vec<&Considered> = decision.considered.iter().filter(|c| !other(c)).collect();
        Self {
            how: How::Contract,
            decided_at: at,
            boundary: decision.boundary,
            chosen: decision.chosen,
            considered: counted.iter().take(MAX_LINES).map(|c| Line::from(*c)).collect(),
            other_categories: decision.considered.iter().filter(other).count(),
            not_listed: tally(counted.iter().skip(MAX_LINES).filter_map(|c| c.reason)),
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
    let (listed, others) = decision.considered.split_at(decision.considered.len().min(MAX_LINES));
    let mut kept = json!({ "how": How::Inspector, "decided_at": at, "chosen": decision.chosen, "considered": listed });
    if let (false, Some(kept)) = (others.is_empty(), kept.as_object_mut()) {
        kept.insert("not_listed".into(), json!(tally(others.iter().filter_map(|c| c.reason))));
    }
    kept
}

/// How often each reason occurs.
fn tally<R: Ord>(reasons: impl Iterator<Item = R>) -> BTreeMap<R, usize> {
    let mut counts = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    counts
}

/// A choice by a person: an organisation or an inspector, with a reason.
#[must_use]
pub fn by_hand(by: AccountId, chosen: Option<Uuid>, reason: &str, at: Timestamp) -> Value {
    json!({ "how": How::ByHand, "decided_at": at, "by": by, "chosen": chosen, "reason": reason })
}

/// An explanation as a person of the office reads it: each line with its sentences.
#[must_use]
pub fn spelled_out(kept: &Value) -> Value {
    let mut out = kept.clone();
    let sentences: fn(Value) -> Sentences = if How::Inspector.chose(&out) {
        |reason| said(reason, InspectorReason::sentences, inspector::CHOSEN)
    } else {
        |reason| said(reason, Reason::sentences, CHOSEN)
    };
    let Some(lines) = out.get_mut("considered").and_then(Value::as_array_mut) else { return out };
    for line in lines {
        let Some(line) = line.as_object_mut().filter(|l| !l.contains_key("fa")) else { continue };
        let (fa, en) = sentences(line.get("reason").cloned().unwrap_or_default());
        line.insert("fa".into(), fa.into());
        line.insert("en".into(), en.into());
    }
    out
}

/// Persian and English.
type Sentences = (&'static str, &'static str);

/// What a line's reason says; without a reason it is the chosen one's.
fn said<R: DeserializeOwned>(reason: Value, sentences: fn(R) -> Sentences, chosen: Sentences) -> Sentences {
    serde_json::from_value(reason).map_or(chosen, sentences)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        area::AreaKind,
        dispatch::inspector::{InspectorCandidate, choose_inspector},
    };

    #[test]
    fn a_choice_among_inspectors_is_kept_without_sentences_and_read_with_those_of_inspectors() {
        let city = Some(AreaKind::City);
        let decision = choose_inspector(&[(1, city, 0), (2, city, 1), (3, None, 0)].map(|(n, area, load)| InspectorCandidate {
            account: AccountId::new(Uuid::from_u128(n)),
            area,
            load,
            distance_m: None,
        }));
        let kept = by_inspector(&decision, Timestamp::default());
        assert!(!kept.to_string().contains("fa"), "{kept}");
        let read = spelled_out(&kept);
        let sentences: Vec<_> =
            read["considered"].as_array().unwrap().iter().map(|line| (line["fa"].clone(), line["en"].clone())).collect();
        let expected = [inspector::CHOSEN, InspectorReason::MoreLoad.sentences(), InspectorReason::AreaDiffers.sentences()];
        assert_eq!(sentences, expected.map(|(fa, en)| (json!(fa), json!(en))));
        // Of an earlier time, when they were kept with the line.
        let mut earlier = kept;
        earlier["considered"][0]["fa"] = json!("چون");
        assert_eq!(spelled_out(&earlier)["considered"][0]["fa"], "چون");
    }

    #[test]
    fn an_explanation_stays_small_with_hundreds_of_inspectors_and_counts_those_it_does_not_list() {
        let candidates: Vec<_> = (0..300)
            .map(|n| InspectorCandidate {
                account: AccountId::new(Uuid::from_u128(n)),
                area: (n < 200).then_some(AreaKind::City),
                load: i64::try_from(n).unwrap(),
                distance_m: None,
            })
            .collect();
        let kept = by_inspector(&choose_inspector(&candidates), Timestamp::default());
        let listed = kept["considered"].as_array().unwrap();
        assert_eq!((listed.len(), &listed[0]["verdict"]), (MAX_LINES, &json!("chosen")));
        assert_eq!(kept["not_listed"], json!({ "area_differs": 100, "more_load": 180 }));
        assert!(kept.to_string().len() < 6_000, "{}", kept.to_string().len());
        let few = by_inspector(&choose_inspector(&candidates[..MAX_LINES]), Timestamp::default());
        assert_eq!(few.get("not_listed"), None);
    }

    #[test]
    fn with_nobody_to_ask_every_coverage_has_its_reason_and_those_of_the_category_come_first() {
        let considered = |n: u128, reason| Considered {
            contract: ContractId::new(Uuid::from_u128(n)),
            number: n.to_string(),
            coverage: CoverageId::new(Uuid::from_u128(n)),
            organisation: OrganisationId::new(Uuid::from_u128(n)),
            rank: 1,
            free: None,
            verdict: Outcome::PassedOver,
            reason: Some(reason),
            fa: "".into(),
            en: "".into(),
        };
        let all = (0..30).map(|n| considered(n, if n < 5 { Reason::Suspended } else { Reason::CategoryDiffers })).collect();
        let nobody = Decision { chosen: None, considered: all, boundary: Boundary::Clear };
        let kept = Explanation::of(&nobody, Timestamp::default()).to_value();
        assert_eq!((kept["considered"].as_array().unwrap().len(), &kept["other_categories"]), (MAX_LINES, &json!(0)));
        assert_eq!(kept["not_listed"], json!({ "category_differs": 10 }));
    }
}

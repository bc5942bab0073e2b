//! What field reports say: the only place that reads the arguments of a [`WorkEvent`], which stay as they were sent.

use serde_json::Value;

use crate::work_order::{WorkEvent, WorkEventKind};
use bazdid_protocol::{
    command::{Command, InspectionSubmit},
    ids::WorkEventId,
    time::Timestamp,
};

impl WorkEvent {
    /// Why: of a refusal, a hold, a failed visit or a request for relief.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.text("reason")
    }

    /// In words what was done, of a submission.
    #[must_use]
    pub fn summary(&self) -> Option<&str> {
        self.text("summary")
    }

    /// When to look again, of a hold or a failed visit.
    #[must_use]
    pub fn review_at(&self) -> Option<Timestamp> {
        self.text("review_at").and_then(|text| Timestamp::parse(text).ok())
    }

    /// What was done or is to be done, in quantities, as sent.
    #[must_use]
    pub fn quantities(&self) -> Option<&Value> {
        self.args.get("quantities")
    }

    /// The arguments of an inspection's submission, as they become the order's findings; nothing of any other report.
    #[must_use]
    pub fn findings(&self) -> Option<&Value> {
        (self.kind == WorkEventKind::Submit && self.args.get("findings").is_some()).then_some(&self.args)
    }

    /// The report that a retraction takes back.
    #[must_use]
    pub fn takes_back(&self) -> Option<WorkEventId> {
        let named = self.args.get("event").filter(|_| self.kind == WorkEventKind::Retract)?;
        serde_json::from_value(named.clone()).ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.args.get(name).and_then(Value::as_str)
    }
}

/// What an order's findings say.
#[must_use]
pub fn inspection(findings: &Value) -> Option<InspectionSubmit> {
    match Command::parse("inspection.submit", 1, findings) {
        Ok(Command::InspectionSubmit(said)) => Some(said),
        _ => None,
    }
}

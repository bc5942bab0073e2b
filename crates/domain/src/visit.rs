//! Visits and what people record on them: notes, measurements, answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::work_order::Standing;
pub use bazdid_protocol::words::visit::{Audience, MockFlag, VisitKind, VisitOutcome};
use bazdid_protocol::{
    geo::Point,
    ids::{AccountId, AnswerId, ChecklistId, DeviceId, MeasurementId, MutationId, NoteId, OrganisationId, TicketId, VisitId, WorkOrderId},
    time::Timestamp,
};

/// Somebody was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Identity.
    pub id: VisitId,
    /// Revision.
    pub rev: i64,
    /// At which ticket.
    pub ticket_id: TicketId,
    /// For which work order.
    pub work_order_id: Option<WorkOrderId>,
    /// Why.
    pub kind: VisitKind,
    /// Who.
    pub actor: AccountId,
    /// For which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// With which device.
    pub device_id: Option<DeviceId>,
    /// Arrival by the device's clock.
    pub arrived_at: Timestamp,
    /// Arrival as the server corrects it.
    pub arrived_est: Timestamp,
    /// When the server heard of it.
    pub received_at: Timestamp,
    /// Departure, corrected.
    pub left_est: Option<Timestamp>,
    /// Where.
    pub point: Option<Point>,
    /// Whether the fix was simulated.
    pub mock: MockFlag,
    /// Metres to the ticket's point.
    pub distance_m: Option<f64>,
    /// What came of it.
    pub outcome: Option<VisitOutcome>,
    /// Effective stamp.
    pub eff: Timestamp,
    /// Who wrote the outcome, oldest first.
    pub writes: Vec<Write>,
}

impl Visit {
    /// Metres from where it was recorded to a ticket's point, as far as both are known.
    #[must_use]
    pub fn metres_to(point: Option<Point>, ticket: &Point) -> Option<f64> {
        Some(point?.fix()?.distance_m(&ticket.fix()?))
    }

    /// Takes in a reported departure. The earliest stands, but none before the arrival: a clock was put back in between. Such a one
    /// counts only if there is no other, and then as the arrival itself.
    pub fn leave(&mut self, reported: Timestamp) {
        let arrived = self.arrived_est;
        let sound = |left: &Timestamp| *left > arrived;
        let earliest = self.left_est.into_iter().chain([reported]).filter(sound).min();
        self.left_est = Some(earliest.unwrap_or(arrived));
    }

    /// Whether its departure is none after its arrival: nobody knows how long it lasted.
    #[must_use]
    pub fn is_contradictory(&self) -> bool {
        self.left_est.is_some_and(|left| left <= self.arrived_est)
    }
}

/// One write of a value that only its author changes, from any of their devices. The newest by (stamp, mutation) stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// The command; absent: from before writes were kept.
    pub mutation: Option<MutationId>,
    /// The device; absent: unknown, or the office.
    pub device: Option<DeviceId>,
    /// Effective stamp.
    pub at: Timestamp,
    /// The value; absent in the write that stands, whose value is in the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl Write {
    /// Adds a write to those of a row. `stands` is the value of the row and `since` its stamp. Answers the value that stands afterwards,
    /// whichever write came first.
    #[must_use]
    pub fn add(writes: &mut Vec<Self>, stands: Value, since: Timestamp, new: Self, value: Value) -> Value {
        if writes.iter().any(|w| w.mutation == new.mutation) {
            return stands;
        }
        if writes.is_empty() && !stands.is_null() {
            writes.push(Self { mutation: None, device: None, at: since, value: None });
        }
        for write in writes.iter_mut().filter(|w| w.value.is_none()) {
            write.value = Some(stands.clone());
        }
        // Of two writes of one device at one instant the later stands: its author had seen the earlier.
        let mut at = new.at;
        while new.device.is_some() && writes.iter().any(|w| w.device == new.device && w.at == at) {
            at = at.plus_micros(1);
        }
        writes.push(Self { at, value: Some(value), ..new });
        writes.sort_by_key(|w| (w.at, w.mutation));
        writes.last_mut().and_then(|w| w.value.take()).unwrap_or(stands)
    }
}

/// Text by a person, or by the system (a value that lost a merge, say).
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Identity.
    pub id: NoteId,
    /// Revision.
    pub rev: i64,
    /// On which ticket.
    pub ticket_id: TicketId,
    /// On which work order.
    pub work_order_id: Option<WorkOrderId>,
    /// By whom; absent: the system.
    pub actor: Option<AccountId>,
    /// For which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Who may read it.
    pub audience: Audience,
    /// The text.
    pub text: String,
    /// Effective stamp of the text.
    pub eff: Timestamp,
    /// When it was removed by its author or the office.
    pub removed_at: Option<Timestamp>,
    /// Who wrote the text, oldest first.
    pub writes: Vec<Write>,
}

/// A quantity that was measured. A correction is a new row that supersedes the old one.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Identity.
    pub id: MeasurementId,
    /// Revision.
    pub rev: i64,
    /// At which ticket.
    pub ticket_id: TicketId,
    /// For which work order.
    pub work_order_id: Option<WorkOrderId>,
    /// On which visit.
    pub visit_id: Option<VisitId>,
    /// The epoch that the author knew.
    pub epoch: Option<i64>,
    /// Code of the price item or thing measured.
    pub item: String,
    /// How much.
    pub quantity: f64,
    /// In which unit, such as `m2`, `m`, `t`, `piece`.
    pub unit: String,
    /// The measurement that it corrects.
    pub supersedes: Option<MeasurementId>,
    /// By whom.
    pub actor: AccountId,
    /// For which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Effective stamp.
    pub eff: Timestamp,
}

/// An answer to one checklist item on one visit. All are kept; of those to one item on one visit the newest by (eff, mutation)
/// stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ChecklistAnswer {
    /// Identity: the mutation's.
    pub id: AnswerId,
    /// Revision.
    pub rev: i64,
    /// At which ticket.
    pub ticket_id: TicketId,
    /// For which work order.
    pub work_order_id: Option<WorkOrderId>,
    /// On which visit.
    pub visit_id: VisitId,
    /// The version of the checklist that was answered.
    pub checklist_id: ChecklistId,
    /// Code of the item.
    pub item: String,
    /// The answer.
    pub value: Value,
    /// By whom.
    pub actor: AccountId,
    /// For which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// The command that gave it.
    pub mutation_id: MutationId,
    /// Effective stamp.
    pub eff: Timestamp,
    /// Effective, or overruled by a newer one.
    pub standing: Standing,
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn write(mutation: u128, device: u128, at: i64) -> Write {
        Write {
            mutation: Some(MutationId::new(Uuid::from_u128(mutation))),
            device: Some(DeviceId::new(Uuid::from_u128(device))),
            at: Timestamp::from_micros(at),
            value: None,
        }
    }

    /// What stands after some writes (mutation, device, instant), each of its own mutation's number, and all writes.
    fn after(written: &[(u128, u128, i64)]) -> (Value, Vec<Write>) {
        let mut writes = Vec::new();
        let stands = written.iter().fold(Value::Null, |stands, (mutation, device, at)| {
            Write::add(&mut writes, stands, Timestamp::default(), write(*mutation, *device, *at), json!(mutation.to_string()))
        });
        (stands, writes)
    }

    #[test]
    fn the_newest_write_stands_whichever_came_first_and_every_other_keeps_its_value() {
        let one = after(&[(1, 7, 10), (2, 7, 30), (3, 8, 20)]);
        assert_eq!(one, after(&[(3, 8, 20), (1, 7, 10), (2, 7, 30)]));
        assert_eq!(one.0, "2");
        let lost: Vec<_> = one.1.iter().filter_map(|w| w.value.clone()).collect();
        assert_eq!(lost, [json!("1"), json!("3")]);
    }

    #[test]
    fn nobody_leaves_before_they_arrived_whichever_report_came_first() {
        let reported = |reports: &[i64]| {
            let mut visit = Visit {
                id: VisitId::new(Uuid::nil()),
                rev: 1,
                ticket_id: TicketId::new(Uuid::nil()),
                work_order_id: None,
                kind: VisitKind::Work,
                actor: AccountId::new(Uuid::nil()),
                organisation_id: None,
                device_id: None,
                arrived_at: Timestamp::from_micros(100),
                arrived_est: Timestamp::from_micros(100),
                received_at: Timestamp::from_micros(100),
                left_est: None,
                point: None,
                mock: MockFlag::Unknown,
                distance_m: None,
                outcome: None,
                eff: Timestamp::from_micros(100),
                writes: vec![],
            };
            assert!(!visit.is_contradictory());
            reports.iter().for_each(|at| visit.leave(Timestamp::from_micros(*at)));
            (visit.left_est.unwrap().micros(), visit.is_contradictory())
        };
        for (reports, expected) in [
            (&[150, 130, 140][..], (130, false)),
            (&[50], (100, true)),
            (&[100], (100, true)),
            (&[50, 30], (100, true)),
            (&[50, 130, 150], (130, false)),
        ] {
            let mut reports = reports.to_vec();
            for _ in 0..reports.len() {
                reports.rotate_left(1);
                assert_eq!(reported(&reports), expected, "{reports:?}");
            }
        }
    }

    #[test]
    fn at_one_instant_a_device_overrules_itself_and_the_mutation_decides_between_devices() {
        assert_eq!(after(&[(9, 7, 10), (2, 7, 10)]).0, "2");
        assert_eq!(after(&[(1, 7, 10), (2, 8, 10)]), after(&[(2, 8, 10), (1, 7, 10)]));
    }

    #[test]
    fn a_write_is_added_once_and_a_value_from_before_writes_were_kept_is_the_first() {
        let (stands, mut writes) = after(&[(1, 7, 10)]);
        assert_eq!(Write::add(&mut writes, stands.clone(), Timestamp::default(), write(1, 7, 10), json!("again")), stands);
        let mut writes = Vec::new();
        let stands = Write::add(&mut writes, json!("old"), Timestamp::from_micros(5), write(1, 7, 10), json!("new"));
        assert_eq!((stands, writes[0].mutation, writes[0].value.clone()), (json!("new"), None, Some(json!("old"))));
    }
}

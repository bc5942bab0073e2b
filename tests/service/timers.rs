//! What happens because an instant has come.

use bazdid_domain::work_order::{Answer, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState};
use bazdid_protocol::{ids::WorkEventId, time::MICROS_PER_SECOND};
use bazdid_server::worker::{Round, Worker};
use bazdid_store::lease::{self, Lease};
use std::sync::Arc;

use crate::town::{POTHOLE, Town, west};

/// One round of the worker.
pub fn tick(town: &Town) -> Round {
    let city = &town.city;
    let clock = Arc::new(bazdid_clock::ManualClock::at(city.now()));
    Worker { db: city.test_db.db().clone(), clock, ids: city.ids.clone(), shared: Arc::clone(&city.shared) }.tick().unwrap()
}

#[test]
fn an_offer_that_nobody_answers_goes_to_the_next_and_in_the_end_to_the_office() {
    for town in Town::both(None) {
        let ticket = town.create(POTHOLE, west()).ticket.id;
        let first = town.order(ticket);
        let due = first.accept_due.unwrap();
        town.city.clock.set(due.plus_micros(-1));
        assert_eq!(tick(&town).expired_offers, 0, "an offer stands to its last instant");

        town.city.clock.set(due);
        assert_eq!(tick(&town).expired_offers, 1);
        let second = town.order(ticket);
        assert_eq!((second.state, second.organisation_id), (WorkOrderState::Offered, Some(town.second)));
        assert!(second.epoch > first.epoch && second.accept_due.unwrap() > due);
        let answers: Vec<_> = town.unit(ticket).assignments.iter().map(|a| (a.organisation_id, a.answer)).collect();
        assert!(answers.contains(&(Some(town.first), Some(Answer::Expired))), "{answers:?}");
        assert_eq!(tick(&town), Round::default(), "nothing is done twice");

        town.city.clock.set(second.accept_due.unwrap());
        assert_eq!(tick(&town).expired_offers, 1);
        let nobody = town.order(ticket);
        assert_eq!((nobody.state, nobody.organisation_id), (WorkOrderState::Draft, None));
        assert_eq!(town.city.audit().iter().filter(|a| *a == "work_order.expire").count(), 2);
    }
}

#[test]
fn a_hold_ends_on_its_date_of_review_and_the_order_is_where_the_reports_put_it() {
    let cases = [(WorkEventKind::Accept, WorkOrderState::Accepted), (WorkEventKind::Start, WorkOrderState::InProgress)];
    for (kind, after) in cases {
        for town in Town::both(None) {
            let ticket = town.create(POTHOLE, west()).ticket.id;
            let (now, crew) = (town.city.now(), town.crew);
            town.happen(ticket, move |unit| {
                let order = unit.work_orders.iter().next().unwrap().clone();
                let reason = Some("waits for the water company".to_owned());
                unit.work_events.put(WorkEvent {
                    id: WorkEventId::new(uuid::Uuid::from_u128(71)),
                    rev: 0,
                    work_order_id: order.id,
                    ticket_id: ticket,
                    epoch: order.epoch,
                    kind,
                    actor: crew,
                    organisation_id: order.organisation_id,
                    device_id: None,
                    visit_id: None,
                    args: serde_json::json!({}),
                    at: now,
                    eff: now,
                    standing: Standing::Effective,
                });
                unit.work_orders.put(WorkOrder { state: WorkOrderState::OnHold, reason, review_at: Some(now.plus_days(2)), ..order });
            });
            assert_eq!(tick(&town).ended_holds, 0);
            town.city.clock.set(now.plus_days(2));
            assert_eq!(tick(&town).ended_holds, 1);
            let order = town.order(ticket);
            assert_eq!((order.state, order.reason, order.review_at), (after, None, None));
            assert_eq!(tick(&town), Round::default());
        }
    }
}

#[test]
fn of_several_processes_one_at_a_time_does_what_is_due() {
    for town in Town::both(None) {
        let ticket = town.create(POTHOLE, west()).ticket.id;
        let due = town.order(ticket).accept_due.unwrap();
        town.city.clock.set(due);
        let other = Lease { name: "worker".into(), holder: uuid::Uuid::from_u128(9), lasts_us: 60 * MICROS_PER_SECOND };
        let held = other.clone();
        assert!(town.city.write(move |tx| lease::take(tx, &held, due)));
        assert_eq!(tick(&town), Round::default(), "another process is at it");
        town.city.clock.advance_micros(60 * MICROS_PER_SECOND);
        assert_eq!(tick(&town).expired_offers, 1, "it never came back");
        let now = town.city.now();
        assert!(town.city.write(move |tx| lease::take(tx, &other, now)), "a round gives its lease back");
    }
}

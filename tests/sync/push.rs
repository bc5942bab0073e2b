//! Push: exactly once, all or nothing, nothing lost.

use bazdid::domain::{
    photo::PhotoKind,
    sync::outcome::{OutcomeCode, Status},
    visit::VisitKind,
    work_order::WorkOrderState,
};
use serde_json::json;

use crate::city::{CREW_OLD, OLD, WEST, category, id, on_both, ticket_with_order};
use bazdid::client::acts::Shot;

#[test]
fn a_day_offline_arrives_in_one_push_and_every_device_sees_it() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        assert_eq!(city.order(ticket).organisation_id, Some(id(OLD)));
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        assert!(crew.state.copy.get("work_order", order.uuid()).is_some());
        city.pass(30);
        crew.accept(order.uuid());
        let visit = crew.arrive(order.uuid(), VisitKind::Work, WEST);
        crew.start(order.uuid(), visit);
        city.pass(60);
        crew.add_photo(order.uuid(), Some(visit), &Shot::of(PhotoKind::After, WEST));
        let submit = crew.submit(order.uuid(), "done");
        city.pass(120);
        crew.sync().unwrap();
        let result = crew.state.outbox.result(submit).unwrap();
        assert_eq!((result.status, result.code), (Status::Applied, None), "{result:?}");
        assert_eq!(city.order(ticket).state, WorkOrderState::Submitted);
        let mut inspector = city.device(crate::city::INSPECTOR_W);
        let (_, pulled) = inspector.sync().unwrap();
        assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "{pulled:?}");
        assert_eq!(inspector.state.copy.list("photo").count(), 1);
    });
}

#[test]
fn a_repeat_gets_the_first_answer_and_has_no_second_effect() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let mut inspector = city.device(crate::city::INSPECTOR_W);
        inspector.sync().unwrap();
        inspector.add_note(ticket.uuid(), "one");
        inspector.add_note(ticket.uuid(), "two");
        inspector.transport.lose.set(2);
        let (pushed, _) = inspector.sync().unwrap();
        assert_eq!((pushed.lost_replies, pushed.replayed), (2, 2));
        assert_eq!(city.world(ticket).notes.iter().count(), 2);
        let _ = (category(), json!({}), OutcomeCode::IdReuse);
    });
}

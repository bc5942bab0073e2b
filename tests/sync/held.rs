//! Mutations that arrive in another order than they were made, or too late.

use bazdid_client::acts::Shot;
use bazdid_domain::{
    account::{Role, RoleGrant},
    conflict::ConflictKind,
    photo::PhotoKind,
    visit::VisitKind,
    work_order::WorkOrderState,
};
use bazdid_protocol::{
    event::EventKind,
    outcome::{OutcomeCode, Status},
};
use bazdid_service::{
    sync::{quarantine, results::list_results},
    webhook::{self, WebhookData},
};
use bazdid_store as store;
use serde_json::json;

use crate::city::{CREW_NEW, CREW_OLD, CREW_OLD_2, INSPECTOR_W, NEW, OLD, SUPERVISOR, WEST, grant, id, on_both, ticket_with_order};

#[test]
fn what_waits_for_another_devices_visit_goes_through_when_it_comes() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let (mut first, mut second) = (city.device(CREW_OLD), city.device(CREW_OLD_2));
        first.sync().unwrap();
        second.sync().unwrap();
        first.accept(order.uuid());
        let visit = first.arrive(order.uuid(), VisitKind::Work, WEST);
        city.pass(5);
        // The colleague starts on the visit that they were told of, and is online first.
        let start = second.start(order.uuid(), visit);
        second.sync().unwrap();
        let held = second.state.outbox.result(start).unwrap();
        assert_eq!((held.status, held.code), (Status::Held, Some(OutcomeCode::Dependency)));
        city.pass(60);
        first.sync().unwrap();
        assert_eq!(city.order(ticket).state, WorkOrderState::InProgress);
        second.refresh_results().unwrap();
        let released = second.state.outbox.result(start).unwrap();
        assert_eq!(released.status, Status::Applied, "{released:?}");
        // It is told until the device says that it knows.
        second.sync().unwrap();
        assert_eq!(second.state.copy.text("work_order", order.uuid(), "state"), Some("in_progress"));
    });
}

/// Found by the simulation: a phone that had been cloned never heard what came of what was held under its first registration.
#[test]
fn what_was_held_under_an_earlier_registration_is_answered_after_the_next() {
    on_both(|city| {
        let (_, order) = ticket_with_order(city);
        let (mut first, mut second, mut clone) = (city.device(CREW_OLD), city.device(CREW_OLD_2), city.device(CREW_OLD_2));
        first.sync().unwrap();
        second.sync().unwrap();
        let visit = first.arrive(order.uuid(), VisitKind::Work, WEST);
        let start = second.start(order.uuid(), visit);
        second.sync().unwrap();
        clone.state = second.state.clone();
        for phone in [&mut clone, &mut second] {
            phone.add_note(order.uuid(), "یادداشت");
            phone.sync().unwrap();
        }
        assert_eq!((clone.state.forks, second.state.forks), (0, 1));
        first.sync().unwrap();
        for phone in [&mut clone, &mut second] {
            phone.refresh_results().unwrap();
            assert_eq!(phone.state.outbox.result(start).unwrap().status, Status::Applied);
        }
    });
}

/// Found by the simulation (seeds 1808 and 2535): of two clones that had sent the same only the one that sent it last heard how it went on.
#[test]
fn of_two_clones_that_sent_the_same_both_hear_what_came_of_it() {
    on_both(|city| {
        let (_, order) = ticket_with_order(city);
        let (mut first, mut second, mut clone) = (city.device(CREW_OLD), city.device(CREW_OLD_2), city.device(CREW_OLD_2));
        first.sync().unwrap();
        second.sync().unwrap();
        let visit = first.arrive(order.uuid(), VisitKind::Work, WEST);
        let start = second.start(order.uuid(), visit);
        clone.state = second.state.clone();
        for phone in [&mut clone, &mut second] {
            phone.add_note(order.uuid(), "یادداشت");
            phone.sync().unwrap();
            assert_eq!(phone.state.outbox.result(start).unwrap().status, Status::Held);
        }
        assert_eq!((clone.state.forks, second.state.forks), (0, 1));
        assert_ne!(clone.state.device, second.state.device);
        first.sync().unwrap();
        for phone in [&mut clone, &mut second] {
            let own = phone.state.outbox.result(start).unwrap().seq;
            for _ in 0..2 {
                phone.refresh_results().unwrap();
                let result = phone.state.outbox.result(start).unwrap();
                assert_eq!((result.status, result.seq), (Status::Applied, own), "it keeps the number that it had here");
            }
        }
        // Sent once, after those of the device itself, and without a seq: it is another's.
        let (ctx, device) = (city.ctx(Some(id(CREW_OLD_2))), clone.state.device.unwrap());
        let items = |after| city.read(|tx| list_results(tx, &ctx, device, after, None)).items;
        let told: Vec<_> = items(0).into_iter().filter(|r| r.id == Some(start)).map(|r| (r.seq, r.replayed)).collect();
        assert_eq!(told, [(None, true)]);
        assert!(items(1).iter().all(|r| r.id != Some(start)), "on the first page alone");
    });
}

#[test]
fn a_submission_waits_for_its_photo_and_a_note_for_its_ticket() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let (mut first, mut second) = (city.device(CREW_OLD), city.device(CREW_OLD_2));
        first.sync().unwrap();
        second.sync().unwrap();
        let submit = first.submit(order.uuid(), "done");
        first.sync().unwrap();
        assert_eq!(first.state.outbox.result(submit).unwrap().status, Status::Held);
        second.add_photo(order.uuid(), None, &Shot::of(PhotoKind::After, WEST));
        second.sync().unwrap();
        assert_eq!(city.order(ticket).state, WorkOrderState::Submitted);
        // A ticket of one device, known to another by radio.
        let (mut maker, mut helper) = (city.device(INSPECTOR_W), city.device(INSPECTOR_W));
        let fresh = maker.create_ticket(crate::city::category(), "چاله", WEST, None);
        helper.add_note(fresh.uuid(), "beside the school");
        helper.sync().unwrap();
        maker.sync().unwrap();
        assert_eq!(city.unit(fresh).notes.iter().count(), 1);
    });
}

#[test]
fn work_of_a_past_epoch_is_kept_with_its_evidence_and_the_device_gets_the_truth_again() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut late = city.device(CREW_OLD);
        late.sync().unwrap();
        assert!(late.state.copy.get("work_order", order.uuid()).is_some());
        city.pass(10);
        late.accept(order.uuid());
        let visit = late.arrive(order.uuid(), VisitKind::Work, WEST);
        late.start(order.uuid(), visit);
        late.add_photo(order.uuid(), Some(visit), &Shot::of(PhotoKind::After, WEST));
        let submit = late.submit(order.uuid(), "done");
        city.pass(60);
        city.reassign(ticket, NEW);
        let before = city.order(ticket);
        city.pass(60);
        let (_, pulled) = late.sync().unwrap();
        let result = late.state.outbox.result(submit).unwrap();
        assert_eq!((result.status, result.code), (Status::Conflict, Some(OutcomeCode::StaleEpoch)), "{result:?}");
        assert_eq!(result.state, None, "what is another's now is not shown");
        let unit = city.unit(ticket);
        assert_eq!(unit.work_orders.iter().next(), Some(&before), "the order is as it was");
        assert_eq!((unit.photos.iter().count(), unit.visits.iter().count(), unit.work_events.iter().count()), (1, 1, 3));
        assert_eq!(unit.conflicts.iter().map(|c| c.kind).collect::<Vec<_>>(), [ConflictKind::StaleEpoch]);
        // All of it left the old contractor's devices but what their people recorded themselves.
        assert!(pulled.diverged.is_empty());
        let left: Vec<&str> = late.state.copy.rows().map(|(kind, ..)| kind).collect();
        let left: Vec<&str> = left.into_iter().filter(|kind| !["area", "category", "organisation"].contains(kind)).collect();
        assert_eq!(left, ["photo", "visit"]);
        // The new one sees their order, and nothing of the other's evidence.
        let mut next = city.device(CREW_NEW);
        next.sync().unwrap();
        assert_eq!((next.state.copy.list("work_order").count(), next.state.copy.list("photo").count()), (1, 0));
        // The supervisor sees all of it, with the conflict.
        let mut office = city.device(SUPERVISOR);
        office.sync().unwrap();
        assert_eq!((office.state.copy.list("photo").count(), office.state.copy.list("conflict").count()), (1, 1));
    });
}

#[test]
fn what_was_done_before_a_task_ended_counts_and_what_was_done_after_is_set_aside() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        let before = crew.accept(order.uuid());
        city.pass(60);
        let ended = RoleGrant { valid_to: Some(city.now()), ..grant(604, CREW_OLD, Role::Crew, OLD, &[]) };
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&ended)));
        city.pass(60);
        let visit = crew.arrive(order.uuid(), VisitKind::Work, WEST);
        let after = crew.start(order.uuid(), visit);
        crew.push().unwrap();
        let result = |id| crew.state.outbox.result(id).unwrap();
        assert_eq!(result(before).status, Status::Applied, "{:?}", result(before));
        assert_eq!((result(after).status, result(after).code), (Status::Conflict, Some(OutcomeCode::Quarantined)));
        assert_eq!(city.order(ticket).state, WorkOrderState::Accepted);
        assert_eq!(city.unit(ticket).conflicts.iter().map(|c| c.kind).collect::<Vec<_>>(), [ConflictKind::Quarantined]);
        crew.pull().unwrap();
        assert_eq!(crew.state.copy.list("ticket").count(), 0, "the channel is lost");
    });
}

#[test]
fn what_the_server_overruled_is_sent_again_even_if_it_did_not_change() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        let mut inspector = city.device(INSPECTOR_W);
        inspector.sync().unwrap();
        let epoch = city.order(ticket).epoch;
        let refused = inspector.act("work.accept", order.uuid(), json!({}));
        let (_, pulled) = inspector.sync().unwrap();
        let result = inspector.state.outbox.result(refused).unwrap();
        assert_eq!(result.status, Status::Rejected);
        assert_eq!(result.state.as_ref().unwrap()["epoch"], epoch, "the device reads the order, so it is told how it stands");
        assert_eq!(pulled.changes, 1, "the order comes again though nobody changed it");
    });
}

#[test]
fn what_waits_too_long_comes_to_the_office_and_can_be_let_in() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        let submit = crew.submit(order.uuid(), "done, the photos are lost");
        let unknown = crew.act("note.add", crew.new_id::<()>().uuid(), json!({"note": crew.new_id::<()>(), "text": "of nothing"}));
        crew.sync().unwrap();
        let step = |city: &crate::city::SharedCity| {
            let ctx = city.ctx(None);
            city.write(move |tx| quarantine::set_overdue_aside(tx, &ctx)).done
        };
        let (ctx, url) = (city.ctx(None), "https://hooks.example.org/".to_owned());
        let receiver = WebhookData { url, description: String::new(), events: None, is_active: true };
        city.write(move |tx| webhook::create(tx, &ctx, &receiver));
        city.pass(5 * 24 * 60 - 1);
        assert_eq!(step(city), 0);
        city.pass(1);
        assert_eq!((step(city), step(city)), (2, 0));
        let told = city.read(|tx| store::outbox::list_open(tx, 99));
        let told: Vec<_> = told.iter().map(|e| (e.kind, e.ticket)).collect();
        let (at_the_ticket, of_nothing) = ((EventKind::ConflictOpened, Some(ticket)), (EventKind::MutationQuarantined, None));
        assert!(told.len() == 2 && told.contains(&at_the_ticket) && told.contains(&of_nothing), "each once, by one or the other: {told:?}");
        let conflicts: Vec<_> = city.unit(ticket).conflicts.iter().cloned().collect();
        assert_eq!(conflicts.iter().map(|c| c.kind).collect::<Vec<_>>(), [ConflictKind::HeldTooLong]);
        crew.refresh_results().unwrap();
        let result = |id| crew.state.outbox.result(id).unwrap();
        assert_eq!((result(submit).status, result(submit).conflict), (Status::Conflict, Some(conflicts[0].id)));
        assert_eq!((result(unknown).status, result(unknown).conflict), (Status::Conflict, None));
        // A supervisor leaves it out: the device hears of it.
        let (ctx, conflict) = (city.ctx(None), conflicts[0].id);
        let acts = city.write(move |tx| {
            let reference = ctx.reference(tx)?;
            let kept = quarantine::find_kept(tx, &reference, conflict)?;
            let acts = kept.acts().len();
            kept.settle(tx, &ctx, &[])?;
            Ok(acts)
        });
        assert_eq!(acts, 1);
        crew.refresh_results().unwrap();
        let result = crew.state.outbox.result(submit).unwrap();
        assert_eq!((result.status, result.code), (Status::Rejected, Some(OutcomeCode::Quarantined)));
    });
}

/// Seed 648 of the simulation with 50 steps.
#[test]
fn a_device_that_was_away_for_months_hears_what_became_of_what_waited() {
    on_both(|city| {
        let mut inspector = city.device(INSPECTOR_W);
        let unknown =
            inspector.act("note.add", inspector.new_id::<()>().uuid(), json!({"note": inspector.new_id::<()>(), "text": "of nothing"}));
        inspector.sync().unwrap();
        assert_eq!(inspector.state.outbox.result(unknown).unwrap().status, Status::Held);
        city.pass(15 * 24 * 60);
        let ctx = city.ctx(None);
        assert_eq!(city.write(move |tx| quarantine::set_overdue_aside(tx, &ctx)).done, 1);
        city.pass(90 * 24 * 60);
        inspector.sync().unwrap();
        inspector.refresh_results().unwrap();
        assert_eq!(inspector.state.outbox.result(unknown).unwrap().status, Status::Conflict);
    });
}

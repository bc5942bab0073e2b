//! What waits is released by whoever makes what it waits for; what nobody makes is the office's to decide.

use std::{sync::mpsc, thread};

use bazdid_domain::{
    conflict::{Conflict, ConflictKind, ConflictStatus, Resolution},
    work_order::WorkOrderState,
};
use bazdid_protocol::{
    envelope::{PushRequest, ResultItem},
    error::Code,
    ids::TicketId,
    outcome::{OutcomeCode, Status},
    words::inbox::InboxKind,
};
use bazdid_server::worker::Worker;
use bazdid_service::{
    conflict::{self, Resolve},
    quarantine,
    sync::push::{Batch, push},
    ticket::{self, NewTicket},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{CREW_OLD, INSPECTOR_W, NEW, OLD, Phone, SUPERVISOR, SharedCity, WEST, category, id, on_both, ticket_with_order},
    decided::waiting,
    push::{body, mutation, note, registered, send},
};

fn worker(city: &SharedCity) -> Worker {
    Worker { db: city.db.clone(), clock: city.clock.clone(), ids: city.ids.clone(), shared: city.shared.clone() }
}

/// A ticket that the operator registers under an id that a device knows already.
fn new_ticket(n: u128) -> NewTicket {
    NewTicket { id: Some(id(n)), ..NewTicket::new(category(), "چاله".into(), WEST) }
}

fn register_ticket(city: &SharedCity, n: u128) {
    let ctx = city.ctx(Some(id(SUPERVISOR)));
    city.write(move |tx| ticket::create(tx, &ctx, &new_ticket(n)).map(drop));
}

/// The answer that stands now.
fn answer(phone: &Phone, n: u128) -> ResultItem {
    let device = phone.state.device.unwrap();
    let ctx = phone.transport.city.ctx(Some(phone.transport.account));
    let found = phone.transport.city.read(|tx| bazdid_service::sync::results::list_results(tx, &ctx, device, 0, None));
    found.items.into_iter().find(|r| r.id == Some(id(n))).unwrap()
}

fn alarm(city: &SharedCity, ticket: TicketId) -> Conflict {
    city.unit(ticket).conflicts.iter().find(|c| c.kind == ConflictKind::EpochUnknown).unwrap().clone()
}

/// A start of the work in an epoch that the server has not issued.
fn of_epoch(seq: i64, n: u128, order: Uuid, epoch: i64) -> Value {
    let mut accept = mutation(seq, n, "work.accept", order, json!({}));
    accept["epoch"] = json!(epoch);
    accept
}

#[test]
fn a_ticket_that_an_operator_registers_releases_what_waited_for_it() {
    on_both(|city| {
        let (phone, device) = registered(city, INSPECTOR_W);
        let sent = send(&phone, device, &[note(1, 50, Uuid::from_u128(0x77), "beside the school")]).unwrap();
        assert_eq!((sent.results[0].status, sent.results[0].code), (Status::Held, Some(OutcomeCode::UnknownEntity)));
        city.pass(5);
        register_ticket(city, 0x77);
        assert_eq!(city.unit(id(0x77)).notes.iter().count(), 1);
        let released = answer(&phone, 50);
        assert_eq!((released.status, released.code), (Status::Applied, None), "{released:?}");
        let mut inspector = city.device(INSPECTOR_W);
        let (_, pulled) = inspector.sync().unwrap();
        assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty());
        assert_eq!(inspector.state.copy.list("note").count(), 1, "the feed has it too");
    });
}

#[test]
fn an_unknown_epoch_is_an_alarm_while_it_waits_and_the_assignment_that_issues_it_ends_both() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let (phone, device) = registered(city, CREW_OLD);
        let sent = send(&phone, device, &[of_epoch(1, 50, order.uuid(), 3)]).unwrap();
        let raised = alarm(city, ticket);
        assert_eq!((sent.results[0].status, sent.results[0].code), (Status::Held, Some(OutcomeCode::EpochUnknown)));
        assert_eq!((sent.results[0].conflict, raised.status), (Some(raised.id), ConflictStatus::Open));
        let ctx = city.ctx(Some(id(SUPERVISOR)));
        assert!(waiting(city, &ctx).contains(&(InboxKind::Conflict, raised.id.uuid())));
        // A second look, and the same again, change nothing.
        worker(city).tick().unwrap();
        assert!(send(&phone, device, &[of_epoch(1, 50, order.uuid(), 3)]).unwrap().results[0].replayed);
        assert_eq!(alarm(city, ticket), raised);
        city.reassign(ticket, NEW);
        assert_eq!(answer(&phone, 50).status, Status::Held, "the server is at epoch 2");
        city.reassign(ticket, OLD);
        assert_eq!(answer(&phone, 50).status, Status::Applied);
        assert_eq!(city.order(ticket).state, WorkOrderState::Accepted);
        let over = alarm(city, ticket);
        assert_eq!((over.status, over.resolved_by), (ConflictStatus::Resolved, None), "it went away by itself");
    });
}

#[test]
fn a_supervisor_lets_in_or_leaves_out_what_waits_for_an_unknown_epoch_before_and_after_it_is_overdue() {
    for (days, resolution) in [(0, Resolution::Adopt), (0, Resolution::Discard), (6, Resolution::Adopt), (6, Resolution::Discard)] {
        on_both(|city| {
            let (ticket, order) = ticket_with_order(city);
            let (phone, device) = registered(city, CREW_OLD);
            send(&phone, device, &[of_epoch(1, 50, order.uuid(), 4)]).unwrap();
            city.pass(days * 24 * 60);
            let round = worker(city).tick().unwrap();
            assert_eq!(round.overdue_mutations, usize::from(days > 5));
            let raised = alarm(city, ticket);
            assert_eq!(city.unit(ticket).conflicts.iter().count(), 1, "one conflict for one thing");
            let ctx = city.ctx(Some(id(SUPERVISOR)));
            let command = Resolve { resolution, note: None, value: None, into: None };
            city.write(move |tx| conflict::resolve(tx, &ctx, raised.id, raised.rev, &command).map(drop));
            let told = answer(&phone, 50);
            if resolution == Resolution::Adopt {
                assert!(matches!(told.status, Status::Applied | Status::Conflict), "{told:?}");
                assert_ne!(told.code, Some(OutcomeCode::EpochUnknown));
                assert_eq!(city.unit(ticket).work_events.iter().count(), 1);
            } else {
                assert_eq!((told.status, city.unit(ticket).work_events.iter().count()), (Status::Rejected, 0));
            }
        });
    }
}

#[test]
fn what_belongs_to_nothing_known_stands_in_the_inbox_and_is_given_a_place_once() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, CREW_OLD);
        let nowhere = Uuid::from_u128(0x99);
        send(&phone, device, &[note(1, 50, nowhere, "the kerb is broken too"), of_epoch(2, 51, nowhere, 1)]).unwrap();
        city.pass(5 * 24 * 60 + 1);
        assert_eq!(worker(city).tick().unwrap().overdue_mutations, 2);
        let ctx = city.ctx(Some(id(SUPERVISOR)));
        let kept = || waiting(city, &ctx).into_iter().filter(|(kind, _)| *kind == InboxKind::Quarantine).map(|(_, id)| id.as_u128());
        assert_eq!(kept().collect::<Vec<_>>(), [51, 50]);
        let decide = |by: u128, n: u128, decision: quarantine::Decision| {
            let ctx = city.ctx(Some(id(by)));
            city.db.write_blocking(move |tx| quarantine::decide(tx, &ctx, id(n), decision))
        };
        let adopt = |about: Option<u128>| quarantine::Decision::Adopt { about: about.map(Uuid::from_u128) };
        let code =
            |outcome: bazdid_protocol::error::Result<_>| outcome.map(|_: bazdid_domain::sync::journal::Journaled| ()).unwrap_err().code;
        assert_eq!(code(decide(INSPECTOR_W, 50, adopt(None))), Code::Forbidden);
        assert_eq!(code(decide(SUPERVISOR, 50, adopt(None))), Code::InvalidTransition, "it is still not known");
        assert_eq!(code(decide(SUPERVISOR, 50, adopt(Some(0x98)))), Code::NotFound);
        assert_eq!(code(decide(SUPERVISOR, 51, adopt(Some(ticket.uuid().as_u128())))), Code::Validation, "no evidence");
        assert_eq!(code(decide(SUPERVISOR, 52, adopt(None))), Code::NotFound);
        let adopted = decide(SUPERVISOR, 50, adopt(Some(ticket.uuid().as_u128()))).unwrap();
        assert_eq!((adopted.status, adopted.entity), (Status::Applied, nowhere), "the journal says what was sent");
        assert_eq!(city.unit(ticket).notes.iter().map(|n| n.text.clone()).collect::<Vec<_>>(), ["the kerb is broken too"]);
        assert_eq!(code(decide(SUPERVISOR, 50, quarantine::Decision::Discard)), Code::Conflict);
        assert_eq!(decide(SUPERVISOR, 51, quarantine::Decision::Discard).unwrap().status, Status::Rejected);
        assert_eq!((answer(&phone, 50).status, answer(&phone, 51).status), (Status::Applied, Status::Rejected));
        assert_eq!(kept().count(), 0);
    });
}

#[test]
fn what_two_transactions_at_once_did_not_see_of_each_other_is_found_by_the_worker() {
    on_both(|city| {
        let (phone, device) = registered(city, INSPECTOR_W);
        let request: PushRequest =
            serde_json::from_value(body(device, &city.now().to_string(), &[note(1, 50, Uuid::from_u128(0x77), "x")])).unwrap();
        let ctx = city.ctx(Some(id(INSPECTOR_W)));
        let batch = Batch::read(&ctx, request).unwrap();
        if city.db.kind() == "postgres" {
            // The push is decided and not yet committed while the ticket is registered and committed.
            let (decided, wait) = mpsc::channel();
            let (go_on, until) = mpsc::channel();
            let db = city.db.clone();
            let pushing = thread::spawn(move || {
                db.write_blocking(move |tx| {
                    let answer = push(tx, &ctx, &batch)?;
                    decided.send(()).unwrap();
                    until.recv().unwrap();
                    Ok(answer)
                })
            });
            wait.recv().unwrap();
            register_ticket(city, 0x77);
            go_on.send(()).unwrap();
            assert_eq!(pushing.join().unwrap().unwrap().results[0].status, Status::Held);
        } else {
            // One writer: nothing is at once. What it would leave behind is made by hand.
            city.write(move |tx| push(tx, &ctx, &batch).map(drop));
            slip(city);
        }
        assert_eq!(answer(&phone, 50).status, Status::Held);
        assert_eq!(worker(city).tick().unwrap().released_mutations, 1);
        assert_eq!(answer(&phone, 50).status, Status::Applied);
        assert_eq!(city.unit(id(0x77)).notes.iter().count(), 1);
        assert_eq!(worker(city).tick().unwrap().released_mutations, 0);
    });
}

#[test]
fn what_slipped_long_ago_is_found_within_the_hour() {
    on_both(|city| {
        let (phone, device) = registered(city, INSPECTOR_W);
        send(&phone, device, &[note(1, 50, Uuid::from_u128(0x77), "x")]).unwrap();
        worker(city).tick().unwrap();
        city.pass(30);
        slip(city);
        assert_eq!(worker(city).tick().unwrap().released_mutations, 0, "it came half an hour ago");
        city.pass(31);
        assert_eq!(worker(city).tick().unwrap().released_mutations, 1);
        assert_eq!(answer(&phone, 50).status, Status::Applied);
    });
}

/// Makes the ticket while the note waits for another thing, so that nobody sees that the two belong together.
fn slip(city: &SharedCity) {
    let waits_for = |city: &SharedCity, thing: u128| {
        let mut rows = city.read(|tx| bazdid_store::mutation::find_mutations(tx, &[id(50)]));
        rows[0].waits_for = Some(Uuid::from_u128(thing));
        city.write(move |tx| bazdid_store::mutation::update_mutations(tx, &rows));
    };
    waits_for(city, 0x78);
    register_ticket(city, 0x77);
    waits_for(city, 0x77);
}

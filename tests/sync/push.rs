//! Push: exactly once, all or nothing, nothing lost, one bad mutation never in the way of the next.

use std::thread;

use bazdid_client::acts::Shot;
use bazdid_domain::{photo::PhotoKind, visit::VisitKind, work_order::WorkOrderState};
use bazdid_protocol::{
    envelope::{PushResponse, ResultItem},
    error::{Code, Error},
    ids::DeviceId,
    outcome::{OutcomeCode, Status},
};
use bazdid_service::sync::push;
use bazdid_store as store;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::city::{CREW_NEW, CREW_OLD, INSPECTOR_E, INSPECTOR_W, OLD, Phone, SharedCity, WEST, id, on_both, ticket_with_order};

/// A mutation as any app may write it.
pub fn mutation(seq: i64, n: u128, cmd: &str, entity: Uuid, args: Value) -> Value {
    json!({"seq": seq, "id": Uuid::from_u128(n), "cmd": cmd, "entity": entity, "at": "2026-11-18T09:00:00Z", "args": args})
}

pub fn note(seq: i64, n: u128, entity: Uuid, text: &str) -> Value {
    mutation(seq, n, "note.add", entity, json!({"note": Uuid::from_u128(n + 0x1000), "text": text}))
}

/// A registered device with its raw line.
pub fn registered(city: &SharedCity, account: u128) -> (Phone, DeviceId) {
    let mut phone = city.device(account);
    let device = phone.register().unwrap();
    (phone, device)
}

pub fn body(device: DeviceId, sent_at: &str, mutations: &[Value]) -> Value {
    json!({"device": device, "sent_at": sent_at, "mutations": mutations})
}

pub fn send(phone: &Phone, device: DeviceId, mutations: &[Value]) -> Result<PushResponse, Error> {
    let now = phone.transport.city.now().to_string();
    phone.transport.push(&body(device, &now, mutations)).map(|v| serde_json::from_value(v).unwrap())
}

fn words(answer: &PushResponse) -> Vec<(Option<i64>, Status, Option<OutcomeCode>, bool)> {
    answer.results.iter().map(|r| (r.seq, r.status, r.code, r.replayed)).collect()
}

#[test]
fn what_waits_on_a_device_is_counted_without_what_the_push_answered() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let now = || phone.transport.city.now().to_string();
        let waits = |pending: Value, mutations: &[Value]| {
            let mut push = body(device, &now(), mutations);
            push["pending"] = pending;
            phone.transport.push(&push).unwrap();
            city.read(move |tx| store::account::find_device(tx, device)).unwrap().pending
        };
        let unknown = mutation(3, 3, "nonsense.do", ticket.uuid(), json!({}));
        let held = note(4, 4, Uuid::from_u128(0x77), "at a ticket that is still on its way");
        let all = [note(1, 1, ticket.uuid(), "a"), note(2, 2, ticket.uuid(), "b"), unknown, held];
        assert_eq!(waits(json!(6), &all[..2]), 4, "two of six are answered");
        assert_eq!(waits(json!(4), &all), 0, "the answers were lost in part: all four are answered, however");
        assert_eq!(waits(json!(3), &all), 0, "never below 0");
        assert_eq!(waits(json!(5), &[]), 5);
        assert_eq!(waits(Value::Null, &[note(5, 5, ticket.uuid(), "c")]), 0);
    });
}

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
        let mut inspector = city.device(INSPECTOR_W);
        let (_, pulled) = inspector.sync().unwrap();
        assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "{pulled:?}");
        assert_eq!(inspector.state.copy.list("photo").count(), 1);
    });
}

#[test]
fn a_repeat_gets_the_first_answer_and_has_no_second_effect() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let mut inspector = city.device(INSPECTOR_W);
        inspector.sync().unwrap();
        inspector.add_note(ticket.uuid(), "one");
        inspector.add_note(ticket.uuid(), "two");
        inspector.transport.lose.set(2);
        let (pushed, _) = inspector.sync().unwrap();
        assert_eq!((pushed.lost_replies, pushed.replayed), (2, 2));
        assert_eq!(city.unit(ticket).notes.iter().count(), 2);
    });
}

#[test]
fn an_answer_that_is_given_again_says_the_same_of_a_refusal_too() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let unknown = json!({"set": {"category": Uuid::from_u128(0xdead)}});
        let batch = [note(1, 1, ticket.uuid(), "one"), mutation(2, 2, "ticket.edit", ticket.uuid(), unknown)];
        let first = send(&phone, device, &batch).unwrap().results;
        assert_eq!((first[1].status, first[1].v.is_some(), first[1].state.is_some()), (Status::Rejected, true, true));
        let again = send(&phone, device, &batch).unwrap().results;
        let first: Vec<_> = first.into_iter().map(|r| ResultItem { replayed: true, state: None, ..r }).collect();
        assert_eq!(again, first);
    });
}

#[test]
fn other_content_under_a_known_id_is_told_and_changes_nothing() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        send(&phone, device, &[note(1, 1, ticket.uuid(), "first")]).unwrap();
        let answer = send(&phone, device, &[note(2, 1, ticket.uuid(), "other"), note(3, 3, ticket.uuid(), "next")]).unwrap();
        assert_eq!(
            words(&answer),
            [(Some(2), Status::Rejected, Some(OutcomeCode::IdReuse), false), (Some(3), Status::Applied, None, false)]
        );
        // Nor may somebody else learn the answer.
        let (other, stranger) = registered(city, INSPECTOR_E);
        let answer = send(&other, stranger, &[note(1, 1, ticket.uuid(), "first")]).unwrap();
        assert_eq!(words(&answer), [(Some(1), Status::Rejected, Some(OutcomeCode::IdReuse), false)]);
        // The same id twice in one batch.
        let twice = [note(4, 4, ticket.uuid(), "a"), note(5, 4, ticket.uuid(), "a"), note(6, 4, ticket.uuid(), "b")];
        let answer = send(&phone, device, &twice).unwrap();
        assert_eq!(
            words(&answer),
            [
                (Some(4), Status::Applied, None, false),
                (Some(5), Status::Applied, None, true),
                (Some(6), Status::Rejected, Some(OutcomeCode::IdReuse), false)
            ]
        );
        let texts: std::collections::BTreeSet<String> = city.unit(ticket).notes.iter().map(|n| n.text.clone()).collect();
        assert_eq!(texts, ["a", "first", "next"].map(String::from).into());
    });
}

#[test]
fn a_new_id_is_looked_for_among_all_rows_and_hides_nothing_that_it_names_too() {
    on_both(|city| {
        let ((one, _), (other, _)) = (ticket_with_order(city), ticket_with_order(city));
        let (phone, device) = registered(city, INSPECTOR_W);
        let add = |seq: i64, entity: Uuid, note: Uuid| {
            mutation(seq, 100 + seq.cast_unsigned() as u128, "note.add", entity, json!({"note": note, "text": "seen"}))
        };
        let (first, second) = (Uuid::from_u128(0x71), Uuid::from_u128(0x72));
        let statuses = |mutations: &[Value]| send(&phone, device, mutations).unwrap().results.iter().map(|r| r.status).collect::<Vec<_>>();
        assert_eq!(statuses(&[add(1, one.uuid(), first)]), [Status::Applied]);
        // A note of a ticket that the batch does not name has this id.
        let answer = send(&phone, device, &[add(2, other.uuid(), first)]).unwrap();
        assert_eq!(words(&answer), [(Some(2), Status::Rejected, Some(OutcomeCode::IdReuse), false)]);
        // A ticket has the id of a new note, and is what the next note is about.
        let refused_then_applied = [Status::Rejected, Status::Applied];
        assert_eq!(statuses(&[add(3, other.uuid(), one.uuid()), add(4, one.uuid(), second)]), refused_then_applied);
        assert_eq!(statuses(&[add(5, one.uuid(), other.uuid()), add(6, other.uuid(), Uuid::from_u128(0x73))]), refused_then_applied);
        // One id for rows of two kinds in one batch: the first has it.
        let second = Uuid::from_u128(0x74);
        let visit = json!({"visit": second, "kind": "patrol", "arrived_at": "2026-11-18T09:00:00Z"});
        let both = [mutation(7, 107, "visit.record", one.uuid(), visit), add(8, other.uuid(), second)];
        assert_eq!(statuses(&both), [Status::Applied, Status::Rejected]);
    });
}

#[test]
fn a_gap_a_fork_and_a_large_batch_are_told_before_anything_is_done() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let gap = send(&phone, device, &[note(3, 3, ticket.uuid(), "x")]).unwrap_err();
        assert_eq!((gap.code, gap.facts["expected_seq"].as_i64()), (Code::SeqGap, Some(1)));
        let inner = send(&phone, device, &[note(1, 1, ticket.uuid(), "x"), note(3, 3, ticket.uuid(), "x")]).unwrap_err();
        assert_eq!((inner.code, inner.facts["expected_seq"].as_i64()), (Code::SeqGap, Some(2)));
        let first = send(&phone, device, &[note(1, 1, ticket.uuid(), "x"), note(2, 2, ticket.uuid(), "y")]).unwrap();
        assert_eq!(first.device.applied_through, 2);
        // A clone sends something else under a seq that is taken, or comes from another chain.
        assert_eq!(send(&phone, device, &[note(2, 9, ticket.uuid(), "z")]).unwrap_err().code, Code::DeviceForked);
        let mut chained = body(device, &city.now().to_string(), &[note(3, 3, ticket.uuid(), "z")]);
        chained["prev_chain"] = json!("ab".repeat(32));
        assert_eq!(phone.transport.push(&chained).unwrap_err().code, Code::DeviceForked);
        chained["prev_chain"] = json!(first.device.chain);
        assert_eq!(phone.transport.push(&chained).unwrap()["device"]["applied_through"], 3);
        // Over what the server has seen the chain is carried on.
        chained["mutations"] = json!([note(1, 1, ticket.uuid(), "x"), note(2, 2, ticket.uuid(), "y"), note(3, 3, ticket.uuid(), "z")]);
        chained["prev_chain"] = json!("0".repeat(64));
        assert_eq!(phone.transport.push(&chained).unwrap()["results"][0]["replayed"], true);
        let many: Vec<Value> = (0..501).map(|n| note(4 + n, 100 + u128::try_from(n).unwrap(), ticket.uuid(), "x")).collect();
        let large = send(&phone, device, &many).unwrap_err();
        assert_eq!((large.code, large.facts["max_mutations"].as_i64()), (Code::BatchTooLarge, Some(500)));
        assert_eq!(city.unit(ticket).notes.iter().count(), 3);
    });
}

#[test]
fn a_device_that_registers_anew_sends_the_same_again_and_nothing_is_doubled() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let mut phone = city.device(INSPECTOR_W);
        phone.sync().unwrap();
        phone.add_note(ticket.uuid(), "one");
        let clone = phone.state.clone();
        phone.sync().unwrap();
        let mut twin = city.device(INSPECTOR_W);
        twin.state = clone;
        twin.add_note(ticket.uuid(), "two");
        twin.sync().unwrap();
        // The twin's first is known; its second has a seq that the server has not: no fork so far. Now the first goes on.
        phone.add_note(ticket.uuid(), "three");
        phone.sync().unwrap();
        assert_eq!(phone.state.forks, 1, "the other's mutation stands under this seq");
        let texts: Vec<String> = city.unit(ticket).notes.iter().map(|n| n.text.clone()).collect();
        assert_eq!(texts.len(), 3, "{texts:?}");
    });
}

#[test]
fn what_cannot_be_read_is_answered_and_the_next_goes_through() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let mut foreign = note(5, 5, ticket.uuid(), "as somebody else");
        foreign["actor"] = json!(Uuid::from_u128(CREW_NEW));
        let batch = [
            note(1, 1, ticket.uuid(), "good"),
            json!({"seq": 2, "id": Uuid::from_u128(2), "cmd": 7}),
            json!("what?"),
            mutation(4, 4, "ticket.burn", ticket.uuid(), json!({})),
            foreign,
            note(6, 6, ticket.uuid(), "a\u{0}b"),
            note(7, 7, ticket.uuid(), "good too"),
        ];
        let answer = send(&phone, device, &batch).unwrap();
        let rejected = |seq, code| (Some(seq), Status::Rejected, Some(code), false);
        let expected = [
            (Some(1), Status::Applied, None, false),
            rejected(2, OutcomeCode::Malformed),
            rejected(3, OutcomeCode::Malformed),
            rejected(4, OutcomeCode::UnknownCommand),
            rejected(5, OutcomeCode::ActorMismatch),
            rejected(6, OutcomeCode::Malformed),
            (Some(7), Status::Applied, None, false),
        ];
        assert_eq!(words(&answer), expected);
        assert_eq!((answer.device.applied_through, answer.results[2].id), (7, None));
        let again = send(&phone, device, &batch).unwrap();
        assert!(again.results.iter().all(|r| r.replayed), "{again:?}");
        assert_eq!(again.device, answer.device);
        assert_eq!(city.unit(ticket).notes.iter().count(), 2);
    });
}

/// Found by the simulation: what is too large was taken for something else when it came again from a device that had registered anew.
#[test]
fn what_cannot_be_read_is_known_again_under_another_registration() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let large = |seq| note(seq, 2, ticket.uuid(), &"x".repeat(70_000));
        let (phone, device) = registered(city, INSPECTOR_W);
        send(&phone, device, &[note(1, 1, ticket.uuid(), "one"), large(2)]).unwrap();
        let (anew, device) = registered(city, INSPECTOR_W);
        let answer = send(&anew, device, &[large(1)]).unwrap();
        assert_eq!(words(&answer), [(Some(1), Status::Rejected, Some(OutcomeCode::TooLarge), true)]);
    });
}

#[test]
fn a_group_is_all_or_nothing_and_what_rests_on_a_refused_creation_is_kept() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut inspector = city.device(INSPECTOR_W);
        inspector.sync().unwrap();
        let (good, bad) = inspector.grouped(|d| {
            let note = d.act("note.add", ticket.uuid(), json!({"note": Uuid::from_u128(77), "text": "with the group"}));
            // An inspector of the city does not hold the contractor's order.
            (note, d.accept(order.uuid()))
        });
        let after = inspector.act("note.add", ticket.uuid(), json!({"note": Uuid::from_u128(78), "text": "after the group"}));
        inspector.push().unwrap();
        let result = |id| inspector.state.outbox.result(id).unwrap();
        assert_eq!(result(bad).status, Status::Rejected, "{:?}", result(bad));
        assert_eq!((result(good).status, result(good).code), (Status::Conflict, Some(OutcomeCode::Quarantined)), "evidence is kept");
        assert_eq!(result(after).status, Status::Applied);
        assert_eq!(city.unit(ticket).notes.iter().count(), 1);

        // A creation that is refused, in a group and alone; what was seen at it is kept for the office.
        let point = json!({"lat": WEST.lat, "lon": WEST.lon});
        let args = json!({"category": Uuid::from_u128(999), "text": "unknown category", "point": point});
        let (created, noted) = (Uuid::from_u128(500), Uuid::from_u128(501));
        let create = inspector.act("ticket.create", created, args);
        let on_it = inspector.act("note.add", created, json!({"note": noted, "text": "seen there"}));
        inspector.push().unwrap();
        let later = inspector.act("note.add", created, json!({"note": Uuid::from_u128(502), "text": "seen later"}));
        inspector.push().unwrap();
        let result = |id| inspector.state.outbox.result(id).unwrap();
        assert_eq!((result(create).status, result(create).code), (Status::Rejected, Some(OutcomeCode::Validation)));
        for id in [on_it, later] {
            assert_eq!((result(id).status, result(id).code), (Status::Conflict, Some(OutcomeCode::Quarantined)), "{:?}", result(id));
        }
    });
}

#[test]
fn of_two_identical_pushes_at_once_one_waits_and_gets_the_stored_answers() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (_, device) = registered(city, INSPECTOR_W);
        let now = city.now().to_string();
        let batch: Vec<Value> = (1..=20).map(|n| note(n, u128::try_from(n).unwrap(), ticket.uuid(), "x")).collect();
        let request = body(device, &now, &batch);
        let ctx = city.ctx(Some(id(INSPECTOR_W)));
        let answers: Vec<PushResponse> = (0..4)
            .map(|_| {
                let (db, ctx, request) = (city.db.clone(), ctx.clone(), serde_json::from_value(request.clone()).unwrap());
                let batch = push::Batch::read(&ctx, request).unwrap();
                thread::spawn(move || db.write_blocking(move |tx| push::push(tx, &ctx, &batch)).unwrap())
            })
            .collect::<Vec<_>>()
            .into_iter()
            .map(|t| t.join().unwrap())
            .collect();
        let first = answers.iter().filter(|a| a.results.iter().all(|r| !r.replayed)).count();
        let replays = answers.iter().filter(|a| a.results.iter().all(|r| r.replayed)).count();
        assert_eq!((first, replays), (1, 3));
        assert_eq!(city.unit(ticket).notes.iter().count(), 20);
    });
}

#[test]
fn other_peoples_devices_and_devices_out_of_service_are_refused() {
    on_both(|city| {
        let (phone, device) = registered(city, INSPECTOR_W);
        let (other, _) = registered(city, CREW_OLD);
        assert_eq!(send(&other, device, &[]).unwrap_err().code, Code::Forbidden);
        assert_eq!(send(&other, id(1234), &[]).unwrap_err().code, Code::Forbidden);
        assert_eq!(send(&phone, device, &[]).unwrap().device.applied_through, 0);
        let now = city.now();
        city.write(move |tx| store::account::revoke_device(tx, device, now));
        assert!(send(&phone, device, &[]).is_ok(), "what it has not sent it may still hand in");
        assert_eq!(phone.transport.pull(&json!({"device": device})).unwrap_err().code, Code::DeviceRevoked);
        city.pass(14 * 24 * 60);
        assert_eq!(send(&phone, device, &[]).unwrap_err().code, Code::DeviceRevoked);
    });
}

#[test]
fn a_clock_that_is_far_off_is_told_and_decides_nothing() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let mut inspector = city.device(INSPECTOR_W);
        inspector.sync().unwrap();
        inspector.clock.set_skew(3 * 86_400_000_000);
        let noted = inspector.act("note.add", ticket.uuid(), json!({"note": Uuid::from_u128(9), "text": "from the future"}));
        city.pass(10);
        inspector.push().unwrap();
        let result = inspector.state.outbox.result(noted).unwrap();
        assert_eq!((result.status, result.code), (Status::Applied, Some(OutcomeCode::ClockSuspect)));
        let note = city.unit(ticket).notes.get(id(9)).unwrap().clone();
        let age = city.now() - note.eff;
        assert!((599_999_999..=600_000_000).contains(&age), "the uptime tells, after what the author had seen: {age}");
        let device = inspector.state.device.unwrap();
        let kept = city.read(|tx| store::account::find_device(tx, device)).unwrap();
        assert_eq!(kept.clock_trust, bazdid_domain::account::ClockTrust::Wrong);
    });
}

//! What is seen while it is open, when it is refused, and when it has come back.

use super::*;
use crate::acts::Shot;
use bazdid_protocol::{
    envelope::PullResponse,
    ids::TicketId,
    text_enum::TextEnum as _,
    words::{photo::PhotoKind, visit::VisitKind, work_order::WorkOrderState},
};
use uuid::Uuid;

const TICKET: Uuid = Uuid::from_u128(77);
const ORDER: Uuid = Uuid::from_u128(78);
const ROUND: Uuid = Uuid::from_u128(79);

/// A page with one ticket, its order in a state and a round that waits.
fn page(state: &str, applied_through: i64, complete: bool) -> PullResponse {
    let put = |t: &str, id: Uuid, row: Value| json!({"c": [0], "op": "put", "t": t, "id": id, "v": 3, "ts": 1, "row": row});
    serde_json::from_value(json!({
        "feed_epoch": "e", "server_time": "2026-01-01T00:00:00Z", "cursor": "c", "more": !complete, "complete": complete,
        "device": { "applied_through": applied_through }, "channels": ["ref"], "gained": [], "lost": [], "reset": [], "digest": [],
        "changes": [
            put("ticket", TICKET, json!({"id": TICKET, "text": "old", "status": "new"})),
            put("work_order", ORDER, json!({"id": ORDER, "ticket": TICKET, "state": state, "epoch": 2, "findings": null})),
            put("round", ROUND, json!({"id": ROUND, "work_order": ORDER, "verdict": "pending"})),
        ],
    }))
    .unwrap()
}

fn phone_with(state: &str) -> Device<Server> {
    let mut phone = phone();
    phone.state.copy.apply(&page(state, 0, true)).unwrap();
    phone
}

/// The state of the order that is seen.
fn state(phone: &Device<Server>) -> String {
    phone.view().text("work_order", ORDER, "state").unwrap().to_owned()
}

fn answer(phone: &mut Device<Server>, id: MutationId, status: Status) {
    let seq = phone.state.outbox.find(id).unwrap().seq;
    let result = json!({"seq": seq, "id": id, "status": status, "replayed": false});
    phone.state.outbox.answer(&[serde_json::from_value(result.clone()).unwrap()]);
    phone.state.outbox.update(&[serde_json::from_value(result).unwrap()]);
}

/// A page arrives as a pull takes it.
fn arrive(phone: &mut Device<Server>, page: &PullResponse) {
    phone.state.copy.apply(page).unwrap();
    if page.complete {
        phone.state.outbox.settle(page.device.applied_through);
    }
}

/// Nothing of the person's own is seen any more.
fn is_the_copy(phone: &Device<Server>) -> bool {
    let view = phone.view();
    let rows = view.rows();
    let held: Vec<_> = phone.state.copy.rows().map(|(kind, id, held)| (kind, id, &held.row)).collect();
    rows.values().all(|seen| seen.open.is_empty()) && rows.iter().map(|((k, id), seen)| (*k, *id, &*seen.row)).collect::<Vec<_>>() == held
}

#[test]
fn every_command_shows_what_it_does_and_the_copy_stays_as_it_is() {
    type Act = fn(&mut Device<Server>) -> (&'static str, Uuid);
    let cases: Vec<(&str, Act, &str, Value)> = vec![
        ("offered", |d| ("ticket", d.create_ticket(Uuid::from_u128(9).into(), "new", PLACE, None).uuid()), "text", json!("new")),
        ("offered", |d| (d.edit_ticket(TICKET.into(), json!({"text": "mine"})), ("ticket", TICKET)).1, "text", json!("mine")),
        ("offered", |d| ("note", d.add_note(TICKET, "seen").uuid()), "ticket", json!(TICKET)),
        ("offered", |d| ("note", d.add_note(ORDER, "seen").uuid()), "work_order", json!(ORDER)),
        ("offered", |d| ("note", d.add_note(ORDER, "seen").uuid()), "ticket", json!(TICKET)),
        (
            "offered",
            |d| {
                let note = d.add_note(TICKET, "seen").uuid();
                d.act("note.edit", TICKET, json!({"note": note, "text": "better"}));
                ("note", note)
            },
            "text",
            json!("better"),
        ),
        (
            "offered",
            |d| {
                let note = d.add_note(TICKET, "seen").uuid();
                d.act("note.remove", TICKET, json!({ "note": note }));
                ("note", note)
            },
            "removed_at",
            json!("2026-09-21T14:13:20.000000Z"),
        ),
        ("offered", |d| ("visit", d.arrive(ORDER, VisitKind::Work, PLACE).uuid()), "kind", json!("work")),
        (
            "offered",
            |d| {
                let visit = d.arrive(ORDER, VisitKind::Work, PLACE);
                d.leave(ORDER, visit, bazdid_protocol::words::visit::VisitOutcome::Done);
                ("visit", visit.uuid())
            },
            "outcome",
            json!("done"),
        ),
        ("offered", |d| ("photo", d.add_photo(ORDER, None, &Shot::of(PhotoKind::After, PLACE)).uuid()), "state", json!("promised")),
        (
            "offered",
            |d| {
                let m = d.measure(ORDER, None, "asphalt", 3.5, "m2");
                let id = d.state.outbox.find(m).unwrap().args["measurement"].as_str().unwrap().parse().unwrap();
                ("measurement", id)
            },
            "quantity",
            json!(3.5),
        ),
        (
            "offered",
            |d| {
                let visit = d.arrive(ORDER, VisitKind::Work, PLACE);
                let args = json!({"visit": visit, "checklist": TICKET, "item": "barrier", "value": true});
                ("answer", d.act("checklist.answer", ORDER, args).uuid())
            },
            "value",
            json!(true),
        ),
        ("offered", |d| (d.accept(ORDER), ("work_order", ORDER)).1, "state", json!("accepted")),
        ("offered", |d| ("work_event", d.accept(ORDER).uuid()), "kind", json!("accept")),
        ("offered", |d| (d.decline(ORDER, "no"), ("work_order", ORDER)).1, "state", json!("offered")),
        ("accepted", |d| (d.decline(ORDER, "no"), ("work_order", ORDER)).1, "state", json!("accepted")),
        ("accepted", |d| (d.start(ORDER, Uuid::from_u128(1).into()), ("work_order", ORDER)).1, "state", json!("in_progress")),
        ("in_progress", |d| (d.submit(ORDER, "done"), ("work_order", ORDER)).1, "state", json!("submitted")),
        ("cancelled", |d| (d.submit(ORDER, "done"), ("work_order", ORDER)).1, "state", json!("cancelled")),
        ("on_hold", |d| (d.act("work.resume", ORDER, json!({})), ("work_order", ORDER)).1, "state", json!("in_progress")),
        (
            "in_progress",
            |d| (d.act("work.fail_visit", ORDER, json!({"reason": "no_access"})), ("work_order", ORDER)).1,
            "reason",
            json!("no_access"),
        ),
        (
            "in_progress",
            |d| (d.act("work.request_hold", ORDER, json!({"reason": "rain"})), ("work_order", ORDER)).1,
            "state",
            json!("in_progress"),
        ),
        (
            "in_progress",
            |d| (d.submit_inspection(ORDER, "confirmed"), ("work_order", ORDER)).1,
            "findings",
            json!({"findings": "confirmed"}),
        ),
        (
            "in_progress",
            |d| {
                let submitted = d.submit(ORDER, "done");
                d.act("work.retract", ORDER, json!({ "event": submitted }));
                ("work_order", ORDER)
            },
            "state",
            json!("in_progress"),
        ),
        ("submitted", |d| (d.verify(ORDER, ROUND, "ok"), ("round", ROUND)).1, "verdict", json!("accepted")),
        ("submitted", |d| (d.verify(ORDER, ROUND, "ok"), ("work_order", ORDER)).1, "state", json!("verified")),
        ("submitted", |d| (d.rework(ORDER, ROUND, "unsafe", "again"), ("work_order", ORDER)).1, "state", json!("rework")),
        // What no server accepts shows nothing.
        ("offered", |d| (d.edit_ticket(TICKET.into(), json!({"priority": "urgent"})), ("ticket", TICKET)).1, "text", json!("old")),
        ("offered", |d| (d.act("work.teleport", ORDER, json!({})), ("work_order", ORDER)).1, "state", json!("offered")),
    ];
    for (n, (before, act, field, expected)) in cases.into_iter().enumerate() {
        let mut phone = phone_with(before);
        let held = phone.state.copy.clone();
        let (kind, id) = act(&mut phone);
        let view = phone.view();
        let seen = view.get(kind, id).unwrap_or_else(|| panic!("case {n}: no {kind} is seen"));
        assert_eq!(seen.row.get(field), Some(&expected), "case {n}: {kind}.{field}");
        assert_eq!(phone.state.copy, held, "case {n}: the copy is the server's");
        // Refused, all of it vanishes and is named.
        let done: Vec<MutationId> = phone.state.outbox.journal().map(|e| e.id).collect();
        done.iter().for_each(|id| answer(&mut phone, *id, Status::Rejected));
        assert!(is_the_copy(&phone), "case {n}");
        assert_eq!(phone.refused().count(), done.len());
    }
}

#[test]
fn an_event_of_a_passed_epoch_does_nothing_to_the_order_that_has_gone_on() {
    let mut phone = phone_with("offered");
    phone.accept(ORDER);
    let mut next = page("offered", 0, true);
    next.changes[1].row.as_mut().unwrap()["epoch"] = json!(3);
    arrive(&mut phone, &next);
    assert_eq!(state(&phone), "offered");
}

#[test]
fn whichever_comes_first_of_answer_and_row_the_view_goes_on_once() {
    for answered in [Status::Applied, Status::Merged, Status::Conflict, Status::Rejected] {
        // The row first, as when the answer was lost on its way.
        let mut phone = phone_with("accepted");
        let start = phone.start(ORDER, Uuid::from_u128(1).into());
        assert_eq!(state(&phone), "in_progress");
        arrive(&mut phone, &page("in_progress", 1, true));
        assert_eq!(state(&phone), "in_progress");
        answer(&mut phone, start, answered);
        assert_eq!(state(&phone), "in_progress");
        arrive(&mut phone, &page("in_progress", 1, true));
        assert!(is_the_copy(&phone));

        // The answer first, and the row only with the end of the pull.
        let mut phone = phone_with("accepted");
        let start = phone.start(ORDER, Uuid::from_u128(1).into());
        answer(&mut phone, start, answered);
        let until = if answered == Status::Rejected { "accepted" } else { "in_progress" };
        assert_eq!(state(&phone), until);
        arrive(&mut phone, &page("accepted", 1, false));
        assert_eq!(state(&phone), until, "the pull is not at its end");
        let end = if answered == Status::Applied { "in_progress" } else { "accepted" };
        arrive(&mut phone, &page(end, 1, true));
        assert_eq!(state(&phone), end);
        assert!(is_the_copy(&phone));
    }
}

#[test]
fn what_is_held_is_seen_until_it_is_decided_and_what_a_restored_server_lost_is_seen_again() {
    let mut phone = phone_with("in_progress");
    let submit = phone.submit(ORDER, "done");
    answer(&mut phone, submit, Status::Held);
    arrive(&mut phone, &page("in_progress", 1, true));
    assert_eq!(state(&phone), "submitted", "nobody has decided it");
    answer(&mut phone, submit, Status::Applied);
    assert_eq!(state(&phone), "submitted", "the row is not there yet");
    arrive(&mut phone, &page("submitted", 1, true));
    assert!(is_the_copy(&phone));
    // The server was put back to the state before.
    arrive(&mut phone, &page("in_progress", 0, true));
    phone.state.outbox.rewind(1);
    assert_eq!(state(&phone), "submitted");
}

#[test]
fn a_page_of_a_server_that_was_put_back_settles_nothing() {
    let mut phone = phone_with("in_progress");
    let submit = phone.submit(ORDER, "done");
    answer(&mut phone, submit, Status::Applied);
    arrive(&mut phone, &page("in_progress", 0, true));
    assert_eq!(state(&phone), "submitted");
    assert!(phone.state.outbox.find(submit).unwrap().is_open());
}

#[test]
fn what_is_open_is_done_in_its_order() {
    let mut phone = phone_with("offered");
    let ticket: TicketId = TICKET.into();
    for text in ["a", "b"] {
        phone.edit_ticket(ticket, json!({ "text": text }));
    }
    phone.edit_ticket(ticket, json!({ "address_text": "c" }));
    let (accept, visit) = (phone.accept(ORDER), phone.arrive(ORDER, VisitKind::Work, PLACE));
    let (start, submit) = (phone.start(ORDER, visit), phone.submit(ORDER, "done"));
    let view = phone.view();
    assert_eq!((view.text("ticket", TICKET, "text"), view.text("ticket", TICKET, "address_text")), (Some("b"), Some("c")));
    let order = view.get("work_order", ORDER).unwrap();
    assert_eq!(order.open, [accept, start, submit]);
    assert_eq!(order.row["state"], WorkOrderState::Submitted.as_str());
    assert_eq!((view.list("work_event").len(), view.list("visit").len(), view.list("ticket").len()), (3, 1, 1));
}

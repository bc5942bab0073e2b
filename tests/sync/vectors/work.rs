//! The table "What wins", its rows about work, and the table of late operations.

use bazdid_domain::{
    category::{EvidenceNeeds, EvidenceRule},
    photo::PhotoKind,
    ticket::{Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, Round, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrderState},
};
use bazdid_protocol::ids::{WorkEventId, name_uuid};
use serde_json::{Value, json};

use crate::vectors::{
    case::{Case, case},
    fields::{photo, visit, visited},
    fixture::{
        CONTRACT, NEW, NOW, OFFER_1, OFFER_2, OLD, ORDER, TICKET, TREE,
        Who::{CrewA, CrewB, InspectorA, InspectorB, Manager, OldCrew, OldCrewRevoked},
        assignment, ended, id, key, offer, order, ticket, unit,
    },
};

const STAGE: &str = "work stage";
const NEEDS: &str = "what a step needs";
const RELIEF: &str = "decline by crew, not by a manager";
const HOLD: &str = "hold";
const VERDICT: &str = "verdict on a round";
const LATE_ACCEPT: &str = "accept | the offer expired, nobody else took it, done in time";
const LATE_ACCEPT_TAKEN: &str = "accept | another accepted";
const LATE_ACCEPT_DECLINED: &str = "accept | a manager of the same party declined, nobody else took it, done in time";
const LATE_DECLINE: &str = "decline | expired or withdrawn";
const AFTER_WINDOW: &str = "accept, start, submit | after the window of the offer";
const REASSIGNED: &str = "start, submit | reassigned";
const CANCELLED: &str = "submit | ticket cancelled or merged";
const OTHER_EVIDENCE: &str = "submit | the category asks for other evidence now";
const SECOND_CREW: &str = "submit by a second crew, same epoch | submitted";
const ON_HOLD: &str = "submit | put on hold by the office";
const NEWER_ROUND: &str = "verify, rework | a newer round exists";
const OTHER_VERDICT: &str = "verify | another asked for rework";
const BYTES_AWAITED: &str = "verify | bytes are not there that the category asks to be stored";
const ENDED_BEFORE: &str = "anything | grant or contract had ended before the true time";
const OUT_OF_SERVICE: &str = "anything | device revoked or account disabled when it is pushed";
const ENDED_AFTER: &str = "anything | they ended after the true time";

/// The first offer expired an hour ago unanswered; the second one is open.
fn expired() -> UnitOfWork {
    let mut w = unit();
    assignment(&mut w, OFFER_1, |a| (a.answer, a.answered_at) = (Some(Answer::Expired), a.expires_at));
    assignment(&mut w, OFFER_2, |a| a.expires_at = Some(NOW.plus_minutes(60)));
    w
}

/// The manager of the old contractor declined the first offer; the second one is open.
fn declined() -> UnitOfWork {
    let mut w = unit();
    let at = NOW.plus_minutes(-120);
    assignment(&mut w, OFFER_1, |a| (a.answer, a.answered_at, a.reason) = (Some(Answer::Declined), Some(at), Some("no_capacity".into())));
    assignment(&mut w, OFFER_2, |a| a.expires_at = Some(NOW.plus_minutes(60)));
    w.work_events.load([WorkEvent {
        id: WorkEventId::new(key(0x96)),
        rev: 1,
        work_order_id: id(ORDER),
        ticket_id: id(TICKET),
        epoch: 1,
        kind: WorkEventKind::Decline,
        actor: id(9),
        organisation_id: Some(id(OLD)),
        device_id: None,
        visit_id: None,
        args: json!({"reason": "no_capacity"}),
        at,
        eff: at,
        standing: Standing::Effective,
    }]);
    w
}

/// The only offer has expired and nobody else was asked.
fn expired_alone() -> UnitOfWork {
    let mut w = unit();
    order(&mut w, |o| o.state = WorkOrderState::Expired);
    assignment(&mut w, OFFER_2, |a| (a.answer, a.answered_at) = (Some(Answer::Expired), a.expires_at));
    w
}

fn held() -> UnitOfWork {
    let mut w = unit();
    order(&mut w, |o| (o.state, o.reason, o.review_at) = (WorkOrderState::OnHold, Some("rain".into()), Some(NOW.plus_days(1))));
    assignment(&mut w, OFFER_2, |a| (a.answer, a.answered_at) = (Some(Answer::Accepted), Some(a.offered_at)));
    w
}

/// Under a contract that ended a hundred minutes ago.
fn contracted() -> UnitOfWork {
    let mut w = unit();
    assignment(&mut w, OFFER_2, |a| a.contract_id = Some(id(CONTRACT)));
    w
}

/// The id of a round follows from its order and number.
fn round_id(number: i64) -> uuid::Uuid {
    name_uuid(&format!("round|{}|{number}", key(ORDER)))
}

fn round(number: i64, epoch: i64, by: u128, organisation: u128) -> Round {
    Round {
        id: bazdid_protocol::ids::RoundId::new(round_id(number)),
        rev: 1,
        work_order_id: id(ORDER),
        ticket_id: id(TICKET),
        number,
        epoch,
        submitted_by: id(by),
        submitted_org: Some(id(organisation)),
        submitted_at: NOW.plus_minutes(-300),
        event_id: WorkEventId::new(key(0x95)),
        verdict: RoundVerdict::Pending,
        verdict_by: None,
        verdict_at: None,
        verdict_mutation: None,
        defects: Vec::new(),
        note: None,
        rework_due: None,
        without_bytes: None,
    }
}

/// The new contractor has submitted its first round.
fn submitted() -> UnitOfWork {
    let mut w = unit();
    assignment(&mut w, OFFER_2, |a| (a.answer, a.answered_at) = (Some(Answer::Accepted), Some(a.offered_at)));
    order(&mut w, |o| (o.state, o.submitted_by, o.submitted_org) = (WorkOrderState::Submitted, Some(id(5)), Some(id(NEW))));
    w.rounds.load([round(1, 2, 5, NEW)]);
    w
}

/// The order was taken from the new contractor after its round; the old one has submitted another.
fn second_round() -> UnitOfWork {
    let mut w = submitted();
    w.assignments.load([Assignment {
        answer: Some(Answer::Accepted),
        answered_at: Some(NOW.plus_minutes(-250)),
        expires_at: None,
        ..offer(33, OLD, 3)
    }]);
    order(&mut w, |o| {
        (o.epoch, o.round, o.assignment_id, o.organisation_id) = (3, 2, Some(id(33)), Some(id(OLD)));
        (o.submitted_by, o.submitted_org) = (Some(id(4)), Some(id(OLD)));
    });
    w.rounds.load([Round { verdict: RoundVerdict::Withdrawn, ..round(1, 2, 5, NEW) }, round(2, 3, 4, OLD)]);
    w
}

fn judged(number: i64) -> Value {
    json!({"round": round_id(number), "defects": [{"code": "debris_left", "note": null}]})
}

fn ended_at(to: TicketStatus, minutes: i64) -> UnitOfWork {
    let mut w = unit();
    ended(&mut w, to, minutes);
    w
}

pub fn cases() -> Vec<Case> {
    let mut all = stages();
    all.extend(reliefs());
    all.extend(verdicts());
    all.extend(late_answers());
    all.extend(late_work());
    all.extend(late_others());
    all
}

fn stages() -> Vec<Case> {
    vec![
        case(
            "stage",
            "the furthest event of an epoch",
            STAGE,
            "One crew accepts, another starts and submits in the same epoch: the stage is the furthest, whichever is heard of first.",
            visited(),
        )
        .work(CrewA, 2, 300, "work.accept", json!({}))
        .work(CrewB, 2, 250, "work.start", json!({"visit": key(40)}))
        .work(CrewB, 2, 200, "work.submit", json!({"summary": "done"}))
        .told(&["applied", "applied", "applied"])
        .conflicts(&[]),
        case(
            "stage",
            "declined against submitted",
            STAGE,
            "The manager declines what a crew submits: the submission stands, a person decides.",
            unit(),
        )
        .work(Manager, 2, 300, "work.decline", json!({"reason": "no_capacity"}))
        .work(CrewB, 2, 200, "work.submit", json!({}))
        .told(&["applied", "conflict concurrent_edit"])
        .conflicts(&["declined_vs_submitted hard"]),
        case(
            "stage",
            "work that nothing shows anybody to have been present at",
            NEEDS,
            "It counts: nobody's work is lost. The order's flags say what is missing, and the system does not verify it.",
            unit(),
        )
        .work(CrewB, 2, 200, "work.submit", json!({"summary": "done"}))
        .told(&["applied"])
        .conflicts(&[]),
        case(
            "stage",
            "presence that is heard of after the submission",
            NEEDS,
            "A visit and a start that were recorded before take the flags away, whichever comes first.",
            visited(),
        )
        .work(CrewB, 2, 200, "work.submit", json!({"summary": "done"}))
        .work(CrewB, 2, 250, "work.start", json!({"visit": key(40)}))
        .told(&["applied", "applied"])
        .conflicts(&[]),
        case(
            "stage",
            "a visit at which nobody could work, without a photo",
            NEEDS,
            "It needs presence too: the visit is there, a photo is missing.",
            visited(),
        )
        .work(CrewB, 2, 200, "work.fail_visit", json!({"reason": "no_access"}))
        .told(&["applied"])
        .conflicts(&[]),
        case("stage", "declined against accepted", STAGE, "An acceptance beats a decline of the same party.", unit())
            .work(Manager, 2, 300, "work.decline", json!({"reason": "no_capacity"}))
            .work(CrewB, 2, 200, "work.accept", json!({}))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("stage", "a failed visit", STAGE, "Nobody could work: the office must act.", unit())
            .work(CrewA, 2, 300, "work.accept", json!({}))
            .work(CrewA, 2, 200, "work.fail_visit", json!({"reason": "no_access"}))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("stage", "an event that its author took back", STAGE, "A retracted submission leaves the order where it was.", unit())
            .work(CrewA, 2, 300, "work.accept", json!({}))
            .work(CrewA, 2, 200, "work.submit", json!({}))
            .work(CrewA, 2, 100, "work.retract", json!({"event": key(0xa1)}))
            .told(&["applied", "applied", "applied"])
            .conflicts(&[]),
        case(
            "stage",
            "an epoch that was not issued",
            STAGE,
            "An event of an epoch that the server does not know waits: the server has lost data.",
            unit(),
        )
        .work(CrewA, 9, 100, "work.accept", json!({}))
        .told(&["held epoch_unknown"])
        .conflicts(&[]),
        case("stage", "an epoch that was never one's own", STAGE, "The new contractor cannot report work of epoch 1.", unit())
            .work(CrewA, 1, 100, "work.submit", json!({}))
            .told(&["rejected not_assigned"])
            .conflicts(&[]),
        case(
            "stage",
            "a start before its visit",
            STAGE,
            "A start waits for the visit that it names, from whichever device it comes.",
            unit(),
        )
        .work(CrewA, 2, 200, "work.start", json!({"visit": key(40)}))
        .work(CrewB, 2, 210, "visit.record", visit(40))
        .told(&["applied", "applied"])
        .conflicts(&[]),
        case("hold", "a request is a flag", HOLD, "Only the office puts an order on hold; the field asks for it.", unit())
            .work(CrewA, 2, 300, "work.accept", json!({}))
            .work(CrewA, 2, 200, "work.request_hold", json!({"reason": "rain"}))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("hold", "going on ends a hold", HOLD, "The office's hold ends when its holder goes on.", held())
            .work(CrewA, 2, 100, "work.resume", json!({}))
            .told(&["applied"])
            .conflicts(&[]),
    ]
}

/// A crew's request against what a colleague or the manager does, in the same epoch.
fn reliefs() -> Vec<Case> {
    let against =
        |name, about, unit| case("relief", name, RELIEF, about, unit).work(CrewA, 2, 300, "work.decline", json!({"reason": "no_capacity"}));
    let asked = "conflict invalid_transition";
    let open: &[&str] = &["relief_requested hard"];
    vec![
        against("a crew asks to be relieved", "The stage does not change; the office decides.", unit()).told(&[asked]).conflicts(open),
        against("against an acceptance", "A colleague has accepted: the order is accepted, the office decides.", unit())
            .work(CrewB, 2, 200, "work.accept", json!({}))
            .told(&[asked, "applied"])
            .conflicts(open),
        against("against a start", "A colleague has begun: the work is in progress, the office decides.", visited())
            .work(CrewB, 2, 200, "work.start", json!({"visit": key(40)}))
            .told(&[asked, "applied"])
            .conflicts(open),
        against("against a submission", "A colleague has submitted: the round waits for its verdict, the office decides.", unit())
            .work(CrewB, 2, 200, "work.submit", json!({}))
            .told(&[asked, "applied"])
            .conflicts(open),
        against("against the manager's decline", "The manager has declined: there is nothing left to decide.", unit())
            .work(Manager, 2, 200, "work.decline", json!({"reason": "no_capacity"}))
            .told(&[asked, "applied"])
            .conflicts(&[]),
        against("two crews ask", "One conflict for both.", unit())
            .work(CrewB, 2, 200, "work.decline", json!({"reason": "too_far"}))
            .told(&[asked, asked])
            .conflicts(open),
        against("taken back", "A retracted request leaves nothing to decide.", unit())
            .work(CrewA, 2, 200, "work.retract", json!({"event": key(0xa0)}))
            .work(CrewB, 2, 100, "work.accept", json!({}))
            .told(&[asked, "applied", "applied"])
            .conflicts(&[]),
        against("against the manager's decline and an acceptance", "The acceptance beats the decline, so the request is open.", unit())
            .work(Manager, 2, 250, "work.decline", json!({"reason": "no_capacity"}))
            .work(CrewB, 2, 200, "work.accept", json!({}))
            .told(&[asked, "applied", "applied"])
            .conflicts(open),
    ]
}

fn verdicts() -> Vec<Case> {
    vec![
        case("verdicts", "two equal verdicts", VERDICT, "Of two equal verdicts the earlier stands, with the defects of both.", submitted())
            .work(InspectorA, 2, 100, "round.verify", json!({"round": round_id(1), "note": "ok"}))
            .work(InspectorB, 2, 200, "round.verify", json!({"round": round_id(1)}))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("verdicts", "nobody judges their own work", VERDICT, "Nor that of their organisation.", submitted())
            .work(CrewB, 2, 100, "round.verify", json!({"round": round_id(1)}))
            .told(&["rejected not_permitted"])
            .conflicts(&[]),
        case(
            "verdicts",
            "a returned round is a new epoch",
            VERDICT,
            "What is reported of the returned round afterwards is late.",
            submitted(),
        )
        .work(InspectorA, 2, 200, "round.rework", judged(1))
        .told(&["applied"])
        .conflicts(&[]),
        case(
            "late",
            "verify against rework",
            OTHER_VERDICT,
            "The stricter verdict stands until a person decides, whichever came first.",
            submitted(),
        )
        .work(InspectorA, 2, 200, "round.rework", judged(1))
        .work(InspectorB, 2, 100, "round.verify", json!({"round": round_id(1)}))
        .told(&["applied", "conflict concurrent_edit"])
        .conflicts(&["verdict_disagrees hard"]),
        case(
            "late",
            "a round is accepted before the bytes of its photos have come",
            BYTES_AWAITED,
            "It waits for them: the round is not judged yet. A return does not wait.",
            {
                let mut w = submitted();
                let photos = vec![EvidenceRule { kind: PhotoKind::After, min: 1 }];
                order(&mut w, |o| o.evidence = EvidenceNeeds { photos, stored: true, ..EvidenceNeeds::default() });
                w
            },
        )
        .work(InspectorA, 2, 200, "round.verify", json!({"round": round_id(1)}))
        .told(&["held dependency"])
        .conflicts(&[]),
        case(
            "late",
            "a verdict on a round that the order has left",
            NEWER_ROUND,
            "It is kept as an inspection of its round; the order goes on.",
            second_round(),
        )
        .work(InspectorA, 2, 100, "round.verify", json!({"round": round_id(1)}))
        .told(&["conflict stale_epoch"])
        .conflicts(&["stale_epoch hard"]),
    ]
}

fn late_answers() -> Vec<Case> {
    let taken = || {
        let mut w = expired();
        assignment(&mut w, OFFER_2, |a| (a.answer, a.answered_at) = (Some(Answer::Accepted), Some(NOW.plus_minutes(-30))));
        order(&mut w, |o| o.state = WorkOrderState::Accepted);
        w
    };
    vec![
        case(
            "late",
            "accepted in time, heard of late",
            LATE_ACCEPT,
            "The offer expired, another was asked and has not answered: the first has the order again, in a new epoch.",
            expired(),
        )
        .work(OldCrew, 1, 61, "work.accept", json!({}))
        .told(&["applied"])
        .conflicts(&[]),
        case(
            "late",
            "accepted in time, nobody else was asked",
            LATE_ACCEPT,
            "The offer counts as accepted in its own epoch.",
            expired_alone(),
        )
        .work(CrewA, 2, 61, "work.accept", json!({}))
        .told(&["applied"])
        .conflicts(&[]),
        case("late", "accepted when another had", LATE_ACCEPT_TAKEN, "Nothing changes; a person decides.", taken())
            .work(OldCrew, 1, 61, "work.accept", json!({}))
            .told(&["conflict stale_epoch"])
            .conflicts(&["stale_epoch hard"]),
        case("late", "declined what had expired", LATE_DECLINE, "It is right already.", expired())
            .work(OldCrew, 1, 70, "work.decline", json!({"reason": "no_capacity"}))
            .told(&["applied"])
            .conflicts(&[]),
        case(
            "late",
            "accepted in time, declined by the manager",
            LATE_ACCEPT_DECLINED,
            "The decline was heard of first and the next was asked, who has not answered: the acceptance beats the decline all the same.",
            declined(),
        )
        .work(OldCrew, 1, 100, "work.accept", json!({}))
        .told(&["applied"])
        .conflicts(&[]),
        case("late", "declined what was withdrawn", LATE_DECLINE, "It is right already.", unit())
            .work(OldCrew, 1, 70, "work.decline", json!({"reason": "no_capacity"}))
            .told(&["applied"])
            .conflicts(&[]),
        case("late", "accepted after the window", AFTER_WINDOW, "It is kept and changes nothing.", expired_alone())
            .work(CrewA, 2, 59, "work.accept", json!({}))
            .told(&["conflict stale_epoch"])
            .conflicts(&["stale_epoch hard"]),
        case(
            "late",
            "worked after the window, accepted in time by a colleague",
            AFTER_WINDOW,
            "What was kept counts after all when the acceptance is heard of, whichever comes first.",
            expired_alone(),
        )
        .work(CrewA, 2, 50, "work.submit", json!({}))
        .work(CrewB, 2, 61, "work.accept", json!({}))
        .told(&["conflict stale_epoch", "applied"])
        .conflicts(&[]),
    ]
}

fn late_work() -> Vec<Case> {
    vec![
        case(
            "late",
            "work of a reassigned order",
            REASSIGNED,
            "Visit, photo and events are kept as stale; the order does not change; one conflict for all.",
            unit(),
        )
        .work(OldCrew, 1, 500, "visit.record", visit(40))
        .work(OldCrew, 1, 490, "work.start", json!({"visit": key(40)}))
        .work(OldCrew, 1, 480, "photo.add", photo(41, "after", 480))
        .work(OldCrew, 1, 470, "work.submit", json!({}))
        .told(&["applied", "conflict stale_epoch", "applied", "conflict stale_epoch"])
        .conflicts(&["stale_epoch hard"]),
        case(
            "late",
            "both have worked",
            REASSIGNED,
            "The other has submitted too: the conflict is marked double work, whichever is heard of first.",
            unit(),
        )
        .work(OldCrew, 1, 480, "work.submit", json!({}))
        .work(CrewA, 2, 200, "work.submit", json!({}))
        .told(&["conflict stale_epoch", "applied"])
        .conflicts(&["stale_epoch hard"]),
        case("late", "late work that was taken back", REASSIGNED, "A retracted late event leaves nothing to decide.", unit())
            .work(OldCrew, 1, 480, "work.submit", json!({}))
            .work(OldCrew, 1, 470, "work.retract", json!({"event": key(0xa0)}))
            .told(&["conflict stale_epoch", "applied"])
            .conflicts(&[]),
        case(
            "late",
            "submitted before the ticket was cancelled",
            CANCELLED,
            "The work came first: that decides the pay.",
            ended_at(TicketStatus::Cancelled, 100),
        )
        .work(CrewA, 2, 200, "work.submit", json!({}))
        .told(&["conflict deleted_entity"])
        .conflicts(&["deleted_entity hard"]),
        case(
            "late",
            "submitted after the ticket was cancelled",
            CANCELLED,
            "The office came first.",
            ended_at(TicketStatus::Cancelled, 100),
        )
        .work(CrewA, 2, 50, "work.submit", json!({}))
        .told(&["conflict deleted_entity"])
        .conflicts(&["deleted_entity hard"]),
    ]
}

fn late_others() -> Vec<Case> {
    let recategorised = || {
        let mut w = unit();
        w.tickets.put(Ticket { category_id: id(TREE), ..ticket(TICKET) });
        w
    };
    vec![
        case("late", "other evidence is asked for by now", OTHER_EVIDENCE, "The submission counts and is flagged.", recategorised())
            .work(CrewA, 2, 200, "photo.add", photo(41, "after", 200))
            .work(CrewA, 2, 190, "work.submit", json!({}))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("late", "a second crew submits", SECOND_CREW, "The earlier submission makes the round; the other joins it.", unit())
            .work(CrewA, 2, 200, "work.submit", json!({}))
            .work(CrewB, 2, 190, "photo.add", photo(41, "after", 190))
            .work(CrewB, 2, 180, "work.submit", json!({}))
            .told(&["applied", "applied", "applied"])
            .conflicts(&[]),
        case("late", "submitted while on hold", ON_HOLD, "The hold ends at the true time of the work.", held())
            .work(CrewA, 2, 100, "work.submit", json!({}))
            .told(&["applied"])
            .conflicts(&[]),
        case(
            "late",
            "a device out of service",
            OUT_OF_SERVICE,
            "What it still sends is set aside until a person lets it in: nothing of it counts.",
            unit(),
        )
        .work(OldCrewRevoked, 1, 480, "photo.add", photo(41, "after", 480))
        .work(OldCrewRevoked, 1, 470, "work.submit", json!({}))
        .told(&["conflict quarantined", "conflict quarantined"])
        .conflicts(&["quarantined hard"]),
        case(
            "late",
            "after the contract ended",
            ENDED_BEFORE,
            "The contract ended a hundred minutes ago, the work was done ten minutes later.",
            contracted(),
        )
        .work(CrewA, 2, 90, "work.submit", json!({}))
        .told(&["conflict quarantined"])
        .conflicts(&["quarantined hard"]),
        case("late", "before the contract ended", ENDED_AFTER, "The work was done while the contract was in force.", contracted())
            .work(CrewA, 2, 110, "work.submit", json!({}))
            .told(&["applied"])
            .conflicts(&[]),
    ]
}

//! What must be true after quiet, and what a history came to.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_client::{copy::LocalCopy, outbox::Entry};
use bazdid_domain::{
    sync::{engine, journal::Journaled, merge_context::MergeContext},
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
    work_order_graph::{StageEvent, fold_stage},
};
use bazdid_protocol::{
    channel::Channel,
    digest::row_hash,
    ids::{DeviceId, Id, MutationId, TicketId},
    outcome::Status,
};
use bazdid_store::{self as store, feed::list_channels};
use uuid::Uuid;

use crate::{
    city::{Phone, SharedCity, id},
    simulation::{
        day::{Day, Earlier, Held, read_page},
        facts,
        service::{out_of_service, reads},
    },
};

/// What a history came to.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub answers: Vec<String>,
    pub rows: Vec<String>,
    pub digests: Vec<String>,
    /// How often each status, code and conflict came.
    pub tally: BTreeMap<String, usize>,
}

/// Every ticket that there is.
pub fn tickets(city: &SharedCity) -> Vec<TicketId> {
    let entries = city.read(|tx| {
        let channels = list_channels(tx, &office_names())?;
        channels.iter().map(|c| store::feed::list_after(tx, c.no, 0, 100_000)).collect::<bazdid_protocol::error::Result<Vec<_>>>()
    });
    let found: BTreeSet<Uuid> = entries.into_iter().flatten().filter(|e| e.kind == "ticket").map(|e| e.entity).collect();
    found.into_iter().map(Id::new).collect()
}

/// The channels in which every ticket is, one time or another.
fn office_names() -> Vec<String> {
    use crate::city::{CITY, D_EAST, D_WEST};
    let areas = [CITY, D_WEST, D_EAST].map(|a| Channel::Area(id(a)).to_string());
    areas.into_iter().chain([Channel::Office(bazdid_domain::visibility::NOWHERE).to_string()]).collect()
}

fn held(copy: &LocalCopy) -> Vec<String> {
    copy.rows().map(|(t, id, r)| format!("{t} {id} {} {} {:?} {:?}", r.v, r.row, r.ts, r.channels)).collect()
}

/// Holds a day that came to rest against the laws.
pub fn check(day: &mut Day) -> Outcome {
    check_copies(day);
    let unit = day.city.read(|tx| store::aggregate::read_unit(tx, &tickets(&day.city)));
    let journal = journal(day);
    facts::check(&journal, &unit);
    check_journal(day, &journal);
    check_conflicts(&unit);
    check_folds(&unit);
    check_rounds(&unit);
    check_settled(day, unit.clone());
    let channels = check_digests(day);
    harvest(day, &unit, channels)
}

/// Every device holds what a new one of the same person gets, and whoever goes on from an earlier cursor too. Of a phone out of service nothing
/// is asked but that it has handed in what it had.
fn check_copies(day: &mut Day) {
    let mut fresh: BTreeMap<u128, LocalCopy> = BTreeMap::new();
    for held_phone in day.phones.iter().filter(|p| out_of_service(&day.city, &p.phone).is_none()) {
        let who = held_phone.who;
        let device = held_phone.phone.state.device.unwrap();
        let new = fresh.entry(who).or_default();
        while !read_page(&day.city, who, device, new, 13) {}
        assert_eq!(held(&held_phone.phone.state.copy), held(new), "a device of {who} holds something else than a new one");
        assert_eq!(held_phone.phone.state.outbox.pending(), 0, "everything is answered");
        check_view(&held_phone.phone);
    }
    let city = SharedCity::clone(&day.city);
    for Earlier { who, device, copy } in day.earlier.iter_mut().filter(|e| reads(&city, e.who, e.device)) {
        while !read_page(&city, *who, *device, copy, 5) {}
        let new = fresh.entry(*who).or_default();
        while !read_page(&city, *who, *device, new, 500) {}
        assert_eq!(held(copy), held(new), "a copy of {who} that goes on from earlier");
    }
}

/// After quiet the person sees the server's rows, and of their own beside them only what nobody has decided yet.
fn check_view(phone: &Phone) {
    let open: Vec<&Entry> = phone.state.outbox.journal().filter(|e| e.is_open()).collect();
    assert!(open.iter().all(|e| e.result.as_ref().is_some_and(|r| r.status == Status::Held)), "seen though it is decided: {open:?}");
    let open: BTreeSet<MutationId> = open.iter().map(|e| e.id).collect();
    let view = phone.view();
    let rows = view.rows();
    for ((kind, id), seen) in &rows {
        assert!(seen.open.iter().all(|id| open.contains(id)));
        let held = phone.state.copy.get(kind, *id).map(|held| &held.row);
        assert!(!seen.open.is_empty() || held == Some(&*seen.row), "{kind} {id} is seen as {seen:?}, held as {held:?}");
    }
    assert!(phone.state.copy.rows().all(|(kind, id, _)| rows.contains_key(&(kind, id))), "something that is held is not seen");
}

/// What was done with the phones, once each: clones have the same.
fn entries(day: &Day) -> BTreeMap<MutationId, &Entry> {
    let all = day.phones.iter().flat_map(|p| p.phone.state.outbox.journal());
    all.filter(|e| e.result.is_some()).map(|e| (e.id, e)).collect()
}

/// All that was ever done, in the server's words.
fn journal(day: &Day) -> Vec<Journaled> {
    let done: Vec<MutationId> = day.done.iter().copied().collect();
    day.city.read(|tx| store::mutation::find_mutations(tx, &done))
}

/// The journal has each mutation with the answer that its device has, and no stamp lies after the receipt. Who is out of service
/// cannot ask how it went on, nor whether the server was put back.
fn check_journal(day: &Day, journal: &[Journaled]) {
    let rows: BTreeMap<MutationId, &Journaled> = journal.iter().map(|row| (row.id, row)).collect();
    for row in journal {
        assert!(row.eff <= row.received_at && row.est <= row.received_at, "{row:?}");
    }
    let put_back = day.tally.contains_key("the server was put back");
    for Held { phone, .. } in &day.phones {
        let revoked =
            |device: &DeviceId| day.city.read(|tx| store::account::find_device(tx, *device)).is_some_and(|d| d.revoked_at.is_some());
        let out = phone.state.device.as_ref().is_some_and(revoked);
        let was_out = out || phone.state.former.iter().any(revoked);
        for entry in phone.state.outbox.journal() {
            let Some(answer) = &entry.result else { continue };
            let Some(row) = rows.get(&entry.id) else {
                assert!(out && put_back, "a mutation is in no journal: {entry:?}");
                continue;
            };
            let same = (answer.status, answer.code) == (row.status, row.code);
            assert!(same || was_out && (row.revised_at.is_some() || out && put_back), "the device was told {answer:?}: {row:?}");
        }
    }
}

fn check_conflicts(unit: &UnitOfWork) {
    let keys: BTreeSet<&str> = unit.conflicts.iter().map(|c| c.key.as_str()).collect();
    assert_eq!(keys.len(), unit.conflicts.iter().count(), "a conflict was raised twice");
}

/// Every round that waits for a verdict can be judged: it is that of the current assignment of an order that is submitted.
fn check_rounds(unit: &UnitOfWork) {
    for round in unit.rounds.iter().filter(|r| r.verdict == RoundVerdict::Pending) {
        let order = unit.work_orders.get(round.work_order_id).unwrap();
        let held = order.assignment_id.and_then(|a| unit.assignments.get(a)).unwrap();
        assert_eq!((order.state, order.round), (WorkOrderState::Submitted, round.number), "{round:?} {order:?}");
        assert!((held.epoch..=order.epoch).contains(&round.epoch), "{round:?} {held:?}");
    }
}

/// The stage of an order in its first attempt is the fold of the events of its party.
fn check_folds(unit: &UnitOfWork) {
    use WorkOrderState::{Accepted, Declined, FailedVisit, InProgress, Offered, Submitted};
    for order in unit.work_orders.iter() {
        let Some(assignment) = order.assignment_id.and_then(|a| unit.assignments.get(a)) else { continue };
        let first_attempt = !unit.rounds.iter().any(|r| r.work_order_id == order.id && r.epoch < order.epoch);
        if !first_attempt || !matches!(order.state, Offered | Accepted | Declined | InProgress | FailedVisit | Submitted) {
            continue;
        }
        let events: Vec<&WorkEvent> = unit.work_events.iter().filter(|e| counts(e, order, assignment)).collect();
        let takes = |e: &&WorkEvent| !matches!(e.kind, WorkEventKind::Decline | WorkEventKind::Retract | WorkEventKind::RequestHold);
        let by_office = assignment.answer == Some(Answer::Accepted)
            && !events.iter().copied().filter(takes).any(|e| Some(e.at) == assignment.answered_at);
        let folded: Vec<StageEvent> = events.iter().map(|e| StageEvent { kind: e.kind, eff: e.eff, id: e.id }).collect();
        assert_eq!(order.state, fold_stage(if by_office { Accepted } else { Offered }, &folded), "{order:?} {events:?}");
    }
}

/// What follows from all rows together is what is stored, whoever wrote last: verdicts, distances, flags, conflicts of late work.
fn check_settled(day: &Day, mut unit: UnitOfWork) {
    let ctx = day.city.ctx(None);
    let reference = day.city.read(|tx| ctx.reference(tx));
    engine::settle(&mut unit, &MergeContext::new(&reference), ctx.now);
    assert_eq!(unit.changed(), [], "something followed up nothing");
}

fn counts(event: &WorkEvent, order: &WorkOrder, assignment: &Assignment) -> bool {
    event.work_order_id == order.id
        && event.organisation_id == assignment.organisation_id
        && assignment.account_id.is_none_or(|a| a == event.actor)
        && (assignment.epoch..=order.epoch).contains(&event.epoch)
        && matches!(event.standing, Standing::Effective | Standing::Redundant)
}

/// Count and digest of each channel are those of its entries.
fn check_digests(day: &Day) -> Vec<String> {
    let in_service = day.phones.iter().filter(|p| out_of_service(&day.city, &p.phone).is_none());
    let names: Vec<String> = in_service.flat_map(|p| p.phone.state.copy.channels().iter().map(Channel::to_string)).collect();
    let channels = day.city.read(|tx| list_channels(tx, &names));
    for channel in channels.iter().filter(|c| !c.name.starts_with("device:")) {
        let entries = day.city.read(|tx| store::feed::list_after(tx, channel.no, 0, 100_000));
        let present: Vec<_> = entries.iter().filter(|e| e.present).collect();
        let sum = present.iter().fold(0_u64, |sum, e| sum.wrapping_add(row_hash(&e.kind, e.entity, e.v)));
        assert_eq!((channel.count, channel.digest.cast_unsigned()), (i64::try_from(present.len()).unwrap(), sum), "{}", channel.name);
    }
    channels.iter().map(|c| format!("{} {} {} {:016x}", c.name, c.head, c.count, c.digest)).collect()
}

fn harvest(day: &Day, unit: &UnitOfWork, digests: Vec<String>) -> Outcome {
    let mut answers = Vec::new();
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries(day).values() {
        let result = entry.result.as_ref().unwrap();
        *tally.entry(format!("status {}", result.status)).or_default() += 1;
        if let Some(code) = result.code {
            *tally.entry(format!("code {code}")).or_default() += 1;
        }
        answers.push(format!("{} {} {} {:?} {:?} {:?}", entry.cmd, entry.id, result.status, result.code, result.conflict, result.v));
    }
    for (what, times) in &day.tally {
        *tally.entry(what.clone()).or_default() += times;
    }
    for conflict in unit.conflicts.iter() {
        *tally.entry(format!("conflict {}", conflict.kind)).or_default() += 1;
        *tally.entry(format!("decided {}", conflict.status)).or_default() += 1;
    }
    let mut rows: Vec<String> = unit.tickets.iter().map(|r| format!("{r:?}")).collect();
    rows.extend(unit.field_edits.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.work_orders.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.assignments.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.work_events.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.rounds.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.photos.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.visits.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.notes.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.measurements.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.answers.iter().map(|r| format!("{r:?}")));
    rows.extend(unit.conflicts.iter().map(|r| format!("{r:?}")));
    Outcome { answers, rows, digests, tally }
}

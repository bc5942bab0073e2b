//! Facts: visits, notes, measurements, photos. They are always stored; union is their merge.

use serde_json::json;

use crate::{
    conflict::{Cause, ConflictKind, Resolution},
    personal::restored,
    photo::{Photo, PhotoState},
    sync::{
        engine::{
            Act, Author, answers,
            clash::{Clash, raise, withdraw},
            ended, target, unknown,
        },
        merge_context::MergeContext,
        stamp::Stamp,
    },
    unit_of_work::UnitOfWork,
    visit::{Audience, Measurement, Note, Visit, Write},
    work_order::{Assignment, WorkEventKind},
};
use bazdid_protocol::{
    command::{Command, MAX_QUANTITIES, MeasurementAdd, NoteAdd, NoteChange, PhotoAdd, Quantity, VisitRecord},
    ids::{AnswerId, MeasurementId, MutationId, OrganisationId, TicketId, WorkEventId, WorkOrderId},
    outcome::{Outcome, OutcomeCode, Status},
    sides::{KnownEpoch, MeasurementSide, Sides},
    time::Timestamp,
    warning::{Warning, WarningCode},
};

/// Where a fact belongs.
pub(super) struct Place {
    pub ticket: TicketId,
    pub order: Option<WorkOrderId>,
    pub organisation: Option<OrganisationId>,
}

pub(super) fn decide(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>) -> Outcome {
    match act.command {
        Command::NoteEdit(change) | Command::NoteRemove(change) => return change_note(unit, author, act, change),
        Command::VisitLeave(leave) => {
            let Some(mut visit) = unit.visits.get(leave.visit).filter(|v| v.actor == author.account).cloned() else {
                return unknown(leave.visit.uuid());
            };
            // The outcome is the newest that was reported.
            visit.leave(act.stamp.est);
            if let Some(outcome) = leave.outcome {
                let stands = Write::add(&mut visit.writes, json!(visit.outcome), visit.eff, written(author, act), json!(outcome));
                visit.outcome = serde_json::from_value(stands).unwrap_or(visit.outcome);
            }
            visit.eff = visit.eff.max(act.stamp.eff);
            let overruled = leave.outcome.is_some_and(|outcome| visit.outcome != Some(outcome));
            return changed(unit.visits.put(visit), overruled, "/args/outcome");
        }
        Command::PhotoRemove(remove) => {
            let Some(mut photo) = unit.photos.get(remove.photo).filter(|p| p.actor == author.account).cloned() else {
                return unknown(remove.photo.uuid());
            };
            photo.removed_at = Some(photo.removed_at.map_or(act.stamp.est, |r| r.min(act.stamp.est)));
            return Outcome::applied(unit.photos.put(photo));
        }
        _ => {}
    }
    if let Some(known) = unit.answers.get(AnswerId::of(act.id)) {
        return Outcome::applied(known.rev);
    }
    let Some((ticket, order)) = target(unit, context, author, act.entity) else {
        return unknown(act.entity);
    };
    let shut = ticket.status.is_shut_by_office();
    let point = ticket.point;
    // Of several organisations the one that holds or held the order speaks; at a ticket the one that found it.
    let holders: Vec<_> = match order {
        Some(order) => unit.assignments.iter().filter(|a| a.work_order_id == order.id).filter_map(|a| a.organisation_id).collect(),
        None => ticket.created_org.into_iter().collect(),
    };
    let organisation = author.organisations.iter().copied().find(|o| holders.contains(o));
    let place = Place { ticket: ticket.id, order: order.map(|o| o.id), organisation };
    let stored = match act.command {
        Command::NoteAdd(args) => add_note(unit, author, act, &place, args),
        Command::VisitRecord(args) => record_visit(unit, author, act, &place, args, &point),
        Command::PhotoAdd(args) => add_photo(unit, author, act, &place, args, context.max_photo_bytes),
        Command::MeasurementAdd(args) => add_measurement(unit, author, act, &place, args),
        Command::ChecklistAnswer(args) => answers::answer(unit, author, act, &place, args),
        _ => Outcome::rejected(OutcomeCode::UnknownCommand, "/cmd: not a fact"),
    };
    // Whatever became of it, it is kept.
    if matches!(stored.status, Status::Rejected | Status::Held) || !shut {
        return stored;
    }
    let conflict = ended::report_evidence(unit, author, act, place.ticket, place.order);
    Outcome {
        conflict,
        v: stored.v,
        warnings: stored.warnings,
        ..Outcome::of(Status::Conflict, OutcomeCode::DeletedEntity, "the office had ended this ticket; what you recorded is kept")
    }
}

fn add_note(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, place: &Place, args: &NoteAdd) -> Outcome {
    Outcome::applied(unit.notes.put(Note {
        id: args.note,
        rev: 0,
        ticket_id: place.ticket,
        work_order_id: place.order,
        actor: Some(author.account),
        organisation_id: place.organisation,
        audience: Audience::Field,
        text: args.text.clone(),
        eff: act.stamp.eff,
        removed_at: None,
        writes: vec![written(author, act)],
    }))
}

fn change_note(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, change: &NoteChange) -> Outcome {
    let Some(mut note) = unit.all_notes().get(change.note).filter(|n| n.actor == Some(author.account)).cloned() else {
        return unknown(change.note.uuid());
    };
    let mut overruled = false;
    match (&change.text, act.command) {
        (_, Command::NoteRemove(_)) => {
            note.removed_at = Some(note.removed_at.map_or(act.stamp.est, |r| r.min(act.stamp.est)));
        }
        (Some(text), _) => {
            let text = match restored(text, &note.text) {
                Ok(text) => text,
                Err(why) => return Outcome::rejected(OutcomeCode::Validation, format!("/args/text: {}", why.detail())),
            };
            let stands = Write::add(&mut note.writes, json!(note.text), note.eff, written(author, act), json!(text));
            overruled = stands != json!(text);
            stands.as_str().unwrap_or_default().clone_into(&mut note.text);
            note.eff = note.eff.max(act.stamp.eff);
        }
        _ => {}
    }
    changed(unit.notes.put(note), overruled, "/args/text")
}

/// The write of an act.
const fn written(author: &Author, act: &Act<'_>) -> Write {
    Write { mutation: Some(act.id), device: author.device, at: act.stamp.eff, value: None }
}

/// What the author is told of a change of what is theirs: a newer value from another of their devices may stand.
fn changed(v: i64, overruled: bool, pointer: &str) -> Outcome {
    if !overruled {
        return Outcome::applied(v);
    }
    let detail = format!("{pointer}: a newer value stands; yours is kept in the history of the ticket");
    Outcome { v: Some(v), ..Outcome::of(Status::Merged, OutcomeCode::ParallelUpdate, detail) }
}

fn record_visit(
    unit: &mut UnitOfWork,
    author: &Author,
    act: &Act<'_>,
    place: &Place,
    args: &VisitRecord,
    ticket_point: &bazdid_protocol::geo::Point,
) -> Outcome {
    let (arrived_at, arrived_est) = recorded_at(act, args.arrived_at);
    Outcome::applied(unit.visits.put(Visit {
        id: args.visit,
        rev: 0,
        ticket_id: place.ticket,
        work_order_id: place.order,
        kind: args.kind,
        actor: author.account,
        organisation_id: place.organisation,
        device_id: author.device,
        arrived_at,
        arrived_est,
        received_at: act.received_at,
        left_est: None,
        point: args.point,
        mock: args.mock,
        distance_m: Visit::metres_to(args.point, ticket_point),
        outcome: None,
        eff: act.stamp.eff,
        writes: Vec::new(),
    }))
}

/// When something was recorded, by the device's clock and corrected: the clock is off by the same skew as at the mutation itself. What
/// has no instant of its own was recorded when the mutation was made.
pub(super) fn recorded_at(act: &Act<'_>, at: Option<Timestamp>) -> (Timestamp, Timestamp) {
    let Stamp { est, skew_us, .. } = act.stamp;
    match at {
        Some(at) => (at, at.plus_micros(skew_us.saturating_neg()).min(act.received_at)),
        None => (est.plus_micros(skew_us), est),
    }
}

/// A photo whose bytes are more than the server takes is kept with what was said of it; the bytes are not waited for.
fn add_photo(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, place: &Place, args: &PhotoAdd, max_bytes: i64) -> Outcome {
    let (captured_at, captured_est) = recorded_at(act, args.captured_at);
    let takes = args.bytes <= max_bytes;
    let v = unit.photos.put(Photo {
        id: args.photo,
        rev: 0,
        ticket_id: place.ticket,
        work_order_id: place.order,
        visit_id: args.visit,
        kind: args.kind,
        actor: author.account,
        organisation_id: place.organisation,
        device_id: author.device,
        sha256: args.sha256.to_ascii_lowercase(),
        bytes: args.bytes,
        mime: args.mime.clone(),
        width: args.width,
        height: args.height,
        captured_at,
        captured_est,
        point: args.point,
        heading_deg: args.heading_deg,
        mock: args.mock,
        state: if takes { PhotoState::Promised } else { PhotoState::Failed },
        verdicts: Vec::new(),
        eff: act.stamp.eff,
        removed_at: None,
        received_at: act.received_at,
    });
    let mut outcome = Outcome::applied(v);
    if !takes {
        let detail =
            format!("the server takes at most {max_bytes} bytes of a photo; the photo is kept without them, with the state failed");
        outcome.warnings.push(Warning::new("/args/bytes", WarningCode::TooManyBytes, detail));
    }
    outcome
}

/// Two measurements of one thing in one epoch disagree when they are more than a tenth apart.
const DISAGREE: f64 = 0.1;

fn add_measurement(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, place: &Place, args: &MeasurementAdd) -> Outcome {
    let v = unit.measurements.put(Measurement {
        id: args.measurement,
        rev: 0,
        ticket_id: place.ticket,
        work_order_id: place.order,
        visit_id: args.visit,
        epoch: act.epoch,
        item: args.item.clone(),
        quantity: args.quantity,
        unit: args.unit.clone(),
        supersedes: args.supersedes,
        actor: author.account,
        organisation_id: place.organisation,
        eff: act.stamp.eff,
    });
    // A correction may settle what was in dispute, under its own name or the one that it corrects.
    let corrected = args.supersedes.and_then(|s| unit.measurements.get(s)).map(Measured::of);
    let mine = Measured { item: args.item.clone(), unit: args.unit.clone(), epoch: act.epoch };
    for measured in corrected.filter(|c| *c != mine).into_iter().chain([mine]) {
        report_disagreement(unit, act, place, &measured);
    }
    Outcome::applied(v)
}

/// The quantities of a submission as measurements: facts like those that are sent one by one, whatever becomes of the submission. What the
/// same person submitted of a thing before, in the same epoch, is corrected by them.
pub(super) fn measure(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, assignment: &Assignment, epoch: i64, quantities: &[Quantity]) {
    let before: Vec<MutationId> = unit
        .work_events
        .iter()
        .filter(|e| e.work_order_id == assignment.work_order_id && e.actor == author.account && e.epoch == epoch)
        .filter(|e| e.kind == WorkEventKind::Submit && e.id != WorkEventId::of(act.id))
        .map(|e| MutationId::new(e.id.uuid()))
        .collect();
    let place = Place { ticket: assignment.ticket_id, order: Some(assignment.work_order_id), organisation: assignment.organisation_id };
    for (n, Quantity { item, quantity, unit: of }) in quantities.iter().enumerate() {
        let corrected = |m: &MeasurementId| unit.measurements.iter().any(|other| other.supersedes == Some(*m));
        let same = |m: &&Measurement| m.item == *item && m.unit == *of && !corrected(&m.id);
        let submitted = |m: &&Measurement| before.iter().any(|e| (0..MAX_QUANTITIES).any(|n| m.id == MeasurementId::submitted(*e, n)));
        let supersedes = unit.measurements.iter().filter(same).find(submitted).map(|m| m.id);
        let args = MeasurementAdd {
            measurement: MeasurementId::submitted(act.id, n),
            item: item.clone(),
            quantity: *quantity,
            unit: of.clone(),
            visit: None,
            supersedes,
        };
        add_measurement(unit, author, &Act { epoch: Some(epoch), ..act.clone() }, &place, &args);
    }
}

/// One thing, in one unit, in one epoch.
#[derive(PartialEq)]
struct Measured {
    item: String,
    unit: String,
    epoch: Option<i64>,
}

impl Measured {
    fn of(m: &Measurement) -> Self {
        Self { item: m.item.clone(), unit: m.unit.clone(), epoch: m.epoch }
    }
}

/// Looks at all measurements of one thing in one epoch but those that their author corrected: the conflict follows from the set,
/// not from what came first, and is withdrawn when they agree.
fn report_disagreement(unit: &mut UnitOfWork, act: &Act<'_>, place: &Place, what: &Measured) {
    let corrected = |m: &Measurement| unit.measurements.iter().any(|n| n.supersedes == Some(m.id) && n.actor == m.actor);
    let same: Vec<&Measurement> = unit
        .measurements
        .iter()
        .filter(|m| m.ticket_id == place.ticket && m.work_order_id == place.order && Measured::of(m) == *what && !corrected(m))
        .collect();
    let disagree =
        |a: &Measurement, b: &Measurement| a.actor != b.actor && (a.quantity - b.quantity).abs() > DISAGREE * a.quantity.max(b.quantity);
    let side = |m: &&Measurement| MeasurementSide { measurement: m.id, quantity: m.quantity, actor: m.actor, at: m.eff };
    let name = format!("{}|{}|{}", what.item, what.unit, what.epoch.unwrap_or_default());
    let clash = Clash::soft(ConflictKind::MeasurementDisagrees, place.ticket, place.order, &name);
    if !same.iter().any(|a| same.iter().any(|b| disagree(a, b))) {
        withdraw(unit, clash.id(), Resolution::Keep, act.received_at);
        return;
    }
    let Some((first, others)) = same.split_first() else { return };
    let clash = Clash {
        sides: Sides::Measurements {
            // That of what was measured: a correction may be of a later one.
            base: KnownEpoch { epoch: what.epoch },
            theirs: side(first),
            mine: others.iter().map(side).collect(),
        },
        parties: same.iter().map(|m| Cause::Measurement(m.id)).collect(),
        default_in_force: "all measurements are kept",
        ..clash
    };
    raise(unit, act.received_at, clash);
}

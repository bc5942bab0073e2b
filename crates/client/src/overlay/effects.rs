//! What each command does to the rows that are seen, as far as a device can know: never more than the server would make of it if
//! nobody else had done anything.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{outbox::Entry, overlay::View};
use bazdid_protocol::{
    command::{Command, PatrolRecord, RoundJudge, TicketCreate, TicketSet},
    ids::WorkEventId,
    stage::state_after,
    text_enum::TextEnum as _,
    words::{
        photo::PhotoState,
        ticket::{PointSource, TicketOrigin, TicketStatus},
        visit::Audience,
        work_order::{RoundVerdict, Standing, WorkEventKind, WorkOrderState},
    },
};

const TICKET: &str = "ticket";
const ORDER: &str = "work_order";
const EVENT: &str = "work_event";
const ROUND: &str = "round";
const NOTE: &str = "note";
const VISIT: &str = "visit";
const PATROL: &str = "patrol";
const PHOTO: &str = "photo";
const MEASUREMENT: &str = "measurement";
const ANSWER: &str = "answer";

/// Does one thing to the view.
pub(super) fn show(view: &mut View<'_>, entry: &Entry, command: &Command) {
    match command {
        Command::TicketCreate(args) => create_ticket(view, entry, args),
        Command::TicketEdit(args) => edit_ticket(view, entry, &args.set),
        // A proposal and a request are the office's to decide; what asks for them is in the journal.
        Command::TicketPropose(_) => {}
        Command::NoteAdd(_) | Command::VisitRecord(_) | Command::PhotoAdd(_) | Command::MeasurementAdd(_) | Command::ChecklistAnswer(_) => {
            add_fact(view, entry, command)
        }
        Command::PatrolRecord(args) => record_patrol(view, entry, args),
        Command::NoteEdit(args) => change_own(view, entry, NOTE, args.note.uuid(), &[("text", json!(args.text))]),
        Command::NoteRemove(args) => change_own(view, entry, NOTE, args.note.uuid(), &[("removed_at", json!(entry.at))]),
        Command::PhotoRemove(args) => change_own(view, entry, PHOTO, args.photo.uuid(), &[("removed_at", json!(entry.at))]),
        Command::VisitLeave(args) => {
            let mut left = vec![("left_at", json!(entry.at))];
            left.extend(args.outcome.map(|o| ("outcome", json!(o))));
            change_own(view, entry, VISIT, args.visit.uuid(), &left);
        }
        Command::WorkAccept => work(view, entry, WorkEventKind::Accept, None),
        Command::WorkDecline(args) => work(view, entry, WorkEventKind::Decline, args.visit.map(|v| v.uuid())),
        Command::WorkStart(args) => work(view, entry, WorkEventKind::Start, args.visit.map(|v| v.uuid())),
        Command::WorkRequestHold(args) => work(view, entry, WorkEventKind::RequestHold, args.visit.map(|v| v.uuid())),
        Command::WorkResume => work(view, entry, WorkEventKind::Resume, None),
        Command::WorkSubmit(_) | Command::InspectionSubmit(_) => work(view, entry, WorkEventKind::Submit, None),
        Command::WorkFailVisit(args) => work(view, entry, WorkEventKind::FailVisit, args.visit.map(|v| v.uuid())),
        // What else follows from a retraction only the server can tell: it knows the colleagues' events.
        Command::WorkRetract(args) => {
            change_own(view, entry, EVENT, WorkEventId::of(args.event).uuid(), &[("standing", json!(Standing::Retracted))])
        }
        Command::RoundVerify(args) => judge(view, entry, args, RoundVerdict::Accepted, WorkOrderState::Verified),
        Command::RoundRework(args) => judge(view, entry, args, RoundVerdict::Rework, WorkOrderState::Rework),
    }
}

/// Only its author changes a fact.
fn change_own(view: &mut View<'_>, entry: &Entry, kind: &str, id: Uuid, fields: &[(&str, Value)]) {
    let author = view.text(kind, id, "actor").map(str::to_owned);
    if author == Some(entry.actor.to_string()) {
        view.change(entry, kind, id, fields);
    }
}

/// Code, areas, priority and promise are the server's to give.
fn create_ticket(view: &mut View<'_>, entry: &Entry, args: &TicketCreate) {
    let source = if args.point.accuracy_m.is_some() { PointSource::Gps } else { PointSource::Map };
    let row = json!({
        "id": entry.entity, "code": null, "category": args.category, "text": args.text, "address_text": args.address_text,
        "point": args.point, "point_source": source, "areas": [], "boundary": null, "priority": null, "hazard": null,
        "status": TicketStatus::New, "status_reason": null, "origin": TicketOrigin::Field, "created_at": entry.at, "promise_at": null,
        "duplicate_of": null, "supporters": 1,
    });
    view.add(entry, TICKET, entry.entity, row);
}

fn edit_ticket(view: &mut View<'_>, entry: &Entry, set: &TicketSet) {
    let mut fields = Vec::new();
    fields.extend(set.text.as_ref().map(|t| ("text", json!(t))));
    fields.extend(set.address_text.as_ref().map(|t| ("address_text", json!(t))));
    fields.extend(set.category.map(|c| ("category", json!(c))));
    fields.extend(set.point.map(|p| ("point", json!(p))));
    view.change(entry, TICKET, entry.entity, &fields);
}

/// In which area it lies without one being named is the server's to find.
fn record_patrol(view: &mut View<'_>, entry: &Entry, args: &PatrolRecord) {
    let row = json!({
        "id": entry.entity, "actor": entry.actor, "area": args.area, "started_at": args.started_at,
        "finished_at": args.finished_at.unwrap_or(entry.at), "start_point": args.start_point, "end_point": args.end_point, "mock": args.mock,
        "outcome": args.outcome, "tickets": args.tickets, "note": args.note,
    });
    view.add(entry, PATROL, entry.entity, row);
}

/// The ticket and the order that something is about.
fn place(view: &View<'_>, entity: Uuid) -> (Value, Value) {
    match view.row(ORDER, entity) {
        Some(order) => (order.get("ticket").cloned().unwrap_or_default(), json!(entity)),
        None => (json!(entity), Value::Null),
    }
}

fn add_fact(view: &mut View<'_>, entry: &Entry, command: &Command) {
    let (ticket, order) = place(view, entry.entity);
    let actor = entry.actor;
    let (kind, id, row) = match command {
        Command::NoteAdd(a) => {
            let own = json!({ "audience": Audience::Field, "text": a.text, "removed_at": null });
            (NOTE, a.note.uuid(), own)
        }
        Command::VisitRecord(a) => {
            let own = json!({
                "kind": a.kind, "arrived_at": a.arrived_at.unwrap_or(entry.at), "left_at": null, "point": a.point, "mock": a.mock,
                "distance_m": null, "outcome": null,
            });
            (VISIT, a.visit.uuid(), own)
        }
        Command::PhotoAdd(a) => {
            let own = json!({
                "visit": a.visit, "kind": a.kind, "sha256": a.sha256.to_ascii_lowercase(), "bytes": a.bytes, "mime": a.mime, "width": a.width,
                "height": a.height, "captured_at": a.captured_at.unwrap_or(entry.at), "point": a.point, "heading_deg": a.heading_deg,
                "mock": a.mock, "state": PhotoState::Promised, "verdicts": [], "removed_at": null,
            });
            (PHOTO, a.photo.uuid(), own)
        }
        Command::MeasurementAdd(a) => {
            let own = json!({ "visit": a.visit, "item": a.item, "quantity": a.quantity, "unit": a.unit, "supersedes": a.supersedes });
            (MEASUREMENT, a.measurement.uuid(), own)
        }
        Command::ChecklistAnswer(a) => {
            let own = json!({
                "visit": a.visit, "checklist": a.checklist, "item": a.item, "value": a.value, "standing": Standing::Effective,
            });
            (ANSWER, entry.id.uuid(), own)
        }
        _ => return,
    };
    let mut row = row;
    if let Some(fields) = row.as_object_mut() {
        let common = json!({ "id": id, "ticket": ticket, "work_order": order, "actor": actor });
        fields.extend(common.as_object().cloned().unwrap_or_default());
    }
    view.add(entry, kind, id, row);
}

/// A work event, and what it does to the stage of its order. An event of another epoch does nothing to it.
fn work(view: &mut View<'_>, entry: &Entry, kind: WorkEventKind, visit: Option<Uuid>) {
    let Some(order) = view.row(ORDER, entry.entity) else { return };
    let epoch = order.get("epoch").and_then(Value::as_i64);
    if entry.epoch.is_none() || epoch != entry.epoch {
        return;
    }
    let state = order.get("state").and_then(Value::as_str).and_then(|s| WorkOrderState::parse(s).ok());
    let ticket = order.get("ticket").cloned();
    let has_findings = order.get("findings").is_some_and(|f| !f.is_null());
    let event = json!({
        "id": entry.id, "work_order": entry.entity, "ticket": ticket, "epoch": entry.epoch, "kind": kind, "actor": entry.actor,
        "visit": visit, "args": entry.args, "at": entry.at, "standing": Standing::Effective,
    });
    view.add(entry, EVENT, entry.id.uuid(), event);
    let Some(next) = state.map(|s| state_after(s, kind)).filter(|next| Some(*next) != state) else { return };
    let mut fields = vec![("state", json!(next))];
    if kind == WorkEventKind::FailVisit {
        fields.push(("reason", entry.args.get("reason").cloned().unwrap_or_default()));
    }
    if entry.args.get("findings").is_some() && !has_findings {
        fields.push(("findings", entry.args.clone()));
    }
    view.change(entry, ORDER, entry.entity, &fields);
}

/// A verdict on the round that waits for one.
fn judge(view: &mut View<'_>, entry: &Entry, args: &RoundJudge, verdict: RoundVerdict, state: WorkOrderState) {
    let round = args.round.uuid();
    if view.text(ROUND, round, "verdict") != Some(RoundVerdict::Pending.as_str()) {
        return;
    }
    let said = [
        ("verdict", json!(verdict)),
        ("verdict_by", json!(entry.actor)),
        ("verdict_at", json!(entry.at)),
        ("defects", json!(args.defects)),
        ("note", json!(args.note)),
    ];
    view.change(entry, ROUND, round, &said);
    if view.text(ORDER, entry.entity, "state") == Some(WorkOrderState::Submitted.as_str()) {
        view.change(entry, ORDER, entry.entity, &[("state", json!(state))]);
    }
}

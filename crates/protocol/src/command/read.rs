//! How the arguments of each command are read. The same stands as a table in `api-spec/sync.md`, section 6.

use serde_json::Value;

use crate::{
    command::{
        ChecklistAnswerArgs, Command, Fault, Findings, InspectionSubmit, MeasurementAdd, NoteAdd, NoteChange, PhotoAdd, PhotoRemove,
        RoundJudge, TicketCreate, TicketEdit, TicketPropose, TicketSet, VisitLeave, VisitRecord, WithReason, WorkRetract, WorkStart,
        WorkSubmit,
        args::{Args, unusable},
        invalid, patrol,
    },
    ids::PhotoId,
    outcome::OutcomeCode,
    proposal::{Deferral, Proposal},
    words::{
        category::Priority,
        photo::{PhotoKind, UNKNOWN_MIME},
        visit::VisitKind,
        work_order::Defect,
    },
};

/// Longest media type, bytes.
const MAX_MIME: usize = 60;
/// Most pixels of a side.
const MAX_PIXELS: i64 = 100_000;
/// What stands in the place of an instant that cannot be read.
pub(super) const THEN: &str = "the time of the mutation itself stands in its place";

/// Reads a command in its newest version.
pub(super) fn read(cmd: &str, mut a: Args<'_, '_>) -> Result<Command, Fault> {
    let a = &mut a;
    Ok(match cmd {
        "ticket.create" => Command::TicketCreate(TicketCreate {
            category: a.id("category")?,
            text: a.text("text")?,
            point: a.point("point")?,
            address_text: a.optional_text("address_text"),
        }),
        "ticket.edit" => Command::TicketEdit(TicketEdit { set: set(a)? }),
        "ticket.propose" => Command::TicketPropose(TicketPropose { propose: propose(a)?, reason: a.optional_text("reason") }),
        "note.add" => Command::NoteAdd(NoteAdd { note: a.id("note")?, text: a.text("text")? }),
        "note.edit" => Command::NoteEdit(NoteChange { note: a.id("note")?, text: Some(a.text("text")?) }),
        "note.remove" => Command::NoteRemove(NoteChange { note: a.id("note")?, text: None }),
        "visit.record" => Command::VisitRecord(VisitRecord {
            visit: a.id("visit")?,
            kind: a.word_or("kind", VisitKind::Patrol),
            arrived_at: a.instant("arrived_at", true, THEN),
            point: a.optional_point("point"),
            mock: a.mock(),
        }),
        "visit.leave" => Command::VisitLeave(VisitLeave { visit: a.id("visit")?, outcome: a.optional_word("outcome") }),
        "patrol.record" => Command::PatrolRecord(patrol::read(a)?),
        "photo.add" => Command::PhotoAdd(photo(a)?),
        "photo.remove" => Command::PhotoRemove(PhotoRemove { photo: a.id("photo")? }),
        "measurement.add" => Command::MeasurementAdd(MeasurementAdd {
            measurement: a.id("measurement")?,
            item: a.short("item")?,
            quantity: a.quantity("quantity")?,
            unit: a.short("unit")?,
            visit: a.optional_id("visit"),
            supersedes: a.optional_id("supersedes"),
        }),
        "checklist.answer" => Command::ChecklistAnswer(ChecklistAnswerArgs {
            visit: a.id("visit")?,
            checklist: a.id("checklist")?,
            item: a.short("item")?,
            value: a.given("value")?.clone(),
        }),
        "work.accept" => Command::WorkAccept,
        "work.decline" => Command::WorkDecline(with_reason(a)?),
        "work.start" => Command::WorkStart(WorkStart { visit: a.id_if_given("visit")? }),
        "work.request_hold" => Command::WorkRequestHold(with_reason(a)?),
        "work.resume" => Command::WorkResume,
        "work.submit" => Command::WorkSubmit(WorkSubmit { summary: a.optional_text("summary"), quantities: a.quantities("quantities") }),
        "work.fail_visit" => Command::WorkFailVisit(with_reason(a)?),
        "work.retract" => Command::WorkRetract(WorkRetract { event: a.id("event")? }),
        "inspection.submit" => Command::InspectionSubmit(inspection(a)?),
        "round.verify" => Command::RoundVerify(judge(a)?),
        "round.rework" => {
            let judge = judge(a)?;
            if judge.defects.is_empty() {
                return Err(invalid("/args/defects", "name at least one coded defect"));
            }
            Command::RoundRework(judge)
        }
        _ => return Err(Fault { code: OutcomeCode::UnknownCommand, detail: "/cmd: the server does not know this command".into() }),
    })
}

/// The fields of an edit: at least one that can be used.
fn set(a: &mut Args<'_, '_>) -> Result<TicketSet, Fault> {
    const FIELDS: [&str; 4] = ["text", "address_text", "point", "category"];
    let mut of = a.object("set")?;
    let set = TicketSet {
        text: of.absent_if_unusable("text", |of| of.text("text")),
        address_text: of.optional_text("address_text"),
        point: of.absent_if_unusable("point", |of| of.point("point")),
        category: of.absent_if_unusable("category", |of| of.id("category")),
    };
    if set == TicketSet::default() {
        return Err(none_of(of.warnings, "/args/set", "name at least one of text, address_text, point, category"));
    }
    of.pass_over_others(&FIELDS);
    Ok(set)
}

/// What is proposed: at least one thing that can be used.
fn propose(a: &mut Args<'_, '_>) -> Result<Proposal, Fault> {
    let mut of = a.object("propose")?;
    let proposal = Proposal {
        priority: of.absent_if_unusable("priority", |of| of.word::<Priority>("priority")),
        category: of.absent_if_unusable("category", |of| of.id("category")),
        deferral: of.absent_if_unusable("deferral", |of| {
            let mut deferral = of.object("deferral")?;
            Ok(Deferral { until: deferral.instant("until", true, "the proposal names no time") })
        }),
    };
    if proposal.names().is_empty() {
        return Err(none_of(of.warnings, "/args/propose", "name at least one of priority, category, deferral"));
    }
    of.pass_over_others(&["priority", "category", "deferral"]);
    Ok(proposal)
}

/// Nothing of several can be used: the fault of the first, if one was there.
fn none_of(warnings: &[crate::warning::Warning], pointer: &str, why: &str) -> Fault {
    let first = warnings.iter().find(|w| w.pointer.starts_with(&format!("{pointer}/")));
    first.map_or_else(|| invalid(pointer, why), |w| invalid(&w.pointer, &w.detail))
}

fn photo(a: &mut Args<'_, '_>) -> Result<PhotoAdd, Fault> {
    let photo: PhotoId = a.id("photo")?;
    let sha256 = a.short("sha256")?;
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(invalid("/args/sha256", "must be 64 hex digits"));
    }
    let mime = |v: &Value| v.as_str().filter(|m| m.starts_with("image/") && m.len() <= MAX_MIME).map(str::to_owned);
    Ok(PhotoAdd {
        photo,
        visit: a.optional_id("visit"),
        kind: a.word_or("kind", PhotoKind::During),
        sha256,
        bytes: a.integer("bytes", 1, i64::MAX)?,
        mime: a.optional("mime", "must be an image type such as image/jpeg", mime).unwrap_or_else(|| UNKNOWN_MIME.to_owned()),
        width: a.optional_integer("width", 1, MAX_PIXELS),
        height: a.optional_integer("height", 1, MAX_PIXELS),
        captured_at: a.instant("captured_at", true, THEN),
        point: a.optional_point("point"),
        heading_deg: a.optional_number("heading_deg", 0.0, 360.0),
        mock: a.mock(),
    })
}

fn with_reason(a: &mut Args<'_, '_>) -> Result<WithReason, Fault> {
    Ok(WithReason {
        reason: a.short("reason")?,
        visit: a.optional_id("visit"),
        review_at: a.instant("review_at", false, "the request names no time"),
    })
}

fn inspection(a: &mut Args<'_, '_>) -> Result<InspectionSubmit, Fault> {
    let findings = a.word::<Findings>("findings")?;
    let duplicate_of = match findings {
        Findings::DuplicateOf => Some(a.id("duplicate_of")?),
        _ => a.optional_id("duplicate_of"),
    };
    Ok(InspectionSubmit { findings, severity: a.optional_short("severity"), duplicate_of, quantities: a.quantities("quantities") })
}

/// A verdict; of its defects those that can be used.
fn judge(a: &mut Args<'_, '_>) -> Result<RoundJudge, Fault> {
    let round = a.id("round")?;
    let items = a.optional("defects", "must be an array of {code, note?}", Value::as_array);
    let mut defects = Vec::new();
    for (place, item) in items.into_iter().flatten().enumerate() {
        let pointer = format!("{}/{place}", a.at("defects"));
        let mut of = Args::new(&pointer, item, a.warnings);
        match of.short("code") {
            Ok(code) => defects.push(Defect { code, note: of.optional_text("note") }),
            Err(fault) => a.warnings.push(unusable(fault, "the defect is passed over")),
        }
    }
    Ok(RoundJudge { round, defects, note: a.optional_text("note") })
}

//! The commands that devices send, read from their JSON arguments with a precise fault for each that cannot be accepted.

mod args;
mod patrol;
mod quantity;
mod read;

pub use patrol::PatrolRecord;
pub use quantity::{MAX_QUANTITIES, Quantity, quantities};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    geo::Point,
    ids::{CategoryId, ChecklistId, MeasurementId, MutationId, NoteId, PhotoId, RoundId, TicketId, VisitId},
    outcome::OutcomeCode,
    proposal::Proposal,
    time::Timestamp,
    upcast::{STEPS, Step, to_newest},
    warning::Warning,
    words::{
        photo::PhotoKind,
        visit::{MockFlag, VisitKind, VisitOutcome},
        work_order::Defect,
    },
};

/// Longest text, characters.
pub const MAX_TEXT: usize = 4_000;
/// Longest short text (reasons, units, codes), characters.
pub const MAX_SHORT: usize = 400;

/// Why a command cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Code of the result.
    pub code: OutcomeCode,
    /// JSON pointer into the mutation, and what would be right.
    pub detail: String,
}

fn invalid(pointer: &str, why: &str) -> Fault {
    Fault { code: OutcomeCode::Validation, detail: format!("{pointer}: {why}") }
}

macro_rules! args {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    )+};
}

args! {
    /// `ticket.create`: the entity is the new ticket's id.
    TicketCreate {
        /// What it is about.
        category: CategoryId,
        /// The request, in words.
        text: String,
        /// Where.
        point: Point,
        /// Where, in words.
        address_text: Option<String>,
    }
    /// `ticket.edit`.
    TicketEdit {
        /// The fields to set.
        set: TicketSet,
    }
    /// `note.add`: on a ticket or a work order.
    NoteAdd {
        /// Id of the note.
        note: NoteId,
        /// The text.
        text: String,
    }
    /// `note.edit`, `note.remove`.
    NoteChange {
        /// Which note.
        note: NoteId,
        /// The new text.
        text: Option<String>,
    }
    /// `visit.record`: at a ticket or for a work order.
    VisitRecord {
        /// Id of the visit.
        visit: VisitId,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(required = false, default = "patrol"))]
        kind: VisitKind,
        /// Arrival by the device's clock; absent: when the mutation was made.
        arrived_at: Option<Timestamp>,
        /// Where.
        point: Option<Point>,
        /// Whether the fix was simulated.
        #[cfg_attr(feature = "openapi", schema(required = false, value_type = crate::openapi::MockArgument))]
        mock: MockFlag,
    }
    /// `visit.leave`.
    VisitLeave {
        /// Which visit.
        visit: VisitId,
        /// What came of it.
        outcome: Option<VisitOutcome>,
    }
    /// `photo.add`: of a ticket or for a work order.
    PhotoAdd {
        /// Id of the photo.
        photo: PhotoId,
        /// On which visit.
        visit: Option<VisitId>,
        /// What it is meant to show.
        #[cfg_attr(feature = "openapi", schema(required = false, default = "during"))]
        kind: PhotoKind,
        /// SHA-256 of the bytes, 64 hex digits.
        #[cfg_attr(feature = "openapi", schema(min_length = 64, max_length = 64, pattern = "^[0-9A-Fa-f]{64}$"))]
        sha256: String,
        /// Number of bytes.
        #[cfg_attr(feature = "openapi", schema(minimum = 1))]
        bytes: i64,
        /// Media type, `image/…`; `application/octet-stream` if it is not known.
        #[cfg_attr(feature = "openapi", schema(required = false, default = "application/octet-stream"))]
        mime: String,
        /// Pixels across.
        width: Option<i64>,
        /// Pixels down.
        height: Option<i64>,
        /// Capture by the device's clock; absent: when the mutation was made.
        captured_at: Option<Timestamp>,
        /// Where.
        point: Option<Point>,
        /// Compass direction, degrees.
        heading_deg: Option<f64>,
        /// Whether the fix was simulated.
        #[cfg_attr(feature = "openapi", schema(required = false, value_type = crate::openapi::MockArgument))]
        mock: MockFlag,
    }
    /// `photo.remove`.
    PhotoRemove {
        /// Which photo.
        photo: PhotoId,
    }
    /// `measurement.add`: at a ticket or for a work order.
    MeasurementAdd {
        /// Id of the measurement.
        measurement: MeasurementId,
        /// Code of what was measured.
        item: String,
        /// How much.
        quantity: f64,
        /// In which unit.
        unit: String,
        /// On which visit.
        visit: Option<VisitId>,
        /// What it corrects.
        supersedes: Option<MeasurementId>,
    }
    /// `checklist.answer`: at a ticket or for a work order.
    ChecklistAnswerArgs {
        /// On which visit.
        visit: VisitId,
        /// The version of the checklist.
        checklist: ChecklistId,
        /// Code of the item.
        item: String,
        /// The answer.
        value: Value,
    }
    /// `work.start`.
    WorkStart {
        /// The visit that it begins with.
        visit: Option<VisitId>,
    }
    /// `work.decline`, `work.request_hold`, `work.fail_visit`.
    WithReason {
        /// Why, coded or in words.
        reason: String,
        /// On which visit.
        visit: Option<VisitId>,
        /// When a hold is to be looked at again.
        review_at: Option<Timestamp>,
    }
    /// `work.submit`.
    WorkSubmit {
        /// In words.
        summary: Option<String>,
        /// What was done; entries that can be used.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::openapi::Quantity>>))]
        quantities: Vec<Quantity>,
    }
    /// `work.retract`: an own event, before verification.
    WorkRetract {
        /// The mutation that made the event.
        event: MutationId,
    }
    /// `inspection.submit`.
    InspectionSubmit {
        /// What was found.
        findings: Findings,
        /// How bad, in the city's own words.
        severity: Option<String>,
        /// The ticket that this one duplicates.
        duplicate_of: Option<TicketId>,
        /// What is needed; entries that can be used.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::openapi::Quantity>>))]
        quantities: Vec<Quantity>,
    }
    /// `ticket.propose`: priority, category, deferral.
    TicketPropose {
        /// What is proposed.
        propose: Proposal,
        /// Why.
        reason: Option<String>,
    }
    /// `round.verify`, `round.rework`: the entity is the work order.
    RoundJudge {
        /// Which round.
        round: RoundId,
        /// Why it is returned.
        defects: Vec<Defect>,
        /// In words.
        note: Option<String>,
    }
}

crate::text_enum! {
    /// What an inspection came to.
    Findings {
        /// It is as was reported.
        Confirmed = "confirmed",
        /// There is nothing.
        NotFound = "not_found",
        /// It is not the city's to mend.
        NotOurs = "not_ours",
        /// Another ticket is about the same.
        DuplicateOf = "duplicate_of",
        /// It needs another trade.
        NeedsOther = "needs_other",
    }
}

/// A command with what of its arguments could not be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The command.
    pub command: Command,
    /// Arguments that count as unknown, or in whose place others stand.
    pub warnings: Vec<Warning>,
}

/// The fields of `ticket.edit`; an absent one stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketSet {
    /// The request, in words.
    pub text: Option<String>,
    /// Where, in words.
    pub address_text: Option<String>,
    /// Where.
    pub point: Option<Point>,
    /// What it is about.
    pub category: Option<CategoryId>,
}

/// A row that a command makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRow {
    /// Its kind, as on the wire.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
    /// JSON pointer to the id in the mutation.
    pub pointer: &'static str,
}

/// A command.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// `ticket.create`
    TicketCreate(TicketCreate),
    /// `ticket.edit`
    TicketEdit(TicketEdit),
    /// `ticket.propose`
    TicketPropose(TicketPropose),
    /// `note.add`
    NoteAdd(NoteAdd),
    /// `note.edit`
    NoteEdit(NoteChange),
    /// `note.remove`
    NoteRemove(NoteChange),
    /// `visit.record`
    VisitRecord(VisitRecord),
    /// `visit.leave`
    VisitLeave(VisitLeave),
    /// `patrol.record`
    PatrolRecord(PatrolRecord),
    /// `photo.add`
    PhotoAdd(PhotoAdd),
    /// `photo.remove`
    PhotoRemove(PhotoRemove),
    /// `measurement.add`
    MeasurementAdd(MeasurementAdd),
    /// `checklist.answer`
    ChecklistAnswer(ChecklistAnswerArgs),
    /// `work.accept`
    WorkAccept,
    /// `work.decline`
    WorkDecline(WithReason),
    /// `work.start`
    WorkStart(WorkStart),
    /// `work.request_hold`
    WorkRequestHold(WithReason),
    /// `work.resume`
    WorkResume,
    /// `work.submit`
    WorkSubmit(WorkSubmit),
    /// `work.fail_visit`
    WorkFailVisit(WithReason),
    /// `work.retract`
    WorkRetract(WorkRetract),
    /// `inspection.submit`
    InspectionSubmit(InspectionSubmit),
    /// `round.verify`
    RoundVerify(RoundJudge),
    /// `round.rework`
    RoundRework(RoundJudge),
}

/// The name of every command.
pub const COMMANDS: &[&str] = &[
    "ticket.create",
    "ticket.edit",
    "ticket.propose",
    "note.add",
    "note.edit",
    "note.remove",
    "visit.record",
    "visit.leave",
    "patrol.record",
    "photo.add",
    "photo.remove",
    "measurement.add",
    "checklist.answer",
    "work.accept",
    "work.decline",
    "work.start",
    "work.request_hold",
    "work.resume",
    "work.submit",
    "work.fail_visit",
    "work.retract",
    "inspection.submit",
    "round.verify",
    "round.rework",
];

impl Command {
    /// Reads a command of a mutation.
    ///
    /// # Errors
    /// The command or its version is not known, or an argument that it cannot do without cannot be accepted.
    pub fn parse(cmd: &str, version: i64, args: &Value) -> Result<Self, Fault> {
        Self::parse_by(STEPS, cmd, version, args).map(|parsed| parsed.command)
    }

    /// The row that the command makes: its kind, its id, and where the id stands in the mutation. `entity` is what the mutation is
    /// about, `mutation` its own id, which is also the id of a work event or an answer.
    #[must_use]
    pub const fn creates(&self, entity: Uuid, mutation: MutationId) -> Option<NewRow> {
        let (kind, id, pointer) = match self {
            Self::TicketCreate(_) => ("ticket", entity, "/entity"),
            Self::NoteAdd(a) => ("note", a.note.uuid(), "/args/note"),
            Self::VisitRecord(a) => ("visit", a.visit.uuid(), "/args/visit"),
            Self::PatrolRecord(_) => ("patrol", entity, "/entity"),
            Self::PhotoAdd(a) => ("photo", a.photo.uuid(), "/args/photo"),
            Self::MeasurementAdd(a) => ("measurement", a.measurement.uuid(), "/args/measurement"),
            Self::ChecklistAnswer(_) => ("answer", mutation.uuid(), "/id"),
            Self::WorkAccept
            | Self::WorkDecline(_)
            | Self::WorkStart(_)
            | Self::WorkRequestHold(_)
            | Self::WorkResume
            | Self::WorkSubmit(_)
            | Self::WorkFailVisit(_)
            | Self::WorkRetract(_)
            | Self::InspectionSubmit(_) => ("work_event", mutation.uuid(), "/id"),
            Self::TicketEdit(_)
            | Self::TicketPropose(_)
            | Self::NoteEdit(_)
            | Self::NoteRemove(_)
            | Self::VisitLeave(_)
            | Self::PhotoRemove(_)
            | Self::RoundVerify(_)
            | Self::RoundRework(_) => return None,
        };
        Some(NewRow { kind, id, pointer })
    }

    /// The rows that the arguments refer to and that another mutation may have made or may still make: the command is decided with
    /// them. Beside them stands the entity that the mutation is about.
    #[must_use]
    pub fn refers_to(&self) -> Vec<Uuid> {
        let visit = |visit: &Option<VisitId>| visit.map(VisitId::uuid);
        let (first, second) = match self {
            Self::NoteEdit(a) | Self::NoteRemove(a) => (Some(a.note.uuid()), None),
            Self::VisitLeave(a) => (Some(a.visit.uuid()), None),
            Self::PhotoAdd(a) => (visit(&a.visit), None),
            Self::PhotoRemove(a) => (Some(a.photo.uuid()), None),
            Self::MeasurementAdd(a) => (visit(&a.visit), a.supersedes.map(MeasurementId::uuid)),
            Self::ChecklistAnswer(a) => (Some(a.visit.uuid()), None),
            Self::WorkStart(a) => (visit(&a.visit), None),
            Self::WorkDecline(a) | Self::WorkRequestHold(a) | Self::WorkFailVisit(a) => (visit(&a.visit), None),
            Self::WorkRetract(a) => (Some(a.event.uuid()), None),
            Self::InspectionSubmit(a) => (a.duplicate_of.map(TicketId::uuid), None),
            Self::RoundVerify(a) | Self::RoundRework(a) => (Some(a.round.uuid()), None),
            Self::TicketCreate(_)
            | Self::TicketEdit(_)
            | Self::TicketPropose(_)
            | Self::NoteAdd(_)
            | Self::VisitRecord(_)
            | Self::PatrolRecord(_)
            | Self::WorkAccept
            | Self::WorkResume
            | Self::WorkSubmit(_) => (None, None),
        };
        first.into_iter().chain(second).collect()
    }

    /// [`Command::parse`] with what could not be used, and with `steps` from old versions to the newest.
    ///
    /// # Errors
    /// As [`Command::parse`].
    pub fn parse_by(steps: &[Step], cmd: &str, version: i64, args: &Value) -> Result<Parsed, Fault> {
        if !COMMANDS.contains(&cmd) {
            return Err(Fault { code: OutcomeCode::UnknownCommand, detail: "/cmd: the server does not know this command".into() });
        }
        let args = &*to_newest(steps, cmd, version, args)?;
        let mut warnings = Vec::new();
        let command = read::read(cmd, args::Args::new("/args", args, &mut warnings))?;
        Ok(Parsed { command, warnings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_accepted_is_named_by_its_pointer() {
        let id = "0197a000-0000-7000-8000-000000000001";
        let at = "2026-11-23T09:12:00+03:30";
        let photo = |key: &str, value: Value| {
            let mut args =
                json!({"photo": id, "kind": "after", "sha256": "ab".repeat(32), "bytes": 5, "mime": "image/jpeg", "captured_at": at});
            args[key] = value;
            args
        };
        for (cmd, v, args, code, pointer) in [
            ("ticket.burn", 1, json!({}), OutcomeCode::UnknownCommand, "/cmd"),
            ("work.accept", 2, json!({}), OutcomeCode::UnsupportedVersion, "/v"),
            (
                "ticket.create",
                1,
                json!({"category": id, "text": "x", "point": {"lat": 91.0, "lon": 0.0}}),
                OutcomeCode::Validation,
                "/args/point/lat",
            ),
            (
                "ticket.create",
                1,
                json!({"category": id, "text": " ", "point": {"lat": 9.0, "lon": 0.0}}),
                OutcomeCode::Validation,
                "/args/text",
            ),
            ("ticket.edit", 1, json!({"set": {}}), OutcomeCode::Validation, "/args/set"),
            ("ticket.edit", 1, json!({"set": {"stage": "done"}}), OutcomeCode::Validation, "/args/set"),
            ("ticket.edit", 1, json!({"set": {"text": " "}}), OutcomeCode::Validation, "/args/set/text"),
            ("work.start", 1, json!({"visit": "the first"}), OutcomeCode::Validation, "/args/visit"),
            ("photo.add", 1, photo("sha256", json!("zz")), OutcomeCode::Validation, "/args/sha256"),
            ("photo.add", 1, photo("bytes", json!(0)), OutcomeCode::Validation, "/args/bytes"),
            ("photo.add", 1, photo("bytes", json!(1.0e30)), OutcomeCode::Validation, "/args/bytes"),
            ("round.rework", 1, json!({"round": id}), OutcomeCode::Validation, "/args/defects"),
            ("inspection.submit", 1, json!({"findings": "duplicate_of"}), OutcomeCode::Validation, "/args/duplicate_of"),
        ] {
            let fault = Command::parse(cmd, v, &args).unwrap_err();
            assert_eq!(fault.code, code, "{cmd}: {}", fault.detail);
            assert!(fault.detail.starts_with(&format!("{pointer}:")), "{cmd}: {}", fault.detail);
        }
        assert!(Command::parse("photo.add", 1, &photo("mock", json!(true))).is_ok());
    }

    /// A new argument that names a row must be in `refers_to`, in `creates`, or here.
    #[test]
    fn every_id_in_the_arguments_of_a_command_is_named_by_its_type() {
        const REFERENCE_DATA: [&str; 3] = ["area", "category", "checklist"];
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api-spec/commands");
        let mut seen = std::collections::BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let mutation: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
            let (cmd, args) = (mutation["cmd"].as_str().unwrap(), &mutation["args"]);
            let command = Command::parse(cmd, mutation["v"].as_i64().unwrap_or(1), args).unwrap();
            let created = command.creates(Uuid::nil(), MutationId::new(Uuid::nil())).map(|new| new.id);
            let mut written: Vec<Uuid> = args
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, _)| !REFERENCE_DATA.contains(&name.as_str()))
                .filter_map(|(_, value)| Uuid::parse_str(value.as_str()?).ok())
                .filter(|id| Some(*id) != created)
                .collect();
            let mut named = command.refers_to();
            written.sort();
            named.sort();
            assert_eq!(named, written, "{cmd}");
            seen.insert(cmd.to_owned());
        }
        assert!(COMMANDS.iter().all(|cmd| seen.contains(*cmd)), "an example of every command");
    }
}

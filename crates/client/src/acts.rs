//! What people do with a device: each act becomes a mutation with what its author had on the screen.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Device, outbox::Entry, transport::Transport};
use bazdid_protocol::{
    geo::Point,
    hex::hex,
    ids::{CategoryId, GroupId, Id, MutationId, NoteId, PatrolId, PhotoId, TicketId, VisitId},
    time::Timestamp,
    words::{
        photo::PhotoKind,
        visit::{VisitKind, VisitOutcome},
    },
};

/// A photo as the camera app hands it over. The bytes follow in their own time (see [`crate::upload`]).
#[derive(Debug, Clone)]
pub struct Shot {
    /// What it is meant to show.
    pub kind: PhotoKind,
    /// Where it was taken.
    pub point: Option<Point>,
    /// When, by the device's clock; absent: now.
    pub captured_at: Option<Timestamp>,
    /// Where the camera looked, degrees from true north.
    pub heading_deg: Option<f64>,
    /// The file; absent: one of twelve million pixels that nobody will ever send, its hash made from the photo's id.
    pub file: Option<ShotFile>,
    /// Whether the operating system said that the position was simulated.
    pub mock: bool,
}

/// The final file of a photo, after every change that the app makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShotFile {
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Number of bytes.
    pub bytes: usize,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl ShotFile {
    /// Describes a file.
    #[must_use]
    pub fn of(bytes: &[u8], width: u32, height: u32) -> Self {
        Self { sha256: hex(&Sha256::digest(bytes)), bytes: bytes.len(), width, height }
    }
}

impl Shot {
    /// An honest photo at a place.
    #[must_use]
    pub const fn of(kind: PhotoKind, point: Point) -> Self {
        Self { kind, point: Some(point), captured_at: None, heading_deg: Some(90.0), file: None, mock: false }
    }
}

impl<T: Transport> Device<T> {
    /// A new id, as the device makes them.
    #[must_use]
    pub fn new_id<K>(&self) -> Id<K> {
        Id::new(self.ids.uuid(self.clock.wall()))
    }

    /// Adds a command to the outbox, and to the file before it returns (see [`Device::unwritten`]). `base`, `seen_ts` and, for a work order,
    /// `epoch` are what the copy holds of the entity.
    pub fn act(&mut self, cmd: &str, entity: Uuid, args: Value) -> MutationId {
        let order = self.state.copy.get("work_order", entity);
        let epoch = order.and_then(|o| o.row.get("epoch")).and_then(Value::as_i64);
        let seen = order.or_else(|| self.state.copy.get("ticket", entity));
        let entry = Entry {
            numbering: 0,
            seq: 0,
            id: self.new_id(),
            group: self.group,
            cmd: cmd.to_owned(),
            entity,
            base: seen.map(|r| r.v),
            seen_ts: seen.and_then(|r| r.ts),
            epoch,
            at: self.clock.wall(),
            up: self.clock.uptime_ms(),
            boot: self.clock.boot().to_owned(),
            actor: self.state.account,
            args,
            result: None,
            settled: false,
        };
        let id = entry.id;
        self.state.outbox.append(entry);
        if self.group.is_none() {
            self.record();
        }
        id
    }

    /// All that is done inside is one group: all or nothing, on the server and in the file.
    pub fn grouped<R>(&mut self, acts: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.group;
        let group: GroupId = self.new_id();
        self.group = outer.or(Some(group));
        let done = acts(self);
        self.group = outer;
        if outer.is_none() {
            self.record();
        }
        done
    }

    /// `ticket.create`.
    pub fn create_ticket(&mut self, category: CategoryId, text: &str, point: Point, address: Option<&str>) -> TicketId {
        let ticket: TicketId = self.new_id();
        let args = json!({ "category": category, "text": text, "point": point, "address_text": address });
        self.act("ticket.create", ticket.uuid(), args);
        ticket
    }

    /// `ticket.edit` with an object of fields.
    pub fn edit_ticket(&mut self, ticket: TicketId, set: Value) -> MutationId {
        self.act("ticket.edit", ticket.uuid(), json!({ "set": set }))
    }

    /// `note.add` on a ticket or a work order.
    pub fn add_note(&mut self, entity: Uuid, text: &str) -> NoteId {
        let note: NoteId = self.new_id();
        self.act("note.add", entity, json!({ "note": note, "text": text }));
        note
    }

    /// `visit.record`, arriving now.
    pub fn arrive(&mut self, entity: Uuid, kind: VisitKind, point: Point) -> VisitId {
        let visit: VisitId = self.new_id();
        let args = json!({ "visit": visit, "kind": kind, "arrived_at": self.clock.wall(), "point": point, "mock": false });
        self.act("visit.record", entity, args);
        visit
    }

    /// `visit.leave`, now.
    pub fn leave(&mut self, entity: Uuid, visit: VisitId, outcome: VisitOutcome) -> MutationId {
        self.act("visit.leave", entity, json!({ "visit": visit, "outcome": outcome }))
    }

    /// `patrol.record` with these arguments, when the round is over.
    pub fn record_patrol(&mut self, args: Value) -> PatrolId {
        let patrol: PatrolId = self.new_id();
        self.act("patrol.record", patrol.uuid(), args);
        patrol
    }

    /// `photo.add`.
    pub fn add_photo(&mut self, entity: Uuid, visit: Option<VisitId>, shot: &Shot) -> PhotoId {
        let photo: PhotoId = self.new_id();
        let made = || ShotFile { sha256: hex(&Sha256::digest(photo.uuid().as_bytes())), bytes: 2_400_000, width: 4000, height: 3000 };
        let file = shot.file.clone().unwrap_or_else(made);
        let args = json!({
            "photo": photo, "visit": visit, "kind": shot.kind, "sha256": file.sha256, "bytes": file.bytes, "mime": "image/jpeg",
            "width": file.width, "height": file.height, "captured_at": shot.captured_at.unwrap_or_else(|| self.clock.wall()),
            "point": shot.point, "heading_deg": shot.heading_deg, "mock": shot.mock,
        });
        self.act("photo.add", entity, args);
        photo
    }

    /// `measurement.add`.
    pub fn measure(&mut self, entity: Uuid, visit: Option<VisitId>, item: &str, quantity: f64, unit: &str) -> MutationId {
        let measurement: Id<()> = self.new_id();
        let args = json!({ "measurement": measurement, "visit": visit, "item": item, "quantity": quantity, "unit": unit });
        self.act("measurement.add", entity, args)
    }

    /// `checklist.answer`: an item of the version of a checklist that the copy holds.
    pub fn answer(&mut self, entity: Uuid, visit: VisitId, checklist: Uuid, item: &str, value: Value) -> MutationId {
        self.act("checklist.answer", entity, json!({ "visit": visit, "checklist": checklist, "item": item, "value": value }))
    }

    /// `work.accept`.
    pub fn accept(&mut self, order: Uuid) -> MutationId {
        self.act("work.accept", order, json!({}))
    }

    /// `work.decline`.
    pub fn decline(&mut self, order: Uuid, reason: &str) -> MutationId {
        self.act("work.decline", order, json!({ "reason": reason }))
    }

    /// `work.start` on a visit.
    pub fn start(&mut self, order: Uuid, visit: VisitId) -> MutationId {
        self.act("work.start", order, json!({ "visit": visit }))
    }

    /// `work.submit`.
    pub fn submit(&mut self, order: Uuid, summary: &str) -> MutationId {
        self.act("work.submit", order, json!({ "summary": summary }))
    }

    /// `inspection.submit`.
    pub fn submit_inspection(&mut self, order: Uuid, findings: &str) -> MutationId {
        self.act("inspection.submit", order, json!({ "findings": findings }))
    }

    /// `round.verify`; the entity is the work order.
    pub fn verify(&mut self, order: Uuid, round: Uuid, note: &str) -> MutationId {
        self.act("round.verify", order, json!({ "round": round, "note": note }))
    }

    /// `round.rework`; the entity is the work order.
    pub fn rework(&mut self, order: Uuid, round: Uuid, defect: &str, note: &str) -> MutationId {
        self.act("round.rework", order, json!({ "round": round, "defects": [{ "code": defect }], "note": note }))
    }
}

//! What somebody did, read off a row that is new to the server or differs from the server's.

mod identity;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    watermelon::{
        Table,
        columns::Columns,
        id,
        row::{Row, ms},
    },
    work_order::WorkEventKind,
};
use bazdid_protocol::{
    ids::{AccountId, DeviceId, MutationId, WorkEventId, name_uuid},
    text_enum::TextEnum as _,
    time::Timestamp,
};

pub use identity::{Identities, identities, identities_deleted};

/// Who sends.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub account: AccountId,
    /// Number of the snapshot that the app had when it sent.
    pub snapshot: i64,
    /// The app's clock then: what has no instant of its own was done now.
    pub sent_at: Timestamp,
}

/// A row that the app sent.
#[derive(Debug, Clone, Copy)]
pub struct Pushed<'a> {
    /// Of which table.
    pub table: Table,
    /// Its id here.
    pub id: Uuid,
    /// Its columns.
    pub columns: &'a Map<String, Value>,
}

/// The same row as it stands here, if the device may see it.
#[derive(Debug, Clone)]
pub struct Known {
    /// As the app sees it.
    pub row: Row,
    /// The texts of which the app sees some masked, as they stand: [`unmasked`](crate::watermelon::row::unmasked).
    pub unmasked: Row,
    /// Whether the app's snapshot had it as it stands.
    pub seen: Seen,
    /// Its revision.
    pub rev: i64,
    /// Its stamp.
    pub stamp: Option<Timestamp>,
}

impl Known {
    /// Takes over the columns that the app says it did not change: `_changed`, the library's own column, names those that it did.
    pub fn lay_over(&mut self, sent: &Map<String, Value>) {
        let Some(changed) = sent.get("_changed").and_then(Value::as_str).filter(|names| !names.is_empty()) else { return };
        for (name, value) in sent.iter().filter(|(name, _)| changed.split(',').all(|c| c != name.as_str())) {
            if let Some(column) = self.row.get_mut(name) {
                column.clone_from(value);
            }
        }
    }
}

/// Whether a snapshot had a row as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It had.
    AsItStands,
    /// The row changed after it.
    Before,
}

/// A command that a row stands for, before it has a place in the device's sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct RowCommand {
    /// Identity: follows from device, row and content, so that what is sent again is known again. A work event's is its row's. See
    /// [`identities`].
    pub id: MutationId,
    /// Which row.
    pub subject: (Table, Uuid),
    /// When it was done, by the app's clock.
    pub at: Timestamp,
    /// Rows that must be there before it.
    pub needs: Vec<Uuid>,
    /// The command.
    pub cmd: &'static str,
    /// What it is about; absent if the row does not say it, which the engine answers.
    pub entity: Option<Uuid>,
    /// The epoch that its author knew.
    pub epoch: Option<i64>,
    /// The revision that its author had.
    pub base: Option<i64>,
    /// The stamp that its author had.
    pub seen_ts: Option<Timestamp>,
    /// Its arguments.
    pub args: Value,
}

impl RowCommand {
    /// The mutation at a place of the device's sequence.
    #[must_use]
    pub fn mutation(&self, seq: i64) -> Value {
        json!({
            "seq": seq, "id": self.id, "cmd": self.cmd, "v": 1, "entity": self.entity, "base": self.base,
            "seen_ts": self.seen_ts.map(Timestamp::micros), "epoch": self.epoch, "at": self.at, "args": self.args,
        })
    }
}

/// What a row comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Nothing: the server has it so.
    Same,
    /// These commands.
    Deeds(Vec<RowCommand>),
    /// What differs is not the app's to write: the server's row is sent again.
    NotWritable,
    /// The row has changed since the app's snapshot and says something else: the app must pull first.
    Outdated,
}

const POINT: &[&str] = &["lat", "lon", "accuracy_m"];
const PHOTO: &[&str] = &[
    "ticket_id",
    "work_order_id",
    "visit_id",
    "kind",
    "sha256",
    "bytes",
    "mime",
    "width",
    "height",
    "captured_at",
    "lat",
    "lon",
    "accuracy_m",
    "heading_deg",
    "mock",
];
const MEASUREMENT: &[&str] = &["ticket_id", "work_order_id", "visit_id", "epoch", "item", "quantity", "unit", "supersedes"];
const EVENT: &[&str] = &["work_order_id", "epoch", "kind", "visit_id", "reason", "review_at", "summary"];
const VISIT: &[&str] = &["ticket_id", "work_order_id", "kind", "arrived_at", "lat", "lon", "accuracy_m", "mock"];
const DEPARTURE: &[&str] = &["left_at", "outcome"];

/// Reads a row that the app sent as new or as changed: which of the two does not matter, for an answer may have been lost.
#[must_use]
pub fn read(sender: &Sender, pushed: &Pushed<'_>, known: Option<&Known>) -> Reading {
    let author = Author { sender, pushed, columns: Columns(pushed.columns) };
    match (author.read(known), known) {
        // Nothing to do, but the app holds something else in a column that it does not write: a clock's reading, say.
        (Reading::Same, Some(known)) if author.differs_anywhere(known) => Reading::NotWritable,
        (reading, _) => reading,
    }
}

/// Reads a row that the app deleted. One's own notes and photos can be taken back; nothing else is the app's to delete.
#[must_use]
pub fn read_deleted(sender: &Sender, table: Table, id: Uuid, known: Option<&Known>) -> Reading {
    let Some(known) = known else { return Reading::Same };
    let nothing = Map::new();
    let pushed = Pushed { table, id, columns: &nothing };
    let author = Author { sender, pushed: &pushed, columns: Columns(&known.row) };
    match table {
        Table::Notes if author.wrote(known) => Reading::Deeds(vec![author.change("note.remove", json!({ "note": id }))]),
        Table::Photos if author.wrote(known) => Reading::Deeds(vec![author.change("photo.remove", json!({ "photo": id }))]),
        _ => Reading::NotWritable,
    }
}

struct Author<'a> {
    sender: &'a Sender,
    pushed: &'a Pushed<'a>,
    columns: Columns<'a>,
}

impl Author<'_> {
    fn read(&self, known: Option<&Known>) -> Reading {
        match (self.pushed.table, known) {
            (Table::WorkOrders | Table::SyncMessages, _) => Reading::NotWritable,
            (Table::Tickets, None) => Reading::Deeds(vec![self.new_ticket()]),
            (Table::Tickets, Some(known)) => self.ticket(known),
            (Table::WorkEvents, None) => Reading::Deeds(vec![self.event()]),
            (Table::WorkEvents, Some(known)) => self.fact(known, EVENT),
            (Table::Visits, None) => {
                let left = self.columns.instant("left_at");
                let departure = self.departure(|args| {
                    let command = self.command("visit.leave", None, args);
                    RowCommand { id: MutationId::new(name_uuid(&format!("{}|{left:?}", command.id))), ..command }
                });
                Reading::Deeds([self.arrival()].into_iter().chain(departure).collect())
            }
            (Table::Visits, Some(known)) => self.visit(known),
            (Table::Photos, None) => Reading::Deeds(vec![self.photo()]),
            (Table::Photos, Some(known)) => self.fact(known, PHOTO),
            (Table::Measurements, None) => Reading::Deeds(vec![self.measurement()]),
            (Table::Measurements, Some(known)) => self.fact(known, MEASUREMENT),
            (Table::Notes, None) => Reading::Deeds(vec![self.new_note()]),
            (Table::Notes, Some(known)) => self.note(known),
        }
    }

    fn differs_anywhere(&self, known: &Known) -> bool {
        let names: Vec<&str> = known.row.keys().map(String::as_str).collect();
        self.differs(known, &names)
    }

    /// A command about the row's order or ticket; identity and the rest follow.
    fn command(&self, cmd: &'static str, at: Option<Timestamp>, args: Value) -> RowCommand {
        let (table, row) = (self.pushed.table, self.pushed.id);
        let name = format!("watermelon|{}|{table}|{row}|{cmd}|{args}", self.sender.device);
        RowCommand {
            id: MutationId::new(name_uuid(&name)),
            subject: (table, row),
            at: at.unwrap_or(self.sender.sent_at),
            needs: ["ticket_id", "work_order_id", "visit_id", "supersedes"].iter().filter_map(|c| self.columns.id(c)).collect(),
            cmd,
            entity: self.columns.id("work_order_id").or_else(|| self.columns.id("ticket_id")),
            epoch: self.columns.get("epoch").and_then(Value::as_i64),
            base: None,
            seen_ts: None,
            args,
        }
    }

    /// A command that changes what is there: to say the same once more after another change is another command.
    fn change(&self, cmd: &'static str, args: Value) -> RowCommand {
        let command = self.command(cmd, None, args);
        RowCommand { id: self.change_id(cmd), needs: [command.needs, vec![self.pushed.id]].concat(), ..command }
    }

    fn wrote(&self, known: &Known) -> bool {
        known.row.get("actor_id").and_then(Value::as_str) == Some(id::write(self.sender.account.uuid()).as_str())
    }

    fn differs(&self, known: &Known, names: &[&str]) -> bool {
        let as_decline = self.is_request_sent_as_decline(known);
        let names: Vec<&str> = names.iter().copied().filter(|name| !(as_decline && *name == "kind")).collect();
        self.columns.differ(Columns(&known.row), &names)
    }

    /// Whether a text is neither what the app sees nor what stands: numbers that the app itself has written, and that rows show masked, are no change.
    fn differs_masked(&self, known: &Known, name: &str) -> bool {
        self.differs(known, &[name]) && self.columns.differ(Columns(&known.unmasked), &[name])
    }

    /// Whether an event that the app sent as a decline stands here as crew's request for relief: the same event, under the kind that the
    /// server gave it.
    fn is_request_sent_as_decline(&self, known: &Known) -> bool {
        let is = |row: &Row, kind: WorkEventKind| row.get("kind").and_then(Value::as_str) == Some(kind.as_str());
        self.pushed.table == Table::WorkEvents
            && is(self.pushed.columns, WorkEventKind::Decline)
            && is(&known.row, WorkEventKind::RequestRelief)
    }

    /// A fact that was recorded is never recorded again, and never changes.
    fn fact(&self, known: &Known, names: &[&str]) -> Reading {
        match (self.differs(known, names), known.seen) {
            (false, _) => Reading::Same,
            (true, Seen::Before) => Reading::Outdated,
            (true, Seen::AsItStands) => Reading::NotWritable,
        }
    }

    fn new_ticket(&self) -> RowCommand {
        let columns = self.columns;
        let args = json!({
            "category": columns.id_argument("category_id"), "text": columns.raw("text"), "point": columns.point_argument(),
            "address_text": columns.get("address_text"),
        });
        let at = columns.instant("created_at").or_else(|| columns.instant("updated_at"));
        RowCommand { entity: Some(self.pushed.id), needs: Vec::new(), epoch: None, ..self.command("ticket.create", at, args) }
    }

    fn ticket(&self, known: &Known) -> Reading {
        let columns = self.columns;
        let mut set = Map::new();
        if self.differs_masked(known, "text") {
            set.insert("text".into(), columns.raw("text"));
        }
        if self.differs_masked(known, "address_text") {
            set.insert("address_text".into(), json!(columns.get("address_text").and_then(Value::as_str).unwrap_or_default()));
        }
        if self.differs(known, &["category_id"]) {
            set.insert("category".into(), columns.id_argument("category_id"));
        }
        if self.differs(known, POINT) {
            set.insert("point".into(), columns.point_argument());
        }
        if set.is_empty() {
            return Reading::Same;
        }
        if known.seen == Seen::Before {
            return Reading::Outdated;
        }
        // The library's own `updated_at` says when, if the app has it: then it is not what the server had sent.
        let at = columns.instant("updated_at").filter(|at| known.row.get("updated_at") != Some(&json!(ms(*at))));
        Reading::Deeds(vec![RowCommand {
            entity: Some(self.pushed.id),
            at: at.unwrap_or(self.sender.sent_at),
            epoch: None,
            base: Some(known.rev),
            seen_ts: known.stamp,
            ..self.change("ticket.edit", json!({ "set": set }))
        }])
    }

    fn event(&self) -> RowCommand {
        let columns = self.columns;
        let word = columns.get("kind").and_then(Value::as_str).unwrap_or_default();
        let why = || json!({ "reason": columns.get("reason"), "visit": columns.id_argument("visit_id"), "review_at": columns.instant_argument("review_at") });
        let (cmd, args) = match WorkEventKind::parse(word) {
            Ok(WorkEventKind::Accept) => ("work.accept", json!({})),
            Ok(WorkEventKind::Decline | WorkEventKind::RequestRelief) => ("work.decline", why()),
            Ok(WorkEventKind::Start) => ("work.start", json!({ "visit": columns.id_argument("visit_id") })),
            Ok(WorkEventKind::RequestHold) => ("work.request_hold", why()),
            Ok(WorkEventKind::Resume) => ("work.resume", json!({})),
            Ok(WorkEventKind::FailVisit) => ("work.fail_visit", why()),
            Ok(WorkEventKind::Submit) => {
                ("work.submit", json!({ "summary": columns.get("summary"), "quantities": columns.document_argument("quantities") }))
            }
            // What the app cannot say is no command: the engine answers that it does not know it.
            Ok(WorkEventKind::Retract) | Err(_) => ("work.unknown", json!({ "kind": columns.get("kind") })),
        };
        RowCommand {
            id: WorkEventId::new(self.pushed.id).command(),
            entity: columns.id("work_order_id"),
            ..self.command(cmd, columns.instant("at"), args)
        }
    }

    fn arrival(&self) -> RowCommand {
        let columns = self.columns;
        let args = json!({
            "visit": self.pushed.id, "kind": columns.get("kind"), "arrived_at": columns.instant_argument("arrived_at"),
            "point": columns.point_argument(), "mock": self.mock(),
        });
        self.command("visit.record", columns.instant("arrived_at"), args)
    }

    fn departure(&self, command: impl FnOnce(Value) -> RowCommand) -> Option<RowCommand> {
        let left = self.columns.instant("left_at");
        let outcome = self.columns.get("outcome");
        if left.is_none() && outcome.is_none() {
            return None;
        }
        let command = command(json!({ "visit": self.pushed.id, "outcome": outcome }));
        Some(RowCommand { at: left.unwrap_or(command.at), needs: [command.needs, vec![self.pushed.id]].concat(), ..command })
    }

    /// A visit is left once it was made; who was there and when does not change.
    fn visit(&self, known: &Known) -> Reading {
        if !self.differs(known, DEPARTURE) || !self.wrote(known) {
            return self.fact(known, &[VISIT, DEPARTURE].concat());
        }
        if known.seen == Seen::Before {
            return Reading::Outdated;
        }
        self.departure(|args| self.change("visit.leave", args)).map_or(Reading::NotWritable, |command| Reading::Deeds(vec![command]))
    }

    fn photo(&self) -> RowCommand {
        let columns = self.columns;
        let args = json!({
            "photo": self.pushed.id, "visit": columns.id_argument("visit_id"), "kind": columns.get("kind"),
            "sha256": columns.get("sha256"), "bytes": columns.get("bytes"), "mime": columns.get("mime"),
            "width": columns.get("width"), "height": columns.get("height"),
            "captured_at": columns.instant_argument("captured_at"), "point": columns.point_argument(),
            "heading_deg": columns.get("heading_deg"), "mock": self.mock(),
        });
        self.command("photo.add", columns.instant("captured_at"), args)
    }

    /// What the device says of a fix being simulated.
    fn mock(&self) -> Value {
        match self.columns.get("mock").and_then(Value::as_str) {
            Some("mock") => json!(true),
            Some("real") => json!(false),
            Some("unknown") => Value::Null,
            _ => self.columns.get("mock").cloned().unwrap_or_default(),
        }
    }

    fn measurement(&self) -> RowCommand {
        let columns = self.columns;
        let args = json!({
            "measurement": self.pushed.id, "item": columns.get("item"), "quantity": columns.get("quantity"),
            "unit": columns.get("unit"), "visit": columns.id_argument("visit_id"), "supersedes": columns.id_argument("supersedes"),
        });
        self.command("measurement.add", columns.instant("at"), args)
    }

    fn new_note(&self) -> RowCommand {
        let args = json!({ "note": self.pushed.id, "text": self.columns.raw("text") });
        self.command("note.add", self.columns.instant("at"), args)
    }

    fn note(&self, known: &Known) -> Reading {
        if !self.differs_masked(known, "text") {
            return self.fact(known, &["ticket_id", "work_order_id"]);
        }
        if !self.wrote(known) {
            return self.fact(known, &["text"]);
        }
        if known.seen == Seen::Before {
            return Reading::Outdated;
        }
        Reading::Deeds(vec![self.change("note.edit", json!({ "note": self.pushed.id, "text": self.columns.raw("text") }))])
    }
}

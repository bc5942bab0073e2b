//! Push: the rows that an app changed, as mutations of its device.
//!
//! Who is out of service hands in what they have for some days, as with [`crate::sync::push`]. They cannot pull, so nothing is outdated for
//! them: what they changed is taken as they saw it, and set aside.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Ctx,
    sync::{
        access::{Standing, check_sender},
        limits::SCHEMA,
        pull::scope::Scope,
        push as engine,
        watermelon::{
            known_snapshot,
            push::{
                envelope::{Sent, SentRow, UnreadRow},
                replay::Replays,
                view::View,
            },
        },
    },
};
use bazdid_domain::{
    sync::cursor::Cursor,
    watermelon::{
        Table, id, order,
        row_command::{Pushed, Reading, RowCommand, Sender, identities, identities_deleted, read, read_deleted},
    },
};
use bazdid_protocol::{
    channel::Channel,
    digest::row_hash,
    envelope::{PushRequest, ResultItem, SentItem, UnreadItem},
    error::{Code, Error, Result},
    ids::{DeviceId, MutationId},
    mutation::storable,
    outcome::{OutcomeCode, Status},
    time::Timestamp,
    warning::Warning,
};
use bazdid_store::{
    self as store, Tx,
    feed::{self, Entry, Presence},
};

pub mod envelope;
mod replay;
mod view;

/// What an app sends.
#[derive(Debug, Clone)]
pub struct Request {
    /// The device.
    pub device: DeviceId,
    /// Number of the snapshot that it had.
    pub last_pulled_at: Option<i64>,
    /// Its clock when it sent.
    pub sent_at: Option<Timestamp>,
    /// The rows that it sent: see [`envelope::read`].
    pub sent: Sent,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowResult {
    /// In which table.
    pub table: Table,
    /// Which row.
    pub id: String,
    /// What became of it.
    pub status: Status,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<OutcomeCode>,
    /// In a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Values that could not be used, though the command was; pointers are those of the command (`sync.md`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Whether this is the stored answer to a row that was sent before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
}

/// The answer to a push.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// One for each command that a row came to; rows that the server has as they were sent have none.
    pub results: Vec<RowResult>,
    /// Milliseconds to wait before sending again what could not be decided; what could be is kept.
    #[serde(skip)]
    pub retry_after_ms: Option<i64>,
}

/// Takes a push. Nothing of it is kept if a row has changed since the app's snapshot and says something else: the app pulls, which
/// tells it, and pushes again.
///
/// # Errors
/// The device may not push; the envelope cannot be read; the snapshot is not known or a row is outdated ([`Code::Conflict`]).
pub fn push(tx: &mut Tx<'_>, ctx: &Ctx, request: &Request) -> Result<Answer> {
    let account = ctx.account()?;
    // Of two pushes of one device the second waits here and then finds what became of the first.
    let device = store::account::lock_device(tx, request.device)?;
    let (device, standing) = check_sender(tx, ctx, device)?;
    let scope = Scope::of_device(tx, ctx, device)?;
    let device = scope.device.id;
    let sent = &request.sent;
    let Some(number) = request.last_pulled_at else {
        return Err(Error::field("?last_pulled_at", "a push names the snapshot that the app has: pull first"));
    };
    let cursor = match (known_snapshot(tx, ctx, &scope, number)?, standing) {
        (Some(cursor), _) => cursor,
        (None, Standing::HandsIn) => Cursor { feed_epoch: scope.epoch.clone(), positions: BTreeMap::new() },
        (None, Standing::InService) => {
            return Err(Error::with(Code::Conflict, "the server does not have this snapshot any more: pull, then push again"));
        }
    };
    let sender = Sender { device, account, snapshot: number, sent_at: request.sent_at.unwrap_or(ctx.now) };
    let view = View::load(tx, &scope, &cursor, &sender, sent, standing)?;
    let journal = Replays::find(tx, &sender, sent)?;
    let Read { mut commands, again, replays } = read_rows(&sender, sent, &journal, &view)?;
    order::sort(&mut commands);
    let unread: BTreeMap<MutationId, UnreadRow> =
        sent.unread.iter().map(|row| (row.mutation_id(&sender), row.clone())).filter(|(id, _)| !journal.has(*id)).collect();
    let mut pieces: Vec<Piece> = commands.into_iter().map(Piece::RowCommand).collect();
    pieces.extend(unread.into_values().map(Piece::Unread));
    let mut answer = submit(tx, ctx, &sender, &pieces)?;
    answer.results.splice(0..0, replays);
    if standing == Standing::InService {
        send_again(tx, device, &again)?;
    }
    Ok(answer)
}

/// What the rows come to.
struct Read {
    commands: Vec<RowCommand>,
    /// Rows of which the server's are sent again, whatever becomes of the commands.
    again: Vec<(Table, Uuid, i64)>,
    /// Answers to what was sent before.
    replays: Vec<RowResult>,
}

fn read_rows(sender: &Sender, sent: &Sent, journal: &Replays, view: &View) -> Result<Read> {
    let mut read_all = Read { commands: Vec::new(), again: Vec::new(), replays: Vec::new() };
    let mut replayed: BTreeSet<MutationId> = BTreeSet::new();
    let mut outdated = Vec::new();
    let rows = sent.rows.iter().map(|SentRow { table, id, columns }| {
        let pushed = Pushed { table: *table, id: *id, columns };
        ((*table, *id), identities(sender, &pushed), read(sender, &pushed, view.known.get(&(*table, *id))))
    });
    let deleted = sent.deleted.iter().map(|(table, id)| {
        let reading = read_deleted(sender, *table, *id, view.known.get(&(*table, *id)));
        ((*table, *id), identities_deleted(sender, *table, *id), reading)
    });
    for (row, identities, reading) in rows.chain(deleted) {
        let rev = view.known.get(&row).map_or(0, |k| k.rev);
        // The first answer stands for a row that is the server's by now or that the device does not see any more.
        let had = journal.of_row(&identities, reading == Reading::Same || !view.is_visible(row));
        let reading = match (reading, had.is_empty()) {
            (Reading::Same, true) => continue,
            // The server's row says whether the device still sees it.
            (Reading::Same, false) if view.is_visible(row) => {
                replayed.extend(had);
                continue;
            }
            (_, false) => {
                replayed.extend(had);
                Reading::NotWritable
            }
            (reading, true) => reading,
        };
        match reading {
            Reading::Outdated => outdated.push(json!({ "table": row.0, "id": id::write(row.1) })),
            Reading::Same | Reading::NotWritable => {}
            Reading::Deeds(commands) => {
                for mut command in commands {
                    if journal.has(command.id) {
                        replayed.insert(command.id);
                        continue;
                    }
                    view.set_base(&mut command);
                    read_all.commands.push(command);
                }
            }
        }
        read_all.again.push((row.0, row.1, rev));
    }
    let unread = sent.unread.iter().filter_map(|row| Some((row.table, row.id?)));
    read_all.again.extend(unread.map(|row| (row.0, row.1, view.known.get(&row).map_or(0, |k| k.rev))));
    replayed.extend(sent.unread.iter().map(|row| row.mutation_id(sender)).filter(|id| journal.has(*id)));
    if outdated.is_empty() {
        let mut taken = BTreeSet::new();
        read_all.commands.retain(|command| taken.insert(command.id));
        read_all.replays = journal.answers(&replayed);
        return Ok(read_all);
    }
    outdated.truncate(20);
    Err(Error::with(Code::Conflict, "rows have changed since the app's snapshot: pull, then push again").fact("rows", outdated))
}

/// What goes to the engine in one place of the device's sequence.
enum Piece {
    /// A command that a row came to.
    RowCommand(RowCommand),
    /// A row that cannot be read: the journal keeps it.
    Unread(UnreadRow),
}

impl Piece {
    /// Identity: follows from what was sent, so that what is sent again is known again.
    fn id(&self, sender: &Sender) -> MutationId {
        match self {
            Self::RowCommand(command) => command.id,
            Self::Unread(row) => row.mutation_id(sender),
        }
    }

    fn item(&self, sender: &Sender, seq: i64) -> SentItem {
        match self {
            Self::RowCommand(command) => Ok(command.mutation(seq)),
            Self::Unread(row) => {
                let about = storable(&json!({ "table": row.table, "row": row.sent_id, "unread": row.text }));
                let (text, why) = (row.text.clone(), row.why.clone());
                Err(UnreadItem { seq: Some(seq), id: Some(self.id(sender)), text, why, about: Some(about) })
            }
        }
    }

    fn result(&self, result: ResultItem) -> RowResult {
        let (table, id) = match self {
            Self::RowCommand(RowCommand { subject: (table, row), .. }) => (*table, id::write(*row)),
            Self::Unread(row) => (row.table, row.sent_id.clone()),
        };
        let ResultItem { status, code, detail, warnings, replayed, .. } = result;
        RowResult { table, id, status, code, detail, warnings, replayed }
    }
}

/// Hands the commands to the engine, in batches of the size that it takes.
fn submit(tx: &mut Tx<'_>, ctx: &Ctx, sender: &Sender, pieces: &[Piece]) -> Result<Answer> {
    let mut answer = Answer { results: Vec::new(), retry_after_ms: None };
    for batch in pieces.chunks(ctx.shared.settings.sync.max_mutations.max(1)) {
        let device = store::account::find_device(tx, sender.device)?.ok_or_else(|| Error::internal("a device that was locked is gone"))?;
        let first = device.applied_through.saturating_add(1);
        let request = PushRequest {
            device: device.id,
            prev_chain: None,
            schema: SCHEMA,
            sent_at: Some(sender.sent_at),
            uptime_ms: None,
            boot: None,
            pending: None,
            acked_through: None,
            mutations: batch.iter().zip(first..).map(|(piece, seq)| piece.item(sender, seq)).collect(),
        };
        let taken = engine::push(tx, ctx, &engine::Batch::read(ctx, request)?)?;
        answer.results.extend(batch.iter().zip(taken.results).map(|(piece, result)| piece.result(result)));
        if taken.deferred_from.is_some() {
            answer.retry_after_ms = Some(taken.retry_after_ms);
            break;
        }
    }
    Ok(answer)
}

/// Enters the rows in the device's own channel: with the next pull the app gets them as they stand, or gives them up.
fn send_again(tx: &mut Tx<'_>, device: DeviceId, rows: &[(Table, Uuid, i64)]) -> Result<()> {
    let entry = |(table, entity, v): &(Table, Uuid, i64)| Entry {
        channel: Channel::Device(device),
        kind: table.kind(),
        entity: *entity,
        v: *v,
        presence: Presence::Echo,
    };
    feed::append(tx, &rows.iter().map(entry).collect::<Vec<_>>(), row_hash)
}

//! Push: the rows that an app changed, as mutations of its device.
//!
//! Who is out of service hands in what he has for some days, as with [`crate::service::sync::push`]. He cannot pull, so nothing is outdated for
//! him: what he changed is taken as he saw it, and set aside.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        ids::{DeviceId, Id, MutationId, name_uuid},
        sync::{
            channel::Channel,
            cursor::Cursor,
            digest::row_hash,
            envelope::{PushRequest, ResultItem, SentItem, UnreadItem},
            mutation::storable,
            outcome::{OutcomeCode, Status},
            warning::Warning,
        },
        time::Timestamp,
        watermelon::{
            Table,
            deed::{Deed, Known, Pushed, Reading, Seen, Sender, read, read_deleted},
            id, order,
            row::show,
        },
        world::World,
    },
    error::{Code, Error, Result},
    service::{
        Ctx,
        sync::{
            access::{Standing, check_sender},
            limits::SCHEMA,
            pull::scope::Scope,
            push as engine,
            watermelon::{
                known_snapshot,
                push::envelope::{Sent, SentRow, UnreadRow},
            },
        },
    },
    store::{
        self, Tx,
        feed::{self, Entry, Presence, find_entries},
        rows::load_rows,
    },
};

pub mod envelope;

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
        (Some((_, cursor)), _) => cursor,
        (None, Standing::HandsIn) => Cursor { feed_epoch: scope.epoch.clone(), positions: BTreeMap::new() },
        (None, Standing::InService) => {
            return Err(Error::with(Code::Conflict, "the server does not have this snapshot any more: pull, then push again"));
        }
    };
    let sender = Sender { device, account, snapshot: number, sent_at: request.sent_at.unwrap_or(ctx.now) };
    let known = find_known(tx, &scope, &cursor, sent)?;
    let Read { mut deeds, again } = match standing {
        Standing::InService => read_rows(&sender, sent, &known)?,
        Standing::HandsIn => read_handed_in(&sender, sent, &known)?,
    };
    order::sort(&mut deeds);
    let mut pieces: Vec<Piece> = deeds.into_iter().map(Piece::Deed).collect();
    pieces.extend(sent.unread.iter().cloned().map(Piece::Unread));
    drop_known(tx, &sender, &mut pieces)?;
    let answer = submit(tx, ctx, &sender, &pieces)?;
    if standing == Standing::InService {
        send_again(tx, device, &again)?;
    }
    Ok(answer)
}

/// The rows of a push as they stand here, those that the device may see.
fn find_known(tx: &mut Tx<'_>, scope: &Scope, cursor: &Cursor, sent: &Sent) -> Result<BTreeMap<(Table, Uuid), Known>> {
    let channels: BTreeMap<i64, (Channel, i64)> =
        scope.rows.iter().map(|(channel, row)| (row.no, (*channel, cursor.positions.get(channel).map_or(0, |at| at.seq)))).collect();
    let numbers: Vec<i64> = channels.keys().copied().collect();
    let rows: BTreeSet<(Table, Uuid)> = sent.named().collect();
    let tickets: Vec<_> = rows.iter().filter(|(table, _)| *table == Table::Tickets).map(|(_, id)| Id::new(*id)).collect();
    // Locked first: nobody changes what is compared here before the engine has decided.
    let mut world = store::aggregate::load_world(tx, &tickets)?;
    let ids: Vec<Uuid> = rows.iter().map(|(_, id)| *id).collect();
    let mut visible: BTreeMap<(Table, Uuid), Seen> = BTreeMap::new();
    let mut later: BTreeSet<(Table, Uuid)> = BTreeSet::new();
    for entry in find_entries(tx, &numbers, &ids)? {
        let (Some(table), Some((channel, position))) = (Table::of(&entry.kind), channels.get(&entry.channel)) else { continue };
        let row = (table, entry.entity);
        if entry.seq > *position {
            later.insert(row);
        }
        if entry.present && !matches!(channel, Channel::Device(_)) {
            visible.insert(row, Seen::AsItStands);
        }
    }
    for row in later {
        visible.entry(row).and_modify(|seen| *seen = Seen::Before);
    }
    let mut wanted: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for (table, id) in visible.keys().filter(|(table, _)| *table != Table::Tickets) {
        wanted.entry(table.kind()).or_default().push(*id);
    }
    world.absorb(load_rows(tx, &wanted)?);
    Ok(visible
        .into_iter()
        .filter_map(|((table, id), seen)| {
            let (rev, stamp) = revision(&world, table, id)?;
            Some(((table, id), Known { row: show(&world, table, id)?, seen, rev, stamp }))
        })
        .collect())
}

fn revision(world: &World, table: Table, id: Uuid) -> Option<(i64, Option<Timestamp>)> {
    match table {
        Table::Tickets => world.tickets.get(Id::new(id)).map(|t| (t.rev, Some(t.stamp))),
        Table::WorkOrders => world.work_orders.get(Id::new(id)).map(|w| (w.rev, Some(w.stamp))),
        Table::WorkEvents => world.work_events.get(Id::new(id)).map(|e| (e.rev, None)),
        Table::Visits => world.visits.get(Id::new(id)).map(|v| (v.rev, None)),
        Table::Photos => world.photos.get(Id::new(id)).map(|p| (p.rev, None)),
        Table::Measurements => world.measurements.get(Id::new(id)).map(|m| (m.rev, None)),
        Table::Notes => world.notes.get(Id::new(id)).map(|n| (n.rev, None)),
        Table::SyncMessages => world.conflicts.get(Id::new(id)).map(|c| (c.rev, None)),
    }
}

/// What the rows come to.
struct Read {
    deeds: Vec<Deed>,
    /// Rows of which the server's are sent again, whatever becomes of the commands.
    again: Vec<(Table, Uuid, i64)>,
}

fn read_rows(sender: &Sender, sent: &Sent, known: &BTreeMap<(Table, Uuid), Known>) -> Result<Read> {
    let mut read_all = Read { deeds: Vec::new(), again: Vec::new() };
    let mut outdated = Vec::new();
    let rows = sent.rows.iter().map(|SentRow { table, id, columns }| {
        let reading = read(sender, &Pushed { table: *table, id: *id, columns }, known.get(&(*table, *id)));
        (*table, *id, reading)
    });
    let deleted = sent.deleted.iter().map(|(table, id)| (*table, *id, read_deleted(sender, *table, *id, known.get(&(*table, *id)))));
    for (table, row, reading) in rows.chain(deleted) {
        match reading {
            Reading::Same => continue,
            Reading::Outdated => outdated.push(json!({ "table": table, "id": id::write(row) })),
            Reading::NotWritable => {}
            Reading::Deeds(mut deeds) => {
                for deed in deeds.iter_mut().filter(|d| d.subject.0 == Table::WorkEvents) {
                    let order = deed.entity.and_then(|order| known.get(&(Table::WorkOrders, order)));
                    let order = order.filter(|order| order.seen == Seen::AsItStands);
                    deed.base = order.map(|o| o.rev);
                    deed.seen_ts = order.and_then(|o| o.stamp);
                }
                read_all.deeds.append(&mut deeds);
            }
        }
        read_all.again.push((table, row, known.get(&(table, row)).map_or(0, |k| k.rev)));
    }
    let unread = sent.unread.iter().filter_map(|row| Some((row.table, row.id?)));
    read_all.again.extend(unread.map(|row| (row.0, row.1, known.get(&row).map_or(0, |k| k.rev))));
    if outdated.is_empty() {
        return Ok(read_all);
    }
    outdated.truncate(20);
    Err(Error::with(Code::Conflict, "rows have changed since the app's snapshot: pull, then push again").fact("rows", outdated))
}

/// As [`read_rows`], of somebody who cannot pull: what he did not change is as it stands, and of a row that has changed meanwhile he had no
/// revision that is known here.
fn read_handed_in(sender: &Sender, sent: &Sent, known: &BTreeMap<(Table, Uuid), Known>) -> Result<Read> {
    let mut as_seen = known.clone();
    for SentRow { table, id, columns } in &sent.rows {
        if let Some(known) = as_seen.get_mut(&(*table, *id)) {
            known.lay_over(columns);
        }
    }
    as_seen.values_mut().for_each(|known| known.seen = Seen::AsItStands);
    let mut read = read_rows(sender, sent, &as_seen)?;
    let changed = |row: (Table, Uuid)| known.get(&row).is_some_and(|k| k.seen == Seen::Before);
    for deed in &mut read.deeds {
        let order = deed.entity.filter(|_| deed.subject.0 == Table::WorkEvents).map(|order| (Table::WorkOrders, order));
        if changed(deed.subject) || order.is_some_and(changed) {
            deed.base = None;
            deed.seen_ts = None;
        }
    }
    Ok(read)
}

/// Takes out what the server has had from this account before: the answer was lost, its effect stands.
fn drop_known(tx: &mut Tx<'_>, sender: &Sender, pieces: &mut Vec<Piece>) -> Result<()> {
    let ids: Vec<MutationId> = pieces.iter().map(|p| p.id(sender)).collect();
    let journal = store::mutation::find_mutations(tx, &ids)?;
    let answered = journal.iter().filter(|m| m.actor == sender.account && m.status != Status::Deferred);
    let mut seen: BTreeSet<MutationId> = answered.map(|m| m.id).collect();
    pieces.retain(|piece| seen.insert(piece.id(sender)));
    Ok(())
}

/// What goes to the engine in one place of the device's sequence.
enum Piece {
    /// A command that a row came to.
    Deed(Deed),
    /// A row that cannot be read: the journal keeps it.
    Unread(UnreadRow),
}

impl Piece {
    /// Identity: follows from what was sent, so that what is sent again is known again.
    fn id(&self, sender: &Sender) -> MutationId {
        match self {
            Self::Deed(deed) => deed.id,
            Self::Unread(row) => MutationId::new(name_uuid(&format!("watermelon|{}|{}|unread|{}", sender.device, row.table, row.text))),
        }
    }

    fn item(&self, sender: &Sender, seq: i64) -> SentItem {
        match self {
            Self::Deed(deed) => Ok(deed.mutation(seq)),
            Self::Unread(row) => {
                let about = storable(&json!({ "table": row.table, "row": row.sent_id, "unread": row.text }));
                let (text, why) = (row.text.clone(), row.why.clone());
                Err(UnreadItem { seq: Some(seq), id: Some(self.id(sender)), text, why, about: Some(about) })
            }
        }
    }

    fn result(&self, result: ResultItem) -> RowResult {
        let (table, id) = match self {
            Self::Deed(Deed { subject: (table, row), .. }) => (*table, id::write(*row)),
            Self::Unread(row) => (row.table, row.sent_id.clone()),
        };
        RowResult { table, id, status: result.status, code: result.code, detail: result.detail, warnings: result.warnings }
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

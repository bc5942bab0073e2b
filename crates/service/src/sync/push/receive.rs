//! The envelope of a push: what is read and checked before anything is decided.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{Ctx, sync::limits::SyncLimits};
use bazdid_domain::account::Device;
use bazdid_protocol::{
    command::{Command, Fault, Parsed},
    digest::Chain,
    envelope::{PushRequest, SentItem},
    error::{Code, Error, Result},
    ids::{GroupId, MutationId, name_uuid},
    mutation::{Mutation, MutationFault, content_hash, item_hash, parse_item, storable},
    outcome::OutcomeCode,
    phrase::Phrase,
    upcast::{STEPS, to_newest},
    warning::Warning,
};

/// A push of which every mutation has been read. That needs no database, so it is done before one is waited for: SQLite has
/// one writer for everybody.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The envelope; its mutations have been read.
    pub(super) request: PushRequest,
    read: Vec<Read>,
}

impl Batch {
    /// Reads the mutations of a push.
    ///
    /// # Errors
    /// The batch is too large. What cannot be read of it is no error: it gets an answer like the others.
    pub fn read(ctx: &Ctx, mut request: PushRequest) -> Result<Self> {
        let limits = &ctx.shared.settings.sync;
        check_limits(&request, limits)?;
        let read = std::mem::take(&mut request.mutations).iter().map(|item| Read::of(item, limits.max_mutation_bytes)).collect();
        Ok(Self { request, read })
    }
}

/// One mutation as it was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// What it says.
    pub mutation: Result<Mutation, MutationFault>,
    /// Its command, or why there is none.
    pub command: Result<Command, Fault>,
    /// The arguments in the newest version of the command, if they were sent in another.
    pub newer: Option<Value>,
    /// Hash of the content.
    pub hash: [u8; 32],
    /// What the journal keeps of an item that could not be read.
    pub raw: Value,
}

impl Read {
    fn of(item: &SentItem, max_bytes: usize) -> Self {
        match parse_item(item, max_bytes) {
            Ok(mut mutation) => {
                let ReadCommand { command, newer, warnings } = read_command(&mutation.cmd, mutation.v, &mutation.args);
                mutation.warnings.extend(warnings);
                Self { hash: content_hash(&mutation), command, newer, raw: Value::Null, mutation: Ok(mutation) }
            }
            Err(fault) => {
                let raw = match (fault.code, item) {
                    // Of what is too large only the size is kept.
                    (OutcomeCode::TooLarge, Ok(item)) => json!({ "bytes": item.to_string().len() }),
                    (OutcomeCode::TooLarge, Err(unread)) => json!({ "bytes": unread.text.len() }),
                    (_, Ok(item)) => storable(item),
                    (_, Err(unread)) => unread.about.clone().unwrap_or_else(|| storable(&json!({ "unread": unread.text }))),
                };
                let command = Err(Fault { code: fault.code, detail: fault.detail.clone() });
                Self { hash: item_hash(item), command, newer: None, raw, mutation: Err(fault) }
            }
        }
    }

    fn seq(&self) -> Option<i64> {
        match &self.mutation {
            Ok(mutation) => Some(mutation.seq),
            Err(fault) => fault.seq,
        }
    }
}

/// A command as it was read.
pub(super) struct ReadCommand {
    /// The command, or why there is none.
    pub command: Result<Command, Fault>,
    /// The arguments in the newest version of the command, if they were sent in another.
    pub newer: Option<Value>,
    /// Arguments that could not be used.
    pub warnings: Vec<Warning>,
}

/// Reads a command of any version.
pub(super) fn read_command(cmd: &str, version: i64, args: &Value) -> ReadCommand {
    let newer = to_newest(STEPS, cmd, version, args).ok().and_then(|args| match args {
        Cow::Owned(newer) => Some(newer),
        Cow::Borrowed(_) => None,
    });
    match Command::parse_by(STEPS, cmd, version, args) {
        Ok(Parsed { command, warnings }) => ReadCommand { command: Ok(command), newer, warnings },
        Err(fault) => ReadCommand { command: Err(fault), newer, warnings: Vec::new() },
    }
}

/// One place of the batch.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    /// Its seq; of an unreadable item the one of its place.
    pub seq: i64,
    /// Its id in the journal; made from the content if it could not be read.
    pub id: MutationId,
    /// Whether the id is the device's own, so that it is part of the chain.
    pub chained: bool,
    /// What was read of it.
    pub read: &'a Read,
}

impl Item<'_> {
    /// The group that it names.
    pub fn group(&self) -> Option<GroupId> {
        self.read.mutation.as_ref().ok()?.group
    }
}

/// Whether the batch is small enough to be looked at; the HTTP server has limited the bytes before it read them.
fn check_limits(request: &PushRequest, limits: &SyncLimits) -> Result<()> {
    let SyncLimits { max_mutations, max_bytes, max_mutation_bytes, .. } = *limits;
    if request.mutations.len() <= max_mutations {
        return Ok(());
    }
    Err(Error::with(
        Code::BatchTooLarge,
        Phrase::with(
            "send at most {mutations} mutations and {bytes} bytes in one push",
            &[("mutations", &max_mutations), ("bytes", &max_bytes)],
        ),
    )
    .fact("max_mutations", max_mutations)
    .fact("max_bytes", max_bytes)
    .fact("max_mutation_bytes", max_mutation_bytes))
}

/// Checks that the items follow on what the server has: no gap, and no other history.
pub(super) fn receive<'b>(device: &Device, batch: &'b Batch) -> Result<Vec<Item<'b>>> {
    // The place in the batch numbers what cannot be read; the first that can says where the batch begins.
    let begins = batch.read.iter().zip(0_i64..).find_map(|(r, place)| r.seq().map(|seq| seq.saturating_sub(place)));
    let next = device.applied_through.saturating_add(1);
    let first = begins.unwrap_or(next);
    if first < 1 || first > next {
        return Err(gap(next));
    }
    let mut items = Vec::with_capacity(batch.read.len());
    for (read, seq) in batch.read.iter().zip(first..) {
        if read.seq().is_some_and(|s| s != seq) {
            return Err(gap(seq));
        }
        items.push(item(device, seq, read));
    }
    check_chain(device, &batch.request, first, &items)?;
    Ok(items)
}

fn item<'b>(device: &Device, seq: i64, read: &'b Read) -> Item<'b> {
    let own = match &read.mutation {
        Ok(mutation) => Some(mutation.id),
        Err(fault) => fault.id,
    };
    let id = own.unwrap_or_else(|| MutationId::new(name_uuid(&format!("unread|{}|{seq}|{:?}", device.id, read.hash))));
    Item { seq, id, chained: own.is_some(), read }
}

fn gap(expected: i64) -> Error {
    Error::with(Code::SeqGap, Phrase::with("the next mutation must have seq {expected}", &[("expected", &expected)]))
        .fact("expected_seq", expected)
}

/// Another history than the server's: a clone, or a device that was restored from a backup.
pub(super) fn forked() -> Error {
    Error::with(Code::DeviceForked, "the server has other mutations of this device: register anew and send all of yours again")
}

/// The chain that the device says it had before the batch, carried over what the server has seen of the batch, must be the
/// server's. A batch that ends before the server's newest is checked by its ids alone.
fn check_chain(device: &Device, request: &PushRequest, first: i64, items: &[Item<'_>]) -> Result<()> {
    let Some(before) = request.prev_chain else { return Ok(()) };
    let seen = items.iter().filter(|i| i.seq <= device.applied_through);
    let reached = first.saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX)) > device.applied_through;
    if reached && carry(before, seen) != chain_of(device)? {
        return Err(forked());
    }
    Ok(())
}

/// The chain that the server holds of a device.
pub(super) fn chain_of(device: &Device) -> Result<Chain> {
    device.chain.parse().map_err(|e| Error::internal(format!("devices.chain of {} cannot be read", device.id)).caused_by(e))
}

/// The chain after some items.
pub(super) fn carry<'i>(before: Chain, items: impl Iterator<Item = &'i Item<'i>>) -> Chain {
    items.filter(|i| i.chained).fold(before, |chain, item| chain.next(item.id))
}

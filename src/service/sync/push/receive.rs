//! The envelope of a push: what is checked before anything is decided.

use serde_json::{Value, json};

use crate::{
    domain::{
        account::Device,
        ids::{MutationId, name_uuid},
        sync::{
            digest::Chain,
            envelope::PushRequest,
            mutation::{Mutation, MutationFault, content_hash, item_hash, parse_bounded, storable},
            outcome::OutcomeCode,
        },
    },
    error::{Code, Error, Result},
    service::sync::limits::SyncLimits,
};

/// One place of the batch.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its seq; of an unreadable item the one of its place.
    pub seq: i64,
    /// Its id in the journal; made from the content if it could not be read.
    pub id: MutationId,
    /// Whether the id is the device's own, so that it is part of the chain.
    pub chained: bool,
    /// What it says.
    pub read: Result<Mutation, MutationFault>,
    /// Hash of the content.
    pub hash: [u8; 32],
    /// What the journal keeps of an item that could not be read.
    pub raw: Value,
}

/// Whether the batch is small enough to be looked at; the HTTP server has limited the bytes before it read them.
pub(super) fn check_limits(request: &PushRequest, limits: &SyncLimits) -> Result<()> {
    let SyncLimits { max_mutations, max_bytes, max_mutation_bytes, .. } = *limits;
    if request.mutations.len() <= max_mutations {
        return Ok(());
    }
    Err(Error::with(Code::BatchTooLarge, format!("send at most {max_mutations} mutations and {max_bytes} bytes in one push"))
        .fact("max_mutations", max_mutations)
        .fact("max_bytes", max_bytes)
        .fact("max_mutation_bytes", max_mutation_bytes))
}

/// Reads the items and checks that they follow on what the server has: no gap, and no other history.
pub(super) fn receive(device: &Device, request: &PushRequest, limits: &SyncLimits) -> Result<Vec<Item>> {
    let read: Vec<Result<Mutation, MutationFault>> =
        request.mutations.iter().map(|m| parse_bounded(m, limits.max_mutation_bytes)).collect();
    let seq_of = |r: &Result<Mutation, MutationFault>| match r {
        Ok(mutation) => Some(mutation.seq),
        Err(fault) => fault.seq,
    };
    // The place in the batch numbers what cannot be read; the first that can says where the batch begins.
    let begins = read.iter().zip(0_i64..).find_map(|(r, place)| seq_of(r).map(|seq| seq.saturating_sub(place)));
    let next = device.applied_through.saturating_add(1);
    let first = begins.unwrap_or(next);
    if first < 1 || first > next {
        return Err(gap(next));
    }
    let mut items = Vec::with_capacity(read.len());
    for ((read, raw), seq) in read.into_iter().zip(&request.mutations).zip(first..) {
        if seq_of(&read).is_some_and(|s| s != seq) {
            return Err(gap(seq));
        }
        items.push(item(device, seq, read, raw));
    }
    check_chain(device, request, first, &items)?;
    Ok(items)
}

fn item(device: &Device, seq: i64, read: Result<Mutation, MutationFault>, raw: &Value) -> Item {
    match read {
        Ok(mutation) => Item { seq, id: mutation.id, chained: true, hash: content_hash(&mutation), raw: Value::Null, read: Ok(mutation) },
        Err(fault) => {
            let hash = item_hash(raw);
            let own = fault.id;
            let id = own.unwrap_or_else(|| MutationId::new(name_uuid(&format!("unread|{}|{seq}|{hash:?}", device.id))));
            // Of what is too large only the size is kept.
            let raw = match fault.code {
                OutcomeCode::TooLarge => json!({ "bytes": raw.to_string().len() }),
                _ => storable(raw),
            };
            Item { seq, id, chained: own.is_some(), hash, raw, read: Err(fault) }
        }
    }
}

fn gap(expected: i64) -> Error {
    Error::with(Code::SeqGap, format!("the next mutation must have seq {expected}")).fact("expected_seq", expected)
}

/// Another history than the server's: a clone, or a device that was restored from a backup.
pub(super) fn forked() -> Error {
    Error::with(Code::DeviceForked, "the server has other mutations of this device: register anew and send all of yours again")
}

/// The chain that the device says it had before the batch, carried over what the server has seen of the batch, must be the
/// server's. A batch that ends before the server's newest is checked by its ids alone.
fn check_chain(device: &Device, request: &PushRequest, first: i64, items: &[Item]) -> Result<()> {
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
pub(super) fn carry<'i>(before: Chain, items: impl Iterator<Item = &'i Item>) -> Chain {
    items.filter(|i| i.chained).fold(before, |chain, item| chain.next(item.id))
}
